/* package: message subjects stay out of a record, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/package/subject.h"
#include "base/json_read.h"

#define GONE "\"(left out: message subject)\""
#define TEXT_GONE "\"(left out: text that holds a message subject)\""

static void check(const char *record, const char *want, size_t count) {
    struct buf b = {0};
    struct json_notes notes;
    struct json_fault fault;
    size_t n = subject_leave_out(str_from(record), &b);
    if (n != count || !str_eq(buf_str(&b), str_from(want)))
        fail_msg("%zu: %.*s\nwant %zu: %s", n, (int)b.n, b.p, count, want);
    assert_true(json_check(buf_str(&b), &notes, &fault));
    buf_free(&b);
}

static void test_the_value_of_a_subject_is_left_out(void **s) {
    (void)s;
    check("{\"Item\":{\"Subject\":\"Q3 \\\"plan\\\"\",\"Id\":\"7\"}}",
          "{\"Item\":{\"Subject\":" GONE ",\"Id\":\"7\"}}", 1);
    check("{\"Item.Subject\":[\"x\"],\"Other.Subject\":[\"\"]}",
          "{\"Item.Subject\":[" GONE "],\"Other.Subject\":[\"\"]}", 1);
    check("{\"ItemSubject\":\"x\",\"a\":[{\"subject\":{\"t\":\"y\"}}]}",
          "{\"ItemSubject\":" GONE ",\"a\":[{\"subject\":" GONE "}]}", 2);
}

static void test_a_name_and_its_value_are_one(void **s) {
    (void)s;
    check("[{\"Name\":\"Subject\",\"Value\":\"x\"},{\"Name\":\"User\",\"Value\":\"eve\"}]",
          "[{\"Name\":\"Subject\",\"Value\":" GONE "},{\"Name\":\"User\",\"Value\":\"eve\"}]", 1);
}

static void test_a_record_within_a_record_is_left_out(void **s) {
    (void)s;
    check("{\"AuditData\":\"{\\\"Subject\\\":\\\"x\\\"}\"}", "{\"AuditData\":" TEXT_GONE "}", 1);
    check("{\"Xml\":\"<a><ItemSubject>x</ItemSubject></a>\"}", "{\"Xml\":" TEXT_GONE "}", 1);
}

static void test_what_is_no_subject_stays(void **s) {
    (void)s;
    static const char *const records[] = {
        "{\"SubjectUserName\":\"adm\",\"SubjectUserSid\":\"S-1-5-18\"}",
        "{\"Subject\":\"\",\"Other\":null}",
        "{\"Xml\":\"<Subject></Subject>\"}",
        "{\"Command\":\"New-InboxRule -SubjectContainsWords 'invoice'\"}",
        "{\"PrependSubject\":\"[external]\",\"Xml\":\"<PrependSubject>x</PrependSubject>\"}",
        "{\"Name\":\"x\",\"Value\":\"Subject\"}",
        "{}",
    };
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) check(records[i], records[i], 0);
}

static void test_cut_text_is_read_to_its_end(void **s) {
    (void)s;
    static const char record[] = "{\"Subject\":\"x\\\\\",\"Name\":\"Subject\",\"Value\":\"y\"}";
    for (size_t n = 0; n < sizeof record; n++) {
        struct buf b = {0};
        subject_leave_out(str_of(record, n), &b);
        assert_true(b.n <= n + 64);
        buf_free(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_value_of_a_subject_is_left_out),
        cmocka_unit_test(test_a_name_and_its_value_are_one),
        cmocka_unit_test(test_a_record_within_a_record_is_left_out),
        cmocka_unit_test(test_what_is_no_subject_stays),
        cmocka_unit_test(test_cut_text_is_read_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
