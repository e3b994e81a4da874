/* exhibit.h - what is handed over, one row each, as the index, the CSV and the load file say it.
 *
 * The load file is Concordance's `.dat`: UTF-8 with a byte order mark, each value between thorns
 * (U+00FE), values apart by U+0014 (DC4, which code page 437 and most viewers draw as a pilcrow),
 * rows by CR LF. A value never holds any of these: they are written as \u00fe, \x14, \x0d. */
#ifndef UNGRANT_ANALYZE_PACKAGE_EXHIBIT_H
#define UNGRANT_ANALYZE_PACKAGE_EXHIBIT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"

#define EXHIBIT_PREFIX "UG-"

struct exhibit {
    unsigned number, parent; /* control numbers; parent 0: none */
    const char *kind;        /* "case", "item", "record", "analysis", "plan", "script", ... */
    struct str title;
    struct str file, sha256; /* in the package ("data/..."); empty: it is not in it */
    struct str source, host, custodian;
    struct str first, last;               /* times */
    struct str item, item_sha256, record; /* of a record: its place */
    bool placed;                          /* offset and length are set */
    uint64_t offset, length;
    struct str json_file, json_sha256; /* of a record */
    struct str statements;             /* that rest on it: "c-000001; g-000031" */
    struct str note;                   /* what is not there, and why */
};

struct exhibits {
    struct arena *arena;
    struct exhibit *list;
    size_t count, cap;
};

/* Appends one with the next control number; valid until the next is added. */
struct exhibit *exhibit_add(struct exhibits *x, const char *kind);

void exhibits_csv(const struct exhibits *x, struct buf *out);
void exhibits_dat(const struct exhibits *x, struct buf *out);

#endif
