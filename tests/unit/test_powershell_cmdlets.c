/* The catalogue: its order, its look-ups, and abbreviations as they resolve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/powershell/cmdlets.h"

static const struct cmdlet *cmdlet(const char *name) {
    const struct cmdlet *c = cmdlet_find(str_from(name), NULL);
    assert_non_null(c);
    return c;
}

static void test_the_table_is_sorted_and_whole(void **s) {
    (void)s;
    assert_in_range(CMDLET_COUNT, 100, 1000);
    for (size_t i = 0; i < CMDLET_COUNT; i++) {
        assert_true(!i || str_icmp(CMDLETS[i - 1].name, CMDLETS[i].name) < 0);
        assert_ptr_equal(cmdlet_find(CMDLETS[i].name, NULL), &CMDLETS[i]);
        assert_true(CMDLETS[i].count > 0 && CMDLETS[i].env != 0);
        for (size_t k = 1; k < CMDLETS[i].count; k++)
            assert_true(str_icmp(CMDLETS[i].parameters[k - 1].name, CMDLETS[i].parameters[k].name) <
                        0);
    }
}

static void test_names_are_found_with_module_and_prefix(void **s) {
    (void)s;
    bool prefixed;
    assert_ptr_equal(cmdlet_find(STR("add-MAILBOXpermission"), &prefixed),
                     cmdlet("Add-MailboxPermission"));
    assert_false(prefixed);
    assert_ptr_equal(cmdlet_find(STR("tmpEXO_x.1\\Add-MailboxPermission"), &prefixed),
                     cmdlet("Add-MailboxPermission"));
    assert_ptr_equal(cmdlet_find(STR("Add-CloudMailboxPermission"), &prefixed),
                     cmdlet("Add-MailboxPermission"));
    assert_true(prefixed);
    assert_ptr_equal(cmdlet_find(STR("Set-CloudRemoteMailbox"), &prefixed),
                     cmdlet("Set-RemoteMailbox"));
    static const char *const strangers[] = {"Set-ADUser",
                                            "Set-LocalUser",
                                            "Set-UMMailbox",
                                            "Set-ADGroup",
                                            "Add-MailboxPermissions",
                                            "Add-",
                                            "-",
                                            "",
                                            "Set-MailboxPermission",
                                            "Set-SiteMailbox"};
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        assert_null(cmdlet_find(str_from(strangers[i]), &prefixed));
}

static void test_abbreviations_resolve_as_documented(void **s) {
    (void)s;
    static const struct {
        const char *cmdlet, *written;
        enum parameter_match match;
        const char *name;
    } rows[] = {
        {"Add-MailboxPermission", "Identity", PARAMETER_EXACT, "Identity"},
        {"Add-MailboxPermission", "id", PARAMETER_PREFIX, "Identity"},
        {"Add-MailboxPermission", "I", PARAMETER_AMBIGUOUS, NULL},
        {"Add-MailboxPermission", "Ac", PARAMETER_PREFIX, "AccessRights"},
        {"Add-MailboxPermission", "A", PARAMETER_AMBIGUOUS, NULL},
        {"Add-MailboxPermission", "U", PARAMETER_PREFIX, "User"},
        {"Add-MailboxPermission",
         "Us\xE2\x80\x8B"
         "er",
         PARAMETER_EXACT, "User"},
        {"Add-MailboxPermission", "O", PARAMETER_PROBABLE, "Owner"},
        {"Add-MailboxPermission", "cf", PARAMETER_EXACT, "Confirm"},
        {"Add-MailboxPermission", "wi", PARAMETER_EXACT, "WhatIf"},
        {"Add-MailboxPermission", "ea", PARAMETER_EXACT, NULL},
        {"Add-MailboxPermission", "ErrorA", PARAMETER_PREFIX, NULL},
        {"Add-MailboxPermission", "Err", PARAMETER_AMBIGUOUS, NULL},
        {"Add-MailboxPermission", "Zz", PARAMETER_NONE, NULL},
        {"Add-MailboxPermission", "", PARAMETER_NONE, NULL},
        {"Remove-MailboxPermission", "R", PARAMETER_PREFIX, "ResetDefault"},
        {"Remove-MailboxPermission", "C", PARAMETER_AMBIGUOUS, NULL},
        {"Remove-MailboxPermission", "Cl", PARAMETER_PREFIX, "ClearAutoMapping"},
        {"Add-RecipientPermission", "T", PARAMETER_PREFIX, "Trustee"},
        {"Set-MailboxFolderPermission", "Se", PARAMETER_PREFIX, "SendNotificationToUser"},
        {"Set-MailboxFolderPermission", "Sh", PARAMETER_PREFIX, "SharingPermissionFlags"},
        {"New-ManagementRoleAssignment", "Ro", PARAMETER_PREFIX, "Role"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct parameter *p;
        enum parameter_match match =
            cmdlet_parameter(cmdlet(rows[i].cmdlet), str_from(rows[i].written), &p);
        if (match != rows[i].match) print_error("-%s of %s\n", rows[i].written, rows[i].cmdlet);
        assert_int_equal(match, rows[i].match);
        assert_int_equal(p != NULL, rows[i].name != NULL);
        if (p) assert_true(str_eq(p->name, str_from(rows[i].name)));
    }
}

static void test_positions_and_common_parameters(void **s) {
    (void)s;
    bool is_switch;
    assert_true(
        str_eq(cmdlet_positional(cmdlet("Add-MailboxPermission"), 1)->name, STR("Identity")));
    assert_null(cmdlet_positional(cmdlet("Add-MailboxPermission"), 2));
    assert_true(str_eq(cmdlet_positional(cmdlet("New-InboxRule"), 1)->name, STR("Name")));
    assert_null(cmdlet_positional(cmdlet("New-ApplicationAccessPolicy"), 1));
    assert_true(str_eq(common_parameter(STR("ea"), &is_switch), STR("ErrorAction")));
    assert_false(is_switch);
    assert_true(str_eq(common_parameter(STR("verb"), &is_switch), STR("Verbose")));
    assert_true(is_switch);
    assert_int_equal(common_parameter(STR("Error"), NULL).n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_is_sorted_and_whole),
        cmocka_unit_test(test_names_are_found_with_module_and_prefix),
        cmocka_unit_test(test_abbreviations_resolve_as_documented),
        cmocka_unit_test(test_positions_and_common_parameters),
    };
    return cmocka_run_group_tests_name("powershell: cmdlets", tests, NULL, NULL);
}
