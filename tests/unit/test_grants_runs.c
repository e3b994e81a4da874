/* Record numbers: what blocks tell of them, what is missing over all items, and clocks that went
 * back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/extract_seen.h"
#include "analyze/grants/fold.h"

enum { FACTS_MOST = 4096 };
static const int64_t NOON = INT64_C(1646827200); /* 2022-03-09T12:00:00Z */

struct given {
    struct fact list[FACTS_MOST];
    size_t count;
};

static void take(void *own, const struct fact *f) {
    struct given *g = own;
    if (g->count < FACTS_MOST) g->list[g->count++] = *f;
}

static struct when at(int64_t second) {
    return (struct when){(NOON + second) * NS_PER_S, 7, WHEN_UTC};
}

static struct tallies *fresh(struct arena *a, struct given *g) {
    struct tallies *t = ARENA_NEW(a, struct tallies);
    *t = (struct tallies){.arena = a, .own = g, .give = take};
    return t;
}

static size_t count_kind(const struct given *g, enum fact_kind kind, struct fact *last) {
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++) {
        if (g->list[i].kind != kind) continue;
        *last = g->list[i];
        n++;
    }
    return n;
}

static struct given given;

static void test_a_missing_number_begins_another_run(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct fact f = {0};
    given.count = 0;
    struct tallies *t = fresh(a, &given);
    static const uint64_t numbers[] = {10, 11, 12, 15, 16};
    for (size_t i = 0; i < 5; i++)
        tallies_add(t, STR("security"), STR("a"), at((int64_t)i), numbers[i]);
    tallies_flush(t);
    assert_int_equal(count_kind(&given, FACT_RUN, &f), 2);
    assert_int_equal(f.number_first, 15);
    assert_int_equal(f.number_last, 16);
    assert_int_equal(f.count, 2);
    assert_int_equal(f.first.ns, at(3).ns);
    assert_int_equal(count_kind(&given, FACT_SEEN, &f), 1);
    assert_int_equal(f.count, 5);
    arena_free(a);
}

/* A log that wrapped around: its oldest chunk stands behind its newest. That is no setback. */
static void test_wrapping_around_is_no_setback(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct fact f = {0};
    given.count = 0;
    struct tallies *t = fresh(a, &given);
    tallies_add(t, STR("security"), STR("a"), at(1000), 500);
    tallies_add(t, STR("security"), STR("a"), at(1001), 501);
    tallies_add(t, STR("security"), STR("a"), at(0), 400);
    tallies_flush(t);
    assert_int_equal(count_kind(&given, FACT_SETBACK, &f), 0);
    assert_int_equal(count_kind(&given, FACT_RUN, &f), 2);
    arena_free(a);
}

static void test_a_clock_that_goes_back_between_neighbours_is_told(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct fact f = {0};
    given.count = 0;
    struct tallies *t = fresh(a, &given);
    tallies_add(t, STR("security"), STR("a"), at(100), 1);
    tallies_add(t, STR("security"), STR("a"), at(99), 2); /* within what buffers may do */
    tallies_add(t, STR("security"), STR("a"), at(10), 3);
    tallies_flush(t);
    assert_int_equal(count_kind(&given, FACT_SETBACK, &f), 1);
    assert_int_equal(f.number_last, 3);
    assert_int_equal(f.first.ns, at(99).ns);
    assert_int_equal(f.last.ns, at(10).ns);
    arena_free(a);
}

/* Every second record of a filtered export: the facts of a block stay few, the sum stays right. */
static void test_scattered_numbers_do_not_flood(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct fact f = {0};
    given.count = 0;
    struct tallies *t = fresh(a, &given);
    for (uint64_t n = 1; n <= 4001; n += 2) tallies_add(t, STR("s"), STR("a"), at((int64_t)n), n);
    tallies_flush(t);
    assert_int_equal(count_kind(&given, FACT_RUN, &f), RUNS_MOST);
    struct fact runs[RUNS_MOST];
    size_t k = 0;
    for (size_t i = 0; i < given.count; i++)
        if (given.list[i].kind == FACT_RUN) runs[k++] = given.list[i];
    struct coverage_row row = {0};
    runs_fold(a, runs, k, &row);
    assert_int_equal(row.numbers_missing, 2000);
    given.count = 0;
    for (uint64_t n = 0; n < 9000; n++) tallies_add(t, STR("s"), STR("a"), at(0), n % 2 ? 5 : 900);
    tallies_flush(t);
    assert_true(given.count <= RUNS_UTMOST + 1);
    arena_free(a);
}

static void test_items_of_one_log_complete_each_other(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct coverage_row row = {0};
    /* A saved log, its successor, a copy of a part, and nothing of 31 to 39. */
    struct fact runs[] = {{.number_first = 40, .number_last = 50, .count = 11, .first = at(40)},
                          {.number_first = 1, .number_last = 20, .count = 20, .last = at(20)},
                          {.number_first = 5, .number_last = 9, .count = 5, .last = at(9)},
                          {.number_first = 21, .number_last = 30, .count = 10, .last = at(30)}};
    runs_fold(a, runs, 4, &row);
    assert_int_equal(row.numbers_missing, 9);
    assert_int_equal(row.gap_count, 1);
    assert_int_equal(row.gaps[0].from, 31);
    assert_int_equal(row.gaps[0].to, 39);
    assert_int_equal(row.gaps[0].after.ns, at(30).ns);
    assert_int_equal(row.gaps[0].before.ns, at(40).ns);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_missing_number_begins_another_run),
        cmocka_unit_test(test_wrapping_around_is_no_setback),
        cmocka_unit_test(test_a_clock_that_goes_back_between_neighbours_is_told),
        cmocka_unit_test(test_scattered_numbers_do_not_flood),
        cmocka_unit_test(test_items_of_one_log_complete_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
