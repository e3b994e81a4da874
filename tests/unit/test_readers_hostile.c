/* The readers of text on damaged items: nothing crashes, every block advances, what is counted is
 * counted once, and whatever stands in front of the damage is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reader_fixture.h"

#define RECORD(id)                                                                                 \
    "{\"CreationTime\":\"2022-03-09T08:41:17\",\"Id\":\"" id "\",\"RecordType\":1,"                \
    "\"Operation\":\"Set-Mailbox\",\"UserId\":\"p\",\"Parameters\":[{\"Name\":"                    \
    "\"GrantSendOnBehalfTo\",\"Value\":\"@{Add=a,b; Remove=c}\"},{\"Name\":\"Identity\","          \
    "\"Value\":\"\\u00e9\\\\\"}]}"

static const char JSON_ITEM[] = "{\"@odata.context\":\"x\",\"value\":[" RECORD("a") ",\n" RECORD(
    "b") "],\"@odata.nextLink\":\"y\"}\n" RECORD("c");
static const char CSV_ITEM[] =
    "#TYPE x\r\n\"Operations\",\"UserIds\",\"CreationDate\",\"AuditData\"\r\n"
    "\"Set-Mailbox\",\"p\",\"3/9/2022 8:41:17 AM\",\"{\"\"Id\"\":\"\"a\"\",\"\"Operation\"\":"
    "\"\"Set-Mailbox\"\"}\"\r\n\"Set-Mailbox\",\"p\r\nq\",\"\",\"\"\r\nx,\"y\",z\r\n";
static const char TRANSCRIPT_ITEM[] =
    "**********************\r\nstart\r\nStart time: 20220309083700\r\nUsername: C\\p\r\n"
    "RunAs User: C\\a\r\nMachine: W (x)\r\n**********************\r\n"
    "PS C:\\> Set-Mailbox mb `\r\n>> -Type Shared\r\n**********************\r\n"
    "Command start time: 20220309084117\r\n**********************\r\n"
    "PS>CommandInvocation(Set-Mailbox): \"Set-Mailbox\"\r\n"
    ">> ParameterBinding(Set-Mailbox): name=\"Identity\"; value=\"mb\"\r\nSet-Mailbox : no\r\n"
    "**********************\r\nend\r\nEnd time: 20220309091500\r\n**********************\r\n";

static const char AUDIT_XML_ITEM[] =
    "<?xml version='1.0'?><SearchResults><Event Caller='p' Cmdlet='Set-Mailbox' "
    "RunDate='2023-01-11T16:56:33+01:00' Succeeded='true'><CmdletParameters><Parameter "
    "Name='GrantSendOnBehalfTo' Value='@{Add=a,b}'/></CmdletParameters></Event><!-- > --><Event "
    "MailboxGuid='g' Operation='SendAs' LogonUserDN='&#x41;&amp;'/></SearchResults>";
static const char AUDIT_CLIXML_ITEM[] =
    "<Objs xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"><Obj RefId=\"0\"><Props>"
    "<S N=\"CmdletName\">Set-Mailbox</S><Obj N=\"CmdletParameters\" RefId=\"1\"><LST><Obj "
    "RefId=\"2\"><MS><S N=\"Name\">Identity</S><S N=\"Value\">M_x000A__xD83D__xDE00_</S></MS>"
    "</Obj><Ref RefId=\"2\"/><Ref RefId=\"0\"/></LST></Obj><DT N=\"RunDate\">2023-01-11T16:56:33Z"
    "</DT></Props></Obj><Obj RefId=\"3\"><MS><S N=\"Operation\">SendAs</S></MS></Obj></Objs>";
static const char AUDIT_JSON_ITEM[] =
    "[{\"CmdletName\":\"Set-Mailbox\",\"CmdletParameters\":[{\"Name\":\"Identity\",\"Value\":"
    "\"\\u00e9\\\\\"}],\"RunDate\":{\"value\":\"\\/Date(1673452593000)\\/\"}},\n{\"LastAccessed\":"
    "\"2023-01-11T16:56:33Z\",\"Operation\":\"SendAs\",\"LogonType\":2}]";
static const char AUDIT_CSV_ITEM[] =
    "\"CmdletName\",\"CmdletParameters\",\"Caller\",\"RunDate\"\r\n\"Set-Mailbox\",\"Identity\","
    "\"p\r\nq\",\"2023-01-11T16:56:33\"\r\nSet-Mailbox,x,\"\"\"y\"\"\",\r\n";
static const char EXCHANGE_LOG_ITEM[] =
    "#Software: Microsoft Exchange Server\r\n#Fields: DateTime,AuthenticatedUser,Cmdlet,Parameters,"
    "ExecutionResult\r\n2023-01-11T15:56:33Z,p,Set-Mailbox,\"-Identity \"\"M\"\"\",Success\r\n"
    "2023-01-11T15:56:33Z,p,Add-MailboxPermission,\"-User \"\"a\r\nb\"\"\",Error\r\n";
static const char WINDOWS_XML_ITEM[] =
    "<Events><Event "
    "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider "
    "Name='PowerShell'/><EventID>400</EventID></System><EventData><Data>a</Data><Data/><Data>"
    "HostApplication=p&#10;</Data></EventData></Event><Event ><System><Provider "
    "Name='Microsoft-Windows-Eventlog'/><EventID>104</EventID></System><UserData><a><b><Channel>"
    "<![CDATA[x]]></Channel></b></a></UserData></Event></Events>";
static const char WINDOWS_JSON_ITEM[] =
    "{\"winlog\":{\"channel\":\"Security\",\"event_id\":1102,\"provider_name\":"
    "\"Microsoft-Windows-Eventlog\",\"record_id\":7,\"event_data\":{\"a\":{\"b\":[1,\"\\u00e9\"]}}}"
    "}\n"
    "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"Microsoft-Windows-"
    "Eventlog\"}},"
    "\"EventID\":{\"#text\":104},\"Channel\":\"System\"},\"UserData\":{\"x\":{\"Channel\":\"y\"}}}"
    "}";

static const char SNAPSHOT_CSV_ITEM[] =
    "#TYPE x\r\n\"Identity\",\"User\",\"AccessRights\",\"Deny\"\r\n\"ceo\",\"p\r\nq\","
    "\"{FullAccess, ReadPermission}\",\"False\"\r\nx,\"y\",System.String[],True\r\n";
static const char SNAPSHOT_JSON_ITEM[] =
    "[{\"Identity\":\"c\\u00e9\",\"User\":{\"RawIdentity\":\"e\"},\"AccessRights\":[\"FullAccess\"]"
    ","
    "\"Deny\":{\"IsPresent\":true}},\n{\"Identity\":\"c\",\"GrantSendOnBehalfTo\":[\"a\",null],"
    "\"ForwardingSmtpAddress\":\"smtp:o\"}]";
static const char SNAPSHOT_CLIXML_ITEM[] =
    "<Objs xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"><Obj RefId=\"0\"><Props>"
    "<S N=\"Identity\">c</S><S N=\"User\">e</S><Obj N=\"AccessRights\" RefId=\"1\"><LST><S>"
    "FullAccess</S><Ref RefId=\"1\"/></LST></Obj></Props></Obj><Obj RefId=\"3\"><MS>"
    "<S N=\"Identity\">c</S><S N=\"GrantSendOnBehalfTo\">x</S></MS></Obj></Objs>";
static const char HISTORY_ITEM[] = "cd \\\nSet-Mailbox mb `\r\n -Type `\n  Shared\nGet-Mailbox `\n";
static const char ENTRA_JSON_ITEM[] =
    "{\"value\":[{\"userPrincipalName\":\"e\\u00e9\",\"isInteractive\":true,\"status\":{"
    "\"errorCode\":"
    "1},\"location\":{},\"signInEventTypes\":[\"x\"]},\n{\"activityDisplayName\":\"Add member to "
    "role\",\"initiatedBy\":{\"user\":{\"id\":\"u\"}},\"targetResources\":[{\"modifiedProperties\":"
    "[{"
    "\"displayName\":\"Role.DisplayName\",\"newValue\":\"x\"}]}]}]}";
static const char ENTRA_CSV_ITEM[] =
    "Date (UTC),Request ID,Username,Status,Resource,Location\r\n2026-03-01T10:00:00Z,s,\"e\r\nf\","
    "Success,r,\"X, Y\"\r\n,,,,,\r\n";

static const struct {
    const char *reader;
    struct str item;
} ITEMS[] = {{"snapshot-csv", {SNAPSHOT_CSV_ITEM, sizeof SNAPSHOT_CSV_ITEM - 1}},
             {"snapshot-json", {SNAPSHOT_JSON_ITEM, sizeof SNAPSHOT_JSON_ITEM - 1}},
             {"snapshot-clixml", {SNAPSHOT_CLIXML_ITEM, sizeof SNAPSHOT_CLIXML_ITEM - 1}},
             {"history", {HISTORY_ITEM, sizeof HISTORY_ITEM - 1}},
             {"entra-json", {ENTRA_JSON_ITEM, sizeof ENTRA_JSON_ITEM - 1}},
             {"entra-csv", {ENTRA_CSV_ITEM, sizeof ENTRA_CSV_ITEM - 1}},
             {"ual-json", {JSON_ITEM, sizeof JSON_ITEM - 1}},
             {"ual-csv", {CSV_ITEM, sizeof CSV_ITEM - 1}},
             {"transcript", {TRANSCRIPT_ITEM, sizeof TRANSCRIPT_ITEM - 1}},
             {"audit-xml", {AUDIT_XML_ITEM, sizeof AUDIT_XML_ITEM - 1}},
             {"audit-clixml", {AUDIT_CLIXML_ITEM, sizeof AUDIT_CLIXML_ITEM - 1}},
             {"audit-json", {AUDIT_JSON_ITEM, sizeof AUDIT_JSON_ITEM - 1}},
             {"audit-csv", {AUDIT_CSV_ITEM, sizeof AUDIT_CSV_ITEM - 1}},
             {"exchange-log", {EXCHANGE_LOG_ITEM, sizeof EXCHANGE_LOG_ITEM - 1}},
             {"windows-xml", {WINDOWS_XML_ITEM, sizeof WINDOWS_XML_ITEM - 1}},
             {"windows-json", {WINDOWS_JSON_ITEM, sizeof WINDOWS_JSON_ITEM - 1}}};
enum { ITEM_COUNT = sizeof ITEMS / sizeof *ITEMS };

/* Reads it in every manner; returns how many events it gave when read at once. */
static size_t survive(const struct reader *r, struct str item) {
    struct got whole = read_text(r, item), pieces = read_pieces(r, item, 64, false),
               dumped = read_pieces(r, item, 0, true);
    size_t n = whole.event_count;
    for (size_t i = 0; i < dumped.line_count && i < GOT_MOST; i++)
        assert_true(json_check(dumped.lines[i], NULL, NULL));
    for (size_t i = 0; i < n && i < GOT_MOST; i++) assert_true(whole.events[i].offset < item.n);
    arena_free(whole.a);
    arena_free(pieces.a);
    arena_free(dumped.a);
    evidence_recognise(item, true);
    return n;
}

static void test_every_prefix_is_survived(void **s) {
    (void)s;
    for (size_t k = 0; k < ITEM_COUNT; k++) {
        const struct reader *r = evidence_reader_by_name(str_from(ITEMS[k].reader));
        size_t all = survive(r, ITEMS[k].item);
        assert_true(all >= 2);
        for (size_t n = 1; n < ITEMS[k].item.n; n++) {
            /* Of memory of its own, so that a byte too far is seen. */
            char *copy = memory_alloc(n);
            memcpy(copy, ITEMS[k].item.p, n);
            /* One more at most: the cut line itself, taken for something else. */
            assert_true(survive(r, str_of(copy, n)) <= all + 1);
            free(copy);
        }
    }
}

static void test_every_changed_byte_is_survived(void **s) {
    (void)s;
    static const char into[] = "\"\\{}[]\n\r,\0\xFF:*>";
    for (size_t k = 0; k < ITEM_COUNT; k++) {
        const struct reader *r = evidence_reader_by_name(str_from(ITEMS[k].reader));
        struct str item = ITEMS[k].item;
        char *copy = memory_alloc(item.n);
        for (size_t i = 0; i < item.n; i++) {
            memcpy(copy, item.p, item.n);
            copy[i] = into[i % (sizeof into - 1)];
            survive(r, str_of(copy, item.n));
        }
        free(copy);
    }
}

static void test_deep_nesting_is_refused_not_followed(void **s) {
    (void)s;
    struct buf b = {0};
    buf_add(&b, STR(RECORD("a") "\n{\"Operation\":\"Set-Mailbox\",\"x\":"));
    for (int i = 0; i < 100000; i++) buf_add_c(&b, '[');
    for (int i = 0; i < 100000; i++) buf_add_c(&b, ']');
    buf_add(&b, STR("}\n" RECORD("b")));
    struct got g = read_text(evidence_reader_by_name(STR("ual-json")), buf_str(&b));
    assert_int_equal(g.event_count, 2);
    assert_int_equal(g.fault_count, 1);
    arena_free(g.a);
    buf_free(&b);
}

/* Each of these could be the beginning of a record that the others are in. */
static void test_nothing_but_torn_records_comes_to_an_end(void **s) {
    (void)s;
    static const struct {
        const char *reader, *piece, *end;
    } rows[] = {{"ual-json", "\n{", ""},
                {"ual-json", "\n{", "}"},
                {"windows-json", "\n{", ""},
                {"windows-json", "\n{", "}"},
                {"windows-xml", "<Event>", ""},
                {"audit-clixml", "<Obj>", ""},
                {"audit-clixml", "<Obj>", "</Obj>"}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        struct buf b = {0};
        for (int i = 0; i < 300000; i++) buf_add_z(&b, rows[k].piece);
        for (int i = 0; i < 300000; i++) buf_add_z(&b, rows[k].end);
        struct got g = read_pieces(evidence_reader_by_name(str_from(rows[k].reader)), buf_str(&b),
                                   b.n - 1, false);
        assert_int_equal(g.event_count, 0);
        assert_true(g.fault_count > 0);
        arena_free(g.a);
        buf_free(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_prefix_is_survived),
        cmocka_unit_test(test_every_changed_byte_is_survived),
        cmocka_unit_test(test_deep_nesting_is_refused_not_followed),
        cmocka_unit_test(test_nothing_but_torn_records_comes_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
