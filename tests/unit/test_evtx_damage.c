/* Every way in which a byte of a small log may be wrong: nothing crashes, nothing hangs, and what
 * is given stays within its bounds. The sanitizers say whether that is true. */
#include "base/json_read.h"
#include "evtx_fixture.h"

/* A log with a template, values of many types, a nested fragment and an inline record. */
static void sample(struct maker *m) {
    static const struct fixture_value v[] = {
        {BINXML_STRING, {"a\0b\0", 4}},
        {BINXML_ARRAY | BINXML_STRING, {"a\0\0\0b\0\0\0", 8}},
        {BINXML_SID, {"\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0", 16}},
        {BINXML_FILETIME, {"\x07\xcb\x47\x71\x91\x33\xd8\x01", 8}},
        {BINXML_XML, {"\x0f\1\1\0\0", 5}},
    };
    maker_file(m);
    maker_chunk(m);
    maker_record(m, 1);
    size_t size_at = maker_template(m);
    maker_open(m, "Event", true);
    maker_attribute(m, "xmlns");
    maker_text(m, "u");
    maker_tag_end(m);
    for (uint16_t i = 0; i < 5; i++) {
        maker_open(m, "Data", false);
        maker_tag_end(m);
        maker_substitution(m, i, v[i].type);
        maker_end(m);
    }
    maker_end(m);
    maker_template_end(m, size_at);
    maker_values(m, v, 5);
    maker_record_end(m);
    maker_record(m, 2);
    maker_event(m, "Microsoft-Windows-PowerShell", "4104", "x");
    maker_data(m, "ScriptBlockText", "Get-Mailbox");
    maker_event_end(m);
    maker_record_end(m);
}

/* Whatever was in the record, the line is one JSON object without a key twice. */
static void assert_json(struct arena *a, struct str members) {
    struct json_notes notes = {0};
    struct json_fault fault = {0};
    struct str line = arena_join(a, arena_join(a, STR("{\"record\":1,"), members), STR("}"));
    if (!json_check(line, &notes, &fault)) fail_msg("%s: %.*s", fault.reason, STR_ARG(line));
    if (notes.duplicate_keys) fail_msg("a key twice: %.*s", STR_ARG(line));
}

static void read_both_ways(struct str bytes) {
    for (int dump = 0; dump < 2; dump++) {
        struct seen s = seen_in(bytes, dump);
        assert_true(s.counted < CHUNK / 28);
        for (size_t i = 0; i < s.lines; i++) assert_json(s.arena, s.line[i]);
        arena_free(s.arena);
    }
}

static void test_every_flipped_byte_is_survived(void **state) {
    (void)state;
    struct maker m = {0};
    sample(&m);
    size_t used = m.b.n;
    maker_chunk_end(&m);
    for (size_t at = FIRST_CHUNK; at < used; at++) {
        if (at >= FIRST_CHUNK + 128 && at < FIRST_CHUNK + 512) continue; /* not read but summed */
        char was = m.b.p[at];
        static const char flips[] = {'\xFF', '\x40', '\x01'};
        m.b.p[at] = (char)(was ^ flips[at % sizeof flips]);
        read_both_ways(buf_str(&m.b));
        m.b.p[at] = was;
    }
    buf_free(&m.b);
}

static void test_every_end_is_survived(void **state) {
    (void)state;
    struct maker m = {0};
    sample(&m);
    size_t used = m.b.n;
    maker_chunk_end(&m);
    for (size_t n = 0; n < used; n += n < FIRST_CHUNK ? 97 : 1) {
        char *exact = malloc(n ? n : 1); /* so that a sanitizer sees one byte too far */
        assert_non_null(exact);
        memcpy(exact, m.b.p, n);
        read_both_ways(str_of(exact, n));
        free(exact);
    }
    buf_free(&m.b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_flipped_byte_is_survived),
        cmocka_unit_test(test_every_end_is_survived),
    };
    return cmocka_run_group_tests_name("evtx: damage", tests, NULL, NULL);
}
