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
    int64_t total;
    if (l.kind == VALUE_NUMBER && right.kind == VALUE_NUMBER)
        return __builtin_add_overflow(l.number, right.number, &total)
                   ? unknown_here(r, n)
                   : value_number(r->arena, total);
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
    if (from < INT32_MIN || from > INT32_MAX || to < INT32_MIN || to > INT32_MAX)
        return unknown_here(r, n);
    uint64_t count = (uint64_t)((to - from) * step) + 1;
    if (count > RUN_UNROLL_MAX * 4) return unknown_here(r, n);
    struct value list = {.kind = VALUE_LIST, .count = (size_t)count};
    list.items = ARENA_ARRAY(r->arena, struct value, list.count);
    for (size_t i = 0; i < list.count; i++)
        list.items[i] = value_number(r->arena, from + (int64_t)i * step);
    return list;
}

/* Regular expressions are not run: a pattern without any is plain text, `\` escapes one sign. */
static bool plain_pattern(struct run *r, struct str pattern, struct str *out) {
    struct buf plain = {0};
    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.p[i];
        bool escaped = c == '\\' && i + 1 < pattern.n && !ascii_alpha(pattern.p[i + 1]) &&
                       !ascii_digit(pattern.p[i + 1]);
        if (escaped)
            c = pattern.p[++i];
        else if (memchr("\\.*+?()[]{}|^$", c, 14)) {
            buf_free(&plain);
            return false;
        }
        buf_add_c(&plain, c);
    }
    *out = arena_copy(r->arena, buf_str(&plain));
    buf_free(&plain);
    return out->n > 0;
}

static struct value replace(struct run *r, struct value l, struct value right, bool cased,
                            const struct node *n) {
    const struct value *items;
    size_t count = value_items(&right, &items);
    struct str text, from, to = STR_NONE;
    struct buf out = {0};
    if (!value_known(&l) || l.kind == VALUE_LIST || !value_known(&right) || !count ||
        !value_string(r->arena, &l, &text) || items[0].kind == VALUE_LIST ||
        !value_string(r->arena, &items[0], &from) || !plain_pattern(r, from, &from) ||
        (count > 1 && !value_string(r->arena, &items[1], &to)) || str_chr(to, '$') != STR_ABSENT)
        return unknown_here(r, n);
    for (size_t at; (at = cased ? str_find(text, from) : str_ifind(text, from)) != STR_ABSENT &&
                    run_bytes(r, at + to.n);) {
        buf_add(&out, str_slice(text, 0, at));
        buf_add(&out, to);
        text = str_from_index(text, at + from.n);
    }
    buf_add(&out, text);
    return computed_text(r, &out);
}

static struct value split_by(struct run *r, struct str text, struct str separator) {
    struct value list = {.kind = VALUE_LIST, .computed = true};
    size_t cap = 0;
    for (bool more = true; more;) {
        size_t at = str_ifind(text, separator);
        more = at != STR_ABSENT && run_step(r);
        ARENA_GROW(r->arena, list.items, cap, list.count + 1);
        list.items[list.count] = value_text(more ? str_slice(text, 0, at) : text);
        list.items[list.count++].computed = true;
        if (more) text = str_from_index(text, at + separator.n);
    }
    return list;
}

/* Without a right side: at white space. */
static struct value split(struct run *r, struct value l, struct value right, bool literal,
                          const struct node *n) {
    struct str text, separator;
    if (!value_known(&l) || !value_string(r->arena, &l, &text)) return unknown_here(r, n);
    if (right.kind == VALUE_NULL) return split_by(r, str_trim(text), STR(" "));
    if (right.kind == VALUE_LIST || !value_known(&right) ||
        !value_string(r->arena, &right, &separator) || !separator.n ||
        (!literal && !plain_pattern(r, separator, &separator)))
        return unknown_here(r, n);
    return split_by(r, text, separator);
}

static struct value repeat(struct run *r, struct value l, struct value right,
                           const struct node *n) {
    if (l.kind == VALUE_NUMBER && right.kind == VALUE_NUMBER && l.number <= INT32_MAX &&
        right.number <= INT32_MAX && l.number >= INT32_MIN && right.number >= INT32_MIN)
        return value_number(r->arena, l.number * right.number);
    struct buf out = {0};
    if (l.kind != VALUE_TEXT || right.kind != VALUE_NUMBER || right.number < 0)
        return unknown_here(r, n);
    for (int64_t i = 0; i < right.number; i++) {
        if (!run_step(r) || !run_bytes(r, l.text.n)) {
            buf_free(&out);
            return unknown_here(r, n);
        }
        buf_add(&out, l.text);
    }
    return computed_text(r, &out);
}

/* Only to see which branch is dead: whatever is not plain stays unknown. */
static struct value compare(struct run *r, struct value l, struct value right, bool equal,
                            bool cased, const struct node *n) {
    bool scalar = l.kind != VALUE_LIST && l.kind != VALUE_HASH && right.kind != VALUE_LIST &&
                  right.kind != VALUE_HASH;
    struct str a, b;
    if (!scalar || !value_known(&l) || !value_known(&right) || l.kind != right.kind ||
        !value_string(r->arena, &l, &a) || !value_string(r->arena, &right, &b))
        return unknown_here(r, n);
    return value_bool((cased ? str_eq(a, b) : str_ieq(a, b)) == equal);
}

/* -lt and its like, of two numbers; anything else stays unknown. */
static struct value order(struct value l, struct value right, bool below, bool equal,
                          struct value unknown) {
    if (l.kind != VALUE_NUMBER || right.kind != VALUE_NUMBER) return unknown;
    if (l.number == right.number) return value_bool(equal);
    return value_bool((l.number < right.number) == below);
}

static struct value both_or_either(struct run *r, struct value l, struct value right, bool both,
                                   const struct node *n) {
    bool known_l, known_r;
    bool a = value_true(&l, &known_l), b = value_true(&right, &known_r);
    if (known_l && a != both) return value_bool(!both);
    if (known_r && b != both) return value_bool(!both);
    return known_l && known_r ? value_bool(both) : unknown_here(r, n);
}

static struct value subtract(struct run *r, struct value l, struct value right,
                             const struct node *n) {
    int64_t difference;
    if (l.kind != VALUE_NUMBER || right.kind != VALUE_NUMBER ||
        __builtin_sub_overflow(l.number, right.number, &difference))
        return unknown_here(r, n);
    return value_number(r->arena, difference);
}

struct value fold_operator(struct run *r, struct str op, struct value l, struct value right,
                           const struct node *n) {
    struct value unknown = unknown_here(r, n);
    bool cased = str_istarts(op, STR("c")) && !str_eq(op, STR("contains"));
    if (cased) op = arena_lower(r->arena, str_from_index(op, 1));
    if (str_eq(op, STR("+"))) return add(r, l, right, n);
    if (str_eq(op, STR("-"))) return subtract(r, l, right, n);
    if (str_eq(op, STR("*"))) return repeat(r, l, right, n);
    if (str_eq(op, STR("f"))) return format(r, l, right, n);
    if (str_eq(op, STR("join"))) return join(r, l, right, n);
    if (str_eq(op, STR("split"))) return split(r, l, right, false, n);
    if (str_eq(op, STR("split by"))) return split(r, l, right, true, n);
    if (str_eq(op, STR("replace"))) return replace(r, l, right, cased, n);
    if (str_eq(op, STR(".."))) return range(r, l, right, n);
    if (str_eq(op, STR("eq"))) return compare(r, l, right, true, cased, n);
    if (str_eq(op, STR("ne"))) return compare(r, l, right, false, cased, n);
    if (str_eq(op, STR("lt"))) return order(l, right, true, false, unknown);
    if (str_eq(op, STR("le"))) return order(l, right, true, true, unknown);
    if (str_eq(op, STR("gt"))) return order(l, right, false, false, unknown);
    if (str_eq(op, STR("ge"))) return order(l, right, false, true, unknown);
    if (str_eq(op, STR("and"))) return both_or_either(r, l, right, true, n);
    if (str_eq(op, STR("or"))) return both_or_either(r, l, right, false, n);
    return unknown;
}
