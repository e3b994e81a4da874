/* identity: names are joined by evidence only; what fits several stays open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/grants/identity.h"

static int setup(void **s) {
    *s = arena_new(0);
    return 0;
}

static int teardown(void **s) {
    arena_free(*s);
    return 0;
}

static void assert_text(struct str got, const char *want) {
    assert_int_equal(got.n, strlen(want));
    assert_memory_equal(got.p, want, got.n);
}

static void test_names_of_one_record_are_one_thing(void **s) {
    struct identity *id = identity_new(*s);
    identity_join(id, STR("MarjoleinB"), STR("prod.outlook.com/Hosted/fabrikam.com/MarjoleinB"));
    identity_join(id, STR("marjolein@fabrikam.com"), STR("9a4f7e10-5c3b-4d2a-8b61-0f1e2d3c4b5a"));
    identity_join(id, STR("9A4F7E10-5C3B-4D2A-8B61-0F1E2D3C4B5A"),
                  STR("prod.outlook.com/Hosted/fabrikam.com/MarjoleinB"));
    identity_close(id);
    assert_text(identity_party(id, STR("marjoleinb")).identity, "marjolein@fabrikam.com");
    assert_true(str_eq(identity_key(id, STR("MARJOLEINB")),
                       identity_key(id, STR("marjolein@fabrikam.com"))));
}

static void test_an_alias_that_fits_two_is_candidates(void **s) {
    struct identity *id = identity_new(*s);
    identity_join(id, STR("info"), STR("info@fabrikam.com"));
    identity_join(id, STR("info"), STR("info@tailspin.com"));
    identity_close(id);
    struct party p = identity_party(id, STR("info"));
    assert_int_equal(p.identity.n, 0);
    assert_int_equal(p.candidate_count, 2);
    assert_text(p.candidates[0], "info@fabrikam.com");
    assert_false(str_eq(identity_key(id, STR("info@fabrikam.com")),
                        identity_key(id, STR("info@tailspin.com"))));
}

static void test_alike_is_not_the_same(void **s) {
    struct identity *id = identity_new(*s);
    identity_add(id, STR("servicedesk@fabrikam.com"));
    identity_add(id, STR("5ervicedesk@fabrikam.com"));
    identity_add(id, STR("servicedesk"));
    identity_close(id);
    assert_int_equal(identity_party(id, STR("servicedesk")).identity.n, 0);
    assert_false(str_eq(identity_key(id, STR("servicedesk")),
                        identity_key(id, STR("servicedesk@fabrikam.com"))));
}

static void test_pseudo_users_are_what_they_are(void **s) {
    struct identity *id = identity_new(*s);
    identity_join(id, STR("Default"), STR("ceo@fabrikam.com"));
    identity_close(id);
    assert_text(identity_party(id, STR("Default")).identity, "Default");
    assert_false(
        str_eq(identity_key(id, STR("Default")), identity_key(id, STR("ceo@fabrikam.com"))));
}

static void test_leaf_is_what_people_type(void **s) {
    assert_text(identity_leaf(*s, STR("a.b.com/Org/P.Okafor")), "p.okafor");
    assert_text(identity_leaf(*s, STR("CN=P.Okafor,OU=Users,DC=x")), "p.okafor");
    assert_text(identity_leaf(*s, STR("smtp:P.Okafor@fabrikam.com")), "p.okafor");
    assert_text(identity_leaf(*s, STR("FABRIKAM\\p.okafor")), "p.okafor");
}

static void test_the_order_of_joins_does_not_matter(void **s) {
    static const char *const names[] = {"x@a.com", "S-1-5-21-1", "x",
                                        "11111111-2222-3333-4444-555555555555"};
    struct str keys[2][4];
    for (int run = 0; run < 2; run++) {
        struct identity *id = identity_new(*s);
        for (int i = 0; i < 3; i++) {
            int k = run ? 2 - i : i;
            identity_join(id, str_from(names[k]), str_from(names[k + 1]));
        }
        identity_close(id);
        for (int i = 0; i < 4; i++) keys[run][i] = identity_key(id, str_from(names[i]));
    }
    for (int i = 0; i < 4; i++) assert_true(str_eq(keys[0][i], keys[1][i]));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_names_of_one_record_are_one_thing),
        TEST(test_an_alias_that_fits_two_is_candidates),
        TEST(test_alike_is_not_the_same),
        TEST(test_pseudo_users_are_what_they_are),
        TEST(test_leaf_is_what_people_type),
        TEST(test_the_order_of_joins_does_not_matter),
    };
    return cmocka_run_group_tests_name("grants: identity", tests, NULL, NULL);
}
