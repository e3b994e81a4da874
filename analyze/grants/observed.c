/* observed.c - what snapshots show, against what the log tells: grants seen or missed at their
 * time, rights that no record gave.
 *
 * A snapshot pins the state at its time. A grant that the log has open and a later snapshot of its
 * mailbox lacks was ended by something that no record shows; a right that a snapshot has and the
 * log has closed, or an earlier snapshot lacks, was given by something that no record shows. Both
 * are findings. A right that was simply always there is normal: it becomes a grant of the ledger
 * only where its holder or its kind deserves a look; the others are counted. Nothing is concluded
 * from names that no record joins. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

/* Rights that one cmdlet lists together; whoever is not in the list holds none of them. */
enum list { LIST_MAILBOX, LIST_SEND_AS, LIST_BEHALF, LIST_FOLDER, LIST_FORWARDING, LIST_OTHER };

/* Entries of one list over all snapshots that are compared with each other: no mailbox has as many,
 * and what somebody made up must not cost the square of its length. */
enum { LIST_MOST = 8192 };

struct entry {
    const struct shown *s;
    enum list list;
    struct str mailbox, trustee, scope; /* keys */
    bool listing;                       /* says only that the list is here */
    bool known;                         /* both names are resolved */
    bool told;                          /* a grant of the ledger stands for it */
    bool crowded;                       /* its list is too long to be compared */
};

struct ended {
    struct entry atom;
    const struct grant *grant;
};

struct watch {
    struct fold *f;
    struct entry *entries; /* sorted: list, mailbox, scope, time, item */
    size_t count;
    struct str *parties; /* keys of who acted or was given something, sorted */
    size_t party_count;
    struct ended *ended; /* grants that the log closed, sorted by place */
    size_t ended_count;
    struct grant *added; /* rights that only snapshots show */
    size_t added_count, added_cap;
    uint64_t standing, unresolved, crowded;
};

static enum list list_of(enum right right, struct str scope) {
    if (right == RIGHT_SEND_AS) return LIST_SEND_AS;
    if (right == RIGHT_SEND_ON_BEHALF) return LIST_BEHALF;
    if (right == RIGHT_FOLDER) return LIST_FOLDER;
    if (right == RIGHT_FORWARDING) return LIST_FORWARDING;
    /* Receive-As and its kin are entries of the directory, not of the mailbox. */
    return right <= RIGHT_EXTERNAL_ACCOUNT && !scope.n ? LIST_MAILBOX : LIST_OTHER;
}

static bool scope_matters(enum list list) { return list == LIST_FOLDER || list == LIST_FORWARDING; }

static int compare_place(const struct entry *x, const struct entry *y) {
    int c = (x->list > y->list) - (x->list < y->list);
    if (!c) c = str_cmp(x->mailbox, y->mailbox);
    return c || !scope_matters(x->list) ? c : str_cmp(x->scope, y->scope);
}

static int compare_entries(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    int c = compare_place(x, y);
    if (!c) c = when_cmp(x->s->item->taken, y->s->item->taken);
    if (!c) c = str_cmp(x->s->item->name, y->s->item->name);
    if (!c) c = (x->s->item > y->s->item) - (x->s->item < y->s->item);
    if (!c) c = (x->s->f.offset > y->s->f.offset) - (x->s->f.offset < y->s->f.offset);
    return c ? c : (x->s > y->s) - (x->s < y->s);
}

static bool is_resolved(struct fold *f, struct str name) {
    struct party p = identity_party(f->identity, name);
    return identity_domain(p.identity).n > 0 || identity_is_special(name);
}

static struct entry entry_of(struct fold *f, const struct shown *s) {
    const struct change *c = &s->f.change;
    struct entry e = {.s = s,
                      .list = list_of(c->right, c->scope),
                      .mailbox = identity_key(f->identity, c->mailbox),
                      .scope = arena_lower(f->arena, c->scope),
                      .listing = c->action == ACTION_ALTER};
    if (c->trustee.n) e.trustee = identity_key(f->identity, c->trustee);
    e.known = (!c->mailbox.n || is_resolved(f, c->mailbox)) &&
              (!c->trustee.n || is_resolved(f, c->trustee));
    return e;
}

static int compare_to_place(const void *element, const void *wanted) {
    return compare_place(element, wanted);
}

static size_t first_at(const struct watch *w, const struct entry *place) {
    return search_first(w->entries, w->count, sizeof *w->entries, place, compare_to_place);
}

/* The entries of one snapshot among those of one list of one mailbox. */
static size_t same_snapshot(const struct watch *w, size_t i) {
    size_t n = 1;
    while (i + n < w->count && w->entries[i + n].s->item == w->entries[i].s->item &&
           compare_place(&w->entries[i], &w->entries[i + n]) == 0)
        n++;
    return n;
}

static bool same_atom(const struct entry *x, const struct entry *y) {
    return !x->listing && !y->listing && x->s->f.change.right == y->s->f.change.right &&
           x->s->f.change.deny == y->s->f.change.deny && str_eq(x->trustee, y->trustee) &&
           str_eq(x->scope, y->scope);
}

/* What this snapshot says of the atom: its entry, or `*absent`; neither where a name in it is
 * nobody's that is known, or the list is not complete. */
static struct entry *look(struct entry *list, size_t n, const struct entry *atom, bool *absent) {
    bool listed = false, doubt = !atom->known;
    *absent = false;
    for (size_t i = 0; i < n; i++) {
        if (same_atom(&list[i], atom)) return &list[i];
        listed |= list[i].listing;
        doubt |= !list[i].listing && !list[i].known &&
                 list[i].s->f.change.right == atom->s->f.change.right;
    }
    *absent = listed && !doubt && atom->s->f.change.right != RIGHT_CHANGE_OWNER;
    return NULL;
}

static void add_sighting(struct fold *f, struct grant *g, const struct shown *s, bool present) {
    struct sighting *grown = ARENA_ARRAY(f->arena, struct sighting, g->sighting_count + 1);
    if (g->sighting_count) memcpy(grown, g->sightings, g->sighting_count * sizeof *grown);
    grown[g->sighting_count++] = (struct sighting){.item = s->item,
                                                   .record = s->f.record,
                                                   .offset = s->f.offset,
                                                   .time = s->item->taken,
                                                   .present = present};
    g->sightings = grown;
}

static struct str time_text(struct fold *f, struct when t) {
    char text[WHEN_TEXT];
    return arena_copy(f->arena, when_format(t, text));
}

static bool after(struct when t, struct when than) {
    return than.basis == WHEN_NONE || when_cmp(t, than) >= 0;
}

/* ---- grants of the log, in the snapshots of their time ---- */

static struct shown *state_of_grant(struct fold *f, const struct grant *g) {
    struct shown *s = ARENA_NEW(f->arena, struct shown);
    struct change *c = &s->f.change;
    c->action = ACTION_GRANT;
    c->right = g->right;
    c->scope = g->scope;
    c->deny = g->deny;
    c->mailbox = party_name(&g->mailbox);
    /* Who receives is no part of a forwarding's or a rule's name. */
    c->trustee = party_name(&g->trustee);
    return s;
}

static void say_gone(struct fold *f, struct grant *g, const struct shown *s) {
    if (g->state != GRANT_OPEN) return;
    g->state = GRANT_UNKNOWN;
    g->finding_priority = PRIORITY_MEDIUM;
    g->finding_from = "Snapshot";
    g->finding = arena_printf(f->arena,
                              "the snapshot %.*s of %.*s does not show it any more, and no record "
                              "took it back",
                              STR_ARG(s->item->name), STR_ARG(time_text(f, s->item->taken)));
}

static void watch_grant(struct watch *w, struct grant *g) {
    struct entry atom = entry_of(w->f, state_of_grant(w->f, g));
    const struct shown *last = NULL;
    bool gone = false;
    for (size_t i = first_at(w, &atom), n;
         i < w->count && compare_place(&w->entries[i], &atom) == 0 && !w->entries[i].crowded;
         i += n) {
        struct when taken = w->entries[i].s->item->taken;
        bool absent, closed = g->closed.basis != WHEN_NONE && !after(g->closed, taken);
        n = same_snapshot(w, i);
        if (closed || !after(taken, g->opened)) continue;
        struct entry *there = look(w->entries + i, n, &atom, &absent);
        if (there) there->told = true;
        if (!there && !absent) continue;
        gone = absent;
        last = there ? there->s : w->entries[i].s;
        add_sighting(w->f, g, last, !absent);
    }
    if (gone) say_gone(w->f, g, last);
}

/* ---- rights that no record gave ---- */

static int compare_text(const void *a, const void *b) {
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static int compare_ended(const void *a, const void *b) {
    const struct ended *x = a, *y = b;
    int c = compare_place(&x->atom, &y->atom);
    return c ? c : (x->grant > y->grant) - (x->grant < y->grant);
}

/* What the questions below ask for again and again, in order. */
static void index_log(struct watch *w) {
    struct fold *f = w->f;
    struct analysis *out = f->out;
    w->parties = ARENA_ARRAY(f->arena, struct str, 2 * out->act_count + f->member_count);
    for (size_t i = 0; i < out->act_count; i++) {
        const struct party *who[] = {&out->acts[i].trustee, &out->acts[i].actor};
        for (size_t k = 0; k < 2; k++)
            if (party_name(who[k]).n)
                w->parties[w->party_count++] = identity_key(f->identity, party_name(who[k]));
    }
    for (size_t i = 0; i < f->member_count;
         i++) /* what a group holds, somebody who joined gained */
        if (f->members[i].f.part != MEMBER_LEFT)
            w->parties[w->party_count++] = identity_key(f->identity, f->members[i].f.name);
    if (w->party_count) qsort(w->parties, w->party_count, sizeof *w->parties, compare_text);
    w->ended = ARENA_ARRAY(f->arena, struct ended, out->grant_count);
    for (size_t i = 0; i < out->grant_count; i++) {
        const struct grant *g = &out->grants[i];
        if (g->closed.basis == WHEN_NONE) continue;
        w->ended[w->ended_count++] = (struct ended){entry_of(f, state_of_grant(f, g)), g};
    }
    if (w->ended_count) qsort(w->ended, w->ended_count, sizeof *w->ended, compare_ended);
}

static bool is_party(const struct watch *w, struct str key) {
    return w->party_count &&
           bsearch(&key, w->parties, w->party_count, sizeof *w->parties, compare_text);
}

static int compare_ended_to(const void *element, const void *wanted) {
    return compare_place(&((const struct ended *)element)->atom, wanted);
}

/* The last life of this atom that the log ended before the snapshot was taken, or NULL. */
static const struct grant *ended_before(const struct watch *w, const struct entry *e) {
    const struct grant *best = NULL;
    for (size_t i = search_first(w->ended, w->ended_count, sizeof *w->ended, e, compare_ended_to);
         i < w->ended_count && compare_place(&w->ended[i].atom, e) == 0; i++) {
        const struct grant *g = w->ended[i].grant;
        if (!same_atom(&w->ended[i].atom, e) || when_cmp(g->closed, e->s->item->taken) > 0)
            continue;
        if (!best || when_cmp(g->closed, best->closed) > 0) best = g;
    }
    return best;
}

/* How much a responder asks about this in any case; ROUTINE: it is only counted. */
static enum priority weight_of(const struct watch *w, const struct entry *e) {
    const struct change *c = &e->s->f.change;
    if (c->deny) return PRIORITY_ROUTINE;
    if (c->right == RIGHT_IMPERSONATION || c->right == RIGHT_FORWARDING ||
        c->right == RIGHT_INBOX_RULE || c->right == RIGHT_TRANSPORT_RULE ||
        c->right == RIGHT_AUDIT_BYPASS)
        return PRIORITY_MEDIUM;
    if (identity_is_special(c->trustee))
        return c->right != RIGHT_FOLDER ? PRIORITY_MEDIUM : PRIORITY_ROUTINE;
    struct party trustee = identity_party(w->f->identity, c->trustee);
    struct party mailbox = identity_party(w->f->identity, c->mailbox);
    struct str theirs = identity_domain(trustee.identity), ours = identity_domain(mailbox.identity);
    if (theirs.n && ours.n && !str_ieq(theirs, ours)) return PRIORITY_MEDIUM;
    return is_party(w, e->trustee) ? PRIORITY_LOW : PRIORITY_ROUTINE;
}

/* Why a right without a record is told, and how loudly; empty: it is only counted. */
static struct str why_unrecorded(const struct watch *w, const struct entry *e,
                                 const struct shown *without, enum priority *priority) {
    struct fold *f = w->f;
    const struct grant *ended = ended_before(w, e);
    struct str shown = e->s->item->name, at = time_text(f, e->s->item->taken);
    *priority = ended || without ? PRIORITY_HIGH : weight_of(w, e);
    if (ended)
        return arena_printf(f->arena,
                            "the log closes it at %.*s, yet the snapshot %.*s of %.*s shows it: "
                            "given again without a record",
                            STR_ARG(time_text(f, ended->closed)), STR_ARG(shown), STR_ARG(at));
    if (without)
        return arena_printf(f->arena,
                            "the snapshot %.*s of %.*s shows it, %.*s of %.*s does not, and no "
                            "record gave it in between",
                            STR_ARG(shown), STR_ARG(at), STR_ARG(without->item->name),
                            STR_ARG(time_text(f, without->item->taken)));
    if (*priority == PRIORITY_ROUTINE) return STR_NONE;
    return arena_printf(f->arena, "the snapshot %.*s of %.*s shows it; no record gave it",
                        STR_ARG(shown), STR_ARG(at));
}

static struct grant *add_grant(struct watch *w, const struct entry *e, struct str finding,
                               enum priority priority) {
    const struct change *c = &e->s->f.change;
    ARENA_GROW(w->f->arena, w->added, w->added_cap, w->added_count + 1);
    struct grant *g = &w->added[w->added_count++];
    *g = (struct grant){.mailbox = identity_party_also(w->f->identity, c->mailbox, c->mailbox_also),
                        .trustee = identity_party(w->f->identity, c->trustee),
                        .right = c->right,
                        .scope = c->scope,
                        .level = c->level,
                        .deny = c->deny,
                        .state = GRANT_OPEN,
                        .finding = finding,
                        .finding_priority = priority,
                        .finding_from = "Snapshot"};
    return g;
}

/* An atom without a grant: followed through the later snapshots of its list. */
static void take_unrecorded(struct watch *w, size_t i, const struct shown *without) {
    struct entry *e = &w->entries[i];
    struct grant *g = NULL;
    enum priority priority = PRIORITY_ROUTINE;
    struct str finding = e->known ? why_unrecorded(w, e, without, &priority) : STR_NONE;
    if (finding.n) g = add_grant(w, e, finding, priority);
    w->standing += !g && e->known;
    w->unresolved += !e->known;
    for (size_t n; i < w->count && compare_place(&w->entries[i], e) == 0; i += n) {
        bool absent;
        n = same_snapshot(w, i);
        struct entry *there = look(w->entries + i, n, e, &absent);
        if (there) there->told = true;
        if (!g || (!there && !absent)) continue;
        add_sighting(w->f, g, there ? there->s : w->entries[i].s, !absent);
        if (absent) g->state = GRANT_CLOSED;
        if (absent) g->closed = w->entries[i].s->item->taken;
        if (absent) g = NULL; /* what comes after is another life */
    }
}

/* The snapshot of the same list before entry i's that lacks it, or NULL. */
static const struct shown *snapshot_without(const struct watch *w, size_t i) {
    const struct entry *e = &w->entries[i];
    const struct shown *found = NULL;
    for (size_t k = first_at(w, e), n; k < i && w->entries[k].s->item != e->s->item; k += n) {
        bool absent;
        n = same_snapshot(w, k);
        if (!look(w->entries + k, n, e, &absent) && absent) found = w->entries[k].s;
    }
    return found;
}

/* ---- all of it ---- */

/* Settings belong to coverage; what has no time is not compared. */
static void collect(struct watch *w) {
    struct fold *f = w->f;
    const struct item *said = NULL;
    w->entries = ARENA_ARRAY(f->arena, struct entry, f->state_count);
    for (size_t i = 0; i < f->state_count; i++) {
        const struct shown *s = &f->states[i];
        if (s->f.change.right == RIGHT_AUDIT_CONFIG) continue;
        if (s->item->taken.basis != WHEN_NONE) {
            w->entries[w->count++] = entry_of(f, s);
        } else if (s->item != said) {
            said = s->item;
            fold_note(f, arena_printf(f->arena,
                                      "When the snapshot %.*s was taken is not known: its names "
                                      "were used, its permissions were not compared with the log "
                                      "(give --state-time '%.*s=TIME').",
                                      STR_ARG(said->name), STR_ARG(said->name)));
        }
    }
    if (w->count) qsort(w->entries, w->count, sizeof *w->entries, compare_entries);
    for (size_t i = 0, n; i < w->count; i += n) {
        for (n = 1; i + n < w->count && compare_place(&w->entries[i], &w->entries[i + n]) == 0;)
            n++;
        for (size_t k = 0; k < n; k++) w->entries[i + k].crowded = n > LIST_MOST;
        w->crowded += n > LIST_MOST ? n : 0;
    }
}

static void say_counts(struct watch *w) {
    if (w->crowded)
        fold_note(w->f, arena_printf(w->f->arena,
                                     "%llu entries of snapshots stand in lists of more than %d: "
                                     "these were not compared with the log.",
                                     (unsigned long long)w->crowded, LIST_MOST));
    if (w->standing)
        fold_note(w->f, arena_printf(w->f->arena,
                                     "Snapshots show %llu further rights that no record in this "
                                     "evidence gave and nothing speaks against; they are not in "
                                     "the ledger.",
                                     (unsigned long long)w->standing));
    if (w->unresolved)
        fold_note(w->f, arena_printf(w->f->arena,
                                     "Snapshots show %llu rights under names that no record joins "
                                     "to an address; a snapshot of Get-Mailbox or Get-Recipient "
                                     "would tell whose they are.",
                                     (unsigned long long)w->unresolved));
}

/* They stand behind the log's grants; acts point into the list, so they are pointed anew. */
static void append(struct watch *w) {
    struct analysis *out = w->f->out;
    size_t total = out->grant_count + w->added_count;
    struct grant *grown = ARENA_ARRAY(w->f->arena, struct grant, total);
    if (out->grant_count) memcpy(grown, out->grants, out->grant_count * sizeof *grown);
    for (size_t i = 0; i < out->act_count; i++)
        if (out->acts[i].grant) out->acts[i].grant = grown + (out->acts[i].grant - out->grants);
    for (size_t i = 0; i < w->added_count; i++) {
        grown[out->grant_count + i] = w->added[i];
        grown[out->grant_count + i].id =
            arena_printf(w->f->arena, "g-%06zu", out->grant_count + i + 1);
    }
    out->grants = grown;
    out->grant_count = total;
}

void observed_fold(struct fold *f) {
    struct watch w = {.f = f};
    collect(&w);
    if (!w.count) return;
    index_log(&w);
    for (size_t i = 0; i < f->out->grant_count; i++) watch_grant(&w, &f->out->grants[i]);
    for (size_t i = 0; i < w.count; i++)
        if (!w.entries[i].listing && !w.entries[i].told && !w.entries[i].crowded)
            take_unrecorded(&w, i, snapshot_without(&w, i));
    if (w.added_count) append(&w);
    say_counts(&w);
}
