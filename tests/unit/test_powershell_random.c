/* Random calls in random obfuscations, stacked: the same calls come back, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/powershell/obfuscate.h"

#ifdef __SANITIZE_ADDRESS__
enum { SCRIPTS = 4000 };
#else
enum { SCRIPTS = 100000 };
#endif

static int by_name(const void *a, const void *b) {
    const struct param *one = a, *other = b;
    int order = str_icmp(one->name, other->name);
    return order ? order : (int)one->edit - (int)other->edit;
}

static void render(struct buf *out, struct str cmdlet, const struct params *params) {
    struct param list[32];
    size_t count = params->count < 32 ? params->count : 32;
    if (count) memcpy(list, params->list, count * sizeof *list);
    if (count) qsort(list, count, sizeof *list, by_name);
    buf_add(out, cmdlet);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, " %.*s%s=", STR_ARG(list[i].name),
                   list[i].edit == EDIT_ADD      ? "+"
                   : list[i].edit == EDIT_REMOVE ? "-"
                                                 : "");
        for (size_t k = 0; k < list[i].count; k++)
            buf_printf(out, "<%.*s>", STR_ARG(list[i].values[k]));
    }
    buf_add_c(out, '\n');
}

static void wished(struct buf *out, const struct script *s) {
    for (size_t i = 0; i < s->count; i++)
        render(out, s->wishes[i].cmdlet->name, &s->wishes[i].params);
}

static void read_from(struct buf *out, struct arena *a, struct str text) {
    struct call *calls;
    struct powershell_text t = {.text = text};
    size_t count = powershell_calls(a, &t, &calls);
    for (size_t i = 0; i < count; i++) {
        if (calls[i].attempt) buf_add_z(out, "attempt: ");
        if (calls[i].maybe) buf_add_z(out, "maybe: ");
        if (calls[i].certainty != CALL_RESOLVED)
            buf_printf(out, "%s: ", certainty_name(calls[i].certainty));
        render(out, calls[i].cmdlet->name, &calls[i].params);
    }
}

static void test_what_is_wished_is_read(void **state) {
    (void)state;
    const char *from = getenv("SCRIPTS_FROM"), *count = getenv("SCRIPTS");
    uint64_t first = from ? strtoull(from, NULL, 10) : 1;
    uint64_t scripts = count ? strtoull(count, NULL, 10) : SCRIPTS;
    unsigned wrong = 0;
    for (uint64_t seed = first; seed < first + scripts && wrong < 5; seed++) {
        struct arena *a = arena_new(0);
        struct script s = script_random(a, seed);
        struct buf want = {0}, got = {0};
        wished(&want, &s);
        read_from(&got, a, s.text);
        if (!str_eq(buf_str(&want), buf_str(&got))) {
            fprintf(stderr, "seed %llu\n%.*s\n-- want\n%.*s-- got\n%.*s\n",
                    (unsigned long long)seed, STR_ARG(s.text), STR_ARG(buf_str(&want)),
                    STR_ARG(buf_str(&got)));
            wrong++;
        }
        buf_free(&want);
        buf_free(&got);
        arena_free(a);
    }
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_is_wished_is_read)};
    return cmocka_run_group_tests_name("powershell: random scripts", tests, NULL, NULL);
}
