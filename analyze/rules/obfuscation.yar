/* Calls that do not want to be read. */

rule encoded_command_line {
    meta:
        description = "PowerShell is started with an encoded command"
        technique = "T1027"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_powershell_exe"
    strings:
        $call = /\b(powershell|pwsh)(\.exe)?\b[^\x00\n]{0,300}\s(-|\/|\xE2\x80[\x93-\x95])e(c|n[a-z]{0,14})?\s{1,5}["\']?[a-z0-9+\/]{24}/ nocase
    condition:
        any of them
}

rule encoded_cmdlet_name {
    meta:
        description = "The base64 of a cmdlet that gives access to mail, as UTF-8 or UTF-16LE text"
        technique = "T1027"
        severity = "high"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
    strings:
        $a = "MailboxPermission" base64
        $b = "mailboxpermission" base64
        $c = "MailboxFolderPermission" base64
        $d = "RecipientPermission" base64
        $e = "InboxRule" base64
        $f = "ManagementRoleAssignment" base64
        $g = "MailboxPermission" wide base64
        $h = "mailboxpermission" wide base64
        $i = "MailboxFolderPermission" wide base64
        $j = "RecipientPermission" wide base64
        $k = "InboxRule" wide base64
        $l = "ManagementRoleAssignment" wide base64
    condition:
        any of them
}

/* The loose pattern matches wherever the plain one does: more matches means backticks. */
rule ticked_cmdlet_name {
    meta:
        description = "Backticks inside the name of a cmdlet that bears on mail"
        technique = "T1027"
        severity = "high"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
    strings:
        $mailbox = /mailbox/ nocase
        $mailbox_ticked = /m`?a`?i`?l`?b`?o`?x/ nocase
        $permission = /permission/ nocase
        $permission_ticked = /p`?e`?r`?m`?i`?s`?s`?i`?o`?n/ nocase
        $rule = /inboxrule/ nocase
        $rule_ticked = /i`?n`?b`?o`?x`?r`?u`?l`?e/ nocase
    condition:
        #mailbox_ticked > #mailbox or #permission_ticked > #permission or #rule_ticked > #rule
}

/* The loose pattern matches wherever the plain one does: more matches means pieces. */
rule joined_cmdlet_name {
    meta:
        description = "The name of a cmdlet that bears on mail is put together from pieces"
        technique = "T1027"
        severity = "high"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
    strings:
        $mailbox = /mailbox/ nocase
        $mailbox_pieces = /m(['"]\s?\+\s?['"])?a(['"]\s?\+\s?['"])?i(['"]\s?\+\s?['"])?l(['"]\s?\+\s?['"])?b(['"]\s?\+\s?['"])?o(['"]\s?\+\s?['"])?x/ nocase
        $permission = /permission/ nocase
        $permission_pieces = /p(['"]\s?\+\s?['"])?e(['"]\s?\+\s?['"])?r(['"]\s?\+\s?['"])?m(['"]\s?\+\s?['"])?i(['"]\s?\+\s?['"])?s(['"]\s?\+\s?['"])?s(['"]\s?\+\s?['"])?i(['"]\s?\+\s?['"])?o(['"]\s?\+\s?['"])?n/ nocase
        $rule = /inboxrule/ nocase
        $rule_pieces = /i(['"]\s?\+\s?['"])?n(['"]\s?\+\s?['"])?b(['"]\s?\+\s?['"])?o(['"]\s?\+\s?['"])?x(['"]\s?\+\s?['"])?r(['"]\s?\+\s?['"])?u(['"]\s?\+\s?['"])?l(['"]\s?\+\s?['"])?e/ nocase
        $format = /["\']\{[0-9]\}[^"\'\n]{0,40}["\']\s{0,3}-f\s{0,3}[^\n]{0,60}(mailbox|permission|inboxrule)/ nocase
    condition:
        #mailbox_pieces > #mailbox or #permission_pieces > #permission or #rule_pieces > #rule or $format
}

rule joined_characters {
    meta:
        description = "Text is put together from character codes"
        technique = "T1027"
        severity = "medium"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
    strings:
        $plus = /(\[char\]\(?(0x)?[0-9a-f]{2,4}\)?\s{0,2}[+,]\s{0,2}){3}\[char\]/ nocase
        $list = /\[char\[\]\]\s{0,2}\(?([0-9]{2,3}\s{0,2},\s{0,2}){5}/ nocase
        $join = /-join\s{0,2}\(\s{0,2}([0-9]{2,3}\s{0,2},\s{0,2}){5}/ nocase
    condition:
        any of them
}

rule cmdlet_found_by_wildcard {
    meta:
        description = "A cmdlet is looked up by a wildcard, so that its name never stands in the text"
        technique = "T1027"
        severity = "medium"
        reference = "https://attack.mitre.org/techniques/T1027/010/"
    strings:
        $call = /[&.]\s{0,3}\(\s{0,3}(Get(-|\xE2\x80[\x93-\x95])Command|gcm)\s{1,3}[^\n)]{0,20}\*[^\n)]{0,40}\)/ nocase
    condition:
        any of them
}

rule expression_from_text {
    meta:
        description = "Text that names a cmdlet bearing on mail is run as code"
        technique = "T1059.001"
        severity = "low"
        reference = "https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/invoke-expression"
    strings:
        $call = /\b(iex|Invoke(-|\xE2\x80[\x93-\x95])Expression)\b[^\x00]{0,200}(Mailbox|Permission|InboxRule|RoleAssignment)/ nocase
        $block = /\[scriptblock\]::Create\([^\x00]{0,200}(Mailbox|Permission|InboxRule|RoleAssignment)/ nocase
    condition:
        any of them
}
