/* engine.c - what PowerShell's engine itself logged about commands that a text shows.
 *
 * 4105 and 4106 name a script block that ran and its runspace: the 4104 that holds its text has
 * neither. 4100 names a command that failed, without its arguments: it is taken for the call that
 * was logged last before it on that host, of that cmdlet, and in that runspace where both name one;
 * where that record holds several such calls, which of them failed is not known and all of them
 * stay as they are. 600, 400 and 403 of one host repeat its command line. None of these records is
 * an act of its own. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

static const int64_t AHEAD = 2 * NS_PER_S;    /* a record may be written late */
static const int64_t FAILS = 120 * NS_PER_S;  /* a server's answer, after the call was logged */
static const int64_t BLOCK = 3600 * NS_PER_S; /* the same, after its script block was logged */
enum { LOOK = 256 };                          /* so many records back */

/* ---- one command line of one host ---- */

static bool is_start(const struct witness_of *w) {
    return w->f.kind == FACT_CHANGE && w->f.source == SOURCE_PS_400 && w->f.block_id.n;
}

static int compare_starts(const void *a, const void *b) {
    const struct witness_of *x = *(struct witness_of *const *)a,
                            *y = *(struct witness_of *const *)b;
    int c = str_cmp(x->f.host, y->f.host);
    if (!c) c = str_cmp(x->f.block_id, y->f.block_id);
    if (!c) c = (x->f.sequence > y->f.sequence) - (x->f.sequence < y->f.sequence);
    if (!c) c = when_cmp(x->f.time, y->f.time); /* 403, which knows no start, goes last */
    return c ? c : (x > y) - (x < y);           /* their list is sorted */
}

static void drop_repeats(struct fold *f) {
    struct witness_of **list = ARENA_ARRAY(f->arena, struct witness_of *, f->change_count);
    size_t count = 0;
    for (size_t i = 0; i < f->change_count; i++)
        if (is_start(&f->changes[i])) list[count++] = &f->changes[i];
    if (count) qsort(list, count, sizeof *list, compare_starts);
    const struct witness_of *kept = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct change *c = kept ? &kept->f.change : NULL, *d = &list[i]->f.change;
        bool repeat = kept && str_eq(kept->f.host, list[i]->f.host) &&
                      str_eq(kept->f.block_id, list[i]->f.block_id) &&
                      kept->f.sequence == list[i]->f.sequence && str_eq(c->command, d->command) &&
                      c->right == d->right && str_eq(c->mailbox, d->mailbox) &&
                      str_eq(c->trustee, d->trustee);
        if (repeat)
            list[i]->f.kind = (enum fact_kind)0;
        else
            kept = list[i];
    }
}

/* ---- which block ran ---- */

static int compare_runs(const void *a, const void *b) {
    const struct shown *x = a, *y = b;
    int c = (x->f.kind > y->f.kind) - (x->f.kind < y->f.kind);
    if (!c) c = str_icmp(x->f.host, y->f.host);
    if (!c) c = str_icmp(x->f.block_id, y->f.block_id);
    if (!c) c = when_cmp(x->f.time, y->f.time);
    if (!c) c = str_cmp(x->item->name, y->item->name);
    if (!c) c = strcmp(x->item->sha256, y->item->sha256);
    return c ? c : (x->f.offset > y->f.offset) - (x->f.offset < y->f.offset);
}

static void tell(struct fold *f, struct witness_of *w, const struct shown *what) {
    ARENA_GROW(f->arena, f->remarks, f->remark_cap, f->remark_count + 1);
    f->remarks[f->remark_count++] = (struct remark){w, what};
}

/* How a run stands to the text of a block: below are those of other blocks and of before. */
static int compare_run_to(const void *element, const void *wanted) {
    const struct fact *r = &((const struct shown *)element)->f, *text = wanted;
    int c = str_icmp(r->host, text->host);
    if (!c) c = str_icmp(r->block_id, text->block_id);
    return c ? c : (r->time.ns < text->time.ns - AHEAD ? -1 : 0);
}

/* The first run of the block from the time on at which its text was logged. */
static const struct shown *run_of(const struct fold *f, size_t count, const struct witness_of *w) {
    size_t at = search_first(f->runs, count, sizeof *f->runs, &w->f, compare_run_to);
    return at < count && compare_run_to(&f->runs[at], &w->f) == 0 ? &f->runs[at] : NULL;
}

static void settle_runs(struct fold *f, size_t count) {
    for (size_t i = 0; i < f->change_count; i++) {
        struct witness_of *w = &f->changes[i];
        if (!w->f.kind || w->f.source != SOURCE_PS_4104 || !w->f.block_id.n) continue;
        if (w->f.change.flags & CHANGE_CARVED) continue;
        const struct shown *run = run_of(f, count, w);
        if (!run) continue;
        if (!w->f.session.n) w->f.session = run->f.session;
        tell(f, w, run);
    }
}

/* ---- which call failed ---- */

static bool may_be_told(const struct witness_of *w) {
    enum source s = w->f.source;
    bool shell = s == SOURCE_PS_4104 || s == SOURCE_PS_4103 || s == SOURCE_PS_800;
    return w->f.kind && shell && w->f.host.n && w->f.time.basis == WHEN_UTC &&
           !(w->f.change.flags & CHANGE_CARVED) && w->f.change.result == RESULT_UNKNOWN;
}

static int compare_calls(const void *a, const void *b) {
    const struct witness_of *x = *(struct witness_of *const *)a,
                            *y = *(struct witness_of *const *)b;
    int c = str_icmp(x->f.host, y->f.host);
    if (!c) c = str_icmp(x->f.change.cmdlet, y->f.change.cmdlet);
    if (!c) c = (x->f.source > y->f.source) - (x->f.source < y->f.source);
    if (!c) c = when_cmp(x->f.time, y->f.time);
    return c ? c : (x > y) - (x < y);
}

/* A failure, as a call of that log. */
struct failed {
    const struct fact *what;
    enum source log;
};

/* Host, command and log, in the order of compare_calls(). */
static int call_to_failure(const struct witness_of *w, const struct failed *fail) {
    int c = str_icmp(w->f.host, fail->what->host);
    if (!c) c = str_icmp(w->f.change.cmdlet, fail->what->name);
    return c ? c : (w->f.source > fail->log) - (w->f.source < fail->log);
}

/* Below is what was logged before it. */
static int compare_call_to(const void *element, const void *wanted) {
    const struct witness_of *w = *(struct witness_of *const *)element;
    const struct failed *fail = wanted;
    int c = call_to_failure(w, fail);
    return c ? c : (w->f.time.ns <= fail->what->time.ns + AHEAD ? -1 : 0);
}

static bool same_call(const struct witness_of *x, const struct witness_of *y) {
    const struct change *c = &x->f.change, *d = &y->f.change;
    return str_eq(c->mailbox, d->mailbox) && str_eq(c->trustee, d->trustee) &&
           str_eq(c->scope, d->scope) && str_eq(c->command, d->command);
}

static bool same_log_record(const struct witness_of *x, const struct witness_of *y) {
    return x->item == y->item && x->f.offset == y->f.offset && str_eq(x->f.record, y->f.record);
}

/* The last call before the failure that it can mean, or `count`. */
static size_t call_before(struct witness_of **list, size_t count, const struct failed *fail) {
    const struct fact *x = fail->what;
    int64_t reach = fail->log == SOURCE_PS_4104 ? BLOCK : FAILS;
    size_t behind = search_first(list, count, sizeof *list, fail, compare_call_to);
    for (size_t at = behind; at-- > 0 && behind - at <= LOOK;) {
        const struct witness_of *w = list[at];
        if (call_to_failure(w, fail) != 0 || x->time.ns - w->f.time.ns > reach) break;
        if (!w->f.session.n || !x->session.n || str_ieq(w->f.session, x->session)) return at;
    }
    return count;
}

/* Marks the call of that log that the failure must mean; says whether there was one, or several. */
static size_t mark(struct fold *f, struct witness_of **list, size_t count, enum source s,
                   const struct shown *fail) {
    const struct fact *x = &fail->f;
    const struct failed wanted = {x, s};
    size_t at = call_before(list, count, &wanted), calls = 0;
    if (at == count) return 0;
    size_t from = at;
    while (from > 0 && same_log_record(list[from - 1], list[at]) &&
           call_to_failure(list[from - 1], &wanted) == 0)
        from--;
    for (size_t i = from; i <= at; i++) calls += i == from || !same_call(list[i - 1], list[i]);
    for (size_t i = from; i <= at && calls == 1; i++) {
        list[i]->f.change.result = RESULT_FAILED;
        if (!list[i]->f.change.note.n) list[i]->f.change.note = x->text;
        tell(f, list[i], fail);
    }
    return calls;
}

static void settle_failures(struct fold *f, size_t from) {
    static const enum source LOGS[] = {SOURCE_PS_4103, SOURCE_PS_800, SOURCE_PS_4104};
    struct witness_of **list = ARENA_ARRAY(f->arena, struct witness_of *, f->change_count);
    size_t count = 0;
    for (size_t i = 0; i < f->change_count; i++)
        if (may_be_told(&f->changes[i])) list[count++] = &f->changes[i];
    if (count) qsort(list, count, sizeof *list, compare_calls);
    for (size_t i = from; i < f->run_count; i++) {
        const struct shown *fail = &f->runs[i];
        size_t most = 0;
        if (fail->f.time.basis != WHEN_UTC) continue;
        for (size_t k = 0; k < sizeof LOGS / sizeof *LOGS; k++) {
            size_t calls = mark(f, list, count, LOGS[k], fail);
            if (calls > most) most = calls;
        }
        if (most > 1)
            fold_note(f, arena_printf(f->arena,
                                      "%.*s, record %.*s: a call of %.*s failed (4100), one of %zu "
                                      "that were logged together: which is not known",
                                      STR_ARG(fail->item->name), STR_ARG(fail->f.record),
                                      STR_ARG(fail->f.name), most));
    }
}

void engine_settle(struct fold *f) {
    size_t ran = 0;
    drop_repeats(f);
    if (!f->run_count) return;
    qsort(f->runs, f->run_count, sizeof *f->runs, compare_runs);
    while (ran < f->run_count && f->runs[ran].f.kind == FACT_RAN) ran++;
    settle_runs(f, ran);
    settle_failures(f, ran);
}

/* ---- into the acts ---- */

static bool stands_there(const struct act *a, const struct shown *what) {
    for (size_t i = 0; i < a->observation_count; i++) {
        const struct observation *o = &a->observations[i];
        if (o->item == what->item && o->source == what->f.source && o->offset == what->f.offset &&
            str_eq(o->record, what->f.record))
            return true;
    }
    return false;
}

void engine_observe(struct fold *f) {
    for (size_t i = 0; i < f->remark_count; i++) {
        const struct shown *s = f->remarks[i].what;
        struct act *a = f->remarks[i].w->act;
        if (a && !stands_there(a, s))
            act_observe(f->arena, a,
                        &(struct observation){s->f.source, s->item, s->f.record, s->f.offset,
                                              s->f.time, s->f.result});
    }
}
