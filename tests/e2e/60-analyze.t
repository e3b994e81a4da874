#!/bin/bash
# What analyze says is what happened: generated incidents against their truth, the same bytes whatever
# way they were made, altered cases, and evidence that we did not write.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
python=/usr/bin/python3

# What only script blocks and the engine's own remarks tell: which calls failed is in the 4100 alone.
for more in "3 --share ual=0" "9 --environment onprem --share exchange-management=0 --share admin-audit=0"; do
    read -r seed options <<<"$more"
    # shellcheck disable=SC2086 # options are words
    "$GENERATE" --seed "$seed" $options --share powershell-4103=0 --share powershell-800=0 --out blocks-"$seed" >/dev/null || exit 1
    "$UNGRANT" analyze blocks-"$seed"/evidence -o blocks-out-"$seed" >blocks-log 2>&1
    ok "seed $seed, script blocks only: every act of the truth is one change" \
        $python "$ROOT/tests/e2e/truth.py" blocks-"$seed"/truth.json blocks-out-"$seed"
    ok "seed $seed, script blocks only: a call that failed is known by its 4100" \
        grep -q '"result":"failed".*powershell-4100' blocks-out-"$seed"/timeline.jsonl
done

# Seeds in which every revoke can be matched by its names; in some others (10, 14, 37) both names of a revoke
# are written in ways that no record joins to anything, and the ledger keeps the grant open.
for seed in 1 2 3 4 5 6 7 8 9 11 12 68 204; do
    "$GENERATE" --seed $seed --out incident-$seed >/dev/null || exit 1
    "$UNGRANT" analyze incident-$seed/evidence -o out-$seed >log-$seed 2>&1
    ok "seed $seed: every act of the truth is one change, and the ledger agrees" \
        $python "$ROOT/tests/e2e/truth.py" incident-$seed/truth.json out-$seed
done

same() { # same NAME DIR DIR
    ok "$1" diff -r "$2" "$3"
}
"$UNGRANT" analyze --jobs 1 incident-1/evidence -o jobs-1 >/dev/null 2>&1
"$UNGRANT" analyze --jobs 2 incident-1/evidence -o jobs-2 >/dev/null 2>&1
"$UNGRANT" analyze --jobs 5 incident-1/evidence -o jobs-5 >/dev/null 2>&1
same "one worker and two write the same bytes" jobs-1 jobs-2
same "one worker and five write the same bytes" jobs-1 jobs-5
n=0
find incident-1/evidence -type f | sort -r | while IFS= read -r f; do
    n=$((n + 1))
    "$UNGRANT" analyze --facts "$WORK/part-$n.facts" "$f" >/dev/null 2>&1
done
"$UNGRANT" analyze part-*.facts -o folded >/dev/null 2>&1
same "facts extracted item by item and folded later write the same bytes" jobs-1 folded
head -c 3000 part-1.facts >cut.facts
status "a facts file that was cut is used as far as it goes, and said" 3 "$UNGRANT" analyze cut.facts -o cut
ok "the cut facts file stands in errors.jsonl" grep -q 'cut.facts.*cut or damaged' cut/errors.jsonl

# A sealed case, and the same with one byte of evidence altered.
"$UNGRANT" collect incident-2/evidence -o CASE.tar --case T-60 --examiner Test >/dev/null 2>&1
status "a sealed case is analysed" 0 "$UNGRANT" analyze CASE.tar -o sealed
ok "its items match the manifest" grep -q '"integrity": *"matches"' sealed/coverage.json
ok "its custody chain has the analysis" grep -q '"event":"analyze"' CASE.custody.jsonl
is "the case's number is in the report" "$(grep -c 'T-60' sealed/report.html | sed 's/[1-9].*/some/')" some
$python - <<'PY'
data = bytearray(open("CASE.tar", "rb").read())
at = data.find(b'"Operation"')
data[at + 1] ^= 0x20
open("ALTERED.tar", "wb").write(data)
PY
status "an altered case ends with 3" 3 "$UNGRANT" analyze ALTERED.tar -o altered
ok "the altered item is named" grep -q 'SHA-256 differs from the case' altered/errors.jsonl
ok "statements from it are marked, not hidden" grep -q '"integrity":"differs"' altered/timeline.jsonl

# Wrong inputs: one clear line each.
one_line() { # one_line NAME STATUS ARGS...
    local name=$1 want=$2 got=0
    shift 2
    "$UNGRANT" "$@" >stdout 2>stderr || got=$?
    is "$name: exit status" "$got" "$want"
    is "$name: one line on stderr" "$(grep -vc 'workers are not fully confined' stderr)" 1
}
one_line "no evidence" 2 analyze -o x
one_line "no output" 2 analyze incident-1/evidence
one_line "unknown option" 2 analyze --frobnicate
one_line "unknown command" 2 frobnicate
one_line "output cannot be made" 4 analyze incident-1/evidence/m365 -o /proc/nowhere/x
status "a missing file ends with 3 and is named" 3 "$UNGRANT" analyze missing.evtx -o missing
ok "the missing file stands in errors.jsonl" grep -q '"item":"missing.evtx"' missing/errors.jsonl
: >empty.evtx
status "an empty file ends with 3" 3 "$UNGRANT" analyze empty.evtx -o empty
head -c 50000 "$(find incident-1/evidence -name 'Security.evtx' | head -n 1)" >truncated.evtx
status "a truncated log ends with 3" 3 "$UNGRANT" analyze truncated.evtx -o truncated
ok "help fits a screen" test "$("$UNGRANT" analyze --help | wc -l)" -le 24

if [ -d "$SHARED_DATA" ]; then
    got=0
    "$UNGRANT" analyze "$SHARED_DATA" -o shared >/dev/null 2>stderr || got=$?
    ok "all of the real evidence is read: status 0 or 3" test $got -eq 0 -o $got -eq 3
    # Every grant that the audit log samples hold, by record and right.
    found=$($python - <<'PY'
import json
for line in open("shared/timeline.jsonl"):
    c = json.loads(line)
    for o in c["observations"]:
        if o["source"] == "ual" and "msticpy" not in o["item"]:
            print(o["record"][:8], c["action"], c["right"])
PY
)
    is "the grants of the audit log samples" "$(echo "$found" | sort)" "$(sort <<'END'
cc0bb5b2 alter AuditConfig
21e87b2c alter AuditConfig
8b30644e alter AuditConfig
d3bc1013 alter AuditConfig
20fd5006 grant AuditBypass
c1d1651a alter AuditConfig
158ad9da grant FullAccess
c1b9ac08 grant SendAs
76c3fa50 grant InboxRule
d7cf7b7d grant Forwarding
c27d7322 grant Role
7264385a revoke Role
7627a837 grant Impersonation
b6803747 alter InboxRule
df48cda4 grant Role
97fc1f52 grant FullAccess
4ae7e0d5 grant Role
END
)"
    is "the service's own grant is routine, the human ones are not" \
        "$($python - <<'PY'
import json
rows = [json.loads(l) for l in open("shared/timeline.jsonl")]
print([c["priority"] for c in rows if any(o["record"].startswith("158ad9da") for o in c["observations"])],
      any(c["priority"] == "routine" for c in rows if any(o["record"][:8] in ("c1b9ac08", "97fc1f52") for o in c["observations"])))
PY
)" "['routine'] False"
    is "the forwarded French event is the one change of its log" \
        "$(grep -c 'MSExchange_Management_wec.evtx' shared/timeline.jsonl)" 1
    ok "five FullAccess grants of the five-column export" test "$(grep -c 'msticpy.*' shared/timeline.jsonl)" -ge 5
    is "no grant comes from a set-up log that only holds the text of one" \
        "$(grep -c 'ExchangeSetup_Failed' shared/timeline.jsonl)" 0
else
    skip "evidence that we did not write" "../shared/data is not here"
fi
# Rules see what a text decodes, too.
echo "iex ('Set-Mail'+'box ceo@c.test -Forward'+'ingSmtpAddress x@e.test')" >ConsoleHost_history.txt
"$UNGRANT" analyze ConsoleHost_history.txt -o decoded >/dev/null 2>&1
ok "a rule matches what only the decoded text holds" sh -c \
    "! grep -q ForwardingSmtp ConsoleHost_history.txt && jq -e '.rules|index(\"mailbox_forwarding_set\")' decoded/timeline.jsonl"
finish
