#!/bin/bash
# Every container and encoding that responders hold gives the changes that the truth asks for. Each row writes
# a generated incident's records anew (containers.py), under the old names, which nothing looks at.
. "$(dirname "$0")/tap.sh"
cd "$WORK" || exit 1
python=/usr/bin/python3
make_as() { $python "$ROOT/tests/e2e/containers.py" "$@"; }

# seed: 2 and 3 hold servers on premises and workstations; every revoke of theirs can be matched by its names.
prepare() { # prepare SEED: incident-SEED, and what its event logs hold as lines
    [ -d "incident-$1" ] && return
    "$GENERATE" --seed "$1" --out "incident-$1" >/dev/null || exit 1
    find "incident-$1" -name '*.evtx' | while IFS= read -r log; do
        "$UNGRANT" dump "$log" >"$log.lines" 2>/dev/null || true
        mv "$log.lines" "$(echo "$log.lines" | tr / +)"
    done
}

rewrite() { # rewrite SEED SHAPE ENCODING: every file that the shape is about, in its place
    local seed=$1 shape=$2 encoding=$3 file
    rm -rf case && cp -r "incident-$seed" case
    case $shape in
    audit-*)
        file=case/evidence/onprem/AdminAuditLog.xml
        make_as "$shape" "$encoding" "incident-$seed/evidence/onprem/AdminAuditLog.xml" "$file"
        ;;
    *)
        find case -name '*.evtx' | while IFS= read -r file; do
            make_as "$shape" "$encoding" "$(echo "incident-$seed${file#case}.lines" | tr / +)" "$file"
        done
        ;;
    esac
}

while read -r seed shape encoding; do
    prepare "$seed"
    rewrite "$seed" "$shape" "$encoding"
    "$UNGRANT" analyze case/evidence -o "out" >log 2>&1
    ok "$shape in $encoding: seed $seed's changes are as the truth asks" \
        $python "$ROOT/tests/e2e/truth.py" case/truth.json out
    ok "$shape in $encoding: nothing of it is unknown or unreadable" \
        sh -c "! grep -E 'evtx|AdminAudit' out/errors.jsonl"
    rm -rf out
done <<'END'
2 xml-events utf-8
2 xml-events utf-8+bom
2 xml-lines utf-8
2 xml-events utf-16-le+bom
2 xml-lines utf-16-be+bom
3 xml-events utf-16-le
2 winlogbeat utf-8
2 nxlog utf-8
2 evtx_dump-lines utf-8
2 evtx_dump-pretty utf-8
3 evtx_dump-lines utf-16-le+bom
3 audit-xml utf-16-le+bom
2 audit-clixml utf-16-le+bom
3 audit-clixml utf-8
2 audit-json utf-8
3 audit-json-lines utf-16-be+bom
END

# Evidence that we did not write: ITEM READER RECORDS, one line each.
if [ -d "$SHARED_DATA/exchange" ]; then
    "$UNGRANT" analyze "$SHARED_DATA/exchange" "$SHARED_DATA/signin" -o shared >/dev/null 2>&1 || true
    while read -r item reader records; do
        is "$item is read by $reader" "$($python - "$item" <<'PY'
import json
import sys
items = json.load(open("shared/coverage.json"))["items"]
print([(i["reader"], i["records"], i["unreadable"]) for i in items if i["item"].endswith(sys.argv[1])])
PY
)" "[('$reader', $records, 0)]"
    done <<'END'
audit20230111-1.LOG exchange-log 1
proxylogon_ssrf_rce_poc_2021-03-14T01401970.json windows-json 10487
WindowsEvents.json windows-json 38
END
    is "the server's own audit log says it in UTC" \
        "$(grep -A12 'audit20230111-1.LOG' shared/coverage.json | grep -c '2023-01-11T15:56:33.189Z')" 2
else
    skip "evidence that we did not write" "../shared/data is not here"
fi
finish
