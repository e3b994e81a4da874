/* custody.h - the hash-chained log of what was done with a case (FORMATS.md, custody.jsonl).
 *
 * Each line holds the SHA-256 of the line before it: a line that is altered, removed from the
 * middle, inserted or moved breaks the chain at the line after it. Lines cut off at the very end
 * leave no trace here. */
#ifndef UNGRANT_COLLECT_CUSTODY_H
#define UNGRANT_COLLECT_CUSTODY_H

#include "base/buf.h"
#include "base/digest.h"
#include "collect/collect.h"

/* Where a chain stands: what its next line must say. */
struct custody_chain {
    uint64_t seq;              /* of the last line; 0 before the first */
    char prev[DIGEST_HEX + 1]; /* SHA-256 of the last line; zeros before the first */
};
void custody_begin(struct custody_chain *c);

/* Appends one line to `out` and moves the chain on. `link->by` must be set. */
void custody_line(struct custody_chain *c, const struct custody_link *link, struct buf *out);

/* Follows the lines of `text` on from *c. False where one does not fit, with its number from 1 and
 * why (static text); *c then stands before it. */
bool custody_follow(struct custody_chain *c, struct str text, size_t *bad_line, const char **why);

/* "DIR/CASE.custody.jsonl" beside the archive or folder, malloc'ed. */
char *custody_path(const char *archive_path);

#endif
