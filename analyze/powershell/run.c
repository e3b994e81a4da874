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
    struct value before = fold(r, whole), *old = &before;
    struct value key = which ? fold(r, which) : value_unknown(STR_NONE);
    if (!value_is_table(old) || key.kind != VALUE_TEXT || old->count >= RUN_UNROLL_MAX) {
        scope_set(r, whole->text, value_unknown(run_source(r, whole, NULL)));
        return;
    }
    scope_set(r, whole->text, value_with(r->arena, old, key.text, v));
}

/* What a pipeline, another assignment or a statement gives to the variable before it. */
static struct value assigned(struct run *r, const struct node *target, const struct node *value) {
    if (value->kind == NODE_PIPELINE) return run_pipeline(r, value);
    if (value->kind != NODE_ASSIGN) return run_values(r, value);
    run_statement(r, value);
    const struct value *inner =
        value->child->kind == NODE_VARIABLE ? scope_get(r, value->child->text) : NULL;
    return inner ? *inner : value_unknown(run_source(r, target, NULL));
}

/* $a, $b = 'x', 'y': one each, the rest for the last. */
static void assign_several(struct run *r, const struct node *targets, struct value v) {
    const struct value *items;
    size_t count = value_items(&v, &items), i = 0;
    for (const struct node *t = targets->child; t; t = t->next, i++) {
        struct value one = {.kind = VALUE_NULL};
        if (t->kind != NODE_VARIABLE) continue;
        if (v.kind == VALUE_UNKNOWN)
            one = unknown_here(r, t);
        else if (!t->next && i < count && count - i > 1)
            one = (struct value){
                .kind = VALUE_LIST, .items = v.items + i, .count = count - i, .computed = true};
        else if (i < count)
            one = items[i];
        scope_set(r, t->text, one);
    }
}

static void run_assign(struct run *r, const struct node *n) {
    const struct node *target = n->child, *value = target ? target->next : NULL;
    if (!value) return;
    struct value v = assigned(r, target, value);
    if (target->kind == NODE_COMMA && str_eq(n->text, STR("="))) {
        assign_several(r, target, v);
        return;
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
    struct mark mark = scope_mark(r);
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
    size_t count = value_items(&list, &items);
    if (list.kind == VALUE_UNKNOWN || count > RUN_UNROLL_MAX) {
        scope_forget_assigned(r, body);
        scope_set(r, variable->text, value_unknown(run_source(r, variable, NULL)));
        run_maybe(r, body);
        return FLOW_ON;
    }
    enum flow flow = FLOW_ON;
    for (size_t i = 0; i < count && flow != FLOW_LEFT && flow != FLOW_BREAK && run_step(r); i++) {
        struct value item = items[i];
        if (item.kind == VALUE_UNKNOWN) item.text = run_source(r, variable, NULL);
        scope_set(r, variable->text, item);
        flow = run_list(r, body);
    }
    return flow == FLOW_LEFT ? flow : FLOW_ON;
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

/* A doubt about `bits` ends here; what was set behind the doubtful place is not known. */
static void end_doubt(struct run *r, struct mark mark, uint8_t before, uint8_t bits) {
    if (r->left & ~before)
        scope_forget_since(r, mark);
    else
        scope_keep(r, mark);
    r->left = (uint8_t)((r->left & ~bits) | (before & bits));
}

static enum flow run_try(struct run *r, const struct node *n) {
    enum flow left = FLOW_ON;
    uint8_t before = r->left;
    struct mark mark = scope_mark(r);
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
    end_doubt(r, mark, before, LEFT_TRY);
    return r->gone ? FLOW_LEFT : left;
}

/* What `break` and `continue` are for. */
static enum flow run_repeated(struct run *r, const struct node *n) {
    uint8_t left = r->left;
    struct mark mark = scope_mark(r);
    enum flow flow = FLOW_ON;
    if (n->kind == NODE_FOREACH)
        flow = run_foreach(r, n);
    else if (n->kind != NODE_SWITCH)
        flow = run_loop(r, n);
    else if (n->child)
        flow = run_switch(r, n);
    end_doubt(r, mark, left, LEFT_LOOP);
    return flow;
}

static void output_add(struct run *r, const struct value *v);

/* A pipeline that stands as a statement. */
static void run_given(struct run *r, const struct node *n) {
    struct value v = run_pipeline(r, n);
    bool step = n->child && !n->child->next && n->child->kind == NODE_STEP; /* $i++ gives nothing */
    if (!step) output_add(r, &v);
}

static enum flow run_leave(struct run *r, const struct node *n) {
    bool returns = str_eq(n->text, STR("return"));
    if (n->child && returns && n->child->kind == NODE_PIPELINE) {
        run_given(r, n->child);
    } else if (n->child) {
        struct node list = {.kind = NODE_LIST, .child = n->child};
        run_values(r, &list);
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
    case NODE_PIPELINE: run_given(r, n); return FLOW_ON;
    case NODE_ASSIGN: run_assign(r, n); return FLOW_ON;
    case NODE_CHAIN: {
        const struct node *second = n->child ? n->child->next : NULL;
        if (n->child) run_statement(r, n->child);
        bool otherwise = str_eq(n->text, STR("||"));
        r->unsure += otherwise;
        r->maybe++; /* && asks whether the first succeeded */
        struct mark mark = scope_mark(r);
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

/* -------- what is given -------- */

static void output_add(struct run *r, const struct value *v) {
    struct output *o = r->output;
    const struct value *items;
    if (!o) return;
    if (r->maybe > o->maybe || (r->left & ~o->left)) o->unknown = true;
    size_t count = value_items(v, &items);
    for (size_t i = 0; i < count; i++) {
        ARENA_GROW(r->arena, o->items, o->cap, o->count + 1);
        o->items[o->count++] = items[i];
    }
}

static struct output *output_begin(struct run *r, struct output *o) {
    struct output *outer = r->output;
    *o = (struct output){.maybe = r->maybe, .left = r->left};
    r->output = o;
    return outer;
}

static struct value output_end(struct run *r, struct output *outer, const struct node *n) {
    const struct output *o = r->output;
    r->output = outer;
    if (o->unknown) return unknown_here(r, n);
    if (!o->count) return (struct value){.kind = VALUE_NULL};
    if (o->count == 1) return o->items[0];
    return (struct value){.kind = VALUE_LIST, .items = o->items, .count = o->count};
}

struct value run_values(struct run *r, const struct node *list) {
    struct output output, *outer;
    if (!list) return (struct value){.kind = VALUE_NULL};
    outer = output_begin(r, &output);
    if (list->kind == NODE_LIST)
        run_list(r, list);
    else
        run_statement(r, list);
    return output_end(r, outer, list);
}

/* -------- blocks that are called -------- */

static bool has_named(const struct node *list) {
    for (const struct node *n = list->child; n; n = n->next)
        if (n->kind == NODE_NAMED) return true;
    return false;
}

/* Once for each piped object; once, where nothing is piped. `param` gets the object too. */
static void run_process(struct run *r, const struct node *body, const struct node *param,
                        const struct value *piped) {
    const struct value *items;
    size_t count = piped ? value_items(piped, &items) : 0;
    if (!piped) {
        run_list(r, body);
        return;
    }
    if (piped->kind == VALUE_UNKNOWN || count > RUN_UNROLL_MAX) {
        scope_forget_assigned(r, body);
        scope_set(r, STR("_"), *piped);
        if (param) scope_set(r, param->text, *piped);
        run_maybe(r, body);
        return;
    }
    for (size_t i = 0; i < count && run_step(r); i++) {
        scope_set(r, STR("_"), items[i]);
        if (param) scope_set(r, param->text, items[i]);
        if (run_list(r, body) == FLOW_BREAK || r->gone) return;
    }
}

/* begin, process and end in their order, whatever theirs in the text is. */
static void run_body(struct run *r, const struct node *list, bool is_filter,
                     const struct node *param, const struct value *piped) {
    if (is_filter && !has_named(list)) {
        run_process(r, list, param, piped);
        return;
    }
    if (piped && piped->kind != VALUE_UNKNOWN) scope_set(r, STR("input"), *piped);
    if (!has_named(list)) {
        const struct value *items;
        size_t count = piped ? value_items(piped, &items) : 0;
        if (param && count) scope_set(r, param->text, items[count - 1]);
        run_list(r, list);
        return;
    }
    static const char *const order[] = {"begin", "process", "end"};
    for (size_t i = 0; i < sizeof order / sizeof *order && !r->gone; i++)
        for (const struct node *n = list->child; n; n = n->next) {
            if (n->kind != NODE_NAMED || !str_ieq(n->text, str_from(order[i]))) continue;
            if (i == 1)
                run_process(r, body_of(n->child), param, piped);
            else
                run_list(r, body_of(n->child));
        }
}

const struct node *run_params(const struct node *function) {
    const struct node *list = function;
    while (list && list->kind != NODE_LIST) {
        const struct node *child = list->child;
        while (child && child->kind != NODE_BLOCK && child->kind != NODE_LIST) child = child->next;
        list = child;
    }
    if (function->child && function->child->kind == NODE_PARAMS) return function->child;
    for (const struct node *n = list ? list->child : NULL; n; n = n->next)
        if (n->kind == NODE_PARAMS) return n;
    return NULL;
}

static const struct node *param_named(const struct node *params, struct str name) {
    const struct node *found = NULL;
    for (const struct node *p = params ? params->child : NULL; p && name.n; p = p->next) {
        if (str_ieq(p->text, name)) return p;
        if (!found && str_istarts(p->text, name)) found = p;
    }
    return found;
}

void arguments_add(struct run *r, struct arguments *all, struct str name, struct value value) {
    ARENA_GROW(r->arena, all->list, all->cap, all->count + 1);
    all->list[all->count++] = (struct argument){name, value};
}

/* By name, then what is left by position, then $args; defaults where nothing is given. */
static void bind_arguments(struct run *r, const struct node *params, const struct arguments *all) {
    enum { POSITIONAL_MAX = 64 };
    struct value rest[POSITIONAL_MAX];
    size_t count = 0, taken = 0;
    bool stray = all->unknown;
    struct str named[POSITIONAL_MAX];
    size_t named_count = 0;
    for (const struct node *p = params ? params->child : NULL; p; p = p->next)
        if (!p->child) scope_set(r, p->text, p->is_switch ? value_bool(false) : unknown_here(r, p));
    for (size_t i = 0; i < all->count; i++) {
        const struct argument *a = &all->list[i];
        const struct node *p = param_named(params, a->name);
        if (!a->name.n && count < POSITIONAL_MAX)
            rest[count++] = a->value;
        else if (!p || named_count == POSITIONAL_MAX)
            stray = true;
        else {
            scope_set(r, p->text, a->value);
            named[named_count++] = p->text;
        }
    }
    for (const struct node *p = params ? params->child : NULL; p; p = p->next) {
        bool given = false;
        for (size_t i = 0; i < named_count; i++) given |= str_ieq(named[i], p->text);
        if (given) continue;
        if (taken < count && !p->is_switch)
            scope_set(r, p->text, rest[taken++]);
        else if (all->unknown)
            scope_set(r, p->text, unknown_here(r, p));
        else if (p->child)
            scope_set(r, p->text, fold(r, p->child));
    }
    struct value left = {.kind = VALUE_LIST, .count = count - taken};
    left.items = ARENA_ARRAY(r->arena, struct value, left.count);
    for (size_t i = 0; i < left.count; i++) left.items[i] = rest[taken + i];
    scope_set(r, STR("args"), stray ? value_unknown(STR("$args")) : left);
}

static const struct node *piped_param(const struct node *params) {
    for (const struct node *p = params ? params->child : NULL; p; p = p->next)
        if (p->is_piped) return p;
    return NULL;
}

static struct value call_block(struct run *r, const struct value *block,
                               const struct arguments *arguments) {
    static const struct arguments none = {0};
    const struct node *body = block->block;
    if (!arguments) arguments = &none;
    if (body->kind == NODE_FUNCTION)
        for (body = body->child; body && body->kind != NODE_BLOCK;) body = body->next;
    const struct node *list = body_of(body), *params = run_params(block->block);
    if (!list) return (struct value){.kind = VALUE_NULL};
    if (params || arguments->count || arguments->unknown) bind_arguments(r, params, arguments);
    struct output output, *outer = output_begin(r, &output);
    bool is_filter = block->block->kind == NODE_FUNCTION && block->block->is_piped;
    run_body(r, list, is_filter, piped_param(params), arguments->piped);
    return output_end(r, outer, list);
}

struct value run_block(struct run *r, const struct value *block, const struct arguments *arguments,
                       bool own_scope) {
    if (r->call_depth >= RUN_CALL_DEPTH_MAX || !run_step(r))
        return value_unknown(STR("a call nested too deep"));
    struct origin outer = r->origin;
    uint8_t left = r->left;
    size_t first = r->call_count;
    struct mark mark = scope_mark(r);
    r->call_depth++;
    r->origin.source = block->source;
    if (block->computed) r->origin.note = STR("decoded from a script block's text");
    struct value given = call_block(r, block, arguments);
    r->origin = outer;
    r->call_depth--;
    if (r->left & ~left || !own_scope) end_doubt(r, mark, left, LEFT_BLOCK);
    if (own_scope) scope_leave(r, mark);
    for (size_t i = first; block->computed && i < r->call_count; i++) r->calls[i].obfuscated = true;
    return given;
}

struct value run_block_of(struct run *r, struct str text, const struct node *where) {
    if (!run_bytes(r, text.n)) return unknown_here(r, where);
    run_decoded(r, text);
    struct tree tree = parse_powershell(r->arena, text);
    if (tree.broken) return unknown_here(r, where);
    struct node *block = ARENA_NEW(r->arena, struct node);
    *block = (struct node){.kind = NODE_BLOCK, .child = tree.root, .end = text.n};
    return (struct value){.kind = VALUE_BLOCK, .computed = true, .block = block, .source = text};
}

/* The value of a pipeline is that of its last stage; every stage is walked. */
struct value run_pipeline(struct run *r, const struct node *pipeline) {
    struct value v = {.kind = VALUE_NULL};
    if (pipeline->kind != NODE_PIPELINE) {
        run_statement(r, pipeline);
        return unknown_here(r, pipeline);
    }
    bool background = pipeline->text.n > 0; /* another process; Windows PowerShell refuses it */
    const struct node *previous = NULL;
    r->unsure += background;
    for (const struct node *stage = pipeline->child; stage; stage = stage->next) {
        struct value next;
        if (!run_step(r)) {
            v = unknown_here(r, pipeline);
            break;
        }
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
    r->unsure -= background;
    return background ? unknown_here(r, pipeline) : v;
}
