/* A decoded record as JSON (binxml.h says in which shape). */
#include "analyze/evidence/binxml_plan.h"

/* A member of the object being written; members of one key are linked in document order. */
struct member {
    struct str key;
    uint32_t node, next, last; /* next, last: index + 1 among the members; 0: none */
    bool follows;              /* not the first of its key */
    bool listed;               /* stands in an array even when alone */
    uint32_t hidden;           /* attribute that became the key, or BINXML_NO_NODE */
};

struct members {
    struct member *list;
    uint32_t count;
};

/* The plan being made: text is written with a hole where each open value belongs. */
struct plan_maker {
    struct arena *arena;
    struct plan_piece *pieces;
    size_t count, cap;
    bool bad; /* the shape depends on what a value says: no plan */
};

/* No name in XML; stands for whatever a nested fragment will bring. */
static const struct str NESTED_KEY = {"\xFF", 1};

static void element(struct binxml *x, struct arena *a, struct json *j, uint32_t node,
                    uint32_t hidden);

/* Leaves a hole for that value, if it is an open one. */
static struct plan_piece *hole(struct binxml *x, struct json *j, enum plan_hole kind,
                               uint16_t slot) {
    struct plan_maker *m = x->maker;
    if (!m || !slot) return NULL;
    if (kind != HOLE_NONE) json_raw(j, STR_NONE);
    ARENA_GROW(m->arena, m->pieces, m->cap, m->count + 1);
    struct plan_piece *piece = &m->pieces[m->count++];
    *piece =
        (struct plan_piece){.text_end = (uint32_t)j->out->n, .slot = slot, .hole = (uint8_t)kind};
    return piece;
}

/* Is an open value among what is directly within the node? */
static bool has_open_value(const struct binxml *x, uint32_t node) {
    const struct binxml_node *n = x->nodes;
    for (uint32_t i = node + 1; i < n[node].end; i = n[i].end)
        if (n[i].slot) return true;
    return false;
}

static uint32_t key_hash(struct str key) {
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < key.n; i++) h = (h ^ (unsigned char)key.p[i]) * 16777619u;
    return h;
}

/* Links members of one key to each other; a table keeps it linear. */
static void link_members(struct arena *a, struct members *m) {
    uint32_t slots = 4;
    while (slots < 2 * m->count) slots *= 2;
    uint32_t *table = ARENA_ARRAY(a, uint32_t, slots);
    for (uint32_t i = 0; i < m->count; i++) {
        struct member *one = &m->list[i];
        uint32_t s = key_hash(one->key) & (slots - 1);
        while (table[s] && !str_eq(m->list[table[s] - 1].key, one->key)) s = (s + 1) & (slots - 1);
        if (!table[s]) {
            table[s] = i + 1;
            one->last = i + 1;
            continue;
        }
        struct member *first = &m->list[table[s] - 1];
        m->list[first->last - 1].next = i + 1;
        first->last = i + 1;
        first->listed |= one->listed;
        one->follows = true;
    }
}

/* <Data Name="N"> is known by its name; <Data> alone is one of a list. */
static void name_data(struct binxml *x, struct arena *a, struct member *m) {
    if (!str_eq(m->key, STR("Data"))) return;
    uint32_t name = binxml_attribute(x, m->node, STR("Name"));
    struct str text = binxml_text(x, a, name);
    if (x->maker && name != BINXML_NO_NODE && has_open_value(x, name)) x->maker->bad = true;
    if (name == BINXML_NO_NODE) m->listed = true;
    if (text.n == 0 || text.p[0] == '#') return;
    m->key = text;
    m->hidden = name;
}

/* An attribute whose substitution is null is not there (MS-EVEN6, optional substitution). */
static bool is_member(const struct binxml_node *n, uint32_t i, bool attributes, uint32_t hidden) {
    if (attributes) return n[i].kind == NODE_ATTRIBUTE && n[i].end > i + 1 && i != hidden;
    return n[i].kind == NODE_ELEMENT || n[i].kind == NODE_TARGET || n[i].kind == NODE_NESTED;
}

static struct members members_of(struct binxml *x, struct arena *a, uint32_t node, bool attributes,
                                 uint32_t hidden) {
    const struct binxml_node *n = x->nodes;
    struct members m = {0};
    for (uint32_t i = node + 1; i < n[node].end; i = n[i].end)
        m.count += is_member(n, i, attributes, hidden);
    if (m.count == 0) return m;
    m.list = ARENA_ARRAY(a, struct member, m.count);
    uint32_t at = 0;
    for (uint32_t i = node + 1; i < n[node].end; i = n[i].end) {
        if (!is_member(n, i, attributes, hidden)) continue;
        struct member *one = &m.list[at++];
        if (n[i].kind == NODE_NESTED) {
            *one = (struct member){.key = NESTED_KEY, .node = i};
            continue;
        }
        *one = (struct member){.key = binxml_name(x, &n[i]), .node = i};
        if (n[i].kind == NODE_TARGET) one->key = arena_join(a, STR("?"), one->key);
        /* Names in XML do not begin so; "#text" and its like are ours. */
        if (n[i].name && str_starts(one->key, STR("#")))
            one->key = arena_join(a, STR("_"), one->key);
        if (n[i].kind == NODE_ELEMENT) name_data(x, a, one);
    }
    link_members(a, &m);
    return m;
}

static void scalar(struct binxml *x, struct json *j, uint8_t type, struct str bytes) {
    json_raw(j, STR_NONE);
    size_t before = j->out->n;
    binxml_value_json(type, bytes, j->out);
    x->rendered += j->out->n - before;
}

static void items(struct binxml *x, struct json *j, const struct binxml_node *v) {
    struct str item;
    uint8_t type = v->type & (uint8_t)~BINXML_ARRAY;
    if (hole(x, j, HOLE_ITEMS, v->slot)) return;
    for (size_t at = 0; !binxml_is_over(x) && binxml_item(type, binxml_bytes(x, v), &at, &item);)
        scalar(x, j, type, item);
}

/* The text directly within a node: null, one value, or all pieces as one string. */
static void content(struct binxml *x, struct arena *a, struct json *j, uint32_t node) {
    const struct binxml_node *v = binxml_value(x, node);
    if (binxml_is_over(x)) {
        json_null(j);
    } else if (v && hole(x, j, v->type & BINXML_ARRAY ? HOLE_ARRAY : HOLE_SCALAR, v->slot)) {
        return;
    } else if (v && v->type & BINXML_ARRAY) {
        json_array(j);
        items(x, j, v);
        json_end(j);
    } else if (v) {
        scalar(x, j, v->type, binxml_bytes(x, v));
    } else if (x->maker && has_open_value(x, node)) {
        x->maker->bad = true;
    } else {
        struct str text = binxml_text(x, a, node);
        json_str_or_null(j, text);
    }
}

/* The values of a template that is gone, each for itself. */
static void orphans(struct binxml *x, struct json *j, uint32_t node) {
    const struct binxml_node *n = x->nodes;
    json_array(j);
    for (uint32_t i = node + 1; i < n[node].end && !binxml_is_over(x); i = n[i].end) {
        if (n[i].type == BINXML_NULL)
            json_null(j);
        else
            scalar(x, j, n[i].type, binxml_bytes(x, &n[i]));
    }
    json_end(j);
}

static void one_member(struct binxml *x, struct arena *a, struct json *j, const struct member *m) {
    const struct binxml_node *n = &x->nodes[m->node];
    if (n->kind != NODE_ELEMENT)
        content(x, a, j, m->node);
    else if (n->name == 0)
        orphans(x, j, m->node);
    else
        element(x, a, j, m->node, m->hidden);
}

/* An unnamed <Data> with a list in it is as many <Data>. */
static bool is_list(const struct binxml *x, const struct member *m) {
    const struct binxml_node *v = binxml_value(x, m->node);
    return m->listed && v && v->type & BINXML_ARRAY && v == &x->nodes[m->node + 1];
}

/* Among several of one name, is one a list whose length is open? It may be empty. */
static bool has_open_list(const struct binxml *x, const struct members *m, uint32_t i) {
    for (uint32_t k = i + 1; k; k = m->list[k - 1].next)
        if (is_list(x, &m->list[k - 1]) && has_open_value(x, m->list[k - 1].node)) return true;
    return false;
}

/* A nested fragment's members will stand here, among these. */
static void nested(struct binxml *x, struct json *j, const struct members *m, uint32_t i) {
    struct plan_piece *piece = hole(x, j, HOLE_NESTED, x->nodes[m->list[i].node].slot);
    if (!piece) return;
    struct str *keys = ARENA_ARRAY(x->maker->arena, struct str, m->count);
    for (uint32_t k = 0; k < m->count; k++)
        if (k != i) keys[piece->beside_count++] = m->list[k].key;
    piece->beside = keys;
    if (m->list[i].next) x->maker->bad = true; /* two fragments that could meet each other */
}

static void write_members(struct binxml *x, struct arena *a, struct json *j,
                          const struct members *m) {
    for (uint32_t i = 0; i < m->count && !binxml_is_over(x); i++) {
        const struct member *one = &m->list[i];
        if (one->follows) continue;
        if (x->nodes[one->node].kind == NODE_NESTED) {
            nested(x, j, m, i);
            continue;
        }
        json_key_str(j, one->key);
        x->rendered += one->key.n;
        if (!one->next && !one->listed) {
            one_member(x, a, j, one);
            continue;
        }
        json_array(j);
        if (x->maker && one->next && has_open_list(x, m, i)) x->maker->bad = true;
        for (uint32_t k = i + 1; k && !binxml_is_over(x); k = m->list[k - 1].next) {
            if (is_list(x, &m->list[k - 1]))
                items(x, j, &x->nodes[m->list[k - 1].node + 1]);
            else
                one_member(x, a, j, &m->list[k - 1]);
        }
        json_end(j);
    }
}

static bool has_text(const struct binxml *x, uint32_t node) {
    const struct binxml_node *n = x->nodes;
    for (uint32_t i = node + 1; i < n[node].end; i = n[i].end)
        if (n[i].kind == NODE_VALUE || n[i].kind == NODE_CHARACTER || n[i].kind == NODE_ENTITY)
            return true;
    return false;
}

static void element(struct binxml *x, struct arena *a, struct json *j, uint32_t node,
                    uint32_t hidden) {
    struct members attributes = members_of(x, a, node, true, hidden);
    struct members children = members_of(x, a, node, false, BINXML_NO_NODE);
    if (attributes.count == 0 && children.count == 0) {
        content(x, a, j, node);
        return;
    }
    json_object(j);
    if (attributes.count) {
        json_key(j, "#attributes");
        json_object(j);
        write_members(x, a, j, &attributes);
        json_end(j);
    }
    if (has_text(x, node)) {
        json_key(j, "#text");
        x->rendered += 8;
        content(x, a, j, node);
    }
    write_members(x, a, j, &children);
    json_end(j);
}

/* Would a top element's name stand beside the keys that the dump itself writes? */
static bool has_stranger(const struct members *m) {
    for (uint32_t i = 0; i < m->count; i++)
        if (!str_eq(m->list[i].key, STR("Event")) && !str_starts(m->list[i].key, STR("#")))
            return true;
    return false;
}

void binxml_json(struct binxml *x, struct arena *scratch, struct json *j) {
    struct members top = members_of(x, scratch, 0, false, BINXML_NO_NODE);
    bool wrapped = has_stranger(&top);
    if (wrapped) {
        json_key(j, "#document");
        json_object(j);
    }
    write_members(x, scratch, j, &top);
    if (has_text(x, 0)) {
        json_key(j, "#text");
        content(x, scratch, j, 0);
    }
    if (wrapped) json_end(j);
}

void binxml_json_plan(struct binxml *x, struct arena *a, struct plan_json *out) {
    struct plan_maker maker = {.arena = a};
    struct buf text = {0};
    struct json j = {.out = &text, .depth = 1, .closer = {'}'}}; /* members of an open object */
    x->maker = &maker;
    struct members top = members_of(x, a, 0, false, BINXML_NO_NODE);
    struct str *keys = ARENA_ARRAY(a, struct str, top.count);
    for (uint32_t i = 0; i < top.count; i++) {
        keys[i] = top.list[i].key;
        if (str_eq(keys[i], NESTED_KEY)) maker.bad = true;
    }
    write_members(x, a, &j, &top);
    hole(x, &j, HOLE_NONE, 1); /* the text behind the last value */
    x->maker = NULL;
    out->nestable = !maker.bad && !has_text(x, 0) && top.count && !binxml_is_over(x);
    out->usable = out->nestable && !has_stranger(&top);
    out->text = arena_copy(a, buf_str(&text));
    out->pieces = maker.pieces;
    out->piece_count = (uint32_t)maker.count;
    out->keys = keys;
    out->key_count = top.count;
    buf_free(&text);
}
