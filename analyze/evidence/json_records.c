#include "analyze/evidence/json_records.h"

#include "base/json_read.h"

enum { WRAPPER_LOOK = 4096, WRAPPER_MEMBERS = 8 };

static size_t skip_blank(struct str text, size_t at) {
    while (at < text.n && ascii_space(text.p[at])) at++;
    return at;
}

/* The member at `at` (behind white space): its key with quotes, and where its value begins. false:
 * no member is whole enough there. */
static bool member_at(struct str text, size_t at, struct str *key, size_t *value) {
    size_t start, end = json_value_end(text, at, false, &start);
    if (end == 0 || end == STR_ABSENT || text.p[start] != '"') return false;
    *key = str_slice(text, start, end);
    *value = skip_blank(text, end);
    if (*value >= text.n || text.p[*value] != ':') return false;
    *value = skip_blank(text, *value + 1);
    return *value < text.n;
}

/* `"@odata.nextLink":"..."` behind the array of a wrapper: the end of that member, or `at`. */
static size_t skip_odata(struct str text, size_t at) {
    size_t start, value, end;
    struct str key;
    if (!str_starts(str_from_index(text, at), STR("\"@odata."))) return at;
    if (!member_at(text, at, &key, &value)) return at;
    end = json_value_end(text, value, false, &start);
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

static bool wraps(struct str key) {
    static const char *const keys[] = {"\"value\"", "\"records\"", "\"Records\"", "\"content\""};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (str_eq(key, str_from(keys[k]))) return true;
    return false;
}

/* {"@odata.context":"...","value":[{...}: behind the bracket, so that its elements are the records;
 * 0: no such wrapper begins at text[at], a brace. A record's own list of that name holds no
 * objects, and stands behind none. */
static size_t wrapper_end(struct str text, size_t at) {
    struct str look = str_slice(text, 0, at + WRAPPER_LOOK), key;
    size_t i = at + 1, value, start;
    for (int n = 0; n < WRAPPER_MEMBERS && member_at(look, i, &key, &value); n++) {
        if (look.p[value] == '[' && wraps(key)) {
            size_t inside = skip_blank(look, value + 1);
            bool objects = inside < look.n && (look.p[inside] == '{' || look.p[inside] == ']');
            return objects ? value + 1 : 0;
        }
        if (look.p[value] == '{') return 0;
        i = json_value_end(look, value, false, &start);
        if (i == 0 || i == STR_ABSENT) return 0;
        i = skip_blank(look, i);
        if (i >= look.n || look.p[i] != ',') return 0;
        i++;
    }
    return 0;
}

/* Where in [begin, end) the next line begins an object, if that stretch is no JSON: a torn line
 * took the lines behind it along. 0: nothing is torn. */
static size_t torn_at(struct str text, size_t begin, size_t end) {
    struct str record = str_slice(text, begin, end);
    if (str_chr(record, '\n') == STR_ABSENT) return 0;
    size_t next = str_find(record, STR("\n{"));
    struct json_notes notes = {0};
    return next == STR_ABSENT || json_check(record, &notes, NULL) ? 0 : begin + next + 1;
}

/* How often brackets may be counted through in vain: torn records make a text be scanned again, and
 * a text of nothing else would never come to its end. */
static size_t scan_limit(struct str text) { return 16 * text.n + WRAPPER_LOOK; }

int json_records_next(struct json_records *r) {
    struct str text = r->text;
    size_t start;
    r->begin = skip_between(text, r->at);
    for (size_t inside; r->begin < text.n && text.p[r->begin] == '{' &&
                        (inside = wrapper_end(text, r->begin)) != 0;)
        r->begin = skip_between(text, inside);
    if (r->begin >= text.n) {
        r->at = text.n;
        return 0;
    }
    if (text.p[r->begin] == '{') {
        r->end = json_value_end(text, r->begin, false, &start);
        r->scanned += (r->end ? r->end : text.n) - r->begin;
        if (r->end == 0) return 0;
        size_t torn = torn_at(text, r->begin, r->end);
        if (torn) r->end = torn;
        r->at = r->end;
        return torn ? -1 : 1;
    }
    r->end = r->begin;
    while (r->end < text.n && text.p[r->end] != '{' && text.p[r->end] != '\n') ++r->end;
    r->at = r->end;
    return -1;
}

size_t json_records_cut(struct cutter *c, struct str bytes, bool at_end) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    struct json_records r = {.text = v.utf8};
    size_t last = 0, most = scan_limit(v.utf8);
    int what;
    /* What is no JSON may go on behind these bytes. */
    while (!at_end && r.scanned < most && (what = json_records_next(&r)) != 0 &&
           (what > 0 || r.end < v.utf8.n))
        last = r.end;
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, last);
    arena_free(a);
    return n;
}

void json_records_read(const struct block *b, struct sink *out, json_take *take, void *own) {
    struct text_view v = text_of_block(out->arena, b);
    struct json_records r = {.text = v.utf8};
    size_t most = scan_limit(v.utf8);
    uint64_t ordinal = 0;
    for (;;) {
        int what = json_records_next(&r);
        if (r.scanned >= most && what <= 0) {
            sink_fault(out, text_offset(&v, r.begin), STR_NONE,
                       "too many torn records: the rest of this block was not read");
            break;
        }
        if (what == 0 && r.begin < v.utf8.n) {
            sink_fault(out, text_offset(&v, r.begin), STR_NONE, "a record that does not end");
            /* It may be one torn line: go on with the next that begins an object. */
            size_t next = str_find(str_from_index(v.utf8, r.begin + 1), STR("\n{"));
            if (next == STR_ABSENT) break;
            r.at = r.begin + 1 + next;
            continue;
        }
        if (what == 0) break;
        uint64_t offset = text_offset(&v, r.begin);
        if (what < 0)
            sink_fault(out, offset, STR_NONE, "text between the records that is no JSON");
        else
            take(own, str_slice(v.utf8, r.begin, r.end), ++ordinal, offset);
    }
    out->records(out->own, ordinal);
}

void json_records_show(struct sink *out, struct str text, uint64_t ordinal, uint64_t offset) {
    struct json_fault fault = {0};
    struct buf b = {0};
    if (!json_check(text, NULL, &fault)) {
        sink_fault(out, offset, STR_NONE, "not JSON at its byte %zu: %s", fault.at, fault.reason);
        return;
    }
    buf_add(&b, str_trim(str_slice(text, 1, text.n - 1)));
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] == '\n' || b.p[i] == '\r') b.p[i] = ' ';
    out->line(out->own, STR_NONE, ordinal, offset, buf_str(&b));
    buf_free(&b);
}
