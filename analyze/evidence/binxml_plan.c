#include "analyze/evidence/binxml_plan.h"

enum {
    TOKEN_TEMPLATE = 0x0C,
    TOKEN_HEADER = 0x0F,
    HEADER_SIZE = 4,
    REFERENCE_SIZE = 10, /* the token, version, template id, the definition's offset */
    TYPE_NO_XML =
        0xFF, /* an empty nested fragment is another shape than one with something in it */
};

struct planned {
    struct binxml_plan plan;
    uint8_t types[PLAN_VALUES];
    struct planned *next; /* of the same template */
};

struct plan_table {
    struct planned *slots[PLAN_SLOTS]; /* by the template's offset */
    uint32_t count;
};

struct plan_table *binxml_plans_new(void) {
    struct plan_table *t = memory_alloc(sizeof *t);
    *t = (struct plan_table){0};
    return t;
}

void binxml_plan_forget(struct binxml *x) { *x->plans = (struct plan_table){0}; }

/* ---- instances ---- */

/* Where the values' count stands, and the template's offset; 0: the fragment is of another kind. */
static uint32_t find_values(const struct binxml *x, uint32_t at, uint32_t end, uint32_t *template) {
    const char *p = x->chunk.p;
    if (end > x->chunk.n || at > end) return 0;
    if (end - at > HEADER_SIZE && p[at] == TOKEN_HEADER) at += HEADER_SIZE;
    if (end - at < REFERENCE_SIZE + 4 || p[at] != TOKEN_TEMPLATE) return 0;
    *template = le32(p + at + 6);
    at += REFERENCE_SIZE;
    if (*template != at) return at;
    uint32_t size = binxml_template_size(x, at);
    return size && size <= end - at && end - at - size >= 4 ? at + size : 0;
}

/* The descriptors at `at`, and the types in which instances of one shape agree. */
static bool take_values(const struct binxml *x, uint32_t at, uint32_t end,
                        struct binxml_instance *out, uint8_t types[PLAN_VALUES]) {
    const char *p = x->chunk.p;
    uint32_t count = le32(p + at);
    at += 4;
    if (count > PLAN_VALUES || count > (end - at) / 4) return false;
    const char *d = p + at;
    at += 4 * count;
    for (uint32_t i = 0; i < count; i++, d += 4) {
        struct binxml_substitution *v = &out->values[i];
        *v = (struct binxml_substitution){at, le16(d), (uint8_t)d[2]};
        types[i] = v->type == BINXML_XML && v->size == 0 ? TYPE_NO_XML : v->type;
        at += v->size;
        if (at > end) return false;
    }
    out->count = count;
    /* More tokens behind the values are for the walk. */
    return at == end || (p[at] != TOKEN_HEADER && p[at] != TOKEN_TEMPLATE);
}

static struct binxml_plan *make_plan(struct binxml *x, struct planned **slot, uint32_t template,
                                     const struct binxml_instance *in,
                                     const uint8_t types[PLAN_VALUES]) {
    struct planned *made = ARENA_NEW(x->names_arena, struct planned);
    struct binxml_plan *p = &made->plan;
    made->next = *slot;
    *slot = made;
    x->plans->count++;
    p->at = template;
    p->count = in->count;
    memcpy(made->types, types, in->count);
    p->sound = binxml_decode_template(x, x->names_arena, template, in->values, in->count);
    x->fault = NULL; /* of the template; a record that needs it is walked, and says so itself */
    if (!p->sound) return p;
    binxml_json_plan(x, x->names_arena, &p->json);
    if (x->on_plan) p->fields = x->on_plan(x, x->names_arena);
    x->fault = NULL;
    return p;
}

static struct binxml_plan *plan_of(struct binxml *x, uint32_t template,
                                   const struct binxml_instance *in,
                                   const uint8_t types[PLAN_VALUES]) {
    struct plan_table *t = x->plans;
    uint32_t s = template * 2654435761u >> 23; /* Knuth's multiplier; 9 bits are left */
    while (t->slots[s] && t->slots[s]->plan.at != template) s = (s + 1) % PLAN_SLOTS;
    for (struct planned *p = t->slots[s]; p; p = p->next)
        if (p->plan.count == in->count && memcmp(p->types, types, in->count) == 0) return &p->plan;
    if (t->count == PLAN_MOST) return NULL;
    return make_plan(x, &t->slots[s], template, in, types);
}

bool binxml_instance(struct binxml *x, uint32_t at, uint32_t end, struct binxml_instance *out) {
    uint8_t types[PLAN_VALUES];
    uint32_t template = 0;
    out->at = at;
    at = find_values(x, at, end, &template);
    if (!at || !take_values(x, at, end, out, types)) return false;
    out->plan = plan_of(x, template, out, types);
    return out->plan && out->plan->sound;
}

struct str binxml_slot_text(struct binxml *x, struct arena *a, const struct binxml_instance *in,
                            uint16_t slot) {
    if (slot == 0 || slot > in->count) return STR_NONE;
    const struct binxml_substitution *v = &in->values[slot - 1];
    struct binxml_node n = {.kind = NODE_VALUE, .type = v->type, .at = v->at, .size = v->size};
    x->text.n = 0;
    if (v->type != BINXML_NULL) binxml_add_text(x, &n, &x->text);
    return arena_copy(a, buf_str(&x->text));
}

/* ---- JSON ---- */

void binxml_items_json(uint8_t type, struct str bytes, struct buf *out) {
    struct str item;
    for (size_t at = 0, i = 0; binxml_item(type, bytes, &at, &item); i++) {
        if (i) buf_add_c(out, ',');
        binxml_value_json(type, item, out);
    }
}

/* May the members of that fragment stand among those of the record without meeting their like? */
static bool fits_in(struct plan_piece *hole, const struct binxml_plan *inner) {
    if (hole->fits == inner) return true;
    for (uint32_t i = 0; i < inner->json.key_count; i++)
        for (uint32_t k = 0; k < hole->beside_count; k++)
            if (str_eq(inner->json.keys[i], hole->beside[k])) return false;
    hole->fits = inner;
    return true;
}

/* What is being written, and how much it may be. */
struct writing {
    struct binxml *x;
    const struct binxml_instance *known; /* a fragment that was read already, or NULL */
    struct buf *out;
    size_t most; /* length of `out` at which the record is left to the walk */
};

static bool write_instance(struct writing *w, const struct binxml_instance *in, int nest);

static bool write_nested(struct writing *w, struct plan_piece *hole,
                         const struct binxml_substitution *v, int nest) {
    struct binxml_instance read;
    const struct binxml_instance *inner = w->known;
    if (nest >= PLAN_NEST) return false;
    if (!inner || inner->at != v->at) {
        if (!binxml_instance(w->x, v->at, v->at + v->size, &read)) return false;
        inner = &read;
    }
    return inner->plan->json.nestable && fits_in(hole, inner->plan) &&
           write_instance(w, inner, nest + 1);
}

static bool fill_hole(struct writing *w, struct plan_piece *hole,
                      const struct binxml_substitution *v, int nest) {
    struct str bytes = str_of(w->x->chunk.p + v->at, v->size);
    uint8_t item = v->type & (uint8_t)~BINXML_ARRAY;
    switch ((enum plan_hole)hole->hole) {
    case HOLE_SCALAR: binxml_value_json(v->type, bytes, w->out); break;
    case HOLE_ITEMS: binxml_items_json(item, bytes, w->out); break;
    case HOLE_ARRAY:
        buf_add_c(w->out, '[');
        binxml_items_json(item, bytes, w->out);
        buf_add_c(w->out, ']');
        break;
    case HOLE_NESTED: return write_nested(w, hole, v, nest);
    case HOLE_NONE: break;
    }
    return true;
}

static bool write_instance(struct writing *w, const struct binxml_instance *in, int nest) {
    struct plan_json *j = &in->plan->json;
    uint32_t from = 0;
    for (uint32_t i = 0; i < j->piece_count; i++) {
        struct plan_piece *piece = &j->pieces[i];
        buf_add(w->out, str_of(j->text.p + from, piece->text_end - from));
        from = piece->text_end;
        if (piece->hole == HOLE_NONE) break;
        if (w->out->n > w->most || !fill_hole(w, piece, &in->values[piece->slot - 1], nest))
            return false;
    }
    return true;
}

bool binxml_plan_json(struct binxml *x, const struct binxml_instance *in,
                      const struct binxml_instance *inner, struct buf *out) {
    size_t before = out->n;
    /* A template may ask for one long value many times over. */
    struct writing w = {x, inner, out, before + BINXML_RENDER / 4};
    if (!in->plan->json.usable || binxml_is_over(x)) {
        x->fault = NULL; /* the walk will say so in its place */
        return false;
    }
    bool done = write_instance(&w, in, 0);
    x->rendered_before += out->n - before;
    return done;
}
