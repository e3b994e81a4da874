/* archive_write.h - writing one archive: NAME.partial, then fsync and rename, never over a file.
 *
 * The same entries give the same bytes: owner 0, mode 0644, times given by the caller in whole
 * seconds. A SHA-256 of the archive is made as it is written. */
#ifndef UNGRANT_COLLECT_ARCHIVE_WRITE_H
#define UNGRANT_COLLECT_ARCHIVE_WRITE_H

#include <sys/types.h>

#include "base/civil.h"
#include "base/digest.h"
#include "base/error.h"

struct archive_writer;

/* Is this name's extension one we write (.zip .tar.zst .tar.gz .tar)? */
bool archive_writer_knows(struct str path);

/* NULL with *e, also where the path exists already or another run writes it. */
struct archive_writer *archive_writer_open(const char *path, struct error *e);

/* The same, but a zip that holds one entry of the name `inside`, encrypted with AES-256 (as
 * WinZip and 7-Zip do): the zip that is written, with the names of its entries. Nothing of it
 * is ever on the disk in clear. `path` must end in .zip. */
struct archive_writer *archive_writer_open_locked(const char *path, const char *inside,
                                                  const char *password, struct error *e);

/* Must an entry have exactly the size it was begun with (tar)? Zip takes what comes. */
bool archive_writer_needs_size(const struct archive_writer *w);

/* Is this file the one being written? */
bool archive_writer_is(const struct archive_writer *w, dev_t dev, ino_t ino);

int archive_writer_begin(struct archive_writer *w, const char *name, uint64_t size,
                         struct when mtime, struct error *e);
int archive_writer_bytes(struct archive_writer *w, struct str bytes, struct error *e);
int archive_writer_end(struct archive_writer *w, struct error *e);

/* Completes and renames; frees `w` whatever happens. `hex` gets the SHA-256 of the file. */
int archive_writer_commit(struct archive_writer *w, char hex[DIGEST_HEX + 1], struct error *e);

/* Frees; NAME.partial stays, which says that the run did not finish. NULL is allowed. */
void archive_writer_abandon(struct archive_writer *w);

#endif
