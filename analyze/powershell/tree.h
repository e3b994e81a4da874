/* tree.h - PowerShell text as a tree: what parse_powershell() makes and calls are read from.
 *
 * One kind of node for everything: children are a linked list in source order, `text` is the name,
 * operator or constant (already unescaped), [at, end) the bytes in the source. The tree covers the
 * part of the language that can carry a command call or compute a constant for one; what the
 * parser does not understand it skips to the next statement. All of it lives in the arena. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_TREE_H
#define UNGRANT_ANALYZE_POWERSHELL_TREE_H

#include "base/arena.h"

enum node_kind {
    /* statements */
    NODE_LIST,     /* statements one after the other */
    NODE_CHAIN,    /* pipelines joined by && and || */
    NODE_PIPELINE, /* commands and expressions joined by |; text: "&" in the background */
    NODE_COMMAND,  /* elements, the name first; text: "&", "." or empty */
    NODE_ASSIGN,   /* target, value; text: the operator */
    NODE_IF,       /* NODE_CLAUSE (condition, block), the last may have only a block */
    NODE_FOR,      /* init, condition, step, block; absent ones are empty lists */
    NODE_FOREACH,  /* variable, collection, block */
    NODE_WHILE,    /* condition, block */
    NODE_DO,       /* block, condition */
    NODE_SWITCH,   /* value, then NODE_CLAUSE (match, block); text: -regex and other options */
    NODE_TRY,      /* NODE_CLAUSE with one block each; text: try, catch, finally */
    NODE_CLAUSE,
    NODE_FUNCTION, /* NODE_PARAMS, then the body; text: the name. Also filter, class, trap */
    NODE_PARAMS,   /* NODE_PARAM: text the name, child the default */
    NODE_PARAM,
    NODE_LEAVE, /* text: return, exit, throw, break, continue; child what is given */
    NODE_NAMED, /* begin, process, end, ... with its block */
    /* elements of a command */
    NODE_PARAMETER, /* -Name, with a child when -Name:value */
    NODE_SPLAT,     /* @name */
    NODE_NO_MORE,   /* --: what follows is never a parameter */
    NODE_REDIRECT,
    /* expressions */
    NODE_TEXT,   /* a constant string or bare word */
    NODE_EXPAND, /* a string with parts to be filled in */
    NODE_NUMBER,
    NODE_VARIABLE,
    NODE_COMMA,
    NODE_ARRAY, /* @( ) */
    NODE_SUB,   /* $( ) */
    NODE_PAREN, /* ( ) */
    NODE_HASH,  /* NODE_PAIR: key, value */
    NODE_PAIR,
    NODE_BLOCK, /* { }: NODE_PARAMS or not, then NODE_LIST */
    NODE_UNARY, /* text: the operator, lower case, without the dash */
    NODE_STEP,  /* ++ or --, before (is_static) or behind a variable */
    NODE_BINARY,
    NODE_TYPE,   /* [name] */
    NODE_CAST,   /* [name] expression */
    NODE_MEMBER, /* target, name; is_static for :: */
    NODE_METHOD, /* target, name, arguments */
    NODE_INDEX,  /* target, index */
};

struct node {
    enum node_kind kind;
    bool is_word;   /* NODE_TEXT, NODE_EXPAND: a bare word, not a quoted string */
    bool is_static; /* NODE_MEMBER, NODE_METHOD: after :: */
    bool is_switch; /* NODE_PARAM: [switch] */
    bool is_piped;  /* NODE_PARAM: ValueFromPipeline; NODE_FUNCTION: a filter */
    bool escaped;   /* backticks or quotes had to be taken out of the word */
    struct str text;
    struct node *child, *next;
    size_t at, end;
};

struct tree {
    struct node *root; /* NODE_LIST */
    bool broken;       /* a string or bracket is not closed, or one too many is */
    size_t broken_at;
    struct str problem; /* what is broken */
    bool too_deep;      /* nested beyond the cap: the rest was not read */
};

/* Reads the whole text. Never fails: a broken text gives what could be read before the break. */
struct tree parse_powershell(struct arena *a, struct str text);

#endif
