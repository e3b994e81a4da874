/* run.h - walking a tree the way the engine would, without running anything.
 *
 * A run knows the variables, functions and aliases that are constant so far, follows what would be
 * executed (branches, loops over literal lists, blocks that are called) and collects the catalogue
 * calls it meets. Everything is bounded: steps, nesting of texts, bytes made. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_RUN_H
#define UNGRANT_ANALYZE_POWERSHELL_RUN_H

#include "analyze/powershell/powershell.h"
#include "analyze/powershell/value.h"
#include "base/buf.h"

enum {
    RUN_STEPS_MAX = 1000000, /* and eight for each byte of the text */
    RUN_STEPS_OF_CALL = 100,
    RUN_MEMORY_MAX = 16 * 1024 * 1024, /* of the arena, and 64 for each byte of the text */
    RUN_TEXT_DEPTH_MAX = 5,            /* text within text: Invoke-Expression, -EncodedCommand */
    RUN_CALL_DEPTH_MAX = 32,           /* functions and blocks calling each other */
    RUN_BYTES_MAX = 1024 * 1024,       /* made by operators; and one for each byte of the text */
    RUN_UNROLL_MAX = 1000,             /* items of a literal list that a loop is run for */
};
enum { SCOPE_BUCKETS = 256 };

struct binding {
    struct str
        name; /* lower case, without scope prefix; functions "function:x", aliases "alias:x" */
    struct value value;
    size_t shadows; /* index + 1 of the older binding in the same bucket */
    bool wide;      /* $script:x, $global:x: outlives the function that sets it */
};

/* Where a scope, or a branch that may not run, began. */
struct mark {
    size_t count, floor;
};

/* What the statements that run give, one after the other. */
struct output {
    struct value *items;
    size_t count, cap;
    unsigned maybe; /* as they were when it began: what is given in a branch is not known */
    uint8_t left;
    bool unknown;
};

/* What a block or function is called with. A name is empty for a value by position. */
struct argument {
    struct str name;
    struct value value;
};
struct arguments {
    struct argument *list;
    size_t count, cap;
    bool unknown;              /* a table nobody knows is splatted */
    const struct value *piped; /* NULL: nothing is */
};

/* Where the text being walked comes from. */
struct origin {
    struct str source; /* the text of the tree */
    bool nested;       /* not the outermost text: at and end below stand for every call in it */
    size_t at, end;
    bool attempt, cut;
    struct str note;
};

struct run {
    struct arena *arena;
    struct str outermost; /* the text that was given */
    struct origin origin;
    struct binding *bindings;
    size_t count, cap;
    size_t floor;  /* bindings below it are kept as they are */
    size_t hidden; /* bindings below it are not seen: another process, another session */
    size_t buckets[SCOPE_BUCKETS]; /* index + 1 of the newest binding */
    struct call *calls;
    size_t call_count, call_cap;
    struct str *decoded; /* texts within the text that are run, or that blocks are made of */
    size_t decoded_count, decoded_cap;
    size_t steps, steps_max, memory_max, bytes, bytes_max;
    bool spent; /* a budget is: what follows was not walked */
    unsigned text_depth, call_depth;
    unsigned unsure; /* inside a block of which nobody says that it runs */
    unsigned maybe;  /* inside a branch or loop that the text does not decide */
    uint8_t left;    /* enum left: what such a branch may have left behind it */
    enum gone {
        GONE_NOT,
        GONE_THROWN,
        GONE_EXITED
    } gone;                  /* nothing runs up to a catch, or at all */
    struct output *output;   /* NULL: nobody looks */
    const struct node *here; /* what runs now, in the text where it stands */
    bool prefix_declared;
    struct str prefix; /* of Import-PSSession -Prefix and its like */
};

/* What a branch that may run leaves: what follows in the loop, the block or the text may not run.
 */
enum left { LEFT_LOOP = 1, LEFT_BLOCK = 2, LEFT_TRY = 4, LEFT_TEXT = 8 };

enum flow { FLOW_ON, FLOW_CONTINUE, FLOW_BREAK, FLOW_LEFT };

/* One step; false: the budget is spent. */
bool run_step(struct run *r);
/* Keeps a text that was found within the text. */
void run_decoded(struct run *r, struct str text);
/* Room for n more bytes made by operators. */
bool run_bytes(struct run *r, size_t n);

/* scope.c */
void scope_set(struct run *r, struct str name, struct value value);
const struct value *scope_get(const struct run *r, struct str name);
struct mark scope_mark(struct run *r); /* ends with one of the next three, innermost first */
void scope_leave(struct run *r, struct mark mark);        /* what was set since is gone */
void scope_forget_since(struct run *r, struct mark mark); /* what was set since is unknown now */
void scope_keep(struct run *r, struct mark mark);
void scope_forget_assigned(struct run *r, const struct node *body); /* before a loop */

/* run.c */
enum flow run_list(struct run *r, const struct node *list);
enum flow run_statement(struct run *r, const struct node *statement);
/* What a list of statements, or one, gives: nothing, one value, all of them in a list, or unknown.
 */
struct value run_values(struct run *r, const struct node *list);
/* Calls a block or function; what it gives. */
struct value run_block(struct run *r, const struct value *block, const struct arguments *arguments,
                       bool own_scope);
/* Once for each piped object, as $_: the list of what they give, or unknown. */
struct value run_each(struct run *r, const struct value *block, const struct value *piped);
/* Walks text within the text; `where` is the command that runs it. What it gives. */
struct value run_text(struct run *r, struct str text, struct str note, const struct node *where);
/* A block made of text; unknown where the engine would refuse the text. */
struct value run_block_of(struct run *r, struct str text, const struct node *where);
struct value run_pipeline(struct run *r, const struct node *pipeline);
struct str run_source(const struct run *r, const struct node *n, const struct node *to);

/* NODE_PARAMS of a function or block, or NULL. */
const struct node *run_params(const struct node *function);
void arguments_add(struct run *r, struct arguments *all, struct str name, struct value value);

/* invoke.c: a command that is met */
struct value run_command(struct run *r, const struct node *command, const struct value *piped);

/* bind.c: the call of a catalogue cmdlet */
void bind_call(struct run *r, const struct cmdlet *cmdlet, const struct node *command,
               struct call call, const struct value *piped);

/* The same with its parameters in a table, or in one nobody knows. */
void bind_table(struct run *r, const struct cmdlet *cmdlet, const struct value *table,
                struct call call);

/* fold.c, method.c */
struct value fold(struct run *r, const struct node *n);
struct value fold_method(struct run *r, const struct node *n);
struct value fold_cast(struct run *r, struct str type, struct value v, const struct node *n);
struct value fold_operator(struct run *r, struct str op, struct value l, struct value right,
                           const struct node *n);
struct value fold_split(struct run *r, struct str text, struct str separator);
struct value unknown_here(struct run *r, const struct node *n);

#endif
