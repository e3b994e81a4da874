/* change: what the grant and revoke cmdlets do to mailboxes, recipients, rules and roles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "change_fixture.h"

/* ---- mailbox permissions ---- */

static void test_each_right_is_a_change(void **s) {
    (void)s;
    struct told t = cmdlet("Add-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "User", "p");
    with(&t, "AccessRights", "FullAccess|ReadPermission");
    assert_told(&t, "grant FullAccess of mb to p\ngrant ReadPermission of mb to p");
    static const char *const joined[] = {"FullAccess, DeleteItem", "FullAccess;DeleteItem"};
    for (size_t i = 0; i < 2; i++) {
        t = cmdlet("add-mailboxpermission");
        with(&t, "identity", "mb"), with(&t, "USER", "p"), with(&t, "AccessRights", joined[i]);
        assert_told(&t, "grant FullAccess of mb to p\ngrant DeleteItem of mb to p");
    }
    t = cmdlet("Remove-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "User", "p");
    with(&t, "AccessRights", "ChangePermission|ChangeOwner|ExternalAccount");
    assert_told(&t, "revoke ChangePermission of mb to p\nrevoke ChangeOwner of mb to p\n"
                    "revoke ExternalAccount of mb to p");
}

static void test_a_right_without_a_name_is_ambiguous(void **s) {
    (void)s;
    struct told t = cmdlet("Add-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "User", "p"), with(&t, "AccessRights", "Odd|FullAccess");
    assert_told(&t, "grant FullAccess of mb to p ambiguous\ngrant FullAccess of mb to p");
}

static void test_deny_is_a_restriction(void **s) {
    (void)s;
    struct told t = cmdlet("Add-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "User", "p"), with(&t, "AccessRights", "FullAccess");
    with(&t, "Deny", "True");
    assert_told(&t, "deny-grant FullAccess of mb to p");
    t = cmdlet("Remove-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "User", "p"), with(&t, "AccessRights", "FullAccess");
    with(&t, "Deny", "False");
    assert_told(&t, "revoke FullAccess of mb to p");
}

static void test_without_rights_and_user_the_owner_is_meant(void **s) {
    (void)s;
    struct told t = cmdlet("Remove-MailboxPermission");
    with(&t, "Identity", "mb");
    assert_told(&t, "revoke ChangeOwner of mb to  owner");
    t = cmdlet("Add-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "Owner", "p");
    assert_told(&t, "grant ChangeOwner of mb to p owner");
    t = cmdlet("Remove-MailboxPermission"); /* outer columns only: nothing is known of it */
    t.e.poor = true;
    with(&t, "Identity", "mb");
    assert_told(&t, "revoke FullAccess of mb to  poor");
}

static void test_reset_default_clears(void **s) {
    (void)s;
    struct told t = cmdlet("Remove-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "ResetDefault", "True");
    assert_told(&t, "revoke FullAccess of mb to  clears");
    t = cmdlet("Remove-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "ClearAutoMapping", "True");
    assert_told(&t, "alter FullAccess of mb to ");
}

static void test_inheritance_and_automapping_have_their_defaults(void **s) {
    (void)s;
    struct told t = cmdlet("Add-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "User", "p"), with(&t, "AccessRights", "FullAccess");
    tell_it(&t);
    assert_int_equal(t.change_count, 1);
    assert_true(str_eq(t.changes[0].inheritance, STR("All")));
    assert_int_equal(t.changes[0].automapping, TRI_TRUE);
    assert_int_equal(t.changes[0].result, RESULT_SUCCEEDED);
    with(&t, "InheritanceType", "Descendents"), with(&t, "AutoMapping", "False");
    tell_it(&t);
    assert_true(str_eq(t.changes[1].inheritance, STR("Descendents")));
    assert_int_equal(t.changes[1].automapping, TRI_FALSE);
    arena_free(t.a);
}

static void test_object_and_parameter_name_one_mailbox(void **s) {
    (void)s;
    struct told t = cmdlet("Add-MailboxPermission");
    t.e.object = STR("mb@x");
    with(&t, "Identity", "x/Users/mb"), with(&t, "User", "p"),
        with(&t, "AccessRights", "FullAccess");
    tell_it(&t);
    assert_true(str_eq(t.changes[0].mailbox, STR("x/Users/mb")));
    assert_true(str_eq(t.changes[0].mailbox_also, STR("mb@x")));
    assert_true(str_eq(t.aliases, STR("x/Users/mb=mb@x ")));
    arena_free(t.a);
}

/* ---- Send As, Send on Behalf ---- */

static void test_send_as_in_both_environments(void **s) {
    (void)s;
    struct told t = cmdlet("Add-RecipientPermission");
    with(&t, "Identity", "mb"), with(&t, "Trustee", "p"), with(&t, "AccessRights", "SendAs");
    assert_told(&t, "grant SendAs of mb to p");
    t = cmdlet("Remove-RecipientPermission");
    with(&t, "Identity", "mb"), with(&t, "MultiTrustees", "p|q"),
        with(&t, "AccessRights", "SendAs");
    assert_told(&t, "revoke SendAs of mb to p\nrevoke SendAs of mb to q");
    static const char *const names[] = {"Send As", "Send-As", "send-as"};
    for (size_t i = 0; i < 3; i++) {
        t = cmdlet("Add-ADPermission");
        with(&t, "Identity", "mb"), with(&t, "User", "p"), with(&t, "ExtendedRights", names[i]);
        with(&t, "AccessRights", "ExtendedRight");
        assert_told(&t, "grant SendAs of mb to p");
    }
    t = cmdlet("Add-ADPermission");
    with(&t, "Identity", "db1"), with(&t, "User", "p"), with(&t, "ExtendedRights", "Receive As");
    assert_told(&t, "grant FullAccess of db1 to p (Receive-As)");
    t = cmdlet("Add-ADPermission");
    with(&t, "Identity", "mb"), with(&t, "User", "p"),
        with(&t, "AccessRights", "GenericAll|WriteDacl");
    assert_told(&t, "grant FullAccess of mb to p (GenericAll)\n"
                    "grant ChangePermission of mb to p (WriteDacl)");
}

static void test_a_list_of_delegates_replaces_edits_or_clears(void **s) {
    (void)s;
    struct told t = cmdlet("Set-Mailbox");
    with(&t, "Identity", "mb"), with(&t, "GrantSendOnBehalfTo", "a;b");
    assert_told(&t, "grant SendOnBehalf of mb to a replaces\n"
                    "grant SendOnBehalf of mb to b replaces");
    t = cmdlet("Set-DistributionGroup");
    with(&t, "Identity", "dl");
    with(&t, "GrantSendOnBehalfTo", "a")->edit = EDIT_ADD;
    with(&t, "GrantSendOnBehalfTo", "b")->edit = EDIT_REMOVE;
    assert_told(&t, "grant SendOnBehalf of dl to a\nrevoke SendOnBehalf of dl to b");
    static const char *const empty[] = {NULL, "", " "};
    for (size_t i = 0; i < 3; i++) {
        t = cmdlet("Set-Mailbox");
        with(&t, "Identity", "mb"), with(&t, "GrantSendOnBehalfTo", empty[i]);
        assert_told(&t, "revoke SendOnBehalf of mb to  clears");
    }
}

static void test_a_semicolon_in_a_delegates_name_is_no_separator_for_certain(void **s) {
    (void)s;
    struct told t = cmdlet("Set-Mailbox");
    with(&t, "Identity", "mb"), with(&t, "GrantSendOnBehalfTo", "o/Users/x; y;o/Users/z");
    assert_told(&t, "grant SendOnBehalf of mb to o/Users/x ambiguous replaces\n"
                    "grant SendOnBehalf of mb to y ambiguous replaces\n"
                    "grant SendOnBehalf of mb to o/Users/z ambiguous replaces");
    t = cmdlet("Set-Mailbox");
    t.e.source = SOURCE_TRANSCRIPT;
    with(&t, "Identity", "mb"), with(&t, "GrantSendOnBehalfTo", "x; y");
    assert_told(&t, "grant SendOnBehalf of mb to x; y replaces");
}

static void test_flags_are_those_of_the_edit_that_has_them(void **s) {
    (void)s;
    struct told t = cmdlet("Set-Mailbox");
    with(&t, "Identity", "mb");
    with(&t, "GrantSendOnBehalfTo", "a")->edit = EDIT_ADD;
    struct param *p = with(&t, "GrantSendOnBehalfTo", "b...");
    p->edit = EDIT_REMOVE;
    p->flags = PARAM_TRUNCATED;
    assert_told(&t, "grant SendOnBehalf of mb to a\nrevoke SendOnBehalf of mb to b... truncated");
}

/* ---- mail that leaves ---- */

static void test_forwarding_is_set_and_cleared(void **s) {
    (void)s;
    struct told t = cmdlet("Set-Mailbox");
    with(&t, "Identity", "mb"), with(&t, "ForwardingSmtpAddress", "SMTP:eve@out.example");
    assert_told(&t, "grant Forwarding of mb to eve@out.example (ForwardingSmtpAddress) "
                    "[eve@out.example]");
    t = cmdlet("Set-Mailbox");
    with(&t, "Identity", "mb"), with(&t, "ForwardingSmtpAddress", "");
    with(&t, "ForwardingAddress", NULL);
    assert_told(&t, "revoke Forwarding of mb to  (ForwardingAddress)\n"
                    "revoke Forwarding of mb to  (ForwardingSmtpAddress)");
}

static void test_the_mailbox_of_an_inbox_rule(void **s) {
    (void)s;
    struct told t = cmdlet("New-InboxRule");
    with(&t, "Name", "r"), with(&t, "Mailbox", "mb"), with(&t, "ForwardTo", "smtp:eve@out");
    t.e.object = STR("mb\\123");
    assert_told(&t, "grant InboxRule of mb to eve@out (r) [ForwardTo]");
    t = cmdlet("Set-InboxRule");
    with(&t, "Identity", "mb\\r"), with(&t, "DeleteMessage", "True"),
        with(&t, "MarkAsRead", "False");
    assert_told(&t, "alter InboxRule of mb to  (r) [DeleteMessage]");
    t = cmdlet("Remove-InboxRule");
    with(&t, "Identity", "123");
    t.e.object = STR("mb\\123");
    assert_told(&t, "revoke InboxRule of mb to  (123)");
    t = cmdlet("New-InboxRule");
    with(&t, "Name", "."), with(&t, "RedirectTo", "a|b");
    assert_told(&t, "grant InboxRule of admin@x to a; b (.) [RedirectTo]");
}

static void test_transport_rules_have_no_mailbox(void **s) {
    (void)s;
    struct told t = cmdlet("New-TransportRule");
    with(&t, "Name", "bcc"), with(&t, "BlindCopyTo", "eve@out");
    assert_told(&t, "grant TransportRule of  to eve@out (bcc) [BlindCopyTo]");
    t = cmdlet("Disable-TransportRule");
    with(&t, "Identity", "bcc");
    assert_told(&t, "revoke TransportRule of  to  (bcc)");
}

/* ---- roles, audit ---- */

static void test_role_assignments(void **s) {
    (void)s;
    struct told t = cmdlet("New-ManagementRoleAssignment");
    with(&t, "Role", "ApplicationImpersonation"), with(&t, "User", "svc");
    assert_told(&t, "grant Impersonation of  to svc (ApplicationImpersonation)");
    t = cmdlet("New-ManagementRoleAssignment");
    with(&t, "Role", "Mailbox Import Export"), with(&t, "SecurityGroup", "g");
    assert_told(&t, "grant Role of  to g (Mailbox Import Export)");
    t = cmdlet("Remove-ManagementRoleAssignment");
    with(&t, "Identity", "ApplicationImpersonation-svc");
    assert_told(&t, "revoke Impersonation of  to  (ApplicationImpersonation-svc)");
}

static void test_role_groups(void **s) {
    (void)s;
    struct told t = cmdlet("Add-RoleGroupMember");
    with(&t, "Identity", "Organization Management"), with(&t, "Member", "eve");
    assert_told(&t, "grant Role of  to eve (Organization Management)");
    t = cmdlet("Update-RoleGroupMember");
    with(&t, "Identity", "Help Desk"), with(&t, "Members", "a|b");
    assert_told(&t, "grant Role of  to a (Help Desk) replaces\n"
                    "grant Role of  to b (Help Desk) replaces");
    t = cmdlet("New-RoleGroup");
    with(&t, "Name", "Innocent"), with(&t, "Roles", "ApplicationImpersonation"),
        with(&t, "Members", "eve");
    assert_told(&t, "grant Impersonation of  to eve (Innocent) [ApplicationImpersonation]");
}

static void test_an_application_policy_restricts(void **s) {
    (void)s;
    struct told t = cmdlet("New-ApplicationAccessPolicy");
    with(&t, "AppId", "app"), with(&t, "PolicyScopeGroupId", "g"),
        with(&t, "AccessRight", "DenyAccess");
    assert_told(&t, "deny-grant Application of  to app (g) [DenyAccess]");
    t = cmdlet("Remove-ApplicationAccessPolicy");
    with(&t, "Identity", "policy");
    assert_told(&t, "deny-revoke Application of  to policy");
}

static void test_audit_settings(void **s) {
    (void)s;
    struct told t = cmdlet("Set-MailboxAuditBypassAssociation");
    with(&t, "Identity", "eve"), with(&t, "AuditBypassEnabled", "True");
    assert_told(&t, "grant AuditBypass of eve to ");
    t = cmdlet("Set-AdminAuditLogConfig");
    with(&t, "UnifiedAuditLogIngestionEnabled", "False");
    assert_told(&t, "alter AuditConfig of  to  (UnifiedAuditLogIngestionEnabled) [False]");
    t = cmdlet("Set-Mailbox");
    with(&t, "Identity", "mb"),
        with(&t, "AuditOwner", "MailItemsAccessed|Send")->edit = EDIT_REMOVE;
    assert_told(&t, "alter AuditConfig of mb to  (AuditOwner) [-MailItemsAccessed, -Send]");
    t = cmdlet("Set-OrganizationConfig");
    with(&t, "AuditDisabled", "True");
    assert_told(&t, "alter AuditConfig of  to  (AuditDisabled) [True]");
}

/* ---- what did not happen, or is not known ---- */

static void test_what_if_failure_and_doubt_are_carried(void **s) {
    (void)s;
    struct told t = cmdlet("Add-MailboxPermission");
    with(&t, "Identity", "mb"), with(&t, "User", "p"), with(&t, "AccessRights", "FullAccess");
    with(&t, "WhatIf", "True");
    assert_told(&t, "grant FullAccess of mb to p whatif");
    t = cmdlet("Add-MailboxPermission");
    with(&t, "Identity", "mb")->flags = PARAM_TRUNCATED;
    with(&t, "User", "$u")->flags = PARAM_HOLE;
    with(&t, "AccessRights", "FullAccess")->flags = PARAM_AMBIGUOUS;
    assert_told(&t, "grant FullAccess of mb to $u truncated ambiguous dynamic");
    t = cmdlet("Add-MailboxPermission");
    t.e.result = RESULT_FAILED;
    t.e.error = STR("not found");
    with(&t, "Identity", "mb"), with(&t, "User", "p"), with(&t, "AccessRights", "FullAccess");
    tell_it(&t);
    assert_int_equal(t.changes[0].result, RESULT_FAILED);
    assert_true(str_eq(t.changes[0].note, STR("not found")));
    arena_free(t.a);
}

#define DISCOVERY "DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}"

static void test_the_service_is_known_by_actor_mailbox_and_group_together(void **s) {
    (void)s;
    static const struct {
        const char *actor, *mailbox, *user;
        bool service;
    } rows[] = {
        {"NT AUTHORITY\\SYSTEM (w3wp)", "x.example/Users/" DISCOVERY,
         "x.example/Groups/Discovery Management", true},
        {"NT AUTHORITY\\SYSTEM (w3wp)", DISCOVERY, "Discovery Management", true},
        {"admin@x", "x.example/Users/" DISCOVERY, "x.example/Groups/Discovery Management", false},
        {"NT AUTHORITY\\SYSTEM (w3wp)", "x.example/Users/ceo",
         "x.example/Groups/Discovery Management", false},
        {"NT AUTHORITY\\SYSTEM (w3wp)", "x.example/Users/" DISCOVERY, "eve", false},
        {"NT AUTHORITY\\SYSTEM (w3wp)", "x.example/Users/" DISCOVERY "2", "Discovery Management",
         false},
        {"x\\NT AUTHORITY\\SYSTEM", DISCOVERY, "Discovery Management", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct told t = cmdlet("Add-MailboxPermission");
        t.e.actor = str_from(rows[i].actor);
        with(&t, "Identity", rows[i].mailbox), with(&t, "User", rows[i].user);
        with(&t, "AccessRights", "FullAccess");
        tell_it(&t);
        assert_int_equal(t.change_count, 1);
        assert_int_equal(!!(t.changes[0].flags & CHANGE_SERVICE), rows[i].service);
        arena_free(t.a);
    }
}

static void test_text_is_read_as_powershell(void **s) {
    (void)s;
    struct told t = event_of(EVENT_TEXT, NULL);
    t.e.source = SOURCE_TRANSCRIPT;
    t.e.result = RESULT_UNKNOWN;
    t.e.text = STR("Write-Host 'Add-MailboxPermission ceo -User eve -AccessRights FullAccess'; "
                   "Add-MailboxPermission mb -User p -Ac FullAccess; "
                   "Add-MailboxPermission mb -User $u -AccessRights FullAccess -WhatIf");
    tell_it(&t);
    assert_int_equal(t.change_count, 2);
    assert_true(str_eq(t.changes[0].mailbox, STR("mb")) && str_eq(t.changes[0].trustee, STR("p")));
    assert_true(
        str_eq(t.changes[0].command, STR("Add-MailboxPermission mb -User p -Ac FullAccess")));
    assert_int_equal(t.changes[0].result, RESULT_UNKNOWN);
    assert_true((t.changes[1].flags & (CHANGE_DYNAMIC | CHANGE_WHAT_IF)) ==
                (CHANGE_DYNAMIC | CHANGE_WHAT_IF));
    arena_free(t.a);
}

static void test_addresses_lose_port_and_brackets(void **s) {
    (void)s;
    static const char *const rows[][2] = {
        {"", ""},
        {"1.2.3.4", "1.2.3.4"},
        {"1.2.3.4:5678", "1.2.3.4"},
        {"[1.2.3.4]:5", "1.2.3.4"},
        {"2001:db8::1", "2001:db8::1"},
        {"[2001:db8::1]:47114", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"::1", "::1"},
        {"::ffff:1.2.3.4", "1.2.3.4"},
        {"[::FFFF:1.2.3.4]:5", "1.2.3.4"},
        {"localhost", "localhost"},
        {"EX01 (10.90.0.1)", "EX01 (10.90.0.1)"},
        {" 1.2.3.4\r\n", "1.2.3.4"},
        {"[broken", "[broken"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(str_eq(client_ip_clean(str_from(rows[i][0])), str_from(rows[i][1])));
}

static void assert_members(struct told *t, const char *want) {
    tell_it(t);
    assert_string_equal(arena_cstr(t->a, t->members), want);
    arena_free(t->a);
}

static void test_members_and_new_accounts_are_told_where_a_server_did_it(void **state) {
    (void)state;
    struct told t = cmdlet("Add-DistributionGroupMember");
    with(&t, "Identity", "staff");
    with(&t, "Member", "eve");
    assert_members(&t, "staff+eve ");
    t = cmdlet("Add-DistributionGroupMember");
    with(&t, "Identity", "staff");
    with(&t, "Member", "eve");
    t.e.result = RESULT_UNKNOWN; /* a text proves no member */
    assert_members(&t, "");
    t = cmdlet("Update-DistributionGroupMember");
    with(&t, "Identity", "staff");
    with(&t, "Members", "a|b");
    assert_members(&t, "staff=a staff=b ");
    t = cmdlet("Remove-UnifiedGroupLinks");
    with(&t, "Identity", "team");
    with(&t, "LinkType", "Members");
    with(&t, "Links", "eve");
    assert_members(&t, "team-eve ");
    t = cmdlet("Add-UnifiedGroupLinks");
    with(&t, "Identity", "team");
    with(&t, "LinkType", "Subscribers");
    with(&t, "Links", "eve");
    assert_members(&t, "");
    t = cmdlet("New-Mailbox");
    with(&t, "Name", "Eve");
    with(&t, "MicrosoftOnlineServicesID", "eve@x");
    assert_members(&t, "new eve@x ");
    t = operation("Add member to group.");
    t.e.object = STR("eve@x");
    with(&t, "ModifiedProperties.Group.ObjectID.NewValue", "\"5b0e\"");
    with(&t, "ModifiedProperties.Group.DisplayName.NewValue", "\"Staff\"");
    assert_members(&t, "5b0e+eve@x ");
    t = operation("Add user.");
    t.e.object = STR("eve@x");
    assert_members(&t, "new eve@x ");
    t = operation("Directory group member removed"); /* 4729, 4733, 4757 */
    with(&t, "MemberName", "CN=Eve,DC=x");
    with(&t, "MemberSid", "S-1-5-21-1-2-3-7");
    with(&t, "TargetUserName", "Helpdesk");
    with(&t, "TargetSid", "S-1-5-21-1-2-3-9");
    assert_members(&t, "S-1-5-21-1-2-3-9-CN=Eve,DC=x ");
    t = operation("Directory account created"); /* 4720 */
    with(&t, "TargetUserName", "eve");
    with(&t, "TargetSid", "S-1-5-21-1-2-3-7");
    assert_members(&t, "new S-1-5-21-1-2-3-7 ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_and_new_accounts_are_told_where_a_server_did_it),
        cmocka_unit_test(test_each_right_is_a_change),
        cmocka_unit_test(test_a_right_without_a_name_is_ambiguous),
        cmocka_unit_test(test_deny_is_a_restriction),
        cmocka_unit_test(test_without_rights_and_user_the_owner_is_meant),
        cmocka_unit_test(test_reset_default_clears),
        cmocka_unit_test(test_inheritance_and_automapping_have_their_defaults),
        cmocka_unit_test(test_object_and_parameter_name_one_mailbox),
        cmocka_unit_test(test_send_as_in_both_environments),
        cmocka_unit_test(test_a_list_of_delegates_replaces_edits_or_clears),
        cmocka_unit_test(test_a_semicolon_in_a_delegates_name_is_no_separator_for_certain),
        cmocka_unit_test(test_flags_are_those_of_the_edit_that_has_them),
        cmocka_unit_test(test_forwarding_is_set_and_cleared),
        cmocka_unit_test(test_the_mailbox_of_an_inbox_rule),
        cmocka_unit_test(test_transport_rules_have_no_mailbox),
        cmocka_unit_test(test_role_assignments),
        cmocka_unit_test(test_role_groups),
        cmocka_unit_test(test_an_application_policy_restricts),
        cmocka_unit_test(test_audit_settings),
        cmocka_unit_test(test_what_if_failure_and_doubt_are_carried),
        cmocka_unit_test(test_the_service_is_known_by_actor_mailbox_and_group_together),
        cmocka_unit_test(test_text_is_read_as_powershell),
        cmocka_unit_test(test_addresses_lose_port_and_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
