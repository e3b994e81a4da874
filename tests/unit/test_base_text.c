/* str, utf, term: text is what it is, and is shown, never obeyed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/term.h"
#include "base/utf.h"

static void assert_text(struct buf *b, const char *want) {
    assert_int_equal(b->n, strlen(want));
    assert_memory_equal(b->p, want, b->n);
    buf_free(b);
}

static void test_cut_splits_at_the_first_separator(void **s) {
    (void)s;
    struct str before, after;
    assert_true(str_cut(STR("a:b:c"), ':', &before, &after));
    assert_true(str_eq(before, STR("a")));
    assert_true(str_eq(after, STR("b:c")));
    assert_false(str_cut(STR("abc"), ':', &before, &after));
    assert_true(str_eq(before, STR("abc")));
    assert_int_equal(after.n, 0);
}

static void test_numbers_refuse_overflow_and_junk(void **s) {
    (void)s;
    uint64_t v;
    assert_true(str_u64(STR("18446744073709551615"), &v));
    assert_true(v == UINT64_MAX);
    assert_false(str_u64(STR("18446744073709551616"), &v));
    assert_false(str_u64(STR("1 "), &v));
    assert_false(str_u64(STR(""), &v));
    assert_true(str_u64_any(STR("0x3e7"), &v));
    assert_int_equal(v, 999);
}

static void test_utf16_keeps_unpaired_surrogates(void **s) {
    (void)s;
    struct buf b = {0};
    assert_int_equal(utf_to_utf8(ENCODING_UTF16LE, STR("a\0\x3d\xd8\x00\xde\x3d\xd8"), &b), 0);
    assert_text(&b, "a\xf0\x9f\x98\x80\xed\xa0\xbd");
}

static void test_bad_utf8_is_counted_and_replaced(void **s) {
    (void)s;
    struct buf b = {0};
    assert_int_equal(utf_to_utf8(ENCODING_UTF8, STR("a\xc0\xaf z"), &b), 2);
    assert_text(&b, "a\xef\xbf\xbd\xef\xbf\xbd z");
}

static void test_encoding_is_found_without_a_mark(void **s) {
    (void)s;
    size_t mark;
    assert_int_equal(encoding_of(STR("a\0b\0c\0d\0"), &mark), ENCODING_UTF16LE);
    assert_int_equal(encoding_of(STR("\0a\0b\0c\0d"), &mark), ENCODING_UTF16BE);
    assert_int_equal(encoding_of(STR("\xEF\xBB\xBF"
                                     "x"),
                                 &mark),
                     ENCODING_UTF8);
    assert_int_equal(mark, 3);
    assert_int_equal(encoding_of(STR("caf\xe9 noir et encore"), &mark), ENCODING_CP1252);
}

static void test_terminal_controls_are_shown(void **s) {
    (void)s;
    struct buf b = {0};
    term_escape(&b, STR("a\x1b[31m\xe2\x80\xae"
                        "b\xc2\x9b\xff"));
    assert_text(&b, "a\\x1b[31m\\u202eb\\x9b\\xff");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_splits_at_the_first_separator),
        cmocka_unit_test(test_numbers_refuse_overflow_and_junk),
        cmocka_unit_test(test_utf16_keeps_unpaired_surrogates),
        cmocka_unit_test(test_bad_utf8_is_counted_and_replaced),
        cmocka_unit_test(test_encoding_is_found_without_a_mark),
        cmocka_unit_test(test_terminal_controls_are_shown),
    };
    return cmocka_run_group_tests_name("base: text", tests, NULL, NULL);
}
