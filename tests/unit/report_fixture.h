/* report_fixture.h - a small analysis made by hand, for the tests of analyze/report. */
#ifndef UNGRANT_TESTS_UNIT_REPORT_FIXTURE_H
#define UNGRANT_TESTS_UNIT_REPORT_FIXTURE_H

#include "analyze/report/report.h"

/* One act that gives eve FullAccess to the CEO, seen in the unified audit log; one open grant. */
struct fixture {
    struct arena *arena;
    struct item item;
    struct item *items[1];
    struct observation seen;
    struct act act;
    struct grant grant;
    const struct act *of_grant[1];
    struct signal signal;
    struct str rule;
    struct use_count use;
    struct analysis analysis;
};

static inline struct when fixture_when(const char *text) {
    struct when t = {0};
    when_parse_iso(str_from(text), WHEN_UTC, &t);
    return t;
}

static inline struct party fixture_party(const char *written, const char *identity) {
    return (struct party){.written = str_from(written), .identity = str_from(identity)};
}

static inline void fixture_act(struct fixture *f) {
    struct str right = STR("FullAccess"), user = STR("eve");
    f->act = (struct act){
        .id = STR("c-000001"),
        .time = fixture_when("2022-03-09T08:41:17Z"),
        .what = {.action = ACTION_GRANT,
                 .right = RIGHT_FULL_ACCESS,
                 .inheritance = STR("All"),
                 .automapping = TRI_FALSE,
                 .result = RESULT_SUCCEEDED,
                 .flags = CHANGE_OBFUSCATED,
                 .cmdlet = STR("Add-MailboxPermission"),
                 .command = STR("Add-MailboxPermission ceo -User eve")},
        .mailbox = fixture_party("ceo", "ceo@corp.example"),
        .trustee = fixture_party("eve", "eve@corp.example"),
        .actor = fixture_party("adm@corp.example", ""),
        .client_ip = STR("203.0.113.7"),
        .priority = PRIORITY_CRITICAL,
        .signals = &f->signal,
        .signal_count = 1,
        .rules = &f->rule,
        .rule_count = 1,
        .grant = &f->grant,
        .observations = &f->seen,
        .observation_count = 1,
    };
    params_add1(f->arena, &f->act.what.params, STR("User"), user);
    params_add1(f->arena, &f->act.what.params, STR("AccessRights"), right);
}

static inline void fixture_grant(struct fixture *f) {
    f->of_grant[0] = &f->act;
    f->use = (struct use_count){STR("MailItemsAccessed"), 12};
    f->grant = (struct grant){
        .id = STR("g-000001"),
        .mailbox = f->act.mailbox,
        .trustee = f->act.trustee,
        .right = RIGHT_FULL_ACCESS,
        .state = GRANT_OPEN,
        .opened = f->act.time,
        .opened_by = &f->act,
        .use_total = 12,
        .use_first = fixture_when("2022-03-09T09:00:00Z"),
        .use_last = fixture_when("2022-03-10T09:00:00Z"),
        .uses = &f->use,
        .use_kinds = 1,
        .priority = PRIORITY_CRITICAL,
        .acts = f->of_grant,
        .act_count = 1,
    };
}

static inline void fixture_make(struct fixture *f) {
    *f = (struct fixture){.arena = arena_new(0)};
    f->item = (struct item){.name = STR("data/000001-ual.csv"),
                            .archive = STR("CASE.zip"),
                            .reader = STR("ual-csv"),
                            .telemetry = STR("unified audit log"),
                            .size = 4096,
                            .records = 7,
                            .integrity = INTEGRITY_MATCHES};
    digest_of(STR("x"), f->item.sha256);
    f->items[0] = &f->item;
    f->seen = (struct observation){.source = SOURCE_UAL,
                                   .item = &f->item,
                                   .record = STR("a1b2"),
                                   .offset = 512,
                                   .time = fixture_when("2022-03-09T08:41:17Z"),
                                   .result = RESULT_SUCCEEDED};
    f->signal = (struct signal){"self-grant", STR("the actor gave the right to a new account")};
    f->rule = STR("mailbox_permission_added");
    fixture_act(f);
    fixture_grant(f);
    f->analysis = (struct analysis){.arena = f->arena,
                                    .case_id = STR("IR-7"),
                                    .items = f->items,
                                    .item_count = 1,
                                    .acts = &f->act,
                                    .act_count = 1,
                                    .grants = &f->grant,
                                    .grant_count = 1};
}

static inline void fixture_free(struct fixture *f) { arena_free(f->arena); }

#endif
