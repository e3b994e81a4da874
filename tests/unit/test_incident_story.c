/* The story: same seed, same story; what it says of access holds together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/incident/command.h"

static struct story *tell(struct arena *a, uint64_t seed, enum environment e) {
    return story_tell(a, seed, company_invent(a, seed, e));
}

static void test_streams_differ_by_name_and_repeat_by_seed(void **s) {
    (void)s;
    struct rng a = rng_stream(7, "one"), b = rng_stream(7, "one"), c = rng_stream(7, "two");
    uint64_t first = rng_next(&a);
    assert_true(first == rng_next(&b));
    assert_true(first != rng_next(&c));
}

static void test_same_seed_tells_the_same_calls(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct story *x = tell(a, 3, ENVIRONMENT_HYBRID), *y = tell(a, 3, ENVIRONMENT_HYBRID);
    assert_int_equal(x->call_count, y->call_count);
    struct buf left = {0}, right = {0};
    for (size_t i = 0; i < x->call_count; i++) {
        assert_true(x->calls[i]->time == y->calls[i]->time);
        if (x->calls[i]->via == VIA_OUTLOOK) continue;
        command_script(&left, x, x->calls[i]);
        command_script(&right, y, y->calls[i]);
    }
    assert_true(str_eq(buf_str(&left), buf_str(&right)));
    buf_free(&left);
    buf_free(&right);
    arena_free(a);
}

static void test_time_only_goes_forward(void **s) {
    (void)s;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct arena *a = arena_new(0);
        struct story *t = tell(a, seed, (enum environment)(seed % ENVIRONMENTS));
        for (size_t i = 1; i < t->call_count; i++)
            assert_true(t->calls[i]->time > t->calls[i - 1]->time);
        assert_true(t->calls[t->call_count - 1]->time < t->end);
        arena_free(a);
    }
}

static size_t count_open(struct story *t, const char *right, const struct identity *trustee) {
    size_t count, found = 0;
    const struct act **open = story_open_at(t, t->end, &count);
    for (size_t i = 0; i < count; i++)
        found += !strcmp(open[i]->right, right) && str_eq(open[i]->trustee, trustee->upn);
    return found;
}

static void test_intruder_keeps_access_in_every_story(void **s) {
    (void)s;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct arena *a = arena_new(0);
        struct story *t = tell(a, seed, (enum environment)(seed % ENVIRONMENTS));
        assert_true(count_open(t, "FullAccess", t->company->intruder) >= 2);
        assert_int_equal(count_open(t, "SendAs", t->company->intruder), 1);
        assert_true(count_open(t, "SendOnBehalf", t->company->intruder) >= 1);
        arena_free(a);
    }
}

static void test_replaced_list_revokes_who_was_on_it(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct story *t = tell(a, 5, ENVIRONMENT_ONLINE);
    const struct company *c = t->company;
    bool lost = false;
    for (size_t i = 0; i < t->act_count; i++)
        lost = lost || (t->acts[i].implied && t->acts[i].mailbox == c->boss &&
                        str_eq(t->acts[i].trustee, c->assistant->upn));
    assert_true(lost);
    assert_int_equal(count_open(t, "SendOnBehalf", c->assistant), 0);
    arena_free(a);
}

static void test_what_was_tried_or_failed_changes_nothing(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct story *t = tell(a, 9, ENVIRONMENT_ONLINE);
    size_t count, tried = 0, failed = 0;
    const struct act **open = story_open_at(t, t->end, &count);
    for (size_t i = 0; i < count; i++)
        assert_true(!open[i]->call || (!open[i]->call->failed && !open[i]->call->what_if));
    for (size_t i = 0; i < t->call_count; i++) {
        tried += t->calls[i]->what_if;
        failed += t->calls[i]->failed;
    }
    assert_int_equal(tried, 1);
    assert_int_equal(failed, 1);
    arena_free(a);
}

/* A call made by hand, to see how it is logged. */
static struct call sample(struct param *params, size_t count) {
    return (struct call){.cmdlet = "Set-Mailbox", .params = params, .param_count = count};
}

static void test_logged_forms_of_a_hashtable(void **s) {
    (void)s;
    struct str values[] = {STR("x@y")};
    struct str name[] = {STR("O'Neill")};
    struct param params[] = {
        {.name = "Identity", .values = name, .count = 1},
        {.name = "GrantSendOnBehalfTo", .edit = EDIT_ADD, .values = values, .count = 1}};
    struct call c = sample(params, 2);
    struct buf b = {0};
    command_plain(&b, &c);
    assert_true(str_eq(buf_str(&b), STR("Set-Mailbox -Identity 'O''Neill' -GrantSendOnBehalfTo "
                                        "@{Add='x@y'}")));
    b.n = 0;
    command_exchange(&b, &c);
    assert_true(str_eq(buf_str(&b), STR(" -Identity \"O'Neill\" -GrantSendOnBehalfTo "
                                        "@{Add=(\"x@y\")}")));
    b.n = 0;
    command_payload(&b, &c);
    assert_true(str_find(buf_str(&b), STR("value=\"System.Collections.Hashtable\"")) != STR_ABSENT);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams_differ_by_name_and_repeat_by_seed),
        cmocka_unit_test(test_same_seed_tells_the_same_calls),
        cmocka_unit_test(test_time_only_goes_forward),
        cmocka_unit_test(test_intruder_keeps_access_in_every_story),
        cmocka_unit_test(test_replaced_list_revokes_who_was_on_it),
        cmocka_unit_test(test_what_was_tried_or_failed_changes_nothing),
        cmocka_unit_test(test_logged_forms_of_a_hashtable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
