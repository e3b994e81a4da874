/* correlate.c - one act, many witnesses: changes of all sources become acts.
 *
 * Two changes are one act when they speak of the same action, right, mailbox, trustee and scope,
 * lie within CLOCK_SKEW of each other, and come from different sources (two records of one source
 * are two acts, unless they are the same record exported twice). The best witness comes first and
 * gives each field; the others confirm it and fill in what it does not know. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

static const int64_t QUARTER = 900 * NS_PER_S; /* zones differ by quarters of an hour */
enum { ZONE_MOST = 56, ANCHORS_LEAST = 2, WINDOW_MOST = 512 }; /* +-14 hours in quarters */

/* A change on its way: what it must agree in, and where it stands. */
struct candidate {
    struct witness_of *w;
    struct str key;
};

/* ---- the same record twice ---- */

static int compare_records(const void *a, const void *b) {
    const struct fact *x = &(*(struct witness_of *const *)a)->f,
                      *y = &(*(struct witness_of *const *)b)->f;
    int c = (x->source > y->source) - (x->source < y->source);
    if (!c) c = str_cmp(x->record, y->record);
    if (!c && x->source != SOURCE_UAL) c = str_cmp(x->host, y->host);
    if (!c && x->source != SOURCE_UAL) c = when_cmp(x->time, y->time);
    if (!c) c = (x->sequence > y->sequence) - (x->sequence < y->sequence);
    /* A carved copy of a record that is still in its log comes behind it, and is dropped. */
    if (!c)
        c = (x->change.flags & CHANGE_CARVED ? 1 : 0) - (y->change.flags & CHANGE_CARVED ? 1 : 0);
    if (c) return c;
    const struct witness_of *p = *(struct witness_of *const *)a,
                            *q = *(struct witness_of *const *)b;
    return (p > q) - (p < q); /* both in the sorted list: first come, first kept */
}

static bool own_identifier(enum source s) {
    return s == SOURCE_UAL || s == SOURCE_SECURITY_5136 || s == SOURCE_SECURITY_GROUP ||
           s == SOURCE_PS_4103 || s == SOURCE_PS_4104 || s == SOURCE_PS_800 || s == SOURCE_PS_400 ||
           s == SOURCE_SECURITY_4688 || s == SOURCE_SYSMON_1 || s == SOURCE_EXCHANGE_MANAGEMENT;
}

static bool same_record(const struct fact *x, const struct fact *y) {
    if (x->source != y->source || !own_identifier(x->source) || !x->record.n) return false;
    if (!str_eq(x->record, y->record) || x->sequence != y->sequence) return false;
    return x->source == SOURCE_UAL || (str_eq(x->host, y->host) && when_cmp(x->time, y->time) == 0);
}

static bool same_content(const struct fact *x, const struct fact *y) {
    const struct change *c = &x->change, *d = &y->change;
    bool carved = (d->flags & CHANGE_CARVED) != 0; /* says nothing of the result */
    return c->action == d->action && c->right == d->right && (carved || c->result == d->result) &&
           str_eq(c->mailbox, d->mailbox) && str_eq(c->trustee, d->trustee) &&
           str_eq(c->scope, d->scope) && str_eq(c->level, d->level) && str_eq(x->actor, y->actor) &&
           when_cmp(x->time, y->time) == 0;
}

/* Marks copies (act stays NULL, f.kind 0): duplicates by identifier are one observation. */
static void drop_duplicates(struct fold *f) {
    struct witness_of **order = ARENA_ARRAY(f->arena, struct witness_of *, f->change_count);
    for (size_t i = 0; i < f->change_count; i++) order[i] = &f->changes[i];
    if (f->change_count) qsort(order, f->change_count, sizeof *order, compare_records);
    struct witness_of *kept = NULL;
    for (size_t i = 0; i < f->change_count; i++) {
        struct witness_of *w = order[i];
        if (!kept || !same_record(&kept->f, &w->f)) {
            kept = w;
            continue;
        }
        if (!same_content(&kept->f, &w->f)) {
            fold_error(f, w->item, w->f.offset, w->f.record,
                       arena_printf(f->arena,
                                    "same identifier as a record in %.*s, other content: kept as a "
                                    "record of its own",
                                    STR_ARG(kept->item->name)));
            continue;
        }
        w->f.kind = (enum fact_kind)0;
    }
}

/* ---- what must agree ---- */

static struct str text_key(struct fold *f, const struct witness_of *w, int action,
                           struct str mailbox, struct str trustee) {
    const struct change *c = &w->f.change;
    struct str scope = arena_lower(f->arena, c->scope);
    int carved = (c->flags & CHANGE_CARVED) != 0; /* never one act with what stands in a log */
    return arena_printf(f->arena, "%d %d %d %d %zu:%.*s %zu:%.*s %zu:%.*s", action, (int)c->right,
                        c->deny, carved, scope.n, STR_ARG(scope), mailbox.n, STR_ARG(mailbox),
                        trustee.n, STR_ARG(trustee));
}

static struct str key_by_identity(struct fold *f, const struct witness_of *w) {
    return text_key(f, w, (int)w->f.change.action, w->mailbox_key, w->trustee_key);
}

static struct str key_by_leaf(struct fold *f, const struct witness_of *w) {
    return text_key(f, w, (int)w->f.change.action, identity_leaf(f->arena, w->f.change.mailbox),
                    identity_leaf(f->arena, w->f.change.trustee));
}

/* What a witness can still say whose trustee is a hole ("System.Collections.Hashtable", "$u"): not
 * even whether a list was added to or removed from. */
static struct str key_without_trustee(struct fold *f, const struct witness_of *w) {
    return text_key(f, w, -1, identity_leaf(f->arena, w->f.change.mailbox), STR_NONE);
}

/* ---- the clock of a transcript ---- */

static int compare_candidates(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    int c = str_cmp(x->key, y->key);
    if (!c) c = when_cmp(x->w->time, y->w->time);
    return c ? c : (x->w > y->w) - (x->w < y->w);
}

/* Votes of one item's local times for the zones in which they meet records whose time is UTC. A
 * time that is only a lower bound meets what lies between it and its upper one. */
static void vote(const struct candidate *utc, size_t count, const struct candidate *local,
                 unsigned votes[2 * ZONE_MOST + 1]) {
    int64_t from = local->w->time.ns, to = from;
    bool voted[2 * ZONE_MOST + 1] = {false};
    if (local->w->until.basis != WHEN_NONE && local->w->until.ns > from) to = local->w->until.ns;
    for (size_t i = SEARCH_TEXT(utc, count, struct candidate, key, local->key);
         i < count && str_eq(utc[i].key, local->key); i++) {
        for (int q = -ZONE_MOST; q <= ZONE_MOST; q++) {
            int64_t there = utc[i].w->time.ns + q * QUARTER;
            if (there >= from - CLOCK_SKEW && there <= to + CLOCK_SKEW) voted[q + ZONE_MOST] = true;
        }
    }
    for (int q = 0; q <= 2 * ZONE_MOST; q++) votes[q] += voted[q];
}

/* The zone with most votes, at least ANCHORS_LEAST; -1: none, or several with as many. */
static int winner(const unsigned *votes) {
    int best = -1;
    bool tie = false;
    for (int i = 0; i <= 2 * ZONE_MOST; i++) {
        if (votes[i] < ANCHORS_LEAST || (best >= 0 && votes[i] < votes[best])) continue;
        tie = best >= 0 && votes[i] == votes[best];
        best = i;
    }
    return tie ? -1 : best;
}

static void apply_zone(struct fold *f, struct candidate *local, size_t count, int zone,
                       unsigned anchors) {
    struct item *item = local[0].w->item;
    int64_t quarters = zone - ZONE_MOST;
    item->clock_known = true;
    item->clock_ahead = quarters * QUARTER;
    for (size_t i = 0; i < count; i++) {
        struct witness_of *w = local[i].w;
        w->time.ns -= quarters * QUARTER;
        w->time.basis = WHEN_INFERRED;
        w->until.ns -= quarters * QUARTER;
    }
    long minutes = (long)(quarters < 0 ? -quarters : quarters) * 15;
    fold_note(
        f, arena_printf(
               f->arena,
               "%.*s: its clock was taken as UTC%c%02ld:%02ld, since %u of its host's commands "
               "then meet records whose time is UTC",
               STR_ARG(item->name), quarters < 0 ? '-' : '+', minutes / 60, minutes % 60, anchors));
}

static size_t collect_candidates(struct fold *f, bool local, struct candidate **out) {
    size_t n = 0;
    *out = ARENA_ARRAY(f->arena, struct candidate, f->change_count);
    for (size_t i = 0; i < f->change_count; i++) {
        struct witness_of *w = &f->changes[i];
        if (!w->f.kind || w->time.basis == WHEN_NONE || local != (w->time.basis == WHEN_UNKNOWN))
            continue;
        (*out)[n++] = (struct candidate){w, key_by_leaf(f, w)};
    }
    return n;
}

static int compare_by_item(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    int c = str_icmp(x->w->f.host, y->w->f.host);
    if (!c) c = str_cmp(x->w->item->name, y->w->item->name);
    if (!c) c = (x->w->item > y->w->item) - (x->w->item < y->w->item);
    return c ? c : compare_candidates(a, b);
}

/* The local times of one item of a host. */
struct clock {
    size_t from, count; /* in the list of candidates */
    unsigned votes[2 * ZONE_MOST + 1];
};

/* One host: each of its items by its own anchors, where they are too few by those of all. */
static void infer_host(struct fold *f, struct candidate *local, struct clock *clocks,
                       size_t count) {
    unsigned all[2 * ZONE_MOST + 1] = {0};
    bool named = local[clocks[0].from].w->f.host.n > 0;
    for (size_t i = 0; i < count; i++)
        for (int q = 0; q <= 2 * ZONE_MOST; q++) all[q] += clocks[i].votes[q];
    int together = named ? winner(all) : -1;
    for (size_t i = 0; i < count; i++) {
        int own = winner(clocks[i].votes), zone = own >= 0 ? own : together;
        if (zone >= 0)
            apply_zone(f, local + clocks[i].from, clocks[i].count, zone,
                       own >= 0 ? clocks[i].votes[own] : all[together]);
    }
}

/* True where its clock showed that time twice, or never: then `until` is the later reading. */
static bool given_zone(const struct zone *zone, struct witness_of *w) {
    struct when later;
    w->time = zone_to_utc(zone, w->time, &later);
    w->until = w->until.basis != WHEN_NONE ? zone_to_utc_latest(zone, w->until) : later;
    w->between = later.basis != WHEN_NONE;
    return w->between;
}

/* What a person says about a host's clock comes before what the records suggest. */
static void apply_given_zones(struct fold *f) {
    for (size_t z = 0; z < f->options->zone_count; z++) {
        const struct zone *zone = &f->options->zones[z];
        size_t n = 0, twice = 0;
        for (size_t i = 0; i < f->change_count; i++) {
            struct witness_of *w = &f->changes[i];
            if (w->time.basis != WHEN_UNKNOWN || !str_ieq(w->f.host, zone->host)) continue;
            twice += given_zone(zone, w);
            n++;
        }
        fold_note(
            f, arena_printf(f->arena,
                            "the clock of %.*s was read as %s, as given with --zone (%zu times%s)",
                            STR_ARG(zone->host), zone->name, n,
                            twice ? ", some of them in an hour that it showed twice or never: "
                                    "each such change says between which times it lies"
                                  : ""));
    }
}

static void infer_zones(struct fold *f) {
    struct candidate *utc, *local;
    size_t utc_count = collect_candidates(f, false, &utc),
           count = collect_candidates(f, true, &local);
    struct clock *clocks = ARENA_ARRAY(f->arena, struct clock, count);
    size_t clock_count = 0;
    if (utc_count) qsort(utc, utc_count, sizeof *utc, compare_candidates);
    if (count) qsort(local, count, sizeof *local, compare_by_item);
    for (size_t i = 0; i < count; i += clocks[clock_count++].count) {
        struct clock *c = &clocks[clock_count];
        c->from = i;
        while (i + c->count < count && local[i + c->count].w->item == local[i].w->item)
            vote(utc, utc_count, &local[i + c->count++], c->votes);
    }
    for (size_t i = 0, n; i < clock_count; i += n) {
        struct str host = local[clocks[i].from].w->f.host;
        for (n = 1; i + n < clock_count && str_ieq(local[clocks[i + n].from].w->f.host, host);) n++;
        infer_host(f, local, clocks + i, n);
    }
}

/* ---- acts ---- */

/* Was this source's record of the act seen already? An event that was forwarded stands in two logs
 * under two record numbers, but at the same 100 ns: that is a copy, not another record. */
static bool has_source(const struct act *a, const struct witness_of *w) {
    for (size_t i = 0; i < a->observation_count; i++) {
        const struct observation *o = &a->observations[i];
        bool copy = o->item != w->item && o->time.digits == 7 && when_cmp(o->time, w->f.time) == 0;
        if (o->source == w->f.source && !copy) return true;
    }
    return false;
}

static void fill(struct str *to, struct str from) {
    if (!to->n) *to = from;
}

/* A line of a history has bounds to be joined by, but no time to be shown. */
static struct when known_time(const struct witness_of *w) {
    return w->f.time.basis == WHEN_NONE ? w->f.time : w->time;
}

void act_observe(struct arena *a, struct act *act, const struct observation *o) {
    struct observation *grown = ARENA_ARRAY(a, struct observation, act->observation_count + 1);
    if (act->observation_count)
        memcpy(grown, act->observations, act->observation_count * sizeof *grown);
    grown[act->observation_count++] = *o;
    act->observations = grown;
}

static void observe(struct fold *f, struct act *a, struct witness_of *w) {
    act_observe(f->arena, a,
                &(struct observation){w->f.source, w->item, w->f.record, w->f.offset, known_time(w),
                                      w->f.change.result});
    w->act = a;
    fill(&a->client_ip, w->f.client_ip);
    fill(&a->host, w->f.host);
    fill(&a->session, w->f.session);
    fill(&a->application, w->f.application);
    fill(&a->what.command, w->f.change.command);
    fill(&a->what.parent, w->f.change.parent);
    fill(&a->actor.written, w->f.actor);
    for (size_t i = 0; i < w->f.rule_count; i++) {
        bool known = false;
        for (size_t k = 0; k < a->rule_count; k++) known |= str_eq(a->rules[k], w->f.rules[i]);
        if (known) continue;
        struct str *rules = ARENA_ARRAY(f->arena, struct str, a->rule_count + 1);
        if (a->rule_count) memcpy(rules, a->rules, a->rule_count * sizeof *rules);
        rules[a->rule_count++] = w->f.rules[i];
        a->rules = rules;
    }
    if (a->what.result == RESULT_UNKNOWN) a->what.result = w->f.change.result;
    a->what.flags |= w->f.change.flags & CHANGE_OBFUSCATED;
}

static bool local_time(struct when t) { return t.basis == WHEN_UNKNOWN || t.basis == WHEN_NONE; }

/* How far a time lies outside of [from, until]. */
static int64_t gap_to(int64_t ns, const struct witness_of *w) {
    int64_t from = w->time.ns,
            to = w->until.basis != WHEN_NONE && w->until.ns > from ? w->until.ns : from;
    return ns < from ? from - ns : ns > to ? ns - to : 0;
}

/* Did a log of a shell, or of its process, see it? */
static bool was_typed(const struct act *a) {
    for (size_t i = 0; i < a->observation_count; i++) switch (a->observations[i].source) {
        case SOURCE_PS_4103:
        case SOURCE_PS_4104:
        case SOURCE_PS_800:
        case SOURCE_TRANSCRIPT:
        case SOURCE_SECURITY_4688:
        case SOURCE_SYSMON_1: return true;
        default: break;
        }
    return false;
}

/* The act in [from, to) of the same key that this change may be another witness of: the nearest. */
static struct act *nearest(struct candidate *list, size_t from, size_t to,
                           const struct witness_of *w) {
    struct act *best = NULL;
    int64_t least = CLOCK_SKEW + 1, closest = INT64_MAX;
    bool typed = false; /* the best one was */
    for (size_t i = from; i < to; i++) {
        const struct witness_of *other = list[i].w;
        if (!other->act || other == w || local_time(other->time) || local_time(w->time)) continue;
        int64_t gap = gap_to(other->time.ns, w);
        int64_t apart =
            other->time.ns > w->time.ns ? other->time.ns - w->time.ns : w->time.ns - other->time.ns;
        /* What a history holds was typed: an act that a shell's log saw comes before the nearest.
         */
        bool here = w->f.source == SOURCE_HISTORY && was_typed(other->act);
        bool nearer = gap < least || (gap == least && apart < closest);
        if (gap > CLOCK_SKEW || here < typed || (here == typed && !nearer)) continue;
        if (has_source(other->act, w)) continue;
        if ((other->act->what.flags ^ w->f.change.flags) & CHANGE_WHAT_IF) continue;
        least = gap;
        closest = apart;
        typed = here;
        best = other->act;
    }
    return best;
}

/* Between which times it lies, where no witness says more. */
static void bound(struct act *a, const struct witness_of *w) {
    struct when to = w->between && w->until.basis != WHEN_NONE ? w->until : w->time;
    if (a->time.basis == WHEN_NONE) {
        if (w->between) a->latest = to;
    } else if (w->between || a->time.basis == WHEN_UNKNOWN) {
        bool local = a->time.basis == WHEN_UNKNOWN;
        a->earliest = a->time;
        a->earliest.ns -= local ? ZONE_AHEAD_MOST : 0;
        a->latest = to.ns > a->time.ns ? to : a->time;
        a->latest.ns += local ? ZONE_BEHIND_MOST : 0;
    }
    if (a->earliest.basis != WHEN_NONE) a->earliest.basis = WHEN_UTC;
    if (a->latest.basis != WHEN_NONE) a->latest.basis = WHEN_UTC;
}

static void begin_act(struct fold *f, struct witness_of *w) {
    struct act *a = &f->out->acts[f->out->act_count++];
    *a = (struct act){.time = known_time(w), .what = w->f.change};
    bound(a, w);
    a->mailbox.written = w->f.change.mailbox;
    a->trustee.written = w->f.change.trustee;
    observe(f, a, w);
}

/* The run of one key around `at` that lies within CLOCK_SKEW of its time, or of its bounds; no more
 * than WINDOW_MOST to either side, so that a log which repeats one act without end costs no more
 * than its length. */
static void window(const struct candidate *list, size_t count, size_t at, size_t *from,
                   size_t *to) {
    const struct witness_of *w = list[at].w;
    *from = at;
    *to = at + 1;
    while (*from > 0 && at - *from < WINDOW_MOST && str_eq(list[*from - 1].key, list[at].key) &&
           gap_to(list[*from - 1].w->time.ns, w) <= CLOCK_SKEW)
        --*from;
    while (*to < count && *to - at < WINDOW_MOST && str_eq(list[*to].key, list[at].key) &&
           gap_to(list[*to].w->time.ns, w) <= CLOCK_SKEW)
        ++*to;
}

/* A local clock that too few anchors explain: the one act of the same key within reach of any zone,
 * if no other is, and no other such command could be its witness too. Its time stays unknown. */
static struct act *lone(const struct candidate *list, size_t count, size_t at) {
    const struct witness_of *w = list[at].w;
    struct act *best = NULL;
    if (w->time.basis != WHEN_UNKNOWN) return NULL;
    for (int step = -1; step <= 1; step += 2)
        for (size_t i = at, n = 0; step < 0 ? i-- > 0 : ++i < count; n++) {
            const struct witness_of *other = list[i].w;
            bool local = local_time(other->time);
            if (!str_eq(list[i].key, list[at].key) || gap_to(other->time.ns, w) > ZONE_AHEAD_MOST)
                break;
            if (n == WINDOW_MOST) return NULL; /* too many to tell */
            if (local && other->f.source == w->f.source) return NULL;
            if (local || !other->act || other->act == best || has_source(other->act, w)) continue;
            if ((other->act->what.flags ^ w->f.change.flags) & CHANGE_WHAT_IF) continue;
            if (best) return NULL;
            best = other->act;
        }
    return best;
}

enum placing { JOIN_ONLY, JOIN_OR_BEGIN };

/* Lets every change of this source that is no act's yet join one, or begin its own: those with
 * holes, or those without. */
static void place_source(struct fold *f, struct candidate *list, size_t count, enum source s,
                         bool holes, enum placing how) {
    for (size_t i = 0; i < count; i++) {
        struct witness_of *w = list[i].w;
        size_t from, to;
        if (w->f.source != s || w->act || holes != ((w->f.change.flags & CHANGE_DYNAMIC) != 0))
            continue;
        window(list, count, i, &from, &to);
        struct act *a = nearest(list, from, to, w);
        if (!a) a = lone(list, count, i);
        if (a)
            observe(f, a, w);
        else if (how == JOIN_OR_BEGIN)
            begin_act(f, w);
    }
}

static size_t list_changes(struct fold *f, struct candidate *list,
                           struct str (*key)(struct fold *, const struct witness_of *)) {
    size_t n = 0;
    for (size_t i = 0; i < f->change_count; i++)
        if (f->changes[i].f.kind)
            list[n++] = (struct candidate){&f->changes[i], key(f, &f->changes[i])};
    if (n) qsort(list, n, sizeof *list, compare_candidates);
    return n;
}

static int compare_acts(const void *a, const void *b) {
    const struct act *x = a, *y = b;
    const struct observation *p = &x->observations[0], *q = &y->observations[0];
    int c = when_cmp(x->time, y->time);
    if (!c) c = str_cmp(p->item->name, q->item->name);
    if (!c) c = strcmp(p->item->sha256, q->item->sha256);
    if (!c) c = (p->offset > q->offset) - (p->offset < q->offset);
    if (!c) c = str_cmp(p->record, q->record);
    if (!c) c = (x->what.right > y->what.right) - (x->what.right < y->what.right);
    if (!c) c = str_cmp(x->what.scope, y->what.scope);
    if (!c) c = str_cmp(x->mailbox.written, y->mailbox.written);
    return c ? c : str_cmp(x->trustee.written, y->trustee.written);
}

static void finish_acts(struct fold *f) {
    struct analysis *out = f->out;
    if (out->act_count) qsort(out->acts, out->act_count, sizeof *out->acts, compare_acts);
    for (size_t i = 0; i < out->act_count; i++) {
        struct act *a = &out->acts[i];
        a->id = arena_printf(f->arena, "c-%06zu", i + 1);
        a->mailbox = identity_party_also(f->identity, a->mailbox.written, a->what.mailbox_also);
        a->trustee = identity_party_also(f->identity, a->trustee.written, a->what.trustee_also);
        a->actor = identity_party(f->identity, a->actor.written);
    }
}

void correlate(struct fold *f) {
    struct candidate *by_identity = ARENA_ARRAY(f->arena, struct candidate, f->change_count);
    struct candidate *by_leaf = ARENA_ARRAY(f->arena, struct candidate, f->change_count);
    struct candidate *by_mailbox = ARENA_ARRAY(f->arena, struct candidate, f->change_count);
    f->out->acts = ARENA_ARRAY(f->arena, struct act, f->change_count);
    settle_directory(f);
    engine_settle(f);
    drop_duplicates(f);
    for (size_t i = 0; i < f->change_count; i++) {
        struct witness_of *w = &f->changes[i];
        const struct change *c = &w->f.change;
        struct party mailbox = identity_party_also(f->identity, c->mailbox, c->mailbox_also);
        struct party trustee = identity_party_also(f->identity, c->trustee, c->trustee_also);
        w->mailbox_key = identity_key(f->identity, party_name(&mailbox));
        w->trustee_key = identity_key(f->identity, party_name(&trustee));
    }
    apply_given_zones(f);
    infer_zones(f);
    size_t n = list_changes(f, by_identity, key_by_identity);
    list_changes(f, by_leaf, key_by_leaf);
    list_changes(f, by_mailbox, key_without_trustee);
    for (int s = 0; s < SOURCES; s++) {
        place_source(f, by_identity, n, (enum source)s, false, JOIN_ONLY);
        place_source(f, by_leaf, n, (enum source)s, false, JOIN_OR_BEGIN);
    }
    /* Who does not know the trustee joins those who do, so comes last. */
    for (int s = 0; s < SOURCES; s++) {
        place_source(f, by_mailbox, n, (enum source)s, true, JOIN_ONLY);
        place_source(f, by_leaf, n, (enum source)s, true, JOIN_OR_BEGIN);
    }
    engine_observe(f);
    finish_acts(f);
}
