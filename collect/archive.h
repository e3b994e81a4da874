/* archive.h - reading and writing archives through libarchive, in a child that can do nothing else.
 *
 * Formats: zip and tar; filters: none, gzip, zstd. Nothing else is ever enabled (HAZARDS.md,
 * libarchive). Reading happens in a forked, confined process (base/sandbox.h): a crash or a hang of
 * the library ends the child, and the caller gets an error with the place; every entry before it
 * was delivered already. Entry names are evidence: never used as a path. */
#ifndef UNGRANT_COLLECT_ARCHIVE_H
#define UNGRANT_COLLECT_ARCHIVE_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/error.h"

enum { ARCHIVE_NESTING = 3 }; /* archives inside archives are opened this deep */

/* Do these first bytes (>= 512 where the file has them) look like an archive that we read? */
bool archive_recognise(struct str first);

struct archive_entry_info {
    struct str name; /* as stored, UTF-8 where the archive says so; lives until the next entry */
    uint64_t size;   /* as stored, 0 if not known beforehand */
    bool size_known;
    bool regular; /* a plain file; everything else has no bytes */
    struct when mtime;
    unsigned warnings; /* what libarchive warned about while getting here, counted */
};

struct archive_reader;

/* Reads the archive behind `fd` (a regular file, position 0; the reader owns a duplicate). `name`
 * is for messages. NULL with *e. */
struct archive_reader *archive_reader_open(int fd, const char *name, struct error *e);

/* 1 and the next entry, 0 at the end of a complete archive, -1 with *e where it is broken. */
int archive_reader_next(struct archive_reader *r, struct archive_entry_info *info, struct error *e);

/* Bytes of the current entry: >0, 0 at its end, -1 with *e. A CRC or length error of the archive is
 * -1 and the entry's end; the next entry may still be asked for. */
ssize_t archive_reader_bytes(struct archive_reader *r, void *out, size_t room, struct error *e);

/* Ends the child. Never fails. NULL is allowed. */
void archive_reader_close(struct archive_reader *r);

#endif
