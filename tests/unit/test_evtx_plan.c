/* Plans: what comes of a template's plan is what comes of walking its tokens, and shapes that a
 * plan cannot hold are left to the walk. */
#include "analyze/evidence/binxml_plan.h"
#include "evtx_fixture.h"

enum { NO_PLAN, PLANNED };

/* One record per row: how its template is made, its values, and whether a plan serves. */
struct shape_case {
    const char *name;
    void (*body)(struct maker *m);
    struct fixture_value v[4];
    uint32_t count;
    int want;
    const char *has; /* in the JSON */
};

static const char XML_DATA[] = "\x0f\1\1\0"; /* the head of a nested fragment */

static void open_event(struct maker *m) {
    maker_open(m, "Event", false);
    maker_tag_end(m);
}

static void data_of(struct maker *m, uint16_t slot, uint8_t type) {
    maker_open(m, "Data", false);
    maker_tag_end(m);
    maker_substitution(m, slot, type);
    maker_end(m);
}

static void body_scalar(struct maker *m) {
    open_event(m);
    maker_open(m, "Level", false);
    maker_tag_end(m);
    maker_substitution(m, 0, BINXML_STRING);
    maker_end(m);
    maker_end(m);
}

static void body_optional_attribute(struct maker *m) {
    open_event(m);
    maker_open(m, "Security", true);
    maker_attribute(m, "UserID");
    maker_substitution(m, 0, BINXML_STRING);
    maker_empty(m);
    maker_end(m);
}

static void body_list(struct maker *m) {
    open_event(m);
    data_of(m, 0, BINXML_ARRAY | BINXML_STRING);
    maker_end(m);
}

static void body_two_lists(struct maker *m) {
    open_event(m);
    data_of(m, 0, BINXML_ARRAY | BINXML_STRING);
    data_of(m, 1, BINXML_STRING);
    maker_end(m);
}

static void body_mixed_text(struct maker *m) {
    open_event(m);
    maker_text(m, "a");
    maker_substitution(m, 0, BINXML_STRING);
    maker_end(m);
}

static void body_name_by_value(struct maker *m) {
    open_event(m);
    maker_open(m, "Data", true);
    maker_attribute(m, "Name");
    maker_substitution(m, 0, BINXML_STRING);
    maker_tag_end(m);
    maker_text(m, "x");
    maker_end(m);
    maker_end(m);
}

static void body_nested(struct maker *m) {
    open_event(m);
    maker_element(m, "System", "s");
    maker_substitution(m, 0, BINXML_XML);
    maker_end(m);
}

static void body_strange_root(struct maker *m) {
    maker_open(m, "item", false);
    maker_tag_end(m);
    maker_substitution(m, 0, BINXML_STRING);
    maker_end(m);
}

#define TEXT_VALUE(units)                                                                          \
    {                                                                                              \
        BINXML_STRING, { units, sizeof units - 1 }                                                 \
    }

static const struct shape_case CASES[] = {
    {"text", body_scalar, {TEXT_VALUE("a\0\"\0")}, 1, PLANNED, "\"Level\":\"a\\\"\""},
    {"empty text", body_scalar, {TEXT_VALUE("")}, 1, PLANNED, "\"Level\":\"\""},
    {"null", body_scalar, {{BINXML_NULL, {"", 0}}}, 1, PLANNED, "\"Level\":null"},
    {"number", body_scalar, {{BINXML_UINT32, {"\7\0\0\0", 4}}}, 1, PLANNED, "\"Level\":7"},
    {"list in an element",
     body_scalar,
     {{BINXML_ARRAY | BINXML_UINT16, {"\1\0\2\0", 4}}},
     1,
     PLANNED,
     "\"Level\":[1,2]"},
    {"attribute", body_optional_attribute, {TEXT_VALUE("S\0")}, 1, PLANNED, "\"UserID\":\"S\""},
    {"attribute away",
     body_optional_attribute,
     {{BINXML_NULL, {"", 0}}},
     1,
     PLANNED,
     "\"Security\":null"},
    {"list of data",
     body_list,
     {{BINXML_ARRAY | BINXML_STRING, {"a\0\0\0b\0\0\0", 8}}},
     1,
     PLANNED,
     "\"Data\":[\"a\",\"b\"]"},
    {"empty list", body_list, {{BINXML_ARRAY | BINXML_STRING, {"", 0}}}, 1, PLANNED, "\"Data\":[]"},
    {"list among data",
     body_two_lists,
     {{BINXML_ARRAY | BINXML_STRING, {"", 0}}, TEXT_VALUE("c\0")},
     2,
     NO_PLAN,
     "\"Data\":[\"c\"]"},
    {"text of two pieces", body_mixed_text, {TEXT_VALUE("b\0")}, 1, NO_PLAN, "\"ab\""},
    {"key by value", body_name_by_value, {TEXT_VALUE("N\0")}, 1, NO_PLAN, "\"N\":\"x\""},
    {"empty fragment", body_nested, {{BINXML_XML, {"", 0}}}, 1, PLANNED, "{\"System\":\"s\"}"},
    {"fragment without a template",
     body_nested,
     {{BINXML_XML, {XML_DATA, 4}}},
     1,
     NO_PLAN,
     "{\"System\":\"s\"}"},
    {"strange root", body_strange_root, {TEXT_VALUE("b\0")}, 1, NO_PLAN, "\"#document\""},
};

static uint32_t write_template(struct maker *m, const struct shape_case *c) {
    uint32_t definition = here(m) + 10;
    size_t size_at = maker_template(m);
    c->body(m);
    maker_template_end(m, size_at);
    return definition;
}

/* The record at `at` of the chunk, both ways; false: there is no plan. */
static bool both_ways(struct str chunk, uint32_t at, struct buf *planned, struct buf *walked) {
    struct binxml *x = binxml_new();
    struct arena *a = arena_new(0);
    struct binxml_instance in;
    struct json j = {.out = walked, .depth = 1, .closer = {'}'}};
    uint32_t end = at + le32(chunk.p + at + 4) - 4;
    binxml_chunk(x, chunk);
    bool plan = binxml_instance(x, at + 24, end, &in) && binxml_plan_json(x, &in, NULL, planned);
    binxml_decode(x, a, at + 24, end);
    binxml_json(x, a, &j);
    arena_free(a);
    binxml_free(x);
    return plan;
}

static void test_a_plan_gives_what_the_walk_gives(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct shape_case *c = &CASES[i];
        struct maker m = {0};
        struct buf planned = {0}, walked = {0};
        maker_file(&m);
        maker_chunk(&m);
        maker_record(&m, 1);
        uint32_t definition = write_template(&m, c);
        maker_values(&m, c->v, c->count);
        maker_record_end(&m);
        uint32_t again = here(&m);
        maker_record(&m, 2);
        maker_template_again(&m, definition);
        maker_values(&m, c->v, c->count);
        maker_record_end(&m);
        maker_chunk_end(&m);
        struct str chunk = str_from_index(buf_str(&m.b), m.chunk);
        for (uint32_t at = 512;; at = again) {
            planned.n = walked.n = 0;
            bool plan = both_ways(chunk, at, &planned, &walked);
            if (plan != (c->want == PLANNED)) fail_msg("%s: planned: %d", c->name, plan);
            assert_has(buf_str(&walked), c->has);
            if (plan && !str_eq(buf_str(&planned), buf_str(&walked)))
                fail_msg("%s\nplan %.*s\nwalk %.*s", c->name, STR_ARG(buf_str(&planned)),
                         STR_ARG(buf_str(&walked)));
            if (at == again) break;
        }
        buf_free(&planned);
        buf_free(&walked);
        buf_free(&m.b);
    }
}

/* A nested fragment that brings a System of its own: two of them become a list, which the plan of
 * the outer one cannot know. */
static void test_a_fragment_that_meets_its_like_is_walked(void **state) {
    (void)state;
    struct maker inner = {0}, m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    uint32_t definition = here(&m) + 10;
    size_t size_at = maker_template(&m);
    body_nested(&m);
    maker_template_end(&m, size_at);
    /* The fragment: one value, its template defined within it. */
    put(&m, 1, 4);
    size_t value_at = m.b.n;
    put(&m, 0, 2);
    put(&m, BINXML_XML, 2);
    size_t begin = m.b.n;
    put(&m, 0x0001010F, 4);
    size_t inner_size = maker_template(&m);
    maker_element(&m, "System", "t");
    maker_template_end(&m, inner_size);
    put(&m, 0, 4);
    poke(&m, value_at, m.b.n - begin, 2);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct buf planned = {0}, walked = {0};
    assert_true(definition > 0);
    assert_false(both_ways(str_from_index(buf_str(&m.b), m.chunk), 512, &planned, &walked));
    assert_has(buf_str(&walked), "\"System\":[\"s\",\"t\"]");
    buf_free(&planned);
    buf_free(&walked);
    buf_free(&inner.b);
    buf_free(&m.b);
}

/* More values than a plan has room for, and a value that reaches beyond its record. */
static void test_odd_rows_of_values_are_walked(void **state) {
    (void)state;
    static struct fixture_value many[PLAN_VALUES + 1];
    struct maker m = {0};
    struct buf planned = {0}, walked = {0};
    for (int i = 0; i <= PLAN_VALUES; i++)
        many[i] = (struct fixture_value){BINXML_UINT8, {"\1", 1}};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 1);
    uint32_t definition = write_template(&m, &CASES[0]);
    maker_values(&m, many, PLAN_VALUES + 1);
    maker_record_end(&m);
    uint32_t second = here(&m);
    maker_record(&m, 2);
    maker_template_again(&m, definition);
    put(&m, 1, 4);
    put(&m, 60000, 2);
    put(&m, BINXML_STRING, 2);
    maker_record_end(&m);
    maker_chunk_end(&m);
    struct str chunk = str_from_index(buf_str(&m.b), m.chunk);
    assert_false(both_ways(chunk, 512, &planned, &walked));
    assert_has(buf_str(&walked), "\"Level\":1");
    assert_false(both_ways(chunk, second, &planned, &walked));
    buf_free(&planned);
    buf_free(&walked);
    buf_free(&m.b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plan_gives_what_the_walk_gives),
        cmocka_unit_test(test_a_fragment_that_meets_its_like_is_walked),
        cmocka_unit_test(test_odd_rows_of_values_are_walked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
