/* What calls a text makes: each row is a text and all the calls that are read from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyze/powershell/powershell.h"
#include "base/buf.h"
#include "tests/unit/powershell_texts.h"

static int by_name(const void *a, const void *b) {
    return str_cmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

/* ` Name=a|b`; += and -= for edits; behind the name ? a hole, * ambiguous, % truncated. */
static void render_params(struct buf *out, struct params *params) {
    if (params->count) qsort(params->list, params->count, sizeof *params->list, by_name);
    for (size_t i = 0; i < params->count; i++) {
        const struct param *p = &params->list[i];
        buf_printf(out, " %.*s%s%s%s%s", STR_ARG(p->name), p->flags & PARAM_HOLE ? "?" : "",
                   p->flags & PARAM_AMBIGUOUS ? "*" : "", p->flags & PARAM_TRUNCATED ? "%" : "",
                   p->edit == EDIT_ADD      ? "+="
                   : p->edit == EDIT_REMOVE ? "-="
                                            : "=");
        for (size_t k = 0; k < p->count; k++)
            buf_printf(out, "%s%.*s", k ? "|" : "", STR_ARG(p->values[k]));
        if (!p->count) buf_add_z(out, "()");
    }
}

/* One call a line: cmdlet, parameters by name, then what is said about the call. */
static void render_calls(struct buf *out, struct call *calls, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct call *c = &calls[i];
        if (i) buf_add_c(out, '\n');
        buf_add(out, c->cmdlet->name);
        render_params(out, &c->params);
        if (c->certainty != CALL_RESOLVED) buf_printf(out, " ~%s", certainty_name(c->certainty));
        if (c->what_if) buf_add_z(out, " ~whatif");
        if (c->attempt) buf_add_z(out, " ~attempt");
        if (c->obfuscated) buf_add_z(out, " ~obfuscated");
    }
}

static void test_texts_give_the_calls_they_make(void **s) {
    (void)s;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct arena *a = arena_new(0);
        struct buf got = {0};
        struct powershell_text text = {.text = str_from(TEXTS[i].text),
                                       .command_line = TEXTS[i].kind == LINE,
                                       .cut = TEXTS[i].kind == CUT};
        struct call *calls;
        size_t count = powershell_calls(a, &text, &calls);
        render_calls(&got, calls, count);
        if (!str_eq(buf_str(&got), str_from(TEXTS[i].calls))) {
            print_error("%s\n  want %s\n  got  %.*s\n", TEXTS[i].text, TEXTS[i].calls,
                        STR_ARG(buf_str(&got)));
            wrong++;
        }
        buf_free(&got);
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}

static void test_offsets_are_those_of_the_outermost_text(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct call *calls;
    struct powershell_text text = {
        .text = STR("  Add-MailboxPermission m -User u ; iex 'Remove-MailboxPermission m'")};
    assert_int_equal(powershell_calls(a, &text, &calls), 2);
    assert_int_equal(calls[0].at, 2);
    assert_int_equal(calls[0].end, 33);
    assert_true(str_eq(calls[0].written, STR("Add-MailboxPermission")));
    assert_int_equal(calls[1].at, 36);
    assert_int_equal(calls[1].end, text.text.n);
    assert_true(calls[1].obfuscated);
    assert_true(calls[1].note.n > 0);
    arena_free(a);
}

static void test_texts_within_are_given_to_who_searches(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct powershell_text text = {
        .text = STR("iex ('Set-'+'Mailbox m'); &([scriptblock]::Create('dir'+' x'))")};
    struct powershell_reading reading = powershell_read(a, &text);
    assert_int_equal(reading.decoded_count, 2);
    assert_true(str_eq(reading.decoded[0], STR("Set-Mailbox m")));
    assert_true(str_eq(reading.decoded[1], STR("dir x")));
    struct powershell_text line = {.text = STR("powershell -enc ZABpAHIA"), .command_line = true};
    reading = powershell_read(a, &line);
    assert_int_equal(reading.decoded_count, 1);
    assert_true(str_eq(reading.decoded[0], STR("dir")));
    text.text = STR("Add-MailboxPermission m -User u");
    assert_int_equal(powershell_read(a, &text).decoded_count, 0);
    arena_free(a);
}

static void test_a_syntax_error_is_named(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct call *calls;
    struct powershell_text text = {.text = STR("Remove-MailboxPermission m; 'open")};
    assert_int_equal(powershell_calls(a, &text, &calls), 1);
    assert_true(calls[0].attempt);
    assert_true(str_ifind(calls[0].note, STR("byte 28")) != STR_ABSENT);
    arena_free(a);
}

static void test_work_is_bounded_and_says_so(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct call *calls;
    struct powershell_text text = {
        .text = STR("foreach ($a in 1..1000) { foreach ($b in 1..1000) { foreach ($c in 1..1000) {"
                    "Add-MailboxPermission m -User u } } }")};
    size_t count = powershell_calls(a, &text, &calls);
    assert_in_range(count, 1, 100000);
    assert_true(str_ifind(calls[count - 1].note, STR("not followed")) != STR_ABSENT);
    arena_free(a);
}

/* Not in the repository: ../shared/data/exchange, a set-up log that holds calls as text of strings
 * and of a script block whose cmdlet never ran. Skipped where it is absent. */
static void test_a_setup_log_is_read_as_text_only(void **s) {
    (void)s;
    FILE *f = fopen("../shared/data/exchange/ExchangeSetup_Failed_Mount_Database.log", "rb");
    if (!f) skip();
    struct arena *a = arena_new(0);
    struct buf log = {0};
    char piece[65536];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) buf_add(&log, str_of(piece, n));
    fclose(f);
    struct call *calls;
    struct powershell_text text = {.text = buf_str(&log)};
    size_t count = powershell_calls(a, &text, &calls);
    for (size_t i = 0; i < count; i++) assert_true(calls[i].attempt);
    buf_free(&log);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_give_the_calls_they_make),
        cmocka_unit_test(test_offsets_are_those_of_the_outermost_text),
        cmocka_unit_test(test_texts_within_are_given_to_who_searches),
        cmocka_unit_test(test_a_syntax_error_is_named),
        cmocka_unit_test(test_work_is_bounded_and_says_so),
        cmocka_unit_test(test_a_setup_log_is_read_as_text_only),
    };
    return cmocka_run_group_tests_name("powershell: calls", tests, NULL, NULL);
}
