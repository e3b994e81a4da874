# literals.ps1 - every line of -Path (see literals.c): is the expression, read by the real parser and
# bound as an argument, the value that was meant? 1,000 at a time, as the arguments of one command.
# Also as that script's bytes read in the code pages 1252 and 1251.
param([string]$Path)
Set-StrictMode -Version Latest
[System.Text.Encoding]::RegisterProvider([System.Text.CodePagesEncodingProvider]::Instance)
$script:Got = [System.Collections.Generic.List[string]]::new()
function Step { foreach ($Value in $args) { $script:Got.Add([string]$Value) } }
$Pages = @([System.Text.Encoding]::GetEncoding(1252), [System.Text.Encoding]::GetEncoding(1251))
$Utf16 = [System.Text.UnicodeEncoding]::new($false, $false, $false)
$Names, $Failed = 0, 0

function Test-Chunk($Rows) {
    $Text = 'Step ' + (@(foreach ($Row in $Rows) { $Row.Split("`t", 2)[1] }) -join ' ') + "`r`n"
    $Bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
    foreach ($Page in $Pages) { if ($Page.GetString($Bytes) -cne $Text) { return "another text in code page $($Page.CodePage)" } }
    $script:Got.Clear()
    . ([scriptblock]::Create($Text))
    if ($script:Got.Count -ne $Rows.Count) { return "$($script:Got.Count) values of $($Rows.Count)" }
    for ($I = 0; $I -lt $Rows.Count; $I++) {
        $Want = $Utf16.GetString([System.Convert]::FromHexString($Rows[$I].Split("`t", 2)[0]))
        if ($script:Got[$I] -cne $Want) { return "another value: $($Rows[$I])" }
    }
    ''
}

$All = [System.IO.File]::ReadAllLines($Path)
for ($At = 0; $At -lt $All.Count; $At += 1000) {
    $Rows = @($All[$At..([Math]::Min($At + 999, $All.Count - 1))])
    $Wrong = Test-Chunk $Rows
    if ($Wrong) { $Failed++; "not ok names from line $($At + 1): $Wrong" }
    $Names += $Rows.Count
}
if (-not $Failed) { "ok $Names names are the values that were meant" }
exit $Failed
