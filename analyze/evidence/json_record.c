#include "analyze/evidence/json_record.h"

enum { SCANS = 16 }; /* how often a text may be counted through in vain */

struct json_scan json_scan_of(struct str text) {
    return (struct json_scan){.text = text, .budget = SCANS * text.n};
}

/* Where the next line behind text[from] that begins an object does, or text.n. */
static size_t next_line(struct json_scan *s, size_t from) {
    if (s->next_line > from) return s->next_line;
    size_t next = str_find(str_from_index(s->text, from), STR("\n{"));
    return s->next_line = next == STR_ABSENT ? s->text.n : from + next + 1;
}

/* An object of several lines of which one begins with another object: printed without indentation.
 * Two torn ones may look alike, so it has to be JSON. */
static bool spans_lines(struct json_scan *s, size_t begin, size_t *end) {
    size_t start, length = s->text.n - begin;
    if (s->budget < length) return false;
    s->budget -= length;
    *end = json_value_end(s->text, begin, false, &start);
    return *end && *end != STR_ABSENT && json_check(str_slice(s->text, begin, *end), NULL, NULL);
}

enum json_found json_record_next(struct json_scan *s, size_t *begin, size_t *end) {
    size_t start, open = str_chr(str_from_index(s->text, s->at), '{');
    *begin = open == STR_ABSENT ? s->text.n : s->at + open;
    s->at = s->text.n;
    if (open == STR_ABSENT) return JSON_NO_RECORD;
    size_t next = next_line(s, *begin);
    *end = json_value_end(str_slice(s->text, 0, next), *begin, false, &start);
    if ((*end && *end != STR_ABSENT) || (next < s->text.n && spans_lines(s, *begin, end))) {
        s->at = *end;
        return JSON_RECORD;
    }
    if (next == s->text.n) return JSON_NO_RECORD;
    s->at = *end = next;
    return JSON_TORN;
}

size_t json_cut(struct cutter *c, struct str bytes, bool at_end) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    struct json_scan s = json_scan_of(v.utf8);
    size_t begin, end, last = 0;
    while (!at_end && json_record_next(&s, &begin, &end) != JSON_NO_RECORD) last = end;
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, last);
    arena_free(a);
    return n;
}

uint64_t json_read_block(const struct block *b, struct sink *out, json_take *take, void *own) {
    struct text_view v = text_of_block(out->arena, b);
    struct json_scan s = json_scan_of(v.utf8);
    size_t begin, end;
    uint64_t ordinal = 0;
    for (;;) {
        enum json_found found = json_record_next(&s, &begin, &end);
        uint64_t offset = text_offset(&v, begin);
        if (found == JSON_RECORD)
            take(own, str_slice(v.utf8, begin, end), ++ordinal, offset);
        else if (begin < v.utf8.n)
            sink_fault(out, offset, STR_NONE, "a record that does not end");
        if (found == JSON_NO_RECORD) break;
    }
    return ordinal;
}

cJSON *json_record_parse(struct sink *out, struct str text, uint64_t offset) {
    struct json_fault fault = {0};
    struct json_notes notes = {0};
    cJSON *root = json_parse(out->arena, text, &notes, &fault);
    if (!root)
        sink_fault(out, offset, STR_NONE, "not JSON at its byte %zu: %s", fault.at, fault.reason);
    else if (notes.duplicate_keys)
        sink_fault(out, offset, STR_NONE, "a key stands twice in one object: the first was used");
    if (root && notes.has_nul)
        sink_fault(out, offset, STR_NONE, "a NUL character in the text is shown as U+2400");
    return root;
}

void json_record_show(struct sink *out, struct str text, uint64_t ordinal, uint64_t offset) {
    struct json_fault fault = {0};
    if (!json_check(text, NULL, &fault)) {
        sink_fault(out, offset, STR_NONE, "not JSON at its byte %zu: %s", fault.at, fault.reason);
        return;
    }
    struct buf b = {0};
    buf_add(&b, str_trim(str_slice(text, 1, text.n - 1)));
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] == '\n' || b.p[i] == '\r') b.p[i] = ' ';
    out->line(out->own, STR_NONE, ordinal, offset, buf_str(&b));
    buf_free(&b);
}

/* ---- peeking ---- */

static size_t skip_blank(struct str s, size_t at) {
    while (at < s.n && ascii_space(s.p[at])) at++;
    return at;
}

bool json_peek_next(struct str json, struct str quoted_key, size_t *at, struct str *value) {
    for (;;) {
        size_t hit = str_find(str_from_index(json, *at), quoted_key);
        if (hit == STR_ABSENT) return false;
        size_t begin = *at + hit;
        *at = begin + quoted_key.n;
        if (begin && json.p[begin - 1] == '\\') continue;
        size_t i = skip_blank(json, *at);
        if (i >= json.n || json.p[i] != ':') continue;
        i = skip_blank(json, i + 1);
        size_t end = i;
        if (i < json.n && json.p[i] == '"') {
            end = ++i;
            while (end < json.n && json.p[end] != '"') end += json.p[end] == '\\' ? 2 : 1;
        } else {
            while (end < json.n && (ascii_alpha(json.p[end]) || ascii_digit(json.p[end]))) end++;
            if (end == i) continue; /* an object or array */
        }
        *value = str_slice(json, i, end);
        return true;
    }
}

struct str json_peek(struct str json, const char *const *quoted_keys) {
    struct str value;
    for (; *quoted_keys; quoted_keys++) {
        size_t at = 0;
        if (json_peek_next(json, str_from(*quoted_keys), &at, &value)) return value;
    }
    return STR_NONE;
}
