/* Every byte of a package flipped; every file of it added, removed, renamed, swapped, cut: all
 * found, and the right place named. In a file of more than 64 KiB it is 10,000 positions. A sample
 * runs here; with UNGRANT_FLIPS=all all of them. */
#include "tests/unit/court_fixture.h"

#include "analyze/analyze.h"
#include "analyze/package/package.h"

enum { LARGE = 64 * 1024, POSITIONS = 10000, MEMBERS = 128 };

static char members[MEMBERS][128]; /* below p/ */
static size_t member_count;

static int visit_member(void *own, const char *path) {
    (void)own;
    assert_true(member_count < MEMBERS);
    snprintf(members[member_count++], sizeof members[0], "%s", path + 2);
    return 0;
}

static void not_entered(void *own, const char *path, const char *why) {
    (void)own;
    fail_msg("%s: %s", path, why);
}

static int collect_evidence(int argc, char **argv) {
    struct error e = {0};
    struct witness *w = analyze_witness(&e);
    assert_non_null(w);
    int status = collect_command(argc, argv, w);
    analyze_witness_free(w);
    return status;
}

/* Two grants, packaged: p.zip, p.zip.sha256, unpacked in p/. The case is kept elsewhere. */
static int enter_package(void **s) {
    const struct source_visitor visitor = {.visit = visit_member, .failed = not_entered};
    if (enter_folder(s) != 0) return -1;
    put_file("s/audit.json",
             STR("{\"CreationTime\":\"2022-03-09T08:41:17\",\"Id\":\"1\",\"Operation\":"
                 "\"Add-MailboxPermission\",\"RecordType\":1,\"ResultStatus\":\"True\","
                 "\"Workload\":\"Exchange\",\"UserId\":\"a@b.example\",\"Parameters\":[{\"Name\":"
                 "\"Identity\",\"Value\":\"m\"},{\"Name\":\"User\",\"Value\":\"e\"},{\"Name\":"
                 "\"AccessRights\",\"Value\":\"FullAccess\"}]}\n"));
    assert_int_equal(mkdir("k", 0777), 0);
    assert_int_equal(run_quietly(collect_evidence, ARGV("collect", "s", "-o", "k/c.zip", "--case",
                                                        "7", "--examiner", "E")),
                     STATUS_DONE);
    assert_int_equal(run_quietly(analyze_command, ARGV("analyze", "k/c.zip", "-o", "out")),
                     STATUS_DONE);
    assert_int_equal(run_quietly(package_command, ARGV("package", "k/c.zip", "out", "-o", "p.zip")),
                     STATUS_DONE);
    assert_int_equal(system("unzip -q p.zip"), 0);
    assert_int_equal(source_walk("p", &visitor), 0);
    assert_true(member_count > 20);
    return 0;
}

static int judge(struct arena *a, const char *path, struct verification *v) {
    struct error e = {0};
    if (verify_run(a, path, v, &e) == 0) return verify_status(v);
    *v = (struct verification){.list = ARENA_NEW(a, struct verify_finding), .count = 1};
    v->list[0].place = arena_copy(a, str_from(e.text));
    return STATUS_FAILED;
}

/* Without a signature nothing covers the tag manifest: what is wrong there is found at the file
 * that its line is about. */
static const char *place_of(const char *member) {
    return strcmp(member, "tagmanifest-sha256.txt") == 0 ? "" : member;
}

static void expect(const char *path, const char *place, const char *deed) {
    struct arena *a = arena_new(0);
    struct verification v;
    if (judge(a, path, &v) != STATUS_FAILED) fail_msg("not found: %s %s", place, deed);
    if (!names(&v, place)) fail_msg("%s %s: not named, but %s", place, deed, v.list[0].place.p);
    arena_free(a);
}

static void path_of(char path[256], size_t member, const char *ending) {
    snprintf(path, 256, "p/%.127s%s", members[member], ending);
}

static void flip(int fd, const char *path, const char *place, struct str good, size_t at) {
    char flipped = (char)(good.p[at] ^ (1 << (at + at / 8) % 8)), deed[64];
    snprintf(deed, sizeof deed, "flipped at %zu", at);
    assert_int_equal(pwrite(fd, &flipped, 1, (off_t)at), 1);
    expect(path, place, deed);
    assert_int_equal(pwrite(fd, &good.p[at], 1, (off_t)at), 1);
}

/* One bit of every `step`-th byte; of a large file, one of `step` of the 10,000 positions. */
static void flip_each(const char *file, const char *path, const char *place, size_t step) {
    struct arena *a = arena_new(0);
    struct str good = whole_file(a, file);
    uint64_t state = 42;
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    if (good.n < LARGE) {
        for (size_t at = 0; at < good.n; at += step) flip(fd, path, place, good, at);
    } else {
        for (size_t i = 0; i < POSITIONS; i += step) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            flip(fd, path, place, good, (size_t)(state >> 33) % good.n);
        }
    }
    assert_int_equal(close(fd), 0);
    arena_free(a);
}

static void test_the_package_is_good_before(void **s) {
    struct arena *a = arena_new(0);
    struct verification v;
    (void)s;
    assert_int_equal(judge(a, "p", &v), STATUS_PARTIAL);
    assert_int_equal(v.verdict[CHECK_SEALED], VERDICT_UNCHECKED);
    assert_int_equal(v.count, 0);
    arena_free(a);
}

static void test_flips_in_every_member(void **s) {
    (void)s;
    for (size_t i = 0; i < member_count; i++) {
        char path[256];
        path_of(path, i, "");
        flip_each(path, "p", place_of(members[i]), flip_step(499));
    }
}

static void test_flips_in_the_zip_and_its_hash(void **s) {
    (void)s;
    flip_each("p.zip", "p.zip", "p.zip", flip_step(499));
    flip_each("p.zip.sha256", "p.zip", "p.zip", flip_step(7));
}

static void test_removed_and_renamed_members(void **s) {
    (void)s;
    for (size_t i = 0; i < member_count; i++) {
        char path[256], other[256];
        path_of(path, i, "");
        path_of(other, i, ".x");
        assert_int_equal(rename(path, "away"), 0);
        expect("p", members[i], "removed");
        assert_int_equal(rename("away", other), 0);
        expect("p", members[i], "renamed");
        expect("p", other + 2, "renamed to");
        assert_int_equal(rename(other, path), 0);
    }
}

static void test_added_members(void **s) {
    static const char *const added[] = {"p/x", "p/.x", "p/data/x", "p/data/extracts/UG-999999.txt",
                                        "p/data/case/c.zip"};
    (void)s;
    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        put_file(added[i], STR(""));
        expect("p", added[i] + 2, "added");
        assert_int_equal(unlink(added[i]), 0);
    }
}

/* Each with its neighbour and with one far off. */
static void test_swapped_members(void **s) {
    struct arena *a = arena_new(0);
    (void)s;
    for (size_t i = 0; i < 2 * member_count; i++) {
        size_t one = i % member_count, two = (one + (i < member_count ? 1 : 7)) % member_count;
        char first[256], second[256];
        path_of(first, one, "");
        path_of(second, two, "");
        if (str_eq(whole_file(a, first), whole_file(a, second))) continue;
        assert_int_equal(renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE), 0);
        expect("p", members[one], "swapped");
        expect("p", members[two], "swapped");
        assert_int_equal(renameat2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE), 0);
    }
    arena_free(a);
}

static void test_cut_members(void **s) {
    struct arena *a = arena_new(0);
    (void)s;
    for (size_t i = 0; i < member_count; i++) {
        char path[256];
        path_of(path, i, "");
        struct str good = whole_file(a, path);
        const size_t lengths[] = {0, good.n / 2, good.n - 1};
        for (size_t k = 0; good.n && k < sizeof lengths / sizeof *lengths; k++) {
            put_file(path, str_of(good.p, lengths[k]));
            expect("p", place_of(members[i]), "cut");
        }
        put_file(path, good);
    }
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_package_is_good_before),
        cmocka_unit_test(test_flips_in_every_member),
        cmocka_unit_test(test_flips_in_the_zip_and_its_hash),
        cmocka_unit_test(test_removed_and_renamed_members),
        cmocka_unit_test(test_added_members),
        cmocka_unit_test(test_swapped_members),
        cmocka_unit_test(test_cut_members),
        cmocka_unit_test(test_the_package_is_good_before),
    };
    return cmocka_run_group_tests(tests, enter_package, leave_folder);
}
