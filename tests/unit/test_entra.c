/* Identity records of Entra ID: sign-ins and directory audit in every container. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/evidence/entra.h"
#include "analyze/extract_signin.h"
#include "change_fixture.h"
#include "reader_fixture.h"

extern const struct reader READER_ENTRA_JSON, READER_ENTRA_CSV, READER_ENTRA_AUDIT_CSV;

#define GRAPH                                                                                      \
    "\"id\":\"s1\",\"createdDateTime\":\"2026-03-01T10:00:00Z\",\"userPrincipalName\":"            \
    "\"eve@x.test\",\"userId\":\"u-1\",\"appId\":\"a-1\",\"appDisplayName\":\"Exchange\","         \
    "\"ipAddress\":\"203.0.113.7\",\"clientAppUsed\":\"IMAP4\",\"conditionalAccessStatus\":"       \
    "\"notApplied\",\"isInteractive\":true,\"riskState\":\"atRisk\",\"riskLevelDuringSignIn\":"    \
    "\"high\",\"status\":{\"errorCode\":0,\"failureReason\":\"Other.\"},\"location\":"             \
    "{\"city\":\"X\",\"countryOrRegion\":\"NL\"},\"deviceDetail\":{\"operatingSystem\":\"Linux\"}"

static void assert_signin(struct got *g, const char *details) {
    const struct event *e = &g->events[0];
    char time[WHEN_TEXT];
    assert_int_equal(g->event_count, 1);
    assert_int_equal(g->fault_count, 0);
    assert_int_equal(g->seen, 1);
    assert_int_equal(e->kind, EVENT_SIGNIN);
    assert_int_equal(e->source, SOURCE_SIGNIN);
    assert_str(e->record, "s1");
    assert_str(e->actor, "eve@x.test");
    assert_str(e->actor_key, "u-1");
    assert_str(e->client_ip, "203.0.113.7");
    assert_str(e->application, "Exchange");
    assert_int_equal(e->result, RESULT_SUCCEEDED);
    assert_str(when_format(e->time, time), "2026-03-01T10:00:00Z");
    assert_params(g, 0, details);
}

#define DETAILS(kind)                                                                              \
    "application_id=a-1; client=IMAP4; legacy=True; country=NL; risk_level=high; "                 \
    "risk_state=atRisk; kind=" kind "; device=Linux; conditional_access=notApplied; error_code=0"

static void test_signins_of_graph_monitor_and_log_analytics(void **s) {
    (void)s;
    static const struct {
        const char *text, *details;
    } cases[] = {
        {"{" GRAPH "}", DETAILS("interactive")},
        {"{\"@odata.context\":\"x\",\"value\":[{" GRAPH "}]}", DETAILS("interactive")},
        {"{\"time\":\"2026-03-01T10:00:09Z\",\"category\":\"NonInteractiveUserSignInLogs\","
         "\"operationName\":\"Sign-in activity\",\"properties\":{" GRAPH "}}\n",
         DETAILS("non-interactive")},
        {"{\"TimeGenerated\":\"2026-03-01T10:00:00Z\",\"Id\":\"s1\",\"UserPrincipalName\":"
         "\"eve@x.test\",\"UserId\":\"u-1\",\"AppId\":\"a-1\",\"AppDisplayName\":\"Exchange\","
         "\"IPAddress\":\"203.0.113.7\",\"ClientAppUsed\":\"IMAP4\",\"ConditionalAccessStatus\":"
         "\"notApplied\",\"IsInteractive\":true,\"RiskState\":\"atRisk\",\"RiskLevelDuringSignIn\":"
         "\"high\",\"ResultType\":\"0\",\"Location\":\"NL\",\"DeviceDetail\":"
         "\"{\\\"operatingSystem\\\":\\\"Linux\\\"}\"}",
         DETAILS("interactive")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str item = str_from(cases[i].text);
        assert_ptr_equal(evidence_recognise(item, true), &READER_ENTRA_JSON);
        struct got g = read_text(&READER_ENTRA_JSON, item);
        assert_signin(&g, cases[i].details);
        arena_free(g.a);
    }
}

static void test_a_service_principal_is_its_own_actor(void **s) {
    (void)s;
    struct str item = STR("{\"createdDateTime\":\"2026-03-01T10:00:00Z\",\"servicePrincipalId\":"
                          "\"sp-1\",\"servicePrincipalName\":\"Backup\",\"signInEventTypes\":"
                          "[\"servicePrincipal\"],\"status\":{\"errorCode\":7000215,"
                          "\"failureReason\":\"Invalid client secret\"}}");
    struct got g = read_text(&READER_ENTRA_JSON, item);
    assert_ptr_equal(evidence_recognise(item, true), &READER_ENTRA_JSON);
    assert_str(g.events[0].actor, "Backup");
    assert_str(g.events[0].actor_key, "sp-1");
    assert_str(g.events[0].error, "Invalid client secret");
    assert_int_equal(g.events[0].result, RESULT_FAILED);
    assert_params(&g, 0, "kind=service principal; error_code=7000215");
    arena_free(g.a);
}

static void test_the_portal_s_table(void **s) {
    (void)s;
    struct str item = STR("Date (UTC),Request ID,User agent,User ID,User,Username,Application,"
                          "Application ID,Resource,IP address,Location,Status,Sign-in error code,"
                          "Failure reason,Client app,Operating System,Conditional Access\r\n"
                          "2026-03-01T10:00:00Z,s1,,u-1,Eve,eve@x.test,Exchange,a-1,,203.0.113.7,"
                          "\"X, Y, NL\",Success,0,Other.,IMAP4,Linux,notApplied\r\n");
    assert_ptr_equal(evidence_recognise(item, true), &READER_ENTRA_CSV);
    struct got g = read_text(&READER_ENTRA_CSV, item);
    assert_signin(&g, "application_id=a-1; client=IMAP4; legacy=True; country=NL; "
                      "kind=interactive; device=Linux; conditional_access=notApplied; "
                      "error_code=0");
    arena_free(g.a);
}

/* What changes_of_event() makes of the only event. */
static struct told told_of(struct got *g) {
    struct told t = {.a = g->a};
    struct change_sink out = {g->a,       &t,          told_change, told_use,
                              told_alias, told_member, told_created};
    assert_int_equal(g->event_count, 1);
    changes_of_event(&g->events[0], &out);
    return t;
}

static void test_directory_audit_gives_roles_and_application_rights(void **s) {
    (void)s;
    static const struct {
        const char *text, *scope, *trustee;
        enum right right;
        enum change_action action;
    } cases[] = {
        {"{\"id\":\"d1\",\"activityDisplayName\":\"Add member to role\",\"activityDateTime\":"
         "\"2026-03-01T10:00:00Z\",\"result\":\"success\",\"initiatedBy\":{\"user\":{"
         "\"userPrincipalName\":\"adm@x.test\",\"id\":\"u-2\",\"ipAddress\":\"203.0.113.7\"}},"
         "\"targetResources\":[{\"type\":\"Role\",\"displayName\":\"r\"},{\"type\":\"User\","
         "\"userPrincipalName\":\"eve@x.test\",\"modifiedProperties\":[{\"displayName\":"
         "\"Role.DisplayName\",\"oldValue\":null,\"newValue\":\"\\\"Exchange "
         "Administrator\\\"\"}]}]}",
         "Exchange Administrator", "eve@x.test", RIGHT_ROLE, ACTION_GRANT},
        {"{\"OperationName\":\"Add eligible member to role in PIM completed (permanent)\","
         "\"TimeGenerated\":\"2026-03-01T10:00:00Z\",\"Result\":\"success\",\"InitiatedBy\":"
         "\"{\\\"user\\\":{\\\"userPrincipalName\\\":\\\"adm@x.test\\\"}}\",\"TargetResources\":"
         "\"[{\\\"userPrincipalName\\\":\\\"eve@x.test\\\",\\\"modifiedProperties\\\":[{"
         "\\\"displayName\\\":\\\"Role.DisplayName\\\",\\\"newValue\\\":\\\"GA\\\"}]}]\"}",
         "GA", "eve@x.test", RIGHT_ROLE, ACTION_GRANT},
        {"{\"category\":\"AuditLogs\",\"operationName\":\"x\",\"properties\":{"
         "\"activityDisplayName\":\"Update application \xE2\x80\x93 Certificates and secrets "
         "management \",\"activityDateTime\":\"2026-03-01T10:00:00Z\",\"result\":\"success\","
         "\"initiatedBy\":{\"app\":{\"displayName\":\"adm@x.test\"}},\"targetResources\":[{"
         "\"displayName\":\"Backup\",\"type\":\"Application\",\"modifiedProperties\":[{"
         "\"displayName\":\"KeyDescription\",\"newValue\":\"k\"}]}]}}",
         "credential", "Backup", RIGHT_APPLICATION, ACTION_GRANT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str item = str_from(cases[i].text);
        assert_ptr_equal(evidence_recognise(item, true), &READER_ENTRA_JSON);
        struct got g = read_text(&READER_ENTRA_JSON, item);
        struct told t = told_of(&g);
        assert_int_equal(g.fault_count, 0);
        assert_int_equal(g.events[0].source, SOURCE_DIRECTORY_AUDIT);
        assert_str(g.events[0].actor, "adm@x.test");
        assert_int_equal(t.change_count, 1);
        assert_int_equal(t.changes[0].right, cases[i].right);
        assert_int_equal(t.changes[0].action, cases[i].action);
        assert_str(t.changes[0].scope, cases[i].scope);
        assert_str(t.changes[0].trustee, cases[i].trustee);
        assert_int_equal(g.events[0].result, RESULT_SUCCEEDED);
        arena_free(g.a);
    }
}

static void test_hostile_records_are_faults_or_nothing(void **s) {
    (void)s;
    static const char *const texts[] = {
        "{\"targetResources\":{},\"initiatedBy\":[]}",
        "{\"targetResources\":\"[{\",\"initiatedBy\":\"{\"}",
        ("{\"targetResources\":[1,null,{\"modifiedProperties\":[null,1,{\"displayName\":[]}]}],"
         "\"initiatedBy\":{\"user\":[],\"app\":1}}"),
        "{\"userPrincipalName\":{},\"isInteractive\":[],\"status\":[],\"location\":1}",
        "{\"servicePrincipalId\":1,\"signInEventTypes\":{}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct got g = read_text(&READER_ENTRA_JSON, str_from(texts[i]));
        assert_int_equal(g.event_count + g.fault_count, 1);
        arena_free(g.a);
    }
}

/* ---- counting ---- */

static void count_fact(void *own, const struct fact *f) {
    struct fact *last = own;
    *last = *f;
    last->part++; /* how many were given: two is too many below */
}

static void test_equal_signins_are_one_fact_with_a_count(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct fact last = {0};
    struct signins list = {.arena = a, .own = &last, .give = count_fact};
    for (int i = 0; i < 3; i++) {
        struct fact f = {.actor = STR("eve"), .client_ip = STR("203.0.113.7")};
        f.offset = (uint64_t)(10 * i);
        f.ordinal = (uint64_t)(1 + i);
        f.record = arena_printf(a, "r%d", i);
        f.time = (struct when){(3 - i) * NS_PER_S, 0, WHEN_UTC};
        signins_add(&list, &f);
    }
    signins_flush(&list);
    assert_int_equal(last.kind, FACT_SIGNIN);
    assert_int_equal(last.count, 3);
    assert_int_equal(last.part, 1);
    /* The first and the last by time, each with its own place. */
    assert_int_equal(last.time.ns, 1 * NS_PER_S);
    assert_str(last.record, "r2");
    assert_int_equal(last.ordinal, 3);
    assert_int_equal(last.offset, 20);
    assert_int_equal(last.last.ns, 3 * NS_PER_S);
    assert_str(last.last_record, "r0");
    assert_int_equal(last.last_ordinal, 1);
    assert_int_equal(last.last_offset, 0);
    arena_free(a);
}

static void test_the_portals_audit_table_says_the_same(void **s) {
    (void)s;
    struct str item =
        STR("\xEF\xBB\xBF\"Date (UTC)\",\"CorrelationId\",\"Service\",\"Category\",\"Activity\","
            "\"Result\",\"ResultReason\",\"ActorType\",\"ActorDisplayName\",\"ActorObjectId\","
            "\"ActorUserPrincipalName\",\"IPAddress\",\"ActorServicePrincipalId\","
            "\"ActorServicePrincipalName\",\"Target1Type\",\"Target1DisplayName\","
            "\"Target1ObjectId\",\"Target1UserPrincipalName\",\"Target1ModifiedProperty1Name\","
            "\"Target1ModifiedProperty1OldValue\",\"Target1ModifiedProperty1NewValue\","
            "\"Target2Type\",\"Target2DisplayName\",\"Target2ObjectId\","
            "\"Target2UserPrincipalName\"\r\n"
            "2026-03-01T10:00:00.1234567+00:00,c1,Core Directory,RoleManagement,Add member to "
            "role,success,,User,,u-2,adm@x.test,203.0.113.7,,,Role,r,r-1,,Role.DisplayName,,"
            "\"\"\"Exchange Administrator\"\"\",User,,u-1,eve@x.test\r\n");
    assert_ptr_equal(evidence_recognise(item, true), &READER_ENTRA_AUDIT_CSV);
    struct got g = read_text(&READER_ENTRA_AUDIT_CSV, item);
    char time[WHEN_TEXT];
    assert_int_equal(g.fault_count, 0);
    assert_str(when_format(g.events[0].time, time), "2026-03-01T10:00:00.1234567Z");
    assert_str(g.events[0].actor, "adm@x.test");
    assert_str(g.events[0].actor_key, "u-2");
    assert_str(g.events[0].client_ip, "203.0.113.7");
    assert_str(g.events[0].object, "eve@x.test");
    struct told t = told_of(&g);
    assert_int_equal(t.change_count, 1);
    assert_int_equal(t.changes[0].right, RIGHT_ROLE);
    assert_str(t.changes[0].trustee, "eve@x.test");
    assert_str(t.changes[0].scope, "Exchange Administrator");
    arena_free(g.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signins_of_graph_monitor_and_log_analytics),
        cmocka_unit_test(test_a_service_principal_is_its_own_actor),
        cmocka_unit_test(test_the_portal_s_table),
        cmocka_unit_test(test_directory_audit_gives_roles_and_application_rights),
        cmocka_unit_test(test_hostile_records_are_faults_or_nothing),
        cmocka_unit_test(test_equal_signins_are_one_fact_with_a_count),
        cmocka_unit_test(test_the_portals_audit_table_says_the_same),
    };
    return cmocka_run_group_tests_name("entra", tests, NULL, NULL);
}
