/* ual_json: the unified audit log in every JSON it is exported as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "reader_fixture.h"

extern const struct reader READER_UAL_JSON;

/* A bare record with this Id and what else its members are. */
#define RECORD(id, more)                                                                           \
    "{\"CreationTime\":\"2022-03-09T08:41:17\",\"Id\":\"" id                                       \
    "\",\"RecordType\":1,\"ResultStatus\":\"True\",\"Workload\":\"Exchange\","                     \
    "\"UserId\":\"p@fabrikam.com\"," more "}"
#define GRANT(id)                                                                                  \
    RECORD(id, "\"Operation\":\"Add-MailboxPermission\",\"ObjectId\":\"mb\",\"Parameters\":["      \
               "{\"Name\":\"Identity\",\"Value\":\"mb\"},{\"Name\":\"User\",\"Value\":\"p\"}]")
#define COMMAND(operation, parameters)                                                             \
    RECORD("r1", "\"Operation\":\"" operation "\",\"Parameters\":" parameters)

static struct got read_json(const char *text) {
    return read_text(&READER_UAL_JSON, str_from(text));
}

static void assert_records(const char *text, const char *ids) {
    struct got g = read_json(text);
    struct str got = STR_NONE;
    for (size_t i = 0; i < g.event_count; i++)
        got = arena_printf(g.a, "%.*s%s%.*s", STR_ARG(got), i ? " " : "",
                           STR_ARG(g.events[i].record));
    assert_str(got, ids);
    assert_int_equal(g.fault_count, 0);
    assert_int_equal(g.seen, g.event_count);
    arena_free(g.a);
}

static void test_every_container_gives_its_records(void **s) {
    (void)s;
    assert_records(GRANT("a"), "a");
    assert_records("\xEF\xBB\xBF" GRANT("a") "\r\n", "a");
    assert_records("[" GRANT("a") "," GRANT("b") "]", "a b");
    assert_records("[\n  " GRANT("a") "\n]\n[\n  " GRANT("b") ",\n  " GRANT("c") "\n]", "a b c");
    assert_records(GRANT("a") "\n" GRANT("b") "\n" GRANT("c"), "a b c");
    assert_records("{\"@odata.context\":\"x\",\"value\":[" GRANT("a") "," GRANT("b") "]}", "a b");
    assert_records("{\"value\":[" GRANT("a") "]}\n{\"value\":[" GRANT("b") "]}\n", "a b");
    assert_records("{\"value\":[" GRANT("a") "],\"@odata.nextLink\":\"https://x/?a={b}\"}", "a");
    assert_records("{\"value\":[]}", "");
}

static void test_a_record_tells_who_did_what_from_where(void **s) {
    (void)s;
    struct got g =
        read_json(RECORD("r1", "\"Operation\":\"Add-MailboxPermission\",\"ObjectId\":\"mb\","
                               "\"UserKey\":\"10032001A1B2C3D4\",\"ClientIP\":\"[::1]:47114\","
                               "\"OriginatingServer\":\"AM6 (15.20)\\r\\n\",\"SessionId\":\"\","
                               "\"AppAccessContext\":{\"AADSessionId\":\"s-1\"},"
                               "\"Parameters\":[{\"Name\":\"Identity\",\"Value\":\"mb\"}]"));
    const struct event *e = &g.events[0];
    char time[WHEN_TEXT];
    assert_int_equal(g.event_count, 1);
    assert_int_equal(e->kind, EVENT_COMMAND);
    assert_int_equal(e->source, SOURCE_UAL);
    assert_int_equal(e->result, RESULT_SUCCEEDED);
    assert_str(when_format(e->time, time), "2022-03-09T08:41:17Z");
    assert_str(e->actor, "p@fabrikam.com");
    assert_str(e->actor_key, "10032001A1B2C3D4");
    assert_str(e->object, "mb");
    assert_str(e->host, "AM6 (15.20)");
    assert_str(e->session, "s-1");
    assert_str(e->client_ip, "[::1]:47114");
    assert_false(e->poor);
    arena_free(g.a);
}

static void test_addresses_pass_as_written(void **s) {
    (void)s;
    static const char *const forms[] = {
        "1.2.3.4", "1.2.3.4:5678", "2001:db8::1",     "[2001:db8::1]:47114",
        "::1",     "0.0.0.0",      "EX01 (10.1.2.3)", "::ffff:1.2.3.4"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"CreationTime\":\"2022-03-09T08:41:17\",\"Operation\":\"Set-Mailbox\","
                 "\"ClientIP\":\"%s\"}",
                 forms[i]);
        struct got g = read_json(text);
        assert_int_equal(g.event_count, 1);
        assert_str(g.events[0].client_ip, forms[i]);
        arena_free(g.a);
    }
}

#define AUDIT_TEXT                                                                                 \
    "{\\\"CreationTime\\\":\\\"2022-03-09T08:41:17\\\",\\\"Id\\\":\\\"in\\\","                     \
    "\\\"Operation\\\":\\\"Add-MailboxPermission\\\",\\\"UserId\\\":\\\"p\\\","                    \
    "\\\"Parameters\\\":[{\\\"Name\\\":\\\"Identity\\\",\\\"Value\\\":\\\"a\\\\\\\\b\\\"}]}"

static void test_audit_data_is_a_string_or_an_object(void **s) {
    (void)s;
    struct got g =
        read_json("[{\"Identity\":\"out\",\"CreationDate\":\"\\/Date(1646815277000)\\/\","
                  "\"Operations\":\"Add-MailboxPermission\",\"UserIds\":\"p\","
                  "\"AuditData\":\"" AUDIT_TEXT "\"}]");
    assert_int_equal(g.event_count, 1);
    assert_str(g.events[0].record, "in");
    assert_params(&g, 0, "Identity=a\\b");
    assert_int_equal(g.fault_count, 0);
    arena_free(g.a);
    g = read_json("{\"@odata.context\":\"x\",\"value\":[{\"id\":\"out\",\"createdDateTime\":"
                  "\"2022-03-09T08:41:17Z\",\"operation\":\"Add-MailboxPermission\","
                  "\"auditData\":" GRANT("in") "}]}");
    assert_int_equal(g.event_count, 1);
    assert_str(g.events[0].record, "in");
    assert_params(&g, 0, "Identity=mb; User=p");
    arena_free(g.a);
}

static void test_outer_fields_stand_in_for_empty_audit_data(void **s) {
    (void)s;
    static const char *const empty[] = {"\"\"", "null", "{}"};
    for (size_t i = 0; i < 3; i++) {
        char text[512], time[WHEN_TEXT];
        snprintf(text, sizeof text,
                 "{\"Identity\":\"out\",\"CreationDate\":\"\\/Date(1646815277000)\\/\","
                 "\"Operations\":\"Add-MailboxPermission\",\"UserIds\":\"p\",\"AuditData\":%s}",
                 empty[i]);
        struct got g = read_json(text);
        assert_int_equal(g.event_count, 1);
        assert_true(g.events[0].poor);
        assert_str(g.events[0].record, "out");
        assert_str(g.events[0].actor, "p");
        assert_str(when_format(g.events[0].time, time), "2022-03-09T08:41:17.000Z");
        assert_int_equal(g.fault_count, 0);
        arena_free(g.a);
    }
}

static void test_a_torn_record_is_a_fault_and_the_next_is_read(void **s) {
    (void)s;
    static const char *const torn[] = {
        "{\"CreationTime\":\"2022\",\"Operation\":\"Add-Mail",
        "{\"CreationTime\":\"2022\",\"Operation\":\"Add-MailboxPermission\",\"Parameters\":[{",
        "{\"Operation\":\"Set-Mailbox\",",
        "{\"CreationTime\":\"2022\",\"Operation\":\"}Set-Mailbox",
    };
    for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
        struct arena *a = arena_new(0);
        struct str text =
            arena_printf(a, "%s\n%s\n%s\n%s\n", GRANT("a"), torn[i], GRANT("b"), GRANT("c"));
        struct got g = read_text(&READER_UAL_JSON, text);
        assert_int_equal(g.event_count, 3);
        assert_true(g.fault_count >= 1);
        assert_int_equal(g.faults[0].offset, sizeof GRANT("a"));
        assert_str(g.events[2].record, "c");
        arena_free(g.a);
        text = arena_printf(a, "%s\n%s", GRANT("a"), torn[i]);
        g = read_text(&READER_UAL_JSON, text);
        assert_int_equal(g.event_count, 1);
        assert_int_equal(g.fault_count, 1);
        arena_free(g.a);
        arena_free(a);
    }
}

static void test_two_torn_records_do_not_swallow_those_between(void **s) {
    (void)s;
    struct got g = read_json(
        "{\"Operation\":\"Set-Mail\n" GRANT("a") "\n" GRANT("b") "\n"
                                                                 "{\"Operation\":\"x\n" GRANT("c"));
    assert_int_equal(g.event_count, 3);
    assert_int_equal(g.fault_count, 2);
    arena_free(g.a);
}

static void test_cutting_anywhere_gives_the_same_events(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    static const char *const texts[] = {
        GRANT("a") "\n" GRANT("b") "\r\n" GRANT("c"),
        "[\n" GRANT("a") ",\n" GRANT("b") "]\n[" GRANT("c") "]",
        "{\"value\":[" GRANT("\xC3\xA9") "," GRANT("{") "," GRANT("\\\"") "]}",
    };
    for (size_t i = 0; i < 3; i++) {
        struct str text = str_from(texts[i]);
        assert_cuts_alike(&READER_UAL_JSON, text, 7);
        assert_cuts_alike(&READER_UAL_JSON, as_utf16(a, text, false), 13);
        assert_cuts_alike(&READER_UAL_JSON, as_utf16(a, text, true), 13);
    }
    /* No mark, and the first byte that is not ASCII stands far from the beginning. */
    struct got g = read_pieces(
        &READER_UAL_JSON, STR(GRANT("a") "\n" GRANT("b\xE9") "\n" GRANT("c\xE8") "\n" GRANT("d")),
        sizeof GRANT("") * 5 / 2, false);
    assert_int_equal(g.blocks, 2);
    assert_int_equal(g.event_count, 4);
    assert_int_equal(g.fault_count, 0);
    assert_str(g.events[2].record, "c\xC3\xA8");
    arena_free(g.a);
    arena_free(a);
}

static void test_offsets_are_bytes_of_the_item(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str text = as_utf16(a, STR("\n" GRANT("\xF0\x9F\x98\x80") "\n" GRANT("b")), false);
    struct got g = read_text(&READER_UAL_JSON, text);
    assert_int_equal(g.event_count, 2);
    assert_int_equal(g.events[0].offset, 2 + 2);
    /* The character is four bytes in both; everything else doubles. */
    assert_int_equal(g.events[1].offset, 2 + 2 + (sizeof GRANT("") - 1) * 2 + 4 + 2);
    arena_free(g.a);
    arena_free(a);
}

/* ---- parameters ---- */

static void assert_bound(const char *record, const char *want) {
    struct got g = read_json(record);
    assert_int_equal(g.event_count, 1);
    assert_params(&g, 0, want);
    assert_int_equal(g.fault_count, 0);
    arena_free(g.a);
}

static void test_parameters_in_every_form(void **s) {
    (void)s;
    assert_bound(COMMAND("Set-Mailbox", "[{\"Name\":\"Identity\",\"Value\":\"a b\"},"
                                        "{\"Value\":\"False\",\"Name\":\"AuditEnabled\"}]"),
                 "Identity=a b; AuditEnabled=False");
    assert_bound(COMMAND("Set-Mailbox", "\"-Identity \\\"a b\\\" -ForwardingSmtpAddress "
                                        "\\\"smtp:x@y.z\\\"\""),
                 "Identity=a b; ForwardingSmtpAddress=smtp:x@y.z");
    assert_bound(
        COMMAND("Set-Mailbox", "[\"-Identity \\\"a\\\"\",\"-AuditEnabled \\\"False\\\"\"]"),
        "Identity=a; AuditEnabled=False");
    assert_bound(
        COMMAND("Set-Mailbox", "\"[{\\\"Name\\\":\\\"Identity\\\",\\\"Value\\\":\\\"a\\\"}]\""),
        "Identity=a");
    assert_bound(RECORD("r", "\"Operation\":\"Set-Mailbox\""), "");
    assert_bound(COMMAND("Set-Mailbox", "null"), "");
}

static void test_rights_are_split_on_commas_and_semicolons(void **s) {
    (void)s;
    assert_bound(COMMAND("Add-MailboxPermission",
                         "[{\"Name\":\"AccessRights\",\"Value\":\"FullAccess, ReadPermission\"}]"),
                 "AccessRights=FullAccess|ReadPermission");
    assert_bound(COMMAND("Add-MailboxPermission",
                         "[{\"Name\":\"AccessRights\",\"Value\":\"FullAccess;ReadPermission\"}]"),
                 "AccessRights=FullAccess|ReadPermission");
    assert_bound(COMMAND("Add-MailboxPermission", "[{\"Name\":\"AccessRights\",\"Value\":["
                                                  "\"FullAccess\",\"ReadPermission\"]}]"),
                 "AccessRights=FullAccess|ReadPermission");
    assert_bound(COMMAND("Add-MailboxPermission", "[{\"Name\":\"User\",\"Value\":\"Doe, J;x\"}]"),
                 "User=Doe, J;x");
}

static void test_lists_are_split_and_edits_are_edits(void **s) {
    (void)s;
    assert_bound(COMMAND("Set-Mailbox", "[{\"Name\":\"GrantSendOnBehalfTo\",\"Value\":\"a;b c\"}]"),
                 "GrantSendOnBehalfTo=a|b c");
    assert_bound(COMMAND("Set-Mailbox", "[{\"Name\":\"GrantSendOnBehalfTo\",\"Value\":\"\"}]"),
                 "GrantSendOnBehalfTo=");
    assert_bound(COMMAND("Set-Mailbox", "[{\"Name\":\"GrantSendOnBehalfTo\",\"Value\":"
                                        "\"@{Add=a,b; Remove=c}\"}]"),
                 "GrantSendOnBehalfTo+?=a|b; GrantSendOnBehalfTo-?=c");
    /* Commas of a distinguished name are not commas of the list. */
    assert_bound(COMMAND("Set-Mailbox", "[{\"Name\":\"GrantSendOnBehalfTo\",\"Value\":"
                                        "\"@{Add=CN=a,OU=b}\"}]"),
                 "GrantSendOnBehalfTo+?=CN=a|OU=b");
    /* Brackets and quotes of a name are not those of the list. */
    assert_bound(COMMAND("Set-Mailbox",
                         "[{\"Name\":\"GrantSendOnBehalfTo\",\"Value\":"
                         "\"@{Add=(\\\"x.example/Users/Room (8)\\\",\\\"Doe, J\\\")}\"}]"),
                 "GrantSendOnBehalfTo+=x.example/Users/Room (8)|Doe, J");
}

static void test_a_cut_value_is_marked(void **s) {
    (void)s;
    char value[1100], text[2000];
    memset(value, 'x', sizeof value);
    memcpy(value + 1021, "...", 4);
    snprintf(text, sizeof text,
             "{\"CreationTime\":\"2022-03-09T08:41:17\",\"Operation\":\"Set-Mailbox\","
             "\"Parameters\":[{\"Name\":\"Identity\",\"Value\":\"%s\"},"
             "{\"Name\":\"Name\",\"Value\":\"short...\"}]}",
             value);
    struct got g = read_json(text);
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.events[0].params.list[0].flags, PARAM_TRUNCATED);
    assert_int_equal(g.events[0].params.list[1].flags, 0);
    arena_free(g.a);
}

/* What was to be added is cut; that the rest of the list stayed is not. */
static void test_a_cut_edit_stays_an_edit(void **s) {
    (void)s;
    char value[1100], text[2000];
    memset(value, 'x', sizeof value);
    memcpy(value, "@{Add=a,", 8);
    memcpy(value + 1021, "...", 4);
    snprintf(text, sizeof text,
             "{\"CreationTime\":\"2022-03-09T08:41:17\",\"Operation\":\"Set-Mailbox\","
             "\"Parameters\":[{\"Name\":\"GrantSendOnBehalfTo\",\"Value\":\"%s\"}]}",
             value);
    struct got g = read_json(text);
    const struct param *p = &g.events[0].params.list[0];
    assert_int_equal(g.event_count, 1);
    assert_int_equal(p->edit, EDIT_ADD);
    assert_int_equal(p->flags, PARAM_TRUNCATED);
    assert_int_equal(p->count, 2);
    arena_free(g.a);
}

/* ---- what is no cmdlet ---- */

static void test_folder_records_keep_their_paths(void **s) {
    (void)s;
    struct got g = read_json(
        "{\"CreationTime\":\"2022-04-11T07:15:02\",\"Id\":\"f\",\"RecordType\":2,"
        "\"Operation\":\"ModifyFolderPermissions\",\"ResultStatus\":\"Succeeded\","
        "\"MailboxOwnerUPN\":\"sam@x\",\"Item\":{\"ParentFolder\":{\"MemberRights\":\"None\","
        "\"MemberSid\":\"S-1-1-0\",\"Name\":\"Calendar\",\"Path\":\"\\\\Calendar\"}}}");
    const struct event *e = &g.events[0];
    assert_int_equal(g.event_count, 1);
    assert_int_equal(e->kind, EVENT_OPERATION);
    assert_str(params_first(&e->params, "Item.ParentFolder.MemberRights"), "None");
    assert_str(params_first(&e->params, "Item.ParentFolder.MemberSid"), "S-1-1-0");
    assert_str(params_first(&e->params, "Item.ParentFolder.Path"), "\\Calendar");
    assert_str(params_first(&e->params, "MailboxOwnerUPN"), "sam@x");
    arena_free(g.a);
}

static void test_named_lists_become_paths(void **s) {
    (void)s;
    struct got g = read_json(
        "{\"CreationTime\":\"2022-04-11T07:15:02\",\"RecordType\":\"8\",\"Operation\":\"Add member "
        "to role.\",\"ObjectId\":\"eve@x\",\"ModifiedProperties\":[{\"Name\":\"Role.DisplayName\","
        "\"NewValue\":\"\\\"Company Administrator\\\"\",\"OldValue\":\"\"}]}");
    assert_int_equal(g.event_count, 1);
    assert_str(params_first(&g.events[0].params, "ModifiedProperties.Role.DisplayName.NewValue"),
               "\"Company Administrator\"");
    arena_free(g.a);
    g = read_json("{\"CreationTime\":\"2022-04-11T07:15:02\",\"Operation\":\"UpdateInboxRules\","
                  "\"OperationProperties\":[{\"Name\":\"RuleOperation\",\"Value\":"
                  "\"AddMailboxRule\"},{\"Name\":\"RuleName\"}]}");
    assert_int_equal(g.event_count, 1);
    assert_str(params_first(&g.events[0].params, "OperationProperties.RuleOperation"),
               "AddMailboxRule");
    arena_free(g.a);
}

static void test_a_sign_in_is_judged_by_operation_and_error(void **s) {
    (void)s;
    static const struct {
        const char *operation, *error, *detail;
        enum result want;
    } rows[] = {
        {"UserLoggedIn", "\"0\"", "Success", RESULT_SUCCEEDED},
        {"UserLoggedIn", "0", "Redirect", RESULT_SUCCEEDED},
        {"UserLoggedIn", "\"50140\"", "Success", RESULT_FAILED},
        {"UserLoggedIn", "\"0\"", "UserError", RESULT_FAILED},
        {"UserLoginFailed", "\"0\"", "Success", RESULT_FAILED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[800];
        snprintf(
            text, sizeof text,
            "{\"CreationTime\":\"2022-04-11T07:15:02\",\"RecordType\":15,\"ResultStatus\":"
            "\"Success\",\"Operation\":\"%s\",\"ErrorNumber\":%s,\"ActorIpAddress\":\"1.2.3.4\","
            "\"DeviceProperties\":[{\"Name\":\"SessionId\",\"Value\":\"s-1\"}],"
            "\"ExtendedProperties\":[{\"Name\":\"ResultStatusDetail\",\"Value\":\"%s\"}]}",
            rows[i].operation, rows[i].error, rows[i].detail);
        struct got g = read_json(text);
        assert_int_equal(g.event_count, 1);
        assert_int_equal(g.events[0].kind, EVENT_SIGNIN);
        assert_int_equal(g.events[0].source, SOURCE_SIGNIN);
        assert_int_equal(g.events[0].result, rows[i].want);
        assert_str(g.events[0].session, "s-1");
        assert_str(g.events[0].client_ip, "1.2.3.4");
        arena_free(g.a);
    }
}

static void test_other_records_only_count(void **s) {
    (void)s;
    struct got g = read_json(RECORD("a", "\"Operation\":\"FileAccessed\"") "\n" GRANT("b"));
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.seen, 2);
    assert_int_equal(g.records, 2);
    assert_int_equal(g.events[0].ordinal, 2);
    arena_free(g.a);
}

static void test_nul_and_doubled_keys_are_told(void **s) {
    (void)s;
    struct got g = read_json(COMMAND("Set-Mailbox", "[{\"Name\":\"Identity\",\"Value\":"
                                                    "\"a\\u0000b\"}]"));
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.fault_count, 1);
    assert_params(&g, 0,
                  "Identity=a\xE2\x90\x80"
                  "b");
    arena_free(g.a);
    g = read_json(RECORD("r", "\"Operation\":\"Set-Mailbox\",\"UserId\":\"other\""));
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.fault_count, 1);
    assert_str(g.events[0].actor, "p@fabrikam.com");
    arena_free(g.a);
    g = read_json("{\"Identity\":\"out\",\"AuditData\":" COMMAND(
        "Set-Mailbox", "[{\"Name\":\"Identity\",\"Value\":\"a\\u0000b\"}]") "}");
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.fault_count, 1);
    arena_free(g.a);
}

static void test_dump_lines_are_json_with_every_field(void **s) {
    (void)s;
    struct got g = read_pieces(
        &READER_UAL_JSON,
        STR("[{\n \"Odd\": [1, {\"x\": null}],\r\n \"AuditData\": \"" AUDIT_TEXT "\"\n},{}]"), 0,
        true);
    assert_int_equal(g.line_count, 2);
    assert_int_equal(g.event_count, 0);
    for (size_t i = 0; i < 2; i++) {
        assert_true(json_check(g.lines[i], &(struct json_notes){0}, NULL));
        assert_true(str_chr(g.lines[i], '\n') == STR_ABSENT);
    }
    assert_true(str_find(g.lines[0], STR("\"Odd\"")) != STR_ABSENT);
    assert_true(str_find(g.lines[0], STR("\"Id\":\"in\"")) != STR_ABSENT);
    arena_free(g.a);
}

/* What ships logs wraps the record, as an object or as text. */
static void test_records_that_shippers_wrapped(void **s) {
    (void)s;
    static const char *const texts[] = {
        "{\"preview\":false,\"result\":{\"_time\":\"x\",\"_raw\":\"{\\\"CreationTime\\\":"
        "\\\"2022-03-09T08:41:17\\\",\\\"Id\\\":\\\"r1\\\",\\\"Operation\\\":"
        "\\\"Remove-MailboxPermission\\\",\\\"Workload\\\":\\\"Exchange\\\"}\"}}",
        "{\"_index\":\"o365\",\"_source\":{\"o365\":{\"audit\":{\"CreationTime\":"
        "\"2022-03-09T08:41:17\",\"Id\":\"r1\",\"Operation\":\"Remove-MailboxPermission\","
        "\"Workload\":\"Exchange\"}}}}",
        "{\"event\":{\"original\":\"{\\\"CreationTime\\\":\\\"2022-03-09T08:41:17\\\","
        "\\\"Id\\\":\\\"r1\\\",\\\"Operation\\\":\\\"Remove-MailboxPermission\\\","
        "\\\"Workload\\\":\\\"Exchange\\\"}\"}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct got g = read_text(&READER_UAL_JSON, str_from(texts[i]));
        assert_ptr_equal(evidence_recognise(str_from(texts[i]), true), &READER_UAL_JSON);
        assert_int_equal(g.event_count, 1);
        assert_int_equal(g.fault_count, 0);
        assert_str(g.events[0].record, "r1");
        assert_str(g.events[0].operation, "Remove-MailboxPermission");
        arena_free(g.a);
    }
}

/* A record's own list under a wrapper's name makes no page of it. */
static void test_a_list_of_texts_is_no_page(void **s) {
    (void)s;
    struct got g = read_text(
        &READER_UAL_JSON, STR("{\"value\":[\"a\",\"b\"],\"CreationTime\":\"2022-03-09T08:41:17\","
                              "\"Id\":\"r1\",\"Operation\":\"Remove-MailboxPermission\","
                              "\"Workload\":\"Exchange\"}"));
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.fault_count, 0);
    assert_str(g.events[0].record, "r1");
    arena_free(g.a);
}

/* Lines are cut without looking at all of them; what no longer is lines is still cut. */
static void test_lines_are_cut_at_lines(void **state) {
    (void)state;
    static const struct {
        const char *first, *text, *rest; /* shown first, then the text: what is left over */
    } rows[] = {
        {"", "{\"a\":1}\n{\"b\":2}\n{\"c\":", "{\"c\":"},
        {"", "{\"a\":1}\r\n{\"b\":\"\\\"}{\"}\r\n{\"c\"", "{\"c\""},
        {"", "{\"a\":1}\n{\"b\":2\n{\"c\":3}\n{\"d", "{\"d"},
        {"", "{\"a\":1}\n{\"b\":2\n{\"d", "{\"b\":2\n{\"d"},
        {"{\"a\":1}\n{\"b\":2}\n", "{\n\"c\":3\n}\n{\n\"d\"", "\n{\n\"d\""},
        {"", "[{\"a\":1},\n{\"b\":2},\n{\"c\"", ",\n{\"c\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cutter c = {0};
        struct str text = str_from(rows[i].text);
        if (rows[i].first[0]) {
            READER_UAL_JSON.cut(&c, str_from(rows[i].first), false);
            c.offset = strlen(rows[i].first);
        }
        size_t n = READER_UAL_JSON.cut(&c, text, false);
        assert_true(n <= text.n);
        assert_string_equal(rows[i].text + n, rows[i].rest);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_that_shippers_wrapped),
        cmocka_unit_test(test_a_list_of_texts_is_no_page),
        cmocka_unit_test(test_every_container_gives_its_records),
        cmocka_unit_test(test_a_record_tells_who_did_what_from_where),
        cmocka_unit_test(test_addresses_pass_as_written),
        cmocka_unit_test(test_audit_data_is_a_string_or_an_object),
        cmocka_unit_test(test_outer_fields_stand_in_for_empty_audit_data),
        cmocka_unit_test(test_a_torn_record_is_a_fault_and_the_next_is_read),
        cmocka_unit_test(test_two_torn_records_do_not_swallow_those_between),
        cmocka_unit_test(test_cutting_anywhere_gives_the_same_events),
        cmocka_unit_test(test_offsets_are_bytes_of_the_item),
        cmocka_unit_test(test_parameters_in_every_form),
        cmocka_unit_test(test_rights_are_split_on_commas_and_semicolons),
        cmocka_unit_test(test_lists_are_split_and_edits_are_edits),
        cmocka_unit_test(test_a_cut_value_is_marked),
        cmocka_unit_test(test_a_cut_edit_stays_an_edit),
        cmocka_unit_test(test_folder_records_keep_their_paths),
        cmocka_unit_test(test_named_lists_become_paths),
        cmocka_unit_test(test_a_sign_in_is_judged_by_operation_and_error),
        cmocka_unit_test(test_other_records_only_count),
        cmocka_unit_test(test_nul_and_doubled_keys_are_told),
        cmocka_unit_test(test_dump_lines_are_json_with_every_field),
        cmocka_unit_test(test_lines_are_cut_at_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
