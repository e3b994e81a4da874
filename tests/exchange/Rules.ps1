# Rules.ps1 - inbox rules of a mailbox and transport rules of the organisation.

function Find-InboxRule([string]$Identity, [string]$Mailbox) {
    $Box = ''
    if ($Mailbox) { $Box = (Find-Mailbox $Mailbox).guid }
    $Hits = @($World.rules | Where-Object {
            (-not $Box -or $_.mailbox -eq $Box) -and ($_.name -eq $Identity -or "$($_.id)" -eq $Identity -or
                "$($World.recipients[$_.mailbox].alias)\$($_.id)" -eq $Identity -or "$($World.recipients[$_.mailbox].alias)\$($_.name)" -eq $Identity) })
    if ($Hits.Count -eq 1) { return $Hits[0] }
    if ($Hits.Count) { throw (New-Refusal 'ManagementObjectAmbiguousException' "The inbox rule '$Identity' matches multiple rules.") }
    throw (New-Refusal 'ManagementObjectNotFoundException' "The inbox rule '$Identity' wasn't found.")
}

function New-InboxRule {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Position = 0)][AllowEmptyString()][string]$Name, [Parameter(Mandatory)][string]$Mailbox, [string[]]$ForwardTo, [string[]]$RedirectTo,
        [string[]]$ForwardAsAttachmentTo, [bool]$DeleteMessage, [bool]$MarkAsRead, [string]$MoveToFolder, [bool]$StopProcessingRules, [string[]]$SubjectContainsWords, [switch]$Force)
    Invoke-Act $PSCmdlet $PSBoundParameters $Mailbox {
        $R = Find-Mailbox $Mailbox
        $World.serial++
        $Rule = @{ id = "$(7000000000000000 + $World.serial)"; name = $Name; mailbox = $R.guid; enabled = $true; forward = "$($ForwardTo -join ';')$($ForwardAsAttachmentTo -join ';')"; redirect = ($RedirectTo -join ';'); remove = $DeleteMessage }
        $World.rules = @($World.rules) + $Rule
        [pscustomobject]@{ Name = $Name; Identity = "$($R.alias)\$($Rule.id)"; RuleIdentity = $Rule.id; Enabled = $true }
    }
}

function Set-InboxRule {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [string]$Mailbox, [string]$Name, [string[]]$ForwardTo, [string[]]$RedirectTo, [bool]$DeleteMessage, [switch]$Force)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $Rule = Find-InboxRule $Identity $Mailbox
        if ($ActBound.ContainsKey('Name')) { $Rule.name = $Name }
        if ($ActBound.ContainsKey('ForwardTo')) { $Rule.forward = $ForwardTo -join ';' }
        if ($ActBound.ContainsKey('RedirectTo')) { $Rule.redirect = $RedirectTo -join ';' }
        if ($ActBound.ContainsKey('DeleteMessage')) { $Rule.remove = $DeleteMessage }
    }
}

function Enable-InboxRule {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [string]$Mailbox, [switch]$Force)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity { (Find-InboxRule $Identity $Mailbox).enabled = $true }
}
function Disable-InboxRule {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [string]$Mailbox, [switch]$Force)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity { (Find-InboxRule $Identity $Mailbox).enabled = $false }
}
function Remove-InboxRule {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [string]$Mailbox, [switch]$Force)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $Rule = Find-InboxRule $Identity $Mailbox
        $World.rules = @($World.rules | Where-Object { $_.id -ne $Rule.id })
    }
}
function Get-InboxRule {
    [CmdletBinding()] param([Parameter(Position = 0)][string]$Identity, [string]$Mailbox, [switch]$IncludeHidden)
    Invoke-Read $PSCmdlet {
        $Box = ''
        if ($Mailbox) { $Box = (Find-Mailbox $Mailbox).guid }
        $List = @(if ($Identity) { Find-InboxRule $Identity $Mailbox } else { $World.rules | Where-Object { -not $Box -or $_.mailbox -eq $Box } })
        foreach ($Rule in $List) {
            [pscustomobject]@{ Name = $Rule.name; RuleIdentity = $Rule.id; Identity = "$($World.recipients[$Rule.mailbox].alias)\$($Rule.id)"; Enabled = $Rule.enabled; ForwardTo = $Rule.forward; RedirectTo = $Rule.redirect; DeleteMessage = $Rule.remove }
        }
    }
}

function Find-TransportRule([string]$Identity) {
    foreach ($Rule in $World.transport_rules) { if ($Rule.name -eq $Identity -or $Rule.id -eq $Identity) { return $Rule } }
    throw (New-Refusal 'ManagementObjectNotFoundException' "The transport rule '$Identity' wasn't found.")
}

function New-TransportRule {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 0)][string]$Name, [string[]]$BlindCopyTo, [string[]]$RedirectMessageTo, [bool]$Enabled = $true, [int]$Priority = -1)
    Invoke-Act $PSCmdlet $PSBoundParameters '' {
        if (@($World.transport_rules | Where-Object { $_.name -eq $Name }).Count) { throw (New-Refusal 'RuleNameAlreadyExist' "A rule with the name '$Name' exists already.") }
        $State = 'Enabled'
        if (-not $Enabled) { $State = 'Disabled' }
        $Rule = @{ id = (New-Guid8 "transport $Name"); name = $Name; state = $State; blind_copy = "$($BlindCopyTo -join ';')$($RedirectMessageTo -join ';')" }
        if ($Priority -lt 0 -or $Priority -ge @($World.transport_rules).Count) { $World.transport_rules = @($World.transport_rules) + $Rule; return }
        $World.transport_rules = @(for ($I = 0; $I -lt @($World.transport_rules).Count; $I++) { if ($I -eq $Priority) { $Rule }; $World.transport_rules[$I] })
    }
}
function Set-TransportRule {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [string[]]$BlindCopyTo)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity { (Find-TransportRule $Identity).blind_copy = $BlindCopyTo -join ';' }
}
function Enable-TransportRule {
    [CmdletBinding(SupportsShouldProcess)] param([Parameter(Mandatory, Position = 0)][string]$Identity)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity { (Find-TransportRule $Identity).state = 'Enabled' }
}
function Disable-TransportRule {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param([Parameter(Mandatory, Position = 0)][string]$Identity)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity { (Find-TransportRule $Identity).state = 'Disabled' }
}
function Remove-TransportRule {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param([Parameter(Mandatory, Position = 0)][string]$Identity)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $Rule = Find-TransportRule $Identity
        $World.transport_rules = @($World.transport_rules | Where-Object { $_.id -ne $Rule.id })
    }
}
# A rule's priority is its place: taking one out moves those below it up.
function Get-TransportRule {
    [CmdletBinding()] param([Parameter(Position = 0)][string]$Identity)
    Invoke-Read $PSCmdlet {
        if ($Identity) { $null = Find-TransportRule $Identity }
        $At = 0
        foreach ($Rule in $World.transport_rules) {
            if (-not $Identity -or $Rule.name -eq $Identity -or $Rule.id -eq $Identity) { [pscustomobject]@{ Name = $Rule.name; Guid = $Rule.id; State = $Rule.state; Priority = $At; BlindCopyTo = $Rule.blind_copy } }
            $At++
        }
    }
}
