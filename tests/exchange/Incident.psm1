# Incident.psm1 - one random incident, made from a seed: a company, what administrators did there, and
# an intruder's acts among theirs, typed at a prompt of the real engine with transcription on.
Set-StrictMode -Version Latest
$script:Rng = $null
$script:Shop = $null

function Pick($List) { , @($List)[$script:Rng.Next(@($List).Count)] | ForEach-Object { $_ } }
function Chance([double]$P) { $script:Rng.NextDouble() -lt $P }
function Quote([string]$Text) { "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($Text) + "'" }

$script:Names = 'Ann Lee', "Pat O'Neil", 'Zoe Quast', "Jos$([char]0xE9) N$([char]0xFA)$([char]0xF1)ez", "$([char]0x41E)$([char]0x43B)$([char]0x44C)$([char]0x433)$([char]0x430) $([char]0x442)$([char]0x451)", 'Kim, Lou',
    "x$([char]0x2019); Remove-Mailbox y; $([char]0x2018)", 'Max $(whoami)', 'Ida `n Ray', 'Tom #> Fox', 'Una -- Vale', 'Ben "Q" Hall'
$script:Locals = 'ann', 'pat', 'zoe', 'jose', 'olga', 'kim', 'xav', 'max', 'ida', 'tom', 'una', 'ben'

# The runspace in which everything is played: the double is loaded there once.
function Open-Shop([string]$Double, [string]$StandIns) {
    $State = [initialsessionstate]::CreateDefault2()
    $Runspace = [runspacefactory]::CreateRunspace($Host, $State)
    $Runspace.ThreadOptions = 'UseCurrentThread'
    $Runspace.Open()
    $script:Shop = $Runspace
    $null = Invoke-There 'param($D, $S) if ($S) { Import-Module $S -DisableNameChecking }; Import-Module $D -DisableNameChecking' $Double $StandIns
}

# Runs a text in the shop, unseen by any transcript.
function Invoke-There([string]$Text) {
    $Shell = [powershell]::Create()
    $Shell.Runspace = $script:Shop
    $null = $Shell.AddScript($Text)
    foreach ($A in $args) { $null = $Shell.AddArgument($A) }
    try { $Shell.Invoke() } finally { $Shell.Dispose() }
}

# Runs a line as if typed at the prompt: the engine writes it, and what it prints, into the transcript.
function Invoke-Typed([string]$Line) {
    $Shell = [powershell]::Create()
    $Shell.Runspace = $script:Shop
    $null = $Shell.AddScript($Line)
    $null = $Shell.AddCommand('Out-Default')
    $Shell.Commands.Commands[0].MergeMyResults('Error', 'Output')
    $Settings = [System.Management.Automation.PSInvocationSettings]::new()
    $Settings.AddToHistory = $true
    $Settings.Host = $Host
    try { $null = $Shell.Invoke($null, $Settings) } catch { } finally { $Shell.Dispose() }
}

# Start-Transcript belongs to a module that the engine alone does not have; the method behind it is
# not public.
$script:Transcribe = 'param($Name, $Path) $All = [System.Management.Automation.Host.PSHostUserInterface].GetMethods("Instance, NonPublic")
    $Want = 0; $With = @()
    if ($Path) { $Want = 4; $With = @($Path, $null, $true, $false) }
    $Method = @($All | Where-Object { $_.Name -eq $Name -and $_.GetParameters().Count -eq $Want })[0]
    $null = $Method.Invoke($Host.UI, $With)'

# ---- acts: a line to type, and the entries it is about ----

function New-Act([string]$Line, [string[]]$Keys) { @{ line = $Line; keys = $Keys; legit = $true; actor = ''; time = [datetime]::MinValue; session = 0; takes = $false } }

# One of the names that a person may be called by in a command.
function Get-NameOf([string]$Local, [string]$Organization) {
    $P = $script:People[$Local]
    Quote (Pick @($P.address, $P.address, $P.address, $P.alias, $P.guid, $P.name))
}

function New-RandomAct([string]$Box, [string]$User, [string]$Environment, [bool]$Removes) {
    $B, $U = (Get-NameOf $Box), (Get-NameOf $User)
    $BoxAt, $UserAt = $script:People[$Box].address, $script:People[$User].address
    $Right = Pick @('FullAccess', 'FullAccess', 'FullAccess', 'ReadPermission', 'ChangePermission', 'DeleteItem')
    $Folder = Pick @('\Inbox', '\Calendar')
    $Level = Pick @('Reviewer', 'Editor', 'Author', 'Owner', 'PublishingEditor')
    $Tail = Pick @('', '', ' -InheritanceType All', ' -AutoMapping $false')
    switch ($script:Rng.Next(7)) {
        0 {
            if ($Removes) { return New-Act "Remove-MailboxPermission $B -User $U -AccessRights $Right -Confirm:`$false" @("mailbox|$BoxAt|$UserAt|$Right") }
            return New-Act "Add-MailboxPermission -Identity $B -User $U -AccessRights $Right$Tail" @("mailbox|$BoxAt|$UserAt|$Right")
        }
        1 { return New-Act "Add-MailboxPermission $B -User $U -AccessRights FullAccess, ReadPermission$Tail" @("mailbox|$BoxAt|$UserAt|FullAccess", "mailbox|$BoxAt|$UserAt|ReadPermission") }
        2 {
            $Verb = 'Add'
            if ($Removes) { $Verb = 'Remove' }
            if ($Environment -eq 'onprem') { return New-Act "$Verb-ADPermission $B -User $U -ExtendedRights 'Send As' -Confirm:`$false" @("recipient|$BoxAt|$UserAt|SendAs") }
            return New-Act "$Verb-RecipientPermission $B -Trustee $U -AccessRights SendAs -Confirm:`$false" @("recipient|$BoxAt|$UserAt|SendAs")
        }
        3 {
            $Key = 'Add'
            if ($Removes) { $Key = 'Remove' }
            return New-Act "Set-Mailbox $B -GrantSendOnBehalfTo @{$Key=$U}" @("behalf|$BoxAt|$UserAt")
        }
        4 {
            $At = Quote "$BoxAt`:$Folder"
            if ($Removes) { return New-Act "Remove-MailboxFolderPermission -Identity $At -User $U -Confirm:`$false" @("folder|$BoxAt|$UserAt|$Folder") }
            return New-Act "Add-MailboxFolderPermission -Identity $At -User $U -AccessRights $Level" @("folder|$BoxAt|$UserAt|$Folder")
        }
        5 { return New-Act "Set-MailboxFolderPermission -Identity $(Quote "$BoxAt`:$Folder") -User $U -AccessRights $Level" @("folder|$BoxAt|$UserAt|$Folder") }
        default {
            $Who = Pick @('Default', 'Anonymous')
            return New-Act "Set-MailboxFolderPermission $(Quote "$BoxAt`:$Folder") -User $Who -AccessRights $Level" @("folder|$BoxAt|$Who|$Folder")
        }
    }
}

# What is no entry of a trustee: forwarding, rules, roles, auditing. Only an intruder switches auditing off.
function New-RandomSetting([string]$Box, [string]$User, [bool]$Bad, [int]$N) {
    $B, $U = (Get-NameOf $Box), (Get-NameOf $User)
    $BoxAt, $UserAt = $script:People[$Box].address, $script:People[$User].address
    $Name = "$(Pick @('Archive', "O'Move", "R$([char]0xE9)f", 'a $(b)', "x$([char]0x2019); y")) $N"
    $Kinds = 5
    if ($Bad) { $Kinds = 7 }
    switch ($script:Rng.Next($Kinds)) {
        0 {
            $Tail = Pick @('', '', ' -DeliverToMailboxAndForward $true')
            return New-Act "Set-Mailbox $B -ForwardingSmtpAddress 'smtp:to$N@partner.example'$Tail" @("forwarding|$BoxAt")
        }
        1 {
            $What = Pick @("-ForwardTo 'to$N@partner.example'", "-RedirectTo 'to$N@partner.example'", '-DeleteMessage $true')
            return New-Act "New-InboxRule -Name $(Quote $Name) -Mailbox $B $What" @("rule|$BoxAt|$Name")
        }
        2 { return New-Act "New-TransportRule $(Quote $Name) -BlindCopyTo 'to$N@partner.example'" @("transport|$Name") }
        3 { return New-Act "Add-RoleGroupMember 'Recipient Management' -Member $U" @("role-group|Recipient Management|$UserAt") }
        4 {
            $Role = Pick @('ApplicationImpersonation', 'Mailbox Import Export')
            return New-Act "New-ManagementRoleAssignment -Name $(Quote $Name) -Role $(Quote $Role) -User $U" @("assignment|$Name|$Role|$UserAt")
        }
        5 { return New-Act "Set-MailboxAuditBypassAssociation $B -AuditBypassEnabled `$true" @("bypass|$BoxAt") }
        default { return New-Act "Set-Mailbox $B -AuditEnabled `$false" @("audit|$BoxAt") }
    }
}

# An act that takes away, or overwrites, what an earlier one gave; $null where that one took.
function New-ActAgainst($Earlier, [string]$Environment) {
    $Kind, $BoxAt, $UserAt, $What = (Pick $Earlier.keys).Split('|')
    $B, $U = (Quote $BoxAt), (Quote $UserAt)
    $Key = @(@($Kind, $BoxAt, $UserAt, $What) | Where-Object { $_ }) -join '|'
    $Level = Pick @('Reviewer', 'Editor', 'Author', 'Owner', 'None')
    $Act = switch ($Kind) {
        'mailbox' { New-Act "Remove-MailboxPermission -Identity $B -User $U -AccessRights $What -Confirm:`$false" @($Key) }
        'recipient' {
            if ($Environment -eq 'onprem') { New-Act "Remove-ADPermission $B -User $U -ExtendedRights 'Send As' -Confirm:`$false" @($Key) }
            else { New-Act "Remove-RecipientPermission $B -Trustee $U -AccessRights SendAs -Confirm:`$false" @($Key) }
        }
        'behalf' { New-Act "Set-Mailbox $B -GrantSendOnBehalfTo @{Remove=$U}" @($Key) }
        'folder' {
            if ($script:Rng.Next(2) -and $UserAt -ne 'Default' -and $UserAt -ne 'Anonymous') { New-Act "Remove-MailboxFolderPermission -Identity $(Quote "$BoxAt`:$What") -User $U -Confirm:`$false" @($Key) }
            else { New-Act "Set-MailboxFolderPermission -Identity $(Quote "$BoxAt`:$What") -User $U -AccessRights $Level" @($Key) }
        }
        'forwarding' { New-Act "Set-Mailbox $B -ForwardingSmtpAddress `$null" @($Key) }
        'rule' { New-Act "$(Pick @('Disable', 'Remove'))-InboxRule $U -Mailbox $B -Confirm:`$false" @($Key) }
        'transport' { New-Act "$(Pick @('Disable', 'Remove'))-TransportRule $B -Confirm:`$false" @($Key) }
        'role-group' { New-Act "Remove-RoleGroupMember $B -Member $U -Confirm:`$false" @($Key) }
        'assignment' { New-Act "Remove-ManagementRoleAssignment $B -Confirm:`$false" @($Key) }
        'bypass' { New-Act "Set-MailboxAuditBypassAssociation $B -AuditBypassEnabled `$false" @($Key) }
        'audit' { New-Act "Set-Mailbox $B -AuditEnabled `$true" @($Key) }
    }
    $Act.takes = $true
    $Act
}

# Everything that was meant: times, actors, lines. Nothing is played yet.
function New-Incident([int]$Seed) {
    $script:Rng = [System.Random]::new($Seed)
    $Environment = Pick @('online', 'online', 'online', 'onprem')
    $Organization = 'contoso.example'
    $Count = 5 + $script:Rng.Next(4)
    $Order = @(0..11)
    for ($I = 11; $I -gt 0; $I--) { $J = $script:Rng.Next($I + 1); $Order[$I], $Order[$J] = $Order[$J], $Order[$I] }
    $Chosen = @(for ($I = 0; $I -lt $Count; $I++) { $Order[$I] })
    $null = Invoke-There 'param($E, $O) New-ExchangeWorld -Environment $E -Organization $O' $Environment $Organization
    $null = Invoke-There 'param($J, $B) Set-ExchangeLogStyle $J $B' (Pick @(', ', ';')) (Pick @('list', 'delta', 'delta'))
    $script:People = @{}
    foreach ($I in $Chosen) {
        $View = @(Invoke-There 'param($N, $A) Add-ExchangeRecipient -Name $N -Address $A; Get-Recipient $A' $script:Names[$I] "$($script:Locals[$I])@$Organization")[0]
        $script:People[$script:Locals[$I]] = @{ address = $View.PrimarySmtpAddress; alias = $View.Alias; guid = $View.Guid; name = $View.Name; sam = $View.SamAccountName }
    }
    $Everyone = @($script:People.Keys | ForEach-Object { $_ })
    [array]::Sort($Everyone, [System.StringComparer]::Ordinal)
    $Intruder = Pick $Everyone
    $null = Invoke-There 'param($M) New-RoleGroup "Recipient Management" -Members $M' $script:People[(Pick $Everyone)].address
    $Acts = [System.Collections.Generic.List[object]]::new()
    $Time = [datetime]::new(2026, 3, 2, 8, 0, 0)
    $Old = 3 + $script:Rng.Next(6)
    $New = 4 + $script:Rng.Next(8)
    for ($N = 0; $N -lt $Old + $New; $N++) {
        $Box = Pick $Everyone
        $Others = @($Everyone | Where-Object { $_ -ne $Box })
        $Bad = $N -ge $Old -and (Chance 0.6)
        $User = Pick $Others
        if ($Bad -and $Intruder -ne $Box -and (Chance 0.8)) { $User = $Intruder }
        $Act = $null
        # Half of what is taken away, or overwritten, is something that stands.
        if ($N -ge 2 -and (Chance 0.3)) { $Act = New-ActAgainst (Pick @($Acts | Where-Object { -not $_.takes })) $Environment }
        if ($null -eq $Act -and (Chance 0.25)) { $Act = New-RandomSetting $Box $User $Bad $N }
        if ($null -eq $Act) { $Act = New-RandomAct $Box $User $Environment ($N -ge 2 -and (Chance 0.15)) }
        if ($N -eq $Old) { $Time = $Time.AddDays(3) }
        $Time = $Time.AddSeconds(40 + $script:Rng.Next(4000))
        $Act.time = $Time
        $Act.legit = -not $Bad
        $Act.actor = "admin@$Organization"
        if ($Bad) { $Act.actor = $script:People[$Intruder].address }
        $Act.old = $N -lt $Old
        $Acts.Add($Act)
    }
    @{ seed = $Seed; environment = $Environment; organization = $Organization; acts = $Acts; intruder = $script:People[$Intruder].address; old = $Old }
}

# Plays acts in the shop. With -Transcripts each actor's acts go into a transcript of his own; the
# clock of the engine is replaced by the incident's in what it wrote. Each act gets its audit records,
# as JSON lines.
function Invoke-Acts($Incident, $Acts, [string]$Transcripts = '') {
    foreach ($Act in $Acts) {
        $null = Invoke-There 'param($W, $T, $S) Clear-ExchangeAudit; Set-ExchangeActor $W "192.0.2.10" $S; Set-ExchangeClock $T' $Act.actor $Act.time ''
        if ($Transcripts) { Add-Typed $Incident $Act $Transcripts }
        else { $null = Invoke-There "try { $($Act.line) -WarningAction SilentlyContinue } catch { }" }
        $Act.records = @(Invoke-There 'Get-ExchangeAudit | ForEach-Object { ConvertTo-ExchangeJson $_ }' | ForEach-Object { "$_" })
    }
}

# One typed line in a transcript of its own, which the engine opens, writes and closes; the pieces
# are joined by Join-Transcripts.
function Add-Typed($Incident, $Act, [string]$Folder) {
    $Path = "$Folder/piece.txt"
    if ([System.IO.File]::Exists($Path)) { [System.IO.File]::Delete($Path) }
    $null = Invoke-There $script:Transcribe 'StartTranscribing' $Path
    Invoke-Typed $Act.line
    $null = Invoke-There $script:Transcribe 'StopTranscribing' ''
    $Act.transcript = [System.IO.File]::ReadAllText($Path)
}

# A session: header of the first piece, every piece's body, footer of the last; machine, user and
# clock are the incident's.
function Join-Transcripts($Acts, [string]$Organization) {
    $Fence = '**********************'
    $Text = [System.Text.StringBuilder]::new()
    $First = $true
    foreach ($Act in $Acts) {
        $Lines = $Act.transcript.Replace("`r", '').Split("`n")
        $Fences = @(for ($I = 0; $I -lt $Lines.Count; $I++) { if ($Lines[$I] -eq $Fence) { $I } })
        $Body = 0
        if (-not $First) { $Body = $Fences[1] + 1 }
        $End = $Fences[$Fences.Count - 2]
        if ($Act -eq @($Acts)[-1]) { $End = $Lines.Count }
        for ($I = $Body; $I -lt $End; $I++) { $null = $Text.Append($Lines[$I]).Append("`r`n") }
        $First = $false
        $Stamp = $Act.time.ToString('yyyyMMddHHmmss')
        $Done = [regex]::Replace($Text.ToString(), '(?m)(time: )(?!20260)\d{14}', "`${1}$Stamp")
        $null = $Text.Clear().Append($Done)
    }
    $User = "$($Organization.Split('.')[0].ToUpperInvariant())\$(@($Acts)[0].actor.Split('@')[0])"
    $Done = [regex]::Replace($Text.ToString(), '(?m)^((Username|RunAs User): ).*?(\r?)$', { param($M) "$($M.Groups[1].Value)$User$($M.Groups[3].Value)" })
    [regex]::Replace($Done, '(?m)^(Machine: )\S+', '${1}WS07')
}

# ---- telemetry: what of it reaches the responder, and in what condition ----

# Writes the evidence into $Folder; marks each act that still has a witness as seen.
function Write-Telemetry($Incident, [string]$Folder) {
    $null = [System.IO.Directory]::CreateDirectory("$Folder/evidence/m365")
    $Lost = Pick @(0.0, 0.0, 0.1, 0.3)
    $Files = @([System.Collections.Generic.List[string]]::new(), [System.Collections.Generic.List[string]]::new())
    foreach ($Act in $Incident.acts) {
        $Act.seen = $false
        $Act.failed = "$($Act.records)" -like '*"ResultStatus":"False"*'
        $Act.whole = $false # a record that says how it ended
        if ($Incident.environment -eq 'onprem') { continue }
        foreach ($Record in $Act.records) {
            if (Chance $Lost) {
                if (Chance 0.5) { $Files[0].Add($Record.Substring(0, $script:Rng.Next($Record.Length))) }
                continue
            }
            $Act.seen = $true
            $Act.whole = $true
            (Pick @(0, 1)) | ForEach-Object { $Files[$_].Add($Record) }
            if (Chance 0.1) { $Files[1].Add($Record) }
        }
    }
    if ($Files[0].Count) { [System.IO.File]::WriteAllText("$Folder/evidence/m365/ual.jsonl", (($Files[0] + '') -join "`n")) }
    if ($Files[1].Count) { [System.IO.File]::WriteAllText("$Folder/evidence/m365/export.json", '[' + ($Files[1] -join ",`n") + ']') }
    foreach ($Actor in @($Incident.acts | ForEach-Object { $_.actor } | ForEach-Object -Begin { $Seen = @() } -Process { if ($Seen -notcontains $_) { $Seen += $_; $_ } })) {
        if ($Incident.environment -eq 'online' -and (Chance 0.4)) { continue }
        $Session = @($Incident.acts | Where-Object { $_.actor -eq $Actor })
        $Text = Join-Transcripts $Session $Incident.organization
        if (Chance 0.15) { $Session = @($Session | Where-Object { -not $Incident }); $Text = $Text.Substring(0, $script:Rng.Next($Text.Length)) }
        foreach ($Act in $Session) { $Act.seen = $true }
        [System.IO.File]::WriteAllText("$Folder/evidence/PowerShell_transcript.WS07.$($Actor.Split('@')[0]).txt", $Text)
    }
}

Export-ModuleMember -Function Open-Shop, Invoke-There, New-Incident, Invoke-Acts, Write-Telemetry, Chance, Pick
