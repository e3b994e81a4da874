/* Coverage: silences against a log's rhythm, limits of exports, settings of auditing, verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "analyze/extract_seen.h"
#include "analyze/grants/fold.h"

static const int64_t NOON = INT64_C(1646827200); /* 2022-03-09T12:00:00Z */
enum { HOUR = 3600, DAY = 24 * HOUR };

struct scene {
    struct arena *a;
    struct fold f;
    struct fold_options options;
    struct analysis out;
    struct extracted log;
    struct item *items[1];
    struct tallies seen;
};

static void keep(void *own, const struct fact *f) { fact_put(own, f); }

static int setup(void **state) {
    struct arena *a = arena_new(0);
    struct scene *s = ARENA_NEW(a, struct scene);
    s->a = a;
    s->log.item = (struct item){.name = STR("ual.csv"), .sha256 = "1", .reader = STR("ual-csv")};
    s->items[0] = &s->log.item;
    s->out = (struct analysis){.arena = a, .items = s->items, .item_count = 1};
    s->f = (struct fold){
        .arena = a, .options = &s->options, .identity = identity_new(a), .out = &s->out};
    s->seen = (struct tallies){.arena = a, .own = &s->log.facts, .give = keep};
    *state = s;
    return 0;
}

static int teardown(void **state) {
    struct scene *s = *state;
    buf_free(&s->log.facts);
    arena_free(s->a);
    return 0;
}

static void see(struct scene *s, const char *telemetry, int64_t second) {
    struct when at = {(NOON + second) * NS_PER_S, 0, WHEN_UTC};
    tallies_add(&s->seen, str_from(telemetry), STR("tenant"), at, 0);
    s->log.item.records++;
}

/* A record of a Windows log, of that kind where it has a name. */
static void log_record(struct scene *s, const char *telemetry, const char *kind, int64_t second) {
    struct when at = {(NOON + second) * NS_PER_S, 0, WHEN_UTC};
    see(s, telemetry, second);
    if (kind) tallies_add_kind(&s->seen, str_from(telemetry), STR("tenant"), str_from(kind), at);
}

static void fold_scene(struct scene *s) {
    tallies_flush(&s->seen);
    coverage_fold(&s->f);
    coverage_logging(&s->f);
    coverage_silences(&s->f);
    coverage_judge(&s->f);
}

static size_t said(const struct scene *s, const char *words) {
    size_t n = 0;
    for (size_t i = 0; i < s->out.blind_spot_count; i++)
        n += str_find(s->out.blind_spots[i], str_from(words)) != STR_ABSENT;
    return n;
}

static const struct verdict *verdict_on(const struct scene *s, const char *analytic,
                                        const char *source) {
    for (size_t i = 0; i < s->out.verdict_count; i++)
        if (!strcmp(s->out.verdicts[i].analytic, analytic) &&
            !strcmp(s->out.verdicts[i].source, source))
            return &s->out.verdicts[i];
    fail_msg("no verdict on %s of %s", source, analytic);
    return NULL;
}

/* Five days a week, eight hours a day, for six weeks; `lost`: a day without any record. */
static void see_weeks(struct scene *s, int64_t lost_from, int64_t lost_to) {
    for (int64_t day = 0; day < 42; day++)
        for (int64_t hour = 0; day % 7 < 5 && hour < 8; hour++)
            if (day < lost_from || day >= lost_to) see(s, "ual", day * DAY + hour * HOUR);
}

static void test_weekends_are_rhythm(void **state) {
    struct scene *s = *state;
    see_weeks(s, 100, 100);
    fold_scene(s);
    assert_int_equal(s->out.coverage_count, 1);
    assert_int_equal(s->out.coverage[0].silence_total, 0);
    assert_string_equal(verdict_on(s, "AN1052", "m365:unified")->state, "visible");
    assert_string_equal(verdict_on(s, "AN1051", "m365:unified")->state, "visible");
}

static void test_a_lost_week_is_a_blind_spot(void **state) {
    struct scene *s = *state;
    see_weeks(s, 14, 21);
    fold_scene(s);
    assert_int_equal(s->out.coverage[0].silence_total, 1);
    assert_int_equal(said(s, "ual of tenant has no record between 2022-03-20T20:00:00Z and "
                             "2022-03-30T12:00:00Z"),
                     1);
    assert_string_equal(verdict_on(s, "AN1052", "m365:unified")->state, "partly");
}

static void test_few_records_have_no_rhythm(void **state) {
    struct scene *s = *state;
    for (int64_t i = 0; i < 20; i++) see(s, "ual", i * HOUR);
    see(s, "ual", 1000 * DAY);
    fold_scene(s);
    assert_int_equal(s->out.coverage[0].silence_total, 0);
}

static void test_what_is_not_there_is_said_per_source(void **state) {
    struct scene *s = *state;
    see(s, "sign-in", 0);
    fold_scene(s);
    assert_string_equal(verdict_on(s, "AN1052", "m365:unified")->state, "not visible");
    assert_string_equal(verdict_on(s, "AN1052", "WinEventLog:Security 4688")->state, "not visible");
    assert_string_equal(verdict_on(s, "extension", "sign-ins")->state, "partly");
    assert_int_equal(said(s, "No unified audit log was among the evidence"), 1);
    assert_int_equal(said(s, "No sign-in records"), 0);
}

static void test_sentinel_s_part_stands_for_the_log(void **state) {
    struct scene *s = *state;
    see(s, "office-activity", 0);
    fold_scene(s);
    assert_int_equal(said(s, "No unified audit log"), 0);
    assert_string_equal(verdict_on(s, "AN1052", "m365:unified")->state, "visible");
}

static void test_an_export_of_just_a_limit_is_suspect(void **state) {
    struct scene *s = *state;
    for (int64_t i = 0; i < 5000; i++) see(s, "ual", i);
    fold_scene(s);
    assert_int_equal(said(s, "ual.csv holds exactly 5000 records"), 1);
}

static void show_setting(struct scene *s, const char *name, const char *value) {
    struct fold *f = &s->f;
    ARENA_GROW(f->arena, f->states, f->state_cap, f->state_count + 1);
    struct shown *x = &f->states[f->state_count++];
    *x = (struct shown){.item = &s->log.item};
    x->f.change = (struct change){.action = ACTION_ALTER,
                                  .right = RIGHT_AUDIT_CONFIG,
                                  .scope = str_from(name),
                                  .level = str_from(value)};
}

static void test_settings_that_weaken_auditing_are_blind_spots(void **state) {
    struct scene *s = *state;
    show_setting(s, "UnifiedAuditLogIngestionEnabled", "False");
    show_setting(s, "AdminAuditLogEnabled", "True");
    fold_scene(s);
    assert_int_equal(s->out.setting_count, 2);
    assert_false(s->out.settings[0].weak);
    assert_true(s->out.settings[1].weak);
    assert_int_equal(said(s, "UnifiedAuditLogIngestionEnabled was False (snapshot of ual.csv): "
                             "nothing is kept"),
                     1);
    assert_int_equal(said(s, "AdminAuditLogEnabled"), 0);
}

static void test_a_log_without_its_kind_shows_nothing(void **state) {
    struct scene *s = *state;
    log_record(s, "powershell-operational", NULL, 0);
    log_record(s, "powershell-operational", "4100", 60);
    log_record(s, "security", "4688", 0);
    fold_scene(s);
    assert_int_equal(said(s, "of its 2 records none is a 4104: script block logging was off"), 1);
    assert_int_equal(said(s, "of its 2 records none is a 4103: module logging was off"), 1);
    assert_int_equal(said(s, "of its 1 records its 4688 have no command line"), 1);
    assert_int_equal(said(s, "none is a 4688"), 0);
    const struct verdict *v = verdict_on(s, "extension", "PowerShell/Operational 4103, 4104");
    assert_string_equal(v->state, "not visible");
    assert_true(str_find(v->words, STR("none of a kind that would show")) != STR_ABSENT);
    assert_string_equal(verdict_on(s, "AN1052", "WinEventLog:Security 4688")->state, "not visible");
}

static void test_logging_that_began_late_is_said(void **state) {
    struct scene *s = *state;
    log_record(s, "powershell-operational", "4104", 0);
    log_record(s, "powershell-operational", "4103", 3 * DAY);
    log_record(s, "security", "4688", 0);
    log_record(s, "security", "4688 with command line", 0);
    fold_scene(s);
    assert_int_equal(said(s, "its first 4103 is of 2022-03-12T12:00:00Z: before that this may not"),
                     1);
    assert_int_equal(said(s, "its first 4104"), 0);
    assert_int_equal(said(s, "security"), 0);
    const struct verdict *v = verdict_on(s, "extension", "PowerShell/Operational 4103, 4104");
    assert_string_equal(v->state, "partly");
    assert_int_equal(s->out.coverage[0].kind_count, 2);
}

/* More kinds than a block keeps at a time, and blocks that each have some. */
static void test_kinds_of_many_blocks_are_one_count(void **state) {
    struct scene *s = *state;
    char host[32];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < TALLIES + 5; i++) {
            snprintf(host, sizeof host, "h%d", i);
            struct when at = {(NOON + round) * NS_PER_S, 0, WHEN_UTC};
            tallies_add(&s->seen, STR("security"), str_from(host), at, 0);
            tallies_add_kind(&s->seen, STR("security"), str_from(host), STR("4688"), at);
        }
        tallies_flush(&s->seen);
    }
    fold_scene(s);
    assert_int_equal(s->out.coverage_count, TALLIES + 5);
    for (size_t i = 0; i < s->out.coverage_count; i++) {
        assert_int_equal(s->out.coverage[i].kind_count, 1);
        assert_int_equal(s->out.coverage[i].kinds[0].count, 3);
        assert_int_equal(s->out.coverage[i].kinds[0].last.ns, (NOON + 2) * NS_PER_S);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_weekends_are_rhythm, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_lost_week_is_a_blind_spot, setup, teardown),
        cmocka_unit_test_setup_teardown(test_few_records_have_no_rhythm, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_not_there_is_said_per_source, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sentinel_s_part_stands_for_the_log, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_export_of_just_a_limit_is_suspect, setup, teardown),
        cmocka_unit_test_setup_teardown(test_settings_that_weaken_auditing_are_blind_spots, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_log_without_its_kind_shows_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_logging_that_began_late_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(test_kinds_of_many_blocks_are_one_count, setup, teardown),
    };
    return cmocka_run_group_tests_name("grants: coverage", tests, NULL, NULL);
}
