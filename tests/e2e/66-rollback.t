#!/bin/bash
# Emitted scripts in the real PowerShell engine, on a double of Exchange (tests/exchange): the double
# first, fact by fact; then dry run, apply, undo, refusals, failures, interruptions, drift.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/powershell/host.sh"
export UNGRANT

# Each "ok" and "not ok" line of a PowerShell test is a test here; its exit status is how many failed.
powershell_tests() { # NAME SCRIPT ARGUMENT...
    local name=$1 line got=0
    shift
    "$POWERSHELL_HOST" run "$@" >"$WORK/$name.out" 2>&1 || got=$?
    while IFS= read -r line; do
        case $line in
        'ok '*) ok "${line#ok }" true ;;
        'not ok '*) ok "${line#not ok }" false ;;
        *) echo "# $line" ;;
        esac
    done <"$WORK/$name.out"
    is "$name: its exit status" "$got" 0
}

if powershell_host; then
    powershell_tests semantics "$ROOT/tests/exchange/semantics.ps1"
    mkdir "$WORK/case"
    powershell_tests rollback "$ROOT/tests/exchange/rollback.ps1" -Folder "$WORK/case"
    mkdir "$WORK/settings"
    powershell_tests settings "$ROOT/tests/exchange/settings.ps1" -Folder "$WORK/settings"
    powershell_tests readme "$ROOT/tests/exchange/readme.ps1" -Folder "$WORK/case" -Readme "$ROOT/README.md"
    # The review that README.md shows is that of the settings, as planned before anybody approved.
    "$UNGRANT" plan "$WORK/settings/out" -o "$WORK/shown.json" --case T --environment online >/dev/null 2>&1
    printf 'n\nn\nn\nn\nn\ny\nq\n' | script -qec "'$UNGRANT' review '$WORK/shown.json' --by 'R. Vega'" /dev/null 2>&1 | tr -d '\r' >"$WORK/review.txt"
    sed -n "/review plan.json --by 'R. Vega'/,/approve?/p" "$ROOT/README.md" | sed '1d; s/^    //; s/\] y$/]/' >"$WORK/shown.txt"
    is "README.md shows eight lines of an action" "$(wc -l <"$WORK/shown.txt")" 8
    while IFS= read -r line; do
        ok "README.md, a review: $line" grep -qF -- "$line" "$WORK/review.txt"
    done <"$WORK/shown.txt"
    ok "README.md, a review: what y says" grep -q 'a-006: noted; a second person must approve it too' "$WORK/review.txt"
    ok "the scripts are the same commands in code pages 1252 and 1251" "$POWERSHELL_HOST" encodings \
        "$WORK"/case/scripts/*.ps1 "$WORK"/settings/scripts/*.ps1
fi
finish
