/* printed_fold.c - permissions that commands of transcripts printed, against the ledger.
 *
 * Somebody looked at a mailbox, and the transcript kept what they saw: often the only record of a
 * state from before. It is text of a screen, which anybody can print, and may be a part of what
 * there was: it pins nothing and closes nothing. It is kept beside the grant, and where it stood
 * there before the log has it given, or after the log has it taken, that is a finding: whoever
 * plans has to ask. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

enum {
    PRINTS_KEPT = 16,  /* of one grant */
    LIVES_MOST = 1024, /* of one right, that are looked through for one print */
    EXAMPLES = 3
};

/* A grant of the ledger, under its right. */
struct life {
    struct str key;
    struct grant *grant;
    size_t prints;
};

/* When it stood there, in UTC: somewhere in [from, to]. */
struct span {
    int64_t from, to;
    struct when shown; /* as it is written down */
};

static struct str key_of(struct fold *f, enum right right, bool deny, struct str mailbox,
                         struct str trustee, struct str scope) {
    struct str m = identity_key(f->identity, mailbox), t = identity_key(f->identity, trustee);
    struct str s = right == RIGHT_FOLDER ? arena_lower(f->arena, scope) : STR_NONE;
    return arena_printf(f->arena, "%d\x1f%d\x1f%.*s\x1f%.*s\x1f%.*s", right, deny, STR_ARG(m),
                        STR_ARG(t), STR_ARG(s));
}

static int compare_lives(const void *a, const void *b) {
    const struct life *x = a, *y = b;
    int c = str_cmp(x->key, y->key);
    if (!c) c = when_cmp(x->grant->opened, y->grant->opened);
    return c ? c : (x->grant > y->grant) - (x->grant < y->grant);
}

static struct life *lives_of(struct fold *f) {
    struct analysis *out = f->out;
    struct life *lives = ARENA_ARRAY(f->arena, struct life, out->grant_count);
    for (size_t i = 0; i < out->grant_count; i++) {
        struct grant *g = &out->grants[i];
        lives[i] = (struct life){key_of(f, g->right, g->deny, party_name(&g->mailbox),
                                        party_name(&g->trustee), g->scope),
                                 g, 0};
    }
    if (out->grant_count) qsort(lives, out->grant_count, sizeof *lives, compare_lives);
    return lives;
}

static struct span span_of(const struct fold *f, const struct shown *s) {
    struct when t = s->f.time, until = s->f.until;
    bool open = until.basis != WHEN_NONE && until.ns == INT64_MAX;
    for (size_t i = 0; t.basis == WHEN_UNKNOWN && i < f->options->zone_count; i++) {
        const struct zone *zone = &f->options->zones[i];
        if (!str_ieq(s->f.host, zone->host)) continue;
        t = zone_to_utc(zone, t, NULL);
        if (until.basis != WHEN_NONE && !open) until = zone_to_utc_latest(zone, until);
    }
    if (t.basis == WHEN_UNKNOWN && s->item->clock_known) {
        t.ns -= s->item->clock_ahead;
        t.basis = WHEN_INFERRED;
        if (until.basis != WHEN_NONE && !open) until.ns -= s->item->clock_ahead;
    }
    bool unknown = t.basis == WHEN_UNKNOWN;
    struct span span = {t.ns, until.basis != WHEN_NONE ? until.ns : t.ns, t};
    if (unknown) span.from -= ZONE_AHEAD_MOST;
    if (unknown && !open) span.to += ZONE_BEHIND_MOST;
    return span;
}

static bool before(const struct span *p, const struct grant *g) {
    return g->opened.basis != WHEN_NONE && p->to < g->opened.ns - CLOCK_SKEW;
}

static bool behind(const struct span *p, const struct grant *g) {
    return g->closed.basis != WHEN_NONE && p->from > g->closed.ns + CLOCK_SKEW;
}

/* The life that this print belongs to: one it may fall into; else the one that came next; else the
 * last. */
static struct life *life_at(struct life *lives, size_t count, const struct span *p) {
    struct life *next = NULL;
    for (size_t i = 0; i < count; i++) {
        bool early = before(p, lives[i].grant);
        if (!early && !behind(p, lives[i].grant)) return &lives[i];
        if (early && !next) next = &lives[i];
    }
    return next ? next : count ? &lives[count - 1] : NULL;
}

static void say(struct fold *f, struct grant *g, const struct shown *s, const struct span *p) {
    char text[WHEN_TEXT];
    struct str at = when_format(p->shown, text);
    if (g->finding.n || (!before(p, g) && !behind(p, g))) return;
    g->finding_priority = PRIORITY_LOW;
    g->finding_from = "Transcript";
    g->finding = arena_printf(
        f->arena,
        before(p, g)
            ? "a command's output in the transcript %.*s (begun %.*s%s) shows it already: it "
              "may have stood before it was given here; text of a screen, low confidence"
            : "a command's output in the transcript %.*s (begun %.*s%s) still shows it "
              "after the log has it taken; text of a screen, low confidence",
        STR_ARG(s->item->name), STR_ARG(at),
        p->shown.basis == WHEN_UNKNOWN ? ", local time of an unknown zone" : "");
}

static void attach(struct fold *f, struct life *life, const struct shown *s, const struct span *p) {
    struct grant *g = life->grant;
    if (life->prints++ >= PRINTS_KEPT) return;
    say(f, g, s, p);
    struct sighting *grown = ARENA_ARRAY(f->arena, struct sighting, g->sighting_count + 1);
    if (g->sighting_count) memcpy(grown, g->sightings, g->sighting_count * sizeof *grown);
    grown[g->sighting_count++] = (struct sighting){.item = s->item,
                                                   .record = s->f.record,
                                                   .offset = s->f.offset,
                                                   .time = p->shown,
                                                   .present = true,
                                                   .before = before(p, g),
                                                   .printed = true};
    g->sightings = grown;
}

/* Rights that only a screen showed: how many, and the first few. */
struct strays {
    size_t count;
    struct str examples;
};

static void count_stray(struct fold *f, struct strays *strays, const struct shown *s) {
    const struct change *c = &s->f.change;
    if (strays->count++ >= EXAMPLES) return;
    strays->examples = arena_printf(f->arena, "%.*s%s%s on %.*s for %.*s (%.*s, record %.*s)",
                                    STR_ARG(strays->examples), strays->examples.n ? "; " : "",
                                    right_name(c->right), STR_ARG(c->mailbox), STR_ARG(c->trustee),
                                    STR_ARG(s->item->name), STR_ARG(s->f.record));
}

static void place(struct fold *f, struct life *lives, const struct shown *s,
                  struct strays *strays) {
    const struct change *c = &s->f.change;
    const struct str names[] = {c->mailbox, c->mailbox_also};
    struct span span = span_of(f, s);
    for (size_t i = 0; i < 2; i++) {
        if (!names[i].n) continue;
        struct str key = key_of(f, c->right, c->deny, names[i], c->trustee, c->scope);
        size_t from = SEARCH_TEXT(lives, f->out->grant_count, struct life, key, key), to = from;
        while (to < f->out->grant_count && to - from < LIVES_MOST && str_eq(lives[to].key, key))
            to++;
        struct life *life = life_at(lives + from, to - from, &span);
        if (!life) continue;
        attach(f, life, s, &span);
        return;
    }
    count_stray(f, strays, s);
}

void printed_fold(struct fold *f) {
    struct strays strays = {0};
    size_t cut = 0;
    if (!f->print_count) return;
    struct life *lives = lives_of(f);
    for (size_t i = 0; i < f->print_count; i++) {
        const struct change *c = &f->prints[i].f.change;
        bool whole = !(c->flags & CHANGE_TRUNCATED);
        if (c->action != ACTION_GRANT) continue;
        cut += !whole;
        if (whole) place(f, lives, &f->prints[i], &strays);
    }
    if (cut)
        fold_note(f, arena_printf(f->arena,
                                  "Commands in transcripts printed %zu rights under names that did "
                                  "not fit the window: whose they are cannot be told.",
                                  cut));
    if (strays.count)
        fold_note(f,
                  arena_printf(f->arena,
                               "Commands in transcripts printed %zu rights that no record of "
                               "this evidence gave; they are not in the ledger. The first: %.*s.",
                               strays.count, STR_ARG(strays.examples)));
}
