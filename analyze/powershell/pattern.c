/* pattern.c - a pattern becomes a small program; matching runs it and goes back where it fails. */
#include "analyze/powershell/pattern.h"

#include <limits.h>

#include "base/utf.h"

enum { CODE_MAX = 4096, DEPTH_MAX = 32, REPEAT_MAX = 255, BACK_MAX = 1 << 16 };

struct range {
    uint32_t from, to;
};

struct instruction {
    enum {
        ONE_CHAR,  /* x: the code point */
        ANY_CHAR,  /* x: 1, line breaks too */
        ONE_OF,    /* x: first range, y: how many; negated */
        GO_EITHER, /* x, then y */
        GO_TO,     /* x */
        SAVE,      /* x: 2 * group, + 1 at its end */
        AT_START,  /* x: 1, at the start of a line too */
        AT_END,    /* x: 1, at the end of a line too; y: 1, only at the very end */
        AT_WORD,   /* x: 1, not there */
        FOUND,
    } kind;
    bool negated;
    uint32_t x, y;
};

struct pattern {
    struct arena *arena;
    struct instruction *code;
    size_t count, cap;
    struct range *ranges;
    size_t range_count, range_cap;
    size_t groups;
    bool ignore_case, lines, dot_all;
    bool ascii_only; /* beyond ASCII it would have to know Unicode's classes */
};

struct compiler {
    struct pattern *p;
    struct str text;
    size_t at;
    unsigned depth;
    bool failed;
};

static size_t emit(struct compiler *c, struct instruction i) {
    struct pattern *p = c->p;
    if (p->count >= CODE_MAX) {
        c->failed = true;
        return 0;
    }
    ARENA_GROW(p->arena, p->code, p->cap, p->count + 1);
    p->code[p->count] = i;
    return p->count++;
}

static char peek(const struct compiler *c, size_t ahead) {
    return c->at + ahead < c->text.n ? c->text.p[c->at + ahead] : '\0';
}
static bool more(const struct compiler *c) { return c->at < c->text.n && !c->failed; }

static void add_range(struct compiler *c, uint32_t from, uint32_t to) {
    struct pattern *p = c->p;
    ARENA_GROW(p->arena, p->ranges, p->range_cap, p->range_count + 1);
    p->ranges[p->range_count++] = (struct range){from, to};
}

static bool is_class_letter(char c) { return c && strchr("dDwWsS", c); }

/* \d and its like. */
static void add_class(struct compiler *c, char letter) {
    c->p->ascii_only = true;
    static const struct range digits[] = {{'0', '9'}},
                              words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}},
                              spaces[] = {{9, 13}, {' ', ' '}};
    char kind = ascii_lower(letter);
    const struct range *list = kind == 'd' ? digits : kind == 'w' ? words : spaces;
    size_t count = kind == 'd' ? 1 : kind == 'w' ? 4 : 2;
    if (letter == kind) {
        for (size_t i = 0; i < count; i++) add_range(c, list[i].from, list[i].to);
        return;
    }
    uint32_t next = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].from > next) add_range(c, next, list[i].from - 1);
        next = list[i].to + 1;
    }
    add_range(c, next, 0x10FFFF);
}

static bool hex_digits(struct compiler *c, size_t count, uint32_t *out) {
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        char d = ascii_lower(peek(c, i));
        if (ascii_digit(d))
            *out = *out * 16 + (uint32_t)(d - '0');
        else if (d >= 'a' && d <= 'f')
            *out = *out * 16 + (uint32_t)(d - 'a' + 10);
        else
            return false;
    }
    c->at += count;
    return true;
}

/* The character behind a backslash; c->at is behind the backslash. */
static uint32_t escaped(struct compiler *c) {
    static const char letters[] = "tnrfvae", meanings[] = "\t\n\r\f\v\a\x1b";
    char letter = peek(c, 0);
    uint32_t code = 0;
    if (letter == 'x' || letter == 'u') {
        c->at++;
        if (!hex_digits(c, letter == 'x' ? 2 : 4, &code)) c->failed = true;
        return code;
    }
    const char *known = letter ? strchr(letters, letter) : NULL;
    if (known) {
        c->at++;
        return (unsigned char)meanings[known - letters];
    }
    if (c->at >= c->text.n || ascii_alpha(letter) || ascii_digit(letter)) {
        c->failed = true;
        return 0;
    }
    return utf8_next(c->text, &c->at);
}

static uint32_t class_char(struct compiler *c) {
    if (peek(c, 0) != '\\') return utf8_next(c->text, &c->at);
    c->at++;
    if (peek(c, 0) == 'b') { /* a backspace, in a class */
        c->at++;
        return '\b';
    }
    return escaped(c);
}

/* [a-z\d], c->at is behind the opening bracket. */
static void compile_class(struct compiler *c) {
    struct instruction i = {.kind = ONE_OF, .x = (uint32_t)c->p->range_count};
    if (peek(c, 0) == '^') {
        i.negated = true;
        c->at++;
    }
    for (bool first = true; more(c) && (first || peek(c, 0) != ']'); first = false) {
        if (peek(c, 0) == '\\' && is_class_letter(peek(c, 1))) {
            add_class(c, peek(c, 1));
            c->at += 2;
            continue;
        }
        if (peek(c, 0) == '[' || (peek(c, 0) == '-' && peek(c, 1) == '[')) c->failed = true;
        uint32_t from = class_char(c), to = from;
        if (peek(c, 0) == '-' && peek(c, 1) != ']' && peek(c, 1)) {
            c->at++;
            if (peek(c, 0) == '\\' && is_class_letter(peek(c, 1))) c->failed = true;
            to = class_char(c);
        }
        if (to < from) c->failed = true;
        add_range(c, from, to);
    }
    if (peek(c, 0) != ']') c->failed = true;
    c->at++;
    i.y = (uint32_t)c->p->range_count - i.x;
    emit(c, i);
}

static void compile_either(struct compiler *c);

/* ( ... ), (?: ... ), (?i); c->at is behind the opening bracket. */
static void compile_group(struct compiler *c) {
    bool captures = true;
    uint32_t group = 0;
    if (peek(c, 0) == '?') {
        size_t end = c->at + 1;
        while (end < c->text.n && strchr("ismnx", c->text.p[end]) && c->text.p[end]) end++;
        struct str options = str_slice(c->text, c->at + 1, end);
        char behind = end < c->text.n ? c->text.p[end] : '\0';
        bool known = behind == ':' || (behind == ')' && options.n && c->at == 1);
        if (!known || str_chr(options, 'n') != STR_ABSENT || str_chr(options, 'x') != STR_ABSENT ||
            (behind == ':' && options.n)) {
            c->failed = true;
            return;
        }
        c->p->ignore_case |= str_chr(options, 'i') != STR_ABSENT;
        c->p->dot_all |= str_chr(options, 's') != STR_ABSENT;
        c->p->lines |= str_chr(options, 'm') != STR_ABSENT;
        c->at = end + 1;
        if (behind == ')') return;
        captures = false;
    }
    if (captures) {
        group = (uint32_t)c->p->groups++;
        if (c->p->groups > PATTERN_GROUPS_MAX) c->failed = true;
        emit(c, (struct instruction){.kind = SAVE, .x = 2 * group});
    }
    if (++c->depth > DEPTH_MAX) c->failed = true;
    if (!c->failed) compile_either(c);
    c->depth--;
    if (peek(c, 0) != ')') c->failed = true;
    c->at++;
    if (captures) emit(c, (struct instruction){.kind = SAVE, .x = 2 * group + 1});
}

static void compile_escape(struct compiler *c) {
    char letter = peek(c, 0);
    if (is_class_letter(letter)) {
        uint32_t first = (uint32_t)c->p->range_count;
        add_class(c, letter);
        c->at++;
        uint32_t count = (uint32_t)c->p->range_count - first;
        emit(c, (struct instruction){.kind = ONE_OF, .x = first, .y = count});
    } else if (letter == 'b' || letter == 'B') {
        c->at++;
        c->p->ascii_only = true;
        emit(c, (struct instruction){.kind = AT_WORD, .x = letter == 'B'});
    } else if (letter == 'A') {
        c->at++;
        emit(c, (struct instruction){.kind = AT_START});
    } else if (letter == 'z' || letter == 'Z') {
        c->at++;
        emit(c, (struct instruction){.kind = AT_END, .y = letter == 'z'});
    } else {
        uint32_t code = escaped(c);
        emit(c, (struct instruction){.kind = ONE_CHAR, .x = code});
    }
}

/* False: nothing that a quantifier could follow. */
static bool compile_atom(struct compiler *c) {
    char here = peek(c, 0);
    if (strchr("*+?", here) && here) c->failed = true;
    if (here == '^' || here == '$') {
        c->at++;
        emit(c, (struct instruction){.kind = here == '^' ? AT_START : AT_END, .x = c->p->lines});
        return false;
    }
    if (here == '(') {
        c->at++;
        compile_group(c);
    } else if (here == '[') {
        c->at++;
        compile_class(c);
    } else if (here == '\\') {
        c->at++;
        compile_escape(c);
    } else if (here == '.') {
        c->at++;
        emit(c, (struct instruction){.kind = ANY_CHAR, .x = c->p->dot_all});
    } else {
        uint32_t code = utf8_next(c->text, &c->at);
        emit(c, (struct instruction){.kind = ONE_CHAR, .x = code});
    }
    return true;
}

/* * + ? {n} {n,} {n,m} at c->at; false: none (a brace that is none of these is a character). */
static bool quantifier(struct compiler *c, unsigned *least, unsigned *most) {
    char here = peek(c, 0);
    *least = here == '+';
    *most = here == '?' ? 1 : UINT_MAX;
    if (here && strchr("*+?", here)) {
        c->at++;
        return true;
    }
    size_t close = here == '{' ? str_chr(str_from_index(c->text, c->at), '}') : STR_ABSENT;
    if (close == STR_ABSENT) return false;
    struct str inner = str_slice(c->text, c->at + 1, c->at + close), low = inner, high = STR_NONE;
    bool comma = str_cut(inner, ',', &low, &high);
    uint64_t from, to;
    if (!str_u64(low, &from) || (high.n && !str_u64(high, &to))) return false;
    if (!high.n) to = from;
    if (from > REPEAT_MAX || to > REPEAT_MAX || to < from) c->failed = true;
    *least = (unsigned)from;
    *most = comma && !high.n ? UINT_MAX : (unsigned)to;
    c->at += close + 1;
    return true;
}

/* The atom [from, ...) as often as is said: its code is kept aside and put down once for each. */
static void repeat_atom(struct compiler *c, size_t from, unsigned least, unsigned most, bool lazy) {
    struct pattern *p = c->p;
    size_t length = p->count - from;
    struct instruction *atom = ARENA_ARRAY(p->arena, struct instruction, length);
    if (length) memcpy(atom, p->code + from, length * sizeof *atom);
    p->count = from;
    size_t total = most == UINT_MAX ? least + 1 : most;
    for (unsigned i = 0; i < total && !c->failed; i++) {
        bool may_stop = i >= least;
        size_t split = may_stop ? emit(c, (struct instruction){.kind = GO_EITHER}) : 0;
        size_t begin = p->count;
        for (size_t k = 0; k < length; k++) {
            struct instruction copy = atom[k];
            uint32_t by = (uint32_t)(begin - from);
            if (copy.kind == GO_EITHER || copy.kind == GO_TO) copy.x += by;
            if (copy.kind == GO_EITHER) copy.y += by;
            emit(c, copy);
        }
        if (!may_stop || c->failed) continue;
        if (most == UINT_MAX) emit(c, (struct instruction){.kind = GO_TO, .x = (uint32_t)split});
        p->code[split].x = (uint32_t)begin;
        p->code[split].y = UINT32_MAX; /* the way out, known below */
    }
    for (size_t i = from; i < p->count; i++)
        if (p->code[i].kind == GO_EITHER && p->code[i].y == UINT32_MAX) {
            p->code[i].y = (uint32_t)p->count;
            if (lazy) {
                uint32_t in = p->code[i].x;
                p->code[i].x = p->code[i].y;
                p->code[i].y = in;
            }
        }
}

static void compile_sequence(struct compiler *c) {
    while (more(c) && peek(c, 0) != '|' && peek(c, 0) != ')') {
        size_t from = c->p->count;
        unsigned least, most;
        bool counts = compile_atom(c);
        if (c->failed || !quantifier(c, &least, &most)) continue;
        bool lazy = peek(c, 0) == '?';
        c->at += lazy;
        if (!counts || (peek(c, 0) && strchr("*+", peek(c, 0)))) c->failed = true;
        if (!c->failed) repeat_atom(c, from, least, most, lazy);
    }
}

static void compile_either(struct compiler *c) {
    size_t from = c->p->count;
    compile_sequence(c);
    if (c->failed || peek(c, 0) != '|') return;
    c->at++;
    /* Room for the choice before what stands there already. */
    size_t length = c->p->count - from;
    emit(c, (struct instruction){.kind = GO_TO});
    emit(c, (struct instruction){.kind = GO_TO});
    if (c->failed) return;
    struct instruction *code = c->p->code;
    memmove(code + from + 1, code + from, length * sizeof *code);
    for (size_t i = from + 1; i < from + 1 + length; i++) {
        if (code[i].kind == GO_EITHER || code[i].kind == GO_TO) code[i].x++;
        if (code[i].kind == GO_EITHER) code[i].y++;
    }
    size_t leave = from + 1 + length;
    code[from] =
        (struct instruction){.kind = GO_EITHER, .x = (uint32_t)from + 1, .y = (uint32_t)leave + 1};
    compile_either(c); /* as deep as there are alternatives, and each takes code */
    if (!c->failed)
        c->p->code[leave] = (struct instruction){.kind = GO_TO, .x = (uint32_t)c->p->count};
}

struct pattern *pattern_compile(struct arena *a, struct str text, bool ignore_case) {
    if (!str_is_ascii(text) && (ignore_case || !utf8_valid(text, NULL))) return NULL;
    struct pattern *p = ARENA_NEW(a, struct pattern);
    *p = (struct pattern){.arena = a, .groups = 1, .ignore_case = ignore_case};
    struct compiler c = {.p = p, .text = text};
    emit(&c, (struct instruction){.kind = SAVE, .x = 0});
    compile_either(&c);
    if (c.failed || c.at < text.n) return NULL;
    emit(&c, (struct instruction){.kind = SAVE, .x = 1});
    emit(&c, (struct instruction){.kind = FOUND});
    return c.failed ? NULL : p;
}

size_t pattern_groups(const struct pattern *p) { return p->groups; }

/* -------- matching -------- */

struct back {
    size_t pc, at;
    size_t slot; /* STR_ABSENT: a choice; else the slot to set back to `at` */
};

static uint32_t fold_case(const struct pattern *p, uint32_t c) {
    return p->ignore_case && c < 0x80 ? (uint32_t)ascii_lower((char)c) : c;
}

static bool in_class(const struct pattern *p, const struct instruction *i, uint32_t c) {
    bool in = false;
    for (uint32_t k = 0; k < i->y && !in; k++) {
        struct range r = p->ranges[i->x + k];
        in = c >= r.from && c <= r.to;
        if (!in && p->ignore_case && c < 0x80 && ascii_alpha((char)c)) {
            uint32_t other = c ^ 0x20;
            in = other >= r.from && other <= r.to;
        }
    }
    return in != i->negated;
}

static bool is_word_at(struct str text, size_t at) {
    if (at >= text.n) return false;
    unsigned char c = (unsigned char)text.p[at];
    return c >= 0x80 || ascii_alpha((char)c) || ascii_digit((char)c) || c == '_';
}

static bool holds(const struct instruction *i, struct str text, size_t at) {
    bool before = at > 0 && is_word_at(text, at - 1);
    switch (i->kind) {
    case AT_START: return at == 0 || (i->x && text.p[at - 1] == '\n');
    case AT_END:
        if (at == text.n) return true;
        if (i->y) return false;
        return text.p[at] == '\n' && (i->x || at + 1 == text.n);
    default: return (before != is_word_at(text, at)) != (i->x == 1);
    }
}

static bool takes(const struct pattern *p, const struct instruction *i, uint32_t c) {
    if (i->kind == ANY_CHAR) return i->x || c != '\n';
    if (i->kind == ONE_OF) return in_class(p, i, c);
    return fold_case(p, c) == fold_case(p, i->x);
}

/* The program from one place of the text on. */
static enum pattern_found run_at(const struct pattern *p, struct str text, size_t at,
                                 size_t slots[2 * PATTERN_GROUPS_MAX], size_t *steps,
                                 struct back **stack, size_t *cap) {
    size_t pc = 0, depth = 0;
    for (;;) {
        if (!*steps || depth >= BACK_MAX) return PATTERN_GIVEN_UP;
        --*steps;
        const struct instruction *i = &p->code[pc];
        bool ok = true;
        ARENA_GROW(p->arena, *stack, *cap, depth + 1);
        switch (i->kind) {
        case FOUND: return PATTERN_FOUND;
        case GO_TO: pc = i->x; break;
        case GO_EITHER:
            (*stack)[depth++] = (struct back){i->y, at, STR_ABSENT};
            pc = i->x;
            break;
        case SAVE:
            (*stack)[depth++] = (struct back){0, slots[i->x], i->x};
            slots[i->x] = at;
            pc++;
            break;
        case AT_START:
        case AT_END:
        case AT_WORD:
            ok = holds(i, text, at);
            pc++;
            break;
        default: {
            size_t after = at;
            ok = at < text.n && takes(p, i, utf8_next(text, &after));
            at = after;
            pc++;
        }
        }
        while (!ok && depth) {
            struct back *b = &(*stack)[--depth];
            if (b->slot != STR_ABSENT) {
                slots[b->slot] = b->at;
                continue;
            }
            pc = b->pc;
            at = b->at;
            ok = true;
        }
        if (!ok) return PATTERN_ABSENT;
    }
}

enum pattern_found pattern_find(const struct pattern *p, struct str text, size_t from,
                                struct span spans[PATTERN_GROUPS_MAX], size_t *steps) {
    struct back *stack = NULL;
    if (!str_is_ascii(text) && (p->ascii_only || p->ignore_case)) return PATTERN_GIVEN_UP;
    size_t cap = 0, slots[2 * PATTERN_GROUPS_MAX];
    for (size_t at = from; at <= text.n;) {
        for (size_t i = 0; i < 2 * PATTERN_GROUPS_MAX; i++) slots[i] = STR_ABSENT;
        enum pattern_found found = run_at(p, text, at, slots, steps, &stack, &cap);
        if (found == PATTERN_FOUND)
            for (size_t i = 0; i < PATTERN_GROUPS_MAX; i++)
                spans[i] = (struct span){slots[2 * i], slots[2 * i + 1]};
        if (found != PATTERN_ABSENT) return found;
        if (at == text.n) break;
        utf8_next(text, &at);
    }
    return PATTERN_ABSENT;
}

size_t pattern_next(struct str text, struct span match) {
    size_t at = match.to;
    if (match.to != match.from) return at;
    if (at >= text.n) return text.n + 1;
    utf8_next(text, &at);
    return at;
}

/* -------- wildcards -------- */

/* [abc], [a-z] at pattern[p]: does c fit; *after is behind the closing bracket. False in *closed:
 * there is none, and the bracket is a character. */
static bool bracket_fits(struct str pattern, size_t p, char c, size_t *after, bool *closed) {
    bool fits = false;
    size_t i = p + 1;
    for (; i < pattern.n && (pattern.p[i] != ']' || i == p + 1); i++) {
        char from = ascii_lower(pattern.p[i]), to = from;
        if (i + 2 < pattern.n && pattern.p[i + 1] == '-' && pattern.p[i + 2] != ']') {
            to = ascii_lower(pattern.p[i + 2]);
            i += 2;
        }
        fits |= ascii_lower(c) >= from && ascii_lower(c) <= to;
    }
    *closed = i < pattern.n;
    *after = i + 1;
    return fits;
}

/* Does one sign of the pattern fit the character; *after is behind that sign. */
static bool sign_fits(struct str pattern, size_t p, char c, size_t *after) {
    bool closed = false;
    *after = p + 1;
    if (pattern.p[p] == '?') return true;
    if (pattern.p[p] == '[') {
        bool fits = bracket_fits(pattern, p, c, after, &closed);
        if (closed) return fits;
        *after = p + 1;
    }
    if (pattern.p[p] == '`' && p + 1 < pattern.n) {
        *after = p + 2;
        p++;
    }
    return ascii_lower(pattern.p[p]) == ascii_lower(c);
}

bool wildcard_fits(struct str pattern, struct str text) {
    size_t p = 0, t = 0, star = STR_ABSENT, resume = 0, after;
    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.n && sign_fits(pattern, p, text.p[t], &after)) {
            p = after;
            t++;
        } else if (star != STR_ABSENT) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*') p++;
    return p == pattern.n;
}
