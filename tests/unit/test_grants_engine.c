/* What the engine logged beside a command: 4105 says that its block ran, 4100 that it failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/fold_fixture.h"

/* The log's record `record` at `second` shows a grant on that mailbox. */
static struct fact *call(struct scene *s, enum source source, int record, int second,
                         const char *mailbox) {
    struct fold *f = &s->f;
    struct witness_of *w = scene_change(s, &s->log);
    w->f = (struct fact){.kind = FACT_CHANGE,
                         .source = source,
                         .record = arena_printf(s->a, "%d", record),
                         .offset = (uint64_t)record,
                         .sequence = f->change_count,
                         .host = STR("EX1"),
                         .block_id = arena_printf(s->a, "block-%d", record),
                         .time = at(second)};
    w->f.change = (struct change){.action = ACTION_GRANT,
                                  .right = RIGHT_FULL_ACCESS,
                                  .cmdlet = STR("Add-MailboxPermission"),
                                  .mailbox = str_from(mailbox),
                                  .trustee = STR("eve")};
    identity_add(f->identity, w->f.change.mailbox);
    identity_add(f->identity, w->f.change.trustee);
    return &w->f;
}

static void ran(struct scene *s, int record, int second, const char *block, const char *runspace) {
    struct fact fact = {.kind = FACT_RAN,
                        .source = SOURCE_PS_4105,
                        .record = arena_printf(s->a, "%d", record),
                        .offset = (uint64_t)record,
                        .host = STR("EX1"),
                        .time = at(second),
                        .block_id = str_from(block),
                        .session = str_from(runspace)};
    fold_shown(&s->f, &s->f.runs, &s->f.run_count, &s->f.run_cap, &fact, &s->log);
}

static void failed(struct scene *s, int record, int second, const char *runspace) {
    struct fact fact = {.kind = FACT_FAILURE,
                        .source = SOURCE_PS_4100,
                        .record = arena_printf(s->a, "%d", record),
                        .offset = (uint64_t)record,
                        .host = STR("ex1"),
                        .time = at(second),
                        .session = str_from(runspace),
                        .name = STR("add-mailboxpermission"),
                        .text = STR("not found"),
                        .result = RESULT_FAILED};
    fold_shown(&s->f, &s->f.runs, &s->f.run_count, &s->f.run_cap, &fact, &s->log);
}

static const struct act *fold_scene(struct scene *s) {
    scene_fold(s);
    prioritise(&s->f);
    return s->out.acts;
}

static void test_a_failure_is_that_of_the_call_before_it(void **state) {
    struct scene *s = *state;
    call(s, SOURCE_PS_4104, 1, 0, "a@x.com");
    call(s, SOURCE_PS_4104, 2, 30, "b@x.com");
    failed(s, 3, 33, "");
    const struct act *a = fold_scene(s);
    assert_int_equal(s->out.act_count, 2);
    assert_int_equal(a[0].what.result, RESULT_UNKNOWN);
    assert_int_equal(a[1].what.result, RESULT_FAILED);
    assert_int_equal(a[1].what.note.n, 9);
    assert_int_equal(a[1].observation_count, 2);
    assert_int_equal(a[1].observations[1].source, SOURCE_PS_4100);
    assert_true(str_eq(a[1].observations[1].record, STR("3")));
    assert_int_equal(s->out.grant_count, 1); /* the failed one gave nothing */
}

static void test_a_block_that_ran_has_a_runspace_and_so_has_its_failure(void **state) {
    struct scene *s = *state;
    call(s, SOURCE_PS_4104, 1, 0, "a@x.com");
    call(s, SOURCE_PS_4104, 2, 5, "b@x.com");
    ran(s, 3, 0, "block-1", "R1");
    ran(s, 4, 5, "BLOCK-2", "R2");
    ran(s, 5, 900, "block-2", "R3"); /* again, later */
    failed(s, 6, 7, "R1");
    const struct act *a = fold_scene(s);
    assert_int_equal(a[0].what.result, RESULT_FAILED);
    assert_int_equal(a[1].what.result, RESULT_UNKNOWN);
    assert_true(str_eq(a[0].session, STR("R1")));
    assert_true(str_eq(a[1].session, STR("R2")));
    assert_int_equal(a[0].observation_count, 3);
    assert_int_equal(a[1].observation_count, 2);
    assert_int_equal(a[1].observations[1].source, SOURCE_PS_4105);
    assert_true(str_eq(a[1].observations[1].record, STR("4")));
}

static void test_one_of_several_calls_is_not_guessed(void **state) {
    struct scene *s = *state;
    call(s, SOURCE_PS_4104, 1, 0, "a@x.com");
    call(s, SOURCE_PS_4104, 1, 0, "b@x.com");
    failed(s, 3, 2, "");
    const struct act *a = fold_scene(s);
    assert_int_equal(a[0].what.result, RESULT_UNKNOWN);
    assert_int_equal(a[1].what.result, RESULT_UNKNOWN);
    assert_int_equal(s->out.note_count, 1);
    assert_true(str_find(s->out.notes[0], STR("one of 2")) != STR_ABSENT);
}

static void test_far_later_other_and_answered_calls_stay(void **state) {
    struct scene *s = *state;
    call(s, SOURCE_PS_4103, 1, -121, "a@x.com"); /* too long ago */
    call(s, SOURCE_PS_4104, 2, 9, "b@x.com");    /* after it */
    call(s, SOURCE_PS_4104, 3, -1, "c@x.com")->host = STR("EX2");
    call(s, SOURCE_PS_4104, 4, -1, "d@x.com")->change.cmdlet = STR("Add-RecipientPermission");
    call(s, SOURCE_PS_4103, 5, -3, "e@x.com")->change.result = RESULT_FAILED;
    failed(s, 6, 0, "");
    const struct act *a = fold_scene(s);
    for (size_t i = 0; i < s->out.act_count; i++) {
        bool e = str_eq(a[i].mailbox.written, STR("e@x.com"));
        assert_int_equal(a[i].what.result, e ? RESULT_FAILED : RESULT_UNKNOWN);
        assert_int_equal(a[i].observation_count, 1);
    }
}

static void test_among_many_of_other_runspaces_none_is_guessed(void **state) {
    struct scene *s = *state;
    for (int i = 0; i < 300; i++) {
        struct fact *f = call(s, SOURCE_PS_4103, i + 1, 0, "a@x.com");
        f->session = STR("R2");
    }
    failed(s, 301, 1, "R1");
    fold_scene(s);
    for (size_t i = 0; i < s->f.change_count; i++)
        assert_int_equal(s->f.changes[i].f.change.result, RESULT_UNKNOWN);
}

static void test_the_same_command_line_of_one_host_is_one(void **state) {
    struct scene *s = *state;
    for (int i = 0; i < 3; i++) { /* 600, 400, 403 */
        struct fact *f = call(s, SOURCE_PS_400, i + 1, i * 4000, "a@x.com");
        f->block_id = STR("host-1");
        f->sequence = 0;
    }
    s->f.changes[2].f.time.basis = WHEN_NONE;
    call(s, SOURCE_PS_400, 4, 9000, "a@x.com")->block_id = STR("host-2");
    fold_scene(s);
    assert_int_equal(s->out.act_count, 2);
    assert_int_equal(s->out.acts[0].observation_count, 1);
    assert_true(str_eq(s->out.acts[0].observations[0].record, STR("1")));
    assert_true(str_eq(s->out.acts[1].observations[0].record, STR("4")));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_a_failure_is_that_of_the_call_before_it),
        TEST(test_a_block_that_ran_has_a_runspace_and_so_has_its_failure),
        TEST(test_one_of_several_calls_is_not_guessed),
        TEST(test_far_later_other_and_answered_calls_stay),
        TEST(test_among_many_of_other_runspaces_none_is_guessed),
        TEST(test_the_same_command_line_of_one_host_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
