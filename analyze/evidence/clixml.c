#include "analyze/evidence/clixml.h"

#include <stdlib.h>

const struct xml_kind CLIXML_OBJECT = {{"Obj", 3}, true};

bool clixml_begins(struct str utf8) {
    struct str look = str_slice(utf8, 0, XML_HEAD);
    size_t at = str_find(look, STR("<Objs"));
    return at != STR_ABSENT &&
           str_find(look, STR("schemas.microsoft.com/powershell/2004/04")) != STR_ABSENT;
}

/* ---- references ---- */

static int by_id(const void *x, const void *y) {
    const struct clixml_ref *a = x, *b = y;
    return a->id < b->id ? -1 : a->id > b->id;
}

/* Objects of the whole record, in document order: without recursion, by a stack of what follows. */
static void collect_refs(struct clixml *c) {
    const struct xml_element *stack[XML_DEPTH + 1], *e = c->object;
    size_t depth = 0, cap = 0;
    while (e) {
        struct str id = xml_attribute(e, "RefId");
        uint64_t v;
        if (str_eq(e->name, STR("Obj")) && str_u64(id, &v)) {
            ARENA_GROW(c->a, c->refs, cap, c->ref_count + 1);
            c->refs[c->ref_count++] = (struct clixml_ref){v, e};
        }
        if (e->child) {
            stack[depth++] = e;
            e = e->child;
            continue;
        }
        while (depth && !e->next) e = stack[--depth];
        e = depth ? e->next : NULL;
    }
    if (c->ref_count) qsort(c->refs, c->ref_count, sizeof *c->refs, by_id);
}

struct clixml clixml_of(struct arena *a, const struct xml_element *object) {
    struct clixml c = {.a = a, .object = object};
    if (object) collect_refs(&c);
    return c;
}

const struct xml_element *clixml_value(const struct clixml *c, const struct xml_element *value) {
    struct clixml_ref key = {0};
    if (!value || !str_eq(value->name, STR("Ref"))) return value;
    if (!c->ref_count || !str_u64(xml_attribute(value, "RefId"), &key.id)) return value;
    const struct clixml_ref *found = bsearch(&key, c->refs, c->ref_count, sizeof *c->refs, by_id);
    return found ? found->element : value;
}

/* ---- values ---- */

static bool is_one_of(struct str name, const char *const *names) {
    for (; *names; names++)
        if (str_eq(name, str_from(*names))) return true;
    return false;
}

static const char *const CONTAINERS[] = {"LST", "IE", "STK", "QUE", NULL};
static const char *const MEMBERS[] = {"Props", "MS", NULL};
static const char *const NOT_SCALAR[] = {"TN",  "TNRef", "Props", "MS",  "LST", "IE", "STK",
                                         "QUE", "DCT",   "Obj",   "Ref", "Nil", NULL};

const struct xml_element *clixml_property(const struct clixml *c, const struct xml_element *object,
                                          const char *name) {
    for (const struct xml_element *m = object ? object->child : NULL; m; m = m->next) {
        if (!is_one_of(m->name, MEMBERS)) continue;
        for (const struct xml_element *v = m->child; v; v = v->next)
            if (str_ieq(xml_attribute(v, "N"), str_from(name)))
                return str_eq(v->name, STR("Nil")) ? NULL : clixml_value(c, v);
    }
    return NULL;
}

/* "_x000D_": a code unit of UTF-16, two of which may make one character. */
static bool escaped_unit(struct str s, size_t at, uint32_t *unit) {
    *unit = 0;
    if (s.n - at < 7 || s.p[at] != '_' || s.p[at + 1] != 'x' || s.p[at + 6] != '_') return false;
    for (size_t i = at + 2; i < at + 6; i++) {
        char ch = ascii_lower(s.p[i]);
        if (!ascii_digit(ch) && (ch < 'a' || ch > 'f')) return false;
        *unit = *unit * 16 + (ascii_digit(ch) ? (uint32_t)(ch - '0') : (uint32_t)(ch - 'a') + 10);
    }
    return true;
}

static struct str unescape(struct arena *a, struct str s) {
    struct buf b = {0};
    if (str_find(s, STR("_x")) == STR_ABSENT) return s;
    for (size_t i = 0; i < s.n;) {
        uint32_t v, low;
        if (!escaped_unit(s, i, &v)) {
            buf_add_c(&b, s.p[i++]);
            continue;
        }
        i += 7;
        if ((v & 0xFC00) == 0xD800 && i < s.n && escaped_unit(s, i, &low) &&
            (low & 0xFC00) == 0xDC00) {
            v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
            i += 7;
        }
        buf_add_utf8(&b, v);
    }
    struct str out = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return out;
}

/* An enumeration is an object with its name in ToString and its number beside it. */
static const struct xml_element *text_element(const struct xml_element *value) {
    const struct xml_element *s = xml_child(value, "ToString");
    for (const struct xml_element *v = value->child; !s && v; v = v->next)
        if (!is_one_of(v->name, NOT_SCALAR)) s = v;
    return s;
}

struct str clixml_text(const struct clixml *c, const struct xml_element *value) {
    value = clixml_value(c, value);
    if (!value || str_eq(value->name, STR("Nil")) || str_eq(value->name, STR("Ref")))
        return STR_NONE;
    if (str_eq(value->name, STR("Obj"))) value = text_element(value);
    return value ? unescape(c->a, value->text) : STR_NONE;
}

struct str clixml_get(const struct clixml *c, const char *name) {
    return clixml_text(c, clixml_property(c, c->object, name));
}

const struct xml_element *clixml_items(const struct xml_element *value) {
    for (const struct xml_element *v = value ? value->child : NULL; v; v = v->next)
        if (is_one_of(v->name, CONTAINERS)) return v->child;
    return NULL;
}

static bool is_list(const struct xml_element *value) {
    for (const struct xml_element *v = value->child; v; v = v->next)
        if (is_one_of(v->name, CONTAINERS)) return true;
    return false;
}

size_t clixml_texts(const struct clixml *c, const struct xml_element *value, struct str **out) {
    size_t count = 0, cap = 0;
    *out = NULL;
    value = clixml_value(c, value);
    if (!value || str_eq(value->name, STR("Nil"))) return 0;
    if (!is_list(value)) {
        *out = ARENA_NEW(c->a, struct str);
        **out = clixml_text(c, value);
        return 1;
    }
    for (const struct xml_element *i = clixml_items(value); i; i = i->next) {
        ARENA_GROW(c->a, *out, cap, count + 1);
        (*out)[count++] = clixml_text(c, i);
    }
    return count;
}

struct str clixml_type(const struct clixml *c, const struct xml_element *object) {
    object = clixml_value(c, object);
    const struct xml_element *t = xml_child(xml_child(object, "TN"), "T");
    return t ? t->text : STR_NONE;
}

struct when clixml_time(const struct clixml *c, const struct xml_element *value) {
    struct when t;
    if (when_parse_iso(str_trim(clixml_text(c, value)), WHEN_UNKNOWN, &t)) return t;
    return (struct when){0, 0, WHEN_NONE};
}
