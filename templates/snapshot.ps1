# snapshot.ps1, written by ungrant: reads the entries of the plan's mailboxes, and changes nothing.
# Its output is for `ungrant plan --state`. SHA256SUMS beside this file must hold its hash.
#Requires -Version 5.1
[CmdletBinding()]
param(
    [string]$Organization = '',
    [string]$OutputPath = '',
    [string]$ResultPath = ''
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$Plan = '@PLAN@'
if (-not $OutputPath) { $OutputPath = Join-Path $PSScriptRoot 'snapshot.json' }
if (-not $ResultPath) { $ResultPath = Join-Path $PSScriptRoot 'snapshot-result.json' }
$Boxes = @()
$People = @()

function Get-Utc {
    (Get-Date).ToUniversalTime().ToString('yyyy-MM-dd''T''HH'':''mm'':''ss''Z''')
}

function Stop-Refused([string]$Why) {
    Write-Warning "refused, nothing was read: $Why"
    exit 2
}

function Mailbox {
    param([string]$Id, [string]$Identity, [string[]]$Folder = @())
    $script:Boxes += @{ Id = $Id; Identity = $Identity; Folder = $Folder }
}

function Person {
    param([string]$Identity)
    $script:People += $Identity
}

# These properties of an object as text; a list stays a list.
function Get-Row($Object, [string[]]$Names) {
    $Row = @{}
    foreach ($Name in $Names) {
        $Property = $Object.PSObject.Properties[$Name]
        if ($null -eq $Property) { continue }
        $Value = $Property.Value
        if ($null -eq $Value) { $Row[$Name] = '' }
        elseif ($Value -is [bool]) { $Row[$Name] = $Value }
        elseif ($Value -is [array] -or $Name -match 'Rights$|^GrantSendOnBehalfTo$') { $Row[$Name] = @($Value | ForEach-Object { "$_" }) }
        else { $Row[$Name] = "$Value" }
    }
    $Row
}

$Names = 'Name', 'Alias', 'DisplayName', 'PrimarySmtpAddress', 'UserPrincipalName', 'Guid', 'DistinguishedName', 'SamAccountName', 'RecipientTypeDetails'
$Settings = 'GrantSendOnBehalfTo', 'ForwardingAddress', 'ForwardingSmtpAddress', 'DeliverToMailboxAndForward', 'AuditEnabled'
$Entry = 'Identity', 'User', 'Trustee', 'AccessRights', 'ExtendedRights', 'AccessControlType', 'Deny', 'IsInherited', 'InheritanceType'

# All entries of one mailbox, or nothing: half a list would say that the rest is absent.
function Read-Box($Box) {
    $At = $Box.Identity
    $Rows = @()
    foreach ($One in @(Get-Mailbox -Identity $At -ErrorAction Stop)) { $Rows += Get-Row $One (@('Identity') + $Names + $Settings) }
    if ($Rows.Count -ne 1) { throw "the name is not exactly one mailbox's" }
    foreach ($One in @(Get-MailboxPermission -Identity $At -ErrorAction Stop)) { $Rows += Get-Row $One $Entry }
    if ($HasRecipient) { foreach ($One in @(Get-RecipientPermission -Identity $At -ErrorAction Stop)) { $Rows += Get-Row $One $Entry } }
    if ($HasDirectory) { foreach ($One in @(Get-ADPermission -Identity $At -ErrorAction Stop)) { $Rows += Get-Row $One $Entry } }
    foreach ($Folder in $Box.Folder) {
        foreach ($One in @(Get-MailboxFolderPermission -Identity "$At`:$Folder" -ErrorAction Stop)) {
            $Row = Get-Row $One $Entry
            $Row['Identity'] = "$At`:$Folder"
            $Row['FolderName'] = "$($One.FolderName)"
            if ($null -ne $One.PSObject.Properties['SharingPermissionFlags']) { $Row['SharingPermissionFlags'] = "$($One.SharingPermissionFlags)" }
            $Rows += $Row
        }
    }
    $Rows
}

#@MAILBOXES@

try {
    $Own = (Get-FileHash -LiteralPath $PSCommandPath -Algorithm SHA256).Hash
    $Sums = @(Get-Content -LiteralPath (Join-Path $PSScriptRoot 'SHA256SUMS'))
}
catch { Stop-Refused "SHA256SUMS is not beside this script, or cannot be read: $_" }
if (@($Sums | Where-Object { $_ -eq "$Own  snapshot.ps1" }).Count -ne 1) { Stop-Refused 'this script is not the one that SHA256SUMS lists' }
foreach ($One in 'Get-OrganizationConfig', 'Get-Mailbox', 'Get-Recipient', 'Get-MailboxPermission', 'Get-MailboxFolderPermission') {
    if (-not (Get-Command -Name $One -ErrorAction SilentlyContinue)) { Stop-Refused "no cmdlet $One here: connect first, with a role that has it" }
}
$HasRecipient = '@ONLINE@' -eq 'True'
$HasDirectory = -not $HasRecipient
$SendAs = 'Get-ADPermission'
if ($HasRecipient) { $SendAs = 'Get-RecipientPermission' }
if (-not (Get-Command -Name $SendAs -ErrorAction SilentlyContinue)) { Stop-Refused "no cmdlet $SendAs here: connect first, with a role that has it" }
try { $Here = "$((Get-OrganizationConfig -ErrorAction Stop).Name)" }
catch { Stop-Refused "the organization cannot be read: $_" }
if ($Organization -and ($Here -ne $Organization)) { Stop-Refused "connected to $Here, not to $Organization" }

$Started = Get-Utc
$All = @()
$Results = @()
foreach ($Box in $Boxes) {
    $Result = @{ id = $Box.Id; state = 'done'; before = $null; after = $null; warnings = @(); error = $null; time = (Get-Utc) }
    try { $All += @(Read-Box $Box) }
    catch {
        $Result.state = 'failed'
        $Result.error = "$_"
    }
    $Results += $Result
    "$($Result.id) $($Result.state) $($Result.error)"
}
# Other names of those who hold something: what cannot be found is no recipient.
foreach ($Person in $People) {
    try { foreach ($One in @(Get-Recipient -Identity $Person -ErrorAction Stop)) { $All += Get-Row $One (@('Identity') + $Names) } } catch { continue }
}
$Text = '[' + (@($All | ForEach-Object { $_ | ConvertTo-Json -Depth 4 -Compress }) -join ",`n") + ']'
$Report = @{
    format = 'ungrant-result/1'; script = 'snapshot.ps1'; plan_sha256 = $Plan; organization = $Here
    mode = 'dry-run'; started = $Started; ended = (Get-Utc); actions = @($Results)
} | ConvertTo-Json -Depth 6
try {
    $Text | Set-Content -LiteralPath $OutputPath -Encoding UTF8
    $Report | Set-Content -LiteralPath $ResultPath -Encoding UTF8
}
catch { Write-Warning "the snapshot cannot be written: $_"; exit 3 }
if (@($Results | Where-Object { $_.state -eq 'failed' }).Count) { exit 3 }
exit 0
