#!/bin/bash
# Hostile names through playbooks/literal.c, read back by the real PowerShell parser and binder.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/powershell/host.sh"
[ -n "${SANITIZED:-}" ] && : "${LITERALS:=5000}"
: "${LITERALS:=100000}"

literals() { # FILE: "ok" where the engine reads it as meant
    "$POWERSHELL_HOST" run "$ROOT/tests/exchange/literals.ps1" -Path "$1"
}

# How many commands of each name a script holds; a fault is said instead.
commands() { "$POWERSHELL_HOST" encodings "$1" | sed "s|^$1: ||" | tr ' ' '\n' | sort | uniq -c | xargs; }

if powershell_host; then
    ok "$LITERALS names are written" sh -c "'$BUILD/tests/exchange/literals' $LITERALS 1 >'$WORK/names'"
    is "so many" "$(wc -l <"$WORK/names")" "$LITERALS"
    ok "not one byte of them is outside ASCII" sh -c "! LC_ALL=C grep -q '[^ -~	]' '$WORK/names'"
    ok "each is the value that was meant, in every code page" literals "$WORK/names"
    sed "s/^[0-9a-f]*	/Step -Value /" "$WORK/names" >"$WORK/names.ps1"
    is "and none is a command, as UTF-8, cp1252 or cp1251" "$(commands "$WORK/names.ps1")" "$LITERALS Step"
    sed "5s/\$/; Get-Command/" "$WORK/names.ps1" >"$WORK/more.ps1"
    is "a command that slips in is noticed" "$(commands "$WORK/more.ps1")" "1 Get-Command $LITERALS Step"
    # What would slip through a test that cannot fail:
    printf '6100\t%s\n' "'b'" >"$WORK/other"
    ok "another value is noticed" sh -c "! '$POWERSHELL_HOST' run '$ROOT/tests/exchange/literals.ps1' -Path '$WORK/other'"
    printf '1920\t%s\n' "('' + '’')" >"$WORK/bytes"
    ok "what another code page reads otherwise is noticed" sh -c "! '$POWERSHELL_HOST' run '$ROOT/tests/exchange/literals.ps1' -Path '$WORK/bytes'"
fi
finish
