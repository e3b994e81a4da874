/* Every byte of a sealed, signed, stamped and handed-over case, flipped; every file of it added,
 * removed, renamed, swapped, cut: all found, and the right place named.
 *
 * Each signature is read in a process of its own, which costs more than all the rest: so each file
 * is flipped byte by byte where that is cheapest (the text that never changes in the case that is
 * not signed, the chain in test_collect_custody.c), and sampled elsewhere. With UNGRANT_FLIPS=all
 * every byte everywhere. */
#include "tests/unit/court_fixture.h"

#include <sys/time.h>

static const char *const FILES[] = {"bagit.txt",
                                    "bag-info.txt",
                                    "manifest-sha256.txt",
                                    "tagmanifest-sha256.txt",
                                    "tagmanifest-sha256.txt.p7s",
                                    "inventory.csv",
                                    "custody.jsonl",
                                    "VERIFY.txt",
                                    "data/000001-one",
                                    "data/000002-two"};
enum { FILE_COUNT = sizeof FILES / sizeof *FILES, LARGE = 64 * 1024, POSITIONS = 10000 };

/* Writes in place: a rename and a sync for each flip would be all that is measured. */
static void overwrite(const char *path, struct str bytes) {
    int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(file_write_full(fd, bytes.p, bytes.n), 0);
    assert_int_equal(close(fd), 0);
}

/* What flipped byte `at` of `text` must be called: the file, for a chain the line. */
static struct str place_of(struct arena *a, const char *name, struct str text, size_t at) {
    size_t line = 1;
    if (!str_ends(str_from(name), STR("c.custody.jsonl"))) return str_from(name);
    for (size_t i = 0; i < at; i++) line += text.p[i] == '\n';
    return arena_printf(a, "c.custody.jsonl, line %zu", line);
}

/* Flips one bit of every `step`-th byte of the file, and has `path` verified each time. */
static void flip_each(const char *file, const char *path, const char *name, size_t step) {
    struct arena *keep = arena_new(0), *a = arena_new(0);
    struct verification v;
    struct str good = whole_file(keep, file);
    char *copy = memory_alloc(good.n + 1);
    assert_true(good.n > 0);
    memcpy(copy, good.p, good.n);
    for (size_t at = 0; at < good.n; at += step) {
        arena_reset(a);
        copy[at] = (char)(good.p[at] ^ (1 << (at + at / 8) % 8));
        overwrite(file, str_of(copy, good.n));
        struct str place = place_of(a, name, good, at);
        if (judged(a, path, &v) != STATUS_FAILED)
            fail_msg("not found: byte %zu of %s, bit %zu", at, file, (at + at / 8) % 8);
        if (!names(&v, place.p))
            fail_msg("byte %zu of %s: %s is not named, but %s", at, file, place.p,
                     v.list[0].place.p);
        copy[at] = good.p[at];
    }
    overwrite(file, good);
    if (judged(a, path, &v) == STATUS_FAILED) fail_msg("%s: not good again", file);
    free(copy);
    arena_free(a);
    arena_free(keep);
}

static void test_the_case_is_good_before(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct verification v;
    struct error e = {0};
    assert_int_equal(judged(a, "c.tar", &v), STATUS_DONE);
    for (int i = 0; i < CHECK_COUNT; i++) assert_int_equal(v.verdict[i], VERDICT_GOOD);
    assert_int_equal(verify_run(a, "c.tar", &v, &e), 0);
    assert_int_equal(verify_status(&v), STATUS_PARTIAL);
    assert_int_equal(v.verdict[CHECK_SIGNATURE], VERDICT_UNCHECKED);
    assert_int_equal(v.verdict[CHECK_STAMP], VERDICT_UNCHECKED);
    arena_free(a);
}

static void test_every_flip_in_the_unpacked_case(void **s) {
    (void)s;
    for (int i = 0; i < FILE_COUNT; i++) {
        char path[128];
        snprintf(path, sizeof path, "c/%s", FILES[i]);
        flip_each(path, "c", FILES[i], flip_step(strcmp(FILES[i], "VERIFY.txt") == 0 ? 31 : 1));
    }
}

/* Without a signature nothing covers the tag manifest: a wrong line there is found at the file that
 * it is about, or as a line that no sealed case has. */
static void test_every_flip_in_a_case_that_is_not_signed(void **s) {
    (void)s;
    assert_int_equal(run_quietly(collect_for_court, ARGV("collect", "s", "-o", "u.tar", "--case",
                                                         "7", "--examiner", "E")),
                     STATUS_DONE);
    assert_int_equal(system("tar xf u.tar"), 0);
    for (int i = 0; i < FILE_COUNT; i++) {
        char path[128];
        struct stat st;
        bool covers = strcmp(FILES[i], "tagmanifest-sha256.txt") == 0;
        snprintf(path, sizeof path, "u/%s", FILES[i]);
        if (stat(path, &st) == 0) flip_each(path, "u", covers ? "" : FILES[i], flip_step(1));
    }
}

static void test_flips_in_the_custody_chain(void **s) {
    (void)s;
    flip_each("c.custody.jsonl", "c", "c.custody.jsonl", flip_step(7));
}

static void test_flips_in_what_is_beside_the_archive(void **s) {
    (void)s;
    flip_each("c.tsr", "c.tar", "c.tsr", flip_step(5));
    flip_each("c.tsq", "c.tar", "c.tsq", flip_step(1));
    /* Of the hash or of the archive, which of the two cannot be known: both are in the words. */
    flip_each("c.tar.sha256", "c.tar", "c.tar", flip_step(1));
}

static void test_flips_in_the_archive(void **s) {
    (void)s;
    flip_each("c.tar", "c.tar", "c.tar", flip_step(61));
}

static void test_flips_in_a_large_item(void **s) {
    (void)s;
    struct arena *keep = arena_new(0), *a = arena_new(0);
    struct verification v;
    enum { SIZE = LARGE + 4711 };
    char *big = memory_alloc(SIZE);
    for (size_t i = 0; i < SIZE; i++) big[i] = (char)(i * 2654435761U >> 13);
    memcpy(big, "EV", 2);
    put_file("s/big", str_of(big, SIZE));
    assert_int_equal(run_quietly(collect_for_court, ARGV("collect", "s/big", "-o", "b.tar",
                                                         "--case", "7", "--examiner", "E")),
                     STATUS_DONE);
    assert_int_equal(system("tar xf b.tar"), 0);
    int fd = open("b/data/000001-big", O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    uint64_t state = 42;
    for (int i = 0; i < POSITIONS / (int)flip_step(10); i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        off_t at = (off_t)(state >> 33) % SIZE;
        char flipped = (char)(big[at] ^ (1 << (state >> 20) % 8));
        arena_reset(a);
        assert_int_equal(pwrite(fd, &flipped, 1, at), 1);
        if (judged(a, "b", &v) != STATUS_FAILED || !names(&v, "data/000001-big"))
            fail_msg("not found: byte %lld", (long long)at);
        assert_int_equal(pwrite(fd, &big[at], 1, at), 1);
    }
    close(fd);
    free(big);
    arena_free(a);
    arena_free(keep);
}

/* ---- whole files ---- */

static void expect(const char *path, const char *place, const char *deed) {
    struct arena *a = arena_new(0);
    struct verification v;
    if (judged(a, path, &v) != STATUS_FAILED) fail_msg("not found: %s %s", place, deed);
    if (!names(&v, place)) fail_msg("%s %s: not named, but %s", place, deed, v.list[0].place.p);
    arena_free(a);
}

static void test_removed_and_renamed_files(void **s) {
    (void)s;
    for (int i = 0; i < FILE_COUNT; i++) {
        char path[128], other[160];
        snprintf(path, sizeof path, "c/%s", FILES[i]);
        snprintf(other, sizeof other, "c/%s.x", FILES[i]);
        assert_int_equal(rename(path, "away"), 0);
        expect("c", FILES[i], "removed");
        assert_int_equal(rename("away", other), 0);
        expect("c", FILES[i], "renamed");
        expect("c", other + 2, "renamed to");
        assert_int_equal(rename(other, path), 0);
    }
}

static void test_added_files(void **s) {
    (void)s;
    static const char *const added[] = {"c/data/x", "c/x", "c/.x", "c/data/000003-x", "c/d/x"};
    assert_int_equal(mkdir("c/d", 0777), 0);
    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        put_file(added[i], STR(""));
        expect("c", added[i] + 2, "added");
        assert_int_equal(unlink(added[i]), 0);
    }
    assert_int_equal(symlink("one", "c/data/link"), 0);
    expect("c", "data/link", "added");
    assert_int_equal(unlink("c/data/link"), 0);
    assert_int_equal(rmdir("c/d"), 0);
}

static void test_swapped_files(void **s) {
    (void)s;
    for (int i = 0; i < FILE_COUNT; i++) {
        for (int k = i + 1; k < FILE_COUNT; k++) {
            char one[128], two[128];
            snprintf(one, sizeof one, "c/%s", FILES[i]);
            snprintf(two, sizeof two, "c/%s", FILES[k]);
            assert_int_equal(renameat2(AT_FDCWD, one, AT_FDCWD, two, RENAME_EXCHANGE), 0);
            expect("c", FILES[i], "swapped");
            expect("c", FILES[k], "swapped");
            assert_int_equal(renameat2(AT_FDCWD, one, AT_FDCWD, two, RENAME_EXCHANGE), 0);
        }
    }
}

static void test_cut_files(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    for (int i = 0; i < FILE_COUNT; i++) {
        char path[128];
        snprintf(path, sizeof path, "c/%s", FILES[i]);
        struct str good = whole_file(a, path);
        for (size_t n = 0; n < good.n; n += n < 8 || n + 9 > good.n ? 1 : good.n / 16 + 1) {
            overwrite(path, str_of(good.p, n));
            expect("c", FILES[i], "cut");
        }
        overwrite(path, good);
    }
    static const char *const beside[] = {"c.tsr", "c.tsq", "c.tar.sha256", "c.custody.jsonl",
                                         "c.tar"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        struct str good = whole_file(a, beside[i]);
        overwrite(beside[i], str_of(good.p, good.n - 1));
        expect("c.tar", beside[i], "cut");
        overwrite(beside[i], good);
    }
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_case_is_good_before),
        cmocka_unit_test(test_every_flip_in_the_unpacked_case),
        cmocka_unit_test(test_every_flip_in_a_case_that_is_not_signed),
        cmocka_unit_test(test_flips_in_the_custody_chain),
        cmocka_unit_test(test_flips_in_what_is_beside_the_archive),
        cmocka_unit_test(test_flips_in_the_archive),
        cmocka_unit_test(test_flips_in_a_large_item),
        cmocka_unit_test(test_removed_and_renamed_files),
        cmocka_unit_test(test_added_files),
        cmocka_unit_test(test_swapped_files),
        cmocka_unit_test(test_cut_files),
    };
    return cmocka_run_group_tests(tests, enter_court, leave_folder);
}
