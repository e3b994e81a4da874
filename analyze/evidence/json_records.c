#include "analyze/evidence/json_records.h"

#include "analyze/evidence/json_record.h"

enum {
    WRAPPER_LOOK = 4096,
    WRAPPER_MEMBERS = 8,
    SCANS = 16 /* how often a text may be counted through in vain */
};

/* `"@odata.nextLink":"..."` behind the array of a wrapper: the end of that member, or `at`. */
static size_t skip_odata(struct str text, size_t at) {
    size_t start, value, end;
    struct str key;
    if (!str_starts(str_from_index(text, at), STR("\"@odata."))) return at;
    if (!json_member_at(text, at, &key, &value)) return at;
    end = json_value_end(text, value, false, &start);
    return end == 0 || end == STR_ABSENT || text.p[start] == '{' ? at : end;
}

/* A line "Record 17", as some tools number what they print. */
static size_t skip_number_line(struct str text, size_t at) {
    if (!str_starts(str_from_index(text, at), STR("Record "))) return at;
    size_t i = at + 7, from = i;
    while (i < text.n && ascii_digit(text.p[i])) i++;
    return i > from && (i == text.n || text.p[i] == '\n' || text.p[i] == '\r') ? i : at;
}

static size_t skip_between(struct str text, size_t at) {
    for (size_t before = STR_ABSENT; at != before;) {
        before = at;
        while (at < text.n &&
               (ascii_space(text.p[at]) || (text.p[at] && strchr(",[]}", text.p[at]))))
            at++;
        at = skip_number_line(text, skip_odata(text, at));
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
    for (int n = 0; n < WRAPPER_MEMBERS && json_member_at(look, i, &key, &value); n++) {
        if (look.p[value] == '[' && wraps(key)) {
            size_t inside = json_skip_blank(look, value + 1);
            bool objects = inside < look.n && (look.p[inside] == '{' || look.p[inside] == ']');
            return objects ? value + 1 : 0;
        }
        if (look.p[value] == '{') return 0;
        i = json_value_end(look, value, false, &start);
        if (i == 0 || i == STR_ABSENT) return 0;
        i = json_skip_blank(look, i);
        if (i >= look.n || look.p[i] != ',') return 0;
        i++;
    }
    return 0;
}

/* Where the next line behind text[from] that begins an object does, or text.n. */
static size_t next_line(struct json_records *r, size_t from) {
    struct str text = r->text;
    if (r->next_line > from) return r->next_line;
    for (size_t at = from; at < text.n;) {
        size_t end = str_chr(str_from_index(text, at), '\n');
        if (end == STR_ABSENT) break;
        at += end + 1;
        if (at < text.n && text.p[at] == '{') return r->next_line = at;
    }
    return r->next_line = text.n;
}

/* An object of several lines of which one begins with another object: printed without indentation.
 * Two torn ones may look alike, so it has to be JSON. */
static bool spans_lines(struct json_records *r) {
    size_t start, end, length = r->text.n - r->begin;
    if (r->vain + length > SCANS * r->text.n) return false;
    r->vain += length;
    end = json_value_end(r->text, r->begin, false, &start);
    if (!end || end == STR_ABSENT || !json_check(str_slice(r->text, r->begin, end), NULL, NULL))
        return false;
    r->end = end;
    return true;
}

static enum json_found object_at(struct json_records *r) {
    size_t start, next = next_line(r, r->begin);
    r->end = json_value_end(str_slice(r->text, 0, next), r->begin, false, &start);
    bool whole = r->end && r->end != STR_ABSENT;
    if (!whole && next == r->text.n) return JSON_NO_RECORD;
    if (!whole && !spans_lines(r)) {
        r->at = r->end = next;
        return JSON_TORN;
    }
    r->at = r->end;
    return JSON_RECORD;
}

enum json_found json_records_next(struct json_records *r) {
    struct str text = r->text;
    r->begin = skip_between(text, r->at);
    for (size_t inside; r->begin < text.n && text.p[r->begin] == '{' &&
                        (inside = wrapper_end(text, r->begin)) != 0;)
        r->begin = skip_between(text, inside);
    if (r->begin >= text.n) {
        r->at = text.n;
        return JSON_NO_RECORD;
    }
    if (text.p[r->begin] == '{') return object_at(r);
    r->end = r->begin;
    while (r->end < text.n && text.p[r->end] != '{' && text.p[r->end] != '\n') ++r->end;
    r->at = r->end;
    return JSON_WORDS;
}

/* ---- cutting: state[0] says what the item is ---- */

enum { UNDECIDED, LINES, ANYTHING };

static bool is_line_end(struct str text, size_t at) {
    if (at < text.n && text.p[at] == '\r') at++;
    return at + 1 < text.n && text.p[at] == '\n' && text.p[at + 1] == '{';
}

/* Is the item's first record a line of its own, and another one behind it? */
static bool begins_with_lines(struct str text) {
    struct json_records r = {.text = text};
    return json_records_next(&r) == JSON_RECORD && str_trim(str_slice(text, 0, r.begin)).n == 0 &&
           is_line_end(text, r.end);
}

static size_t line_before(struct str text, size_t at) {
    const char *hit = at ? memrchr(text.p, '\n', at) : NULL;
    return hit ? (size_t)(hit - text.p) : STR_ABSENT;
}

/* Where the last line begins whose neighbour before it is a whole record: nothing in front of that
 * has to be looked at. 0: none of the last lines is like that. */
static size_t last_line(struct str text) {
    size_t end = line_before(text, text.n);
    for (int tries = 0; end != STR_ABSENT && tries < SCANS; tries++) {
        size_t before = line_before(text, end), start,
               begin = before == STR_ABSENT ? 0 : before + 1;
        if (end + 1 < text.n && text.p[end + 1] == '{' && text.p[begin] == '{') {
            struct str line = str_slice(text, begin, end);
            if (str_ends(line, STR("\r"))) line.n--;
            if (json_value_end(line, 0, false, &start) == line.n) return end + 1;
        }
        end = before;
    }
    return 0;
}

size_t json_records_cut(struct cutter *c, struct str bytes, bool at_end) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    struct json_records r = {.text = v.utf8};
    size_t last = 0;
    enum json_found found;
    if (c->state[0] == UNDECIDED) c->state[0] = begins_with_lines(v.utf8) ? LINES : ANYTHING;
    if (!at_end && c->state[0] == LINES) last = last_line(v.utf8);
    bool cut_at_line = last > 0;
    /* Words at the very end may go on behind these bytes. */
    while (!at_end && (c->state[0] == ANYTHING || !cut_at_line) &&
           (found = json_records_next(&r)) != JSON_NO_RECORD &&
           (found != JSON_WORDS || r.end < v.utf8.n))
        last = r.end;
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, last);
    arena_free(a);
    return n;
}

void json_records_read(const struct block *b, struct sink *out, json_take *take, void *own) {
    struct text_view v = text_of_block(out->arena, b);
    struct json_records r = {.text = v.utf8};
    uint64_t ordinal = 0;
    for (enum json_found found = JSON_RECORD; found != JSON_NO_RECORD;) {
        found = json_records_next(&r);
        uint64_t offset = text_offset(&v, r.begin);
        if (found == JSON_RECORD)
            take(own, str_slice(v.utf8, r.begin, r.end), ++ordinal, offset);
        else if (found == JSON_WORDS)
            sink_fault(out, offset, STR_NONE, "text between the records that is no JSON");
        else if (r.begin < v.utf8.n)
            sink_fault(out, offset, STR_NONE, "a record that does not end");
    }
    out->records(out->own, ordinal);
}
