/* Rights on a whole mailbox.
 * A dash is U+002D or, as PowerShell reads it, U+2013, U+2014 or U+2015 in UTF-8; a cmdlet may bear
 * a session prefix (Add-CloudMailboxPermission); parameters may be shortened, or stand in a
 * hashtable before the call ($splat). */

rule mailbox_permission_added {
    meta:
        description = "Add-MailboxPermission: a right on a whole mailbox is given"
        technique = "T1098.002"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/add-mailboxpermission"
    strings:
        $call = /\bAdd(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}MailboxPermission\b/ nocase
    condition:
        any of them
}

rule mailbox_permission_bulk {
    meta:
        description = "The mailboxes of a whole listing are handed to Add-MailboxPermission"
        technique = "T1098.002"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/add-mailboxpermission"
    strings:
        $call = /\bGet(-|\xE2\x80[\x93-\x95])(EXO|[a-z0-9]{0,20})Mailbox\b[^|\x00]{0,300}\|[^\x00]{0,200}Add(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}MailboxPermission\b/ nocase
    condition:
        any of them
}

rule mailbox_permission_unseen {
    meta:
        description = "A right on a mailbox is given without auto-mapping, so that it does not show in the delegate's Outlook"
        technique = "T1098.002"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/add-mailboxpermission"
    strings:
        $call = /\bAdd(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?MailboxPermission\b.{0,500}?(-|\xE2\x80[\x93-\x95])AutoM[a-z]{0,9}?(\s{0,5}?:\s{0,5}?|\s{1,5}?)\$??(false|0)\b/s nocase
        $splat = /\bAutoM[a-z]{0,9}?\s{0,5}?=\s{0,5}?\$??(false|0)\b.{0,500}?Add(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?MailboxPermission\b/s nocase
    condition:
        any of them
}

rule mailbox_permission_removed {
    meta:
        description = "Remove-MailboxPermission: a right on a mailbox is taken away, also to tidy up after an intrusion"
        technique = "T1098.002"
        severity = "low"
        reference = "https://learn.microsoft.com/powershell/module/exchange/remove-mailboxpermission"
    strings:
        $call = /\bRemove(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}MailboxPermission\b/ nocase
    condition:
        any of them
}
