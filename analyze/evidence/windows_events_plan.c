/* Where the fields of a Windows event are in a plan (windows_events.h, binxml_plan.h): found once
 * for every shape of record, so that a record costs only what is asked of it.
 *
 * A shape that this cannot hold in a table (fields whose text is put together of several values,
 * fragments elsewhere than directly within Event) has no fields; such records are decoded. */
#include "analyze/evidence/windows_events.h"

/* A text, or the slot of the value that brings it. */
struct origin {
    struct str text;
    uint16_t slot;
    bool there;
};

struct field {
    struct str name;
    struct origin origin;
    bool listed; /* <Data> directly within EventData or UserData */
};

/* Of EventData, or else UserData, in document order. */
struct windows_plan {
    bool is_record;  /* its root is Event; else it is a fragment within one */
    bool has_data;   /* EventData or UserData is in it */
    uint16_t nested; /* slot of the fragment within Event */
    struct origin system[SYSTEM_FIELDS];
    struct field *fields;
    size_t count, cap;
};

/* ---- making it ---- */

/* False: the text comes of more than one value, some of them open. */
static bool origin_of(struct binxml *x, struct arena *a, uint32_t node, struct origin *out) {
    const struct binxml_node *v = binxml_value(x, node), *n = x->nodes;
    *out = (struct origin){.there = true};
    if (v && v->slot) {
        out->slot = v->slot;
        return true;
    }
    for (uint32_t i = node + 1; i < n[node].end; i = n[i].end)
        if (n[i].slot) return false;
    out->text = binxml_text(x, a, node);
    return true;
}

static bool has_nested(const struct binxml *x, uint32_t node) {
    for (uint32_t i = node + 1; i < x->nodes[node].end; i++)
        if (x->nodes[i].kind == NODE_NESTED) return true;
    return false;
}

static bool take_system(struct binxml *x, struct arena *a, uint32_t system,
                        struct windows_plan *p) {
    for (uint32_t i = binxml_child(x, system, STR_NONE, BINXML_NO_NODE); i != BINXML_NO_NODE;
         i = binxml_child(x, system, STR_NONE, i)) {
        struct str name = binxml_name(x, &x->nodes[i]);
        for (unsigned k = 0; k < SYSTEM_FIELDS; k++) {
            if (!str_eq(name, WINDOWS_SYSTEM[k].element)) continue;
            struct str attribute = WINDOWS_SYSTEM[k].attribute;
            uint32_t at = attribute.n ? binxml_attribute(x, i, attribute) : i;
            p->system[k] = (struct origin){.there = k != SYSTEM_TIME};
            if (at != BINXML_NO_NODE && !origin_of(x, a, at, &p->system[k])) return false;
        }
    }
    return true;
}

/* The element's field: <Data Name="N"> is N, <N> is N. */
static bool take_field(struct binxml *x, struct arena *a, uint32_t i, struct field *f) {
    struct origin name;
    f->name = binxml_name(x, &x->nodes[i]);
    if (str_eq(f->name, STR("Data"))) {
        uint32_t at = binxml_attribute(x, i, STR("Name"));
        if (at != BINXML_NO_NODE && (!origin_of(x, a, at, &name) || name.slot)) return false;
        if (at != BINXML_NO_NODE) f->name = name.text;
    }
    return origin_of(x, a, i, &f->origin);
}

static bool take_fields(struct binxml *x, struct arena *a, uint32_t data, struct windows_plan *p) {
    const struct binxml_node *n = x->nodes;
    uint32_t direct = data + 1;
    for (uint32_t i = data + 1; i < n[data].end; i++) {
        bool is_direct = i == direct;
        if (is_direct) direct = n[i].end;
        if (n[i].kind != NODE_ELEMENT) continue;
        ARENA_GROW(a, p->fields, p->cap, p->count + 1);
        struct field *f = &p->fields[p->count++];
        *f = (struct field){.listed = is_direct && str_eq(binxml_name(x, &n[i]), STR("Data"))};
        if (!take_field(x, a, i, f)) return false;
    }
    return true;
}

/* EventData, else UserData, among the children of `parent`. */
static bool take_data(struct binxml *x, struct arena *a, uint32_t parent, struct windows_plan *p) {
    uint32_t data = binxml_child(x, parent, STR("EventData"), BINXML_NO_NODE);
    if (data == BINXML_NO_NODE) data = binxml_child(x, parent, STR("UserData"), BINXML_NO_NODE);
    p->has_data = data != BINXML_NO_NODE;
    return !p->has_data || (!has_nested(x, data) && take_fields(x, a, data, p));
}

/* The one fragment directly within Event. */
static bool take_nested(struct binxml *x, uint32_t root, struct windows_plan *p) {
    const struct binxml_node *n = x->nodes;
    for (uint32_t i = root + 1; i < n[root].end; i = n[i].end) {
        if (n[i].kind != NODE_NESTED) continue;
        if (p->nested) return false;
        p->nested = n[i].slot;
    }
    return true;
}

const void *windows_event_plan(struct binxml *x, struct arena *a) {
    struct windows_plan *p = ARENA_NEW(a, struct windows_plan);
    uint32_t root = binxml_child(x, 0, STR("Event"), BINXML_NO_NODE);
    if (root == BINXML_NO_NODE) return has_nested(x, 0) || !take_data(x, a, 0, p) ? NULL : p;
    uint32_t system = binxml_child(x, root, STR("System"), BINXML_NO_NODE);
    p->is_record = true;
    if (system == BINXML_NO_NODE || has_nested(x, system) || !take_system(x, a, system, p) ||
        !take_data(x, a, root, p) || !take_nested(x, root, p))
        return NULL;
    return p;
}

/* ---- using it ---- */

bool windows_event_planned(struct windows_event *w, uint32_t at, uint32_t end,
                           struct binxml_instance room[2]) {
    if (!binxml_instance(w->x, at, end, &room[0])) return false;
    const struct windows_plan *p = room[0].plan->fields, *inner;
    if (!p || !p->is_record) return false;
    w->root = w->body = &room[0];
    if (!p->nested) return true;
    const struct binxml_substitution *v = &room[0].values[p->nested - 1];
    if (!binxml_instance(w->x, v->at, v->at + v->size, &room[1])) goto no;
    inner = room[1].plan->fields;
    /* With EventData here and there, or UserData there, the order of the document would decide. */
    if (!inner || inner->is_record || (inner->has_data && p->has_data)) goto no;
    if (inner->has_data) w->body = &room[1];
    w->inner = &room[1];
    return true;
no:
    w->root = w->body = NULL;
    return false;
}

static struct str origin_text(const struct windows_event *w, const struct binxml_instance *in,
                              const struct origin *s) {
    return s->slot ? binxml_slot_text(w->x, w->arena, in, s->slot) : s->text;
}

/* Numbers and times are mostly there as such. */
static bool take_number(struct windows_event *w, enum windows_system field, uint8_t type,
                        struct str bytes) {
    struct when t;
    if (field == SYSTEM_ID && type == BINXML_UINT16 && bytes.n == 2) {
        w->id = le16(bytes.p);
    } else if (field == SYSTEM_NUMBER && type == BINXML_UINT64 && bytes.n == 8) {
        w->number = le64(bytes.p);
    } else if (field == SYSTEM_TIME && type == BINXML_FILETIME && bytes.n == 8) {
        t = when_from_filetime(le64(bytes.p));
        if (t.basis != WHEN_NONE) w->time = t;
    } else {
        return false;
    }
    return true;
}

void windows_plan_read(struct windows_event *w) {
    const struct windows_plan *p = w->root->plan->fields;
    for (unsigned k = 0; k < SYSTEM_FIELDS; k++) {
        const struct origin *s = &p->system[k];
        if (!s->there) continue;
        if (s->slot) {
            const struct binxml_substitution *v = &w->root->values[s->slot - 1];
            if (take_number(w, k, v->type, str_of(w->x->chunk.p + v->at, v->size))) continue;
        }
        windows_event_set(w, k, origin_text(w, w->root, s));
    }
}

struct str windows_plan_field(const struct windows_event *w, struct str name) {
    const struct windows_plan *p = w->body->plan->fields;
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->fields[i].name, name)) return origin_text(w, w->body, &p->fields[i].origin);
    return STR_NONE;
}

/* The items of a list, or the one text that a value is. */
static size_t add_texts(const struct windows_event *w, const struct origin *s, struct str **out,
                        size_t count, size_t *cap) {
    const struct binxml_substitution *v = s->slot ? &w->body->values[s->slot - 1] : NULL;
    if (!v || !(v->type & BINXML_ARRAY)) {
        ARENA_GROW(w->arena, *out, *cap, count + 1);
        (*out)[count] = origin_text(w, w->body, s);
        return count + 1;
    }
    struct str item, bytes = str_of(w->x->chunk.p + v->at, v->size);
    struct buf *text = &w->x->text;
    uint8_t type = v->type & (uint8_t)~BINXML_ARRAY;
    for (size_t at = 0; !binxml_is_over(w->x) && binxml_item(type, bytes, &at, &item); count++) {
        text->n = 0;
        binxml_value_text(type, item, text);
        w->x->rendered += text->n;
        ARENA_GROW(w->arena, *out, *cap, count + 1);
        (*out)[count] = arena_copy(w->arena, buf_str(text));
    }
    return count;
}

size_t windows_plan_list(const struct windows_event *w, struct str **out) {
    const struct windows_plan *p = w->body->plan->fields;
    size_t count = 0, cap = 0;
    *out = NULL;
    for (size_t i = 0; i < p->count; i++)
        if (p->fields[i].listed) count = add_texts(w, &p->fields[i].origin, out, count, &cap);
    return count;
}
