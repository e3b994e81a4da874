/* scope.c - variables whose value is known, newest first. */
#include "analyze/powershell/run.h"

static size_t bucket_of(struct str name) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < name.n; i++) h = (h ^ (unsigned char)ascii_lower(name.p[i])) * 16777619u;
    return h % SCOPE_BUCKETS;
}

/* How far a name with a scope before it reaches. $env: is no scope and stays in the name. */
static struct str without_scope(struct str name, bool *wide, bool *from_outside) {
    static const struct {
        const char *text;
        bool wide, outside;
    } scopes[] = {{"script:", true, false},   {"global:", true, false},    {"local:", false, false},
                  {"private:", false, false}, {"variable:", false, false}, {"using:", false, true}};
    *wide = *from_outside = false;
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
        if (!str_istarts(name, str_from(scopes[i].text))) continue;
        *wide = scopes[i].wide;
        *from_outside = scopes[i].outside;
        return str_from_index(name, strlen(scopes[i].text));
    }
    return name;
}

/* Index + 1 of the newest binding of that name, 0: none. */
static size_t newest(const struct run *r, struct str name) {
    for (size_t i = r->buckets[bucket_of(name)]; i; i = r->bindings[i - 1].shadows)
        if (str_ieq(r->bindings[i - 1].name, name)) return i;
    return 0;
}

static void bind_name(struct run *r, struct str name, struct value value, bool wide) {
    size_t at = newest(r, name), bucket = bucket_of(name);
    if (at > r->floor && r->bindings[at - 1].wide == wide) {
        r->bindings[at - 1].value = value;
        return;
    }
    ARENA_GROW(r->arena, r->bindings, r->cap, r->count + 1);
    r->bindings[r->count++] = (struct binding){name, value, r->buckets[bucket], wide};
    r->buckets[bucket] = r->count;
}

void scope_set(struct run *r, struct str name, struct value value) {
    bool wide, outside;
    name = without_scope(name, &wide, &outside);
    bind_name(r, name, value, wide);
}

const struct value *scope_get(const struct run *r, struct str name) {
    bool wide, outside;
    name = without_scope(name, &wide, &outside);
    size_t at = newest(r, name);
    return at > (outside ? 0 : r->hidden) ? &r->bindings[at - 1].value : NULL;
}

struct mark scope_mark(struct run *r) {
    struct mark mark = {r->count, r->floor};
    r->floor = r->count;
    return mark;
}

/* Takes what was set since the mark off, and binds it (or only what is wide) again below it. */
static void rebind(struct run *r, struct mark mark, bool all) {
    struct binding *kept = NULL;
    size_t count = 0, cap = 0;
    for (size_t i = mark.count; i < r->count; i++) {
        if (!all && !r->bindings[i].wide) continue;
        ARENA_GROW(r->arena, kept, cap, count + 1);
        kept[count++] = r->bindings[i];
    }
    while (r->count > mark.count) {
        r->count--;
        r->buckets[bucket_of(r->bindings[r->count].name)] = r->bindings[r->count].shadows;
    }
    r->floor = mark.floor;
    for (size_t i = 0; i < count; i++) bind_name(r, kept[i].name, kept[i].value, kept[i].wide);
}

void scope_leave(struct run *r, struct mark mark) { rebind(r, mark, false); }

void scope_keep(struct run *r, struct mark mark) { rebind(r, mark, true); }

static struct value forgotten(struct run *r, struct str name) {
    return value_unknown(arena_printf(r->arena, "$%.*s", STR_ARG(name)));
}

void scope_forget_since(struct run *r, struct mark mark) {
    for (size_t i = mark.count; i < r->count; i++)
        if (r->bindings[i].value.kind != VALUE_UNKNOWN)
            r->bindings[i].value = forgotten(r, r->bindings[i].name);
    r->floor = mark.floor;
}

void scope_forget_assigned(struct run *r, const struct node *body) {
    if (!body || !run_step(r)) return;
    bool sets = body->kind == NODE_ASSIGN || body->kind == NODE_FOREACH || body->kind == NODE_STEP;
    const struct node *first = sets ? body->child : NULL;
    while (first && (first->kind == NODE_CAST || first->kind == NODE_INDEX ||
                     first->kind == NODE_MEMBER || first->kind == NODE_COMMA)) {
        for (const struct node *other = first->kind == NODE_COMMA ? first->child : NULL; other;
             other = other->next)
            if (other->kind == NODE_VARIABLE) scope_set(r, other->text, forgotten(r, other->text));
        first = first->child;
    }
    if (first && first->kind == NODE_VARIABLE) scope_set(r, first->text, forgotten(r, first->text));
    for (const struct node *n = body->child; n; n = n->next) scope_forget_assigned(r, n);
}
