#include "analyze/evidence/xml_record.h"

/* ---- finding records ---- */

static size_t find_from(struct str text, size_t at, struct str what) {
    size_t hit = str_find(str_from_index(text, at), what);
    return hit == STR_ABSENT ? STR_ABSENT : at + hit;
}

/* Behind the comment, CDATA section, instruction or declaration at text[at], a '<'; `at` where it
 * is none of these; STR_ABSENT where it does not end. */
static size_t skip_markup(struct str text, size_t at) {
    static const struct {
        struct str open, close;
    } kinds[] = {{{"<!--", 4}, {"-->", 3}},
                 {{"<![CDATA[", 9}, {"]]>", 3}},
                 {{"<?", 2}, {"?>", 2}},
                 {{"<!", 2}, {">", 1}}};
    struct str rest = str_from_index(text, at);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!str_starts(rest, kinds[i].open)) continue;
        size_t end = find_from(text, at + kinds[i].open.n, kinds[i].close);
        return end == STR_ABSENT ? end : end + kinds[i].close.n;
    }
    return at;
}

/* Behind the tag at text[at], a '<'. No '<' stands in a tag, not even quoted: there a torn one
 * ends. STR_ABSENT where the text ends before it. */
static size_t tag_end(struct str text, size_t at) {
    char quote = 0;
    for (size_t i = at + 1; i < text.n; i++) {
        char c = text.p[i];
        if (c == '<') return i;
        if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            return i + 1;
        }
    }
    return STR_ABSENT;
}

/* Does `name` stand at text[at], and end there? */
static bool is_name(struct str text, size_t at, struct str name) {
    struct str rest = str_from_index(text, at);
    if (rest.n <= name.n || !str_starts(rest, name)) return false;
    char c = rest.p[name.n];
    return c == '>' || c == '/' || ascii_space(c);
}

enum tag { TAG_OTHER, TAG_OPEN, TAG_CLOSE, TAG_ALONE };

/* The next tag of that name from *at on, moved behind it; *begin is its '<'. False: none is
 * complete, *begin is where an incomplete one (or other markup) begins, or text.n. */
static bool next_tag(struct str text, struct str name, size_t *at, size_t *begin, enum tag *tag) {
    for (;;) {
        size_t hit = str_chr(str_from_index(text, *at), '<');
        *begin = hit == STR_ABSENT ? text.n : *at + hit;
        if (hit == STR_ABSENT) return false;
        size_t end = skip_markup(text, *begin);
        if (end == *begin) {
            bool close = *begin + 1 < text.n && text.p[*begin + 1] == '/';
            bool ours = is_name(text, *begin + 1 + close, name);
            end = tag_end(text, *begin);
            *tag = !ours ? TAG_OTHER : close ? TAG_CLOSE : TAG_OPEN;
            if (end != STR_ABSENT && *tag == TAG_OPEN && text.p[end - 2] == '/' &&
                text.p[end - 1] == '>')
                *tag = TAG_ALONE;
        } else {
            *tag = TAG_OTHER;
        }
        if (end == STR_ABSENT) return false;
        *at = end;
        if (*tag != TAG_OTHER) return true;
    }
}

enum xml_found xml_record_next(struct str text, struct xml_kind kind, size_t *at, size_t *begin,
                               size_t *end) {
    enum tag tag;
    size_t depth = 0, here, i = *at;
    *begin = text.n;
    while (next_tag(text, kind.name, &i, &here, &tag)) {
        if (tag == TAG_CLOSE && depth == 0) continue;
        if (depth == 0) *begin = here;
        if (depth && !kind.nests && tag != TAG_CLOSE) {
            *at = *end = here;
            return XML_TORN;
        }
        depth += tag == TAG_OPEN;
        depth -= tag == TAG_CLOSE;
        if (depth) continue;
        *at = *end = i;
        return XML_RECORD;
    }
    /* A tag that the end of the text cut may be a record's. */
    if (depth == 0) *begin = here;
    *at = text.n;
    return XML_NONE;
}

size_t xml_cut(struct cutter *c, struct str bytes, bool at_end, struct xml_kind kind) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    size_t at = 0, begin, end, last = 0;
    if (c->offset == 0 && c->head < XML_HEAD) c->head = XML_HEAD;
    while (!at_end && xml_record_next(v.utf8, kind, &at, &begin, &end) != XML_NONE) last = end;
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, last);
    arena_free(a);
    return n;
}

bool xml_has_dtd(struct str text, struct xml_kind kind) {
    size_t at = 0, begin, end;
    xml_record_next(text, kind, &at, &begin, &end);
    size_t dtd = str_find(text, STR("<!DOCTYPE"));
    return dtd != STR_ABSENT && dtd <= begin;
}

/* ---- a block of them ---- */

static bool item_has_dtd(const struct block *b, struct sink *out, struct str text,
                         struct xml_kind kind) {
    if (b->first) return xml_has_dtd(text, kind);
    struct block head = {.bytes = b->head, .first = true};
    return xml_has_dtd(text_of_block(out->arena, &head).utf8, kind);
}

uint64_t xml_read_block(const struct block *b, struct sink *out, struct xml_kind kind,
                        xml_take *take, void *own) {
    struct text_view v = text_of_block(out->arena, b);
    size_t at = 0, begin, end;
    uint64_t ordinal = 0;
    enum xml_found found;
    if (item_has_dtd(b, out, v.utf8, kind)) {
        sink_fault(out, b->offset, STR_NONE,
                   "an XML document with a document type declaration is not read");
        return 0;
    }
    struct xml_parser *p = xml_parser_new();
    while ((found = xml_record_next(v.utf8, kind, &at, &begin, &end)) != XML_NONE) {
        const char *why = "it is torn: the next begins before it ends";
        struct str text = str_slice(v.utf8, begin, end);
        uint64_t offset = text_offset(&v, begin);
        const struct xml_element *e =
            found == XML_TORN ? NULL : xml_parse(p, out->arena, text, &why);
        ordinal++;
        if (!e)
            sink_fault(out, offset, STR_NONE, "record %llu of this block: %s",
                       (unsigned long long)ordinal, why);
        take(own, e, text, ordinal, offset);
    }
    if (begin < v.utf8.n)
        sink_fault(out, text_offset(&v, begin), STR_NONE, "XML that does not end");
    xml_parser_free(p);
    return ordinal;
}

/* ---- what is in an element ---- */

const struct xml_element *xml_child(const struct xml_element *e, const char *name) {
    for (const struct xml_element *c = e ? e->child : NULL; c; c = c->next)
        if (str_eq(c->name, str_from(name))) return c;
    return NULL;
}

struct str xml_attribute(const struct xml_element *e, const char *name) {
    for (size_t i = 0; e && i < e->attribute_count; i++)
        if (str_eq(e->attributes[i].name, str_from(name))) return e->attributes[i].value;
    return STR_NONE;
}

/* ---- as JSON ---- */

enum { JSON_NEST = JSON_DEPTH / 2 - 2 };

static void put_value(struct json *j, const struct xml_element *e, int depth);

/* Names of an element's children come again in most records only as neighbours: <Data>, <T>. */
static void put_children(struct json *j, const struct xml_element *e, int depth) {
    for (const struct xml_element *c = e->child; c;) {
        const struct xml_element *after = c->next;
        json_key_str(j, c->name);
        if (!after || !str_eq(after->name, c->name)) {
            put_value(j, c, depth - 1);
            c = after;
            continue;
        }
        struct str name = c->name;
        json_array(j);
        for (; c && str_eq(c->name, name); c = c->next) put_value(j, c, depth - 1);
        json_end(j);
    }
}

static void put_value(struct json *j, const struct xml_element *e, int depth) {
    if ((!e->child && !e->attribute_count) || depth <= 0) {
        json_str(j, e->text);
        return;
    }
    json_object(j);
    for (size_t i = 0; i < e->attribute_count; i++) {
        json_key_str(j, e->attributes[i].name);
        json_str(j, e->attributes[i].value);
    }
    if (str_trim(e->text).n) json_put(j, "#text", e->text);
    put_children(j, e, depth);
    json_end(j);
}

void xml_json(struct json *j, const struct xml_element *e) { put_value(j, e, JSON_NEST); }

struct str xml_json_members(struct arena *a, const struct xml_element *e) {
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    json_key_str(&j, e->name);
    xml_json(&j, e);
    json_end(&j);
    struct str out = arena_copy(a, str_slice(buf_str(&b), 1, b.n - 1));
    buf_free(&b);
    return out;
}
