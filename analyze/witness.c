/* witness.c - what evidence looks like, told to collect while it copies. */
#include <stdio.h>
#include <stdlib.h>

#include "analyze/analyze.h"
#include "analyze/evidence/evidence.h"
#include "analyze/extract.h"
#include "collect/archive.h"

struct own {
    struct extract *x;
    struct extracted *at;
    struct error e;
};

/* Archives count as evidence that cannot be judged from outside: they may hold exports. */
static bool recognise(void *own, struct str first, bool whole, struct witnessed *out) {
    (void)own;
    const struct reader *r = evidence_recognise(first, whole);
    if (!r && !archive_recognise(first)) return false;
    snprintf(out->telemetry, sizeof out->telemetry, "%s", r ? r->telemetry : "archive");
    return true;
}

static void begin(void *own, struct str name) {
    struct own *o = own;
    o->at = extract_begin(o->x, name, STR_NONE);
}

static void bytes(void *own, struct str piece) {
    struct own *o = own;
    if (!error_is_set(&o->e)) extract_push(o->x, piece, &o->e);
}

static void end(void *own, struct witnessed *out) {
    struct own *o = own;
    if (error_is_set(&o->e) || extract_end(o->x, &o->e) != 0 || extract_wait(o->x, &o->e) != 0)
        return;
    out->records = o->at->item.records;
    out->first = o->at->item.first;
    out->last = o->at->item.last;
}

struct witness *analyze_witness(struct error *e) {
    struct extract_options xo = {.mode = EXTRACT_COUNTS, .jobs = 1};
    struct extract *x = extract_new(&xo, e);
    if (!x) return NULL;
    struct own *o = memory_alloc(sizeof *o);
    struct witness *w = memory_alloc(sizeof *w);
    *o = (struct own){.x = x};
    *w = (struct witness){o, recognise, begin, bytes, end};
    return w;
}

void analyze_witness_free(struct witness *w) {
    if (!w) return;
    extract_free(((struct own *)w->own)->x);
    free(w->own);
    free(w);
}
