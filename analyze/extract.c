#include "analyze/extract.h"

#include <stdlib.h>

#include "analyze/evidence/evidence.h"
#include "analyze/extract_work.h"

enum { WORKER_SECONDS = 300, FIRST_BYTES = 16 };
#define WORKER_MEMORY ((size_t)768 << 20)

/* Joins of names that an item's blocks told lately: each block tells them again, and a log of many
 * gigabytes would be remembered for little else. */
enum { ALIASES_LATELY = 1024 };
struct lately {
    uint64_t item; /* whose they are, plus 1 */
    struct buf names[ALIASES_LATELY];
};

/* The item whose bytes are coming in. */
struct current {
    struct extracted *to;
    size_t index;
    struct digest *digest;
    struct buf pending; /* read, not yet cut */
    struct buf head;
    const struct reader *reader;
    size_t reader_index;
    struct cutter cutter;
    size_t ask_at; /* pending bytes at which cut() is asked again */
    bool looked, started;
};

struct extract {
    struct extract_options o;
    struct extract_worker worker;
    struct pool *pool;
    struct arena *arena; /* names of items */
    struct extracted **items;
    size_t count, cap;
    struct current cur;
    struct lately lately;
    uint64_t *bases; /* per item: records of the blocks delivered so far */
    size_t bases_cap;
};

static void start_worker(void *own) { extract_worker_start(&((struct extract *)own)->worker); }

static void do_work(void *own, const struct work *w, struct work_out *out) {
    extract_worker_work(&((struct extract *)own)->worker, w, out);
}

static void warn(void *own, const char *text) {
    struct extract *x = own;
    if (x->o.warn) x->o.warn(x->o.own, text);
}

/* Lines are given at once; keeping them would make memory grow with the evidence. */
static void give_lines(struct extract *x, struct extracted *to, struct str facts, uint64_t base) {
    struct arena *a = arena_new(0);
    struct fact f;
    while (fact_next(a, &facts, &f) == 1) {
        if (f.kind == FACT_FAULT || f.kind == FACT_SEEN) fact_put(&to->facts, &f);
        if (f.kind != FACT_LINE) continue;
        f.ordinal += base;
        x->o.line(x->o.own, &to->item, &f);
    }
    arena_free(a);
}

/* Was this join of names told before? Remembers it. */
static bool is_repeated(struct lately *l, const struct fact *f) {
    uint32_t h = 2166136261u; /* FNV-1a over both names */
    const struct str names[] = {f->alias.one, f->alias.other};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < names[k].n; i++) h = (h ^ (unsigned char)names[k].p[i]) * 16777619u;
    struct buf *slot = &l->names[h % ALIASES_LATELY];
    struct str known = buf_str(slot);
    size_t n = names[0].n;
    if (known.n == n + 1 + names[1].n && known.p[n] == 0 && str_starts(known, names[0]) &&
        str_ends(known, names[1]))
        return true;
    slot->n = 0;
    buf_add(slot, names[0]);
    buf_add_c(slot, 0);
    buf_add(slot, names[1]);
    return false;
}

static void keep_facts(struct extract *x, uint64_t item, struct str facts) {
    struct buf *to = &x->items[item]->facts;
    struct arena *a = arena_new(0);
    struct fact f;
    if (x->lately.item != item + 1)
        for (size_t i = 0; i < ALIASES_LATELY; i++) x->lately.names[i].n = 0;
    x->lately.item = item + 1;
    for (struct str rest = facts; fact_next(a, &rest, &f) == 1; facts = rest) {
        if (f.kind != FACT_ALIAS || !is_repeated(&x->lately, &f))
            buf_add(to, str_slice(facts, 0, facts.n - rest.n));
    }
    buf_add(to, facts); /* what is no fact is found, and said, by who reads them */
    arena_free(a);
}

static void deliver(void *own, const uint64_t args[WORK_ARGS], enum work_state state,
                    struct str result) {
    struct extract *x = own;
    struct extracted *to = x->items[args[ARG_ITEM]];
    uint64_t *base = &x->bases[args[ARG_ITEM]], records = 0;
    if (state != WORK_DONE || result.n < TRAILER) {
        enum work_state why = state == WORK_DONE ? WORK_CRASHED : state;
        extract_fault(to, args[ARG_OFFSET], str_from(work_state_reason(why)));
        return;
    }
    memcpy(&records, result.p + result.n - TRAILER, TRAILER);
    result.n -= TRAILER;
    if (args[ARG_READER] == READER_SCRIPT) {
        buf_add(&to->scripts, result);
        return;
    }
    struct fact f = {.kind = FACT_BASE, .count = *base};
    fact_put(&to->facts, &f);
    if (x->o.mode == EXTRACT_LINES)
        give_lines(x, to, result, *base);
    else
        keep_facts(x, args[ARG_ITEM], result);
    *base += records;
}

struct extract *extract_new(const struct extract_options *o, struct error *e) {
    struct extract *x = memory_alloc(sizeof *x);
    *x = (struct extract){.o = *o,
                          .worker = {.mode = o->mode, .carve = o->carve, .rules = o->rules}};
    x->arena = arena_new(0);
    struct pool_options p = {.workers = o->jobs,
                             .block_most = BLOCK_MOST + HEAD_MOST,
                             .memory = WORKER_MEMORY,
                             .seconds = WORKER_SECONDS,
                             .own = x,
                             .start = start_worker,
                             .work = do_work,
                             .deliver = deliver,
                             .warn = warn};
    x->pool = pool_new(&p, e);
    if (x->pool) return x;
    extract_free(x);
    return NULL;
}

void extract_free(struct extract *x) {
    if (!x) return;
    pool_free(x->pool);
    for (size_t i = 0; i < x->count; i++) {
        buf_free(&x->items[i]->facts);
        buf_free(&x->items[i]->scripts);
    }
    for (size_t i = 0; i < ALIASES_LATELY; i++) buf_free(&x->lately.names[i]);
    digest_drop(x->cur.digest);
    buf_free(&x->cur.pending);
    buf_free(&x->cur.head);
    free(x->items);
    free(x->bases);
    arena_free(x->arena);
    free(x);
}

static struct extracted *add_item(struct extract *x) {
    if (x->count == x->cap) {
        x->cap = x->cap ? x->cap * 2 : 64;
        x->items = memory_resize(x->items, x->cap * sizeof(struct extracted *));
        x->bases = memory_resize(x->bases, x->cap * sizeof *x->bases);
    }
    x->items[x->count] = ARENA_NEW(x->arena, struct extracted);
    x->bases[x->count] = 0;
    return x->items[x->count++];
}

struct extracted *extract_begin(struct extract *x, struct str name, struct str archive) {
    struct extracted *to = add_item(x);
    to->item.name = arena_copy(x->arena, name);
    to->item.archive = arena_copy(x->arena, archive);
    struct buf pending = x->cur.pending, head = x->cur.head;
    pending.n = head.n = 0;
    x->cur = (struct current){
        .to = to, .index = x->count - 1, .digest = digest_new(), .pending = pending, .head = head};
    return to;
}

static int submit(struct extract *x, size_t n, bool last, struct error *e) {
    struct current *c = &x->cur;
    struct work w = {.head = c->started ? buf_str(&c->head) : STR_NONE,
                     .bytes = str_of(c->pending.p, n)};
    w.args[ARG_ITEM] = c->index;
    w.args[ARG_READER] = c->reader_index;
    w.args[ARG_OFFSET] = c->cutter.offset;
    w.args[ARG_FLAGS] = (c->started ? 0 : EXTRACT_FIRST) | (last ? EXTRACT_LAST : 0);
    if (pool_submit(x->pool, &w, e) != 0) return -1;
    if (!c->started && c->cutter.head) {
        size_t keep = c->cutter.head < HEAD_MOST ? c->cutter.head : HEAD_MOST;
        buf_add(&c->head, str_slice(buf_str(&c->pending), 0, keep));
    }
    c->started = true;
    c->cutter.offset += n;
    c->pending.n -= n;
    memmove(c->pending.p, c->pending.p + n, c->pending.n);
    return 0;
}

/* Which reader? Decided once, on the first bytes. */
static void look(struct extract *x, bool whole) {
    struct current *c = &x->cur;
    struct str first = str_slice(buf_str(&c->pending), 0, BID_FIRST);
    struct item *item = &c->to->item;
    c->looked = true;
    if (x->o.wants && !x->o.wants(x->o.own, item)) return;
    c->reader = evidence_recognise(first, whole);
    if (!c->reader && x->o.carve) c->reader = &READER_CARVE;
    if (!c->reader || c->reader == &READER_CARVE)
        item->first_bytes = arena_copy(x->arena, str_slice(first, 0, FIRST_BYTES));
    if (!c->reader) return;
    while (EVIDENCE_READERS[c->reader_index] != c->reader) c->reader_index++;
    item->reader = str_from(c->reader->name);
    item->telemetry = str_from(c->reader->telemetry);
}

/* Cuts off and submits what can be; at the end everything. */
static int cut_blocks(struct extract *x, bool at_end, struct error *e) {
    struct current *c = &x->cur;
    while (c->pending.n && (at_end || c->pending.n >= BLOCK_TARGET)) {
        struct str bytes = str_slice(buf_str(&c->pending), 0, BLOCK_MOST);
        bool all = at_end && bytes.n == c->pending.n;
        size_t n = c->reader->cut && (all || bytes.n >= c->ask_at)
                       ? c->reader->cut(&c->cutter, bytes, all)
                       : 0;
        if (n > bytes.n) n = bytes.n;
        if (n == 0 && all) n = bytes.n;
        if (n == 0 && bytes.n == BLOCK_MOST) {
            extract_fault(c->to, c->cutter.offset,
                          STR("no record ends within 64 MiB; what follows is read from there on"));
            n = bytes.n;
        }
        if (n == 0) {
            c->ask_at = c->pending.n * 2;
            return 0;
        }
        c->ask_at = 0;
        if (submit(x, n, at_end && n == c->pending.n, e) != 0) return -1;
    }
    return 0;
}

int extract_push(struct extract *x, struct str bytes, struct error *e) {
    struct current *c = &x->cur;
    digest_add(c->digest, bytes);
    if (x->o.bytes) x->o.bytes(x->o.own, &c->to->item, bytes);
    c->to->item.size += bytes.n;
    if (c->looked && !c->reader) return 0;
    buf_add(&c->pending, bytes);
    if (!c->looked) {
        if (c->pending.n < BID_FIRST) return 0;
        look(x, false);
    }
    if (c->reader) return cut_blocks(x, false, e);
    c->pending.n = 0;
    return 0;
}

int extract_end(struct extract *x, struct error *e) {
    struct current *c = &x->cur;
    if (!c->looked) look(x, true);
    digest_hex(c->digest, c->to->item.sha256);
    c->digest = NULL;
    return c->reader ? cut_blocks(x, true, e) : 0;
}

void extract_fault(struct extracted *item, uint64_t offset, struct str reason) {
    struct fact f = {.kind = FACT_FAULT, .offset = offset, .text = reason};
    fact_put(&item->facts, &f);
}

static void summarise(struct extracted *x, struct arena *a) {
    struct str facts = buf_str(&x->facts);
    struct item *item = &x->item;
    struct fact f;
    item->records = item->unreadable = 0;
    while (fact_next(a, &facts, &f) == 1) {
        item->unreadable += f.kind == FACT_FAULT;
        if (f.kind != FACT_SEEN) continue;
        item->records += f.count;
        if (f.first.basis == WHEN_NONE) continue;
        if (item->first.basis == WHEN_NONE || when_cmp(f.first, item->first) < 0)
            item->first = f.first;
        if (item->last.basis == WHEN_NONE || when_cmp(f.last, item->last) > 0) item->last = f.last;
    }
    /* Nothing was carved from it: it is what it was, something nobody knows. */
    if (item->records || !str_eq(item->reader, str_from(READER_CARVE.name))) return;
    item->reader = item->telemetry = STR_NONE;
}

int extract_wait(struct extract *x, struct error *e) {
    if (pool_finish(x->pool, e) != 0) return -1;
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < x->count; i++) {
        summarise(x->items[i], a);
        arena_reset(a);
    }
    arena_free(a);
    return 0;
}

int extract_text(struct extract *x, struct extracted *item, const struct fact *part,
                 struct str text, bool cut, struct error *e) {
    struct buf head = {0};
    struct fact place = *part;
    place.text = STR_NONE;
    fact_put(&head, &place);
    struct work w = {.head = buf_str(&head), .bytes = text};
    for (size_t i = 0; i < x->count; i++)
        if (x->items[i] == item) w.args[ARG_ITEM] = i;
    w.args[ARG_READER] = READER_SCRIPT;
    w.args[ARG_OFFSET] = part->offset;
    w.args[ARG_FLAGS] = cut ? EXTRACT_CUT : 0;
    int bad = pool_submit(x->pool, &w, e);
    buf_free(&head);
    return bad;
}

size_t extract_count(const struct extract *x) { return x->count; }
struct extracted *extract_at(const struct extract *x, size_t i) {
    return x->items[i];
}

struct extracted *extract_add(struct extract *x, const struct fact *from, struct str facts) {
    struct extracted *to = add_item(x);
    to->item = (struct item){.name = arena_copy(x->arena, from->name),
                             .archive = arena_copy(x->arena, from->archive),
                             .case_id = arena_copy(x->arena, from->case_id),
                             .reader = arena_copy(x->arena, from->reader),
                             .telemetry = arena_copy(x->arena, from->telemetry),
                             .first_bytes = arena_copy(x->arena, from->first_bytes),
                             .size = from->size,
                             .integrity = from->integrity,
                             .taken = from->taken};
    if (from->sha256.n == DIGEST_HEX) memcpy(to->item.sha256, from->sha256.p, DIGEST_HEX);
    buf_add(&to->facts, facts);
    return to;
}
