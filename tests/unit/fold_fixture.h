/* fold_fixture.h - a few facts in items of our making, folded without any file. */
#ifndef UNGRANT_TESTS_UNIT_FOLD_FIXTURE_H
#define UNGRANT_TESTS_UNIT_FOLD_FIXTURE_H

#include "analyze/grants/fold.h"

/* Two logs, snapshots from before and after noon, and a transcript. */
struct scene {
    struct arena *a;
    struct fold f;
    struct fold_options options;
    struct analysis out;
    struct item ual, log, early, late, transcript;
};

static const int64_t NOON = INT64_C(1646827200) * NS_PER_S; /* 2022-03-09T12:00:00Z */

/* So many seconds after noon. */
static inline struct when at(int second) {
    return (struct when){NOON + second * NS_PER_S, 0, WHEN_UTC};
}

static inline int setup(void **state) {
    struct arena *a = arena_new(0);
    struct scene *s = ARENA_NEW(a, struct scene);
    s->a = a;
    s->ual = (struct item){.name = STR("ual.csv"), .sha256 = "1"};
    s->log = (struct item){.name = STR("ps.evtx"), .sha256 = "2"};
    s->early = (struct item){.name = STR("early.csv"), .sha256 = "3", .taken = at(-1000)};
    s->late = (struct item){.name = STR("late.csv"), .sha256 = "4", .taken = at(1000)};
    s->transcript = (struct item){.name = STR("transcript.txt"), .sha256 = "5"};
    s->out.arena = a;
    s->f = (struct fold){
        .arena = a, .options = &s->options, .identity = identity_new(a), .out = &s->out};
    *state = s;
    return 0;
}

static inline int teardown(void **state) {
    arena_free(((struct scene *)*state)->a);
    return 0;
}

/* Adds a change of that item, to be filled in. */
static inline struct witness_of *scene_change(struct scene *s, struct item *item) {
    struct fold *f = &s->f;
    ARENA_GROW(f->arena, f->changes, f->change_cap, f->change_count + 1);
    struct witness_of *w = &f->changes[f->change_count++];
    *w = (struct witness_of){.item = item};
    return w;
}

/* Changes become acts and grants. */
static inline void scene_fold(struct scene *s) {
    for (size_t i = 0; i < s->f.change_count; i++) s->f.changes[i].time = s->f.changes[i].f.time;
    identity_close(s->f.identity);
    correlate(&s->f);
    ledger_fold(&s->f);
}

#endif
