#!/bin/bash
# seeds.sh N FROM [ARGUMENT...] - generated incidents against their truth: so many seeds, each analysed and held
# against what was really done (truth.py). Arguments go to the generator. A failure prints its seed. Environment: BUILD.
set -u
: "${BUILD:=build}"
n=$1 from=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
for ((seed = from; seed < from + n; seed++)); do
    rm -rf "$work/incident" "$work/out"
    "$BUILD/tests/incident/generate" --seed "$seed" "$@" --out "$work/incident" >/dev/null || exit 1
    "$BUILD/ungrant" analyze "$work/incident/evidence" -o "$work/out" >/dev/null 2>"$work/said"
    if ! /usr/bin/python3 "$here/../e2e/truth.py" "$work/incident/truth.json" "$work/out" >"$work/judged" 2>&1; then
        failed=$((failed + 1))
        echo "not ok - seed $seed $*"
        sed 's/^/# /' "$work/judged"
    fi
done
echo "$((n - failed)) of $n seeds from $from on are as the truth asks"
[ "$failed" -eq 0 ]
