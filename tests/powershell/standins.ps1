# standins.ps1 - tests of standins.psm1: one line per test; exit status 1 when one fails. Expected
# values are what PowerShell 7 gives, as its documentation shows them.
$script:failed = 0
function Same([string]$What, $Got, $Want) {
    if ("$Got" -ceq "$Want") { "ok $What"; return }
    $script:failed++
    "not ok ${What}: got [$Got], want [$Want]"
}
function Fails([string]$What, $Do, [string]$Like) {
    try { [void](& $Do); Same $What 'no error' $Like } catch { Same $What ("$_" -like $Like) $true }
}
$dir = $args[0]
$file = Join-Path $dir 'file.txt'

# ConvertTo-Json
Same 'JSON of a text' (ConvertTo-Json "a`"b\c`n`t$([char]1)é") '"a\"b\\c\n\t\u0001é"'
Same 'JSON of numbers' (ConvertTo-Json @(1, 2.5, 3.0, -4) -Compress) '[1,2.5,3.0,-4]'
Same 'JSON of true, false, null' (ConvertTo-Json @($true, $false, $null) -Compress) '[true,false,null]'
Same 'JSON of nothing' (ConvertTo-Json $null) 'null'
Same 'JSON of no items' (ConvertTo-Json @()) '[]'
Same 'JSON of a table' (ConvertTo-Json ([ordered]@{ a = 1; b = @{} })) "{`n  `"a`": 1,`n  `"b`": {}`n}"
Same 'JSON of an object' ([pscustomobject]@{ a = 'x'; b = @(1) } | ConvertTo-Json -Compress) '{"a":"x","b":[1]}'
Same 'JSON of a time' (ConvertTo-Json ([datetime]::new(2026, 3, 8, 1, 2, 3, [DateTimeKind]::Utc))) '"2026-03-08T01:02:03Z"'
Same 'JSON of an enumeration' (ConvertTo-Json ([DayOfWeek]::Friday)) '5'
Same 'JSON of piped objects is an array' (1, 2 | ConvertTo-Json -Compress) '[1,2]'
Same 'JSON of one piped object is not' (1 | ConvertTo-Json -Compress) '1'
Same 'JSON as an array on demand' (1 | ConvertTo-Json -Compress -AsArray) '[1]'
Same 'JSON beyond its depth is text' (ConvertTo-Json @{ a = @{ b = @{ c = 1 } } } -Depth 1 -Compress) '{"a":{"b":"System.Collections.Hashtable"}}'
Same 'JSON is two deep if nothing is said' (ConvertTo-Json @{ a = @{ b = @{ c = @{} } } } -Compress) '{"a":{"b":{"c":"System.Collections.Hashtable"}}}'
Same 'JSON is laid out' (ConvertTo-Json @(1, @(2))) "[`n  1,`n  [`n    2`n  ]`n]"

# ConvertFrom-Json
$read = '{"a":"x","b":[1,2.5,true,null],"c":{"d":"2026-03-08T00:00:00Z"},"Ä":""}' | ConvertFrom-Json
Same 'a text from JSON' $read.a 'x'
Same 'how many items' $read.b.Count 4
Same 'a whole number is a long' $read.b[0].GetType().Name 'Int64'
Same 'a fraction is a double' $read.b[1].GetType().Name 'Double'
Same 'true is true' ($read.b[2] -eq $true -and $null -eq $read.b[3]) $true
Same 'a time is a time' $read.c.d.ToUniversalTime().ToString('yyyyMMdd') '20260308'
Same 'a name beyond ASCII' $read.'Ä' ''
Same 'members keep their order' (($read.psobject.Properties | ForEach-Object { $_.Name }) -join ',') 'a,b,c,Ä'
Same 'as a table' ('{"a":1}' | ConvertFrom-Json -AsHashtable)['a'] 1
Same 'JSON in lines' (@('{', '"a":7}') | ConvertFrom-Json).a 7
Same 'an array is enumerated' @('[1,2,3]' | ConvertFrom-Json | ForEach-Object { $_ }).Count 3
Fails 'what is not JSON is refused' { '{"a":' | ConvertFrom-Json } '*JSON*'
$trip = [ordered]@{ t = "q`"\`r`n"; n = 12; l = @('a', 'b'); o = [ordered]@{ x = $true } }
Same 'there and back' (($trip | ConvertTo-Json | ConvertFrom-Json) | ConvertTo-Json -Compress) ($trip | ConvertTo-Json -Compress)

# files
'one', 'two' | Set-Content -LiteralPath $file -Encoding UTF8
Same 'what was written is read' ((Get-Content -LiteralPath $file) -join '|') 'one|two'
Same 'raw' (Get-Content $file -Raw) "one`ntwo`n"
Add-Content $file 'three'
Same 'a line more' @(Get-Content $file).Count 3
Same 'the first line' (Get-Content $file -TotalCount 1) 'one'
Set-Content $file 'x' -WhatIf
Same '-WhatIf writes nothing' @(Get-Content $file).Count 3
Set-Content $file 'abc' -NoNewline
Same 'SHA-256' (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash 'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD'
Same 'there' (Test-Path -LiteralPath $file) $true
Same 'not there' (Test-Path "$file.not") $false
Same 'a folder is no leaf' (Test-Path $dir -PathType Leaf) $false
Same 'a variable is there' (Test-Path variable:dir) $true
Fails 'a file that is not there' { Get-Content "$file.not" -ErrorAction Stop } '*does not exist*'
Remove-Item $file
Same 'removed' (Test-Path $file) $false
Same 'joined' (Join-Path '/a/' '/b') '/a/b'
Same 'parent' (Split-Path '/a/b/c.txt') '/a/b'
Same 'leaf' (Split-Path '/a/b/c.txt' -Leaf) 'c.txt'

# streams
Same 'output is enumerated' @(Write-Output 1, 2).Count 2
Same 'a warning' (Write-Warning 'careful' 3>&1) 'careful'
Same 'an error' (Write-Error 'bad' 2>&1) 'bad'
Same 'to the host' (Write-Host a b 6>&1) 'a b'
Fails 'an error that stops' { Write-Error 'bad' -ErrorAction Stop } '*bad'

Same 'text of objects' (1, 2 | Out-String) "1`n2`n"

# objects
$rows = [pscustomobject]@{ n = 'b'; v = 1 }, [pscustomobject]@{ n = 'a'; v = 2 }, [pscustomobject]@{ n = 'B'; v = 0 }
Same 'sorted by a property' (($rows | Sort-Object n | ForEach-Object { $_.v }) -join ',') '2,1,0'
Same 'sorted by two' (($rows | Sort-Object n, v | ForEach-Object { $_.v }) -join ',') '2,0,1'
Same 'sorted down' ((3, 1, 2 | Sort-Object -Descending) -join ',') '3,2,1'
Same 'sorted once each' ((3, 1, 3 | Sort-Object -Unique) -join ',') '1,3'
Same 'first' ((1..5 | Select-Object -First 2) -join ',') '1,2'
Same 'skip' ((1..5 | Select-Object -Skip 3) -join ',') '4,5'
Same 'last' ((1..5 | Select-Object -Last 2) -join ',') '4,5'
Same 'a property' (($rows | Select-Object -ExpandProperty n) -join ',') 'b,a,B'
Same 'some properties' (($rows | Select-Object v -First 1).psobject.Properties.Name) 'v'
Same 'counted' (1..7 | Measure-Object).Count 7
Same 'made' (New-Object System.Text.StringBuilder 'x').ToString() 'x'
Same 'made with properties' (New-Object psobject -Property @{ a = 5 }).a 5
Same 'a time shown' (Get-Date '2026-03-08 10:00' -Format 'yyyy/MM') '2026/03'
Same 'now' ((Get-Date).Year -gt 2000) $true

# the session
$x = 1
Invoke-Expression '$x = 2'
Same 'a text runs in the scope of its caller' $x 2
function Inner { $x = 5; Invoke-Expression '$x = 6'; $x }
Same 'also in a function' (Inner) 6
Same 'and only there' $x 2
Same 'a text gives what it gives' ('1 + 1' | Invoke-Expression) 2
Set-Variable y 3
Same 'a variable is set' $y 3
Same 'and got' (Get-Variable y -ValueOnly) 3
Set-Alias here Get-Date
Same 'an alias' ((here).Year -gt 2000) $true
$global:StandInSlept = 0
Start-Sleep -Seconds 30
Same 'sleep is counted, not slept' $global:StandInSlept 30000
if ($script:failed) { exit 1 }
exit 0
