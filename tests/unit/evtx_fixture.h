/* evtx_fixture.h - small EVTX files made token by token, and what the reader makes of them.
 *
 *     struct maker m = {0};
 *     maker_file(&m);
 *     maker_chunk(&m);
 *     maker_record(&m, 1);
 *       maker_open(&m, "Event", false); maker_tag_end(&m); ... maker_end(&m);
 *     maker_record_end(&m);
 *     maker_chunk_end(&m);
 *     struct seen s = seen_of(&m, true);
 *
 * Names are written where they are used; offsets are those of the chunk. */
#ifndef UNGRANT_TESTS_UNIT_EVTX_FIXTURE_H
#define UNGRANT_TESTS_UNIT_EVTX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyze/evidence/binxml.h"
#include "analyze/evidence/evidence.h"
#include "analyze/evidence/evtx_crc32.h"
#include "base/utf.h"

extern const struct reader READER_EVTX;

enum { CHUNK = 65536, FIRST_CHUNK = 4096 };

struct maker {
    struct buf b;
    size_t chunk, record; /* where the current ones begin */
    uint64_t first, last; /* record numbers of the chunk */
    bool in_template;
    uint16_t file_flags;
};

static inline void put(struct maker *m, uint64_t v, int bytes) {
    for (int i = 0; i < bytes; i++) buf_add_c(&m->b, (char)(v >> (8 * i)));
}

static inline void poke(struct maker *m, size_t at, uint64_t v, int bytes) {
    for (int i = 0; i < bytes; i++) m->b.p[at + (size_t)i] = (char)(v >> (8 * i));
}

static inline void zeros(struct maker *m, size_t until) {
    while (m->b.n < until) buf_add_c(&m->b, 0);
}

static inline uint32_t crc_of(struct maker *m, uint32_t sum, size_t from, size_t to) {
    static struct crc32 table; /* tests only: made on first use */
    if (!table.table[0][1]) crc32_init(&table);
    return crc32_add(&table, sum, str_of(m->b.p + from, to - from));
}

static inline void maker_file(struct maker *m) {
    buf_add(&m->b, str_of("ElfFile", 8));
    zeros(m, FIRST_CHUNK);
    poke(m, 32, 128, 4);
    poke(m, 36, 1, 2);
    poke(m, 38, 3, 2);
    poke(m, 40, FIRST_CHUNK, 2);
    poke(m, 42, 1, 2);
    poke(m, 120, m->file_flags, 4);
    poke(m, 124, crc_of(m, 0, 0, 120), 4);
}

static inline void maker_chunk(struct maker *m) {
    m->chunk = m->b.n;
    m->first = m->last = 0;
    buf_add(&m->b, str_of("ElfChnk", 8));
    zeros(m, m->chunk + 512);
}

/* Bytes of the chunk so far: the offset of what comes next. */
static inline uint32_t here(const struct maker *m) { return (uint32_t)(m->b.n - m->chunk); }

/* 2022-03-09T08:41:17.1234567Z */
static const uint64_t FIXTURE_TIME = UINT64_C(132912888771234567);

static inline void maker_record(struct maker *m, uint64_t number) {
    m->record = m->b.n;
    if (!m->first) m->first = number;
    m->last = number;
    put(m, 0x2A2A, 4);
    put(m, 0, 4);
    put(m, number, 8);
    put(m, FIXTURE_TIME, 8);
    put(m, 0x0001010F, 4);
}

static inline void maker_record_end(struct maker *m) {
    put(m, 0, 1);
    while ((m->b.n - m->record + 4) % 8) put(m, 0, 1);
    uint64_t size = m->b.n - m->record + 4;
    put(m, size, 4);
    poke(m, m->record + 4, size, 4);
}

/* Fills the chunk's header and its sums; the free space is what is left. */
static inline void maker_chunk_end(struct maker *m) {
    size_t c = m->chunk, end = m->b.n;
    zeros(m, c + CHUNK);
    poke(m, c + 8, m->first, 8);
    poke(m, c + 16, m->last, 8);
    poke(m, c + 24, m->first, 8);
    poke(m, c + 32, m->last, 8);
    poke(m, c + 40, 128, 4);
    poke(m, c + 48, end - c, 4);
    poke(m, c + 52, crc_of(m, 0, c + 512, end), 4);
    poke(m, c + 124, crc_of(m, crc_of(m, 0, c, c + 120), c + 128, c + 512), 4);
}

static inline size_t put_utf16(struct maker *m, const char *text) {
    size_t before = m->b.n;
    utf8_to_utf16le(str_from(text), &m->b);
    return (m->b.n - before) / 2;
}

/* A name's offset, then the name itself. */
static inline void put_name(struct maker *m, const char *name) {
    uint32_t h = 0;
    for (const char *c = name; *c; c++) h = h * 65599 + (unsigned char)*c;
    put(m, here(m) + 4, 4);
    put(m, 0, 4);
    put(m, h & 0xFFFF, 2);
    put(m, strlen(name), 2);
    put_utf16(m, name);
    put(m, 0, 2);
}

static inline void maker_open(struct maker *m, const char *name, bool attributes) {
    put(m, attributes ? 0x41 : 0x01, 1);
    if (m->in_template) put(m, 0xFFFF, 2);
    put(m, 0, 4); /* sizes are not needed to read it */
    put_name(m, name);
    if (attributes) put(m, 0, 4);
}

static inline void maker_attribute(struct maker *m, const char *name) {
    put(m, 0x06, 1);
    put_name(m, name);
}

static inline void maker_text(struct maker *m, const char *text) {
    put(m, 0x0105, 2);
    size_t at = m->b.n;
    put(m, 0, 2);
    poke(m, at, put_utf16(m, text), 2);
}

static inline void maker_substitution(struct maker *m, uint16_t id, uint8_t type) {
    put(m, 0x0D, 1);
    put(m, id, 2);
    put(m, type, 1);
}

static inline void maker_tag_end(struct maker *m) { put(m, 0x02, 1); }
static inline void maker_empty(struct maker *m) { put(m, 0x03, 1); }
static inline void maker_end(struct maker *m) { put(m, 0x04, 1); }

/* <name>text</name> */
static inline void maker_element(struct maker *m, const char *name, const char *text) {
    maker_open(m, name, false);
    maker_tag_end(m);
    maker_text(m, text);
    maker_end(m);
}

/* <name attribute="text"/> */
static inline void maker_attributed(struct maker *m, const char *name, const char *attribute,
                                    const char *text) {
    maker_open(m, name, true);
    maker_attribute(m, attribute);
    maker_text(m, text);
    maker_empty(m);
}

/* A template instance with its definition; returns where the definition's size stands. Its tokens
 * follow, then maker_template_end() and the values. */
static inline size_t maker_template(struct maker *m) {
    put(m, 0x010C, 2);
    put(m, 0x11223344, 4);
    put(m, here(m) + 4, 4);
    zeros(m, m->b.n + 20);
    size_t size_at = m->b.n;
    put(m, 0, 4);
    put(m, 0x0001010F, 4);
    m->in_template = true;
    return size_at;
}

static inline void maker_template_end(struct maker *m, size_t size_at) {
    put(m, 0, 1);
    poke(m, size_at, m->b.n - size_at - 4, 4);
    m->in_template = false;
}

/* Another instance of the template defined at that chunk offset. */
static inline void maker_template_again(struct maker *m, uint32_t definition) {
    put(m, 0x010C, 2);
    put(m, 0x11223344, 4);
    put(m, definition, 4);
}

struct fixture_value {
    uint8_t type;
    struct str bytes;
};

static inline void maker_values(struct maker *m, const struct fixture_value *v, uint32_t count) {
    put(m, count, 4);
    for (uint32_t i = 0; i < count; i++) {
        put(m, v[i].bytes.n, 2);
        put(m, v[i].type, 2);
    }
    for (uint32_t i = 0; i < count; i++) buf_add(&m->b, v[i].bytes);
}

/* Event with System (no template) up to the open EventData. */
static inline void maker_event(struct maker *m, const char *provider, const char *id,
                               const char *channel) {
    maker_open(m, "Event", false);
    maker_tag_end(m);
    maker_open(m, "System", false);
    maker_tag_end(m);
    maker_attributed(m, "Provider", "Name", provider);
    maker_element(m, "EventID", id);
    maker_attributed(m, "TimeCreated", "SystemTime", "2022-03-09T08:41:17.123456700Z");
    maker_element(m, "EventRecordID", "77");
    maker_element(m, "Channel", channel);
    maker_element(m, "Computer", "mbx01.corp.example");
    maker_attributed(m, "Security", "UserID", "S-1-5-21-1-2-3-500");
    maker_end(m);
    maker_open(m, "EventData", false);
    maker_tag_end(m);
}

static inline void maker_event_end(struct maker *m) {
    maker_end(m);
    maker_end(m);
}

static inline void maker_data(struct maker *m, const char *name, const char *text) {
    maker_open(m, "Data", name != NULL);
    if (name) {
        maker_attribute(m, "Name");
        maker_text(m, name);
    }
    maker_tag_end(m);
    if (*text) maker_text(m, text);
    maker_end(m);
}

/* ---- what the reader gave ---- */

enum { SEEN_MOST = 64 };

struct seen {
    struct arena *arena;
    size_t lines, events, faults, records;
    struct str line[SEEN_MOST], record[SEEN_MOST], reason[SEEN_MOST];
    uint64_t line_at[SEEN_MOST];
    struct event event[SEEN_MOST];
    struct str telemetry, host;
    struct when time;
    uint64_t number, counted;
};

static inline void on_line(void *own, struct str record, uint64_t ordinal, uint64_t offset,
                           struct str members) {
    struct seen *s = own;
    (void)ordinal;
    if (s->lines >= SEEN_MOST) return;
    s->record[s->lines] = arena_copy(s->arena, record);
    s->line_at[s->lines] = offset;
    s->line[s->lines++] = arena_copy(s->arena, members);
}

static inline void keep(struct seen *s, struct str *text) { *text = arena_copy(s->arena, *text); }

static inline void on_event(void *own, const struct event *e) {
    struct seen *s = own;
    if (s->events >= SEEN_MOST) return;
    struct event *k = &s->event[s->events++];
    *k = *e;
    struct str *const texts[] = {&k->record,  &k->operation, &k->actor,       &k->actor_key,
                                 &k->object,  &k->client_ip, &k->host,        &k->session,
                                 &k->text,    &k->error,     &k->application, &k->parent,
                                 &k->process, &k->block_id,  &k->path};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) keep(s, texts[i]);
    k->params = (struct params){0};
    for (size_t i = 0; i < e->params.count; i++) {
        const struct param *p = &e->params.list[i];
        struct str v = p->count ? arena_copy(s->arena, p->values[0]) : STR_NONE;
        params_add1(s->arena, &k->params, arena_copy(s->arena, p->name), v)->flags = p->flags;
    }
}

static inline void on_fault(void *own, const struct fault *f) {
    struct seen *s = own;
    if (s->faults < SEEN_MOST) s->reason[s->faults++] = arena_copy(s->arena, f->reason);
}

static inline void on_seen(void *own, struct str telemetry, struct str host, struct when t,
                           uint64_t number) {
    struct seen *s = own;
    s->records++;
    s->telemetry = arena_copy(s->arena, telemetry);
    s->host = arena_copy(s->arena, host);
    s->time = t;
    s->number = number;
}

static inline void on_records(void *own, uint64_t count) { ((struct seen *)own)->counted = count; }

static inline struct seen seen_in(struct str bytes, bool dump) {
    struct seen s = {.arena = arena_new(0)};
    struct sink out = {.arena = arena_new(0),
                       .dump = dump,
                       .own = &s,
                       .event = on_event,
                       .line = on_line,
                       .fault = on_fault,
                       .seen = on_seen,
                       .records = on_records};
    struct block b = {.bytes = bytes, .first = true, .last = true};
    READER_EVTX.read(&b, &out);
    arena_free(out.arena);
    return s;
}

static inline struct seen seen_of(const struct maker *m, bool dump) {
    return seen_in(buf_str(&m->b), dump);
}

static inline void done(struct seen *s, struct maker *m) {
    arena_free(s->arena);
    if (m) buf_free(&m->b);
}

static inline void assert_str(struct str got, const char *want) {
    if (!str_eq(got, str_from(want))) fail_msg("got  %.*s\nwant %s", STR_ARG(got), want);
}

static inline void assert_has(struct str got, const char *part) {
    if (str_find(got, str_from(part)) == STR_ABSENT)
        fail_msg("%s\nis not in %.*s", part, STR_ARG(got));
}

#endif
