/* Any bytes as an item: the best bidder cuts and reads them, as analyze and as dump do. */
#include <stdlib.h>

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

static void on_event(void *own, const struct event *e) {
    struct change_sink sink = {own, NULL, on_change, on_use, on_alias};
    changes_of_event(e, &sink);
}

static void on_line(void *own, struct str record, uint64_t ordinal, uint64_t offset,
                    struct str members) {
    (void)own, (void)record, (void)ordinal, (void)offset;
    struct buf b = {0};
    buf_add_c(&b, '{');
    buf_add(&b, members);
    buf_add_c(&b, '}');
    buf_free(&b);
}
static void on_fault(void *own, const struct fault *f) { (void)own, (void)f; }
static void on_seen(void *own, struct str telemetry, struct str host, struct when t,
                    uint64_t number) {
    (void)own, (void)telemetry, (void)host, (void)t, (void)number;
}
static void on_records(void *own, uint64_t count) { (void)own, (void)count; }

static void read_all(const struct reader *r, struct str bytes, bool dump) {
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
    struct str whole = bytes;
    while (bytes.n) {
        size_t n = r->cut ? r->cut(&c, bytes, true) : bytes.n;
        if (n == 0 || n > bytes.n) n = bytes.n;
        struct str head =
            c.offset ? str_slice(whole, 0, c.head < HEAD_MOST ? c.head : HEAD_MOST) : STR_NONE;
        struct block b = {STR("fuzz"), head,          str_slice(bytes, 0, n),
                          c.offset,    c.offset == 0, n == bytes.n};
        r->read(&b, &sink);
        c.offset += n;
        bytes = str_from_index(bytes, n);
    }
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str bytes = str_of((const char *)data, size);
    const struct reader *r = evidence_recognise(bytes, true);
    if (!r) return 0;
    read_all(r, bytes, false);
    read_all(r, bytes, true);
    return 0;
}
