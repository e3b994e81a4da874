# Roles.ps1 - role groups, role assignments, and what decides whether anything is logged at all.

function Find-RoleGroup([string]$Identity) {
    foreach ($G in $World.role_groups.Keys) { if ($G -eq $Identity) { return $G } }
    throw (New-Refusal 'ManagementObjectNotFoundException' "The role group '$Identity' couldn't be found.")
}

function New-RoleGroup {
    [CmdletBinding(SupportsShouldProcess)] param([Parameter(Mandatory, Position = 0)][string]$Name, [string[]]$Members)
    Invoke-Act $PSCmdlet $PSBoundParameters $Name { $World.role_groups[$Name] = @($Members | Where-Object { $_ } | ForEach-Object { Find-Trustee $_ }) }
}
function Add-RoleGroupMember {
    [CmdletBinding(SupportsShouldProcess)] param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory)][string]$Member)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $G = Find-RoleGroup $Identity
        $Who = Find-Trustee $Member
        if ($World.role_groups[$G] -contains $Who) { throw (New-Refusal 'MemberAlreadyExistsException' "The recipient `"$Member`" is already a member of the group `"$G`".") }
        $World.role_groups[$G] = @($World.role_groups[$G]) + $Who
    }
}
function Remove-RoleGroupMember {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory)][string]$Member)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $G = Find-RoleGroup $Identity
        $Who = Find-Trustee $Member
        if ($World.role_groups[$G] -notcontains $Who) { throw (New-Refusal 'MemberNotFoundException' "The recipient `"$Member`" isn't a member of the group `"$G`".") }
        $World.role_groups[$G] = @($World.role_groups[$G] | Where-Object { $_ -ne $Who })
    }
}
function Update-RoleGroupMember {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param([Parameter(Mandatory, Position = 0)][string]$Identity, [AllowEmptyCollection()]$Members)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $G = Find-RoleGroup $Identity
        $World.role_groups[$G] = Get-ChangedList $World.role_groups[$G] $Members
    }
}
function Get-RoleGroupMember {
    [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$Identity)
    Invoke-Read $PSCmdlet { foreach ($M in $World.role_groups[(Find-RoleGroup $Identity)]) { Get-RecipientView (Find-Recipient $M) } }
}

# Without a name the server makes one: the role, a dash, the assignee.
function New-ManagementRoleAssignment {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Position = 0)][string]$Name, [Parameter(Mandatory)][string]$Role, [Parameter(Mandatory, ParameterSetName = 'User')][string]$User,
        [Parameter(Mandatory, ParameterSetName = 'SecurityGroup')][string]$SecurityGroup)
    Invoke-Act $PSCmdlet $PSBoundParameters $Role {
        $Who = Find-Trustee "$User$SecurityGroup"
        $Base = $Name
        if (-not $Base) { $Base = "$Role-$($World.recipients[$Who].name)" }
        $Full = $Base
        for ($N = 1; @($World.assignments | Where-Object { $_.name -eq $Full }).Count; $N++) {
            if ($Name) { throw (New-Refusal 'ADObjectAlreadyExistsException' "The role assignment '$Name' exists already.") }
            $Full = "$Base-$N"
        }
        $World.assignments = @($World.assignments) + @{ name = $Full; role = $Role; user = $Who }
        [pscustomobject]@{ Name = $Full; Identity = $Full; Role = $Role; RoleAssigneeName = $World.recipients[$Who].name }
    }
}
function Remove-ManagementRoleAssignment {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')] param([Parameter(Mandatory, Position = 0)][string]$Identity)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        if (-not @($World.assignments | Where-Object { $_.name -eq $Identity }).Count) { throw (New-Refusal 'ManagementObjectNotFoundException' "The role assignment '$Identity' wasn't found.") }
        $World.assignments = @($World.assignments | Where-Object { $_.name -ne $Identity })
    }
}
function Get-ManagementRoleAssignment {
    [CmdletBinding()] param([Parameter(Position = 0)][string]$Identity, [string]$RoleAssignee, [string]$Role)
    Invoke-Read $PSCmdlet {
        $Who = ''
        if ($RoleAssignee) { $Who = Find-Trustee $RoleAssignee }
        foreach ($A in $World.assignments) {
            if (($Identity -and $A.name -ne $Identity) -or ($Who -and $A.user -ne $Who) -or ($Role -and $A.role -ne $Role)) { continue }
            [pscustomobject]@{ Name = $A.name; Identity = $A.name; Role = $A.role; RoleAssigneeName = $World.recipients[$A.user].name }
        }
    }
}

function Set-MailboxAuditBypassAssociation {
    [CmdletBinding(SupportsShouldProcess)] param([Parameter(Mandatory, Position = 0)][string]$Identity, [Parameter(Mandatory)][bool]$AuditBypassEnabled)
    Invoke-Act $PSCmdlet $PSBoundParameters $Identity {
        $R = Find-Recipient $Identity
        $World.bypass = @($World.bypass | Where-Object { $_ -ne $R.guid })
        if ($AuditBypassEnabled) { $World.bypass = @($World.bypass) + $R.guid }
    }
}
function Get-MailboxAuditBypassAssociation {
    [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$Identity)
    Invoke-Read $PSCmdlet { $R = Find-Recipient $Identity; [pscustomobject]@{ Identity = $R.name; AuditBypassEnabled = ($World.bypass -contains $R.guid) } }
}
function Set-AdminAuditLogConfig {
    [CmdletBinding(SupportsShouldProcess)] param([bool]$UnifiedAuditLogIngestionEnabled)
    # Its own record is written before the log goes off.
    if (-not $PSBoundParameters.ContainsKey('UnifiedAuditLogIngestionEnabled')) { return }
    $World.ingestion = $World.ingestion -or $UnifiedAuditLogIngestionEnabled
    Invoke-Act $PSCmdlet $PSBoundParameters '' { }
    if (-not $WhatIfPreference) { $World.ingestion = $UnifiedAuditLogIngestionEnabled }
}
function Get-AdminAuditLogConfig {
    [CmdletBinding()] param()
    Invoke-Read $PSCmdlet { [pscustomobject]@{ UnifiedAuditLogIngestionEnabled = $World.ingestion } }
}
function Set-OrganizationConfig {
    [CmdletBinding(SupportsShouldProcess)] param([bool]$AuditDisabled)
    Invoke-Act $PSCmdlet $PSBoundParameters '' { if ($ActBound.ContainsKey('AuditDisabled')) { $World.audit_disabled = $AuditDisabled } }
}
