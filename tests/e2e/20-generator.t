#!/bin/sh
# The incident generator: same options give the same bytes, and the event logs it writes are read
# completely by two independent readers (evtxexport of libevtx-utils, evtx_dump.py of python3-evtx).
: "${GENERATE:=build/tests/incident/generate}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
tests=0
failed=0

check() { # check STATUS NAME
    tests=$((tests + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tests - $2"
    else
        echo "not ok $tests - $2"
        failed=1
    fi
}

skip() { # skip NAME REASON
    tests=$((tests + 1))
    echo "ok $tests - $1 # SKIP $2"
}

# Records that the file header promises: next record number less the first one of the first chunk.
number_at() { od -An -t u8 -j "$2" -N 8 "$1" | tr -d ' '; }
promised() { echo $(($(number_at "$1" 24) - $(number_at "$1" 4120))); }

for environment in online onprem hybrid; do
    "$GENERATE" --seed 4 --environment $environment --out "$work/$environment" >/dev/null 2>&1
    check $? "$environment incident is generated"
    grep -q '"format": *"ungrant-truth/1"' "$work/$environment/truth.json"
    check $? "$environment truth has its format"
done

"$GENERATE" --seed 4 --environment hybrid --out "$work/again"
diff -r "$work/hybrid" "$work/again" >/dev/null
check $? "same options, same bytes"

"$GENERATE" --seed 5 --environment hybrid --out "$work/other"
diff -rq "$work/hybrid" "$work/other" >/dev/null
test $? -eq 1
check $? "another seed, another incident"

"$GENERATE" --seed 4 --environment online --share ual=0 --share transcript=0 --out "$work/share"
! grep -q -e '"source": *"ual"' -e '"source": *"transcript"' "$work/share/truth.json"
check $? "dropped witnesses are not in the truth"

"$GENERATE" --seed 4 --damage 10 --out "$work/damaged"
test "$(grep -c '"what":' "$work/damaged/truth.json")" -eq 10
check $? "ten things are damaged and listed"

"$GENERATE" --seed 4 --environment online --size 8M --out "$work/big"
size=$(du -sk "$work/big" | cut -f1)
test "$size" -gt 7000 && test "$size" -lt 12000
check $? "--size 8M gives about that ($size KiB)"

"$GENERATE" --out "$work/x" --share nonsense=5 >/dev/null 2>&1
test $? -eq 2
check $? "unknown source is a usage error"

find "$work/online" "$work/onprem" "$work/hybrid" "$work/big" -name '*.evtx' | sort >"$work/list"
while IFS= read -r log; do
    name=${log#"$work"/}
    want=$(promised "$log")
    case $log in
    *ForwardedEvents*)
        skip "evtxexport: $name" "libevtx cannot read binary XML without a template"
        skip "evtx_dump.py: $name" "python3-evtx cannot read binary XML without a template"
        continue
        ;;
    esac
    if command -v evtxexport >/dev/null; then
        got=$(evtxexport "$log" 2>&1 | grep -c '^Event number')
        test "$got" -eq "$want"
        check $? "evtxexport: $name has $want records ($got)"
    else
        skip "evtxexport: $name" "evtxexport is not installed (libevtx-utils)"
    fi
    if ! command -v evtx_dump.py >/dev/null; then
        skip "evtx_dump.py: $name" "evtx_dump.py is not installed (python3-evtx)"
    elif [ "$want" -gt 3000 ]; then
        skip "evtx_dump.py: $name" "$want records would take it minutes"
    else
        got=$(evtx_dump.py "$log" 2>&1 | grep -c '<Event xmlns')
        test "$got" -eq "$want"
        check $? "evtx_dump.py: $name has $want records ($got)"
    fi
done <"$work/list"

echo "1..$tests"
exit $failed
