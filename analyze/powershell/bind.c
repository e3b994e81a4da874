/* bind.c - parameters of a catalogue cmdlet's call, bound as the engine binds them. */
#include "analyze/powershell/pattern.h"
#include "analyze/powershell/run.h"
#include "base/buf.h"

enum { NOTE_MAX = 200, PARAMS_MAX = 400 };

struct binder {
    struct run *r;
    const struct cmdlet *cmdlet;
    struct call *call;
    struct value positional[16];
    size_t positional_count;
    size_t explicit_count; /* parameters that were bound before any table was splatted */
    bool before_splat;     /* a splat stands behind the parameter that is bound now */
    bool splatting;        /* what is written out wins over what a table says */
    size_t cut_at;         /* end of a cut text: a value that reaches it may be cut; or SIZE_MAX */
    const struct value *piped;
    uint8_t flags; /* for the value that is bound now */
    uint8_t positional_flags[16];
};

static void note(struct binder *b, const char *why, struct str what) {
    struct call *c = b->call;
    if (c->note.n > NOTE_MAX) return;
    struct str text =
        arena_printf(b->r->arena, "%s%s%.*s%s", c->note.n ? "; " : "", why, STR_ARG(what), "");
    c->note = arena_join(b->r->arena, c->note, text);
}

static void doubt(struct binder *b, enum certainty certainty) {
    if (certainty > b->call->certainty) b->call->certainty = certainty;
}

/* One value as the text that the parameter gets. */
static struct str shown(struct binder *b, const struct value *v, uint8_t *flags) {
    struct str text;
    if (v->kind == VALUE_UNKNOWN) {
        *flags |= PARAM_HOLE;
        return v->text;
    }
    if (v->computed) b->call->obfuscated = true;
    if (value_string(b->r->arena, v, &text)) return text;
    *flags |= PARAM_HOLE;
    if (v->kind == VALUE_BLOCK) return str_trim(str_slice(v->source, v->block->at, v->block->end));
    if (v->kind == VALUE_TYPE) return v->text;
    return STR("System.Collections.Hashtable");
}

/* "FullAccess, ReadPermission" is two rights: enumerations are read from one string. */
static bool is_rights(struct str name) {
    return str_ieq(name, STR("AccessRights")) || str_ieq(name, STR("ExtendedRights"));
}

static void add_values(struct binder *b, struct str name, const struct value *v, enum edit edit,
                       uint8_t flags) {
    if (b->call->params.count >= PARAMS_MAX) return;
    const struct value *items;
    size_t count = value_items(v, &items), n = 0, cap = 0;
    struct str *values = NULL;
    for (size_t i = 0; i < count; i++) {
        struct str rest = shown(b, &items[i], &flags), part;
        bool several = is_rights(name) && items[i].kind == VALUE_TEXT;
        do {
            part = rest;
            if (several) str_cut(part, ',', &part, &rest);
            ARENA_GROW(b->r->arena, values, cap, n + 1);
            values[n++] = several ? str_trim(part) : part;
        } while (several && rest.n);
    }
    struct param *p = params_add(b->r->arena, &b->call->params, name, values, n);
    p->edit = (uint8_t)edit;
    p->flags = flags;
    bool matters = !str_ieq(name, STR("DomainController")) && !str_ieq(name, STR("Confirm"));
    if ((flags & PARAM_HOLE) && matters) doubt(b, CALL_DYNAMIC);
}

/* @{Add=...; Remove=...} edits a multi-valued property; other tables are a value nobody shows. */
static bool add_edits(struct binder *b, struct str name, const struct value *hash) {
    for (size_t i = 0; i < hash->count; i++) {
        struct str key = hash->items[2 * i].text;
        if (!str_ieq(key, STR("Add")) && !str_ieq(key, STR("Remove"))) return false;
    }
    for (size_t i = 0; i < hash->count; i++)
        add_values(b, name, &hash->items[2 * i + 1],
                   str_ieq(hash->items[2 * i].text, STR("Add")) ? EDIT_ADD : EDIT_REMOVE, 0);
    return hash->count > 0;
}

/* Index of the parameter among those bound, or STR_ABSENT. */
static size_t bound_at(const struct binder *b, struct str name) {
    for (size_t i = 0; i < b->call->params.count; i++)
        if (str_ieq(b->call->params.list[i].name, name)) return i;
    return STR_ABSENT;
}

/* -User { $_.Name }: what the block gives for the piped object. */
static struct value of_object(struct binder *b, const struct value *block) {
    struct value each = run_each(b->r, block, b->piped);
    return each.kind == VALUE_LIST && each.count == 1 ? each.items[0] : each;
}

/* A second value for one name refuses the call. */
static void set(struct binder *b, const struct parameter *p, struct value v, uint8_t flags) {
    size_t before = bound_at(b, p->name);
    if (b->call->params.count >= PARAMS_MAX) return;
    flags |= b->flags;
    if (v.kind == VALUE_BLOCK && p->pipeline && b->piped) v = of_object(b, &v);
    if (before != STR_ABSENT) {
        if (b->splatting && before < b->explicit_count) return;
        b->call->attempt = true;
        note(b, "given twice: -", p->name);
    }
    if (v.kind == VALUE_HASH && p->is_list && add_edits(b, p->name, &v)) return;
    add_values(b, p->name, &v, EDIT_SET, flags);
}

/* Binds one named parameter. Returns true if `next` was its value. */
static bool set_named(struct binder *b, struct str name, const struct value *colon,
                      const struct value *next) {
    const struct parameter *p;
    enum parameter_match match = cmdlet_parameter(b->cmdlet, name, &p);
    struct value on = value_bool(true);
    bool is_switch = p && p->is_switch;
    if (match == PARAMETER_PROBABLE) {
        doubt(b, CALL_PROBABLE);
        note(b, "abbreviation shared with a common parameter: -", name);
    }
    if (match == PARAMETER_NONE || match == PARAMETER_AMBIGUOUS) {
        doubt(b, CALL_AMBIGUOUS);
        note(b, match == PARAMETER_NONE ? "no such parameter: -" : "two readings: -", name);
        add_values(b, name, colon ? colon : next ? next : &on, EDIT_SET, PARAM_AMBIGUOUS);
        return !colon && next;
    }
    if (!p) { /* common to all cmdlets: of no meaning here */
        common_parameter(name, &is_switch);
        return !is_switch && !colon && next;
    }
    if (is_switch) {
        /* A number is no switch, and no error of ours: some versions take 0 and 1. */
        if (colon && (colon->kind == VALUE_NUMBER || (colon->kind == VALUE_TEXT && colon->text.n &&
                                                      ascii_digit(colon->text.p[0]))))
            doubt(b, CALL_AMBIGUOUS);
        set(b, p, colon ? *colon : on, 0);
        return false;
    }
    if (!colon && !next) {
        /* What is splatted behind a parameter is its value: nothing, where the table is unknown. */
        if (b->before_splat)
            doubt(b, CALL_DYNAMIC);
        else if (!b->flags)
            b->call->attempt = true;
        note(b, "no value for -", p->name);
        return false;
    }
    set(b, p, colon ? *colon : *next, 0);
    return !colon;
}

static void add_positional(struct binder *b, struct value v) {
    size_t room = sizeof b->positional / sizeof *b->positional;
    if (b->positional_count >= room) return;
    b->positional_flags[b->positional_count] = b->flags;
    b->positional[b->positional_count++] = v;
}

static void set_splat(struct binder *b, const struct node *n) {
    const struct value *v = scope_get(b->r, n->text);
    if (v && v->kind == VALUE_HASH) {
        b->splatting = true;
        for (size_t i = 0; i < v->count; i++)
            set_named(b, v->items[2 * i].text, &v->items[2 * i + 1], NULL);
        b->splatting = false;
    } else if (v && v->kind == VALUE_LIST) {
        for (size_t i = 0; i < v->count; i++) add_positional(b, v->items[i]);
    } else {
        struct param *p =
            params_add1(b->r->arena, &b->call->params, STR("@"), run_source(b->r, n, NULL));
        p->flags = PARAM_HOLE;
        doubt(b, CALL_DYNAMIC);
        note(b, "parameters from an unknown table: @", n->text);
    }
}

static bool is_value(const struct node *n) {
    return n && n->kind != NODE_PARAMETER && n->kind != NODE_REDIRECT && n->kind != NODE_SPLAT &&
           n->kind != NODE_NO_MORE;
}

/* What looks like a parameter but is none of this cmdlet is taken as the value before it lacks. */
static bool is_stray(const struct binder *b, const struct node *n) {
    const struct parameter *p;
    return n && n->kind == NODE_PARAMETER && !n->child &&
           cmdlet_parameter(b->cmdlet, n->text, &p) == PARAMETER_NONE;
}

static bool reaches_cut(const struct binder *b, const struct node *n) {
    return n->end >= b->cut_at;
}

static void bind_elements(struct binder *b, const struct node *command) {
    bool no_more = false;
    const struct node *first = command->child ? command->child->next : NULL;
    for (const struct node *n = first; n; n = n->next) {
        if (n->kind == NODE_REDIRECT || n->kind == NODE_SPLAT) continue;
        b->flags = reaches_cut(b, n) || (n->next && is_value(n->next) && reaches_cut(b, n->next))
                       ? PARAM_TRUNCATED
                       : 0;
        if (n->kind == NODE_NO_MORE) {
            no_more = true;
        } else if (n->kind != NODE_PARAMETER || no_more) {
            struct value v =
                n->kind == NODE_PARAMETER ? value_text(run_source(b->r, n, NULL)) : fold(b->r, n);
            add_positional(b, v);
        } else {
            struct value colon, next;
            if (n->child) colon = fold(b->r, n->child);
            const struct parameter *p;
            cmdlet_parameter(b->cmdlet, n->text, &p);
            bool stray = p && is_stray(b, n->next);
            bool has_next = (is_value(n->next) || stray) && !n->child && !(p && p->is_switch);
            if (has_next)
                next = stray ? value_text(run_source(b->r, n->next, NULL)) : fold(b->r, n->next);
            b->before_splat = n->next && n->next->kind == NODE_SPLAT;
            if (set_named(b, n->text, n->child ? &colon : NULL, has_next ? &next : NULL) && n->next)
                n = n->next;
        }
    }
    b->flags = 0;
    b->explicit_count = b->call->params.count;
    for (const struct node *n = first; n; n = n->next)
        if (n->kind == NODE_SPLAT) set_splat(b, n);
}

static void bind_positional(struct binder *b) {
    int position = 1;
    for (size_t i = 0; i < b->positional_count; i++) {
        const struct parameter *p = NULL;
        for (; position <= 16 && !p; position++) {
            p = cmdlet_positional(b->cmdlet, position);
            if (p && bound_at(b, p->name) != STR_ABSENT) p = NULL;
        }
        if (p) {
            set(b, p, b->positional[i], b->positional_flags[i]);
            continue;
        }
        b->call->attempt = true;
        note(b, "a value too many: refused", STR_NONE);
        add_values(b, STR_NONE, &b->positional[i], EDIT_SET, PARAM_AMBIGUOUS);
    }
}

/* $PSDefaultParameterValues: 'Cmdlet:Parameter', both with wildcards, where nothing else is given.
 */
static void bind_defaults(struct binder *b) {
    const struct value *table = scope_get(b->r, STR("PSDefaultParameterValues"));
    if (!table) return;
    if (table->kind != VALUE_HASH) {
        if (table->kind == VALUE_UNKNOWN) doubt(b, CALL_DYNAMIC);
        return;
    }
    const struct value *off = value_key(table, STR("Disabled"));
    bool known;
    if (off && value_true(off, &known)) return;
    for (size_t i = 0; i < table->count; i++) {
        struct str cmdlet, name;
        const struct parameter *p = NULL;
        if (!str_cut(table->items[2 * i].text, ':', &cmdlet, &name) ||
            !wildcard_fits(str_trim(cmdlet), b->cmdlet->name))
            continue;
        for (size_t k = 0; k < b->cmdlet->count && !p; k++)
            if (wildcard_fits(str_trim(name), b->cmdlet->parameters[k].name))
                p = &b->cmdlet->parameters[k];
        if (!p || bound_at(b, p->name) != STR_ABSENT) continue;
        set(b, p, table->items[2 * i + 1], 0);
        note(b, "by $PSDefaultParameterValues: -", p->name);
    }
}

/* The object's properties go where parameters of their names take the pipeline's. */
static void bind_properties(struct binder *b, const struct value *object) {
    for (size_t i = 0; i < b->cmdlet->count; i++) {
        const struct parameter *p = &b->cmdlet->parameters[i];
        const struct value *v = p->pipeline ? value_key(object, p->name) : NULL;
        if (v && bound_at(b, p->name) == STR_ABSENT) set(b, p, *v, 0);
    }
}

static void bind_piped(struct binder *b, const struct value *piped) {
    if (piped->kind == VALUE_OBJECT) {
        bind_properties(b, piped);
        return;
    }
    const struct parameter *p = cmdlet_positional(b->cmdlet, 1);
    if (!p || !p->pipeline || bound_at(b, p->name) != STR_ABSENT) return;
    set(b, p, *piped, 0);
    if (piped->kind == VALUE_UNKNOWN) note(b, "from the pipeline: -", p->name);
}

static void emit(struct run *r, struct call call) {
    ARENA_GROW(r->arena, r->calls, r->call_cap, r->call_count + 1);
    r->calls[r->call_count++] = call;
}

/* What is said of the call as a whole; then it is one of the text's calls. */
static void finish_call(struct binder *b) {
    struct run *r = b->r;
    b->call->what_if = params_true(&b->call->params, "WhatIf", false);
    if (r->unsure) {
        doubt(b, CALL_AMBIGUOUS);
        note(b, "in a block that may not run", STR_NONE);
    }
    b->call->maybe = r->maybe || r->left || (b->piped && b->piped->kind == VALUE_UNKNOWN);
    emit(r, *b->call);
}

static void bind_one(struct run *r, const struct cmdlet *cmdlet, const struct node *command,
                     struct call call, const struct value *piped) {
    if (!run_step(r)) return;
    r->steps += RUN_STEPS_OF_CALL;
    struct binder b = {.r = r, .cmdlet = cmdlet, .call = &call, .piped = piped};
    b.cut_at = r->origin.cut ? str_trim(r->origin.source).n : SIZE_MAX;
    bind_elements(&b, command);
    bind_positional(&b);
    bind_defaults(&b);
    if (piped) bind_piped(&b, piped);
    finish_call(&b);
}

void bind_table(struct run *r, const struct cmdlet *cmdlet, const struct value *table,
                struct call call) {
    struct binder b = {.r = r, .cmdlet = cmdlet, .call = &call, .cut_at = SIZE_MAX};
    if (!run_step(r)) return;
    if (table && value_is_table(table))
        for (size_t i = 0; i < table->count; i++)
            set_named(&b, table->items[2 * i].text, &table->items[2 * i + 1], NULL);
    else
        doubt(&b, CALL_DYNAMIC);
    finish_call(&b);
}

void bind_call(struct run *r, const struct cmdlet *cmdlet, const struct node *command,
               struct call call, const struct value *piped) {
    const struct value *items;
    size_t count = piped ? value_items(piped, &items) : 0;
    if (!piped || count > RUN_UNROLL_MAX) {
        bind_one(r, cmdlet, command, call, NULL);
        return;
    }
    for (size_t i = 0; i < count && run_step(r); i++) bind_one(r, cmdlet, command, call, &items[i]);
}
