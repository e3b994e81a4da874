#include "analyze/powershell/value.h"

#include "base/buf.h"

/* Lists in lists deeper than this count as unknown. */
enum { VALUE_DEPTH_MAX = 8 };

struct value value_number(struct arena *a, int64_t number) {
    return (struct value){
        .kind = VALUE_NUMBER, .number = number, .text = arena_printf(a, "%lld", (long long)number)};
}

static bool known_within(const struct value *v, unsigned depth) {
    if (v->kind == VALUE_UNKNOWN || depth > VALUE_DEPTH_MAX) return false;
    size_t n = v->kind == VALUE_LIST ? v->count : value_is_table(v) ? v->count * 2 : 0;
    for (size_t i = 0; i < n; i++)
        if (!known_within(&v->items[i], depth + 1)) return false;
    return true;
}

bool value_known(const struct value *v) { return known_within(v, 0); }

bool value_string(struct arena *a, const struct value *v, struct str *out) {
    switch (v->kind) {
    case VALUE_NULL: *out = STR_NONE; return true;
    case VALUE_TEXT:
    case VALUE_BOOL:
    case VALUE_NUMBER:
    case VALUE_CHAR:
    case VALUE_COMMAND: *out = v->text; return true;
    case VALUE_LIST: break;
    default: return false;
    }
    struct buf joined = {0};
    for (size_t i = 0; i < v->count; i++) {
        struct str item;
        if (v->items[i].kind == VALUE_LIST || !value_string(a, &v->items[i], &item)) {
            buf_free(&joined);
            return false;
        }
        if (i) buf_add_c(&joined, ' ');
        buf_add(&joined, item);
    }
    *out = arena_copy(a, buf_str(&joined));
    buf_free(&joined);
    return true;
}

bool value_true(const struct value *v, bool *known) {
    *known = true;
    switch (v->kind) {
    case VALUE_NULL: return false;
    case VALUE_BOOL:
    case VALUE_NUMBER: return v->number != 0;
    case VALUE_TEXT: return v->text.n > 0;
    case VALUE_LIST:
        if (v->count == 1) return value_true(&v->items[0], known);
        return v->count > 0;
    case VALUE_UNKNOWN: *known = false; return false;
    default: return true;
    }
}

size_t value_items(const struct value *v, const struct value **items) {
    *items = v->kind == VALUE_LIST ? v->items : v;
    return v->kind == VALUE_LIST ? v->count : v->kind == VALUE_NULL ? 0 : 1;
}

struct value value_flat(struct arena *a, const struct value *list) {
    struct value flat = {.kind = VALUE_LIST, .computed = list->computed};
    const struct value *items;
    size_t cap = 0;
    for (size_t i = 0; i < list->count; i++) {
        size_t count = value_items(&list->items[i], &items);
        for (size_t k = 0; k < count; k++) {
            ARENA_GROW(a, flat.items, cap, flat.count + 1);
            flat.items[flat.count++] = items[k];
        }
    }
    if (!flat.count) return (struct value){.kind = VALUE_NULL};
    return flat.count == 1 ? flat.items[0] : flat;
}

const struct value *value_key(const struct value *hash, struct str key) {
    for (size_t i = 0; i < hash->count; i++)
        if (str_ieq(hash->items[2 * i].text, key)) return &hash->items[2 * i + 1];
    return NULL;
}

struct value value_with(struct arena *a, const struct value *hash, struct str key,
                        struct value value) {
    struct value with = {.kind = hash->kind, .count = hash->count};
    with.items = ARENA_ARRAY(a, struct value, hash->count * 2 + 2);
    if (hash->count) memcpy(with.items, hash->items, hash->count * 2 * sizeof *hash->items);
    size_t at = 0;
    while (at < with.count && !str_ieq(with.items[2 * at].text, key)) at++;
    if (at == with.count) with.count++;
    with.items[2 * at] = value_text(key);
    with.items[2 * at + 1] = value;
    return with;
}
