#!/bin/bash
# run.sh - speed as ratios to a baseline of the same run: SHA-256 by libcrypto over the same bytes.
# Median of RUNS paired runs. Prints a table; appends it to tests/bench/history.tsv.
set -eu
: "${BUILD:=build}" "${RUNS:=5}" "${SIZE:=200M}"
ungrant=$BUILD/ungrant
bench=$BUILD/bench
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$bench"
if [ ! -e "$bench/$SIZE/truth.json" ]; then
    rm -rf "${bench:?}/$SIZE"
    "$BUILD/tests/incident/generate" --seed 1 --size "$SIZE" --out "$bench/$SIZE" >/dev/null
fi
find "$bench/$SIZE/evidence" -name '*.evtx' -size +1M | sort >"$bench/evtx"
find "$bench/$SIZE/evidence" -path '*ual*' -size +1M | sort >"$bench/ual"

seconds() { # wall seconds of a command, its output thrown away
    local begin end
    begin=$(date +%s.%N)
    "$@" >/dev/null 2>&1 || true
    end=$(date +%s.%N)
    awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.4f\n", b - a }'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# ratio NAME SET COMMAND...: how fast the command is beside SHA-256 over the same files (1: as fast).
ratio() {
    local name=$1 set=$2 files pairs=
    shift 2
    mapfile -t files <"$bench/$set"
    [ ${#files[@]} -gt 0 ] || { echo "bench: no files for $name" >&2; return; }
    for _ in $(seq "$RUNS"); do
        base=$(seconds openssl dgst -sha256 "${files[@]}")
        own=$(seconds "$@" "${files[@]}")
        pairs+="$(awk -v b="$base" -v o="$own" 'BEGIN { printf "%.4f\n", b / o }')"$'\n'
    done
    value=$(printf '%s' "$pairs" | median)
    printf '%-34s %8s x SHA-256\n' "$name" "$value"
    printf '%s\t%s\t%s\t%s\n' "$(git -C "$here" rev-parse --short HEAD 2>/dev/null || echo -)" "$name" "$value" "$SIZE" >>"$here/history.tsv"
}
out=$bench/out
ratio 'analyze evtx, 1 worker' evtx "$ungrant" analyze --jobs 1 -o "$out"
ratio 'analyze evtx, 2 workers' evtx "$ungrant" analyze --jobs 2 -o "$out"
ratio 'dump evtx, 1 worker' evtx "$ungrant" dump
ratio 'analyze audit log, 1 worker' ual "$ungrant" analyze --jobs 1 -o "$out"
ratio 'dump audit log, 1 worker' ual "$ungrant" dump
if command -v evtxexport >/dev/null 2>&1; then
    head -n 1 "$bench/evtx" >"$bench/one"
    RUNS=1 ratio 'evtxexport (one log)' one evtxexport
    RUNS=1 ratio 'dump (the same log)' one "$ungrant" dump
fi
