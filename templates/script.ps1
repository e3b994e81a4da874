# @SCRIPT@.ps1, written by ungrant from approved actions only.
# Without -Apply nothing is changed. SHA256SUMS beside this file must hold its hash.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [switch]$Apply,
    [string]$Organization = '',
    [string]$ResultPath = ''
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$Mine = '@SCRIPT@'
$Plan = '@PLAN@'
$Writes = ($Mine -ne 'verify') -and $Apply -and -not $WhatIfPreference
$Ask = "$ConfirmPreference" -eq 'Low'
$Names = @{ rollback = 'result.json'; verify = 'verify-result.json'; undo = 'undo-result.json' }
if (-not $ResultPath) { $ResultPath = Join-Path $PSScriptRoot $Names[$Mine] }
$Steps = @()

function Get-Utc {
    (Get-Date).ToUniversalTime().ToString('yyyy-MM-dd''T''HH'':''mm'':''ss''Z''')
}

function Stop-Refused([string]$Why) {
    Write-Warning "refused, nothing was changed: $Why"
    exit 2
}

function Step {
    param([string]$Id, [string]$Before, [string]$Goal, [string]$Cmdlet, $Read, $Do)
    $script:Steps += @{ Id = $Id; Before = $Before; Goal = $Goal; Cmdlet = $Cmdlet; Read = $Read; Do = $Do }
}

# Each reader says 'present', 'absent', or what stands there instead.
function Read-Mailbox($Get, [string]$Right, [bool]$Deny) {
    foreach ($Entry in @(& $Get)) {
        if ($Entry.IsInherited -or ([bool]$Entry.Deny -ne $Deny)) { continue }
        foreach ($One in @($Entry.AccessRights)) {
            foreach ($Word in ("$One" -split ',\s*')) { if ($Word -eq $Right) { return 'present' } }
        }
    }
    'absent'
}

function Read-Recipient($Get, [string]$Right, [bool]$Deny) {
    foreach ($Entry in @(& $Get)) {
        if ($Entry.IsInherited -or (("$($Entry.AccessControlType)" -eq 'Deny') -ne $Deny)) { continue }
        foreach ($One in @($Entry.AccessRights)) { if ("$One" -eq $Right) { return 'present' } }
    }
    'absent'
}

function Read-Directory($Get, [string]$Right, [bool]$Deny) {
    foreach ($Entry in @(& $Get)) {
        if ($Entry.IsInherited -or ([bool]$Entry.Deny -ne $Deny)) { continue }
        foreach ($One in @($Entry.ExtendedRights)) {
            if ("$One" -replace '-', ' ' -eq $Right) { return 'present' }
        }
    }
    'absent'
}

function Read-Folder($Get, [string]$Right, [bool]$Deny) {
    try { $Entries = @(& $Get) }
    catch {
        $Text = "$($_.FullyQualifiedErrorId) $_"
        if ($Text -match 'UserNotFoundInPermissionEntry|no existing permission entry') { return 'absent' }
        throw
    }
    if ($Entries.Count -eq 0) { return 'absent' }
    $Now = @($Entries[0].AccessRights | ForEach-Object { "$_" -split ',\s*' })
    $Planned = @($Right -split ',\s*')
    $Both = @($Now | Where-Object { $Planned -contains $_ })
    if (($Now.Count -eq $Planned.Count) -and ($Both.Count -eq $Now.Count)) { return 'present' }
    "other: $($Now -join ', ')"
}

function Read-Behalf($Get, [string]$Right, [bool]$Deny, [string]$Trustee) {
    $Found = @(Get-Recipient -Identity $Trustee)
    if ($Found.Count -ne 1) { throw "the trustee is not exactly one recipient" }
    $Who = @($Trustee, "$($Found[0].Name)", "$($Found[0].DistinguishedName)", "$($Found[0].Identity)", "$($Found[0].Guid)")
    $Box = & $Get
    foreach ($One in @($Box.GrantSendOnBehalfTo)) { if ($Who -contains "$One") { return 'present' } }
    'absent'
}

function Save-Result {
    $Mode = 'dry-run'
    if ($Writes) { $Mode = 'apply' }
    @{
        format = 'ungrant-result/1'; script = "$Mine.ps1"; plan_sha256 = $Plan; organization = $Here
        mode = $Mode; started = $Started; ended = (Get-Utc); actions = @($Results)
    } | ConvertTo-Json -Depth 6 | Set-Content -LiteralPath $ResultPath -Encoding UTF8 -WhatIf:$false -Confirm:$false
}

# Throttling is waited out, three times; every other error is the caller's.
function Invoke-Patiently($Do) {
    for ($Try = 1; ; $Try++) {
        try { return @(& $Do 3>&1 | ForEach-Object { "$_" }) }
        catch {
            if (($Try -ge 3) -or ("$_" -notmatch 'throttl|server busy|too many requests')) { throw }
            Start-Sleep -Seconds (30 * $Try)
        }
    }
}

function Invoke-Step($Step) {
    $Row = @{ id = $Step.Id; state = 'failed'; before = $null; after = $null; warnings = @(); error = $null; time = (Get-Utc) }
    try {
        $Row.before = "$(& $Step.Read)"
        if ($Row.before -eq $Step.Goal) { $Row.state = 'already' }
        elseif (($Row.before -ne $Step.Before) -or ($Mine -eq 'verify')) { $Row.state = 'drift' }
        elseif (-not $Writes) { $Row.state = 'would-do' }
        else {
            $Row.warnings = @(Invoke-Patiently $Step.Do)
            $Row.after = "$(& $Step.Read)"
            if ($Row.after -eq $Step.Goal) { $Row.state = 'done' }
            else { $Row.error = 'read back: the state is not what was meant' }
        }
    }
    catch { $Row.error = "$_" }
    $Row
}

#@ACTIONS@

$Sums = Join-Path $PSScriptRoot 'SHA256SUMS'
$Own = (Get-FileHash -LiteralPath $PSCommandPath -Algorithm SHA256).Hash
$Listed = $false
if (Test-Path -LiteralPath $Sums) {
    foreach ($Line in @(Get-Content -LiteralPath $Sums)) { if ($Line -eq "$Own  $Mine.ps1") { $Listed = $true } }
}
if (-not $Listed) { Stop-Refused 'this script is not the one that SHA256SUMS lists' }
foreach ($One in (@('Get-OrganizationConfig') + @($Steps | ForEach-Object { $_.Cmdlet }))) {
    if (-not (Get-Command -Name $One -ErrorAction SilentlyContinue)) { Stop-Refused "no cmdlet $One here: connect first, with a role that has it" }
}
$Here = "$((Get-OrganizationConfig).Name)"
if ($Writes -and -not $Organization) { Stop-Refused '-Apply needs -Organization NAME' }
if ($Organization -and ($Here -ne $Organization)) { Stop-Refused "connected to $Here, not to $Organization" }

$Started = Get-Utc
$Results = @()
Save-Result
foreach ($Step in $Steps) {
    $Row = Invoke-Step $Step
    $Results += $Row
    Save-Result
    "$($Row.id) $($Row.state) $($Row.error)"
    if ($Writes) { Start-Sleep -Milliseconds 500 }
}
if (@($Results | Where-Object { $_.state -eq 'failed' }).Count) { exit 3 }
if (@($Results | Where-Object { $_.state -eq 'drift' }).Count) { exit 1 }
exit 0
