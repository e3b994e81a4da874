/* An EVTX file, a chunk or a record, damaged in every way: the first byte says which of them the
 * rest is; headers that would keep the reader out are put right. All is read as analyze, dump and
 * carving do, and for every record both ways of reading it must agree: the plan of its template and
 * the walk through its tokens. */
#include <stdio.h>
#include <stdlib.h>

#include "analyze/evidence/evtx.h"

extern const struct reader READER_EVTX;

enum { INPUT_FILE, INPUT_CHUNK, INPUT_RECORD, INPUTS, FILE_BLOCK = 4096, RECORDS_COMPARED = 64 };

static void on_event(void *own, const struct event *e) { (void)own, (void)e; }
static void on_line(void *own, struct str record, uint64_t ordinal, uint64_t offset,
                    struct str members) {
    (void)own, (void)record, (void)ordinal, (void)offset, (void)members;
}
static void on_fault(void *own, const struct fault *f) { (void)own, (void)f; }
static void on_seen(void *own, struct str telemetry, struct str host, struct when t,
                    uint64_t number) {
    (void)own, (void)telemetry, (void)host, (void)t, (void)number;
}

static void read_as(const struct reader *r, struct str bytes, bool dump, bool carve) {
    struct arena *a = arena_new(0);
    struct sink out = {.arena = a,
                       .dump = dump,
                       .carve = carve,
                       .event = on_event,
                       .line = on_line,
                       .fault = on_fault,
                       .seen = on_seen};
    struct block b = {.bytes = bytes, .first = true, .last = true};
    r->read(&b, &out);
    arena_free(a);
}

/* ---- plan and walk ---- */

static _Noreturn void differ(const char *what, struct str plan, struct str walk) {
    fprintf(stderr, "%s differs\nplan: %.*s\nwalk: %.*s\n", what, STR_ARG(plan), STR_ARG(walk));
    abort();
}

static void same_text(const char *what, struct str plan, struct str walk) {
    if (!str_eq(plan, walk)) differ(what, plan, walk);
}

/* These stop the walk because it counts what a plan does not: not a difference in what was read. */
static bool is_budget(const char *fault) {
    return strstr(fault, "more ") || strstr(fault, "nested too deep");
}

static void same_fields(const struct windows_event *p, const struct windows_event *w) {
    same_text("provider", p->provider, w->provider);
    same_text("channel", p->channel, w->channel);
    same_text("computer", p->computer, w->computer);
    same_text("user", p->user, w->user);
    if (p->id != w->id || p->number != w->number || when_cmp(p->time, w->time) != 0)
        differ("id, number or time", STR_NONE, STR_NONE);
    same_text("field", windows_event_field(p, "CommandLine"),
              windows_event_field(w, "CommandLine"));
}

static void same_lists(struct str *p, size_t n, struct str *w, size_t m) {
    if (n != m) differ("length of the list", STR_NONE, STR_NONE);
    for (size_t i = 0; i < n; i++) same_text("list", p[i], w[i]);
}

static void compare(struct binxml *planner, struct binxml *walker, struct arena *a,
                    struct str chunk, uint32_t at, uint32_t size) {
    struct binxml_instance room[2];
    struct windows_event p = {.x = planner, .arena = a}, w = {.x = walker, .arena = a};
    struct buf planned = {0}, walked = {0};
    struct json j = {.out = &walked, .depth = 1, .closer = {'}'}};
    uint32_t begin = at + RECORD_HEADER, end = at + size - 4;
    planner->fault = NULL;
    if (windows_event_planned(&p, begin, end, room)) {
        binxml_chunk(walker, chunk);
        bool sound = binxml_decode(walker, a, begin, end);
        if (!sound && !is_budget(walker->fault))
            differ("soundness", STR("sound"), str_from(walker->fault));
        if (sound) {
            struct str *one, *other;
            windows_event_read(&p);
            windows_event_read(&w);
            same_fields(&p, &w);
            size_t n = windows_event_list(&p, &one), m = windows_event_list(&w, &other);
            same_lists(one, n, other, m);
            binxml_json(walker, a, &j);
            if (binxml_plan_json(planner, p.root, p.inner, &planned) && !walker->fault)
                same_text("JSON", buf_str(&planned), buf_str(&walked));
        }
    }
    buf_free(&planned);
    buf_free(&walked);
}

static void compare_records(struct str chunk) {
    struct binxml *planner = binxml_new(), *walker = binxml_new();
    struct arena *a = arena_new(0);
    uint32_t size, at = CHUNK_HEADER;
    planner->on_plan = windows_event_plan;
    binxml_chunk(planner, chunk);
    for (int i = 0; i < RECORDS_COMPARED; i++, at += size) {
        if (evtx_record_shape(chunk, at, chunk.n, &size) != SHAPE_WHOLE) break;
        compare(planner, walker, a, chunk, at, size);
        arena_reset(a);
    }
    arena_free(a);
    binxml_free(planner);
    binxml_free(walker);
}

/* ---- inputs ---- */

static void poke(struct buf *b, size_t at, uint64_t v, int bytes) {
    for (int i = 0; i < bytes; i++) b->p[at + (size_t)i] = (char)(v >> (8 * i));
}

static void fill(struct buf *b, size_t until) {
    while (b->n < until) buf_add_c(b, 0);
}

/* A file of one chunk, its header right, the rest as it comes. */
static void make_file(struct buf *b, struct str rest, bool record) {
    buf_add(b, str_of("ElfFile", 8));
    fill(b, FILE_BLOCK);
    poke(b, 40, FILE_BLOCK, 2);
    poke(b, 42, 1, 2);
    poke(b, 120, 4, 4); /* no checksums */
    size_t chunk = b->n;
    if (record) {
        fill(b, chunk + CHUNK_HEADER + RECORD_HEADER);
        buf_add(b, str_slice(rest, 0, CHUNK_SIZE - CHUNK_HEADER - RECORD_LEAST));
        uint64_t size = b->n + 4 - chunk - CHUNK_HEADER;
        fill(b, b->n + 4);
        poke(b, chunk + CHUNK_HEADER, RECORD_MAGIC, 4);
        poke(b, chunk + CHUNK_HEADER + 4, size, 4);
        poke(b, chunk + CHUNK_HEADER + 8, 1, 8);
        poke(b, chunk + CHUNK_HEADER + 16, UINT64_C(132912888771234567), 8);
        poke(b, b->n - 4, size, 4);
    } else {
        buf_add(b, str_slice(rest, 0, CHUNK_SIZE));
    }
    uint64_t used = b->n - chunk;
    fill(b, chunk + CHUNK_SIZE);
    memcpy(b->p + chunk, "ElfChnk", 8);
    if (record || used < CHUNK_HEADER) poke(b, chunk + 48, used, 4);
    poke(b, chunk + 24, 1, 8);
    poke(b, chunk + 32, UINT32_MAX, 8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    struct buf b = {0};
    struct str rest = str_of((const char *)data + 1, size - 1);
    if (data[0] % INPUTS == INPUT_FILE)
        buf_add(&b, rest);
    else
        make_file(&b, rest, data[0] % INPUTS == INPUT_RECORD);
    struct str bytes = buf_str(&b);
    read_as(&READER_EVTX, bytes, false, false);
    read_as(&READER_EVTX, bytes, true, true);
    read_as(&READER_CARVE, bytes, true, true);
    if (bytes.n > FILE_BLOCK)
        compare_records(str_slice(bytes, FILE_BLOCK, FILE_BLOCK + CHUNK_SIZE));
    buf_free(&b);
    return 0;
}
