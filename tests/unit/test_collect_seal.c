/* collect: names, odd files, the same bytes twice, and what the inventory says. */
#include "tests/unit/collect_fixture.h"

#include <sys/resource.h>

static struct str inventory(struct arena *a, const char *path) {
    struct bag b;
    struct error e = {0};
    assert_int_equal(bag_read(a, path, BAG_READ_TAGS, &b, &e), 0);
    const struct bag_entry *entry = bag_find(&b, STR("inventory.csv"));
    assert_non_null(entry);
    return entry->text;
}

static void assert_has(struct str text, const char *part) {
    if (str_find(text, str_from(part)) == STR_ABSENT)
        fail_msg("no '%s' in:\n%.*s", part, STR_ARG(text));
}

static void test_names_of_all_kinds_become_safe_and_unique(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct verification v;
    char longest[260] = "s/";
    memset(longest + 2, 'n', 240);
    put_file(longest, STR("EV long"));
    assert_int_equal(mkdir("s/a", 0777), 0);
    put_file("s/a/same", STR("EV 1"));
    put_file("s/SAME", STR("EV 2"));
    put_file("s/same", STR("EV 3"));
    put_file("s/stream:x", STR("EV 4"));
    put_file("s/na\xc3\xafve \xff\n", STR("EV 5"));
    assert_int_equal(collect_sources("c.zip", NULL), STATUS_DONE);
    assert_int_equal(verified(a, "c.zip", &v), STATUS_DONE);
    struct str rows = inventory(a, "c.zip");
    assert_has(rows, "data/000001-SAME,");
    assert_has(rows, "data/000002-same,s/a/same,");
    assert_has(rows, "-stream_x,s/stream:x,");
    assert_has(rows, "-na__ve___,");
    arena_free(a);
}

static void test_odd_files_get_a_row_and_never_block(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    put_file("s/good", STR("EV"));
    put_file("s/other", STR("not evidence"));
    assert_int_equal(mkfifo("s/fifo", 0666), 0);
    assert_int_equal(symlink("/etc/passwd", "s/link"), 0);
    assert_int_equal(symlink(".", "s/loop"), 0);
    assert_int_equal(collect_sources("c.tar", NULL), STATUS_DONE);
    struct str rows = inventory(a, "c.tar");
    assert_has(rows, "s/fifo");
    assert_has(rows, "s/link");
    assert_has(rows, "skipped");
    assert_int_equal(str_find(rows, STR("s/other")), STR_ABSENT);
    arena_free(a);
}

static void test_denied_is_said_and_makes_it_partial(void **s) {
    (void)s;
    if (geteuid() == 0) {
        print_message("skipped: root may read everything\n");
        skip();
    }
    struct arena *a = arena_new(0);
    put_file("s/good", STR("EV"));
    put_file("s/secret", STR("EV"));
    assert_int_equal(chmod("s/secret", 0), 0);
    assert_int_equal(collect_sources("c.zip", NULL), STATUS_PARTIAL);
    assert_has(inventory(a, "c.zip"), "denied");
    arena_free(a);
}

static void test_a_missing_path_is_vanished_and_nothing_is_a_failure(void **s) {
    (void)s;
    assert_int_equal(rmdir("s"), 0);
    assert_int_equal(collect_sources("c.zip", NULL), STATUS_FAILED);
    assert_int_not_equal(access("c.zip", F_OK), 0);
    assert_int_equal(mkdir("s", 0777), 0);
}

static void test_same_input_gives_the_same_bytes(void **s) {
    (void)s;
    static const char *const ends[] = {"zip", "tar", "tar.gz", "tar.zst"};
    struct arena *a = arena_new(0);
    put_file("s/one", STR("EV one"));
    put_file("s/two", STR("EV two"));
    assert_int_equal(mkdir("x", 0777), 0);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct str first = arena_printf(a, "c.%s", ends[i]);
        struct str second = arena_printf(a, "x/c.%s", ends[i]);
        assert_int_equal(collect_sources(first.p, NULL), STATUS_DONE);
        assert_int_equal(collect_sources(second.p, NULL), STATUS_DONE);
        assert_true(str_eq(whole_file(a, first.p), whole_file(a, second.p)));
    }
    arena_free(a);
}

/* A witness that alters the file just when its copying begins: `own` is the size it gets. */
static void resize_source(void *own, struct str name) {
    (void)name;
    assert_int_equal(truncate("s/moving", *(const off_t *)own), 0);
}

static void ignore_bytes(void *own, struct str bytes) {
    (void)own;
    (void)bytes;
}

static void ignore_end(void *own, struct witnessed *out) {
    (void)own;
    (void)out;
}

static void assert_moving(const char *output, off_t to, const char *want) {
    struct arena *a = arena_new(0);
    struct verification v;
    struct witness w = {&to, fixture_recognise, resize_source, ignore_bytes, ignore_end};
    put_file("s/moving", STR("EV"));
    assert_int_equal(truncate("s/moving", 3 << 20), 0);
    assert_int_equal(collect_witnessed(output, NULL, &w), STATUS_PARTIAL);
    assert_int_equal(verified(a, output, &v), STATUS_DONE);
    assert_has(inventory(a, output), want);
    arena_free(a);
}

static void test_a_file_that_shrinks_is_partial_and_not_filled_up(void **s) {
    (void)s;
    assert_moving("c.zip", 1 << 20, "s/moving,");
    assert_moving("d.tar", 1 << 20, ",partial,");
    assert_moving("e.tar.zst", 1 << 20, ",1048576,");
}

static void test_a_file_that_grows_is_taken_as_it_was_and_said(void **s) {
    (void)s;
    assert_moving("c.zip", 4 << 20, ",changed-while-read,");
    assert_moving("d.tar", 4 << 20, ",3145728,");
}

static void test_an_archive_is_never_overwritten(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    put_file("s/one", STR("EV one"));
    put_file("c.zip", STR("evidence"));
    assert_int_equal(collect_sources("c.zip", NULL), STATUS_FAILED);
    assert_true(str_eq(whole_file(a, "c.zip"), STR("evidence")));
    assert_int_equal(collect_sources("c.rar", NULL), STATUS_USAGE);
    arena_free(a);
}

static void test_memory_does_not_grow_with_a_sparse_file(void **s) {
    (void)s;
    struct rusage before, after;
    put_file("s/big", STR("EV"));
    assert_int_equal(truncate("s/big", 256 << 20), 0);
    getrusage(RUSAGE_SELF, &before);
    assert_int_equal(collect_sources("c.tar.zst", NULL), STATUS_DONE);
    getrusage(RUSAGE_SELF, &after);
    assert_true(after.ru_maxrss - before.ru_maxrss < 64 * 1024);
}

int main(void) {
#define TEST(t) cmocka_unit_test_setup_teardown(t, enter_folder, leave_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_names_of_all_kinds_become_safe_and_unique),
        TEST(test_odd_files_get_a_row_and_never_block),
        TEST(test_denied_is_said_and_makes_it_partial),
        TEST(test_a_missing_path_is_vanished_and_nothing_is_a_failure),
        TEST(test_same_input_gives_the_same_bytes),
        TEST(test_a_file_that_shrinks_is_partial_and_not_filled_up),
        TEST(test_a_file_that_grows_is_taken_as_it_was_and_said),
        TEST(test_an_archive_is_never_overwritten),
        TEST(test_memory_does_not_grow_with_a_sparse_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
