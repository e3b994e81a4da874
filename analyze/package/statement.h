/* statement.h - what the analysis says, and which records it rests on.
 *
 * Read from timeline.jsonl and ledger.jsonl as `ungrant analyze` wrote them. A statement is a
 * change (c-000001) or a grant (g-000001); a citation is one record of one item, with every
 * statement that rests on it. */
#ifndef UNGRANT_ANALYZE_PACKAGE_STATEMENT_H
#define UNGRANT_ANALYZE_PACKAGE_STATEMENT_H

#include "base/arena.h"
#include "base/error.h"

struct statement {
    struct str id, time, text; /* text: one sentence, with names as the evidence has them */
    size_t records;            /* that it rests on */
};

struct citation {
    struct str item, sha256, record, source, time; /* sha256: of the item */
    uint64_t offset;                               /* in the item */
    struct str statements;                         /* "c-000001; g-000031" */
};

struct statements {
    struct statement *list; /* changes, then grants, each as their file has them */
    size_t count, cap;
    struct citation *cited; /* by item, hash, offset */
    size_t cited_count;
    size_t all;  /* statements of the analysis, chosen or not */
    bool carved; /* one of them rests on what was carved */
};

/* `selection` names the statements that are wanted, one id a line, # begins a comment; a grant
 * brings its changes. NULL: all of them. -1 with *e, also for an id that is not there. */
int statements_read(struct arena *a, const char *folder, const char *selection,
                    struct statements *out, struct error *e);

#endif
