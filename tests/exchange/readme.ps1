# readme.ps1 - the commands that README.md shows behind "PS>", run on the double in the case of
# rollback.ps1: each answer that README.md shows is a line of what the command says. Prints "ok NAME"
# and "not ok NAME"; the exit status is the number of failures.
param([string]$Folder, [string]$Readme)
Set-StrictMode -Version Latest
Import-Module "$PSScriptRoot/Exchange.psm1", "$PSScriptRoot/Case.psm1" -Force -DisableNameChecking -Global
$Failed = 0
Import-ExchangeWorld "$Folder/after.json"
foreach ($File in [System.IO.Directory]::GetFiles("$Folder/scripts", '*.json*')) { [System.IO.File]::Delete($File) }

# Commands with the lines that follow each, from the section that shows a review and a rollback.
$Shown = [System.Collections.Generic.List[object]]::new()
$Inside = $false
$Of = $null
foreach ($Line in [System.IO.File]::ReadAllLines($Readme)) {
    if ($Line -like 'A review and a rollback, as the responder sees them*') { $Inside = $true; continue }
    if (-not $Inside -or -not $Line) { continue }
    if ($Line -notlike '    *') { break }
    $Text = $Line.Trim()
    if ($Text -like 'PS> *') {
        $Of = @{ command = ($Text.Substring(4) -replace '\s+#.*$', ''); answers = [System.Collections.Generic.List[string]]::new() }
        $Shown.Add($Of)
    }
    elseif ($Text -like '$ *') { $Of = $null }
    elseif ($null -ne $Of) { $Of.answers.Add(($Text -replace '^WARNING: ', '')) }
}

foreach ($One in $Shown) {
    $Said = [System.Collections.Generic.List[string]]::new()
    foreach ($Command in $One.command.Split(';')) {
        $There = "& '" + $Folder.Replace("'", "''") + '/scripts/'
        $Text = $Command.Trim().Replace('./', $There).Replace('.ps1', ".ps1'")
        try { & ([scriptblock]::Create($Text)) *>&1 | ForEach-Object { $Said.Add("$_".Trim()) } } catch { $Said.Add("threw: $_") }
    }
    $Missing = @($One.answers | Where-Object { -not $Said.Contains($_) })
    if ($One.answers.Count -and -not $Missing.Count) { "ok README.md: $($One.command)" }
    else { $Failed++; "not ok README.md: $($One.command): '$($Missing -join "', '")' is not in '$($Said -join "', '")'" }
}
if ($Shown.Count -lt 5) { $Failed++; "not ok README.md: only $($Shown.Count) commands found" }
exit $Failed
