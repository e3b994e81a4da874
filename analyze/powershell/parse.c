/* parse.c - pipelines and commands. */
#include "analyze/powershell/parser.h"

bool parser_enter(struct parser *p) {
    if (++p->depth <= PARSE_DEPTH_MAX) return true;
    p->depth--;
    p->tree.too_deep = true;
    p->at = p->text.n;
    return false;
}

void parser_break(struct parser *p, size_t at, const char *problem) {
    if (!p->tree.broken && !p->tree.too_deep) {
        p->tree.broken = true;
        p->tree.broken_at = at;
        p->tree.problem = str_from(problem);
    }
    p->at = p->text.n;
}

struct node *node_new(struct parser *p, enum node_kind kind, size_t at) {
    struct node *n = ARENA_NEW(p->arena, struct node);
    n->kind = kind;
    n->at = n->end = at;
    return n;
}

struct node *node_end(struct parser *p, struct node *n) {
    n->end = p->at;
    return n;
}

void node_add(struct node *parent, struct node *child) {
    struct node **link = &parent->child;
    if (!child) return;
    while (*link) link = &(*link)->next;
    *link = child;
}

void tail_add(struct node_tail *t, struct node *child) {
    if (t->last)
        t->last->next = child;
    else
        t->parent->child = child;
    t->last = child;
}

void parser_blank(struct parser *p, bool newlines) {
    bool open = false;
    size_t from = p->at;
    p->at = scan_blank(p->text, p->at, newlines, &open);
    if (open) parser_break(p, from, "a comment is not closed");
}

void parser_close(struct parser *p, size_t opened_at, char closer) {
    parser_blank(p, true);
    if (parser_peek(p, 0) == closer && p->at < p->text.n)
        p->at++;
    else
        parser_break(p, opened_at, "a bracket is not closed");
}

/* -------- commands -------- */

/* 2>&1, >file, *>>file: the redirection at p->at, or NULL. */
static struct node *parse_redirection(struct parser *p) {
    size_t at = p->at;
    char c = parser_peek(p, 0);
    if ((c == '*' || (c >= '1' && c <= '6')) && parser_peek(p, 1) == '>') at++;
    if (at >= p->text.n || p->text.p[at] != '>') return NULL;
    struct node *n = node_new(p, NODE_REDIRECT, p->at);
    p->at = at + 1;
    if (parser_peek(p, 0) == '>') p->at++;
    if (parser_peek(p, 0) == '&' && ascii_digit(parser_peek(p, 1))) {
        p->at += 2;
        return node_end(p, n);
    }
    parser_blank(p, false);
    struct node *target = expression_starts(p) ? parse_primary(p) : NULL;
    size_t from = p->at;
    node_add(n, target ? target : parse_word(p));
    if (!target && p->at == from) parser_break(p, n->at, "a redirection goes nowhere");
    return node_end(p, n);
}

/* -Name or -Name:value; NULL: this dash does not begin a parameter. */
static struct node *parse_argument(struct parser *p);
static struct node *parse_parameter(struct parser *p) {
    size_t dash = scan_dash(p->text, p->at), at = p->at + dash;
    if (!dash || at >= p->text.n) return NULL;
    char first = p->text.p[at];
    if (!ascii_alpha(first) && first != '_' && first != '?' && (unsigned char)first < 0x80)
        return NULL;
    while (at < p->text.n && !scan_word_ends(p->text, at) && !memchr(":.[", p->text.p[at], 3)) {
        if (scan_single_quote(p->text, at) || scan_double_quote(p->text, at)) return NULL;
        at++;
    }
    struct node *n = node_new(p, NODE_PARAMETER, p->at);
    n->text = str_slice(p->text, p->at + dash, at);
    p->at = at;
    if (parser_peek(p, 0) == ':') {
        p->at++;
        parser_blank(p, true);
        node_add(n, parse_argument(p));
    }
    return node_end(p, n);
}

/* A variable that a word goes on behind ($home\x) is part of that word. */
static bool variable_is_word(struct parser *p) {
    size_t before = p->at;
    struct node *variable = parse_variable(p);
    bool word =
        !variable || (!scan_word_ends(p->text, p->at) && !memchr(".[:", parser_peek(p, 0), 3));
    p->at = before;
    return word;
}

/* One value in argument position, without the commas. */
static struct node *parse_item(struct parser *p) {
    char c = parser_peek(p, 0), next = parser_peek(p, 1);
    if (c == '$' && next != '(' && !variable_is_word(p)) return parse_primary(p);
    if (c == '(' || c == '{' || (c == '$' && next == '(') ||
        (c == '@' && (next == '(' || next == '{')) || scan_single_quote(p->text, p->at) ||
        scan_double_quote(p->text, p->at))
        return parse_primary(p);
    if (c == '@') {
        struct node *here = parse_here_string(p);
        if (here) return here;
        if (scan_word(p->text, p->at + 1)) {
            struct node *splat = node_new(p, NODE_SPLAT, p->at);
            struct node *variable = parse_variable(p);
            splat->text = variable ? variable->text : STR_NONE;
            return node_end(p, splat);
        }
    }
    if (scan_word_ends(p->text, p->at)) return NULL;
    return parse_word(p);
}

/* A value of a command: one item, or several joined by commas. NULL: none here. */
static struct node *parse_argument(struct parser *p) {
    struct node *first = parse_item(p);
    if (!first) return NULL;
    size_t before = p->at;
    parser_blank(p, false);
    if (parser_peek(p, 0) != ',') {
        p->at = before;
        return first;
    }
    struct node *list = node_new(p, NODE_COMMA, first->at);
    struct node_tail items = {list, NULL};
    tail_add(&items, first);
    while (parser_peek(p, 0) == ',' && p->at < p->text.n) {
        p->at++;
        parser_blank(p, true);
        struct node *item = parse_item(p);
        if (!item) {
            parser_break(p, before, "nothing follows a comma");
            break;
        }
        tail_add(&items, item);
        before = p->at;
        parser_blank(p, false);
    }
    p->at = before;
    return node_end(p, list);
}

/* --% : the rest of the line, up to a pipe, is one word. */
static struct node *parse_verbatim(struct parser *p) {
    p->at += 3;
    parser_blank(p, false);
    struct node *n = node_new(p, NODE_TEXT, p->at);
    n->is_word = true;
    while (p->at < p->text.n && !scan_newline(p->text, p->at) && p->text.p[p->at] != '|') p->at++;
    n->text = str_trim(str_slice(p->text, n->at, p->at));
    return node_end(p, n);
}

/* The next element of a command; NULL: the command ends here. */
static struct node *parse_element(struct parser *p) {
    if (p->at >= p->text.n || scan_newline(p->text, p->at)) return NULL;
    if (p->text.p[p->at] == '<') {
        parser_break(p, p->at, "< is reserved");
        return NULL;
    }
    struct node *n = parse_redirection(p);
    if (n) return n;
    if (scan_dash(p->text, p->at)) {
        if (str_starts(str_from_index(p->text, p->at), STR("--%"))) return parse_verbatim(p);
        size_t dash = scan_dash(p->text, p->at);
        if (scan_dash(p->text, p->at + dash) &&
            scan_word_ends(p->text, p->at + dash + scan_dash(p->text, p->at + dash))) {
            n = node_new(p, NODE_NO_MORE, p->at);
            p->at += dash + scan_dash(p->text, p->at + dash);
            return node_end(p, n);
        }
        n = parse_parameter(p);
        if (n) return n;
    }
    return parse_argument(p);
}

static bool pipe_here(const struct parser *p) {
    return parser_peek(p, 0) == '|' && parser_peek(p, 1) != '|' && p->at < p->text.n;
}

static struct node *parse_command(struct parser *p) {
    struct node *n = node_new(p, NODE_COMMAND, p->at);
    struct node_tail elements = {n, NULL};
    char c = parser_peek(p, 0);
    if (c == '&' ||
        (c == '.' && (scan_space(p->text, p->at + 1) || memchr("$({'\"", parser_peek(p, 1), 5)))) {
        n->text = str_slice(p->text, p->at, p->at + 1);
        p->at++;
    }
    parser_blank(p, false);
    char behind = parser_peek(p, 1);
    bool dot_alone = !n->text.n && c == '.' && behind && strchr(";|)}&", behind);
    struct node *name = dot_alone ? NULL : parse_item(p);
    if (dot_alone) parser_break(p, n->at, "a command is missing");
    if (!name) {
        if (n->text.n || pipe_here(p)) parser_break(p, n->at, "a command is missing");
        return node_end(p, n);
    }
    tail_add(&elements, name);
    n->end = p->at;
    while (!p->tree.broken) {
        parser_blank(p, false);
        size_t from = p->at;
        struct node *element = parse_element(p);
        if (!element || p->at == from) break;
        tail_add(&elements, element);
        n->end = p->at;
    }
    return n;
}

/* A pipe may begin the next line. */
static bool pipe_follows(struct parser *p) {
    if (pipe_here(p)) return true;
    if (!scan_newline(p->text, p->at)) return false;
    size_t next = scan_blank(p->text, p->at, true, NULL);
    if (next + 1 >= p->text.n || p->text.p[next] != '|' || p->text.p[next + 1] == '|') return false;
    p->at = next;
    return true;
}

/* = += -= *= /= %= ??=: bytes of the operator, 0: none. */
static size_t assignment_here(const struct parser *p) {
    char c = parser_peek(p, 0);
    if (c == '=') return 1;
    size_t dash = scan_dash(p->text, p->at);
    if (dash && parser_peek(p, dash) == '=') return dash + 1;
    if ((c == '+' || c == '*' || c == '/' || c == '%') && parser_peek(p, 1) == '=') return 2;
    if (c == '?' && parser_peek(p, 1) == '?' && parser_peek(p, 2) == '=') return 3;
    return 0;
}

static struct node *parse_assignment(struct parser *p, struct node *target, size_t operator) {
    struct node *n = node_new(p, NODE_ASSIGN, target->at);
    n->text = str_slice(p->text, p->at, p->at + operator);
    p->at += operator;
    parser_blank(p, true);
    node_add(n, target);
    size_t from = p->at;
    node_add(n, parse_statement(p));
    if (p->at == from) parser_break(p, n->at, "nothing is assigned");
    return node_end(p, n);
}

static struct node *parse_stage(struct parser *p) {
    if (!expression_starts(p)) return parse_command(p);
    struct node *n = parse_expression(p, false);
    if (!n) return parse_command(p);
    parser_blank(p, false);
    while (parse_redirection(p)) parser_blank(p, false);
    const struct node *inner = n;
    while (inner->kind == NODE_CAST && inner->child) inner = inner->child;
    if (p->at < p->text.n && inner->kind != NODE_TYPE && /* attributes stand before anything */
        (scan_word(p->text, p->at) || parser_peek(p, 0) == '$' ||
         scan_single_quote(p->text, p->at) || scan_double_quote(p->text, p->at)))
        parser_break(p, p->at, "a value where an operator should be");
    return n;
}

/* Pipelines joined by && and || hang under one NODE_CHAIN. */
static struct node *parse_chain(struct parser *p, struct node *first) {
    struct node *chain = node_new(p, NODE_CHAIN, first->at);
    chain->text = str_slice(p->text, p->at, p->at + 2);
    node_add(chain, first);
    p->at += 2;
    parser_blank(p, true);
    size_t from = p->at;
    node_add(chain, parse_pipeline(p));
    if (p->at == from) parser_break(p, chain->at, "nothing follows && or ||");
    return node_end(p, chain);
}

static struct node *parse_pipeline_here(struct parser *p) {
    struct node *pipeline = node_new(p, NODE_PIPELINE, p->at);
    struct node_tail stages = {pipeline, NULL};
    for (;;) {
        size_t from = p->at;
        struct node *stage = parse_stage(p);
        size_t operator= assignment_here(p);
        if (operator&& !stages.last && stage->kind != NODE_COMMAND)
            return parse_assignment(p, stage, operator);
        tail_add(&stages, stage);
        parser_blank(p, false);
        if (p->tree.broken || p->at == from || !pipe_follows(p)) break;
        p->at++;
        parser_blank(p, true);
        if (p->at >= p->text.n || memchr(");}", p->text.p[p->at], 3))
            parser_break(p, pipeline->at, "nothing follows a pipe");
    }
    node_end(p, pipeline);
    char c = parser_peek(p, 0);
    if ((c == '&' || c == '|') && parser_peek(p, 1) == c) return parse_chain(p, pipeline);
    if (c == '&') { /* in the background */
        pipeline->text = str_slice(p->text, p->at, p->at + 1);
        p->at++;
    }
    return pipeline;
}

struct node *parse_pipeline(struct parser *p) {
    if (!parser_enter(p)) return NULL;
    struct node *n = parse_pipeline_here(p);
    p->depth--;
    return n;
}
