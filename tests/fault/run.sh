#!/bin/bash
# run.sh - each I/O call failing once, one by one, until a run no longer reaches it: no crash, a message, a
# non-zero exit, and nothing that looks complete but is not. Environment: BUILD.
set -u
: "${BUILD:=build}" "${MOST:=60}"
ungrant=$BUILD/ungrant
shim=$BUILD/fault.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$BUILD/tests/incident/generate" --seed 6 --out "$work/incident" >/dev/null || exit 1
rm -rf "$work/incident/evidence/ws02" # a few items are enough
cd "$work" || exit 1
"$ungrant" analyze incident/evidence/m365 -o out >/dev/null 2>&1
"$ungrant" plan out -o plan.json >/dev/null || exit 1
"$ungrant" review plan.json --approve-all --by Ann --reason x >/dev/null
"$ungrant" emit plan.json -o good >/dev/null || exit 1
"$ungrant" collect incident/evidence/m365 -o good.zip --case F --examiner F >/dev/null || exit 1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 9 \
    -subj '/CN=Signer' -addext keyUsage=digitalSignature 2>/dev/null || exit 1
"$ungrant" analyze good.zip -o sealed >/dev/null 2>&1
"$ungrant" custody good.zip --note begin >/dev/null && cp good.custody.jsonl begin || exit 1
failed=0 runs=0

# complete NAME: is what the command leaves either not there or whole?
complete() {
    case $1 in
    custody) "$ungrant" verify good.zip --ca cert.pem >/dev/null && cmp -s -n "$(stat -c %s begin)" begin good.custody.jsonl ;;
    sign) [ ! -e case.zip ] || "$ungrant" verify case.zip --ca cert.pem >/dev/null 2>&1 ;;
    package) [ ! -e hand.zip ] || "$ungrant" verify hand.zip >/dev/null 2>&1 ;;
    collect) [ ! -e case.zip ] || "$ungrant" verify case.zip >/dev/null 2>&1 ;;
    emit) for f in scripts/*.ps1; do [ ! -e "$f" ] || cmp -s "$f" "good/${f##*/}" || return 1; done ;;
    analyze) for f in res/*.jsonl; do [ ! -e "$f" ] || jq -e . "$f" >/dev/null || return 1; done ;;
    *) true ;;
    esac
}

try() { # try NAME CALL ARGS...
    local name=$1 call=$2 k status
    shift 2
    for ((k = 1; k <= MOST; k++)); do
        rm -rf case.zip* hand.zip* case.custody* scripts res log
        cp begin good.custody.jsonl
        timeout 60 env FAULT_CALL=$call FAULT_AT=$k FAULT_LOG="$work/log" LD_PRELOAD="$shim" "$ungrant" "$@" \
            >stdout 2>stderr
        status=$?
        [ -s log ] || break
        runs=$((runs + 1))
        if [ $status -ge 124 ]; then
            echo "fault: $name: $call number $k: ended with $status: $(tail -n 1 stderr)"
            failed=1
        elif [ $status -eq 0 ] && [ "$call" != close ] && [ "$call" != read ] && ! complete "$name"; then
            echo "fault: $name: $call number $k: says done, but is not"
            failed=1
        elif [ $status -ne 0 ] && ! [ -s stderr ] && ! [ -s stdout ]; then
            echo "fault: $name: $call number $k: status $status without a word"
            failed=1
        elif ! complete "$name"; then
            echo "fault: $name: $call number $k: leaves what looks complete but is not"
            failed=1
        fi
    done
}
for call in read write close fsync rename fwrite fclose; do
    try analyze $call analyze --jobs 1 incident/evidence/m365 -o res
    try emit $call emit plan.json -o scripts
    try collect $call collect incident/evidence/m365 -o case.zip --case F --examiner F
    try sign $call collect incident/evidence/m365 -o case.zip --case F --examiner F --sign key.pem --cert cert.pem
    try verify $call verify good.zip
    try package $call package good.zip sealed --jobs 1 -o hand.zip
    try custody $call custody good.zip --transfer --from A --to B --sign key.pem --cert cert.pem
done
[ $failed -eq 0 ] && echo "fault: $runs runs with one failing call each, none crashed or misled"
exit $failed
