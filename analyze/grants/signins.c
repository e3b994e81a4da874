/* signins.c - the sign-in behind each act: which one it was, by which rule, and what is strange
 * about it.
 *
 * Rules, the first that fits: the same session; the same address, signed in before; the actor's
 * last success within a day before. Sign-ins are counted facts (extract_signin.h): of several alike
 * the last that is not behind the act stands for them. A portal's grant carries a server's address;
 * the session's sign-in then has the real one. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

static const int64_t DAY = 24 * 3600 * NS_PER_S;

struct signins {
    struct fold *f;
    struct signin_of *by_actor, *by_session; /* sorted by that, then by time */
    size_t count;
};

static int compare_place(const struct signin_of *x, const struct signin_of *y) {
    int c = when_cmp(x->fact.time, y->fact.time);
    if (!c) c = str_cmp(x->item->name, y->item->name);
    if (!c) c = (x->fact.offset > y->fact.offset) - (x->fact.offset < y->fact.offset);
    return c ? c : str_cmp(x->fact.record, y->fact.record);
}

static int compare_actor(const void *a, const void *b) {
    const struct signin_of *x = a, *y = b;
    int c = str_cmp(x->actor, y->actor);
    return c ? c : compare_place(x, y);
}

static int compare_session(const void *a, const void *b) {
    const struct signin_of *x = a, *y = b;
    int c = str_cmp(x->fact.session, y->fact.session);
    return c ? c : compare_place(x, y);
}

/* When the last of those alike was that is not behind the act; false: all are. */
static bool moment(const struct signin_of *s, int64_t act, int64_t *ns) {
    if (s->fact.time.basis == WHEN_NONE || s->fact.time.ns > act) return false;
    *ns = s->fact.last.basis != WHEN_NONE && s->fact.last.ns <= act ? s->fact.last.ns
                                                                    : s->fact.time.ns;
    return true;
}

struct choice {
    const struct signin_of *best;
    const char *rule;
    int64_t ns;
};

static void offer(struct choice *c, const struct signin_of *s, const char *rule, int64_t act) {
    int64_t ns;
    if (!moment(s, act, &ns) || (c->best && ns < c->ns)) return;
    *c = (struct choice){s, rule, ns};
}

static struct choice choose(const struct signins *all, const struct act *a, struct str actor) {
    struct choice c = {0};
    int64_t act = a->time.ns;
    for (size_t i =
             SEARCH_TEXT(all->by_session, all->count, struct signin_of, fact.session, a->session);
         a->session.n && i < all->count && str_eq(all->by_session[i].fact.session, a->session); i++)
        offer(&c, &all->by_session[i], "session", act);
    bool by_session = c.best != NULL;
    size_t from = SEARCH_TEXT(all->by_actor, all->count, struct signin_of, actor, actor), to = from;
    while (to < all->count && str_eq(all->by_actor[to].actor, actor)) to++;
    for (size_t i = from; !by_session && a->client_ip.n && i < to; i++)
        if (str_eq(all->by_actor[i].address, a->client_ip) &&
            all->by_actor[i].fact.result != RESULT_FAILED)
            offer(&c, &all->by_actor[i], "address", act);
    struct choice last = {0};
    for (size_t i = from; !c.best && i < to; i++)
        if (all->by_actor[i].fact.result == RESULT_SUCCEEDED)
            offer(&last, &all->by_actor[i], "time", act);
    if (last.best && act - last.ns <= DAY) c = last;
    return c;
}

/* Failures within a day before; since when this address is known for the actor. */
static void look_around(const struct signins *all, const struct act *a, struct str actor,
                        struct signin_join *j) {
    int64_t address_first = INT64_MAX, actor_first = INT64_MAX;
    for (size_t i = SEARCH_TEXT(all->by_actor, all->count, struct signin_of, actor, actor);
         i < all->count && str_eq(all->by_actor[i].actor, actor); i++) {
        const struct signin_of *s = &all->by_actor[i];
        int64_t ns;
        if (!moment(s, a->time.ns, &ns)) continue;
        if (s->fact.result == RESULT_FAILED && a->time.ns - ns <= DAY) j->failures += s->fact.count;
        if (s->fact.result == RESULT_FAILED) continue;
        if (s->fact.time.ns < actor_first) actor_first = s->fact.time.ns;
        if (str_eq(s->address, j->address) && s->fact.time.ns < address_first)
            address_first = s->fact.time.ns;
    }
    /* New: first seen within the day, for somebody who was seen for longer. */
    j->new_address = j->address.n && address_first != INT64_MAX &&
                     a->time.ns - address_first <= DAY && address_first - actor_first > DAY;
}

static struct str detail(const struct fact *f, const char *name) {
    return params_first(&f->details, name);
}

static void join(const struct signins *all, struct act *a) {
    struct str actor = identity_key(all->f->identity, party_name(&a->actor));
    if (!actor.n || a->time.basis == WHEN_NONE || a->time.basis == WHEN_UNKNOWN) return;
    struct choice c = choose(all, a, actor);
    if (!c.best) return;
    struct signin_join *j = ARENA_NEW(all->f->arena, struct signin_join);
    const struct fact *f = &c.best->fact;
    bool first = c.ns == f->time.ns; /* of those alike; else it is the last */
    *j = (struct signin_join){
        .rule = c.rule,
        .where = {f->source, c.best->item, first ? f->record : f->last_record,
                  first ? f->offset : f->last_offset, first ? f->time : f->last, f->result},
        .address = c.best->address,
        .application = f->application,
        .client = detail(f, "client"),
        .country = detail(f, "country"),
        .risk = detail(f, "risk_level"),
        .legacy = detail(f, "legacy").n > 0,
    };
    look_around(all, a, actor, j);
    a->signin = j;
}

void signins_fold(struct fold *f) {
    struct signins all = {.f = f, .count = f->signin_count};
    if (!all.count) return;
    for (size_t i = 0; i < all.count; i++) {
        struct signin_of *s = &f->signins[i];
        s->actor = identity_key(f->identity, s->fact.actor);
        s->address = client_ip_clean(s->fact.client_ip);
    }
    all.by_actor = f->signins;
    all.by_session = ARENA_ARRAY(f->arena, struct signin_of, all.count);
    memcpy(all.by_session, f->signins, all.count * sizeof *f->signins);
    qsort(all.by_actor, all.count, sizeof *all.by_actor, compare_actor);
    qsort(all.by_session, all.count, sizeof *all.by_session, compare_session);
    for (size_t i = 0; i < f->out->act_count; i++) join(&all, &f->out->acts[i]);
}
