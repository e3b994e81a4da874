/* Looking things up among the nodes of a decoded record (binxml.h). */
#include "analyze/evidence/binxml.h"

static uint32_t find(struct binxml *x, uint32_t parent, enum binxml_kind kind, struct str name,
                     uint32_t i) {
    const struct binxml_node *n = x->nodes;
    for (; i < n[parent].end; i = n[i].end) {
        if (n[i].kind != kind) continue;
        if (name.n == 0 || str_eq(binxml_name(x, &n[i]), name)) return i;
    }
    return BINXML_NO_NODE;
}

uint32_t binxml_child(struct binxml *x, uint32_t parent, struct str name, uint32_t after) {
    uint32_t from = after == BINXML_NO_NODE ? parent + 1 : x->nodes[after].end;
    return find(x, parent, NODE_ELEMENT, name, from);
}

uint32_t binxml_attribute(struct binxml *x, uint32_t element, struct str name) {
    return find(x, element, NODE_ATTRIBUTE, name, element + 1);
}

const struct binxml_node *binxml_value(const struct binxml *x, uint32_t node) {
    const struct binxml_node *n = x->nodes, *found = NULL;
    for (uint32_t i = node + 1; i < n[node].end; i = n[i].end) {
        if (n[i].kind == NODE_ATTRIBUTE) continue;
        if (found || n[i].kind != NODE_VALUE) return NULL;
        found = &n[i];
    }
    return found;
}

struct str binxml_bytes(const struct binxml *x, const struct binxml_node *value) {
    return str_of(x->chunk.p + value->at, value->size);
}

static void add_entity(struct str name, struct buf *out) {
    static const struct {
        const char *name, *text;
    } known[] = {{"lt", "<"}, {"gt", ">"}, {"amp", "&"}, {"quot", "\""}, {"apos", "'"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!str_eq(name, str_from(known[i].name))) continue;
        buf_add_z(out, known[i].text);
        return;
    }
    buf_add_c(out, '&');
    buf_add(out, name);
    buf_add_c(out, ';');
}

static void add_value(const struct binxml *x, const struct binxml_node *n, struct buf *out) {
    struct str bytes = binxml_bytes(x, n), item;
    uint8_t type = n->type & (uint8_t)~BINXML_ARRAY;
    if (type == n->type) {
        binxml_value_text(type, bytes, out);
        return;
    }
    for (size_t at = 0, i = 0; binxml_item(type, bytes, &at, &item); i++) {
        if (i) buf_add_z(out, ", ");
        binxml_value_text(type, item, out);
    }
}

bool binxml_is_over(struct binxml *x) {
    const char *reason = NULL;
    if (x->rendered > BINXML_RENDER) reason = "more text than a record may have";
    if (x->rendered + x->rendered_before > BINXML_RENDER_CHUNK)
        reason = "more text than a chunk's records may have";
    if (reason && !x->fault) x->fault = reason;
    return reason;
}

void binxml_add_text(struct binxml *x, const struct binxml_node *n, struct buf *out) {
    size_t before = out->n;
    if (binxml_is_over(x)) return;
    switch ((enum binxml_kind)n->kind) {
    case NODE_VALUE: add_value(x, n, out); break;
    case NODE_CHARACTER: buf_add_utf8(out, n->size); break;
    case NODE_ENTITY: add_entity(binxml_name(x, n), out); break;
    default: break;
    }
    x->rendered += out->n - before;
}

struct str binxml_text(struct binxml *x, struct arena *a, uint32_t node) {
    const struct binxml_node *n = x->nodes;
    if (node == BINXML_NO_NODE) return STR_NONE;
    x->text.n = 0;
    for (uint32_t i = node + 1; i < n[node].end; i = n[i].end) binxml_add_text(x, &n[i], &x->text);
    return arena_copy(a, buf_str(&x->text));
}

size_t binxml_texts(struct binxml *x, struct arena *a, uint32_t node, struct str **out) {
    const struct binxml_node *v = binxml_value(x, node);
    size_t count = 0, cap = 0;
    *out = NULL;
    if (!v || !(v->type & BINXML_ARRAY)) {
        ARENA_GROW(a, *out, cap, 1);
        (*out)[0] = binxml_text(x, a, node);
        return 1;
    }
    struct str item;
    uint8_t type = v->type & (uint8_t)~BINXML_ARRAY;
    for (size_t at = 0; !binxml_is_over(x) && binxml_item(type, binxml_bytes(x, v), &at, &item);) {
        x->text.n = 0;
        binxml_value_text(type, item, &x->text);
        x->rendered += x->text.n;
        ARENA_GROW(a, *out, cap, count + 1);
        (*out)[count++] = arena_copy(a, buf_str(&x->text));
    }
    return count;
}
