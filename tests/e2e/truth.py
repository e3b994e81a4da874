#!/usr/bin/python3
"""truth.py TRUTH.json OUT/ - holds the outputs of `ungrant analyze` against the generator's truth.

Every act with a witness must be one change with all those witnesses and no change may lack an act;
names must resolve to the right person or stay open. Prints what differs; exit status 1 if anything does.
"""
import json
import re
import sys
from datetime import datetime

truth = json.load(open(sys.argv[1]))
changes = [json.loads(line) for line in open(sys.argv[2] + "/timeline.jsonl")]
ledger = [json.loads(line) for line in open(sys.argv[2] + "/ledger.jsonl")]
names = {}
for person in truth["identities"]:
    for key in ("upn", "alias", "display", "canonical", "guid", "sid", "dn", "name"):
        if person.get(key):
            names.setdefault(person[key].lower(), set()).add(person["upn"].lower())

problems = []


def who(text):
    """The people that a name may mean."""
    if not text:
        return {""}
    low = text.lower().removeprefix("smtp:")
    if "/" in low and low not in names:
        low = low.split("/")[-1]  # a canonical name's last part is the object's name
    low = low.split("\\")[-1] if "\\" in low and "@" not in low else low
    return names.get(low, {low})


def best(party):
    return party["identity"] or party["written"]


def item(path):
    """The generator's name of it, whatever it was packed into."""
    path = re.sub(r"([^/]+)\.gz/\1$", r"\1", path.split("/evidence/")[-1])
    return re.sub(r"^[^/]+\.(zip|tar|tar\.gz)/(\./)?", "", path)


by_witness = {}
for change in changes:
    for o in change["observations"]:
        by_witness.setdefault((o["source"], item(o["item"]), str(o["record"]), change["right"]), []).append(change)


def describe(x):
    return "%s %s %s on %s for %s scope %s" % (
        x["time"], x["action"], x["right"], x["mailbox"], x["trustee"], x["scope"])


matched = set()
for act in truth["acts"]:
    if act.get("implied") or all(w["source"] == "snapshot" for w in act["witnesses"]):
        continue  # a snapshot shows a state: that is the ledger's, not a change
    found, seen_in = None, []
    for w in act["witnesses"]:
        here = by_witness.get((w["source"], w["item"], str(w["record"]), act["right"]), [])
        # One record may tell of several mailboxes: a script, a transcript.
        fitting = [c for c in here if act["mailbox"].lower() in who(best(c["mailbox"]))]
        for change in fitting or here:
            if change["action"] != act["action"]:
                continue
            same = act["trustee"].lower() in who(best(change["trustee"])) or "dynamic" in change["flags"]
            if act["right"] in ("InboxRule", "TransportRule", "AuditConfig", "AuditBypass") or same:
                found = found or change
                if change["id"] not in seen_in:
                    seen_in.append(change["id"])
    if not found:
        problems.append("missing: %s (%s) %s" % (describe(act), act["cmdlet"], act["witnesses"][:2]))
        continue
    matched.update(seen_in)
    if len(seen_in) > 1:
        problems.append("split: %s stands in %s" % (describe(act), seen_in))
    if act["mailbox"] and act["mailbox"].lower() not in who(best(found["mailbox"])):
        problems.append("mailbox: %s is %s" % (describe(act), found["mailbox"]))
    local = found["time_basis"] == "unknown"
    gap = abs((datetime.fromisoformat(found["time"][:19]) - datetime.fromisoformat(act["time"][:19])).total_seconds())
    # The text of a script is logged when it begins; its calls may follow for an hour.
    script = {w["source"] for w in act["witnesses"]} <= {"powershell-4104", "snapshot", "transcript", "history"}
    if not local and gap > (3600 if script else 121):
        problems.append("time: %s is %s" % (describe(act), found["time"]))
    sources = {w["source"] for w in act["witnesses"]}
    if sources & {"ual", "admin-audit", "exchange-management", "powershell-4100"} and found["result"] != act["result"]:
        problems.append("result: %s is %s" % (describe(act), found["result"]))
    if act["what_if"] != ("what-if" in found["flags"]):
        problems.append("what-if: %s has %s" % (describe(act), found["flags"]))
    if (act["scope"] or "").lower() != (found["scope"] or "").lower():
        problems.append("scope: %s is %s" % (describe(act), found["scope"]))
for change in changes:
    if change["id"] not in matched and change["right"] != "AuditConfig":
        problems.append("surplus: %s %s %s %s on %s for %s, %s" % (
            change["id"], change["time"], change["action"], change["right"], best(change["mailbox"]),
            best(change["trustee"]), [o["source"] + " " + item(o["item"])[-40:] for o in change["observations"]]))

# The ledger: what the truth has open is open, and nothing else is, as far as a server spoke.
SERVERS = {"ual", "exchange-management"}
RULES = ("InboxRule", "TransportRule", "AuditBypass")


def true_key(x):
    trustee = "" if x["right"] in RULES else x["trustee"].lower()
    return (x["mailbox"].lower(), trustee, x["right"], (x["scope"] or "").lower())


proved = set()
for act in truth["acts"]:
    if {w["source"] for w in act["witnesses"]} & SERVERS:
        proved.add(true_key(act))
still = {true_key(g) for g in truth["open_after"]}


def keys(grant):
    rule = grant["right"] in RULES
    for m in who(best(grant["mailbox"])):
        for t in [""] if rule else who(best(grant["trustee"])):
            yield (m, t, grant["right"], (grant["scope"] or "").lower())


# A revoke whose names nobody can resolve is said so; what it closed then stays open.
unmatched = {c["right"] for c in changes if any(s["id"] == "unmatched-revoke" for s in c["signals"])}
opened = set()
for grant in ledger:
    mine = set(keys(grant))
    if grant["state"] != "closed":
        opened |= mine
    if grant["state"] == "open":
        if grant["right"] not in ("Role", "Impersonation", "TransportRule") and not mine & still and (
                grant["right"] not in unmatched):
            problems.append("ledger: %s is open, the truth has it closed: %s" % (grant["id"], sorted(mine)[:1]))
for g in truth["open_after"]:
    key = true_key(g)
    if key in proved and key not in opened and not g.get("before"):
        problems.append("ledger: not open, the truth has it open: %s" % (key,))

# Members of the group that holds a grant, each while both were there.


def seconds(text):
    return datetime.fromisoformat(text[:19]).timestamp() if text else None


for grant in ledger:
    trustee = (grant["trustee"]["identity"] or "").lower()
    here = [m for m in truth["members"] if m["group"].lower() == trustee and m["witnesses"]]
    if grant["right"] == "Role" or not here or not grant["opened"] or grant["state"] == "unknown":
        continue
    begun, ended = seconds(grant["opened"]), seconds(grant["closed"])
    wanted = {}
    for m in here:
        since, until = max(begun, seconds(m["since"])), seconds(m["until"]) if m["left"]["witnesses"] else None
        if (until and until <= begun) or (ended and since >= ended):
            continue
        wanted[m["member"].lower()] = (since, until if not ended or (until and until < ended) else None)
    found = {best(m["who"]).lower(): (seconds(m["since"]), seconds(m["until"])) for m in grant["members"]}
    if len(found) != len(grant["members"]):
        problems.append("members: %s has one of them twice: %s" % (grant["id"], sorted(found)))
    if set(wanted) != set(found):
        problems.append("members: %s has %s, the truth %s" % (grant["id"], sorted(found), sorted(wanted)))
    for name in set(wanted) & set(found):
        (since, until), (f, t) = wanted[name], found[name]
        if f is None or abs(f - since) > 121 or (until is None) != (t is None) or (until and abs(t - until) > 121):
            problems.append("members: %s has %s %s, the truth %s" % (grant["id"], name, found[name], wanted[name]))

for p in problems:
    print(p)
print("%d acts, %d changes, %d problems" % (len(truth["acts"]), len(changes), len(problems)))
sys.exit(1 if problems else 0)
