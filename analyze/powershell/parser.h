/* parser.h - what the two halves of the parser (statements, expressions) share. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_PARSER_H
#define UNGRANT_ANALYZE_POWERSHELL_PARSER_H

#include "analyze/powershell/scan.h"
#include "analyze/powershell/tree.h"

struct parser {
    struct arena *arena;
    struct str text;
    size_t at;
    unsigned depth;
    struct tree tree; /* what is found out on the way: broken, too_deep */
};

/* Nesting of brackets, blocks and operators beyond which nothing is read. */
enum { PARSE_DEPTH_MAX = 128 };

/* One level down; false (and the rest of the text is given up) beyond the cap. Undo: depth--. */
bool parser_enter(struct parser *p);

/* Notes the first break and gives the rest of the text up. */
void parser_break(struct parser *p, size_t at, const char *problem);

struct node *node_new(struct parser *p, enum node_kind kind, size_t at);
struct node *node_end(struct parser *p, struct node *n); /* sets end to here */
void node_add(struct node *parent, struct node *child);  /* linear in the children */

/* A list that is built up child by child in constant time. */
struct node_tail {
    struct node *parent, *last;
};
void tail_add(struct node_tail *t, struct node *child);

static inline char parser_peek(const struct parser *p, size_t ahead) {
    size_t at = p->at + ahead;
    return at < p->text.n ? p->text.p[at] : '\0';
}
void parser_blank(struct parser *p, bool newlines);
/* Passes over the closing character, after white space and line breaks, or notes the break. */
void parser_close(struct parser *p, size_t opened_at, char closer);

/* statement.c */
struct node *parse_statements(struct parser *p, char closer); /* up to the closer, not over it */
struct node *parse_statement(struct parser *p);
struct node *parse_block(struct parser *p); /* at {: NODE_BLOCK */

/* parse.c */
struct node *parse_pipeline(struct parser *p); /* or an assignment; NULL: nested too deep */

/* expression.c */
/* `no_comma`: among the arguments of a method, where commas separate and lines may break. */
struct node *parse_expression(struct parser *p, bool no_comma);
struct node *parse_primary(struct parser *p); /* with .member [index] (arguments) behind; or NULL */
bool expression_starts(const struct parser *p);

/* literal.c: strings and variables */
struct node *parse_single_quoted(struct parser *p);
struct node *parse_double_quoted(struct parser *p);
struct node *parse_here_string(struct parser *p); /* NULL: none here */
struct node *parse_word(struct parser *p);        /* a bare word of a command */
struct node *parse_variable(struct parser *p);    /* at $, not $( ; NULL: a lone dollar */

#endif
