/* Audit records that will not be written, or are thrown away.
 * A dash is U+002D or, as PowerShell reads it, U+2013, U+2014 or U+2015 in UTF-8; a cmdlet may bear
 * a session prefix (Add-CloudMailboxPermission); parameters may be shortened, or stand in a
 * hashtable before the call ($splat). */

rule audit_bypass_set {
    meta:
        description = "Set-MailboxAuditBypassAssociation: what an account does in mailboxes is no longer logged"
        technique = "T1562.008"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-mailboxauditbypassassociation"
    strings:
        $call = /\bSet(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?MailboxAuditBypassAssociation\b.{0,500}?(-|\xE2\x80[\x93-\x95])AuditB[a-z]{0,13}?[\s:]{1,5}?\$??(true|1)\b/s nocase
        $splat = /\bAuditB[a-z]{0,13}?\s{0,5}?=\s{0,5}?\$??(true|1)\b.{0,500}?Set(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?MailboxAuditBypassAssociation\b/s nocase
    condition:
        any of them
}

rule audit_log_disabled {
    meta:
        description = "The unified or the administrator audit log is switched off"
        technique = "T1562.008"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-adminauditlogconfig"
    strings:
        $call = /\bSet(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?AdminAuditLogConfig\b.{0,500}?(-|\xE2\x80[\x93-\x95])(UnifiedA[a-z]{0,30}?|AdminAuditLogE[a-z]{0,6}?)[\s:]{1,5}?\$??(false|0)\b/s nocase
        $splat = /\b(UnifiedA[a-z]{0,30}?|AdminAuditLogE[a-z]{0,6}?)\s{0,5}?=\s{0,5}?\$??(false|0)\b.{0,500}?Set(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?AdminAuditLogConfig\b/s nocase
    condition:
        any of them
}

rule audit_log_narrowed {
    meta:
        description = "What the administrator audit log keeps is cut down: cmdlets, parameters or age"
        technique = "T1562.008"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-adminauditlogconfig"
    strings:
        $call = /\bSet(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?AdminAuditLogConfig\b.{0,500}?(-|\xE2\x80[\x93-\x95])(AdminAuditLogC[a-z]{0,6}?|AdminAuditLogP[a-z]{0,9}?|AdminAuditLogEx[a-z]{0,14}?|AdminAuditLogA[a-z]{0,7}?)\b/s nocase
        $splat = /\b(AdminAuditLogC[a-z]{0,6}?|AdminAuditLogP[a-z]{0,9}?|AdminAuditLogEx[a-z]{0,14}?|AdminAuditLogA[a-z]{0,7}?)\b\s{0,5}?=.{0,500}?Set(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?AdminAuditLogConfig\b/s nocase
    condition:
        any of them
}

rule mailbox_audit_disabled {
    meta:
        description = "Mailbox auditing is switched off for a mailbox or the organisation"
        technique = "T1562.008"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-organizationconfig"
    strings:
        $mailbox = /\bSet(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?Mailbox\b.{0,500}?(-|\xE2\x80[\x93-\x95])AuditE[a-z]{0,6}?[\s:]{1,5}?\$??(false|0)\b/s nocase
        $organisation = /\bSet(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?OrganizationConfig\b.{0,500}?(-|\xE2\x80[\x93-\x95])AuditD[a-z]{0,7}?[\s:]{1,5}?\$??(true|1)\b/s nocase
        $mailbox_splat = /\bAuditE[a-z]{0,6}?\s{0,5}?=\s{0,5}?\$??(false|0)\b.{0,500}?Set(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?Mailbox\b/s nocase
        $organisation_splat = /\bAuditD[a-z]{0,7}?\s{0,5}?=\s{0,5}?\$??(true|1)\b.{0,500}?Set(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?OrganizationConfig\b/s nocase
    condition:
        any of them
}

rule mailbox_audit_purged {
    meta:
        description = "The age limit of a mailbox audit log is set, which purges what is older"
        technique = "T1562.008"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-mailbox"
    strings:
        $call = /\bSet(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?Mailbox\b.{0,500}?(-|\xE2\x80[\x93-\x95])AuditL[a-z]{0,12}?\b/s nocase
        $splat = /\bAuditL[a-z]{0,12}?\b\s{0,5}?=.{0,500}?Set(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?Mailbox\b/s nocase
    condition:
        any of them
}

rule audit_agent_disabled {
    meta:
        description = "The agent that writes the administrator audit log is switched off"
        technique = "T1562.008"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/disable-cmdletextensionagent"
    strings:
        $call = /\b(Disable|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?CmdletExtensionAgent\b.{0,500}?Admin Audit Log Agent/s nocase
    condition:
        any of them
}

rule audit_retention_removed {
    meta:
        description = "A retention policy of the unified audit log is removed"
        technique = "T1562.008"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/remove-unifiedauditlogretentionpolicy"
    strings:
        $call = /\bRemove(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}UnifiedAuditLogRetentionPolicy\b/ nocase
    condition:
        any of them
}
