/* Random and damaged text: nothing crashes, nothing runs away. The generator is fixed, so a
 * failure can be seen again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/powershell/powershell.h"
#include "base/buf.h"

static uint32_t next(uint64_t *state) { /* Knuth's MMIX constants */
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static const char *const PIECES[] = {
    "Add-MailboxPermission ",
    "-User ",
    "-Identity:",
    "'",
    "\"",
    "@'\n",
    "\n'@",
    "@\"\n",
    "\n\"@",
    "$(",
    "@(",
    "@{",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "[char]",
    "::",
    ".",
    ",",
    ";",
    "|",
    "&",
    "&&",
    "||",
    "iex ",
    "`",
    "`\n",
    "\n",
    "\r\n",
    " ",
    "#",
    "<#",
    "#>",
    "$x",
    "${",
    "$_",
    "=",
    "+=",
    " -f ",
    " -join ",
    " -split ",
    " -replace ",
    "..",
    "1",
    "65",
    "-1",
    "'a'",
    "if (",
    "foreach ($x in ",
    "function f ",
    "f ",
    "param(",
    "switch (",
    "try {",
    "catch {",
    "while ($x) {",
    "return ",
    "--%",
    "--",
    "% { ",
    "@x",
    "\xE2\x80\x93",
    "\xE2\x80\x9C",
    "\xE2\x80\x99",
    "\xC2\xA0",
    "\xFF",
    "powershell -e ",
    "QQBkAGQA",
    "[scriptblock]::Create(",
    ".Invoke()",
    ".Replace(",
    "[array]::Reverse(",
    "Set-Alias f ",
    "CommandInvocation(Add-MailboxPermission): \"",
    "ParameterBinding(Add-MailboxPermission): name=\"",
    "\"; value=\"",
    " -AccessRights (\"",
    "\",\"",
    "@{Add=(\"",
    "$null",
    "2>&1",
    ">",
    "!",
    "-not ",
};

static void read_all(struct str text) {
    struct arena *a = arena_new(0);
    for (int mode = 0; mode < 4; mode++) {
        struct powershell_text t = {
            .text = text, .command_line = (mode & 1) != 0, .cut = (mode & 2) != 0};
        struct call *calls;
        size_t count = powershell_calls(a, &t, &calls);
        for (size_t i = 0; i < count; i++) {
            assert_true(calls[i].at <= calls[i].end && calls[i].end <= text.n);
            assert_non_null(calls[i].cmdlet);
        }
    }
    struct invocation *list;
    struct params params = {0};
    powershell_invocations(a, text, &list);
    powershell_parameter_string(a, cmdlet_find(STR("Add-MailboxPermission"), NULL), text, &params);
    powershell_parameter_string(a, NULL, text, &params);
    arena_free(a);
}

static void test_random_bytes(void **s) {
    (void)s;
    uint64_t state = 1;
    for (int round = 0; round < 2000; round++) {
        char bytes[256];
        size_t n = next(&state) % sizeof bytes;
        for (size_t i = 0; i < n; i++) bytes[i] = (char)(next(&state) & 0xFF);
        read_all(str_of(bytes, n));
    }
}

static void test_random_pieces_of_the_language(void **s) {
    (void)s;
    uint64_t state = 2;
    for (int round = 0; round < 6000; round++) {
        struct buf text = {0};
        size_t pieces = 1 + next(&state) % 30;
        for (size_t i = 0; i < pieces; i++)
            buf_add_z(&text, PIECES[next(&state) % (sizeof PIECES / sizeof *PIECES)]);
        read_all(buf_str(&text));
        buf_free(&text);
    }
}

static void test_every_cut_of_a_script(void **s) {
    (void)s;
    struct str script =
        STR("$p = @{ User = 'u'; AccessRights = 'FullAccess' }\nforeach ($m in 'a', \"b$x\") {\n"
            "  try { Add-MailboxPermission $m @p -Confirm:$false | Out-Null } catch { throw }\n}\n"
            "iex ([char]65 + 'dd-MailboxPermission' + \" m -User $('v'.Replace('v','w'))\")\n"
            "@'\nhere\n'@ | % { Set-Mailbox $_ -GrantSendOnBehalfTo @{ Add = 'c' } } # end\n");
    for (size_t n = 0; n <= script.n; n++) read_all(str_slice(script, 0, n));
}

/* Each would take hours or gigabytes if work grew faster than the text. */
static void test_deep_and_long_texts(void **s) {
    (void)s;
    static const char *const repeated[] = {
        "(",     "{",  "\"$(",     "@{a=",    "-not ",        "[a]",      "a,",
        "${",    "<#", "@\"\n",    "$a=",     "if(a){",       "a -B:",    "'a'+",
        "$a.b(", "f{", "-User u ", "$h.k=1;", "\"; value=\"", " -User \""};
    for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
        struct buf text = {0};
        buf_add_z(&text, "$h=@{};Add-MailboxPermission ");
        for (int k = 0; k < 4000; k++) buf_add_z(&text, repeated[i]);
        read_all(buf_str(&text));
        buf_free(&text);
    }
    read_all(STR("function f { f; f; f; f }; f"));
    read_all(STR("$a = 1,2; $a = $a,$a,$a; $a = $a,$a,$a; $a = $a,$a,$a; \"$a\" + $a"));
    read_all(STR("iex ('iex $x;' * 100000)"));
    read_all(STR("$x = 'a' * 1000; $x = $x * 1000; $x = $x * 1000; Add-MailboxPermission $x"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_random_pieces_of_the_language),
        cmocka_unit_test(test_every_cut_of_a_script),
        cmocka_unit_test(test_deep_and_long_texts),
    };
    return cmocka_run_group_tests_name("powershell: hostile text", tests, NULL, NULL);
}
