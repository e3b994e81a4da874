/* facts: what goes in comes out, and damaged bytes end the reading instead of misleading it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/facts.h"

static struct fact sample(struct arena *a) {
    struct fact f = {.kind = FACT_CHANGE,
                     .source = SOURCE_UAL,
                     .record = STR("5b0e7d52"),
                     .offset = UINT64_C(0x123456789),
                     .time = {INT64_C(-5), 7, WHEN_UTC},
                     .actor = STR("p.okafor@fabrikam.com"),
                     .result = RESULT_SUCCEEDED,
                     .sequence = 2};
    f.change = (struct change){.action = ACTION_REVOKE,
                               .right = RIGHT_SEND_AS,
                               .mailbox = STR("m\0x"),
                               .mask = 0x41B,
                               .mask_known = true,
                               .flags = CHANGE_OBFUSCATED | CHANGE_ATTEMPT};
    const struct str values[] = {STR("FullAccess"), STR("")};
    struct param *p = params_add(a, &f.change.params, STR("AccessRights"), values, 2);
    p->edit = EDIT_REMOVE;
    params_add(a, &f.change.params, STR("User"), NULL, 0);
    return f;
}

static void test_a_change_survives_the_round_trip(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct buf b = {0};
    struct fact f = sample(a), g;
    fact_put(&b, &f);
    struct str bytes = buf_str(&b);
    assert_int_equal(fact_next(a, &bytes, &g), 1);
    assert_true(str_eq(g.record, f.record) && g.offset == f.offset && g.time.ns == -5 &&
                g.sequence == 2);
    assert_true(str_eq(g.change.mailbox, f.change.mailbox) && g.change.mask == 0x41B &&
                g.change.mask_known);
    assert_int_equal(g.change.flags, f.change.flags);
    assert_int_equal(g.change.params.count, 2);
    assert_int_equal(g.change.params.list[0].edit, EDIT_REMOVE);
    assert_int_equal(g.change.params.list[0].count, 2);
    assert_true(str_eq(g.change.params.list[0].values[0], STR("FullAccess")));
    assert_int_equal(fact_next(a, &bytes, &g), 0);
    buf_free(&b);
    arena_free(a);
}

static void test_every_truncation_and_every_flip_is_survived(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct buf b = {0};
    struct fact f = sample(a), g;
    fact_put(&b, &f);
    for (size_t n = 1; n < b.n; n++) {
        struct str bytes = str_of(b.p, n);
        assert_int_equal(fact_next(a, &bytes, &g), -1);
    }
    for (size_t i = 0; i < b.n * 8; i++) {
        b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
        struct str bytes = buf_str(&b);
        while (fact_next(a, &bytes, &g) == 1) {
        }
        b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
    }
    buf_free(&b);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_change_survives_the_round_trip),
        cmocka_unit_test(test_every_truncation_and_every_flip_is_survived),
    };
    return cmocka_run_group_tests_name("analyze: facts", tests, NULL, NULL);
}
