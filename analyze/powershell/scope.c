/* scope.c - variables whose value is known, newest first. */
#include "analyze/powershell/run.h"

static size_t bucket_of(struct str name) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < name.n; i++) h = (h ^ (unsigned char)ascii_lower(name.p[i])) * 16777619u;
    return h % SCOPE_BUCKETS;
}

/* $script:x and $global:x are $x here: one text, one scope. $env: stays apart. */
static struct str without_scope(struct str name) {
    static const char *const scopes[] = {
        "script:", "global:", "local:", "private:", "variable:", "using:"};
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        if (str_istarts(name, str_from(scopes[i]))) return str_from_index(name, strlen(scopes[i]));
    return name;
}

void scope_set(struct run *r, struct str name, struct value value) {
    name = without_scope(name);
    size_t bucket = bucket_of(name);
    ARENA_GROW(r->arena, r->bindings, r->cap, r->count + 1);
    r->bindings[r->count++] = (struct binding){name, value, r->buckets[bucket]};
    r->buckets[bucket] = r->count;
}

const struct value *scope_get(const struct run *r, struct str name) {
    name = without_scope(name);
    for (size_t i = r->buckets[bucket_of(name)]; i; i = r->bindings[i - 1].shadows)
        if (str_ieq(r->bindings[i - 1].name, name)) return &r->bindings[i - 1].value;
    return NULL;
}

void scope_leave(struct run *r, size_t mark) {
    while (r->count > mark) {
        r->count--;
        r->buckets[bucket_of(r->bindings[r->count].name)] = r->bindings[r->count].shadows;
    }
}

static struct value forgotten(struct run *r, struct str name) {
    return value_unknown(arena_printf(r->arena, "$%.*s", STR_ARG(name)));
}

void scope_forget_since(struct run *r, size_t mark) {
    for (size_t i = mark; i < r->count; i++)
        if (r->bindings[i].value.kind != VALUE_UNKNOWN)
            r->bindings[i].value = forgotten(r, r->bindings[i].name);
}

void scope_forget_assigned(struct run *r, const struct node *body) {
    if (!body || !run_step(r)) return;
    if ((body->kind == NODE_ASSIGN || body->kind == NODE_FOREACH) && body->child &&
        body->child->kind == NODE_VARIABLE)
        scope_set(r, body->child->text, forgotten(r, without_scope(body->child->text)));
    for (const struct node *n = body->child; n; n = n->next) scope_forget_assigned(r, n);
}
