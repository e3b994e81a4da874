#!/usr/bin/python3
"""compare_truth.py INCIDENT - `ungrant dump` of every event log of a generated incident beside
records.jsonl, which the generator made from the events it was asked to write: every record, its
provider, event id, time to 100 ns, channel, computer, user and every value of its data, in order."""
import collections
import json
import os
import subprocess
import sys

UNGRANT = os.environ.get("UNGRANT", "build/ungrant")


def values_of(event):
    """(name, text) of the event's data in order; lists of unnamed Data are taken apart."""
    data = event.get("EventData")
    if not isinstance(data, dict):
        return []
    out = []
    for name, value in data.items():
        if name in ("#attributes", "Binary"):
            continue
        for one in value if isinstance(value, list) else [value]:
            out.append((None if name == "Data" else name, "" if one is None else str(one)))
    return out


def text(value):
    """A System field without its attributes."""
    if isinstance(value, dict):
        value = value.get("#text")
    return "" if value is None else str(value)


def same(want, got):
    name, value = got
    if (want["name"] or None) != name:
        return False
    if want["kind"] == "identifier":
        return want["text"].strip("{}").lower() == value.strip("{}").lower()
    if want["kind"] == "hex":
        return int(want["text"], 16) == int(value, 16)
    return want["text"] == value


def differences(want, line):
    event = line["Event"]
    system = event["System"]
    provider = system["Provider"]["#attributes"]["Name"]
    security = system.get("Security") or {}
    fields = [
        ("record", str(want["record"]), text(system["EventRecordID"])),
        ("provider", want["provider"], provider),
        ("id", str(want["id"]), text(system["EventID"])),
        ("time", want["time"], system["TimeCreated"]["#attributes"]["SystemTime"]),
        ("written", want["time"], line["written"]),
        ("channel", want["channel"], text(system["Channel"])),
        ("computer", want["computer"], text(system["Computer"])),
        ("user", want["user"], security.get("#attributes", {}).get("UserID", "")),
    ]
    out = ["%s: %s, not %s" % (n, g, w) for n, w, g in fields if w.rstrip("0Z") != g.rstrip("0Z")]
    got = values_of(event)
    if len(got) != len(want["values"]):
        return out + ["%d values, not %d" % (len(got), len(want["values"]))]
    out += ["value %r, not %r" % (g, w) for w, g in zip(want["values"], got) if not same(w, g)]
    return out


def main(root):
    wanted = collections.defaultdict(list)
    with open(os.path.join(root, "records.jsonl"), encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            wanted[record["item"]].append(record)
    records = bad = 0
    for item, list_of in sorted(wanted.items()):
        path = os.path.join(root, "evidence", item)
        dump = subprocess.run([UNGRANT, "dump", path], stdout=subprocess.PIPE, check=True)
        lines = [json.loads(line) for line in dump.stdout.splitlines()]
        if len(lines) != len(list_of):
            bad += 1
            print("%s: %d records, not %d" % (item, len(lines), len(list_of)))
        for want, line in zip(list_of, lines):
            records += 1
            for difference in differences(want, line):
                bad += 1
                if bad < 30:
                    print("%s, record %s: %s" % (item, want["record"], difference))
    print("%d records of %d logs, %d differences" % (records, len(wanted), bad))
    return 1 if bad or not records else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
