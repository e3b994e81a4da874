/* One record of an event log: from its bytes to a dumped line, or to what coverage counts and the
 * events it holds (evtx.h). */
#include "analyze/evidence/evtx.h"

void evtx_begin(struct evtx *e, struct sink *out) {
    *e = (struct evtx){.out = out, .arena = arena_new(0), .x = binxml_new()};
    e->x->on_plan = windows_event_plan;
    crc32_init(&e->crc);
}

void evtx_end(struct evtx *e) {
    struct buf *bufs[] = {&e->line, &e->channel, &e->telemetry};
    if (e->out->records) e->out->records(e->out->own, e->count);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) buf_free(bufs[i]);
    binxml_free(e->x);
    arena_free(e->arena);
}

void evtx_fault(struct evtx *e, const struct chunk *c, uint32_t at, struct str record,
                const char *reason) {
    sink_fault(e->out, c->offset + at, record, "chunk %llu, offset 0x%x: %s",
               (unsigned long long)c->number, (unsigned)at, reason);
}

enum shape evtx_record_shape(struct str bytes, size_t at, size_t limit, uint32_t *size) {
    if (limit < RECORD_LEAST || at > limit - RECORD_LEAST) return SHAPE_NONE;
    const char *p = bytes.p + at;
    *size = le32(p + 4);
    if (le32(p) != RECORD_MAGIC || *size < RECORD_LEAST || *size > limit - at) return SHAPE_NONE;
    return le32(p + *size - 4) == *size ? SHAPE_WHOLE : SHAPE_TORN;
}

static void decode_fault(struct evtx *e, const struct chunk *c, const struct windows_event *w) {
    if (!e->x->fault || e->carving) return;
    struct str record = arena_copy(e->out->arena, windows_event_record(w));
    evtx_fault(e, c, e->x->fault_at, record, e->x->fault);
}

/* Of a torn record only the header is beyond doubt: its number stays, whatever the body says. */
static void read_fields(struct windows_event *w, enum shape shape, uint64_t number) {
    windows_event_read(w);
    if (w->x->fault) w->damaged = true;
    if (shape != SHAPE_TORN) return;
    w->damaged = true;
    w->number = number;
}

/* What a dumped line holds before the record itself. */
static void begin_line(struct evtx *e, const struct chunk *c, uint64_t number, uint64_t written) {
    char time[WHEN_TEXT];
    e->line.n = 0;
    buf_add(&e->line, STR("\"chunk\":"));
    buf_add_u64(&e->line, c->number);
    buf_add(&e->line, STR(",\"number\":"));
    buf_add_u64(&e->line, number);
    buf_add(&e->line, STR(",\"written\":\""));
    buf_add(&e->line, filetime_format(written, time));
    buf_add(&e->line, e->carving ? STR("\",\"carved\":true,") : STR("\","));
}

/* Adds the record's members to the line. False: its plan will not do, and the line is as before. */
static bool add_planned(struct evtx *e, const struct windows_event *w) {
    size_t before = e->line.n;
    if (binxml_plan_json(e->x, w->root, w->inner, &e->line)) return true;
    e->line.n = before;
    return false;
}

static void add_walked(struct evtx *e) {
    struct json j = {.out = &e->line, .depth = 1, .closer = {'}'}}; /* within an open object */
    size_t before = e->line.n;
    binxml_json(e->x, e->arena, &j);
    if (e->line.n == before) e->line.n--; /* nothing there: no comma before it */
}

/* From the plans of its template where that will do, else by walking its tokens. Either way
 * everything in it is looked at, wanted or not: what is damaged is said. */
static void decode(struct evtx *e, struct windows_event *w, uint32_t begin, uint32_t end,
                   enum shape shape) {
    e->x->fault = NULL;
    if (shape == SHAPE_WHOLE && windows_event_planned(w, begin, end, e->room) &&
        (!e->out->dump || add_planned(e, w)))
        return;
    w->root = w->body = NULL;
    binxml_decode(e->x, e->arena, begin, end);
    if (!e->out->dump) return;
    add_walked(e);
    if (!e->carving || !e->x->fault) return;
    buf_add(&e->line, STR(",\"incomplete\":\""));
    json_escape(&e->line, str_from(e->x->fault));
    buf_add_c(&e->line, '"');
}

/* A file's records are nearly always of one channel. */
static struct str telemetry_of(struct evtx *e, const struct windows_event *w) {
    if (!e->telemetry.n || !str_eq(buf_str(&e->channel), w->channel)) {
        e->channel.n = e->telemetry.n = 0;
        buf_add(&e->channel, w->channel);
        buf_add(&e->telemetry, windows_event_telemetry(w));
    }
    if (!e->carving) return buf_str(&e->telemetry);
    return arena_join(e->arena, buf_str(&e->telemetry), STR(" (carved)"));
}

void evtx_read_record(struct evtx *e, const struct chunk *c, uint32_t at, uint32_t size,
                      enum shape shape) {
    const char *p = c->bytes.p + at;
    uint64_t number = le64(p + 8), written = le64(p + 16);
    struct windows_event w = {.x = e->x,
                              .arena = e->arena,
                              .offset = c->offset + at,
                              .number = number,
                              .time = when_from_filetime(written),
                              .carved = e->carving,
                              .damaged = e->carving};
    arena_reset(e->arena);
    e->count++;
    if (e->out->dump) begin_line(e, c, number, written);
    decode(e, &w, at + RECORD_HEADER, at + size - 4, shape);
    read_fields(&w, shape, number);
    if (e->out->seen) w.telemetry = telemetry_of(e, &w);
    if (e->out->dump)
        e->out->line(e->out->own, windows_event_record(&w), e->count, w.offset, buf_str(&e->line));
    else
        windows_event_emit(&w, e->out);
    decode_fault(e, c, &w);
    if (e->out->seen)
        e->out->seen(e->out->own, w.telemetry, w.computer, w.time, e->carving ? 0 : w.number);
}
