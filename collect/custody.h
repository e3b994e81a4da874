/* custody.h - the hash-chained log of what was done with a case (FORMATS.md, custody.jsonl).
 *
 * A line is one JSON object: seq, time, actor, host, event, subject, note, what the event needs,
 * `prev` and `hash`. `prev` is the SHA-256 of the line before (its bytes without the newline), and
 * `hash` that of the line's own bytes up to `,"hash":`. With the second, an altered line is told
 * from one that was removed, moved or added beside it. A signed link says in `signer` which
 * certificate (SHA-256) signs it, and the link after it, of the event `sign`, holds that signature
 * (`cms`: CMS in DER, base64) over the line's bytes. Hashes prove order, not authors: who can write
 * the file can rewrite all of it after the last signature. */
#ifndef UNGRANT_COLLECT_CUSTODY_H
#define UNGRANT_COLLECT_CUSTODY_H

#include "base/buf.h"
#include "base/digest.h"
#include "collect/collect.h"

enum { CUSTODY_MOST = 64 * 1024 * 1024 }; /* bytes of a chain */

/* Where a chain stands: what its next line must say. */
struct custody_chain {
    uint64_t seq;              /* of the last line; 0 before the first */
    char prev[DIGEST_HEX + 1]; /* SHA-256 of the last line; zeros before the first */
};
void custody_begin(struct custody_chain *c);

/* Appends one line to `out` and moves the chain on. `link->by` must be set. */
void custody_line(struct custody_chain *c, const struct custody_link *link, struct buf *out);

/* The same, and where the link has a signer, its signature behind it as a line of its own. -1 with
 * *e where the signature cannot be made. */
int custody_signed_line(struct custody_chain *c, const struct custody_link *link, struct buf *out,
                        struct error *e);

/* "DIR/CASE.custody.jsonl" beside the archive or folder, and other names of that kind, malloc'ed.
 */
char *custody_path(const char *archive_path);
char *custody_beside(const char *archive_path, const char *ending);

/* Who it is where nobody said: the user's login name. */
const char *custody_login(void);

#endif
