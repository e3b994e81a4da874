/* The timeline: one body of two rows per act, its evidence behind a fold. */
#include <inttypes.h>

#include "analyze/report/html.h"
#include "analyze/report/words.h"

static const struct column COLUMNS[] = {
    {"Time", "when"}, {"Priority", NULL}, {"What happened", "wide"}, {"By", NULL}, {"Result", NULL},
};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof COLUMNS[0], PRIORITIES = PRIORITY_ROUTINE + 1 };

static const char *verb(enum change_action a) {
    static const char *const words[] = {
        [ACTION_GRANT] = "given", [ACTION_REVOKE] = "taken back", [ACTION_ALTER] = "altered"};
    return words[a];
}

static void put_what(const struct act *a, struct buf *out) {
    const struct change *c = &a->what;
    buf_printf(out, "<strong>%s %s</strong>%s: ", right_name(c->right), verb(c->action),
               c->deny ? " (as a denial: a restriction)" : "");
    html_party(out, &a->trustee, "nobody named");
    html_put(out, " on ");
    html_party(out, &a->mailbox, "the whole organisation");
    if (c->scope.n) {
        html_put(out, ", ");
        html_text(out, c->scope);
    }
    if (c->level.n) {
        html_put(out, " (");
        html_text(out, c->level);
        html_put(out, ")");
    }
}

static void put_list(struct buf *out, const char *head, const struct str *list, size_t count) {
    if (!count) return;
    buf_printf(out, "<dt>%s</dt><dd>", head);
    for (size_t i = 0; i < count && i < HTML_NAMES_SHOWN; i++) {
        if (i) html_put(out, ", ");
        html_text(out, list[i]);
    }
    html_put(out, "</dd>\n");
}

static void put_pair(struct buf *out, const char *head, struct str s) {
    put_list(out, head, &s, s.n ? 1 : 0);
}

static void put_flags(struct buf *out, const struct act *a) {
    for (size_t i = 0; i < FLAG_WORD_COUNT; i++)
        if (a->what.flags & FLAG_WORDS[i].bit)
            buf_printf(out, "<dt>Note</dt><dd>%s</dd>\n", FLAG_WORDS[i].meaning);
    if (a->changed_nothing) html_put(out, "<dt>Note</dt><dd>changed nothing</dd>\n");
}

static void put_signals(struct buf *out, const struct act *a) {
    for (size_t i = 0; i < a->signal_count && i < HTML_NAMES_SHOWN; i++) {
        html_put(out, "<dt>Signal</dt><dd>");
        html_text(out, a->signals[i].why);
        html_put(out, " <span class=\"soft\">(");
        html_text(out, str_from(a->signals[i].id));
        html_put(out, ")</span></dd>\n");
    }
}

static void put_params(struct buf *out, const struct params *p) {
    struct buf scratch = {0};
    for (size_t i = 0; i < p->count && i < HTML_OBSERVATIONS_SHOWN; i++) {
        html_put(out, "<dt>-");
        html_text(out, p->list[i].name);
        html_put(out, "</dt><dd>");
        if (!p->list[i].count) html_put(out, "<span class=\"soft\">(empty)</span>");
        for (size_t k = 0; k < p->list[i].count && k < HTML_NAMES_SHOWN; k++) {
            if (k) html_put(out, ", ");
            html_text(out, param_value(&p->list[i], k, &scratch));
        }
        if (p->list[i].flags & PARAM_TRUNCATED) html_put(out, " <em>(cut by the record)</em>");
        if (p->list[i].flags & PARAM_AMBIGUOUS) html_put(out, " <em>(two readings)</em>");
        html_put(out, "</dd>\n");
    }
    buf_free(&scratch);
}

static void put_observation(struct buf *out, const struct observation *o) {
    buf_printf(out, "<tr><th scope=\"row\">%s</th>", source_name(o->source));
    html_cell(out, o->item ? o->item->name : STR_NONE);
    html_cell(out, o->record);
    html_cell_u64(out, o->offset);
    html_cell_when(out, o->time);
    buf_printf(out, "<td>%s</td><td class=\"hash\">%s", result_name(o->result),
               o->item ? o->item->sha256 : "");
    if (item_is_suspect(o->item)) html_put(out, " <span class=\"bad\">not as sealed</span>");
    html_put(out, "</td></tr>\n");
}

static void put_observations(struct buf *out, const struct act *a) {
    static const struct column columns[] = {{"Source", NULL},
                                            {"Item", NULL},
                                            {"Record", NULL},
                                            {"Byte", "number"},
                                            {"Time", "when"},
                                            {"Result", NULL},
                                            {"SHA-256 of the item", NULL}};
    html_table(out, "Where it stands in the evidence", columns, sizeof columns / sizeof columns[0]);
    size_t shown = a->observation_count < HTML_OBSERVATIONS_SHOWN ? a->observation_count
                                                                  : HTML_OBSERVATIONS_SHOWN;
    for (size_t i = 0; i < shown; i++) put_observation(out, &a->observations[i]);
    html_table_end(out);
    html_rest(out, shown, a->observation_count, "timeline.jsonl");
}

static void put_signin(struct buf *out, const struct signin_join *s) {
    if (!s) return;
    buf_printf(out, "<dt>Sign-in</dt><dd>joined by %s: ", s->rule);
    html_when(out, s->where.time);
    const struct str said[] = {s->address, s->country, s->application, s->client};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (!said[i].n) continue;
        html_put(out, ", ");
        html_text(out, said[i]);
    }
    if (s->failures) buf_printf(out, "; failed within the day before: %" PRIu64, s->failures);
    html_put(out, "; record ");
    html_text(out, s->where.record);
    html_put(out, " of ");
    html_text(out, s->where.item->name);
    html_put(out, "</dd>\n");
}

/* In UTC, where the time of its row is no more than a guess or none at all. */
static void put_between(struct buf *out, const struct act *a) {
    if (a->latest.basis == WHEN_NONE) return;
    bool begins = a->earliest.basis != WHEN_NONE;
    html_put(out, begins ? "<dt>When</dt><dd>between " : "<dt>When</dt><dd>before ");
    if (begins) {
        html_when(out, a->earliest);
        html_put(out, " and ");
    }
    html_when(out, a->latest);
    html_put(out, "</dd>\n");
}

static void put_evidence(const struct act *a, struct buf *out) {
    html_put(out, "<details><summary>Evidence: ");
    html_count(out, a->observation_count, "observation", "observations");
    html_put(out, "</summary>\n<dl>\n");
    put_between(out, a);
    put_pair(out, "Cmdlet", a->what.cmdlet);
    put_params(out, &a->what.params);
    put_pair(out, "Host", a->host);
    put_pair(out, "Session", a->session);
    put_pair(out, "Application", a->application);
    put_signin(out, a->signin);
    put_signals(out, a);
    put_list(out, "YARA rules", a->rules, a->rule_count);
    put_flags(out, a);
    put_pair(out, "Remark", a->what.note);
    put_pair(out, "Ledger", a->grant ? a->grant->id : STR_NONE);
    put_pair(out, "Change", a->id);
    html_put(out, "</dl>\n");
    if (a->what.command.n) {
        html_put(out, "<pre>");
        html_block(out, a->what.command);
        html_put(out, "</pre>\n");
    }
    put_observations(out, a);
    html_put(out, "</details>");
}

static void put_act(const struct act *a, struct buf *out) {
    buf_printf(out, "<tbody data-priority=\"%s\">\n<tr><td class=\"when\">",
               priority_name(a->priority));
    html_when(out, a->time);
    html_put(out, "</td><td>");
    html_priority(out, a->priority);
    html_put(out, "</td><td class=\"wide\">");
    put_what(a, out);
    html_put(out, "</td><td class=\"who\">");
    html_party(out, &a->actor, "not said");
    if (a->client_ip.n) {
        html_put(out, "<br><span class=\"soft\">from ");
        html_text(out, a->client_ip);
        html_put(out, "</span>");
    }
    buf_printf(out, "</td><td>%s%s</td></tr>\n<tr><td class=\"evidence\" colspan=\"%d\">",
               result_name(a->what.result),
               a->changed_nothing ? "<br><span class=\"soft\">changed nothing</span>" : "",
               COLUMN_COUNT);
    put_evidence(a, out);
    html_put(out, "</td></tr>\n</tbody>\n");
}

/* How many rows of each priority fit: the most urgent are kept. */
static size_t quotas(const struct analysis *a, size_t quota[PRIORITIES]) {
    size_t have[PRIORITIES] = {0}, left = HTML_ROWS_SHOWN;
    for (size_t i = 0; i < a->act_count; i++) have[a->acts[i].priority]++;
    for (int p = 0; p < PRIORITIES; p++) {
        quota[p] = have[p] < left ? have[p] : left;
        left -= quota[p];
    }
    return HTML_ROWS_SHOWN - left;
}

void html_timeline(const struct analysis *a, struct buf *out) {
    if (!a->act_count) {
        html_put(out, "<p class=\"fine\">No change of access was found.</p>\n");
        return;
    }
    size_t quota[PRIORITIES];
    size_t shown = quotas(a, quota);
    if (shown < a->act_count) html_put(out, "<p>Only the most urgent acts stand here.</p>\n");
    html_rest(out, shown, a->act_count, "timeline.jsonl and timeline.csv");
    html_table_head(out, "Changes of access, by time", COLUMNS, COLUMN_COUNT);
    for (size_t i = 0; i < a->act_count; i++) {
        if (!quota[a->acts[i].priority]) continue;
        quota[a->acts[i].priority]--;
        put_act(&a->acts[i], out);
    }
    html_put(out, "</table></div>\n");
}
