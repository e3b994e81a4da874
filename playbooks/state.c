/* state.c - see state.h. */
#include "playbooks/state.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "analyze/evidence/snapshot.h"
#include "analyze/grants/change.h"
#include "base/file.h"
#include "base/search.h"

#define SNAPSHOT_LIMIT ((size_t)1 << 30)

/* A snapshot that is being read: what its objects show becomes entries. */
struct reading {
    struct state *s;
    size_t snapshot;
    const char *path;
    struct error *e; /* the first thing that could not be read */
    bool bad;
};

static void add_entry(struct state *s, struct state_entry e) {
    ARENA_GROW(s->arena, s->entries, s->cap, s->count + 1);
    s->entries[s->count++] = e;
}

/* Which of the planner's lists a right stands in; STATE_KINDS: in none of them. */
static enum state_kind kind_of(const struct change *c) {
    if (c->right == RIGHT_SEND_AS) return STATE_RECIPIENT;
    if (c->right == RIGHT_SEND_ON_BEHALF) return STATE_BEHALF;
    if (c->right == RIGHT_FOLDER) return STATE_FOLDER;
    if (c->right == RIGHT_FORWARDING) return STATE_FORWARDING;
    return c->right <= RIGHT_EXTERNAL_ACCOUNT && !c->scope.n ? STATE_MAILBOX : STATE_KINDS;
}

static void take_change(void *own, const struct event *event, const struct change *c) {
    struct reading *r = own;
    bool folder = c->right == RIGHT_FOLDER || c->right == RIGHT_FORWARDING;
    (void)event;
    struct state_entry e = {.kind = kind_of(c),
                            .snapshot = r->snapshot,
                            .mailbox = c->mailbox,
                            .trustee = c->trustee,
                            .scope = folder ? arena_lower(r->s->arena, c->scope) : STR_NONE,
                            .right = folder ? c->level : str_from(right_name(c->right)),
                            .deny = c->deny};
    if (e.kind != STATE_KINDS) add_entry(r->s, e);
}

static void take_use(void *own, const struct event *e, const struct use *u) {
    (void)own, (void)e, (void)u; /* no snapshot tells of use */
}

static void take_alias(void *own, const struct event *e, const struct alias *n) {
    (void)e;
    identity_join(((struct reading *)own)->s->identity, n->one, n->other);
}

static void take_member(void *own, const struct event *e, const struct membership *m) {
    (void)own, (void)e, (void)m; /* no snapshot of ours says in which group its members are */
}

static void take_created(void *own, const struct event *e, struct str name) {
    (void)own, (void)e, (void)name;
}

static void take_event(void *own, const struct event *e) {
    struct reading *r = own;
    struct change_sink sink = {r->s->arena, r,           take_change, take_use,
                               take_alias,  take_member, take_created};
    changes_of_event(e, &sink);
}

static void take_fault(void *own, const struct fault *f) {
    struct reading *r = own;
    if (r->bad) return;
    r->bad = true;
    error_set(r->e, "%s: byte %llu: %.*s", r->path, (unsigned long long)f->offset,
              STR_ARG(f->reason));
}

static void ignore_seen(void *own, struct str telemetry, struct str host, struct when t,
                        uint64_t number) {
    (void)own, (void)telemetry, (void)host, (void)t, (void)number;
}

static void ignore_records(void *own, uint64_t count) { (void)own, (void)count; }

static int read_objects(struct reading *r, struct str raw) {
    const struct reader *reader = evidence_recognise(raw, raw.n <= BID_FIRST);
    struct sink out = {.arena = r->s->arena,
                       .own = r,
                       .event = take_event,
                       .fault = take_fault,
                       .seen = ignore_seen,
                       .records = ignore_records};
    struct block whole = {.item = str_from(r->path), .bytes = raw, .first = true, .last = true};
    if (!reader || !str_starts(str_from(reader->name), STR("snapshot-")))
        return error_set(r->e,
                         "%s: no output of Get-MailboxPermission, Get-RecipientPermission, "
                         "Get-MailboxFolderPermission or Get-Mailbox",
                         r->path);
    reader->read(&whole, &out);
    return r->bad ? -1 : 0;
}

static int snapshot_time(const char *path, const char *time, struct when *t, struct error *e) {
    struct stat st;
    if (time) {
        if (when_parse_iso(str_from(time), WHEN_UTC, t)) return 0;
        return error_set(e, "%s: --state-time wants FILE=2026-01-31T12:00:00Z, not %s", path, time);
    }
    if (stat(path, &st) != 0) return error_errno(e, "%s", path);
    *t = (struct when){(int64_t)st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec, 9, WHEN_UTC};
    return 0;
}

int state_read(struct state *s, const char *path, const char *time, struct error *e) {
    struct snapshot snap = {.path = path};
    struct str raw;
    if (snapshot_time(path, time, &snap.time, e) != 0 ||
        file_read(s->arena, path, SNAPSHOT_LIMIT, &raw, e) != 0)
        return -1;
    digest_of(raw, snap.sha256);
    ARENA_GROW(s->arena, s->snapshots, s->snapshot_cap, s->snapshot_count + 1);
    struct reading r = {.s = s, .snapshot = s->snapshot_count, .path = path, .e = e};
    s->snapshots[s->snapshot_count++] = snap;
    return read_objects(&r, raw);
}

static void join_party(struct state *s, const cJSON *party) {
    struct str written = json_get_str(party, "written"), identity = json_get_str(party, "identity");
    identity_add(s->identity, arena_copy(s->arena, written));
    identity_join(s->identity, arena_copy(s->arena, written), arena_copy(s->arena, identity));
}

static bool is_known(const struct state *s, struct str name) {
    struct party p = identity_party(s->identity, name);
    return identity_domain(p.identity).n > 0 || identity_is_special(name);
}

struct str state_resolve(const struct state *s, struct str name) {
    return identity_party(s->identity, name).identity;
}

static int compare_entries(const void *a, const void *b) {
    const struct state_entry *x = a, *y = b;
    int c = (x->kind > y->kind) - (x->kind < y->kind);
    if (!c) c = str_cmp(x->mailbox, y->mailbox);
    if (!c) c = str_cmp(x->scope, y->scope);
    return c ? c : (x->snapshot > y->snapshot) - (x->snapshot < y->snapshot);
}

void state_close(struct state *s, const struct facts *f) {
    for (size_t i = 0; i < f->change_count; i++) {
        join_party(s, json_get(f->changes[i], "mailbox"));
        join_party(s, json_get(f->changes[i], "trustee"));
    }
    identity_close(s->identity);
    for (size_t i = 0; i < s->count; i++) {
        s->entries[i].mailbox = identity_key(s->identity, s->entries[i].mailbox);
        s->entries[i].known = is_known(s, s->entries[i].trustee);
        if (s->entries[i].trustee.n)
            s->entries[i].trustee = identity_key(s->identity, s->entries[i].trustee);
    }
    if (s->count) qsort(s->entries, s->count, sizeof *s->entries, compare_entries);
}

/* The first entry of this kind, mailbox and scope. */
static size_t first_entry(const struct state *s, const struct state_entry *wanted) {
    return search_first(s->entries, s->count, sizeof *s->entries, wanted, compare_entries);
}

/* The latest snapshot on the wanted side of `t` that lists this mailbox (and folder). */
static const struct snapshot *pick_snapshot(const struct state *s, size_t from, size_t to,
                                            struct when t, bool before) {
    const struct snapshot *best = NULL;
    for (size_t i = from; i < to; i++) {
        const struct snapshot *x = &s->snapshots[s->entries[i].snapshot];
        bool side = before ? when_cmp(x->time, t) <= 0 : when_cmp(x->time, t) >= 0;
        if (side && (!best || when_cmp(x->time, best->time) > 0)) best = x;
    }
    return best;
}

static enum presence look(const struct state *s, const struct state_query *q, struct when t,
                          bool before, struct str *level, const struct snapshot **which) {
    *level = STR_NONE;
    *which = NULL;
    if (!s || !s->count || t.basis == WHEN_NONE || t.basis == WHEN_UNKNOWN) return PRESENCE_UNKNOWN;
    struct state_entry wanted = {
        .kind = q->kind,
        .mailbox = identity_key(s->identity, q->mailbox),
        .scope = arena_lower(s->arena, q->kind == STATE_FOLDER ? q->scope : STR_NONE)};
    struct str trustee = identity_key(s->identity, q->trustee);
    size_t from = first_entry(s, &wanted), to = from;
    while (to < s->count && s->entries[to].kind == wanted.kind &&
           str_eq(s->entries[to].mailbox, wanted.mailbox) &&
           str_eq(s->entries[to].scope, wanted.scope))
        to++;
    *which = pick_snapshot(s, from, to, t, before);
    if (!*which) return PRESENCE_UNKNOWN;
    /* Absent is said only where no other name in the snapshot could be this trustee's. */
    bool sure = is_known(s, q->trustee);
    for (size_t i = from; i < to; i++) {
        const struct state_entry *e = &s->entries[i];
        bool same_right = q->kind == STATE_FOLDER || str_ieq(e->right, q->right);
        if (&s->snapshots[e->snapshot] != *which || !e->trustee.n || e->deny != q->deny ||
            !same_right)
            continue;
        if (str_eq(e->trustee, trustee)) {
            *level = e->right;
            return PRESENCE_PRESENT;
        }
        sure = sure && e->known;
    }
    return sure ? PRESENCE_ABSENT : PRESENCE_UNKNOWN;
}

enum presence state_before(const struct state *s, const struct state_query *q, struct when t,
                           struct str *level, const struct snapshot **which) {
    return look(s, q, t, true, level, which);
}

enum presence state_after(const struct state *s, const struct state_query *q, struct when t,
                          struct str *level, const struct snapshot **which) {
    return look(s, q, t, false, level, which);
}

enum presence state_value(const struct state *s, struct str mailbox, struct str scope,
                          struct when t, struct str *value, const struct snapshot **which) {
    *value = STR_NONE;
    *which = NULL;
    if (!s || t.basis == WHEN_NONE || t.basis == WHEN_UNKNOWN) return PRESENCE_UNKNOWN;
    struct state_entry wanted = {.kind = STATE_FORWARDING,
                                 .mailbox = identity_key(s->identity, mailbox),
                                 .scope = arena_lower(s->arena, scope)};
    size_t from = first_entry(s, &wanted), to = from;
    while (to < s->count && s->entries[to].kind == wanted.kind &&
           str_eq(s->entries[to].mailbox, wanted.mailbox) &&
           str_eq(s->entries[to].scope, wanted.scope))
        to++;
    *which = pick_snapshot(s, from, to, t, true);
    if (!*which) return PRESENCE_UNKNOWN;
    for (size_t i = from; i < to; i++)
        if (&s->snapshots[s->entries[i].snapshot] == *which && s->entries[i].right.n)
            *value = s->entries[i].right;
    return value->n ? PRESENCE_PRESENT : PRESENCE_ABSENT;
}
