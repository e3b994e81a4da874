/* obfuscate.h - random scripts whose calls are known, because they were wished for first.
 *
 * A script is made of wishes (a cmdlet and what its parameters get), each written in one of the
 * many ways in which the language can say it: values taken to pieces and put together again, names
 * in backticks or behind aliases, tables that are splatted, text in text, and around them blocks,
 * branches and loops, and calls that must not be read because nothing runs them. The same seed
 * gives the same script. The facts are those of about_Parsing, about_Quoting_Rules,
 * about_Splatting, about_Operators, about_Script_Blocks and the engine itself, which judges the
 * same scripts. */
#ifndef UNGRANT_TESTS_POWERSHELL_OBFUSCATE_H
#define UNGRANT_TESTS_POWERSHELL_OBFUSCATE_H

#include "analyze/powershell/powershell.h"
#include "base/buf.h"
#include "tests/incident/random.h"

struct wish {
    const struct cmdlet *cmdlet;
    struct params params;
};

struct script {
    struct str text;
    struct wish *wishes; /* in the order in which they are made */
    size_t count, cap;
};

struct script script_random(struct arena *a, uint64_t seed);

/* -------- between the two halves of it -------- */

struct writer {
    struct arena *arena;
    struct rng rng;
    struct buf before; /* statements that must stand before the one that is written */
    unsigned names;    /* given to variables and functions so far */
    unsigned texts;    /* text within text: the engine and we follow five */
};

/* One of `count`. */
static inline unsigned pick(struct writer *w, unsigned count) {
    return (unsigned)rng_below(&w->rng, count);
}
static inline bool maybe(struct writer *w, unsigned percent) {
    return rng_chance(&w->rng, percent);
}

struct str fresh_name(struct writer *w, const char *prefix);

/* obfuscate_value.c: that text as an expression (for brackets and assignments), or as the argument
 * of a command. What it needs before it goes into w->before. */
void write_expression(struct writer *w, struct buf *out, struct str value, unsigned depth);
void write_argument(struct writer *w, struct buf *out, struct str value);
void write_quoted(struct writer *w, struct buf *out, struct str value); /* '...' with any quote */
/* What may stand in a $( ) of a string; false: nothing may. */
bool write_nested(struct buf *out, struct str text);
void write_case(struct writer *w, struct buf *out, struct str name); /* cAsE at random */

#endif
