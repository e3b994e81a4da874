/* Ways into Exchange: where the rest of a session begins.
 * A dash is U+002D or, as PowerShell reads it, U+2013, U+2014 or U+2015 in UTF-8; a cmdlet may bear
 * a session prefix (Add-CloudMailboxPermission); parameters may be shortened. */

rule exchange_online_connected {
    meta:
        description = "Connect-ExchangeOnline: a session with Exchange Online"
        technique = "T1059.001"
        severity = "low"
        reference = "https://learn.microsoft.com/powershell/exchange/connect-to-exchange-online-powershell"
    strings:
        $call = /\bConnect(-|\xE2\x80[\x93-\x95])ExchangeOnline\b/ nocase
    condition:
        any of them
}

rule exchange_session_imported {
    meta:
        description = "A remote PowerShell session with an Exchange server"
        technique = "T1059.001"
        severity = "low"
        reference = "https://learn.microsoft.com/powershell/exchange/connect-to-exchange-servers-using-remote-powershell"
    strings:
        $session = /\b(New|Enter)(-|\xE2\x80[\x93-\x95])PSSession\b.{0,500}?Microsoft\.Exchange\b/s nocase
        $server = /\bConnect(-|\xE2\x80[\x93-\x95])ExchangeServer\b/ nocase
    condition:
        any of them
}

rule exchange_snapin_loaded {
    meta:
        description = "The Exchange snap-in is loaded directly: role checks and most of the server's own log are passed by"
        technique = "T1059.001"
        severity = "medium"
        reference = "https://learn.microsoft.com/powershell/exchange/exchange-management-shell"
    strings:
        $call = /\bAdd(-|\xE2\x80[\x93-\x95])PSSnapin\b.{0,500}?Microsoft\.Exchange\.Management\.PowerShell\b/s nocase
    condition:
        any of them
}

rule exchange_rest_invoked {
    meta:
        description = "The administration address of Exchange Online is called without the module: no PowerShell record of the cmdlet exists"
        technique = "T1059.001"
        severity = "high"
        reference = "https://attack.mitre.org/techniques/T1098/002/"
    strings:
        $call = /\/adminapi\/beta\/[^\x00]{1,100}\/InvokeCommand\b/ nocase
    condition:
        any of them
}

rule exchange_module_installed {
    meta:
        description = "The Exchange Online module is installed or imported"
        technique = "T1059.001"
        severity = "low"
        reference = "https://learn.microsoft.com/powershell/exchange/connect-to-exchange-online-powershell"
    strings:
        $call = /\b(Install|Import)(-|\xE2\x80[\x93-\x95])Module\b[^\x00\n]{0,100}ExchangeOnlineManagement\b/ nocase
    condition:
        any of them
}
