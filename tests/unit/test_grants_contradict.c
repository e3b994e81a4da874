/* What one log has and another, which covers the time, has not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/fold_fixture.h"

enum { HOUR = 3600 };

/* A record of a grant of that right on the mailbox to eve, by the administrator. */
static struct fact *record(struct scene *s, enum source source, int second, const char *mailbox) {
    bool server = source == SOURCE_UAL;
    struct fold *f = &s->f;
    struct witness_of *w = scene_change(s, server ? &s->ual : &s->log);
    w->f = (struct fact){.kind = FACT_CHANGE,
                         .source = source,
                         .record = arena_printf(s->a, "%zu", f->change_count),
                         .offset = f->change_count,
                         .sequence = f->change_count,
                         .host = server ? STR_NONE : STR("WS1"),
                         .actor = STR("admin@x.com"),
                         .result = server ? RESULT_SUCCEEDED : RESULT_UNKNOWN,
                         .time = at(second)};
    w->f.change = (struct change){.action = ACTION_GRANT,
                                  .right = RIGHT_FULL_ACCESS,
                                  .result = w->f.result,
                                  .cmdlet = STR("Add-MailboxPermission"),
                                  .mailbox = str_from(mailbox),
                                  .trustee = STR("eve@x.com")};
    identity_add(f->identity, w->f.change.mailbox);
    identity_add(f->identity, w->f.change.trustee);
    return &w->f;
}

static void both(struct scene *s, int second, const char *mailbox) {
    record(s, SOURCE_UAL, second, mailbox);
    record(s, SOURCE_PS_4103, second, mailbox);
}

/* Folds with coverage rows of both logs, from an hour before noon to ten after. */
static const struct act *fold_scene(struct scene *s) {
    static struct coverage_row rows[2];
    rows[0] =
        (struct coverage_row){.telemetry = STR("ual"), .first = at(-HOUR), .last = at(10 * HOUR)};
    rows[1] = (struct coverage_row){.telemetry = STR("powershell-operational"),
                                    .host = STR("ws1"),
                                    .first = at(-HOUR),
                                    .last = at(10 * HOUR)};
    if (!s->out.coverage) s->out.coverage = rows;
    if (!s->out.coverage_count) s->out.coverage_count = 2;
    scene_fold(s);
    contradict(&s->f);
    prioritise(&s->f);
    return s->out.acts;
}

static bool signalled(const struct act *a, const char *id) {
    for (size_t i = 0; i < a->signal_count; i++)
        if (!strcmp(a->signals[i].id, id)) return true;
    return false;
}

static void test_a_command_that_the_server_lacks_is_said(void **state) {
    struct scene *s = *state;
    both(s, 0, "a@x.com");
    record(s, SOURCE_PS_4103, HOUR, "b@x.com");
    both(s, 2 * HOUR, "c@x.com");
    const struct act *a = fold_scene(s);
    assert_int_equal(s->out.act_count, 3);
    assert_false(signalled(&a[0], "no-server-record"));
    assert_true(signalled(&a[1], "no-server-record"));
    assert_true(str_find(a[1].not_on_server, STR("unified audit log")) != STR_ABSENT);
    assert_false(signalled(&a[2], "no-server-record"));
}

static void test_a_log_is_no_witness_outside_of_what_it_covers(void **state) {
    struct scene *s = *state;
    record(s, SOURCE_PS_4103, -HOUR, "b@x.com"); /* before its first act */
    both(s, 0, "a@x.com");
    both(s, 2 * HOUR, "c@x.com");
    record(s, SOURCE_PS_4103, 3 * HOUR, "b@x.com"); /* after its last */
    const struct act *a = fold_scene(s);
    assert_false(signalled(&a[0], "no-server-record"));
    assert_false(signalled(&a[3], "no-server-record"));
}

static void test_a_silence_is_no_cover(void **state) {
    struct scene *s = *state;
    struct time_gap silence = {at(HOUR - 1), at(HOUR + 1)};
    struct coverage_row row = {.telemetry = STR("ual"),
                               .first = at(-HOUR),
                               .last = at(10 * HOUR),
                               .silences = &silence,
                               .silence_count = 1,
                               .silence_total = 1};
    s->out.coverage = &row;
    s->out.coverage_count = 1;
    both(s, 0, "a@x.com");
    record(s, SOURCE_PS_4103, HOUR, "b@x.com");
    both(s, 2 * HOUR, "c@x.com");
    assert_false(signalled(&fold_scene(s)[1], "no-server-record"));
}

static void test_of_another_organisation_a_log_knows_nothing(void **state) {
    struct scene *s = *state;
    record(s, SOURCE_UAL, 0, "a@x.com");
    record(s, SOURCE_PS_4103, HOUR, "b@y.com"); /* a host and a mailbox that no record knows */
    record(s, SOURCE_UAL, 2 * HOUR, "c@x.com");
    assert_false(signalled(&fold_scene(s)[1], "no-server-record"));
}

static void test_what_failed_or_was_only_tried_is_no_contradiction(void **state) {
    struct scene *s = *state;
    both(s, 0, "a@x.com");
    record(s, SOURCE_PS_4103, HOUR, "b@x.com")->change.result = RESULT_FAILED;
    record(s, SOURCE_PS_4103, HOUR + 1000, "d@x.com")->change.flags = CHANGE_WHAT_IF;
    both(s, 2 * HOUR, "c@x.com");
    const struct act *a = fold_scene(s);
    assert_false(signalled(&a[1], "no-server-record"));
    assert_false(signalled(&a[2], "no-server-record"));
}

static void test_a_grant_from_elsewhere_is_said(void **state) {
    struct scene *s = *state;
    both(s, 0, "a@x.com");
    record(s, SOURCE_UAL, HOUR, "b@x.com");
    record(s, SOURCE_UAL, 2 * HOUR, "c@x.com")->actor = STR("bob@x.com"); /* no shell of his */
    record(s, SOURCE_UAL, 11 * HOUR, "d@x.com");                          /* the log ends before */
    const struct act *a = fold_scene(s);
    assert_false(signalled(&a[0], "no-shell-record"));
    assert_true(signalled(&a[1], "no-shell-record"));
    assert_true(str_find(a[1].not_in_shell, STR("c-000001")) != STR_ABSENT);
    assert_false(signalled(&a[2], "no-shell-record"));
    assert_false(signalled(&a[3], "no-shell-record"));
}

static void test_other_rights_at_one_time_are_held_together(void **state) {
    struct scene *s = *state;
    both(s, 0, "a@x.com");
    record(s, SOURCE_PS_4103, HOUR, "b@x.com")->change.right = RIGHT_READ_PERMISSION;
    record(s, SOURCE_UAL, HOUR + 2, "b@x.com");
    both(s, 2 * HOUR, "c@x.com");
    const struct act *a = fold_scene(s);
    assert_int_equal(s->out.act_count, 4);
    assert_true(signalled(&a[1], "other-values") && signalled(&a[2], "other-values"));
    assert_true(str_find(a[1].other_values, STR("FullAccess (c-000003)")) != STR_ABSENT);
    assert_true(str_find(a[2].other_values, STR("ReadPermission (c-000002)")) != STR_ABSENT);
    assert_false(signalled(&a[0], "other-values") || signalled(&a[3], "other-values"));
}

/* ---- signals of the trustee and of what was sent ---- */

static void signin(struct scene *s, const char *who, int second) {
    struct fold *f = &s->f;
    ARENA_GROW(f->arena, f->signins, f->signin_cap, f->signin_count + 1);
    f->signins[f->signin_count++] = (struct signin_of){.fact = {.kind = FACT_SIGNIN,
                                                                .source = SOURCE_SIGNIN,
                                                                .record = STR("s"),
                                                                .actor = str_from(who),
                                                                .result = RESULT_SUCCEEDED,
                                                                .count = 1,
                                                                .time = at(second),
                                                                .last = at(second)},
                                                       .item = &s->ual};
}

static bool first_seen(struct scene *s, int begins, int eve) {
    signin(s, "bob@x.com", begins);
    signin(s, "eve@x.com", eve);
    record(s, SOURCE_UAL, 0, "a@x.com");
    s->out.coverage_count = 0;
    scene_fold(s);
    signins_fold(&s->f);
    prioritise(&s->f);
    return signalled(&s->out.acts[0], "trustee-first-seen");
}

enum { DAY = 24 * HOUR };

static void test_a_trustee_who_was_never_seen_before_is_said(void **state) {
    assert_true(first_seen(*state, -40 * DAY, -3 * DAY));
}

static void test_a_trustee_long_known_is_not(void **state) {
    assert_false(first_seen(*state, -40 * DAY, -20 * DAY));
}

static void test_where_the_sign_ins_begin_nobody_is_new(void **state) {
    assert_false(first_seen(*state, -5 * DAY, -3 * DAY));
}

/* So many messages sent at that time by eve as a@x.com. */
static void sent(struct scene *s, int second, uint64_t count) {
    struct fold *f = &s->f;
    ARENA_GROW(f->arena, f->uses, f->use_cap, f->use_count + 1);
    f->uses[f->use_count++] =
        (struct witness_of){.f = {.kind = FACT_USE,
                                  .source = SOURCE_UAL,
                                  .record = arena_printf(s->a, "u%d", second),
                                  .time = at(second),
                                  .use = {STR("SendAs"), STR("a@x.com"), STR_NONE, STR("eve@x.com"),
                                          STR_NONE, count, false}},
                            .item = &s->ual};
}

static bool spike(struct scene *s, uint64_t first, uint64_t second) {
    record(s, SOURCE_UAL, 0, "a@x.com")->change.right = RIGHT_SEND_AS;
    sent(s, HOUR, first);
    sent(s, 2 * HOUR, second);
    sent(s, 2 * DAY, 1);
    scene_fold(s);
    ledger_uses(&s->f);
    prioritise(&s->f);
    return signalled(&s->out.acts[0], "mail-flow-spike");
}

static void test_many_messages_of_one_day_are_a_spike(void **state) {
    struct scene *s = *state;
    assert_true(spike(s, 12, MAILFLOW_THRESHOLD - 12));
    assert_int_equal(s->out.grants[0].sent_most, MAILFLOW_THRESHOLD);
}

static void test_fewer_are_none(void **state) {
    assert_false(spike(*state, 12, MAILFLOW_THRESHOLD - 13));
}

static void test_the_baseline_says_how_many_are_usual(void **state) {
    struct scene *s = *state;
    struct baseline b = {.habits = {.mailflow_threshold = 5}};
    s->options.baseline = &b;
    assert_true(spike(s, 3, 2));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_a_command_that_the_server_lacks_is_said),
        TEST(test_a_log_is_no_witness_outside_of_what_it_covers),
        TEST(test_a_silence_is_no_cover),
        TEST(test_of_another_organisation_a_log_knows_nothing),
        TEST(test_what_failed_or_was_only_tried_is_no_contradiction),
        TEST(test_a_grant_from_elsewhere_is_said),
        TEST(test_other_rights_at_one_time_are_held_together),
        TEST(test_a_trustee_who_was_never_seen_before_is_said),
        TEST(test_a_trustee_long_known_is_not),
        TEST(test_where_the_sign_ins_begin_nobody_is_new),
        TEST(test_many_messages_of_one_day_are_a_spike),
        TEST(test_fewer_are_none),
        TEST(test_the_baseline_says_how_many_are_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
