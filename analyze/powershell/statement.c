/* statement.c - keywords and the blocks they govern. */
#include "analyze/powershell/parser.h"

/* The keyword at p->at, lower case is not needed: names compare ignoring case. */
static struct str keyword_here(const struct parser *p) {
    size_t at = p->at;
    while (at < p->text.n && ascii_alpha(p->text.p[at])) at++;
    if (at < p->text.n && !scan_word_ends(p->text, at) && p->text.p[at] != '[') return STR_NONE;
    return str_slice(p->text, p->at, at);
}

/* ( ) behind a keyword: its content as a NODE_PAREN. */
static struct node *parse_condition(struct parser *p) {
    parser_blank(p, true);
    struct node *n = node_new(p, NODE_PAREN, p->at);
    if (parser_peek(p, 0) != '(') {
        parser_break(p, n->at, "a condition is missing");
        return n;
    }
    p->at++;
    if (!parser_enter(p)) return n;
    node_add(n, parse_statements(p, ')'));
    p->depth--;
    parser_close(p, n->at, ')');
    return node_end(p, n);
}

/* { } behind a keyword. */
static struct node *parse_body(struct parser *p) {
    parser_blank(p, true);
    if (parser_peek(p, 0) == '{') return parse_block(p);
    parser_break(p, p->at, "a block is missing");
    struct node *n = node_new(p, NODE_BLOCK, p->at);
    node_add(n, node_new(p, NODE_LIST, p->at));
    return n;
}

static bool keyword_follows(struct parser *p, const char *word) {
    size_t before = p->at;
    parser_blank(p, true);
    if (str_ieq(keyword_here(p), str_from(word))) {
        p->at += strlen(word);
        return true;
    }
    p->at = before;
    return false;
}

static struct node *parse_if(struct parser *p) {
    struct node *n = node_new(p, NODE_IF, p->at);
    struct node_tail clauses = {n, NULL};
    p->at += 2;
    for (;;) {
        struct node *clause = node_new(p, NODE_CLAUSE, p->at);
        node_add(clause, parse_condition(p));
        node_add(clause, parse_body(p));
        tail_add(&clauses, node_end(p, clause));
        if (p->tree.broken || !keyword_follows(p, "elseif")) break;
    }
    if (!p->tree.broken && keyword_follows(p, "else")) {
        struct node *clause = node_new(p, NODE_CLAUSE, p->at);
        node_add(clause, parse_body(p));
        tail_add(&clauses, node_end(p, clause));
    }
    return node_end(p, n);
}

static struct node *parse_foreach(struct parser *p) {
    struct node *n = node_new(p, NODE_FOREACH, p->at);
    p->at += 7;
    parser_blank(p, true);
    while (scan_dash(p->text, p->at)) { /* -parallel */
        p->at += scan_dash(p->text, p->at);
        while (scan_word(p->text, p->at)) p->at += scan_word(p->text, p->at);
        parser_blank(p, true);
    }
    size_t opened = p->at;
    if (parser_peek(p, 0) != '(') return node_end(p, n);
    p->at++;
    parser_blank(p, true);
    struct node *variable = parser_peek(p, 0) == '$' ? parse_variable(p) : NULL;
    if (!variable || !keyword_follows(p, "in")) {
        parser_break(p, opened, "a foreach is not understood");
        return node_end(p, n);
    }
    struct node *all = node_new(p, NODE_PAREN, p->at);
    if (!parser_enter(p)) return node_end(p, n);
    node_add(all, parse_statements(p, ')'));
    p->depth--;
    parser_close(p, opened, ')');
    node_add(n, variable);
    node_add(n, node_end(p, all));
    node_add(n, parse_body(p));
    return node_end(p, n);
}

/* for (init; condition; step) { }: the three as a list of up to three statements. */
static struct node *parse_for(struct parser *p) {
    struct node *n = node_new(p, NODE_FOR, p->at);
    p->at += 3;
    node_add(n, parse_condition(p));
    node_add(n, parse_body(p));
    return node_end(p, n);
}

static struct node *parse_while(struct parser *p) {
    struct node *n = node_new(p, NODE_WHILE, p->at);
    p->at += 5;
    node_add(n, parse_condition(p));
    node_add(n, parse_body(p));
    return node_end(p, n);
}

static struct node *parse_do(struct parser *p) {
    struct node *n = node_new(p, NODE_DO, p->at);
    p->at += 2;
    node_add(n, parse_body(p));
    if (keyword_follows(p, "while") || keyword_follows(p, "until")) node_add(n, parse_condition(p));
    return node_end(p, n);
}

static struct node *parse_switch(struct parser *p) {
    struct node *n = node_new(p, NODE_SWITCH, p->at);
    struct node_tail clauses = {n, NULL};
    p->at += 6;
    size_t options = p->at;
    while (p->at < p->text.n && !memchr("({", p->text.p[p->at], 2)) p->at++; /* -regex, ... */
    n->text = str_trim(str_slice(p->text, options, p->at));
    bool has_value = parser_peek(p, 0) == '(' || !n->text.n; /* -file has none in brackets */
    tail_add(&clauses, has_value ? parse_condition(p) : node_new(p, NODE_PAREN, p->at));
    parser_blank(p, true);
    size_t opened = p->at;
    if (parser_peek(p, 0) != '{') return node_end(p, n);
    p->at++;
    for (;;) {
        parser_blank(p, true);
        if (p->at >= p->text.n || parser_peek(p, 0) == '}') break;
        size_t from = p->at;
        struct node *clause = node_new(p, NODE_CLAUSE, p->at);
        struct node *match = expression_starts(p) ? parse_primary(p) : parse_word(p);
        if (match) node_add(clause, match);
        node_add(clause, parse_body(p));
        tail_add(&clauses, node_end(p, clause));
        parser_blank(p, true);
        if (parser_peek(p, 0) == ';') p->at++;
        if (p->at == from) p->at++;
    }
    if (!clauses.last || clauses.last == n->child)
        parser_break(p, n->at, "a switch without clauses");
    parser_close(p, opened, '}');
    return node_end(p, n);
}

static struct node *parse_try(struct parser *p) {
    struct node *n = node_new(p, NODE_TRY, p->at);
    struct node_tail clauses = {n, NULL};
    struct str word = STR("try");
    p->at += 3;
    for (;;) {
        struct node *clause = node_new(p, NODE_CLAUSE, p->at);
        clause->text = word;
        for (;;) { /* the types a catch names */
            parser_blank(p, true);
            if (parser_peek(p, 0) == ',')
                p->at++;
            else if (parser_peek(p, 0) != '[' || !parse_primary(p))
                break;
        }
        node_add(clause, parse_body(p));
        tail_add(&clauses, node_end(p, clause));
        if (p->tree.broken) break;
        if (keyword_follows(p, "catch"))
            word = STR("catch");
        else if (keyword_follows(p, "finally"))
            word = STR("finally");
        else
            break;
    }
    if (n->child == clauses.last) parser_break(p, n->at, "a try without catch or finally");
    return node_end(p, n);
}

/* [Parameter(ValueFromPipeline)], by value; ValueFromPipelineByPropertyName is another thing. */
static bool from_pipeline(struct str attribute) {
    static const char by_value[] = "ValueFromPipeline";
    for (size_t at; (at = str_ifind(attribute, str_from(by_value))) != STR_ABSENT;) {
        attribute = str_from_index(attribute, at + sizeof by_value - 1);
        if (!attribute.n || !ascii_alpha(attribute.p[0])) return true;
    }
    return false;
}

/* (param, [type]$param = default, ...): p->at is behind the opening bracket. */
static struct node *parse_params(struct parser *p, size_t opened) {
    struct node *n = node_new(p, NODE_PARAMS, opened);
    struct node_tail list = {n, NULL};
    bool is_switch = false, is_piped = false; /* as the brackets before a name say */
    if (!parser_enter(p)) return node_end(p, n);
    for (;;) {
        parser_blank(p, true);
        if (p->at >= p->text.n || parser_peek(p, 0) == ')') break;
        size_t from = p->at;
        if (parser_peek(p, 0) == '[') {
            struct node *type = parse_primary(p);
            struct str said = str_slice(p->text, from, p->at);
            is_switch |= type && (str_ieq(type->text, STR("switch")) ||
                                  str_iends(type->text, STR("SwitchParameter")));
            is_piped |= from_pipeline(said);
        } else if (parser_peek(p, 0) == '$') {
            struct node *variable = parse_variable(p);
            struct node *param = node_new(p, NODE_PARAM, from);
            if (variable) param->text = variable->text;
            param->is_switch = is_switch;
            param->is_piped = is_piped;
            is_switch = is_piped = false;
            parser_blank(p, true);
            if (variable && parser_peek(p, 0) == '=') {
                p->at++;
                parser_blank(p, true);
                node_add(param, parse_expression(p, true));
            }
            tail_add(&list, node_end(p, param));
        }
        parser_blank(p, true);
        if (parser_peek(p, 0) == ',') p->at++;
        if (p->at == from) p->at++;
    }
    p->depth--;
    parser_close(p, opened, ')');
    return node_end(p, n);
}

/* function, filter, workflow, class, enum: the name, perhaps parameters, and the body. */
static struct node *parse_function(struct parser *p, size_t keyword) {
    struct node *n = node_new(p, NODE_FUNCTION, p->at);
    n->is_piped = str_ieq(str_slice(p->text, p->at, p->at + keyword), STR("filter"));
    p->at += keyword;
    parser_blank(p, true);
    size_t from = p->at;
    while (p->at < p->text.n && !scan_word_ends(p->text, p->at)) p->at++;
    n->text = str_slice(p->text, from, p->at);
    if (!n->text.n && !str_ieq(str_slice(p->text, n->at, n->at + keyword), STR("trap")))
        parser_break(p, n->at, "a function without a name");
    parser_blank(p, true);
    if (parser_peek(p, 0) == '(') {
        p->at++;
        node_add(n, parse_params(p, p->at - 1));
    }
    parser_blank(p, true);
    while (p->at < p->text.n && !memchr("{;", p->text.p[p->at], 2) && !scan_newline(p->text, p->at))
        p->at++; /* class A : B */
    node_add(n, parse_body(p));
    return node_end(p, n);
}

static struct node *parse_leave(struct parser *p, size_t keyword) {
    struct node *n = node_new(p, NODE_LEAVE, p->at);
    n->text = arena_lower(p->arena, str_slice(p->text, p->at, p->at + keyword));
    p->at += keyword;
    parser_blank(p, false);
    if (!scan_word_ends(p->text, p->at) || parser_peek(p, 0) == '(' || parser_peek(p, 0) == '{')
        node_add(n, parse_pipeline(p));
    return node_end(p, n);
}

/* begin { }, process { }, end { }, ...: only with a block behind; else it is a command. */
static struct node *parse_named(struct parser *p, size_t keyword) {
    size_t before = p->at;
    struct node *n = node_new(p, NODE_NAMED, p->at);
    n->text = str_slice(p->text, p->at, p->at + keyword);
    p->at += keyword;
    parser_blank(p, true);
    if (parser_peek(p, 0) != '{') {
        p->at = before;
        return parse_pipeline(p);
    }
    node_add(n, parse_block(p));
    return node_end(p, n);
}

static struct node *parse_param_block(struct parser *p, size_t keyword) {
    size_t before = p->at;
    p->at += keyword;
    parser_blank(p, true);
    if (parser_peek(p, 0) == '(') {
        p->at++;
        return parse_params(p, p->at - 1);
    }
    p->at = before;
    return parse_pipeline(p);
}

typedef struct node *parse_keyword(struct parser *p);
static const struct {
    const char *word;
    parse_keyword *parse;
} KEYWORDS[] = {
    {"if", parse_if}, {"foreach", parse_foreach}, {"for", parse_for}, {"while", parse_while},
    {"do", parse_do}, {"switch", parse_switch},   {"try", parse_try},
};
static const struct {
    const char *word;
    struct node *(*parse)(struct parser *p, size_t keyword);
} WORDS[] = {
    {"function", parse_function}, {"filter", parse_function},
    {"workflow", parse_function}, {"configuration", parse_function},
    {"class", parse_function},    {"enum", parse_function},
    {"trap", parse_function},     {"data", parse_named},
    {"param", parse_param_block}, {"return", parse_leave},
    {"exit", parse_leave},        {"throw", parse_leave},
    {"break", parse_leave},       {"continue", parse_leave},
    {"begin", parse_named},       {"process", parse_named},
    {"end", parse_named},         {"dynamicparam", parse_named},
    {"clean", parse_named},       {"parallel", parse_named},
    {"sequence", parse_named},
};

struct node *parse_statement(struct parser *p) {
    if (!parser_enter(p)) return NULL;
    struct str word = keyword_here(p);
    struct node *n = NULL;
    if (parser_peek(p, 0) == ':' && scan_word(p->text, p->at + 1)) { /* a loop's label */
        p->at++;
        while (scan_word(p->text, p->at)) p->at += scan_word(p->text, p->at);
        parser_blank(p, true);
        word = keyword_here(p);
    }
    for (size_t i = 0; !n && word.n && i < sizeof KEYWORDS / sizeof *KEYWORDS; i++)
        if (str_ieq(word, str_from(KEYWORDS[i].word))) n = KEYWORDS[i].parse(p);
    for (size_t i = 0; !n && word.n && i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_ieq(word, str_from(WORDS[i].word))) n = WORDS[i].parse(p, word.n);
    if (!n) n = parse_pipeline(p);
    p->depth--;
    return n;
}

/* `#requires` with a parameter that it does not have is a syntax error (about_Requires). */
static void check_requires(struct parser *p, size_t from) {
    static const char *const known[] = {
        "Version", "Modules", "PSEdition", "PSSnapin", "RunAsAdministrator", "Assembly", "ShellId"};
    static const char word[] = "#requires";
    struct str passed = str_slice(p->text, from, p->at);
    if (!str_istarts(passed, str_from(word))) return;
    passed = str_from_index(passed, sizeof word - 1);
    size_t dash = 0;
    if (!passed.n || !scan_space(passed, 0)) return;
    while (scan_space(passed, dash)) dash += scan_space(passed, dash);
    if (!scan_dash(passed, dash)) {
        if (dash < passed.n) parser_break(p, from, "a #requires that is not understood");
        return;
    }
    size_t begin = dash + scan_dash(passed, dash), end = begin;
    while (end < passed.n && ascii_alpha(passed.p[end])) end++;
    struct str name = str_slice(passed, begin, end);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (name.n && str_istarts(str_from(known[i]), name)) return;
    parser_break(p, from, "a #requires that is not understood");
}

/* Statements up to `closer` ('\0': to the end), which is left where it is. A closing bracket that
 * nothing opened is a break. */
struct node *parse_statements(struct parser *p, char closer) {
    struct node *list = node_new(p, NODE_LIST, p->at);
    struct node_tail tail = {list, NULL};
    for (;;) {
        size_t blank = p->at;
        parser_blank(p, true);
        for (size_t i = blank; i < p->at && !p->tree.broken && p->text.p[i] != '<'; i++)
            if (p->text.p[i] == '#' && (i == 0 || scan_newline(p->text, i - 1)))
                check_requires(p, i);
        if (p->at >= p->text.n) break;
        char c = parser_peek(p, 0);
        if (closer && c == closer) break;
        if (c == ')' || c == '}') {
            parser_break(p, p->at, "a closing bracket without an opening one");
            break;
        }
        if (c == ';') {
            p->at++;
            continue;
        }
        size_t from = p->at;
        struct node *n = parse_statement(p);
        if (n && p->at > from) tail_add(&tail, n);
        if (p->at == from) p->at++; /* not understood: go on behind it */
    }
    return node_end(p, list);
}

/* { |statements }, with param( ) found among the statements. */
struct node *parse_block(struct parser *p) {
    struct node *n = node_new(p, NODE_BLOCK, p->at++);
    if (!parser_enter(p)) return node_end(p, n);
    node_add(n, parse_statements(p, '}'));
    p->depth--;
    parser_close(p, n->at, '}');
    return node_end(p, n);
}

struct tree parse_powershell(struct arena *a, struct str text) {
    struct parser p = {.arena = a, .text = text};
    if (str_starts(text, STR("\xEF\xBB\xBF"))) p.at = 3;
    p.tree.root = parse_statements(&p, '\0');
    return p.tree;
}
