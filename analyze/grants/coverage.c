/* coverage.c - what was seen, and as loudly what was not.
 *
 * Rows are per telemetry and host. The table says which telemetry shows a grant at all, after the
 * log sources that ATT&CK names for AN1052 (Security 4688, m365:unified) and the extension sources;
 * what is missing from the evidence becomes a blind spot in words. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

static const struct {
    const char *telemetry;
    bool shows;       /* a grant made while this log was kept stands in it */
    const char *why;  /* in the row */
    const char *lack; /* the blind spot where no item of this telemetry is there; NULL: none */
} KINDS[] = {
    {"ual", true, "the unified audit log records every Exchange Online grant, however it was made",
     NULL},
    {"office-activity", true,
     "Sentinel's OfficeActivity holds Exchange's part of the unified audit log", NULL},
    {"directory-audit", false,
     "directory audit records roles and applications' rights, not permissions of mailboxes",
     "No directory audit was among the evidence: administrator roles and rights given to "
     "applications would be visible only as far as the unified audit log has them."},
    {"sign-in", false, "sign-ins show who came from where, not what was granted",
     "No sign-in records were among the evidence: from where and with what the accounts behind a "
     "grant signed in would not be visible."},
    {"snapshot", true,
     "a snapshot shows the access that was held when it was taken, not who gave it", NULL},
    {"history", true, "a history shows what was typed, without times and results", NULL},
    {"security", false,
     "4688 shows a grant only if it stood on a command line and command lines were recorded",
     "No Security log was among the evidence: process creation with command lines (4688) and "
     "Windows "
     "sign-ins would not be visible."},
    {"powershell-operational", true,
     "4104 and 4103 show commands if script block or module logging was on",
     "No PowerShell/Operational log was among the evidence: commands typed on a workstation or "
     "server would "
     "not be visible there."},
    {"powershellcore-operational", true, "4104 shows commands of PowerShell 7 if logging was on",
     NULL},
    {"windows-powershell", true, "800 shows pipeline details if module logging was on", NULL},
    {"msexchange-management", true,
     "event 1 and 6 record every cmdlet on an Exchange server, except by snap-in at the default "
     "level",
     "No MSExchange Management log was among the evidence: grants made on an Exchange server on "
     "premises "
     "would not be visible there."},
    {"admin-audit", true,
     "the administrator audit log records every cmdlet that changed something, with its parameters "
     "unless the export lost them",
     NULL},
    {"mailbox-audit", false, "mailbox audit entries show the use of rights, not who gave them",
     NULL},
    {"exchange-cmdlet-log", true, "CmdletInfra logs record each cmdlet that a server ran", NULL},
    {"sysmon", false, "event 1 shows a grant only if it stood on a command line", NULL},
    {"transcript", true, "a transcript shows what was typed in the sessions it recorded",
     "No PowerShell transcript was among the evidence: what was typed, and what it answered, is "
     "not visible."},
};

static const char *kind_why(struct str telemetry, bool *shows) {
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        if (!str_eq(telemetry, str_from(KINDS[i].telemetry))) continue;
        *shows = KINDS[i].shows;
        return KINDS[i].why;
    }
    *shows = false;
    return "this log does not record who gets access to a mailbox";
}

/* One item's counter, run or setback of one telemetry and host. */
struct seen_row {
    struct fact f;
    const struct item *item;
};

static int compare_place(const struct fact *x, const struct fact *y) {
    int c = str_cmp(x->telemetry, y->telemetry);
    return c ? c : str_cmp(x->host, y->host);
}

static int compare_seen(const void *a, const void *b) {
    const struct seen_row *x = a, *y = b;
    int c = compare_place(&x->f, &y->f);
    if (!c) c = str_cmp(x->item->name, y->item->name);
    if (!c) c = (x->item > y->item) - (x->item < y->item);
    if (!c) c = (x->f.number_first > y->f.number_first) - (x->f.number_first < y->f.number_first);
    return c ? c : when_cmp(x->f.first, y->f.first);
}

/* All facts of that kind, sorted by telemetry, host and item. */
static size_t collect_seen(struct fold *f, enum fact_kind kind, struct seen_row **out) {
    size_t n = 0, cap = 0;
    *out = NULL;
    for (size_t i = 0; i < f->out->item_count; i++) {
        struct extracted *x =
            (struct extracted *)((char *)f->out->items[i] - offsetof(struct extracted, item));
        struct str facts = buf_str(&x->facts);
        struct fact fact;
        while (fact_next(f->arena, &facts, &fact) == 1) {
            if (fact.kind != kind) continue;
            ARENA_GROW(f->arena, *out, cap, n + 1);
            (*out)[n++] = (struct seen_row){fact, f->out->items[i]};
        }
    }
    if (n) qsort(*out, n, sizeof **out, compare_seen);
    return n;
}

/* Sorted rows that are taken place by place. */
struct queue {
    struct seen_row *rows;
    size_t count, at;
};

static struct queue queue_of(struct fold *f, enum fact_kind kind) {
    struct queue q = {0};
    q.count = collect_seen(f, kind, &q.rows);
    return q;
}

/* The rows of that telemetry and host: they are asked for in order. */
static size_t queue_take(struct queue *q, const struct fact *place, struct seen_row **out) {
    while (q->at < q->count && compare_place(&q->rows[q->at].f, place) < 0) q->at++;
    size_t n = 0;
    *out = q->rows + q->at;
    while (q->at + n < q->count && compare_place(&q->rows[q->at + n].f, place) == 0) n++;
    q->at += n;
    return n;
}

static void widen(struct coverage_row *row, const struct fact *s) {
    row->records += s->count;
    when_widen(&row->first, &row->last, s->first);
    when_widen(&row->first, &row->last, s->last);
    if (!s->number_first) return;
    if (!row->number_first || s->number_first < row->number_first)
        row->number_first = s->number_first;
    if (s->number_last > row->number_last) row->number_last = s->number_last;
}

void fold_blind_spot(struct fold *f, struct str sentence) {
    ARENA_GROW(f->arena, f->out->blind_spots, f->blind_spot_cap, f->out->blind_spot_count + 1);
    f->out->blind_spots[f->out->blind_spot_count++] = sentence;
}

static void take_cleared(struct fold *f, struct coverage_row *row) {
    for (size_t i = 0; i < f->cleared_count; i++) {
        const struct fact *c = &f->cleared[i];
        char when[WHEN_TEXT];
        if (!str_eq(c->host, row->host) || !str_ieq(c->text, row->telemetry)) continue;
        struct when *grown = ARENA_ARRAY(f->arena, struct when, row->cleared_count + 1);
        if (row->cleared_count) memcpy(grown, row->cleared, row->cleared_count * sizeof *grown);
        grown[row->cleared_count++] = c->time;
        row->cleared = grown;
        when_format(c->time, when);
        fold_blind_spot(
            f, arena_printf(f->arena,
                            "The log %.*s of %.*s was cleared at %s%s%.*s: what it held is gone.",
                            STR_ARG(c->text), STR_ARG(c->host), when, c->actor.n ? " by " : "",
                            STR_ARG(c->actor)));
    }
}

static struct str of_host(struct fold *f, const struct coverage_row *row) {
    return row->host.n ? arena_join(f->arena, STR(" of "), row->host) : STR_NONE;
}

/* The longest time without a record that a gap stands for. */
static const struct number_gap *longest_gap(const struct coverage_row *row) {
    const struct number_gap *best = NULL;
    for (size_t i = 0; i < row->gap_count; i++) {
        const struct number_gap *g = &row->gaps[i];
        if (g->after.basis == WHEN_NONE || g->before.basis == WHEN_NONE) continue;
        if (!best || g->before.ns - g->after.ns > best->before.ns - best->after.ns) best = g;
    }
    return best;
}

static void say_gaps(struct fold *f, const struct coverage_row *row) {
    char from[WHEN_TEXT], to[WHEN_TEXT];
    struct str where = of_host(f, row), more = STR_NONE;
    const struct number_gap *g = longest_gap(row);
    if (!row->numbers_missing) return;
    if (g)
        more = arena_printf(f->arena,
                            " The longest time among them is between record %llu at %s and record "
                            "%llu at %s.",
                            (unsigned long long)(g->from - 1), when_format(g->after, from).p,
                            (unsigned long long)(g->to + 1), when_format(g->before, to).p);
    fold_blind_spot(f, arena_printf(f->arena,
                                    "%.*s%.*s: %llu record numbers between the first and the last "
                                    "are missing.%.*s",
                                    STR_ARG(row->telemetry), STR_ARG(where),
                                    (unsigned long long)row->numbers_missing, STR_ARG(more)));
}

static void say_setbacks(struct fold *f, const struct coverage_row *row) {
    char from[WHEN_TEXT], to[WHEN_TEXT];
    struct str where = of_host(f, row);
    if (!row->setback_count) return;
    const struct clock_setback *s = &row->setbacks[0];
    when_format(s->from, from);
    when_format(s->to, to);
    fold_blind_spot(
        f,
        arena_printf(f->arena,
                     "%.*s%.*s: the clock went back %zu time%s, first before record %llu (from "
                     "%s to %s): times around there are not to be trusted.",
                     STR_ARG(row->telemetry), STR_ARG(where), row->setback_count,
                     row->setback_count == 1 ? "" : "s", (unsigned long long)s->number, from, to));
}

static int compare_kinds(const void *a, const void *b) {
    return str_cmp(((const struct logged_kind *)a)->kind, ((const struct logged_kind *)b)->kind);
}

/* How many records of each kind, over all blocks and items. */
static void take_kinds(struct fold *f, struct queue *counted, const struct fact *place,
                       struct coverage_row *row) {
    struct seen_row *list;
    size_t n = queue_take(counted, place, &list), cap = 0;
    for (size_t i = 0; i < n; i++) {
        const struct fact *c = &list[i].f;
        size_t k = 0;
        while (k < row->kind_count && !str_eq(row->kinds[k].kind, c->text)) k++;
        if (k == row->kind_count) {
            ARENA_GROW(f->arena, row->kinds, cap, row->kind_count + 1);
            row->kinds[row->kind_count++] = (struct logged_kind){c->text, 0, c->first, c->last};
        }
        struct logged_kind *one = &row->kinds[k];
        one->count += c->count;
        when_widen(&one->first, &one->last, c->first);
        when_widen(&one->first, &one->last, c->last);
    }
    if (row->kind_count) qsort(row->kinds, row->kind_count, sizeof *row->kinds, compare_kinds);
}

static void take_runs(struct fold *f, struct queue *runs, struct queue *setbacks,
                      const struct fact *place, struct coverage_row *row) {
    struct seen_row *list;
    size_t n = queue_take(runs, place, &list), cap = 0;
    struct fact *facts = ARENA_ARRAY(f->arena, struct fact, n);
    for (size_t i = 0; i < n; i++) facts[i] = list[i].f;
    runs_fold(f->arena, facts, n, row);
    n = queue_take(setbacks, place, &list);
    for (size_t i = 0; i < n; i++) setbacks_add(f->arena, &list[i].f, list[i].item, row, &cap);
    say_gaps(f, row);
    say_setbacks(f, row);
}

static struct coverage_row make_row(struct fold *f, const struct seen_row *s, size_t count) {
    struct coverage_row row = {.telemetry = s[0].f.telemetry, .host = s[0].f.host};
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && s[i + n].item == s[i].item; n++) {
        }
        row.items++;
        row.unreadable += s[i].item->unreadable;
        for (size_t k = 0; k < n; k++) widen(&row, &s[i + k].f);
    }
    row.why = str_from(kind_why(row.telemetry, &row.grant_visible));
    take_cleared(f, &row);
    return row;
}

static void add_lacks(struct fold *f) {
    for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS; k++) {
        bool there = false;
        for (size_t i = 0; i < f->out->coverage_count && !there; i++)
            there = str_eq(f->out->coverage[i].telemetry, str_from(KINDS[k].telemetry));
        if (!there && KINDS[k].lack) fold_blind_spot(f, str_from(KINDS[k].lack));
    }
}

void coverage_fold(struct fold *f) {
    struct queue seen = queue_of(f, FACT_SEEN), runs = queue_of(f, FACT_RUN);
    struct queue setbacks = queue_of(f, FACT_SETBACK), counted = queue_of(f, FACT_COUNTED);
    size_t rows = 0, n;
    f->out->coverage = ARENA_ARRAY(f->arena, struct coverage_row, seen.count);
    while (seen.at < seen.count) {
        struct seen_row *list;
        struct fact place = seen.rows[seen.at].f;
        n = queue_take(&seen, &place, &list);
        struct coverage_row *row = &f->out->coverage[rows++];
        *row = make_row(f, list, n);
        take_runs(f, &runs, &setbacks, &place, row);
        take_kinds(f, &counted, &place, row);
    }
    f->out->coverage_count = rows;
    add_lacks(f);
}
