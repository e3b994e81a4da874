/* The first thing in the report: which rights are open, in plain words. */
#include "analyze/report/html.h"
#include "analyze/report/words.h"

enum { PRIORITIES = PRIORITY_ROUTINE + 1 };

struct tally {
    uint64_t open[PRIORITIES]; /* open, by priority; denials are restrictions and do not count */
    uint64_t open_all, closed, unknown, used;
    uint64_t failed, nothing; /* acts that failed, acts that changed nothing */
};

static bool is_open(const struct grant *g) { return g->state == GRANT_OPEN && !g->deny; }

static struct tally tally_of(const struct analysis *a) {
    struct tally t = {0};
    for (size_t i = 0; i < a->grant_count; i++) {
        const struct grant *g = &a->grants[i];
        if (is_open(g)) {
            t.open[g->priority]++;
            t.open_all++;
            t.used += g->use_total > 0;
        }
        t.closed += g->state == GRANT_CLOSED;
        t.unknown += g->state == GRANT_UNKNOWN;
    }
    for (size_t i = 0; i < a->act_count; i++) {
        t.failed += a->acts[i].what.result == RESULT_FAILED;
        t.nothing += a->acts[i].changed_nothing && a->acts[i].what.result != RESULT_FAILED;
    }
    return t;
}

static void put_verdict(const struct analysis *a, const struct tally *t, struct buf *out) {
    html_put(out, "<p class=\"verdict\">");
    if (!a->act_count && !a->grant_count) {
        html_put(out,
                 "<strong>No change of access to a mailbox was found in this evidence.</strong> "
                 "That is not proof that none happened: read next <a href=\"#unseen\">what "
                 "could not be seen</a>.</p>\n");
        return;
    }
    if (!t->open_all) {
        html_put(out, "<strong>No right on a mailbox is known to be open.</strong>");
    } else {
        html_put(out, "<strong>");
        html_count(out, t->open_all, "right is open</strong>", "rights are open</strong>");
        html_put(out, ", as far as this evidence shows: ");
        bool more = false;
        for (int p = 0; p < PRIORITIES; p++) {
            if (!t->open[p]) continue;
            buf_printf(out, "%s%llu %s", more ? ", " : "", (unsigned long long)t->open[p],
                       priority_name((enum priority)p));
            more = true;
        }
        html_put(out, ".");
    }
    if (t->unknown) {
        html_put(out, " Of ");
        html_count(out, t->unknown, "further right", "further rights");
        html_put(out, " it is not known whether it was ever given: only attempts were logged.");
    }
    html_put(out, "</p>\n");
}

static void put_number(struct buf *out, const char *what, uint64_t n) {
    buf_printf(out, "<div><dt>%s</dt><dd>%llu</dd></div>\n", what, (unsigned long long)n);
}

static void put_numbers(const struct analysis *a, const struct tally *t, struct buf *out) {
    html_put(out, "<dl class=\"numbers\">\n");
    put_number(out, "rights open", t->open_all);
    put_number(out, "of these used since", t->used);
    put_number(out, "taken back again", t->closed);
    put_number(out, "not known whether given", t->unknown);
    put_number(out, "acts in the timeline", a->act_count);
    put_number(out, "of these failed", t->failed);
    put_number(out, "changed nothing", t->nothing);
    html_put(out, "</dl>\n");
}

static void put_given(const struct grant *g, struct buf *out) {
    const struct act *by = g->opened_by;
    if (!by) {
        html_put(out, g->act_count ? "was there before this evidence begins"
                                   : "no record says since when");
        return;
    }
    html_put(out, "since ");
    html_when(out, g->opened);
    if (party_name(&by->actor).n) {
        html_put(out, ", given by ");
        html_party(out, &by->actor, "");
    }
    if (by->client_ip.n) {
        html_put(out, " from ");
        html_text(out, by->client_ip);
    }
}

/* What no record of a change tells, and where it stands. */
static void put_finding(const struct grant *g, struct buf *out) {
    if (!g->finding.n) return;
    buf_printf(out, "<p><strong>%s:</strong> ", g->finding_from);
    html_text(out, g->finding);
    html_put(out, ".</p>\n");
    if (strcmp(g->finding_from, "Group") == 0) return; /* the sentence names its record */
    html_put(out, "<p class=\"soft\">Evidence:");
    for (size_t i = 0; i < g->sighting_count && i < HTML_NAMES_SHOWN; i++) {
        buf_printf(out, "%s %s ", i ? ";" : "", g->sightings[i].present ? "in" : "not in");
        html_text(out, g->sightings[i].item->name);
        html_put(out, ", record ");
        html_text_or(out, g->sightings[i].record, "without number");
    }
    html_put(out, ".</p>\n");
}

/* Who holds it because they are in the group that it was given to. */
static void put_members(const struct grant *g, struct buf *out) {
    if (!g->member_count) return;
    html_put(out, "<p class=\"soft\">Members of the group, as far as records show:");
    for (size_t i = 0; i < g->member_count && i < HTML_NAMES_SHOWN; i++) {
        const struct member *m = &g->members[i];
        html_put(out, i ? "; " : " ");
        html_party(out, &m->who, "nobody named");
        if (m->via.n) {
            html_put(out, " in ");
            html_text(out, m->via);
        }
        if (m->since.basis != WHEN_NONE) {
            html_put(out, " since ");
            html_when(out, m->since);
        }
        if (m->until.basis != WHEN_NONE) {
            html_put(out, " until ");
            html_when(out, m->until);
        }
    }
    html_put(out, g->member_count > HTML_NAMES_SHOWN ? "; more in ledger.jsonl.</p>\n" : ".</p>\n");
}

static void put_used(const struct grant *g, struct buf *out) {
    html_put(out, "<p class=\"soft\">");
    if (!g->use_total) {
        html_put(out, "No use of it is in this evidence.</p>\n");
        return;
    }
    html_put(out, "Used ");
    html_count(out, g->use_total, "time", "times");
    html_put(out, ", last ");
    html_when(out, g->use_last);
    html_put(out, " (");
    for (size_t i = 0; i < g->use_kinds && i < HTML_NAMES_SHOWN; i++) {
        if (i) html_put(out, ", ");
        html_text(out, g->uses[i].operation);
        buf_printf(out, " %llu", (unsigned long long)g->uses[i].count);
    }
    html_put(out, ").</p>\n");
}

static void put_reasons(const struct act *by, struct buf *out) {
    if (!by || !by->signal_count) return;
    html_put(out, "<ul class=\"why\">\n");
    for (size_t i = 0; i < by->signal_count && i < HTML_NAMES_SHOWN; i++) {
        html_put(out, "<li>");
        html_text(out, by->signals[i].why);
        html_put(out, "</li>\n");
    }
    html_put(out, "</ul>\n");
}

/* Where the first witness stands: no statement without evidence. */
static void put_witness(const struct act *by, struct buf *out) {
    if (!by || !by->observation_count) return;
    const struct observation *o = &by->observations[0];
    buf_printf(out, "<p class=\"soft\">Evidence: %s", source_name(o->source));
    if (o->item) {
        html_put(out, " in ");
        html_text(out, o->item->name);
    }
    html_put(out, ", record ");
    html_text_or(out, o->record, "without number");
    buf_printf(out, ", byte %llu", (unsigned long long)o->offset);
    if (by->observation_count > 1)
        buf_printf(out, ", and %zu more in the timeline", by->observation_count - 1);
    html_put(out, ".");
    if (item_is_suspect(o->item))
        html_put(out, " <span class=\"bad\">The item is not as it was sealed.</span>");
    html_put(out, "</p>\n");
}

static void put_grant(const struct grant *g, struct buf *out) {
    buf_printf(out, "<li class=\"%s\">\n<p class=\"line\">", priority_name(g->priority));
    html_priority(out, g->priority);
    html_put(out, " <strong>");
    html_party(out, &g->trustee, "Nobody named");
    buf_printf(out, "</strong> %s <strong>", right_in_words(g->right));
    html_party(out, &g->mailbox, "the whole organisation");
    html_put(out, "</strong>");
    if (g->scope.n) {
        html_put(out, ": ");
        html_text(out, g->scope);
    }
    if (g->level.n) {
        html_put(out, " (");
        html_text(out, g->level);
        html_put(out, ")");
    }
    buf_printf(out, "</p>\n<p>%s, ", right_name(g->right));
    put_given(g, out);
    html_put(out, ". <span class=\"soft\">Ledger ");
    html_text(out, g->id);
    html_put(out, ".</span></p>\n");
    put_finding(g, out);
    put_members(g, out);
    put_reasons(g->opened_by, out);
    put_used(g, out);
    put_witness(g->opened_by, out);
    html_put(out, "</li>\n");
}

/* The open rights from critical to low, the most urgent first; routine ones are in the ledger. */
static void put_open(const struct analysis *a, const struct tally *t, struct buf *out) {
    size_t total = (size_t)(t->open_all - t->open[PRIORITY_ROUTINE]), shown = 0;
    if (total) html_put(out, "<h3>Open now, the most urgent first</h3>\n<ol class=\"grants\">\n");
    for (int p = 0; p < PRIORITY_ROUTINE && shown < HTML_OPEN_SHOWN && total; p++)
        for (size_t i = 0; i < a->grant_count && shown < HTML_OPEN_SHOWN; i++) {
            if (!is_open(&a->grants[i]) || (int)a->grants[i].priority != p) continue;
            put_grant(&a->grants[i], out);
            shown++;
        }
    if (total) html_put(out, "</ol>\n");
    html_rest(out, shown, total, "ledger.jsonl");
    if (t->open[PRIORITY_ROUTINE]) {
        html_put(out, "<p>");
        html_count(out, t->open[PRIORITY_ROUTINE], "routine right is open as well",
                   "routine rights are open as well");
        html_put(out, ": see the <a href=\"#ledger\">ledger</a>.</p>\n");
    }
}

void html_found(const struct analysis *a, struct buf *out) {
    struct tally t = tally_of(a);
    put_verdict(a, &t, out);
    if (!a->act_count && !a->grant_count) return;
    put_numbers(a, &t, out);
    put_open(a, &t, out);
}
