#!/bin/bash
# The real PowerShell engine: the host that other tests use does what it says.
. "$(dirname "$0")/tap.sh"
. "$ROOT/tests/powershell/host.sh"
cd "$WORK" || exit 1
powershell_host || { finish; exit; }
sources=$ROOT/tests/powershell

ok "the stand-ins for absent cmdlets behave" "$POWERSHELL_HOST" run "$sources/standins.ps1" "$WORK"
cat >exit.ps1 <<'PS'
param($A, [switch]$B)
"a=$A b=$B $($ExecutionContext.SessionState.LanguageMode)"
try { [IO.File]::Exists('/x') } catch { 'refused' }
exit 5
PS
status "run gives the script's exit status" 5 "$POWERSHELL_HOST" run exit.ps1 -A "it's" -B
is "arguments arrive" "$(head -n 1 status.out)" "a=it's b=True FullLanguage"
status "also where the language is constrained" 5 "$POWERSHELL_HOST" run --constrained exit.ps1 -A x
is "and there it is" "$(xargs <status.out)" "a=x b=False ConstrainedLanguage refused"
echo 'Read-Host name' >ask.ps1
status "a question fails the run" 98 "$POWERSHELL_HOST" run ask.ps1
echo "throw 'x'" >throw.ps1
status "an error that nothing catches" 1 "$POWERSHELL_HOST" run throw.ps1
echo 'function Get-X { [CmdletBinding(SupportsShouldProcess)]param($Q) if ($PSCmdlet.ShouldProcess("m")) { "done $Q" } }' >x.psm1
printf '%s\n' 'Get-X 1' 'Get-X 2 -WhatIf' 'throw "stop"' 'Write-Warning hm' 'Write-Error bad' >typed.ps1
status "typed lines go on after an error" 1 "$POWERSHELL_HOST" type --module x.psm1 --transcript t.txt typed.ps1
for line in 'PS>Get-X 1' 'done 1' 'What if: Performing the operation "Get-X" on target "m".' \
    '>> TerminatingError(): "stop"' 'WARNING: hm' 'Write-Error : bad'; do
    ok "the transcript holds: $line" grep -qF -- "$line" t.txt
done

# What we read from a text, and what the engine makes of it. No text may differ.
texts=$BUILD/tests/powershell/texts
"$texts" table >table.jsonl
ok "the engine makes the calls that are read from the table's texts" \
    "$POWERSHELL_HOST" judge "$ROOT/analyze/powershell/cmdlets.tsv" table.jsonl
seeds=${SCRIPTS_FROM:-1} scripts=2500
[ -z "${SANITIZED:-}" ] || scripts=250 # it is the engine that takes the time, and no sanitizer looks at it
"$texts" random $scripts "$seeds" >random1.jsonl
"$texts" random $scripts $((seeds + scripts)) >random2.jsonl
"$POWERSHELL_HOST" judge "$ROOT/analyze/powershell/cmdlets.tsv" random2.jsonl >random2.out &
ok "and those from $scripts random scripts" \
    "$POWERSHELL_HOST" judge "$ROOT/analyze/powershell/cmdlets.tsv" random1.jsonl
wait $!
is "and those from $scripts more" "$? $(grep -c '^script' random2.out)" "0 0"
sed 's/"certain":true/"certain":false/; s/"cmdlet":"Add-/"cmdlet":"Remove-/' table.jsonl | head -n 40 >wrong.jsonl
status "and the judge finds what is read wrong" 1 \
    "$POWERSHELL_HOST" judge "$ROOT/analyze/powershell/cmdlets.tsv" wrong.jsonl

# The engine's tokens begin and end where our parts do, and both call the same texts broken.
tokens() { # tokens NAME DIR
    "$BUILD/tests/powershell/tokens" "$2"/*.ps1 >ours.jsonl
    "$POWERSHELL_HOST" parse "$2"/*.ps1 >engine.jsonl
    ok "$1" /usr/bin/python3 "$ROOT/tests/e2e/tokens.py" compare ours.jsonl engine.jsonl
}
mkdir corpus random real
/usr/bin/python3 "$ROOT/tests/e2e/tokens.py" texts corpus <table.jsonl
tokens "token boundaries agree over the table's texts" corpus
head -n 250 random1.jsonl | /usr/bin/python3 "$ROOT/tests/e2e/tokens.py" texts random
tokens "and over 250 random scripts" random
if [ -d "$SHARED_DATA/evtx" ]; then
    find "$SHARED_DATA" -name '*.evtx' -exec "$UNGRANT" dump {} \; 2>/dev/null | grep -a ScriptBlockText |
        /usr/bin/python3 "$ROOT/tests/e2e/tokens.py" scripts real
    tokens "and over every script block of the real logs" real
else
    skip "script blocks of real logs" "../shared/data is not there"
fi
finish
