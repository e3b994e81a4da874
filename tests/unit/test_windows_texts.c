/* Windows events as XML and JSON: the same record gives the same event in every container. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reader_fixture.h"

#define NAMESPACE "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'"
#define SYSTEM(provider, id, channel)                                                              \
    "<System><Provider Name='" provider "' Guid='{x}'/><EventID Qualifiers='0'>" id                \
    "</EventID><TimeCreated SystemTime='2023-01-11T15:56:33.1234567Z'/><EventRecordID>77"          \
    "</EventRecordID><Channel>" channel "</Channel><Computer>ex1.c.t</Computer>"                   \
    "<Security UserID='S-1-5-21-1'/></System>"
#define OPERATIONAL "Microsoft-Windows-PowerShell/Operational"
#define XML_4104                                                                                   \
    "<Event " NAMESPACE ">" SYSTEM("Microsoft-Windows-PowerShell", "4104",                         \
                                   OPERATIONAL) "<EventData><Data Name='MessageNumber'>1</Data>"   \
                                                "<Data Name='MessageTotal'>2</Data><Data "         \
                                                "Name='ScriptBlockText'>Add-MailboxPermission "    \
                                                "&lt;a&gt;\n b</Data><Data "                       \
                                                "Name='ScriptBlockId'>0b0e</Data><Data "           \
                                                "Name='Path'></Data></EventData></Event>"
#define XML_EXCHANGE                                                                               \
    "<Event " NAMESPACE                                                                            \
    ">" SYSTEM("MSExchange CmdletLogs", "1",                                                       \
               "MSExchange Management") "<EventData><Data>Add-MailboxPermission</Data><Data> "     \
                                        "-Identity \"M\" -User \"U\" "                             \
                                        "-AccessRights "                                           \
                                        "\"FullAccess\"</Data><Data>c.t/Users/P</"                 \
                                        "Data><Data>S-1-5-21-1</Data>"                             \
                                        "</EventData></Event>"
#define XML_CLEARED                                                                                \
    "<Event " NAMESPACE ">" SYSTEM(                                                                \
        "Microsoft-Windows-Eventlog", "1102",                                                      \
        "Security") "<UserData><LogFileCleared "                                                   \
                    "xmlns='x'><SubjectUserSid>S-1-5-21-9</SubjectUserSid>"                        \
                    "<SubjectUserName>p</SubjectUserName><SubjectDomainName>C</SubjectDomainName>" \
                    "</LogFileCleared></UserData></Event>"
#define XML_OTHER "<Event " NAMESPACE ">" SYSTEM("Other", "4104", "Application") "</Event>"

static const struct reader *reader_of(struct str item, const char *name) {
    const struct reader *r = evidence_recognise(item, true);
    assert_non_null(r);
    assert_string_equal(r->name, name);
    return r;
}

static void assert_4104(struct got *g, size_t i) {
    const struct event *e = &g->events[i];
    char time[WHEN_TEXT];
    assert_true(i < g->event_count);
    assert_int_equal(e->kind, EVENT_TEXT);
    assert_int_equal(e->source, SOURCE_PS_4104);
    assert_str(e->text, "Add-MailboxPermission <a>\n b");
    assert_str(e->block_id, "0b0e");
    assert_int_equal(e->part, 1);
    assert_int_equal(e->parts, 2);
    assert_str(e->record, "77");
    assert_str(e->host, "ex1.c.t");
    assert_str(e->actor_key, "S-1-5-21-1");
    assert_str(when_format(e->time, time), "2023-01-11T15:56:33.1234567Z");
}

static void assert_exchange(struct got *g, size_t i) {
    const struct event *e = &g->events[i];
    assert_true(i < g->event_count);
    assert_int_equal(e->source, SOURCE_EXCHANGE_MANAGEMENT);
    assert_str(e->operation, "Add-MailboxPermission");
    assert_params(g, i, "Identity=M; User=U; AccessRights=FullAccess");
    assert_str(e->actor, "c.t/Users/P");
    assert_int_equal(e->result, RESULT_SUCCEEDED);
}

static void test_xml_gives_what_an_event_log_gives(void **s) {
    (void)s;
    static const char item[] = "<Events>" XML_4104 XML_EXCHANGE XML_CLEARED XML_OTHER "</Events>";
    const struct reader *r = reader_of(STR(item), "windows-xml");
    struct got g = read_text(r, STR(item));
    assert_int_equal(g.records, 4);
    assert_int_equal(g.seen, 4);
    assert_int_equal(g.event_count, 3);
    assert_4104(&g, 0);
    assert_exchange(&g, 1);
    assert_int_equal(g.events[2].kind, EVENT_CLEARED);
    assert_str(g.events[2].actor, "C\\p");
    assert_int_equal(g.events[1].offset, 8 + sizeof XML_4104 - 1);
    assert_int_equal(g.fault_count, 0);
    arena_free(g.a);
    assert_cuts_alike(r, STR(item), 501);
}

static void test_many_roots_and_every_encoding(void **s) {
    (void)s;
    static const char item[] = XML_4104 "\r\n" XML_EXCHANGE "\r\n";
    struct arena *a = arena_new(0);
    struct str shapes[] = {STR(item), STR("\xEF\xBB\xBF" XML_4104 "\r\n" XML_EXCHANGE),
                           as_utf16(a, STR(item), false), as_utf16(a, STR(item), true)};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct reader *r = reader_of(shapes[i], "windows-xml");
        struct got g = read_text(r, shapes[i]);
        assert_int_equal(g.event_count, 2);
        assert_4104(&g, 0);
        assert_exchange(&g, 1);
        arena_free(g.a);
        assert_cuts_alike(r, shapes[i], 801);
    }
    arena_free(a);
}

static void test_an_entity_is_a_fault_and_nothing_else(void **s) {
    (void)s;
    static const char item[] =
        "<!DOCTYPE Events [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Events>" XML_4104
        "<Event>&e;</Event></Events>";
    static const char late[] = "<Events>" XML_4104 "<Event>&e;</Event>" XML_4104 "</Events>";
    struct got g = read_text(reader_of(STR(item), "windows-xml"), STR(item));
    assert_int_equal(g.event_count, 0);
    assert_int_equal(g.fault_count, 1);
    arena_free(g.a);
    g = read_text(reader_of(STR(late), "windows-xml"), STR(late));
    assert_int_equal(g.event_count, 2);
    assert_int_equal(g.fault_count, 1);
    arena_free(g.a);
}

#define SCRIPT_JSON                                                                                \
    "\"MessageNumber\":1,\"MessageTotal\":\"2\",\"ScriptBlockText\":"                              \
    "\"Add-MailboxPermission <a>\\n b\",\"ScriptBlockId\":\"0b0e\",\"Path\":\"\""
#define CALL_JSON                                                                                  \
    "\"Add-MailboxPermission\",\" -Identity \\\"M\\\" -User \\\"U\\\" -AccessRights "              \
    "\\\"FullAccess\\\"\",\"c.t/Users/P\",\"S-1-5-21-1\""
#define TIME "2023-01-11T15:56:33.1234567Z"

static const char WINLOGBEAT[] =
    "{\"@timestamp\":\"" TIME "\",\"winlog\":{\"channel\":\"" OPERATIONAL
    "\",\"computer_name\":\"ex1.c.t\",\"provider_name\":\"Microsoft-Windows-PowerShell\","
    "\"event_id\":\"4104\",\"record_id\":77,\"user\":{\"identifier\":\"S-1-5-21-1\"},"
    "\"event_data\":{" SCRIPT_JSON "}},\"message\":\"EventID 4104\"}\n"
    "{\"@timestamp\":\"" TIME "\",\"winlog\":{\"channel\":\"MSExchange Management\","
    "\"computer_name\":\"ex1.c.t\",\"provider_name\":\"MSExchange CmdletLogs\",\"event_id\":1,"
    "\"record_id\":77,\"event_data\":{\"param1\":\"Add-MailboxPermission\",\"param2\":\" -Identity "
    "\\\"M\\\" -User \\\"U\\\" -AccessRights \\\"FullAccess\\\"\",\"param3\":\"c.t/Users/P\"}}}\n"
    "{\"@timestamp\":\"" TIME "\",\"winlog\":{\"channel\":\"Security\",\"event_id\":\"5156\"}}\n";
static const char OLD_WINLOGBEAT[] =
    "{\"@timestamp\":\"" TIME "\",\"log_name\":\"" OPERATIONAL
    "\",\"computer_name\":\"ex1.c.t\",\"source_name\":\"Microsoft-Windows-PowerShell\","
    "\"event_id\":4104,\"record_number\":\"77\",\"user\":{\"identifier\":\"S-1-5-21-1\"},"
    "\"event_data\":{" SCRIPT_JSON "}}\n";
static const char NXLOG[] =
    "{\"TimeCreated\":\"" TIME "\",\"Hostname\":\"ex1.c.t\",\"EventID\":4104,\"SourceName\":"
    "\"Microsoft-Windows-PowerShell\",\"Channel\":\"" OPERATIONAL
    "\",\"RecordNumber\":77,\"UserID\":\"S-1-5-21-1\",\"Message\":\"x\"," SCRIPT_JSON "}\r\n";
static const char EVTX_DUMP[] =
    "Record 1\n{\n  \"Event\": {\n    \"System\": {\"Provider\": {\"#attributes\": {\"Name\": "
    "\"Microsoft-Windows-PowerShell\"}}, \"EventID\": {\"#attributes\": {\"Qualifiers\": 0}, "
    "\"#text\": 4104}, \"TimeCreated\": {\"#attributes\": {\"SystemTime\": \"" TIME "\"}}, "
    "\"EventRecordID\": 77, \"Channel\": \"" OPERATIONAL "\", \"Computer\": \"ex1.c.t\", "
    "\"Security\": {\"#attributes\": {\"UserID\": \"S-1-5-21-1\"}}},\n\"EventData\": {" SCRIPT_JSON
    "}}}\nRecord 2\n{\"Event\": {\"System\": {\"Provider_attributes\": {\"Name\": \"MSExchange "
    "CmdletLogs\"}, \"EventID\": 1, \"TimeCreated_attributes\": {\"SystemTime\": \"" TIME "\"}, "
    "\"EventRecordID\": 77, \"Channel\": \"MSExchange Management\", \"Computer\": \"ex1.c.t\"}, "
    "\"EventData\": {\"Data\": {\"#text\": [" CALL_JSON "]}}}}\n";

static void test_json_of_every_shipper(void **s) {
    (void)s;
    const struct {
        struct str item;
        size_t records, events;
    } rows[] = {{STR(WINLOGBEAT), 3, 2},
                {STR(OLD_WINLOGBEAT), 1, 1},
                {STR(NXLOG), 1, 1},
                {STR(EVTX_DUMP), 2, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct reader *r = reader_of(rows[i].item, "windows-json");
        struct got g = read_text(r, rows[i].item);
        assert_int_equal(g.records, rows[i].records);
        assert_int_equal(g.seen, rows[i].records);
        assert_int_equal(g.event_count, rows[i].events);
        assert_int_equal(g.fault_count, 0);
        assert_4104(&g, 0);
        if (rows[i].events > 1) assert_exchange(&g, 1);
        arena_free(g.a);
        assert_cuts_alike(r, rows[i].item, 97);
    }
}

static void test_a_local_time_is_said_to_be_one(void **s) {
    (void)s;
    static const char item[] =
        "{\"EventTime\":\"2023-01-11 16:56:33\",\"Hostname\":\"h\",\"EventID\":4104,\"SourceName\":"
        "\"Microsoft-Windows-PowerShell\",\"Channel\":\"x\"," SCRIPT_JSON "}";
    struct got g = read_text(reader_of(STR(item), "windows-json"), STR(item));
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.events[0].time.basis, WHEN_UNKNOWN);
    assert_str(g.events[0].record, "");
    assert_int_equal(g.events[0].ordinal, 1);
    arena_free(g.a);
}

static void test_a_message_alone_still_names_the_call(void **s) {
    (void)s;
    static const char item[] =
        "{\"SourceName\":\"MSExchange CmdletLogs\",\"Channel\":\"MSExchange Management\","
        "\"Hostname\":\"h\",\"@timestamp\":\"" TIME "\",\"EventID\":1,\"Message\":\"Cmdlet "
        "suceeded. Cmdlet Add-MailboxPermission, parameters -Identity \\\"M\\\" -User "
        "\\\"U\\\".\"}";
    struct got g = read_text(reader_of(STR(item), "windows-json"), STR(item));
    assert_int_equal(g.event_count, 1);
    assert_str(g.events[0].operation, "Add-MailboxPermission");
    assert_params(&g, 0, "Identity=M; User=U");
    arena_free(g.a);
}

/* Text of a script cannot pass for the record's own members. */
static void test_a_key_inside_a_text_hides_nothing(void **s) {
    (void)s;
    static const char item[] = "{\"Message\":\"\\\"EventID\\\":5156\",\"TimeCreated\":\"" TIME
                               "\",\"Hostname\":\"ex1.c.t\",\"EventID\":4104,\"SourceName\":"
                               "\"Microsoft-Windows-PowerShell\",\"Channel\":\"" OPERATIONAL
                               "\",\"RecordNumber\":77,\"UserID\":\"S-1-5-21-1\"," SCRIPT_JSON "}";
    struct got g = read_text(reader_of(STR(item), "windows-json"), STR(item));
    assert_int_equal(g.event_count, 1);
    assert_4104(&g, 0);
    arena_free(g.a);
}

static void test_torn_lines_cost_themselves_only(void **s) {
    (void)s;
    struct buf b = {0};
    for (int i = 0; i < 200; i++) {
        buf_add(&b, str_slice(STR(NXLOG), 0, sizeof NXLOG - 9));
        buf_add_z(&b, "\n");
        buf_add(&b, STR(NXLOG));
    }
    struct got g = read_text(reader_of(STR(NXLOG), "windows-json"), buf_str(&b));
    assert_int_equal(g.event_count, 200);
    assert_int_equal(g.fault_count, 200);
    arena_free(g.a);
    buf_free(&b);
}

/* What each of these says: "kind source operation by actor: params, session". */
static void test_sign_ins_groups_and_directory_values(void **s) {
    (void)s;
#define AUDIT(id, data)                                                                            \
    "<Event " NAMESPACE ">" SYSTEM("Microsoft-Windows-Security-Auditing", id,                      \
                                   "Security") "<EventData><Data Name='SubjectUserName'>p</Data>"  \
                                               "<Data Name='SubjectDomainName'>C</Data>" data      \
                                               "</EventData></Event>"
#define DATA(name, value) "<Data Name='" name "'>" value "</Data>"
#define VALUE(attribute, type)                                                                     \
    AUDIT("5136", DATA("OpCorrelationID", "{c}") DATA("ObjectDN", "CN=M")                          \
                      DATA("AttributeLDAPDisplayName", attribute) DATA("AttributeValue", "v")      \
                          DATA("ObjectClass", "user") DATA("OperationType", type))
    static const char *const events[] = {
        AUDIT("4648", DATA("TargetUserName", "u") DATA("TargetServerName", "ex1")),
        AUDIT("4672", DATA("PrivilegeList", "SeDebugPrivilege")),
        AUDIT("4756",
              DATA("MemberName", "CN=U") DATA("MemberSid", "S-1") DATA("TargetUserName", "G")),
        AUDIT("4733", DATA("MemberName", "-") DATA("MemberSid", "S-1") DATA("TargetUserName", "G")),
        VALUE("publicDelegates", "%%14674"),
        VALUE("nTSecurityDescriptor", "%%14675"),
        VALUE("description", "%%14674"),
        VALUE("publicDelegates", "%%1"),
        "<Event " NAMESPACE
        ">" SYSTEM("Microsoft-Windows-WinRM", "91",
                   "Microsoft-Windows-WinRM/Operational") "<EventData>" DATA("resourceUri",
                                                                             "uri") "</EventData></"
                                                                                    "Event>"};
    static const char *const want[] = {
        "3 sign-in LogonExplicit u []",
        "3 sign-in LogonSpecial C\\p []",
        "2 security-group Directory group member added C\\p [MemberName=CN=U; MemberSid=S-1; "
        "TargetUserName=G; TargetSid=]",
        "2 security-group Directory group member removed C\\p [MemberName=-; MemberSid=S-1; "
        "TargetUserName=G; TargetSid=]",
        "2 security-5136 Directory value added C\\p [AttributeLDAPDisplayName=publicDelegates; "
        "AttributeValue=v; ObjectClass=user]",
        "2 security-5136 Directory value deleted C\\p "
        "[AttributeLDAPDisplayName=nTSecurityDescriptor; AttributeValue=v; ObjectClass=user]",
        "3 sign-in WinRM shell S-1-5-21-1 []",
    };
    struct buf item = {0};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) buf_add_z(&item, events[i]);
    struct got g = read_text(reader_of(buf_str(&item), "windows-xml"), buf_str(&item));
    assert_int_equal(g.event_count, sizeof want / sizeof *want);
    for (size_t i = 0; i < g.event_count; i++) {
        const struct event *e = &g.events[i];
        assert_str(arena_printf(g.a, "%d %s %.*s %.*s [%.*s]", (int)e->kind, source_name(e->source),
                                STR_ARG(e->operation), STR_ARG(e->actor),
                                STR_ARG(params_text(g.a, &e->params))),
                   want[i]);
    }
    assert_str(g.events[4].object, "CN=M");
    assert_str(g.events[4].session, "{c}");
    assert_str(g.events[6].application, "uri");
    buf_free(&item);
    arena_free(g.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml_gives_what_an_event_log_gives),
        cmocka_unit_test(test_many_roots_and_every_encoding),
        cmocka_unit_test(test_an_entity_is_a_fault_and_nothing_else),
        cmocka_unit_test(test_json_of_every_shipper),
        cmocka_unit_test(test_a_local_time_is_said_to_be_one),
        cmocka_unit_test(test_a_message_alone_still_names_the_call),
        cmocka_unit_test(test_a_key_inside_a_text_hides_nothing),
        cmocka_unit_test(test_torn_lines_cost_themselves_only),
        cmocka_unit_test(test_sign_ins_groups_and_directory_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
