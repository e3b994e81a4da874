#include "base/json_read.h"

#include <endian.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/utf.h"

enum { KEYS_COMPARED = 256 }; /* per object; duplicates past that many keys are not looked for */
#define FILE_LIMIT ((size_t)1 << 30)

struct checker {
    struct str text;
    size_t at;
    int depth;
    struct json_notes *notes;
    struct json_fault *fault;
};

static bool refuse(struct checker *c, size_t at, const char *reason) {
    if (c->fault && !c->fault->reason) *c->fault = (struct json_fault){at, reason};
    return false;
}

static size_t skip_space(struct str text, size_t at) {
    while (at < text.n &&
           (text.p[at] == ' ' || text.p[at] == '\t' || text.p[at] == '\r' || text.p[at] == '\n'))
        at++;
    return at;
}

static int hex4(struct str text, size_t at) {
    uint64_t v;
    char quad[6] = "0x";
    if (at + 4 > text.n) return -1;
    memcpy(quad + 2, text.p + at, 4);
    return str_u64_any(str_of(quad, 6), &v) ? (int)v : -1;
}

/* The escape behind a backslash at c->at - 1. */
static bool check_escape(struct checker *c) {
    if (c->at >= c->text.n) return refuse(c, c->at, "string without an end");
    char e = c->text.p[c->at++];
    if (strchr("\"\\/bfnrt", e) && e) return true;
    if (e != 'u') return refuse(c, c->at - 2, "unknown escape in a string");
    int v = hex4(c->text, c->at);
    if (v < 0) return refuse(c, c->at - 2, "\\u without four hex digits");
    c->at += 4;
    if (v == 0) c->notes->has_nul = true;
    if (v >= 0xDC00 && v <= 0xDFFF) c->notes->lone_surrogate = true;
    if (v < 0xD800 || v > 0xDBFF) return true;
    int low =
        str_starts(str_from_index(c->text, c->at), STR("\\u")) ? hex4(c->text, c->at + 2) : -1;
    if (low >= 0xDC00 && low <= 0xDFFF)
        c->at += 6;
    else
        c->notes->lone_surrogate = true;
    return true;
}

static bool check_string(struct checker *c) {
    size_t begin = c->at++;
    for (;;) {
        if (c->at >= c->text.n) return refuse(c, begin, "string without an end");
        unsigned char ch = (unsigned char)c->text.p[c->at];
        if (ch == '"') {
            c->at++;
            return true;
        }
        if (ch < 0x20) return refuse(c, c->at, "raw control character in a string");
        if (ch == '\\') {
            c->at++;
            if (!check_escape(c)) return false;
        } else if (ch < 0x80) {
            c->at++;
        } else {
            size_t here = c->at;
            uint32_t v = utf8_next(c->text, &c->at);
            if (v == UTF_BAD || (v >= 0xD800 && v <= 0xDFFF))
                return refuse(c, here, "bytes that are not UTF-8");
        }
    }
}

static size_t run_of_digits(struct checker *c) {
    size_t begin = c->at;
    while (c->at < c->text.n && ascii_digit(c->text.p[c->at])) c->at++;
    return c->at - begin;
}

static bool check_number(struct checker *c) {
    size_t begin = c->at;
    if (c->text.p[c->at] == '-') c->at++;
    size_t first = c->at, n = run_of_digits(c);
    if (n == 0) return refuse(c, begin, "not a JSON value");
    if (n > 1 && c->text.p[first] == '0') return refuse(c, begin, "number with a leading zero");
    bool whole = true;
    if (c->at < c->text.n && c->text.p[c->at] == '.') {
        c->at++;
        whole = false;
        if (run_of_digits(c) == 0)
            return refuse(c, begin, "number without digits behind the point");
    }
    if (c->at < c->text.n && ascii_lower(c->text.p[c->at]) == 'e') {
        c->at++;
        whole = false;
        if (c->at < c->text.n && (c->text.p[c->at] == '+' || c->text.p[c->at] == '-')) c->at++;
        if (run_of_digits(c) == 0) return refuse(c, begin, "number without an exponent's digits");
    }
    uint64_t v = 0;
    if (whole && (!str_u64(str_slice(c->text, first, c->at), &v) || v > UINT64_C(1) << 53))
        c->notes->big_integer = true;
    return true;
}

static bool check_value(struct checker *c);

static void compare_key(struct checker *c, struct str key, struct str *keys, size_t *count) {
    for (size_t i = 0; i < *count; i++) {
        if (str_eq(keys[i], key))
            c->notes->duplicate_keys = true;
        else if (str_ieq(keys[i], key))
            c->notes->case_keys = true;
    }
    if (*count < KEYS_COMPARED) keys[(*count)++] = key;
}

static bool check_object(struct checker *c) {
    struct str keys[KEYS_COMPARED];
    size_t count = 0;
    c->at = skip_space(c->text, c->at + 1);
    if (c->at < c->text.n && c->text.p[c->at] == '}') {
        c->at++;
        return true;
    }
    for (;;) {
        c->at = skip_space(c->text, c->at);
        size_t begin = c->at;
        if (c->at >= c->text.n || c->text.p[c->at] != '"') return refuse(c, c->at, "key expected");
        if (!check_string(c)) return false;
        compare_key(c, str_slice(c->text, begin, c->at), keys, &count);
        c->at = skip_space(c->text, c->at);
        if (c->at >= c->text.n || c->text.p[c->at] != ':') return refuse(c, c->at, "':' expected");
        c->at++;
        if (!check_value(c)) return false;
        c->at = skip_space(c->text, c->at);
        if (c->at >= c->text.n) return refuse(c, c->at, "object without an end");
        char ch = c->text.p[c->at++];
        if (ch == '}') return true;
        if (ch != ',') return refuse(c, c->at - 1, "',' or '}' expected");
    }
}

static bool check_array(struct checker *c) {
    c->at = skip_space(c->text, c->at + 1);
    if (c->at < c->text.n && c->text.p[c->at] == ']') {
        c->at++;
        return true;
    }
    for (;;) {
        if (!check_value(c)) return false;
        c->at = skip_space(c->text, c->at);
        if (c->at >= c->text.n) return refuse(c, c->at, "array without an end");
        char ch = c->text.p[c->at++];
        if (ch == ']') return true;
        if (ch != ',') return refuse(c, c->at - 1, "',' or ']' expected");
    }
}

static bool check_word(struct checker *c, struct str word) {
    if (!str_starts(str_from_index(c->text, c->at), word))
        return refuse(c, c->at, "not a JSON value");
    c->at += word.n;
    return true;
}

static bool check_value(struct checker *c) {
    c->at = skip_space(c->text, c->at);
    if (c->at >= c->text.n) return refuse(c, c->at, "value expected, text ends");
    if (c->depth >= JSON_READ_DEPTH) return refuse(c, c->at, "nested too deeply");
    c->depth++;
    bool good = false;
    switch (c->text.p[c->at]) {
    case '{': good = check_object(c); break;
    case '[': good = check_array(c); break;
    case '"': good = check_string(c); break;
    case 't': good = check_word(c, STR("true")); break;
    case 'f': good = check_word(c, STR("false")); break;
    case 'n': good = check_word(c, STR("null")); break;
    default: good = check_number(c);
    }
    c->depth--;
    return good;
}

bool json_check(struct str text, struct json_notes *notes, struct json_fault *fault) {
    struct json_notes ours = {0};
    struct checker c = {.text = text, .notes = notes ? notes : &ours, .fault = fault};
    *c.notes = (struct json_notes){0};
    if (fault) *fault = (struct json_fault){0};
    if (!check_value(&c)) return false;
    c.at = skip_space(text, c.at);
    return c.at == text.n || refuse(&c, c.at, "text behind the end of the value");
}

/* The high bit of each byte of `word` that is `byte`; only the lowest one set is sure to be. */
static uint64_t bytes_equal(uint64_t word, unsigned char byte) {
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t x = word ^ ones * byte;
    return (x - ones) & ~x & ones << 7;
}

/* The next quote or backslash from text[at] on, or text.n: eight bytes at a time, since nearly all
 * of a log is text in quotes. */
static size_t quote_or_backslash(struct str text, size_t at) {
    for (uint64_t word; at + sizeof word <= text.n; at += sizeof word) {
        memcpy(&word, text.p + at, sizeof word);
        uint64_t hit = bytes_equal(le64toh(word), '"') | bytes_equal(le64toh(word), '\\');
        if (hit) return at + (size_t)__builtin_ctzll(hit) / 8;
    }
    while (at < text.n && text.p[at] != '"' && text.p[at] != '\\') at++;
    return at;
}

/* Index behind the closing quote of the string that opens at text[at]; 0 where it does not end. */
static size_t string_end(struct str text, size_t at) {
    for (at++; (at = quote_or_backslash(text, at)) < text.n; at += 2)
        if (text.p[at] == '"') return at + 1;
    return 0;
}

static size_t word_end(struct str text, size_t at, bool at_end) {
    size_t begin = at;
    while (at < text.n && (ascii_alpha(text.p[at]) || ascii_digit(text.p[at]) ||
                           (text.p[at] && strchr("+-.", text.p[at]))))
        at++;
    if (at == begin) return STR_ABSENT;
    return at < text.n || at_end ? at : 0;
}

size_t json_value_end(struct str text, size_t at, bool at_end, size_t *start) {
    at = skip_space(text, at);
    *start = at;
    if (at >= text.n) return 0;
    if (text.p[at] == '"') return string_end(text, at);
    if (text.p[at] != '{' && text.p[at] != '[') return word_end(text, at, at_end);
    size_t depth = 0;
    while (at < text.n) {
        switch (text.p[at]) {
        case '"':
            at = string_end(text, at);
            if (at == 0) return 0;
            continue;
        case '{':
        case '[': depth++; break;
        case '}':
        case ']':
            if (--depth == 0) return at + 1;
            break;
        default: break;
        }
        at++;
    }
    return 0;
}

/* A copy in which cJSON loses nothing: \u0000 as \u2400, unpaired surrogates as their three bytes
 * (cJSON passes bytes through). */
static struct str rewrite(struct arena *a, struct str text) {
    struct buf b = {0};
    for (size_t i = 0; i < text.n;) {
        if (text.p[i] != '\\') {
            buf_add_c(&b, text.p[i++]);
            continue;
        }
        int v = i + 1 < text.n && text.p[i + 1] == 'u' ? hex4(text, i + 2) : -1;
        int low = v >= 0xD800 && v <= 0xDBFF && str_starts(str_from_index(text, i + 6), STR("\\u"))
                      ? hex4(text, i + 8)
                      : -1;
        if (low >= 0xDC00 && low <= 0xDFFF) {
            buf_add(&b, str_slice(text, i, i + 12));
            i += 12;
        } else if (v == 0) {
            buf_add_z(&b, "\\u2400");
            i += 6;
        } else if (v >= 0xD800 && v <= 0xDFFF) {
            buf_add_utf8(&b, (uint32_t)v);
            i += 6;
        } else {
            buf_add(&b, str_slice(text, i, i + 2));
            i += 2;
        }
    }
    struct str copy = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return copy;
}

cJSON *json_parse(struct arena *scratch, struct str text, struct json_notes *notes,
                  struct json_fault *fault) {
    struct json_notes ours = {0};
    if (!notes) notes = &ours;
    if (!json_check(text, notes, fault)) return NULL;
    if (notes->has_nul || notes->lone_surrogate) text = rewrite(scratch, text);
    text = str_trim(text);
    cJSON *root = cJSON_ParseWithLengthOpts(text.p, text.n, NULL, 0);
    if (!root && fault) *fault = (struct json_fault){0, "not enough memory to parse it"};
    return root;
}

cJSON *json_parse_file(struct arena *scratch, const char *path, struct error *e) {
    struct str text;
    struct json_fault fault;
    if (file_read(scratch, path, FILE_LIMIT, &text, e) != 0) return NULL;
    if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_from_index(text, 3);
    cJSON *root = json_parse(scratch, text, NULL, &fault);
    if (!root) error_set(e, "%s: byte %zu: %s", path, fault.at, fault.reason);
    return root;
}

const cJSON *json_get(const cJSON *object, const char *key) {
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

struct str json_text(const cJSON *value) {
    return value && cJSON_IsString(value) ? str_from(value->valuestring) : STR_NONE;
}

struct str json_get_str(const cJSON *object, const char *key) {
    return json_text(json_get(object, key));
}

bool json_get_bool(const cJSON *object, const char *key, bool otherwise) {
    const cJSON *v = json_get(object, key);
    return v && cJSON_IsBool(v) ? cJSON_IsTrue(v) : otherwise;
}

bool json_get_u64(const cJSON *object, const char *key, uint64_t *out) {
    const cJSON *v = json_get(object, key);
    if (!v || !cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > 9007199254740992.0)
        return false;
    *out = (uint64_t)v->valuedouble;
    return (double)*out == v->valuedouble;
}

struct str json_scalar_text(struct arena *a, const cJSON *value) {
    if (cJSON_IsString(value)) return arena_copy(a, str_from(value->valuestring));
    if (cJSON_IsTrue(value)) return STR("True");
    if (cJSON_IsFalse(value)) return STR("False");
    if (!value || cJSON_IsNull(value)) return STR_NONE;
    char *printed = cJSON_PrintUnformatted(value);
    if (!printed) memory_exhausted();
    struct str copy = arena_copy(a, str_from(printed));
    free(printed);
    return copy;
}

int json_parse_lines(struct arena *a, const char *path, struct str text, struct json_lines *out,
                     struct error *e) {
    struct str line, rest = text;
    for (size_t number = 1; rest.n; number++) {
        struct json_notes notes = {0};
        struct json_fault fault = {0};
        str_cut(rest, '\n', &line, &rest);
        if (!str_trim(line).n) continue;
        cJSON *row = json_parse(a, line, &notes, &fault);
        if (!row)
            return error_set(e, "%s, line %zu: not JSON at byte %zu: %s", path, number, fault.at,
                             fault.reason);
        ARENA_GROW(a, out->list, out->cap, out->count + 1);
        out->list[out->count++] = row;
        if (!json_get_str(row, "id").n)
            return error_set(e, "%s, line %zu: no id: not written by `ungrant analyze`", path,
                             number);
    }
    return 0;
}

void json_lines_free(struct json_lines *lines) {
    for (size_t i = 0; i < lines->count; i++) cJSON_Delete(lines->list[i]);
    lines->count = 0;
}

static int compare_ids(const void *a, const void *b) {
    return str_cmp(json_get_str(*(cJSON *const *)a, "id"), json_get_str(*(cJSON *const *)b, "id"));
}

void json_lines_sort(struct json_lines *lines) {
    if (lines->count) qsort(lines->list, lines->count, sizeof *lines->list, compare_ids);
}

const cJSON *json_lines_find(const struct json_lines *lines, struct str id) {
    size_t low = 0, high = lines->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(json_get_str(lines->list[middle], "id"), id);
        if (order == 0) return lines->list[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
