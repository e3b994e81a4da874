#include "analyze/package/cut.h"

#include <stdlib.h>

#include "analyze/evidence/evidence.h"
#include "analyze/feed.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/search.h"

/* No record is longer than a block, and none of an event log longer than its chunk (MS-EVEN6,
 * 2.2.17: 64 KiB). */
enum { RECORD_MOST = 64 * 1024 * 1024, CHUNK = 64 * 1024, EVENT_HEAD = 8 };

struct cutting {
    struct arena *a;
    struct cuts *out;
    const struct item *item; /* whose records come in */
    size_t first, end, next; /* its citations; `next` is the first whose record has not begun */
    struct buf last;         /* the record that came last as a line, and where it began */
    uint64_t last_begin;
    bool any;

    const struct cuts_wish *wish;
    struct error *e;
    int failed;
};

/* ---- which item ---- */

static int compare_to_item(const void *element, const void *wanted) {
    return str_cmp(((const struct cut *)element)->of->item, *(const struct str *)wanted);
}

/* The citations of that item by name: [*first, *end). */
static void find_item(const struct cutting *c, struct str name, size_t *first, size_t *end) {
    *first = *end =
        search_first(c->out->list, c->out->count, sizeof *c->out->list, &name, compare_to_item);
    while (*end < c->out->count && str_eq(c->out->list[*end].of->item, name)) ++*end;
}

static bool wants(void *own, const struct item *item) {
    size_t first, end;
    find_item(own, item->name, &first, &end);
    return first < end;
}

static bool wants_none(void *own, const struct item *item) {
    (void)own;
    (void)item;
    return false;
}

/* ---- first: the records ---- */

static void put_line(struct buf *out, const struct item *item, const struct fact *line) {
    struct json j = {.out = out};
    json_object(&j);
    json_put(&j, "item", item->name);
    json_key(&j, "record");
    if (line->record.n)
        json_str(&j, line->record);
    else
        json_u64(&j, line->ordinal);
    json_put_u64(&j, "offset", line->offset);
    if (line->text.n) {
        buf_add_c(out, ',');
        buf_add(out, line->text);
    }
    json_end(&j);
    buf_add_c(out, '\n');
}

static bool is_binary(struct str reader) {
    return str_eq(reader, STR("evtx")) || str_eq(reader, str_from(READER_CARVE.name));
}

/* The record that came last ends here: what is cited inside it is found. */
static void close_record(struct cutting *c, uint64_t here) {
    struct str json = STR_NONE;
    for (; c->any && c->next < c->end && c->out->list[c->next].of->offset < here; c->next++) {
        struct cut *cut = &c->out->list[c->next];
        if (cut->of->offset < c->last_begin) continue; /* before any record: not found */
        cut->found = true;
        cut->begin = c->last_begin;
        cut->length = here - c->last_begin;
        if (cut->length > RECORD_MOST) cut->length = RECORD_MOST;
        cut->binary = is_binary(c->item->reader);
        if (cut->binary && cut->length > CHUNK) cut->length = CHUNK;
        if (!json.n) json = arena_copy(c->a, buf_str(&c->last));
        cut->json = json;
    }
}

static void enter(struct cutting *c, const struct item *item) {
    if (c->item == item) return;
    close_record(c, UINT64_MAX);
    c->item = item;
    c->any = false;
    find_item(c, item->name, &c->first, &c->end);
    c->next = c->first;
}

static void on_line(void *own, const struct item *item, const struct fact *line) {
    struct cutting *c = own;
    enter(c, item);
    c->out->records++;
    close_record(c, line->offset);
    c->any = true;
    c->last_begin = line->offset;
    c->last.n = 0;
    if (c->next < c->end) put_line(&c->last, item, line);
}

/* ---- second: their bytes ---- */

/* What the record itself says of its length, where that is less than what is left. */
static void trim(struct cut *cut) {
    const unsigned char *p = (const unsigned char *)cut->bytes.p;
    size_t start;
    if (cut->binary && cut->bytes.n >= EVENT_HEAD) {
        size_t n = (size_t)p[4] | (size_t)p[5] << 8 | (size_t)p[6] << 16 | (size_t)p[7] << 24;
        if (n >= EVENT_HEAD && n < cut->bytes.n) cut->bytes.n = n;
    } else if (cut->bytes.n && (p[0] == '{' || p[0] == '[')) {
        size_t n = json_value_end(buf_str(&cut->bytes), 0, true, &start);
        if (n && n != STR_ABSENT) cut->bytes.n = n;
    }
    cut->length = cut->bytes.n;
}

static void finish(struct cutting *c, struct cut *cut) {
    trim(cut);
    if (!c->failed) c->failed = c->wish->take(c->wish->own, cut, c->e);
    buf_free(&cut->bytes);
    cut->bytes = (struct buf){0};
    cut->done = true;
}

/* The part of these bytes that lies in the record. */
static void give_bytes(struct cutting *c, struct cut *cut, uint64_t at, struct str bytes) {
    uint64_t want = cut->begin + cut->bytes.n, end = cut->begin + cut->length;
    if (!cut->found || cut->done || want < at || want >= at + bytes.n || want >= end) return;
    struct str part = str_from_index(bytes, (size_t)(want - at));
    buf_add(&cut->bytes, str_slice(part, 0, (size_t)(end - want)));
    if (cut->begin + cut->bytes.n == end) finish(c, cut);
}

/* The records of an item that ends: those whose end was the item's. */
static void leave_item(struct cutting *c) {
    for (size_t i = c->first; c->item && i < c->end; i++)
        if (c->out->list[i].bytes.n) finish(c, &c->out->list[i]);
}

static void on_bytes(void *own, const struct item *item, struct str bytes) {
    struct cutting *c = own;
    if (c->item != item) {
        leave_item(c);
        c->item = item;
        find_item(c, item->name, &c->first, &c->end);
        c->next = c->first;
    }
    for (size_t i = c->next; i < c->end; i++) {
        struct cut *cut = &c->out->list[i];
        if (cut->found && cut->begin >= item->size + bytes.n) break;
        give_bytes(c, cut, item->size, bytes);
        /* Those behind which the bytes have gone are not looked at again. */
        if (i == c->next && (!cut->found || cut->begin + cut->length <= item->size + bytes.n))
            c->next++;
    }
}

/* ---- both ---- */

static int run(struct cutting *c, const char *archive, const struct extract_options *o,
               struct extract **left) {
    struct feed f = {.x = extract_new(o, c->e), .arena = arena_new(0)};
    int bad = !f.x || feed_path(&f, archive, c->e) != 0 || extract_wait(f.x, c->e) != 0;
    arena_free(f.arena);
    *left = f.x;
    return bad ? -1 : 0;
}

/* A citation counts for the item with its hash. Where the case holds two of the name, it is not
 * known whose record was read: then for none. */
static void check_hashes(struct cutting *c, const struct extract *x) {
    for (size_t i = 0; i < c->out->count; i++) {
        struct cut *cut = &c->out->list[i];
        bool same = false, other = false;
        for (size_t k = 0; cut->found && k < extract_count(x); k++) {
            const struct item *it = &extract_at(x, k)->item;
            if (!str_eq(it->name, cut->of->item)) continue;
            bool is = str_ieq(str_from(it->sha256), cut->of->sha256);
            same |= is;
            other |= !is;
        }
        cut->found &= same && !other;
    }
}

static void warn(void *own, const char *text) {
    const struct cutting *c = own;
    if (c->wish->warn) c->wish->warn(c->wish->own, text);
}

int cuts_make(struct arena *a, const struct cuts_wish *wish, const struct statements *from,
              struct cuts *out, struct error *e) {
    struct cutting c = {.a = a, .out = out, .wish = wish, .e = e};
    struct extract *x = NULL;
    *out = (struct cuts){.list = ARENA_ARRAY(a, struct cut, from->cited_count + 1),
                         .count = from->cited_count};
    for (size_t i = 0; i < out->count; i++) out->list[i].of = &from->cited[i];
    struct extract_options o = {.mode = EXTRACT_LINES,
                                .jobs = wish->jobs,
                                .carve = from->carved,
                                .own = &c,
                                .line = on_line,
                                .warn = warn,
                                .wants = wants};
    int bad = run(&c, wish->archive, &o, &x);
    if (!bad) {
        close_record(&c, UINT64_MAX);
        check_hashes(&c, x);
    }
    extract_free(x);
    buf_free(&c.last);
    if (bad) return -1;
    c.item = NULL;
    o.line = NULL;
    o.warn = NULL; /* it was said */
    o.carve = false;
    o.wants = wants_none;
    o.bytes = on_bytes;
    bad = run(&c, wish->archive, &o, &x);
    if (!bad) leave_item(&c);
    extract_free(x);
    for (size_t i = 0; i < out->count; i++)
        buf_free(&out->list[i].bytes); /* cut short by an error */
    return bad || c.failed ? -1 : 0;
}
