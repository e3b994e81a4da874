# semantics.ps1 - the double's behaviour, one fact at a time, each with its public source. Prints TAP
# lines that a harness counts: "ok NAME" or "not ok NAME".
Set-StrictMode -Version Latest
Import-Module "$PSScriptRoot/Exchange.psm1" -Force -DisableNameChecking
$script:Failed = 0
$script:Source = ''

function Source([string]$Text) { $script:Source = $Text }

# Runs a test in a fresh company; passes when it gives exactly $true.
function Fact([string]$Name, $Test, [string]$Environment = 'online') {
    New-ExchangeWorld -Environment $Environment -Organization 'contoso.example'
    Add-ExchangeRecipient -Name 'Ann Lee' -Address 'ann@contoso.example'
    Add-ExchangeRecipient -Name 'Bob Ray' -Address 'bob@contoso.example'
    Add-ExchangeRecipient -Name 'Cid Poe' -Address 'cid@contoso.example'
    $Got = $null
    try { $Got = @(& $Test) } catch { $Got = @("threw: $_") }
    if ($Got.Count -eq 1 -and $Got[0] -is [bool] -and $Got[0]) { "ok $Name [$script:Source]"; return }
    $script:Failed++
    "not ok $Name [$script:Source]: $($Got -join ' | ')"
}

# A question fails the run under the test host: these are asked where nobody could answer at all.
function Test-Asks([string]$Command) {
    $Shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
    $null = $Shell.AddScript("Import-Module '$PSScriptRoot/Exchange.psm1' -DisableNameChecking").Invoke()
    $Shell.Commands.Clear()
    $null = $Shell.AddScript('param($Text, $Line) Set-ExchangeWorldText $Text; & ([scriptblock]::Create($Line))').AddArgument((Get-ExchangeWorldText)).AddArgument($Command)
    $Said = ''
    try { $null = $Shell.Invoke() } catch { $Said = "$_" }
    $Said += "$($Shell.Streams.Error)"
    $Shell.Dispose()
    $Said -like '*prompts the user*'
}

# What a command writes as warnings, and the first error's identifier.
function Get-Warnings($Do) { @(& $Do 3>&1 | Where-Object { $_ -is [System.Management.Automation.WarningRecord] } | ForEach-Object { "$_" }) }
function Get-Fault($Do) { try { $null = & $Do 2>&1; 'no error' } catch { $_.FullyQualifiedErrorId } }
function Get-Rights([string]$Box, [string]$User) { @(Get-MailboxPermission $Box -User $User | Where-Object { -not $_.IsInherited -and -not $_.Deny } | ForEach-Object { $_.AccessRights }) -join ',' }
function Give($Rights) { Add-MailboxPermission -Identity ann -User bob -AccessRights $Rights -WarningAction SilentlyContinue }
function Get-FolderRights([string]$User) { @(Get-MailboxFolderPermission 'ann:\Inbox' -User $User -ErrorAction SilentlyContinue | ForEach-Object { $_.AccessRights }) -join ',' }

Source 'Microsoft documentation, Add-MailboxPermission'
Fact 'a grant gives exactly the right asked for' { Give FullAccess; (Get-Rights ann bob) -eq 'FullAccess' }
Fact 'a grant adds to what is there' { Give ReadPermission; Give FullAccess; (Get-Rights ann bob) -eq 'ReadPermission,FullAccess' }
Fact 'rights may be one text with commas' { Give 'FullAccess, ReadPermission'; (Get-Rights ann bob) -eq 'FullAccess,ReadPermission' }
Fact 'a right that is there already is a warning and no change' {
    Give FullAccess; $Was = Get-ExchangeWorldText
    $Warnings = @(Get-Warnings { Add-MailboxPermission ann -User bob -AccessRights FullAccess })
    $Warnings.Count -eq 1 -and $Warnings[0] -like '*already present*' -and (Get-ExchangeAtoms) -join ';' -eq (& { Set-ExchangeWorldText $Was; (Get-ExchangeAtoms) -join ';' })
}
Fact '-Deny adds a deny entry beside the allow' { Give FullAccess; Add-MailboxPermission ann -User bob -AccessRights FullAccess -Deny; @(Get-MailboxPermission ann -User bob).Count -eq 2 }
Fact '-Owner is another parameter set' { Add-MailboxPermission ann -Owner bob; (Get-MailboxPermission ann -Owner).Owner -eq 'bob@contoso.example' }
Fact 'an unknown right is refused' { (Get-Fault { Add-MailboxPermission ann -User bob -AccessRights Everything -ErrorAction Stop }) -like 'ParameterArgumentTransformationError*' }
Fact '500 entries and no more' {
    1..500 | ForEach-Object { Add-ExchangeRecipient -Name "U$_" -Address "u$_@contoso.example" -Kind MailUser }
    $Refused = 0
    1..500 | ForEach-Object { try { Add-MailboxPermission ann -User "u$_" -AccessRights FullAccess -ErrorAction Stop } catch { $Refused++ } }
    $Refused -eq 3
}
Fact 'InheritanceType is All where none is given' { Give FullAccess; @(Get-MailboxPermission ann -User bob)[0].InheritanceType -eq 'All' }
Fact '-WhatIf changes and logs nothing' { Add-MailboxPermission ann -User bob -AccessRights FullAccess -WhatIf; (Get-Rights ann bob) -eq '' -and @(Get-ExchangeAudit).Count -eq 0 }

Source 'Microsoft documentation, Remove-MailboxPermission'
Fact 'only the rights named are taken' { Give FullAccess, ReadPermission; Remove-MailboxPermission ann -User bob -AccessRights FullAccess -Confirm:$false; (Get-Rights ann bob) -eq 'ReadPermission' }
Fact 'a deny entry goes with -Deny only' {
    Add-MailboxPermission ann -User bob -AccessRights FullAccess -Deny
    Remove-MailboxPermission ann -User bob -AccessRights FullAccess -Confirm:$false -WarningAction SilentlyContinue
    $Kept = @(Get-MailboxPermission ann -User bob).Count
    Remove-MailboxPermission ann -User bob -AccessRights FullAccess -Deny -Confirm:$false
    $Kept -eq 1 -and @(Get-MailboxPermission ann -User bob).Count -eq 0
}
Fact 'the identity alone means the owner' { Add-MailboxPermission ann -Owner bob; Give FullAccess; Remove-MailboxPermission ann -Confirm:$false; (Get-MailboxPermission ann -Owner).Owner -eq '' -and (Get-Rights ann bob) -eq 'FullAccess' }
Fact '-ResetDefault takes every entry but SELF and the inherited' { Give FullAccess; Remove-MailboxPermission ann -ResetDefault -Confirm:$false; (Get-Rights ann bob) -eq '' -and @(Get-MailboxPermission ann).Count -eq 3 }
Fact 'another InheritanceType leaves the entry' {
    Add-MailboxPermission ann -User bob -AccessRights FullAccess -InheritanceType None
    $W = @(Get-Warnings { Remove-MailboxPermission ann -User bob -AccessRights FullAccess -InheritanceType All -Confirm:$false })
    $W.Count -eq 1 -and (Get-Rights ann bob) -eq 'FullAccess'
}
Fact 'it asks before it removes' { Give FullAccess; Test-Asks 'Remove-MailboxPermission ann -User bob -AccessRights FullAccess' }
Source 'TechNet wiki 31321: the ACE does not exist on the object'
Fact 'an entry that is not there is a warning and success' {
    $W = @(Get-Warnings { Remove-MailboxPermission ann -User bob -AccessRights FullAccess -Confirm:$false -ErrorAction Stop })
    $W.Count -eq 1 -and $W[0] -like "*because the ACE doesn't exist on the object.*" -and @(Get-ExchangeAudit)[0].ResultStatus -eq 'True'
}
Source 'Microsoft documentation, Get-MailboxPermission: inherited entries'
Fact 'an inherited entry is ignored with a warning' {
    $W = @(Get-Warnings { Remove-MailboxPermission ann -User 'Exchange Trusted Subsystem' -AccessRights FullAccess -Confirm:$false })
    $W.Count -eq 1 -and $W[0] -like '*inherited access control entry*was ignored*'
}

Source 'Microsoft documentation, Add- and Remove-RecipientPermission'
Fact 'SendAs goes to its own list' { Add-RecipientPermission ann -Trustee bob -AccessRights SendAs -Confirm:$false; @(Get-RecipientPermission ann -Trustee bob).Count -eq 1 -and (Get-Rights ann bob) -eq '' }
Fact 'it can be taken back' { Add-RecipientPermission ann -Trustee bob -AccessRights SendAs -Confirm:$false; Remove-RecipientPermission ann -Trustee bob -AccessRights SendAs -Confirm:$false; @(Get-RecipientPermission ann -Trustee bob).Count -eq 0 }
Fact 'both ask' { (Test-Asks 'Add-RecipientPermission ann -Trustee bob -AccessRights SendAs') -and (Test-Asks 'Remove-RecipientPermission ann -Trustee bob -AccessRights SendAs') }
Fact 'Add-MailboxPermission does not' { -not (Test-Asks 'Add-MailboxPermission ann -User bob -AccessRights FullAccess') }
Fact 'there is none on a server' { (Get-Fault { Add-RecipientPermission ann -Trustee bob -AccessRights SendAs -Confirm:$false -ErrorAction Stop }) -like 'CommandNotFoundException*' } onprem

Source 'Microsoft documentation, Add-ADPermission'
Fact 'Send-As and Send As are one right' { Add-ADPermission ann -User bob -ExtendedRights 'Send As'; Remove-ADPermission ann -User bob -ExtendedRights Send-As -Confirm:$false; @(Get-ADPermission ann -User bob).Count -eq 0 } onprem
Fact 'Get- writes it with a dash' { Add-ADPermission ann -User bob -ExtendedRights 'Send As'; "$(@(Get-ADPermission ann -User bob)[0].ExtendedRights)" -eq 'Send-As' } onprem
Fact 'there is none in Exchange Online' { (Get-Fault { Add-ADPermission ann -User bob -ExtendedRights 'Send As' -ErrorAction Stop }) -like 'CommandNotFoundException*' }

Source 'Microsoft documentation, Set-Mailbox -GrantSendOnBehalfTo'
Fact 'a plain list replaces' { Set-Mailbox ann -GrantSendOnBehalfTo bob; Set-Mailbox ann -GrantSendOnBehalfTo cid; "$((Get-Mailbox ann).GrantSendOnBehalfTo)" -eq 'Cid Poe' }
Fact 'a table edits, its keys in any case' { Set-Mailbox ann -GrantSendOnBehalfTo bob; Set-Mailbox ann -GrantSendOnBehalfTo @{ add = 'cid'; REMOVE = 'bob' }; "$((Get-Mailbox ann).GrantSendOnBehalfTo)" -eq 'Cid Poe' }
Fact '$null empties' { Set-Mailbox ann -GrantSendOnBehalfTo bob; Set-Mailbox ann -GrantSendOnBehalfTo $null; @((Get-Mailbox ann).GrantSendOnBehalfTo).Count -eq 0 }
Source 'o365reports.com 2022-07: the log holds the list that results'
Fact 'the record of a removal names who is left' {
    Set-Mailbox ann -GrantSendOnBehalfTo bob, cid; Set-Mailbox ann -GrantSendOnBehalfTo @{ Remove = 'bob' }
    $V = @(@(Get-ExchangeAudit)[1].Parameters | Where-Object { $_.Name -eq 'GrantSendOnBehalfTo' })[0].Value
    $V -like '*Cid Poe*' -and $V -notlike '*Bob*'
}
Source 'Microsoft documentation, Set-Mailbox: forwarding'
Fact 'forwarding is set and emptied' { Set-Mailbox ann -ForwardingSmtpAddress x@evil.example -DeliverToMailboxAndForward $true; Set-Mailbox ann -ForwardingSmtpAddress $null; (Get-Mailbox ann).ForwardingSmtpAddress -eq '' -and (Get-Mailbox ann).DeliverToMailboxAndForward }

Source 'Microsoft documentation, Add-MailboxFolderPermission'
Fact 'an entry that exists is an error' { Add-MailboxFolderPermission 'ann:\Inbox' -User bob -AccessRights Reviewer; (Get-Fault { Add-MailboxFolderPermission 'ann:\Inbox' -User bob -AccessRights Editor -ErrorAction Stop }) -like 'UserAlreadyExistsInPermissionEntryException*' -and (Get-FolderRights bob) -eq 'Reviewer' }
Fact 'Default has an entry always' { (Get-Fault { Add-MailboxFolderPermission 'ann:\Inbox' -User Default -AccessRights Editor -ErrorAction Stop }) -like 'UserAlreadyExists*' }
Fact 'a folder that is not there is an error' { (Get-Fault { Add-MailboxFolderPermission 'ann:\Nowhere' -User bob -AccessRights Editor -ErrorAction Stop }) -like 'ManagementObjectNotFoundException*' }
Source 'MS-OXCPERM 2.2.7: the mask is what is stored'
Fact 'single rights that make a role are shown as the role' { Add-MailboxFolderPermission 'ann:\Inbox' -User bob -AccessRights FolderVisible, ReadItems; (Get-FolderRights bob) -eq 'Reviewer' }
Fact 'others stay single' { Add-MailboxFolderPermission 'ann:\Inbox' -User bob -AccessRights ReadItems, CreateItems; (Get-FolderRights bob) -eq 'ReadItems,CreateItems' }
Source 'Microsoft documentation, Set-MailboxFolderPermission'
Fact 'Set replaces' { Add-MailboxFolderPermission 'ann:\Inbox' -User bob -AccessRights Editor; Set-MailboxFolderPermission 'ann:\Inbox' -User bob -AccessRights Reviewer; (Get-FolderRights bob) -eq 'Reviewer' }
Fact 'Set without an entry is an error' { (Get-Fault { Set-MailboxFolderPermission 'ann:\Inbox' -User bob -AccessRights Reviewer -ErrorAction Stop }) -like 'UserNotFoundInPermissionEntryException*' }
Fact '-SendNotificationToUser alone resets the flags' {
    Add-MailboxFolderPermission 'ann:\Calendar' -User bob -AccessRights Editor -SharingPermissionFlags Delegate
    Set-MailboxFolderPermission 'ann:\Calendar' -User bob -AccessRights Editor -SendNotificationToUser $false
    @(Get-MailboxFolderPermission 'ann:\Calendar' -User bob)[0].SharingPermissionFlags -eq ''
}
Source 'Microsoft documentation, Remove-MailboxFolderPermission'
Fact 'Remove takes the whole entry' { Add-MailboxFolderPermission 'ann:\Inbox' -User bob -AccessRights Editor; Remove-MailboxFolderPermission 'ann:\Inbox' -User bob -Confirm:$false; (Get-FolderRights bob) -eq '' }
Fact 'Remove without an entry is an error' { (Get-Fault { Remove-MailboxFolderPermission 'ann:\Inbox' -User bob -Confirm:$false -ErrorAction Stop }) -like 'UserNotFoundInPermissionEntryException*' }
Fact 'subfolders are not touched' { Add-MailboxFolderPermission 'ann:\' -User bob -AccessRights Editor; (Get-FolderRights bob) -eq '' }

Source 'Microsoft documentation, *-InboxRule'
Fact 'a rule is disabled and enabled by its identity' {
    $Made = New-InboxRule . -Mailbox ann -ForwardTo x@evil.example
    Disable-InboxRule $Made.Identity -Confirm:$false; $Off = (Get-InboxRule $Made.Identity).Enabled
    Enable-InboxRule $Made.Identity; -not $Off -and (Get-InboxRule $Made.Identity).Enabled
}
Fact 'two rules may have one name, which is then ambiguous' { $null = New-InboxRule . -Mailbox ann; $null = New-InboxRule . -Mailbox ann; (Get-Fault { Remove-InboxRule . -Mailbox ann -Confirm:$false -ErrorAction Stop }) -like 'ManagementObjectAmbiguousException*' }
Source 'Microsoft documentation, *-TransportRule'
Fact 'taking a rule out moves the others up' { New-TransportRule A -BlindCopyTo a@b.example; New-TransportRule B -BlindCopyTo a@b.example; Remove-TransportRule A -Confirm:$false; (Get-TransportRule B).Priority -eq 0 }
Source 'Microsoft documentation, New-ManagementRoleAssignment'
Fact 'a name is made where none is given' { (New-ManagementRoleAssignment -Role 'Mail Recipients' -User bob).Name -eq 'Mail Recipients-Bob Ray' }
Source 'Microsoft documentation, Update-RoleGroupMember'
Fact 'Members replaces' { New-RoleGroup G -Members ann, bob; Update-RoleGroupMember G -Members cid -Confirm:$false; "$(@(Get-RoleGroupMember G).Name)" -eq 'Cid Poe' }
Fact 'Add of a member is an error' { New-RoleGroup G -Members ann; (Get-Fault { Add-RoleGroupMember G -Member ann -ErrorAction Stop }) -like 'MemberAlreadyExistsException*' }
Source 'Microsoft documentation, Set-MailboxAuditBypassAssociation, Set-AdminAuditLogConfig'
Fact 'bypass goes on and off' { Set-MailboxAuditBypassAssociation bob -AuditBypassEnabled $true; $On = (Get-MailboxAuditBypassAssociation bob).AuditBypassEnabled; Set-MailboxAuditBypassAssociation bob -AuditBypassEnabled $false; $On -and -not (Get-MailboxAuditBypassAssociation bob).AuditBypassEnabled }
Fact 'with the log off nothing is recorded' { Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $false; Give FullAccess; @(Get-ExchangeAudit).Count -eq 1 }

Source 'Microsoft documentation: Identity parameters'
Fact 'a name of two people is refused' { Add-ExchangeRecipient -Name 'Bob 2' -Address 'bob2@contoso.example' -Display 'Bob Ray'; (Get-Fault { Add-MailboxPermission ann -User 'Bob Ray' -AccessRights FullAccess -ErrorAction Stop }) -like 'ManagementObjectAmbiguousException*' }
Fact 'a deleted account is named by its SID' { Add-MailboxPermission ann -User 'S-1-5-21-1-2-3-4' -AccessRights FullAccess; (Get-Rights ann 'S-1-5-21-1-2-3-4') -eq 'FullAccess' }
Source 'about_Preference_Variables: a function of a module does not see its caller''s preferences'
Fact 'an error does not stop a script that only sets $ErrorActionPreference' { $ErrorActionPreference = 'Stop'; (Get-Fault { Get-MailboxPermission nobody }) -eq 'no error' }
Source 'Office 365 Management Activity API schema: Exchange admin'
Fact 'a record names the cmdlet, its parameters and the actor' { Give FullAccess; $R = @(Get-ExchangeAudit)[0]; $R.Operation -eq 'Add-MailboxPermission' -and $R.RecordType -eq 1 -and $R.UserId -eq 'admin@contoso.example' -and @($R.Parameters).Count -eq 3 }
Fact 'a failure is recorded as one' { Add-MailboxPermission nobody -User bob -AccessRights FullAccess -ErrorAction SilentlyContinue; @(Get-ExchangeAudit)[0].ResultStatus -eq 'False' }
Source 'MSExchange Management, event 1'
Fact 'a server writes event 1, values cut at 200' { Set-Mailbox ann -ForwardingSmtpAddress ('a' * 250); $E = @(Get-ExchangeAudit)[0]; $E.EventId -eq 1 -and $E.Data[0] -eq 'Set-Mailbox' -and $E.Data[1].Contains('aaa[...]"') } onprem
Source 'the double itself'
Fact 'dump and load give the same state' { Give FullAccess; Set-Mailbox ann -GrantSendOnBehalfTo bob; $A = (Get-ExchangeAtoms) -join ';'; $T = Get-ExchangeWorldText; New-ExchangeWorld; Set-ExchangeWorldText $T; ((Get-ExchangeAtoms) -join ';') -eq $A -and (Get-ExchangeWorldText) -eq $T }
exit $script:Failed
