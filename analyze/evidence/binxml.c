#include "analyze/evidence/binxml_plan.h"

#include <stdlib.h>

#include "base/utf.h"

/* Tokens of MS-EVEN6 2.2.12; 0x40 on a token says that attributes or more data follow. */
enum {
    TOKEN_MORE = 0x40,
    TOKEN_KINDS = 16,
    TOKEN_TEMPLATE = 0x0C,
    TOKEN_HEADER = 0x0F,
    OPEN_MOST = BINXML_DEPTH + 3, /* the document, the elements, and an attribute or target */
    NAME_HEAD = 8,                /* next name, hash, length */
    TEMPLATE_HEAD = 24,           /* next template, GUID, size of its fragment */
};

static const char TOO_MANY_STEPS[] = "more tokens than a chunk's records may have";

struct values {
    const struct binxml_substitution *list;
    uint32_t count;
};

/* The walk over one record, through all its fragments. */
struct walk {
    struct binxml *x;
    struct arena *scratch;
    uint32_t open[OPEN_MOST]; /* nodes that are not closed yet */
    uint32_t depth, elements;
    int nest;
    bool open_values; /* a plan is being made: values are left open */
};

/* One fragment: a record's, a template's or a nested value's tokens. */
struct fragment {
    struct walk *w;
    uint32_t at, end;
    const struct values *values; /* of the template instance, or NULL */
    uint32_t floor;              /* what was open before */
    bool ended;
};

struct binxml *binxml_new(void) {
    struct binxml *x = memory_alloc(sizeof *x);
    *x = (struct binxml){0};
    x->names_arena = arena_new(0);
    x->nodes = memory_alloc(BINXML_NODES * sizeof *x->nodes);
    x->plans = binxml_plans_new();
    return x;
}

void binxml_free(struct binxml *x) {
    if (!x) return;
    arena_free(x->names_arena);
    buf_free(&x->text);
    buf_free(&x->name_text);
    free(x->nodes);
    free(x->plans);
    free(x);
}

void binxml_chunk(struct binxml *x, struct str chunk) {
    arena_reset(x->names_arena);
    memset(x->names, 0, sizeof x->names);
    binxml_plan_forget(x);
    x->chunk = chunk;
    x->count = 0;
    x->steps = 0;
    x->rendered = x->rendered_before = 0;
}

/* Records the first reason; the walk may go on or not. Returns false for `return note(...)`. */
static bool note(struct binxml *x, uint32_t at, const char *reason) {
    if (!x->fault) {
        x->fault = reason;
        x->fault_at = at;
    }
    return false;
}

/* ---- names ---- */

/* A name's hash: h * 65599 + unit over its UTF-16 units, low 16 bits (libyal). */
static bool name_is_sound(const char *p, uint32_t units) {
    uint32_t h = 0;
    for (uint32_t i = 0; i < units; i++) h = h * 65599 + le16(p + NAME_HEAD + 2 * (size_t)i);
    return (h & 0xFFFF) == le16(p + 4);
}

/* The name at that chunk offset, decoded once while its slot is not taken by another; NULL where
 * none can be. Work and text of names count like those of tokens and values. */
static const struct binxml_name *name_at(struct binxml *x, uint32_t at) {
    struct binxml_name *slot = &x->names[(at >> 1) % BINXML_NAMES];
    if (at && slot->at == at) return slot;
    if (at == 0 || at > x->chunk.n || x->chunk.n - at < NAME_HEAD + 2) return NULL;
    const char *p = x->chunk.p + at;
    uint32_t units = le16(p + 6);
    x->steps += units / 8;
    if (x->steps > BINXML_STEPS) note(x, at, TOO_MANY_STEPS);
    if (x->steps > BINXML_STEPS || binxml_is_over(x)) return NULL;
    if (x->chunk.n - at < NAME_HEAD + 2 + 2 * (size_t)units || !name_is_sound(p, units))
        return NULL;
    x->name_text.n = 0;
    utf_to_utf8(ENCODING_UTF16LE, str_of(p + NAME_HEAD, 2 * (size_t)units), &x->name_text);
    x->rendered += x->name_text.n;
    slot->at = at;
    slot->size = NAME_HEAD + 2 + 2 * units;
    slot->text = arena_copy(x->names_arena, buf_str(&x->name_text));
    return slot;
}

struct str binxml_name(struct binxml *x, const struct binxml_node *n) {
    if (n->name == 0) return STR("#values");
    const struct binxml_name *name = name_at(x, n->name);
    return name ? name->text : STR("#name");
}

/* ---- nodes ---- */

static struct binxml_node *add_node(struct fragment *f, enum binxml_kind kind) {
    struct binxml *x = f->w->x;
    if (x->count >= BINXML_NODES) {
        note(x, f->at, "more nodes than a record may have");
        return NULL;
    }
    struct binxml_node *n = &x->nodes[x->count++];
    *n = (struct binxml_node){.kind = (uint8_t)kind, .end = x->count};
    return n;
}

static bool open_node(struct fragment *f, enum binxml_kind kind, uint32_t name) {
    struct walk *w = f->w;
    if (w->depth >= OPEN_MOST || (kind == NODE_ELEMENT && w->elements >= BINXML_DEPTH))
        return note(w->x, f->at, "elements nested too deep");
    struct binxml_node *n = add_node(f, kind);
    if (!n) return false;
    n->name = name;
    w->elements += kind == NODE_ELEMENT;
    w->open[w->depth++] = w->x->count - 1;
    return true;
}

static void close_node(struct walk *w) {
    struct binxml_node *n = &w->x->nodes[w->open[--w->depth]];
    n->end = w->x->count;
    if (n->kind == NODE_ELEMENT) w->elements--;
}

static bool top_is(const struct fragment *f, enum binxml_kind kind) {
    const struct walk *w = f->w;
    return w->depth > f->floor && w->x->nodes[w->open[w->depth - 1]].kind == kind;
}

static void close_attribute(struct fragment *f) {
    if (top_is(f, NODE_ATTRIBUTE) || top_is(f, NODE_TARGET)) close_node(f->w);
}

static bool add_value(struct fragment *f, uint8_t type, uint32_t at, uint32_t size, uint16_t slot) {
    struct binxml_node *n = add_node(f, NODE_VALUE);
    if (!n) return false;
    n->type = type;
    n->slot = slot;
    n->at = at;
    n->size = size;
    return true;
}

static bool add_nested(struct fragment *f, uint16_t slot) {
    struct binxml_node *n = add_node(f, NODE_NESTED);
    if (n) n->slot = slot;
    return n;
}

/* ---- tokens ---- */

/* `n` bytes of the fragment, or NULL and a note. */
static const char *take(struct fragment *f, uint32_t n) {
    if (f->end - f->at < n) {
        note(f->w->x, f->at, "token reaches beyond its fragment");
        return NULL;
    }
    const char *p = f->w->x->chunk.p + f->at;
    f->at += n;
    return p;
}

/* A name's offset, and the name itself where it stands right here. */
static bool take_name(struct fragment *f, uint32_t *at) {
    const char *p = take(f, 4);
    if (!p) return false;
    *at = le32(p);
    const struct binxml_name *name = name_at(f->w->x, *at);
    if (!name) return note(f->w->x, f->at - 4, "name offset leads to no name");
    return *at != f->at || take(f, name->size);
}

static bool walk_fragment(struct walk *w, uint32_t at, uint32_t end, const struct values *values);

static bool token_end(struct fragment *f, bool more) {
    (void)more;
    f->ended = true;
    return true;
}

/* Elements of template definitions carry a dependency id (2 bytes) before their size, others do
 * not; where the expected shape leads to no name and the other does, the bytes decide. */
static bool skip_dependency(struct fragment *f) {
    struct binxml *x = f->w->x;
    const char *p = x->chunk.p + f->at;
    uint32_t left = f->end - f->at;
    bool with = f->values != NULL;
    bool with_fits = left >= 10 && name_at(x, le32(p + 6));
    if (with && with_fits) return take(f, 2);
    if (left >= 8 && name_at(x, le32(p + 4))) return true;
    if (with_fits) return take(f, 2);
    return note(x, f->at, "element's name offset leads to no name");
}

static bool token_open(struct fragment *f, bool more) {
    uint32_t name;
    close_attribute(f);
    if (!skip_dependency(f) || !take(f, 4) || !take_name(f, &name)) return false;
    if (more && !take(f, 4)) return false;
    return open_node(f, NODE_ELEMENT, name);
}

static bool token_tag_end(struct fragment *f, bool more) {
    (void)more;
    close_attribute(f);
    return true;
}

static bool token_close(struct fragment *f, bool more) {
    (void)more;
    close_attribute(f);
    if (!top_is(f, NODE_ELEMENT)) return note(f->w->x, f->at, "end of an element that is not open");
    close_node(f->w);
    return true;
}

/* A count of UTF-16 units and the units. */
static bool take_text(struct fragment *f) {
    const char *p = take(f, 2);
    if (!p) return false;
    uint32_t bytes = 2 * (uint32_t)le16(p), at = f->at;
    return take(f, bytes) && add_value(f, BINXML_STRING, at, bytes, 0);
}

static bool token_value(struct fragment *f, bool more) {
    (void)more;
    const char *p = take(f, 1);
    if (!p) return false;
    if (*p != BINXML_STRING) return note(f->w->x, f->at - 1, "literal value that is not text");
    return take_text(f);
}

static bool token_cdata(struct fragment *f, bool more) {
    (void)more;
    return take_text(f);
}

static bool token_attribute(struct fragment *f, bool more) {
    (void)more;
    uint32_t name;
    close_attribute(f);
    return take_name(f, &name) && open_node(f, NODE_ATTRIBUTE, name);
}

static bool token_character(struct fragment *f, bool more) {
    (void)more;
    const char *p = take(f, 2);
    if (!p) return false;
    struct binxml_node *n = add_node(f, NODE_CHARACTER);
    if (n) n->size = le16(p);
    return n;
}

static bool token_entity(struct fragment *f, bool more) {
    (void)more;
    uint32_t name;
    if (!take_name(f, &name)) return false;
    struct binxml_node *n = add_node(f, NODE_ENTITY);
    if (n) n->name = name;
    return n;
}

static bool token_target(struct fragment *f, bool more) {
    (void)more;
    uint32_t name;
    close_attribute(f);
    return take_name(f, &name) && open_node(f, NODE_TARGET, name);
}

static bool token_target_data(struct fragment *f, bool more) {
    (void)more;
    if (!take_text(f)) return false;
    if (top_is(f, NODE_TARGET)) close_node(f->w);
    return true;
}

/* The descriptors and where each value's bytes lie. */
static bool take_values(struct fragment *f, struct values *v) {
    struct walk *w = f->w;
    const char *p = take(f, 4);
    if (!p) return false;
    v->count = le32(p);
    if (v->count > (f->end - f->at) / 4)
        return note(w->x, f->at - 4, "more values than the record has room for");
    const char *d = take(f, v->count * 4);
    if (!d) return false;
    struct binxml_substitution *list =
        ARENA_ARRAY(w->scratch, struct binxml_substitution, v->count);
    v->list = list;
    w->x->steps += v->count;
    for (uint32_t i = 0; i < v->count; i++, d += 4) {
        list[i] = (struct binxml_substitution){f->at, le16(d), (uint8_t)d[2]};
        if (take(f, list[i].size)) continue;
        v->count = i; /* those before are whole */
        f->at = f->end;
        break;
    }
    return true;
}

/* Values whose template is gone: an element without a name keeps them together. */
static bool add_orphans(struct fragment *f, const struct values *v) {
    close_attribute(f);
    if (!open_node(f, NODE_ELEMENT, 0)) return false;
    for (uint32_t i = 0; i < v->count; i++)
        if (!add_value(f, v->list[i].type, v->list[i].at, v->list[i].size, 0)) return false;
    close_node(f->w);
    return true;
}

/* The template's fragment; false where the offset leads to none. */
static bool template_at(const struct binxml *x, uint32_t at, uint32_t *begin, uint32_t *end) {
    if (at > x->chunk.n || x->chunk.n - at < TEMPLATE_HEAD) return false;
    uint32_t size = le32(x->chunk.p + at + 20);
    *begin = at + TEMPLATE_HEAD;
    if (size < 5 || size > x->chunk.n - *begin) return false;
    *end = *begin + size;
    return x->chunk.p[*begin] == TOKEN_HEADER;
}

uint32_t binxml_template_size(const struct binxml *x, uint32_t at) {
    uint32_t begin, end;
    return template_at(x, at, &begin, &end) ? end - at : 0;
}

/* Version, template id, the definition's offset, the definition itself if it stands right here,
 * the values. */
static bool token_template(struct fragment *f, bool more) {
    (void)more;
    struct binxml *x = f->w->x;
    uint32_t begin, end;
    struct values v = {0};
    const char *p = take(f, 9);
    if (!p) return false;
    if (f->w->open_values) return note(x, f->at, "template within a template");
    uint32_t at = le32(p + 5);
    bool found = template_at(x, at, &begin, &end);
    if (!found) note(x, f->at - 4, "template offset leads to no template");
    if (at == f->at && (!found || !take(f, TEMPLATE_HEAD + (end - begin)))) return false;
    if (!take_values(f, &v)) return false;
    if (!found) return add_orphans(f, &v);
    bool whole = walk_fragment(f->w, begin, end, &v);
    /* What stands behind the values of a record or nested value is often padding, not tokens. */
    uint8_t next = f->at < f->end ? (uint8_t)x->chunk.p[f->at] : 0;
    if (next != TOKEN_HEADER && next != TOKEN_TEMPLATE) f->ended = true;
    return whole;
}

static bool token_substitution(struct fragment *f, bool more) {
    (void)more;
    const char *p = take(f, 3);
    if (!p) return false;
    uint32_t id = le16(p);
    if (!f->values) return note(f->w->x, f->at - 3, "substitution outside of a template");
    if (id >= f->values->count) {
        note(f->w->x, f->at - 3, "substitution without a value");
        return true;
    }
    const struct binxml_substitution *v = &f->values->list[id];
    if (v->type == BINXML_NULL) return true;
    uint16_t slot = f->w->open_values ? (uint16_t)(id + 1) : 0;
    if (v->type != BINXML_XML) return add_value(f, v->type, v->at, v->size, slot);
    close_attribute(f);
    if (slot) return v->size == 0 || add_nested(f, slot);
    /* A nested fragment that is broken has its note; the elements around it stay readable. */
    walk_fragment(f->w, v->at, v->at + v->size, NULL);
    return true;
}

static bool token_header(struct fragment *f, bool more) {
    (void)more;
    return take(f, 3);
}

static bool (*const TOKENS[TOKEN_KINDS])(struct fragment *f, bool more) = {
    [0x00] = token_end,
    [0x01] = token_open,
    [0x02] = token_tag_end,
    [0x03] = token_close, /* empty element */
    [0x04] = token_close,
    [0x05] = token_value,
    [0x06] = token_attribute,
    [0x07] = token_cdata,
    [0x08] = token_character,
    [0x09] = token_entity,
    [0x0A] = token_target,
    [0x0B] = token_target_data,
    [TOKEN_TEMPLATE] = token_template,
    [0x0D] = token_substitution, /* normal */
    [0x0E] = token_substitution, /* optional: absent where the value is null */
    [TOKEN_HEADER] = token_header,
};

/* One token. False: the walk is over (done, or a note says why). */
static bool step(struct fragment *f) {
    struct walk *w = f->w;
    if (++w->x->steps > BINXML_STEPS) return note(w->x, f->at, TOO_MANY_STEPS);
    uint8_t token = (uint8_t)w->x->chunk.p[f->at++]; /* the caller knows that it is there */
    uint8_t kind = token & (uint8_t)~TOKEN_MORE;
    if (kind >= TOKEN_KINDS) return note(w->x, f->at - 1, "unknown token");
    return TOKENS[kind](f, token & TOKEN_MORE);
}

/* Walks the tokens of one fragment and closes what it left open. False: the walk is over. */
static bool walk_fragment(struct walk *w, uint32_t at, uint32_t end, const struct values *values) {
    struct fragment f = {.w = w, .at = at, .end = end, .values = values, .floor = w->depth};
    if (w->nest >= BINXML_NEST) return note(w->x, at, "templates nested too deep");
    w->nest++;
    bool going = true;
    while (going && !f.ended && f.at < f.end) going = step(&f);
    if (going && w->depth > f.floor) note(w->x, f.at, "fragment ends within an element");
    while (w->depth > f.floor) close_node(w);
    w->nest--;
    return going;
}

/* Forgets the record before and opens the document. */
static void begin(struct walk *w, uint32_t at, uint32_t end) {
    struct binxml *x = w->x;
    x->count = 0;
    x->rendered_before += x->rendered;
    x->rendered = 0;
    x->fault = NULL;
    x->fault_at = at;
    struct fragment document = {.w = w, .at = at, .end = end};
    open_node(&document, NODE_DOCUMENT, 0);
}

bool binxml_decode(struct binxml *x, struct arena *scratch, uint32_t at, uint32_t end) {
    struct walk w = {.x = x, .scratch = scratch};
    if (end > x->chunk.n) end = (uint32_t)x->chunk.n;
    if (at > end) at = end;
    begin(&w, at, end);
    walk_fragment(&w, at, end, NULL);
    x->nodes[0].end = x->count;
    return x->fault == NULL;
}

bool binxml_decode_template(struct binxml *x, struct arena *scratch, uint32_t at,
                            const struct binxml_substitution *values, uint32_t count) {
    struct walk w = {.x = x, .scratch = scratch, .open_values = true};
    struct values v = {values, count};
    uint32_t from = at, end = at;
    bool found = template_at(x, at, &from, &end);
    begin(&w, from, end);
    if (!found) return note(x, at, "template offset leads to no template");
    walk_fragment(&w, from, end, &v);
    x->nodes[0].end = x->count;
    return x->fault == NULL;
}
