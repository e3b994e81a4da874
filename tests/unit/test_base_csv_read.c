/* csv_read: rows as programs write them, and cutting a text between two of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csv_read.h"

/* What the whole text reads as: cells in [], rows on lines of their own. */
static void assert_rows(struct str text, const char *want) {
    struct arena *a = arena_new(0);
    struct csv_reader r = csv_open(text);
    struct str *cells, got = STR_NONE;
    size_t count, begin;
    while (csv_row(&r, a, &cells, &count, &begin)) {
        for (size_t i = 0; i < count; i++)
            got = arena_printf(a, "%.*s[%.*s]", STR_ARG(got), STR_ARG(cells[i]));
        got = arena_join(a, got, STR("\n"));
    }
    assert_string_equal(arena_cstr(a, got), want);
    arena_free(a);
}

static void test_the_separator_is_the_one_of_the_header(void **s) {
    (void)s;
    assert_rows(STR("a,b\n1;2,3\n"), "[a][b]\n[1;2][3]\n");
    assert_rows(STR("a;b;c\n1,5;2;3\n"), "[a][b][c]\n[1,5][2][3]\n");
    assert_rows(STR("a\tb\n1\t2\n"), "[a][b]\n[1][2]\n");
    assert_rows(STR("\"a,b,c\";d\n1;2\n"), "[a,b,c][d]\n[1][2]\n");
}

static void test_quoted_cells_hold_quotes_separators_and_line_ends(void **s) {
    (void)s;
    assert_rows(STR("a,b\n\"x \"\"y\"\" z\",\"1,2\r\n3\"\n"), "[a][b]\n[x \"y\" z][1,2\r\n3]\n");
    assert_rows(STR("a,b\n\"\",\"\"\"\"\n"), "[a][b]\n[][\"]\n");
}

static void test_a_backslash_is_no_escape(void **s) {
    (void)s;
    assert_rows(STR("a,b\n\"{\"\"k\"\":\"\"\\\"\"q\\\"\"\"\"}\",2\n"),
                "[a][b]\n[{\"k\":\"\\\"q\\\"\"}][2]\n");
    assert_rows(STR("a,b\n\"C:\\\",2\n"), "[a][b]\n[C:\\][2]\n");
}

static void test_rows_end_with_any_line_end_and_empty_ones_are_none(void **s) {
    (void)s;
    assert_rows(STR("a,b\r\n1,2\r\n"), "[a][b]\n[1][2]\n");
    assert_rows(STR("a,b\r1,2\r3,4"), "[a][b]\n[1][2]\n[3][4]\n");
    assert_rows(STR("a,b\n\n\r\n1,2\n\n"), "[a][b]\n[1][2]\n");
    assert_rows(STR("a,b\n1,\n,\n"), "[a][b]\n[1][]\n[][]\n");
    assert_rows(STR("a,b\n1,"), "[a][b]\n[1][]\n");
    assert_rows(STR(""), "");
}

static void test_marks_and_type_lines_are_no_rows(void **s) {
    (void)s;
    assert_rows(STR("\xEF\xBB\xBF"
                    "a,b\n1,2\n"),
                "[a][b]\n[1][2]\n");
    assert_rows(STR("#TYPE Selected.System.Management.Automation.PSCustomObject\r\n\"a\";\"b\"\r\n"
                    "\"1\";\"2\"\r\n"),
                "[a][b]\n[1][2]\n");
    assert_rows(STR("\xEF\xBB\xBF#TYPE x,y;z\na;b\n1;2\n"), "[a][b]\n[1][2]\n");
}

static void test_text_behind_a_closing_quote_is_kept(void **s) {
    (void)s;
    assert_rows(STR("a,b\n\"x\"y,2\n"), "[a][b]\n[xy][2]\n");
    assert_rows(STR("a,b\nx\"\"y,2\n3,4\n"), "[a][b]\n[x\"\"y][2]\n[3][4]\n");
}

static void test_an_unterminated_quote_is_told(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct csv_reader r = csv_open(STR("a,b\n1,\"x\n2,3\n"));
    struct str *cells;
    size_t count, begin;
    assert_true(csv_row(&r, a, &cells, &count, &begin));
    assert_false(r.unterminated);
    assert_true(csv_row(&r, a, &cells, &count, &begin));
    assert_int_equal(begin, 4);
    assert_int_equal(count, 2);
    assert_true(r.unterminated);
    assert_true(str_eq(cells[1], STR("x\n2,3\n")));
    assert_false(csv_row(&r, a, &cells, &count, &begin));
    arena_free(a);
}

static void test_columns_are_found_by_name(void **s) {
    (void)s;
    struct str header[] = {STR("Id"), STR(" AuditData "), STR("auditdata")};
    assert_int_equal(csv_column(header, 3, "AUDITDATA"), 1);
    assert_int_equal(csv_column(header, 3, "id"), 0);
    assert_true(csv_column(header, 3, "Audit") == STR_ABSENT);
}

static void test_a_row_ends_outside_quotes_only(void **s) {
    (void)s;
    assert_int_equal(csv_last_row_end(STR("1,2\n3,\"a\nb"), ','), 4);
    assert_int_equal(csv_last_row_end(STR("1,2\r\n"), ','), 5);
    assert_int_equal(csv_last_row_end(STR("1,2\r"), ','), 0); /* a line feed may follow */
    assert_int_equal(csv_last_row_end(STR("1,2\r3"), ','), 4);
    assert_int_equal(csv_last_row_end(STR("x\"\"y\n\"a\nb\"\n"), ','), 11);
    assert_int_equal(csv_last_row_end(STR("\"a\"x\"\"y\n1"), ','), 8);
    assert_int_equal(csv_last_row_end(STR("\"a;\n\";b\n1"), ';'), 8);
    assert_int_equal(csv_last_row_end(STR(""), ','), 0);
}

/* Small texts of the characters that matter, from a fixed generator. */
static struct str scramble(uint32_t *seed, char *room, size_t most) {
    static const char letters[] = "a,\"\"\n\r;\\";
    size_t n = 0;
    while (n < most) {
        *seed = *seed * 1664525u + 1013904223u;
        if ((*seed >> 16) % 40 == 0 && n) break;
        room[n++] = letters[(*seed >> 24) % (sizeof letters - 1)];
    }
    return str_of(room, n);
}

/* The row's cells as one text, for comparing. */
static struct str join(struct arena *a, const struct str *cells, size_t count) {
    struct str all = STR_NONE;
    for (size_t i = 0; i < count; i++)
        all = arena_printf(a, "%.*s[%.*s]", STR_ARG(all), STR_ARG(cells[i]));
    return all;
}

/* Cutting where csv_last_row_end() says and reading both parts gives the rows of the whole. */
static void test_a_cut_text_has_the_rows_of_the_whole(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    uint32_t seed = 20220309;
    for (int round = 0; round < 20000; round++) {
        char room[48];
        struct str text = scramble(&seed, room, sizeof room), *cells, *piece;
        size_t shown = seed % (text.n + 1), count, pieces, begin, at;
        size_t cut = csv_last_row_end(str_slice(text, 0, shown), ',');
        assert_true(cut <= shown);
        struct csv_reader whole = {.text = text, .separator = ','},
                          part = {.text = str_slice(text, 0, cut), .separator = ','};
        while (csv_row(&whole, a, &cells, &count, &begin)) {
            bool got = csv_row(&part, a, &piece, &pieces, &at);
            if (!got) {
                part = (struct csv_reader){.text = str_from_index(text, cut), .separator = ','};
                assert_true(csv_row(&part, a, &piece, &pieces, &at));
            }
            assert_true(str_eq(join(a, cells, count), join(a, piece, pieces)));
            assert_int_equal(whole.unterminated, part.unterminated);
        }
        arena_reset(a);
    }
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_separator_is_the_one_of_the_header),
        cmocka_unit_test(test_quoted_cells_hold_quotes_separators_and_line_ends),
        cmocka_unit_test(test_a_backslash_is_no_escape),
        cmocka_unit_test(test_rows_end_with_any_line_end_and_empty_ones_are_none),
        cmocka_unit_test(test_marks_and_type_lines_are_no_rows),
        cmocka_unit_test(test_text_behind_a_closing_quote_is_kept),
        cmocka_unit_test(test_an_unterminated_quote_is_told),
        cmocka_unit_test(test_columns_are_found_by_name),
        cmocka_unit_test(test_a_row_ends_outside_quotes_only),
        cmocka_unit_test(test_a_cut_text_has_the_rows_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
