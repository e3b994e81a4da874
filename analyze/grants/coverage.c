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
     "No unified audit log was among the evidence: grants made in Exchange Online (PowerShell, "
     "admin "
     "centre or REST) would not be visible."},
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

/* One item's counter of one telemetry and host. */
struct seen_row {
    struct fact f;
    const struct item *item;
};

static int compare_seen(const void *a, const void *b) {
    const struct seen_row *x = a, *y = b;
    int c = str_cmp(x->f.telemetry, y->f.telemetry);
    if (!c) c = str_cmp(x->f.host, y->f.host);
    if (!c) c = str_cmp(x->item->name, y->item->name);
    return c ? c : (x->item > y->item) - (x->item < y->item);
}

static size_t collect_seen(struct fold *f, struct seen_row **out) {
    size_t n = 0, cap = 0;
    *out = NULL;
    for (size_t i = 0; i < f->out->item_count; i++) {
        struct extracted *x =
            (struct extracted *)((char *)f->out->items[i] - offsetof(struct extracted, item));
        struct str facts = buf_str(&x->facts);
        struct fact fact;
        while (fact_next(f->arena, &facts, &fact) == 1) {
            if (fact.kind != FACT_SEEN) continue;
            ARENA_GROW(f->arena, *out, cap, n + 1);
            (*out)[n++] = (struct seen_row){fact, f->out->items[i]};
        }
    }
    if (n) qsort(*out, n, sizeof **out, compare_seen);
    return n;
}

static void widen(struct coverage_row *row, const struct fact *s) {
    row->records += s->count;
    if (s->first.basis != WHEN_NONE &&
        (row->first.basis == WHEN_NONE || when_cmp(s->first, row->first) < 0))
        row->first = s->first;
    if (s->last.basis != WHEN_NONE &&
        (row->last.basis == WHEN_NONE || when_cmp(s->last, row->last) > 0))
        row->last = s->last;
    if (!s->number_first) return;
    if (!row->number_first || s->number_first < row->number_first)
        row->number_first = s->number_first;
    if (s->number_last > row->number_last) row->number_last = s->number_last;
}

/* Record numbers missing within one item: its range less its count. */
static uint64_t missing_in_item(const struct seen_row *s, size_t count) {
    uint64_t first = 0, last = 0, records = 0;
    for (size_t i = 0; i < count; i++) {
        records += s[i].f.count;
        if (!s[i].f.number_first) continue;
        if (!first || s[i].f.number_first < first) first = s[i].f.number_first;
        if (s[i].f.number_last > last) last = s[i].f.number_last;
    }
    uint64_t range = first ? last - first + 1 : 0;
    return range > records ? range - records : 0;
}

static void add_blind_spot(struct fold *f, struct str sentence) {
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
        add_blind_spot(
            f, arena_printf(f->arena,
                            "The log %.*s of %.*s was cleared at %s%s%.*s: what it held is gone.",
                            STR_ARG(c->text), STR_ARG(c->host), when, c->actor.n ? " by " : "",
                            STR_ARG(c->actor)));
    }
}

static struct coverage_row make_row(struct fold *f, const struct seen_row *s, size_t count) {
    struct coverage_row row = {.telemetry = s[0].f.telemetry, .host = s[0].f.host};
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && s[i + n].item == s[i].item; n++) {
        }
        row.items++;
        row.unreadable += s[i].item->unreadable;
        row.numbers_missing += missing_in_item(s + i, n);
        for (size_t k = 0; k < n; k++) widen(&row, &s[i + k].f);
    }
    row.why = str_from(kind_why(row.telemetry, &row.grant_visible));
    take_cleared(f, &row);
    if (row.numbers_missing)
        add_blind_spot(
            f, arena_printf(
                   f->arena,
                   "%.*s%s%.*s: %llu record numbers between the first and the last are missing.",
                   STR_ARG(row.telemetry), row.host.n ? " of " : "", STR_ARG(row.host),
                   (unsigned long long)row.numbers_missing));
    return row;
}

static void add_lacks(struct fold *f) {
    for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS; k++) {
        bool there = false;
        for (size_t i = 0; i < f->out->coverage_count && !there; i++)
            there = str_eq(f->out->coverage[i].telemetry, str_from(KINDS[k].telemetry));
        if (!there && KINDS[k].lack) add_blind_spot(f, str_from(KINDS[k].lack));
    }
}

void coverage_fold(struct fold *f) {
    struct seen_row *seen;
    size_t n = collect_seen(f, &seen), rows = 0;
    f->out->coverage = ARENA_ARRAY(f->arena, struct coverage_row, n);
    for (size_t i = 0, k; i < n; i += k) {
        for (k = 1; i + k < n && str_eq(seen[i + k].f.telemetry, seen[i].f.telemetry) &&
                    str_eq(seen[i + k].f.host, seen[i].f.host);
             k++) {
        }
        f->out->coverage[rows++] = make_row(f, seen + i, k);
    }
    f->out->coverage_count = rows;
    add_lacks(f);
}
