/* json, json_read, csv: nothing passes that RFC 8259 forbids, nothing is written that could be
 * misread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/utf.h"

static void test_writer_escapes_what_could_be_misread(void **s) {
    (void)s;
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    json_put(&j, "a\"", STR("\x01\n\xed\xa0\x80\xe2\x80\xa8\xff</script>"));
    json_key(&j, "n");
    json_i64(&j, INT64_MIN);
    json_put_or_null(&j, "none", STR_NONE);
    json_end(&j);
    const char *want = "{\"a\\\"\":\"\\u0001\\n\\ud800\\u2028\xef\xbf\xbd</script>\","
                       "\"n\":-9223372036854775808,\"none\":null}";
    assert_int_equal(b.n, strlen(want));
    assert_memory_equal(b.p, want, b.n);
    buf_free(&b);
}

/* Units of every kind at every place of the eight that are looked at together. */
static void test_utf16_is_escaped_like_its_utf8(void **s) {
    (void)s;
    static const uint16_t units[] = {'a',    '"',    '\\',   0x1F,   0x7F,   0x20, 0x7E, 0xE9,
                                     0x2028, 0xD83D, 0xDE00, 0x8041, 0xFFFF, 0,    '\n', 'z'};
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        struct buf in = {0}, text = {0}, direct = {0}, by_utf8 = {0};
        seed = seed * 1664525 + 1013904223;
        uint32_t length = seed >> 27, odd = seed >> 9 & 3;
        for (uint32_t i = 0; i < length; i++) {
            seed = seed * 1664525 + 1013904223;
            uint16_t u =
                seed >> 30 <= odd ? units[seed >> 24 & 15] : (uint16_t)('a' + (seed >> 20 & 15));
            buf_add_c(&in, (char)(u & 0xFF));
            buf_add_c(&in, (char)(u >> 8));
        }
        utf_to_utf8(ENCODING_UTF16LE, buf_str(&in), &text);
        json_escape(&by_utf8, buf_str(&text));
        json_escape_utf16(&direct, buf_str(&in));
        assert_int_equal(direct.n, by_utf8.n);
        if (direct.n) assert_memory_equal(direct.p, by_utf8.p, direct.n);
        buf_free(&in);
        buf_free(&text);
        buf_free(&direct);
        buf_free(&by_utf8);
    }
}

static void test_what_cjson_would_let_pass_is_refused(void **s) {
    (void)s;
    static const struct str bad[] = {{"{} x", 4},      {"\"a\x01\"", 4},  {"\"\xff\"", 3},
                                     {"0123", 4},      {"{\"a\":1,}", 8}, {"[1,]", 4},
                                     {"nul", 3},       {"\"\\x\"", 4},    {"1.", 2},
                                     {"\"\\u12\"", 6}, {"{\"a\" 1}", 7},  {"", 0},
                                     {"[", 1},         {"\"a", 2},        {"-", 1},
                                     {"1 2", 3},       {"{'a':1}", 7},    {"\"\xed\xa0\x80\"", 5}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct json_fault fault;
        assert_false(json_check(bad[i], NULL, &fault));
        assert_non_null(fault.reason);
    }
}

static void test_notes_say_what_is_legal_but_not_innocent(void **s) {
    (void)s;
    struct json_notes n;
    assert_true(json_check(STR("{\"a\":1,\"a\":2,\"A\":9007199254740993}"), &n, NULL));
    assert_true(n.duplicate_keys && n.case_keys && n.big_integer && !n.has_nul);
    assert_true(json_check(STR("[\"\\u0000\",\"\\ud800\"]"), &n, NULL));
    assert_true(n.has_nul && n.lone_surrogate);
    assert_true(json_check(STR("[\"\\ud83d\\ude00\"]"), &n, NULL));
    assert_false(n.lone_surrogate);
}

static void test_nul_does_not_cut_a_string(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    cJSON *root = json_parse(a, STR("{\"Name\":\"a\\u0000b\",\"x\":\"\\ud800!\"}"), NULL, NULL);
    assert_non_null(root);
    assert_string_equal(json_get_str(root, "Name").p, "a\xe2\x90\x80"
                                                      "b");
    assert_string_equal(json_get_str(root, "x").p, "\xed\xa0\x80!");
    assert_null(json_get(root, "name"));
    cJSON_Delete(root);
    arena_free(a);
}

static void test_deep_nesting_is_refused(void **s) {
    (void)s;
    char deep[4000];
    memset(deep, '[', sizeof deep);
    struct json_fault fault;
    assert_false(json_check(str_of(deep, sizeof deep), NULL, &fault));
    assert_string_equal(fault.reason, "nested too deeply");
}

static void test_values_are_found_in_a_stream(void **s) {
    (void)s;
    struct str text = STR(" {\"a\":\"}\\\"\"} [1] 12 \"x");
    size_t start, at = json_value_end(text, 0, false, &start);
    assert_int_equal(start, 1);
    assert_int_equal(at, 12);
    at = json_value_end(text, at, false, &start);
    assert_int_equal(at, 16);
    at = json_value_end(text, at, false, &start);
    assert_int_equal(at, 19);
    assert_int_equal(json_value_end(text, at, false, &start), 0);
    assert_int_equal(json_value_end(STR("]"), 0, false, &start), STR_ABSENT);
}

static void test_cells_are_no_formulas(void **s) {
    (void)s;
    struct buf b = {0};
    struct csv c = {.out = &b};
    csv_cell(&c, STR("=cmd|' /C calc'!A0"));
    csv_cell(&c, STR("a,\"b\"\n"));
    csv_cell(&c, STR(""));
    csv_u64(&c, 7);
    csv_row_end(&c);
    const char *want = "'=cmd|' /C calc'!A0,\"a,\"\"b\"\"\n\",,7\r\n";
    assert_int_equal(b.n, strlen(want));
    assert_memory_equal(b.p, want, b.n);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer_escapes_what_could_be_misread),
        cmocka_unit_test(test_utf16_is_escaped_like_its_utf8),
        cmocka_unit_test(test_what_cjson_would_let_pass_is_refused),
        cmocka_unit_test(test_notes_say_what_is_legal_but_not_innocent),
        cmocka_unit_test(test_nul_does_not_cut_a_string),
        cmocka_unit_test(test_deep_nesting_is_refused),
        cmocka_unit_test(test_values_are_found_in_a_stream),
        cmocka_unit_test(test_cells_are_no_formulas),
    };
    return cmocka_run_group_tests_name("base: JSON and CSV", tests, NULL, NULL);
}
