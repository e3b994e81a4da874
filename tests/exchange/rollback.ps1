# rollback.ps1 - emitted scripts run on the double: what they change, refuse, skip, survive. Prints
# "ok NAME" and "not ok NAME"; the exit status is the number of failures.
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

# ---- a company, what was there before, and an intruder who uses every family of rights ----
New-ExchangeWorld -Environment online -Organization contoso.example
Set-ExchangeLogStyle ', ' 'delta'
foreach ($Name in 'Ann Lee', 'Bob Ray', 'Cid Poe', 'Dee Fox', 'Eve Low') { Add-ExchangeRecipient -Name $Name -Address "$($Name.Split(' ')[0].ToLowerInvariant())@contoso.example" }
Add-MailboxPermission ann@contoso.example -User bob@contoso.example -AccessRights FullAccess
Add-MailboxPermission ann@contoso.example -User eve@contoso.example -AccessRights ReadPermission
Set-Mailbox bob@contoso.example -GrantSendOnBehalfTo dee@contoso.example
Add-MailboxFolderPermission 'cid@contoso.example:\Inbox' -User dee@contoso.example -AccessRights Reviewer
Clear-ExchangeAudit
$Before = Get-StateNow
Write-Snapshot "$Folder/before"

Set-ExchangeActor 'dee@contoso.example' '203.0.113.9' 'f00d'
$Minute = 0
foreach ($Act in {
        Add-MailboxPermission ann@contoso.example -User eve@contoso.example -AccessRights FullAccess, DeleteItem }, {
        Add-MailboxPermission bob@contoso.example -User eve@contoso.example -AccessRights FullAccess -AutoMapping $false -InheritanceType None }, {
        Add-RecipientPermission ann@contoso.example -Trustee eve@contoso.example -AccessRights SendAs -Confirm:$false }, {
        Set-Mailbox bob@contoso.example -GrantSendOnBehalfTo @{ Add = 'eve@contoso.example' } }, {
        Add-MailboxFolderPermission 'cid@contoso.example:\Inbox' -User eve@contoso.example -AccessRights Editor }, {
        Set-MailboxFolderPermission 'cid@contoso.example:\Inbox' -User dee@contoso.example -AccessRights Owner }, {
        Set-MailboxFolderPermission 'cid@contoso.example:\Calendar' -User Default -AccessRights ReadItems, FolderVisible }) {
    Set-ExchangeClock ([datetime]::new(2026, 3, 5, 9, $Minute++, 0))
    & $Act
}
$After = Get-StateNow
$AfterText = Get-ExchangeWorldText
Export-ExchangeWorld "$Folder/after.json"
$null = [System.IO.Directory]::CreateDirectory("$Folder/evidence")
Write-Evidence "$Folder/evidence/ual.json" (Get-ExchangeAudit)
$Plan = New-Plan $Folder "$Folder/evidence" @(@{ folder = "$Folder/before"; time = '2026-03-04T00:00:00Z' }) online
$Ids = @($Plan.actions | ForEach-Object { $_.id })
Check 'every act of the intruder is an action, its state before known' ($Ids.Count -eq 8 -and -not @($Plan.actions | Where-Object { $_.baseline -eq 'unknown' }).Count) "$($Ids.Count) $(ConvertTo-ExchangeJson $Plan.not_planned)"
New-Scripts $Folder $Ids
$Scripts = "$Folder/scripts"
$Apply = @{ Apply = $true; Organization = 'contoso.example' }

# Back to the state after the intruder, with no result of an earlier run.
function Reset-Case([string]$Text = $AfterText) {
    Set-ExchangeWorldText $Text
    foreach ($File in [System.IO.Directory]::GetFiles($Scripts, '*.json*')) { [System.IO.File]::Delete($File) }
}
function Get-States([string]$File = 'result.json') { $Rows = Get-ResultRows "$Scripts/$File"; @($Ids | ForEach-Object { $Rows[$_].state }) }
function Test-All($List, [string]$Word) { @($List).Count -eq $Ids.Count -and @($List | Where-Object { $_ -ne $Word }).Count -eq 0 }

# ---- dry run, apply, again, undo ----
Reset-Case
$R = Invoke-Script "$Scripts/rollback.ps1"
Check 'a dry run ends with 0' ($R.status -eq 0) $R.text
Check-Same 'a dry run changes nothing' (Get-StateNow) $After
Check 'and says what it would do' (Test-All (Get-States) 'would-do') "$(Get-States)"
$R = Invoke-Script "$Scripts/rollback.ps1" ($Apply + @{ WhatIf = $true })
Check-Same '-WhatIf changes nothing, even with -Apply' (Get-StateNow) $After
$R = Invoke-Script "$Scripts/verify.ps1"
Check 'verify.ps1 says that the grants stand open' ($R.status -eq 1) $R.text
Check-Same 'verify.ps1 changes nothing' (Get-StateNow) $After
$R = Invoke-Script "$Scripts/rollback.ps1" $Apply
Check 'rollback.ps1 -Apply ends with 0' ($R.status -eq 0) $R.text
Check-Same 'and the state is the one before the intruder' (Get-StateNow) $Before
Check 'each action is done' (Test-All (Get-States) 'done') "$(Get-States)"
$R = Invoke-Script "$Scripts/verify.ps1"
Check 'verify.ps1 finds nothing open' ($R.status -eq 0) $R.text
Check 'the result goes back into the plan' (@(Invoke-Ungrant @('close', "$Folder/plan.json", '--result', "$Scripts/result.json")).Count -ge 0)
$Kept = [System.IO.File]::ReadAllText("$Scripts/result.json")
$R = Invoke-Script "$Scripts/rollback.ps1"
Check 'a dry run afterwards leaves the result of the applied run alone' ([System.IO.File]::ReadAllText("$Scripts/result.json") -ceq $Kept)
$R = Invoke-Script "$Scripts/rollback.ps1" $Apply
Check 'applied again it ends with 0 and still knows what it did' ($R.status -eq 0 -and (Test-All (Get-States) 'done')) "$(Get-States)"
$R = Invoke-Script "$Scripts/undo.ps1"
Check-Same 'undo.ps1 without -Apply changes nothing' (Get-StateNow) $Before
$R = Invoke-Script "$Scripts/undo.ps1" $Apply
Check 'undo.ps1 -Apply ends with 0' ($R.status -eq 0) $R.text
Check-Same 'undo.ps1 restores the state before the rollback' (Get-StateNow) $After
$R = Invoke-Script "$Scripts/rollback.ps1" $Apply
Check-Same 'and rollback.ps1 takes it back once more' (Get-StateNow) $Before

# ---- snapshot.ps1: what stands now, read back by plan --state ----
function Get-PlanWith([string]$Snapshot) {
    $null = Invoke-Ungrant @('plan', "$Folder/out", '-o', "$Folder/now.json", '--state', $Snapshot)
    Read-Json "$Folder/now.json"
}
Reset-Case
$R = Invoke-Script "$Scripts/snapshot.ps1" @{ Organization = 'contoso.example' }
Check 'snapshot.ps1 ends with 0' ($R.status -eq 0) $R.text
Check-Same 'snapshot.ps1 changes nothing' (Get-StateNow) $After
$Rows = Get-ResultRows "$Scripts/snapshot-result.json"
Check 'each mailbox of the plan is read' ($Rows.Count -eq 3 -and -not @($Rows.Values | Where-Object { $_.state -ne 'done' }).Count) "$($Rows.Count)"
$Gone = @((Get-PlanWith "$Scripts/snapshot.json").not_planned | Where-Object { $_.why -like '*not there any more*' }).Count
Check 'with the snapshot of the open state no grant counts as gone' ($Gone -eq 0) "$Gone"
$null = Invoke-Script "$Scripts/rollback.ps1" $Apply
$R = Invoke-Script "$Scripts/snapshot.ps1"
$Again = Get-PlanWith "$Scripts/snapshot.json"
$Gone = @($Again.not_planned | Where-Object { $_.why -like '*not there any more*' }).Count
Check 'with the snapshot after the rollback every grant is known to be gone' ($Gone -eq $Ids.Count -and -not @($Again.actions).Count) "$Gone $(ConvertTo-ExchangeJson $Again.actions)"
Set-ExchangeFault 'Get-MailboxFolderPermission' error
$R = Invoke-Script "$Scripts/snapshot.ps1"
Set-ExchangeFault '' none
Check 'a mailbox that cannot be read whole is failed, and in no part in the snapshot; status 3' ($R.status -eq 3 -and -not [System.IO.File]::ReadAllText("$Scripts/snapshot.json").Contains('"cid@contoso.example:')) "$($R.status) $($R.text)"
Check 'snapshot.ps1 at another tenant: refused with 2' ((Invoke-Script "$Scripts/snapshot.ps1" @{ Organization = 'fabrikam.example' }).status -eq 2)
$R = Invoke-Constrained "$Scripts/snapshot.ps1"
Check 'constrained language: snapshot.ps1 ends with 0' ($R.status -eq 0) "$($R.status) $($R.text)"

# ---- only what was approved ----
$Half = @($Ids | Where-Object { [int]$_.Substring(2) % 2 })
[System.IO.File]::Copy("$Folder/plan.json", "$Folder/whole.json", $true)
$null = [System.IO.Directory]::CreateDirectory("$Folder/half")
$null = Invoke-Ungrant @('plan', "$Folder/out", '-o', "$Folder/half/plan.json", '--state', "$Folder/before/permissions.json", '--state-time', "$Folder/before/permissions.json=2026-03-04T00:00:00Z",
    '--state', "$Folder/before/mailboxes.json", '--state-time', "$Folder/before/mailboxes.json=2026-03-04T00:00:00Z", '--state', "$Folder/before/folders.json", '--state-time', "$Folder/before/folders.json=2026-03-04T00:00:00Z",
    '--state', "$Folder/before/recipients.json", '--state-time', "$Folder/before/recipients.json=2026-03-04T00:00:00Z")
New-Scripts "$Folder/half" $Half
Reset-Case
$R = Invoke-Script "$Folder/half/scripts/rollback.ps1" $Apply
$Gone = @(Compare-State $After (Get-StateNow) | Where-Object { $_.StartsWith('-') }).Count
Check 'half approved: exactly half is taken back' ($R.status -eq 0 -and $Gone -eq $Half.Count) "$Gone of $($Half.Count): $($R.text)"

# ---- refusals: nothing is read or changed ----
Reset-Case
foreach ($Case in @{ name = 'another tenant'; with = @{ Apply = $true; Organization = 'fabrikam.example' } }, @{ name = '-Apply without a tenant'; with = @{ Apply = $true } }) {
    $R = Invoke-Script "$Scripts/rollback.ps1" $Case.with
    Check "$($Case.name): refused with 2" ($R.status -eq 2) "$($R.status) $($R.text)"
    Check-Same "$($Case.name): nothing changed" (Get-StateNow) $After
}
Set-ExchangeFault 'Get-OrganizationConfig' error
Check 'a tenant that cannot be read: refused with 2' ((Invoke-Script "$Scripts/rollback.ps1" $Apply).status -eq 2)
Set-ExchangeFault '' none
$Text = [System.IO.File]::ReadAllText("$Scripts/rollback.ps1")
[System.IO.File]::WriteAllText("$Scripts/rollback.ps1", $Text.Replace("'ann@contoso.example'", "'bob@contoso.example'"))
Check 'an altered script: refused with 2' ((Invoke-Script "$Scripts/rollback.ps1" $Apply).status -eq 2)
Check-Same 'an altered script: nothing changed' (Get-StateNow) $After
[System.IO.File]::WriteAllText("$Scripts/rollback.ps1", $Text)
[System.IO.File]::Move("$Scripts/SHA256SUMS", "$Scripts/hidden")
Check 'no SHA256SUMS: refused with 2' ((Invoke-Script "$Scripts/rollback.ps1" $Apply).status -eq 2)
[System.IO.File]::Move("$Scripts/hidden", "$Scripts/SHA256SUMS")
Check 'undo.ps1 without a result of rollback.ps1: refused with 2' ((Invoke-Script "$Scripts/undo.ps1" $Apply).status -eq 2)
foreach ($Missing in 'Remove-RecipientPermission', 'Get-MailboxFolderPermission', 'Get-Recipient') {
    $R = Invoke-Constrained "$Scripts/rollback.ps1" $Apply $Missing
    Check "without $Missing`: refused with 2" ($R.status -eq 2 -and $R.text -like "*no cmdlet $Missing*") "$($R.status) $($R.text)"
}

# ---- each cmdlet fails in turn: the others are done ----
foreach ($Cmdlet in @($Plan.actions | ForEach-Object { $_.cmdlet; $_.verify.cmdlet }) + 'Get-Recipient' | ForEach-Object -Begin { $Seen = @() } -Process { if ($Seen -notcontains $_) { $Seen += $_; $_ } }) {
    Reset-Case
    Set-ExchangeFault $Cmdlet error
    $R = Invoke-Script "$Scripts/rollback.ps1" $Apply
    Set-ExchangeFault '' none
    $Rows = Get-ResultRows "$Scripts/result.json"
    $Fine = $R.status -eq 3
    foreach ($A in $Plan.actions) {
        $Hit = $A.cmdlet -eq $Cmdlet -or $A.verify.cmdlet -eq $Cmdlet -or ($Cmdlet -eq 'Get-Recipient' -and $A.cmdlet -eq 'Set-Mailbox')
        $Want = 'done'
        if ($Hit) { $Want = 'failed' }
        if ($Rows[$A.id].state -ne $Want) { $Fine = $false }
    }
    Check "$Cmdlet fails: status 3, its actions failed, all others done" $Fine "$($R.status) $($R.text)"
    $R = Invoke-Script "$Scripts/rollback.ps1" $Apply
    Check-Same "$Cmdlet works again: the second run does the rest" (Get-StateNow) $Before
}
Reset-Case
Set-ExchangeFault 'Remove-MailboxPermission' throttle -Times 2
$R = Invoke-Script "$Scripts/rollback.ps1" $Apply
Check 'throttling is waited out' ($R.status -eq 0) $R.text
Check-Same 'and then all is done' (Get-StateNow) $Before

# ---- stopped at each action, before and after it took effect, and run again ----
foreach ($Kind in 'before', 'after') {
    for ($At = 0; $At -lt $Ids.Count; $At++) {
        Reset-Case
        Set-ExchangeFault '*' $Kind -Skip $At -Times 1
        $R = Invoke-Script "$Scripts/rollback.ps1" $Apply
        $Stopped = $R.status
        Set-ExchangeFault '' none
        $R = Invoke-Script "$Scripts/rollback.ps1" $Apply
        $Done = Test-All (Get-States) 'done'
        Check "stopped $Kind action $($At + 1) and resumed: all done" ($Stopped -eq 137 -and $R.status -eq 0 -and $Done -and (Get-StateNow) -ceq $Before) "$Stopped $($R.status) $(Get-States)"
        $R = Invoke-Script "$Scripts/undo.ps1" $Apply
        Check-Same "stopped $Kind action $($At + 1): undo.ps1 restores all of it" (Get-StateNow) $After
        Set-ExchangeWorldText $AfterText
    }
}
# ---- undo stopped and resumed ----
for ($At = 0; $At -lt $Ids.Count; $At++) {
    Reset-Case
    $null = Invoke-Script "$Scripts/rollback.ps1" $Apply
    Set-ExchangeFault '*' after -Skip $At -Times 1
    $null = Invoke-Script "$Scripts/undo.ps1" $Apply
    Set-ExchangeFault '' none
    $R = Invoke-Script "$Scripts/undo.ps1" $Apply
    Check-Same "undo.ps1 stopped after action $($At + 1) and resumed" (Get-StateNow) $After
}
# ---- a result cut short ----
Reset-Case
$null = Invoke-Script "$Scripts/rollback.ps1" $Apply
[System.IO.File]::WriteAllText("$Scripts/result.json", '{"format": "ungrant-res')
$R = Invoke-Script "$Scripts/undo.ps1" $Apply
Check-Same 'a result cut while it was written: its second copy is read' (Get-StateNow) $After

Reset-Case
$null = Invoke-Script "$Scripts/rollback.ps1" $Apply
foreach ($File in 'result.json', 'result.json.new') { [System.IO.File]::WriteAllText("$Scripts/$File", '{') }
Check 'both copies lost: rollback.ps1 and undo.ps1 refuse with 2' ((Invoke-Script "$Scripts/rollback.ps1" $Apply).status -eq 2 -and (Invoke-Script "$Scripts/undo.ps1" $Apply).status -eq 2)

# ---- drift: somebody changed the state meanwhile ----
Reset-Case
Remove-MailboxPermission ann@contoso.example -User eve@contoso.example -AccessRights FullAccess -Confirm:$false
Set-MailboxFolderPermission 'cid@contoso.example:\Inbox' -User eve@contoso.example -AccessRights Reviewer
$Drifted = Get-StateNow
$R = Invoke-Script "$Scripts/rollback.ps1" $Apply
$Rows = Get-ResultRows "$Scripts/result.json"
$Said = @($Rows.Values | Where-Object { $_.state -eq 'drift' -and $_.error -like '*Reviewer*' }).Count
Check 'an entry that somebody changed is skipped, with the reason; status 1' ($R.status -eq 1 -and $Said -eq 1 -and @($Rows.Values | Where-Object { $_.state -eq 'already' }).Count -eq 1) $R.text
Check 'and is left as it is' ((Get-StateNow).Contains('folder|cid@contoso.example|eve@contoso.example|\Inbox|Reviewer|'))
$R = Invoke-Script "$Scripts/undo.ps1" $Apply
Check-Same 'undo.ps1 gives nothing back that rollback.ps1 did not take' (Get-StateNow) $Drifted

# ---- a read that fails is not "absent" ----
Reset-Case
Set-ExchangeFault 'Get-MailboxPermission' error
$R = Invoke-Script "$Scripts/verify.ps1"
Set-ExchangeFault '' none
Check 'verify.ps1 that cannot read says failed, not closed' ($R.status -eq 3) $R.text

# ---- a cmdlet that says it failed, and did it ----
Reset-Case
Set-ExchangeFault 'Remove-RecipientPermission' late -Times 1
$R = Invoke-Script "$Scripts/rollback.ps1" $Apply
Check 'what took effect is done, whatever the cmdlet said' ($R.status -eq 0 -and (Test-All (Get-States) 'done')) "$($R.status) $(Get-States)"
$R = Invoke-Script "$Scripts/undo.ps1" $Apply
Check-Same 'and undo.ps1 restores it' (Get-StateNow) $After

# ---- a cmdlet that takes more than it should ----
Reset-Case
Set-ExchangeFault 'Remove-MailboxPermission' wide -Times 1
$R = Invoke-Script "$Scripts/rollback.ps1" $Apply
Set-ExchangeFault '' none
$Rows = Get-ResultRows "$Scripts/result.json"
$Said = @($Rows.Values | Where-Object { $_.state -eq 'failed' -and $_.error -like '*other entries of the same object changed*bob@contoso.example*' }).Count
Check 'an entry of somebody else that went with it is seen: failed, status 3' ($R.status -eq 3 -and $Said -eq 1) "$($R.status) $($R.text)"

# ---- another plan's result ----
Reset-Case
$null = Invoke-Script "$Folder/half/scripts/rollback.ps1" $Apply
[System.IO.File]::Copy("$Folder/half/scripts/result.json", "$Scripts/result.json", $true)
Check 'the result of another plan is not written over' ((Invoke-Script "$Scripts/rollback.ps1" $Apply).status -eq 2)

# ---- constrained language ----
Reset-Case
$R = Invoke-Constrained "$Scripts/rollback.ps1" $Apply
Check 'constrained language: rollback.ps1 ends with 0' ($R.status -eq 0) "$($R.status) $($R.text)"
Check-Same 'constrained language: all is taken back' (Get-StateNow) $Before
$R = Invoke-Constrained "$Scripts/verify.ps1"
Check 'constrained language: verify.ps1 ends with 0' ($R.status -eq 0) "$($R.status) $($R.text)"
$R = Invoke-Constrained "$Scripts/undo.ps1" $Apply
Check-Same 'constrained language: undo.ps1 restores' (Get-StateNow) $After
exit $script:Failed
