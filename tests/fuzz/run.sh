#!/bin/bash
# run.sh SECONDS - every fuzz target for so long. Seeds: tests/fuzz/seeds/TARGET (kept: each was a finding
# once), and files that the incident generator writes. A finding stays in $BUILD/fuzz/crash-*.
set -eu
seconds=$1
here=$(cd "$(dirname "$0")" && pwd)
fuzz=$BUILD/fuzz
"$BUILD/tests/incident/generate" --seed 3 --out "$fuzz/incident" >/dev/null
failed=0

# Chunks and first records of generated logs, and of real ones where they are at hand; the byte in
# front says what the rest is (fuzz_evtx.c).
seed_evtx() {
    local f name
    while IFS= read -r -d '' f; do
        name=$(basename "$f" | tr -c 'A-Za-z0-9\n' _)
        { printf '\001'; tail -c +4097 "$f" | head -c 65536; } >"$1/chunk-$name"
        { printf '\002'; tail -c +$((4097 + 512 + 24)) "$f" | head -c 4000; } >"$1/record-$name"
        { printf '\000'; head -c 69632 "$f"; } >"$1/file-$name"
    done < <(find "$fuzz/incident" "$here/../../../shared/data/evtx" -name '*.evtx' -size +68k -print0 2>/dev/null)
}
for binary in "$fuzz"/fuzz-*; do
    [ -x "$binary" ] || continue
    name=$(basename "$binary")
    target=${name#fuzz-}
    corpus=$fuzz/corpus/$target
    mkdir -p "$corpus" "$here/seeds/$target"
    if [ "$target" = evidence ]; then
        find "$fuzz/incident" -type f -size -200k -print0 | while IFS= read -r -d '' f; do
            cp -f "$f" "$corpus/seed-$(sha256sum <"$f" | cut -c1-16)"
        done
    fi
    [ "$target" = evtx ] && seed_evtx "$corpus"
    longest=400000
    [ "$target" = evtx ] && longest=69633
    log=$fuzz/$name.log
    if (cd "$fuzz" && "$binary" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=$longest \
        -artifact_prefix="$fuzz/crash-$target-" "$corpus" "$here/seeds/$target") >"$log" 2>&1; then
        echo "fuzz: $target: $(grep -o 'Done [0-9]* runs in [0-9]* second' "$log" | tail -n 1), no finding"
    else
        failed=1
        echo "fuzz: $target: a finding, see $log"
        tail -n 30 "$log"
    fi
done
exit $failed
