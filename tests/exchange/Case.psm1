# Case.psm1 - a case on the double from end to end: its log as evidence, snapshots, the plan that
# ungrant makes of them, its scripts, and those scripts run. $env:UNGRANT is the program.
Set-StrictMode -Version Latest

# Scripts wait between actions and while they are throttled; a test need not.
function Start-Sleep { [CmdletBinding()] param([double]$Seconds, [int]$Milliseconds) }

function Write-Lines([string]$Path, $Lines) { [System.IO.File]::WriteAllText($Path, ((@($Lines) + '') -join "`n")) }

# The audit records as JSON lines.
function Write-Evidence([string]$Path, $Records) { Write-Lines $Path @($Records | ForEach-Object { ConvertTo-ExchangeJson $_ }) }

function ConvertTo-Row($Object) {
    $Row = [ordered]@{}
    foreach ($P in $Object.PSObject.Properties) { $Row[$P.Name] = $P.Value }
    $Row
}

# What the Get- cmdlets say now, as ConvertTo-Json would write it: one file per cmdlet in $Folder.
function Write-Snapshot([string]$Folder) {
    $null = [System.IO.Directory]::CreateDirectory($Folder)
    $Boxes = @(Get-Mailbox)
    $Sets = @{
        mailboxes = $Boxes; permissions = @($Boxes | ForEach-Object { Get-MailboxPermission $_.PrimarySmtpAddress })
        recipients = @(Get-RecipientPermission -ErrorAction SilentlyContinue)
        folders = @($Boxes | ForEach-Object { $B = $_.PrimarySmtpAddress; foreach ($F in '\', '\Inbox', '\Calendar') { Get-MailboxFolderPermission "$B`:$F" } })
    }
    foreach ($Name in $Sets.Keys) { if (@($Sets[$Name]).Count) { [System.IO.File]::WriteAllText("$Folder/$Name.json", (ConvertTo-ExchangeJson @($Sets[$Name] | ForEach-Object { ConvertTo-Row $_ }))) } }
}

# Runs ungrant; throws with its output unless the status is one of -Good.
function Invoke-Ungrant {
    param([string[]]$Words, [int[]]$Good = @(0))
    $Output = @(& $env:UNGRANT @Words 2>&1 | ForEach-Object { "$_" })
    if ($Good -notcontains $LASTEXITCODE) { throw "ungrant $($Words -join ' '): status $LASTEXITCODE`n$($Output -join "`n")" }
    $Output
}

# analyze and plan in $Folder, over the evidence there; the plan as read back. -State: folder and time
# (UTC) of a snapshot. -Compromised: accounts known to be taken over.
function New-Plan([string]$Folder, [string]$Evidence, $State, [string]$Environment, [string[]]$Compromised = @()) {
    $null = Invoke-Ungrant @('analyze', $Evidence, '-o', "$Folder/out") -Good 0, 3
    $Words = @('plan', "$Folder/out", '-o', "$Folder/plan.json", '--case', 'T', '--environment', $Environment)
    foreach ($Account in $Compromised) { $Words += '--compromised', $Account }
    foreach ($At in $State) {
        foreach ($File in [System.IO.Directory]::GetFiles($At.folder)) { $Words += '--state', $File, '--state-time', "$File=$($At.time)" }
    }
    $null = Invoke-Ungrant $Words
    Read-Json "$Folder/plan.json"
}

function Read-Json([string]$Path) { ConvertFrom-ExchangeJson ([System.IO.File]::ReadAllText($Path)) }

# Two people approve these actions; writes the scripts.
function New-Scripts([string]$Folder, [string[]]$Ids) {
    foreach ($Who in 'Ann Reviewer', 'Bo Second') { $null = Invoke-Ungrant (@('review', "$Folder/plan.json", '--approve') + $Ids + @('--by', $Who, '--reason', 'agreed with the owners')) -Good 0, 1 }
    $null = Invoke-Ungrant @('emit', "$Folder/plan.json", '-o', "$Folder/scripts")
}

# Runs a script here, on the double as it stands: its exit status and all it wrote. A question fails
# the whole run under the test host.
function Invoke-Script([string]$Path, [hashtable]$Arguments = @{}) {
    $global:LASTEXITCODE = 0
    try { $Output = @(& $Path @Arguments *>&1 | ForEach-Object { "$_" }) }
    catch { return @{ status = 99; text = "$_"; rows = @{} } }
    @{ status = $global:LASTEXITCODE; text = $Output -join "`n" }
}

# The same in a runspace of its own, where the language is constrained as on a hardened host, and
# without the cmdlet -Missing, as for somebody who lacks its role.
function Invoke-Constrained([string]$Path, [hashtable]$Arguments = @{}, [string]$Missing = '-') {
    $Shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
    $Load = 'param($Double, $StandIns, $Text, $Missing)
        $Names = (Import-Module $Double -PassThru -DisableNameChecking).ExportedFunctions.Keys
        Remove-Module Exchange
        Import-Module $Double -Function @($Names -ne $Missing) -DisableNameChecking
        if ($StandIns) { Import-Module $StandIns -DisableNameChecking }
        Set-ExchangeWorldText $Text'
    $null = $Shell.AddScript($Load).AddArgument("$PSScriptRoot/Exchange.psm1").AddArgument((Get-StandIns)).AddArgument((Get-ExchangeWorldText)).AddArgument($Missing).Invoke()
    $Shell.Runspace.SessionStateProxy.LanguageMode = 'ConstrainedLanguage'
    $Shell.Commands.Clear()
    $null = $Shell.AddCommand($Path).AddParameters($Arguments)
    $Output = @(try { $Shell.Invoke() } catch { "$_" })
    $Output += @($Shell.Streams.Error) + @($Shell.Streams.Warning)
    $Status = $Shell.Runspace.SessionStateProxy.PSVariable.GetValue('LASTEXITCODE')
    $Shell.Runspace.SessionStateProxy.LanguageMode = 'FullLanguage'
    $Shell.Commands.Clear()
    $State = @($Shell.AddScript('Get-ExchangeWorldText').Invoke())[0]
    Set-ExchangeWorldText "$State"
    $Shell.Dispose()
    @{ status = $Status; text = $Output -join "`n" }
}

# Where the engine has no utility cmdlets of its own, those that the host supplies.
function Get-StandIns {
    $Path = [System.IO.Path]::Combine([System.AppContext]::BaseDirectory, 'standins.psm1')
    if ([System.IO.File]::Exists($Path)) { $Path }
}

# The rows of a result by action.
function Get-ResultRows([string]$Path) {
    $Rows = @{}
    foreach ($Row in (Read-Json $Path).actions) { $Rows[$Row.id] = $Row }
    $Rows
}

function Get-StateNow { (Get-ExchangeAtoms) -join "`n" }

# What two states differ in: lines with - or + before them.
function Compare-State([string]$Want, [string]$Got) {
    $W = [System.Collections.Generic.HashSet[string]]::new([string[]]$Want.Split("`n"))
    $G = [System.Collections.Generic.HashSet[string]]::new([string[]]$Got.Split("`n"))
    @(foreach ($L in $W) { if (-not $G.Contains($L)) { "-$L" } }) + @(foreach ($L in $G) { if (-not $W.Contains($L)) { "+$L" } })
}
