/* ual_json.c - the unified audit log as JSON: one object, arrays (several, one behind the other),
 * lines, bare records or records in AuditData, Graph's {"value":[...]}, Sentinel's rows. */
#include "analyze/evidence/json_records.h"
#include "analyze/evidence/ual.h"

static bool has(struct str s, const char *key) { return str_find(s, str_from(key)) != STR_ABSENT; }

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
    }
    arena_free(a);
    return sure;
}

/* The record inside its container, as JSON text. */
static struct str inner_record(struct arena *a, const cJSON *outer) {
    static const char *const keys[] = {"AuditData", "auditData"};
    for (size_t i = 0; i < 2; i++) {
        const cJSON *v = json_get(outer, keys[i]);
        if (cJSON_IsString(v)) return arena_copy(a, json_text(v));
        if (cJSON_IsObject(v)) return json_scalar_text(a, v);
    }
    return STR_NONE;
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
    struct str audit = str_trim(inner_record(a, root));
    if (str_eq(audit, STR("{}"))) audit = STR_NONE;
    if (cJSON_IsObject(json_get(root, "AuditData")) || cJSON_IsObject(json_get(root, "auditData")))
        say_notes_of_object(out, audit, &notes, outer.id, offset);
    ual_read_record(out, audit, &outer, ordinal, offset);
    cJSON_Delete(root);
}

static void show_record(struct sink *out, struct str text, uint64_t ordinal, uint64_t offset) {
    struct json_fault fault = {0};
    struct buf b = {0};
    if (!json_check(text, NULL, &fault)) {
        sink_fault(out, offset, STR_NONE, "not JSON at its byte %zu: %s", fault.at, fault.reason);
        return;
    }
    struct str members = str_trim(str_slice(text, 1, text.n - 1));
    cJSON *root = json_parse(out->arena, text, NULL, &fault);
    const cJSON *audit = json_get(root, "AuditData");
    buf_add(&b, members);
    if (cJSON_IsString(audit) && json_check(json_text(audit), NULL, NULL)) {
        buf_add_z(&b, members.n ? ",\"AuditDataParsed\":" : "\"AuditDataParsed\":");
        buf_add(&b, json_text(audit));
    }
    /* Line ends inside (pretty printing) would break "one record, one line". */
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] == '\n' || b.p[i] == '\r') b.p[i] = ' ';
    out->line(out->own, STR_NONE, ordinal, offset, buf_str(&b));
    cJSON_Delete(root);
    buf_free(&b);
}

static void read_one(struct sink *out, struct str text, uint64_t ordinal, uint64_t offset) {
    if (out->dump) {
        show_record(out, text, ordinal, offset);
    } else if (has(text, "\"AuditData\"") || has(text, "\"auditData\"")) {
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
