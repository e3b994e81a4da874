#!/bin/bash
# run.sh SECONDS - every fuzz target for so long. Seeds: tests/fuzz/seeds/TARGET (kept: each was a finding
# once), and files that the incident generator writes. A finding stays in $BUILD/fuzz/crash-*.
set -eu
seconds=$1
here=$(cd "$(dirname "$0")" && pwd)
fuzz=$BUILD/fuzz
"$BUILD/tests/incident/generate" --seed 3 --out "$fuzz/incident" >/dev/null
failed=0
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
    dictionary=()
    case $target in
    powershell | scan | parse | fold | payload)
        "$BUILD/tests/fuzz/powershell_seeds" "$target" "$corpus"
        dictionary=(-dict="$here/powershell.dict")
        ;;
    esac
    log=$fuzz/$name.log
    if (cd "$fuzz" && "$binary" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=400000 \
        -artifact_prefix="$fuzz/crash-$target-" "${dictionary[@]}" "$corpus" "$here/seeds/$target") >"$log" 2>&1; then
        echo "fuzz: $target: $(grep -o 'Done [0-9]* runs in [0-9]* second' "$log" | tail -n 1), no finding"
    else
        failed=1
        echo "fuzz: $target: a finding, see $log"
        tail -n 30 "$log"
    fi
done
exit $failed
