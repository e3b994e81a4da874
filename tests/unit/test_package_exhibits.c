/* package: what other programs read of the exhibits, and what hostile text may not do there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/package/exhibit.h"

#define Q "\xc3\xbe" /* thorn */
#define B Q "\x14" Q /* between two values */
#define HEAD                                                                                       \
    "CONTROL_NUMBER,PARENT,KIND,TITLE,FILE_PATH,SHA256,SOURCE,SOURCE_HOST,CUSTODIAN,DATE_FIRST,"   \
    "DATE_LAST,ITEM,ITEM_SHA256,RECORD,OFFSET,LENGTH,JSON_PATH,JSON_SHA256,STATEMENTS,NOTE\r\n"

static struct exhibits one(struct arena *a, struct str title) {
    struct exhibits x = {.arena = a};
    struct exhibit *e = exhibit_add(&x, "record");
    e->parent = 1;
    e->title = title;
    e->file = STR("data/extracts/UG-000001.txt");
    e->statements = STR("c-000001; g-000002");
    e->placed = true;
    e->offset = 0;
    e->length = 17;
    return x;
}

static void assert_same(const struct buf *b, struct str want) {
    if (!str_eq(buf_str(b), want))
        fail_msg("is:   %.*s\nwant: %.*s", (int)b->n, b->p, (int)want.n, want.p);
}

static void test_csv_has_a_head_and_a_row_each(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct exhibits x = one(a, STR("plain, with a comma"));
    struct buf b = {0};
    exhibits_csv(&x, &b);
    assert_same(&b,
                STR(HEAD "UG-000001,UG-000001,record,\"plain, with a comma\","
                         "data/extracts/UG-000001.txt,,,,,,,,,,0,17,,,c-000001; g-000002,\r\n"));
    buf_free(&b);
    arena_free(a);
}

static void test_csv_takes_no_formula_and_no_control(void **s) {
    static const struct {
        struct str title, cell;
    } cases[] = {{{"=1+1", 4}, {",'=1+1,", 7}},
                 {{"@cmd", 4}, {",'@cmd,", 7}},
                 {{"a\r\nb", 4}, {",a\\x0d\\x0ab,", 12}},
                 {{"a\xe2\x80\xae"
                   "b",
                   5},
                  {",a\\u202eb,", 10}},
                 {{"a\"b", 3}, {",\"a\"\"b\",", 8}}};
    (void)s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *a = arena_new(0);
        struct exhibits x = one(a, cases[i].title);
        struct buf b = {0};
        exhibits_csv(&x, &b);
        if (str_find(buf_str(&b), cases[i].cell) == STR_ABSENT)
            fail_msg("%.*s is not in %.*s", (int)cases[i].cell.n, cases[i].cell.p, (int)b.n, b.p);
        buf_free(&b);
        arena_free(a);
    }
}

static void test_load_file_is_marked_and_delimited(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct exhibits x = one(a, STR("t"));
    struct buf b = {0};
    exhibits_dat(&x, &b);
    struct str text = buf_str(&b);
    assert_true(str_starts(text, STR("\xef\xbb\xbf" Q "CONTROL_NUMBER" B "PARENT" B "KIND" B)));
    assert_true(str_ends(text, STR("\r\n" Q "UG-000001" B "UG-000001" B "record" B "t" B
                                   "data/extracts/UG-000001.txt" B B B B B B B B B B "0" B
                                   "17" B B B "c-000001; g-000002" B Q "\r\n")));
    buf_free(&b);
    arena_free(a);
}

/* Rows and values keep their number whatever a value holds. */
static void test_load_file_values_hold_no_delimiter(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct exhibits x = one(a, STR("a" Q "b\x14"
                                   "c\r\nd\xc2\xae"
                                   "e\xff"));
    struct buf b = {0};
    size_t thorns = 0, between = 0, lines = 0;
    exhibits_dat(&x, &b);
    for (size_t i = 0; i < b.n; i++) {
        thorns += i + 1 < b.n && b.p[i] == '\xc3' && b.p[i + 1] == '\xbe';
        between += b.p[i] == 0x14;
        lines += b.p[i] == '\n';
    }
    assert_int_equal(thorns, 2 * 2 * 20);
    assert_int_equal(between, 2 * 19);
    assert_int_equal(lines, 2);
    assert_true(str_find(buf_str(&b), STR(Q "a\\u00feb\\x14c\\x0d\\x0ad\\u00aee\\xff" Q)) !=
                STR_ABSENT);
    buf_free(&b);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_has_a_head_and_a_row_each),
        cmocka_unit_test(test_csv_takes_no_formula_and_no_control),
        cmocka_unit_test(test_load_file_is_marked_and_delimited),
        cmocka_unit_test(test_load_file_values_hold_no_delimiter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
