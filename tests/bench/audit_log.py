#!/usr/bin/python3
"""audit_log.py RECORDS LINES CSV - an audit log as most tenants have it: of a hundred records one is of interest.

Writes the same records as JSON lines and as Search-UnifiedAuditLog's CSV, for the bench.
"""
import csv
import json
import sys

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"


def common(i):
    return {"CreationTime": "2026-01-%02dT%02d:%02d:%02d" % (1 + i % 28, i // 3600 % 24, i // 60 % 60, i % 60),
            "Id": "%032x" % i, "OrganizationId": "3c06bd19-02c9-42cf-927b-50b2a52a86b8"}


def grant(i):
    return dict(common(i), Operation="Add-MailboxPermission", RecordType=1, ResultStatus="True", Workload="Exchange",
                UserId="admin@x.example", ObjectId="m%d" % i,
                Parameters=[{"Name": "Identity", "Value": "m%d@x.example" % i}, {"Name": "User", "Value": "u@x.example"},
                            {"Name": "AccessRights", "Value": "FullAccess"}])


def access(i):
    return dict(common(i), Operation="FileAccessed", RecordType=6, UserKey="i:0h.f|membership|1003@live.com", UserType=0,
                Workload="SharePoint", ClientIP="203.0.113.%d" % (i % 250), UserId="user%d@x.example" % (i % 500),
                ObjectId="https://x.example/sites/a/Shared Documents/%d.docx" % i, ItemType="File", UserAgent=AGENT,
                ListItemUniqueId="%032x" % (i * 3), SourceFileName="%d.docx" % i, SourceFileExtension="docx")


def main():
    count, lines, table = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    with open(lines, "w") as out, open(table, "w", newline="") as rows:
        writer = csv.writer(rows, quoting=csv.QUOTE_ALL)
        writer.writerow(["RecordType", "CreationDate", "UserIds", "Operations", "AuditData", "ResultIndex", "Identity"])
        for i in range(count):
            record = grant(i) if i % 100 == 0 else access(i)
            text = json.dumps(record, separators=(",", ":"))
            out.write(text + "\n")
            writer.writerow([record["RecordType"], "1/2/2026 6:24:47 AM", record["UserId"], record["Operation"], text, i,
                             record["Id"]])


main()
