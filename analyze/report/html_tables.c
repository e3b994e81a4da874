/* The tables behind the story: ledger, suspicious text, coverage, errors, items. */
#include "analyze/report/html.h"
#include "analyze/report/words.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static size_t at_most(size_t n, size_t most) { return n < most ? n : most; }

static void put_grant_row(const struct grant *g, struct buf *out) {
    html_put(out, "<tr><th scope=\"row\" class=\"id\">");
    html_text(out, g->id);
    buf_printf(out, "</th><td>%s%s</td><td>", grant_state_name(g->state),
               g->deny ? " (denial)" : "");
    html_priority(out, g->priority);
    html_put(out, "</td><td>");
    html_party(out, &g->trustee, "nobody named");
    buf_printf(out, "</td><td>%s", right_name(g->right));
    if (g->scope.n) {
        html_put(out, "<br>");
        html_text(out, g->scope);
    }
    if (g->level.n) {
        html_put(out, "<br>");
        html_text(out, g->level);
    }
    html_put(out, "</td><td>");
    html_party(out, &g->mailbox, "the whole organisation");
    html_put(out, "</td>");
    html_cell_when(out, g->opened);
    html_cell_when(out, g->closed);
    html_cell_u64(out, g->use_total);
    html_put(out, "</tr>\n");
}

/* Open grants first where not all fit, in their order otherwise. */
void html_ledger(const struct analysis *a, struct buf *out) {
    static const struct column columns[] = {
        {"Grant", NULL},    {"State", NULL},    {"Priority", NULL},
        {"Holder", NULL},   {"Right", NULL},    {"Mailbox", NULL},
        {"Opened", "when"}, {"Closed", "when"}, {"Uses", "number"}};
    static const enum grant_state order[] = {GRANT_OPEN, GRANT_UNKNOWN, GRANT_CLOSED};
    if (!a->grant_count) {
        html_put(out, "<p class=\"fine\">The ledger is empty.</p>\n");
        return;
    }
    size_t shown = 0;
    html_table(out, "Rights, the open ones first, each group by mailbox", columns, COUNT(columns));
    for (size_t s = 0; s < COUNT(order); s++)
        for (size_t i = 0; i < a->grant_count && shown < HTML_ROWS_SHOWN; i++) {
            if (a->grants[i].state != order[s]) continue;
            put_grant_row(&a->grants[i], out);
            shown++;
        }
    html_table_end(out);
    html_rest(out, shown, a->grant_count, "ledger.jsonl");
}

void html_suspicious(const struct analysis *a, struct buf *out) {
    static const struct column columns[] = {
        {"Rule", NULL}, {"Severity", NULL}, {"Technique", NULL}, {"Source", NULL},
        {"Item", NULL}, {"Record", NULL},   {"Byte", "number"},  {"Time", "when"}};
    if (!a->suspicion_count) {
        html_put(out,
                 "<p class=\"fine\">No rule matched text in which no call was understood.</p>\n");
        return;
    }
    html_put(out,
             "<p>Rules matched these texts, but no call was understood in them; of a directory "
             "object whose permissions were written (4662) no value was logged. Look at them "
             "yourself: <code>ungrant dump</code> shows the record.</p>\n");
    html_table(out, "Text that a rule found suspicious", columns, COUNT(columns));
    size_t shown = at_most(a->suspicion_count, HTML_ROWS_SHOWN);
    for (size_t i = 0; i < shown; i++) {
        const struct suspicion *s = &a->suspicions[i];
        html_put(out, "<tr><th scope=\"row\">");
        html_text(out, s->rule);
        html_put(out, "</th>");
        html_cell(out, s->severity);
        html_cell(out, s->technique);
        html_cell(out, str_from(source_name(s->where.source)));
        html_cell(out, s->where.item ? s->where.item->name : STR_NONE);
        html_cell(out, s->where.record);
        html_cell_u64(out, s->where.offset);
        html_cell_when(out, s->where.time);
        html_put(out, "</tr>\n");
    }
    html_table_end(out);
    html_rest(out, shown, a->suspicion_count, "coverage.json");
}

/* What was logged in it, and that it does not begin at its beginning. */
static void put_logged(const struct coverage_row *r, struct buf *out) {
    for (size_t i = 0; i < r->kind_count; i++) {
        html_put(out, i ? ", " : "<br><span class=\"soft\">holds ");
        html_text(out, r->kinds[i].kind);
        buf_printf(out, ": %llu", (unsigned long long)r->kinds[i].count);
    }
    if (r->kind_count) html_put(out, "</span>");
    if (r->number_first > 1)
        buf_printf(out,
                   "<br><span class=\"soft\">begins with record %llu: those before were rotated "
                   "away, or are in another file</span>",
                   (unsigned long long)r->number_first);
}

static void put_coverage_row(const struct coverage_row *r, struct buf *out) {
    html_put(out, "<tr><th scope=\"row\">");
    html_text(out, r->telemetry);
    html_put(out, "</th>");
    html_cell(out, r->host);
    html_cell_u64(out, r->items);
    html_cell_u64(out, r->records);
    html_cell_span(out, r->first, r->last);
    html_cell_u64(out, r->numbers_missing);
    html_cell_u64(out, r->cleared_count);
    html_cell_u64(out, r->unreadable);
    html_put(out, r->grant_visible ? "<td>yes" : "<td><span class=\"bad\">no</span>");
    if (r->why.n) {
        html_put(out, "<br><span class=\"soft\">");
        html_text(out, r->why);
        html_put(out, "</span>");
    }
    put_logged(r, out);
    html_put(out, "</td></tr>\n");
}

/* Would a grant have been visible? First, since all else depends on it. */
static void put_verdicts(const struct analysis *a, struct buf *out) {
    static const struct column columns[] = {
        {"Analytic", NULL}, {"Log source", NULL}, {"Verdict", NULL}, {"In words", "wide"}};
    if (!a->verdict_count) return;
    html_table(out, "Would a grant have been visible here?", columns, COUNT(columns));
    for (size_t i = 0; i < a->verdict_count; i++) {
        const struct verdict *v = &a->verdicts[i];
        html_put(out, "<tr>");
        html_cell(out, str_from(v->analytic));
        html_put(out, "<th scope=\"row\">");
        html_text(out, str_from(v->source));
        html_put(out, "</th>");
        html_cell(out, str_from(v->state));
        html_cell(out, v->words);
        html_put(out, "</tr>\n");
    }
    html_table_end(out);
}

/* Settings of auditing that records or snapshots show, by time. */
static void put_settings(const struct analysis *a, struct buf *out) {
    static const struct column columns[] = {{"Setting", NULL}, {"Value", NULL}, {"Of", NULL},
                                            {"When", "when"},  {"By", NULL},    {"Evidence", NULL}};
    if (!a->setting_count) return;
    html_table(out, "Settings of auditing that the evidence shows", columns, COUNT(columns));
    size_t shown = at_most(a->setting_count, HTML_ROWS_SHOWN);
    for (size_t i = 0; i < shown; i++) {
        const struct audit_setting *s = &a->settings[i];
        html_put(out, "<tr>");
        html_cell(out, s->name);
        html_put(out, s->weak ? "<td class=\"bad\">" : "<td>");
        html_text(out, s->value);
        html_put(out, "</td>");
        html_cell(out, s->object);
        html_cell_when(out, s->time);
        html_cell(out, s->by);
        html_put(out, "<td>");
        html_text(out, s->source);
        html_put(out, " of ");
        html_text(out, s->item->name);
        html_put(out, "</td></tr>\n");
    }
    html_table_end(out);
    html_rest(out, shown, a->setting_count, "coverage.json");
}

void html_coverage(const struct analysis *a, struct buf *out) {
    static const struct column columns[] = {{"Log", NULL},
                                            {"Host", NULL},
                                            {"Items", "number"},
                                            {"Records", "number"},
                                            {"First and last record", "when"},
                                            {"Missing", "number"},
                                            {"Cleared", "number"},
                                            {"Unreadable", "number"},
                                            {"Would a grant show?", "wide"}};
    if (!a->coverage_count) {
        html_put(out, "<p class=\"alarm\"><strong>No log was recognised.</strong></p>\n");
        return;
    }
    put_verdicts(a, out);
    html_table(out,
               "Logs by host. Missing: record numbers between the first and the last that are "
               "not there",
               columns, COUNT(columns));
    size_t shown = at_most(a->coverage_count, HTML_ROWS_SHOWN);
    for (size_t i = 0; i < shown; i++) put_coverage_row(&a->coverage[i], out);
    html_table_end(out);
    html_rest(out, shown, a->coverage_count, "coverage.json");
    put_settings(a, out);
}

void html_errors(const struct analysis *a, struct buf *out) {
    static const struct column columns[] = {
        {"Item", NULL}, {"Byte", "number"}, {"Record", NULL}, {"Why it could not be read", "wide"}};
    if (!a->error_count) {
        html_put(out,
                 "<p class=\"fine\">Every record of every recognised item could be read.</p>\n");
        return;
    }
    html_table(out, "Records, stretches and items that could not be read", columns, COUNT(columns));
    size_t shown = at_most(a->error_count, HTML_ERRORS_SHOWN);
    for (size_t i = 0; i < shown; i++) {
        const struct error_row *r = &a->errors[i];
        html_put(out, "<tr>");
        html_cell(out, r->item_name.n || !r->item ? r->item_name : r->item->name);
        if (r->has_offset)
            html_cell_u64(out, r->offset);
        else
            html_cell(out, STR_NONE);
        html_cell(out, r->record);
        html_cell(out, r->reason);
        html_put(out, "</tr>\n");
    }
    html_table_end(out);
    html_rest(out, shown, a->error_count, "errors.jsonl");
}

static const char *integrity_in_words(enum integrity i) {
    static const char *const words[] = {
        [INTEGRITY_NOT_SEALED] = "not from a sealed case",
        [INTEGRITY_MATCHES] = "as sealed",
        [INTEGRITY_DIFFERS] = "<span class=\"bad\">differs from what was sealed</span>",
        [INTEGRITY_UNLISTED] = "<span class=\"bad\">not in the case's manifest</span>",
    };
    return words[i];
}

static void put_item_row(const struct item *i, struct buf *out) {
    html_put(out, "<tr><th scope=\"row\">");
    html_text(out, i->name);
    if (i->archive.n) {
        html_put(out, "<br><span class=\"soft\">in ");
        html_text(out, i->archive);
        html_put(out, "</span>");
    }
    html_put(out, "</th>");
    html_cell(out, i->reader.n ? i->telemetry : STR("not recognised"));
    html_cell_u64(out, i->size);
    html_cell_u64(out, i->records);
    html_cell_span(out, i->first, i->last);
    buf_printf(out, "<td>%s</td><td class=\"hash\">%s</td></tr>\n",
               integrity_in_words((enum integrity)i->integrity), i->sha256);
}

void html_items(const struct analysis *a, struct buf *out) {
    static const struct column columns[] = {{"Item", NULL},
                                            {"Kind", NULL},
                                            {"Bytes", "number"},
                                            {"Records", "number"},
                                            {"First and last record", "when"},
                                            {"Integrity", NULL},
                                            {"SHA-256", NULL}};
    if (!a->item_count) {
        html_put(out, "<p class=\"alarm\"><strong>No item was read.</strong></p>\n");
        return;
    }
    html_table(out, "What was read. Whoever holds the items can check them with sha256sum", columns,
               COUNT(columns));
    size_t shown = at_most(a->item_count, HTML_ROWS_SHOWN);
    for (size_t i = 0; i < shown; i++) put_item_row(a->items[i], out);
    html_table_end(out);
    html_rest(out, shown, a->item_count, "coverage.json");
}
