/* Carving: old records are found in slack and in files of any kind, and marked; without being asked
 * nobody looks for them. */
#include "evtx_fixture.h"

static void write_record(struct maker *m, uint64_t number, const char *text) {
    maker_record(m, number);
    maker_event(m, "Microsoft-Windows-PowerShell", "4104",
                "Microsoft-Windows-PowerShell/Operational");
    maker_data(m, "ScriptBlockText", text);
    maker_event_end(m);
    maker_record_end(m);
}

static struct seen carve(const struct reader *r, struct str bytes, bool dump) {
    struct seen s = {.arena = arena_new(0)};
    struct sink out = {.arena = arena_new(0),
                       .dump = dump,
                       .carve = true,
                       .own = &s,
                       .event = on_event,
                       .line = on_line,
                       .fault = on_fault,
                       .seen = on_seen,
                       .records = on_records};
    struct block b = {.bytes = bytes, .first = true, .last = true};
    r->read(&b, &out);
    arena_free(out.arena);
    return s;
}

/* One live record, and one of an earlier life of the chunk behind the free-space offset. */
static void with_slack(struct maker *m) {
    maker_file(m);
    maker_chunk(m);
    write_record(m, 900, "live");
    size_t live_end = m->b.n;
    write_record(m, 17, "old");
    m->first = m->last = 900;
    maker_chunk_end(m);
    poke(m, m->chunk + 48, live_end - m->chunk, 4);
    poke(m, m->chunk + 52, crc_of(m, 0, m->chunk + 512, live_end), 4);
    poke(m, m->chunk + 124,
         crc_of(m, crc_of(m, 0, m->chunk, m->chunk + 120), m->chunk + 128, m->chunk + 512), 4);
}

static void test_slack_is_looked_into_when_asked(void **state) {
    (void)state;
    struct maker m = {0};
    with_slack(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 1);
    done(&s, NULL);
    s = carve(&READER_EVTX, buf_str(&m.b), true);
    assert_int_equal(s.lines, 2);
    assert_int_equal(s.faults, 0);
    assert_true(str_find(s.line[0], STR("carved")) == STR_ABSENT);
    assert_has(s.line[1],
               "\"number\":17,\"written\":\"2022-03-09T08:41:17.1234567Z\",\"carved\":true,");
    assert_has(s.line[1], "\"ScriptBlockText\":\"old\"");
    done(&s, &m);
}

static void test_carved_events_are_marked_and_count_apart(void **state) {
    (void)state;
    struct maker m = {0};
    with_slack(&m);
    struct seen s = carve(&READER_EVTX, buf_str(&m.b), false);
    assert_int_equal(s.events, 2);
    assert_false(s.event[0].carved || s.event[0].poor);
    assert_true(s.event[1].carved && s.event[1].poor);
    assert_str(s.telemetry, "powershell-operational (carved)");
    assert_int_equal(s.number, 0);
    done(&s, &m);
}

/* A chunk somewhere in a memory image, at no boundary. */
static void test_a_chunk_in_a_strange_file_is_read(void **state) {
    (void)state;
    struct maker m = {0};
    struct buf image = {0};
    with_slack(&m);
    for (int i = 0; i < 1003; i++) buf_add_c(&image, (char)(i * 7));
    buf_add(&image, str_slice(buf_str(&m.b), m.chunk, m.chunk + 5000));
    assert_null(evidence_recognise(buf_str(&image), true));
    struct seen s = carve(&READER_CARVE, buf_str(&image), true);
    assert_int_equal(s.lines, 2);
    assert_int_equal(s.line_at[0], 1003 + 512);
    assert_has(s.line[0], "\"carved\":true");
    assert_has(s.line[0], "live");
    buf_free(&image);
    done(&s, &m);
}

/* A record whose chunk's head is gone: the template that comes with it says where the chunk was. */
static void test_a_record_alone_is_read_with_its_template(void **state) {
    (void)state;
    static const struct fixture_value v = {BINXML_STRING, {"o\0k\0", 4}};
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    write_record(&m, 4, "before");
    size_t begin = m.b.n;
    maker_record(&m, 5);
    size_t size_at = maker_template(&m);
    maker_open(&m, "Event", false);
    maker_tag_end(&m);
    maker_substitution(&m, 0, v.type);
    maker_end(&m);
    maker_template_end(&m, size_at);
    maker_values(&m, &v, 1);
    maker_record_end(&m);
    size_t end = m.b.n;
    /* The page in front of it belongs to somebody else now. */
    memset(m.b.p + m.chunk, 'x', begin - m.chunk);
    struct seen s = carve(&READER_CARVE, str_slice(buf_str(&m.b), m.chunk, end), true);
    assert_int_equal(s.lines, 1);
    assert_has(s.line[0], "\"Event\":\"ok\"");
    done(&s, NULL);
    /* Cut out alone, its names are gone: what is left is shown, and what is missing said. */
    s = carve(&READER_CARVE, str_slice(buf_str(&m.b), begin, end), true);
    assert_int_equal(s.lines, 1);
    assert_has(s.line[0], "\"number\":5");
    assert_has(s.line[0], "\"incomplete\":");
    assert_int_equal(s.faults, 0);
    done(&s, &m);
}

static void test_stars_alone_are_no_record(void **state) {
    (void)state;
    struct buf b = {0};
    for (int i = 0; i < 5000; i++) buf_add(&b, str_of("**\0\0\x20\0\0\0", 8));
    struct seen s = carve(&READER_CARVE, buf_str(&b), true);
    assert_int_equal(s.lines, 0);
    assert_int_equal(s.faults, 0);
    done(&s, NULL);
    buf_free(&b);
}

/* Wherever a block ends, no chunk and no record is cut in two, and every cut advances. */
static void test_blocks_end_between_records(void **state) {
    (void)state;
    struct maker m = {0};
    with_slack(&m);
    struct buf image = {0};
    for (int i = 0; i < 40; i++)
        buf_add(&image, str_slice(buf_str(&m.b), m.chunk, m.chunk + 3000 + (size_t)i));
    struct str rest = buf_str(&image);
    size_t lines = 0, blocks = 0;
    struct seen whole = carve(&READER_CARVE, rest, true);
    while (rest.n) {
        struct cutter c = {0};
        struct str shown = str_slice(rest, 0, 70000);
        bool last = shown.n == rest.n;
        size_t n = READER_CARVE.cut(&c, shown, last);
        assert_true(n > 0 && n <= shown.n);
        struct seen s = carve(&READER_CARVE, str_slice(rest, 0, n), true);
        lines += s.lines;
        arena_free(s.arena);
        rest = str_from_index(rest, n);
        blocks++;
    }
    assert_true(blocks > 1);
    assert_int_equal(whole.counted, 80);
    assert_int_equal(lines, whole.counted);
    arena_free(whole.arena);
    buf_free(&image);
    buf_free(&m.b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slack_is_looked_into_when_asked),
        cmocka_unit_test(test_carved_events_are_marked_and_count_apart),
        cmocka_unit_test(test_a_chunk_in_a_strange_file_is_read),
        cmocka_unit_test(test_a_record_alone_is_read_with_its_template),
        cmocka_unit_test(test_stars_alone_are_no_record),
        cmocka_unit_test(test_blocks_end_between_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
