/* reader_fixture.h - runs a reader over text made in a test, whole or in pieces, and shows what it
 * gave as lines that a test can compare. */
#ifndef UNGRANT_TESTS_UNIT_READER_FIXTURE_H
#define UNGRANT_TESTS_UNIT_READER_FIXTURE_H

#include <stdlib.h>

#include "analyze/evidence/evidence.h"
#include "base/json_read.h"
#include "base/utf.h"

enum { GOT_MOST = 64 };

/* What a reader gave: the first events, faults and lines, and how many there were. */
struct got {
    struct arena *a;
    struct event events[GOT_MOST];
    uint64_t ordinals[GOT_MOST]; /* from the item's beginning */
    struct fault faults[GOT_MOST];
    struct str lines[GOT_MOST];
    size_t event_count, fault_count, line_count, seen, blocks;
    uint64_t records;
};

static void got_event(void *own, const struct event *e) {
    struct got *g = own;
    if (g->event_count < GOT_MOST) {
        g->events[g->event_count] = *e;
        g->ordinals[g->event_count] = g->records + e->ordinal;
    }
    g->event_count++;
}

static void got_line(void *own, struct str record, uint64_t ordinal, uint64_t offset,
                     struct str members) {
    struct got *g = own;
    (void)record, (void)ordinal, (void)offset;
    if (g->line_count < GOT_MOST)
        g->lines[g->line_count] = arena_printf(g->a, "{%.*s}", STR_ARG(members));
    g->line_count++;
}

static void got_fault(void *own, const struct fault *f) {
    struct got *g = own;
    if (g->fault_count < GOT_MOST) g->faults[g->fault_count] = *f;
    g->fault_count++;
}

static void got_seen(void *own, struct str telemetry, struct str host, struct when t,
                     uint64_t number) {
    struct got *g = own;
    (void)telemetry, (void)host, (void)t, (void)number;
    g->seen++;
}

static void got_records(void *own, uint64_t count) { ((struct got *)own)->records += count; }

/* Reads `item`, asking cut() whenever another `piece` bytes are there (0: all at once). */
static inline struct got read_pieces(const struct reader *r, struct str item, size_t piece,
                                     bool dump) {
    struct got g = {.a = arena_new(0)};
    struct sink out = {.arena = g.a,
                       .dump = dump,
                       .own = &g,
                       .event = got_event,
                       .line = got_line,
                       .fault = got_fault,
                       .seen = got_seen,
                       .records = got_records};
    struct cutter c = {0};
    size_t at = 0, shown = piece ? piece : item.n;
    while (at < item.n) {
        struct str there = str_slice(item, at, at + shown);
        bool at_end = at + there.n == item.n;
        c.offset = at;
        size_t n = r->cut ? r->cut(&c, there, at_end) : item.n;
        if (n == 0 && !at_end) {
            shown += piece;
            continue;
        }
        if (n == 0 || n > item.n - at) abort();
        struct block b = {.head = str_slice(item, 0, at ? c.head : 0),
                          .bytes = str_slice(item, at, at + n),
                          .offset = at,
                          .first = at == 0,
                          .last = at + n == item.n};
        r->read(&b, &out);
        g.blocks++;
        at += n;
        shown = piece ? piece : item.n;
    }
    return g;
}

static inline struct got read_text(const struct reader *r, struct str item) {
    return read_pieces(r, item, 0, false);
}

/* "Identity=a; AccessRights=x|y; P+=added; P-=removed"; behind a name ! is cut, ? ambiguous, $ no
 * constant. */
static inline struct str params_text(struct arena *a, const struct params *p) {
    struct str t = STR_NONE;
    for (size_t i = 0; i < p->count; i++) {
        const struct param *q = &p->list[i];
        t = arena_printf(a, "%.*s%s%.*s%s%s%s%s=", STR_ARG(t), i ? "; " : "", STR_ARG(q->name),
                         q->edit == EDIT_ADD      ? "+"
                         : q->edit == EDIT_REMOVE ? "-"
                                                  : "",
                         q->flags & PARAM_TRUNCATED ? "!" : "",
                         q->flags & PARAM_AMBIGUOUS ? "?" : "", q->flags & PARAM_HOLE ? "$" : "");
        for (size_t k = 0; k < q->count; k++)
            t = arena_printf(a, "%.*s%s%.*s", STR_ARG(t), k ? "|" : "", STR_ARG(q->values[k]));
    }
    return t;
}

/* Everything of an event that must not depend on how the item was cut. */
static inline const char *event_text(struct got *g, size_t i) {
    const struct event *e = &g->events[i];
    char time[WHEN_TEXT];
    struct str t = when_format(e->time, time);
    return arena_printf(
               g->a, "#%llu @%llu %d %s %.*s %.*s by %.*s on %.*s from %.*s %s%s [%.*s] %.*s",
               (unsigned long long)g->ordinals[i], (unsigned long long)e->offset, (int)e->kind,
               source_name(e->source), STR_ARG(t), STR_ARG(e->operation), STR_ARG(e->actor),
               STR_ARG(e->object), STR_ARG(e->client_ip), result_name(e->result),
               e->poor ? " poor" : "", STR_ARG(params_text(g->a, &e->params)), STR_ARG(e->text))
        .p;
}

/* Every way of cutting gives what reading at once gives. cut() may count on some bytes being there
 * (evidence.h: BLOCK_TARGET), at least those that tell the encoding. */
static inline void assert_cuts_alike(const struct reader *r, struct str item, size_t step) {
    struct got whole = read_text(r, item);
    for (size_t piece = 16; piece <= item.n; piece += step) {
        struct got g = read_pieces(r, item, piece, false);
        assert_int_equal(g.event_count, whole.event_count);
        assert_int_equal(g.records, whole.records);
        assert_int_equal(g.seen, whole.seen);
        for (size_t i = 0; i < g.event_count && i < GOT_MOST; i++)
            assert_string_equal(event_text(&g, i), event_text(&whole, i));
        arena_free(g.a);
    }
    arena_free(whole.a);
}

/* UTF-8 text as UTF-16, with a byte order mark. */
static inline struct str as_utf16(struct arena *a, struct str text, bool big) {
    struct buf b = {0};
    buf_add(&b, STR("\xFF\xFE"));
    utf8_to_utf16le(text, &b);
    for (size_t i = 0; big && i + 1 < b.n; i += 2) {
        char c = b.p[i];
        b.p[i] = b.p[i + 1];
        b.p[i + 1] = c;
    }
    struct str out = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return out;
}

static inline void assert_str(struct str got, const char *want) {
    if (!str_eq(got, str_from(want))) fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static inline void assert_params(struct got *g, size_t i, const char *want) {
    assert_true(i < g->event_count);
    assert_str(params_text(g->a, &g->events[i].params), want);
}

#endif
