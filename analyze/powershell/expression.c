/* expression.c - operators, values and what can stand behind a value. */
#include "analyze/powershell/parser.h"

/* Binary operators by word, with how tightly they bind. A leading i or c only says whether case
 * counts, so -ireplace is found as replace. */
static const struct {
    struct str word;
    uint8_t level;
} WORD_OPERATORS[] = {
    {{"and", 3}, 1},      {{"or", 2}, 1},           {{"xor", 3}, 1},   {{"band", 4}, 2},
    {{"bor", 3}, 2},      {{"bxor", 4}, 2},         {{"eq", 2}, 3},    {{"ne", 2}, 3},
    {{"gt", 2}, 3},       {{"ge", 2}, 3},           {{"lt", 2}, 3},    {{"le", 2}, 3},
    {{"like", 4}, 3},     {{"notlike", 7}, 3},      {{"match", 5}, 3}, {{"notmatch", 8}, 3},
    {{"contains", 8}, 3}, {{"notcontains", 11}, 3}, {{"in", 2}, 3},    {{"notin", 5}, 3},
    {{"replace", 7}, 3},  {{"split", 5}, 3},        {{"join", 4}, 3},  {{"is", 2}, 3},
    {{"isnot", 5}, 3},    {{"as", 2}, 3},           {{"shl", 3}, 3},   {{"shr", 3}, 3},
    {{"f", 1}, 6},
};
enum { LEVEL_LOGICAL = 1, LEVEL_COMPARISON = 3, LEVEL_ADDITIVE = 4, LEVEL_MULTIPLICATIVE = 5 };
enum { LEVEL_FORMAT = 6, LEVEL_RANGE = 7, LEVEL_COMMA = 8 };

struct operator{
    struct str word;
    unsigned level;
    size_t length; /* bytes in the text */
};

/* The letters behind a dash at `at`. */
static struct str dashed_word(const struct parser *p, size_t at) {
    size_t dash = scan_dash(p->text, at), from = at + dash, end = from;
    if (!dash) return STR_NONE;
    while (end < p->text.n && ascii_alpha(p->text.p[end])) end++;
    return str_slice(p->text, from, end);
}

static bool word_operator(struct str word, struct operator* o) {
    for (size_t i = 0; i < sizeof WORD_OPERATORS / sizeof *WORD_OPERATORS; i++) {
        struct str known = WORD_OPERATORS[i].word;
        char first = word.n ? ascii_lower(word.p[0]) : '\0';
        bool cased = (first == 'i' || first == 'c') && WORD_OPERATORS[i].level == LEVEL_COMPARISON;
        if (!str_ieq(word, known) && !(cased && str_ieq(str_from_index(word, 1), known))) continue;
        o->word = cased && first == 'c' && !str_ieq(word, known) ? word : known;
        o->level = WORD_OPERATORS[i].level;
        return true;
    }
    return false;
}

/* The binary operator at p->at (white space already passed). */
static bool operator_here(const struct parser *p, struct operator* o) {
    char c = parser_peek(p, 0);
    if (c == '.' && parser_peek(p, 1) == '.') {
        *o = (struct operator){STR(".."), LEVEL_RANGE, 2};
        return true;
    }
    if (c == ',') {
        *o = (struct operator){STR(","), LEVEL_COMMA, 1};
        return true;
    }
    if (c == '*' && parser_peek(p, 1) == '>') return false; /* all streams redirected */
    if ((c == '+' || c == '*' || c == '/' || c == '%') && parser_peek(p, 1) != '=') {
        *o = (struct operator){str_slice(p->text, p->at, p->at + 1),
                               c == '+' ? LEVEL_ADDITIVE : LEVEL_MULTIPLICATIVE, 1};
        return true;
    }
    size_t dash = scan_dash(p->text, p->at);
    if (!dash) return false;
    struct str word = dashed_word(p, p->at);
    o->length = dash + word.n;
    if (word.n) return word_operator(word, o);
    *o = (struct operator){STR("-"), LEVEL_ADDITIVE, dash};
    return parser_peek(p, dash) != '=';
}

bool expression_starts(const struct parser *p) {
    char c = parser_peek(p, 0), next = parser_peek(p, 1);
    if (p->at >= p->text.n) return false;
    if (scan_single_quote(p->text, p->at) || scan_double_quote(p->text, p->at)) return true;
    if (memchr("$({[!,", c, 6) || ascii_digit(c)) return true;
    if (c == '@')
        return next == '(' || next == '{' || scan_single_quote(p->text, p->at + 1) ||
               scan_double_quote(p->text, p->at + 1);
    if (c == '.') return ascii_digit(next);
    if (c == '+') return true;
    if (!scan_dash(p->text, p->at)) return false;
    struct str word = dashed_word(p, p->at);
    static const char *const unary[] = {"not", "bnot", "join", "split", "isplit", "csplit"};
    if (!word.n) return true;
    for (size_t i = 0; i < sizeof unary / sizeof *unary; i++)
        if (str_ieq(word, str_from(unary[i]))) return true;
    return false;
}

/* -------- values -------- */

/* The arguments of an attribute, up to and over the closing bracket: nothing of them runs. */
static void skip_attribute(struct parser *p, size_t opened) {
    for (;;) {
        parser_blank(p, true);
        if (p->at >= p->text.n || parser_peek(p, 0) == ')') break;
        size_t from = p->at;
        if (expression_starts(p)) parse_primary(p);
        if (p->at == from) p->at++; /* a name, a comma, an equals sign */
    }
    parser_close(p, opened, ')');
}

/* [name], [name[]], [name[a,b]]: the text between the outer brackets; NULL if it is not closed. */
static struct node *parse_type(struct parser *p) {
    size_t at = p->at + 1, depth = 1;
    while (at < p->text.n && !scan_newline(p->text, at)) {
        if (p->text.p[at] == '[') depth++;
        if (p->text.p[at] == ']' && --depth == 0) break;
        if (p->text.p[at] == '(') break; /* an attribute: [Parameter(...)] */
        at++;
    }
    struct node *n = node_new(p, NODE_TYPE, p->at);
    n->text = str_trim(str_slice(p->text, p->at + 1, at));
    p->at = at;
    if (parser_peek(p, 0) == '(') {
        p->at++;
        if (!parser_enter(p)) return node_end(p, n);
        skip_attribute(p, n->at);
        p->depth--;
        n->text = STR_NONE;
    }
    parser_blank(p, true);
    if (parser_peek(p, 0) == ']')
        p->at++;
    else
        parser_break(p, n->at, "a bracket is not closed");
    return node_end(p, n);
}

static struct node *parse_number(struct parser *p) {
    struct node *n = node_new(p, NODE_NUMBER, p->at);
    while (p->at < p->text.n) {
        char c = p->text.p[p->at];
        if (c == '.' && (parser_peek(p, 1) == '.' || ascii_alpha(parser_peek(p, 1)))) break;
        if (!ascii_digit(c) && !ascii_alpha(c) && c != '.') break;
        p->at++;
    }
    n->text = str_slice(p->text, n->at, p->at);
    return node_end(p, n);
}

static struct node *parse_hash(struct parser *p) {
    struct node *hash = node_new(p, NODE_HASH, p->at);
    struct node_tail pairs = {hash, NULL};
    p->at += 2;
    if (!parser_enter(p)) return node_end(p, hash);
    for (;;) {
        parser_blank(p, true);
        if (parser_peek(p, 0) == ';') {
            p->at++;
            continue;
        }
        if (p->at >= p->text.n || parser_peek(p, 0) == '}') break;
        struct node *pair = node_new(p, NODE_PAIR, p->at);
        size_t from = p->at;
        struct node *key = expression_starts(p) ? parse_primary(p) : NULL;
        if (!key) {
            key = node_new(p, NODE_TEXT, p->at);
            while (!scan_word_ends(p->text, p->at) && parser_peek(p, 0) != '=') p->at++;
            key->text = str_slice(p->text, from, p->at);
        }
        node_add(pair, key);
        parser_blank(p, true);
        if (parser_peek(p, 0) == '=') {
            p->at++;
            parser_blank(p, true);
            node_add(pair, parse_statement(p));
        } else {
            parser_break(p, from, "a key without a value");
        }
        tail_add(&pairs, node_end(p, pair));
        if (p->at == from) p->at++; /* not understood: go on behind it */
    }
    p->depth--;
    parser_close(p, hash->at, '}');
    return node_end(p, hash);
}

/* `(`, `@(`, `$(`: a list of statements in brackets; ( ) may hold one only. */
static struct node *parse_bracketed(struct parser *p, enum node_kind kind, size_t skip) {
    struct node *n = node_new(p, kind, p->at);
    p->at += skip;
    if (!parser_enter(p)) return node_end(p, n);
    struct node *list = parse_statements(p, ')');
    node_add(n, list);
    p->depth--;
    if (kind == NODE_PAREN && list && list->child && list->child->next)
        parser_break(p, n->at, "several statements in ( )");
    parser_close(p, n->at, ')');
    return node_end(p, n);
}

static struct node *parse_value(struct parser *p) {
    char c = parser_peek(p, 0), next = parser_peek(p, 1);
    if (scan_single_quote(p->text, p->at)) return parse_single_quoted(p);
    if (scan_double_quote(p->text, p->at)) return parse_double_quoted(p);
    if (c == '$' && next == '(') return parse_bracketed(p, NODE_SUB, 2);
    if (c == '$') return parse_variable(p);
    if (c == '(') return parse_bracketed(p, NODE_PAREN, 1);
    if (c == '@' && next == '(') return parse_bracketed(p, NODE_ARRAY, 2);
    if (c == '@' && next == '{') return parse_hash(p);
    if (c == '@') return parse_here_string(p);
    if (c == '{') return parse_block(p);
    if (c == '[') return parse_type(p);
    if (ascii_digit(c) || (c == '.' && ascii_digit(next))) return parse_number(p);
    return NULL;
}

static struct node *parse_arguments(struct parser *p, struct node *method) {
    size_t opened = p->at++;
    struct node_tail list = {method, method->child->next};
    if (!parser_enter(p)) return node_end(p, method);
    for (;;) {
        parser_blank(p, true);
        if (p->at >= p->text.n || parser_peek(p, 0) == ')') break;
        size_t from = p->at;
        struct node *argument = parse_expression(p, true);
        if (argument) tail_add(&list, argument);
        parser_blank(p, true);
        if (parser_peek(p, 0) == ',') p->at++;
        if (p->at == from) p->at++;
    }
    p->depth--;
    parser_close(p, opened, ')');
    return node_end(p, method);
}

/* .name, ::name, each perhaps with (arguments). */
static struct node *parse_member(struct parser *p, struct node *target, bool is_static) {
    struct node *member = node_new(p, NODE_MEMBER, target->at);
    member->is_static = is_static;
    p->at += is_static ? 2 : 1;
    node_add(member, target);
    struct node *name;
    size_t from = p->at;
    while (scan_word(p->text, p->at)) p->at += scan_word(p->text, p->at);
    if (p->at > from) {
        name = node_new(p, NODE_TEXT, from);
        name->text = str_slice(p->text, from, p->at);
        node_end(p, name);
    } else {
        name = parse_value(p);
        if (!name) name = node_new(p, NODE_TEXT, from);
    }
    node_add(member, name);
    if (parser_peek(p, 0) != '(') return node_end(p, member);
    member->kind = NODE_METHOD;
    return parse_arguments(p, member);
}

/* The method's parameter list separates by commas, so there a comma is no operator. */
struct node *parse_primary(struct parser *p) {
    if (!parser_enter(p)) return NULL;
    struct node *n = parse_value(p);
    while (n && !p->tree.broken) {
        char c = parser_peek(p, 0), next = parser_peek(p, 1);
        if (c == ':' && next == ':') {
            n = parse_member(p, n, true);
        } else if (c == '.' && next != '.' &&
                   (scan_word(p->text, p->at + 1) || next == '$' || next == '(' ||
                    scan_single_quote(p->text, p->at + 1) ||
                    scan_double_quote(p->text, p->at + 1))) {
            n = parse_member(p, n, false);
        } else if (c == '[' && n->kind != NODE_TYPE) {
            struct node *index = node_new(p, NODE_INDEX, n->at);
            p->at++;
            node_add(index, n);
            parser_blank(p, true);
            struct node *which = parse_expression(p, false);
            if (which) node_add(index, which);
            parser_close(p, index->at, ']');
            n = node_end(p, index);
        } else if ((c == '+' && next == '+') || (c == '-' && next == '-')) {
            struct node *step = node_new(p, NODE_STEP, n->at);
            step->text = str_slice(p->text, p->at, p->at + 2);
            p->at += 2;
            node_add(step, n);
            n = node_end(p, step);
        } else {
            break;
        }
    }
    p->depth--;
    return n;
}

/* -------- operators -------- */

static struct node *parse_unary(struct parser *p);

static struct node *unary_node(struct parser *p, struct str operator, size_t length) {
    struct node *n = node_new(p, NODE_UNARY, p->at);
    n->text = operator;
    p->at += length;
    parser_blank(p, true);
    struct node *operand = parse_unary(p);
    if (operand) node_add(n, operand);
    return node_end(p, n);
}

/* ++$i, --$i */
static struct node *parse_step(struct parser *p) {
    struct node *n = unary_node(p, str_slice(p->text, p->at, p->at + 2), 2);
    n->kind = NODE_STEP;
    n->is_static = true;
    return n;
}

static struct node *parse_unary_here(struct parser *p) {
    char c = parser_peek(p, 0);
    size_t dash = scan_dash(p->text, p->at);
    if ((c == '+' || c == '-') && parser_peek(p, 1) == c) return parse_step(p);
    if (c == '!') return unary_node(p, STR("not"), 1);
    if (c == ',') return unary_node(p, STR(","), 1);
    if (c == '+') return unary_node(p, STR("+"), 1);
    if (dash) {
        struct str word = dashed_word(p, p->at);
        if (str_ieq(word, STR("not")) || str_ieq(word, STR("bnot")) || str_ieq(word, STR("join")) ||
            str_ieq(word, STR("split")))
            return unary_node(p, arena_lower(p->arena, word), dash + word.n);
        if (str_iends(word, STR("split"))) return unary_node(p, STR("split"), dash + word.n);
        if (!word.n) return unary_node(p, STR("-"), dash);
        return NULL;
    }
    struct node *n = parse_primary(p);
    if (!n || n->kind != NODE_TYPE) return n;
    size_t before = p->at;
    parser_blank(p, false);
    struct operator o;
    if (!expression_starts(p) || (operator_here(p, &o) && parser_peek(p, 0) != '-')) {
        p->at = before;
        return n;
    }
    struct node *operand = parse_unary(p);
    if (!operand) return n;
    struct node *cast = node_new(p, NODE_CAST, n->at);
    cast->text = n->text;
    node_add(cast, operand);
    return node_end(p, cast);
}

static struct node *parse_unary(struct parser *p) {
    if (!parser_enter(p)) return NULL;
    struct node *n = parse_unary_here(p);
    p->depth--;
    return n;
}

/* a, b, c: one node with all of them. */
static struct node *parse_comma(struct parser *p, struct node *first) {
    struct node *n = node_new(p, NODE_COMMA, first->at);
    struct node_tail items = {n, NULL};
    tail_add(&items, first);
    for (;;) {
        size_t before = p->at;
        parser_blank(p, false);
        if (parser_peek(p, 0) != ',') {
            p->at = before;
            break;
        }
        p->at++;
        parser_blank(p, true);
        struct node *item = parse_unary(p);
        if (!item) break;
        tail_add(&items, item);
    }
    return node_end(p, n);
}

/* `no_comma`: in the arguments of a method. */
static struct node *parse_binary(struct parser *p, unsigned level, bool no_comma) {
    if (!parser_enter(p)) return NULL;
    struct node *left = parse_unary(p);
    while (left && !p->tree.broken) {
        size_t before = p->at;
        parser_blank(p, no_comma);
        struct operator o;
        if (!operator_here(p, &o) || o.level < level || (no_comma && o.level == LEVEL_COMMA)) {
            p->at = before;
            break;
        }
        if (o.level == LEVEL_COMMA) {
            left = parse_comma(p, left);
            continue;
        }
        struct node *n = node_new(p, NODE_BINARY, left->at);
        n->text = o.word;
        p->at += o.length;
        parser_blank(p, true);
        struct node *right = parse_binary(p, o.level + 1, no_comma);
        if (!right) parser_break(p, n->at, "an operator lacks its right side");
        node_add(n, left);
        if (right) node_add(n, right);
        left = node_end(p, n);
    }
    p->depth--;
    return left;
}

struct node *parse_expression(struct parser *p, bool no_comma) {
    return parse_binary(p, LEVEL_LOGICAL, no_comma);
}
