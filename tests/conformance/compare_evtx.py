#!/usr/bin/python3
"""Compares `ungrant dump` with evtxexport (libevtx) and evtx_dump.py (python-evtx), file by file.

    tests/conformance/compare_evtx.py [--dump COMMAND] [--cache DIR] FILE.evtx...

Per file: the number of records of each reader, and for every record that ours and a reference both
give, EventID, TimeCreated, computer and the values of EventData. Differences that are understood
stand in evtx_known.tsv (file, reader, kind, count) with their reason in README.md; anything else,
and any known difference that is gone, is printed and makes the exit status 1. Skips a reader that
is not installed. COMMAND is `build/ungrant dump` unless told otherwise.
"""
import argparse
import base64
import collections
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as tree

HERE = os.path.dirname(os.path.abspath(__file__))
MONTHS = {m: i + 1 for i, m in enumerate(
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}


def output(command, cache, key):
    """Standard output of a command, kept in `cache` (for references, which do not change)."""
    path = cache and os.path.join(cache, key)
    if path and os.path.exists(path):
        with open(path, "rb") as f:
            return f.read()
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    if path:
        with open(path, "wb") as f:
            f.write(out)
    return out


def text(value):
    """A value of the dump without its attributes, as text."""
    if isinstance(value, dict):
        value = value.get("#text")
    if value is None:
        return ""
    if value is True or value is False:
        return str(value).lower()
    return str(value)


def flat(data):
    """Leaves of EventData or UserData, in no particular order."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "#attributes":
                continue
            yield from flat(value)
    elif isinstance(data, list):
        for value in data:
            yield from flat(value)
    else:
        yield text(data)


def ours(command, path):
    """Records of the dump: by the number in the record's header, (event id, time written,
    computer); by EventRecordID, (event id, TimeCreated, computer, values)."""
    records, by_id = collections.defaultdict(list), collections.defaultdict(list)
    run = subprocess.run(command + [path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if run.returncode not in (0, 3):
        sys.exit(f"{path}: dump ended with status {run.returncode}")
    for line in run.stdout.splitlines():
        record = json.loads(line)
        event = record.get("Event")
        if not isinstance(event, dict):
            event = {}
        system = event.get("System") or {}
        time = text((system.get("TimeCreated") or {}).get("#attributes", {}).get("SystemTime"))
        records[int(record["number"])].append(
            (text(system.get("EventID")), record["written"], text(system.get("Computer"))))
        by_id[text(system.get("EventRecordID"))].append(
            (text(system.get("EventID")), time, text(system.get("Computer")),
             list(flat(event.get("EventData")))))
    return records, by_id


def libevtx(data):
    """Records of evtxexport: number -> list of (event id, written time)."""
    records = collections.defaultdict(list)
    number = None
    for line in data.decode("utf-8", "replace").splitlines():
        key, _, value = line.partition(":")
        key, value = key.strip(), value.strip()
        if key == "Event number":
            number = int(value)
            records[number].append([None, None, None])
        elif number is not None and key == "Written time":
            m = re.match(r"(\w+) (\d+), (\d+) ([\d:.]+) UTC", value)
            if m:
                stamp = f"{m[3]}-{MONTHS[m[1]]:02}-{int(m[2]):02}T{m[4][:-2]}Z"
                records[number][-1][1] = stamp
        elif number is not None and key == "Event identifier":
            m = re.match(r"0x[0-9a-f]+ \((\d+)\)", value)
            if m:
                records[number][-1][0] = str(int(m[1]) & 0xffff)
        elif number is not None and key == "Computer name":
            records[number][-1][2] = value
    return records


def strip(name):
    return name.rpartition("}")[2]


def python_evtx(data):
    """Records of evtx_dump.py: EventRecordID -> list of (event id, time, computer, values)."""
    records = collections.defaultdict(list)
    for part in re.findall(r"<Event[ >].*?</Event>", data.decode("utf-8", "replace"), re.S):
        part = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", part)
        try:
            event = tree.fromstring(part)
        except tree.ParseError:
            records["unparsed"].append(part)
            continue
        fields = {}
        values = None
        for child in event:
            if strip(child.tag) == "System":
                for f in child:
                    fields[strip(f.tag)] = f
            if strip(child.tag) == "EventData":
                values = sorted(c.text or "" for c in child)
        get = lambda name: ("".join(fields[name].itertext()).strip() if name in fields else "")
        time = fields["TimeCreated"].get("SystemTime", "") if "TimeCreated" in fields else ""
        records[get("EventRecordID")].append((get("EventID"), time, get("Computer"), values))
    return records


def microseconds(stamp):
    """To the microsecond; python-evtx computes with doubles, which are up to 4 off."""
    m = re.match(r"(\d{4}-\d\d-\d\d).(\d\d:\d\d:\d\d)(?:\.(\d+))?", stamp or "")
    if not m:
        return None
    return m[1], m[2], int((m[3] or "").ljust(6, "0")[:6])


def same_time(a, b):
    x, y = microseconds(a), microseconds(b)
    if not x or not y:
        return True
    return x[:2] == y[:2] and abs(x[2] - y[2]) <= 4


def plain(value):
    """Values as both readers can be expected to show them."""
    value = value.strip().strip("\0").lower().replace("\r", "")
    if re.fullmatch(r"0x0*[0-9a-f]+", value):
        return str(int(value, 16))
    m = re.fullmatch(r"(\d{4}-\d\d-\d\d).(\d\d:\d\d:\d\d).*", value)
    return m[1] + m[2] if m else re.sub(r"[\x00-\x20\ufffd\ufffe\uffff]+", " ", value).strip()


def values_of(record):
    """python-evtx shows a list of strings as <string> elements within one <Data>."""
    for value in record:
        yield from re.findall(r"<string>(.*?)</string>", value, re.S) or [value]


def same_values(theirs, our):
    """Equal as lists without order; binary values are base64 there and hex here."""
    a = collections.Counter(filter(None, map(plain, values_of(theirs))))
    b = collections.Counter(filter(None, map(plain, our)))
    left, right = a - b, b - a
    for value in theirs:
        if plain(value) in left:
            try:
                hexed = base64.b64decode(value.strip(), validate=True).hex()
            except ValueError:
                continue
            if right[hexed]:
                left -= collections.Counter([plain(value)])
                right -= collections.Counter([hexed])
    return sorted(left.elements()), sorted(right.elements())


def compare(path, command, cache):
    """Differences of one file: list of (reader, kind, example)."""
    name = os.path.join(os.path.basename(os.path.dirname(path)), os.path.basename(path))
    key = name.replace("/", "_").replace(" ", "_")
    mine, by_id = ours(command, path)
    count = sum(map(len, mine.values()))
    found, counts = [], {"ungrant": count}
    if shutil.which("evtxexport"):
        theirs = libevtx(output(["evtxexport", path], cache, key + ".lib"))
        counts["evtxexport"] = sum(map(len, theirs.values()))
        for number, list_ in theirs.items():
            for i, (event_id, written, computer) in enumerate(list_):
                if i >= len(mine.get(number, [])):
                    found.append(("evtxexport", "missing", number))
                    continue
                m = mine[number][i]
                if event_id and event_id != m[0]:
                    found.append(("evtxexport", "EventID", (number, event_id, m[0])))
                if written and written != m[1]:
                    found.append(("evtxexport", "time written", (number, written, m[1])))
                if computer and computer != m[2]:
                    found.append(("evtxexport", "computer", (number, computer, m[2])))
    if shutil.which("evtx_dump.py"):
        theirs = python_evtx(output(["evtx_dump.py", path], cache, key + ".py"))
        counts["evtx_dump.py"] = sum(map(len, theirs.values()))
        for number, list_ in theirs.items():
            for i, record in enumerate(list_):
                if number == "unparsed":
                    found.append(("evtx_dump.py", "unparsed", record[:60]))
                    continue
                if i >= len(by_id.get(number, [])):
                    found.append(("evtx_dump.py", "missing", number))
                    continue
                m = by_id[number][i]
                if record[0] != m[0]:
                    found.append(("evtx_dump.py", "EventID", (number, record[0], m[0])))
                if not same_time(record[1], m[1]):
                    found.append(("evtx_dump.py", "time", (number, record[1], m[1])))
                if record[2] != m[2]:
                    found.append(("evtx_dump.py", "computer", (number, record[2], m[2])))
                if record[3] is not None:
                    a, b = same_values(record[3], m[3])
                    if a or b:
                        found.append(("evtx_dump.py", "values", (number, a, b)))
    better = max(v for k, v in counts.items() if k != "ungrant") if len(counts) > 1 else count
    if count != better:
        found.append(("both", "count", counts))
    return name, counts, found


def known():
    rows = {}
    path = os.path.join(HERE, "evtx_known.tsv")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                if line.startswith("#") or not line.strip():
                    continue
                name, reader, kind, count = line.rstrip("\n").split("\t")[:4]
                rows[name, reader, kind] = int(count)
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dump", default=os.environ.get("UNGRANT", "build/ungrant") + " dump")
    parser.add_argument("--cache")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    expected, bad = known(), 0
    for path in args.files:
        name, counts, found = compare(path, shlex.split(args.dump), args.cache)
        print(name, *(f"{k}={v}" for k, v in counts.items()))
        groups = collections.defaultdict(list)
        for reader, kind, example in found:
            groups[name, reader, kind].append(example)
        for key, examples in sorted(groups.items()):
            fits = expected.get(key) == len(examples)
            bad += not fits
            if not fits or args.verbose:
                word = "known" if fits else "DIFFERS"
                print(f"    {word}\t{key[1]}\t{key[2]}\t{len(examples)}\t{examples[0]}")
        for key, count in expected.items():
            if key[0] == name and key not in groups:
                bad += 1
                print(f"    GONE\t{key[1]}\t{key[2]}\t{count}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
