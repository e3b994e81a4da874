/* Roles, impersonation and applications: access to many mailboxes at once.
 * A dash is U+002D or, as PowerShell reads it, U+2013, U+2014 or U+2015 in UTF-8; a cmdlet may bear
 * a session prefix (Add-CloudMailboxPermission); parameters may be shortened, or stand in a
 * hashtable before the call ($splat). */

rule impersonation_given {
    meta:
        description = "ApplicationImpersonation is assigned: its holder acts as any user in scope"
        technique = "T1098.002"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/new-managementroleassignment"
    strings:
        $call = /\b(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?ManagementRoleAssignment\b.{0,500}?ApplicationImpersonation\b/s nocase
    condition:
        any of them
}

rule management_role_assigned {
    meta:
        description = "An Exchange management role is assigned"
        technique = "T1098.003"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/new-managementroleassignment"
    strings:
        $call = /\bNew(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}ManagementRoleAssignment\b/ nocase
    condition:
        any of them
}

rule role_group_member_given {
    meta:
        description = "A member is added to an Exchange role group"
        technique = "T1098.003"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/add-rolegroupmember"
    strings:
        $call = /\b(Add|Update)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}RoleGroupMember\b/ nocase
    condition:
        any of them
}

rule service_principal_registered {
    meta:
        description = "A service principal is made known to Exchange, which is needed before it can hold a right on mail"
        technique = "T1098.002"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/new-serviceprincipal"
    strings:
        $call = /\bNew(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?ServicePrincipal\b.{0,500}?(-|\xE2\x80[\x93-\x95])(AppI[d]??|ObjectI[d]??|ServiceI[d]??)\b/s nocase
        $splat = /\b(AppI[d]??|ObjectI[d]??|ServiceI[d]??)\b\s{0,5}?=.{0,500}?New(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?ServicePrincipal\b/s nocase
    condition:
        any of them
}

rule application_access_widened {
    meta:
        description = "An application access policy is removed: the application reaches more mailboxes than before"
        technique = "T1098.002"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/remove-applicationaccesspolicy"
    strings:
        $call = /\bRemove(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}ApplicationAccessPolicy\b/ nocase
    condition:
        any of them
}
