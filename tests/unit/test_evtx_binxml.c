#include "evtx_fixture.h"

/* A record whose template has one <V> per value, each a normal substitution. */
static struct seen seen_of_values(const struct fixture_value *v, uint16_t count, struct maker *m) {
    maker_file(m);
    maker_chunk(m);
    maker_record(m, 1);
    size_t size_at = maker_template(m);
    maker_open(m, "R", false);
    maker_tag_end(m);
    for (uint16_t i = 0; i < count; i++) {
        maker_open(m, "V", false);
        maker_tag_end(m);
        maker_substitution(m, i, v[i].type);
        maker_end(m);
    }
    maker_end(m);
    maker_template_end(m, size_at);
    maker_values(m, v, count);
    maker_record_end(m);
    maker_chunk_end(m);
    return seen_of(m, true);
}

/* One value of every type, and what the dump shows. */
static void test_every_value_type_has_its_form(void **state) {
    (void)state;
    static const struct {
        uint8_t type;
        struct str bytes;
        const char *json;
    } rows[] = {
        {BINXML_STRING, {"a\0b\0\0\0", 6}, "\"ab\""},
        {BINXML_STRING, {"\0\xd8x\0", 4}, "\"\\ud800x\""},
        {BINXML_STRING, {"", 0}, "\"\""},
        {BINXML_ANSI, {"caf\xe9\0", 5}, "\"caf\xc3\xa9\""},
        {BINXML_INT8, {"\xff", 1}, "-1"},
        {BINXML_UINT8, {"\xff", 1}, "255"},
        {BINXML_INT16, {"\x00\x80", 2}, "-32768"},
        {BINXML_UINT16, {"\x08\x10", 2}, "4104"},
        {BINXML_INT32, {"\xfe\xff\xff\xff", 4}, "-2"},
        {BINXML_UINT32, {"\xfe\xff\xff\xff", 4}, "4294967294"},
        {BINXML_INT64, {"\0\0\0\0\0\0\0\x80", 8}, "-9223372036854775808"},
        {BINXML_UINT64, {"\xff\xff\xff\xff\xff\xff\xff\xff", 8}, "18446744073709551615"},
        {BINXML_REAL32, {"\0\0\x80\x3f", 4}, "\"1\""},
        {BINXML_REAL64, {"\0\0\0\0\0\0\x04\xc0", 8}, "\"-2.5\""},
        {BINXML_BOOL, {"\1\0\0\0", 4}, "true"},
        {BINXML_BOOL, {"\0\x7f\0\0", 4}, "true"}, /* irregular, as real logs have it */
        {BINXML_BOOL, {"\0\0\0\0", 4}, "false"},
        {BINXML_BINARY, {"\x00\xab\x0c", 3}, "\"00AB0C\""},
        {BINXML_GUID,
         {"\x25\x96\x84\x54\x78\x54\x94\x49\xa5\xba\x3e\x3b\x03\x28\xc3\x0d", 16},
         "\"{54849625-5478-4994-A5BA-3E3B0328C30D}\""},
        {BINXML_SIZE, {"\x10\x20\0\0", 4}, "\"0x2010\""},
        {BINXML_SIZE, {"\x10\0\0\0\1\0\0\0", 8}, "\"0x100000010\""},
        {BINXML_FILETIME,
         {"\x07\xcb\x47\x71\x91\x33\xd8\x01", 8},
         "\"2022-03-09T08:41:17.1234567Z\""},
        {BINXML_SYSTEMTIME,
         {"\xe6\x07\x03\0\x03\0\x09\0\x08\0\x29\0\x11\0\x07\0", 16},
         "\"2022-03-09T08:41:17.007Z\""},
        {BINXML_SID, {"\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0", 16}, "\"S-1-5-32-544\""},
        {BINXML_SID, {"\1\5\0\0\0\0\0\5", 8}, "\"0105000000000005\""}, /* cut */
        {BINXML_HEX32, {"\xe7\x03\0\0", 4}, "\"0x3e7\""},
        {BINXML_HEX64, {"\0\0\0\0\0\0\x20\x80", 8}, "\"0x8020000000000000\""},
        {BINXML_UINT32, {"\1\2", 2}, "\"0102\""}, /* size and type disagree */
        {0x33, {"\1", 1}, "\"01\""},              /* no such type */
        {BINXML_NULL, {"", 0}, "null"},
        {BINXML_ARRAY | BINXML_STRING, {"a\0\0\0b\0\0\0", 8}, "[\"a\",\"b\"]"},
        {BINXML_ARRAY | BINXML_UINT16, {"\1\0\2\0", 4}, "[1,2]"},
        {BINXML_ARRAY | BINXML_ANSI, {"x\0y\0", 4}, "[\"x\",\"y\"]"},
        {BINXML_ARRAY | BINXML_SID,
         {"\1\1\0\0\0\0\0\5\x12\0\0\0\1\1\0\0\0\0\0\5\x13\0\0\0", 24},
         "[\"S-1-5-18\",\"S-1-5-19\"]"},
        {BINXML_ARRAY | BINXML_STRING, {"", 0}, "[]"},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    struct fixture_value v[ROWS];
    struct buf want = {0};
    for (size_t i = 0; i < ROWS; i++) {
        v[i] = (struct fixture_value){rows[i].type, rows[i].bytes};
        buf_add_z(&want, i ? "," : "\"R\":{\"V\":[");
        buf_add_z(&want, rows[i].json);
    }
    buf_add_z(&want, "]}");
    buf_add_c(&want, 0);
    struct maker m = {0};
    struct seen s = seen_of_values(v, ROWS, &m);
    assert_int_equal(s.faults, 0);
    assert_int_equal(s.lines, 1);
    assert_has(s.line[0], want.p);
    buf_free(&want);
    done(&s, &m);
}

static void test_a_record_without_template_is_read(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    maker_event(&m, "MSExchange CmdletLogs", "1", "MSExchange Management");
    maker_data(&m, NULL, "Set-Mailbox");
    maker_data(&m, NULL, "");
    maker_data(&m, "User", "kim");
    maker_event_end(&m);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 0);
    assert_str(s.record[0], "77");
    assert_int_equal(s.line_at[0], FIRST_CHUNK + 512);
    assert_str(s.line[0],
               "\"chunk\":0,\"number\":1,\"written\":\"2022-03-09T08:41:17.1234567Z\",\"Event\":{"
               "\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"MSExchange CmdletLogs\"}},"
               "\"EventID\":\"1\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
               "\"2022-03-09T08:41:17.123456700Z\"}},\"EventRecordID\":\"77\","
               "\"Channel\":\"MSExchange Management\",\"Computer\":\"mbx01.corp.example\","
               "\"Security\":{\"#attributes\":{\"UserID\":\"S-1-5-21-1-2-3-500\"}}},"
               "\"EventData\":{\"Data\":[\"Set-Mailbox\",null],\"User\":\"kim\"}}");
    done(&s, &m);
}

static void test_references_cdata_and_instructions_are_text(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    maker_open(&m, "R", true);
    maker_attribute(&m, "a");
    maker_text(&m, "x");
    put(&m, 0x49, 1); /* entity reference within the attribute */
    put_name(&m, "amp");
    put(&m, 0x08, 1); /* character reference */
    put(&m, 0x20AC, 2);
    maker_tag_end(&m);
    put(&m, 0x07, 1); /* CDATA */
    put(&m, 2, 2);
    put_utf16(&m, "<>");
    put(&m, 0x09, 1);
    put_name(&m, "unheard");
    put(&m, 0x0A, 1); /* <?go now?> */
    put_name(&m, "go");
    put(&m, 0x0B, 1);
    put(&m, 3, 2);
    put_utf16(&m, "now");
    maker_end(&m);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 0);
    assert_has(s.line[0], "\"R\":{\"#attributes\":{\"a\":\"x&\xe2\x82\xac\"},"
                          "\"#text\":\"<>&unheard;\",\"?go\":\"now\"}");
    done(&s, &m);
}

static void test_nested_fragment_takes_the_place_of_its_value(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    size_t size_at = maker_template(&m);
    maker_open(&m, "UserData", false);
    maker_tag_end(&m);
    maker_substitution(&m, 0, BINXML_XML);
    maker_end(&m);
    maker_template_end(&m, size_at);
    put(&m, 1, 4);
    size_t value_size = m.b.n;
    put(&m, 0, 2);
    put(&m, BINXML_XML, 2);
    size_t begin = m.b.n;
    put(&m, 0x0001010F, 4);
    maker_element(&m, "LogFileCleared", "now");
    put(&m, 0, 1);
    poke(&m, value_size, m.b.n - begin, 2);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 0);
    assert_has(s.line[0], "\"UserData\":{\"LogFileCleared\":\"now\"}");
    done(&s, &m);
}

static void test_a_template_serves_later_records(void **state) {
    (void)state;
    struct maker m = {0};
    struct fixture_value v = {BINXML_UINT8, {"\7", 1}};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    uint32_t definition = here(&m) + 10;
    size_t size_at = maker_template(&m);
    maker_open(&m, "R", false);
    maker_tag_end(&m);
    maker_substitution(&m, 0, v.type);
    maker_end(&m);
    maker_template_end(&m, size_at);
    maker_values(&m, &v, 1);
    maker_record_end(&m);
    maker_record(&m, 2);
    maker_template_again(&m, definition);
    maker_values(&m, &(struct fixture_value){BINXML_UINT8, {"\x8", 1}}, 1);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 0);
    assert_int_equal(s.lines, 2);
    assert_has(s.line[0], "\"R\":7");
    assert_has(s.line[1], "\"R\":8");
    done(&s, &m);
}

static void test_a_missing_template_leaves_its_values(void **state) {
    (void)state;
    struct maker m = {0};
    static const struct fixture_value v[] = {{BINXML_UINT16, {"\x08\x10", 2}},
                                             {BINXML_STRING, {"h\0i\0", 4}}};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    maker_template_again(&m, 0xFFF0);
    maker_values(&m, v, 2);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 1);
    assert_has(s.reason[0], "template offset leads to no template");
    assert_has(s.line[0], "\"#values\":[4104,\"hi\"]");
    done(&s, &m);
}

/* The template's own fragment instantiates the template. */
static void test_a_template_within_itself_ends(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    uint32_t definition = here(&m) + 10;
    size_t size_at = maker_template(&m);
    for (int i = 0; i < 50; i++) {
        maker_template_again(&m, definition);
        put(&m, 0, 4);
    }
    maker_template_end(&m, size_at);
    put(&m, 0, 4);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 1);
    assert_int_equal(s.faults, 1);
    assert_has(s.reason[0], "templates nested too deep");
    done(&s, &m);
}

/* A value of 60,000 characters that a template shows 1,000 times: 60 MB from one small record. */
static void test_rendered_text_has_a_budget(void **state) {
    (void)state;
    struct maker m = {0};
    static char big[50000];
    memset(big, 'x', sizeof big);
    struct fixture_value v = {BINXML_ANSI, {big, sizeof big}};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    size_t size_at = maker_template(&m);
    maker_open(&m, "R", false);
    maker_tag_end(&m);
    for (int i = 0; i < 2000; i++) maker_substitution(&m, 0, v.type);
    maker_end(&m);
    maker_template_end(&m, size_at);
    maker_values(&m, &v, 1);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 1);
    assert_has(s.reason[0], "more text than a record may have");
    assert_true(s.line[0].n < BINXML_RENDER + 2 * sizeof big);
    done(&s, &m);
}

static void test_deep_elements_are_refused(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    for (int i = 0; i < 1000; i++) {
        maker_open(&m, "e", false);
        maker_tag_end(&m);
    }
    for (int i = 0; i < 1000; i++) maker_end(&m);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 1);
    assert_has(s.reason[0], "elements nested too deep");
    done(&s, &m);
}

/* As deep as it goes, every level an array: what is written nests twice as deep. */
static void test_the_deepest_elements_are_shown(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    for (int i = 0; i < BINXML_DEPTH - 1; i++) {
        maker_open(&m, "e", true);
        maker_attribute(&m, "a");
        maker_text(&m, "x");
        maker_tag_end(&m);
        maker_element(&m, "e", "y");
    }
    for (int i = 0; i < BINXML_DEPTH - 1; i++) maker_end(&m);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 0);
    assert_has(s.line[0], "\"e\":[\"y\",{\"#attributes\":{\"a\":\"x\"},\"e\":\"y\"}]");
    done(&s, &m);
}

/* Nine records that refer to one template, each rendering 9 MB. */
static void test_a_chunk_has_a_budget_too(void **state) {
    (void)state;
    static char big[4500];
    struct maker m = {0};
    struct fixture_value v = {BINXML_ANSI, {big, sizeof big}};
    memset(big, 'x', sizeof big);
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    uint32_t definition = here(&m) + 10;
    size_t size_at = maker_template(&m);
    maker_open(&m, "R", false);
    maker_tag_end(&m);
    for (int i = 0; i < 2000; i++) maker_substitution(&m, 0, v.type);
    maker_end(&m);
    maker_template_end(&m, size_at);
    maker_values(&m, &v, 1);
    maker_record_end(&m);
    for (uint64_t i = 2; i < 10; i++) {
        maker_record(&m, i);
        maker_template_again(&m, definition);
        maker_values(&m, &v, 1);
        maker_record_end(&m);
    }
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 9);
    assert_int_equal(s.faults, 2);
    assert_has(s.reason[0], "more text than a chunk's records may have");
    assert_true(s.line[8].n < 200);
    done(&s, &m);
}

static void test_a_name_offset_beyond_the_chunk_is_a_fault(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    put(&m, 0x01, 1);
    put(&m, 0, 4);
    put(&m, 0xFFFFFFFF, 4);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 1);
    assert_has(s.reason[0], "chunk 0, offset 0x21d: element's name offset leads to no name");
    done(&s, &m);
}

static void test_names_that_come_again_become_an_array(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    maker_open(&m, "EventData", false);
    maker_tag_end(&m);
    maker_data(&m, "a", "1");
    maker_data(&m, "b", "2");
    maker_data(&m, "a", "3");
    maker_data(&m, "#attributes", "4"); /* must not be taken for the real ones */
    maker_end(&m);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_has(s.line[0], "\"EventData\":{\"a\":[\"1\",\"3\"],\"b\":\"2\",\"Data\":"
                          "{\"#attributes\":{\"Name\":\"#attributes\"},\"#text\":\"4\"}}");
    done(&s, &m);
}

/* Two names of 8,000 characters that share a slot of the cache, used in turn by a template that
 * stands many times in a nested one: decoding them again and again must end. */
static void test_names_have_a_budget(void **state) {
    (void)state;
    struct maker m = {0};
    static char one[8001], other[8001];
    memset(one, 'a', 8000);
    memset(other, 'b', 8000);
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    uint32_t definition = here(&m) + 10;
    size_t size_at = maker_template(&m);
    uint32_t first = here(&m) + 11;
    maker_open(&m, one, false);
    maker_empty(&m);
    while ((here(&m) + 11 - first) % (2 * BINXML_NAMES)) put(&m, 0x02, 1);
    uint32_t second = here(&m) + 11;
    maker_open(&m, other, false);
    maker_empty(&m);
    for (int i = 0; i < 1000; i++) {
        put(&m, 0xFFFF01, 3);
        put(&m, 0, 4);
        put(&m, i % 2 ? first : second, 4);
        maker_empty(&m);
    }
    maker_template_end(&m, size_at);
    put(&m, 0, 4);
    maker_record_end(&m);
    for (uint64_t i = 2; i < 40; i++) {
        maker_record(&m, i);
        maker_template_again(&m, definition);
        put(&m, 0, 4);
        maker_record_end(&m);
    }
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 39);
    assert_true(s.faults > 0);
    size_t sum = 0;
    for (size_t i = 0; i < s.lines; i++) sum += s.line[i].n;
    assert_true(sum < 2 * (size_t)BINXML_RENDER_CHUNK);
    done(&s, &m);
}

/* A root element called "record" must not pass for the record's own number. */
static void test_a_strange_root_stands_apart(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    maker_element(&m, "record", "99");
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, true);
    assert_has(s.line[0], ",\"#document\":{\"record\":\"99\"}");
    done(&s, &m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_value_type_has_its_form),
        cmocka_unit_test(test_a_record_without_template_is_read),
        cmocka_unit_test(test_references_cdata_and_instructions_are_text),
        cmocka_unit_test(test_nested_fragment_takes_the_place_of_its_value),
        cmocka_unit_test(test_a_template_serves_later_records),
        cmocka_unit_test(test_a_missing_template_leaves_its_values),
        cmocka_unit_test(test_a_template_within_itself_ends),
        cmocka_unit_test(test_rendered_text_has_a_budget),
        cmocka_unit_test(test_deep_elements_are_refused),
        cmocka_unit_test(test_the_deepest_elements_are_shown),
        cmocka_unit_test(test_a_chunk_has_a_budget_too),
        cmocka_unit_test(test_a_name_offset_beyond_the_chunk_is_a_fault),
        cmocka_unit_test(test_names_have_a_budget),
        cmocka_unit_test(test_a_strange_root_stands_apart),
        cmocka_unit_test(test_names_that_come_again_become_an_array),
    };
    return cmocka_run_group_tests_name("evtx: binary xml", tests, NULL, NULL);
}
