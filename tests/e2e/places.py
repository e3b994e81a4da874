"""Does every record that analyze names stand where it says? places.py OUT DUMP: the output folder, and the lines
of `ungrant dump` over the same evidence. A place is an item, a record and an offset."""
import json
import sys

out, dump = sys.argv[1:]
shown = {}
for line in open(dump, encoding="utf-8"):
    r = json.loads(line)
    shown.setdefault((r["item"], r["offset"]), set()).add(str(r["record"]))
wrong = checked = 0
def places(row):
    signin = row.get("signin")
    return row.get("observations", []) + row.get("snapshots", []) + ([signin["observation"]] if signin else [])


for name in ("timeline", "ledger"):
    for line in open(f"{out}/{name}.jsonl", encoding="utf-8"):
        for place in places(json.loads(line)):
            checked += 1
            there = shown.get((place["item"], place["offset"]), set())
            if place["record"] not in there:
                wrong += 1
                print(place["item"], place["offset"], "record", place["record"], "dump shows", sorted(there))
print(f"{checked} places, {wrong} wrong")
sys.exit(wrong > 0 or checked == 0)
