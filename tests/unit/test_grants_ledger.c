/* The fold: acts of several witnesses become one; lives of grants follow DOMAIN rules of state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/fold_fixture.h"

/* At `second` seconds after noon, `source` says that `actor` did this. Returns it for more detail.
 */
static struct fact *say(struct scene *s, enum source source, int second, enum change_action action,
                        enum right right, const char *mailbox, const char *trustee) {
    struct fold *f = &s->f;
    struct item *item = source == SOURCE_UAL          ? &s->ual
                        : source == SOURCE_TRANSCRIPT ? &s->transcript
                                                      : &s->log;
    struct witness_of *w = scene_change(s, item);
    w->f = (struct fact){.kind = FACT_CHANGE,
                         .source = source,
                         .record = arena_printf(s->a, "r%zu", f->change_count),
                         .offset = f->change_count,
                         .time = {NOON + second * NS_PER_S, 0, WHEN_UTC},
                         .actor = STR("admin@fabrikam.com")};
    w->f.change =
        (struct change){.action = action,
                        .right = right,
                        .mailbox = str_from(mailbox),
                        .trustee = str_from(trustee),
                        .result = source == SOURCE_UAL ? RESULT_SUCCEEDED : RESULT_UNKNOWN};
    w->time = w->f.time;
    identity_add(f->identity, w->f.change.mailbox);
    identity_add(f->identity, w->f.change.trustee);
    return &w->f;
}

static void fold_scene(struct scene *s) {
    scene_fold(s);
    ledger_uses(&s->f);
    prioritise(&s->f);
}

static void test_witnesses_of_one_act_are_one_change(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "ceo@fabrikam.com", "eve@fabrikam.com");
    say(s, SOURCE_PS_4104, -3, ACTION_GRANT, RIGHT_FULL_ACCESS, "ceo@fabrikam.com", "eve");
    say(s, SOURCE_PS_4103, -2, ACTION_GRANT, RIGHT_FULL_ACCESS, "CEO", "eve@fabrikam.com");
    fold_scene(s);
    assert_int_equal(s->out.act_count, 1);
    assert_int_equal(s->out.acts[0].observation_count, 3);
    assert_int_equal(s->out.acts[0].what.result, RESULT_SUCCEEDED);
    assert_int_equal(s->out.grant_count, 1);
    assert_int_equal(s->out.grants[0].state, GRANT_OPEN);
}

static void test_two_records_of_one_source_are_two_acts(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "m@x.com", "u@x.com");
    say(s, SOURCE_UAL, 5, ACTION_GRANT, RIGHT_FULL_ACCESS, "m@x.com", "u@x.com");
    fold_scene(s);
    assert_int_equal(s->out.act_count, 2);
    assert_int_equal(s->out.grant_count, 1);
    assert_true(s->out.acts[1].changed_nothing);
}

static void test_the_same_id_is_one_observation(void **state) {
    struct scene *s = *state;
    struct fact *one = say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_SEND_AS, "m@x.com", "u@x.com");
    one->record = STR("5b0e7d52");
    struct fact *two = say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_SEND_AS, "m@x.com", "u@x.com");
    two->record = STR("5b0e7d52");
    fold_scene(s);
    assert_int_equal(s->out.act_count, 1);
    assert_int_equal(s->out.acts[0].observation_count, 1);
    assert_int_equal(s->out.error_count, 0);
}

static void test_the_same_id_with_other_content_is_reported(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_SEND_AS, "m@x.com", "u@x.com")->record =
        STR("5b0e7d52");
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_SEND_AS, "m@x.com", "eve@x.com")->record =
        STR("5b0e7d52");
    fold_scene(s);
    assert_int_equal(s->out.act_count, 2);
    assert_int_equal(s->out.error_count, 1);
}

static void test_failed_and_what_if_open_nothing(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "m@x.com", "u@x.com")->change.result =
        RESULT_FAILED;
    say(s, SOURCE_UAL, 9, ACTION_GRANT, RIGHT_SEND_AS, "m@x.com", "u@x.com")->change.flags =
        CHANGE_WHAT_IF;
    fold_scene(s);
    assert_int_equal(s->out.act_count, 2);
    assert_int_equal(s->out.grant_count, 0);
}

static void test_a_text_alone_opens_an_unknown_grant(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_PS_4104, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "m@x.com", "u@x.com");
    fold_scene(s);
    assert_int_equal(s->out.grants[0].state, GRANT_UNKNOWN);
}

static void test_a_revoke_closes_and_a_new_grant_is_a_new_life(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "m@x.com", "u@x.com");
    say(s, SOURCE_UAL, 600, ACTION_REVOKE, RIGHT_FULL_ACCESS, "m@x.com", "u@x.com");
    say(s, SOURCE_UAL, 1200, ACTION_GRANT, RIGHT_FULL_ACCESS, "m@x.com", "u@x.com");
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 2);
    assert_int_equal(s->out.grants[0].state, GRANT_CLOSED);
    assert_int_equal(s->out.grants[1].state, GRANT_OPEN);
}

static void test_a_revoke_of_the_unseen_was_there_before(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_REVOKE, RIGHT_SEND_AS, "m@x.com", "u@x.com");
    fold_scene(s);
    assert_int_equal(s->out.grants[0].state, GRANT_CLOSED);
    assert_null(s->out.grants[0].opened_by);
    assert_non_null(s->out.grants[0].closed_by);
}

static void test_a_replaced_list_closes_who_is_not_in_it(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_SEND_ON_BEHALF, "m@x.com", "old@x.com");
    for (int i = 0; i < 2; i++) {
        struct fact *f = say(s, SOURCE_UAL, 60, ACTION_GRANT, RIGHT_SEND_ON_BEHALF, "m@x.com",
                             i ? "new@x.com" : "eve@x.com");
        f->record = STR("one");
        f->offset = 99;
        f->sequence = (uint64_t)i;
        f->change.flags = CHANGE_REPLACES;
    }
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 3);
    for (size_t i = 0; i < 3; i++) {
        bool old = str_eq(s->out.grants[i].trustee.written, STR("old@x.com"));
        assert_int_equal(s->out.grants[i].state, old ? GRANT_CLOSED : GRANT_OPEN);
    }
}

static void test_deny_is_a_life_of_its_own(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "m@x.com", "u@x.com");
    say(s, SOURCE_UAL, 9, ACTION_GRANT, RIGHT_FULL_ACCESS, "m@x.com", "u@x.com")->change.deny =
        true;
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 2);
}

static void test_a_self_grant_is_critical_and_the_service_routine(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "m@x.com", "admin@fabrikam.com");
    struct fact *f =
        say(s, SOURCE_UAL, 9, ACTION_GRANT, RIGHT_FULL_ACCESS, "d@x.com", "Discovery Management");
    f->actor = STR("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)");
    f->change.flags = CHANGE_SERVICE;
    fold_scene(s);
    assert_int_equal(s->out.acts[0].priority, PRIORITY_CRITICAL);
    assert_string_equal(s->out.acts[0].signals[0].id, "self-grant");
    assert_int_equal(s->out.acts[1].priority, PRIORITY_ROUTINE);
}

static void test_a_transcript_finds_its_zone_by_two_anchors(void **state) {
    struct scene *s = *state;
    static const char *const mailboxes[] = {"a@x.com", "b@x.com", "c@x.com"};
    for (int i = 0; i < 3; i++) {
        say(s, SOURCE_UAL, i * 60, ACTION_GRANT, RIGHT_FULL_ACCESS, mailboxes[i], "u@x.com");
        /* local clock two hours ahead */
        say(s, SOURCE_TRANSCRIPT, 7200 + i * 60 - 4, ACTION_GRANT, RIGHT_FULL_ACCESS, mailboxes[i],
            "u")
            ->time.basis = WHEN_UNKNOWN;
    }
    fold_scene(s);
    assert_int_equal(s->out.act_count, 3);
    for (int i = 0; i < 3; i++) assert_int_equal(s->out.acts[i].observation_count, 2);
    assert_int_equal(s->out.note_count, 1);
}

static struct fact *typed(struct scene *s, int second, const char *trustee) {
    struct fact *f =
        say(s, SOURCE_TRANSCRIPT, second, ACTION_GRANT, RIGHT_FULL_ACCESS, "a@x.com", trustee);
    f->time.basis = WHEN_UNKNOWN;
    return f;
}

/* One anchor tells no zone, but there is nothing else that it could be a witness of. */
static void test_a_lone_command_joins_the_lone_act_of_its_names(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "a@x.com", "u@x.com");
    typed(s, 5 * 3600 + 400, "u");
    fold_scene(s);
    assert_int_equal(s->out.act_count, 1);
    assert_int_equal(s->out.acts[0].observation_count, 2);
    assert_int_equal(s->out.acts[0].observations[1].time.basis, WHEN_UNKNOWN);
    assert_int_equal(s->out.acts[0].time.basis, WHEN_UTC);
}

static void test_a_command_that_may_be_another_act_stays_alone(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "a@x.com", "u@x.com");
    say(s, SOURCE_UAL, 3 * 3600, ACTION_GRANT, RIGHT_FULL_ACCESS, "a@x.com", "u@x.com");
    typed(s, 5 * 3600 + 400, "u");
    fold_scene(s);
    assert_int_equal(s->out.act_count, 3);
}

static void test_two_commands_do_not_share_one_act(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "a@x.com", "u@x.com");
    typed(s, 5 * 3600 + 400, "u");
    typed(s, 6 * 3600 + 400, "u");
    fold_scene(s);
    assert_int_equal(s->out.act_count, 3);
}

static void test_no_zone_reaches_so_far(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_FULL_ACCESS, "a@x.com", "u@x.com");
    typed(s, 15 * 3600, "u");
    fold_scene(s);
    assert_int_equal(s->out.act_count, 2);
}

static void test_use_is_counted_within_the_life(void **state) {
    struct scene *s = *state;
    say(s, SOURCE_UAL, 0, ACTION_GRANT, RIGHT_SEND_AS, "m@x.com", "u@x.com");
    say(s, SOURCE_UAL, 600, ACTION_REVOKE, RIGHT_SEND_AS, "m@x.com", "u@x.com");
    static const int seconds[] = {-60, 60, 120, 900};
    for (int i = 0; i < 4; i++) {
        ARENA_GROW(s->a, s->f.uses, s->f.use_cap, s->f.use_count + 1);
        struct witness_of *w = &s->f.uses[s->f.use_count++];
        *w = (struct witness_of){.item = &s->ual};
        w->f = (struct fact){.kind = FACT_USE,
                             .source = SOURCE_UAL,
                             .record = arena_printf(s->a, "u%d", i),
                             .time = {NOON + seconds[i] * NS_PER_S, 0, WHEN_UTC}};
        w->f.use = (struct use){.operation = STR("SendAs"),
                                .mailbox = STR("m@x.com"),
                                .by = STR("U@x.com"),
                                .count = 1};
    }
    fold_scene(s);
    assert_int_equal(s->out.grants[0].use_total, 2);
    assert_int_equal(s->out.grants[0].use_kinds, 1);
}

/* An act on the role assignment of that name. */
static void assignment(struct scene *s, int second, enum change_action action, const char *name) {
    bool made = action == ACTION_GRANT;
    struct fact *f =
        say(s, SOURCE_UAL, second, action, RIGHT_IMPERSONATION, "", made ? "eve@x.com" : "");
    struct param *p = ARENA_NEW(s->a, struct param);
    struct str *value = ARENA_NEW(s->a, struct str);
    *value = str_from(name);
    *p = (struct param){.name = made ? STR("Name") : STR("Identity"), .values = value, .count = 1};
    f->change.params = (struct params){p, 1, 1};
    f->change.cmdlet =
        made ? STR("New-ManagementRoleAssignment") : STR("Remove-ManagementRoleAssignment");
    f->change.right = made ? RIGHT_IMPERSONATION : RIGHT_ROLE; /* the name does not say the role */
    f->change.scope = made ? STR("ApplicationImpersonation") : *value;
}

static void test_a_role_assignment_is_known_by_its_name(void **state) {
    struct scene *s = *state;
    assignment(s, 0, ACTION_GRANT, "archive");
    assignment(s, 10, ACTION_GRANT, "Backup"); /* of the same role, to the same account */
    assignment(s, 20, ACTION_REVOKE, "ARCHIVE");
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 2);
    const struct grant *one = s->out.acts[0].grant, *two = s->out.acts[1].grant;
    assert_ptr_not_equal(one, two);
    assert_int_equal(one->state, GRANT_CLOSED);
    assert_ptr_equal(one->closed_by, &s->out.acts[2]);
    assert_int_equal(two->state, GRANT_OPEN);
}

static void test_the_name_of_a_role_assignment_may_be_used_again(void **state) {
    struct scene *s = *state;
    assignment(s, 0, ACTION_GRANT, "archive");
    assignment(s, 10, ACTION_REVOKE, "archive");
    assignment(s, 20, ACTION_GRANT, "archive");
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 2);
    assert_int_equal(s->out.acts[0].grant->state, GRANT_CLOSED);
    assert_int_equal(s->out.acts[2].grant->state, GRANT_OPEN);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_witnesses_of_one_act_are_one_change),
        TEST(test_two_records_of_one_source_are_two_acts),
        TEST(test_the_same_id_is_one_observation),
        TEST(test_the_same_id_with_other_content_is_reported),
        TEST(test_failed_and_what_if_open_nothing),
        TEST(test_a_text_alone_opens_an_unknown_grant),
        TEST(test_a_revoke_closes_and_a_new_grant_is_a_new_life),
        TEST(test_a_revoke_of_the_unseen_was_there_before),
        TEST(test_a_replaced_list_closes_who_is_not_in_it),
        TEST(test_deny_is_a_life_of_its_own),
        TEST(test_a_self_grant_is_critical_and_the_service_routine),
        TEST(test_a_transcript_finds_its_zone_by_two_anchors),
        TEST(test_a_lone_command_joins_the_lone_act_of_its_names),
        TEST(test_a_command_that_may_be_another_act_stays_alone),
        TEST(test_two_commands_do_not_share_one_act),
        TEST(test_no_zone_reaches_so_far),
        TEST(test_use_is_counted_within_the_life),
        TEST(test_a_role_assignment_is_known_by_its_name),
        TEST(test_the_name_of_a_role_assignment_may_be_used_again),
    };
    return cmocka_run_group_tests_name("grants: the fold", tests, NULL, NULL);
}
