/* members.c - whom a grant to a group reaches.
 *
 * Records tell who joined and who left; who was in a group before, and stayed, no log shows. A
 * group within a group passes on what it holds. A person is a member of a grant for as long as
 * membership and grant were there together. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

enum {
    DEPTH_MOST = 8,      /* groups within groups */
    MEMBERS_KEPT = 1024, /* of one grant */
    MOVES_MOST = 4096    /* of one group, among which lists are looked through */
};

/* One stay of a member in a group. */
struct stay {
    struct str group, member;          /* keys */
    const struct shown *says;          /* the record that tells it first */
    const struct shown *joined, *left; /* NULL: not seen */
};

struct groups {
    struct fold *f;
    struct stay *stays; /* by group, member, time */
    size_t count;
};

/* While somebody holds something: WHEN_NONE is an open end. */
struct span {
    struct when from, to;
};

static int compare_moves(const void *a, const void *b) {
    const struct shown *x = a, *y = b;
    int c = when_cmp(x->f.time, y->f.time);
    if (!c) c = str_cmp(x->item->name, y->item->name);
    if (!c) c = strcmp(x->item->sha256, y->item->sha256);
    if (!c) c = (x->f.offset > y->f.offset) - (x->f.offset < y->f.offset);
    if (!c) c = str_cmp(x->f.record, y->f.record);
    return c ? c : str_cmp(x->f.text, y->f.text);
}

static int compare_stays(const void *a, const void *b) {
    const struct stay *x = a, *y = b;
    int c = str_cmp(x->group, y->group);
    if (!c) c = str_cmp(x->member, y->member);
    return c ? c : (x > y) - (x < y);
}

/* ---- moves to stays: a group's moves in their order ---- */

/* A move with its keys; `at` is its place in time. */
struct move {
    struct str group, member;
    const struct shown *s;
    size_t at;
};

static int compare_by_member(const void *a, const void *b) {
    const struct move *x = a, *y = b;
    int c = str_cmp(x->group, y->group);
    if (!c) c = str_cmp(x->member, y->member);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* The same record, exported twice, is one move; so are records of two logs near each other. */
static bool same_move(const struct shown *x, const struct shown *y) {
    int64_t apart = y->f.time.ns - x->f.time.ns;
    if (x->f.part != y->f.part) return false;
    if (x->f.source != y->f.source) return apart >= -CLOCK_SKEW && apart <= CLOCK_SKEW;
    return apart == 0 && str_eq(x->f.record, y->f.record);
}

static void take_move(struct groups *g, const struct move *m) {
    struct stay *last = g->count ? &g->stays[g->count - 1] : NULL;
    if (last && (!str_eq(last->group, m->group) || !str_eq(last->member, m->member))) last = NULL;
    bool inside = last && !last->left;
    if (m->s->f.part == MEMBER_LEFT) {
        if (inside)
            last->left = m->s;
        else if (!last || !same_move(last->left, m->s))
            g->stays[g->count++] = (struct stay){m->group, m->member, m->s, NULL, m->s};
    } else if (!inside) {
        g->stays[g->count++] = (struct stay){m->group, m->member, m->s, m->s, NULL};
    }
}

/* Does the list that this record holds name the member? The moves are those of one group. */
static bool lists(const struct move *list, size_t count, const struct fact *record,
                  struct str member) {
    for (size_t i = SEARCH_TEXT(list, count, struct move, member, member);
         i < count && str_eq(list[i].member, member); i++) {
        const struct fact *f = &list[i].s->f;
        if (f->offset == record->offset && str_eq(f->record, record->record)) return true;
    }
    return false;
}

/* Who is not on a list that holds all members has left with it. */
static void leave_lists(struct groups *g, size_t from, const struct move *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct shown *s = list[i].s;
        if (s->f.part != MEMBER_LISTED) continue;
        for (size_t k = from; k < g->count; k++) {
            struct stay *stay = &g->stays[k];
            bool later = stay->joined && when_cmp(stay->joined->f.time, s->f.time) >= 0;
            bool gone = stay->left && when_cmp(stay->left->f.time, s->f.time) <= 0;
            if (!later && !gone && !lists(list, count, &s->f, stay->member)) stay->left = s;
        }
    }
}

static void read_moves(struct groups *g) {
    struct fold *f = g->f;
    struct move *list = ARENA_ARRAY(f->arena, struct move, f->member_count);
    g->stays = ARENA_ARRAY(f->arena, struct stay, f->member_count);
    qsort(f->members, f->member_count, sizeof *f->members, compare_moves);
    for (size_t i = 0; i < f->member_count; i++)
        list[i] = (struct move){identity_key(f->identity, f->members[i].f.name),
                                identity_key(f->identity, f->members[i].f.text), &f->members[i], i};
    qsort(list, f->member_count, sizeof *list, compare_by_member);
    for (size_t i = 0, n; i < f->member_count; i += n) {
        size_t all = 0, from = g->count;
        for (n = 0; i + n < f->member_count && str_eq(list[i + n].group, list[i].group); n++) {
            all += list[i + n].s->f.part == MEMBER_LISTED;
            take_move(g, &list[i + n]);
        }
        if (all && n <= MOVES_MOST)
            leave_lists(g, from, list + i, n);
        else if (all)
            fold_note(f, arena_printf(f->arena,
                                      "the group %.*s has %zu records of its members: who left it "
                                      "by a list without them is not worked out",
                                      STR_ARG(list[i].s->f.name), n));
    }
}

/* ---- stays to members of grants ---- */

static size_t first_of(const struct groups *g, struct str group) {
    return SEARCH_TEXT(g->stays, g->count, struct stay, group, group);
}

static struct when later_of(struct when a, struct when b) {
    if (a.basis == WHEN_NONE || b.basis == WHEN_NONE) return a.basis == WHEN_NONE ? b : a;
    return when_cmp(a, b) < 0 ? b : a;
}

static struct when earlier_of(struct when a, struct when b) { /* WHEN_NONE goes last */
    return when_cmp(a, b) < 0 ? a : b;
}

static bool overlaps(const struct span *s) {
    return s->from.basis == WHEN_NONE || s->to.basis == WHEN_NONE || when_cmp(s->from, s->to) < 0;
}

struct path {
    struct str groups[DEPTH_MOST];
    size_t depth;
};

static void add_member(struct groups *g, struct grant *grant, size_t *cap, const struct stay *s,
                       struct span held, struct str via) {
    ARENA_GROW(g->f->arena, grant->members, *cap, grant->member_count + 1);
    grant->members[grant->member_count++] =
        (struct member){.who = identity_party(g->f->identity, s->says->f.text),
                        .via = via,
                        .since = held.from,
                        .until = held.to,
                        .where = {s->says->f.source, s->says->item, s->says->f.record,
                                  s->says->f.offset, s->says->f.time, RESULT_SUCCEEDED}};
}

static void reach(struct groups *g, struct grant *grant, size_t *cap, struct str group,
                  struct span held, struct path *path, struct str via) {
    if (path->depth == DEPTH_MOST) return;
    for (size_t i = 0; i < path->depth; i++)
        if (str_eq(path->groups[i], group)) return;
    path->groups[path->depth++] = group;
    for (size_t i = first_of(g, group);
         i < g->count && str_eq(g->stays[i].group, group) && grant->member_count < MEMBERS_KEPT;
         i++) {
        const struct stay *s = &g->stays[i];
        struct span both = {later_of(held.from, s->joined ? s->joined->f.time : (struct when){0}),
                            earlier_of(held.to, s->left ? s->left->f.time : (struct when){0})};
        if (!overlaps(&both)) continue;
        size_t within = first_of(g, s->member);
        if (within < g->count && str_eq(g->stays[within].group, s->member)) {
            struct party inner = identity_party(g->f->identity, s->says->f.text);
            reach(g, grant, cap, s->member, both, path, party_name(&inner));
        } else {
            add_member(g, grant, cap, s, both, via);
        }
    }
    path->depth--;
}

static int compare_members(const void *a, const void *b) {
    const struct member *x = a, *y = b;
    int c = str_icmp(party_name(&x->who), party_name(&y->who));
    if (!c) c = when_cmp(x->since, y->since);
    if (!c) c = str_cmp(x->via, y->via);
    return c ? c : str_cmp(x->where.record, y->where.record);
}

/* Who joined while the group had this is news that no change of the mailbox tells. */
static void find_joined(struct fold *f, struct grant *g) {
    const struct member *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < g->member_count; i++) {
        const struct member *m = &g->members[i];
        bool joined = m->since.basis != WHEN_NONE && when_cmp(m->since, g->opened) != 0;
        if (!joined) continue;
        if (!first || when_cmp(m->since, first->since) < 0) first = m;
        count++;
    }
    if (!first || g->finding.n || g->deny) return;
    char at[WHEN_TEXT];
    struct str who = party_name(&first->who), when = when_format(first->since, at);
    g->finding = arena_printf(
        f->arena, "%.*s has this since %.*s, by joining a group (record %.*s of %.*s)%s",
        STR_ARG(who), STR_ARG(when), STR_ARG(first->where.record), STR_ARG(first->where.item->name),
        count > 1 ? "; others joined too" : "");
    g->finding_priority = PRIORITY_MEDIUM;
    g->finding_from = "Group";
}

void members_fold(struct fold *f) {
    struct groups g = {.f = f};
    if (!f->member_count) return;
    read_moves(&g);
    if (g.count) qsort(g.stays, g.count, sizeof *g.stays, compare_stays);
    for (size_t i = 0; i < f->out->grant_count; i++) {
        struct grant *grant = &f->out->grants[i];
        struct path path = {.depth = 0};
        size_t cap = 0;
        if (!grant->trustee.written.n) continue;
        reach(&g, grant, &cap, identity_key(f->identity, party_name(&grant->trustee)),
              (struct span){grant->opened, grant->closed}, &path, STR_NONE);
        if (grant->member_count)
            qsort(grant->members, grant->member_count, sizeof *grant->members, compare_members);
        find_joined(f, grant);
    }
}
