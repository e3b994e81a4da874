# Act.ps1 - what all cmdlets share: names looked up, one act performed, refused or made to fail, and
# its audit record.

function New-Refusal([string]$Id, [string]$Message) {
    [System.Management.Automation.ErrorRecord]::new([System.Exception]::new($Message), $Id, 'InvalidOperation', $null)
}

# Every form under which Exchange takes an identity. Not found and ambiguous are errors.
function Find-Recipient([string]$Identity) {
    $Hits = @(foreach ($R in $World.recipients.Values) {
            if ($R.guid -eq $Identity -or $R.address -eq $Identity -or $R.alias -eq $Identity -or $R.name -eq $Identity -or
                $R.display -eq $Identity -or $R.dn -eq $Identity -or $R.canonical -eq $Identity -or $R.sam -eq $Identity -or
                $R.sid -eq $Identity) { $R }
        })
    if ($Hits.Count -eq 1) { return $Hits[0] }
    if ($Hits.Count) { throw (New-Refusal 'ManagementObjectAmbiguousException' "The operation couldn't be performed because '$Identity' matches multiple entries.") }
    throw (New-Refusal 'ManagementObjectNotFoundException' "The operation couldn't be performed because object '$Identity' couldn't be found on 'AM6PR02A001.PROD.OUTLOOK.COM'.")
}

function Find-Mailbox([string]$Identity) {
    $R = Find-Recipient $Identity
    if ($R.kind -notlike '*Mailbox') { throw (New-Refusal 'ManagementObjectNotFoundException' "'$Identity' isn't a mailbox.") }
    $R
}

# A trustee: a recipient's GUID, or one of the names that are no recipient's. A SID that nobody has is
# what a deleted account leaves behind: it may still be named.
function Find-Trustee([string]$User) {
    foreach ($Known in 'NT AUTHORITY\SELF', 'Exchange Trusted Subsystem', 'Organization Management') { if ($User -eq $Known) { return $Known } }
    if ($User -match '^S-1-5-21-[0-9-]+$') {
        foreach ($R in $World.recipients.Values) { if ($R.sid -eq $User) { return $R.guid } }
        return $User
    }
    (Find-Recipient $User).guid
}

# As the Get- cmdlets print a trustee: a principal name online, DOMAIN\name on a server.
function Get-TrusteeText($Key) {
    if (-not $World.recipients.Contains("$Key")) { return "$Key" }
    if ($World.environment -eq 'online') { return $World.recipients["$Key"].address }
    $World.recipients["$Key"].sam
}

# Makes a cmdlet fail: 'error' (an error record), 'throttle' (the busy message), 'before' and 'after'
# (the process dies before or after the act took effect), 'late' (an error although it took effect),
# 'wide' (other entries go with it). -Skip calls pass first.
function Set-ExchangeFault {
    param([string]$Cmdlet, [ValidateSet('error', 'throttle', 'before', 'after', 'late', 'wide', 'none')][string]$Kind, [int]$Times = 1000000, [int]$Skip = 0)
    $script:Faults = @{}
    if ($Kind -ne 'none') { $script:Faults[$Cmdlet] = @{ kind = $Kind; times = $Times; skip = $Skip } }
}

# 'none', or the fault that is due now.
function Get-DueFault([string]$Cmdlet) {
    $Fault = $script:Faults[$Cmdlet]
    if ($null -eq $Fault -and $Cmdlet -notlike 'Get-*') { $Fault = $script:Faults['*'] }
    if ($null -eq $Fault) { return 'none' }
    if ($Fault.skip -gt 0) { $Fault.skip--; return 'none' }
    if ($Fault.times -le 0) { return 'none' }
    $Fault.times--
    $Fault.kind
}

function Assert-NoFault([string]$Kind) {
    if ($Kind -eq 'error') { throw (New-Refusal 'FaultException' 'The server could not complete the request (made to fail by the test).') }
    if ($Kind -eq 'throttle') { throw (New-Refusal 'ServerBusyException' 'Server busy: too many requests, try again later.') }
}

# One act of a cmdlet: asks where the cmdlet asks, does it, and logs how it ended. The script block
# sees its caller's variables; what it writes is the cmdlet's output, but 'nothing': no change.
function Invoke-Act($ActCmdlet, $ActBound, [string]$ActObject, $ActDo) {
    $ActName = $ActCmdlet.MyInvocation.MyCommand.Name
    if (-not $ActCmdlet.ShouldProcess($ActObject, $ActName)) { return }
    $ActFault = Get-DueFault $ActName
    if ($ActFault -eq 'before') { exit 137 }
    try {
        Assert-NoFault $ActFault
        & $ActDo
        if ($ActFault -eq 'wide') { $World.mailbox_entries = @($World.mailbox_entries | Where-Object { $_.inherited -or $_.user -eq 'NT AUTHORITY\SELF' }) }
        if ($ActFault -eq 'late') { Assert-NoFault error }
        Write-AuditRecord $ActName $ActBound $ActObject $true
    }
    catch {
        Write-AuditRecord $ActName $ActBound $ActObject $false
        $ActCmdlet.WriteError($_)
    }
    if ($ActFault -eq 'after') { exit 137 }
}

# A Get- cmdlet: no record, as the administrator audit log has none of Get-*.
function Invoke-Read($ActCmdlet, $ActDo) {
    try {
        Assert-NoFault (Get-DueFault $ActCmdlet.MyInvocation.MyCommand.Name)
        & $ActDo
    }
    catch { $ActCmdlet.WriteError($_) }
}

$script:Unlogged = 'ErrorAction', 'WarningAction', 'InformationAction', 'Verbose', 'Debug', 'ErrorVariable', 'WarningVariable',
    'OutVariable', 'OutBuffer', 'PipelineVariable', 'InformationVariable', 'ProgressAction'

function Get-LoggedValue([string]$Name, $Value, [string]$Object) {
    if ($null -eq $Value) { return '' }
    if ($Name -eq 'GrantSendOnBehalfTo' -and $World.behalf -eq 'list') {
        return (@((Find-Recipient $Object).behalf) | ForEach-Object { $World.recipients["$_"].canonical }) -join ';'
    }
    if ($Value -is [System.Collections.IDictionary]) {
        return '@{' + (@(foreach ($K in $Value.Keys) { "$K=(" + (@($Value[$K] | ForEach-Object { "`"$_`"" }) -join ',') + ')' }) -join ';') + '}'
    }
    @($Value | ForEach-Object { "$_" }) -join $World.joiner
}

# Event 1's text: ` -Name "value"`, inner quotes not escaped, each value cut at 200 characters.
function Get-EventText($Bound, [string]$Object) {
    $Text = ''
    foreach ($K in $Bound.Keys) {
        if ($script:Unlogged -contains $K) { continue }
        $V = Get-LoggedValue $K $Bound[$K] $Object
        if ($V.Length -gt 200) { $V = $V.Substring(0, 200) + '[...]' }
        if ($V.StartsWith('@{')) { $Text += " -$K $V" } else { $Text += " -$K `"$V`"" }
    }
    $Text
}

# An act as the unified audit log has it (RecordType 1), or as event 1 or 6 of MSExchange Management.
function Write-AuditRecord([string]$Name, $Bound, [string]$Object, [bool]$Worked) {
    if ($World.environment -eq 'onprem') {
        $Id = 6
        if ($Worked) { $Id = 1 }
        $script:Audit.Add([ordered]@{ EventId = $Id; TimeCreated = $World.clock.ToString('yyyy-MM-ddTHH:mm:ssZ'); Provider = 'MSExchange CmdletLogs'
                Channel = 'MSExchange Management'; Data = @($Name, (Get-EventText $Bound $Object), "$($World.organization)/Users/$($World.actor)", '', '', 'Remote-ManagementShell-Unknown') })
        return
    }
    if (-not $World.ingestion) { return }
    $World.serial++
    $Parameters = @(foreach ($K in $Bound.Keys) {
            if ($script:Unlogged -contains $K) { continue }
            [ordered]@{ Name = $K; Value = (Get-LoggedValue $K $Bound[$K] $Object) }
        })
    $Result = 'False'
    if ($Worked) { $Result = 'True' }
    $script:Audit.Add([ordered]@{
            CreationTime = $World.clock.ToString('yyyy-MM-ddTHH:mm:ss'); Id = (New-Guid8 "$($World.serial)|$($World.clock.Ticks)|$Name")
            Operation = $Name; OrganizationId = (New-Guid8 $World.organization); RecordType = 1; ResultStatus = $Result
            UserKey = '10032001A1B2C3D4'; UserType = 2; Version = 1; Workload = 'Exchange'; ClientIP = $World.client_ip
            ObjectId = $Object; UserId = $World.actor; AppId = 'fb78d390-0c51-40cd-8e17-fdbfab77341b'; ClientAppId = ''
            ExternalAccess = $false; OrganizationName = $World.organization; OriginatingServer = 'AM6PR02MB1234 (15.20.5061.018)'
            Parameters = $Parameters; SessionId = $World.session })
}

function Get-OrganizationConfig {
    [CmdletBinding()] param()
    Invoke-Read $PSCmdlet { [pscustomobject]@{ Name = $World.organization; AuditDisabled = $World.audit_disabled } }
}
function Get-ConnectionInformation {
    [CmdletBinding()] param()
    Invoke-Read $PSCmdlet { if ($World.environment -eq 'online') { [pscustomobject]@{ TenantID = (New-Guid8 $World.organization); Organization = $World.organization; State = 'Connected' } } }
}
function Get-RecipientView($R) {
    $Shown = $R.name
    if ($World.environment -eq 'onprem') { $Shown = $R.canonical }
    [pscustomobject]@{
        Identity = $Shown; Name = $R.name; Alias = $R.alias; DisplayName = $R.display; PrimarySmtpAddress = $R.address
        UserPrincipalName = $R.address; Guid = $R.guid; DistinguishedName = $R.dn; SamAccountName = $R.sam.Split('\')[1]; RecipientTypeDetails = $R.kind
    }
}
function Get-Recipient {
    [CmdletBinding()] param([Parameter(Position = 0)][string]$Identity, [string]$ResultSize)
    Invoke-Read $PSCmdlet { if ($Identity) { Get-RecipientView (Find-Recipient $Identity) } else { foreach ($R in $World.recipients.Values) { Get-RecipientView $R } } }
}
function Get-User {
    [CmdletBinding()] param([Parameter(Position = 0)][string]$Identity, [string]$ResultSize)
    Invoke-Read $PSCmdlet { if ($Identity) { Get-RecipientView (Find-Recipient $Identity) } else { foreach ($R in $World.recipients.Values) { Get-RecipientView $R } } }
}
