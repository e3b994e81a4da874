#include "analyze/extract_work.h"

#include "analyze/evidence/evidence.h"
#include "analyze/extract_seen.h"
#include "analyze/extract_signin.h"
#include "analyze/powershell/powershell.h"

enum { KEEP_FACTS = 1024 * 1024, ALIASES_KEPT = 1024, RUNS_KEPT = 256 };

/* One block in work. */
struct shift {
    struct extract_worker *w;
    struct work_out *out;
    uint64_t records;
    struct tallies seen;
    struct signins signins;
    struct alias aliases[ALIASES_KEPT]; /* given lately: most records repeat the same few */

    struct str runs[RUNS_KEPT]; /* blocks lately said to have run: a prompt runs without end */

    enum right listed_right; /* whose entries the last snapshot row said were listed */
    struct str listed_mailbox, listed_scope;

    uint64_t sequence; /* changes of it so far */
    struct rule_match *matches;
    size_t match_count;
};

static void give(struct shift *s, const struct fact *f) {
    fact_put(&s->w->facts, f);
    if (s->w->facts.n < KEEP_FACTS) return;
    work_emit(s->out, buf_str(&s->w->facts));
    s->w->facts.n = 0;
}

static void give_counted(void *own, const struct fact *f) { give(own, f); }

static struct fact fact_of_event(enum fact_kind kind, const struct event *e) {
    return (struct fact){.kind = kind,
                         .source = e->source,
                         .record = e->record,
                         .ordinal = e->ordinal,
                         .offset = e->offset,
                         .time = e->time,
                         .until = e->until,
                         .host = e->host,
                         .actor = e->actor,
                         .actor_key = e->actor_key,
                         .client_ip = client_ip_clean(e->client_ip),
                         .session = e->session,
                         .application = e->application,
                         .result = e->result};
}

/* Every entry of a mailbox says that its entries are listed here: once in a row is enough. */
static void give_state(struct shift *s, const struct fact *f) {
    const struct change *c = &f->change;
    bool listed = c->action == ACTION_ALTER && c->right != RIGHT_AUDIT_CONFIG;
    if (listed && s->listed_right == c->right && str_eq(s->listed_mailbox, c->mailbox) &&
        str_eq(s->listed_scope, c->scope))
        return;
    if (listed) {
        s->listed_right = c->right;
        s->listed_mailbox = c->mailbox;
        s->listed_scope = c->scope;
    }
    give(s, f);
}

static void on_change(void *own, const struct event *e, const struct change *c) {
    struct shift *s = own;
    struct fact f = fact_of_event(e->kind == EVENT_STATE ? FACT_STATE : FACT_CHANGE, e);
    f.change = *c;
    if (e->kind == EVENT_STATE) {
        give_state(s, &f);
        return;
    }
    if (e->carved) {
        f.change.flags |= CHANGE_CARVED;
        f.change.result = RESULT_UNKNOWN;
    }
    f.block_id = e->block_id;
    f.sequence = s->sequence++;
    f.rules = ARENA_ARRAY(s->w->arena, struct str, s->match_count);
    f.rule_count = s->match_count;
    for (size_t i = 0; i < s->match_count; i++) f.rules[i] = s->matches[i].rule;
    give(s, &f);
}

static void on_use(void *own, const struct event *e, const struct use *u) {
    if (u->owner) return; /* an owner in their own mailbox says nothing about a grant */
    struct fact f = fact_of_event(FACT_USE, e);
    f.use = *u;
    give(own, &f);
}

static size_t text_slot(struct str text, size_t slots) {
    size_t h = text.n;
    for (size_t i = 0; i < text.n; i++) h = h * 31 + (unsigned char)text.p[i];
    return h % slots;
}

static size_t alias_slot(const struct alias *n) {
    return (text_slot(n->one, ALIASES_KEPT) * 31 + text_slot(n->other, ALIASES_KEPT)) %
           ALIASES_KEPT;
}

static void on_alias(void *own, const struct event *e, const struct alias *n) {
    struct shift *s = own;
    if (e->carved) return; /* names of today's things are not joined by yesterday's remains */
    struct alias *lately = &s->aliases[alias_slot(n)];
    if (str_eq(lately->one, n->one) && str_eq(lately->other, n->other)) return;
    *lately = (struct alias){arena_copy(s->w->arena, n->one), arena_copy(s->w->arena, n->other)};
    struct fact f = fact_of_event(FACT_ALIAS, e);
    f.alias = *n;
    give(s, &f);
}

static void on_member(void *own, const struct event *e, const struct membership *m) {
    struct fact f = fact_of_event(FACT_MEMBER, e);
    f.name = m->group;
    f.text = m->member;
    f.part = (uint32_t)m->move;
    give(own, &f);
}

static void on_created(void *own, const struct event *e, struct str name) {
    struct fact f = fact_of_event(FACT_CREATED, e);
    f.name = name;
    give(own, &f);
}

static void on_fault(void *own, const struct fault *fault) {
    struct fact f = {.kind = FACT_FAULT,
                     .offset = fault->offset,
                     .record = fault->record,
                     .text = fault->reason};
    give(own, &f);
}

/* Adds the matches in one text to those of the event, each rule once; they stay sorted by rule. */
static void scan_one(struct shift *s, const struct event *e, struct str text) {
    const char *why = NULL;
    struct rule_match *found;
    struct arena *a = s->w->arena;
    int n = rules_scan(s->w->scanner, a, text, &found, &why);
    if (n < 0) {
        struct fault f = {e->offset, e->record,
                          arena_printf(a, "rules were not applied to this text: %s", why)};
        on_fault(s, &f);
        return;
    }
    struct rule_match *all = ARENA_ARRAY(a, struct rule_match, s->match_count + (size_t)n);
    size_t count = 0, old = 0;
    for (size_t i = 0; i < (size_t)n || old < s->match_count;) {
        int order = i == (size_t)n          ? -1
                    : old == s->match_count ? 1
                                            : str_cmp(s->matches[old].rule, found[i].rule);
        all[count++] = order <= 0 ? s->matches[old] : found[i];
        old += order <= 0;
        i += order >= 0;
    }
    s->matches = all;
    s->match_count = count;
}

/* Rules are the net: what they match and no parser understood is worth a person's look. They see
 * the text, and every text that it decodes. */
static void scan_text(struct shift *s, const struct event *e) {
    s->match_count = 0;
    if (!s->w->scanner || e->text.n == 0) return;
    scan_one(s, e, e->text);
    for (size_t i = 0; i < e->reading->decoded_count; i++) scan_one(s, e, e->reading->decoded[i]);
}

static void give_suspicions(struct shift *s, const struct event *e) {
    for (size_t i = 0; i < s->match_count; i++) {
        struct fact f = fact_of_event(FACT_SUSPICION, e);
        f.rules = &s->matches[i].rule;
        f.rule_count = 1;
        f.technique = s->matches[i].technique;
        f.severity = s->matches[i].severity;
        give(s, &f);
    }
}

static void give_part(struct shift *s, const struct event *e) {
    struct fact f = fact_of_event(FACT_PART, e);
    f.block_id = e->block_id;
    f.path = e->path;
    f.part = e->part;
    f.parts = e->parts;
    f.text = e->text;
    give(s, &f);
}

static void give_cleared(struct shift *s, const struct event *e) {
    struct fact f = fact_of_event(FACT_CLEARED, e);
    f.text = e->operation;
    if (e->carved) f.text = arena_join(s->w->arena, f.text, STR(" (carved)"));
    give(s, &f);
}

static void give_ran(struct shift *s, const struct event *e) {
    struct str *lately = &s->runs[text_slot(e->block_id, RUNS_KEPT)];
    if (e->carved || str_eq(*lately, e->block_id)) return;
    *lately = arena_copy(s->w->arena, e->block_id);
    struct fact f = fact_of_event(FACT_RAN, e);
    f.block_id = e->block_id;
    give(s, &f);
}

static void give_failure(struct shift *s, const struct event *e) {
    if (e->carved) return;
    struct fact f = fact_of_event(FACT_FAILURE, e);
    f.name = e->operation;
    f.text = e->error;
    give(s, &f);
}

static void give_hint(struct shift *s, const struct event *e) {
    struct fact f = fact_of_event(FACT_SUSPICION, e);
    struct str words[] = {e->operation};
    f.rules = words;
    f.rule_count = 1;
    f.technique = STR("T1098.002");
    f.severity = STR("low");
    give(s, &f);
}

static void on_event(void *own, const struct event *e) {
    struct shift *s = own;
    if (s->w->mode != EXTRACT_FACTS) return;
    switch (e->kind) {
    case EVENT_CLEARED: give_cleared(s, e); return;
    case EVENT_RAN: give_ran(s, e); return;
    case EVENT_FAILURE: give_failure(s, e); return;
    case EVENT_HINT: give_hint(s, e); return;
    default: break;
    }
    struct event part;
    if (e->kind == EVENT_TEXT && e->parts > 1 && !e->carved) {
        give_part(s, e);
        return;
    }
    if (e->carved && e->parts > 1) { /* read for itself: parts in logs are not completed with it */
        part = *e;
        part.cut = true;
        part.parts = 1;
        e = &part;
    }
    /* Logons on a Windows host are as many as its records, and each has its own number: what they
     * join (account and SID) is told as names below, the rest is in `dump`. */
    if (e->kind == EVENT_SIGNIN && !e->of_windows) {
        struct fact f = fact_of_event(FACT_SIGNIN, e);
        f.text = e->error;
        f.details = e->params;
        signins_add(&s->signins, &f);
    }
    struct change_sink sink = {s->w->arena, s, on_change, on_use, on_alias, on_member, on_created};
    s->sequence = 0;
    s->match_count = 0;
    struct powershell_reading reading;
    if (e->kind == EVENT_TEXT) {
        struct powershell_text text = {e->text, e->command_line, e->cut};
        reading = powershell_read(s->w->arena, &text);
        part = *e;
        part.reading = &reading;
        e = &part;
        scan_text(s, e);
    }
    changes_of_event(e, &sink);
    if (s->sequence == 0) give_suspicions(s, e);
}

static void on_line(void *own, struct str record, uint64_t ordinal, uint64_t offset,
                    struct str members) {
    struct fact f = {
        .kind = FACT_LINE, .record = record, .ordinal = ordinal, .offset = offset, .text = members};
    give(own, &f);
}

static void on_seen(void *own, struct str telemetry, struct str host, struct when t,
                    uint64_t number) {
    tallies_add(&((struct shift *)own)->seen, telemetry, host, t, number);
}

static void on_kind(void *own, struct str telemetry, struct str host, struct str kind,
                    struct when t) {
    tallies_add_kind(&((struct shift *)own)->seen, telemetry, host, kind, t);
}

static void on_records(void *own, uint64_t count) { ((struct shift *)own)->records = count; }

static void read_block(struct shift *s, const struct work *work) {
    struct sink sink = {.arena = s->w->arena,
                        .dump = s->w->mode == EXTRACT_LINES,
                        .carve = s->w->carve,
                        .own = s,
                        .event = on_event,
                        .line = on_line,
                        .fault = on_fault,
                        .seen = on_seen,
                        .kind = on_kind,
                        .records = on_records};
    struct block block = {.head = work->head,
                          .bytes = work->bytes,
                          .offset = work->args[ARG_OFFSET],
                          .first = work->args[ARG_FLAGS] & EXTRACT_FIRST,
                          .last = work->args[ARG_FLAGS] & EXTRACT_LAST};
    EVIDENCE_READERS[work->args[ARG_READER]]->read(&block, &sink);
}

/* A script block put together from its parts: the head says where its first part stands. */
static void read_script(struct shift *s, const struct work *work) {
    struct fact part;
    struct str head = work->head;
    if (fact_next(s->w->arena, &head, &part) != 1) return;
    bool cut = work->args[ARG_FLAGS] & EXTRACT_CUT;
    struct event e = {.kind = EVENT_TEXT,
                      .source = part.source,
                      .record = part.record,
                      .ordinal = part.ordinal,
                      .offset = part.offset,
                      .time = part.time,
                      .actor = part.actor,
                      .actor_key = part.actor_key,
                      .host = part.host,
                      .session = part.session,
                      .application = part.application,
                      .text = work->bytes,
                      .block_id = part.block_id,
                      .path = part.path,
                      .cut = cut};
    on_event(s, &e);
}

void extract_worker_start(struct extract_worker *w) {
    struct error ignored = {0};
    w->arena = arena_new(0);
    w->scanner = w->rules ? rules_scanner(w->rules, &ignored) : NULL;
}

void extract_worker_work(struct extract_worker *w, const struct work *work, struct work_out *out) {
    struct shift *s = ARENA_NEW(w->arena, struct shift);
    s->w = w;
    s->out = out;
    s->seen = (struct tallies){.arena = w->arena, .own = s, .give = give_counted};
    s->signins = (struct signins){.arena = w->arena, .own = s, .give = give_counted};
    if (work->args[ARG_READER] == READER_SCRIPT)
        read_script(s, work);
    else
        read_block(s, work);
    signins_flush(&s->signins);
    tallies_flush(&s->seen);
    work_emit(out, buf_str(&w->facts));
    uint64_t records = s->records;
    work_emit(out, str_of((const char *)&records, TRAILER));
    w->facts.n = 0;
    arena_reset(w->arena);
}
