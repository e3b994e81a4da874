#!/bin/bash
# seeds.sh N FROM [ARGUMENT...] - generated incidents against their truth: so many seeds, each analysed and held
# against what was really done (truth.py). Then all files once more, in another order, every second one through facts of
# its own, by three workers: the same bytes. Arguments go to the generator. A failure prints its seed. Environment: BUILD.
set -u
: "${BUILD:=build}"
n=$1 from=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# The files in an order that only the seed decides, every second one as facts, into $work/again.
in_other_order() { # SEED
    local file n=0 list=()
    rm -rf "$work/again" "$work/facts"
    mkdir "$work/facts"
    while IFS= read -r file; do
        n=$((n + 1))
        if ((n % 2)); then
            list+=("$file")
        else
            "$BUILD/ungrant" analyze "$file" --facts "$work/facts/$n.facts" >/dev/null 2>&1
            list+=("$work/facts/$n.facts")
        fi
    done < <(find "$work/incident/evidence" -type f | sort | shuf --random-source=<(yes "$1"))
    "$BUILD/ungrant" analyze --jobs 3 "${list[@]}" -o "$work/again" >/dev/null 2>&1
}

for ((seed = from; seed < from + n; seed++)); do
    rm -rf "$work/incident" "$work/out"
    "$BUILD/tests/incident/generate" --seed "$seed" "$@" --out "$work/incident" >/dev/null || exit 1
    "$BUILD/ungrant" analyze "$work/incident/evidence" -o "$work/out" >/dev/null 2>"$work/said"
    if ! /usr/bin/python3 "$here/../e2e/truth.py" "$work/incident/truth.json" "$work/out" >"$work/judged" 2>&1; then
        failed=$((failed + 1))
        echo "not ok - seed $seed $*"
        sed 's/^/# /' "$work/judged"
        continue
    fi
    in_other_order "$seed"
    if ! diff -r "$work/out" "$work/again" >"$work/judged" 2>&1; then
        failed=$((failed + 1))
        echo "not ok - seed $seed $*: another order, other bytes"
        head -n 5 "$work/judged" | cut -c1-300 | sed 's/^/# /'
    fi
done
echo "$((n - failed)) of $n seeds from $from on are as the truth asks, in any order"
[ "$failed" -eq 0 ]
