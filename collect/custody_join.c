#include "collect/custody_join.h"

#include "base/file.h"
#include "collect/custody_check.h"

/* Bytes of the lines that both begin with, and how many lines that is. */
static size_t common_lines(struct str a, struct str b, uint64_t *count) {
    size_t from = 0;
    *count = 0;
    for (;;) {
        struct str x, y, rest;
        if (!str_cut(str_from_index(a, from), '\n', &x, &rest) ||
            !str_cut(str_from_index(b, from), '\n', &y, &rest) || !str_eq(x, y))
            return from;
        from += x.n + 1;
        ++*count;
    }
}

static int read_other(struct custody_file *f, const char *other, struct str *text,
                      struct custody_report *report, struct error *e) {
    if (file_read(f->arena, other, CUSTODY_MOST, text, e) != 0) return -1;
    if (!text->n) return error_set(e, "%s: is empty", other);
    if (!custody_check(f->arena, &f->inside, *text, str_from(f->sha256), NULL, report))
        return error_set(e, "%s: line %zu %.*s; not joined", other, report->faults[0].line,
                         STR_ARG(report->faults[0].reason));
    return 0;
}

static bool was_joined(struct custody_file *f, const char *head) {
    struct custody_report own;
    custody_check(f->arena, &f->inside, f->text, STR_NONE, NULL, &own);
    for (size_t i = 0; i < own.count; i++)
        if (str_eq(own.list[i].event, STR("join")) &&
            str_eq(own.list[i].subject_sha256, str_from(head)))
            return true;
    return false;
}

/* The other copy went on where this one ends: its links are taken, then the join is noted. */
static int take_over(struct custody_file *f, struct str text, const struct custody_report *theirs,
                     struct custody_link *join, struct error *e) {
    struct custody_file whole = *f;
    whole.text = text;
    whole.end = theirs->end;
    if (custody_file_add(&whole, join, e) != 0) return -1;
    *f = whole;
    return 0;
}

int custody_join(struct custody_file *f, const char *other, const struct custody_link *link,
                 struct str *said, struct error *e) {
    struct custody_report theirs = {0};
    struct str text = STR_NONE;
    struct custody_link join = *link;
    uint64_t common;
    if (read_other(f, other, &text, &theirs, e) != 0) return -1;
    size_t same = common_lines(f->text, text, &common);
    uint64_t fork = f->inside.seq + common, here = f->end.seq - fork, there = theirs.end.seq - fork;
    join.event = "join";
    join.subject = str_leaf(str_from(other));
    join.subject_sha256 = theirs.end.prev;
    if (!there || was_joined(f, theirs.end.prev)) {
        *said = STR("nothing to join: every link of it is here");
        return 0;
    }
    if (!here) {
        *said = arena_printf(f->arena, "%llu links taken that were missing here",
                             (unsigned long long)there);
        return take_over(f, text, &theirs, &join, e);
    }
    join.branch = str_from_index(text, same);
    join.fork = fork;
    *said =
        arena_printf(f->arena,
                     "the copies forked after link %llu: %llu links here, %llu there; both "
                     "are kept",
                     (unsigned long long)fork, (unsigned long long)here, (unsigned long long)there);
    return custody_file_add(f, &join, e);
}
