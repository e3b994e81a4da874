/* printed: tables and lists of a transcript, read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/evidence/printed.h"
#include "base/buf.h"

static bool is_prompt(struct str line) { return str_starts(line, STR("PS ")); }

/* Reads what begins at the text's begin and leaves `rest`; every row as "name=value|..." with "~"
 * behind what was cut. */
static void assert_rows(const char *text, const char *want, const char *rest) {
    struct arena *a = arena_new(0);
    struct printed_row *rows;
    size_t count, n = printed_rows(a, str_from(text), 0, is_prompt, &rows, &count);
    struct buf b = {0};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < rows[i].params.count; k++) {
            const struct param *p = &rows[i].params.list[k];
            buf_printf(&b, "%s%.*s=%.*s%s", k ? "|" : "", STR_ARG(p->name),
                       STR_ARG(p->count ? p->values[0] : STR_NONE),
                       p->flags & PARAM_TRUNCATED ? "~" : "");
        }
        buf_add_c(&b, '\n');
    }
    buf_add_c(&b, '\0');
    assert_string_equal(b.p, want);
    assert_string_equal(text + n, rest);
    buf_free(&b);
    arena_free(a);
}

#define TABLE_HEAD                                                                                 \
    "Identity   User           AccessRights   IsInherited Deny\r\n"                                \
    "--------   ----           ------------   ----------- ----\r\n"

static void test_a_table_is_read_by_its_dashes(void **s) {
    (void)s;
    static const char table[] =
        TABLE_HEAD "The boss   CONTOSO\\eve    {FullAccess}   False       False\r\n"
                   "Q          CONTOSO\\a.b    {ReadPermis... True        True \r\n";
    assert_rows(
        table,
        "Identity=The boss|User=CONTOSO\\eve|AccessRights={FullAccess}|IsInherited=False|"
        "Deny=False\nIdentity=Q|User=CONTOSO\\a.b|AccessRights=~|IsInherited=True|Deny=True\n",
        "");
}

static void test_what_was_cut_is_said(void **s) {
    (void)s;
    assert_rows("User         Rights\n----         ------\n"
                "eve@conto... {FullAccess, ReadPermission, Chan...\n"
                "eve@cont\xe2\x80\xa6    {FullAccess, SendAs...}\n\nmore\n",
                "User=eve@conto~|Rights=FullAccess, ReadPermission~\n"
                "User=eve@cont~|Rights=FullAccess, SendAs~\n",
                "\nmore\n");
}

static void test_a_wide_character_takes_two_cells(void **s) {
    (void)s;
    static const char table[] = "User       Rights\n----       ------\n"
                                "\xe7\x94\xb0\xe4\xb8\xad       FullAccess\n"
                                "M\xc3\xbcller     SendAs\n";
    assert_rows(
        table,
        "User=\xe7\x94\xb0\xe4\xb8\xad|Rights=FullAccess\nUser=M\xc3\xbcller|Rights=SendAs\n", "");
}

static void test_a_value_that_stands_to_the_right(void **s) {
    (void)s;
    static const char table[] = "Name  Count\n----  -----\nab   123456\n";
    assert_rows(table, "Name=ab|Count=123456\n", "");
}

static void test_a_row_that_goes_on_is_not_whole(void **s) {
    (void)s;
    static const char table[] = "Name  User\n----  ----\nab    eve@\n      x.test\n";
    assert_rows(table, "Name=ab|User=eve@~\n", "");
}

static void test_a_prompt_ends_a_table_and_a_list(void **s) {
    (void)s;
    assert_rows("Name  User\n----  ----\nab    eve\nPS C:\\> x\n", "Name=ab|User=eve\n",
                "PS C:\\> x\n");
    assert_rows("Name : a\nUser : b\nPS C:\\> x : y\n", "Name=a|User=b\n", "PS C:\\> x : y\n");
}

static void test_a_list_ends_at_a_blank_line(void **s) {
    (void)s;
    assert_rows("Identity     : The boss\r\nUser         : CONTOSO\\eve\r\n"
                "AccessRights : {FullAccess}\r\nNote         : a : b\r\n\r\nIdentity     : x\r\n",
                "Identity=The boss|User=CONTOSO\\eve|AccessRights={FullAccess}|Note=a : b\n",
                "\r\nIdentity     : x\r\n");
    assert_rows("Name : a long\n       value\nUser :\nRest : 1\n", "Name=a long~|User=|Rest=1\n",
                "");
}

static void test_what_is_neither(void **s) {
    (void)s;
    static const char *const texts[] = {"",
                                        "Name\n----\na\n",
                                        "one : two\n",
                                        "http://x : y\nz\n",
                                        "Name  User\n-----  --x-\nab\n",
                                        "na me  User\n-----  ----\nab     c\n",
                                        "  a : b\n  c : d\n",
                                        "----\n----\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) assert_rows(texts[i], "", texts[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_table_is_read_by_its_dashes),
        cmocka_unit_test(test_what_was_cut_is_said),
        cmocka_unit_test(test_a_wide_character_takes_two_cells),
        cmocka_unit_test(test_a_value_that_stands_to_the_right),
        cmocka_unit_test(test_a_row_that_goes_on_is_not_whole),
        cmocka_unit_test(test_a_prompt_ends_a_table_and_a_list),
        cmocka_unit_test(test_a_list_ends_at_a_blank_line),
        cmocka_unit_test(test_what_is_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
