/* page_tables.c - the tables of the pages and forms. Text from evidence passes html_text() only. */
#include "analyze/package/handover.h"
#include "analyze/report/html.h"
#include "base/json_read.h"

enum { ITEMS_SHOWN = 400, LINKS_SHOWN = 400, ABSENT_SHOWN = 200 };

static void put_hash_cell(struct buf *out, struct str hex) {
    html_put(out, "<td><code class=\"hash\">");
    html_text(out, hex);
    html_put(out, "</code></td>");
}

static void put_time_cell(struct buf *out, struct str time) {
    html_put(out, "<td class=\"when\">");
    if (time.n) html_text(out, time);
    html_put(out, "</td>");
}

/* How many rows a printed table leaves to a file. */
static size_t shown_of(size_t count, size_t most) { return count < most ? count : most; }

static void put_rest(struct buf *out, size_t shown, size_t total, const char *file) {
    if (shown < total)
        buf_printf(out, "<p class=\"alarm\">%zu of %zu stand here; all of them stand in %s.</p>\n",
                   shown, total, file);
}

/* ---- the case ---- */

void part_items(const struct handover *h, struct buf *out) {
    static const struct column columns[] = {
        {"Item", NULL}, {"Source", NULL}, {"Bytes", "number"}, {"SHA-256", NULL}};
    const struct case_facts *c = &h->sealed;
    size_t shown = 0, total = 0;
    html_table(out, "Items in the sealed case", columns, 4);
    for (size_t i = 0; i < c->item_count; i++) {
        const struct inventory_item *it = &c->items[i];
        if (!bag_is_payload(it->item) || ++total > ITEMS_SHOWN) continue;
        shown++;
        html_put(out, "<tr>");
        html_cell(out, it->item);
        html_cell(out, it->path);
        html_cell_u64(out, it->size);
        put_hash_cell(out, it->sha256);
        html_put(out, "</tr>\n");
    }
    html_table_end(out);
    put_rest(out, shown, total, "data/case/seal/inventory.csv");
}

void part_not_collected(const struct handover *h, struct buf *out) {
    static const struct column columns[] = {{"Source", NULL}, {"Status", NULL}, {"Why", NULL}};
    const struct case_facts *c = &h->sealed;
    size_t shown = 0, total = 0;
    for (size_t i = 0; i < c->item_count; i++) total += !str_eq(c->items[i].status, STR("ok"));
    if (!total) {
        html_put(out, "<p>Every item that was meant to be taken was taken whole.</p>\n");
        return;
    }
    html_table(out, "Items that were not taken, or not taken whole", columns, 3);
    for (size_t i = 0; i < c->item_count && shown < ABSENT_SHOWN; i++) {
        const struct inventory_item *it = &c->items[i];
        if (str_eq(it->status, STR("ok"))) continue;
        shown++;
        html_put(out, "<tr>");
        html_cell(out, it->path);
        html_cell(out, it->status);
        html_cell(out, it->error);
        html_put(out, "</tr>\n");
    }
    html_table_end(out);
    put_rest(out, shown, total, "data/case/seal/inventory.csv");
}

void part_checks(const struct handover *h, struct buf *out) {
    static const struct column columns[] = {{"Check", NULL}, {"Result", NULL}, {"Seen", NULL}};
    const struct verification *v = &h->sealed.checks;
    html_table(out, "What was checked when this package was made", columns, 3);
    for (int i = 0; i < verify_checks(&h->sealed.checks); i++) {
        html_put(out, "<tr>");
        html_cell(out, str_from(verify_check_name((enum verify_check)i)));
        html_cell(out, str_from(verify_verdict_name(v->verdict[i])));
        html_cell(out, v->note[i]);
        html_put(out, "</tr>\n");
    }
    html_table_end(out);
}

static void put_link(struct buf *out, const struct custody_seen *l) {
    html_put(out, "<tr>");
    html_cell_u64(out, l->seq);
    put_time_cell(out, l->time);
    html_cell(out, l->actor);
    html_cell(out, l->host);
    html_cell(out, l->event);
    html_put(out, "<td class=\"name\">");
    if (l->what.n) html_text(out, l->what);
    if (l->from.n || l->to.n) {
        html_put(out, "<br>from ");
        html_text(out, l->from);
        html_put(out, " to ");
        html_text(out, l->to);
    }
    if (l->note.n) {
        html_put(out, "<br>");
        html_text(out, l->note);
    }
    html_put(out, "</td></tr>\n");
}

void part_custody(const struct handover *h, struct buf *out) {
    static const struct column columns[] = {{"No.", "number"}, {"Time (UTC)", NULL},
                                            {"Who", NULL},     {"Host", NULL},
                                            {"Event", NULL},   {"What, note", NULL}};
    const struct custody_report *parts[] = {&h->sealed.inside, &h->sealed.outside};
    size_t shown = 0, total = 0;
    html_table(out, "The custody log of the case", columns, 6);
    for (size_t p = 0; p < 2; p++) {
        for (size_t i = 0; i < parts[p]->count; i++) {
            if (++total > LINKS_SHOWN) continue;
            put_link(out, &parts[p]->list[i]);
            shown++;
        }
    }
    html_table_end(out);
    put_rest(out, shown, total, "custody.jsonl");
}

/* Rows for pens. */
void part_transfers(const struct handover *h, struct buf *out) {
    (void)h;
    for (int i = 0; i < 6; i++) html_put(out, "<tr><td></td><td></td><td></td><td></td></tr>\n");
}

/* ---- exhibits and statements ---- */

/* Our own names only, below data/: the page lies there, too. */
static void put_file(struct buf *out, struct str file, const char *words) {
    struct str below = str_starts(file, STR("data/")) ? str_from_index(file, 5) : file;
    if (!file.n) return;
    html_put(out, "<a href=\"");
    for (size_t i = 0; i < below.n; i++) {
        unsigned char c = (unsigned char)below.p[i];
        if (ascii_alpha((char)c) || ascii_digit((char)c) || strchr("/._-", c))
            buf_add_c(out, (char)c);
        else
            buf_printf(out, "%%%02X", c);
    }
    html_put(out, "\">");
    if (words)
        html_put(out, words);
    else
        html_text(out, below);
    html_put(out, "</a>");
}

static void put_place(struct buf *out, const struct exhibit *x) {
    html_put(out, "<td class=\"name\">");
    if (x->item.n) html_text(out, x->item);
    if (x->record.n) {
        html_put(out, "<br>record ");
        html_text(out, x->record);
    }
    if (x->placed)
        buf_printf(out, "<br>offset %llu, %llu bytes", (unsigned long long)x->offset,
                   (unsigned long long)x->length);
    if (!x->item.n && x->source.n) html_text(out, x->source);
    html_put(out, "</td>");
}

static void put_files(struct buf *out, const struct exhibit *x) {
    html_put(out, "<td class=\"name\">");
    put_file(out, x->file, NULL);
    if (x->json_file.n) {
        if (x->file.n) html_put(out, "<br>");
        put_file(out, x->json_file, x->file.n ? "as JSON" : NULL);
    }
    if (x->sha256.n) {
        if (x->file.n || x->json_file.n) html_put(out, "<br>");
        html_put(out, "<code class=\"hash\">");
        html_text(out, x->sha256);
        html_put(out, "</code>");
    }
    if (x->note.n) {
        html_put(out, "<br><em>");
        html_text(out, x->note);
        html_put(out, "</em>");
    }
    html_put(out, "</td>");
}

static void put_exhibit(struct buf *out, const struct exhibit *x) {
    buf_printf(out, "<tr id=\"e%06u\"><td>" EXHIBIT_PREFIX "%06u</td>", x->number, x->number);
    html_cell(out, str_from(x->kind));
    html_put(out, "<td class=\"name\">");
    html_text(out, x->title);
    if (x->custodian.n) {
        html_put(out, "<br>custodian ");
        html_text(out, x->custodian);
    }
    html_put(out, "</td>");
    put_place(out, x);
    html_put(out, "<td class=\"when\">");
    if (x->first.n) html_text(out, x->first);
    if (x->last.n && !str_eq(x->first, x->last)) {
        html_put(out, "<br>");
        html_text(out, x->last);
    }
    html_put(out, "</td>");
    put_files(out, x);
    html_cell(out, x->statements);
    html_put(out, "</tr>\n");
}

void part_exhibits(const struct handover *h, struct buf *out) {
    static const struct column columns[] = {
        {"Number", NULL}, {"Kind", NULL},          {"What", NULL},      {"Source or place", NULL},
        {"Time", NULL},   {"File, SHA-256", NULL}, {"Statements", NULL}};
    const struct exhibits *x = &h->exhibits;
    size_t shown = shown_of(x->count, HTML_ROWS_SHOWN);
    html_table(out, "Exhibits", columns, 7);
    for (size_t i = 0; i < shown; i++) put_exhibit(out, &x->list[i]);
    html_table_end(out);
    put_rest(out, shown, x->count, "index.csv");
}

void part_statements(const struct handover *h, struct buf *out) {
    static const struct column columns[] = {
        {"Statement", NULL}, {"Time", NULL}, {"What the records say", NULL}, {"Records", "number"}};
    const struct statements *s = &h->said;
    size_t shown = shown_of(s->count, HTML_ROWS_SHOWN);
    html_table(out, "Statements", columns, 4);
    for (size_t i = 0; i < shown; i++) {
        html_put(out, "<tr>");
        html_cell(out, s->list[i].id);
        put_time_cell(out, s->list[i].time);
        html_cell(out, s->list[i].text);
        html_cell_u64(out, s->list[i].records);
        html_put(out, "</tr>\n");
    }
    html_table_end(out);
    put_rest(out, shown, s->count, "analysis/timeline.jsonl and ledger.jsonl");
}

/* ---- the plan ---- */

static void put_action(struct buf *out, const cJSON *action) {
    const cJSON *decision = json_get(action, "decision"), *outcome = json_get(action, "outcome");
    html_put(out, "<tr>");
    html_cell(out, json_get_str(action, "id"));
    html_cell(out, json_get_str(action, "cmdlet"));
    html_cell(out, json_get_str(action, "grant"));
    html_cell(out, json_get_str(decision, "state"));
    html_cell(out, json_get_str(decision, "by"));
    put_time_cell(out, json_get_str(decision, "at"));
    html_cell(out, json_get_str(outcome, "state"));
    html_put(out, "</tr>\n");
}

void part_actions(const struct handover *h, struct buf *out) {
    static const struct column columns[] = {{"Action", NULL},   {"Cmdlet", NULL}, {"Grant", NULL},
                                            {"Decision", NULL}, {"By", NULL},     {"At", NULL},
                                            {"Outcome", NULL}};
    const cJSON *action;
    size_t shown = 0, total = 0;
    if (!h->plan) {
        html_put(out, "<p>No plan is part of this package.</p>\n");
        return;
    }
    html_table(out, "Actions of the plan, decisions, outcomes", columns, 7);
    cJSON_ArrayForEach(action, json_get(h->plan, "actions")) {
        if (++total > HTML_ROWS_SHOWN) continue;
        put_action(out, action);
        shown++;
    }
    html_table_end(out);
    put_rest(out, shown, total, "plan/plan.json");
}

/* ---- what is not there ---- */

void part_absences(const struct handover *h, struct buf *out) {
    static const struct column columns[] = {{"How many", "number"}, {"What", NULL}, {"Why", NULL}};
    if (!h->absence_count) {
        html_put(out, "<p>Nothing was left out.</p>\n");
        return;
    }
    html_table(out, "Left out of this package", columns, 3);
    for (size_t i = 0; i < h->absence_count; i++) {
        html_put(out, "<tr>");
        html_cell_u64(out, h->absences[i].count);
        html_cell(out, h->absences[i].what);
        html_cell(out, h->absences[i].why);
        html_put(out, "</tr>\n");
    }
    html_table_end(out);
}

void part_blind_spots(const struct handover *h, struct buf *out) {
    const cJSON *list = json_get(h->coverage, "blind_spots"), *spot;
    size_t shown = 0, total = 0;
    cJSON_ArrayForEach(spot, list) total++;
    if (!total) {
        html_put(out, "<p>The analysis names no blind spot.</p>\n");
        return;
    }
    html_put(out, "<ul>\n");
    cJSON_ArrayForEach(spot, list) {
        if (shown == ABSENT_SHOWN) break;
        shown++;
        html_put(out, "<li>");
        html_text(out, json_text(spot));
        html_put(out, "</li>\n");
    }
    html_put(out, "</ul>\n");
    put_rest(out, shown, total, "analysis/coverage.json");
}

void part_errors(const struct handover *h, struct buf *out) {
    static const struct column columns[] = {
        {"Item", NULL}, {"Record", NULL}, {"Offset", "number"}, {"Why", NULL}};
    struct arena *scratch = arena_new(0);
    struct str rest = h->errors, line;
    size_t shown = 0;
    if (h->error_count) html_table(out, "What could not be read", columns, 4);
    while (rest.n && shown < ABSENT_SHOWN) {
        struct json_notes notes;
        struct json_fault fault;
        uint64_t offset = 0;
        str_cut(rest, '\n', &line, &rest);
        cJSON *row = json_parse(scratch, line, &notes, &fault);
        if (!row) continue;
        shown++;
        json_get_u64(row, "offset", &offset);
        html_put(out, "<tr>");
        html_cell(out, json_get_str(row, "item"));
        html_cell(out, json_get_str(row, "record"));
        html_cell_u64(out, offset);
        html_cell(out, json_get_str(row, "reason"));
        html_put(out, "</tr>\n");
        cJSON_Delete(row);
        arena_reset(scratch);
    }
    if (h->error_count) html_table_end(out);
    put_rest(out, shown, (size_t)h->error_count, "analysis/errors.jsonl");
    arena_free(scratch);
}
