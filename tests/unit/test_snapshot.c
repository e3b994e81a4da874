/* Snapshots: objects of Get- cmdlets in CSV, JSON and CLIXML, and what they say of access. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/evidence/snapshot.h"
#include "change_fixture.h"
#include "reader_fixture.h"

extern const struct reader READER_SNAPSHOT_CSV, READER_SNAPSHOT_JSON, READER_SNAPSHOT_CLIXML;

/* What each object of the item says, one change a line: "+FullAccess a<-b; ". */
struct shown {
    struct arena *a;
    struct str text, aliases;
};

static void shown_change(void *own, const struct event *e, const struct change *c) {
    struct shown *s = own;
    (void)e;
    s->text = arena_printf(s->a, "%.*s%s%s%s %.*s%s%.*s%s%.*s%s%.*s; ", STR_ARG(s->text),
                           c->action == ACTION_GRANT ? "+" : "=", c->deny ? "!" : "",
                           right_name(c->right), STR_ARG(c->mailbox), c->scope.n ? ":" : "",
                           STR_ARG(c->scope), c->trustee.n ? "<-" : "", STR_ARG(c->trustee),
                           c->level.n ? "/" : "", STR_ARG(c->level));
}

static void shown_use(void *own, const struct event *e, const struct use *u) {
    (void)own, (void)e, (void)u;
    fail_msg("a snapshot tells of no use");
}

static void shown_alias(void *own, const struct event *e, const struct alias *n) {
    struct shown *s = own;
    (void)e;
    s->aliases = arena_printf(s->a, "%.*s%.*s=%.*s ", STR_ARG(s->aliases), STR_ARG(n->one),
                              STR_ARG(n->other));
}

static void shown_member(void *own, const struct event *e, const struct membership *m) {
    (void)own, (void)e, (void)m;
    fail_msg("a snapshot tells no membership");
}

static void shown_created(void *own, const struct event *e, struct str name) {
    (void)own, (void)e, (void)name;
    fail_msg("a snapshot tells no new account");
}

static struct shown show(struct got *g) {
    struct shown s = {.a = g->a};
    struct change_sink out = {g->a,        &s,           shown_change, shown_use,
                              shown_alias, shown_member, shown_created};
    for (size_t i = 0; i < g->event_count && i < GOT_MOST; i++)
        changes_of_event(&g->events[i], &out);
    return s;
}

static void assert_shows(const struct reader *r, const char *text, const char *want) {
    struct str item = str_from(text);
    struct got g = read_text(r, item);
    assert_ptr_equal(evidence_recognise(item, true), r);
    assert_int_equal(g.fault_count, 0);
    assert_int_equal(g.seen, g.records);
    struct shown s = show(&g);
    assert_str(s.text, want);
    struct got pieces = read_pieces(r, item, 7, false);
    struct shown again = show(&pieces);
    assert_str(again.text, want);
    arena_free(pieces.a);
    arena_free(g.a);
}

static void test_mailbox_permissions_in_every_container(void **state) {
    (void)state;
    static const char want[] = "=FullAccess ceo; +FullAccess ceo<-eve@x.test; +ReadPermission "
                               "ceo<-eve@x.test; =FullAccess ceo; =FullAccess ceo; +!FullAccess "
                               "ceo<-bob@x.test; ";
    assert_shows(&READER_SNAPSHOT_CSV,
                 "#TYPE Selected.System.Object\r\n"
                 "\"Identity\",\"User\",\"AccessRights\",\"IsInherited\",\"Deny\"\r\n"
                 "\"ceo\",\"eve@x.test\",\"{FullAccess, ReadPermission}\",\"False\",\"False\"\r\n"
                 "\"ceo\",\"X\\Domain Admins\",\"FullAccess\",\"True\",\"False\"\r\n"
                 "\"ceo\",\"bob@x.test\",\"FullAccess\",\"False\",\"True\"\r\n",
                 want);
    assert_shows(&READER_SNAPSHOT_CSV,
                 "AccessRights;Identity;User;IsInherited;Deny\n"
                 "FullAccess, ReadPermission;ceo;eve@x.test;False;False\n"
                 "FullAccess;ceo;NT AUTHORITY\\SELF;False;False\n"
                 "FullAccess;ceo;bob@x.test;False;True\n",
                 want);
    assert_shows(
        &READER_SNAPSHOT_JSON,
        "[\n {\"Identity\":\"ceo\",\"User\":\"eve@x.test\",\"AccessRights\":[\"FullAccess\","
        "\"ReadPermission\"],\"IsInherited\":false,\"Deny\":false},\n"
        "{\"Identity\":\"ceo\",\"User\":\"S-1-5-10\",\"AccessRights\":[\"FullAccess\"],"
        "\"IsInherited\":false,\"Deny\":false},\n"
        "{\"Identity\":\"ceo\",\"User\":{\"RawIdentity\":\"bob@x.test\"},\"AccessRights\":"
        "[\"FullAccess\"],\"IsInherited\":{\"IsPresent\":false},\"Deny\":{\"IsPresent\":true}}]",
        want);
    assert_shows(
        &READER_SNAPSHOT_CLIXML,
        "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">"
        "<Obj RefId=\"0\"><TN RefId=\"0\"><T>Deserialized.X</T></TN><Props><S "
        "N=\"Identity\">ceo</S>"
        "<S N=\"User\">eve@x.test</S><Obj N=\"AccessRights\" RefId=\"1\"><LST><S>FullAccess</S>"
        "<S>ReadPermission</S></LST></Obj><B N=\"IsInherited\">false</B><B N=\"Deny\">false</B>"
        "</Props></Obj>\n"
        "<Obj RefId=\"2\"><Props><S N=\"Identity\">ceo</S><S N=\"User\">X\\Domain Admins</S>"
        "<S N=\"AccessRights\">FullAccess</S><B N=\"IsInherited\">true</B><B N=\"Deny\">false</B>"
        "</Props></Obj>\n"
        "<Obj RefId=\"3\"><Props><S N=\"Identity\">ceo</S><S N=\"User\">bob@x.test</S>"
        "<S N=\"AccessRights\">FullAccess</S><B N=\"IsInherited\">false</B><B N=\"Deny\">true</B>"
        "</Props></Obj></Objs>",
        want);
}

static void test_each_cmdlet_is_told_by_its_properties(void **state) {
    (void)state;
    static const struct {
        const char *json, *want;
    } cases[] = {
        {"{\"Identity\":\"ceo\",\"Trustee\":\"eve\",\"AccessControlType\":\"Allow\","
         "\"AccessRights\":[\"SendAs\"],\"IsInherited\":false}",
         "=SendAs ceo; +SendAs ceo<-eve; "},
        {"{\"Identity\":\"x.test/Users/CEO\",\"User\":\"X\\\\eve\",\"ExtendedRights\":[\"Send-As\","
         "\"Receive-As\"],\"Deny\":false,\"IsInherited\":false}",
         "=SendAs x.test/Users/CEO; +SendAs x.test/Users/CEO<-X\\eve; +FullAccess "
         "x.test/Users/CEO:Receive-As<-X\\eve; "},
        {"{\"FolderName\":\"Calendar\",\"User\":\"Default\",\"AccessRights\":[\"Reviewer\"],"
         "\"Identity\":\"ceo:\\\\Calendar\"}",
         "=Folder ceo:\\Calendar; +Folder ceo:\\Calendar<-Default/Reviewer; "},
        {"{\"FolderName\":\"Inbox\",\"User\":\"eve\",\"AccessRights\":[\"ReadItems\","
         "\"FolderVisible\"],\"Identity\":\"ceo\"}",
         "=Folder ceo:\\Inbox; +Folder ceo:\\Inbox<-eve/Reviewer; "},
        {"{\"Identity\":\"ceo\",\"GrantSendOnBehalfTo\":[\"eve\",\"bob\"],\"ForwardingAddress\":"
         "null,\"ForwardingSmtpAddress\":\"smtp:o@evil.test\",\"AuditEnabled\":false}",
         "=SendOnBehalf ceo; +SendOnBehalf ceo<-eve; +SendOnBehalf ceo<-bob; =Forwarding "
         "ceo:ForwardingAddress; =Forwarding ceo:ForwardingSmtpAddress/o@evil.test; +Forwarding "
         "ceo:ForwardingSmtpAddress<-o@evil.test/o@evil.test; =AuditConfig "
         "ceo:AuditEnabled/False; "},
        {"{\"RuleIdentity\":1,\"Name\":\".\",\"MailboxOwnerId\":\"ceo\",\"Enabled\":true,"
         "\"ForwardTo\":[\"o@evil.test\"],\"DeleteMessage\":true}",
         "+InboxRule ceo:.<-o@evil.test/ForwardTo, DeleteMessage; "},
        {"{\"Name\":\"copy\",\"State\":\"Enabled\",\"Mode\":\"Enforce\",\"Priority\":0,"
         "\"BlindCopyTo\":[\"o@evil.test\"]}",
         "+TransportRule :copy<-o@evil.test/BlindCopyTo; "},
        {"{\"Name\":\"imp\",\"Role\":\"ApplicationImpersonation\",\"RoleAssignee\":\"eve\","
         "\"Enabled\":true}",
         "+Impersonation :ApplicationImpersonation<-eve; "},
        {"{\"Identity\":\"svc\",\"AuditBypassEnabled\":true}",
         "=AuditBypass svc; +AuditBypass svc; "},
        {"{\"AdminAuditLogEnabled\":true,\"AdminAuditLogCmdlets\":[\"*\"],"
         "\"UnifiedAuditLogIngestionEnabled\":false}",
         "=AuditConfig :UnifiedAuditLogIngestionEnabled/False; =AuditConfig "
         ":AdminAuditLogEnabled/True; =AuditConfig :AdminAuditLogCmdlets/*; "},
        {"{\"Name\":\"x.test\",\"AuditDisabled\":true}", "=AuditConfig :AuditDisabled/True; "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_shows(&READER_SNAPSHOT_JSON, cases[i].json, cases[i].want);
}

static void test_names_of_a_recipient_are_joined(void **state) {
    (void)state;
    struct got g = read_text(&READER_SNAPSHOT_JSON,
                             STR("{\"Identity\":\"ceo\",\"RecipientType\":\"UserMailbox\","
                                 "\"PrimarySmtpAddress\":\"ceo@x.test\",\"Guid\":\"g\"}"));
    struct shown s = show(&g);
    assert_str(s.aliases, "ceo=ceo@x.test ceo=g ceo@x.test=g ");
    assert_str(s.text, "");
    arena_free(g.a);
}

static void test_a_list_exported_as_its_type_is_a_fault(void **state) {
    (void)state;
    struct got g = read_text(&READER_SNAPSHOT_CSV, STR("Identity,User,AccessRights\r\n"
                                                       "ceo,eve,System.String[]\r\n"));
    assert_int_equal(g.fault_count, 1);
    assert_str(g.faults[0].reason,
               "AccessRights was exported as its type (System.String[]): its values are lost");
    struct shown s = show(&g);
    assert_str(s.text, "=FullAccess ceo; ");
    arena_free(g.a);
}

/* Other tables and objects with some of the same words are somebody else's. */
static void test_what_is_no_snapshot_is_not_taken(void **state) {
    (void)state;
    static const char *const others[] = {
        "Identity,User\r\na,b\r\n",
        "{\"Identity\":\"a\",\"User\":\"b\"}",
        ("{\"AuditData\":\"{}\",\"Identity\":\"a\",\"Operations\":\"x\",\"RecordType\":1,"
         "\"AccessRights\":1,\"User\":2}"),
        "{\"CmdletName\":\"x\",\"Identity\":\"a\",\"User\":\"b\",\"AccessRights\":[]}",
        "<Objs xmlns=\"http://schemas.microsoft.com/powershell/2004/04\"><S>x</S></Objs>",
        "{",
        "[",
        "[[[[",
        "{\"Identity\"",
        "<Objs",
        ""};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct str item = str_from(others[i]);
        assert_int_equal(READER_SNAPSHOT_CSV.bid(item, true), 0);
        assert_int_equal(READER_SNAPSHOT_JSON.bid(item, true), 0);
        assert_int_equal(READER_SNAPSHOT_CLIXML.bid(item, true), 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mailbox_permissions_in_every_container),
        cmocka_unit_test(test_each_cmdlet_is_told_by_its_properties),
        cmocka_unit_test(test_names_of_a_recipient_are_joined),
        cmocka_unit_test(test_a_list_exported_as_its_type_is_a_fault),
        cmocka_unit_test(test_what_is_no_snapshot_is_not_taken),
    };
    return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
