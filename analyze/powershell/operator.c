/* operator.c - binary operators on constants. */
#include "analyze/powershell/pattern.h"
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

/* -------- patterns -------- */

/* Steps for one use of a pattern. */
enum { PATTERN_STEPS = 200000 };

static struct pattern *compiled(struct run *r, const struct value *v, bool cased) {
    struct str text;
    if (v->kind == VALUE_LIST || !value_known(v) || !value_string(r->arena, v, &text)) return NULL;
    return pattern_compile(r->arena, text, !cased);
}

/* $1, ${1}, $& and $$ of a replacement; false: something else behind a dollar. */
static bool add_replacement(struct buf *out, struct str with, struct str text,
                            const struct span *groups, size_t count) {
    for (size_t i = 0; i < with.n; i++) {
        char next = i + 1 < with.n ? with.p[i + 1] : '\0';
        if (with.p[i] != '$' || (next != '$' && next != '&' && next != '{' && !ascii_digit(next))) {
            if (with.p[i] == '$' && memchr("`'+_", next, 4)) return false;
            buf_add_c(out, with.p[i]);
            continue;
        }
        size_t which = 0, digit = i + 1 + (next == '{'), end = digit;
        i++;
        if (next == '$') {
            buf_add_c(out, '$');
            continue;
        }
        while (next != '&' && end < with.n && ascii_digit(with.p[end])) end++;
        if (next != '&') {
            uint64_t number;
            if (!str_u64(str_slice(with, digit, end), &number) || number >= count) return false;
            if (next == '{' && (end >= with.n || with.p[end] != '}')) return false;
            which = (size_t)number;
            i = end - (next != '{');
        }
        if (groups[which].from != STR_ABSENT)
            buf_add(out, str_slice(text, groups[which].from, groups[which].to));
    }
    return true;
}

static struct value replace_one(struct run *r, struct str text, const struct pattern *p,
                                struct str with, const struct node *n) {
    struct buf out = {0};
    struct span groups[PATTERN_GROUPS_MAX];
    size_t steps = PATTERN_STEPS, at = 0, done = 0;
    enum pattern_found found = PATTERN_ABSENT;
    while (at <= text.n && run_step(r) &&
           (found = pattern_find(p, text, at, groups, &steps)) == PATTERN_FOUND) {
        buf_add(&out, str_slice(text, done, groups[0].from));
        if (!run_bytes(r, with.n + text.n / 64) ||
            !add_replacement(&out, with, text, groups, pattern_groups(p)))
            break;
        done = groups[0].to;
        at = pattern_next(text, groups[0]);
        found = PATTERN_ABSENT;
    }
    if (done <= text.n) buf_add(&out, str_from_index(text, done));
    if (found == PATTERN_ABSENT) return computed_text(r, &out);
    buf_free(&out);
    return unknown_here(r, n);
}

static struct value replace(struct run *r, struct value l, struct value right, bool cased,
                            const struct node *n) {
    const struct value *items, *texts;
    size_t count = value_items(&right, &items), lines = value_items(&l, &texts);
    struct str text, to = STR_NONE;
    struct pattern *p = count && count < 3 ? compiled(r, &items[0], cased) : NULL;
    if (!p || !value_known(&l) || !value_known(&right) ||
        (count > 1 && !value_string(r->arena, &items[1], &to)))
        return unknown_here(r, n);
    struct value list = {.kind = VALUE_LIST, .count = lines, .computed = true};
    list.items = ARENA_ARRAY(r->arena, struct value, lines);
    for (size_t i = 0; i < lines; i++) {
        if (!value_string(r->arena, &texts[i], &text)) return unknown_here(r, n);
        list.items[i] = replace_one(r, text, p, to, n);
        if (list.items[i].kind == VALUE_UNKNOWN) return list.items[i];
    }
    return l.kind == VALUE_LIST ? list : lines ? list.items[0] : unknown_here(r, n);
}

static void add_piece(struct run *r, struct value *list, size_t *cap, struct str piece) {
    ARENA_GROW(r->arena, list->items, *cap, list->count + 1);
    list->items[list->count] = value_text(piece);
    list->items[list->count++].computed = true;
}

struct value fold_split(struct run *r, struct str text, struct str separator) {
    struct value list = {.kind = VALUE_LIST, .computed = true};
    size_t cap = 0;
    for (bool more = true; more;) {
        size_t at = str_find(text, separator);
        more = at != STR_ABSENT && run_step(r);
        add_piece(r, &list, &cap, more ? str_slice(text, 0, at) : text);
        if (more) text = str_from_index(text, at + separator.n);
    }
    return list;
}

/* The pieces between matches, groups of the pattern among them; at most `most` pieces. */
static bool split_one(struct run *r, struct str text, const struct pattern *p, size_t most,
                      struct value *list, size_t *cap) {
    struct span groups[PATTERN_GROUPS_MAX];
    size_t steps = PATTERN_STEPS, at = 0, done = 0, pieces = 1;
    enum pattern_found found = PATTERN_ABSENT;
    while (at <= text.n && pieces < most && run_step(r) &&
           (found = pattern_find(p, text, at, groups, &steps)) == PATTERN_FOUND) {
        add_piece(r, list, cap, str_slice(text, done, groups[0].from));
        for (size_t i = 1; i < pattern_groups(p); i++)
            if (groups[i].from != STR_ABSENT)
                add_piece(r, list, cap, str_slice(text, groups[i].from, groups[i].to));
        pieces++;
        done = groups[0].to;
        at = pattern_next(text, groups[0]);
        found = PATTERN_ABSENT;
    }
    add_piece(r, list, cap, str_from_index(text, done));
    return found == PATTERN_ABSENT && !r->spent;
}

/* Without a right side: at white space. */
static struct value split(struct run *r, struct value l, struct value right, bool cased,
                          const struct node *n) {
    const struct value *given, *texts;
    struct value blank = value_text(STR("\\s+"));
    bool unary = right.kind == VALUE_NULL;
    size_t count = value_items(unary ? &blank : &right, &given), lines = value_items(&l, &texts);
    size_t most = SIZE_MAX, cap = 0;
    struct str text;
    struct value list = {.kind = VALUE_LIST, .computed = true};
    struct pattern *p = count && count < 3 ? compiled(r, &given[0], cased) : NULL;
    if (count == 2 && given[1].kind == VALUE_NUMBER && given[1].number >= 0)
        most = given[1].number ? (size_t)given[1].number : SIZE_MAX;
    else if (count == 2)
        p = NULL;
    for (size_t i = 0; p && i < lines; i++) {
        bool known = value_known(&texts[i]) && value_string(r->arena, &texts[i], &text);
        if (known && unary) text = str_trim(text);
        if (!known || !split_one(r, text, p, most, &list, &cap)) p = NULL;
    }
    return p ? list : unknown_here(r, n);
}

/* -match leaves $Matches; of a list it would be a choice. */
static struct value match(struct run *r, struct value l, struct value right, bool cased, bool want,
                          const struct node *n) {
    struct pattern *p = compiled(r, &right, cased);
    struct span groups[PATTERN_GROUPS_MAX];
    size_t steps = PATTERN_STEPS;
    struct str text;
    enum pattern_found found = PATTERN_GIVEN_UP;
    if (p && l.kind != VALUE_LIST && value_known(&l) && value_string(r->arena, &l, &text))
        found = pattern_find(p, text, 0, groups, &steps);
    if (found != PATTERN_ABSENT) scope_set(r, STR("matches"), value_unknown(STR("$Matches")));
    if (found == PATTERN_GIVEN_UP) return unknown_here(r, n);
    if (found == PATTERN_FOUND) {
        struct value all = {.kind = VALUE_HASH};
        all.items = ARENA_ARRAY(r->arena, struct value, 2 * pattern_groups(p));
        for (size_t i = 0; i < pattern_groups(p); i++) {
            if (groups[i].from == STR_ABSENT) continue;
            all.items[2 * all.count] = value_number(r->arena, (int64_t)i);
            all.items[2 * all.count + 1] =
                value_text(str_slice(text, groups[i].from, groups[i].to));
            all.items[2 * all.count++ + 1].computed = true;
        }
        scope_set(r, STR("matches"), all);
    }
    return value_bool((found == PATTERN_FOUND) == want);
}

static struct value like(struct run *r, struct value l, struct value right, bool want,
                         const struct node *n) {
    struct str text, pattern;
    if (l.kind == VALUE_LIST || right.kind == VALUE_LIST || !value_known(&l) ||
        !value_known(&right) || !value_string(r->arena, &l, &text) ||
        !value_string(r->arena, &right, &pattern) || !str_is_ascii(text) ||
        !str_is_ascii(pattern) || !run_bytes(r, text.n / 8))
        return unknown_here(r, n);
    return value_bool(wildcard_fits(pattern, text) == want);
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
    bool same = cased ? str_eq(a, b) : str_ieq(a, b);
    if (!same && !cased && (!str_is_ascii(a) || !str_is_ascii(b))) return unknown_here(r, n);
    return value_bool(same == equal);
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

/* -in, -contains and their opposites: is one of the list the other. */
static struct value member(struct run *r, struct value list, struct value one, bool want,
                           const struct node *n) {
    const struct value *items;
    size_t count = value_items(&list, &items);
    for (size_t i = 0; i < count; i++) {
        struct value same = compare(r, items[i], one, true, false, n);
        if (same.kind == VALUE_UNKNOWN) return same;
        if (same.number) return value_bool(want);
    }
    return value_known(&list) && value_known(&one) ? value_bool(!want) : unknown_here(r, n);
}

static struct value fold_pattern(struct run *r, struct str op, struct value l, struct value right,
                                 bool cased, const struct node *n) {
    if (str_eq(op, STR("split"))) return split(r, l, right, cased, n);
    if (str_eq(op, STR("replace"))) return replace(r, l, right, cased, n);
    if (str_eq(op, STR("match"))) return match(r, l, right, cased, true, n);
    if (str_eq(op, STR("notmatch"))) return match(r, l, right, cased, false, n);
    if (str_eq(op, STR("like")) && !cased) return like(r, l, right, true, n);
    if (str_eq(op, STR("notlike")) && !cased) return like(r, l, right, false, n);
    return unknown_here(r, n);
}

static struct value fold_comparison(struct run *r, struct str op, struct value l,
                                    struct value right, bool cased, const struct node *n) {
    struct value unknown = unknown_here(r, n);
    if (str_eq(op, STR("eq"))) return compare(r, l, right, true, cased, n);
    if (str_eq(op, STR("ne"))) return compare(r, l, right, false, cased, n);
    if (str_eq(op, STR("lt"))) return order(l, right, true, false, unknown);
    if (str_eq(op, STR("le"))) return order(l, right, true, true, unknown);
    if (str_eq(op, STR("gt"))) return order(l, right, false, false, unknown);
    if (str_eq(op, STR("ge"))) return order(l, right, false, true, unknown);
    if (cased) return unknown;
    if (str_eq(op, STR("contains"))) return member(r, l, right, true, n);
    if (str_eq(op, STR("notcontains"))) return member(r, l, right, false, n);
    if (str_eq(op, STR("in"))) return member(r, right, l, true, n);
    if (str_eq(op, STR("notin"))) return member(r, right, l, false, n);
    return unknown;
}

struct value fold_operator(struct run *r, struct str op, struct value l, struct value right,
                           const struct node *n) {
    bool cased = str_istarts(op, STR("c")) && !str_eq(op, STR("contains"));
    if (cased) op = arena_lower(r->arena, str_from_index(op, 1));
    if (str_eq(op, STR("+"))) return add(r, l, right, n);
    if (str_eq(op, STR("-"))) return subtract(r, l, right, n);
    if (str_eq(op, STR("*"))) return repeat(r, l, right, n);
    if (str_eq(op, STR("f"))) return format(r, l, right, n);
    if (str_eq(op, STR("join"))) return join(r, l, right, n);
    if (str_eq(op, STR(".."))) return range(r, l, right, n);
    if (str_eq(op, STR("and"))) return both_or_either(r, l, right, true, n);
    if (str_eq(op, STR("or"))) return both_or_either(r, l, right, false, n);
    struct value v = fold_pattern(r, op, l, right, cased, n);
    return v.kind == VALUE_UNKNOWN ? fold_comparison(r, op, l, right, cased, n) : v;
}
