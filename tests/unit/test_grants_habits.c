/* Habits of an organisation and names that look alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/grants/lookalike.h"

static int read_habits(struct arena *a, const char *text, struct habits *h, struct error *e) {
    cJSON *root = json_parse(a, str_from(text), NULL, NULL);
    assert_non_null(root);
    int bad = habits_read(a, root, "baseline.json", h, e);
    cJSON_Delete(root);
    return bad;
}

static struct when time_of(const char *text) {
    struct when t;
    assert_true(when_parse_iso(str_from(text), WHEN_UTC, &t));
    return t;
}

static void test_change_windows_have_days_hours_and_zones(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct error e = {0};
    struct habits h;
    assert_int_equal(read_habits(a,
                                 "{\"change_windows\":[{\"days\":[\"Wed\"],\"from\":\"22:00\","
                                 "\"to\":\"02:00\",\"zone\":\"+02:00\"}]}",
                                 &h, &e),
                     0);
    /* 2022-03-09 was a Wednesday; 22:00 there is 20:00 UTC. */
    assert_true(habits_allow_time(&h, time_of("2022-03-09T20:00:00Z")));
    assert_true(habits_allow_time(&h, time_of("2022-03-09T23:59:00Z")));
    assert_false(habits_allow_time(&h, time_of("2022-03-09T19:59:00Z")));
    assert_false(habits_allow_time(&h, time_of("2022-03-10T00:00:00Z")));
    assert_false(habits_allow_time(&h, time_of("2022-03-10T20:30:00Z")));
    assert_false(habits_allow_time(&h, time_of("2022-03-08T22:30:00Z")));
    struct when local = time_of("2022-03-08T12:00:00Z");
    local.basis = WHEN_UNKNOWN;
    assert_true(habits_allow_time(&h, local));
    arena_free(a);
}

static void test_networks_are_compared_bit_by_bit(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct error e = {0};
    struct habits h;
    assert_int_equal(
        read_habits(a, "{\"internal_networks\":[\"198.51.100.0/25\",\"2001:db8::/32\"]}", &h, &e),
        0);
    assert_true(habits_know_address(&h, STR("198.51.100.127")));
    assert_false(habits_know_address(&h, STR("198.51.100.128")));
    assert_true(habits_know_address(&h, STR("2001:db8:1::5")));
    assert_false(habits_know_address(&h, STR("2001:db9::5")));
    assert_false(habits_know_address(&h, STR("no address")));
    arena_free(a);
}

static void test_a_workflow_fits_whole_or_not(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct error e = {0};
    struct habits h;
    struct party hr = {.written = STR("CORP\\svc-hr")}, other = {.written = STR("CORP\\svc-hr2")};
    assert_int_equal(
        read_habits(a,
                    "{\"workflows\":[{\"host\":\"hr01*\",\"account\":\"corp\\\\svc-hr\","
                    "\"command\":\"Add-MailboxPermission *\"},{}]}",
                    &h, &e),
        0);
    struct str command = STR("add-mailboxpermission -Identity x");
    assert_true(habits_know_workflow(&h, STR("HR01.corp.example"), &hr, command));
    assert_false(habits_know_workflow(&h, STR("ws01"), &hr, command));
    assert_false(habits_know_workflow(&h, STR("hr01"), &other, command));
    assert_false(habits_know_workflow(&h, STR("hr01"), &hr, STR("Remove-Mailbox x")));
    assert_true(pattern_fits(STR("a*b*"), STR("AxxBy")));
    assert_false(pattern_fits(STR("a*b"), STR("abc")));
    arena_free(a);
}

static void test_wrong_habits_name_their_key(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"{\"change_windows\":[{\"from\":\"25:00\",\"to\":\"1:00\"}]}", "change_windows"},
        {"{\"change_windows\":[{\"days\":[\"Someday\"],\"from\":\"1:00\",\"to\":\"2:00\"}]}",
         "days"},
        {"{\"internal_networks\":[\"198.51.100.0/33\"]}", "internal_networks"},
        {"{\"use_window\":\"soon\"}", "use_window"},
        {"{\"workflows\":7}", "workflows"},
        {"{\"cmdlets\":[\"x\"]}", "cmdlets"},
        {"{\"cmdlets\":{\"only\":[]}}", "only"},
        {"{\"parents\":[7]}", "parents"},
        {"{\"mailflow_threshold\":0}", "mailflow_threshold"},
        {"{\"mailflow_threshold\":\"many\"}", "mailflow_threshold"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct arena *a = arena_new(0);
        struct error e = {0};
        struct habits h;
        assert_int_equal(read_habits(a, wrong[i][0], &h, &e), -1);
        assert_non_null(strstr(e.text, wrong[i][1]));
        arena_free(a);
    }
}

static void test_the_cmdlet_filter_includes_then_excludes(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct error e = {0};
    struct habits h;
    const char *text = "{\"cmdlets\":{\"include\":[\"*-MailboxPermission\"],"
                       "\"exclude\":[\"remove-*\"]}}";
    assert_int_equal(read_habits(a, text, &h, &e), 0);
    assert_true(habits_let_through(&h, STR("Add-MailboxPermission")));
    assert_false(habits_let_through(&h, STR("Remove-MailboxPermission")));
    assert_false(habits_let_through(&h, STR("Set-Mailbox")));
    struct habits none = {0};
    assert_true(habits_let_through(&none, STR("Set-Mailbox")));
    arena_free(a);
}

static void test_parents_of_a_shell_are_expected_or_not(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct error e = {0};
    struct habits h, none = {0};
    assert_int_equal(read_habits(a, "{\"parents\":[\"wsmprovhost.exe\"]}", &h, &e), 0);
    assert_true(habits_expect_parent(&h, STR("C:\\Windows\\System32\\WsmProvHost.exe")));
    assert_false(habits_expect_parent(&h, STR("C:\\Windows\\explorer.exe")));
    assert_true(habits_expect_parent(&none, STR("C:\\Windows\\explorer.exe")));
    assert_false(habits_expect_parent(&none, STR("C:\\Program Files\\Office\\WINWORD.EXE")));
    arena_free(a);
}

static void test_what_looks_alike_has_one_skeleton(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    static const char *const pairs[][2] = {{"Servicedesk", "5ervicedesk"},
                                           {"admin", "adrnin"},
                                           {"paypal", "p\xD0\xB0ypal"}, /* Cyrillic a */
                                           {"info", "lnf0"},
                                           {"web", "vveb"},
                                           {"a\xE2\x80\x8B"
                                            "b",
                                            "ab"}}; /* zero width space */
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_true(
            str_eq(skeleton_of(a, str_from(pairs[i][0])), skeleton_of(a, str_from(pairs[i][1]))));
    assert_false(str_eq(skeleton_of(a, STR("keller")), skeleton_of(a, STR("kellner"))));
    arena_free(a);
}

static void test_domains_one_edit_apart(void **state) {
    (void)state;
    assert_true(one_edit_apart(STR("contoso.com"), STR("contosso.com")));
    assert_true(one_edit_apart(STR("contoso.com"), STR("contoso.co")));
    assert_true(one_edit_apart(STR("contoso.com"), STR("comtoso.com")));
    assert_true(one_edit_apart(STR("contoso.com"), STR("cnotoso.com")));
    assert_false(one_edit_apart(STR("contoso.com"), STR("contoso.com")));
    assert_false(one_edit_apart(STR("contoso.com"), STR("fabrikam.com")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_change_windows_have_days_hours_and_zones),
        cmocka_unit_test(test_networks_are_compared_bit_by_bit),
        cmocka_unit_test(test_a_workflow_fits_whole_or_not),
        cmocka_unit_test(test_wrong_habits_name_their_key),
        cmocka_unit_test(test_the_cmdlet_filter_includes_then_excludes),
        cmocka_unit_test(test_parents_of_a_shell_are_expected_or_not),
        cmocka_unit_test(test_what_looks_alike_has_one_skeleton),
        cmocka_unit_test(test_domains_one_edit_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
