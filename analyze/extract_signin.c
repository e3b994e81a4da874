#include "analyze/extract_signin.h"

#include <stdlib.h>

static uint64_t mix(uint64_t h, struct str s) {
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
    return (h ^ 0xFF) * UINT64_C(1099511628211);
}

static size_t slot_of(const struct fact *f) {
    uint64_t h = mix(UINT64_C(14695981039346656037) + (uint64_t)f->result, f->actor);
    h = mix(mix(mix(h, f->client_ip), f->application), f->session);
    for (size_t i = 0; i < f->details.count; i++)
        if (f->details.list[i].count) h = mix(h, f->details.list[i].values[0]);
    return (size_t)(h ^ h >> 32) % SIGNINS;
}

static bool same_details(const struct params *x, const struct params *y) {
    if (x->count != y->count) return false;
    for (size_t i = 0; i < x->count; i++) {
        const struct param *p = &x->list[i], *q = &y->list[i];
        if (!str_eq(p->name, q->name) || p->count != q->count) return false;
        for (size_t k = 0; k < p->count; k++)
            if (!str_eq(p->values[k], q->values[k])) return false;
    }
    return true;
}

static bool same(const struct fact *x, const struct fact *y) {
    return x->result == y->result && str_eq(x->actor, y->actor) &&
           str_eq(x->client_ip, y->client_ip) && str_eq(x->application, y->application) &&
           str_eq(x->session, y->session) && str_eq(x->text, y->text) &&
           same_details(&x->details, &y->details);
}

static void be_first(struct arena *a, struct fact *to, const struct fact *f) {
    to->time = f->time;
    to->record = arena_copy(a, f->record);
    to->ordinal = f->ordinal;
    to->offset = f->offset;
}

static void be_last(struct arena *a, struct fact *to, const struct fact *f) {
    to->last = f->time;
    to->last_record = arena_copy(a, f->record);
    to->last_ordinal = f->ordinal;
    to->last_offset = f->offset;
}

static void widen(struct arena *a, struct fact *to, const struct fact *f) {
    to->count++;
    if (f->time.basis == WHEN_NONE) return;
    if (to->time.basis == WHEN_NONE || when_cmp(f->time, to->time) < 0) be_first(a, to, f);
    if (to->last.basis == WHEN_NONE || when_cmp(f->time, to->last) > 0) be_last(a, to, f);
}

/* The fact with texts of its own: a record's are gone when the next one is read. */
static struct fact *keep(struct arena *a, const struct fact *f) {
    struct fact *own = ARENA_NEW(a, struct fact);
    *own = *f;
    struct str *const texts[] = {&own->record,    &own->host,    &own->actor,       &own->actor_key,
                                 &own->client_ip, &own->session, &own->application, &own->text};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = arena_copy(a, *texts[i]);
    own->details = (struct params){0};
    for (size_t i = 0; i < f->details.count; i++) {
        const struct param *from = &f->details.list[i];
        struct str *values = ARENA_ARRAY(a, struct str, from->count);
        for (size_t k = 0; k < from->count; k++) values[k] = arena_copy(a, from->values[k]);
        params_add(a, &own->details, arena_copy(a, from->name), values, from->count)->flags =
            from->flags;
    }
    own->kind = FACT_SIGNIN;
    own->count = 1;
    be_last(a, own, f);
    return own;
}

void signins_add(struct signins *s, const struct fact *f) {
    if (!s->slots) s->slots = ARENA_ARRAY(s->arena, struct fact *, SIGNINS);
    struct fact **slot = &s->slots[slot_of(f)];
    if (*slot && same(*slot, f)) {
        widen(s->arena, *slot, f);
        return;
    }
    if (*slot) s->give(s->own, *slot);
    *slot = keep(s->arena, f);
}

static int compare_place(const void *a, const void *b) {
    const struct fact *x = *(struct fact *const *)a, *y = *(struct fact *const *)b;
    int c = (x->offset > y->offset) - (x->offset < y->offset);
    return c ? c : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

void signins_flush(struct signins *s) {
    size_t n = 0;
    if (!s->slots) return;
    for (size_t i = 0; i < SIGNINS; i++)
        if (s->slots[i]) s->slots[n++] = s->slots[i];
    if (n) qsort(s->slots, n, sizeof *s->slots, compare_place);
    for (size_t i = 0; i < n; i++) s->give(s->own, s->slots[i]);
    s->slots = NULL;
}
