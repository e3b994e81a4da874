/* Rights on one folder.
 * A dash is U+002D or, as PowerShell reads it, U+2013, U+2014 or U+2015 in UTF-8; a cmdlet may bear
 * a session prefix (Add-CloudMailboxPermission); parameters may be shortened, or stand in a
 * hashtable before the call ($splat). */

rule folder_permission_given {
    meta:
        description = "Add- or Set-MailboxFolderPermission: a right on one folder is given or changed"
        technique = "T1098.002"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/add-mailboxfolderpermission"
    strings:
        $call = /\b(Add|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}MailboxFolderPermission\b/ nocase
    condition:
        any of them
}

rule folder_permission_everyone {
    meta:
        description = "A folder is opened to Default or Anonymous: to every user, or to anyone"
        technique = "T1098.002"
        severity = "high"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-mailboxfolderpermission"
    strings:
        $call = /\b(Add|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?MailboxFolderPermission\b.{0,500}?(-|\xE2\x80[\x93-\x95])U[ser]{0,3}?[\s:]{1,5}?[\'"]??(Default|Anonymous)\b/s nocase
        $splat = /\bU[ser]{0,3}?\s{0,5}?=\s{0,5}?[\'"]??(Default|Anonymous)\b.{0,500}?(Add|Set)(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?MailboxFolderPermission\b/s nocase
    condition:
        any of them
}

rule public_folder_permission_added {
    meta:
        description = "A right on a public folder is given"
        technique = "T1098.002"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/add-publicfolderclientpermission"
    strings:
        $call = /\bAdd(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}PublicFolder(Client|Administrative)Permission\b/ nocase
    condition:
        any of them
}

rule calendar_published {
    meta:
        description = "A calendar is published to people outside without sign-in"
        technique = "T1098.002"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/exchange/set-mailboxcalendarfolder"
    strings:
        $call = /\bSet(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?MailboxCalendarFolder\b.{0,500}?(-|\xE2\x80[\x93-\x95])PublishE[a-z]{0,6}?[\s:]{1,5}?\$??(true|1)\b/s nocase
        $splat = /\bPublishE[a-z]{0,6}?\s{0,5}?=\s{0,5}?\$??(true|1)\b.{0,500}?Set(-|\xE2\x80[\x93-\x95])[a-z0-9]{0,20}?MailboxCalendarFolder\b/s nocase
    condition:
        any of them
}
