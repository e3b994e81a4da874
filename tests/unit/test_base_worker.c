/* Workers: ordered results; a worker that crashes, hangs, eats memory, opens a file or dials out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/worker.h"

enum deed { ECHO, CRASH, HANG, EAT, OPEN, DIAL, LONG_RESULT, NAP };

struct seen {
    uint64_t tags[256];
    enum work_state states[256];
    char first[256][8];
    size_t lengths[256];
    size_t count;
    char warning[64];
};

static void do_deed(void *own, const struct work *w, struct work_out *out) {
    (void)own;
    switch ((enum deed)w->args[1]) {
    case ECHO:
        work_emit(out, w->head);
        work_emit(out, w->bytes);
        break;
    case CRASH: __builtin_trap();
    case HANG:
        for (;;) {
        }
    case EAT:
        for (;;) memset(memory_alloc(1 << 20), 1, 1 << 20);
    case OPEN: {
        int fd = open("/etc/passwd", O_RDONLY);
        work_emit(out, fd < 0 && errno == EACCES ? STR("denied") : STR("opened"));
        break;
    }
    case DIAL:
        work_emit(out, socket(AF_INET, SOCK_STREAM, 0) < 0 ? STR("denied") : STR("dialled"));
        break;
    case LONG_RESULT: {
        char line[512];
        memset(line, 'x', sizeof line);
        for (int i = 0; i < 5000; i++) work_emit(out, str_of(line, sizeof line));
        break;
    }
    case NAP: {
        for (volatile uint64_t i = 0; i < 3000000; i++) {
        }
        work_emit(out, w->bytes);
        break;
    }
    }
}

static void keep(void *own, const uint64_t args[WORK_ARGS], enum work_state state,
                 struct str result) {
    struct seen *s = own;
    s->tags[s->count] = args[0];
    s->states[s->count] = state;
    s->lengths[s->count] = result.n;
    memset(s->first[s->count], 0, sizeof s->first[0]);
    if (result.n) memcpy(s->first[s->count], result.p, result.n < 7 ? result.n : 7);
    s->count++;
}

static void keep_warning(void *own, const char *text) {
    snprintf(((struct seen *)own)->warning, 64, "%s", text);
}

static void run(struct seen *s, unsigned workers, const enum deed *deeds, size_t count) {
    struct error e = {0};
    struct pool_options o = {.workers = workers,
                             .block_most = 4096,
                             .memory = 64 << 20,
                             .seconds = 1,
                             .own = s,
                             .work = do_deed,
                             .deliver = keep,
                             .warn = keep_warning};
    struct pool *p = pool_new(&o, &e);
    assert_non_null(p);
    for (size_t i = 0; i < count; i++) {
        struct work w = {.head = STR("h-"), .bytes = STR("body"), .args = {i, deeds[i]}};
        assert_int_equal(pool_submit(p, &w, &e), 0);
    }
    assert_int_equal(pool_finish(p, &e), 0);
    pool_free(p);
    assert_int_equal(s->count, count);
    for (size_t i = 0; i < count; i++) assert_int_equal(s->tags[i], i);
}

static void test_results_come_in_the_order_of_submission(void **state) {
    (void)state;
    enum deed deeds[100];
    struct seen s = {0};
    for (size_t i = 0; i < 100; i++) deeds[i] = i % 3 ? ECHO : NAP;
    run(&s, 3, deeds, 100);
    for (size_t i = 0; i < 100; i++) assert_string_equal(s.first[i], i % 3 ? "h-body" : "body");
}

static void test_a_crash_costs_its_own_block_only(void **state) {
    (void)state;
    const enum deed deeds[] = {ECHO, CRASH, ECHO, CRASH, CRASH, ECHO};
    struct seen s = {0};
    run(&s, 1, deeds, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(s.states[i], deeds[i] == CRASH ? WORK_CRASHED : WORK_DONE);
    assert_string_equal(s.first[5], "h-body");
}

static void test_a_hang_is_ended_and_said(void **state) {
    (void)state;
    const enum deed deeds[] = {ECHO, HANG, ECHO};
    struct seen s = {0};
    run(&s, 2, deeds, 3);
    assert_int_equal(s.states[1], WORK_TIMED_OUT);
    assert_int_equal(s.states[2], WORK_DONE);
}

static void test_a_worker_cannot_eat_all_memory(void **state) {
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    print_message("skipped: a sanitizer maps its own memory, which no limit can tell apart\n");
    skip();
#endif
    const enum deed deeds[] = {EAT, ECHO};
    struct seen s = {0};
    run(&s, 1, deeds, 2);
    assert_int_equal(s.states[0], WORK_OUT_OF_MEMORY);
    assert_int_equal(s.states[1], WORK_DONE);
}

static void test_a_worker_cannot_open_or_dial(void **state) {
    (void)state;
    const enum deed deeds[] = {OPEN, DIAL};
    struct seen s = {0};
    run(&s, 1, deeds, 2);
    if (s.warning[0]) {
        print_message("no filter here, and the pool says so: %s\n", s.warning);
        skip();
    }
    assert_string_equal(s.first[0], "denied");
    assert_string_equal(s.first[1], "denied");
}

static void test_a_result_may_be_longer_than_its_page(void **state) {
    (void)state;
    const enum deed deeds[] = {LONG_RESULT, ECHO};
    struct seen s = {0};
    run(&s, 1, deeds, 2);
    assert_int_equal(s.lengths[0], 5000 * 512);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_come_in_the_order_of_submission),
        cmocka_unit_test(test_a_crash_costs_its_own_block_only),
        cmocka_unit_test(test_a_hang_is_ended_and_said),
        cmocka_unit_test(test_a_worker_cannot_eat_all_memory),
        cmocka_unit_test(test_a_worker_cannot_open_or_dial),
        cmocka_unit_test(test_a_result_may_be_longer_than_its_page),
    };
    return cmocka_run_group_tests_name("base: workers", tests, NULL, NULL);
}
