/* Exchange audit logs as ConvertTo-Json and Export-Csv write the objects of Search-AdminAuditLog
 * and Search-MailboxAuditLog. The CSV of the former holds the names of a call's parameters only:
 * what was granted to whom is not in it, so its events are poor. */
#include "analyze/evidence/audit_log.h"
#include "analyze/evidence/json_record.h"
#include "analyze/evidence/json_records.h"
#include "base/csv_read.h"

enum { BID_LOOK = 16384 };

static bool has(struct str s, const char *what) {
    return str_find(s, str_from(what)) != STR_ABSENT;
}

/* ---- JSON ---- */

static int bid_json(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = first, .first = true};
    struct str text = str_trim(text_of_block(a, &b).utf8);
    int sure = 0;
    (void)whole;
    if (text.n && (text.p[0] == '{' || text.p[0] == '[') && !has(text, "\"AuditData\"")) {
        if (has(text, "\"CmdletName\"") && has(text, "\"CmdletParameters\"")) sure = 82;
        if (has(text, "\"LastAccessed\"") && has(text, "\"Operation\"") &&
            has(text, "\"LogonType\""))
            sure = 82;
    }
    arena_free(a);
    return sure;
}

/* PowerShell 5.1 writes some times as {"value":"\/Date(..)\/","DateTime":".."}. */
static struct str member_text(struct arena *a, const cJSON *v) {
    if (cJSON_IsObject(v) && json_get(v, "value")) v = json_get(v, "value");
    return json_scalar_text(a, v);
}

/* Objects of Name and Value, or names alone where the depth of ConvertTo-Json was too small. */
static bool take_json_parameters(struct arena *a, const cJSON *list, struct params *out) {
    bool names_only = !cJSON_IsArray(list) && !cJSON_IsObject(list);
    const cJSON *i = cJSON_IsArray(list) ? list->child : list;
    for (; !names_only && i; i = i->next) {
        if (json_get(i, "Name"))
            params_add1(a, out, json_scalar_text(a, json_get(i, "Name")),
                        json_scalar_text(a, json_get(i, "Value")));
        else
            names_only = true;
    }
    return names_only;
}

static void take_json(void *own, struct str text, uint64_t ordinal, uint64_t offset) {
    struct sink *out = own;
    struct audit_entry entry = {.ordinal = ordinal, .offset = offset};
    if (out->dump) {
        json_record_show(out, text, STR_NONE, ordinal, offset);
        return;
    }
    cJSON *root = json_record_parse(out, text, offset);
    if (!root) return;
    for (const cJSON *m = root->child; m; m = m->next)
        if (!cJSON_IsNull(m) && m->string)
            params_add1(out->arena, &entry.fields, arena_copy(out->arena, str_from(m->string)),
                        member_text(out->arena, m));
    const cJSON *parameters = json_get(root, "CmdletParameters");
    if (parameters && !cJSON_IsNull(parameters))
        entry.names_only = take_json_parameters(out->arena, parameters, &entry.parameters);
    audit_entry_read(out, &entry);
    cJSON_Delete(root);
}

static void read_json(const struct block *b, struct sink *out) {
    json_records_read(b, out, take_json, out);
}

const struct reader READER_AUDIT_JSON = {"audit-json", "Exchange audit log", bid_json,
                                         json_records_cut, read_json};

/* ---- CSV ---- */

static bool there(const struct str *h, size_t n, const char *name) {
    return csv_column(h, n, name) != STR_ABSENT;
}

static int bid_csv(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = str_slice(first, 0, BID_LOOK), .first = true};
    struct csv_reader r = csv_open(text_of_block(a, &b).utf8);
    struct str *h;
    size_t n, begin;
    bool ours = false;
    (void)whole;
    if (csv_row(&r, a, &h, &n, &begin) && n >= 3 && !r.unterminated && !there(h, n, "AuditData"))
        ours =
            (there(h, n, "CmdletName") && there(h, n, "CmdletParameters")) ||
            (there(h, n, "LastAccessed") && there(h, n, "Operation") && there(h, n, "LogonType"));
    arena_free(a);
    return ours ? 82 : 0;
}

/* state[0]: the separator, once known. */
static size_t cut_csv(struct cutter *c, struct str bytes, bool at_end) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    if (c->offset == 0) {
        struct csv_reader r = csv_open(v.utf8);
        c->state[0] = (uint64_t)r.separator;
        c->head = BID_LOOK;
    }
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, csv_last_row_end(v.utf8, (char)c->state[0]));
    arena_free(a);
    return n;
}

struct table {
    struct str *header;
    size_t columns;
};

static struct csv_reader open_table(const struct block *b, struct sink *out, struct str text,
                                    struct table *t) {
    struct block head = {.bytes = b->first ? b->bytes : b->head, .first = true};
    struct str first = b->first ? text : text_of_block(out->arena, &head).utf8;
    struct csv_reader h = csv_open(first);
    size_t begin;
    if (!csv_row(&h, out->arena, &t->header, &t->columns, &begin)) t->columns = 0;
    if (b->first) return h;
    return (struct csv_reader){.text = text, .separator = h.separator};
}

static void show_row(struct sink *out, const struct params *fields, uint64_t ordinal,
                     uint64_t offset) {
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    for (size_t i = 0; i < fields->count; i++) {
        json_key_str(&j, fields->list[i].name);
        json_str(&j, fields->list[i].values[0]);
    }
    json_end(&j);
    out->line(out->own, STR_NONE, ordinal, offset, str_slice(buf_str(&b), 1, b.n - 1));
    buf_free(&b);
}

static void read_csv(const struct block *b, struct sink *out) {
    struct text_view v = text_of_block(out->arena, b);
    struct table t = {0};
    struct csv_reader r = open_table(b, out, v.utf8, &t);
    struct str *cells;
    size_t n, begin;
    uint64_t ordinal = 0;
    bool admin = there(t.header, t.columns, "CmdletName");
    while (csv_row(&r, out->arena, &cells, &n, &begin)) {
        ordinal++;
        struct audit_entry entry = {
            .ordinal = ordinal, .offset = text_offset(&v, begin), .names_only = admin};
        for (size_t i = 0; i < n && i < t.columns; i++)
            if (cells[i].n) params_add1(out->arena, &entry.fields, t.header[i], cells[i]);
        if (r.unterminated)
            sink_fault(out, entry.offset, STR_NONE,
                       "row %llu of this block: a quoted cell does "
                       "not end",
                       (unsigned long long)ordinal);
        if (out->dump)
            show_row(out, &entry.fields, ordinal, entry.offset);
        else
            audit_entry_read(out, &entry);
    }
    if (admin && b->first && !out->dump)
        sink_fault(out, b->offset, STR_NONE,
                   "this export holds the names of parameters without their values: export "
                   "Search-AdminAuditLog with Export-Clixml");
    out->records(out->own, ordinal);
}

const struct reader READER_AUDIT_CSV = {"audit-csv", "Exchange audit log", bid_csv, cut_csv,
                                        read_csv};
