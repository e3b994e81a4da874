/* timeline.csv: the timeline for spreadsheets and Timesketch, which asks for message, datetime and
 * timestamp_desc (https://timesketch.org/guides/user/import-from-json-csv/). */
#include "analyze/report/words.h"
#include "base/csv.h"
#include "base/term.h"

static const char *const COLUMNS[] = {"message",
                                      "datetime",
                                      "timestamp_desc",
                                      "id",
                                      "time_basis",
                                      "action",
                                      "right",
                                      "scope",
                                      "level",
                                      "mailbox",
                                      "mailbox_written",
                                      "trustee",
                                      "trustee_written",
                                      "actor",
                                      "actor_written",
                                      "deny",
                                      "inheritance",
                                      "automapping",
                                      "result",
                                      "client_ip",
                                      "host",
                                      "session",
                                      "application",
                                      "cmdlet",
                                      "command",
                                      "priority",
                                      "signals",
                                      "rules",
                                      "grant",
                                      "changed_nothing",
                                      "flags",
                                      "note",
                                      "observations",
                                      "source",
                                      "item",
                                      "record",
                                      "offset",
                                      "sha256",
                                      "integrity"};

struct row {
    struct csv csv;
    struct buf cell; /* the cell under way */
};

/* Control characters are shown as escapes: a cell stays one line and valid UTF-8. */
static void cell(struct row *r, struct str s) {
    r->cell.n = 0;
    term_escape(&r->cell, s);
    csv_cell(&r->csv, buf_str(&r->cell));
}

static void cell_z(struct row *r, const char *s) { cell(r, str_from(s)); }

static void cell_party(struct row *r, const struct party *p) {
    cell(r, party_name(p));
    cell(r, p->written);
}

static void cell_sentence(struct row *r, const struct act *a) {
    struct buf b = {0};
    act_sentence(&b, a);
    cell(r, buf_str(&b));
    buf_free(&b);
}

static void cell_signals(struct row *r, const struct act *a) {
    struct buf b = {0};
    for (size_t i = 0; i < a->signal_count; i++) {
        if (i) buf_add_z(&b, "; ");
        buf_printf(&b, "%s: ", a->signals[i].id);
        buf_add(&b, a->signals[i].why);
    }
    cell(r, buf_str(&b));
    buf_free(&b);
}

static void cell_rules(struct row *r, const struct act *a) {
    struct buf b = {0};
    for (size_t i = 0; i < a->rule_count; i++) {
        if (i) buf_add_c(&b, ' ');
        buf_add(&b, a->rules[i]);
    }
    cell(r, buf_str(&b));
    buf_free(&b);
}

static void cell_flags(struct row *r, uint32_t flags) {
    struct buf b = {0};
    for (size_t i = 0; i < FLAG_WORD_COUNT; i++) {
        if (!(flags & FLAG_WORDS[i].bit)) continue;
        if (b.n) buf_add_c(&b, ' ');
        buf_add_z(&b, FLAG_WORDS[i].word);
    }
    cell(r, buf_str(&b));
    buf_free(&b);
}

static const char *description_of(enum change_action a) {
    static const char *const words[] = {[ACTION_GRANT] = "Mailbox access granted",
                                        [ACTION_REVOKE] = "Mailbox access revoked",
                                        [ACTION_ALTER] = "Mailbox access altered"};
    return words[a];
}

static const char *truth(bool b) { return b ? "true" : "false"; }

static void cells_what(struct row *r, const struct act *a) {
    const struct change *c = &a->what;
    char time[WHEN_TEXT];
    cell_sentence(r, a);
    cell(r, when_format(a->time, time));
    cell_z(r, description_of(c->action));
    cell(r, a->id);
    cell_z(r, when_basis_name(a->time));
    cell_z(r, change_action_name(c->action));
    cell_z(r, right_name(c->right));
    cell(r, c->scope);
    cell(r, c->level);
    cell_party(r, &a->mailbox);
    cell_party(r, &a->trustee);
    cell_party(r, &a->actor);
    cell_z(r, truth(c->deny));
    cell(r, c->inheritance);
    cell_z(r, c->automapping == TRI_UNKNOWN ? "" : truth(c->automapping == TRI_TRUE));
    cell_z(r, result_name(c->result));
}

static void cells_circumstances(struct row *r, const struct act *a) {
    cell(r, a->client_ip);
    cell(r, a->host);
    cell(r, a->session);
    cell(r, a->application);
    cell(r, a->what.cmdlet);
    cell(r, a->what.command);
    cell_z(r, priority_name(a->priority));
    cell_signals(r, a);
    cell_rules(r, a);
    cell(r, a->grant ? a->grant->id : STR_NONE);
    cell_z(r, truth(a->changed_nothing));
    cell_flags(r, a->what.flags);
    cell(r, a->what.note);
}

/* The first observation; the others are in timeline.jsonl. */
static void cells_evidence(struct row *r, const struct act *a) {
    const struct observation *o = a->observation_count ? &a->observations[0] : NULL;
    const struct item *item = o ? o->item : NULL;
    csv_u64(&r->csv, a->observation_count);
    cell_z(r, o ? source_name(o->source) : "");
    cell(r, item ? item->name : STR_NONE);
    cell(r, o ? o->record : STR_NONE);
    if (o)
        csv_u64(&r->csv, o->offset);
    else
        cell(r, STR_NONE);
    cell_z(r, item ? item->sha256 : "");
    cell_z(r, item ? integrity_name((enum integrity)item->integrity) : "");
}

void timeline_csv_head(struct buf *out) {
    struct row r = {.csv = {.out = out}};
    for (size_t i = 0; i < sizeof COLUMNS / sizeof COLUMNS[0]; i++) cell_z(&r, COLUMNS[i]);
    csv_row_end(&r.csv);
    buf_free(&r.cell);
}

void timeline_csv_line(const struct act *a, struct buf *out) {
    struct row r = {.csv = {.out = out}};
    cells_what(&r, a);
    cells_circumstances(&r, a);
    cells_evidence(&r, a);
    csv_row_end(&r.csv);
    buf_free(&r.cell);
}
