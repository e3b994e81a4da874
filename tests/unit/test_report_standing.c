/* report: what was held at a moment, and what nobody can say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/report/standing.h"

static struct when at(const char *text) {
    struct when t;
    assert_true(when_parse_iso(str_from(text), WHEN_UNKNOWN, &t));
    return t;
}

static void assert_standing(const char *grant, const char *when, enum standing want) {
    struct arena *a = arena_new(0);
    cJSON *g = json_parse(a, str_from(grant), NULL, NULL);
    const char *why;
    assert_non_null(g);
    assert_int_equal(standing_at(g, at(when), &why), want);
    assert_int_equal(want == STANDING_UNKNOWN, *why != 0);
    cJSON_Delete(g);
    arena_free(a);
}

static void test_a_grant_is_held_from_its_begin_to_its_end(void **state) {
    (void)state;
    const char *g = "{\"state\":\"closed\",\"opened\":\"2026-03-02T10:00:00Z\","
                    "\"closed\":\"2026-03-04T10:00:00Z\"}";
    assert_standing(g, "2026-03-02T09:59:59Z", STANDING_NOT_HELD);
    assert_standing(g, "2026-03-02T10:00:00Z", STANDING_HELD);
    assert_standing(g, "2026-03-04T09:59:59Z", STANDING_HELD);
    assert_standing(g, "2026-03-04T10:00:00Z", STANDING_NOT_HELD);
    g = "{\"state\":\"open\",\"opened\":\"2026-03-02T10:00:00Z\",\"closed\":null}";
    assert_standing(g, "2030-01-01T00:00:00Z", STANDING_HELD);
}

static void test_what_the_records_leave_open_is_unknown(void **state) {
    (void)state;
    const char *g = "{\"state\":\"unknown\",\"opened\":\"2026-03-02T10:00:00Z\"}";
    assert_standing(g, "2026-03-03T00:00:00Z", STANDING_UNKNOWN);
    assert_standing(g, "2026-03-01T00:00:00Z", STANDING_NOT_HELD);
    g = "{\"state\":\"closed\",\"opened\":null,\"closed\":\"2026-03-04T10:00:00Z\"}";
    assert_standing(g, "2026-03-03T00:00:00Z", STANDING_UNKNOWN);
    assert_standing(g, "2026-03-05T00:00:00Z", STANDING_NOT_HELD);
}

static void test_a_local_time_is_near_for_fourteen_hours(void **state) {
    (void)state;
    const char *g = "{\"state\":\"open\",\"opened\":\"2026-03-02T10:00:00\"}";
    assert_standing(g, "2026-03-01T19:59:59Z", STANDING_NOT_HELD);
    assert_standing(g, "2026-03-02T11:00:00Z", STANDING_UNKNOWN);
    assert_standing(g, "2026-03-03T00:00:00Z", STANDING_HELD);
}

static void test_snapshots_speak_where_records_do_not(void **state) {
    (void)state;
    const char *g = "{\"state\":\"open\",\"opened\":null,\"snapshots\":"
                    "[{\"present\":true,\"time\":\"2026-03-02T10:00:00Z\"}]}";
    assert_standing(g, "2026-03-03T00:00:00Z", STANDING_HELD);
    assert_standing(g, "2026-03-01T00:00:00Z", STANDING_UNKNOWN);
    g = "{\"state\":\"open\",\"opened\":\"2026-03-01T00:00:00Z\",\"snapshots\":"
        "[{\"present\":false,\"time\":\"2026-03-02T10:00:00Z\"}]}";
    assert_standing(g, "2026-03-01T12:00:00Z", STANDING_HELD);
    assert_standing(g, "2026-03-03T00:00:00Z", STANDING_UNKNOWN);
}

static void test_names_are_those_of_a_party(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    cJSON *p = json_parse(a,
                          STR("{\"written\":\"CEO\",\"identity\":\"ceo@contoso.example\","
                              "\"candidates\":[\"old@contoso.example\"]}"),
                          NULL, NULL);
    assert_true(standing_is(p, STR("")));
    assert_true(standing_is(p, STR("ceo")));
    assert_true(standing_is(p, STR("*@CONTOSO.example")));
    assert_true(standing_is(p, STR("old@*")));
    assert_false(standing_is(p, STR("eve")));
    cJSON_Delete(p);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_grant_is_held_from_its_begin_to_its_end),
        cmocka_unit_test(test_what_the_records_leave_open_is_unknown),
        cmocka_unit_test(test_a_local_time_is_near_for_fourteen_hours),
        cmocka_unit_test(test_snapshots_speak_where_records_do_not),
        cmocka_unit_test(test_names_are_those_of_a_party),
    };
    return cmocka_run_group_tests_name("report: standing", tests, NULL, NULL);
}
