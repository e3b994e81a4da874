# @SCRIPT@.ps1, written by ungrant from approved actions only.
# Without -Apply nothing is changed. SHA256SUMS beside this file must hold its hash.
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [switch]$Apply,
    [string]$Organization = '',
    [string]$ResultPath = '',
    [string]$RollbackResult = ''
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$Mine = '@SCRIPT@'
$Plan = '@PLAN@'
$Writes = ($Mine -ne 'verify') -and $Apply -and -not $WhatIfPreference
$Ask = "$ConfirmPreference" -eq 'Low'
$Names = @{ rollback = 'result.json'; verify = 'verify-result.json'; undo = 'undo-result.json' }
if (-not $ResultPath) { $ResultPath = Join-Path $PSScriptRoot $Names[$Mine] }
if (-not $RollbackResult) { $RollbackResult = Join-Path $PSScriptRoot $Names['rollback'] }
$Begun = 'begun, and no end is recorded'
$Unread = 'read back: the state is not what was meant'
$Steps = @()

function Get-Utc {
    (Get-Date).ToUniversalTime().ToString('yyyy-MM-dd''T''HH'':''mm'':''ss''Z''')
}

function Stop-Refused([string]$Why) {
    Write-Warning "refused, nothing was changed: $Why"
    exit 2
}

function Step {
    param([string]$Id, [string]$Before, [string]$Goal, [string[]]$Cmdlet, $Read, $Do, $All = $null, $One = $null)
    $script:Steps += @{ Id = $Id; Before = $Before; Goal = $Goal; Cmdlet = $Cmdlet; Read = $Read; Do = $Do; All = $All; One = $One }
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

function Read-Folder($Get, [string]$Right, [bool]$Deny, [string]$Previous) {
    try { $Entries = @(& $Get) }
    catch {
        $Text = "$($_.FullyQualifiedErrorId) $_"
        if ($Text -match 'UserNotFoundInPermissionEntry|no existing permission entry') { return 'absent' }
        throw
    }
    if ($Entries.Count -eq 0) { return 'absent' }
    $Now = @($Entries[0].AccessRights | ForEach-Object { "$_" -split ',\s*' })
    if (Test-Same $Now @($Right -split ',\s*')) { return 'present' }
    if (Test-Same $Now @($Previous -split ',\s*')) { return "other: $Previous" }
    "other: $($Now -join ', ')"
}

# Each entry as a line: who holds what, and how.
function Get-Lines($Get) {
    $Found = @()
    try { $Found = @(& $Get) }
    catch { if ("$($_.FullyQualifiedErrorId) $_" -notmatch 'UserNotFoundInPermissionEntry|no existing permission entry') { throw } }
    foreach ($Entry in $Found) {
        $Words = @(foreach ($Name in 'User', 'Trustee', 'AccessRights', 'ExtendedRights', 'Deny', 'AccessControlType', 'IsInherited', 'InheritanceType', 'SharingPermissionFlags') {
                $Property = $Entry.PSObject.Properties[$Name]
                if ($null -ne $Property) { @($Property.Value | ForEach-Object { "$_" }) -join ',' }
            })
        $Words -join '|'
    }
}

# What others hold on the same object: nobody but this trustee may change.
function Get-Others($Step) {
    if ($null -eq $Step.All) { return }
    $Mine = @(Get-Lines $Step.One)
    Get-Lines $Step.All | Where-Object { $Mine -notcontains $_ }
}

# The lines that stand in only one of the two.
function Get-Difference($One, $Other) {
    $One | Where-Object { $Other -notcontains $_ }
    $Other | Where-Object { $One -notcontains $_ }
}

# The same words, in any order.
function Test-Same($One, $Other) {
    $Both = @($One | Where-Object { $Other -contains $_ })
    ($One.Count -eq $Other.Count) -and ($Both.Count -eq $One.Count)
}

# Every name of the one recipient that this is.
function Get-Names([string]$Who) {
    $Found = @(Get-Recipient -Identity $Who -ErrorAction Stop)
    if ($Found.Count -ne 1) { throw "'$Who' is not exactly one recipient" }
    @($Who, "$($Found[0].Name)", "$($Found[0].DistinguishedName)", "$($Found[0].Identity)", "$($Found[0].Guid)", "$($Found[0].PrimarySmtpAddress)")
}

# What the read found, or nothing where there is no such object.
function Find-Object($Get) {
    try { @(& $Get) }
    catch {
        if ("$($_.FullyQualifiedErrorId) $_" -notmatch 'ManagementObjectNotFound|couldn''t be found|wasn''t found') { throw }
    }
}

# One property: 'present' with the value that was set, 'absent' with the one it shall have. What is
# gone altogether is neither switched on nor set back.
function Read-Setting($Get, [string]$Property, [string]$Now, [string]$Then) {
    $Found = @(Find-Object $Get)
    if ($Found.Count -eq 0) {
        if (@('', 'False', 'Disabled') -contains $Then) { return 'absent' }
        return 'other: there is no such object'
    }
    if ($Found.Count -ne 1) { throw 'the name fits several objects' }
    $Is = "$($Found[0].$Property)" -replace '^smtp:', ''
    if ($Is -eq ($Now -replace '^smtp:', '')) { return 'present' }
    if ($Is -eq ($Then -replace '^smtp:', '')) { return 'absent' }
    "other: $Is"
}

# A property that holds a recipient, shown under whichever of its names.
function Read-Target($Get, [string]$Property, [string]$Now, [string]$Then) {
    $Found = @(Find-Object $Get)
    if ($Found.Count -ne 1) { throw 'the name is not exactly one mailbox''s' }
    $Is = "$($Found[0].$Property)"
    if (-not $Is) { if ($Then) { return 'other: none' } else { return 'absent' } }
    if ((Get-Names $Now) -contains $Is) { return 'present' }
    if ($Then -and ((Get-Names $Then) -contains $Is)) { return 'absent' }
    "other: $Is"
}

# A member of a group.
function Read-Member($Get, [string]$Property, [string]$Now, [string]$Then) {
    $Who = Get-Names $Now
    foreach ($One in @(& $Get)) {
        foreach ($Name in "$($One.Name)", "$($One.Guid)", "$($One.DistinguishedName)") { if ($Name -and ($Who -contains $Name)) { return 'present' } }
    }
    'absent'
}

function Read-Behalf($Get, [string]$Right, [bool]$Deny, [string]$Trustee) {
    $Who = Get-Names $Trustee
    $Box = & $Get
    foreach ($One in @($Box.GrantSendOnBehalfTo)) { if ($Who -contains "$One") { return 'present' } }
    'absent'
}

# The result twice: one of the two is whole whenever this stops. Rows of an earlier run stay in it
# until this one has come to their action. A dry run never replaces the result of a run that changed
# something.
function Save-Result($Current) {
    if ($Keep) { return }
    $Mode = 'dry-run'
    if ($Writes) { $Mode = 'apply' }
    $Rows = @($Results)
    if ($null -ne $Current) { $Rows += $Current }
    $Seen = @($Rows | ForEach-Object { $_.id })
    foreach ($Step in $Steps) {
        if (($Seen -notcontains $Step.Id) -and $Earlier.ContainsKey($Step.Id)) { $Rows += $Earlier[$Step.Id] }
    }
    $Text = @{
        format = 'ungrant-result/1'; script = "$Mine.ps1"; plan_sha256 = $Plan; organization = $Here
        mode = $Mode; started = $Started; ended = (Get-Utc); actions = @($Rows)
    } | ConvertTo-Json -Depth 6
    foreach ($Path in "$ResultPath.new", $ResultPath) {
        $Text | Set-Content -LiteralPath $Path -Encoding UTF8 -WhatIf:$false -Confirm:$false
    }
}

# What a run wrote, or $null where there was none.
function Read-Result([string]$From) {
    foreach ($Path in $From, "$From.new") {
        if (-not (Test-Path -LiteralPath $Path)) { continue }
        try { return (@(Get-Content -LiteralPath $Path -Encoding UTF8) -join "`n") | ConvertFrom-Json }
        catch { Write-Warning "$Path cannot be read: $_" }
    }
}

# Rows of an applied result of this plan, by action.
function Get-Rows($Result, [string]$Script) {
    $Rows = @{}
    if (($null -ne $Result) -and ($Result.plan_sha256 -eq $Plan) -and ($Result.script -eq $Script) -and ($Result.mode -eq 'apply')) {
        foreach ($Row in @($Result.actions)) { $Rows["$($Row.id)"] = $Row }
    }
    $Rows
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

# An earlier run of this script did it, or began to and was stopped before it could say so.
function Test-Ours($Old) {
    if ($null -eq $Old) { return $false }
    ($Old.state -eq 'done') -or (($Old.state -eq 'failed') -and $Old.begun)
}

function Invoke-Step($Step) {
    $Row = @{ id = $Step.Id; state = 'failed'; before = $null; after = $null; warnings = @(); error = $null; time = (Get-Utc); begun = $false }
    $Old = $Earlier[$Step.Id]
    if (($Mine -eq 'undo') -and -not (Test-Ours $Done[$Step.Id])) {
        $Row.state = 'skipped'
        $Row.error = 'rollback.ps1 did not do it: nothing to undo'
        return $Row
    }
    try {
        $Row.before = "$(& $Step.Read)"
        if (($Row.before -eq $Step.Goal) -and (Test-Ours $Old)) {
            $Row.state = 'done'
            $Row.begun = $true
            $Row.after = $Row.before
            $Row.before = $Old.before
            $Row.warnings = @($Old.warnings)
            $Row.time = $Old.time
        }
        elseif ($Row.before -eq $Step.Goal) { $Row.state = 'already' }
        elseif (($Row.before -ne $Step.Before) -or ($Mine -eq 'verify')) {
            $Row.state = 'drift'
            $Row.error = "the state is '$($Row.before)', the plan knew '$($Step.Before)' and wants '$($Step.Goal)'"
        }
        elseif (-not $Writes) { $Row.state = 'would-do' }
        else {
            $Said = $null
            $Others = @(Get-Others $Step)
            $Row.error = $Begun
            $Row.begun = $true
            Save-Result $Row
            try { $Row.warnings = @(Invoke-Patiently $Step.Do) } catch { $Said = "$_" }
            $Row.after = "$(& $Step.Read)"
            $Row.error = $Unread
            if ($Said) { $Row.error = $Said }
            if ($Row.after -eq $Step.Goal) {
                $Row.state = 'done'
                $Row.error = $null
                if ($Said) { $Row.warnings = @($Said) }
                $Changed = @(Get-Difference $Others @(Get-Others $Step))
                if ($Changed.Count) {
                    $Row.state = 'failed'
                    $Row.error = "done, but other entries of the same object changed meanwhile: $($Changed -join '; ')"
                }
            }
            elseif ($Row.after -eq $Row.before) { $Row.begun = $false }
        }
    }
    catch { $Row.error = "$_" }
    $Row
}

#@ACTIONS@

try {
    $Own = (Get-FileHash -LiteralPath $PSCommandPath -Algorithm SHA256).Hash
    $Sums = @(Get-Content -LiteralPath (Join-Path $PSScriptRoot 'SHA256SUMS'))
}
catch { Stop-Refused "SHA256SUMS is not beside this script, or cannot be read: $_" }
if (@($Sums | Where-Object { $_ -eq "$Own  $Mine.ps1" }).Count -ne 1) { Stop-Refused 'this script is not the one that SHA256SUMS lists' }
foreach ($One in (@('Get-OrganizationConfig') + @($Steps | ForEach-Object { $_.Cmdlet }))) {
    if (-not (Get-Command -Name $One -ErrorAction SilentlyContinue)) { Stop-Refused "no cmdlet $One here: connect first, with a role that has it" }
}
try { $Here = "$((Get-OrganizationConfig -ErrorAction Stop).Name)" }
catch { Stop-Refused "the organization cannot be read: $_" }
if ($Writes -and -not $Organization) { Stop-Refused '-Apply needs -Organization NAME' }
if ($Organization -and ($Here -ne $Organization)) { Stop-Refused "connected to $Here, not to $Organization" }

$Found = Read-Result $ResultPath
if ($Writes -and ($null -eq $Found) -and (Test-Path -LiteralPath $ResultPath)) {
    Stop-Refused "$ResultPath, which says what an earlier run did, cannot be read: keep it, and give -ResultPath"
}
$Applied = ($null -ne $Found) -and ($Found.mode -eq 'apply')
$Earlier = Get-Rows $Found "$Mine.ps1"
if ($Writes -and $Applied -and (($Found.plan_sha256 -ne $Plan) -or ($Found.script -ne "$Mine.ps1") -or ($Found.organization -ne $Here))) {
    Stop-Refused "$ResultPath is the result of another plan, script or organization: give -ResultPath"
}
$Keep = $Applied -and -not $Writes
$Done = @{}
if ($Mine -eq 'undo') {
    $Rolled = Read-Result $RollbackResult
    $Done = Get-Rows $Rolled 'rollback.ps1'
    if (($Done.Count -eq 0) -or ($Rolled.organization -ne $Here)) { Stop-Refused "$RollbackResult is no result of this plan's rollback.ps1 -Apply here" }
}

$Started = Get-Utc
$Results = @()
try { Save-Result $null } catch { Stop-Refused "the result cannot be written: $_" }
foreach ($Step in $Steps) {
    $Row = Invoke-Step $Step
    $Results += $Row
    try { Save-Result $null }
    catch {
        Write-Warning "stopped: the result cannot be written any more: $_"
        exit 3
    }
    "$($Row.id) $($Row.state) $($Row.error)"
    if ($Writes) { Start-Sleep -Milliseconds 500 }
}
if (@($Results | Where-Object { $_.state -eq 'failed' }).Count) { exit 3 }
if (@($Results | Where-Object { $_.state -eq 'drift' }).Count) { exit 1 }
exit 0
