/* Exchange Server's own logs with "#Fields": audit*.LOG, CmdletInfra, HttpProxy of PowerShell.
 *
 * Lines that begin with # describe the columns; the same columns may stand as a first line. Values
 * are CSV. The audit log holds unified audit records whose CreationTime is the server's local time;
 * the line's own time is UTC. CmdletInfra has cmdlets as event 1 of MSExchange Management has them;
 * HttpProxy who came from where. Column names, not numbers: they differ from version to version. */
#include "analyze/evidence/text_view.h"
#include "analyze/evidence/ual.h"
#include "analyze/powershell/powershell.h"
#include "base/csv_read.h"

enum { HEAD = 16384 };

static const struct str FIELDS = {"#Fields:", 8};

/* The columns' line, without its label: empty where it does not stand in these bytes. */
static struct str fields_line(struct str text) {
    for (struct str line, rest; text.n; text = rest) {
        str_cut(text, '\n', &line, &rest);
        if (str_istarts(line, FIELDS)) return str_trim(str_from_index(line, FIELDS.n));
    }
    return STR_NONE;
}

static bool has_column(struct str fields, const char *name) {
    for (struct str one, rest; fields.n; fields = rest) {
        str_cut(fields, ',', &one, &rest);
        if (str_ieq(str_trim(one), str_from(name))) return true;
    }
    return false;
}

enum kind { KIND_NONE, KIND_AUDIT, KIND_CMDLET, KIND_PROXY };

static enum kind kind_of(struct str fields) {
    if (has_column(fields, "Data") && has_column(fields, "RecordType")) return KIND_AUDIT;
    if (has_column(fields, "Cmdlet") && has_column(fields, "Parameters")) return KIND_CMDLET;
    if (has_column(fields, "ClientIpAddress") && has_column(fields, "AuthenticatedUser"))
        return KIND_PROXY;
    return KIND_NONE;
}

static int bid(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = str_slice(first, 0, HEAD), .first = true};
    struct str text = text_of_block(a, &b).utf8;
    (void)whole;
    bool ours = str_ifind(text, STR("#Software: Microsoft Exchange")) != STR_ABSENT &&
                kind_of(fields_line(text)) != KIND_NONE;
    arena_free(a);
    return ours ? 90 : 0;
}

static size_t cut(struct cutter *c, struct str bytes, bool at_end) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    if (c->offset == 0) c->head = HEAD;
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, csv_last_row_end(v.utf8, ','));
    arena_free(a);
    return n;
}

struct row {
    struct sink *out;
    const struct str *names, *cells;
    size_t count;
    uint64_t ordinal, offset;
};

static struct str cell(const struct row *r, const char *name) {
    size_t i = csv_column(r->names, r->count, name);
    return i == STR_ABSENT ? STR_NONE : str_trim(r->cells[i]);
}

static struct str first_cell(const struct row *r, const char *one, const char *other) {
    struct str text = cell(r, one);
    return text.n ? text : cell(r, other);
}

static struct when time_of(const struct row *r) {
    struct when t;
    struct str s = first_cell(r, "DateTime", "Timestamp");
    if (when_parse_iso(s, WHEN_UTC, &t)) return t;
    return (struct when){0, 0, WHEN_NONE};
}

/* ---- audit*.LOG ---- */

/* A unified audit record, retold as what this server's own log says at its own time. */
struct retold {
    const struct row *row;
    struct when time;
};

static void retell(void *own, const struct event *e) {
    const struct retold *r = own;
    struct event mine = *e;
    mine.source = e->source == SOURCE_UAL ? SOURCE_ADMIN_AUDIT : e->source;
    if (r->time.basis != WHEN_NONE) mine.time = r->time;
    r->row->out->event(r->row->out->own, &mine);
}

static void recount(void *own, struct str telemetry, struct str host, struct when t,
                    uint64_t number) {
    const struct retold *r = own;
    (void)telemetry, (void)host, (void)t, (void)number;
    r->row->out->seen(r->row->out->own, STR("admin-audit"), cell(r->row, "Server"), r->time, 0);
}

static void pass_fault(void *own, const struct fault *f) {
    const struct retold *r = own;
    r->row->out->fault(r->row->out->own, f);
}

static void read_audit(const struct row *r) {
    struct retold retold = {r, time_of(r)};
    struct sink through = *r->out;
    struct ual_outer outer = {.id = cell(r, "RecordId"),
                              .time = cell(r, "Timestamp"),
                              .operation = cell(r, "Operation"),
                              .user = cell(r, "UserKey"),
                              .record_type = cell(r, "RecordType")};
    through.own = &retold;
    through.event = retell;
    through.seen = recount;
    through.fault = pass_fault;
    ual_read_record(&through, cell(r, "Data"), &outer, r->ordinal, r->offset);
}

/* ---- CmdletInfra ---- */

static enum result result_of(struct str s) {
    if (str_ieq(s, STR("Success"))) return RESULT_SUCCEEDED;
    return s.n ? RESULT_FAILED : RESULT_UNKNOWN;
}

static void read_cmdlet(const struct row *r) {
    struct sink *out = r->out;
    struct str host = cell(r, "ServerHostName");
    struct event e = {.kind = EVENT_COMMAND,
                      .source = SOURCE_EXCHANGE_CMDLET_LOG,
                      .ordinal = r->ordinal,
                      .offset = r->offset,
                      .time = time_of(r),
                      .operation = cell(r, "Cmdlet"),
                      .actor = cell(r, "AuthenticatedUser"),
                      .actor_key = cell(r, "ExecutingUserSid"),
                      .host = host,
                      .application = first_cell(r, "ClientApplication", "ProcessName"),
                      .session = first_cell(r, "CmdletUniqueId", "RequestId"),
                      .client_ip = cell(r, "ClientIpAddress"),
                      .result = result_of(cell(r, "ExecutionResult"))};
    out->seen(out->own, STR("exchange-cmdlet-log"), host, e.time, 0);
    const struct cmdlet *c = cmdlet_find(e.operation, NULL);
    if (!c) return;
    if (e.result == RESULT_FAILED) e.error = first_cell(r, "GenericErrors", "ErrorMessage");
    powershell_parameter_string(out->arena, c, cell(r, "Parameters"), &e.params);
    out->event(out->own, &e);
}

/* ---- HttpProxy ---- */

static void read_proxy(const struct row *r) {
    struct str status = cell(r, "HttpStatus"), host = cell(r, "ServerHostName");
    struct str path = first_cell(r, "UrlStem", "UrlHost");
    struct event e = {.kind = EVENT_SIGNIN,
                      .source = SOURCE_SIGNIN,
                      .ordinal = r->ordinal,
                      .offset = r->offset,
                      .time = time_of(r),
                      .operation = path,
                      .actor = cell(r, "AuthenticatedUser"),
                      .client_ip = cell(r, "ClientIpAddress"),
                      .application = cell(r, "UserAgent"),
                      .session = cell(r, "RequestId"),
                      .host = host};
    r->out->seen(r->out->own, STR("exchange-http-proxy"), host, e.time, 0);
    if (str_ifind(path, STR("/powershell")) == STR_ABSENT || !e.actor.n) return;
    e.result = str_starts(status, STR("2")) ? RESULT_SUCCEEDED
               : status.n                   ? RESULT_FAILED
                                            : RESULT_UNKNOWN;
    r->out->event(r->out->own, &e);
}

/* ---- rows ---- */

static void show(const struct row *r) {
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    for (size_t i = 0; i < r->count; i++) {
        json_key_str(&j, r->names[i]);
        json_str(&j, r->cells[i]);
    }
    json_end(&j);
    r->out->line(r->out->own, STR_NONE, r->ordinal, r->offset, str_slice(buf_str(&b), 1, b.n - 1));
    buf_free(&b);
}

static void (*const READ[])(const struct row *r) = {
    [KIND_AUDIT] = read_audit, [KIND_CMDLET] = read_cmdlet, [KIND_PROXY] = read_proxy};

static struct str fields_of(const struct block *b, struct sink *out, struct str text) {
    if (b->first) return fields_line(str_slice(text, 0, HEAD));
    struct block head = {.bytes = b->head, .first = true};
    return fields_line(text_of_block(out->arena, &head).utf8);
}

static void read(const struct block *b, struct sink *out) {
    struct text_view v = text_of_block(out->arena, b);
    struct str fields = fields_of(b, out, v.utf8);
    struct csv_reader h = {.text = fields, .separator = ','},
                      r = {.text = v.utf8, .separator = ','};
    struct row row = {.out = out};
    struct str *names, *cells;
    size_t columns, n, begin;
    enum kind kind = kind_of(fields);
    if (kind == KIND_NONE || !csv_row(&h, out->arena, &names, &columns, &begin)) return;
    while (csv_row(&r, out->arena, &cells, &n, &begin)) {
        bool described = str_starts(cells[0], STR("#")) || str_ieq(cells[0], names[0]);
        if (described) continue;
        row.names = names;
        row.cells = cells;
        row.count = n < columns ? n : columns;
        row.offset = text_offset(&v, begin);
        row.ordinal++;
        if (r.unterminated)
            sink_fault(out, row.offset, STR_NONE,
                       "row %llu of this block: a quoted cell does "
                       "not end",
                       (unsigned long long)row.ordinal);
        if (out->dump)
            show(&row);
        else
            READ[kind](&row);
    }
    out->records(out->own, row.ordinal);
}

const struct reader READER_EXCHANGE_LOG = {"exchange-log", "Exchange server log", bid, cut, read};
