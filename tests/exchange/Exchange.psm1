# Exchange.psm1 - a stateful double of Exchange: the cmdlets that give, change and revoke access to
# mailboxes, with the behaviour that Microsoft's page of each cmdlet states, over a state in memory.
#
#   New-ExchangeWorld -Environment online -Organization contoso.example
#   Add-ExchangeRecipient -Name 'Ann' -Address ann@contoso.example
#   Add-MailboxPermission -Identity ann@contoso.example -User bob@contoso.example -AccessRights FullAccess
#   Export-ExchangeWorld state.json; Get-ExchangeAudit | ... ; Get-ExchangeAtoms
#
# Every act leaves one record in the shape of the unified audit log or of event 1 of the channel
# MSExchange Management. Set-ExchangeFault makes one cmdlet fail, throttle or die. The cmdlets are
# functions of a module, as those of the Exchange Online module are: they do not see their caller's
# $ErrorActionPreference, $WhatIfPreference and $ConfirmPreference.
Set-StrictMode -Version Latest
$script:World = $null
$script:Faults = @{}
$script:Audit = [System.Collections.Generic.List[object]]::new()

. $PSScriptRoot/World.ps1
. $PSScriptRoot/Act.ps1
. $PSScriptRoot/Mailbox.ps1
. $PSScriptRoot/Delegates.ps1
. $PSScriptRoot/Folder.ps1
. $PSScriptRoot/Rules.ps1
. $PSScriptRoot/Roles.ps1

Export-ModuleMember -Function *-Mailbox*, *-RecipientPermission, *-ADPermission, *-InboxRule, *-TransportRule,
    *-RoleGroup*, *-ManagementRoleAssignment, *-AdminAuditLogConfig, *-OrganizationConfig, Get-User,
    Get-Recipient, Get-ConnectionInformation, *-Exchange*
