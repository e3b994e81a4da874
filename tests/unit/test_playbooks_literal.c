/* literal: whatever the name, the script holds ASCII that means that name and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf.h"
#include "playbooks/literal.h"

/* Reads the expression back the way the language does, knowing nothing of the writer. Appends
 * UTF-16LE; fails on anything that is not part of the small grammar. */
static void decode(struct str e, struct buf *units) {
    size_t i = 0, end = e.n;
    if (e.p[0] == '(') {
        assert_int_equal(e.p[end - 1], ')');
        i = 1;
        end--;
    }
    while (i < end) {
        if (e.p[i] == '\'') {
            for (i++;; i++) {
                assert_true(i < end);
                if (e.p[i] == '\'') {
                    if (i + 1 >= end || e.p[i + 1] != '\'') break;
                    i++;
                }
                buf_add_c(units, e.p[i]);
                buf_add_c(units, 0);
            }
            i++;
        } else {
            assert_true(str_starts(str_slice(e, i, end), STR("[char]0x")));
            char hex[5] = {0};
            memcpy(hex, e.p + i + 8, 4);
            unsigned long v = strtoul(hex, NULL, 16);
            buf_add_c(units, (char)(v & 0xff));
            buf_add_c(units, (char)(v >> 8));
            i += 12;
        }
        if (i == end) return;
        assert_true(str_starts(str_slice(e, i, end), STR(" + ")));
        i += 3;
    }
}

static void assert_survives(struct str text) {
    struct buf e = {0}, got = {0}, want = {0};
    literal_add(&e, text);
    for (size_t i = 0; i < e.n; i++) assert_true(e.p[i] >= 0x20 && e.p[i] <= 0x7e);
    decode(buf_str(&e), &got);
    utf8_to_utf16le(text, &want);
    assert_true(str_eq(buf_str(&got), buf_str(&want)));
    buf_free(&e);
    buf_free(&got);
    buf_free(&want);
}

static void test_every_quote_and_trap_letter_survives(void **s) {
    (void)s;
    assert_survives(STR("O'Brien"));
    assert_survives(STR("'"));
    assert_survives(STR("x\xe2\x80\x99; Remove-Mailbox -Identity a; \xe2\x80\x98"));
    assert_survives(STR("\xe2\x80\x9a\xe2\x80\x9b\xe2\x80\x9c$(1)`n#>--%"));
    assert_survives(STR("\xc3\x91\xc3\x92\xc3\x82\xd1\x82\xd1\x91"));
    assert_survives(STR("a\xf0\x9f\x98\x80z"));
}

static void test_random_names_survive(void **s) {
    (void)s;
    uint32_t seed = 1;
    for (int n = 0; n < 5000; n++) {
        struct buf b = {0};
        seed = seed * 1664525u + 1013904223u;
        for (uint32_t k = 0; k < 1 + (seed >> 27); k++) {
            seed = seed * 1664525u + 1013904223u;
            uint32_t c = seed & 0x80000000u ? 0x20 + (seed >> 8) % 0x5f : (seed >> 8) % 0x110000;
            if (!utf_is_unsafe(c)) buf_add_utf8(&b, c);
        }
        if (b.n) assert_survives(buf_str(&b));
        buf_free(&b);
    }
}

static void test_names_that_no_script_may_hold_are_refused(void **s) {
    (void)s;
    assert_null(literal_refusal(STR("ceo@contoso.example")));
    assert_non_null(literal_refusal(STR("")));
    assert_non_null(literal_refusal(STR("*")));
    assert_non_null(literal_refusal(STR("a?")));
    assert_non_null(literal_refusal(STR("a\nb")));
    assert_non_null(literal_refusal(STR("a\0b")));
    assert_non_null(literal_refusal(STR("a\xe2\x80\xae"
                                        "b")));
    assert_non_null(literal_refusal(STR("a\xff")));
    char longest[1025];
    memset(longest, 'a', sizeof longest);
    assert_null(literal_refusal(str_of(longest, 1024)));
    assert_non_null(literal_refusal(str_of(longest, 1025)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_quote_and_trap_letter_survives),
        cmocka_unit_test(test_random_names_survive),
        cmocka_unit_test(test_names_that_no_script_may_hold_are_refused),
    };
    return cmocka_run_group_tests_name("playbooks: literal", tests, NULL, NULL);
}
