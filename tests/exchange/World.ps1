# World.ps1 - the state: recipients under all their names, entries, and the log. It is hashtables and
# lists only, so that it goes to JSON and back unchanged.

# -Environment online: Exchange Online, unified audit log. onprem: a server, event 1.
function New-ExchangeWorld {
    param([ValidateSet('online', 'onprem')][string]$Environment = 'online', [string]$Organization = 'contoso.example')
    $script:World = @{
        environment = $Environment; organization = $Organization; clock = [datetime]::new(2026, 3, 2, 8, 0, 0)
        actor = 'admin@' + $Organization; client_ip = '192.0.2.10'; session = ''; joiner = ', '; behalf = 'list'
        audit_disabled = $false; ingestion = $true; serial = 0
        recipients = [ordered]@{}; mailbox_entries = @(); send_as = @(); folders = [ordered]@{}
        rules = @(); transport_rules = @(); role_groups = [ordered]@{}; assignments = @(); bypass = @()
    }
    $script:Faults = @{}
    $script:Audit = [System.Collections.Generic.List[object]]::new()
}

function New-Guid8([string]$Text) {
    $Bytes = [System.Security.Cryptography.MD5]::HashData([System.Text.Encoding]::UTF8.GetBytes($Text))
    [guid]::new($Bytes).ToString()
}

# A recipient with a mailbox, the entries that every mailbox has, and its folders.
function Add-ExchangeRecipient {
    param([string]$Name, [string]$Address, [string]$Display = $Name,
        [ValidateSet('UserMailbox', 'SharedMailbox', 'MailUniversalSecurityGroup', 'MailUser')][string]$Kind = 'UserMailbox',
        [string[]]$Folders = @('\Inbox', '\Calendar'))
    $Local = $Address.Split('@')[0]
    $Guid = New-Guid8 $Address
    $World.serial++
    $World.recipients[$Guid] = @{
        guid = $Guid; name = $Name; display = $Display; address = $Address; alias = $Local; kind = $Kind
        canonical = "$($World.organization)/Users/$Name"
        dn = "CN=$($Name.Replace(',', '\,')),CN=Users,DC=" + $World.organization.Replace('.', ',DC=')
        sam = $World.organization.Split('.')[0].ToUpperInvariant() + '\' + $Local
        sid = "S-1-5-21-1004336348-1177238915-682003330-$(1000 + $World.serial)"
        behalf = @(); forward = ''; forward_smtp = ''; deliver = $false; owner = ''
        audit = $true; audit_owner = @('Update'); audit_delegate = @('Update'); audit_admin = @('Update')
    }
    if ($Kind -notlike '*Mailbox') { return }
    $World.mailbox_entries += New-Entry $Guid 'NT AUTHORITY\SELF' @('FullAccess', 'ReadPermission') $false 'All' $false
    $World.mailbox_entries += New-Entry $Guid 'Exchange Trusted Subsystem' @('FullAccess') $false 'All' $true
    $World.mailbox_entries += New-Entry $Guid 'Organization Management' @('FullAccess') $true 'All' $true
    $World.send_as += New-Entry $Guid 'NT AUTHORITY\SELF' @('SendAs') $false 'None' $false
    foreach ($Folder in @('\') + $Folders) {
        $Default = 'None'
        if ($Folder -eq '\Calendar') { $Default = 'AvailabilityOnly' }
        $World.folders["$Guid`:$Folder"] = [ordered]@{ Default = @{ rights = $Default; flags = '' }; Anonymous = @{ rights = 'None'; flags = '' } }
    }
}

function New-Entry($Mailbox, $User, $Rights, $Deny, $Inheritance, $Inherited) {
    @{ mailbox = $Mailbox; user = $User; rights = @($Rights); deny = [bool]$Deny; inheritance = $Inheritance; inherited = [bool]$Inherited }
}

# Who acts from now on, and when: both go into the audit records.
function Set-ExchangeActor([string]$Actor, [string]$ClientIp, [string]$Session) {
    $World.actor = $Actor; $World.client_ip = $ClientIp; $World.session = $Session
}
function Set-ExchangeClock([datetime]$Now) { $World.clock = $Now }
# -Joiner: between the rights of one parameter; -Behalf delta: @{Add=("x")}; list: the list that results.
function Set-ExchangeLogStyle([string]$Joiner, [string]$Behalf) { $World.joiner = $Joiner; $World.behalf = $Behalf }
function Get-ExchangeAudit { $script:Audit }
function Clear-ExchangeAudit { $script:Audit.Clear() }

# JSON would return a list of one as a value, and DateTime as text: both are put right here.
function Copy-Plain($Value) {
    if ($null -eq $Value) { return $null }
    if ($Value -is [System.Collections.IDictionary]) {
        $Copy = [System.Collections.Generic.Dictionary[string, object]]::new()
        foreach ($Key in $Value.Keys) { $Copy["$Key"] = Copy-Plain $Value[$Key] }
        return $Copy
    }
    if ($Value -is [string]) { return [string]$Value }
    if ($Value -is [System.Collections.IEnumerable]) {
        $List = [System.Collections.Generic.List[object]]::new()
        foreach ($One in $Value) { $List.Add((Copy-Plain $One)) }
        return , $List
    }
    if ($Value -is [datetime]) { return $Value.ToString('s', [cultureinfo]::InvariantCulture) }
    $Value.PSObject.BaseObject
}

function ConvertTo-ExchangeJson($Value) {
    [System.Text.Json.JsonSerializer]::Serialize([object](Copy-Plain $Value), [object].Assembly.GetType('System.Object'))
}

function ConvertFrom-Element($Element) {
    switch ("$($Element.ValueKind)") {
        'Object' {
            $Map = [ordered]@{}
            foreach ($Pair in $Element.EnumerateObject()) { $Map[$Pair.Name] = ConvertFrom-Element $Pair.Value }
            return $Map
        }
        'Array' {
            $List = [System.Collections.Generic.List[object]]::new()
            foreach ($One in $Element.EnumerateArray()) { $List.Add((ConvertFrom-Element $One)) }
            return , $List.ToArray()
        }
        'String' { return $Element.GetString() }
        'Number' { return $Element.GetInt64() }
        'True' { return $true }
        'False' { return $false }
    }
    $null
}

function ConvertFrom-ExchangeJson([string]$Text) { ConvertFrom-Element ([System.Text.Json.JsonDocument]::Parse($Text).RootElement) }

function Get-ExchangeWorldText { ConvertTo-ExchangeJson $World }
function Set-ExchangeWorldText([string]$Text) {
    $script:World = ConvertFrom-ExchangeJson $Text
    $World.clock = [datetime]::Parse($World.clock, [cultureinfo]::InvariantCulture)
    $script:Faults = @{}
}
function Export-ExchangeWorld([string]$Path) { [System.IO.File]::WriteAllText($Path, (Get-ExchangeWorldText)) }
function Import-ExchangeWorld([string]$Path) { Set-ExchangeWorldText ([System.IO.File]::ReadAllText($Path)) }

# The state as a sorted list of lines, one per right: what two states are compared by.
function Get-ExchangeAtoms {
    $Lines = [System.Collections.Generic.SortedSet[string]]::new([System.StringComparer]::Ordinal)
    foreach ($E in $World.mailbox_entries) { foreach ($R in $E.rights) { $null = $Lines.Add("mailbox|$($World.recipients[$E.mailbox].address)|$(Get-AtomName $E.user)|$R|deny=$($E.deny)|$($E.inheritance)|inherited=$($E.inherited)") } }
    foreach ($E in $World.send_as) { foreach ($R in $E.rights) { $null = $Lines.Add("recipient|$($World.recipients[$E.mailbox].address)|$(Get-AtomName $E.user)|$R|deny=$($E.deny)|$($E.inheritance)") } }
    foreach ($K in $World.folders.Keys) {
        $Guid, $Path = $K.Split(':', 2)
        foreach ($U in $World.folders[$K].Keys) { $null = $Lines.Add("folder|$($World.recipients[$Guid].address)|$(Get-AtomName $U)|$Path|$($World.folders[$K][$U].rights)|$($World.folders[$K][$U].flags)") }
    }
    foreach ($R in $World.recipients.Values) {
        foreach ($B in $R.behalf) { $null = $Lines.Add("behalf|$($R.address)|$(Get-AtomName $B)") }
        if ($R.forward -or $R.forward_smtp -or $R.deliver) { $null = $Lines.Add("forwarding|$($R.address)|$($R.forward)|$($R.forward_smtp)|$($R.deliver)") }
        if ($R.owner) { $null = $Lines.Add("owner|$($R.address)|$(Get-AtomName $R.owner)") }
        if (-not $R.audit) { $null = $Lines.Add("audit|$($R.address)|off") }
    }
    foreach ($R in $World.rules) { $null = $Lines.Add("rule|$($World.recipients[$R.mailbox].address)|$($R.name)|$($R.enabled)|$($R.forward)|$($R.redirect)") }
    foreach ($R in $World.transport_rules) { $null = $Lines.Add("transport|$($R.name)|$($R.state)|$($R.blind_copy)") }
    foreach ($G in $World.role_groups.Keys) { foreach ($M in $World.role_groups[$G]) { $null = $Lines.Add("role-group|$G|$(Get-AtomName $M)") } }
    foreach ($A in $World.assignments) { $null = $Lines.Add("assignment|$($A.name)|$($A.role)|$(Get-AtomName $A.user)") }
    foreach ($B in $World.bypass) { $null = $Lines.Add("bypass|$(Get-AtomName $B)") }
    $null = $Lines.Add("audit-config|disabled=$($World.audit_disabled)|ingestion=$($World.ingestion)")
    $Lines
}

function Get-AtomName($Key) { if ($World.recipients.Contains("$Key")) { $World.recipients["$Key"].address } else { "$Key" } }
