#include "analyze/evidence/json_record.h"

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

void json_add_flat(struct buf *out, struct str json) {
    size_t from = out->n;
    buf_add(out, json);
    for (size_t i = from; i < out->n; i++)
        if (out->p[i] == '\n' || out->p[i] == '\r') out->p[i] = ' ';
}

void json_record_show(struct sink *out, struct str text, struct str id, uint64_t ordinal,
                      uint64_t offset) {
    struct json_fault fault = {0};
    struct buf b = {0};
    if (!json_check(text, NULL, &fault)) {
        sink_fault(out, offset, STR_NONE, "not JSON at its byte %zu: %s", fault.at, fault.reason);
        return;
    }
    json_add_flat(&b, str_trim(str_slice(text, 1, text.n - 1)));
    out->line(out->own, id, ordinal, offset, buf_str(&b));
    buf_free(&b);
}

/* ---- peeking ---- */

size_t json_skip_blank(struct str s, size_t at) {
    while (at < s.n && ascii_space(s.p[at])) at++;
    return at;
}

bool json_member_at(struct str text, size_t at, struct str *key, size_t *value) {
    size_t start, end = json_value_end(text, at, false, &start);
    if (end == 0 || end == STR_ABSENT || text.p[start] != '"') return false;
    *key = str_slice(text, start, end);
    *value = json_skip_blank(text, end);
    if (*value >= text.n || text.p[*value] != ':') return false;
    *value = json_skip_blank(text, *value + 1);
    return *value < text.n;
}

/* A string without its quotes, a number, or empty. */
static struct str scalar_text(struct str value) {
    if (str_starts(value, STR("\""))) return str_slice(value, 1, value.n - 1);
    return value.n && (ascii_digit(value.p[0]) || value.p[0] == '-') ? value : STR_NONE;
}

/* The value of that member of the object itself. */
static struct str member_value(struct str object, const char *name) {
    size_t at = str_chr(object, '{'), value, start;
    struct str key;
    while (at != STR_ABSENT && json_member_at(object, at + 1, &key, &value)) {
        size_t end = json_value_end(object, value, false, &start);
        if (end == 0 || end == STR_ABSENT) break;
        if (str_eq(str_slice(key, 1, key.n - 1), str_from(name)))
            return scalar_text(str_slice(object, value, end));
        at = json_skip_blank(object, end);
        if (at >= object.n || object.p[at] != ',') break;
    }
    return STR_NONE;
}

struct str json_own_member(struct str object, const char *const *names) {
    for (; *names; names++) {
        struct str value = member_value(object, *names);
        if (value.n) return value;
    }
    return STR_NONE;
}

bool json_peek_next(struct str json, struct str quoted_key, size_t *at, struct str *value) {
    for (;;) {
        size_t hit = str_find(str_from_index(json, *at), quoted_key);
        if (hit == STR_ABSENT) return false;
        size_t begin = *at + hit;
        *at = begin + quoted_key.n;
        if (begin && json.p[begin - 1] == '\\') continue;
        size_t i = json_skip_blank(json, *at);
        if (i >= json.n || json.p[i] != ':') continue;
        i = json_skip_blank(json, i + 1);
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
