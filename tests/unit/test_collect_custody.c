/* The custody chain: which link was altered, removed, moved or added is said; forks are joined. */
#include "tests/unit/court_fixture.h"

#include "collect/custody_check.h"

static struct custody_chain start;

static int make_court(void **s) {
    if (enter_court(s) != 0) return -1;
    struct arena *a = arena_new(0);
    size_t line;
    const char *why;
    custody_begin(&start);
    assert_true(custody_follow(&start, whole_file(a, "c/custody.jsonl"), &line, &why));
    assert_int_equal(start.seq, 2);
    arena_free(a);
    return 0;
}

/* The lines of the chain: 1 timestamp, 2 transfer (signed), 3 its signature, 4 note, and a few
 * more. */
enum { LINES = 7, STAMPED = 1, TRANSFER = 2, SIGNATURE = 3 };

static struct str chain_lines(struct arena *a, struct str lines[LINES]) {
    struct str text = whole_file(a, "c.custody.jsonl"), rest = text;
    struct buf b = {0};
    struct custody_chain c = start;
    size_t line;
    const char *why;
    assert_true(custody_follow(&c, text, &line, &why));
    buf_add(&b, text);
    while (c.seq < start.seq + LINES) {
        const struct custody_link more = {
            .event = "analyze", .subject = STR("x"), .by = "T. Ester"};
        custody_line(&c, &more, &b);
    }
    text = rest = arena_copy(a, buf_str(&b));
    buf_free(&b);
    for (size_t i = 0; i < LINES; i++) {
        struct str line_text;
        str_cut(rest, '\n', &line_text, &rest);
        lines[i] = str_of(line_text.p, line_text.n + 1);
    }
    assert_int_equal(rest.n, 0);
    return text;
}

static struct str joined(struct arena *a, const struct str *lines, size_t n) {
    struct buf b = {0};
    for (size_t i = 0; i < n; i++) buf_add(&b, lines[i]);
    struct str text = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return text;
}

/* Some fault is at this line, and its reason holds the words. */
static void expect_at(struct arena *a, struct str text, size_t line, const char *words) {
    struct custody_report r;
    if (custody_check(a, &start, text, STR_NONE, NULL, &r)) fail_msg("line %zu: not found", line);
    for (size_t i = 0; i < r.fault_count; i++)
        if (r.faults[i].line == line && str_find(r.faults[i].reason, str_from(words)) != STR_ABSENT)
            return;
    fail_msg("line %zu \"%s\" not said, but line %zu: %s", line, words, r.faults[0].line,
             r.faults[0].reason.p);
}

static void expect_good(struct arena *a, struct str text) {
    struct custody_report r;
    if (!custody_check(a, &start, text, STR_NONE, NULL, &r))
        fail_msg("line %zu: %s", r.faults[0].line, r.faults[0].reason.p);
}

static void test_a_removed_line_is_missed_by_the_next(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str lines[LINES], kept[LINES];
    expect_good(a, chain_lines(a, lines));
    for (size_t gone = 0; gone + 1 < LINES; gone++) {
        size_t n = 0;
        for (size_t i = 0; i < LINES; i++)
            if (i != gone) kept[n++] = lines[i];
        expect_at(a, joined(a, kept, n), gone + 1, "a link before it was removed");
    }
    arena_free(a);
}

static void test_lines_that_changed_places_are_named(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str lines[LINES];
    chain_lines(a, lines);
    for (size_t i = 0; i < LINES; i++) {
        for (size_t k = i + 1; k < LINES; k++) {
            struct str swapped[LINES];
            memcpy(swapped, lines, sizeof swapped);
            swapped[i] = lines[k];
            swapped[k] = lines[i];
            expect_at(a, joined(a, swapped, LINES), i + 1, "reordered");
            expect_at(a, joined(a, swapped, LINES), k + 1, k == i + 1 ? "reordered" : "");
        }
    }
    arena_free(a);
}

static void test_a_repeated_line_is_named(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str lines[LINES], more[LINES + 1];
    chain_lines(a, lines);
    for (size_t at = 0; at < LINES; at++) {
        for (size_t i = 0; i <= LINES; i++) more[i] = lines[i <= at ? i : i - 1];
        expect_at(a, joined(a, more, LINES + 1), at + 2, "is there twice");
    }
    arena_free(a);
}

/* Added with all hashes of its own right: the link behind it still follows the one before it. */
static void test_an_added_line_is_named(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str lines[LINES], more[LINES + 1];
    chain_lines(a, lines);
    for (size_t at = 0; at < LINES; at++) {
        struct custody_chain c = start, nowhere = start;
        struct buf fitting = {0}, loose = {0};
        size_t line;
        const char *why;
        const struct custody_link link = {.event = "note", .note = STR("forged"), .by = "Eve"};
        /* Where a signed link was cut from its signature, the chain up to there is no good one. */
        if (!custody_follow(&c, joined(a, lines, at), &line, &why)) continue;
        custody_line(&c, &link, &fitting);
        nowhere.seq = start.seq + at;
        memset(nowhere.prev, 'e', DIGEST_HEX);
        custody_line(&nowhere, &link, &loose);
        for (size_t i = 0; i <= LINES; i++)
            more[i] = i < at ? lines[i] : i == at ? buf_str(&fitting) : lines[i - 1];
        expect_at(a, joined(a, more, LINES + 1), at + 1, "was added, or comes from another copy");
        more[at] = buf_str(&loose);
        expect_at(a, joined(a, more, LINES + 1), at + 1, "was added without its predecessor");
        buf_free(&fitting);
        buf_free(&loose);
    }
    arena_free(a);
}

/* Every byte of every line, and the newline behind it: the altered line and no other is named. */
static void test_an_altered_line_is_named(void **s) {
    (void)s;
    struct arena *a = arena_new(0), *keep = arena_new(0);
    struct str lines[LINES], text = chain_lines(keep, lines);
    char *copy = memory_cstr(text);
    size_t line = 1;
    for (size_t at = 0; at < text.n; at++) {
        struct custody_report r;
        if (at % flip_step(1) != 0) {
            line += text.p[at] == '\n';
            continue;
        }
        arena_reset(a);
        copy[at] = (char)(copy[at] ^ (1 << at % 7));
        if (custody_check(a, &start, str_of(copy, text.n), STR_NONE, NULL, &r))
            fail_msg("byte %zu: not found", at);
        if (r.faults[0].line != line)
            fail_msg("byte %zu of line %zu: line %zu is named", at, line, r.faults[0].line);
        copy[at] = text.p[at];
        line += text.p[at] == '\n';
    }
    free(copy);
    arena_free(a);
    arena_free(keep);
}

/* What is cut off at the end leaves no trace, unless something still speaks of it. */
static void test_what_is_cut_off_at_the_end(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str lines[LINES], text = chain_lines(a, lines);
    struct verification v;
    for (size_t n = 1; n < text.n; n++) {
        if (n % flip_step(1) != 0 && text.p[n - 1] != '\n') continue;
        struct str cut = str_slice(text, 0, n);
        bool whole_lines = cut.p[n - 1] == '\n', unsigned_end = false;
        for (size_t i = 0, end = 0; i < TRANSFER; i++)
            unsigned_end = (end += lines[i].n) == n && i + 1 == TRANSFER;
        if (!whole_lines) {
            size_t line = 1;
            for (size_t i = 0; i < n; i++) line += cut.p[i] == '\n';
            expect_at(a, cut, line, "is cut: it does not end");
        } else if (unsigned_end) {
            expect_at(a, cut, TRANSFER, "its signature behind it is missing");
        } else {
            expect_good(a, cut);
        }
    }
    /* All of it: the time stamp is still beside the case, and the file is still there. */
    struct str before = whole_file(a, "c.custody.jsonl");
    put_file("c.custody.jsonl", STR(""));
    assert_int_equal(judged(a, "c.tar", &v), STATUS_FAILED);
    assert_true(names(&v, "c.custody.jsonl"));
    assert_int_equal(unlink("c.custody.jsonl"), 0);
    assert_int_equal(judged(a, "c.tar", &v), STATUS_FAILED);
    assert_true(names(&v, "c.custody.jsonl"));
    put_file("c.custody.jsonl", before);
    arena_free(a);
}

static void test_links_for_another_archive_are_named(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct custody_report r;
    char hex[DIGEST_HEX + 1];
    digest_of(STR("another"), hex);
    assert_false(
        custody_check(a, &start, whole_file(a, "c.custody.jsonl"), str_from(hex), NULL, &r));
    assert_int_equal(r.fault_count, 4);
    assert_non_null(strstr(r.faults[0].reason.p, "when the archive was another"));
    arena_free(a);
}

/* ---- forks ---- */

static int custody(char **argv) { return run_quietly(custody_command, argv); }

static void test_forked_copies_are_joined_and_both_kept(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct verification v;
    struct custody_report r;
    struct str before = whole_file(a, "c.custody.jsonl");
    assert_int_equal(mkdir("copy", 0777), 0);
    put_file("copy/c.tar", whole_file(a, "c.tar"));
    put_file("copy/c.custody.jsonl", before);
    assert_int_equal(custody(ARGV("custody", "copy/c.tar", "--note", "there")), STATUS_DONE);
    struct str there = whole_file(a, "copy/c.custody.jsonl");
    /* A copy that only went on is taken over. */
    assert_int_equal(custody(ARGV("custody", "c.tar", "--join", "copy/c.custody.jsonl")),
                     STATUS_DONE);
    assert_true(str_starts(whole_file(a, "c.custody.jsonl"), there));
    put_file("c.custody.jsonl", before);
    assert_int_equal(custody(ARGV("custody", "c.tar", "--note", "here")), STATUS_DONE);
    assert_int_equal(custody(ARGV("custody", "c.tar", "--join", "copy/c.custody.jsonl", "--sign",
                                  "key.pem", "--cert", "cert.pem")),
                     STATUS_DONE);
    assert_int_equal(judged(a, "c.tar", &v), STATUS_DONE);
    struct str text = whole_file(a, "c.custody.jsonl");
    assert_true(custody_check(a, &start, text, STR_NONE, NULL, &r));
    assert_int_equal(r.list[5].fork, 6);
    assert_true(str_eq(r.list[5].branch, str_from_index(there, before.n)));
    /* Again: nothing is added. */
    assert_int_equal(custody(ARGV("custody", "c.tar", "--join", "copy/c.custody.jsonl")),
                     STATUS_DONE);
    assert_true(str_eq(text, whole_file(a, "c.custody.jsonl")));
    /* The other way round, this branch with that branch inside is kept there. */
    assert_int_equal(custody(ARGV("custody", "copy/c.tar", "--join", "c.custody.jsonl")),
                     STATUS_DONE);
    assert_int_equal(judged(a, "copy/c.tar", &v), STATUS_DONE);
    put_file("c.custody.jsonl", before);
    arena_free(a);
}

static void test_a_broken_copy_is_not_joined(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str before = whole_file(a, "c.custody.jsonl");
    char *copy = memory_cstr(before);
    strstr(copy, "Bob")[0] = 'R';
    put_file("broken", str_of(copy, before.n));
    assert_int_equal(custody(ARGV("custody", "c.tar", "--join", "broken")), STATUS_FAILED);
    assert_int_equal(custody(ARGV("custody", "c.tar", "--join", "nowhere")), STATUS_FAILED);
    put_file("c.custody.jsonl", str_of(copy, before.n));
    assert_int_equal(custody(ARGV("custody", "c.tar", "--note", "x")), STATUS_FAILED);
    assert_true(str_eq(whole_file(a, "c.custody.jsonl"), str_of(copy, before.n)));
    put_file("c.custody.jsonl", before);
    free(copy);
    arena_free(a);
}

static void test_hostile_chains_end_in_time(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct custody_report r;
    struct buf b = {0};
    for (int i = 0; i < 200000; i++) buf_add_z(&b, "{}\n");
    assert_false(custody_check(a, &start, buf_str(&b), STR_NONE, NULL, &r));
    assert_int_equal(r.fault_count, CUSTODY_FAULTS);
    b.n = 0;
    struct custody_chain c = start;
    const struct custody_link link = {.event = "note", .by = "Eve"};
    for (int i = 0; i < 20000; i++) {
        memset(c.prev, 'a', DIGEST_HEX); /* follows nothing */
        custody_line(&c, &link, &b);
    }
    assert_false(custody_check(a, &start, buf_str(&b), STR_NONE, NULL, &r));
    assert_int_equal(r.fault_count, CUSTODY_FAULTS);
    buf_free(&b);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_removed_line_is_missed_by_the_next),
        cmocka_unit_test(test_lines_that_changed_places_are_named),
        cmocka_unit_test(test_a_repeated_line_is_named),
        cmocka_unit_test(test_an_added_line_is_named),
        cmocka_unit_test(test_an_altered_line_is_named),
        cmocka_unit_test(test_what_is_cut_off_at_the_end),
        cmocka_unit_test(test_links_for_another_archive_are_named),
        cmocka_unit_test(test_forked_copies_are_joined_and_both_kept),
        cmocka_unit_test(test_a_broken_copy_is_not_joined),
        cmocka_unit_test(test_hostile_chains_end_in_time),
    };
    return cmocka_run_group_tests(tests, make_court, leave_folder);
}
