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
