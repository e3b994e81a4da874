/* history.c - see history.h. */
#include "playbooks/history.h"

#include <stdlib.h>

#include "base/search.h"
#include "playbooks/record.h"

/* A grant, or a change, under the right it is about. */
struct filed {
    struct str key;
    const cJSON *what;
};

struct history {
    struct arena *arena;
    const struct facts *facts;
    const struct state *state;
    struct filed *lives, *changes; /* by key, then id */
    struct filed *closed;          /* lives by the change that closed them; first those of none */
};

static struct str name_key(const struct history *h, const cJSON *party) {
    struct str identity = json_get_str(party, "identity");
    struct str name = identity.n ? identity : json_get_str(party, "written");
    return h->state ? identity_key(h->state->identity, name) : arena_lower(h->arena, name);
}

/* A rule and a forwarding are one thing, whoever receives: the record that ends it names nobody. */
static bool trustee_matters(struct str right) {
    return !str_eq(right, STR("InboxRule")) && !str_eq(right, STR("TransportRule")) &&
           !str_eq(right, STR("Forwarding"));
}

/* Mailbox, trustee, right, scope, allow or deny. Without the trustee: of an act on a whole list. */
static struct str key_of(const struct history *h, const cJSON *what, bool whole) {
    struct str mailbox = name_key(h, json_get(what, "mailbox"));
    whole |= !trustee_matters(json_get_str(what, "right"));
    struct str trustee = whole ? STR_NONE : name_key(h, json_get(what, "trustee"));
    struct str scope = arena_lower(h->arena, json_get_str(what, "scope"));
    return arena_printf(h->arena, "%.*s\x1f%.*s\x1f%.*s\x1f%.*s\x1f%d", STR_ARG(mailbox),
                        STR_ARG(trustee), STR_ARG(json_get_str(what, "right")), STR_ARG(scope),
                        json_get_bool(what, "deny", false));
}

bool history_same_party(const struct history *h, const cJSON *x, const cJSON *y) {
    struct str one = name_key(h, x);
    return one.n && str_eq(one, name_key(h, y));
}

static int by_key(const void *a, const void *b) {
    const struct filed *x = a, *y = b;
    int c = str_cmp(x->key, y->key);
    return c ? c : str_cmp(json_get_str(x->what, "id"), json_get_str(y->what, "id"));
}

static struct filed *file_all(struct history *h, cJSON **list, size_t count) {
    struct filed *filed = ARENA_ARRAY(h->arena, struct filed, count ? count : 1);
    for (size_t i = 0; i < count; i++)
        filed[i] = (struct filed){key_of(h, list[i], false), list[i]};
    if (count) qsort(filed, count, sizeof *filed, by_key);
    return filed;
}

struct history *history_new(struct arena *a, const struct facts *f, const struct state *s) {
    struct history *h = ARENA_NEW(a, struct history);
    *h = (struct history){.arena = a, .facts = f, .state = s};
    h->lives = file_all(h, f->grants, f->grant_count);
    h->changes = file_all(h, f->changes, f->change_count);
    h->closed = ARENA_ARRAY(a, struct filed, f->grant_count ? f->grant_count : 1);
    for (size_t i = 0; i < f->grant_count; i++)
        h->closed[i] = (struct filed){json_get_str(f->grants[i], "closed_by"), f->grants[i]};
    if (f->grant_count) qsort(h->closed, f->grant_count, sizeof *h->closed, by_key);
    return h;
}

/* What is filed under this key: [*from, *to). */
static void find(const struct filed *list, size_t count, struct str key, size_t *from, size_t *to) {
    *from = *to = SEARCH_TEXT(list, count, struct filed, key, key);
    while (*to < count && str_eq(list[*to].key, key)) (*to)++;
}

bool history_knows(const struct history *h, const cJSON *change) {
    size_t from, to;
    find(h->lives, h->facts->grant_count, key_of(h, change, false), &from, &to);
    if (from < to) return true;
    find(h->closed, h->facts->grant_count, json_get_str(change, "id"), &from, &to);
    return from < to;
}

struct found {
    const cJSON **list;
    size_t count, cap;
};

static void add(const struct history *h, struct found *found, const cJSON *c) {
    if (!c) return;
    ARENA_GROW(h->arena, found->list, found->cap, found->count + 1);
    found->list[found->count++] = c;
}

static void add_filed(const struct history *h, struct found *found, struct str key) {
    size_t from, to;
    find(h->changes, h->facts->change_count, key, &from, &to);
    for (size_t i = from; i < to; i++) add(h, found, h->changes[i].what);
}

static int by_id(const void *a, const void *b) {
    return str_cmp(json_get_str(*(const cJSON *const *)a, "id"),
                   json_get_str(*(const cJSON *const *)b, "id"));
}

size_t history_changes(const struct history *h, const cJSON *grant, const cJSON ***changes) {
    struct str key = key_of(h, grant, false);
    struct found found = {0};
    size_t from, to, kept = 0;
    add_filed(h, &found, key);
    add_filed(h, &found, key_of(h, grant, true));
    /* What the ledger joined by other means than names. */
    find(h->lives, h->facts->grant_count, key, &from, &to);
    for (size_t i = from; i < to; i++) {
        add(h, &found, facts_change(h->facts, json_get_str(h->lives[i].what, "opened_by")));
        add(h, &found, facts_change(h->facts, json_get_str(h->lives[i].what, "closed_by")));
    }
    if (found.count) qsort(found.list, found.count, sizeof *found.list, by_id);
    for (size_t i = 0; i < found.count; i++)
        if (!kept || found.list[kept - 1] != found.list[i]) found.list[kept++] = found.list[i];
    *changes = found.list;
    return kept;
}

/* An emptied list carries no action of its own, but it took this right too. */
static bool counts(const cJSON *c) { return !record_unfit(c) || record_clears(c); }

static struct str last_change(const cJSON *grant) {
    const cJSON *ids = json_get(grant, "changes");
    return ids && ids->child ? json_text(ids->child->prev) : STR_NONE;
}

/* Default and Anonymous keep an entry of None; for others None is an entry that gives nothing. */
static bool ends_it(const cJSON *c) {
    return str_eq(json_get_str(c, "action"), STR("revoke")) ||
           (str_eq(json_get_str(c, "right"), STR("Folder")) &&
            str_ieq(json_get_str(c, "level"), STR("None")));
}

struct life_end history_end(const struct history *h, const cJSON *grant) {
    struct life_end end = {grant, NULL, NULL};
    const cJSON **changes;
    size_t from, to, count = history_changes(h, grant, &changes);
    find(h->lives, h->facts->grant_count, key_of(h, grant, false), &from, &to);
    for (size_t i = from; i < to; i++)
        if (str_cmp(last_change(h->lives[i].what), last_change(end.newest)) > 0)
            end.newest = h->lives[i].what;
    for (size_t i = 0; i < count; i++) {
        if (!counts(changes[i])) continue;
        if (!str_eq(json_get_str(changes[i], "result"), STR("succeeded"))) {
            if (!ends_it(changes[i])) end.closing = NULL;
            end.attempt = ends_it(changes[i]) ? changes[i] : NULL;
            continue;
        }
        end.attempt = NULL;
        if (!ends_it(changes[i]))
            end.closing = NULL;
        else if (!end.closing) /* the first that took it; taking again changes nothing */
            end.closing = changes[i];
    }
    return end;
}

static bool removes_entry(const cJSON *c) {
    struct str cmdlet = json_get_str(c, "cmdlet");
    return str_istarts(cmdlet, STR("Remove")) && str_eq(json_get_str(c, "action"), STR("revoke"));
}

/* One act of somebody else on what stood. Where it only makes sense with what the intruder had done
 * (an entry set that was not there, added that was), nobody but a person can tell. */
static void apply(struct held *held, const cJSON *c, bool folder) {
    struct str cmdlet = json_get_str(c, "cmdlet"), level = json_get_str(c, "level");
    bool gives = !removes_entry(c) && (folder || !str_eq(json_get_str(c, "action"), STR("revoke")));
    enum standing then = gives ? STANDING_PRESENT : STANDING_ABSENT;
    bool same = held->standing == then && (!folder || str_ieq(held->level, level));
    if (same) return;
    held->by = NULL;
    held->told = c;
    if (!str_eq(json_get_str(c, "result"), STR("succeeded")) ||
        (folder && held->standing == STANDING_ABSENT && str_istarts(cmdlet, STR("Set-"))) ||
        (folder && held->standing == STANDING_PRESENT && str_istarts(cmdlet, STR("Add"))))
        then = STANDING_UNKNOWN;
    held->standing = then;
    held->level = then == STANDING_PRESENT ? level : STR_NONE;
}

/* An entry that is there already cannot be added: before this there was none. */
static bool proves_none(const cJSON *c) {
    struct str cmdlet = json_get_str(c, "cmdlet");
    return str_eq(json_get_str(c, "result"), STR("succeeded")) &&
           (str_ieq(cmdlet, STR("Add-MailboxFolderPermission")) ||
            str_ieq(cmdlet, STR("AddFolderPermissions")));
}

struct held history_without(const struct history *h, const cJSON *grant,
                            const struct state_query *q,
                            bool (*theirs)(const void *own, const cJSON *change), const void *own) {
    const cJSON **changes;
    size_t count = history_changes(h, grant, &changes), first = 0;
    struct held held = {.standing = STANDING_UNKNOWN};
    while (first < count && (!counts(changes[first]) || !theirs(own, changes[first]))) first++;
    if (first == count) return held;
    struct when since = record_time(changes[first]);
    enum presence was = state_before(h->state, q, since, &held.level, &held.by);
    const struct snapshot *snapshot = held.by;
    if (was != PRESENCE_UNKNOWN)
        held.standing = was == PRESENCE_PRESENT ? STANDING_PRESENT : STANDING_ABSENT;
    if (held.standing != STANDING_PRESENT || q->kind != STATE_FOLDER) held.level = STR_NONE;
    for (size_t i = 0; i < count; i++) {
        if (theirs(own, changes[i])) {
            if (q->kind == STATE_FOLDER && held.standing == STANDING_UNKNOWN && !held.told &&
                proves_none(changes[i]))
                held.standing = STANDING_ABSENT;
            continue;
        }
        if (i > first && str_eq(json_get_str(changes[i], "result"), STR("failed"))) {
            /* It may have failed only because of what the intruder had done. */
            held = (struct held){.standing = STANDING_UNKNOWN, .told = changes[i]};
            continue;
        }
        if (!counts(changes[i])) continue;
        if (snapshot && when_cmp(record_time(changes[i]), snapshot->time) <= 0) continue;
        apply(&held, changes[i], q->kind == STATE_FOLDER);
    }
    return held;
}
