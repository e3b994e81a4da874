#!/bin/bash
# run.sh - speed as ratios to a baseline of the same run: SHA-256 by libcrypto over the same bytes.
#
# Each figure is the median of RUNS pairs, the baseline and the command one after the other, so that
# what else the machine does touches both. Prints a table and appends it to tests/bench/history.tsv.
# Readers of other people are measured where they are on PATH, the slow ones on a smaller log.
set -eu
: "${BUILD:=build}" "${RUNS:=7}" "${SIZE:=200M}"
ungrant=$BUILD/ungrant
bench=$BUILD/bench
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$bench"
if [ ! -e "$bench/$SIZE/truth.json" ]; then
    rm -rf "${bench:?}/$SIZE"
    "$BUILD/tests/incident/generate" --seed 1 --size "$SIZE" --out "$bench/$SIZE" >/dev/null
    "$BUILD/tests/incident/generate" --seed 1 --size 8M --out "$bench/small" >/dev/null
    "$BUILD/tests/incident/generate" --seed 1 --size 100M --out "$bench/middle" >/dev/null
fi
find "$bench/$SIZE/evidence" -name '*.evtx' -size +1M | sort >"$bench/evtx"
find "$bench/small/evidence" -name '*.evtx' -size +1M | sort | head -n 1 >"$bench/one"
find "$bench/middle/evidence" -name '*.evtx' -size +1M | sort | head -n 1 >"$bench/mid"
find "$bench/$SIZE/evidence" -path '*ual*' -size +1M | sort >"$bench/ual"
# The log four times over: long enough that starting up does not matter.
mapfile -t logs <"$bench/evtx"
for i in 1 2 3 4; do cp -f "${logs[0]}" "$bench/log-$i.evtx"; done
printf '%s\n' "$bench"/log-?.evtx >"$bench/evtx"

# An audit log of which one record in a hundred is of interest, as lines and as a table.
python3 "$here/audit_log.py" 200000 "$bench/audit.jsonl" "$bench/audit.csv"
echo "$bench/audit.jsonl" >"$bench/audit_lines"
echo "$bench/audit.csv" >"$bench/audit_table"

seconds() { # wall seconds of a command, its output thrown away
    local begin end
    begin=$(date +%s.%N)
    "$@" >/dev/null 2>&1 || true
    end=$(date +%s.%N)
    awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.4f\n", b - a }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
hash_all() { openssl dgst -sha256 "$@"; }

# ratio NAME SET BASELINE WHAT COMMAND...: how many times as fast the command is as the baseline.
ratio() {
    local name=$1 set=$2 base=$3 what=$4 files pairs= b o
    shift 4
    mapfile -t files <"$bench/$set"
    [ ${#files[@]} -gt 0 ] || { echo "bench: no files for $name" >&2; return; }
    for _ in $(seq "$RUNS"); do
        b=$(seconds $base "${files[@]}")
        o=$(seconds "$@" "${files[@]}")
        pairs+="$(awk -v b="$b" -v o="$o" 'BEGIN { printf "%.4f\n", b / o }')"$'\n'
    done
    value=$(printf '%s' "$pairs" | median)
    printf '%-36s %9s x %s\n' "$name" "$value" "$what"
    printf '%s\t%s\t%s\t%s\t%s\n' "$(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo -)" \
        "$name" "$value" "$what" "$SIZE" >>"$here/history.tsv"
}
out=$bench/out
ratio 'analyze evtx, 1 worker' evtx hash_all SHA-256 "$ungrant" analyze --jobs 1 -o "$out"
ratio 'analyze evtx, 2 workers' evtx hash_all SHA-256 "$ungrant" analyze --jobs 2 -o "$out"
ratio 'analyze evtx, 2 workers beside 1' evtx "$ungrant analyze --jobs 1 -o $out" '1 worker' \
    "$ungrant" analyze --jobs 2 -o "$out"
ratio 'dump evtx, 1 worker' evtx hash_all SHA-256 "$ungrant" dump
ratio 'dump evtx, 2 workers' evtx hash_all SHA-256 "$ungrant" dump --jobs 2
ratio 'dump evtx, 2 workers beside 1' evtx "$ungrant dump" '1 worker' "$ungrant" dump --jobs 2
ratio 'analyze audit log, 1 worker' ual hash_all SHA-256 "$ungrant" analyze --jobs 1 -o "$out"
ratio 'analyze audit log lines, 1 of 100' audit_lines hash_all SHA-256 "$ungrant" analyze -o "$out"
ratio 'analyze audit log table, 1 of 100' audit_table hash_all SHA-256 "$ungrant" analyze -o "$out"
ratio 'dump audit log, 1 worker' ual hash_all SHA-256 "$ungrant" dump
command -v evtxexport >/dev/null && RUNS=3 ratio 'dump (50 MB log)' mid evtxexport evtxexport "$ungrant" dump
[ -x /usr/bin/evtx_dump.py ] &&
    RUNS=1 ratio 'dump (4 MB log)' one /usr/bin/evtx_dump.py evtx_dump.py "$ungrant" dump
command -v evtx_dump >/dev/null &&
    ratio 'dump evtx, 1 worker' evtx 'evtx_dump -t 1 -o jsonl' 'evtx_dump (Rust), 1 thread' "$ungrant" dump


# A change costs the same however many there are, but for the sorting: 100,000 and 1,000,000 of them, held
# against n log n. 1.0: as n log n grows; 8.3 would be n squared.
python3 "$here/changes.py" 100000 >"$bench/changes-100000.json"
python3 "$here/changes.py" 1000000 >"$bench/changes-1000000.json"
few=$(seconds "$ungrant" analyze -o "$out" "$bench/changes-100000.json")
many=$(seconds "$ungrant" analyze -o "$out" "$bench/changes-1000000.json")
value=$(awk -v a="$few" -v b="$many" 'BEGIN { printf "%.4f\n", b / a / (10 * log(1000000) / log(100000)) }')
printf '%-36s %9s x %s\n' 'fold 1,000,000 changes' "$value" 'n log n from 100,000'
printf '%s\t%s\t%s\t%s\t%s\n' "$(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo -)" \
    'fold 1,000,000 changes' "$value" 'n log n from 100,000' "$SIZE" >>"$here/history.tsv"
rm -f "$bench"/log-?.evtx "$bench"/audit.jsonl "$bench"/audit.csv "$bench"/changes-*.json
