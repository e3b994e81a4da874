/* Mail that goes elsewhere, or out of sight.
 * A dash is U+002D or, as PowerShell reads it, U+2013, U+2014 or U+2015 in UTF-8; a cmdlet may bear
 * a session prefix (Add-CloudMailboxPermission); parameters may be shortened, or stand in a
 * hashtable before the call ($splat). */

rule mailbox_forwarding_set {
    meta:
        description = "A mailbox is made to forward what it receives"
        technique = "T1114.003"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-mailbox"
    strings:
        $call = /\b(Set|New|Enable)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?(Mailbox|RemoteMailbox|MailUser|MailPublicFolder)\b.{0,500}?(-|\xE2\x80[\x93-\x95])(ForwardingS[a-z]{0,14}?|ForwardingA[a-z]{0,7}?|DeliverT[a-z]{0,22}?)\b/s nocase
        $splat = /\b(ForwardingS[a-z]{0,14}?|ForwardingA[a-z]{0,7}?|DeliverT[a-z]{0,22}?)\b\s{0,5}?=.{0,500}?(Set|New|Enable)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?(Mailbox|RemoteMailbox|MailUser|MailPublicFolder)\b/s nocase
    condition:
        any of them
}

rule inbox_rule_forwards {
    meta:
        description = "An inbox rule that forwards or redirects"
        technique = "T1114.003"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/new-inboxrule"
    strings:
        $call = /\b(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?InboxRule\b.{0,500}?(-|\xE2\x80[\x93-\x95])(ForwardT[o]??|ForwardA[a-z]{0,20}?|Redirect[To]{0,2}?)\b/s nocase
        $splat = /\b(ForwardT[o]??|ForwardA[a-z]{0,20}?|Redirect[To]{0,2}?)\b\s{0,5}?=.{0,500}?(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?InboxRule\b/s nocase
    condition:
        any of them
}

rule inbox_rule_hides {
    meta:
        description = "An inbox rule that deletes, moves or marks mail as read"
        technique = "T1564.008"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/new-inboxrule"
    strings:
        $call = /\b(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?InboxRule\b.{0,500}?(-|\xE2\x80[\x93-\x95])(Delete[a-z]{0,7}?|MoveT[a-z]{0,8}?|MarkA[a-z]{0,5}?|SoftD[a-z]{0,16}?)\b/s nocase
        $splat = /\b(Delete[a-z]{0,7}?|MoveT[a-z]{0,8}?|MarkA[a-z]{0,5}?|SoftD[a-z]{0,16}?)\b\s{0,5}?=.{0,500}?(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?InboxRule\b/s nocase
    condition:
        any of them
}

rule transport_rule_copies {
    meta:
        description = "A transport rule that copies, redirects or adds recipients"
        technique = "T1114.003"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/new-transportrule"
    strings:
        $call = /\b(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?TransportRule\b.{0,500}?(-|\xE2\x80[\x93-\x95])(Blind[a-z]{0,7}?|CopyT[o]??|Redirect[a-z]{0,9}?|AddToR[a-z]{0,9}?|AddManager[a-z]{0,20}?)\b/s nocase
        $splat = /\b(Blind[a-z]{0,7}?|CopyT[o]??|Redirect[a-z]{0,9}?|AddToR[a-z]{0,9}?|AddManager[a-z]{0,20}?)\b\s{0,5}?=.{0,500}?(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?TransportRule\b/s nocase
    condition:
        any of them
}

rule transport_rule_hides {
    meta:
        description = "A transport rule that deletes or quarantines mail before anyone sees it"
        technique = "T1564.008"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/new-transportrule"
    strings:
        $call = /\b(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?TransportRule\b.{0,500}?(-|\xE2\x80[\x93-\x95])(DeleteM[a-z]{0,6}?|Quarantine)\b/s nocase
        $splat = /\b(DeleteM[a-z]{0,6}?|Quarantine)\b\s{0,5}?=.{0,500}?(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?TransportRule\b/s nocase
    condition:
        any of them
}

rule journal_rule_set {
    meta:
        description = "A journal rule: copies of mail go to one recipient"
        technique = "T1114.003"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/new-journalrule"
    strings:
        $call = /\b(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?JournalRule\b.{0,500}?(-|\xE2\x80[\x93-\x95])(JournalE[a-z]{0,11}?|Recip[a-z]{0,4}?)\b/s nocase
        $splat = /\b(JournalE[a-z]{0,11}?|Recip[a-z]{0,4}?)\b\s{0,5}?=.{0,500}?(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?JournalRule\b/s nocase
    condition:
        any of them
}

rule auto_forward_allowed {
    meta:
        description = "Automatic forwarding to the outside is allowed"
        technique = "T1114.003"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-remotedomain"
    strings:
        $domain = /\b(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?RemoteDomain\b.{0,500}?(-|\xE2\x80[\x93-\x95])AutoF[a-z]{0,17}?[\s:]{1,5}?\$??(true|1)\b/s nocase
        $filter = /\b(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?HostedOutboundSpamFilterPolicy\b.{0,500}?(-|\xE2\x80[\x93-\x95])AutoF[a-z]{0,13}?[\s:]{1,5}?[\'"]??On\b/s nocase
        $domain_splat = /\bAutoF[a-z]{0,17}?\s{0,5}?=\s{0,5}?\$??(true|1)\b.{0,500}?(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?RemoteDomain\b/s nocase
        $filter_splat = /\bAutoF[a-z]{0,13}?\s{0,5}?=\s{0,5}?[\'"]??On\b.{0,500}?(New|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?HostedOutboundSpamFilterPolicy\b/s nocase
    condition:
        any of them
}
