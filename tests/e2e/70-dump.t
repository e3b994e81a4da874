#!/bin/bash
# Every record, every field: dump against two readers that we did not write.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
"$GENERATE" --seed 2 --out incident >/dev/null || exit 1
log=$(find incident/evidence -name 'Security.evtx' | head -n 1)
"$UNGRANT" dump "$log" >log.jsonl
ok "every line is JSON with item, record and offset" \
    jq -es 'all(.[]; has("item") and has("record") and has("offset"))' log.jsonl
"$UNGRANT" dump --jobs 3 "$log" >log3.jsonl
ok "the same lines from three workers" cmp log.jsonl log3.jsonl
"$UNGRANT" dump - <"$log" | jq -c 'del(.item)' >stdin.jsonl
jq -c 'del(.item)' log.jsonl >named.jsonl
ok "the same records from standard input" cmp stdin.jsonl named.jsonl
"$GENERATE" --seed 5 --environment hybrid --records yes --out recorded >/dev/null || exit 1
export UNGRANT
ok "every record and value is the one that was written" \
    /usr/bin/python3 "$ROOT/tests/conformance/compare_truth.py" recorded
# Half of a log in the middle of other bytes, at no boundary: the records are there, and marked.
{
    head -c 1001 /dev/zero | tr '\0' x
    head -c $((4096 + 40000)) "$log" | tail -c 40000
} >image.bin
status "a file of no known kind is said" 3 "$UNGRANT" dump image.bin
status "its event records are carved when asked for" 0 "$UNGRANT" dump --carve image.bin
"$UNGRANT" dump --carve image.bin >carved.jsonl
ok "carved records are marked" jq -es 'length > 20 and all(.[]; .carved)' carved.jsonl
jq -c .Event log.jsonl | head -n 20 >live
jq -c '.Event' carved.jsonl | head -n 20 >found
ok "and are those of the log" cmp live found
status "analyze carves too" 0 "$UNGRANT" analyze --carve image.bin -o carved
ok "carved records count apart from logs" \
    jq -e 'all(.telemetry[]; .telemetry | endswith("(carved)"))' carved/coverage.json
for f in incident/evidence/m365/ual/*; do
    "$UNGRANT" dump "$f" >ual.jsonl
    ok "$(basename "$f"): every line is JSON" jq -e . ual.jsonl
done
t=$(find incident/evidence -name 'PowerShell_transcript*' | head -n 1)
ok "a transcript is dumped" sh -c "'$UNGRANT' dump '$t' | jq -e .text"
status "something unknown is said" 3 "$UNGRANT" dump /bin/sh
status "a missing file is said" 3 "$UNGRANT" dump nowhere.evtx
if [ -d "$SHARED_DATA/evtx" ]; then
    for f in "$SHARED_DATA"/evtx/*/*.evtx; do
        "$UNGRANT" dump "$f" >/dev/null 2>>faults || echo "$? $f" >>statuses
    done
    ok "real logs: every file ends with status 0 or 3" sh -c "! grep -v '^3 ' statuses"
    if [ -n "${SANITIZED:-}" ]; then
        skip "comparison with other readers" "made without the sanitizers"
    elif [ -x /usr/bin/evtx_dump.py ] && command -v evtxexport >/dev/null; then
        export UNGRANT
        ok "real logs: as many records as the better reader, or a written reason" \
            /usr/bin/python3 "$ROOT/tests/conformance/compare_evtx.py" "$SHARED_DATA"/evtx/*/*.evtx
    else
        skip "comparison with other readers" "libevtx-utils and python3-evtx are not installed"
    fi
else
    skip "real logs" "../shared/data is not here"
fi
finish
