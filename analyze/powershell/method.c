/* method.c - casts and methods of constants. */
#include "analyze/powershell/run.h"
#include "base/buf.h"
#include "base/utf.h"

static struct value char_of(struct run *r, int64_t code) {
    char bytes[4];
    size_t n = utf8_encode((uint32_t)code, bytes);
    return (struct value){.kind = VALUE_CHAR,
                          .computed = true,
                          .number = code,
                          .text = arena_copy(r->arena, str_of(bytes, n))};
}

static struct str type_name(struct str type) {
    if (str_istarts(type, STR("System."))) type = str_from_index(type, 7);
    return type;
}

static struct value cast_to_chars(struct run *r, struct value v, const struct node *n) {
    const struct value *items;
    struct value list = {.kind = VALUE_LIST, .computed = true};
    size_t cap = 0;
    if (v.kind == VALUE_TEXT) {
        for (size_t at = 0; at < v.text.n && run_step(r);) {
            ARENA_GROW(r->arena, list.items, cap, list.count + 1);
            list.items[list.count++] = char_of(r, utf8_next(v.text, &at));
        }
        return list;
    }
    size_t count = value_items(&v, &items);
    for (size_t i = 0; i < count; i++) {
        ARENA_GROW(r->arena, list.items, cap, list.count + 1);
        list.items[list.count++] = fold_cast(r, STR("char"), items[i], n);
    }
    return list;
}

struct value fold_cast(struct run *r, struct str type, struct value v, const struct node *n) {
    type = type_name(type);
    struct str text;
    uint64_t number;
    if (!value_known(&v)) return v;
    if (str_ieq(type, STR("char"))) {
        if (v.kind == VALUE_TEXT && str_u64_any(v.text, &number) && v.text.n > 1)
            return char_of(r, (int64_t)number);
        if (v.kind == VALUE_NUMBER && v.number >= 0 && v.number <= 0xFFFF)
            return char_of(r, v.number);
        return v.kind == VALUE_CHAR || v.kind == VALUE_TEXT ? v : unknown_here(r, n);
    }
    if (str_ieq(type, STR("char[]"))) return cast_to_chars(r, v, n);
    if (str_ieq(type, STR("string")) && value_string(r->arena, &v, &text)) {
        v.kind = VALUE_TEXT;
        v.text = text;
        return v;
    }
    if (str_ieq(type, STR("int")) || str_ieq(type, STR("int32"))) {
        if (v.kind == VALUE_CHAR || v.kind == VALUE_NUMBER) return value_number(r->arena, v.number);
        if (v.kind == VALUE_TEXT && str_u64_any(str_trim(v.text), &number) && number <= INT32_MAX)
            return value_number(r->arena, (int64_t)number);
        return unknown_here(r, n);
    }
    if (str_ieq(type, STR("scriptblock"))) return v;
    return v;
}

struct value fold_method(struct run *r, const struct node *n) {
    const struct node *target = n->child, *name = target ? target->next : NULL;
    if (!name) return unknown_here(r, n);
    struct value v = fold(r, target);
    for (const struct node *argument = name->next; argument; argument = argument->next)
        fold(r, argument);
    if (v.kind == VALUE_BLOCK &&
        (str_ieq(name->text, STR("Invoke")) || str_ieq(name->text, STR("InvokeReturnAsIs"))))
        run_block(r, &v, true);
    return unknown_here(r, n);
}
