/* fuzz_reader.h - any bytes to one reader, whether it bids on them or not: cut and read as analyze
 * and as dump do. A target is one line: FUZZ_READER(READER_X). */
#ifndef UNGRANT_TESTS_FUZZ_FUZZ_READER_H
#define UNGRANT_TESTS_FUZZ_FUZZ_READER_H

#include "analyze/evidence/evidence.h"
#include "analyze/grants/change.h"

static void on_change(void *own, const struct event *e, const struct change *c) {
    (void)own, (void)e, (void)c;
}
static void on_use(void *own, const struct event *e, const struct use *u) {
    (void)own, (void)e, (void)u;
}
static void on_alias(void *own, const struct event *e, const struct alias *n) {
    (void)own, (void)e, (void)n;
}
static void on_member(void *own, const struct event *e, const struct membership *m) {
    (void)own, (void)e, (void)m;
}
static void on_created(void *own, const struct event *e, struct str name) {
    (void)own, (void)e, (void)name;
}
static void on_event(void *own, const struct event *e) {
    struct change_sink sink = {own, NULL, on_change, on_use, on_alias, on_member, on_created};
    changes_of_event(e, &sink);
}
static void on_line(void *own, struct str record, uint64_t ordinal, uint64_t offset,
                    struct str members) {
    (void)own, (void)record, (void)ordinal, (void)offset;
    struct buf b = {0};
    buf_add(&b, members); /* so that every byte of it is looked at */
    buf_free(&b);
}
static void on_fault(void *own, const struct fault *f) { (void)own, (void)f; }
static void on_seen(void *own, struct str telemetry, struct str host, struct when t,
                    uint64_t number) {
    (void)own, (void)telemetry, (void)host, (void)t, (void)number;
}
static void on_records(void *own, uint64_t count) { (void)own, (void)count; }

/* `piece`: how many bytes are shown to cut() at once. */
static void fuzz_read(const struct reader *r, struct str whole, size_t piece, bool dump) {
    struct arena *a = arena_new(0);
    struct sink sink = {.arena = a,
                        .dump = dump,
                        .carve = true,
                        .own = a,
                        .event = on_event,
                        .line = on_line,
                        .fault = on_fault,
                        .seen = on_seen,
                        .records = on_records};
    struct cutter c = {0};
    size_t shown = piece;
    r->bid(str_slice(whole, 0, BID_FIRST), true);
    for (size_t at = 0; at < whole.n;) {
        struct str there = str_slice(whole, at, at + shown);
        bool at_end = at + there.n == whole.n;
        c.offset = at;
        size_t n = r->cut ? r->cut(&c, there, at_end) : there.n;
        if (n == 0 && !at_end) {
            shown += piece;
            continue;
        }
        if (n == 0 || n > there.n) __builtin_trap();
        struct block b = {STR("fuzz"),
                          at ? str_slice(whole, 0, c.head < HEAD_MOST ? c.head : HEAD_MOST)
                             : STR_NONE,
                          str_slice(there, 0, n),
                          at,
                          at == 0,
                          at + n == whole.n};
        r->read(&b, &sink);
        at += n;
        shown = piece;
    }
    arena_free(a);
}

/* The first byte says how much is shown at once, so that blocks begin everywhere. */
#define FUZZ_READER(name)                                                                          \
    extern const struct reader name;                                                               \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);                                  \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {                                 \
        if (size < 2) return 0;                                                                    \
        struct str bytes = str_of((const char *)data + 1, size - 1);                               \
        size_t piece = 64 + (size_t)data[0] * 64;                                                  \
        fuzz_read(&name, bytes, piece, false);                                                     \
        fuzz_read(&name, bytes, size, true);                                                       \
        return 0;                                                                                  \
    }

#endif
