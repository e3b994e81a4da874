/* Rights on a recipient or its directory object.
 * A dash is U+002D or, as PowerShell reads it, U+2013, U+2014 or U+2015 in UTF-8; a cmdlet may bear
 * a session prefix (Add-CloudMailboxPermission); parameters may be shortened. */

rule recipient_permission_added {
    meta:
        description = "Add-RecipientPermission: the right to send as a recipient is given"
        technique = "T1098.002"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/add-recipientpermission"
    strings:
        $call = /\bAdd(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}RecipientPermission\b/ nocase
    condition:
        any of them
}

rule ad_permission_added {
    meta:
        description = "Add-ADPermission with a right over mail or over the object itself: Send As, Receive As, GenericAll, WriteDacl"
        technique = "T1098.002"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/add-adpermission"
    strings:
        $call = /\bAdd(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?ADPermission\b.{0,500}?(Send[- ]As|Receive[- ]As|GenericAll|WriteDacl|WriteOwner)\b/s nocase
    condition:
        any of them
}

rule recipient_permission_removed {
    meta:
        description = "A send-as or directory right on a recipient is taken away, also to tidy up after an intrusion"
        technique = "T1098.002"
        severity = "low"
        reference = "https://learn.microsoft.com/powershell/module/exchange/remove-recipientpermission"
    strings:
        $call = /\bRemove(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}(RecipientPermission|ADPermission)\b/ nocase
    condition:
        any of them
}
