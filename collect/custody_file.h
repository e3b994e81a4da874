/* custody_file.h - the chain beside a case, held for one change of it.
 *
 * The archive is the lock: two commands that add take turns. What is written is a new file that
 * replaces the old one at once (base/file.h), so that a reader, or a run that was killed, sees the
 * old chain or the new one. A chain that is broken is not added to. */
#ifndef UNGRANT_COLLECT_CUSTODY_FILE_H
#define UNGRANT_COLLECT_CUSTODY_FILE_H

#include "base/arena.h"
#include "collect/custody.h"

struct custody_file {
    struct arena *arena;
    const char *archive; /* as it was given */
    char *path;          /* of the chain, there or not */
    int lock;
    char sha256[DIGEST_HEX + 1]; /* of the archive now; empty for a folder */
    struct custody_chain inside; /* where the sealed log ends */
    struct str text;             /* the lines beside the archive, as they stand */
    struct custody_chain end;    /* where they end */
};

/* -1 with *e; custody_file_close must be called either way. */
int custody_file_open(struct custody_file *f, const char *archive_path, struct error *e);

/* Adds a link (`by` NULL: the user's login name), signed where it has a signer. */
int custody_file_add(struct custody_file *f, const struct custody_link *link, struct error *e);

/* Replaces the chain by `text` behind which `end` stands. */
int custody_file_replace(struct custody_file *f, struct str text, struct error *e);
void custody_file_close(struct custody_file *f);

#endif
