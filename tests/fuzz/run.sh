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

# The generator's records in other containers (fuzz_reader.h: the byte in front is the size of pieces).
containers="windows_xml xml-events utf-8
windows_xml xml-lines utf-16-le+bom
windows_json winlogbeat utf-8
windows_json nxlog utf-16-be+bom
windows_json evtx_dump-pretty utf-8
audit_xml audit-xml utf-8
audit_clixml audit-clixml utf-16-le+bom
audit_json audit-json utf-8"
seed_container() { # seed_container TARGET CORPUS
    local target shape encoding source
    while read -r target shape encoding; do
        [ "$target" = "$1" ] || continue
        source=$fuzz/incident/evidence/onprem/AdminAuditLog.xml
        [ "${target#audit}" != "$target" ] || source=$fuzz/events.lines
        /usr/bin/python3 "$here/../e2e/containers.py" "$shape" "$encoding" "$source" "$fuzz/container"
        { printf '\377'; head -c 20000 "$fuzz/container"; } >"$2/$shape"
        { printf '\001'; head -c 6000 "$fuzz/container"; } >"$2/$shape-small"
    done <<<"$containers"
}
find "$fuzz/incident" -name '*.evtx' -size -80k -print0 | while IFS= read -r -d '' f; do
    "$BUILD/ungrant" dump "$f" 2>/dev/null | head -n 40
done >"$fuzz/events.lines"

# Generated files that a reader of text would get; the byte in front is the size of its pieces.
seed_text() {
    local f pattern
    case $1 in
    ual_csv) pattern='*AuditRecords*.csv' ;;
    ual_json) pattern='*/ual/*.json' ;;
    transcript) pattern='*PowerShell_transcript*' ;;
    snapshot_csv) pattern='*/state/*.csv' ;;
    snapshot_json) pattern='*/state/*.json' ;;
    *) return 0 ;;
    esac
    find "$fuzz/incident" -path "$pattern" -print0 | while IFS= read -r -d '' f; do
        { printf '\003'; head -c 60000 "$f"; } >"$2/text-$(sha256sum <"$f" | cut -c1-16)"
    done
}

# A signed case and its chain, and a signature that is whole (fuzz_signature.c signs "content").
seed_court() { # seed_court TARGET CORPUS
    local at=$fuzz/court
    rm -rf "$at" && mkdir -p "$at/in" && printf '{}' >"$at/in/a"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$at/key.pem" -out "$at/cert.pem" \
        -subj /CN=S -addext keyUsage=digitalSignature 2>/dev/null
    printf content >"$at/content"
    openssl cms -sign -binary -in "$at/content" -signer "$at/cert.pem" -inkey "$at/key.pem" -outform DER -out "$at/p7s"
    "$BUILD/ungrant" collect "$at/in" -o "$at/c.zip" --case 1 --examiner E --all >/dev/null
    "$BUILD/ungrant" custody "$at/c.zip" --transfer --from A --to B --sign "$at/key.pem" --cert "$at/cert.pem" >/dev/null
    "$BUILD/ungrant" custody "$at/c.zip" --note x >/dev/null
    [ "$1" = signature ] && cp "$at/p7s" "$2/signature"
    [ "$1" = custody ] && cp "$at/c.custody.jsonl" "$2/chain"
    [ "$1" = custody ] && sed 's/,"prev".*/}/' "$at/c.custody.jsonl" >"$2/mended"
    return 0
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
    seed_container "$target" "$corpus"
    seed_text "$target" "$corpus"
    case $target in custody | signature) seed_court "$target" "$corpus" ;; esac
    longest=400000
    [ "$target" = evtx ] && longest=69633
    dictionary=()
    case $target in
    powershell | scan | parse | fold | payload)
        "$BUILD/tests/fuzz/powershell_seeds" "$target" "$corpus"
        dictionary=(-dict="$here/powershell.dict")
        ;;
    esac
    log=$fuzz/$name.log
    if (cd "$fuzz" && "$binary" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=$longest \
        -artifact_prefix="$fuzz/crash-$target-" "${dictionary[@]}" "$corpus" "$here/seeds/$target") >"$log" 2>&1; then
        echo "fuzz: $target: $(grep -o 'Done [0-9]* runs in [0-9]* second' "$log" | tail -n 1), no finding"
    else
        failed=1
        echo "fuzz: $target: a finding, see $log"
        tail -n 30 "$log"
    fi
done
exit $failed
