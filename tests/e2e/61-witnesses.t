#!/bin/bash
# What other witnesses say, in the languages, versions and files that responders hold: transcripts of every
# language and shape, sign-ins as Entra ID exports them, the administrator audit log in the server's own files,
# what each Get- cmdlet shows in each of its exports, PSReadLine's history in its encodings.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
python=/usr/bin/python3
witness() { $python "$ROOT/tests/e2e/witness.py" "$@"; }
analyze() { "$UNGRANT" analyze "$@" >log 2>&1; }
"$GENERATE" --seed 3 --out mixed >/dev/null && "$GENERATE" --seed 6 --environment onprem --out servers >/dev/null || exit 1
analyze mixed/evidence -o out
want=$(witness summary out)
rm -rf out

# ---- transcripts ----
while read -r shape encoding; do
    rm -rf case out && cp -r mixed case
    find case -name 'PowerShell_transcript*' -print0 | xargs -0 "$python" "$ROOT/tests/e2e/witness.py" transcript "$shape" "$encoding"
    analyze case/evidence -o out
    ok "transcripts, $shape in $encoding: changes are as the truth asks" $python "$ROOT/tests/e2e/truth.py" case/truth.json out
    is "transcripts, $shape in $encoding: nothing is lost or unreadable" "$(cat out/errors.jsonl)" ""
done <<'END'
de utf-8
de-5.1 utf-8+bom
fr utf-8
fr utf-16-le+bom
es cp1252
it cp1252
pl utf-8+bom
cs utf-16-be+bom
ja utf-8
ko utf-16-le
ru utf-8+bom
tr utf-8
zh-colon utf-8
old utf-16-le+bom
old cp1252
no-colon utf-8
END

# Pieces of it: no command is lost, whatever the file looks like.
commands() { "$UNGRANT" dump "$@" 2>/dev/null | jq -r 'select(.kind == "command" or .kind == "invocation") | .text' | LC_ALL=C sort; }
mapfile -d '' -t all < <(find mixed -name 'PowerShell_transcript*' -print0 | LC_ALL=C sort -z)
for shape in header-again many; do
    rm -rf pieces && mkdir pieces
    for i in "${!all[@]}"; do cp "${all[$i]}" "pieces/$i.txt"; done
    whole=$(commands pieces/*.txt)
    witness transcript $shape utf-8 pieces/*.txt
    [ $shape = many ] && mv pieces/0.txt many.txt && rm pieces/* && mv many.txt pieces
    is "transcripts, $shape: no command is lost" "$(commands pieces/*.txt)" "$whole"
done
rm -rf case out && cp -r mixed case
mapfile -d '' -t all < <(find case -path '*ws01*' -name 'PowerShell_transcript*' -print0 | LC_ALL=C sort -z)
witness transcript many utf-8 "${all[@]}" && rm "${all[@]:1}"
analyze case/evidence -o out
is "all transcripts of a host in one file: the same changes" "$(witness summary out)" "$want"
fence='**********************'
session() { # session USER FIRST-SECOND: two commands with the times at which they began
    printf '%s\r\n' "$fence" 'Windows PowerShell transcript start' 'Start time: 20220309083700' "Username: C\\$1" "RunAs User: C\\$1" \
        'Configuration Name: ' 'Machine: WS01 (Microsoft Windows NT 10.0)' 'Host Application: p' "$fence"
    for i in 1 2; do
        printf '%s\r\n' "$fence" "Command start time: 2022030908410$(($2 + 2 * i))" "$fence" "PS C:\\> Add-MailboxPermission m$1$i -User $1 -AccessRights FullAccess"
    done
    printf '%s\r\n' "$fence" 'Windows PowerShell transcript end' 'End time: 20220309090000' "$fence"
}
session a 0 >a.txt && session b 1 >b.txt && witness transcript interleaved utf-8 a.txt b.txt
is "two runspaces in one file: each command has its own time" \
    "$("$UNGRANT" dump a.txt | jq -r 'select(.kind == "command") | .time + " " + (.text | split(" ")[1])')" \
    "2022-03-09T08:41:02 ma1
2022-03-09T08:41:03 mb1
2022-03-09T08:41:04 ma2
2022-03-09T08:41:05 mb2"

# When it was, where a clock's zone is unknown, and where a zone's clocks showed an hour twice.
session a 0 >a.txt
between() { jq -r '[.time, .time_basis, .earliest, .latest] | map(. // "-") | join(" ")' out/timeline.jsonl | head -1; }
rm -rf out && analyze a.txt -o out
is "a clock of unknown zone: the change says between which times it lies" "$(between)" \
    "2022-03-09T08:41:02 unknown 2022-03-08T18:41:02Z 2022-03-09T20:41:02Z"
sed -i 's/20220309/20221030/; s/202210300841/202210300241/; s/Start time: 20221030083700/Start time: 20221030020000/' a.txt
rm -rf out && analyze --zone WS01=Europe/Amsterdam a.txt -o out
is "an hour that the clocks showed twice: the change says so" "$(between)" \
    "2022-10-30T00:41:02Z inferred 2022-10-30T00:41:02Z 2022-10-30T01:41:02Z"
ok "so do the notes" grep -q 'showed twice or never' out/coverage.json
ok "and the report" grep -q 'between .*2022-10-30T00:41:02Z.* and .*2022-10-30T01:41:02Z' out/report.html

# ---- sign-ins ----
for shape in graph monitor portal; do
    rm -rf case out && cp -r mixed case
    file=$(find case -name 'audit-3-signins.json')
    witness signins $shape "$file" "$file.new" && mv "$file.new" "$file"
    analyze case/evidence -o out
    is "sign-ins as $shape: the same join the same changes" "$(witness summary out)" "$want"
    is "sign-ins as $shape: nothing is unreadable" "$(cat out/errors.jsonl)" ""
done

# ---- the administrator audit log of servers ----
analyze servers/evidence -o out
servers=$(witness summary out no-times)
for shape in log cmdlet-infra; do
    rm -rf case out && cp -r servers case
    witness audit $shape servers/evidence/onprem/AdminAuditLog.xml case/evidence/onprem/AdminAuditLog.xml
    analyze case/evidence -o out
    [ $shape = cmdlet-infra ] ||
        ok "audit log as $shape: changes are as the truth asks" $python "$ROOT/tests/e2e/truth.py" case/truth.json out
    is "audit log as $shape: the same was done and held" "$(witness summary out no-times)" "$servers"
    is "audit log as $shape: nothing is unreadable" "$(cat out/errors.jsonl)" ""
done

# ---- the mailbox audit log: the same use from each of its exports ----
printf '{"CreationTime":"2022-03-09T08:00:00","Id":"a","Operation":"Add-MailboxPermission","RecordType":1,"ResultStatus":"True","UserId":"admin@x.test","ObjectId":"ceo@x.test","Workload":"Exchange","Parameters":[{"Name":"Identity","Value":"ceo@x.test"},{"Name":"User","Value":"eve@x.test"},{"Name":"AccessRights","Value":"FullAccess"}]}\n' >grant.json
$python - <<'PY'
import csv, json
from xml.sax.saxutils import escape, quoteattr
NAMES = ["Operation", "OperationResult", "LogonType", "MailboxGuid", "MailboxOwnerUPN", "LogonUserDisplayName",
         "LogonUserSid", "ClientIPAddress", "ClientInfoString", "LastAccessed"]
ROWS = [dict(zip(NAMES, [operation, "Succeeded", "Delegate", "g1", "ceo@x.test", "eve@x.test", "S-1-5-21-1-2-3-7",
                         "10.0.0.1", "Client=OWA", "2022-03-09T%s:00:00Z" % hour]))
        for operation, hour in [("FolderBind", "09"), ("SoftDelete", "10")]]
with open("mailbox.csv", "w", newline="", encoding="utf-8-sig") as file:
    file.write("#TYPE Microsoft.Exchange.Data.Storage.Management.MailboxAuditLogEvent\r\n")
    table = csv.DictWriter(file, NAMES, quoting=csv.QUOTE_ALL)
    table.writeheader()
    table.writerows(ROWS)
with open("mailbox.xml", "w", encoding="utf-8") as file:
    file.write('<?xml version="1.0" encoding="utf-8"?>\n<SearchResults>')
    for row in ROWS:
        file.write("<Event %s/>" % " ".join(f"{k}={quoteattr(v)}" for k, v in row.items()))
    file.write("</SearchResults>")
with open("mailbox.clixml", "w", encoding="utf-16") as file:
    file.write('<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">')
    for i, row in enumerate(ROWS):
        kind = ('<TN RefId="0"><T>Deserialized.Microsoft.Exchange.Data.Storage.Management.MailboxAuditLogEvent</T></TN>'
                if i == 0 else '<TNRef RefId="0"/>')
        props = "".join(("<DT N=%s>%s</DT>" if k == "LastAccessed" else "<S N=%s>%s</S>") % (quoteattr(k), escape(v))
                        for k, v in row.items())
        file.write(f'<Obj RefId="{i}">{kind}<Props>{props}</Props></Obj>')
    file.write("</Objs>")
json.dump(ROWS, open("mailbox.json", "w"))
PY
for file in mailbox.csv mailbox.xml mailbox.clixml mailbox.json; do
    rm -rf out && analyze grant.json $file -o out
    is "mailbox audit log, $file: what was done with the grant" "$(jq -c '[.use.count, .use.first, .use.by]' out/ledger.jsonl) $(cat out/errors.jsonl)" \
        '[2,"2022-03-09T09:00:00Z",{"FolderBind":1,"SoftDelete":1}] '
done

# A session that somebody had from another machine: no prompt with a folder, and the host is the one of WinRM.
printf '%s\r\n' "$fence" 'Windows PowerShell transcript start' 'Start time: 20220309083700' 'Username: C\kim' 'RunAs User: C\kim' \
    'Configuration Name: Microsoft.PowerShell' 'Machine: EX1 (Microsoft Windows NT 10.0)' 'Host Application: C:\Windows\system32\wsmprovhost.exe -Embedding' \
    'Process ID: 4711' "$fence" "$fence" 'Command start time: 20220309084101' "$fence" \
    'PS>Add-MailboxPermission ceo@x.test -User eve@x.test -AccessRights FullAccess' "$fence" 'Windows PowerShell transcript end' \
    'End time: 20220309090000' "$fence" >remote.txt
rm -rf out && analyze remote.txt -o out
is "a transcript of a remote session" "$(jq -r '[.mailbox.written, .trustee.written, .time, .host] | join(" ")' out/timeline.jsonl)" \
    "ceo@x.test eve@x.test 2022-03-09T08:41:01 EX1"

# ---- what Get- cmdlets show ----
state() { # state SHAPE: every kind of object, in FILE as that export
    $python - "$1" <<'PY'
import csv, io, json, sys
from xml.sax.saxutils import escape
ROWS = {
    "MailboxPermission": {"Identity": "ceo@x.test", "User": "eve@y.test", "AccessRights": ["FullAccess", "ReadPermission"], "IsInherited": False, "Deny": False},
    "RecipientPermission": {"Identity": "ceo@x.test", "Trustee": "eve@y.test", "AccessControlType": "Allow", "AccessRights": ["SendAs"], "IsInherited": False},
    "ADPermission": {"Identity": "cfo@x.test", "User": "eve@y.test", "Deny": False, "IsInherited": False, "AccessRights": ["ExtendedRight"], "ExtendedRights": ["Send-As"]},
    "MailboxFolderPermission": {"Identity": "ceo@x.test:\\Calendar", "FolderName": "Calendar", "User": "eve@y.test", "AccessRights": ["Editor"]},
    "Mailbox": {"Identity": "cto@x.test", "UserPrincipalName": "cto@x.test", "PrimarySmtpAddress": "cto@x.test", "GrantSendOnBehalfTo": ["eve@y.test"], "ForwardingSmtpAddress": "smtp:out@y.test", "DeliverToMailboxAndForward": False},
    "InboxRule": {"RuleIdentity": "17", "Identity": "ceo@x.test\\17", "MailboxOwnerId": "ceo@x.test", "Name": "r", "Enabled": True, "ForwardTo": ["out@y.test"]},
    "TransportRule": {"Name": "t", "State": "Enabled", "Mode": "Enforce", "Priority": 0, "BlindCopyTo": ["out@y.test"]},
    "ManagementRoleAssignment": {"Name": "n", "Role": "ApplicationImpersonation", "RoleAssignee": "eve@y.test", "Enabled": True},
    "RoleGroupMember": {"Identity": "eve@y.test", "Name": "Eve", "RecipientType": "UserMailbox", "PrimarySmtpAddress": "eve@y.test"},
    "Recipient": {"Identity": "ceo@x.test", "RecipientType": "UserMailbox", "RecipientTypeDetails": "UserMailbox", "PrimarySmtpAddress": "ceo@x.test"},
    "MailboxAuditBypassAssociation": {"Identity": "eve@y.test", "Name": "Eve", "AuditBypassEnabled": True},
    "AdminAuditLogConfig": {"AdminAuditLogEnabled": False, "AdminAuditLogCmdlets": ["*"], "UnifiedAuditLogIngestionEnabled": False},
    "OrganizationConfig": {"Name": "x", "AuditDisabled": True},
}
shape = sys.argv[1]
import os
os.makedirs("case", exist_ok=True)
plain = lambda v: ", ".join(v) if isinstance(v, list) else str(v)
def prop(k, v):
    if isinstance(v, bool):
        return '<B N="%s">%s</B>' % (k, str(v).lower())
    if isinstance(v, list):
        return '<Obj N="%s" RefId="9%s"><LST>%s</LST></Obj>' % (k, k, "".join("<S>%s</S>" % escape(x) for x in v))
    return '<S N="%s">%s</S>' % (k, escape(str(v)))
for name, row in ROWS.items():
    if shape == "csv":
        out = io.StringIO(newline="")
        w = csv.DictWriter(out, list(row), quoting=csv.QUOTE_ALL)
        w.writeheader(); w.writerow({k: plain(v) for k, v in row.items()})
        text = out.getvalue()
    elif shape == "json":
        text = json.dumps(row, indent=2)
    else:
        text = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><TN RefId="0"><T>Deserialized.X</T></TN><Props>%s</Props></Obj></Objs>' % "".join(prop(k, v) for k, v in row.items())
    open("case/" + name, "w", encoding="utf-8", newline="").write(text)
PY
}
shown() {
    local times=()
    for file in case/*; do times+=(--state-time "${file##*/}=2026-03-01T00:00:00Z"); done
    analyze case -o out "${times[@]}"
    jq -r '[.right, .mailbox.written, .trustee.written, .scope, .state] | join(" ")' out/ledger.jsonl | LC_ALL=C sort
    jq -r '.audit_settings[] | [.name, (.value | ascii_downcase), .object, .weakens] | join(" ")' out/coverage.json
    jq -r '.items[] | "\(.records) of \(.item | split("/")[1]), \(.unreadable) unreadable"' out/coverage.json
    cat out/errors.jsonl
}
for shape in csv json clixml; do
    rm -rf case out
    state $shape
    is "every Get- cmdlet's object as $shape says what it shows" "$(shown)" "AuditBypass eve@y.test   open
Folder ceo@x.test eve@y.test \\Calendar open
Forwarding cto@x.test out@y.test ForwardingSmtpAddress open
FullAccess ceo@x.test eve@y.test  open
Impersonation  eve@y.test ApplicationImpersonation open
InboxRule ceo@x.test out@y.test r open
ReadPermission ceo@x.test eve@y.test  open
SendAs ceo@x.test eve@y.test  open
SendAs cfo@x.test eve@y.test  open
SendOnBehalf cto@x.test eve@y.test  open
TransportRule  out@y.test t open
AdminAuditLogCmdlets *  false
AdminAuditLogEnabled false  true
AuditBypassEnabled true eve@y.test true
AuditDisabled true  true
UnifiedAuditLogIngestionEnabled false  true
$(for kind in ADPermission AdminAuditLogConfig InboxRule Mailbox MailboxAuditBypassAssociation MailboxFolderPermission \
        MailboxPermission ManagementRoleAssignment OrganizationConfig Recipient RecipientPermission RoleGroupMember \
        TransportRule; do echo "1 of $kind, 0 unreadable"; done)"
done

# ---- what the engine says of its commands: 4105 that a block ran, 4100 that a command failed, 403 what a host ran ----
event() { # event PROVIDER CHANNEL ID RECORD TIME DATA
    printf '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="%s"/><EventID>%s</EventID>' "$1" "$3"
    printf '<TimeCreated SystemTime="2022-03-09T%s.0000000Z"/><EventRecordID>%s</EventRecordID><Channel>%s</Channel>' "$5" "$4" "$2"
    printf '<Computer>ex1.x.test</Computer><Security UserID="S-1-5-21-1-2-3-500"/></System><EventData>%s</EventData></Event>\n' "$6"
}
operational() { event Microsoft-Windows-PowerShell Microsoft-Windows-PowerShell/Operational "$@"; }
block() { # block RECORD TIME ID TEXT
    operational 4104 "$1" "$2" "<Data Name=\"MessageNumber\">1</Data><Data Name=\"MessageTotal\">1</Data><Data Name=\"ScriptBlockText\">$4</Data><Data Name=\"ScriptBlockId\">$3</Data><Data Name=\"Path\"></Data>"
}
failure() { # failure RECORD TIME RUNSPACE CMDLET
    operational 4100 "$1" "$2" "<Data Name=\"ContextInfo\">  Severity = Warning
  Host Name = ConsoleHost
  Host Version = 5.1
  Host ID = h
  Host Application = powershell.exe
  Engine Version = 5.1
  Runspace ID = $3
  Pipeline ID = 7
  Command Name = $4
  Command Type = Cmdlet
  Script Name =
  Command Path =
  Sequence Number = 18
  User = X\\kim
  Connected User =
  Shell ID = Microsoft.PowerShell
</Data><Data Name=\"UserData\"></Data><Data Name=\"Payload\">Error Message = The operation could not be performed.
Fully Qualified Error ID = E,X</Data>"
}
{
    block 1 08:00:00 b1 'Add-MailboxPermission ceo@x.test -User eve@x.test -AccessRights FullAccess'
    operational 4105 2 08:00:00 '<Data Name="ScriptBlockId">b1</Data><Data Name="RunspaceId">r1</Data>'
    block 3 08:00:01 b2 'Add-MailboxPermission cfo@x.test -User eve@x.test -AccessRights FullAccess'
    operational 4105 4 08:00:01 '<Data Name="ScriptBlockId">b2</Data><Data Name="RunspaceId">r2</Data>'
    failure 5 08:00:03 r1 Add-MailboxPermission
    event Microsoft-Windows-Security-Auditing Security 4662 6 08:00:05 '<Data Name="SubjectUserName">kim</Data><Data Name="SubjectDomainName">X</Data><Data Name="ObjectServer">DS</Data><Data Name="ObjectName">%{38b3d2e6-9948-4dc1-ae90-1605d5eab9a2}</Data><Data Name="AccessMask">0x40000</Data>'
    event PowerShell 'Windows PowerShell' 403 7 09:00:00 '<Data>Stopped</Data><Data>Available</Data><Data>	HostId=h
	HostApplication=powershell.exe -c Add-MailboxPermission cto@x.test -User eve@x.test -AccessRights FullAccess
	EngineVersion=5.1
	RunspaceId=r3
</Data>'
} >engine.xml
rm -rf out && analyze engine.xml -o out
is "script blocks that ran, a command that failed, a host that ended" \
    "$(jq -r '[.mailbox.written, .result, .time, (.observations | map(.source + " " + .record) | join(", "))] | map(. // "-") | join(" | ")' out/timeline.jsonl)" \
    "ceo@x.test | failed | 2022-03-09T08:00:00.0000000Z | powershell-4104 1, powershell-4105 2, powershell-4100 5
cfo@x.test | unknown | 2022-03-09T08:00:01.0000000Z | powershell-4104 3, powershell-4105 4
cto@x.test | unknown | - | powershell-400 7"
is "permissions of a directory object that were written are listed for a look" \
    "$(jq -r '.suspicious_text[] | [.rule, .observation.record] | join(" ")' out/coverage.json)" "directory_permissions_written 6"

# ---- history ----
printf '%s\n' 'Get-Mailbox' 'Add-MailboxPermission ceo@x.test -User "eve@x.test" -AccessRights FullAccess' 'exit' >plain
for encoding in utf-8 utf-8+bom utf-8-crlf; do
    $python - $encoding <<'PY'
import sys
text = open("plain", encoding="utf-8").read()
text = text.replace("\n", "\r\n") if "crlf" in sys.argv[1] else text
open("history", "wb").write((("\ufeff" if "bom" in sys.argv[1] else "") + text).encode("utf-8"))
PY
    rm -rf out && analyze history -o out
    is "history in $encoding: what was typed" "$(jq -r '[.action, .right, .mailbox.written, .trustee.written, .result, .time] | join(" ")' out/timeline.jsonl)" \
        "grant FullAccess ceo@x.test eve@x.test unknown "
done
finish
