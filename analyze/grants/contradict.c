/* contradict.c - what one log has and another, which covers the time, has not (DOMAIN.md B.7).
 *
 * Three findings about acts, each in words:
 * - a shell's log has it and the server's has not. Said only where the server's log is known to
 *   hold what this host does, or speaks of this mailbox: of other organisations it knows nothing.
 * - the server has it and the PowerShell log of the host has not, from which the same actor gave
 *   other commands: it was done elsewhere, through REST or the portal.
 * - the two are of the same names and within minutes of each other, and of different rights.
 *
 * A log covers a time that lies between two of its acts and in none of its gaps and silences.
 * Everything is sorted and searched: O(n log n). */
#include <stdlib.h>

#include "analyze/grants/fold.h"
#include "analyze/powershell/cmdlets.h"

static const struct log {
    enum source source;
    const char *name;
    const char *telemetry[2]; /* of its coverage rows */
} SERVERS[] = {{SOURCE_UAL, "unified audit log", {"ual", "office-activity"}},
               {SOURCE_ADMIN_AUDIT, "administrator audit log", {"admin-audit"}},
               {SOURCE_EXCHANGE_MANAGEMENT,
                "MSExchange Management log",
                {"msexchange-management"}}},
  SHELLS[] = {
      {SOURCE_PS_4103, NULL, {"powershell-operational", "powershellcore-operational"}},
      {SOURCE_PS_4104, NULL, {"powershell-operational", "powershellcore-operational"}},
      {SOURCE_PS_800, NULL, {"windows-powershell"}},
};
enum {
    SERVER_LOGS = sizeof SERVERS / sizeof *SERVERS,
    SHELL_LOGS = sizeof SHELLS / sizeof *SHELLS
};

/* What a log is known to speak of: a mailbox of a server's, an actor and a host of a shell's. */
struct known {
    struct str name, host; /* in lower case, or an identity key */
    size_t log;
    const struct act *act;
};

struct known_list {
    struct known *list;
    size_t count, cap;
};

/* The times of the acts that a log has, in order. */
struct times {
    int64_t *list;
    size_t count, cap;
};

struct contradictions {
    struct fold *f;
    struct times servers[SERVER_LOGS];
    struct known_list hosts, mailboxes; /* of the servers' logs */
    struct known_list actors;           /* of the shells' logs that met a server's */
    bool lonely;                        /* there are acts that no server has */
};

static bool has(const struct act *a, enum source s) {
    for (size_t i = 0; i < a->observation_count; i++)
        if (a->observations[i].source == s) return true;
    return false;
}

static bool has_any(const struct act *a, const struct log *logs, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (has(a, logs[i].source)) return true;
    return false;
}

/* A record of a server of any kind: who has one needs none of the three above. */
static bool on_server(const struct act *a) {
    static const enum source MORE[] = {SOURCE_MAILBOX_AUDIT, SOURCE_DIRECTORY_AUDIT,
                                       SOURCE_EXCHANGE_CMDLET_LOG, SOURCE_SECURITY_5136,
                                       SOURCE_SECURITY_GROUP};
    for (size_t i = 0; i < sizeof MORE / sizeof *MORE; i++)
        if (has(a, MORE[i])) return true;
    return has_any(a, SERVERS, SERVER_LOGS);
}

static bool dated(const struct act *a) {
    return (a->time.basis == WHEN_UTC || a->time.basis == WHEN_INFERRED) &&
           a->latest.basis == WHEN_NONE;
}

static int compare_known(const void *a, const void *b) {
    const struct known *x = a, *y = b;
    int c = str_cmp(x->name, y->name);
    if (!c) c = (x->log > y->log) - (x->log < y->log);
    if (!c) c = str_cmp(x->host, y->host);
    return c ? c : (x->act > y->act) - (x->act < y->act);
}

static void known_add(struct arena *a, struct known_list *k, struct known one) {
    if (!one.name.n) return;
    ARENA_GROW(a, k->list, k->cap, k->count + 1);
    k->list[k->count++] = one;
}

/* Sorts, and keeps of each name, log and host the first act. */
static void known_sort(struct known_list *k) {
    size_t kept = 0;
    if (k->count) qsort(k->list, k->count, sizeof *k->list, compare_known);
    for (size_t i = 0; i < k->count; i++) {
        const struct known *last = kept ? &k->list[kept - 1] : NULL;
        if (last && str_eq(last->name, k->list[i].name) && last->log == k->list[i].log &&
            str_eq(last->host, k->list[i].host))
            continue;
        k->list[kept++] = k->list[i];
    }
    k->count = kept;
}

static bool knows(const struct known_list *k, struct str name, size_t log) {
    struct known wanted = {.name = name, .log = log};
    size_t i = search_first(k->list, k->count, sizeof *k->list, &wanted, compare_known);
    return name.n && i < k->count && k->list[i].log == log && str_eq(k->list[i].name, name);
}

/* Is that a time of which the log's rows say that nothing was kept? */
static bool in_gap(const struct coverage_row *row, int64_t t) {
    for (size_t i = 0; i < row->silence_count; i++)
        if (row->silences[i].after.ns < t && t < row->silences[i].before.ns) return true;
    for (size_t i = 0; i < row->gap_count; i++) {
        const struct number_gap *g = &row->gaps[i];
        bool known = g->after.basis != WHEN_NONE && g->before.basis != WHEN_NONE;
        if (known && g->after.ns <= t && t <= g->before.ns) return true;
    }
    return row->silence_total > row->silence_count || row->gap_total > row->gap_count;
}

static bool is_of(const struct coverage_row *row, const struct log *log) {
    for (size_t i = 0; i < 2 && log->telemetry[i]; i++)
        if (str_eq(row->telemetry, str_from(log->telemetry[i]))) return true;
    return false;
}

static bool server_covers(const struct contradictions *c, size_t log, int64_t t) {
    const struct times *own = &c->servers[log];
    if (!own->count || t < own->list[0] || t > own->list[own->count - 1]) return false;
    for (size_t i = 0; i < c->f->out->coverage_count; i++) {
        const struct coverage_row *row = &c->f->out->coverage[i];
        if (is_of(row, &SERVERS[log]) && in_gap(row, t)) return false;
    }
    return true;
}

/* The first row of a shell's log of that host that covers the time. */
static const struct coverage_row *shell_covers(const struct contradictions *c,
                                               const struct known *k, int64_t t) {
    for (size_t i = 0; i < c->f->out->coverage_count; i++) {
        const struct coverage_row *row = &c->f->out->coverage[i];
        if (!is_of(row, &SHELLS[k->log]) || !str_ieq(row->host, k->host)) continue;
        if (row->first.basis == WHEN_UTC && row->first.ns <= t && t <= row->last.ns &&
            !in_gap(row, t))
            return row;
    }
    return NULL;
}

/* ---- what the logs are known to speak of ---- */

static bool can_be_judged(const struct act *a) {
    enum { NEVER = CHANGE_WHAT_IF | CHANGE_ATTEMPT | CHANGE_DYNAMIC | CHANGE_CARVED };
    return dated(a) && a->mailbox.written.n && a->what.result != RESULT_FAILED &&
           !(a->what.flags & (NEVER | CHANGE_SERVICE)) && a->what.right != RIGHT_APPLICATION;
}

static void learn(struct contradictions *c, const struct act *a) {
    struct arena *arena = c->f->arena;
    bool typed = has_any(a, SHELLS, SHELL_LOGS);
    struct str host = typed ? arena_lower(arena, a->host) : STR_NONE;
    for (size_t i = 0; i < SERVER_LOGS; i++) {
        struct times *t = &c->servers[i];
        if (!c->lonely || !has(a, SERVERS[i].source)) continue;
        struct str mailbox = identity_key(c->f->identity, party_name(&a->mailbox));
        known_add(arena, &c->mailboxes, (struct known){mailbox, STR_NONE, i, a});
        known_add(arena, &c->hosts, (struct known){host, STR_NONE, i, a});
        if (!dated(a)) continue;
        ARENA_GROW(arena, t->list, t->cap, t->count + 1);
        t->list[t->count++] = a->time.ns;
    }
    for (size_t i = 0; host.n && on_server(a) && i < SHELL_LOGS; i++) {
        struct str actor = identity_key(c->f->identity, party_name(&a->actor));
        if (has(a, SHELLS[i].source))
            known_add(arena, &c->actors, (struct known){actor, host, i, a});
    }
}

static void learn_all(struct contradictions *c) {
    const struct analysis *out = c->f->out;
    for (size_t i = 0; i < out->act_count && !c->lonely; i++)
        c->lonely = can_be_judged(&out->acts[i]) && !on_server(&out->acts[i]);
    for (size_t i = 0; i < out->act_count; i++) learn(c, &out->acts[i]); /* by time */
    known_sort(&c->hosts);
    known_sort(&c->mailboxes);
    known_sort(&c->actors);
}

/* ---- the findings ---- */

static void judge_typed(struct contradictions *c, struct act *a) {
    struct str host = arena_lower(c->f->arena, a->host);
    struct str mailbox = identity_key(c->f->identity, party_name(&a->mailbox));
    for (size_t i = 0; i < SERVER_LOGS; i++) {
        bool about = knows(&c->hosts, host, i) || knows(&c->mailboxes, mailbox, i);
        if (!about || !server_covers(c, i, a->time.ns)) continue;
        a->not_on_server = arena_printf(
            c->f->arena,
            "the %s, which covers this time, has no record of it: it failed, was for another "
            "organisation, or its record is missing",
            SERVERS[i].name);
        return;
    }
}

static void judge_recorded(struct contradictions *c, struct act *a) {
    struct str actor = identity_key(c->f->identity, party_name(&a->actor));
    for (size_t i = SEARCH_TEXT(c->actors.list, c->actors.count, struct known, name, actor);
         actor.n && i < c->actors.count && str_eq(c->actors.list[i].name, actor); i++) {
        const struct known *k = &c->actors.list[i];
        const struct coverage_row *row = shell_covers(c, k, a->time.ns);
        if (!row) continue;
        a->not_in_shell = arena_printf(
            c->f->arena,
            "%.*s of %.*s, which covers this time and has this actor's %.*s, has no such command: "
            "it was given elsewhere, through the portal or REST, or was not logged",
            STR_ARG(row->telemetry), STR_ARG(row->host), STR_ARG(k->act->id));
        return;
    }
}

/* ---- the same names, other rights ---- */

struct named {
    struct str key;
    struct act *act;
};

static int compare_named(const void *a, const void *b) {
    const struct named *x = a, *y = b;
    int c = str_cmp(x->key, y->key);
    if (!c) c = when_cmp(x->act->time, y->act->time);
    return c ? c : (x->act > y->act) - (x->act < y->act);
}

static struct str describe(struct arena *arena, const struct act *a) {
    return arena_printf(arena, "%s of %s%s%.*s (%.*s)", change_action_name(a->what.action),
                        right_name(a->what.right), a->what.scope.n ? " " : "",
                        STR_ARG(a->what.scope), STR_ARG(a->id));
}

static void hold_together(struct contradictions *c, struct act *typed, struct act *recorded) {
    struct arena *a = c->f->arena;
    typed->other_values = arena_printf(a,
                                       "near that time the server's record of these names is "
                                       "of another act: %.*s",
                                       STR_ARG(describe(a, recorded)));
    recorded->other_values = arena_printf(a,
                                          "near that time the shell's record of these names is "
                                          "of another act: %.*s",
                                          STR_ARG(describe(a, typed)));
}

/* Each typed act that the server lacks against the next recorded one of its names, before or after
 * it, that no shell has. */
static void compare_neighbours(struct contradictions *c, const struct named *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct act *a = list[i].act;
        if (on_server(a)) continue;
        for (int step = -1; step <= 1; step += 2) {
            size_t k = i + (size_t)step; /* before the first it wraps and is beyond the last */
            if (k >= count || !str_eq(list[k].key, list[i].key)) continue;
            struct act *b = list[k].act;
            int64_t apart = a->time.ns - b->time.ns;
            if (!on_server(b) || b->other_values.n || (apart < 0 ? -apart : apart) > CLOCK_SKEW)
                continue;
            hold_together(c, a, b);
            break;
        }
    }
}

static void compare_values(struct contradictions *c) {
    struct analysis *out = c->f->out;
    struct named *list = ARENA_ARRAY(c->f->arena, struct named, out->act_count);
    size_t n = 0;
    for (size_t i = 0; i < out->act_count; i++) {
        struct act *a = &out->acts[i];
        struct str mailbox = identity_key(c->f->identity, party_name(&a->mailbox));
        struct str trustee = identity_key(c->f->identity, party_name(&a->trustee));
        bool lonely = on_server(a) ? !has_any(a, SHELLS, SHELL_LOGS) : a->not_on_server.n > 0;
        if (!lonely || !can_be_judged(a) || !mailbox.n || !trustee.n) continue;
        list[n++] = (struct named){arena_printf(c->f->arena, "%zu:%.*s %.*s", mailbox.n,
                                                STR_ARG(mailbox), STR_ARG(trustee)),
                                   a};
    }
    if (n) qsort(list, n, sizeof *list, compare_named);
    compare_neighbours(c, list, n);
}

void contradict(struct fold *f) {
    struct contradictions c = {.f = f};
    learn_all(&c);
    for (size_t i = 0; i < f->out->act_count; i++) {
        struct act *a = &f->out->acts[i];
        if (!can_be_judged(a)) continue;
        if (!on_server(a))
            judge_typed(&c, a);
        else if (!has_any(a, SHELLS, SHELL_LOGS) && cmdlet_find(a->what.cmdlet, NULL))
            judge_recorded(&c, a);
    }
    compare_values(&c);
}
