/* civil: times keep their source's precision, and say whether they are UTC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/civil.h"

static void assert_when(struct when t, const char *want) {
    char text[WHEN_TEXT];
    when_format(t, text);
    assert_string_equal(text, want);
}

static void test_iso_keeps_digits_and_zone(void **s) {
    (void)s;
    struct when t;
    assert_true(when_parse_iso(STR("2022-03-09T08:41:17"), WHEN_UTC, &t));
    assert_when(t, "2022-03-09T08:41:17Z");
    assert_true(when_parse_iso(STR("2022-03-09T08:41:17.1234567Z"), WHEN_UNKNOWN, &t));
    assert_when(t, "2022-03-09T08:41:17.1234567Z");
    assert_true(when_parse_iso(STR("2015-10-18T15:48:15-07:00"), WHEN_UNKNOWN, &t));
    assert_when(t, "2015-10-18T22:48:15Z");
    assert_true(when_parse_iso(STR("2022-03-09 08:41:17"), WHEN_UNKNOWN, &t));
    assert_when(t, "2022-03-09T08:41:17");
}

static void test_what_is_no_time_is_refused(void **s) {
    (void)s;
    struct when t;
    static const char *const bad[] = {"",
                                      "2022-13-01T00:00:00Z",
                                      "2022-02-29T00:00:00Z",
                                      "2022-03-09",
                                      "2022-03-09T24:00:00Z",
                                      "2022-03-09T08:41:17Zx",
                                      "0000-01-01T00:00:00Z"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(when_parse_iso(str_from(bad[i]), WHEN_UTC, &t));
}

static void test_us_dates_read_twelve_as_noon_or_midnight(void **s) {
    (void)s;
    struct when t;
    assert_true(when_parse_us(STR("6/1/2023 1:12:18 PM"), WHEN_UTC, &t));
    assert_when(t, "2023-06-01T13:12:18Z");
    assert_true(when_parse_us(STR("6/1/2023 12:00:00 AM"), WHEN_UTC, &t));
    assert_when(t, "2023-06-01T00:00:00Z");
    assert_false(when_parse_us(STR("31/12/2023 1:00:00 PM"), WHEN_UTC, &t));
}

static void test_filetime_of_1601_prints_but_is_no_point_in_time(void **s) {
    (void)s;
    char text[WHEN_TEXT];
    filetime_format(0, text);
    assert_string_equal(text, "1601-01-01T00:00:00.0000000Z");
    assert_int_equal(when_from_filetime(0).basis, WHEN_NONE);
    assert_when(when_from_filetime(UINT64_C(132912888771234567)), "2022-03-09T08:41:17.1234567Z");
}

static void test_json_dates_of_powershell_5(void **s) {
    (void)s;
    struct when t;
    assert_true(when_parse_ms_json(STR("/Date(1646815277000)/"), &t));
    assert_when(t, "2022-03-09T08:41:17.000Z");
    assert_true(when_parse_ms_json(STR("\\/Date(1646815277000)\\/"), &t));
    assert_false(when_parse_ms_json(STR("/Date()/"), &t));
}

static void test_transcript_times_are_local_and_say_so(void **s) {
    (void)s;
    struct when t;
    assert_true(when_parse_compact(STR("20220309083700"), &t));
    assert_int_equal(t.basis, WHEN_UNKNOWN);
    assert_when(t, "2022-03-09T08:37:00");
    assert_false(when_parse_compact(STR("20220309083760x"), &t));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_iso_keeps_digits_and_zone),
        cmocka_unit_test(test_what_is_no_time_is_refused),
        cmocka_unit_test(test_us_dates_read_twelve_as_noon_or_midnight),
        cmocka_unit_test(test_filetime_of_1601_prints_but_is_no_point_in_time),
        cmocka_unit_test(test_json_dates_of_powershell_5),
        cmocka_unit_test(test_transcript_times_are_local_and_say_so),
    };
    return cmocka_run_group_tests_name("base: time", tests, NULL, NULL);
}
