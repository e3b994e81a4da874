/* search: the first place that is not below, in lists of every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/search.h"

static int compare_numbers(const void *element, const void *wanted) {
    int x = *(const int *)element, y = *(const int *)wanted;
    return (x > y) - (x < y);
}

/* Every number from below the first to above the last, in 0, 1, ... elements with repeats. */
static void test_it_is_what_a_walk_finds(void **state) {
    (void)state;
    static const int list[] = {1, 3, 3, 3, 5, 7, 7, 9};
    for (size_t count = 0; count <= sizeof list / sizeof *list; count++)
        for (int wanted = 0; wanted <= 10; wanted++) {
            size_t walked = 0;
            while (walked < count && list[walked] < wanted) walked++;
            assert_int_equal(search_first(list, count, sizeof *list, &wanted, compare_numbers),
                             walked);
        }
}

struct named {
    int number;
    struct str name;
};

static void test_a_text_is_found_by_its_member(void **state) {
    (void)state;
    static const struct named list[] = {{1, {"a", 1}}, {2, {"b", 1}}, {3, {"b", 1}}, {4, {"d", 1}}};
    assert_int_equal(SEARCH_TEXT(list, 4, struct named, name, STR_NONE), 0);
    assert_int_equal(SEARCH_TEXT(list, 4, struct named, name, STR("b")), 1);
    assert_int_equal(SEARCH_TEXT(list, 4, struct named, name, STR("c")), 3);
    assert_int_equal(SEARCH_TEXT(list, 4, struct named, name, STR("e")), 4);
    assert_int_equal(SEARCH_TEXT(list, 0, struct named, name, STR("b")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_what_a_walk_finds),
        cmocka_unit_test(test_a_text_is_found_by_its_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
