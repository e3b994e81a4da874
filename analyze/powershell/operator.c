/* operator.c - binary operators on constants. */
#include "analyze/powershell/run.h"
#include "base/buf.h"

static struct value computed_text(struct run *r, struct buf *b) {
    struct value v = value_text(arena_copy(r->arena, buf_str(b)));
    v.computed = true;
    buf_free(b);
    return v;
}

static struct value add(struct run *r, struct value l, struct value right, const struct node *n) {
    struct str a, b;
    if (l.kind == VALUE_NUMBER && right.kind == VALUE_NUMBER)
        return value_number(r->arena, l.number + right.number);
    if (l.kind == VALUE_LIST) {
        const struct value *more;
        size_t count = value_items(&right, &more);
        struct value sum = {.kind = VALUE_LIST, .count = l.count + count};
        if (!run_bytes(r, sum.count)) return unknown_here(r, n);
        sum.items = ARENA_ARRAY(r->arena, struct value, sum.count);
        if (l.count) memcpy(sum.items, l.items, l.count * sizeof *l.items);
        if (count) memcpy(sum.items + l.count, more, count * sizeof *more);
        return sum;
    }
    if (l.kind == VALUE_HASH && right.kind == VALUE_HASH) {
        struct value sum = {.kind = VALUE_HASH, .count = l.count + right.count};
        sum.items = ARENA_ARRAY(r->arena, struct value, sum.count * 2);
        if (l.count) memcpy(sum.items, l.items, l.count * 2 * sizeof *l.items);
        if (right.count)
            memcpy(sum.items + l.count * 2, right.items, right.count * 2 * sizeof *l.items);
        return sum;
    }
    if ((l.kind != VALUE_TEXT && l.kind != VALUE_CHAR && l.kind != VALUE_NULL) ||
        !value_known(&right) || !value_string(r->arena, &l, &a) ||
        !value_string(r->arena, &right, &b) || !run_bytes(r, a.n + b.n))
        return unknown_here(r, n);
    struct value sum = value_text(arena_join(r->arena, a, b));
    sum.computed = true;
    return sum;
}

/* "{1}{0}" -f 'b','a' */
static struct value format(struct run *r, struct value l, struct value right,
                           const struct node *n) {
    const struct value *items;
    size_t count = value_items(&right, &items);
    struct buf out = {0};
    if (l.kind != VALUE_TEXT || !value_known(&right)) return unknown_here(r, n);
    for (size_t i = 0; i < l.text.n; i++) {
        char c = l.text.p[i], next = i + 1 < l.text.n ? l.text.p[i + 1] : '\0';
        if ((c != '{' && c != '}') || next == c) {
            buf_add_c(&out, c);
            if (c == '{' || c == '}') i++;
            continue;
        }
        struct str hole = str_from_index(l.text, i + 1), item;
        size_t close = str_chr(hole, '}');
        uint64_t which;
        if (c == '}' || close == STR_ABSENT || !str_u64(str_slice(hole, 0, close), &which) ||
            which >= count || !value_string(r->arena, &items[which], &item) ||
            !run_bytes(r, item.n)) {
            buf_free(&out);
            return unknown_here(r, n);
        }
        buf_add(&out, item);
        i += close + 1;
    }
    return computed_text(r, &out);
}

static struct value join(struct run *r, struct value l, struct value right, const struct node *n) {
    const struct value *items;
    size_t count = value_items(&l, &items);
    struct str separator, item;
    struct buf out = {0};
    if (!value_known(&l) || !value_string(r->arena, &right, &separator)) return unknown_here(r, n);
    for (size_t i = 0; i < count; i++) {
        if (!value_string(r->arena, &items[i], &item) || !run_bytes(r, item.n + separator.n)) {
            buf_free(&out);
            return unknown_here(r, n);
        }
        if (i) buf_add(&out, separator);
        buf_add(&out, item);
    }
    return computed_text(r, &out);
}

static struct value range(struct run *r, struct value l, struct value right, const struct node *n) {
    if (l.kind != VALUE_NUMBER || right.kind != VALUE_NUMBER) return unknown_here(r, n);
    int64_t from = l.number, to = right.number, step = from <= to ? 1 : -1;
    uint64_t count = (uint64_t)((to - from) * step) + 1;
    if (count > RUN_UNROLL_MAX * 4) return unknown_here(r, n);
    struct value list = {.kind = VALUE_LIST, .count = (size_t)count};
    list.items = ARENA_ARRAY(r->arena, struct value, list.count);
    for (size_t i = 0; i < list.count; i++)
        list.items[i] = value_number(r->arena, from + (int64_t)i * step);
    return list;
}

struct value fold_operator(struct run *r, struct str op, struct value l, struct value right,
                           const struct node *n) {
    if (str_eq(op, STR("+"))) return add(r, l, right, n);
    if (str_eq(op, STR("f"))) return format(r, l, right, n);
    if (str_eq(op, STR("join"))) return join(r, l, right, n);
    if (str_eq(op, STR(".."))) return range(r, l, right, n);
    return unknown_here(r, n);
}
