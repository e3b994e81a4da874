# Delegates.ps1 - Get-Mailbox and Set-Mailbox: Send on Behalf, forwarding, auditing of one mailbox.

function Get-Mailbox {
    [CmdletBinding()] param([Parameter(Position = 0)][string]$Identity, [string]$ResultSize)
    Invoke-Read $PSCmdlet {
        $List = @(if ($Identity) { Find-Mailbox $Identity } else { $World.recipients.Values | Where-Object { $_.kind -like '*Mailbox' } })
        foreach ($R in $List) {
            $View = Get-RecipientView $R
            $Behalf = @($R.behalf | ForEach-Object { if ($World.environment -eq 'online') { $World.recipients["$_"].name } else { $World.recipients["$_"].canonical } })
            $View | Add-ExchangeMember GrantSendOnBehalfTo $Behalf
            $View | Add-ExchangeMember ForwardingAddress $R.forward
            $View | Add-ExchangeMember ForwardingSmtpAddress $R.forward_smtp
            $View | Add-ExchangeMember DeliverToMailboxAndForward $R.deliver
            $View | Add-ExchangeMember AuditEnabled $R.audit
            $View
        }
    }
}

function Add-ExchangeMember {
    param([Parameter(Position = 0)][string]$Name, [Parameter(Position = 1)][AllowEmptyCollection()][AllowNull()]$Value, [Parameter(ValueFromPipeline)]$Object)
    process { $Object.PSObject.Properties.Add([psnoteproperty]::new($Name, $Value)) }
}

# A list of names replaces what is there; @{Add=..; Remove=..} changes it; nothing empties it.
function Get-ChangedList($Old, $Value) {
    if ($null -eq $Value) { return , @() }
    if ($Value -is [System.Collections.IDictionary]) {
        $List = @($Old)
        foreach ($K in $Value.Keys) {
            if ($K -ne 'Add' -and $K -ne 'Remove') { throw (New-Refusal 'InvalidOperation' "The key '$K' of a multivalued change is neither Add nor Remove.") }
            foreach ($V in @($Value[$K])) {
                $Who = Find-Trustee "$V"
                if ($K -eq 'Add') { if ($List -notcontains $Who) { $List = $List + $Who } }
                else { $List = @($List | Where-Object { $_ -ne $Who }) }
            }
        }
        return , @($List)
    }
    , @(foreach ($V in @($Value)) { if ("$V") { Find-Trustee "$V" } })
}

function Set-Mailbox {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, Position = 0)][string]$Identity, $GrantSendOnBehalfTo, [AllowNull()][AllowEmptyString()][string]$ForwardingAddress,
        [AllowNull()][AllowEmptyString()][string]$ForwardingSmtpAddress, [bool]$DeliverToMailboxAndForward, [bool]$AuditEnabled, [string[]]$AuditOwner, [string[]]$AuditDelegate, [string[]]$AuditAdmin
    )
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $R = Find-Mailbox $Identity
        if ($ActBound.ContainsKey('GrantSendOnBehalfTo')) { $R.behalf = Get-ChangedList $R.behalf $GrantSendOnBehalfTo }
        if ($ActBound.ContainsKey('ForwardingAddress')) {
            $R.forward = ''
            if ($ForwardingAddress) { $R.forward = (Find-Recipient $ForwardingAddress).address }
        }
        # A proxy address: kept, and shown, with its prefix however it was given.
        if ($ActBound.ContainsKey('ForwardingSmtpAddress')) {
            $R.forward_smtp = "$ForwardingSmtpAddress"
            if ($ForwardingSmtpAddress -and $ForwardingSmtpAddress -notlike 'smtp:*') { $R.forward_smtp = "smtp:$ForwardingSmtpAddress" }
        }
        if ($ActBound.ContainsKey('DeliverToMailboxAndForward')) { $R.deliver = $DeliverToMailboxAndForward }
        if ($ActBound.ContainsKey('AuditEnabled')) { $R.audit = $AuditEnabled }
        if ($ActBound.ContainsKey('AuditOwner')) { $R.audit_owner = $AuditOwner }
        if ($ActBound.ContainsKey('AuditDelegate')) { $R.audit_delegate = $AuditDelegate }
        if ($ActBound.ContainsKey('AuditAdmin')) { $R.audit_admin = $AuditAdmin }
    }
}
