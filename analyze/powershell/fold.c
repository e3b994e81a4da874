/* fold.c - expressions of constants: what they are worth. */
#include "analyze/powershell/run.h"
#include "base/buf.h"

struct value unknown_here(struct run *r, const struct node *n) {
    return value_unknown(run_source(r, n, NULL));
}

static struct value fold_expand(struct run *r, const struct node *n) {
    struct buf text = {0};
    bool known = true, computed = false;
    for (const struct node *part = n->child; part && known; part = part->next) {
        struct value v = fold(r, part);
        struct str s;
        known = value_known(&v) && value_string(r->arena, &v, &s) && run_bytes(r, s.n);
        if (known) buf_add(&text, s);
        computed |= part->kind == NODE_SUB;
    }
    struct value v = unknown_here(r, n);
    if (known) v = value_text(arena_copy(r->arena, buf_str(&text)));
    v.computed = computed;
    buf_free(&text);
    return v;
}

/* Variables that hold the same on every Windows, out of which command names are cut (MITRE ATT&CK
 * T1027.010; about_Automatic_Variables, about_Preference_Variables). */
static const struct {
    const char *name, *value;
} GIVEN[] = {
    {"ShellId", "Microsoft.PowerShell"},
    {"VerbosePreference", "SilentlyContinue"},
    {"PSHOME", "C:\\Windows\\System32\\WindowsPowerShell\\v1.0"},
    {"env:ComSpec", "C:\\Windows\\system32\\cmd.exe"},
    {"env:windir", "C:\\Windows"},
    {"env:SystemRoot", "C:\\Windows"},
    {"env:PUBLIC", "C:\\Users\\Public"},
};

static struct value fold_variable(struct run *r, const struct node *n) {
    if (str_ieq(n->text, STR("true"))) return value_bool(true);
    if (str_ieq(n->text, STR("false"))) return value_bool(false);
    if (str_ieq(n->text, STR("null"))) return (struct value){.kind = VALUE_NULL};
    const struct value *known = scope_get(r, n->text);
    if (known) return *known;
    if (str_ieq(n->text, STR("PSDefaultParameterValues")))
        return (struct value){.kind = VALUE_HASH}; /* empty, where no profile sets it */
    for (size_t i = 0; i < sizeof GIVEN / sizeof *GIVEN; i++)
        if (str_ieq(n->text, str_from(GIVEN[i].name)))
            return (struct value){
                .kind = VALUE_TEXT, .computed = true, .text = str_from(GIVEN[i].value)};
    return unknown_here(r, n);
}

static struct value list_of(struct run *r, struct value *items, size_t count) {
    (void)r;
    return (struct value){.kind = VALUE_LIST, .items = items, .count = count};
}

static struct value fold_comma(struct run *r, const struct node *n) {
    struct value *items = NULL;
    size_t count = 0, cap = 0;
    for (const struct node *item = n->child; item; item = item->next) {
        ARENA_GROW(r->arena, items, cap, count + 1);
        items[count++] = fold(r, item);
    }
    return list_of(r, items, count);
}

/* ( ) holds one pipeline; an assignment in it gives what it assigns. */
static struct value fold_paren(struct run *r, const struct node *n) {
    const struct node *list = n->child, *only = list ? list->child : NULL;
    if (only && !only->next && only->kind == NODE_PIPELINE) return run_pipeline(r, only);
    if (only && !only->next && only->kind == NODE_ASSIGN && only->child) {
        run_list(r, list);
        return only->child->kind == NODE_VARIABLE ? fold_variable(r, only->child)
                                                  : unknown_here(r, n);
    }
    return run_values(r, list);
}

static struct value fold_hash(struct run *r, const struct node *n) {
    struct value hash = {.kind = VALUE_HASH};
    size_t cap = 0;
    for (const struct node *pair = n->child; pair; pair = pair->next) {
        if (!pair->child || !pair->child->next) continue;
        struct value key = fold(r, pair->child), value;
        if (pair->child->next->kind == NODE_PIPELINE)
            value = run_pipeline(r, pair->child->next);
        else
            value = unknown_here(r, pair->child->next);
        struct str name;
        if (!value_string(r->arena, &key, &name)) return unknown_here(r, n);
        ARENA_GROW(r->arena, hash.items, cap, hash.count * 2 + 2);
        hash.items[hash.count * 2] = value_text(name);
        hash.items[hash.count * 2 + 1] = value;
        hash.count++;
    }
    return hash;
}

static struct value fold_array(struct run *r, const struct node *n) {
    struct value v = run_values(r, n->child);
    if (v.kind == VALUE_LIST) return v;
    if (v.kind == VALUE_NULL) return list_of(r, NULL, 0);
    struct value *one = ARENA_NEW(r->arena, struct value);
    *one = v;
    return list_of(r, one, 1);
}

static struct value fold_number(struct run *r, const struct node *n) {
    uint64_t number;
    struct value v = {.kind = VALUE_NUMBER, .text = n->text};
    if (!str_u64_any(n->text, &number) || number > INT32_MAX) return value_text(n->text);
    v.number = (int64_t)number;
    if (str_istarts(n->text, STR("0x"))) v.text = value_number(r->arena, v.number).text;
    return v;
}

static struct value fold_index(struct run *r, const struct node *n) {
    const struct node *target = n->child, *which = target ? target->next : NULL;
    if (!which) return unknown_here(r, n);
    struct value v = fold(r, target), index = fold(r, which);
    if (v.kind == VALUE_HASH && (index.kind == VALUE_TEXT || index.kind == VALUE_NUMBER)) {
        const struct value *found = value_key(&v, index.text);
        return found ? *found : (struct value){.kind = VALUE_NULL};
    }
    if (v.kind != VALUE_TEXT && v.kind != VALUE_LIST) return unknown_here(r, n);
    const struct value *indices;
    size_t count = value_items(&index, &indices);
    struct value *items = ARENA_ARRAY(r->arena, struct value, count);
    size_t length = v.kind == VALUE_TEXT ? v.text.n : v.count, taken = 0;
    for (size_t i = 0; v.kind == VALUE_TEXT && i < length; i++) /* UTF-16 units are not bytes */
        if ((unsigned char)v.text.p[i] >= 0x80) return unknown_here(r, n);
    for (size_t i = 0; i < count; i++) {
        if (indices[i].kind != VALUE_NUMBER || !run_step(r)) return unknown_here(r, n);
        int64_t at = indices[i].number;
        if (at < 0 && at >= -(int64_t)length) at += (int64_t)length;
        if (at < 0 || (uint64_t)at >= length) continue;
        size_t k = (size_t)at;
        if (v.kind == VALUE_LIST)
            items[taken] = v.items[k];
        else
            items[taken] = (struct value){.kind = VALUE_CHAR,
                                          .text = str_slice(v.text, k, k + 1),
                                          .number = (unsigned char)v.text.p[k]};
        if (v.kind != VALUE_LIST) items[taken].computed = true;
        taken++;
    }
    if (index.kind != VALUE_LIST) return taken ? items[0] : (struct value){.kind = VALUE_NULL};
    return list_of(r, items, taken);
}

/* $rows.User: of each. */
static struct value member_of_each(struct run *r, const struct value *list, struct str key,
                                   const struct node *n) {
    struct value all = {.kind = VALUE_LIST, .count = list->count};
    all.items = ARENA_ARRAY(r->arena, struct value, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct value *found =
            value_is_table(&list->items[i]) ? value_key(&list->items[i], key) : NULL;
        if (!found) return unknown_here(r, n);
        all.items[i] = *found;
    }
    return all;
}

static struct value fold_member(struct run *r, const struct node *n) {
    const struct node *target = n->child, *name = target ? target->next : NULL;
    if (!name || n->is_static) return unknown_here(r, n);
    struct value v = fold(r, target), key = fold(r, name);
    if (value_is_table(&v) && key.kind == VALUE_TEXT) {
        const struct value *found = value_key(&v, key.text);
        if (found) return *found;
        if (v.kind == VALUE_OBJECT) return (struct value){.kind = VALUE_NULL};
    }
    if (v.kind == VALUE_LIST && v.count && key.kind == VALUE_TEXT &&
        v.items[0].kind == VALUE_OBJECT)
        return member_of_each(r, &v, key.text, n);
    if (v.kind == VALUE_COMMAND && str_ieq(key.text, STR("Name"))) return value_text(v.text);
    if (str_ieq(key.text, STR("Length")) && v.kind == VALUE_TEXT)
        return value_number(r->arena, (int64_t)v.text.n);
    if (str_ieq(key.text, STR("Count")) && v.kind == VALUE_LIST)
        return value_number(r->arena, (int64_t)v.count);
    return unknown_here(r, n);
}

static struct value fold_two(struct run *r, const struct node *n) {
    const struct node *left = n->child, *right = left ? left->next : NULL;
    struct value l = fold(r, left);
    if (!right) return unknown_here(r, n);
    struct value second = fold(r, right);
    return fold_operator(r, n->text, l, second, n);
}

static struct value fold_unary(struct run *r, const struct node *n) {
    if (!n->child) return unknown_here(r, n);
    struct value v = fold(r, n->child), none = {.kind = VALUE_NULL};
    if (str_eq(n->text, STR("not"))) {
        bool known, truth = value_true(&v, &known);
        return known ? value_bool(!truth) : unknown_here(r, n);
    }
    if (str_eq(n->text, STR("-")) && v.kind == VALUE_NUMBER)
        return v.number == INT64_MIN ? unknown_here(r, n) : value_number(r->arena, -v.number);
    if (str_eq(n->text, STR("+"))) return v;
    if (str_eq(n->text, STR(","))) {
        struct value *one = ARENA_NEW(r->arena, struct value);
        *one = v;
        return list_of(r, one, 1);
    }
    if (str_eq(n->text, STR("join")) || str_eq(n->text, STR("split")))
        return fold_operator(r, n->text, v, none, n);
    return unknown_here(r, n);
}

/* ++ and --: the variable is another afterwards. */
static struct value fold_step(struct run *r, const struct node *n) {
    const struct node *target = n->child;
    struct value old = target ? fold(r, target) : unknown_here(r, n), new = unknown_here(r, n);
    bool up = str_eq(n->text, STR("++"));
    int64_t stepped;
    if (old.kind == VALUE_NULL) old = value_number(r->arena, 0);
    if (old.kind == VALUE_NUMBER && !__builtin_add_overflow(old.number, up ? 1 : -1, &stepped))
        new = value_number(r->arena, stepped);
    if (target && target->kind == NODE_VARIABLE)
        scope_set(r, target->text, new);
    else
        scope_forget_assigned(r, n);
    return n->is_static ? new : old;
}

struct value fold(struct run *r, const struct node *n) {
    if (!n) return (struct value){.kind = VALUE_NULL};
    if (!run_step(r)) return unknown_here(r, n);
    switch (n->kind) {
    case NODE_TEXT: return value_text(n->text);
    case NODE_EXPAND: return fold_expand(r, n);
    case NODE_NUMBER: return fold_number(r, n);
    case NODE_VARIABLE: return fold_variable(r, n);
    case NODE_COMMA: return fold_comma(r, n);
    case NODE_ARRAY: return fold_array(r, n);
    case NODE_SUB: return run_values(r, n->child);
    case NODE_PAREN: return fold_paren(r, n);
    case NODE_HASH: return fold_hash(r, n);
    case NODE_BLOCK:
        return (struct value){.kind = VALUE_BLOCK, .block = n, .source = r->origin.source};
    case NODE_UNARY: return fold_unary(r, n);
    case NODE_STEP: return fold_step(r, n);
    case NODE_BINARY: return fold_two(r, n);
    case NODE_TYPE: return (struct value){.kind = VALUE_TYPE, .text = n->text};
    case NODE_CAST: return fold_cast(r, n->text, fold(r, n->child), n);
    case NODE_MEMBER: return fold_member(r, n);
    case NODE_METHOD: return fold_method(r, n);
    case NODE_INDEX: return fold_index(r, n);
    default: return unknown_here(r, n);
    }
}
