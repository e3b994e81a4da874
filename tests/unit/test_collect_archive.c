/* archive: entries and bytes come through the confined reader; what is no archive is refused. */
#include <signal.h>
#include <sys/resource.h>

#include "collect/archive_write.h"
#include "tests/unit/collect_fixture.h"

static struct archive_reader *open_reader(const char *path, struct error *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct archive_reader *r = archive_reader_open(fd, path, e);
    close(fd);
    return r;
}

static void run(const char *command) { assert_int_equal(system(command), 0); }

static void assert_one_entry(const char *path, const char *name, const char *text) {
    struct error e = {0};
    struct archive_entry_info info;
    char got[64];
    struct archive_reader *r = open_reader(path, &e);
    if (!r) fail_msg("%s", e.text);
    assert_int_equal(archive_reader_next(r, &info, &e), 1);
    assert_true(str_eq(info.name, str_from(name)));
    assert_true(info.regular);
    ssize_t n = archive_reader_bytes(r, got, sizeof got, &e);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(got, text, strlen(text));
    assert_int_equal(archive_reader_bytes(r, got, sizeof got, &e), 0);
    assert_int_equal(archive_reader_next(r, &info, &e), 0);
    archive_reader_close(r);
}

static void test_a_lone_packed_file_is_one_entry(void **s) {
    (void)s;
    put_file("audit.json", STR("{}"));
    run("gzip -nk audit.json && zstd -q audit.json");
    assert_one_entry("audit.json.gz", "audit.json", "{}");
    assert_one_entry("audit.json.zst", "audit.json", "{}");
}

static void test_an_archive_of_each_kind_is_read(void **s) {
    (void)s;
    put_file("n", STR("bytes"));
    run("tar cf a.tar n && tar czf a.tar.gz n && bsdtar --format zip -cf a.zip n");
    assert_one_entry("a.tar", "n", "bytes");
    assert_one_entry("a.tar.gz", "n", "bytes");
    assert_one_entry("a.zip", "n", "bytes");
}

static void test_zeros_are_not_an_archive(void **s) {
    (void)s;
    struct error e = {0};
    struct archive_entry_info info;
    put_file("zeros", STR_NONE);
    assert_int_equal(truncate("zeros", 1 << 20), 0);
    assert_null(open_reader("zeros", &e));
    run("gzip -nk zeros");
    e = (struct error){0};
    struct archive_reader *r = open_reader("zeros.gz", &e);
    assert_non_null(r);
    assert_int_equal(archive_reader_next(r, &info, &e), -1);
    archive_reader_close(r);
}

static void test_a_damaged_entry_is_an_error_and_the_next_is_read(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct error e = {0};
    struct archive_entry_info info;
    char got[64];
    put_file("one", STR("first bytes"));
    put_file("two", STR("second"));
    run("bsdtar --format zip --options zip:compression=store -cf a.zip one two");
    struct str good = whole_file(a, "a.zip");
    char *copy = memory_cstr(good);
    copy[str_find(good, STR("first bytes"))] = 'F';
    put_file("a.zip", str_of(copy, good.n));
    struct archive_reader *r = open_reader("a.zip", &e);
    assert_int_equal(archive_reader_next(r, &info, &e), 1);
    ssize_t n;
    while ((n = archive_reader_bytes(r, got, sizeof got, &e)) > 0) {
    }
    assert_int_equal(n, -1);
    assert_int_equal(archive_reader_next(r, &info, &e), 1);
    assert_true(str_eq(info.name, STR("two")));
    archive_reader_close(r);
    free(copy);
    arena_free(a);
}

static void test_holes_of_a_sparse_tar_are_zeros(void **s) {
    (void)s;
    struct error e = {0};
    struct archive_entry_info info;
    char *got = memory_alloc(1 << 20);
    run("truncate -s 3M sparse && printf end >>sparse && tar cSf a.tar sparse");
    struct archive_reader *r = open_reader("a.tar", &e);
    assert_int_equal(archive_reader_next(r, &info, &e), 1);
    size_t total = 0;
    char last = 0;
    for (ssize_t n; (n = archive_reader_bytes(r, got, 1 << 20, &e)) > 0; total += (size_t)n)
        last = got[n - 1];
    assert_int_equal(total, (3 << 20) + 3);
    assert_int_equal(last, 'd');
    archive_reader_close(r);
    free(got);
}

/* Writes entries of many sizes; 0 if all of it was written. */
static int write_entries(const char *path, const char *password, struct error *e) {
    static char bytes[3000];
    char hex[DIGEST_HEX + 1], name[32];
    struct when never = {0};
    struct archive_writer *w = password
                                   ? archive_writer_open_locked(path, "inside.zip", password, e)
                                   : archive_writer_open(path, e);
    if (!w) return -1;
    for (size_t i = 0; i < 12; i++) {
        size_t n = (i * 977) % sizeof bytes;
        for (size_t k = 0; k < n; k++) bytes[k] = (char)(k * k * 31 + k / 7 + i);
        snprintf(name, sizeof name, "entry-%zu", i);
        if (archive_writer_begin(w, name, n, never, e) != 0 ||
            archive_writer_bytes(w, str_of(bytes, n), e) != 0 || archive_writer_end(w, e) != 0) {
            archive_writer_abandon(w);
            return -1;
        }
    }
    return archive_writer_commit(w, hex, e);
}

/* Wherever the space ends: one line that says so, nothing under the final name, nothing leaked. */
static void test_space_may_end_at_any_byte(void **s) {
    (void)s;
    static const char *const names[] = {"full.zip", "full.tar", "full.tar.gz", "locked.zip"};
    struct rlimit old;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    for (size_t k = 0; k < 4; k++) {
        bool written = false;
        for (rlim_t room = 0; !written; room += 257) {
            struct error e = {0};
            struct rlimit limit = {room, old.rlim_max};
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
            written = write_entries(names[k], k == 3 ? "long enough" : NULL, &e) == 0;
            assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
            assert_int_equal(access(names[k], F_OK), written ? 0 : -1);
            if (!written) assert_non_null(strstr(e.text, "cannot write: File too large"));
        }
    }
    signal(SIGXFSZ, SIG_DFL);
}

int main(void) {
#define TEST(t) cmocka_unit_test_setup_teardown(t, enter_folder, leave_folder)
    const struct CMUnitTest tests[] = {
        TEST(test_a_lone_packed_file_is_one_entry),
        TEST(test_an_archive_of_each_kind_is_read),
        TEST(test_zeros_are_not_an_archive),
        TEST(test_a_damaged_entry_is_an_error_and_the_next_is_read),
        TEST(test_holes_of_a_sparse_tar_are_zeros),
        TEST(test_space_may_end_at_any_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
