/* What snapshots show against the log: grants seen, grants gone, rights that no record gave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/fold_fixture.h"

static const struct when NEVER = {0, 0, WHEN_NONE};

/* At `second` the log has it that this was done. */
static void logged(struct scene *s, int second, enum change_action action, const char *mailbox,
                   const char *trustee) {
    struct fold *f = &s->f;
    struct witness_of *w = scene_change(s, &s->ual);
    w->time = at(second);
    w->f = (struct fact){.kind = FACT_CHANGE,
                         .source = SOURCE_UAL,
                         .record = arena_printf(s->a, "r%zu", f->change_count),
                         .offset = f->change_count,
                         .time = at(second),
                         .actor = STR("admin@x.test")};
    w->f.change = (struct change){.action = action,
                                  .right = RIGHT_FULL_ACCESS,
                                  .mailbox = str_from(mailbox),
                                  .trustee = str_from(trustee),
                                  .result = RESULT_SUCCEEDED};
    identity_add(f->identity, w->f.change.mailbox);
    identity_add(f->identity, w->f.change.trustee);
}

/* This snapshot lists the mailbox, with this trustee; NULL: it only lists it. */
static struct change *shows(struct scene *s, struct item *item, const char *mailbox,
                            const char *trustee) {
    struct fold *f = &s->f;
    ARENA_GROW(f->arena, f->states, f->state_cap, f->state_count + 1);
    struct shown *x = &f->states[f->state_count++];
    *x = (struct shown){.item = item};
    x->f.kind = FACT_STATE;
    x->f.offset = f->state_count;
    x->f.record = arena_printf(s->a, "%zu", f->state_count);
    x->f.change = (struct change){.action = trustee ? ACTION_GRANT : ACTION_ALTER,
                                  .right = RIGHT_FULL_ACCESS,
                                  .mailbox = str_from(mailbox),
                                  .trustee = str_from(trustee)};
    identity_add(f->identity, x->f.change.mailbox);
    identity_add(f->identity, x->f.change.trustee);
    return &x->f.change;
}

/* A transcript's command, begun in [from, to] of its local clock, printed that they hold it. */
static void printed(struct scene *s, int from, int to, const char *mailbox, const char *trustee) {
    struct fold *f = &s->f;
    ARENA_GROW(f->arena, f->prints, f->print_cap, f->print_count + 1);
    struct shown *x = &f->prints[f->print_count++];
    *x = (struct shown){.item = &s->transcript};
    x->f = (struct fact){.kind = FACT_STATE, .source = SOURCE_TRANSCRIPT, .record = STR("7")};
    x->f.time = (struct when){at(from).ns, 0, WHEN_UNKNOWN};
    if (to > from) x->f.until = (struct when){at(to).ns, 0, WHEN_UNKNOWN};
    x->f.host = STR("WS01");
    x->f.change = (struct change){.action = ACTION_GRANT,
                                  .right = RIGHT_FULL_ACCESS,
                                  .mailbox = STR("The boss"),
                                  .mailbox_also = str_from(mailbox),
                                  .trustee = str_from(trustee)};
    identity_add(f->identity, x->f.change.mailbox);
    identity_add(f->identity, x->f.change.trustee);
}

static void fold_scene(struct scene *s) {
    identity_close(s->f.identity);
    correlate(&s->f);
    ledger_fold(&s->f);
    observed_fold(&s->f);
    printed_fold(&s->f);
    ledger_uses(&s->f);
    prioritise(&s->f);
}

static bool says(struct str text, const char *words) {
    return str_find(text, str_from(words)) != STR_ABSENT;
}

static void test_a_later_snapshot_confirms_a_grant(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    shows(s, &s->early, "ceo@x.test", NULL);
    shows(s, &s->late, "ceo@x.test", NULL);
    shows(s, &s->late, "CEO@x.test", "Eve@x.test");
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 1);
    assert_int_equal(s->out.grants[0].state, GRANT_OPEN);
    assert_int_equal(s->out.grants[0].sighting_count, 1);
    assert_true(s->out.grants[0].sightings[0].present);
    assert_int_equal(s->out.grants[0].finding.n, 0);
}

static void test_a_grant_that_the_snapshot_lacks_is_a_finding(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    shows(s, &s->late, "ceo@x.test", NULL);
    fold_scene(s);
    assert_int_equal(s->out.grants[0].state, GRANT_UNKNOWN);
    assert_true(says(s->out.grants[0].finding, "does not show it any more, and no record took it"));
    assert_false(s->out.grants[0].sightings[0].present);
}

static void test_a_mailbox_that_is_not_listed_says_nothing(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    shows(s, &s->late, "cfo@x.test", NULL);
    fold_scene(s);
    assert_int_equal(s->out.grants[0].state, GRANT_OPEN);
    assert_int_equal(s->out.grants[0].sighting_count, 0);
}

/* "E. Vil" may be eve: then the list does not say that eve is not in it. */
static void test_an_unknown_name_in_the_list_leaves_it_open(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    shows(s, &s->late, "ceo@x.test", NULL);
    shows(s, &s->late, "ceo@x.test", "E. Vil");
    fold_scene(s);
    assert_int_equal(s->out.grants[0].state, GRANT_OPEN);
    assert_int_equal(s->out.grant_count, 1);
    assert_int_equal(s->out.note_count, 1);
    assert_true(says(s->out.notes[0], "1 rights under names that no record joins"));
}

static void test_a_right_that_appears_between_two_snapshots_is_a_finding(void **state) {
    struct scene *s = *state;
    shows(s, &s->early, "ceo@x.test", NULL);
    shows(s, &s->late, "ceo@x.test", "eve@x.test");
    shows(s, &s->late, "ceo@x.test", NULL);
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 1);
    const struct grant *g = &s->out.grants[0];
    assert_int_equal(g->state, GRANT_OPEN);
    assert_int_equal(g->priority, PRIORITY_HIGH);
    assert_null(g->opened_by);
    assert_int_equal(g->opened.basis, WHEN_NONE);
    assert_true(says(g->finding, "early.csv of 2022-03-09T11:43:20Z does not"));
    assert_int_equal(g->sighting_count, 1);
    assert_ptr_equal(g->sightings[0].item, &s->late);
}

static void test_a_right_that_the_log_closed_and_the_snapshot_shows_is_a_finding(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    logged(s, 10, ACTION_REVOKE, "ceo@x.test", "eve@x.test");
    shows(s, &s->late, "ceo@x.test", "eve@x.test");
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 2);
    assert_int_equal(s->out.grants[0].state, GRANT_CLOSED);
    assert_int_equal(s->out.grants[1].state, GRANT_OPEN);
    assert_true(says(s->out.grants[1].finding, "given again without a record"));
    assert_string_equal(s->out.grants[1].id.p, "g-000002");
    assert_ptr_equal(s->out.acts[1].grant, &s->out.grants[0]);
}

static void test_what_was_always_there_is_counted_unless_it_deserves_a_look(void **state) {
    struct scene *s = *state;
    shows(s, &s->late, "ceo@x.test", "assistant@x.test");
    shows(s, &s->late, "ceo@x.test", "o@evil.test");
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 1);
    assert_int_equal(s->out.grants[0].priority, PRIORITY_MEDIUM);
    assert_string_equal(s->out.grants[0].trustee.written.p, "o@evil.test");
    assert_int_equal(s->out.note_count, 1);
    assert_true(says(s->out.notes[0], "Snapshots show 1 further rights"));
}

static void test_a_snapshot_without_a_time_is_not_compared(void **state) {
    struct scene *s = *state;
    s->late.taken = NEVER;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    shows(s, &s->late, "ceo@x.test", NULL);
    shows(s, &s->late, "ceo@x.test", "o@evil.test");
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 1);
    assert_int_equal(s->out.grants[0].state, GRANT_OPEN);
    assert_int_equal(s->out.note_count, 1);
    assert_true(says(s->out.notes[0], "--state-time 'late.csv=TIME'"));
}

/* A list that somebody made up costs no more than its length, and is not silently left out. */
static void test_a_list_beyond_all_measure_is_said_and_not_compared(void **state) {
    struct scene *s = *state;
    for (int i = 0; i < 9000; i++)
        shows(s, &s->late, "ceo@x.test", arena_printf(s->a, "u%d@evil.test", i).p);
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 0);
    assert_int_equal(s->out.note_count, 1);
    assert_true(
        says(s->out.notes[0], "9000 entries of snapshots stand in lists of more than 8192"));
}

enum { DAY = 86400 };

static void test_what_was_printed_before_is_a_question(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    printed(s, -2 * DAY, -2 * DAY, "ceo@x.test", "Eve@x.test");
    fold_scene(s);
    const struct grant *g = &s->out.grants[0];
    assert_int_equal(s->out.grant_count, 1);
    assert_int_equal(g->state, GRANT_OPEN);
    assert_int_equal(g->sighting_count, 1);
    assert_true(g->sightings[0].printed && g->sightings[0].present);
    assert_true(says(g->finding, "transcript.txt (begun 2022-03-07T12:00:00, local time of an "
                                 "unknown zone) shows it already: it may have stood before"));
}

/* A clock of an unknown zone may be hours off; one whose zone is given or found is not. */
static void test_a_print_near_the_grant_says_nothing_without_a_zone(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    printed(s, -3600, -3600, "ceo@x.test", "eve@x.test");
    fold_scene(s);
    assert_int_equal(s->out.grants[0].sighting_count, 1);
    assert_int_equal(s->out.grants[0].finding.n, 0);
}

static void test_a_given_zone_dates_a_print(void **state) {
    struct scene *s = *state;
    struct zone zone = {STR("ws01"), "+01:00"};
    s->options.zones = &zone;
    s->options.zone_count = 1;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    printed(s, 3000, 3000, "ceo@x.test", "eve@x.test");
    fold_scene(s);
    assert_true(says(s->out.grants[0].finding, "(begun 2022-03-09T11:50:00Z) shows it already"));
}

static void test_a_clock_that_was_found_dates_a_print(void **state) {
    struct scene *s = *state;
    s->transcript.clock_known = true;
    s->transcript.clock_ahead = 3600 * NS_PER_S;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    printed(s, 3000, 3400, "ceo@x.test", "eve@x.test"); /* ends 11:56:40 */
    printed(s, 3000, 3700, "ceo@x.test", "eve@x.test"); /* ends 12:01:40 */
    fold_scene(s);
    assert_int_equal(s->out.grants[0].sighting_count, 2);
    assert_true(says(s->out.grants[0].finding, "(begun 2022-03-09T11:50:00Z) shows it already"));
}

static void test_what_is_printed_after_its_end_is_a_finding(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    logged(s, 60, ACTION_REVOKE, "ceo@x.test", "eve@x.test");
    printed(s, 2 * DAY, 2 * DAY, "ceo@x.test", "eve@x.test");
    fold_scene(s);
    assert_int_equal(s->out.grants[0].state, GRANT_CLOSED);
    assert_true(says(s->out.grants[0].finding, "still shows it after the log has it taken"));
}

/* It belongs to the life in which it was printed. */
static void test_a_print_belongs_to_its_own_life(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    logged(s, 4 * DAY, ACTION_REVOKE, "ceo@x.test", "eve@x.test");
    logged(s, 8 * DAY, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    printed(s, 2 * DAY, 2 * DAY, "ceo@x.test", "eve@x.test");
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 2);
    assert_int_equal(s->out.grants[0].sighting_count, 1);
    assert_int_equal(s->out.grants[1].sighting_count, 0);
    assert_int_equal(s->out.grants[0].finding.n, 0);
}

static void test_what_only_a_screen_showed_is_counted(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    printed(s, -2 * DAY, -2 * DAY, "cfo@x.test", "eve@x.test");
    fold_scene(s);
    assert_int_equal(s->out.grant_count, 1);
    assert_int_equal(s->out.note_count, 1);
    assert_true(says(s->out.notes[0], "printed 1 rights that no record of this evidence gave"));
    assert_true(says(s->out.notes[0], "FullAccess on The boss for eve@x.test (transcript.txt, "));
}

static void test_a_name_that_was_cut_is_nobodys(void **state) {
    struct scene *s = *state;
    logged(s, 0, ACTION_GRANT, "ceo@x.test", "eve@x.test");
    printed(s, -2 * DAY, -2 * DAY, "ceo@x.test", "eve@x.test");
    s->f.prints[0].f.change.flags |= CHANGE_TRUNCATED;
    fold_scene(s);
    assert_int_equal(s->out.grants[0].sighting_count, 0);
    assert_int_equal(s->out.note_count, 1);
    assert_true(says(s->out.notes[0], "1 rights under names that did not fit the window"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_later_snapshot_confirms_a_grant, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_grant_that_the_snapshot_lacks_is_a_finding, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_mailbox_that_is_not_listed_says_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_an_unknown_name_in_the_list_leaves_it_open, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_a_right_that_appears_between_two_snapshots_is_a_finding, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_a_right_that_the_log_closed_and_the_snapshot_shows_is_a_finding, setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_what_was_always_there_is_counted_unless_it_deserves_a_look, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_list_beyond_all_measure_is_said_and_not_compared,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_snapshot_without_a_time_is_not_compared, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_what_was_printed_before_is_a_question, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_print_near_the_grant_says_nothing_without_a_zone,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_given_zone_dates_a_print, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_clock_that_was_found_dates_a_print, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_printed_after_its_end_is_a_finding, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_print_belongs_to_its_own_life, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_only_a_screen_showed_is_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_name_that_was_cut_is_nobodys, setup, teardown),
    };
    return cmocka_run_group_tests_name("grants: observed", tests, NULL, NULL);
}
