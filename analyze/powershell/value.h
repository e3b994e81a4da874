/* value.h - what an expression is worth, as far as constants say. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_VALUE_H
#define UNGRANT_ANALYZE_POWERSHELL_VALUE_H

#include "analyze/powershell/tree.h"

enum value_kind {
    VALUE_UNKNOWN, /* text describes it: "$u", "<from Get-Mailbox x>" */
    VALUE_NULL,
    VALUE_TEXT,
    VALUE_BOOL,    /* number is 0 or 1 */
    VALUE_NUMBER,  /* text as it would be shown, number its worth */
    VALUE_CHAR,    /* text; number is the code point */
    VALUE_LIST,    /* count items */
    VALUE_HASH,    /* count pairs: items[2i] the key, items[2i+1] the value */
    VALUE_BLOCK,   /* a script block that has not been run; computed: it was made of text */
    VALUE_TYPE,    /* text: the type's name */
    VALUE_COMMAND, /* text: a command's name, from Get-Command */
    VALUE_OBJECT,  /* as VALUE_HASH: the properties of an object made from a table */
    VALUE_BYTES,   /* text: the bytes */
};

struct value {
    enum value_kind kind;
    bool computed; /* came out of operators or methods: its text stands nowhere as such */
    struct str text;
    int64_t number;
    struct value *items;
    size_t count;
    const struct node *block;
    struct str source; /* the text that `block` was parsed from */
};

static inline struct value value_text(struct str text) {
    return (struct value){.kind = VALUE_TEXT, .text = text};
}
static inline struct value value_unknown(struct str description) {
    return (struct value){.kind = VALUE_UNKNOWN, .text = description};
}
static inline struct value value_bool(bool b) {
    return (struct value){.kind = VALUE_BOOL, .number = b, .text = b ? STR("True") : STR("False")};
}
static inline bool value_is_table(const struct value *v) {
    return v->kind == VALUE_HASH || v->kind == VALUE_OBJECT;
}
struct value value_number(struct arena *a, int64_t number);

/* Is there nothing unknown in it, however deep? */
bool value_known(const struct value *v);
/* What a string would show: items joined by a blank. False: not known. */
bool value_string(struct arena *a, const struct value *v, struct str *out);
/* As a condition. False in *known: cannot be said. */
bool value_true(const struct value *v, bool *known);
/* One level of list taken off: count 1 for anything that is no list, 0 for $null. */
size_t value_items(const struct value *v, const struct value **items);
/* What a pipeline makes of a list of results: lists in it opened up, one value as itself. */
struct value value_flat(struct arena *a, const struct value *list);
/* The hashtable's value under that key, ignoring case, or NULL. */
const struct value *value_key(const struct value *hash, struct str key);
/* A copy of the hashtable in which that key has that value. */
struct value value_with(struct arena *a, const struct value *hash, struct str key,
                        struct value value);

#endif
