/* runs.c - what is missing between the numbered records of a log, over all items that hold parts of
 * it, and where its clock went back.
 *
 * Each block told its runs of record numbers (extract_seen.h). Runs of one telemetry and host are
 * put in order and united, whatever item they come from: a saved log and its successor complete
 * each other, a copy adds nothing. What lies between two united runs is a gap. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

enum { GAPS_MOST = 1000, SETBACKS_KEPT = 1000 };

static int compare_runs(const void *a, const void *b) {
    const struct fact *x = a, *y = b;
    int c = (x->number_first > y->number_first) - (x->number_first < y->number_first);
    if (!c) c = (x->number_last > y->number_last) - (x->number_last < y->number_last);
    if (!c) c = when_cmp(x->first, y->first);
    return c ? c : when_cmp(x->last, y->last);
}

static int longer_first(const void *a, const void *b) {
    const struct number_gap *x = a, *y = b;
    uint64_t m = x->to - x->from, n = y->to - y->from;
    if (m != n) return m < n ? 1 : -1;
    return (x->from > y->from) - (x->from < y->from);
}

static int by_number(const void *a, const void *b) {
    const struct number_gap *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* Only so many are kept; the longest say most. */
static void keep_longest(struct coverage_row *row) {
    row->gap_total = row->gap_count;
    if (row->gap_count <= GAPS_MOST) return;
    qsort(row->gaps, row->gap_count, sizeof *row->gaps, longer_first);
    row->gap_count = GAPS_MOST;
    qsort(row->gaps, row->gap_count, sizeof *row->gaps, by_number);
}

void runs_fold(struct arena *a, struct fact *runs, size_t count, struct coverage_row *row) {
    size_t cap = 0;
    struct when end = {0};
    uint64_t last = 0;
    if (count) qsort(runs, count, sizeof *runs, compare_runs);
    for (size_t i = 0; i < count; i++) {
        const struct fact *r = &runs[i];
        /* A run that a block had to shorten has holes of its own, whose places are not known. */
        uint64_t range = r->number_last - r->number_first + 1;
        if (r->count < range) row->numbers_missing += range - r->count;
        if (i && r->number_first > last + 1) {
            ARENA_GROW(a, row->gaps, cap, row->gap_count + 1);
            row->gaps[row->gap_count++] =
                (struct number_gap){last + 1, r->number_first - 1, end, r->first};
            row->numbers_missing += r->number_first - 1 - last;
        }
        if (i && r->number_last <= last) continue;
        last = r->number_last;
        end = r->last;
    }
    keep_longest(row);
}

void setbacks_add(struct arena *a, const struct fact *f, const struct item *item,
                  struct coverage_row *row, size_t *cap) {
    if (row->setback_count == SETBACKS_KEPT) return;
    ARENA_GROW(a, row->setbacks, *cap, row->setback_count + 1);
    row->setbacks[row->setback_count++] =
        (struct clock_setback){f->number_last, f->first, f->last, item};
}
