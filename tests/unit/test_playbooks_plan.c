/* plan, review, emit, close: what is planned, what is left alone, what an approval binds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "playbooks/plan_file.h"
#include "playbooks/playbooks.h"

static char folder[64];
static struct arena *arena;

static char *in_folder(const char *name) {
    return (char *)(uintptr_t)arena_printf(arena, "%s/%s", folder, name).p;
}

static void put_file(const char *name, const char *content) {
    struct error e = {0};
    assert_int_equal(file_write(in_folder(name), str_from(content), &e), 0);
}

/* One grant with one change. The texts between are JSON members without braces. */
struct fixture {
    const char *right, *trustee, *result, *flags, *cmdlet, *priority, *scope;
};

static const struct fixture PLAIN = {"FullAccess", "\"written\":\"eve@x.example\"", "succeeded",
                                     "",           "Add-MailboxPermission",         "high",
                                     "null"};

static cJSON *plan_of(struct fixture f) {
    put_file("timeline.jsonl",
             arena_printf(arena,
                          "{\"id\":\"c-1\",\"time\":\"2022-03-09T08:41:17Z\",\"action\":\"grant\","
                          "\"right\":\"%s\",\"actor\":{\"written\":\"mallory\"},\"result\":\"%s\","
                          "\"flags\":[%s],\"cmdlet\":\"%s\",\"observations\":[{\"source\":\"ual\","
                          "\"item\":\"i\",\"record\":\"7\",\"offset\":0,\"sha256\":\"ab\"}]}\n",
                          f.right, f.result, f.flags, f.cmdlet)
                 .p);
    put_file(
        "ledger.jsonl",
        arena_printf(arena,
                     "{\"id\":\"g-1\",\"mailbox\":{\"written\":\"ceo@x.example\"},\"trustee\":{"
                     "%s},\"right\":\"%s\",\"scope\":%s,\"level\":\"Editor\",\"state\":\"open\","
                     "\"priority\":\"%s\",\"changes\":[\"c-1\"]}\n",
                     f.trustee, f.right, f.scope, f.priority)
            .p);
    char *argv[] = {"plan", folder, "-o", in_folder("plan.json"), NULL};
    assert_int_equal(plan_command(4, argv), 0);
    struct error e = {0};
    cJSON *plan = plan_read(arena, in_folder("plan.json"), &e);
    assert_non_null(plan);
    return plan;
}

static void assert_planned(struct fixture f, const char *cmdlet, const char *baseline) {
    cJSON *plan = plan_of(f);
    const cJSON *action = json_get(plan, "actions")->child;
    assert_non_null(action);
    assert_true(str_eq(json_get_str(action, "cmdlet"), str_from(cmdlet)));
    assert_true(str_eq(json_get_str(action, "baseline"), str_from(baseline)));
    cJSON_Delete(plan);
}

static void assert_left_alone(struct fixture f, const char *word) {
    cJSON *plan = plan_of(f);
    assert_null(json_get(plan, "actions")->child);
    struct str why = json_get_str(json_get(plan, "not_planned")->child, "why");
    assert_true(str_find(why, str_from(word)) != STR_ABSENT);
    cJSON_Delete(plan);
}

static void test_a_logged_grant_does_not_prove_absence(void **s) {
    (void)s;
    assert_planned(PLAIN, "Remove-MailboxPermission", "unknown");
}

static void test_send_as_online_uses_the_recipient(void **s) {
    (void)s;
    struct fixture f = PLAIN;
    f.right = "SendAs";
    f.cmdlet = "Add-RecipientPermission";
    assert_planned(f, "Remove-RecipientPermission", "unknown");
    f.cmdlet = "Add-ADPermission";
    assert_planned(f, "Remove-ADPermission", "unknown");
}

static void test_send_on_behalf_is_a_delta(void **s) {
    (void)s;
    struct fixture f = PLAIN;
    f.right = "SendOnBehalf";
    cJSON *plan = plan_of(f);
    const cJSON *p = json_get(json_get(plan, "actions")->child, "parameters");
    assert_non_null(json_get(p, "GrantSendOnBehalfTo.Remove"));
    cJSON_Delete(plan);
}

static void test_only_a_successful_add_proves_an_empty_folder_entry(void **s) {
    (void)s;
    struct fixture f = PLAIN;
    f.right = "Folder";
    f.scope = "\"\\\\Calendar\"";
    f.cmdlet = "Add-MailboxFolderPermission";
    assert_planned(f, "Remove-MailboxFolderPermission", "absent");
    f.cmdlet = "Set-MailboxFolderPermission";
    assert_left_alone(f, "before");
    f.cmdlet = "Add-MailboxFolderPermission";
    f.trustee = "\"written\":\"Default\"";
    assert_left_alone(f, "never removed");
}

static void test_unfit_records_plan_nothing(void **s) {
    (void)s;
    static const struct {
        const char *flag, *word;
    } cases[] = {{"\"truncated\"", "cut"},    {"\"ambiguous\"", "two ways"},
                 {"\"dynamic\"", "constant"}, {"\"what-if\"", "-WhatIf"},
                 {"\"attempt\"", "intent"},   {"\"poor\"", "outer"},
                 {"\"service\"", "service"},  {"\"owner\"", "owner"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f = PLAIN;
        f.flags = cases[i].flag;
        assert_left_alone(f, cases[i].word);
    }
}

/* A transcript's output from before is no proof, but nobody may take its absence for granted. */
static void test_what_a_transcript_printed_before_is_asked(void **s) {
    (void)s;
    put_file("timeline.jsonl",
             "{\"id\":\"c-1\",\"time\":\"2022-03-09T08:41:17Z\",\"action\":\"grant\",\"right\":"
             "\"FullAccess\",\"actor\":{\"written\":\"mallory\"},\"result\":\"succeeded\","
             "\"cmdlet\":\"Add-MailboxPermission\",\"observations\":[]}\n");
    put_file("ledger.jsonl",
             "{\"id\":\"g-1\",\"mailbox\":{\"written\":\"ceo@x.example\"},\"trustee\":{\"written\":"
             "\"eve@x.example\"},\"right\":\"FullAccess\",\"state\":\"open\",\"priority\":\"high\","
             "\"changes\":[\"c-1\"],\"snapshots\":[{\"present\":true,\"item\":\"t.txt\","
             "\"record\":\"7\",\"before_opening\":true}]}\n");
    char *argv[] = {"plan", folder, "-o", in_folder("plan.json"), NULL};
    assert_int_equal(plan_command(4, argv), 0);
    struct error e = {0};
    cJSON *plan = plan_read(arena, in_folder("plan.json"), &e);
    const cJSON *action = json_get(plan, "actions")->child;
    assert_non_null(action);
    assert_true(str_eq(json_get_str(action, "baseline"), STR("unknown")));
    assert_true(str_find(json_get_str(action, "question"),
                         STR("in the transcript t.txt (record 7) shows it from before")) !=
                STR_ABSENT);
    cJSON_Delete(plan);
}

/* What somebody else gave, or only tried to give, is not for the intruder's account to answer for.
 */
static void test_what_others_gave_is_asked(void **s) {
    (void)s;
    put_file("timeline.jsonl",
             "{\"id\":\"c-1\",\"time\":\"2022-03-09T08:41:17Z\",\"action\":\"grant\",\"right\":"
             "\"FullAccess\",\"actor\":{\"written\":\"admin\"},\"result\":\"unknown\","
             "\"cmdlet\":\"Add-MailboxPermission\",\"observations\":[]}\n");
    put_file("ledger.jsonl",
             "{\"id\":\"g-1\",\"mailbox\":{\"written\":\"ceo@x.example\"},\"trustee\":{\"written\":"
             "\"eve@x.example\"},\"right\":\"FullAccess\",\"state\":\"unknown\",\"priority\":"
             "\"high\",\"changes\":[\"c-1\"]}\n");
    char *argv[] = {"plan", folder, "-o", in_folder("plan.json"), "--compromised", "mallory", NULL};
    assert_int_equal(plan_command(6, argv), 0);
    struct error e = {0};
    cJSON *plan = plan_read(arena, in_folder("plan.json"), &e);
    const cJSON *action = json_get(plan, "actions")->child;
    assert_non_null(action);
    assert_true(str_eq(json_get_str(action, "baseline"), STR("unknown")));
    assert_true(str_find(json_get_str(action, "question"),
                         STR("given by admin, who is not among the accounts named")) != STR_ABSENT);
    cJSON_Delete(plan);
}

/* An administrator gave Reviewer, mallory made it Editor: back to Reviewer, and it is asked. */
static void test_what_somebody_else_gave_before_is_what_it_goes_back_to(void **s) {
    (void)s;
    static const char change[] =
        "{\"id\":\"%s\",\"time\":\"2022-03-%sT08:41:17Z\",\"action\":\"%s\",\"right\":"
        "\"Folder\",\"level\":\"%s\",\"actor\":{\"written\":\"%s\"},\"result\":\"succeeded\","
        "\"cmdlet\":\"%s-MailboxFolderPermission\",\"observations\":[]}\n";
    struct str one = arena_printf(arena, change, "c-1", "01", "grant", "Reviewer", "admin", "Add");
    struct str two = arena_printf(arena, change, "c-2", "09", "alter", "Editor", "mallory", "Set");
    put_file("timeline.jsonl", arena_printf(arena, "%.*s%.*s", STR_ARG(one), STR_ARG(two)).p);
    put_file("ledger.jsonl",
             "{\"id\":\"g-1\",\"mailbox\":{\"written\":\"ceo@x.example\"},\"trustee\":{\"written\":"
             "\"eve@x.example\"},\"right\":\"Folder\",\"scope\":\"\\\\Inbox\",\"level\":\"Editor\","
             "\"state\":\"open\",\"priority\":\"high\",\"changes\":[\"c-1\",\"c-2\"]}\n");
    char *argv[] = {"plan", folder, "-o", in_folder("plan.json"), NULL};
    assert_int_equal(plan_command(4, argv), 0);
    struct error e = {0};
    cJSON *plan = plan_read(arena, in_folder("plan.json"), &e);
    const cJSON *action = json_get(plan, "actions")->child;
    assert_non_null(action);
    assert_true(str_eq(json_get_str(action, "cmdlet"), STR("Set-MailboxFolderPermission")));
    assert_true(str_eq(json_get_str(action, "previous"), STR("Reviewer")));
    assert_true(str_eq(json_get_str(action, "baseline"), STR("unknown")));
    assert_true(str_find(json_get_str(action, "question"), STR("by admin at")) != STR_ABSENT);
    cJSON_Delete(plan);
}

/* An administrator gave it, mallory took it: given back last, as it was; asked for where only the
 * taker had given it is not planned at all. */
static cJSON *plan_of_taken(const char *giver, char *compromised) {
    static const char change[] =
        "{\"id\":\"%s\",\"time\":\"2022-03-%sT08:41:17Z\",\"action\":\"%s\",\"right\":"
        "\"FullAccess\",\"mailbox\":{\"written\":\"ceo@x.example\"},\"trustee\":{\"written\":"
        "\"pa@x.example\"},\"actor\":{\"written\":\"%s\"},\"result\":\"succeeded\","
        "\"cmdlet\":\"%s-MailboxPermission\",\"inheritance\":\"None\",\"observations\":[]}\n";
    struct str one = arena_printf(arena, change, "c-1", "01", "grant", giver, "Add");
    struct str two = arena_printf(arena, change, "c-2", "09", "revoke", "mallory", "Remove");
    put_file("timeline.jsonl", arena_printf(arena, "%.*s%.*s", STR_ARG(one), STR_ARG(two)).p);
    put_file(
        "ledger.jsonl",
        "{\"id\":\"g-1\",\"mailbox\":{\"written\":\"ceo@x.example\"},\"trustee\":{\"written\":"
        "\"pa@x.example\"},\"right\":\"FullAccess\",\"state\":\"closed\",\"opened_by\":\"c-1\","
        "\"closed_by\":\"c-2\",\"priority\":\"low\",\"changes\":[\"c-1\",\"c-2\"]}\n");
    char *argv[] = {"plan",          folder,      "-o", in_folder("plan.json"),
                    "--compromised", compromised, NULL};
    assert_int_equal(plan_command(6, argv), 0);
    struct error e = {0};
    return plan_read(arena, in_folder("plan.json"), &e);
}

static void test_what_an_intruder_took_is_given_back(void **s) {
    (void)s;
    cJSON *plan = plan_of_taken("admin", "mallory");
    const cJSON *action = json_get(plan, "actions")->child;
    assert_non_null(action);
    assert_true(str_eq(json_get_str(action, "kind"), STR("restore")));
    assert_true(str_eq(json_get_str(action, "cmdlet"), STR("Add-MailboxPermission")));
    assert_true(str_eq(json_get_str(action, "baseline"), STR("present")));
    const cJSON *p = json_get(action, "parameters"), *undo = json_get(action, "undo");
    assert_true(str_eq(json_text(json_get(p, "InheritanceType")->child), STR("None")));
    assert_true(str_eq(json_get_str(undo, "cmdlet"), STR("Remove-MailboxPermission")));
    assert_null(json_get(json_get(undo, "parameters"), "AutoMapping"));
    cJSON_Delete(plan);
}

static void test_what_others_took_or_he_had_given_himself_is_not(void **s) {
    (void)s;
    static const struct {
        const char *giver;
        char *compromised;
        const char *word;
    } cases[] = {{"mallory", "mallory", "closed by who had given it"},
                 {"admin", "eve", "closed already"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cJSON *plan = plan_of_taken(cases[i].giver, cases[i].compromised);
        assert_null(json_get(plan, "actions")->child);
        struct str why = json_get_str(json_get(plan, "not_planned")->child, "why");
        assert_true(str_starts(why, str_from(cases[i].word)));
        cJSON_Delete(plan);
    }
}

/* mallory took something from a name that nothing joins with a grant: it is said, with its entry.
 */
static void test_a_taking_without_a_grant_is_said(void **s) {
    (void)s;
    put_file("timeline.jsonl",
             "{\"id\":\"c-1\",\"time\":\"2022-03-09T08:41:17Z\",\"action\":\"revoke\",\"right\":"
             "\"FullAccess\",\"mailbox\":{\"written\":\"ceo@x.example\"},\"trustee\":{\"written\":"
             "\"pa@x.example\"},\"actor\":{\"written\":\"mallory\"},\"result\":\"succeeded\","
             "\"cmdlet\":\"Remove-MailboxPermission\",\"observations\":[]}\n");
    put_file("ledger.jsonl", "");
    char *argv[] = {"plan", folder, "-o", in_folder("plan.json"), "--compromised", "mallory", NULL};
    assert_int_equal(plan_command(6, argv), 0);
    struct error e = {0};
    cJSON *plan = plan_read(arena, in_folder("plan.json"), &e);
    const cJSON *row = json_get(plan, "not_planned")->child;
    assert_non_null(row);
    assert_true(str_eq(json_get_str(row, "mailbox"), STR("ceo@x.example")));
    assert_true(str_eq(json_get_str(row, "trustee"), STR("pa@x.example")));
    assert_true(str_starts(json_get_str(row, "why"), STR("taken away by mallory")));
    cJSON_Delete(plan);
}

/* What an administrator tried while mallory was there, and failed, is said. */
static void test_what_failed_because_of_him_is_said(void **s) {
    (void)s;
    static const char change[] =
        "{\"id\":\"%s\",\"time\":\"2022-03-09T08:41:17Z\",\"action\":\"grant\",\"right\":"
        "\"SendAs\","
        "\"mailbox\":{\"written\":\"ceo@x.example\"},\"trustee\":{\"written\":\"pa@x.example\"},"
        "\"actor\":{\"written\":\"%s\"},\"result\":\"failed\",\"cmdlet\":\"Add-"
        "RecipientPermission\","
        "\"observations\":[]}\n";
    struct str one = arena_printf(arena, change, "c-1", "admin");
    struct str two = arena_printf(arena, change, "c-2", "mallory");
    struct str three = arena_printf(arena, change, "c-3", "admin");
    put_file("timeline.jsonl",
             arena_printf(arena, "%.*s%.*s%.*s", STR_ARG(one), STR_ARG(two), STR_ARG(three)).p);
    put_file("ledger.jsonl", "");
    char *argv[] = {"plan", folder, "-o", in_folder("plan.json"), "--compromised", "mallory", NULL};
    assert_int_equal(plan_command(6, argv), 0);
    struct error e = {0};
    cJSON *plan = plan_read(arena, in_folder("plan.json"), &e);
    assert_int_equal(cJSON_GetArraySize(json_get(plan, "not_planned")), 1);
    struct str why = json_get_str(json_get(plan, "not_planned")->child, "why");
    assert_true(str_starts(why, STR("somebody tried this")));
    cJSON_Delete(plan);
}

/* Where nothing says what was set before, forwarding is emptied, and that is asked. */
static void test_forwarding_of_unknown_past_is_a_question(void **s) {
    (void)s;
    struct fixture f = PLAIN;
    f.right = "Forwarding";
    f.scope = "\"ForwardingSmtpAddress\"";
    f.cmdlet = "Set-Mailbox";
    assert_planned(f, "Set-Mailbox", "unknown");
}

static void test_what_must_stay_is_left_alone(void **s) {
    (void)s;
    struct fixture f = PLAIN;
    f.result = "failed";
    assert_left_alone(f, "failed");
    f = PLAIN;
    f.priority = "routine";
    assert_left_alone(f, "routine");
    f = PLAIN;
    f.right = "ApplicationRole";
    assert_left_alone(f, "no playbook");
    f = PLAIN;
    f.trustee = "\"written\":\"NT AUTHORITY\\\\SELF\"";
    assert_left_alone(f, "never removed");
    f.trustee = "\"written\":\"eve\",\"candidates\":[\"a\",\"b\"]";
    assert_left_alone(f, "several");
    f.trustee = "\"written\":\"*\"";
    assert_left_alone(f, "wildcard");
}

static int review(char *what, char *id, char *by, char *reason) {
    char *argv[] = {"review", in_folder("plan.json"), what, id, "--by", by, "--reason", reason,
                    NULL};
    return review_command(reason ? 8 : 6, argv);
}

static void test_unknown_before_needs_a_reason(void **s) {
    (void)s;
    cJSON_Delete(plan_of(PLAIN));
    assert_int_equal(review("--approve", "a-001", "ann", NULL), STATUS_FAILED);
    assert_int_equal(review("--approve", "a-001", "mallory", "why"), STATUS_FAILED);
    assert_int_equal(review("--approve", "a-001", "eve@x.example", "why"), STATUS_FAILED);
    assert_int_equal(review("--approve", "a-001", "ann", "asked the owner"), STATUS_DONE);
}

/* A sensitive mailbox: the first approval is written down, the same name twice is one, and a change
 * between the two makes the first one void. */
static void test_a_sensitive_mailbox_wants_two_people(void **s) {
    (void)s;
    struct error e = {0};
    put_file("baseline.json", "{\"sensitive_mailboxes\":[\"ceo@x.example\"]}");
    cJSON_Delete(plan_of(PLAIN));
    char *argv[] = {
        "plan", folder, "-o", in_folder("plan.json"), "--baseline", in_folder("baseline.json"),
        NULL};
    assert_int_equal(plan_command(6, argv), 0);
    assert_int_equal(review("--approve", "a-001", "one", "asked"), 1);
    assert_int_equal(review("--approve", "a-001", "ONE", "asked"), 1);
    cJSON *plan = plan_read(arena, in_folder("plan.json"), &e);
    assert_string_equal(action_decision(json_get(plan, "actions")->child), "pending");
    cJSON_Delete(plan);
    assert_int_equal(review("--approve", "a-001", "eve", "asked"), 4);
    assert_int_equal(review("--approve", "a-001", "X\\mallory", "asked"), 4);
    assert_int_equal(review("--approve", "a-001", "two", "asked"), 0);
    plan = plan_read(arena, in_folder("plan.json"), &e);
    cJSON *action = json_get(plan, "actions")->child;
    assert_string_equal(action_decision(action), "approved");
    cJSON *first = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(action, "decision"), "first");
    cJSON_ReplaceItemInObjectCaseSensitive(first, "by", cJSON_CreateString("two"));
    assert_string_equal(action_decision(action), "pending");
    cJSON_Delete(plan);
}

static void test_scripts_hold_approved_actions_only_in_ascii(void **s) {
    (void)s;
    struct fixture f = PLAIN;
    struct error e = {0};
    struct str text;
    f.trustee = "\"written\":\"\xc3\x91o'ra\"";
    cJSON_Delete(plan_of(f));
    char *argv[] = {"emit", in_folder("plan.json"), "-o", in_folder("scripts"), NULL};
    assert_int_equal(emit_command(4, argv), 0);
    assert_int_equal(file_read(arena, in_folder("scripts/rollback.ps1"), 1 << 20, &text, &e), 0);
    assert_true(str_find(text, STR("Remove-MailboxPermission")) == STR_ABSENT);
    assert_int_equal(review("--approve", "a-001", "ann", "asked"), STATUS_DONE);
    assert_int_equal(emit_command(4, argv), 0);
    assert_int_equal(file_read(arena, in_folder("scripts/rollback.ps1"), 1 << 20, &text, &e), 0);
    assert_true(str_find(text, STR("-User ('' + [char]0x00D1 + 'o''ra')")) != STR_ABSENT);
    for (size_t i = 0; i < text.n; i++) assert_true((unsigned char)text.p[i] < 0x7f);
}

static void test_a_changed_action_voids_its_approval(void **s) {
    (void)s;
    struct error e = {0};
    cJSON_Delete(plan_of(PLAIN));
    assert_int_equal(review("--approve", "a-001", "ann", "asked"), STATUS_DONE);
    cJSON *plan = plan_read(arena, in_folder("plan.json"), &e);
    cJSON *action = cJSON_GetObjectItemCaseSensitive(plan, "actions")->child;
    cJSON_ReplaceItemInObjectCaseSensitive(action, "trustee", cJSON_CreateString("bob"));
    assert_int_equal(plan_write(in_folder("plan.json"), plan, &e), 0);
    cJSON_Delete(plan);
    char *argv[] = {"emit", in_folder("plan.json"), "-o", in_folder("scripts"), NULL};
    assert_int_equal(emit_command(4, argv), STATUS_FAILED);
}

static void test_close_tells_what_stands_open(void **s) {
    (void)s;
    struct error e = {0};
    char hash[DIGEST_HEX + 1];
    cJSON_Delete(plan_of(PLAIN));
    assert_int_equal(review("--approve", "a-001", "ann", "asked"), STATUS_DONE);
    cJSON *plan = plan_read(arena, in_folder("plan.json"), &e);
    plan_digest(plan, hash);
    cJSON_Delete(plan);
    const char *const states[] = {"failed", "done"};
    for (int i = 0; i < 2; i++) {
        put_file(
            "result.json",
            arena_printf(
                arena,
                "\xEF\xBB\xBF{\"script\":\"rollback.ps1\",\"plan_sha256\":\"%s\",\"actions\":[{"
                "\"id\":\"a-001\",\"state\":\"%s\"}]}",
                hash, states[i])
                .p);
        char *argv[] = {"close", in_folder("plan.json"), "--result", in_folder("result.json"),
                        NULL};
        assert_int_equal(close_command(4, argv), i ? STATUS_DONE : STATUS_DECIDE);
    }
}

static int begin(void **s) {
    (void)s;
    arena = arena_new(0);
    strcpy(folder, "/tmp/ungrant-plan-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int end(void **s) {
    (void)s;
    static const char *const left[] = {
        "baseline.json",        "timeline.jsonl",       "ledger.jsonl",       "plan.json",
        "result.json",          "scripts/rollback.ps1", "scripts/verify.ps1", "scripts/undo.ps1",
        "scripts/snapshot.ps1", "scripts/SHA256SUMS"};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) unlink(in_folder(left[i]));
    rmdir(in_folder("scripts"));
    rmdir(folder);
    arena_free(arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_logged_grant_does_not_prove_absence),
        cmocka_unit_test(test_send_as_online_uses_the_recipient),
        cmocka_unit_test(test_send_on_behalf_is_a_delta),
        cmocka_unit_test(test_only_a_successful_add_proves_an_empty_folder_entry),
        cmocka_unit_test(test_unfit_records_plan_nothing),
        cmocka_unit_test(test_what_somebody_else_gave_before_is_what_it_goes_back_to),
        cmocka_unit_test(test_what_an_intruder_took_is_given_back),
        cmocka_unit_test(test_what_others_took_or_he_had_given_himself_is_not),
        cmocka_unit_test(test_a_taking_without_a_grant_is_said),
        cmocka_unit_test(test_what_failed_because_of_him_is_said),
        cmocka_unit_test(test_forwarding_of_unknown_past_is_a_question),
        cmocka_unit_test(test_what_a_transcript_printed_before_is_asked),
        cmocka_unit_test(test_what_others_gave_is_asked),
        cmocka_unit_test(test_what_must_stay_is_left_alone),
        cmocka_unit_test(test_unknown_before_needs_a_reason),
        cmocka_unit_test(test_a_sensitive_mailbox_wants_two_people),
        cmocka_unit_test(test_scripts_hold_approved_actions_only_in_ascii),
        cmocka_unit_test(test_a_changed_action_voids_its_approval),
        cmocka_unit_test(test_close_tells_what_stands_open),
    };
    return cmocka_run_group_tests_name("playbooks: plan", tests, begin, end);
}
