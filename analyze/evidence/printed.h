/* printed.h - objects as PowerShell prints them, read back: tables and lists in a transcript.
 *
 * A table is a line of names over a line of dashes (Format-Table); a column reaches from its dashes
 * to the next one's. A list is "Name : value" on lines of their own, and a blank line ends each
 * object (Format-List). Names of properties are never translated. What did not fit ends in "..."
 * or, in PowerShell 6 and later, in U+2026. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_PRINTED_H
#define UNGRANT_ANALYZE_EVIDENCE_PRINTED_H

#include "analyze/evidence/event.h"

struct printed_row {
    struct params params; /* a value that was cut is flagged PARAM_TRUNCATED; of a list that was
                             cut only the whole members are left */
    size_t begin;         /* where it stands in the text */
};

/* Objects that begin at text[at], the beginning of a line: of one table, or one list's object, up
 * to a blank line or one that `ends` says is no output. Returns how many bytes they take, 0 where
 * neither begins there; the rows are in the arena. */
size_t printed_rows(struct arena *a, struct str text, size_t at, bool (*ends)(struct str line),
                    struct printed_row **rows, size_t *count);

#endif
