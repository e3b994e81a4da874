#include "analyze/grants/fold.h"

#include <inttypes.h>
#include <stdlib.h>

static const int64_t SCRIPT_RUNS = 3600 * NS_PER_S;
static const int64_t FAR = INT64_C(7258118400) * NS_PER_S; /* the year 2200 */
enum { SCRIPT_MOST = 32 * 1024 * 1024 }; /* a longer script block is read up to there */

void fold_error(struct fold *f, const struct item *item, uint64_t offset, struct str record,
                struct str reason) {
    struct analysis *out = f->out;
    ARENA_GROW(f->arena, out->errors, f->error_cap, out->error_count + 1);
    out->errors[out->error_count++] = (struct error_row){.item = item,
                                                         .item_name = item ? item->name : STR_NONE,
                                                         .offset = offset,
                                                         .has_offset = true,
                                                         .record = record,
                                                         .reason = reason};
}

void fold_note(struct fold *f, struct str note) {
    ARENA_GROW(f->arena, f->out->notes, f->note_cap, f->out->note_count + 1);
    f->out->notes[f->out->note_count++] = note;
}

/* ---- items, in their final order, without those that were collected twice ---- */

static int compare_items(const void *a, const void *b) {
    const struct item *x = *(struct item *const *)a, *y = *(struct item *const *)b;
    int c = str_cmp(x->name, y->name);
    if (!c) c = str_cmp(x->archive, y->archive);
    return c ? c : strcmp(x->sha256, y->sha256);
}

static void order_items(struct fold *f, struct extract *x) {
    struct analysis *out = f->out;
    out->item_count = extract_count(x);
    out->items = ARENA_ARRAY(f->arena, struct item *, out->item_count);
    for (size_t i = 0; i < out->item_count; i++) out->items[i] = &extract_at(x, i)->item;
    qsort(out->items, out->item_count, sizeof *out->items, compare_items);
    for (size_t i = 0; i < out->item_count && !out->case_id.n; i++)
        out->case_id = out->items[i]->case_id;
}

/* What people say of a snapshot's time goes before what its case says. */
static void date_items(struct fold *f) {
    for (size_t i = 0; i < f->out->item_count; i++)
        for (size_t k = 0; k < f->options->state_time_count; k++) {
            const struct state_time *t = &f->options->state_times[k];
            struct item *item = f->out->items[i];
            size_t front = item->name.n - (item->name.n < t->item.n ? item->name.n : t->item.n);
            bool ends =
                str_ends(item->name, t->item) && (front == 0 || item->name.p[front - 1] == '/');
            if (ends) item->taken = t->time;
        }
}

static struct extracted *extracted_of(struct item *item) {
    return (struct extracted *)((char *)item - offsetof(struct extracted, item));
}

struct twin {
    const char *sha256;
    size_t at;
};

static int compare_twins(const void *a, const void *b) {
    const struct twin *x = a, *y = b;
    int c = strcmp(x->sha256, y->sha256);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* What is no kind of evidence known here is named, with how it begins. */
static void name_unrecognised(struct fold *f) {
    for (size_t i = 0; i < f->out->item_count; i++) {
        const struct item *it = f->out->items[i];
        struct buf hex = {0};
        if (it->reader.n || !it->sha256[0]) continue;
        for (size_t k = 0; k < it->first_bytes.n; k++)
            buf_printf(&hex, " %02x", (unsigned)(unsigned char)it->first_bytes.p[k]);
        fold_error(f, it, 0, STR_NONE,
                   it->size
                       ? arena_printf(f->arena,
                                      "not a kind of evidence that is known here; begins with%.*s",
                                      STR_ARG(buf_str(&hex)))
                       : STR("empty"));
        buf_free(&hex);
    }
}

/* The same bytes under two names are one witness: the later name's facts are left out. */
static bool *find_twins(struct fold *f) {
    struct analysis *out = f->out;
    bool *twin = ARENA_ARRAY(f->arena, bool, out->item_count);
    struct twin *t = ARENA_ARRAY(f->arena, struct twin, out->item_count);
    for (size_t i = 0; i < out->item_count; i++) t[i] = (struct twin){out->items[i]->sha256, i};
    qsort(t, out->item_count, sizeof *t, compare_twins);
    for (size_t i = 1; i < out->item_count; i++) {
        const struct item *it = out->items[t[i].at];
        if (!it->sha256[0] || !it->reader.n || strcmp(t[i].sha256, t[i - 1].sha256) != 0) continue;
        twin[t[i].at] = true;
        fold_note(f,
                  arena_printf(f->arena, "%.*s holds the same bytes as %.*s and was counted once",
                               STR_ARG(it->name), STR_ARG(out->items[t[i - 1].at]->name)));
    }
    return twin;
}

/* ---- facts of items ---- */

/* A script block is logged when it is compiled, a process when it starts: what they do comes later,
 * and a script may take its time. */
static struct when bound_of(const struct fact *fact) {
    struct when until = fact->until;
    bool ahead = fact->source == SOURCE_PS_4104 || fact->source == SOURCE_SECURITY_4688 ||
                 fact->source == SOURCE_SYSMON_1 || fact->source == SOURCE_PS_400;
    if (until.basis != WHEN_NONE || !ahead || fact->time.basis == WHEN_NONE) return until;
    until = fact->time;
    until.ns += SCRIPT_RUNS;
    return until;
}

static void take_witness(struct fold *f, struct witness_of **list, size_t *count, size_t *cap,
                         const struct fact *fact, struct item *item) {
    ARENA_GROW(f->arena, *list, *cap, *count + 1);
    struct witness_of *w = &(*list)[(*count)++];
    *w = (struct witness_of){.f = *fact, .item = item, .time = fact->time, .until = bound_of(fact)};
    w->between = fact->until.basis != WHEN_NONE;
    if (fact->time.basis != WHEN_NONE) return;
    if (fact->source != SOURCE_HISTORY && fact->until.basis == WHEN_NONE) return;
    /* At some time before: of a history, before its file was last written. It may be what a record
     * of the same names tells, whenever that was. */
    w->time = (struct when){0, 0, WHEN_INFERRED};
    w->between |= item->taken.basis != WHEN_NONE;
    if (w->until.basis == WHEN_NONE)
        w->until =
            item->taken.basis != WHEN_NONE ? item->taken : (struct when){FAR, 0, WHEN_INFERRED};
}

void fold_shown(struct fold *f, struct shown **list, size_t *count, size_t *cap,
                const struct fact *fact, struct item *item) {
    ARENA_GROW(f->arena, *list, *cap, *count + 1);
    (*list)[(*count)++] = (struct shown){*fact, item};
}

static void take_suspicion(struct fold *f, const struct fact *fact, const struct item *item) {
    struct analysis *out = f->out;
    ARENA_GROW(f->arena, out->suspicions, f->suspicion_cap, out->suspicion_count + 1);
    out->suspicions[out->suspicion_count++] = (struct suspicion){
        .rule = fact->rule_count ? fact->rules[0] : STR_NONE,
        .technique = fact->technique,
        .severity = fact->severity,
        .where = {fact->source, item, fact->record, fact->offset, fact->time, fact->result}};
}

static void take_names(struct fold *f, const struct fact *fact) {
    const struct change *c = &fact->change;
    identity_add(f->identity, c->mailbox);
    identity_add(f->identity, c->trustee);
    identity_add(f->identity, fact->actor);
    if (c->mailbox.n && c->mailbox_also.n) identity_join(f->identity, c->mailbox, c->mailbox_also);
    if (c->trustee.n && c->trustee_also.n) identity_join(f->identity, c->trustee, c->trustee_also);
}

static void take_state(struct fold *f, const struct fact *fact, struct item *item) {
    if (!(fact->change.flags & CHANGE_TRUNCATED)) {
        identity_add(f->identity, fact->change.mailbox);
        identity_add(f->identity, fact->change.trustee);
    }
    if (fact->source == SOURCE_TRANSCRIPT) {
        fold_shown(f, &f->prints, &f->print_count, &f->print_cap, fact, item);
        return;
    }
    fold_shown(f, &f->states, &f->state_count, &f->state_cap, fact, item);
}

static void take_fact(struct fold *f, const struct fact *fact, struct item *item) {
    switch (fact->kind) {
    case FACT_CHANGE:
        take_names(f, fact);
        take_witness(f, &f->changes, &f->change_count, &f->change_cap, fact, item);
        break;
    case FACT_USE: take_witness(f, &f->uses, &f->use_count, &f->use_cap, fact, item); break;
    case FACT_PART: take_witness(f, &f->parts, &f->part_count, &f->part_cap, fact, item); break;
    case FACT_MEMBER:
        identity_add(f->identity, fact->name);
        identity_add(f->identity, fact->text);
        fold_shown(f, &f->members, &f->member_count, &f->member_cap, fact, item);
        break;
    case FACT_CREATED:
        identity_add(f->identity, fact->name);
        fold_shown(f, &f->created, &f->created_count, &f->created_cap, fact, item);
        break;
    case FACT_RAN:
    case FACT_FAILURE: fold_shown(f, &f->runs, &f->run_count, &f->run_cap, fact, item); break;
    case FACT_ALIAS: identity_join(f->identity, fact->alias.one, fact->alias.other); break;
    case FACT_STATE: take_state(f, fact, item); break;
    case FACT_SIGNIN:
        identity_add(f->identity, fact->actor);
        ARENA_GROW(f->arena, f->signins, f->signin_cap, f->signin_count + 1);
        f->signins[f->signin_count++] = (struct signin_of){.fact = *fact, .item = item};
        break;
    case FACT_SUSPICION: take_suspicion(f, fact, item); break;
    case FACT_FAULT: fold_error(f, item, fact->offset, fact->record, fact->text); break;
    case FACT_CLEARED:
        ARENA_GROW(f->arena, f->cleared, f->cleared_cap, f->cleared_count + 1);
        f->cleared[f->cleared_count++] = *fact;
        break;
    default: break;
    }
}

/* Takes the parts of script blocks, or everything else; ordinals become record names. */
static void take_facts(struct fold *f, struct item *item, struct str facts, bool parts_only) {
    struct fact fact;
    uint64_t base = 0;
    int more;
    while ((more = fact_next(f->arena, &facts, &fact)) == 1) {
        if (fact.kind == FACT_BASE) base = fact.count;
        if (parts_only != (fact.kind == FACT_PART)) continue;
        if (!fact.record.n && fact.ordinal)
            fact.record = arena_printf(f->arena, "%" PRIu64, base + fact.ordinal);
        if (!fact.last_record.n && fact.last_ordinal)
            fact.last_record = arena_printf(f->arena, "%" PRIu64, base + fact.last_ordinal);
        take_fact(f, &fact, item);
    }
    if (more < 0)
        fold_error(f, item, 0, STR_NONE,
                   STR("the facts of this item are damaged; the rest of it is unread"));
}

static void take_item(struct fold *f, struct item *item) {
    take_facts(f, item, buf_str(&extracted_of(item)->facts), false);
    take_facts(f, item, buf_str(&extracted_of(item)->scripts), false);
}

/* ---- script blocks in parts ---- */

static int compare_parts(const void *a, const void *b) {
    const struct witness_of *x = a, *y = b;
    int c = str_cmp(x->f.host, y->f.host);
    if (!c) c = str_cmp(x->f.block_id, y->f.block_id);
    if (!c) c = (x->f.part > y->f.part) - (x->f.part < y->f.part);
    if (!c) c = when_cmp(x->f.time, y->f.time);
    if (!c) c = str_cmp(x->item->name, y->item->name);
    return c ? c : (x->f.offset > y->f.offset) - (x->f.offset < y->f.offset);
}

static bool same_block(const struct witness_of *x, const struct witness_of *y) {
    return str_eq(x->f.host, y->f.host) && str_eq(x->f.block_id, y->f.block_id);
}

static int read_script(struct fold *f, struct extract *x, struct witness_of *parts, size_t count,
                       struct error *e) {
    struct buf text = {0};
    uint32_t next = 1;
    bool cut = false;
    for (size_t i = 0; i < count && !cut; i++) {
        if (parts[i].f.part < next) continue; /* the same part, collected twice */
        cut = parts[i].f.part != next || text.n + parts[i].f.text.n > SCRIPT_MOST;
        if (cut) break;
        buf_add(&text, parts[i].f.text);
        next++;
    }
    cut = cut || next <= parts[0].f.parts;
    if (cut)
        fold_error(f, parts[0].item, parts[0].f.offset, parts[0].f.record,
                   arena_printf(f->arena, "script block %.*s: part %u of %u is missing; %s",
                                STR_ARG(parts[0].f.block_id), next, parts[0].f.parts,
                                next > 1 ? "what stands before it was read"
                                         : "nothing of it could be read"));
    int bad =
        next > 1 ? extract_text(x, extracted_of(parts[0].item), &parts[0].f, buf_str(&text), cut, e)
                 : 0;
    buf_free(&text);
    return bad;
}

/* Has every block that came in parts read as a whole. */
static int join_parts(struct fold *f, struct extract *x, struct error *e) {
    if (f->part_count) qsort(f->parts, f->part_count, sizeof *f->parts, compare_parts);
    for (size_t i = 0, n; i < f->part_count; i += n) {
        for (n = 1; i + n < f->part_count && same_block(&f->parts[i], &f->parts[i + n]);) n++;
        if (read_script(f, x, f->parts + i, n, e) != 0) return -1;
    }
    return extract_wait(x, e);
}

/* ---- all of it ---- */

static int compare_witnesses(const void *a, const void *b) {
    const struct witness_of *x = a, *y = b;
    int c = when_cmp(x->time, y->time);
    if (!c) c = compare_items(&x->item, &y->item);
    if (!c) c = (x->f.offset > y->f.offset) - (x->f.offset < y->f.offset);
    if (!c) c = (x->f.sequence > y->f.sequence) - (x->f.sequence < y->f.sequence);
    return c ? c : str_cmp(x->f.record, y->f.record);
}

static int compare_errors(const void *a, const void *b) {
    const struct error_row *x = a, *y = b;
    int c = str_cmp(x->item_name, y->item_name);
    if (!c) c = (x->offset > y->offset) - (x->offset < y->offset);
    if (!c) c = str_cmp(x->record, y->record);
    return c ? c : str_cmp(x->reason, y->reason);
}

static int compare_suspicions(const void *a, const void *b) {
    const struct suspicion *x = a, *y = b;
    int c = when_cmp(x->where.time, y->where.time);
    if (!c) c = compare_items(&x->where.item, &y->where.item);
    if (!c) c = (x->where.offset > y->where.offset) - (x->where.offset < y->where.offset);
    return c ? c : str_cmp(x->rule, y->rule);
}

static int compare_note(const void *a, const void *b) {
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void sort(void *list, size_t count, size_t size,
                 int (*compare)(const void *, const void *)) {
    if (count) qsort(list, count, size, compare);
}

int fold_analysis(struct extract *x, struct arena *a, const struct fold_options *o,
                  struct analysis *out, struct error *e) {
    struct fold f = {.arena = a, .options = o, .identity = identity_new(a), .out = out};
    *out = (struct analysis){.arena = a};
    order_items(&f, x);
    date_items(&f);
    bool *twin = find_twins(&f);
    name_unrecognised(&f);
    for (size_t i = 0; i < out->item_count; i++)
        if (!twin[i])
            take_facts(&f, out->items[i], buf_str(&extracted_of(out->items[i])->facts), true);
    if (join_parts(&f, x, e) != 0) return -1;
    for (size_t i = 0; i < out->item_count; i++)
        if (!twin[i]) take_item(&f, out->items[i]);
    identity_close(f.identity);
    sort(f.changes, f.change_count, sizeof *f.changes, compare_witnesses);
    sort(f.uses, f.use_count, sizeof *f.uses, compare_witnesses);
    correlate(&f);
    ledger_fold(&f);
    observed_fold(&f);
    printed_fold(&f);
    members_fold(&f);
    ledger_uses(&f);
    signins_fold(&f);
    coverage_fold(&f);
    coverage_logging(&f);
    coverage_silences(&f);
    coverage_judge(&f);
    contradict(&f);
    prioritise(&f);
    fold_note(&f, str_from(RULES_LIMIT_NOTE));
    sort(out->errors, out->error_count, sizeof *out->errors, compare_errors);
    sort(out->suspicions, out->suspicion_count, sizeof *out->suspicions, compare_suspicions);
    sort(out->notes, out->note_count, sizeof *out->notes, compare_note);
    return 0;
}
