/* ual_json.c - the unified audit log as JSON: one object, arrays (several, one behind the other),
 * lines, bare records or records in AuditData, Graph's {"value":[...]}, Sentinel's rows.
 *
 * Records are found by brackets and strings alone: whatever stands between objects (commas,
 * brackets of arrays, line ends) is passed over, so a block may begin anywhere between two records.
 */
#include "analyze/evidence/text_view.h"
#include "analyze/evidence/ual.h"

enum { WRAPPER_LOOK = 4096 };

/* `"@odata.nextLink":"..."` behind the array of a wrapper: the end of that member, or `at`. */
static size_t skip_odata(struct str text, size_t at) {
    size_t start, i = at;
    if (!str_starts(str_from_index(text, at), STR("\"@odata."))) return at;
    i = json_value_end(text, i, false, &start);
    if (i == 0 || i == STR_ABSENT) return at;
    while (i < text.n && ascii_space(text.p[i])) i++;
    if (i >= text.n || text.p[i] != ':') return at;
    size_t end = json_value_end(text, i + 1, false, &start);
    return end == 0 || end == STR_ABSENT || text.p[start] == '{' ? at : end;
}

static size_t skip_between(struct str text, size_t at) {
    for (size_t before = STR_ABSENT; at != before;) {
        before = at;
        while (at < text.n &&
               (ascii_space(text.p[at]) || (text.p[at] && strchr(",[]}", text.p[at]))))
            at++;
        at = skip_odata(text, at);
    }
    return at;
}

/* {"@odata.context":"...","value":[{...}: behind the bracket, so that its elements are the records;
 * 0: no such wrapper begins at text[at], a brace. */
static size_t wrapper_end(struct str text, size_t at) {
    static const char *const keys[] = {"\"value\"", "\"records\"", "\"Records\"", "\"content\""};
    struct str look = str_slice(text, at + 1, at + WRAPPER_LOOK);
    look = str_slice(look, 0, str_chr(look, '{'));
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        size_t hit = str_find(look, str_from(keys[k]));
        if (hit == STR_ABSENT) continue;
        size_t i = hit + strlen(keys[k]);
        while (i < look.n && (ascii_space(look.p[i]) || look.p[i] == ':')) i++;
        if (i < look.n && look.p[i] == '[') return at + 1 + i + 1;
    }
    return 0;
}

/* Where in [begin, end) the next line begins an object, if that stretch is no JSON: a torn line
 * took the lines behind it along. 0: nothing is torn. */
static size_t torn_at(struct str text, size_t begin, size_t end) {
    struct str record = str_slice(text, begin, end);
    size_t next = str_find(record, STR("\n{"));
    struct json_notes notes = {0};
    return next == STR_ABSENT || json_check(record, &notes, NULL) ? 0 : begin + next + 1;
}

/* How often brackets may be counted through in vain: torn records make a text be scanned again, and
 * a text of nothing else would never come to its end. */
static size_t scan_limit(struct str text) { return 16 * text.n + WRAPPER_LOOK; }

/* The next record from *at on: 1 and [*begin, *end); 0: the text ends before one is complete; -1:
 * [*begin, *end) is no JSON. Moves *at behind it, and adds what was looked through to *scanned. */
static int next_record(struct str text, size_t *at, size_t *begin, size_t *end, size_t *scanned) {
    size_t start;
    *begin = skip_between(text, *at);
    for (size_t inside;
         *begin < text.n && text.p[*begin] == '{' && (inside = wrapper_end(text, *begin)) != 0;)
        *begin = skip_between(text, inside);
    if (*begin >= text.n) {
        *at = text.n;
        return 0;
    }
    if (text.p[*begin] == '{') {
        *end = json_value_end(text, *begin, false, &start);
        *scanned += (*end ? *end : text.n) - *begin;
        if (*end == 0) return 0;
        size_t torn = torn_at(text, *begin, *end);
        if (torn) *end = torn;
        *at = *end;
        return torn ? -1 : 1;
    }
    *end = *begin;
    while (*end < text.n && text.p[*end] != '{' && text.p[*end] != '\n') ++*end;
    *at = *end;
    return -1;
}

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

static size_t cut(struct cutter *c, struct str bytes, bool at_end) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    size_t at = 0, begin, end, last = 0, scanned = 0, most = scan_limit(v.utf8);
    int what;
    /* What is no JSON may go on behind these bytes. */
    while (!at_end && scanned < most &&
           (what = next_record(v.utf8, &at, &begin, &end, &scanned)) != 0 &&
           (what > 0 || end < v.utf8.n))
        last = end;
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, last);
    arena_free(a);
    return n;
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

static void read(const struct block *b, struct sink *out) {
    struct text_view v = text_of_block(out->arena, b);
    size_t at = 0, begin, end, scanned = 0, most = scan_limit(v.utf8);
    uint64_t ordinal = 0;
    for (;;) {
        int what = next_record(v.utf8, &at, &begin, &end, &scanned);
        if (scanned >= most && what <= 0) {
            sink_fault(out, text_offset(&v, begin), STR_NONE,
                       "too many torn records: the rest of this block was not read");
            break;
        }
        if (what == 0 && begin < v.utf8.n) {
            sink_fault(out, text_offset(&v, begin), STR_NONE, "a record that does not end");
            /* It may be one torn line: go on with the next that begins an object. */
            size_t next = str_find(str_from_index(v.utf8, begin + 1), STR("\n{"));
            if (next == STR_ABSENT) break;
            at = begin + 1 + next;
            continue;
        }
        if (what == 0) break;
        uint64_t offset = text_offset(&v, begin);
        if (what < 0)
            sink_fault(out, offset, STR_NONE, "text between the records that is no JSON");
        else
            read_one(out, str_slice(v.utf8, begin, end), ++ordinal, offset);
    }
    out->records(out->own, ordinal);
}

const struct reader READER_UAL_JSON = {"ual-json", "unified audit log", bid, cut, read};
