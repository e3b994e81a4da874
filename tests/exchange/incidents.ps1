# incidents.ps1 - random incidents from end to end: played, collected, analyzed, planned, approved,
# rolled back, undone. -First seed, -Count incidents. Prints "ok" or "not ok" per incident with its
# seed; the exit status is the number of failures (at most 99).
param([string]$Folder, [int]$First = 1, [int]$Count = 200, [switch]$Keep)
Set-StrictMode -Version Latest
Import-Module "$PSScriptRoot/Exchange.psm1", "$PSScriptRoot/Case.psm1", "$PSScriptRoot/Incident.psm1" -Force -DisableNameChecking -Global
Open-Shop "$PSScriptRoot/Exchange.psm1" (Get-StandIns)

# The entry that a line of the state is about: "mailbox|box|user|right", "folder|box|user|path", ...
function Get-Key([string]$Line) {
    $Parts = $Line.TrimStart('+', '-').Split('|')
    if (@('behalf', 'rule') -contains $Parts[0]) { return $Parts[0..2] -join '|' }
    if (@('forwarding', 'transport', 'audit') -contains $Parts[0]) { return $Parts[0..1] -join '|' }
    $Parts[0..([Math]::Min(3, $Parts.Count - 1))] -join '|'
}

function Get-Address([string]$Name) {
    if ($Name -eq 'Default' -or $Name -eq 'Anonymous') { return $Name }
    $Found = @(Get-Recipient $Name -ErrorAction SilentlyContinue)
    if ($Found.Count -eq 1) { return $Found[0].PrimarySmtpAddress }
    "?$Name"
}

# -Name: of a role assignment, where it is known.
function Get-KeyOf([string]$Right, [string]$Mailbox, [string]$Trustee, [string]$Scope, [string]$Name = '*') {
    $Box = Get-Address $Mailbox
    switch ($Right) {
        'Forwarding' { return "forwarding|$Box" }
        'InboxRule' { return "rule|$Box|$Scope" }
        'TransportRule' { return "transport|$Scope" }
        'AuditBypass' { return "bypass|$Box" }
        'AuditConfig' { return "audit|$Box" }
    }
    $User = Get-Address $Trustee
    if ($Right -eq 'Role' -and $Scope -eq 'Recipient Management') { return "role-group|$Scope|$User" }
    switch -Regex ($Right) {
        '^Send ?As$' { return "recipient|$Box|$User|SendAs" }
        '^SendOnBehalf$' { return "behalf|$Box|$User" }
        '^(Folder|CalendarDelegate)$' { return "folder|$Box|$User|$Scope" }
        '^(Role|Impersonation)$' { return "assignment|$Name|$Scope|$User" }
    }
    "mailbox|$Box|$User|$Right"
}

function Get-ActionKey($Action) {
    switch ($Action.right) {
        'InboxRule' { return Get-KeyOf InboxRule $Action.parameters.Mailbox[0] '' $Action.parameters.Identity[0] }
        'TransportRule' { return Get-KeyOf TransportRule '' '' $Action.parameters.Identity[0] }
        'AuditConfig' { return Get-KeyOf AuditConfig "$($Action.parameters['Identity'])" }
    }
    if (@('Role', 'Impersonation') -contains $Action.right) {
        $Name = "$($Action.parameters['Identity'])$($Action.parameters['Name'])"
        $Scope = "$($Action.scope)"
        # What is given back carries the role itself: the record that took it knows the name alone.
        if ($Action.parameters['Role']) { $Scope = "$($Action.parameters['Role'])" }
        return Get-KeyOf $Action.right '' $Action.trustee $Scope $Name
    }
    $Identity = $Action.parameters.Identity[0]
    $Scope = ''
    if ($Action.cmdlet -like '*-MailboxFolderPermission') { $Identity, $Scope = $Identity.Split(':', 2) }
    Get-KeyOf $Action.right $Identity $Action.trustee $Scope
}

# Entries that the plan leaves alone, with the reason: what it says it does not know. A row without
# a trustee speaks of all delegates of that mailbox.
function Get-LeftAlone($Plan) {
    $Left = @{}
    foreach ($Row in $Plan.not_planned) {
        if ($Row.why -like 'see g-*') { continue } # an earlier life: what is said of the last counts
        $K = Get-KeyOf $Row.right "$($Row.mailbox)" "$($Row.trustee)" "$($Row.scope)"
        if ($null -eq $Row.trustee) { $K = $K.Split('|')[0..1] -join '|' }
        $Left[$K] = $Row.why
    }
    $Left
}

# Would this action lead to the entry that should be there ($null: none)?
function Test-Truthful($Action, $Line) {
    if ($Action.right -eq 'Forwarding') {
        $To = ''
        if ($Line) { $To = $Line.Split('|')[3] }
        return "$($Action.parameters.ForwardingSmtpAddress)".Replace('smtp:', '') -eq $To.Replace('smtp:', '')
    }
    if ($Action.cmdlet -match '^(Add|New|Enable)-(Role|Management|Inbox|Transport)') { return $null -ne $Line }
    # Rules are disabled, members and assignments removed, auditing switched on.
    if (@('InboxRule', 'TransportRule', 'Role', 'Impersonation', 'AuditBypass', 'AuditConfig') -contains $Action.right) { return $null -eq $Line }
    if ($Action.kind -eq 'restore') {
        if ($null -eq $Line) { return $false }
        return (-not $Action.level -or $Line.Split('|')[4] -eq $Action.level)
    }
    if ($null -eq $Line) { return -not $Action.previous }
    if (-not $Action.previous) { return $false }
    $Line.Split('|')[4] -eq $Action.previous
}

# What two states differ in, but for rules that a rollback disabled: they stay as evidence; and for
# DeliverToMailboxAndForward where nothing is forwarded: it does nothing alone.
function Compare-After([string]$Want, [string]$Got, $Wanted, $Bad) {
    @(Compare-State $Want $Got | Where-Object {
            $K = Get-Key $_
            $_ -notmatch '^.forwarding\|[^|]*\|\|\|True$' -and -not ($_ -match '^\+(rule\|.*\|False\||transport\|.*\|Disabled\|)' -and $Bad.ContainsKey($K) -and -not $Wanted.ContainsKey($K)) })
}

# One incident; what went wrong, or ''. $Tally counts what was proven.
function Test-Incident([int]$Seed, [string]$Place, $Tally) {
    $Incident = New-Incident $Seed
    $null = [System.IO.Directory]::CreateDirectory($Place)
    $OldActs = @($Incident.acts | Where-Object { $_.old })
    $NewActs = @($Incident.acts | Where-Object { -not $_.old })
    Invoke-Acts $Incident $OldActs $Place
    $Start = @(Invoke-There 'Get-ExchangeWorldText')[0]
    Invoke-Acts $Incident @($NewActs | Where-Object { $_.legit })
    Set-ExchangeWorldText @(Invoke-There 'Get-ExchangeWorldText')[0]
    $Want = Get-StateNow
    $null = Invoke-There 'param($T) Set-ExchangeWorldText $T' $Start
    $States = @()
    if (Chance 0.7) {
        Set-ExchangeWorldText $Start
        Write-Snapshot "$Place/before"
        $States += @{ folder = "$Place/before"; time = '2026-03-04T00:00:00Z' }
    }
    Invoke-Acts $Incident $NewActs $Place
    Write-Telemetry $Incident $Place
    Set-ExchangeWorldText @(Invoke-There 'Get-ExchangeWorldText')[0]
    $Now = Get-StateNow
    $null = Invoke-Ungrant @('collect', "$Place/evidence", '-o', "$Place/CASE.zip", '--case', "$Seed", '--examiner', 'T') -Good 0, 3
    $Plan = New-Plan $Place "$Place/CASE.zip" $States $Incident.environment @($Incident.intruder)
    $Bad = @{}
    foreach ($Act in $NewActs) { if (-not $Act.legit) { foreach ($K in $Act.keys) { $Bad[$K] = $true } } }
    $Wanted = @{}
    foreach ($Line in $Want.Split("`n")) { $Wanted[(Get-Key $Line)] = $Line }
    $Asked = @{}
    $Ids = @(foreach ($A in $Plan.actions) {
            $K = Get-ActionKey $A
            if (-not $Bad.ContainsKey($K)) { continue }
            # Where the plan asks, the reviewer knows the truth; and nobody approves what an
            # administrator gave.
            $ByAdmin = $A.actor -like 'admin@*' -or $A.actor -like '*\admin'
            if (($A.baseline -eq 'unknown' -or $ByAdmin) -and -not (Test-Truthful $A $Wanted[$K])) {
                $Tally.declined++
                if ($A.baseline -eq 'unknown') { $Asked[$K] = $true }
                continue
            }
            $A.id
        })
    $Tally.approved += $Ids.Count
    $Differ = @(Compare-After $Want $Now $Wanted $Bad)
    $Drift = @{}
    if ($Ids.Count) {
        New-Scripts $Place $Ids
        $Apply = @{ Apply = $true; Organization = $Incident.organization }
        $R = Invoke-Script "$Place/scripts/rollback.ps1" $Apply
        # An entry that a later act changed, under a name that nothing joins, is left as it is.
        $Rows = Get-ResultRows "$Place/scripts/result.json"
        foreach ($A in $Plan.actions) {
            if (-not $Rows.ContainsKey($A.id) -or $Rows[$A.id].state -ne 'drift') { continue }
            $K = Get-ActionKey $A
            if (@($NewActs | Where-Object { $_.keys -contains $K }).Count -gt 1) { $Drift[$K] = $true }
        }
        if ($R.status -gt 1 -or ($R.status -eq 1 -and -not $Drift.Count)) { return "rollback.ps1: $($R.status) $($R.text)" }
        $Differ = @(Compare-After $Want (Get-StateNow) $Wanted $Bad)
    }
    $Left = Get-LeftAlone $Plan
    foreach ($Line in $Differ) {
        $K = Get-Key $Line
        $AllOf = $K.Split('|')[0..1] -join '|'
        # A row of a role assignment does not say its name.
        if ($K -like 'assignment|*') { $AllOf = "assignment|*|$($K.Split('|')[2..3] -join '|')" }
        $About = @($Incident.acts | Where-Object { $_.keys -contains $K })
        $Lost = @($About | Where-Object { -not $_.seen }).Count
        # Exactly the entries of which the plan had said that it does not know, or that it leaves
        # them; and of what no evidence is left, nobody can say anything.
        if ($Drift.ContainsKey($K)) { $Tally.drift++; continue }
        if ($Asked.ContainsKey($K)) { $Tally.asked++ }
        elseif ($Left.ContainsKey($K)) { $Tally.left++; $Tally.why[$Left[$K]] = 1 + $Tally.why[$Left[$K]] }
        elseif ($Left.ContainsKey($AllOf)) { $Tally.left++; $Tally.why[$Left[$AllOf]] = 1 + $Tally.why[$Left[$AllOf]]; continue }
        elseif ($Lost) { $Tally.unseen++ }
        else { return "differs after the rollback, and the plan did not say so: $Line" }
        # With a snapshot from before and whole records of all acts, nothing is left to be unknown; but
        # for an administrator's act that failed because of the intruder's, or was only possible because of
        # it: an entry that the intruder made and the administrator set to None.
        # A rule that is gone is made again by hand: a log holds no priority and no exceptions of it.
        # An entry that an administrator set after the intruder had made it is the owner's question.
        $Said = "$($Left[$K]) $($Left[$AllOf])"
        if ($Said -match 'its entry stays, and gives nothing|put it back by hand|last set by \S+ .*not among the accounts') { continue }
        # Rules and roles are in no snapshot: what nobody gave in a log stays unknown.
        if ($K -match '^(rule|transport|role-group|assignment)\|') { continue }
        if ($States.Count -and -not @($About | Where-Object { -not $_.whole -or ($_.legit -and $_.failed) }).Count) {
            return "all of it was known, and it differs after the rollback: $Line ($($Left[$K]))"
        }
    }
    if (-not $Differ.Count) { $Tally.exact++ }
    if ($Ids.Count) {
        $R = Invoke-Script "$Place/scripts/undo.ps1" $Apply
        if ($R.status -ne 0) { return "undo.ps1: $($R.status) $($R.text)" }
        # Auditing that is on again stays on.
        $Differ = @(Compare-State $Now (Get-StateNow) | Where-Object { $_ -notmatch '^-(audit|bypass)\|' })
        if ($Differ.Count) { return "differs after the undo: $($Differ -join '; ')" }
    }
    ''
}

$Failed = 0
$Tally = @{ exact = 0; approved = 0; declined = 0; unseen = 0; left = 0; drift = 0; asked = 0; why = @{} }
for ($Seed = $First; $Seed -lt $First + $Count; $Seed++) {
    $Place = "$Folder/$Seed"
    try { $Wrong = Test-Incident $Seed $Place $Tally } catch { $Wrong = "threw: $_ $($_.ScriptStackTrace)" }
    if ($Wrong) { $Failed++; "not ok seed $Seed`: $Wrong" }
    elseif (-not $Keep -and [System.IO.Directory]::Exists($Place)) { [System.IO.Directory]::Delete($Place, $true) }
}
"# $Count incidents from seed $First`: $($Tally.exact) states equal to the last entry, $($Tally.approved) actions approved, $($Tally.declined) not approved because the right was there before and nothing says so, $($Tally.left) entries left alone with a reason, $($Tally.asked) of which the plan asked, $($Tally.drift) changed meanwhile, $($Tally.unseen) in no evidence"
foreach ($W in $Tally.why.Keys) { "#   left alone $($Tally.why[$W]) times: $W" }
if (-not $Failed) { "ok $Count random incidents from seed $First" }
# A judge who excuses everything proves nothing.
if ($Count -ge 20) {
    if ($Tally.approved -lt $Count -or $Tally.exact * 3 -lt $Count) { $Failed++; 'not ok one action an incident, a third of the states equal to the last entry' }
    else { 'ok one action an incident, a third of the states equal to the last entry' }
}
exit [Math]::Min($Failed, 99)
