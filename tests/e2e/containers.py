#!/usr/bin/python3
"""containers.py SHAPE ENCODING SOURCE TARGET - the same records in another container.

SOURCE is the lines of `ungrant dump` of an event log, or a mailed administrator audit log (XML); TARGET gets
what another tool would have written of them. Shapes are the rows of SHAPES; an encoding is Python's name of it,
with "+bom" for a byte order mark.
"""
import json
import sys
import xml.etree.ElementTree as tree
from xml.sax.saxutils import escape, quoteattr

EVENT = "http://schemas.microsoft.com/win/2004/08/events/event"
CLIXML = "http://schemas.microsoft.com/powershell/2004/04"


def text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def printable(value):
    """What XML 1.0 can hold of a text."""
    return "".join(c if c in "\t\n\r" or 0x20 <= ord(c) < 0xD800 or 0xDFFF < ord(c) < 0xFFFE or ord(c) > 0xFFFF
                   else "\ufffd" for c in text(value))


# ---- event logs ----


def events(path):
    return [json.loads(line) for line in open(path, encoding="utf-8", errors="surrogatepass")]


def element(name, value):
    if isinstance(value, list):
        return "".join(element(name, one) for one in value)
    if not isinstance(value, dict):
        return "<%s>%s</%s>" % (name, escape(printable(value)), name)
    attributes = "".join(" %s=%s" % (k, quoteattr(printable(v))) for k, v in value.get("#attributes", {}).items())
    inside = escape(printable(value.get("#text", "")))
    inside += "".join(element(k, v) for k, v in value.items() if not k.startswith("#"))
    return "<%s%s>%s</%s>" % (name, attributes, inside, name)


def data(body):
    """EventData: names become attributes of <Data>."""
    out = ""
    for name, value in (body or {}).items():
        if name.startswith("#"):
            continue
        for one in value if isinstance(value, list) else [value]:
            attribute = "" if name == "Data" else " Name=%s" % quoteattr(name)
            out += "<Data%s>%s</Data>" % (attribute, escape(printable(one)))
    return out


def event_xml(record):
    event = record["Event"]
    out = "<Event xmlns='%s'>" % EVENT + element("System", event["System"])
    if isinstance(event.get("EventData"), dict):
        out += "<EventData>" + data(event["EventData"]) + "</EventData>"
    if isinstance(event.get("UserData"), dict):
        out += element("UserData", event["UserData"])
    return out + "</Event>"


def xml_events(path):
    return '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<Events>' + "".join(
        event_xml(r) for r in events(path)) + "</Events>"


def xml_lines(path):
    return "".join(event_xml(r) + "\r\n" for r in events(path))


def number_and(record):
    return record["Event"]["System"], record["Event"].get("EventData") or record["Event"].get("UserData") or {}


def plain(value):
    return value.get("#text", value.get("#attributes", {}).get("Name", "")) if isinstance(value, dict) else value


def attribute(system, name, key):
    return system.get(name, {}).get("#attributes", {}).get(key) if isinstance(system.get(name), dict) else None


def flat(body, unnamed):
    """Fields by name; unnamed ones as param1, param2, ..."""
    out, count = {}, 0
    for name, value in body.items() if isinstance(body, dict) else []:
        if name.startswith("#"):
            continue
        if isinstance(value, dict):
            out.update(flat(value, unnamed))
        elif name == "Data":
            for one in value if isinstance(value, list) else [value]:
                count += 1
                out["%s%d" % (unnamed, count)] = text(one)
        else:
            out[name] = text(value)
    return out


def winlogbeat(path):
    lines = []
    for r in events(path):
        system, body = number_and(r)
        lines.append(json.dumps({
            "@timestamp": attribute(system, "TimeCreated", "SystemTime"),
            "event": {"code": text(plain(system["EventID"])), "kind": "event"},
            "host": {"name": "collector"},
            "winlog": {
                "channel": system["Channel"], "computer_name": system["Computer"],
                "provider_name": attribute(system, "Provider", "Name"), "event_id": text(plain(system["EventID"])),
                "record_id": int(system["EventRecordID"]),
                "user": {"identifier": attribute(system, "Security", "UserID")},
                "event_data": flat(body, "param")},
            "message": "said otherwise"}))
    return "\n".join(lines) + "\n"


def nxlog(path):
    lines = []
    for r in events(path):
        system, body = number_and(r)
        row = flat(body, "param")
        row.update({
            "EventTime": attribute(system, "TimeCreated", "SystemTime"), "Hostname": system["Computer"],
            "EventID": int(plain(system["EventID"])), "SourceName": attribute(system, "Provider", "Name"),
            "Channel": system["Channel"], "RecordNumber": int(system["EventRecordID"]),
            "UserID": attribute(system, "Security", "UserID"), "Message": "said otherwise"})
        lines.append(json.dumps(row))
    return "\r\n".join(lines) + "\r\n"


def rust_event(record):
    """The shape of evtx_dump: unnamed data as a list under #text."""
    event = json.loads(json.dumps(record["Event"]))
    body = event.get("EventData")
    if isinstance(body, dict) and "Data" in body:
        body["Data"] = {"#text": body["Data"]}
    return {"Event": event}


def evtx_dump_lines(path):
    return "".join(json.dumps(rust_event(r)) + "\n" for r in events(path))


def evtx_dump_pretty(path):
    return "".join("Record %d\n%s\n" % (r["number"], json.dumps(rust_event(r), indent=2)) for r in events(path))


# ---- the administrator audit log ----


def entries(path):
    for e in tree.parse(path).getroot():
        yield e.attrib, [p.attrib for p in e.find("CmdletParameters")]


def clixml_text(value):
    return escape("".join(c if " " <= c else "_x%04X_" % ord(c) for c in value))


def clixml(path):
    out, ref = '<Objs Version="1.1.0.1" xmlns="%s">\r\n' % CLIXML, 0
    for attributes, parameters in entries(path):
        out += '  <Obj RefId="%d">\r\n    <TNRef RefId="0" />\r\n    <Props>\r\n' % ref
        ref += 1
        for name in ("Caller", "ObjectModified", "Error", "OriginatingServer"):
            out += '      <S N="%s">%s</S>\r\n' % (name, clixml_text(attributes.get(name, "")))
        out += '      <S N="CmdletName">%s</S>\r\n' % attributes["Cmdlet"]
        out += '      <B N="Succeeded">%s</B>\r\n' % attributes["Succeeded"]
        out += '      <DT N="RunDate">%s</DT>\r\n' % attributes["RunDate"]
        out += '      <Obj N="CmdletParameters" RefId="%d">\r\n        <LST>\r\n' % ref
        ref += 1
        for p in parameters:
            out += '          <Obj RefId="%d"><Props><S N="Name">%s</S><S N="Value">%s</S></Props></Obj>\r\n' % (
                ref, clixml_text(p["Name"]), clixml_text(p["Value"]))
            ref += 1
        out += "        </LST>\r\n      </Obj>\r\n    </Props>\r\n  </Obj>\r\n"
    return out + "</Objs>"


def audit_rows(path):
    for attributes, parameters in entries(path):
        yield {"ObjectModified": attributes.get("ObjectModified"), "CmdletName": attributes["Cmdlet"],
               "CmdletParameters": [dict(p) for p in parameters], "ModifiedProperties": [],
               "Caller": attributes.get("Caller"), "Succeeded": attributes["Succeeded"] == "true",
               "Error": attributes.get("Error"), "RunDate": attributes["RunDate"],
               "OriginatingServer": attributes.get("OriginatingServer"), "IsValid": True}


def audit_json(path):
    return json.dumps(list(audit_rows(path)), indent=4)


def audit_json_lines(path):
    return "".join(json.dumps(row) + "\n" for row in audit_rows(path))


def same(path):
    return open(path, encoding="utf-8", newline="").read()


SHAPES = {
    "xml-events": xml_events, "xml-lines": xml_lines, "winlogbeat": winlogbeat, "nxlog": nxlog,
    "evtx_dump-lines": evtx_dump_lines, "evtx_dump-pretty": evtx_dump_pretty,
    "audit-xml": same, "audit-clixml": clixml, "audit-json": audit_json, "audit-json-lines": audit_json_lines,
}

if __name__ == "__main__":
    shape, encoding, source, target = sys.argv[1:]
    encoding, _, mark = encoding.partition("+")
    with open(target, "wb") as out:
        out.write((("\ufeff" if mark else "") + SHAPES[shape](source)).encode(encoding, "surrogatepass"))
