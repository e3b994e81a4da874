/* verify: whatever is altered, added or removed is found, and the place is said. */
#include "tests/unit/collect_fixture.h"

#include "collect/custody.h"

static bool finds(const struct verification *v, enum verify_check check, const char *place) {
    for (size_t i = 0; i < v->count; i++)
        if (v->list[i].check == check && str_find(v->list[i].place, str_from(place)) != STR_ABSENT)
            return true;
    return false;
}

static void make_case(const char *output) {
    put_file("s/one", STR("EV one"));
    put_file("s/two", STR("EV two"));
    assert_int_equal(collect_sources(output, NULL), STATUS_DONE);
}

static void unpack(const char *tar) {
    char command[128];
    snprintf(command, sizeof command, "tar xf %s", tar);
    assert_int_equal(system(command), 0);
}

static void test_a_flip_anywhere_is_found(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct verification v;
    make_case("c.tar");
    struct str good = whole_file(a, "c.tar");
    char *copy = memory_alloc(good.n);
    for (size_t at = 0; at < good.n; at += 97) {
        memcpy(copy, good.p, good.n);
        copy[at] = (char)(copy[at] ^ 0x20);
        put_file("c.tar", str_of(copy, good.n));
        if (verified(a, "c.tar", &v) != STATUS_FAILED) fail_msg("not found: byte %zu", at);
    }
    free(copy);
    arena_free(a);
}

static void test_truncation_is_found_everywhere(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct verification v;
    make_case("c.zip");
    struct str good = whole_file(a, "c.zip");
    assert_int_equal(unlink("c.zip.sha256"), 0);
    for (size_t n = 0; n < good.n; n += 131) {
        put_file("c.zip", str_of(good.p, n));
        if (verified(a, "c.zip", &v) != STATUS_FAILED) fail_msg("not found: cut at %zu", n);
    }
    arena_free(a);
}

static void test_an_unpacked_bag_says_which_file(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct verification v;
    make_case("c.tar");
    unpack("c.tar");
    assert_int_equal(verified(a, "c", &v), STATUS_DONE);
    put_file("c/data/000001-one", STR("EV onE"));
    put_file("c/data/added", STR("x"));
    put_file("c/note.txt", STR("x"));
    assert_int_equal(unlink("c/data/000002-two"), 0);
    assert_int_equal(verified(a, "c", &v), STATUS_FAILED);
    assert_true(finds(&v, CHECK_HASHES, "data/000001-one"));
    assert_true(finds(&v, CHECK_HASHES, "data/000002-two"));
    assert_true(finds(&v, CHECK_UNLISTED, "data/added"));
    assert_true(finds(&v, CHECK_UNLISTED, "note.txt"));
    assert_true(finds(&v, CHECK_INVENTORY, "row 2"));
    arena_free(a);
}

static void append(const char *path, const char *event) {
    struct error e = {0};
    struct custody_link link = {.event = event, .subject = STR("x"), .by = "T. Ester"};
    if (custody_append(path, &link, &e) != 0) fail_msg("%s", e.text);
}

static void test_custody_goes_on_outside_and_an_altered_line_is_named(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct verification v;
    struct error e = {0};
    make_case("c.zip");
    append("c.zip", "verify");
    append("c.zip", "analyze");
    append("c.zip", "plan");
    assert_int_equal(verified(a, "c.zip", &v), STATUS_DONE);
    struct str log = whole_file(a, "c.custody.jsonl");
    char *copy = memory_cstr(log);
    strstr(copy, "analyze")[0] = 'A';
    put_file("c.custody.jsonl", str_of(copy, log.n));
    assert_int_equal(verified(a, "c.zip", &v), STATUS_FAILED);
    assert_true(finds(&v, CHECK_CUSTODY, "c.custody.jsonl, line 2"));
    struct custody_link link = {.event = "plan", .by = "x"};
    assert_int_equal(custody_append("c.zip", &link, &e), -1);
    assert_true(str_eq(whole_file(a, "c.custody.jsonl"), str_of(copy, log.n)));
    free(copy);
    arena_free(a);
}

static void test_manifest_lines_are_checked(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct manifest m;
    size_t line;
    char hex[DIGEST_HEX + 1];
    digest_of(STR(""), hex);
    struct str good = arena_printf(a, "%s  data/b\n%s *data/a\r\n", hex, hex);
    assert_true(manifest_parse(a, good, &m, &line));
    assert_int_equal(m.count, 2);
    assert_non_null(manifest_find(&m, STR("data/a")));
    assert_null(manifest_find(&m, STR("data/c")));
    assert_false(manifest_parse(a, arena_printf(a, "%s  a\n%s  ../b\n", hex, hex), &m, &line));
    assert_int_equal(line, 2);
    assert_false(manifest_parse(a, arena_printf(a, "%s  /etc/passwd\n", hex), &m, &line));
    assert_false(manifest_parse(a, arena_printf(a, "%s  a\n%s  a\n", hex, hex), &m, &line));
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_flip_anywhere_is_found, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(test_truncation_is_found_everywhere, enter_folder,
                                        leave_folder),
        cmocka_unit_test_setup_teardown(test_an_unpacked_bag_says_which_file, enter_folder,
                                        leave_folder),
        cmocka_unit_test_setup_teardown(test_custody_goes_on_outside_and_an_altered_line_is_named,
                                        enter_folder, leave_folder),
        cmocka_unit_test(test_manifest_lines_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
