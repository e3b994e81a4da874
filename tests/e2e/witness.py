#!/usr/bin/python3
"""witness.py - other containers and languages of what a generated incident holds, and what analyze makes of it.

    witness.py transcript SHAPE ENCODING FILE...   rewrites transcripts in place; a shape of many puts all into FILE 1
    witness.py signins SHAPE SOURCE TARGET         the generator's sign-ins, as Entra ID exports them
    witness.py audit SHAPE SOURCE TARGET           the administrator audit log, as files of the server have it
    witness.py summary OUT [no-times]              what was done and held, without where it stands
"""
import csv
import io
import json
import re
import sys
import xml.etree.ElementTree as tree

FENCE = "*" * 22
ENGLISH = ["PowerShell transcript start", "Start time: ", "Username: ", "RunAs User: ", "Machine: ", "Host Application: ",
           "End time: ", "Command start time: ", "PowerShell transcript end"]
LABELS = {
    "de": ["Beginn des PowerShell-Transkripts", "Startzeit: ", "Benutzername: ", "RunAs-Benutzer: ", "Computer: ",
           "Hostanwendung: ", "Endzeit: ", "Befehlsstartzeit: ", "Ende des PowerShell-Transkripts"],
    "de-5.1": ["nStart der Windows PowerShell-Aufzeichnung", "Startzeit: ", "Benutzername: ", "RunAs-Benutzer: ",
               "Computer: ", "Hostanwendung: ", "Endzeit: ", "Startzeit des Befehls: ", "Ende der Aufzeichnung"],
    "fr": ["Début de la transcription PowerShell", "Heure de début\u00a0: ", "Nom d\u2019utilisateur\u00a0: ",
           "Utilisateur RunAs\u00a0: ", "Ordinateur\u202f: ", "Application hôte\u00a0: ", "Heure de fin\u00a0: ",
           "Heure de début de la commande\u00a0: ", "Fin de la transcription PowerShell"],
    "es": ["Inicio de transcripción de PowerShell", "Hora de inicio: ", "Nombre de usuario: ", "Usuario de RunAs: ",
           "Máquina: ", "Aplicación host: ", "Hora de finalización: ", "Hora de inicio del comando: ",
           "Fin de transcripción de PowerShell"],
    "it": ["Avvio della trascrizione di PowerShell", "Ora di inizio: ", "Nome utente: ", "Utente RunAs: ", "Computer: ",
           "Applicazione host: ", "Ora di fine: ", "Ora di inizio comando: ", "Fine della trascrizione di PowerShell"],
    "pl": ["Początek transkrypcji programu PowerShell", "Czas rozpoczęcia: ", "Nazwa użytkownika: ",
           "Użytkownik RunAs: ", "Maszyna: ", "Aplikacja hosta: ", "Godzina zakończenia: ",
           "Godzina rozpoczęcia polecenia: ", "Koniec transkrypcji programu PowerShell"],
    "cs": ["Začátek přepisu PowerShellu", "Čas zahájení: ", "Uživatelské jméno: ", "Uživatel RunAs: ", "Počítač: ",
           "Hostitelská aplikace: ", "Čas ukončení: ", "Čas spuštění příkazu: ", "Konec přepisu PowerShellu"],
    "ja": ["PowerShell トランスクリプトの開始", "開始時刻: ", "ユーザー名: ", "RunAs ユーザー: ", "マシン: ",
           "ホスト アプリケーション: ", "終了時刻: ", "コマンドの開始時刻: ", "PowerShell トランスクリプトの終了"],
    "ko": ["PowerShell 기록 시작", "시작 시간: ", "사용자 이름: ", "실행 사용자: ", "컴퓨터: ", "호스트 애플리케이션: ",
           "종료 시간: ", "명령 시작 시간: ", "PowerShell 기록 끝"],
    "ru": ["Начало расшифровки PowerShell", "Время начала: ", "Имя пользователя: ",
           "Пользователь, от имени которого выполняется запуск: ", "Компьютер: ", "Ведущее приложение: ",
           "Время окончания: ", "Время запуска команды: ", "Конец расшифровки PowerShell"],
    "tr": ["Windows PowerShell döküm başlangıcı", "Başlangıç saati: ", "Kullanıcı adı: ", "RunAs Kullanıcısı: ",
           "Makine: ", "Konak uygulama: ", "Bitiş saati: ", "Komut başlangıç saati: ", "Windows PowerShell döküm sonu"],
    "zh-colon": ["PowerShell 脚本开始", "开始时间：", "用户名：", "RunAs 用户：", "计算机：", "主机应用程序：", "结束时间：",
                 "命令开始时间：", "PowerShell 脚本结束"],
}


def translate(text, language):
    for english, other in zip(ENGLISH, LABELS[language]):
        text = re.sub(r"(?m)^(?:Windows )?" + re.escape(english), lambda _: other, text)
    return text


def old(text, language=None):
    """PowerShell 3 and 4: no RunAs, no process, columns."""
    text = re.sub(r"(?m)^RunAs User: .*\r\nConfiguration Name: .*\r\n", "", text)
    text = re.sub(r"(?m)^Host Application: (?:.*\r\n)*?(?=\*{22})", "", text, count=1)
    text = re.sub(r"(?m)^Username: ", "Username  : ", text)
    return re.sub(r"(?m)^Machine: ", "Machine\t  : ", text)


def no_colon(text, language=None):
    return re.sub(r"(?m)^Configuration Name: ", "Configuration Name", text)


def header_again(text, language=None):
    """Start-Transcript -Append into the same file, in the middle."""
    header = re.match(r"\*{22}\r\n(?:.*\r\n)*?\*{22}\r\n", text.lstrip("\ufeff")).group(0)
    prompts = [m.start() for m in re.finditer(r"(?m)^PS [^>]*> ", text)]
    at = prompts[len(prompts) // 2]
    before = text.rfind(FENCE, 0, at)
    if "Command start time" in text[before - 80:at]:
        at = text.rfind(FENCE, 0, before)
    return text[:at] + header + text[at:]


def blocks(text):
    """The header, the pieces that each begin with the time of a command, the end."""
    cut = [m.start() for m in re.finditer(r"(?m)^\*{22}\r\nCommand start time", text)]
    end = text.rfind(FENCE + "\r\nWindows PowerShell transcript end")
    end = end if end >= 0 else text.rfind(FENCE + "\r\nPowerShell transcript end")
    edges = cut + [end]
    return text[:edges[0]], [text[a:b] for a, b in zip(edges, edges[1:])], text[end:]


def read(path):
    return open(path, encoding="utf-8-sig", newline="").read()


def write(path, text, encoding):
    name, _, mark = encoding.partition("+")
    open(path, "wb").write((("\ufeff" if mark else "") + text).encode(name))


def transcript(shape, encoding, *paths):
    one = {"old": old, "no-colon": no_colon, "header-again": header_again}
    if shape == "many":
        write(paths[0], "".join(read(p) for p in paths), encoding)
    elif shape == "interleaved":
        texts = [blocks(read(p)) for p in paths]
        out = texts[0][0]
        for i in range(max(len(t[1]) for t in texts)):
            out += "".join(t[1][i] for t in texts if i < len(t[1]))
        write(paths[0], out + texts[0][2], encoding)
    else:
        for path in paths:
            text = read(path)
            text = one[shape](text) if shape in one else translate(text, shape)
            write(path, text, encoding)


# ---- sign-ins ----


def signins(shape, source, target):
    records = [json.loads(r["AuditData"]) for r in json.loads(read(source))]
    graph = [{
        "id": r["Id"], "createdDateTime": r["CreationTime"] + "Z", "userPrincipalName": r["UserId"],
        "userId": r["UserKey"], "ipAddress": r["ClientIP"], "appId": r["ApplicationId"], "appDisplayName": r["ApplicationId"],
        "clientAppUsed": "Browser", "isInteractive": True, "conditionalAccessStatus": "notApplied",
        "status": {"errorCode": int(r["ErrorNumber"]), "failureReason": r.get("LogonError", "Other.")},
        "location": {"countryOrRegion": ""}, "tenantId": r["OrganizationId"]} for r in records]
    if shape == "graph":
        text = json.dumps({"@odata.context": "x", "value": graph}, indent=1)
    elif shape == "monitor":
        text = "".join(json.dumps({"time": g["createdDateTime"], "category": "NonInteractiveUserSignInLogs",
                                   "operationName": "Sign-in activity", "properties": g}) + "\n" for g in graph)
    else:
        out = io.StringIO(newline="")
        columns = ["Date (UTC)", "Request ID", "User agent", "User ID", "User", "Username", "Application",
                   "Application ID", "Resource", "Client app", "IP address", "Location", "Status", "Sign-in error code",
                   "Failure reason"]
        table = csv.DictWriter(out, columns, restval="", quoting=csv.QUOTE_ALL)
        table.writeheader()
        for g in graph:
            code = g["status"]["errorCode"]
            table.writerow({"Date (UTC)": g["createdDateTime"], "Request ID": g["id"], "User ID": g["userId"],
                            "Username": g["userPrincipalName"], "Application": g["appDisplayName"],
                            "Application ID": g["appId"], "Client app": "Browser", "IP address": g["ipAddress"],
                            "Status": "Failure" if code else "Success", "Sign-in error code": code})
        text = "\ufeff" + out.getvalue()
    open(target, "w", encoding="utf-8", newline="").write(text)


# ---- the administrator audit log in the server's own files ----


def audit(shape, source, target):
    out = io.StringIO(newline="")
    fields = {"log": ["Timestamp", "Server", "TenantId", "RecordType", "Data", "UserKey", "RecordId", "Operation"],
              "cmdlet-infra": ["DateTime", "RequestId", "ServerHostName", "AuthenticatedUser", "ClientApplication",
                               "Cmdlet", "Parameters", "ExecutionResult"]}[shape]
    out.write("#Software: Microsoft Exchange\r\n#Version: 15.01.2375.007\r\n#Log-type: %s\r\n" % shape)
    out.write("#Fields: " + ",".join(fields) + "\r\n")
    table = csv.writer(out)
    for n, e in enumerate(tree.parse(source).getroot(), 1):
        time, server = e.get("RunDate").replace("+00:00", "Z"), e.get("OriginatingServer").split()[0]
        parameters = [(p.get("Name"), p.get("Value")) for p in e.find("CmdletParameters")]
        good = e.get("Succeeded") == "true"
        if shape == "log":
            data = {"CreationTime": time[:-1], "Id": str(n), "Operation": e.get("Cmdlet"), "RecordType": 1,
                    "ResultStatus": str(good), "UserKey": e.get("Caller"), "UserId": e.get("Caller"),
                    "ObjectId": e.get("ObjectModified"), "OriginatingServer": e.get("OriginatingServer"),
                    "Parameters": [{"Name": k, "Value": v} for k, v in parameters]}
            if not good:
                data["Error"] = e.get("Error")
            row = [time, server, "0", "ExchangeAdmin", json.dumps(data), e.get("Caller"), str(n), e.get("Cmdlet")]
        else:
            text = " ".join(("-%s %s" if v.startswith("@{") else '-%s "%s"') % (k, v) for k, v in parameters)
            row = [time, str(n), server, e.get("Caller"), "EMS", e.get("Cmdlet"), text, "Success" if good else "Error"]
        table.writerow(row)
    open(target, "w", encoding="utf-8", newline="").write(out.getvalue())


# ---- what was done and held ----


def name(party):
    return (party["identity"] or party["written"]).lower()


def summary(out, times="times"):
    lines = []
    for line in open(out + "/timeline.jsonl", encoding="utf-8"):
        c = json.loads(line)
        signin = (c.get("signin") or {}).get("client_ip") or (c.get("signin") or {}).get("address")
        lines.append("act %s %s %s %s %s %s %s %s" % (c["time"] if times == "times" else "", c["action"], c["right"], name(c["mailbox"]),
                                                    name(c["trustee"]), c["scope"], c["result"], signin))
    for line in open(out + "/ledger.jsonl", encoding="utf-8"):
        g = json.loads(line)
        lines.append("grant %s %s %s %s %s" % (g["right"], name(g["mailbox"]), name(g["trustee"]), g["scope"],
                                              g["state"]))
    print("\n".join(sorted(lines)))


def main():
    {"transcript": transcript, "signins": signins, "audit": audit, "summary": summary}[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
