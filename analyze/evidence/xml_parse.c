/* One record of XML to elements, by libxml2's reader (xml_record.h). Never with NOENT, DTDLOAD,
 * XINCLUDE or HUGE: an external entity would read a file, and limits would be off. */
#include <libxml/xmlreader.h>
#include <stdlib.h>

#include "analyze/evidence/xml_record.h"

struct xml_parser {
    xmlTextReaderPtr reader;
};

/* An element that is open: where its next child goes, and its text so far. */
struct level {
    struct xml_element *element, **next;
    struct buf text;
};

struct reading {
    struct arena *a;
    xmlTextReaderPtr reader;
    struct level levels[XML_DEPTH];
    size_t depth, count;
    struct xml_element *root;
    const char *why;
};

/* ---- what XML 1.0 forbids (section 2.2) ---- */

static bool is_xml_character(uint32_t v) {
    if (v < 0x20) return v == '\t' || v == '\n' || v == '\r';
    return v <= 0x10FFFF && (v & 0xFFFFF800U) != 0xD800 && v != 0xFFFE && v != 0xFFFF;
}

static bool is_clean(struct str s) {
    size_t bad;
    if (!utf8_valid(s, &bad) || str_find(s, STR("&#")) != STR_ABSENT ||
        str_find(s, STR("\xEF\xBF\xBE")) != STR_ABSENT ||
        str_find(s, STR("\xEF\xBF\xBF")) != STR_ABSENT)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 && !is_xml_character((unsigned char)s.p[i])) return false;
    return true;
}

/* Behind the reference "&#27;" or "&#x1b;" at s[at] if it names a forbidden character, else `at`.
 */
static size_t skip_forbidden(struct str s, size_t at) {
    size_t end = str_chr(str_slice(s, at, at + 12), ';');
    if (end == STR_ABSENT || end < 3) return at;
    struct str digits = str_slice(s, at + 2, at + end);
    uint64_t v = 0;
    bool hex = digits.p[0] == 'x';
    for (size_t i = hex; i < digits.n; i++) {
        char c = ascii_lower(digits.p[i]);
        unsigned digit = ascii_digit(c) ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
        if (!ascii_digit(c) && !(hex && c >= 'a' && c <= 'f')) return at;
        v = v * (hex ? 16 : 10) + digit;
    }
    return v <= UINT32_MAX && is_xml_character((uint32_t)v) ? at : at + end + 1;
}

static struct str clean(struct arena *a, struct str s) {
    struct buf b = {0};
    if (is_clean(s)) return s;
    for (size_t i = 0; i < s.n;) {
        size_t behind = i;
        if (s.p[i] == '&' && i + 1 < s.n && s.p[i + 1] == '#') behind = skip_forbidden(s, i);
        uint32_t v = 0xFFFD;
        if (behind > i)
            i = behind;
        else
            v = utf8_next(s, &i);
        buf_add_utf8(&b, v != UTF_BAD && is_xml_character(v) ? v : 0xFFFD);
    }
    struct str out = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return out;
}

/* ---- elements ---- */

static struct str text_of(struct arena *a, const xmlChar *s) {
    return arena_copy(a, str_from((const char *)s));
}

static void take_attributes(struct reading *r, struct xml_element *e) {
    size_t cap = 0;
    while (xmlTextReaderMoveToNextAttribute(r->reader) == 1) {
        if (xmlTextReaderIsNamespaceDecl(r->reader) == 1) continue;
        ARENA_GROW(r->a, e->attributes, cap, e->attribute_count + 1);
        e->attributes[e->attribute_count++] =
            (struct xml_attribute){text_of(r->a, xmlTextReaderConstLocalName(r->reader)),
                                   text_of(r->a, xmlTextReaderConstValue(r->reader))};
    }
    xmlTextReaderMoveToElement(r->reader);
}

static void close_element(struct reading *r) {
    if (r->depth == 0) return;
    struct level *l = &r->levels[--r->depth];
    l->element->text = arena_copy(r->a, buf_str(&l->text));
}

static bool open_element(struct reading *r) {
    bool empty = xmlTextReaderIsEmptyElement(r->reader) == 1;
    if (r->depth == XML_DEPTH || ++r->count > XML_ELEMENTS) {
        r->why = r->depth == XML_DEPTH ? "elements nested too deep" : "too many elements";
        return false;
    }
    struct xml_element *e = ARENA_NEW(r->a, struct xml_element);
    e->name = text_of(r->a, xmlTextReaderConstLocalName(r->reader));
    take_attributes(r, e);
    if (r->depth) {
        struct level *parent = &r->levels[r->depth - 1];
        *parent->next = e;
        parent->next = &e->next;
    } else {
        r->root = e;
    }
    struct level *l = &r->levels[r->depth++];
    l->element = e;
    l->next = &e->child;
    l->text.n = 0;
    if (empty) close_element(r);
    return true;
}

/* False: this is not to be read on. */
static bool take_node(struct reading *r) {
    switch (xmlTextReaderNodeType(r->reader)) {
    case XML_READER_TYPE_ELEMENT: return open_element(r);
    case XML_READER_TYPE_END_ELEMENT: close_element(r); return true;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        if (r->depth)
            buf_add(&r->levels[r->depth - 1].text,
                    str_from((const char *)xmlTextReaderConstValue(r->reader)));
        return true;
    case XML_READER_TYPE_COMMENT:
    case XML_READER_TYPE_PROCESSING_INSTRUCTION: return true;
    default: r->why = "it has declarations or entities of its own"; return false;
    }
}

struct xml_parser *xml_parser_new(void) {
    struct xml_parser *p = memory_alloc(sizeof *p);
    p->reader = NULL;
    return p;
}

void xml_parser_free(struct xml_parser *p) {
    if (p->reader) xmlFreeTextReader(p->reader);
    free(p);
}

static bool start(struct xml_parser *p, struct str text) {
    int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    if (text.n > INT32_MAX) return false;
    if (p->reader)
        return xmlReaderNewMemory(p->reader, text.p, (int)text.n, NULL, "UTF-8", options) == 0;
    p->reader = xmlReaderForMemory(text.p, (int)text.n, NULL, "UTF-8", options);
    return p->reader != NULL;
}

const struct xml_element *xml_parse(struct xml_parser *p, struct arena *a, struct str record,
                                    const char **why) {
    struct reading r = {.a = a, .why = "it is not well-formed XML"};
    int status = -1;
    if (start(p, clean(a, record))) {
        r.reader = p->reader;
        while ((status = xmlTextReaderRead(p->reader)) == 1 && take_node(&r)) {
        }
    }
    for (size_t i = 0; i < XML_DEPTH; i++) buf_free(&r.levels[i].text);
    *why = status == 0 && r.root ? NULL : r.why;
    return *why ? NULL : r.root;
}
