# Mailbox.ps1 - entries of a mailbox's and of a directory object's security descriptor:
# *-MailboxPermission, *-RecipientPermission (online), *-ADPermission (on a server).

$script:MailboxRights = 'ChangeOwner', 'ChangePermission', 'DeleteItem', 'ExternalAccount', 'FullAccess', 'ReadPermission'
$script:EntriesMost = 500

function Split-Rights($Rights) { @(foreach ($R in $Rights) { foreach ($W in ("$R" -split ',')) { $W.Trim() } }) }

function Assert-Rights($Rights, $Known) {
    foreach ($R in $Rights) {
        if ($Known -notcontains $R) { throw (New-Refusal 'ParameterArgumentTransformationError' "Cannot convert value `"$R`" to the type of a right.") }
    }
}

# The explicit entry of exactly these properties, or $null. Rights of one trustee, kind and
# inheritance stand in one entry.
function Find-Entry($List, $Mailbox, $User, [bool]$Deny, [string]$Inheritance) {
    foreach ($E in $List) {
        if ($E.mailbox -eq $Mailbox -and $E.user -eq $User -and $E.deny -eq $Deny -and $E.inheritance -eq $Inheritance -and -not $E.inherited) { return $E }
    }
}

# Adds rights to a list of entries and returns it. A right that is there already is a warning and no
# change; more than 500 entries on one mailbox are an error.
function Add-Rights($List, $R, $User, $Rights, [bool]$Deny, [string]$Inheritance, $Warn) {
    $Entry = Find-Entry $List $R.guid $User $Deny $Inheritance
    foreach ($Right in $Rights) {
        if ($Entry -and $Entry.rights -contains $Right) {
            $Warn.WriteWarning("The appropriate access control entry is already present on the object `"$($R.dn)`" for account `"$(Get-TrusteeText $User)`".")
        }
        elseif ($Entry) { $Entry.rights = @($Entry.rights) + $Right }
        else {
            if (@($List | Where-Object { $_.mailbox -eq $R.guid }).Count -ge $script:EntriesMost) {
                throw (New-Refusal 'ACLTooBigException' "The access control list of `"$($R.dn)`" would have more than $script:EntriesMost entries.")
            }
            $Entry = New-Entry $R.guid $User @($Right) $Deny $Inheritance $false
            $List = @($List) + $Entry
        }
    }
    , @($List)
}

# Takes rights out of the entry of this trustee, kind and inheritance. What is not there, or is only
# inherited, is a warning, and the cmdlet succeeds.
function Remove-Rights($List, $R, $User, $Rights, [bool]$Deny, [string]$Inheritance, $Warn) {
    $Entry = Find-Entry $List $R.guid $User $Deny $Inheritance
    foreach ($Right in $Rights) {
        if ($Entry -and $Entry.rights -contains $Right) { $Entry.rights = @($Entry.rights | Where-Object { $_ -ne $Right }); continue }
        $Above = @($List | Where-Object { $_.inherited -and $_.mailbox -eq $R.guid -and $_.user -eq $User -and $_.deny -eq $Deny -and $_.rights -contains $Right })
        if ($Above.Count) {
            $Warn.WriteWarning("An inherited access control entry has been specified: [Rights: $Right, ControlType: Allow] and was ignored on object `"$($R.dn)`".")
        }
        else {
            $Warn.WriteWarning("Can't remove the access control entry on the object `"$($R.dn)`" for account `"$(Get-TrusteeText $User)`" because the ACE doesn't exist on the object.")
        }
    }
    , @($List | Where-Object { @($_.rights).Count -gt 0 })
}

function Add-MailboxPermission {
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'AccessRights')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][string]$Identity,
        [Parameter(Mandatory, ParameterSetName = 'AccessRights')][string]$User,
        [Parameter(Mandatory, ParameterSetName = 'AccessRights')][string[]]$AccessRights,
        [Parameter(ParameterSetName = 'AccessRights')][ValidateSet('None', 'All', 'Children', 'Descendents', 'SelfAndChildren')][string]$InheritanceType = 'All',
        [Parameter(ParameterSetName = 'AccessRights')][bool]$AutoMapping = $true,
        [Parameter(ParameterSetName = 'AccessRights')][switch]$Deny,
        [Parameter(Mandatory, ParameterSetName = 'Owner')][string]$Owner,
        [switch]$GroupMailbox, [switch]$IgnoreDefaultScope
    )
    process {
        Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
            $R = Find-Mailbox $Identity
            if ($Owner) { $R.owner = Find-Trustee $Owner; return }
            $Words = Split-Rights $AccessRights
            Assert-Rights $Words $script:MailboxRights
            $World.mailbox_entries = Add-Rights $World.mailbox_entries $R (Find-Trustee $User) $Words $Deny $InheritanceType $PSCmdlet
        }
    }
}

function Remove-MailboxPermission {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Owner')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][string]$Identity,
        [Parameter(Mandatory, ParameterSetName = 'AccessRights')][string]$User,
        [Parameter(Mandatory, ParameterSetName = 'AccessRights')][string[]]$AccessRights,
        [Parameter(ParameterSetName = 'AccessRights')][ValidateSet('None', 'All', 'Children', 'Descendents', 'SelfAndChildren')][string]$InheritanceType = 'All',
        [Parameter(ParameterSetName = 'AccessRights')][switch]$Deny,
        [Parameter(Mandatory, ParameterSetName = 'ClearAutoMapping')][switch]$ClearAutoMapping,
        [Parameter(Mandatory, ParameterSetName = 'ResetDefault')][switch]$ResetDefault,
        [switch]$BypassMasterAccountSid, [switch]$GroupMailbox, [switch]$SoftDeletedMailbox
    )
    process {
        Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
            $R = Find-Mailbox $Identity
            if ($ClearAutoMapping) { return }
            if ($ResetDefault) {
                $World.mailbox_entries = @($World.mailbox_entries | Where-Object { $_.mailbox -ne $R.guid -or $_.inherited -or $_.user -eq 'NT AUTHORITY\SELF' })
                return
            }
            if (-not $User) { $R.owner = ''; return }
            $Words = Split-Rights $AccessRights
            Assert-Rights $Words $script:MailboxRights
            $World.mailbox_entries = Remove-Rights $World.mailbox_entries $R (Find-Trustee $User) $Words $Deny $InheritanceType $PSCmdlet
        }
    }
}

function Get-MailboxPermission {
    [CmdletBinding(DefaultParameterSetName = 'AccessRights')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)][string]$Identity,
        [Parameter(ParameterSetName = 'AccessRights')][string]$User,
        [Parameter(Mandatory, ParameterSetName = 'Owner')][switch]$Owner,
        [string]$ResultSize
    )
    process {
        Invoke-Read $PSCmdlet {
            $R = Find-Mailbox $Identity
            if ($Owner) { return [pscustomobject]@{ Identity = $R.canonical; Owner = (Get-TrusteeText $R.owner) } }
            $Who = ''
            if ($User) { $Who = Find-Trustee $User }
            foreach ($E in $World.mailbox_entries) {
                if ($E.mailbox -ne $R.guid -or ($Who -and $E.user -ne $Who)) { continue }
                [pscustomobject]@{ Identity = $R.canonical; User = (Get-TrusteeText $E.user); AccessRights = @($E.rights); IsInherited = $E.inherited; Deny = $E.deny; InheritanceType = $E.inheritance }
            }
        }
    }
}

function Add-RecipientPermission {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory)][string]$Trustee, [Parameter(Mandatory)][string[]]$AccessRights)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        Assert-Online 'Add-RecipientPermission'
        $R = Find-Recipient $Identity
        Assert-Rights $AccessRights 'SendAs'
        $World.send_as = Add-Rights $World.send_as $R (Find-Trustee $Trustee) @('SendAs') $false 'None' $PSCmdlet
    }
}

function Remove-RecipientPermission {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory)][string]$Trustee, [Parameter(Mandatory)][string[]]$AccessRights, [switch]$Deny)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        Assert-Online 'Remove-RecipientPermission'
        $R = Find-Recipient $Identity
        Assert-Rights $AccessRights 'SendAs'
        $World.send_as = Remove-Rights $World.send_as $R (Find-Trustee $Trustee) @('SendAs') $Deny 'None' $PSCmdlet
    }
}

function Get-RecipientPermission {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Identity, [string]$Trustee, [string]$ResultSize)
    Invoke-Read $PSCmdlet {
        Assert-Online 'Get-RecipientPermission'
        $Where = ''
        if ($Identity) { $Where = (Find-Recipient $Identity).guid }
        $Who = ''
        if ($Trustee) { $Who = Find-Trustee $Trustee }
        foreach ($E in $World.send_as) {
            if (($Where -and $E.mailbox -ne $Where) -or ($Who -and $E.user -ne $Who)) { continue }
            $Kind = 'Allow'
            if ($E.deny) { $Kind = 'Deny' }
            [pscustomobject]@{ Identity = $World.recipients[$E.mailbox].name; Trustee = (Get-TrusteeText $E.user); AccessControlType = $Kind; AccessRights = @($E.rights); IsInherited = $E.inherited; InheritanceType = $E.inheritance }
        }
    }
}

function Assert-Online([string]$Name) {
    if ($World.environment -ne 'online') { throw (New-Refusal 'CommandNotFoundException' "The term '$Name' is not recognized: it is in Exchange Online only.") }
}
function Assert-Server([string]$Name) {
    if ($World.environment -ne 'onprem') { throw (New-Refusal 'CommandNotFoundException' "The term '$Name' is not recognized: it is on servers only.") }
}

# "Send-As" and "Send As" are one right; this double knows no other extended right but Receive-As.
function Get-ExtendedRight([string]$Right) {
    $Word = $Right.Replace('-', ' ')
    Assert-Rights @($Word) @('Send As', 'Receive As')
    $Word.Replace(' ', '')
}

function Add-ADPermission {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory)][string]$User, [Parameter(Mandatory)][string[]]$ExtendedRights,
        [switch]$Deny, [ValidateSet('None', 'All', 'Children', 'Descendents', 'SelfAndChildren')][string]$InheritanceType = 'All')
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        Assert-Server 'Add-ADPermission'
        $Words = @($ExtendedRights | ForEach-Object { Get-ExtendedRight $_ })
        $World.send_as = Add-Rights $World.send_as (Find-Recipient $Identity) (Find-Trustee $User) $Words $Deny $InheritanceType $PSCmdlet
    }
}

function Remove-ADPermission {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory)][string]$User, [Parameter(Mandatory)][string[]]$ExtendedRights,
        [switch]$Deny, [ValidateSet('None', 'All', 'Children', 'Descendents', 'SelfAndChildren')][string]$InheritanceType = 'All')
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        Assert-Server 'Remove-ADPermission'
        $Words = @($ExtendedRights | ForEach-Object { Get-ExtendedRight $_ })
        $World.send_as = Remove-Rights $World.send_as (Find-Recipient $Identity) (Find-Trustee $User) $Words $Deny $InheritanceType $PSCmdlet
    }
}

function Get-ADPermission {
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)][string]$Identity, [string]$User)
    Invoke-Read $PSCmdlet {
        Assert-Server 'Get-ADPermission'
        $R = Find-Recipient $Identity
        $Who = ''
        if ($User) { $Who = Find-Trustee $User }
        foreach ($E in $World.send_as) {
            if ($E.mailbox -ne $R.guid -or ($Who -and $E.user -ne $Who)) { continue }
            $Words = @($E.rights | ForEach-Object { $_ -creplace 'As$', '-As' })
            [pscustomobject]@{ Identity = $R.canonical; User = (Get-TrusteeText $E.user); ExtendedRights = $Words; Deny = $E.deny; IsInherited = $E.inherited; InheritanceType = $E.inheritance }
        }
    }
}
