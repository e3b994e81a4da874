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
    ok "the scripts are the same commands in code pages 1252 and 1251" "$POWERSHELL_HOST" encodings \
        "$WORK"/case/scripts/*.ps1 "$WORK"/settings/scripts/*.ps1
fi
finish
