/* Exchange's own audit logs in each of their containers: the same call gives the same event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reader_fixture.h"

static const char XML[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<SearchResults>\r\n"
    "  <Event Caller=\"c.t/Users/P\" Cmdlet=\"Add-MailboxPermission\" "
    "ObjectModified=\"c.t/Users/M\""
    " RunDate=\"2023-01-11T16:56:33+01:00\" Succeeded=\"true\" Error=\"None\""
    " OriginatingServer=\"EX1 (15.02.1258.012)\">\r\n    <CmdletParameters>\r\n"
    "      <Parameter Name=\"Identity\" Value=\"M &amp; N\"/>\r\n"
    "      <Parameter Name=\"User\" Value=\"U\"/>\r\n"
    "      <Parameter Name=\"AccessRights\" Value=\"FullAccess, ReadPermission\"/>\r\n"
    "    </CmdletParameters>\r\n  </Event>\r\n"
    "  <Event Caller=\"p\" Cmdlet=\"Set-Mailbox\" RunDate=\"2023-01-11T16:57:00+01:00\""
    " Succeeded=\"false\" Error=\"no\"><CmdletParameters><Parameter Name=\"GrantSendOnBehalfTo\""
    " Value=\"@{Add=a,b; Remove=c}\"/></CmdletParameters></Event>\r\n"
    "  <Event Caller=\"p\" Cmdlet=\"Set-Clock\" RunDate=\"2023-01-11T16:57:00Z\"/>\r\n"
    "</SearchResults>\r\n";

static const struct reader *reader_of(struct str item, const char *name) {
    const struct reader *r = evidence_recognise(item, true);
    assert_non_null(r);
    assert_string_equal(r->name, name);
    return r;
}

static struct str text(const char *s) { return str_from(s); }

static void assert_time(struct got *g, size_t i, const char *want) {
    char out[WHEN_TEXT];
    assert_true(i < g->event_count);
    assert_str(when_format(g->events[i].time, out), want);
}

static void test_the_mailed_xml_of_the_administrator_audit_log(void **s) {
    (void)s;
    struct got g = read_text(reader_of(text(XML), "audit-xml"), text(XML));
    assert_int_equal(g.records, 3);
    assert_int_equal(g.seen, 3);
    assert_int_equal(g.event_count, 2);
    assert_int_equal(g.events[0].kind, EVENT_COMMAND);
    assert_int_equal(g.events[0].source, SOURCE_ADMIN_AUDIT);
    assert_params(&g, 0, "Identity=M & N; User=U; AccessRights=FullAccess|ReadPermission");
    assert_time(&g, 0, "2023-01-11T15:56:33Z");
    assert_str(g.events[0].object, "c.t/Users/M");
    assert_str(g.events[0].error, "");
    assert_int_equal(g.events[0].result, RESULT_SUCCEEDED);
    assert_int_equal(g.events[0].offset, strstr(XML, "<Event") - XML);
    assert_params(&g, 1, "GrantSendOnBehalfTo+?=a|b; GrantSendOnBehalfTo-?=c");
    assert_int_equal(g.events[1].result, RESULT_FAILED);
    assert_str(g.events[1].error, "no");
    assert_int_equal(g.fault_count, 0);
    arena_free(g.a);
}

static void test_cuts_and_encodings_change_nothing(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    const struct reader *r = reader_of(text(XML), "audit-xml");
    assert_cuts_alike(r, text(XML), 97);
    for (int big = 0; big < 2; big++) {
        struct str wide = as_utf16(a, text(XML), big);
        assert_ptr_equal(reader_of(wide, "audit-xml"), r);
        struct got g = read_text(r, wide);
        assert_int_equal(g.event_count, 2);
        assert_params(&g, 0, "Identity=M & N; User=U; AccessRights=FullAccess|ReadPermission");
        assert_int_equal(g.events[0].offset, 2 + 2 * (strstr(XML, "<Event") - XML));
        arena_free(g.a);
        assert_cuts_alike(r, wide, 311);
    }
    arena_free(a);
}

static void test_a_document_type_refuses_the_item(void **s) {
    (void)s;
    static const char item[] =
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><SearchResults><Event Cmdlet="
        "\"Set-Mailbox\" Caller=\"&e;\"/></SearchResults>";
    struct got g = read_text(reader_of(text(item), "audit-xml"), text(item));
    assert_int_equal(g.event_count, 0);
    assert_int_equal(g.fault_count, 1);
    arena_free(g.a);
}

static void test_a_torn_event_costs_no_other(void **s) {
    (void)s;
    static const char item[] =
        "<SearchResults><Event Cmdlet=\"Set-Mailbox\" Caller=\"a\"><CmdletPar"
        "<Event Cmdlet=\"Set-Mailbox\" Caller=\"b\"/><Event Cmdlet=\"Set-Mailbox\" Caller=\"c\"";
    struct got g = read_text(reader_of(text(item), "audit-xml"), text(item));
    assert_int_equal(g.event_count, 1);
    assert_str(g.events[0].actor, "b");
    assert_int_equal(g.fault_count, 2);
    arena_free(g.a);
}

static void test_the_mailbox_audit_log_is_use_not_grants(void **s) {
    (void)s;
    static const char item[] =
        "<SearchResults><Event MailboxGuid=\"g1\" Owner=\"M\" LastAccessed="
        "\"2023-01-11T16:56:33-05:00\" Operation=\"SendAs\" OperationResult=\"Succeeded\" "
        "LogonType=\"Delegate\" ClientIPAddress=\"10.0.0.1\" MailboxOwnerUPN=\"m@c.t\" "
        "LogonUserDN=\"U\" LogonUserSid=\"S-1-5-21-1\"/></SearchResults>";
    static const char csv[] =
        "#TYPE x\r\n\"Operation\",\"OperationResult\",\"LogonType\",\"MailboxGuid\","
        "\"MailboxOwnerUPN\",\"LogonUserDisplayName\",\"LastAccessed\"\r\n"
        "\"SendAs\",\"Succeeded\",\"Delegate\",\"g1\",\"m@c.t\",\"U\",\"1/11/2023 4:56:33 PM\"\r\n";
    struct got g = read_text(reader_of(text(item), "audit-xml"), text(item));
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.events[0].kind, EVENT_OPERATION);
    assert_int_equal(g.events[0].source, SOURCE_MAILBOX_AUDIT);
    assert_str(g.events[0].actor, "U");
    assert_str(g.events[0].client_ip, "10.0.0.1");
    assert_str(params_first(&g.events[0].params, "MailboxOwnerUPN"), "m@c.t");
    assert_time(&g, 0, "2023-01-11T21:56:33Z");
    arena_free(g.a);
    g = read_text(reader_of(text(csv), "audit-csv"), text(csv));
    assert_int_equal(g.event_count, 1);
    assert_str(g.events[0].actor, "U");
    assert_int_equal(g.events[0].time.basis, WHEN_UNKNOWN);
    assert_int_equal(g.fault_count, 0);
    arena_free(g.a);
}

static const char CLIXML[] =
    "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\r\n"
    "  <Obj RefId=\"0\"><TN RefId=\"0\"><T>Deserialized.AdminAuditLogEvent</T></TN><Props>"
    "<S N=\"ObjectModified\">c.t/Users/M</S><S N=\"CmdletName\">Add-MailboxPermission</S>"
    "<Obj N=\"CmdletParameters\" RefId=\"1\"><LST>"
    "<Obj RefId=\"2\"><Props><S N=\"Name\">Identity</S><S N=\"Value\">M_x000A_N</S></Props></Obj>"
    "<Obj RefId=\"3\"><MS><S N=\"Name\">User</S><S N=\"Value\">U</S></MS></Obj>"
    "<Obj RefId=\"4\"><Props><S N=\"Name\">AccessRights</S><S N=\"Value\">FullAccess</S></Props>"
    "</Obj></LST></Obj><S N=\"Caller\">c.t/Users/P</S><B N=\"Succeeded\">true</B>"
    "<S N=\"Error\">None</S><DT N=\"RunDate\">2023-01-11T16:56:33+01:00</DT>"
    "<S N=\"OriginatingServer\">EX1 (15.02)</S></Props></Obj>\r\n"
    "  <Obj RefId=\"5\"><TNRef RefId=\"0\"/><Props><S N=\"CmdletName\">Set-Mailbox</S>"
    "<Obj N=\"CmdletParameters\" RefId=\"6\"><LST><S>Identity</S></LST></Obj>"
    "<B N=\"Succeeded\">false</B></Props></Obj>\r\n</Objs>";

static void test_clixml_keeps_the_values_of_parameters(void **s) {
    (void)s;
    const struct reader *r = reader_of(text(CLIXML), "audit-clixml");
    struct got g = read_text(r, text(CLIXML));
    assert_int_equal(g.event_count, 2);
    assert_params(&g, 0, "Identity=M\nN; User=U; AccessRights=FullAccess");
    assert_str(g.events[0].actor, "c.t/Users/P");
    assert_int_equal(g.events[0].result, RESULT_SUCCEEDED);
    assert_time(&g, 0, "2023-01-11T15:56:33Z");
    assert_false(g.events[0].poor);
    assert_true(g.events[1].poor);
    assert_int_equal(g.fault_count, 0);
    arena_free(g.a);
    assert_cuts_alike(r, text(CLIXML), 131);
}

static void test_unified_records_come_as_clixml_too(void **s) {
    (void)s;
    static const char item[] =
        "<Objs xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"><Obj RefId=\"0\"><MS>"
        "<S N=\"Operations\">Set-Mailbox</S><S N=\"AuditData\">{\"Id\":\"i1\",\"Operation\":"
        "\"Set-Mailbox\",\"RecordType\":1,\"UserId\":\"p\",\"Parameters\":[{\"Name\":\"Identity\","
        "\"Value\":\"M\"}]}</S></MS></Obj></Objs>";
    struct got g = read_text(reader_of(text(item), "audit-clixml"), text(item));
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.events[0].source, SOURCE_UAL);
    assert_str(g.events[0].record, "i1");
    assert_params(&g, 0, "Identity=M");
    arena_free(g.a);
}

static void test_json_of_both_depths(void **s) {
    (void)s;
    static const char item[] =
        "[\n  {\n    \"ObjectModified\": \"c.t/Users/M\",\n    \"CmdletName\": "
        "\"Add-MailboxPermission\",\n    \"CmdletParameters\": [\n      {\"Name\": \"Identity\", "
        "\"Value\": \"M\"},\n      {\"Name\": \"User\", \"Value\": \"U\"}\n    ],\n    \"Caller\": "
        "\"P\",\n    \"Succeeded\": true,\n    \"RunDate\": {\"value\": "
        "\"\\/Date(1673452593000)\\/\", \"DateTime\": \"x\"}\n  },\n  {\"CmdletName\": "
        "\"Set-Mailbox\", \"CmdletParameters\": \"Identity Type\", \"Succeeded\": false}\n]";
    const struct reader *r = reader_of(text(item), "audit-json");
    struct got g = read_text(r, text(item));
    assert_int_equal(g.event_count, 2);
    assert_params(&g, 0, "Identity=M; User=U");
    assert_int_equal(g.events[0].result, RESULT_SUCCEEDED);
    assert_time(&g, 0, "2023-01-11T15:56:33.000Z");
    assert_true(g.events[1].poor);
    arena_free(g.a);
    assert_cuts_alike(r, text(item), 61);
}

static void test_csv_of_the_administrator_log_says_what_it_lost(void **s) {
    (void)s;
    static const char item[] =
        "\"ObjectModified\";\"CmdletName\";\"CmdletParameters\";\"Caller\";\"Succeeded\";\"RunDate"
        "\"\r\n\"c.t/Users/M\";\"Add-MailboxPermission\";\"Identity User AccessRights\";\"P\";"
        "\"True\";\"11.01.2023 16:56:33\"\r\n";
    struct got g = read_text(reader_of(text(item), "audit-csv"), text(item));
    assert_int_equal(g.event_count, 1);
    assert_true(g.events[0].poor);
    assert_int_equal(g.events[0].params.count, 0);
    assert_str(g.events[0].object, "c.t/Users/M");
    assert_int_equal(g.events[0].time.basis, WHEN_NONE);
    assert_int_equal(g.fault_count, 1);
    arena_free(g.a);
}

static void test_the_servers_audit_log_has_its_own_clock(void **s) {
    (void)s;
    static const char item[] =
        "#Software: Microsoft Exchange\r\n#Version: 15.01\r\n#Log-type: audit\r\n#Fields: "
        "Timestamp,Server,TenantId,RecordType,Data,UserKey,RecordId,Operation\r\n"
        "2023-01-11T15:56:33.189Z,EX1,0,ExchangeAdmin,\"{\"\"CreationTime\"\":"
        "\"\"2023-01-11T16:56:11\"\",\"\"Id\"\":\"\"i1\"\",\"\"Operation\"\":\"\"Set-Mailbox\"\","
        "\"\"RecordType\"\":1,\"\"ResultStatus\"\":\"\"True\"\",\"\"UserId\"\":\"\"p\"\","
        "\"\"Parameters\"\":[{\"\"Name\"\":\"\"Identity\"\",\"\"Value\"\":\"\"M\"\"}]}\",p,i1,"
        "Set-Mailbox\r\n";
    struct got g = read_text(reader_of(text(item), "exchange-log"), text(item));
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.records, 1);
    assert_int_equal(g.seen, 1);
    assert_int_equal(g.events[0].source, SOURCE_ADMIN_AUDIT);
    assert_time(&g, 0, "2023-01-11T15:56:33.189Z");
    assert_params(&g, 0, "Identity=M");
    arena_free(g.a);
}

static void test_cmdlet_and_proxy_logs_by_column_names(void **s) {
    (void)s;
    static const char cmdlets[] =
        "DateTime,RequestId,ServerHostName,AuthenticatedUser,ClientApplication,Cmdlet,Parameters,"
        "ExecutionResult\r\n#Software: Microsoft Exchange Server\r\n#Log-type: Rps Cmdlet Logs\r\n"
        "#Fields: DateTime,RequestId,ServerHostName,AuthenticatedUser,ClientApplication,Cmdlet,"
        "Parameters,ExecutionResult\r\n"
        "2023-01-11T15:56:33.189Z,r1,EX1,C\\p,EMS,Add-MailboxPermission,\"-Identity \"\"M\"\" "
        "-User \"\"U\"\" -AccessRights \"\"FullAccess\"\"\",Success\r\n"
        "2023-01-11T15:57:33.189Z,r2,EX1,C\\p,EMS,Set-Mailbox,\"-Identity \"\"M\"\"\",Error\r\n"
        "2023-01-11T15:57:34.189Z,r3,EX1,C\\p,EMS,Get-Date,,Success\r\n";
    static const char proxy[] =
        "#Software: Microsoft Exchange Server\r\n#Log-type: HttpProxy Logs\r\n#Fields: DateTime,"
        "RequestId,UrlStem,AuthenticatedUser,UserAgent,ClientIpAddress,ServerHostName,"
        "HttpStatus\r\n"
        "2023-01-11T15:56:30.000Z,r1,/powershell,C\\p,curl,203.0.113.9,EX1,200\r\n"
        "2023-01-11T15:56:30.000Z,r1,/owa/,C\\p,curl,203.0.113.9,EX1,200\r\n";
    const struct reader *r = reader_of(text(cmdlets), "exchange-log");
    struct got g = read_text(r, text(cmdlets));
    assert_int_equal(g.records, 3);
    assert_int_equal(g.event_count, 2);
    assert_int_equal(g.events[0].source, SOURCE_EXCHANGE_CMDLET_LOG);
    assert_params(&g, 0, "Identity=M; User=U; AccessRights=FullAccess");
    assert_int_equal(g.events[0].result, RESULT_SUCCEEDED);
    assert_int_equal(g.events[1].result, RESULT_FAILED);
    assert_str(g.events[0].actor, "C\\p");
    arena_free(g.a);
    assert_cuts_alike(r, text(cmdlets), 601);
    g = read_text(reader_of(text(proxy), "exchange-log"), text(proxy));
    assert_int_equal(g.seen, 2);
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.events[0].kind, EVENT_SIGNIN);
    assert_str(g.events[0].client_ip, "203.0.113.9");
    arena_free(g.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_mailed_xml_of_the_administrator_audit_log),
        cmocka_unit_test(test_cuts_and_encodings_change_nothing),
        cmocka_unit_test(test_a_document_type_refuses_the_item),
        cmocka_unit_test(test_a_torn_event_costs_no_other),
        cmocka_unit_test(test_the_mailbox_audit_log_is_use_not_grants),
        cmocka_unit_test(test_clixml_keeps_the_values_of_parameters),
        cmocka_unit_test(test_unified_records_come_as_clixml_too),
        cmocka_unit_test(test_json_of_both_depths),
        cmocka_unit_test(test_csv_of_the_administrator_log_says_what_it_lost),
        cmocka_unit_test(test_the_servers_audit_log_has_its_own_clock),
        cmocka_unit_test(test_cmdlet_and_proxy_logs_by_column_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
