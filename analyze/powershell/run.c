/* run.c - statements, in the order in which they would run. */
#include "analyze/powershell/run.h"

enum { DESCRIPTION_MAX = 160 }; /* of a hole: bytes of source shown */

bool run_step(struct run *r) {
    enum { LOOK_EVERY = 64 };
    r->steps++;
    if (r->steps > r->steps_max ||
        (r->steps % LOOK_EVERY == 0 && arena_used(r->arena) > r->memory_max))
        r->spent = true;
    return !r->spent;
}

bool run_bytes(struct run *r, size_t n) {
    if (n > r->bytes_max - r->bytes) return false;
    r->bytes += n;
    return true;
}

struct str run_source(const struct run *r, const struct node *n, const struct node *to) {
    struct str s = str_trim(str_slice(r->origin.source, n->at, (to ? to : n)->end));
    return str_slice(s, 0, DESCRIPTION_MAX);
}

/* $table.key = v and $table['key'] = v: the table with that entry; of anything else nothing is
 * known afterwards. */
static void assign_entry(struct run *r, const struct node *target, struct value v) {
    const struct node *whole = target->child, *which = whole ? whole->next : NULL;
    if (!whole || whole->kind != NODE_VARIABLE) return;
    const struct value *old = scope_get(r, whole->text);
    struct value key = which ? fold(r, which) : value_unknown(STR_NONE);
    if (!old || old->kind != VALUE_HASH || key.kind != VALUE_TEXT || old->count >= RUN_UNROLL_MAX) {
        scope_set(r, whole->text, value_unknown(run_source(r, whole, NULL)));
        return;
    }
    scope_set(r, whole->text, value_with(r->arena, old, key.text, v));
}

static void run_assign(struct run *r, const struct node *n) {
    const struct node *target = n->child, *value = target ? target->next : NULL;
    if (!value) return;
    struct value v;
    if (value->kind == NODE_PIPELINE)
        v = run_pipeline(r, value);
    else {
        run_statement(r, value);
        v = value_unknown(run_source(r, target, NULL));
        if (value->kind == NODE_ASSIGN && value->child->kind == NODE_VARIABLE) {
            const struct value *inner = scope_get(r, value->child->text);
            if (inner) v = *inner;
        }
    }
    while (target->kind == NODE_CAST && target->child) { /* [string]$x = ... */
        v = fold_cast(r, target->text, v, target);
        target = target->child;
    }
    if (target->kind == NODE_INDEX || target->kind == NODE_MEMBER) {
        assign_entry(r, target, str_eq(n->text, STR("=")) ? v : unknown_here(r, target));
        return;
    }
    if (target->kind != NODE_VARIABLE) {
        scope_forget_assigned(r, n);
        return;
    }
    if (v.kind == VALUE_UNKNOWN) v.text = run_source(r, target, NULL);
    if (n->text.n > 1) {
        const struct value *old = scope_get(r, target->text);
        struct value before = old ? *old : unknown_here(r, target);
        if (str_eq(n->text, STR("+=")))
            v = fold_operator(r, STR("+"), before, v, target);
        else
            v = unknown_here(r, target);
    }
    scope_set(r, target->text, v);
}

/* What may or may not run: afterwards nothing that it set is known. */
static void run_maybe(struct run *r, const struct node *block) {
    size_t mark = r->count;
    r->maybe++;
    if (block) run_list(r, block);
    if (r->gone) r->left |= r->gone == GONE_EXITED ? LEFT_TEXT : LEFT_TRY;
    r->gone = GONE_NOT;
    r->maybe--;
    scope_forget_since(r, mark);
}

static const struct node *body_of(const struct node *block) {
    return block && block->kind == NODE_BLOCK ? block->child : block;
}

static enum flow run_if(struct run *r, const struct node *n) {
    for (const struct node *clause = n->child; clause; clause = clause->next) {
        const struct node *first = clause->child;
        if (!first) continue;
        if (!first->next) {
            if (n->child == clause) return FLOW_ON;
            return run_list(r, body_of(first));
        }
        struct value condition = fold(r, first);
        bool known, truth = value_true(&condition, &known);
        if (known && truth) return run_list(r, body_of(first->next));
        if (known) continue;
        for (; clause; clause = clause->next) {
            const struct node *last = clause->child;
            if (!last) continue;
            if (last->next && last != first) {
                struct value other = fold(r, last);
                truth = value_true(&other, &known);
                if (known && !truth) continue;
            }
            run_maybe(r, body_of(last->next ? last->next : last));
        }
        return FLOW_ON;
    }
    return FLOW_ON;
}

static enum flow run_foreach(struct run *r, const struct node *n) {
    const struct node *variable = n->child, *all = variable ? variable->next : NULL;
    const struct node *body = all ? body_of(all->next) : NULL;
    if (!body) return FLOW_ON;
    struct value list = fold(r, all);
    const struct value *items;
    size_t count = value_items(&list, &items), mark = r->count;
    if (list.kind == VALUE_UNKNOWN || count > RUN_UNROLL_MAX) {
        scope_forget_assigned(r, body);
        scope_set(r, variable->text, value_unknown(run_source(r, variable, NULL)));
        run_maybe(r, body);
        return FLOW_ON;
    }
    for (size_t i = 0; i < count && run_step(r); i++) {
        struct value item = items[i];
        if (item.kind == VALUE_UNKNOWN) item.text = run_source(r, variable, NULL);
        scope_set(r, variable->text, item);
        enum flow flow = run_list(r, body);
        if (flow == FLOW_LEFT) return flow;
        if (flow == FLOW_BREAK) break;
    }
    if (count > 1) scope_forget_since(r, mark);
    return FLOW_ON;
}

/* for, while, do: nobody counts how often, so what the body sets is unknown in it. */
static enum flow run_loop(struct run *r, const struct node *n) {
    const struct node *condition = n->child, *body = condition ? condition->next : NULL;
    if (n->kind == NODE_DO) {
        body = n->child;
        condition = body ? body->next : NULL;
    }
    if (n->kind == NODE_WHILE && condition) {
        struct value v = fold(r, condition);
        bool known;
        if (!value_true(&v, &known) && known) return FLOW_ON;
    }
    if (n->kind == NODE_FOR && condition) run_list(r, condition->child);
    scope_forget_assigned(r, n);
    run_maybe(r, body_of(body));
    if (n->kind == NODE_DO && condition) fold(r, condition);
    return FLOW_ON;
}

/* One constant against constant matches: the clauses that fit, or the default. Else all of them may
 * run. */
static enum flow run_switch(struct run *r, const struct node *n) {
    if (!n->child->next) return FLOW_ON; /* without a clause not even the condition is evaluated */
    struct value v = fold(r, n->child);
    bool plain = !n->text.n && v.kind != VALUE_LIST && value_known(&v), matched = false;
    scope_set(r, STR("_"), v);
    for (const struct node *clause = n->child->next; clause; clause = clause->next) {
        const struct node *match = clause->child, *body = match ? match->next : NULL;
        if (!body) continue;
        bool otherwise =
            match->kind == NODE_TEXT && match->is_word && str_ieq(match->text, STR("default"));
        struct value with = otherwise ? value_bool(!matched) : fold(r, match);
        if (!otherwise) with = fold_operator(r, STR("eq"), v, with, match);
        bool known, fits = value_true(&with, &known);
        if (!plain || !known) {
            plain = plain && !otherwise;
            run_maybe(r, body_of(body));
            matched = false;
            continue;
        }
        if (!fits) continue;
        matched = true;
        enum flow flow = run_list(r, body_of(body));
        if (flow == FLOW_LEFT || flow == FLOW_CONTINUE) return flow;
        if (flow == FLOW_BREAK) break;
    }
    return FLOW_ON;
}

static enum flow run_try(struct run *r, const struct node *n) {
    enum flow left = FLOW_ON;
    uint8_t before = r->left;
    bool thrown = false;
    for (const struct node *clause = n->child; clause && r->gone != GONE_EXITED;
         clause = clause->next) {
        const struct node *body = clause->child;
        while (body && body->next) body = body->next;
        if (!body) continue;
        if (str_eq(clause->text, STR("catch"))) {
            bool all = clause->child == body; /* no type that it is for */
            if (!thrown || !all) {
                run_maybe(r, body_of(body));
                continue;
            }
            thrown = false;
        } else if (str_eq(clause->text, STR("finally")) && left == FLOW_LEFT) {
            run_list(r, body_of(body));
            continue;
        }
        enum flow flow = run_list(r, body_of(body));
        if (flow != FLOW_ON) left = flow;
        if (r->gone == GONE_THROWN && clause == n->child && clause->next) {
            thrown = true;
            r->gone = GONE_NOT;
            left = FLOW_ON;
        }
    }
    if (thrown) r->gone = GONE_THROWN; /* nobody caught it */
    r->left = (uint8_t)((r->left & ~LEFT_TRY) | (before & LEFT_TRY));
    return r->gone ? FLOW_LEFT : left;
}

/* What `break` and `continue` are for: a doubt about them ends with it. */
static enum flow run_repeated(struct run *r, const struct node *n) {
    uint8_t left = r->left;
    enum flow flow = FLOW_ON;
    if (n->kind == NODE_FOREACH)
        flow = run_foreach(r, n);
    else if (n->kind != NODE_SWITCH)
        flow = run_loop(r, n);
    else if (n->child)
        flow = run_switch(r, n);
    r->left = (uint8_t)((r->left & ~LEFT_LOOP) | (left & LEFT_LOOP));
    return flow;
}

static enum flow run_leave(struct run *r, const struct node *n) {
    if (n->child) {
        if (n->child->kind == NODE_PIPELINE)
            run_pipeline(r, n->child);
        else {
            struct node list = {.kind = NODE_LIST, .child = n->child};
            run_list(r, &list);
        }
    }
    bool loop = str_eq(n->text, STR("break")) || str_eq(n->text, STR("continue"));
    enum gone gone = str_eq(n->text, STR("throw"))  ? GONE_THROWN
                     : str_eq(n->text, STR("exit")) ? GONE_EXITED
                                                    : GONE_NOT;
    if (gone && !r->gone) r->gone = gone;
    if (r->maybe && !gone) r->left |= loop ? LEFT_LOOP : LEFT_BLOCK;
    if (str_eq(n->text, STR("break"))) return FLOW_BREAK;
    return str_eq(n->text, STR("continue")) ? FLOW_CONTINUE : FLOW_LEFT;
}

enum flow run_statement(struct run *r, const struct node *n) {
    struct value body;
    switch (n->kind) {
    case NODE_PIPELINE: run_pipeline(r, n); return FLOW_ON;
    case NODE_ASSIGN: run_assign(r, n); return FLOW_ON;
    case NODE_CHAIN: {
        const struct node *second = n->child ? n->child->next : NULL;
        if (n->child) run_statement(r, n->child);
        size_t mark = r->count;
        bool otherwise = str_eq(n->text, STR("||"));
        r->unsure += otherwise;
        r->maybe++; /* && asks whether the first succeeded */
        if (second) run_statement(r, second);
        r->unsure -= otherwise;
        r->maybe--;
        scope_forget_since(r, mark);
        return FLOW_ON;
    }
    case NODE_IF: return run_if(r, n);
    case NODE_FOREACH:
    case NODE_FOR:
    case NODE_WHILE:
    case NODE_DO:
    case NODE_SWITCH: return run_repeated(r, n);
    case NODE_TRY: return run_try(r, n);
    case NODE_FUNCTION:
        body = (struct value){.kind = VALUE_BLOCK, .block = n, .source = r->origin.source};
        scope_set(r, arena_printf(r->arena, "function:%.*s", STR_ARG(n->text)), body);
        return FLOW_ON;
    case NODE_LEAVE: return run_leave(r, n);
    case NODE_NAMED: return run_list(r, body_of(n->child));
    default: return FLOW_ON;
    }
}

enum flow run_list(struct run *r, const struct node *list) {
    if (!list) return FLOW_ON;
    for (const struct node *n = list->child; n; n = n->next) {
        if (!run_step(r)) return FLOW_LEFT;
        enum flow flow = run_statement(r, n);
        if (r->gone) return FLOW_LEFT;
        if (flow != FLOW_ON) return flow;
    }
    return FLOW_ON;
}

/* A block of one pipeline is worth what that gives. */
static struct value block_value(struct run *r, const struct node *body) {
    const struct node *only = body ? body->child : NULL;
    while (only && only->kind == NODE_PARAMS) only = only->next;
    if (only && !only->next && only->kind == NODE_LEAVE && only->child &&
        str_eq(only->text, STR("return")))
        only = only->child;
    if (only && !only->next && only->kind == NODE_PIPELINE) return run_pipeline(r, only);
    run_list(r, body);
    return body ? unknown_here(r, body) : (struct value){.kind = VALUE_NULL};
}

struct value run_block(struct run *r, const struct value *block, bool own_scope) {
    if (r->call_depth >= RUN_CALL_DEPTH_MAX || !run_step(r))
        return value_unknown(STR("a call nested too deep"));
    struct str source = r->origin.source;
    size_t mark = r->count;
    uint8_t left = r->left;
    r->call_depth++;
    r->origin.source = block->source;
    const struct node *body = block->block;
    if (body->kind == NODE_FUNCTION)
        for (body = body->child; body && body->kind != NODE_BLOCK;) body = body->next;
    struct value given = block_value(r, body_of(body));
    r->origin.source = source;
    r->call_depth--;
    r->left = (uint8_t)((r->left & ~LEFT_BLOCK) | (left & LEFT_BLOCK));
    if (own_scope) scope_leave(r, mark);
    return given;
}

/* The value of a pipeline is that of its last stage; every stage is walked. */
struct value run_pipeline(struct run *r, const struct node *pipeline) {
    struct value v = {.kind = VALUE_NULL};
    if (pipeline->kind != NODE_PIPELINE) {
        run_statement(r, pipeline);
        return unknown_here(r, pipeline);
    }
    const struct node *previous = NULL;
    for (const struct node *stage = pipeline->child; stage; stage = stage->next) {
        struct value next;
        if (!run_step(r)) return unknown_here(r, pipeline);
        if (stage->kind == NODE_COMMAND)
            next = run_command(r, stage, previous ? &v : NULL);
        else
            next = fold(r, stage);
        if (next.kind == VALUE_UNKNOWN && stage->next)
            next.text = arena_printf(r->arena, "<from %.*s>",
                                     STR_ARG(run_source(r, pipeline->child, stage)));
        v = next;
        previous = stage;
    }
    return v;
}
