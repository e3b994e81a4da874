/* A domain controller's records: entries of security descriptors, delegates, role groups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/grants/sddl.h"
#include "change_fixture.h"

static void assert_aces(const char *sddl, const char *want) {
    struct arena *a = arena_new(0);
    struct str got = STR_NONE;
    struct ace ace;
    for (size_t at = 0; sddl_next(str_from(sddl), &at, &ace);)
        got = arena_printf(a, "%.*s[%s%s%x %.*s %.*s]", STR_ARG(got), ace.deny ? "deny " : "",
                           ace.inherited ? "inherited " : "", (unsigned)ace.rights,
                           STR_ARG(ace.object), STR_ARG(ace.trustee));
    assert_string_equal(arena_cstr(a, got), want);
    arena_free(a);
}

static void test_entries_of_a_descriptor(void **s) {
    (void)s;
    assert_aces("O:DAG:DAD:PAI(A;CIID;CCRC;;;S-1-5-21-1)(OD;;CR;ab72;bf96;PS)S:AI(AU;SA;CR;;;WD)",
                "[inherited 20001  S-1-5-21-1][deny 100 ab72 PS]");
    assert_aces("D:(A;;0xF01FF;;;SY)(XA;;FX;;;WD;(x))(A;;GA;;;BA)", "[f01ff  SY][10000000  BA]");
    assert_aces("", "");
    assert_aces("O:DAG:DA", "");
    assert_aces("D:", "");
    assert_aces("D:(A;;CC;;;", "");
    assert_aces("D:()(A)(A;;;;;)((A;;CC;;;WD))", "");
    assert_aces("S:(AU;;CC;;;WD)", "");
}

static struct told value(const char *operation_name, const char *attribute, const char *text) {
    struct told t = operation(operation_name);
    t.e.source = SOURCE_SECURITY_5136;
    t.e.object = STR("CN=M");
    with(&t, "AttributeLDAPDisplayName", attribute);
    params_add1(t.a, &t.e.params, STR("AttributeValue"), str_from(text));
    return t;
}

static void test_delegates_and_forwarding_are_values(void **s) {
    (void)s;
    struct told t = value("Directory value added", "publicDelegates", "CN=U");
    assert_told(&t, "grant SendOnBehalf of CN=M to CN=U");
    t = value("Directory value deleted", "publicDelegates", "CN=U");
    assert_told(&t, "revoke SendOnBehalf of CN=M to CN=U");
    t = value("Directory value added", "msExchGenericForwardingAddress", "smtp:x@y");
    assert_told(&t, "grant Forwarding of CN=M to smtp:x@y");
}

static void test_each_descriptor_is_half_a_change(void **s) {
    (void)s;
    static const char sddl[] = "D:(A;CI;CCWD;;;S-1)(A;CI;CC;;;PS)(A;CIID;CC;;;S-2)(D;CI;SD;;;S-3)";
    struct told t = value("Directory value added", "msExchMailboxSecurityDescriptor", sddl);
    tell_it(&t);
    assert_int_equal(t.change_count, 4);
    for (size_t i = 0; i < t.change_count; i++) assert_true(t.changes[i].flags & CHANGE_HALF);
    arena_free(t.a);
    t = value("Directory value added", "msExchMailboxSecurityDescriptor", sddl);
    assert_told(&t, "grant ReadPermission of CN=M to \ngrant FullAccess of CN=M to S-1\n"
                    "grant ChangePermission of CN=M to S-1\n"
                    "deny-grant DeleteItem of CN=M to S-3");
    t = value("Directory value added", "nTSecurityDescriptor",
              "D:(OA;;CR;AB721A54-1e2f-11d0-9819-00aa0040529b;;S-1)(OA;;CR;00000000-0000-0000-0000-"
              "000000000000;;S-2)(A;;GA;;;S-3)");
    assert_told(&t, "grant ReadPermission of CN=M to \ngrant SendAs of CN=M to S-1\n"
                    "grant FullAccess of CN=M to S-3 (GenericAll)");
}

static void test_members_of_role_groups_only(void **s) {
    (void)s;
    struct told t = operation("Directory group member added");
    with(&t, "TargetUserName", "Organization Management");
    with(&t, "MemberName", "CN=U");
    with(&t, "MemberSid", "S-1");
    assert_told(&t, "grant Role of  to CN=U (Organization Management)");
    t = operation("Directory group member removed");
    with(&t, "TargetUserName", "organization management");
    with(&t, "MemberName", "-");
    with(&t, "MemberSid", "S-1");
    assert_told(&t, "revoke Role of  to S-1 (organization management)");
    t = operation("Directory group member added");
    with(&t, "TargetUserName", "Book club");
    with(&t, "MemberSid", "S-1");
    assert_told(&t, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries_of_a_descriptor),
        cmocka_unit_test(test_delegates_and_forwarding_are_values),
        cmocka_unit_test(test_each_descriptor_is_half_a_change),
        cmocka_unit_test(test_members_of_role_groups_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
