/* zones and baseline: what people know that the evidence does not say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyze/grants/baseline.h"
#include "analyze/grants/zones.h"
#include "base/file.h"

static int setup(void **s) {
    *s = arena_new(0);
    return 0;
}

static int teardown(void **s) {
    arena_free(*s);
    return 0;
}

static void assert_utc(struct arena *a, const char *zone, const char *local, const char *want) {
    struct zone z;
    const char *why;
    char text[WHEN_TEXT];
    struct when t;
    assert_true(zone_parse(a, zone, &z, &why));
    assert_true(when_parse_iso(str_from(local), WHEN_UNKNOWN, &t));
    t = zone_to_utc(&z, t, NULL);
    assert_int_equal(t.basis, WHEN_INFERRED);
    when_format(t, text);
    assert_string_equal(text, want);
}

static void test_offsets_are_taken_off(void **s) {
    assert_utc(*s, "WS01=+02:00", "2022-03-09T10:41:17", "2022-03-09T08:41:17Z");
    assert_utc(*s, "WS01=-07:30", "2022-03-09T20:00:00", "2022-03-10T03:30:00Z");
    assert_utc(*s, "WS01=UTC", "2022-03-09T20:00:00", "2022-03-09T20:00:00Z");
}

static void test_names_follow_summer_time(void **s) {
    if (access("/usr/share/zoneinfo/Europe/Amsterdam", R_OK) != 0) {
        print_message("skipped: no time zone database (tzdata) here\n");
        skip();
    }
    assert_utc(*s, "WS01=Europe/Amsterdam", "2022-01-09T10:00:00", "2022-01-09T09:00:00Z");
    assert_utc(*s, "WS01=Europe/Amsterdam", "2022-07-09T10:00:00", "2022-07-09T08:00:00Z");
}

/* On 2022-10-30 the clocks of Amsterdam showed 02:00 to 03:00 twice, on 2022-03-27 never. */
static void test_an_hour_shown_twice_or_never_has_two_readings(void **s) {
    static const struct {
        const char *local, *want, *later;
    } rows[] = {{"2022-10-30T02:30:00", "2022-10-30T00:30:00Z", "2022-10-30T01:30:00Z"},
                {"2022-10-30T01:59:59", "2022-10-29T23:59:59Z", ""},
                {"2022-10-30T03:00:00", "2022-10-30T02:00:00Z", ""},
                {"2022-03-27T02:30:00", "2022-03-27T00:30:00Z", "2022-03-27T01:30:00Z"},
                {"2022-03-27T01:59:59", "2022-03-27T00:59:59Z", ""},
                {"2022-03-27T03:00:00", "2022-03-27T01:00:00Z", ""}};
    struct zone z;
    const char *why;
    if (access("/usr/share/zoneinfo/Europe/Amsterdam", R_OK) != 0) {
        print_message("skipped: no time zone database (tzdata) here\n");
        skip();
    }
    assert_true(zone_parse(*s, "WS01=Europe/Amsterdam", &z, &why));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct when t, later;
        char text[WHEN_TEXT];
        assert_true(when_parse_iso(str_from(rows[i].local), WHEN_UNKNOWN, &t));
        t = zone_to_utc(&z, t, &later);
        when_format(t, text);
        assert_string_equal(text, rows[i].want);
        when_format(later, text);
        assert_string_equal(text, rows[i].later);
    }
}

static void test_what_is_no_zone_is_refused(void **s) {
    static const char *const bad[] = {
        "WS01",    "=UTC",        "WS01=",    "WS01=Mars", "WS01=../../etc/passwd",
        "WS01=+2", "WS01=+15:00", "WS01=:UTC"};
    struct zone z;
    const char *why;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(zone_parse(*s, bad[i], &z, &why));
}

/* The baseline of this text; -1 with the message in *e. */
static int read_text(struct arena *a, const char *text, struct baseline *b, struct error *e) {
    char path[] = "/tmp/ungrant-baseline-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(file_write_full(fd, text, strlen(text)), 0);
    close(fd);
    *e = (struct error){0};
    int bad = baseline_read(a, path, b, e);
    unlink(path);
    return bad;
}

static void test_pairs_and_tickets_match_by_identity(void **s) {
    struct baseline b;
    struct error e;
    assert_int_equal(
        read_text(*s,
                  "{\"delegates\":[{\"mailbox\":\"ceo@x.com\",\"trustee\":\"pa\"}],"
                  "\"approved_changes\":[{\"ticket\":\"CHG-7\",\"mailbox\":\"m@x.com\","
                  "\"trustee\":\"u@x.com\",\"right\":\"SendAs\",\"from\":\"2022-01-01T00:00:00Z\","
                  "\"to\":\"2022-01-02T00:00:00Z\"}],\"internal_domains\":[\"x.com\"]}",
                  &b, &e),
        0);
    struct identity *id = identity_new(*s);
    identity_join(id, STR("pa"), STR("pa@x.com"));
    identity_close(id);
    struct party ceo = {.written = STR("CEO@x.com")}, pa = {.written = STR("pa@x.com")};
    assert_true(baseline_expects(&b, id, &ceo, &pa));
    assert_false(baseline_expects(&b, id, &pa, &ceo));
    assert_true(baseline_is_internal(&b, STR("X.COM")));
    struct act a = {.time = {INT64_C(1640998800) * NS_PER_S, 0, WHEN_UTC},
                    .what = {.right = RIGHT_SEND_AS},
                    .mailbox = {.written = STR("m@x.com")},
                    .trustee = {.written = STR("u@x.com")}};
    assert_non_null(baseline_approves(&b, id, &a));
    a.what.right = RIGHT_FULL_ACCESS;
    assert_null(baseline_approves(&b, id, &a));
    a.what.right = RIGHT_SEND_AS;
    a.time.ns += 7 * 86400 * NS_PER_S;
    assert_null(baseline_approves(&b, id, &a));
}

static void test_a_wrong_baseline_names_its_key(void **s) {
    static const char *const bad[] = {
        "[]", "{\"adminstrators\":[]}", "{\"administrators\":\"me\"}",
        "{\"delegates\":[{\"mailbox\":\"m\"}]}",
        "{\"approved_changes\":[{\"mailbox\":\"m\",\"trustee\":\"u\",\"from\":\"yesterday\"}]}"};
    struct baseline b;
    struct error e;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(read_text(*s, bad[i], &b, &e), -1);
        assert_true(error_is_set(&e));
    }
    assert_int_equal(read_text(*s, bad[1], &b, &e), -1);
    assert_non_null(strstr(e.text, "adminstrators"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_offsets_are_taken_off),
        TEST(test_an_hour_shown_twice_or_never_has_two_readings),
        TEST(test_names_follow_summer_time),
        TEST(test_what_is_no_zone_is_refused),
        TEST(test_pairs_and_tickets_match_by_identity),
        TEST(test_a_wrong_baseline_names_its_key),
    };
    return cmocka_run_group_tests_name("grants: zones and baseline", tests, NULL, NULL);
}
