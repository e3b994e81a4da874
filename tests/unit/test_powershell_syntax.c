/* Which texts the engine's parser refuses: a refused text runs nothing, so an ordinary one must not
 * be taken for broken. Each row was put to System.Management.Automation 7.6.9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/powershell/tree.h"

static const char *const WHOLE[] = {
    "$a = $x ? 1 : 2",
    "$a = $x ?\? 'y'",
    "$a ?\?= 5",
    "$x?.Length",
    "$a = @{ a = 1; 'b c' = 2; $d = 3; (4) = 5; e = if ($x) {1} else {2} }",
    "[PSCustomObject]@{ A = 1 } | Export-Csv x.csv -NoTypeInformation",
    "$a = [ordered]@{ x = 1 }",
    "if ($a -is [string] -and $b -isnot [int]) { 'x' }",
    "$a = $b -as [int]",
    "foreach ($x in Get-ChildItem -Path C:\\ | Where-Object { $_.Length -gt 10MB }) { $x.Name }",
    "switch -Regex ($x) { '^a' { 'A'; break } { $_ -gt 3 } { 'C' } default { 'B' } }",
    "switch -File x.txt { 'a' {1} }",
    "try { 1 } catch [System.IO.IOException], [System.Exception] { $_ } finally { 2 }",
    "function Verb-Noun { [CmdletBinding(SupportsShouldProcess = $true)] [OutputType([string])] "
    "param ( [Parameter(Mandatory = $true, Position = 0)] [ValidateSet('a','b')] [string[]] $A = "
    "@('a'), [switch] $B ) begin { } process { if ($PSCmdlet.ShouldProcess($A)) { 1 } } end { } }",
    "$x = { param($a, $b = 3) $a + $b }",
    "& $x 1 2",
    "$x.Foo('a', \"b$c\", @(1,2)).Bar[0].Baz",
    "[System.Net.ServicePointManager]::SecurityProtocol = [System.Net.SecurityProtocolType]::Tls12",
    "$a[0..3], $b[-1] = 1, 2",
    "$i++; ++$i; $i--; --$i",
    "$a = -not $b; $c = !$d; $e = -$f; $g = +$h",
    "$s = \"a $($x.y | % { \"$_ 'z'\" }) b $x.y $($h['k']) `\"q`\" \"\"r\"\" ${env:path} $env:x "
    "$x[0]\"",
    "$s = 'it''s' + \"x`$y\"",
    "Get-Process | Sort-Object -Property CPU -Descending | Select-Object -First 5 @{ n = 'x'; e = "
    "{ $_.CPU } }, Name",
    "Get-ChildItem *.txt 2>$null | Out-Null",
    "cmd /c dir 2>&1 > out.txt",
    "Write-Host \"a\" -ForegroundColor Red; Write-Host -NoNewline 'b'",
    "$a = 1,2,3 | ForEach-Object -Process { $_ * 2 } -End { 'e' }",
    "while ($true) { if ($x) { break } else { continue } }",
    "do { $i++ } until ($i -ge 3)",
    "for ($i = 0; $i -lt 3; $i++) { $i }",
    "for (;;) { break }",
    ":outer foreach ($x in $y) { continue outer }",
    "return @($a; $b)",
    "throw \"x: $_\"",
    "line \"quoted\" $x",
    "#region x",
    "<# comment { ( #>",
    "#Requires -Version 5.1",
    "param([Parameter()]$x)",
    "    Where-Object { $_.X }",
    "$x.Where({ $_ -gt 1 }).ForEach({ $_ })",
    "[string]$a, [int]$b = 'x', 3",
    "$script:x = 1; $global:y = 2; ${global:z w} = 3",
    "$a = $b = $c = 1",
    "if (-not (Test-Path $x)) { mkdir $x | Out-Null }",
    "if ($a -match '^(\\d+)\\.(\\d+)$' -or $b -notlike \"*x*\") { $matches[1] }",
    "$a -replace '(?<n>a)','${n}' -split ',' -join ';'",
    "\"{0:N2} {1}\" -f $a, $b",
    "[math]::Round($a / 1GB, 2)",
    "1..10 | % { $_ }",
    "'a'..'z'",
    "$a = (Get-Date).AddDays(-7).ToString('yyyy-MM-dd')",
    "[void]$list.Add(@{a=1})",
    "New-Object System.Collections.Generic.List[string]",
    "New-Object -TypeName 'System.Collections.Generic.Dictionary[string,int]'",
    "[System.Collections.Generic.List[string]]::new()",
    "[Collections.Generic.Dictionary[string, [int]]]$d = $null",
    "enum E { A = 1; B }",
    "Import-Module .\\x.psm1 -Force; . .\\y.ps1; & .\\z.ps1 -a b; & \"C:\\Program Files\\x.exe\" "
    "--arg=1 /b",
    "$x | Tee-Object -Variable y | Format-Table -AutoSize",
    "Invoke-Command -ComputerName a, b -ScriptBlock { param($p) $using:x } -ArgumentList 1, 2",
    "$env:PATH += \";C:\\x\"",
    "$a = $null; $a?.x; $b?[0]",
    "Start-Job { 1 } | Wait-Job | Receive-Job",
    "Get-Item x & ",
    "a && b || c",
    "$a = if ($x) { 1 } elseif ($y) { 2 } else { 3 }",
    "\"a\" > b.txt; \"a\" >> b.txt; $x *> $null; 3>&1",
    "$x = 0x1F; $y = 1e3; $z = 1.5d; $w = 10kb; $v = .5; $u = 5L",
    "$x -band 1 -bor 2 -bxor 3; -bnot 4; 1 -shl 2",
    "@(1,2) + 3; @{} + @{a=1}",
    ",$a; ,@(1)",
    "-join $a; -split $b",
    "$h.Keys | % { $h.$_ ; $h.\"$_\"; $h.('a'+'b') }",
    "$a::B::C; $t::new(1)",
    "[Flags()] enum F { A }",
    "trap { continue }",
    "data { 'x' }",
    "filter f { $_ }",
    "function f($a, [int]$b = 2) { $a }",
    "function f { <# .SYNOPSIS x #> 1 }",
    "begin { 1 } process { 2 } end { 3 }",
    "$x = switch ($y) { 1 { 'a' } }",
    "foreach ($x in 1..3) { \"$x\" } ; 'done'",
    "Write-Verbose (\"x {0}\" -f $y) -Verbose",
    "$a = Get-X -A:$true -B:'c' -D $e.F -G ($h).I -J @k",
    "$p.Add('x', { 1 })",
    "$x = $y.Z -eq $null -or $y.Count -eq 0",
    "if ($x) { } # c",
    "else { 1 }",
    "    1",
    "elseif ($y)",
    "    2",
    "    1",
    "catch",
    "    2",
    "    -C d",
    "",
    "  c",
    "  2",
    "  A = 1  # c",
    "  B = @{ C = 2 }",
    "  x = 1",
    "Get-X -Filter {Name -eq 'x' -and (Y -like \"*\")}",
    "$x = $a -eq 1 ; $y = $b -ne 2;",
    "Param($a,$b)",
    "$x = \"$a\" ; \"$b\"",
    "$x='a'+\"b\"+'c';$y=($x)",
    "using namespace System.Text",
    "    [string]$A",
    "[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSX', '', Justification = 'y')] param()",
    "dir a<b",
    "1 -eq 1 | out-null",
    "$a[1..2][0].b['c']",
    "echo a,b , c",
    "echo @a @b",
    "echo (1) {2} $(3) @(4) \"5\"6",
    "echo -a:1 -b: 2 -c",
    "echo a;b",
    "$$; $^; $?",
    "${a}; ${b:c}",
    "$a = [type]'x'; [int]'5'; [char[]]'ab'; [int[]](1,2)",
    "if ($a) {1};if($b){2}",
    "'a' | % { $_ } | ? { $_ } > $null",
    "exit 0",
    "exit",
    "return",
    "break",
    "$a = @\"\nline \"quoted\" $x\n'@\n\"@",
    "$a = @'\n$notvar \"@ '\n'@",
    "$x = Get-Mailbox |\n  Where-Object { $_.X }",
    "if ($x) { } # c\nelse { 1 }",
    "if ($x)\n{\n1\n}\nelseif ($y)\n{\n2\n}",
    "try\n{\n1\n}\ncatch\n{\n2\n}",
    "Get-X `\n -A b `\n -C d",
    "$a.\n  B()",
    "$x = $a |\n b |\n\n c",
    "$x = 1 +\n 2",
    "$h = @{\n A = 1 # c\n B = @{ C = 2 }\n}",
    "f -a @{\n x = 1\n} -b 2",
    "[CmdletBinding()]\nparam(\n [string]$A\n)\n1",
    "$a = @( 'a' , 'b'\n 'c' )",
    "$x = @'\n'@",
    "$a.b.\nc",
    "$x = $a -and\n $b",
    "f(1)\n(2)",
    "if (1)\n{2}\n# c\nelse\n{3}",
    "try{1}\n\n catch{2}",
    "function f\n{\n1\n}",
    "@(\n1\n2\n)",
    "$x.Foo(\n1,\n2\n)",
    "[x(\na=1\n)]\nparam(\n$a,\n\n[int]\n$b\n)",
    "switch ($a)\n{\n1 { 2 }\n\n'x' { 3 }\ndefault\n{ 4 }\n}",
    "foreach\n($a in $b)\n{1}",
    "do {1}\nwhile ($a)",
    "$a = 1; # c\n$b",
    "$h = @{ a = 1, 2\n b = 'c' + `\n 'd' }",
    "a | # c\nb",
    "$x = (\n1\n)",
    "$a = $b ?\n1 :\n2",
    "class A\n{\n[int]$x\nA() {}\n}\n[A]::new()",
};

static const char *const BROKEN[] = {
    "'a",   "\"a",     "@'\na",
    "(1",   "@(1",     "$(1",
    "{1",   "@{a=1",   "1)",
    "1}",   "if (1)",  "if {1}",
    "1 2",  "'a' 'b'", "$x y",
    "1 +",  "$a = ;",  "a |",
    "| a",  "a &&",    "a >",
    "&",    "try {1}", "@{a}",
    "$a[",  "[int",    "foreach ($x on 1) {1}",
    "<# a", "\"$(\"",  "while (1)",
    "${a",
};

static size_t wrong(const char *const *texts, size_t count, bool broken) {
    size_t wrong_ones = 0;
    for (size_t i = 0; i < count; i++) {
        struct arena *a = arena_new(0);
        struct tree tree = parse_powershell(a, str_from(texts[i]));
        if (tree.broken != broken) {
            print_error("%s\n  %s: %.*s\n", texts[i], broken ? "not refused" : "refused",
                        STR_ARG(tree.problem));
            wrong_ones++;
        }
        assert_true(!tree.broken || tree.broken_at <= strlen(texts[i]));
        arena_free(a);
    }
    return wrong_ones;
}

static void test_ordinary_texts_are_read(void **s) {
    (void)s;
    assert_int_equal(wrong(WHOLE, sizeof WHOLE / sizeof *WHOLE, false), 0);
}

static void test_broken_texts_are_refused(void **s) {
    (void)s;
    assert_int_equal(wrong(BROKEN, sizeof BROKEN / sizeof *BROKEN, true), 0);
}

static void test_nesting_is_capped(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    char deep[2000];
    memset(deep, '(', sizeof deep);
    struct tree tree = parse_powershell(a, str_of(deep, sizeof deep));
    assert_true(tree.too_deep);
    assert_false(tree.broken);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinary_texts_are_read),
        cmocka_unit_test(test_broken_texts_are_refused),
        cmocka_unit_test(test_nesting_is_capped),
    };
    return cmocka_run_group_tests_name("powershell: syntax", tests, NULL, NULL);
}
