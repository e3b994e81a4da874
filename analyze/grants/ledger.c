/* ledger.c - acts folded over time: which access right lived from when to when, and was it used.
 *
 * A grant is the life of one permission atom: (mailbox, trustee, right, scope, allow or deny).
 * Failed acts, -WhatIf and attempts change nothing; giving what was held already changes nothing;
 * taking what nobody saw given proves that it was there before. An act of unknown result opens a
 * grant of unknown state until a better witness speaks. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

enum { LIVES_FIRST = 256, FIT_MOST = 4096 };

struct life {
    struct grant *grant;
    struct str mailbox, trustee, scope; /* keys */
    struct str object;                  /* the role assignment's own name, where it has one */
    struct str mailbox_leaf, trustee_leaf;
    bool mailbox_known, trustee_known; /* the names are resolved */
    struct life *next;                 /* hash chain: newest life of each atom */
    struct life *sibling;              /* other atoms of the right, on mailboxes of the same leaf */
    struct life *peer;                 /* other atoms of the right, of trustees of the same leaf */
    struct life *namesake;             /* other role assignments, whose names hash alike */
};

struct books {
    struct fold *f;
    struct life **buckets; /* by atom */
    struct life **shelves; /* by leaf of the mailbox and right */
    struct life **peers;   /* by leaf of the trustee and right */
    struct life **objects; /* role assignments by their names */
    size_t size;           /* of all tables, a power of two */
    size_t count, cap;
    struct grant **grants;
};

const char *grant_state_name(enum grant_state s) {
    static const char *const names[] = {"open", "closed", "unknown"};
    return names[s];
}

static uint64_t mix(uint64_t h, struct str s) {
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
    return (h ^ 0xFF) * UINT64_C(1099511628211);
}

static size_t shelf_of(const struct books *b, struct str mailbox, enum right right) {
    return (size_t)mix(UINT64_C(14695981039346656037) + (uint64_t)right, mailbox) & (b->size - 1);
}

static size_t bucket_of(const struct books *b, const struct life *l, enum right right) {
    uint64_t h = mix(UINT64_C(14695981039346656037) + (uint64_t)right, l->mailbox);
    return (size_t)mix(mix(h, l->trustee), l->scope) & (b->size - 1);
}

/* Settings of auditing are changes, but nobody's access: they have no grant. */
static bool has_ledger(const struct act *a) {
    bool nobody = a->what.action == ACTION_ALTER && !a->trustee.written.n &&
                  (a->what.right == RIGHT_FULL_ACCESS || a->what.right == RIGHT_FORWARDING);
    return a->what.right != RIGHT_AUDIT_CONFIG && !nobody;
}

static bool no_effect(const struct act *a) {
    return a->what.result == RESULT_FAILED ||
           (a->what.flags & (CHANGE_WHAT_IF | CHANGE_ATTEMPT | CHANGE_DYNAMIC | CHANGE_CARVED)) !=
               0;
}

/* Rules and forwarding are one thing per mailbox and name, whoever receives; other rights belong to
 * a trustee. */
static bool trustee_matters(enum right r) {
    return r != RIGHT_INBOX_RULE && r != RIGHT_TRANSPORT_RULE && r != RIGHT_FORWARDING;
}

/* Resolved to an address, or a pseudo-user; a GUID or a canonical name alone may be anybody's. */
static bool is_known(const struct party *p) {
    return identity_domain(p->identity).n > 0 ||
           (p->identity.n && identity_is_special(p->identity));
}

/* A role assignment is an object of its own: two of one role and trustee are two, and Remove- and
 * Set- know only its name. */
static struct str object_of(struct arena *arena, const struct act *a) {
    if (!str_iends(a->what.cmdlet, STR("-ManagementRoleAssignment"))) return STR_NONE;
    bool made = str_istarts(a->what.cmdlet, STR("New-"));
    return arena_lower(arena, params_first(&a->what.params, made ? "Name" : "Identity"));
}

static struct life keys_of(struct books *b, const struct act *a) {
    struct identity *id = b->f->identity;
    struct arena *arena = b->f->arena;
    struct life l = {.mailbox = identity_key(id, party_name(&a->mailbox)),
                     .scope = arena_lower(arena, a->what.scope),
                     .object = object_of(arena, a),
                     .mailbox_leaf = identity_leaf(arena, party_name(&a->mailbox)),
                     .mailbox_known = is_known(&a->mailbox)};
    if (trustee_matters(a->what.right)) {
        l.trustee = identity_key(id, party_name(&a->trustee));
        l.trustee_leaf = identity_leaf(arena, party_name(&a->trustee));
        l.trustee_known = is_known(&a->trustee);
    }
    return l;
}

/* The newest life of this atom, or NULL. */
static struct life *find(const struct books *b, const struct life *keys, enum right right,
                         bool deny) {
    struct life *l = b->buckets[bucket_of(b, keys, right)];
    for (; l; l = l->next)
        if (l->grant->right == right && l->grant->deny == deny &&
            str_eq(l->mailbox, keys->mailbox) && str_eq(l->trustee, keys->trustee) &&
            str_eq(l->scope, keys->scope) && str_eq(l->object, keys->object))
            return l;
    return NULL;
}

static size_t object_slot(const struct books *b, struct str object) {
    return shelf_of(b, object, RIGHT_ROLE);
}

/* The newest role assignment of that name, or NULL. */
static struct life *find_object(const struct books *b, struct str object) {
    struct life *l = object.n ? b->objects[object_slot(b, object)] : NULL;
    while (l && !str_eq(l->object, object)) l = l->namesake;
    return l;
}

/* Could these two names mean one thing? Known to, or one of them is a bare alias that the other
 * begins with. */
static bool fits(struct str key, struct str leaf, bool known, const struct str *other_key,
                 const struct str *other_leaf, bool other_known) {
    if (str_eq(key, *other_key)) return true;
    return (!known || !other_known) && str_eq(leaf, *other_leaf);
}

static bool fits_mailbox(const struct life *l, const struct life *k) {
    return fits(l->mailbox, l->mailbox_leaf, l->mailbox_known, &k->mailbox, &k->mailbox_leaf,
                k->mailbox_known);
}

static bool fits_trustee(const struct life *l, const struct life *k) {
    return fits(l->trustee, l->trustee_leaf, l->trustee_known, &k->trustee, &k->trustee_leaf,
                k->trustee_known);
}

static bool is_open(const struct life *l) { return l && l->grant->state != GRANT_CLOSED; }

/* The newest life of this atom; where its names are not known, the one open life that they fit.
 * NULL: none, or several fit. */
static struct life *find_or_fit(const struct books *b, const struct life *keys, enum right right,
                                bool deny) {
    struct life *found = find(b, keys, right, deny), *fit = NULL;
    size_t looked = 0;
    if (is_open(found)) return found;
    struct life *named = find_object(b, keys->object);
    if (is_open(named)) return named;
    for (struct life *l = b->shelves[shelf_of(b, keys->mailbox_leaf, right)]; l; l = l->sibling) {
        if (looked++ == FIT_MOST) return found; /* too many to say that one of them fits alone */
        if (l->grant->right != right || l->grant->deny != deny || !is_open(l) ||
            !str_eq(l->scope, keys->scope) || !str_eq(l->object, keys->object) ||
            !fits_mailbox(l, keys) || !fits_trustee(l, keys))
            continue;
        if (fit) return found;
        fit = l;
    }
    return fit ? fit : found;
}

static void add_act(struct fold *f, struct grant *g, struct act *a) {
    if (g->act_count && g->acts[g->act_count - 1] == a) return;
    /* Grows by doubling: the power of two at or below the count says when. */
    if ((g->act_count & (g->act_count - 1)) == 0) {
        const struct act **grown =
            ARENA_ARRAY(f->arena, const struct act *, g->act_count ? g->act_count * 2 : 1);
        if (g->act_count) memcpy(grown, g->acts, g->act_count * sizeof *grown);
        g->acts = grown;
    }
    g->acts[g->act_count++] = a;
    if (!a->grant) a->grant = g;
}

static struct life *begin_life(struct books *b, struct act *a, const struct life *keys) {
    struct fold *f = b->f;
    struct life *l = ARENA_NEW(f->arena, struct life),
                *older = find(b, keys, a->what.right, a->what.deny);
    *l = *keys;
    l->grant = ARENA_NEW(f->arena, struct grant);
    *l->grant = (struct grant){.mailbox = a->mailbox,
                               .trustee = a->trustee,
                               .right = a->what.right,
                               .scope = a->what.scope,
                               .level = a->what.level,
                               .deny = a->what.deny,
                               .state = GRANT_OPEN};
    ARENA_GROW(f->arena, b->grants, b->cap, b->count + 1);
    b->grants[b->count++] = l->grant;
    if (l->object.n) { /* before an older one of that name, which nobody asks for any more */
        struct life **slot = &b->objects[object_slot(b, l->object)];
        l->namesake = *slot;
        *slot = l;
    }
    if (older) { /* takes the older life's place in all tables */
        struct life **at = &b->buckets[bucket_of(b, keys, a->what.right)];
        while (*at != older) at = &(*at)->next;
        l->next = older->next;
        *at = l;
        at = &b->shelves[shelf_of(b, keys->mailbox_leaf, a->what.right)];
        while (*at != older) at = &(*at)->sibling;
        l->sibling = older->sibling;
        *at = l;
        at = &b->peers[shelf_of(b, keys->trustee_leaf, a->what.right)];
        while (*at != older) at = &(*at)->peer;
        l->peer = older->peer;
        *at = l;
        return l;
    }
    size_t bucket = bucket_of(b, keys, a->what.right),
           shelf = shelf_of(b, keys->mailbox_leaf, a->what.right);
    l->next = b->buckets[bucket];
    b->buckets[bucket] = l;
    l->sibling = b->shelves[shelf];
    b->shelves[shelf] = l;
    size_t peer = shelf_of(b, keys->trustee_leaf, a->what.right);
    l->peer = b->peers[peer];
    b->peers[peer] = l;
    return l;
}

static void close_grant(struct fold *f, struct grant *g, struct act *a) {
    add_act(f, g, a);
    g->state = GRANT_CLOSED;
    g->closed = a->time;
    g->closed_by = a;
}

/* None as a folder level is an entry that gives nothing: for the ledger the access ends. */
static bool gives_nothing(const struct act *a) {
    return (a->what.right == RIGHT_FOLDER && a->what.mask_known && a->what.mask == 0);
}

static void grant_act(struct books *b, struct act *a, const struct life *keys) {
    struct life *l = find_or_fit(b, keys, a->what.right, a->what.deny);
    bool known = a->what.result == RESULT_SUCCEEDED;
    if (is_open(l)) {
        struct grant *g = l->grant;
        bool same = str_ieq(g->level, a->what.level) || !a->what.level.n;
        a->changed_nothing = known && g->state == GRANT_OPEN && same;
        add_act(b->f, g, a);
        if (known || g->state == GRANT_UNKNOWN) {
            if (a->what.level.n) g->level = a->what.level;
            if (!trustee_matters(g->right) && a->trustee.written.n) g->trustee = a->trustee;
        }
        if (known && g->state == GRANT_UNKNOWN) g->state = GRANT_OPEN;
        return;
    }
    l = begin_life(b, a, keys);
    l->grant->opened = a->time;
    l->grant->opened_by = a;
    l->grant->state = known ? GRANT_OPEN : GRANT_UNKNOWN;
    add_act(b->f, l->grant, a);
}

/* May this revoke, whose names could not be matched, have closed this grant? */
static bool may_close(const struct act *a, const struct life *l, const struct life *keys) {
    bool mailbox = fits_mailbox(l, keys), trustee = fits_trustee(l, keys);
    if (l->grant->right != a->what.right || l->grant->deny != a->what.deny || !is_open(l) ||
        !str_eq(l->scope, keys->scope))
        return false;
    if (mailbox) return trustee || !l->trustee_known || !keys->trustee_known;
    return trustee && (!l->mailbox_known || !keys->mailbox_known);
}

static bool blur_one(struct books *b, struct act *a, struct life *l, const struct life *keys) {
    if (!may_close(a, l, keys)) return false;
    l->grant->state = GRANT_UNKNOWN;
    add_act(b->f, l->grant, a);
    return true;
}

/* The open grants that it may have closed are of unknown state from here on. */
static bool blur(struct books *b, struct act *a, const struct life *keys) {
    bool any = false;
    size_t looked = 0;
    for (struct life *l = b->shelves[shelf_of(b, keys->mailbox_leaf, a->what.right)];
         l && looked < FIT_MOST; l = l->sibling, looked++)
        any |= blur_one(b, a, l, keys);
    for (struct life *l = b->peers[shelf_of(b, keys->trustee_leaf, a->what.right)];
         l && looked < 2 * FIT_MOST; l = l->peer, looked++)
        any |= blur_one(b, a, l, keys);
    return any;
}

static void revoke_act(struct books *b, struct act *a, const struct life *keys) {
    struct life *l = find_or_fit(b, keys, a->what.right, a->what.deny);
    bool known = a->what.result == RESULT_SUCCEEDED;
    if (is_open(l)) {
        if (known)
            close_grant(b->f, l->grant, a);
        else
            add_act(b->f, l->grant, a); /* somebody tried; whether it is closed is not known */
        if (!known) l->grant->state = GRANT_UNKNOWN;
        return;
    }
    if (known && blur(b, a, keys)) return;
    /* Removing what is not there succeeds with a warning: it proves nothing about a life before,
     * unless nothing was ever known of this atom. */
    if (l) {
        a->changed_nothing = true;
        add_act(b->f, l->grant, a);
        return;
    }
    l = begin_life(b, a, keys);
    if (known)
        close_grant(b->f, l->grant, a);
    else
        add_act(b->f, l->grant, a);
    if (!known) l->grant->state = GRANT_UNKNOWN;
}

static bool same_record(const struct act *x, const struct act *y) {
    return x->observation_count && y->observation_count &&
           x->observations[0].item == y->observations[0].item &&
           x->observations[0].offset == y->observations[0].offset &&
           str_eq(x->observations[0].record, y->observations[0].record);
}

/* A list was replaced, or everything was taken: who is not in the acts of this record lost it. */
static void close_others(struct books *b, struct act *a, const struct life *keys) {
    for (struct life *l = b->shelves[shelf_of(b, keys->mailbox_leaf, a->what.right)]; l;
         l = l->sibling) {
        struct grant *g = l->grant;
        if (g->right != a->what.right || !str_eq(l->mailbox, keys->mailbox) || !is_open(l) ||
            g->deny)
            continue;
        if (a->what.scope.n && !str_eq(l->scope, keys->scope)) continue;
        bool kept = false;
        for (size_t i = 0; i < g->act_count && !kept; i++) kept = same_record(g->acts[i], a);
        /* The list's other members have acts of their own, some of them still to come. */
        struct act *end = b->f->out->acts + b->f->out->act_count;
        for (struct act *x = a + 1; x < end && !kept && x->time.ns == a->time.ns; x++)
            if (same_record(x, a) && x->what.action != ACTION_REVOKE) {
                struct life other = keys_of(b, x);
                kept = fits_trustee(l, &other);
            }
        if (!kept) close_grant(b->f, g, a);
    }
}

static void book(struct books *b, struct act *a) {
    if (!has_ledger(a)) return;
    if (no_effect(a)) {
        a->changed_nothing = true;
        return;
    }
    /* What was typed at nobody knows what time, with nobody knows what result, ends nothing. */
    bool undated = a->time.basis == WHEN_NONE && a->what.result == RESULT_UNKNOWN;
    if (undated && a->what.action == ACTION_REVOKE) return;
    struct life keys = keys_of(b, a);
    bool taking = a->what.action == ACTION_REVOKE || gives_nothing(a);
    if (a->what.flags & CHANGE_CLEARS && a->what.result == RESULT_SUCCEEDED) {
        close_others(b, a, &keys);
        if (!a->trustee.written.n) return;
    }
    if (taking)
        revoke_act(b, a, &keys);
    else
        grant_act(b, a, &keys);
    if (a->what.flags & CHANGE_REPLACES && a->what.result == RESULT_SUCCEEDED)
        close_others(b, a, &keys);
}

static int compare_grants(const void *a, const void *b) {
    const struct grant *x = *(struct grant *const *)a, *y = *(struct grant *const *)b;
    struct str p = x->mailbox.identity.n ? x->mailbox.identity : x->mailbox.written;
    struct str q = y->mailbox.identity.n ? y->mailbox.identity : y->mailbox.written;
    int c = str_icmp(p, q);
    if (!c) c = x->acts[0] < y->acts[0] ? -1 : x->acts[0] > y->acts[0];
    return c ? c : str_cmp(x->trustee.written, y->trustee.written);
}

void ledger_fold(struct fold *f) {
    struct analysis *out = f->out;
    struct books b = {.f = f, .size = LIVES_FIRST};
    while (b.size < out->act_count * 2) b.size *= 2;
    b.buckets = ARENA_ARRAY(f->arena, struct life *, b.size);
    b.shelves = ARENA_ARRAY(f->arena, struct life *, b.size);
    b.peers = ARENA_ARRAY(f->arena, struct life *, b.size);
    b.objects = ARENA_ARRAY(f->arena, struct life *, b.size);
    for (size_t i = 0; i < out->act_count; i++) book(&b, &out->acts[i]);
    if (b.count) qsort(b.grants, b.count, sizeof(struct grant *), compare_grants);
    out->grants = ARENA_ARRAY(f->arena, struct grant, b.count);
    out->grant_count = b.count;
    for (size_t i = 0; i < b.count; i++) {
        out->grants[i] = *b.grants[i];
        out->grants[i].id = arena_printf(f->arena, "g-%06zu", i + 1);
        b.grants[i]->id = out->grants[i].id;
        for (size_t k = 0; k < out->grants[i].act_count; k++) {
            struct act *a = &out->acts[out->grants[i].acts[k] - out->acts];
            if (a->grant == b.grants[i]) a->grant = &out->grants[i];
        }
    }
}

/* ---- use ---- */

/* Which rights an operation proves the use of. */
static bool proves(struct str operation, enum right r) {
    if (str_ieq(operation, STR("SendAs"))) return r == RIGHT_SEND_AS;
    if (str_ieq(operation, STR("SendOnBehalf"))) return r == RIGHT_SEND_ON_BEHALF;
    return r == RIGHT_FULL_ACCESS || r == RIGHT_FOLDER || r == RIGHT_IMPERSONATION;
}

static bool within(struct when t, struct when from, struct when to) {
    if (t.basis == WHEN_NONE) return false;
    if (from.basis != WHEN_NONE && t.ns < from.ns) return false;
    return to.basis == WHEN_NONE || t.ns <= to.ns;
}

static bool lives_at(const struct grant *g, struct when t) {
    return within(t, g->opened, g->closed);
}

/* On which day most was sent by it. Uses come in the order of their times. */
static void count_sent(struct grant *g, const struct fact *u) {
    static const int64_t DAY = 86400 * NS_PER_S;
    struct str o = u->use.operation;
    int64_t day = u->time.ns / DAY;
    if (!str_ieq(o, STR("Send")) && !str_ieq(o, STR("SendAs")) && !str_ieq(o, STR("SendOnBehalf")))
        return;
    if (day != g->sent_day_number) g->sent_day = 0;
    g->sent_day_number = day;
    g->sent_day += u->use.count;
    if (g->sent_day <= g->sent_most) return;
    g->sent_most = g->sent_day;
    g->sent_on = u->time;
}

static void count_use(struct fold *f, struct grant *g, const struct fact *u) {
    size_t i = 0;
    while (i < g->use_kinds && !str_eq(g->uses[i].operation, u->use.operation)) i++;
    if (i == g->use_kinds) {
        struct use_count *grown = ARENA_ARRAY(f->arena, struct use_count, g->use_kinds + 1);
        if (g->use_kinds) memcpy(grown, g->uses, g->use_kinds * sizeof *grown);
        grown[g->use_kinds++] = (struct use_count){u->use.operation, 0};
        g->uses = grown;
    }
    g->uses[i].count += u->use.count;
    g->use_total += u->use.count;
    count_sent(g, u);
    if (g->use_first.basis == WHEN_NONE || when_cmp(u->time, g->use_first) < 0)
        g->use_first = u->time;
    if (g->use_last.basis == WHEN_NONE || when_cmp(u->time, g->use_last) > 0) g->use_last = u->time;
}

/* A grant and its keys, in the order of the keys; of a group's grant one more for each member. */
struct holder {
    struct str mailbox, trustee;
    struct grant *grant;
    const struct member *member; /* or NULL */
};

static int compare_holders(const void *a, const void *b) {
    const struct holder *x = a, *y = b;
    int c = str_cmp(x->mailbox, y->mailbox);
    if (!c) c = str_cmp(x->trustee, y->trustee);
    if (!c) c = (x->grant > y->grant) - (x->grant < y->grant);
    return c ? c : (x->member > y->member) - (x->member < y->member);
}

static size_t first_holder(const struct holder *list, size_t count, struct str mailbox,
                           struct str trustee) {
    struct holder wanted = {mailbox, trustee, NULL, NULL};
    return search_first(list, count, sizeof *list, &wanted, compare_holders);
}

static int compare_use_records(const void *a, const void *b) {
    const struct witness_of *x = *(struct witness_of *const *)a,
                            *y = *(struct witness_of *const *)b;
    int c = str_cmp(x->f.record, y->f.record);
    return c ? c : (x > y) - (x < y);
}

/* The same audit record, exported twice, is one use. */
static void drop_double_uses(struct fold *f) {
    struct witness_of **order = ARENA_ARRAY(f->arena, struct witness_of *, f->use_count);
    for (size_t i = 0; i < f->use_count; i++) order[i] = &f->uses[i];
    if (f->use_count) qsort(order, f->use_count, sizeof *order, compare_use_records);
    for (size_t i = 1; i < f->use_count; i++)
        if (order[i]->f.source == SOURCE_UAL && order[i]->f.record.n &&
            str_eq(order[i]->f.record, order[i - 1]->f.record) &&
            str_eq(order[i]->f.use.operation, order[i - 1]->f.use.operation))
            order[i]->f.use.count = 0;
}

static void attribute(struct fold *f, const struct holder *list, size_t count,
                      const struct fact *u) {
    struct str by = identity_key(f->identity, u->use.by);
    struct str names[] = {identity_key(f->identity, u->use.mailbox),
                          identity_key(f->identity, u->use.mailbox_also)};
    for (size_t n = 0; n < 2; n++) {
        if (!names[n].n || (n == 1 && str_eq(names[0], names[1]))) continue;
        for (size_t i = first_holder(list, count, names[n], by);
             i < count && str_eq(list[i].mailbox, names[n]) && str_eq(list[i].trustee, by); i++) {
            struct grant *g = list[i].grant;
            const struct member *m = list[i].member;
            if (m && !within(u->time, m->since, m->until)) continue;
            if (!g->deny && proves(u->use.operation, g->right) && lives_at(g, u->time))
                count_use(f, g, u);
        }
    }
}

static size_t list_holders(struct fold *f, struct holder **list) {
    struct analysis *out = f->out;
    size_t count = out->grant_count, n = 0;
    for (size_t i = 0; i < out->grant_count; i++) count += out->grants[i].member_count;
    *list = ARENA_ARRAY(f->arena, struct holder, count);
    for (size_t i = 0; i < out->grant_count; i++) {
        struct grant *g = &out->grants[i];
        struct str mailbox = identity_key(f->identity, party_name(&g->mailbox));
        (*list)[n++] =
            (struct holder){mailbox, identity_key(f->identity, party_name(&g->trustee)), g, NULL};
        for (size_t k = 0; k < g->member_count; k++)
            (*list)[n++] =
                (struct holder){mailbox, identity_key(f->identity, party_name(&g->members[k].who)),
                                g, &g->members[k]};
    }
    if (n) qsort(*list, n, sizeof **list, compare_holders);
    return n;
}

static int compare_counts(const void *a, const void *b) {
    return str_cmp(((const struct use_count *)a)->operation,
                   ((const struct use_count *)b)->operation);
}

void ledger_uses(struct fold *f) {
    struct analysis *out = f->out;
    struct holder *list;
    size_t count = list_holders(f, &list);
    drop_double_uses(f);
    for (size_t i = 0; i < f->use_count; i++)
        if (f->uses[i].f.use.count) attribute(f, list, count, &f->uses[i].f);
    for (size_t i = 0; i < out->grant_count; i++)
        if (out->grants[i].use_kinds)
            qsort(out->grants[i].uses, out->grants[i].use_kinds, sizeof(struct use_count),
                  compare_counts);
}
