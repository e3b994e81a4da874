#include "base/json.h"

#include <assert.h>

#include "base/utf.h"

static void newline(struct json *j) {
    buf_add_c(j->out, '\n');
    for (int i = 0; i < j->depth; i++) buf_add_z(j->out, "  ");
}

/* What must stand before the next key or value. */
static void separate(struct json *j) {
    if (j->keyed) {
        j->keyed = false;
        return;
    }
    if (j->depth == 0) return;
    if (j->filled[j->depth - 1]) buf_add_c(j->out, ',');
    j->filled[j->depth - 1] = true;
    if (j->pretty) newline(j);
}

static void open_level(struct json *j, char opener, char closer) {
    separate(j);
    assert(j->depth < JSON_DEPTH); /* the shape of our outputs is ours, never evidence's */
    buf_add_c(j->out, opener);
    j->closer[j->depth] = closer;
    j->filled[j->depth] = false;
    j->depth++;
}

void json_object(struct json *j) { open_level(j, '{', '}'); }
void json_array(struct json *j) { open_level(j, '[', ']'); }

void json_end(struct json *j) {
    assert(j->depth > 0);
    j->depth--;
    if (j->pretty && j->filled[j->depth]) newline(j);
    buf_add_c(j->out, j->closer[j->depth]);
}

void json_key_str(struct json *j, struct str key) {
    separate(j);
    buf_add_c(j->out, '"');
    json_escape(j->out, key);
    buf_add_z(j->out, j->pretty ? "\": " : "\":");
    j->keyed = true;
}

void json_key(struct json *j, const char *key) { json_key_str(j, str_from(key)); }

/* Does this ASCII byte stand for itself within quotes? */
static bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

/* One character that may need an escape. */
static void escape_one(struct buf *out, uint32_t v) {
    switch (v) {
    case '"': buf_add(out, STR("\\\"")); break;
    case '\\': buf_add(out, STR("\\\\")); break;
    case '\n': buf_add(out, STR("\\n")); break;
    case '\r': buf_add(out, STR("\\r")); break;
    case '\t': buf_add(out, STR("\\t")); break;
    case UTF_BAD: buf_add_utf8(out, 0xFFFD); break;
    default:
        if (v < 0x20 || v == 0x7F || v == 0x2028 || v == 0x2029 || (v >= 0xD800 && v <= 0xDFFF))
            buf_printf(out, "\\u%04x", (unsigned)v);
        else
            buf_add_utf8(out, v);
    }
}

void json_escape(struct buf *out, struct str s) {
    buf_reserve(out, s.n);
    for (size_t i = 0; i < s.n;) {
        size_t run = i;
        while (run < s.n && is_plain((unsigned char)s.p[run])) run++;
        buf_add(out, str_slice(s, i, run));
        i = run;
        if (i < s.n) escape_one(out, utf8_next(s, &i));
    }
}

void json_escape_utf16(struct buf *out, struct str units) {
    units = str_slice(units, 0, units.n & ~(size_t)1);
    for (size_t i = 0; i < units.n;) {
        i += 2 * utf16_plain(str_from_index(units, i), out);
        if (i < units.n) escape_one(out, utf16_next(units, &i));
    }
}

void json_str(struct json *j, struct str s) {
    separate(j);
    buf_add_c(j->out, '"');
    json_escape(j->out, s);
    buf_add_c(j->out, '"');
}

void json_str_or_null(struct json *j, struct str s) {
    if (s.n)
        json_str(j, s);
    else
        json_null(j);
}

void json_cstr(struct json *j, const char *s) {
    if (s)
        json_str(j, str_from(s));
    else
        json_null(j);
}

void json_u64(struct json *j, uint64_t v) {
    separate(j);
    buf_add_u64(j->out, v);
}

void json_i64(struct json *j, int64_t v) {
    separate(j);
    if (v < 0) buf_add_c(j->out, '-');
    buf_add_u64(j->out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void json_bool(struct json *j, bool v) {
    separate(j);
    buf_add_z(j->out, v ? "true" : "false");
}

void json_null(struct json *j) {
    separate(j);
    buf_add_z(j->out, "null");
}

void json_when(struct json *j, struct when t) {
    char text[WHEN_TEXT];
    json_str_or_null(j, when_format(t, text));
}

void json_raw(struct json *j, struct str checked) {
    separate(j);
    buf_add(j->out, checked);
}

void json_put(struct json *j, const char *key, struct str s) {
    json_key(j, key);
    json_str(j, s);
}

void json_put_or_null(struct json *j, const char *key, struct str s) {
    json_key(j, key);
    json_str_or_null(j, s);
}

void json_put_u64(struct json *j, const char *key, uint64_t v) {
    json_key(j, key);
    json_u64(j, v);
}

void json_put_bool(struct json *j, const char *key, bool v) {
    json_key(j, key);
    json_bool(j, v);
}

void json_put_when(struct json *j, const char *key, struct when t) {
    json_key(j, key);
    json_when(j, t);
}
