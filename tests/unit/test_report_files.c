/* report_write: six complete files, the same bytes each time, and coverage.json as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_read.h"
#include "tests/unit/report_fixture.h"

static const char *const NAMES[] = {"timeline.jsonl", "ledger.jsonl", "timeline.csv",
                                    "coverage.json",  "errors.jsonl", "report.html"};
enum { NAME_COUNT = sizeof NAMES / sizeof NAMES[0] };

static struct str read_output(struct arena *a, const char *folder, const char *name) {
    struct str text;
    struct error e = {0};
    char *path = file_join(folder, name);
    if (file_read(a, path, 1 << 24, &text, &e) != 0) fail_msg("%s", e.text);
    free(path);
    return text;
}

static void remove_outputs(const char *folder) {
    for (size_t i = 0; i < NAME_COUNT; i++) {
        char *path = file_join(folder, NAMES[i]);
        unlink(path);
        free(path);
    }
    rmdir(folder);
}

static void test_all_outputs_are_written_and_the_same_twice(void **s) {
    (void)s;
    struct fixture f;
    struct error e = {0};
    char folder[] = "/tmp/ungrant-report-XXXXXX";
    assert_non_null(mkdtemp(folder));
    fixture_make(&f);
    struct str first[NAME_COUNT];
    for (int round = 0; round < 2; round++) {
        if (report_write(&f.analysis, folder, &e) != 0) fail_msg("%s", e.text);
        for (size_t i = 0; i < NAME_COUNT; i++) {
            struct str text = read_output(f.arena, folder, NAMES[i]);
            if (round) assert_true(str_eq(first[i], text));
            first[i] = text;
        }
    }
    struct buf b = {0};
    report_timeline_jsonl(&f.analysis, &b);
    assert_true(str_eq(first[0], buf_str(&b)));
    buf_free(&b);
    remove_outputs(folder);
    fixture_free(&f);
}

static void test_a_folder_that_cannot_be_made_is_an_error(void **s) {
    (void)s;
    struct analysis a = {0};
    struct error e = {0};
    assert_int_equal(report_write(&a, "/dev/null/out", &e), -1);
    assert_non_null(strstr(e.text, "/dev/null/out"));
}

static const cJSON *first_of(const cJSON *root, const char *key) {
    return cJSON_GetArrayItem(json_get(root, key), 0);
}

static void test_coverage_holds_items_logs_and_blind_spots(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    struct json_notes notes = {0};
    struct json_fault fault = {0};
    fixture_make(&f);
    struct when cleared[] = {fixture_when("2022-03-01T00:00:00Z")};
    struct coverage_row row = {.telemetry = STR("security"),
                               .host = STR("DC1"),
                               .items = 1,
                               .records = 7,
                               .numbers_missing = 3,
                               .cleared = cleared,
                               .cleared_count = 1,
                               .why = STR("no 4688 with command lines")};
    struct str spots[] = {STR("blind")};
    struct suspicion odd = {STR("joined_characters"), STR("T1027"), STR("medium"), f.seen};
    f.item.first_bytes = STR("\x01\xff");
    f.analysis.coverage = &row;
    f.analysis.coverage_count = 1;
    f.analysis.blind_spots = spots;
    f.analysis.blind_spot_count = 1;
    f.analysis.suspicions = &odd;
    f.analysis.suspicion_count = 1;
    report_coverage_json(&f.analysis, &b);
    cJSON *root = json_parse(f.arena, buf_str(&b), &notes, &fault);
    if (!root) fail_msg("byte %zu: %s", fault.at, fault.reason);
    const cJSON *item = first_of(root, "items"), *log = first_of(root, "telemetry");
    assert_true(str_eq(json_get_str(item, "integrity"), STR("matches")));
    assert_true(str_eq(json_get_str(item, "first_bytes"), STR("01ff")));
    assert_true(str_eq(json_get_str(log, "why"), STR("no 4688 with command lines")));
    assert_true(str_eq(json_text(first_of(log, "cleared")), STR("2022-03-01T00:00:00Z")));
    assert_true(str_eq(json_text(first_of(root, "blind_spots")), STR("blind")));
    const cJSON *seen = json_get(first_of(root, "suspicious_text"), "observation");
    assert_true(str_eq(json_get_str(seen, "record"), STR("a1b2")));
    cJSON_Delete(root);
    buf_free(&b);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_outputs_are_written_and_the_same_twice),
        cmocka_unit_test(test_a_folder_that_cannot_be_made_is_an_error),
        cmocka_unit_test(test_coverage_holds_items_logs_and_blind_spots),
    };
    return cmocka_run_group_tests_name("report: files", tests, NULL, NULL);
}
