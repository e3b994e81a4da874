/* change: folders, audit operations that are no cmdlet, and use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "change_fixture.h"

/* ---- masks and names ---- */

static void assert_mask(const char *words, uint32_t want) {
    struct str w = str_from(words);
    uint32_t mask;
    assert_true(folder_mask(&w, 1, &mask));
    assert_int_equal(mask, want);
}

static void test_roles_are_masks_and_masks_are_roles(void **s) {
    (void)s;
    static const struct {
        const char *role;
        uint32_t mask;
    } rows[] = {{"None", 0},
                {"Reviewer", 0x401},
                {"Contributor", 0x402},
                {"Author", 0x41B},
                {"NonEditingAuthor", 0x413},
                {"Editor", 0x47B},
                {"Owner", 0x7FB},
                {"PublishingAuthor", 0x49B},
                {"PublishingEditor", 0x4FB},
                {"AvailabilityOnly", 0x800},
                {"LimitedDetails", 0x1800}};
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_mask(rows[i].role, rows[i].mask);
        assert_true(str_eq(folder_level(a, rows[i].mask), str_from(rows[i].role)));
        if (rows[i].mask && rows[i].mask < 0x800) /* calendars carry free/busy bits besides */
            assert_true(str_eq(folder_level(a, rows[i].mask | 0x1800), str_from(rows[i].role)));
    }
    arena_free(a);
}

static void test_words_of_log_and_cmdlet_are_one_mask(void **s) {
    (void)s;
    assert_mask("ReadAny, Create, EditOwned, DeleteOwned, EditAny, DeleteAny, CreateSubfolder, "
                "Owner, Contact, Visible",
                0x7FB);
    assert_mask("ReadAny, Visible, FreeBusySimple, FreeBusyDetailed", 0x1C01);
    assert_mask("readitems;createitems;foldervisible", 0x403);
    struct str list[] = {STR("ReadItems"), STR("FolderOwner")}, odd = STR("ReadItems, Fly");
    uint32_t mask;
    assert_true(folder_mask(list, 2, &mask));
    assert_int_equal(mask, 0x101);
    assert_false(folder_mask(&odd, 1, &mask));
    assert_false(folder_mask(list, 0, &mask));
}

static void test_masks_without_a_role_become_words_that_mean_them(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    for (uint32_t mask = 0; mask < 0x1000; mask++) {
        if (mask & 0x004 || mask == 0x800) continue; /* no such right; a role of its own */
        struct str words = folder_level(a, mask);
        uint32_t back;
        assert_true(folder_mask(&words, 1, &back));
        assert_int_equal(back & ~0x1800u, mask & ~0x1800u);
    }
    assert_true(str_eq(folder_level(a, 0x101), STR("ReadItems, FolderOwner")));
    arena_free(a);
}

/* ---- cmdlets ---- */

static void test_an_identity_is_mailbox_and_folder(void **s) {
    (void)s;
    static const char *const rows[][2] = {
        {"mb:\\Calendar", "grant Folder of mb to p (\\Calendar) [Editor]"},
        {"mb@x:\\A\\B:\\C", "grant Folder of mb@x to p (\\A\\B:\\C) [Editor]"},
        {"mb:", "grant Folder of mb to p [Editor]"},
        {"mb:\\", "grant Folder of mb to p (\\) [Editor]"},
        {"mb:LgAAAABk", "grant Folder of mb to p (LgAAAABk) [Editor]"},
        {"mb", "grant Folder of mb to p [Editor]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct told t = cmdlet("Add-MailboxFolderPermission");
        with(&t, "Identity", rows[i][0]), with(&t, "User", "p"), with(&t, "AccessRights", "Editor");
        assert_told(&t, rows[i][1]);
    }
    struct told t = cmdlet("Add-PublicFolderClientPermission");
    with(&t, "Identity", "\\Sales"), with(&t, "User", "p"), with(&t, "AccessRights", "Reviewer");
    assert_told(&t, "grant Folder of  to p (\\Sales) [Reviewer]");
}

static void test_only_the_mailboxes_of_two_folder_names_are_one(void **s) {
    (void)s;
    struct told t = cmdlet("Set-MailboxFolderPermission");
    t.e.object = STR("x.example/Users/mb:\\Calendar");
    with(&t, "Identity", "mb:\\Calendar"), with(&t, "User", "Default");
    with(&t, "AccessRights", "ReadItems|FolderVisible");
    tell_it(&t);
    assert_true(str_eq(t.aliases, STR("mb=x.example/Users/mb ")));
    assert_int_equal(t.change_count, 1);
    assert_int_equal(t.changes[0].action, ACTION_ALTER);
    assert_true(t.changes[0].mask_known && t.changes[0].mask == 0x401);
    assert_true(str_eq(t.changes[0].trustee, STR("Default")));
    arena_free(t.a);
}

static void test_remove_takes_everything_of_a_user(void **s) {
    (void)s;
    struct told t = cmdlet("Remove-MailboxFolderPermission");
    with(&t, "Identity", "mb:\\Inbox"), with(&t, "User", "p");
    assert_told(&t, "revoke Folder of mb to p (\\Inbox)");
    t = cmdlet("Remove-MailboxFolderPermission");
    with(&t, "Identity", "mb:\\Calendar"), with(&t, "ResetDelegateUserCollection", "True");
    assert_told(&t, "revoke CalendarDelegate of mb to  (\\Calendar) clears");
}

static void test_calendar_delegates_come_and_go_by_flag(void **s) {
    (void)s;
    struct told t = cmdlet("Add-MailboxFolderPermission");
    with(&t, "Identity", "mb:\\Calendar"), with(&t, "User", "p"),
        with(&t, "AccessRights", "Editor");
    with(&t, "SharingPermissionFlags", "Delegate|CanViewPrivateItems");
    assert_told(&t, "grant Folder of mb to p (\\Calendar) [Editor]\n"
                    "grant CalendarDelegate of mb to p (\\Calendar) [Editor]");
    t = cmdlet("Set-MailboxFolderPermission");
    with(&t, "Identity", "mb:\\Calendar"), with(&t, "User", "p"),
        with(&t, "AccessRights", "Editor");
    with(&t, "SendNotificationToUser", "False"); /* without flags: they become None */
    assert_told(&t, "alter Folder of mb to p (\\Calendar) [Editor]\n"
                    "revoke CalendarDelegate of mb to p (\\Calendar) [Editor]");
    t = cmdlet("Set-CalendarProcessing");
    with(&t, "Identity", "room"), with(&t, "ResourceDelegates", "a");
    assert_told(&t, "grant CalendarDelegate of room to a replaces");
}

static void test_a_published_calendar_is_everybodys(void **s) {
    (void)s;
    struct told t = cmdlet("Set-MailboxCalendarFolder");
    with(&t, "Identity", "mb:\\Calendar"), with(&t, "PublishEnabled", "True");
    with(&t, "DetailLevel", "FullDetails");
    assert_told(&t, "grant Folder of mb to Anonymous (\\Calendar) [FullDetails]");
}

/* ---- operations ---- */

static struct told folder_event(const char *name, const char *rights, const char *sid,
                                const char *upn) {
    struct told t = operation(name);
    with(&t, "MailboxOwnerUPN", "sam@x"), with(&t, "MailboxGuid", "9a4f7e10");
    with(&t, "Item.ParentFolder.Path", "\\Calendar");
    with(&t, "Item.ParentFolder.MemberRights", rights);
    with(&t, "Item.ParentFolder.MemberSid", sid), with(&t, "Item.ParentFolder.MemberUpn", upn);
    return t;
}

static void test_folder_operations(void **s) {
    (void)s;
    struct told t = folder_event("AddFolderPermissions", "ReadAny, Visible", "S-1-5-21-1", "eve@x");
    assert_told(&t, "grant Folder of sam@x to eve@x (\\Calendar) [Reviewer]");
    t = folder_event("ModifyFolderPermissions", "None", "S-1-1-0", "Everyone");
    assert_told(&t, "alter Folder of sam@x to Default (\\Calendar) [None]");
    t = folder_event("UpdateFolderPermissions", "ReadAny", "S-1-1-0", "");
    assert_told(&t, "alter Folder of sam@x to Default (\\Calendar) [ReadItems]");
    t = folder_event("RemoveFolderPermissions", "", "S-1-5-7", "");
    assert_told(&t, "revoke Folder of sam@x to Anonymous (\\Calendar)");
    t = folder_event("AddFolderPermissions", "Fly", "S-1-5-21-1", "");
    assert_told(&t, "grant Folder of sam@x to S-1-5-21-1 (\\Calendar) [Fly]");
}

static void test_names_and_sids_of_one_record_are_aliases(void **s) {
    (void)s;
    struct told t = folder_event("AddFolderPermissions", "ReadAny", "S-1-5-21-1", "eve@x");
    with(&t, "MailboxOwnerSid", "S-1-5-21-2");
    tell_it(&t);
    assert_true(str_eq(t.aliases, STR("sam@x=9a4f7e10 sam@x=S-1-5-21-2 eve@x=S-1-5-21-1 ")));
    arena_free(t.a);
}

static void test_group_mailbox_set_up_is_the_service(void **s) {
    (void)s;
    struct told t = folder_event("AddFolderPermissions", "ReadAny", "S-1-8-1", "Member@local");
    with(&t, "ClientInfoString", "Client=WebServices;Action=ConfigureGroupMailbox");
    with(&t, "LogonUserSid", "S-1-5-18");
    assert_told(&t, "grant Folder of sam@x to Member@local (\\Calendar) [ReadItems] service");
    t = folder_event("AddFolderPermissions", "ReadAny", "S-1-8-1", "Member@local");
    with(&t, "ClientInfoString", "Client=WebServices;Action=ConfigureGroupMailbox");
    with(&t, "LogonUserSid", "S-1-5-21-7");
    assert_told(&t, "grant Folder of sam@x to Member@local (\\Calendar) [ReadItems]");
}

static void test_outlook_rules(void **s) {
    (void)s;
    struct told t = operation("UpdateInboxRules");
    with(&t, "OperationProperties.RuleOperation", "AddMailboxRule");
    with(&t, "OperationProperties.RuleName", "r");
    assert_told(&t, "grant InboxRule of admin@x to  (r)");
    t = operation("UpdateInboxRules");
    with(&t, "MailboxOwnerUPN", "sam@x"), with(&t, "OperationProperties.RuleId", "5");
    with(&t, "OperationProperties.RuleOperation", "RemoveMailboxRule");
    assert_told(&t, "revoke InboxRule of sam@x to  (5)");
}

static void test_directory_operations_with_and_without_their_period(void **s) {
    (void)s;
    static const char *const names[] = {"Add member to role.", "Add member to role",
                                        "Add eligible member to role."};
    for (size_t i = 0; i < 3; i++) {
        struct told t = operation(names[i]);
        t.e.object = STR("eve@x");
        with(&t, "ModifiedProperties.Role.DisplayName.NewValue", "\"Company Administrator\"");
        assert_told(&t, "grant Role of  to eve@x (Company Administrator)");
    }
    struct told t = operation("Remove delegated permission grant");
    with(&t, "ModifiedProperties.DelegatedPermissionGrant.Scope.OldValue", "\"Mail.Read\"");
    with(&t, "ModifiedProperties.ServicePrincipal.DisplayName.OldValue", "\"App\"");
    assert_told(&t, "revoke Application of  to App (Mail.Read)");
}

/* ---- use ---- */

static void assert_use(struct told *t, const char *mailbox, bool owner, uint64_t count) {
    tell_it(t);
    assert_int_equal(t->change_count, 0);
    assert_int_equal(t->use_count, 1);
    assert_true(str_eq(t->uses[0].mailbox, str_from(mailbox)));
    assert_true(str_eq(t->uses[0].by, STR("admin@x")));
    assert_int_equal(t->uses[0].owner, owner);
    assert_int_equal(t->uses[0].count, count);
    arena_free(t->a);
}

static struct told use_of(const char *name, const char *logon_type) {
    struct told t = operation(name);
    with(&t, "MailboxOwnerUPN", "sam@x"), with(&t, "LogonType", logon_type);
    return t;
}

static void test_owner_and_delegate_are_told_apart(void **s) {
    (void)s;
    struct told t = use_of("MailItemsAccessed", "2");
    with(&t, "OperationCount", "7");
    assert_use(&t, "sam@x", false, 7);
    t = use_of("FolderBind", "0");
    assert_use(&t, "sam@x", true, 1);
    t = use_of("FolderBind", "0"); /* the owner's SID alone contradicts nothing */
    with(&t, "MailboxOwnerSid", "S-1-5-21-2");
    assert_use(&t, "sam@x", true, 1);
    t = use_of("FolderBind", "0");
    with(&t, "MailboxOwnerSid", "S-1-5-21-2"), with(&t, "LogonUserSid", "S-1-5-21-9");
    assert_use(&t, "sam@x", false, 1);
    t = use_of("FolderBind", "2");
    with(&t, "MailboxOwnerSid", "S-1-5-21-2"), with(&t, "LogonUserSid", "S-1-5-21-2");
    assert_use(&t, "sam@x", true, 1);
    t = use_of("HardDelete", "2");
    with(&t, "AffectedItems", "3");
    assert_use(&t, "sam@x", false, 3);
}

static void test_sending_as_another_is_use_of_the_others_mailbox(void **s) {
    (void)s;
    struct told t = use_of("SendAs", "0");
    with(&t, "SendAsUserSmtp", "ceo@x");
    assert_use(&t, "ceo@x", false, 1);
    t = use_of("SendOnBehalf", "0");
    with(&t, "SendOnBehalfOfUserSmtp", "ceo@x");
    assert_use(&t, "ceo@x", false, 1);
}

static void test_a_failed_or_nameless_use_is_none(void **s) {
    (void)s;
    struct told t = use_of("MailItemsAccessed", "2");
    t.e.result = RESULT_FAILED;
    tell_it(&t);
    assert_int_equal(t.use_count, 0);
    arena_free(t.a);
    t = operation("MailItemsAccessed");
    tell_it(&t);
    assert_int_equal(t.use_count, 0);
    arena_free(t.a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roles_are_masks_and_masks_are_roles),
        cmocka_unit_test(test_words_of_log_and_cmdlet_are_one_mask),
        cmocka_unit_test(test_masks_without_a_role_become_words_that_mean_them),
        cmocka_unit_test(test_an_identity_is_mailbox_and_folder),
        cmocka_unit_test(test_only_the_mailboxes_of_two_folder_names_are_one),
        cmocka_unit_test(test_remove_takes_everything_of_a_user),
        cmocka_unit_test(test_calendar_delegates_come_and_go_by_flag),
        cmocka_unit_test(test_a_published_calendar_is_everybodys),
        cmocka_unit_test(test_folder_operations),
        cmocka_unit_test(test_names_and_sids_of_one_record_are_aliases),
        cmocka_unit_test(test_group_mailbox_set_up_is_the_service),
        cmocka_unit_test(test_outlook_rules),
        cmocka_unit_test(test_directory_operations_with_and_without_their_period),
        cmocka_unit_test(test_owner_and_delegate_are_told_apart),
        cmocka_unit_test(test_sending_as_another_is_use_of_the_others_mailbox),
        cmocka_unit_test(test_a_failed_or_nameless_use_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
