#!/usr/bin/python3
"""ual_containers.py SHAPE ENCODING SOURCE TARGET - the unified audit log in another container.

SOURCE is a Search-UnifiedAuditLog CSV or a snapshot's CSV of the generator; TARGET gets the same records as
another tool or culture would have written them. Shapes are the rows of SHAPES; an encoding is Python's name of it,
with "+bom" for a byte order mark.
"""
import csv
import io
import json
import sys
from xml.sax.saxutils import escape

csv.field_size_limit(1 << 30)


def rows(path):
    text = open(path, encoding="utf-8-sig", newline="").read()
    if text.startswith("#TYPE"):
        text = text.split("\n", 1)[1]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def table(records, columns, separator=",", front=""):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=separator, quoting=csv.QUOTE_ALL, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(records)
    return front + out.getvalue()


def names(records):
    return list(records[0])


def indented(record):
    """Line feeds inside of fields."""
    return dict(record, AuditData=json.dumps(json.loads(record["AuditData"]), indent=2) if record["AuditData"] else "")


def portal(record):
    return {"RecordId": record["Identity"], "CreationDate": record["CreationDate"], "RecordType": record["RecordType"],
            "Operation": record["Operations"], "UserId": record["UserIds"], "AuditData": record["AuditData"],
            "AssociatedAdminUnits": "", "AssociatedAdminUnitsNames": ""}


def bare(records):
    return [json.loads(r["AuditData"]) for r in records if r["AuditData"]]


def converted(record):
    """ConvertTo-Json of Windows PowerShell 5.1: dates as ticks in a text, AuditData a string."""
    return dict(record, CreationDate="\\/Date(1646815277000)\\/")


def graph(record):
    audit = json.loads(record["AuditData"])
    return {"id": record["Identity"], "createdDateTime": audit["CreationTime"] + "Z", "operation": record["Operations"],
            "auditLogRecordType": record["RecordType"], "userPrincipalName": record["UserIds"], "auditData": audit}


def sekoia(record):
    """An intake of Sekoia.io: the record as text in an event of its own."""
    audit = json.loads(record["AuditData"])
    return {"message": record["AuditData"], "event": {"action": audit["Operation"], "kind": "event"},
            "@timestamp": audit["CreationTime"] + "Z", "sekoiaio": {"intake": {"dialect": "office 365"}}}


def sentinel(record):
    """A row of Microsoft Sentinel's table OfficeActivity: columns of its own names, arrays as text."""
    audit = json.loads(record["AuditData"])
    row = {"Type": "OfficeActivity", "SourceSystem": "OfficeActivityManager", "TimeGenerated": audit.pop("CreationTime") + "Z",
           "OfficeId": audit.pop("Id"), "OfficeWorkload": audit.pop("Workload"), "OfficeObjectId": audit.pop("ObjectId", "")}
    row.update((k, json.dumps(v) if isinstance(v, (dict, list)) else v) for k, v in audit.items())
    return row


def lines(records):
    return "".join(json.dumps(r) + "\n" for r in records)


def clixml(records):
    out = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">\n'
    for i, record in enumerate(records):
        out += '<Obj RefId="%d"><TN RefId="%d"><T>Deserialized.X</T></TN><Props>' % (i, i)
        out += "".join('<S N="%s">%s</S>' % (k, escape(v)) for k, v in record.items())
        out += "</Props></Obj>\n"
    return out + "</Objs>\n"


SHAPES = {
    "csv": lambda r: table(r, names(r)),
    "csv-type": lambda r: table(r, names(r), front="#TYPE Deserialized.X\r\n"),
    "csv-reversed": lambda r: table(r, names(r)[::-1]),
    "csv-semicolon": lambda r: table(r, names(r), ";"),
    "csv-tab": lambda r: table(r, names(r), "\t"),
    "csv-indented": lambda r: table([indented(x) for x in r], names(r)),
    "csv-portal": lambda r: table([portal(x) for x in r], list(portal(r[0]))),
    "json-5.1": lambda r: json.dumps([converted(x) for x in r], indent=4).replace("\\\\/", "\\/"),
    "json-7": lambda r: json.dumps([dict(x, AuditData=json.loads(x["AuditData"])) for x in r if x["AuditData"]], indent=2),
    "json-rows": lambda r: json.dumps(r, indent=2),
    "json-blob": lambda r: json.dumps(bare(r)),
    "json-lines": lambda r: lines(bare(r)),
    "json-graph": lambda r: json.dumps({"@odata.context": "x", "value": [graph(x) for x in r if x["AuditData"]]}),
    "json-splunk": lambda r: lines({"preview": False, "result": {"_raw": json.dumps(x)}} for x in bare(r)),
    "json-elastic": lambda r: lines({"_index": "i", "_source": {"o365": {"audit": x}}} for x in bare(r)),
    "json-sekoia": lambda r: lines(sekoia(x) for x in r if x["AuditData"]),
    "json-sentinel": lambda r: json.dumps([sentinel(x) for x in r if x["AuditData"]]),
    "json-lines-of-rows": lines,
    "clixml": clixml,
}


def main():
    shape, encoding, source, target = sys.argv[1:]
    name, _, mark = encoding.partition("+")
    text = SHAPES[shape](rows(source))
    data = (("\ufeff" if mark else "") + text).encode(name, "surrogatepass")
    open(target, "wb").write(data)


main()
