# standins.psm1 - plain PowerShell in place of the cmdlets of Microsoft.PowerShell.Utility and
# .Management, which the engine alone does not have: those that our scripts and the texts that
# we analyse use, with the parameters that they use. Where the real ones exist, do not load this.
# tests/powershell/standins.ps1 tests them.

# ---- streams ----

function Write-Output {
    [CmdletBinding()]
    param([Parameter(Position = 0, ValueFromPipeline, ValueFromRemainingArguments)]$InputObject, [switch]$NoEnumerate)
    process { if ($NoEnumerate) { , $InputObject } else { foreach ($one in $InputObject) { $one } } }
}

function Write-Host {
    [CmdletBinding()]
    param([Parameter(Position = 0, ValueFromPipeline, ValueFromRemainingArguments)]$Object, [switch]$NoNewline,
        $Separator = ' ', $ForegroundColor, $BackgroundColor)
    process {
        $message = [System.Management.Automation.HostInformationMessage]::new()
        $message.Message = @($Object | ForEach-Object { "$_" }) -join $Separator
        $message.NoNewLine = $NoNewline
        $PSCmdlet.WriteInformation($message, [string[]]@('PSHOST'))
    }
}

function Write-Warning {
    [CmdletBinding()] param([Parameter(Position = 0, ValueFromPipeline)][string]$Message)
    process { $PSCmdlet.WriteWarning($Message) }
}

function Write-Verbose {
    [CmdletBinding()] param([Parameter(Position = 0, ValueFromPipeline)][string]$Message)
    process { $PSCmdlet.WriteVerbose($Message) }
}

function Write-Debug {
    [CmdletBinding()] param([Parameter(Position = 0, ValueFromPipeline)][string]$Message)
    process { $PSCmdlet.WriteDebug($Message) }
}

function Write-Information {
    [CmdletBinding()] param([Parameter(Position = 0, ValueFromPipeline)]$MessageData, [string[]]$Tags = @())
    process { $PSCmdlet.WriteInformation($MessageData, $Tags) }
}

function Write-Progress {
    [CmdletBinding()] param($Activity = '-', $Status = '-', $PercentComplete, [switch]$Completed, $Id)
}

function Write-Error {
    [CmdletBinding()]
    param([Parameter(Position = 0, ValueFromPipeline)]$Message, $Exception, $ErrorRecord,
        [string]$ErrorId = 'Microsoft.PowerShell.Commands.WriteErrorException', $Category = 'NotSpecified', $TargetObject)
    process {
        if (-not $ErrorRecord) {
            if (-not $Exception) { $Exception = [System.Exception]::new("$Message") }
            $ErrorRecord = [System.Management.Automation.ErrorRecord]::new($Exception, $ErrorId, $Category, $TargetObject)
        }
        $PSCmdlet.WriteError($ErrorRecord)
    }
}

# What the engine asks for when it writes an error into a transcript.
function Out-String {
    [CmdletBinding()] param([Parameter(ValueFromPipeline)]$InputObject, $Width, [switch]$Stream)
    begin { $lines = [System.Collections.Generic.List[string]]::new() }
    process {
        $text = "$InputObject"
        if ($InputObject -is [System.Management.Automation.ErrorRecord]) {
            $text = "$($InputObject.InvocationInfo.InvocationName) : $InputObject`n$($InputObject.InvocationInfo.PositionMessage)"
        }
        $lines.Add($text)
    }
    end { if ($Stream) { $lines } else { -join ($lines | ForEach-Object { "$_`n" }) } }
}

function Read-Host {
    [CmdletBinding()] param([Parameter(Position = 0)]$Prompt, [switch]$AsSecureString)
    $Host.UI.ReadLine()
}

# ---- JSON, in the layout of PowerShell 7 ----

function ConvertTo-JsonText([string]$Text) {
    $out = [System.Text.StringBuilder]::new('"')
    foreach ($c in $Text.ToCharArray()) {
        $code = [int]$c
        $escape = switch -CaseSensitive ($code) {
            34 { '\"' } 92 { '\\' } 8 { '\b' } 12 { '\f' } 10 { '\n' } 13 { '\r' } 9 { '\t' }
            default { if ($code -lt 32 -or $code -eq 0x85 -or $code -eq 0x2028 -or $code -eq 0x2029) { '\u{0:x4}' -f $code } else { $c } }
        }
        [void]$out.Append($escape)
    }
    $out.Append('"').ToString()
}

# One value; $Depth levels of members are shown below it, then their text.
function ConvertTo-JsonValue($Value, [int]$Depth, [string]$Indent, [bool]$Compress) {
    if ($null -eq $Value) { return 'null' }
    $plain = $Value
    if ($Value -is [psobject]) { $plain = $Value.psobject.BaseObject }
    if ($plain -is [bool]) { return "$plain".ToLowerInvariant() }
    if ($plain -is [string] -or $plain -is [char] -or $plain -is [guid] -or $plain -is [uri] -or $plain -is [version]) {
        return ConvertTo-JsonText "$plain"
    }
    if ($plain -is [datetime]) { return '"' + $plain.ToString('yyyy-MM-ddTHH:mm:ss.FFFFFFFK', [cultureinfo]::InvariantCulture) + '"' }
    if ($plain -is [enum]) { return [System.Convert]::ToInt64($plain).ToString() }
    if ($plain -is [double] -or $plain -is [single]) {
        $number = $plain.ToString('R', [cultureinfo]::InvariantCulture)
        if ($number -notmatch '[.eEN]') { $number += '.0' }
        return $number
    }
    if ($plain -is [ValueType] -and $plain.GetType().IsPrimitive -or $plain -is [decimal]) {
        return $plain.ToString([cultureinfo]::InvariantCulture)
    }
    if ($plain -is [switch]) { return "{`"IsPresent`":$("$plain".ToLowerInvariant())}" }
    if ($Depth -lt 0) { return ConvertTo-JsonText "$Value" }
    $line = if ($Compress) { '' } else { "`n" }
    $inner = if ($Compress) { '' } else { "$Indent  " }
    $outer = if ($Compress) { '' } else { $Indent }
    $colon = if ($Compress) { ':' } else { ': ' }
    $rows = [System.Collections.Generic.List[string]]::new()
    if ($plain -is [System.Collections.IDictionary]) {
        foreach ($key in $plain.Keys) {
            $rows.Add($inner + (ConvertTo-JsonText "$key") + $colon + (ConvertTo-JsonValue $plain[$key] ($Depth - 1) $inner $Compress))
        }
    }
    elseif ($plain -is [System.Collections.IEnumerable]) {
        foreach ($one in $plain) { $rows.Add($inner + (ConvertTo-JsonValue $one ($Depth - 1) $inner $Compress)) }
        if ($rows.Count -eq 0) { return '[]' }
        return "[$line" + ($rows -join ",$line") + "$line$outer]"
    }
    else {
        foreach ($property in $Value.psobject.Properties) {
            $rows.Add($inner + (ConvertTo-JsonText $property.Name) + $colon + (ConvertTo-JsonValue $property.Value ($Depth - 1) $inner $Compress))
        }
    }
    if ($rows.Count -eq 0) { return '{}' }
    "{$line" + ($rows -join ",$line") + "$line$outer}"
}

function ConvertTo-Json {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory, ValueFromPipeline)][AllowNull()]$InputObject,
        [int]$Depth = 2, [switch]$Compress, [switch]$AsArray)
    begin { $all = [System.Collections.Generic.List[object]]::new() }
    process { $all.Add($InputObject) }
    end {
        $value = $all.ToArray()
        if ($all.Count -eq 1 -and -not $AsArray) { $value = $all[0] }
        ConvertTo-JsonValue $value $Depth '' $Compress
    }
}

function ConvertFrom-JsonElement($Element, [bool]$AsHashtable) {
    switch ("$($Element.ValueKind)") {
        'Object' {
            $table = [ordered]@{}
            foreach ($member in $Element.EnumerateObject()) { $table[$member.Name] = ConvertFrom-JsonElement $member.Value $AsHashtable }
            if ($AsHashtable) { return $table }
            return [pscustomobject]$table
        }
        'Array' {
            $list = [System.Collections.Generic.List[object]]::new()
            foreach ($one in $Element.EnumerateArray()) { $list.Add((ConvertFrom-JsonElement $one $AsHashtable)) }
            return , $list.ToArray()
        }
        'String' {
            $text = $Element.GetString()
            $time = [datetime]::MinValue
            if ($text -match '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d' -and
                [datetime]::TryParse($text, [cultureinfo]::InvariantCulture, 'RoundtripKind', [ref]$time)) { return $time }
            return $text
        }
        'Number' {
            $whole = [long]0
            if ($Element.TryGetInt64([ref]$whole)) { return $whole }
            return $Element.GetDouble()
        }
        'True' { return $true }
        'False' { return $false }
    }
    return $null
}

function ConvertFrom-Json {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory, ValueFromPipeline)][AllowEmptyString()][string]$InputObject,
        [switch]$AsHashtable, [switch]$NoEnumerate, [int]$Depth = 1024)
    begin { $lines = [System.Collections.Generic.List[string]]::new() }
    process { $lines.Add($InputObject) }
    end {
        $text = $lines -join "`n"
        if (-not $text.Trim()) { return }
        $options = [System.Text.Json.JsonDocumentOptions]::new()
        $options.MaxDepth = $Depth
        try { $document = [System.Text.Json.JsonDocument]::Parse($text, $options) }
        catch { throw [System.ArgumentException]::new("Conversion from JSON failed with error: $($_.Exception.InnerException.Message)") }
        $value = ConvertFrom-JsonElement $document.RootElement $AsHashtable
        if ($NoEnumerate) { , $value } else { $value }
    }
}

# ---- files ----

function Get-Content {
    [CmdletBinding()]
    param([Parameter(Position = 0, ValueFromPipelineByPropertyName)][string[]]$Path, [string[]]$LiteralPath,
        [switch]$Raw, $Encoding, [int]$TotalCount = -1)
    process {
        foreach ($one in @($LiteralPath ? $LiteralPath : $Path)) {
            $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($one)
            if (-not [System.IO.File]::Exists($file)) {
                $missing = [System.Management.Automation.ItemNotFoundException]::new("Cannot find path '$file' because it does not exist.")
                $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new($missing, 'PathNotFound', 'ObjectNotFound', $file))
            }
            elseif ($Raw) { [System.IO.File]::ReadAllText($file) }
            else {
                $lines = [System.IO.File]::ReadAllLines($file)
                if ($TotalCount -ge 0 -and $TotalCount -lt $lines.Count) { $lines = @($lines)[0..($TotalCount - 1)] }
                $lines
            }
        }
    }
}

function Set-Content {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath,
        [Parameter(Position = 1, ValueFromPipeline)]$Value, $Encoding, [switch]$NoNewline, [switch]$Force)
    begin { $lines = [System.Collections.Generic.List[string]]::new() }
    process { foreach ($one in $Value) { $lines.Add("$one") } }
    end {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($LiteralPath ? $LiteralPath : $Path)
        if (-not $PSCmdlet.ShouldProcess($file, 'Set Content')) { return }
        $text = if ($NoNewline) { -join $lines } else { -join ($lines | ForEach-Object { "$_`n" }) }
        [System.IO.File]::WriteAllText($file, $text, [System.Text.UTF8Encoding]::new($false))
    }
}

function Add-Content {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath,
        [Parameter(Position = 1, ValueFromPipeline)]$Value, $Encoding)
    process {
        $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($LiteralPath ? $LiteralPath : $Path)
        if (-not $PSCmdlet.ShouldProcess($file, 'Add Content')) { return }
        foreach ($one in $Value) { [System.IO.File]::AppendAllText($file, "$one`n", [System.Text.UTF8Encoding]::new($false)) }
    }
}

function Test-Path {
    [CmdletBinding()]
    param([Parameter(Position = 0, ValueFromPipeline)][string[]]$Path, [string[]]$LiteralPath, $PathType = 'Any')
    process {
        foreach ($one in @($LiteralPath ? $LiteralPath : $Path)) {
            $drive = ($one -split ':')[0]
            if ($one -match '^\w+:' -and $drive -ne 'FileSystem') { Invoke-There $PSCmdlet '$ExecutionContext.InvokeProvider.Item.Exists($args[0])' @($one); continue }
            $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($one)
            ($PathType -ne 'Container' -and [System.IO.File]::Exists($file)) -or
            ($PathType -ne 'Leaf' -and [System.IO.Directory]::Exists($file))
        }
    }
}

function Get-FileHash {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [string]$Algorithm = 'SHA256')
    $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($LiteralPath ? $LiteralPath : $Path)
    $bytes = [System.IO.File]::ReadAllBytes($file)
    $hash = switch ($Algorithm) {
        'SHA1' { [System.Security.Cryptography.SHA1]::HashData($bytes) }
        'SHA256' { [System.Security.Cryptography.SHA256]::HashData($bytes) }
        'SHA384' { [System.Security.Cryptography.SHA384]::HashData($bytes) }
        'SHA512' { [System.Security.Cryptography.SHA512]::HashData($bytes) }
        default { throw "no algorithm $Algorithm" }
    }
    [pscustomobject]@{ Algorithm = $Algorithm.ToUpperInvariant(); Hash = [System.Convert]::ToHexString($hash); Path = $file }
}

function Join-Path {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory, ValueFromPipeline)][string]$Path, [Parameter(Position = 1, Mandatory)][string]$ChildPath)
    process { $Path.TrimEnd('/') + '/' + $ChildPath.TrimStart('/') }
}

function Split-Path {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory, ValueFromPipeline)][string]$Path, [switch]$Parent, [switch]$Leaf, [switch]$Extension, [switch]$LeafBase)
    process {
        if ($Leaf) { [System.IO.Path]::GetFileName($Path.TrimEnd('/')) }
        elseif ($LeafBase) { [System.IO.Path]::GetFileNameWithoutExtension($Path) }
        elseif ($Extension) { [System.IO.Path]::GetExtension($Path) }
        else { "$([System.IO.Path]::GetDirectoryName($Path.TrimEnd('/')))" }
    }
}

function New-Item {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Position = 0, Mandatory)][string]$Path, $ItemType = 'File', [switch]$Force, $Value = '')
    $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
    if (-not $PSCmdlet.ShouldProcess($file, 'Create')) { return }
    if ($ItemType -eq 'Directory') { [System.IO.Directory]::CreateDirectory($file) }
    else {
        [System.IO.File]::WriteAllText($file, "$Value")
        [System.IO.FileInfo]::new($file)
    }
}

function Remove-Item {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [switch]$Force)
    $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($LiteralPath ? $LiteralPath : $Path)
    if ($PSCmdlet.ShouldProcess($file, 'Remove File')) { [System.IO.File]::Delete($file) }
}

# ---- objects ----

function Get-Date {
    [CmdletBinding()]
    param([Parameter(Position = 0, ValueFromPipeline)]$Date, [string]$Format, [string]$UFormat, [switch]$AsUTC)
    process {
        $time = if ($null -eq $Date) { [datetime]::Now } else { [datetime]$Date }
        if ($AsUTC) { $time = $time.ToUniversalTime() }
        if ($Format) { $time.ToString($Format, [cultureinfo]::InvariantCulture) } else { $time }
    }
}

function Select-Object {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline)]$InputObject, [Parameter(Position = 0)][object[]]$Property, [string]$ExpandProperty,
        [int]$First = -1, [int]$Last = -1, [int]$Skip = 0, [int[]]$Index, [switch]$Unique)
    begin { $all = [System.Collections.Generic.List[object]]::new() }
    process { $all.Add($InputObject) }
    end {
        $kept = @($all)
        if ($Index) { $kept = @($Index | ForEach-Object { if ($_ -lt $all.Count) { $all[$_] } }) }
        if ($Skip) { $kept = @(for ($i = $Skip; $i -lt $kept.Count; $i++) { $kept[$i] }) }
        if ($First -ge 0) { $kept = @(for ($i = 0; $i -lt $First -and $i -lt $kept.Count; $i++) { $kept[$i] }) }
        if ($Last -ge 0) { $kept = @(for ($i = [Math]::Max(0, $kept.Count - $Last); $i -lt $kept.Count; $i++) { $kept[$i] }) }
        if ($Unique) {
            $seen = [System.Collections.Generic.HashSet[string]]::new()
            $kept = @($kept | ForEach-Object { if ($seen.Add("$_")) { $_ } })
        }
        foreach ($one in $kept) {
            if ($ExpandProperty) { foreach ($value in $one.$ExpandProperty) { $value } }
            elseif ($Property) {
                $row = [ordered]@{}
                foreach ($p in $Property) {
                    if ($p -is [System.Collections.IDictionary]) { $row["$($p.Name)$($p.Label)"] = $one | ForEach-Object $p.Expression }
                    elseif ("$p" -match '[*?]') { foreach ($q in $one.psobject.Properties) { if ($q.Name -like $p) { $row[$q.Name] = $q.Value } } }
                    else { $row["$p"] = $one.$p }
                }
                [pscustomobject]$row
            }
            else { $one }
        }
    }
}

# A stable merge sort on the values of the properties, or of the objects themselves.
function Sort-Object {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline)]$InputObject, [Parameter(Position = 0)][object[]]$Property, [switch]$Descending, [switch]$Unique)
    begin { $all = [System.Collections.Generic.List[object]]::new() }
    process { $all.Add($InputObject) }
    end {
        $rows = @(foreach ($one in $all) {
                $keys = @(if (-not $Property) { , $one } else { foreach ($p in $Property) { if ($p -is [scriptblock]) { , ($one | ForEach-Object $p) } else { , $one.$p } } })
                @{ Keys = $keys; Value = $one }
            })
        $sign = if ($Descending) { -1 } else { 1 }
        $compare = {
            param($a, $b)
            for ($i = 0; $i -lt $a.Keys.Count; $i++) {
                $order = [System.Management.Automation.LanguagePrimitives]::Compare($a.Keys[$i], $b.Keys[$i], $true)
                if ($order) { return $order * $sign }
            }
            0
        }
        for ($width = 1; $width -lt $rows.Count; $width *= 2) {
            $next = [System.Collections.Generic.List[object]]::new()
            for ($at = 0; $at -lt $rows.Count; $at += 2 * $width) {
                $i = $at; $middle = [Math]::Min($at + $width, $rows.Count); $j = $middle; $end = [Math]::Min($at + 2 * $width, $rows.Count)
                while ($i -lt $middle -or $j -lt $end) {
                    if ($j -ge $end -or ($i -lt $middle -and (& $compare $rows[$i] $rows[$j]) -le 0)) { $next.Add($rows[$i]); $i++ }
                    else { $next.Add($rows[$j]); $j++ }
                }
            }
            $rows = $next.ToArray()
        }
        $before = $null
        foreach ($row in $rows) {
            if ($Unique -and $before -and -not (& $compare $before $row)) { continue }
            $before = $row
            $row.Value
        }
    }
}

function Measure-Object {
    [CmdletBinding()] param([Parameter(ValueFromPipeline)]$InputObject)
    begin { $count = 0 } process { $count++ } end { [pscustomobject]@{ Count = $count } }
}

function New-Object {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory)][string]$TypeName, [Parameter(Position = 1)][object[]]$ArgumentList, [System.Collections.IDictionary]$Property)
    if ($TypeName -in 'psobject', 'pscustomobject', 'System.Management.Automation.PSObject') { $made = [pscustomobject]@{} }
    else { $made = ([type]$TypeName)::new.Invoke(@($ArgumentList)) }
    foreach ($name in @(if ($Property) { $Property.Keys })) {
        if ($made -is [System.Management.Automation.PSCustomObject]) { $made.psobject.Properties.Add([psnoteproperty]::new($name, $Property[$name])) }
        else { $made.$name = $Property[$name] }
    }
    $made
}

# ---- the session ----

# Runs a text in the scope of whoever called a function of this module: a block that the parser gives
# belongs to no module.
function Invoke-There($Cmdlet, [string]$Text, [object[]]$Arguments) {
    $errors = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref]$null, [ref]$errors)
    if ($errors) { throw [System.Management.Automation.ParseException]::new($errors) }
    $Cmdlet.SessionState.InvokeCommand.InvokeScript($Cmdlet.SessionState, $tree.GetScriptBlock(), $Arguments)
}

function Invoke-Expression {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory, ValueFromPipeline)][string]$Command)
    process { Invoke-There $PSCmdlet $Command @() }
}

function Set-Variable {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory)][string[]]$Name, [Parameter(Position = 1, ValueFromPipeline)]$Value, $Scope, $Option, [switch]$Force, [switch]$PassThru)
    process {
        foreach ($one in $Name) {
            if ("$Scope" -in 'global', 'script') { $one = "${Scope}:$one" }
            $PSCmdlet.SessionState.PSVariable.Set($one, $Value)
        }
    }
}

function New-Variable {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory)][string]$Name, [Parameter(Position = 1, ValueFromPipeline)]$Value, $Scope, $Option, [switch]$Force)
    process { $PSCmdlet.SessionState.PSVariable.Set($Name, $Value) }
}

function Get-Variable {
    [CmdletBinding()] param([Parameter(Position = 0, Mandatory)][string]$Name, [switch]$ValueOnly, $Scope)
    $found = $PSCmdlet.SessionState.PSVariable.Get($Name)
    if ($ValueOnly) { $found.Value } else { $found }
}

function Set-Alias {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory)][string]$Name, [Parameter(Position = 1, Mandatory)][string]$Value, $Scope, $Option, [switch]$Force, [switch]$PassThru)
    Invoke-There $PSCmdlet '[void]$ExecutionContext.InvokeProvider.Item.Set("Alias:\$($args[0])", $args[1])' @($Name, $Value)
}

function New-Alias {
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory)][string]$Name, [Parameter(Position = 1, Mandatory)][string]$Value, $Scope, $Option, [switch]$Force, [switch]$PassThru)
    Invoke-There $PSCmdlet '[void]$ExecutionContext.InvokeProvider.Item.Set("Alias:\$($args[0])", $args[1])' @($Name, $Value)
}

# Sleeps 20 ms at the most and counts what was asked for: a test need not wait for throttling to end.
function Start-Sleep {
    [CmdletBinding()] param([Parameter(Position = 0)][double]$Seconds, [int]$Milliseconds)
    $asked = $Seconds * 1000 + $Milliseconds
    $global:StandInSlept = [double]$global:StandInSlept + $asked
    [System.Threading.Thread]::Sleep([int][Math]::Min($asked, 20))
}

Export-ModuleMember -Function @(
    'Write-Output', 'Write-Host', 'Write-Warning', 'Write-Verbose', 'Write-Debug', 'Write-Information', 'Write-Progress',
    'Write-Error', 'Out-String', 'Read-Host', 'ConvertTo-Json', 'ConvertFrom-Json', 'Get-Content', 'Set-Content', 'Add-Content',
    'Test-Path', 'Get-FileHash', 'Join-Path', 'Split-Path', 'New-Item', 'Remove-Item', 'Get-Date', 'Select-Object',
    'Sort-Object', 'Measure-Object', 'New-Object', 'Invoke-Expression', 'Set-Variable', 'New-Variable', 'Get-Variable',
    'Set-Alias', 'New-Alias', 'Start-Sleep')
