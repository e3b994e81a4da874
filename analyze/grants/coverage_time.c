/* coverage_time.c - hours without records, against each log's own rhythm.
 *
 * A log has its nights and weekends. A silence is told when it lasts at least a day and more than
 * twice as long as the log's fourth longest: what comes again and again is rhythm, what came once
 * is not. Logs with too few records have no rhythm, and nothing is said of them. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

enum { HOURS_LEAST = 24, SILENCE_LEAST = 24, RHYTHM = 3, SILENCES_KEPT = 16 };
static const int64_t HOUR = 3600 * NS_PER_S;

struct hours {
    struct coverage_row *row;
    uint32_t *list;
    size_t count, cap;
};

static struct hours *hours_of(struct hours *list, size_t count, const struct fact *f) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = str_cmp(list[mid].row->telemetry, f->telemetry);
        if (!c) c = str_cmp(list[mid].row->host, f->host);
        if (!c) return &list[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static void take(struct fold *f, struct hours *h, struct str packed) {
    for (size_t i = 0; i + 4 <= packed.n; i += 4) {
        uint32_t hour = 0;
        for (unsigned k = 0; k < 4; k++) hour |= (uint32_t)(unsigned char)packed.p[i + k] << 8 * k;
        ARENA_GROW(f->arena, h->list, h->cap, h->count + 1);
        h->list[h->count++] = hour;
    }
}

static void collect(struct fold *f, struct hours *list, size_t count) {
    for (size_t i = 0; i < f->out->item_count; i++) {
        struct extracted *x =
            (struct extracted *)((char *)f->out->items[i] - offsetof(struct extracted, item));
        struct str facts = buf_str(&x->facts);
        struct fact fact;
        while (fact_next(f->arena, &facts, &fact) == 1) {
            struct hours *h = fact.kind == FACT_HOURS ? hours_of(list, count, &fact) : NULL;
            if (h) take(f, h, fact.text);
        }
    }
}

static int compare_hours(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static size_t distinct(uint32_t *list, size_t count) {
    size_t n = 0;
    if (count) qsort(list, count, sizeof *list, compare_hours);
    for (size_t i = 0; i < count; i++)
        if (!n || list[n - 1] != list[i]) list[n++] = list[i];
    return n;
}

/* Hours that a silence must exceed. */
static uint32_t limit_of(struct fold *f, const struct hours *h) {
    uint32_t *gaps = ARENA_ARRAY(f->arena, uint32_t, h->count);
    size_t n = 0;
    for (size_t i = 1; i < h->count; i++) gaps[n++] = h->list[i] - h->list[i - 1];
    qsort(gaps, n, sizeof *gaps, compare_hours);
    uint32_t usual = gaps[n - 1 - RHYTHM];
    return usual > UINT32_MAX / 2      ? UINT32_MAX
           : 2 * usual < SILENCE_LEAST ? SILENCE_LEAST
                                       : 2 * usual;
}

static struct when at_hour(uint32_t hour) {
    return (struct when){(int64_t)hour * HOUR, 0, WHEN_UTC};
}

static void find(struct fold *f, struct hours *h) {
    struct coverage_row *row = h->row;
    h->count = distinct(h->list, h->count);
    if (h->count < HOURS_LEAST) return;
    uint32_t limit = limit_of(f, h);
    row->silences = ARENA_ARRAY(f->arena, struct time_gap, SILENCES_KEPT);
    for (size_t i = 1; i < h->count; i++) {
        if (h->list[i] - h->list[i - 1] <= limit) continue;
        row->silence_total++;
        if (row->silence_count == SILENCES_KEPT) continue;
        row->silences[row->silence_count++] =
            (struct time_gap){at_hour(h->list[i - 1] + 1), at_hour(h->list[i])};
    }
}

static void say(struct fold *f, const struct coverage_row *row) {
    char from[WHEN_TEXT], to[WHEN_TEXT];
    for (size_t i = 0; i < row->silence_count; i++) {
        when_format(row->silences[i].after, from);
        when_format(row->silences[i].before, to);
        fold_blind_spot(f, arena_printf(f->arena,
                                        "%.*s%s%.*s has no record between %s and %s, longer than "
                                        "its rhythm explains: a grant in that time may be missing.",
                                        STR_ARG(row->telemetry), row->host.n ? " of " : "",
                                        STR_ARG(row->host), from, to));
    }
}

void coverage_silences(struct fold *f) {
    size_t count = f->out->coverage_count;
    struct hours *list = ARENA_ARRAY(f->arena, struct hours, count);
    for (size_t i = 0; i < count; i++) list[i].row = &f->out->coverage[i];
    collect(f, list, count);
    for (size_t i = 0; i < count; i++) {
        find(f, &list[i]);
        say(f, list[i].row);
    }
}
