/* literal.c - strings, here-strings, bare words and variables. */
#include "analyze/powershell/parser.h"
#include "base/buf.h"

/* Constant pieces and holes in source order; one constant piece alone is a NODE_TEXT. */
struct pieces {
    struct parser *p;
    struct buf constant;
    struct node_tail parts;
    size_t from;
};

static void pieces_flush(struct pieces *s) {
    if (!s->constant.n) return;
    struct node *n = node_new(s->p, NODE_TEXT, s->from);
    n->text = arena_copy(s->p->arena, buf_str(&s->constant));
    n->end = s->p->at;
    s->constant.n = 0;
    tail_add(&s->parts, n);
}

static void pieces_part(struct pieces *s, struct node *part) {
    pieces_flush(s);
    tail_add(&s->parts, part);
    s->from = s->p->at;
}

static struct node *pieces_node(struct pieces *s, struct node *whole) {
    if (!whole->child) {
        whole->kind = NODE_TEXT;
        whole->text = arena_copy(s->p->arena, buf_str(&s->constant));
    } else {
        pieces_flush(s);
    }
    buf_free(&s->constant);
    return node_end(s->p, whole);
}

static struct pieces pieces_start(struct parser *p, struct node *whole) {
    return (struct pieces){.p = p, .parts = {whole, NULL}, .from = p->at};
}

/* The text of a $( ) in a string, as the engine cuts it out before it reads it: brackets are
 * counted whatever they stand in, and outside here-strings a double quote that is doubled or behind
 * a backtick is one double quote. from[i] is where the text's byte i stands in the source. */
struct cut_out {
    struct buf text;
    size_t *from;
    size_t cap;
};

static void cut_out_add(struct parser *p, struct cut_out *c, size_t at, size_t n) {
    ARENA_GROW(p->arena, c->from, c->cap, c->text.n + n + 1);
    for (size_t i = 0; i < n; i++) c->from[c->text.n + i] = at + i;
    buf_add(&c->text, str_slice(p->text, at, at + n));
}

/* p->at is behind the opening bracket, and then behind the closing one. False: it is not closed. */
static bool cut_out_sub(struct parser *p, bool here_string, struct cut_out *c) {
    for (size_t open = 1; p->at < p->text.n;) {
        char here = p->text.p[p->at];
        size_t quote = here_string ? 0 : scan_double_quote(p->text, p->at);
        size_t behind = here_string ? 0 : scan_double_quote(p->text, p->at + (quote ? quote : 1));
        if (here == ')' && --open == 0) {
            c->from[c->text.n] = p->at++;
            return true;
        }
        open += here == '(';
        if (here == '`' && behind) {
            cut_out_add(p, c, p->at + 1, behind);
            p->at += 1 + behind;
        } else {
            size_t n = quote ? quote : 1, skip = quote && behind ? n : 0; /* the second is kept */
            if (skip) n = behind;
            cut_out_add(p, c, p->at + skip, n);
            c->from[c->text.n - n] = p->at;
            p->at += skip + n;
        }
    }
    return false;
}

/* Bytes of the text cut out become bytes of the source. */
static void move_back(struct node *n, const size_t *from) {
    for (; n; n = n->next) {
        n->at = from[n->at];
        n->end = from[n->end];
        move_back(n->child, from);
    }
}

static struct node *parse_sub(struct parser *p, bool here_string) {
    struct node *n = node_new(p, NODE_SUB, p->at);
    struct cut_out c = {0};
    p->at += 2;
    cut_out_add(p, &c, p->at, 0);
    if (!cut_out_sub(p, here_string, &c)) {
        parser_break(p, n->at, "a bracket is not closed");
    } else if (parser_enter(p)) {
        struct parser inner = {
            .arena = p->arena, .text = arena_copy(p->arena, buf_str(&c.text)), .depth = p->depth};
        struct node *list = parse_statements(&inner, '\0');
        move_back(list, c.from);
        node_add(n, list);
        p->depth--;
        p->tree.too_deep |= inner.tree.too_deep;
        if (inner.tree.broken) parser_break(p, c.from[inner.tree.broken_at], inner.tree.problem.p);
    }
    buf_free(&c.text);
    return node_end(p, n);
}

/* $name, ${name} or $( ) inside a string or word: true if a part was taken. */
static bool pieces_dollar(struct pieces *s, bool here_string) {
    struct parser *p = s->p;
    if (parser_peek(p, 1) == '(') {
        pieces_part(s, parse_sub(p, here_string));
        return true;
    }
    struct node *variable = parse_variable(p);
    if (!variable) return false;
    pieces_part(s, variable);
    return true;
}

struct node *parse_single_quoted(struct parser *p) {
    struct node *n = node_new(p, NODE_TEXT, p->at);
    struct buf text = {0};
    p->at += scan_single_quote(p->text, p->at);
    for (;;) {
        if (p->at >= p->text.n) {
            parser_break(p, n->at, "a string is not closed");
            break;
        }
        size_t quote = scan_single_quote(p->text, p->at);
        if (quote) {
            size_t second = scan_single_quote(p->text, p->at + quote);
            if (second) buf_add(&text, str_of(p->text.p + p->at + quote, second));
            p->at += quote + second;
            if (!second) break;
            continue;
        }
        buf_add_c(&text, p->text.p[p->at++]);
    }
    n->text = arena_copy(p->arena, buf_str(&text));
    buf_free(&text);
    return node_end(p, n);
}

/* One backtick escape into the constant piece. */
static void pieces_escape(struct pieces *s) {
    char out[4];
    size_t n;
    s->p->at += scan_escape(s->p->text, s->p->at, out, &n);
    buf_add(&s->constant, str_of(out, n));
}

struct node *parse_double_quoted(struct parser *p) {
    struct node *n = node_new(p, NODE_EXPAND, p->at);
    p->at += scan_double_quote(p->text, p->at);
    struct pieces s = pieces_start(p, n);
    for (;;) {
        if (p->at >= p->text.n) {
            parser_break(p, n->at, "a string is not closed");
            break;
        }
        size_t quote = scan_double_quote(p->text, p->at);
        if (quote) {
            size_t second = scan_double_quote(p->text, p->at + quote);
            if (second) buf_add(&s.constant, str_of(p->text.p + p->at + quote, second));
            p->at += quote + second;
            if (!second) break;
        } else if (p->text.p[p->at] == '`') {
            pieces_escape(&s);
        } else if (p->text.p[p->at] != '$' || !pieces_dollar(&s, false)) {
            buf_add_c(&s.constant, p->text.p[p->at++]);
        }
    }
    return pieces_node(&s, n);
}

/* Where a here-string's last line begins, whose line break does not belong to it; or STR_ABSENT.
 * *after is the index behind the closing quote and @. */
static size_t here_string_end(struct str text, size_t at, bool expands, size_t *after) {
    for (; at < text.n; at++) {
        size_t line = scan_newline(text, at);
        if (!line) continue;
        size_t from = at + line;
        size_t quote = expands ? scan_double_quote(text, from) : scan_single_quote(text, from);
        if (quote && from + quote < text.n && text.p[from + quote] == '@') {
            *after = from + quote + 1;
            return at;
        }
        at += line - 1;
    }
    return STR_ABSENT;
}

/* The parts of an expanding here-string lie in [p->at, end): quotes mean nothing in it. */
static struct node *here_string_expand(struct parser *p, struct node *n, size_t end) {
    struct str whole = p->text;
    struct pieces s = pieces_start(p, n);
    p->text.n = end;
    while (p->at < p->text.n) {
        if (p->text.p[p->at] == '`')
            pieces_escape(&s);
        else if (p->text.p[p->at] != '$' || !pieces_dollar(&s, true))
            buf_add_c(&s.constant, p->text.p[p->at++]);
    }
    p->text = whole;
    return pieces_node(&s, n);
}

struct node *parse_here_string(struct parser *p) {
    if (parser_peek(p, 0) != '@') return NULL;
    size_t double_quote = scan_double_quote(p->text, p->at + 1);
    size_t quote = double_quote ? double_quote : scan_single_quote(p->text, p->at + 1);
    if (!quote) return NULL;
    size_t body = p->at + 1 + quote;
    while (scan_space(p->text, body)) body += scan_space(p->text, body);
    if (!scan_newline(p->text, body)) {
        parser_break(p, p->at, "text behind a here-string's opening quote");
        return NULL;
    }
    size_t after = 0, end = here_string_end(p->text, body, double_quote != 0, &after);
    struct node *n = node_new(p, double_quote ? NODE_EXPAND : NODE_TEXT, p->at);
    if (end == STR_ABSENT) {
        parser_break(p, n->at, "a here-string is not closed");
        return node_end(p, n);
    }
    size_t first = body + scan_newline(p->text, body);
    if (first > end) first = end;
    if (!double_quote) {
        n->text = str_slice(p->text, first, end);
    } else {
        p->at = first;
        here_string_expand(p, n, end);
    }
    p->at = p->tree.broken ? p->text.n : after;
    return node_end(p, n);
}

struct node *parse_word(struct parser *p) {
    struct node *n = node_new(p, NODE_EXPAND, p->at);
    n->is_word = true;
    struct pieces s = pieces_start(p, n);
    while (!scan_word_ends(p->text, p->at)) {
        size_t single = scan_single_quote(p->text, p->at);
        if (single || scan_double_quote(p->text, p->at)) {
            struct node *quoted = single ? parse_single_quoted(p) : parse_double_quoted(p);
            n->escaped = true;
            if (quoted->kind == NODE_TEXT)
                buf_add(&s.constant, quoted->text);
            else
                pieces_part(&s, quoted);
        } else if (p->text.p[p->at] == '`') {
            n->escaped = true;
            pieces_escape(&s);
        } else if (p->text.p[p->at] != '$' || !pieces_dollar(&s, false)) {
            buf_add_c(&s.constant, p->text.p[p->at++]);
        }
    }
    struct node *word = pieces_node(&s, n);
    word->is_word = true;
    return word;
}

/* ${any text}: the name in braces, a backtick escapes. */
static struct node *parse_braced_variable(struct parser *p) {
    struct node *n = node_new(p, NODE_VARIABLE, p->at);
    size_t close = str_chr(str_from_index(p->text, p->at), '}');
    if (close == STR_ABSENT) {
        parser_break(p, n->at, "a variable's brace is not closed");
        return node_end(p, n);
    }
    n->text = str_slice(p->text, p->at + 2, p->at + close);
    p->at += close + 1;
    return node_end(p, n);
}

struct node *parse_variable(struct parser *p) {
    if (parser_peek(p, 1) == '{') return parse_braced_variable(p);
    size_t from = p->at + 1, at = from;
    if (at < p->text.n && memchr("$?^", p->text.p[at], 3)) {
        at++;
    } else {
        for (;;) {
            size_t n = at < p->text.n && p->text.p[at] == '?' ? 1 : scan_word(p->text, at);
            /* A colon belongs to the name when a name follows: $env:x, $script:y; not $a::b. */
            if (!n && at > from && at + 1 < p->text.n && p->text.p[at] == ':' &&
                p->text.p[at + 1] != ':' &&
                (scan_word(p->text, at + 1) || p->text.p[at + 1] == '?'))
                n = 1;
            if (!n) break;
            at += n;
        }
    }
    if (at == from) return NULL;
    struct node *variable = node_new(p, NODE_VARIABLE, p->at);
    variable->text = str_slice(p->text, from, at);
    p->at = at;
    return node_end(p, variable);
}
