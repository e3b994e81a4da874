/* PSReadLine's history: told by what stands in it, a command at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reader_fixture.h"

extern const struct reader READER_HISTORY;

static const char TYPED[] = "cd C:\\temp\r\n"
                            "Connect-ExchangeOnline\n"
                            "Add-MailboxPermission ceo `\n"
                            "  -User eve `\n"
                            "  -AccessRights FullAccess\n"
                            "\n"
                            "$x = Get-Mailbox ceo\n"
                            "exit\n";

static void test_commands_with_their_lines_joined(void **s) {
    (void)s;
    struct got g = read_text(&READER_HISTORY, str_from(TYPED));
    assert_ptr_equal(evidence_recognise(str_from(TYPED), true), &READER_HISTORY);
    assert_int_equal(g.event_count, 5);
    assert_int_equal(g.fault_count, 0);
    assert_str(g.events[0].text, "cd C:\\temp");
    assert_str(g.events[2].text,
               "Add-MailboxPermission ceo \n  -User eve \n  -AccessRights FullAccess");
    assert_int_equal(g.events[2].offset, 35);
    assert_int_equal(g.events[2].source, SOURCE_HISTORY);
    assert_int_equal(g.events[2].time.basis, WHEN_NONE);
    assert_int_equal(g.events[2].result, RESULT_UNKNOWN);
    assert_int_equal(g.ordinals[4], 5);
    arena_free(g.a);
}

static void test_cutting_anywhere_gives_the_same_commands(void **s) {
    (void)s;
    struct got whole = read_text(&READER_HISTORY, str_from(TYPED));
    for (size_t piece = 1; piece < sizeof TYPED; piece++) {
        struct got g = read_pieces(&READER_HISTORY, str_from(TYPED), piece, false);
        assert_int_equal(g.event_count, whole.event_count);
        for (size_t i = 0; i < g.event_count; i++) {
            assert_str(g.events[i].text, arena_cstr(whole.a, whole.events[i].text));
            assert_int_equal(g.events[i].offset, whole.events[i].offset);
            assert_int_equal(g.ordinals[i], whole.ordinals[i]);
        }
        arena_free(g.a);
    }
    arena_free(whole.a);
}

static void test_a_backtick_at_the_very_end_is_a_command_cut_off(void **s) {
    (void)s;
    struct got g = read_text(&READER_HISTORY, STR("Get-Mailbox `\n"));
    assert_int_equal(g.event_count, 1);
    assert_str(g.events[0].text, "Get-Mailbox");
    arena_free(g.a);
}

/* Scripts, prose, tables and logs are not what somebody typed line by line. */
static void test_other_texts_are_not_taken(void **s) {
    (void)s;
    static const char *const others[] = {
        "param($x)\nforeach ($m in $x) {\n    Add-MailboxPermission $m\n}\n",
        "Get-Mailbox\n  -Identity x\n",
        "Add-MailboxPermission\tonline\nGet-Mailbox\tonline\n",
        "Add-MailboxPermission,1\nGet-Mailbox,2\n",
        "Dear all,\nplease run Add-MailboxPermission.\nKind regards\n",
        "Get-Mailbox\nand then\nsomething else\n",
        "Get-Mailbox\x01\n",
        "cd x\nls\n",
        "pre-requisites\nAdd-on\n",
        "\n\n",
        "",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(READER_HISTORY.bid(str_from(others[i]), true), 0);
}

static void test_dump_gives_every_command(void **s) {
    (void)s;
    struct got g = read_pieces(&READER_HISTORY, str_from(TYPED), 0, true);
    assert_int_equal(g.line_count, 5);
    assert_str(g.lines[1], "{\"text\":\"Connect-ExchangeOnline\"}");
    arena_free(g.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_with_their_lines_joined),
        cmocka_unit_test(test_cutting_anywhere_gives_the_same_commands),
        cmocka_unit_test(test_a_backtick_at_the_very_end_is_a_command_cut_off),
        cmocka_unit_test(test_other_texts_are_not_taken),
        cmocka_unit_test(test_dump_gives_every_command),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
