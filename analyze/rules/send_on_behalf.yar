/* Sending on behalf, and the delegates of a calendar.
 * A dash is U+002D or, as PowerShell reads it, U+2013, U+2014 or U+2015 in UTF-8; a cmdlet may bear
 * a session prefix (Add-CloudMailboxPermission); parameters may be shortened, or stand in a
 * hashtable before the call ($splat). */

rule send_on_behalf_given {
    meta:
        description = "-GrantSendOnBehalfTo: who may send on behalf of a recipient is set"
        technique = "T1098.002"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-mailbox"
    strings:
        $call = /\b(Set|New)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?(Mailbox|RemoteMailbox|MailUser|MailContact|DistributionGroup|DynamicDistributionGroup|UnifiedGroup|MailPublicFolder|SyncMailPublicFolder)\b.{0,500}?(-|\xE2\x80[\x93-\x95])GrantS[a-z]{0,20}?\b/s nocase
        $splat = /\bGrantS[a-z]{0,20}?\b\s{0,5}?=.{0,500}?(Set|New)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?(Mailbox|RemoteMailbox|MailUser|MailContact|DistributionGroup|DynamicDistributionGroup|UnifiedGroup|MailPublicFolder|SyncMailPublicFolder)\b/s nocase
    condition:
        any of them
}

rule calendar_delegates_set {
    meta:
        description = "Set-CalendarProcessing: the delegates of a calendar or room are set"
        technique = "T1098.002"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-calendarprocessing"
    strings:
        $call = /\bSet(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?CalendarProcessing\b.{0,500}?(-|\xE2\x80[\x93-\x95])(ResourceD[a-z]{0,12}?|ForwardRequestsToD[a-z]{0,9}?)\b/s nocase
        $splat = /\b(ResourceD[a-z]{0,12}?|ForwardRequestsToD[a-z]{0,9}?)\b\s{0,5}?=.{0,500}?Set(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?CalendarProcessing\b/s nocase
    condition:
        any of them
}
