/* ual_json.c - the unified audit log as JSON: one object, arrays (several, one behind the other),
 * lines, bare records or records in AuditData, Graph's {"value":[...]}, Sentinel's rows. */
#include "analyze/evidence/json_record.h"
#include "analyze/evidence/json_records.h"
#include "analyze/evidence/ual.h"

static bool has(struct str s, const char *key) { return str_find(s, str_from(key)) != STR_ABSENT; }

enum { WRAP_DEPTH = 5 };

/* Members that hold a record: of Microsoft's containers, and of what ships logs elsewhere (Splunk,
 * Elastic's and Sekoia's, Sentinel's advanced hunting), there mostly as text. */
static const char *const HOLDERS[] = {"AuditData",      "auditData", "_raw",        "message",
                                      "event.original", "original",  "RawEventData"};

/* The record inside its container, as JSON text. */
static struct str inner_record(struct arena *a, const cJSON *outer, int depth) {
    for (size_t i = 0; i < sizeof HOLDERS / sizeof *HOLDERS; i++) {
        const cJSON *v = json_get(outer, HOLDERS[i]);
        if (cJSON_IsString(v) && (i < 2 || str_starts(str_trim(json_text(v)), STR("{"))))
            return arena_copy(a, json_text(v));
        if (cJSON_IsObject(v)) return json_scalar_text(a, v);
    }
    for (const cJSON *m = cJSON_IsObject(outer) && depth ? outer->child : NULL; m; m = m->next) {
        struct str inner = cJSON_IsObject(m) ? inner_record(a, m, depth - 1) : STR_NONE;
        if (inner.n) return inner;
    }
    return STR_NONE;
}

/* Does a text inside hold a record? */
static bool holds_text(struct str s) {
    return has(s, "\\\"Operation\\\"") &&
           (has(s, "\\\"CreationTime\\\"") || has(s, "\\\"TimeGenerated\\\""));
}

/* Does an object around it hold the record? What has an operation of its own holds none as text. */
static bool is_wrapped(struct str text) {
    size_t at = str_find(text, STR("uditData\""));
    if (at != STR_ABSENT && at >= 2 && (has(text, "\"AuditData\"") || has(text, "\"auditData\"")))
        return true;
    return !ual_peek(text, STR("Operation")).n && holds_text(text);
}

/* Keys that only audit records, their containers, or sign-in exports have together. */
static int bid(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = first, .first = true};
    struct str text = str_trim(text_of_block(a, &b).utf8);
    int sure = 0;
    (void)whole;
    if (text.n && (text.p[0] == '{' || text.p[0] == '[')) {
        if (has(text, "\"AuditData\"") || has(text, "\"auditData\""))
            sure = 85;
        else if (has(text, "\"Operation\"") &&
                 (has(text, "\"CreationTime\"") || has(text, "\"TimeGenerated\"")) &&
                 (has(text, "\"Workload\"") || has(text, "\"OfficeWorkload\"") ||
                  has(text, "\"RecordType\"")))
            sure = 80;
        else if (holds_text(text) && has(text, "\\\"Workload\\\""))
            sure = 78;
    }
    arena_free(a);
    return sure;
}

static struct str text_member(struct arena *a, const cJSON *o, const char *one, const char *other) {
    const cJSON *v = json_get(o, one);
    return json_scalar_text(a, v ? v : json_get(o, other));
}

/* An object printed anew no longer shows what its text had: the record's reader cannot say it. */
static void say_notes_of_object(struct sink *out, struct str audit, const struct json_notes *n,
                                struct str id, uint64_t offset) {
    if (!ual_any_wanted(audit)) return;
    if (n->has_nul) sink_fault(out, offset, id, "a NUL character in the text is shown as U+2400");
}

static void read_wrapped(struct sink *out, struct str text, uint64_t ordinal, uint64_t offset) {
    struct json_fault fault = {0};
    struct json_notes notes = {0};
    cJSON *root = json_parse(out->arena, text, &notes, &fault);
    if (!root) {
        sink_fault(out, offset, STR_NONE, "not JSON at its byte %zu: %s", fault.at, fault.reason);
        return;
    }
    struct arena *a = out->arena;
    struct ual_outer outer = {.id = text_member(a, root, "Identity", "id"),
                              .time = text_member(a, root, "CreationDate", "createdDateTime"),
                              .operation = text_member(a, root, "Operations", "operation"),
                              .user = text_member(a, root, "UserIds", "userPrincipalName"),
                              .record_type =
                                  text_member(a, root, "RecordType", "auditLogRecordType"),
                              .client_ip = text_member(a, root, "ClientIP", "clientIp")};
    struct str audit = str_trim(inner_record(a, root, WRAP_DEPTH));
    if (str_eq(audit, STR("{}"))) audit = STR_NONE;
    if (cJSON_IsObject(json_get(root, "AuditData")) || cJSON_IsObject(json_get(root, "auditData")))
        say_notes_of_object(out, audit, &notes, outer.id, offset);
    ual_read_record(out, audit, &outer, ordinal, offset);
    cJSON_Delete(root);
}

/* The record's own members, with the record inside them parsed; under the identifier that the
 * timeline has for it. */
static void show_record(struct sink *out, struct str text, uint64_t ordinal, uint64_t offset) {
    struct json_fault fault = {0};
    struct buf b = {0};
    cJSON *root = json_parse(out->arena, text, NULL, &fault);
    if (!root) {
        sink_fault(out, offset, STR_NONE, "not JSON at its byte %zu: %s", fault.at, fault.reason);
        return;
    }
    struct str members = str_trim(str_slice(text, 1, text.n - 1));
    bool wrapped = is_wrapped(text);
    struct str audit = wrapped ? inner_record(out->arena, root, WRAP_DEPTH) : STR_NONE;
    struct ual_outer outer = {.id = wrapped ? text_member(out->arena, root, "Identity", "id")
                                            : STR_NONE};
    struct str id = ual_record_id(out->arena, wrapped ? audit : text, &outer);
    json_add_flat(&b, members);
    if (audit.n && json_check(audit, NULL, NULL)) {
        buf_add_z(&b, members.n ? ",\"AuditDataParsed\":" : "\"AuditDataParsed\":");
        json_add_flat(&b, audit);
    }
    out->line(out->own, arena_copy(out->arena, id), ordinal, offset, buf_str(&b));
    cJSON_Delete(root);
    buf_free(&b);
}

static void read_one(struct sink *out, struct str text, uint64_t ordinal, uint64_t offset) {
    if (out->dump) {
        show_record(out, text, ordinal, offset);
    } else if (is_wrapped(text)) {
        read_wrapped(out, text, ordinal, offset);
    } else {
        struct ual_outer none = {0};
        ual_read_record(out, text, &none, ordinal, offset);
    }
}

static void take(void *own, struct str text, uint64_t ordinal, uint64_t offset) {
    read_one(own, text, ordinal, offset);
}

static void read(const struct block *b, struct sink *out) { json_records_read(b, out, take, out); }

const struct reader READER_UAL_JSON = {"ual-json", "unified audit log", bid, json_records_cut,
                                       read};
