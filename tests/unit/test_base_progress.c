/* progress: the line says share, bytes, rate and time left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/civil.h"
#include "base/progress.h"

static void assert_line(const struct progress *p, int64_t seconds, const char *want) {
    struct buf b = {0};
    progress_text(p, seconds * NS_PER_S, &b);
    buf_add_c(&b, 0);
    assert_string_equal(b.p, want);
    buf_free(&b);
}

static void test_half_way_says_what_is_left(void **s) {
    (void)s;
    struct progress p = {.what = "reading", .total = 200 << 20, .done = 100 << 20};
    assert_line(&p, 10, "reading   50%  100.0 MiB  10.0 MiB/s  0:10 left");
}

static void test_unknown_total_and_no_time_are_left_out(void **s) {
    (void)s;
    struct progress p = {.what = "reading", .done = 17};
    assert_line(&p, 0, "reading  17 B");
    assert_line(&p, 1, "reading  17 B  17 B/s");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_way_says_what_is_left),
        cmocka_unit_test(test_unknown_total_and_no_time_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
