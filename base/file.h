/* file.h - outputs that are complete or not there: written as NAME.partial, fsync, rename.
 *
 * Every write, fsync, close and rename is checked; the first failure is reported and the `.partial`
 * stays, which is what tells a reader that the run did not finish. */
#ifndef UNGRANT_BASE_FILE_H
#define UNGRANT_BASE_FILE_H

#include <stdio.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

struct file_out {
    FILE *stream;
    char *path, *partial;
    int failed; /* errno of the first write that failed */
};

/* 0, or -1 with the error. After a failed write the error comes with file_out_commit. */
int file_out_open(struct file_out *f, const char *path, struct error *e);
void file_out_write(struct file_out *f, struct str bytes);
int file_out_commit(struct file_out *f,
                    struct error *e);      /* flush, fsync, close, rename, fsync dir */
void file_out_abandon(struct file_out *f); /* closes and leaves the .partial */

/* One whole file. */
int file_write(const char *path, struct str bytes, struct error *e);

/* A whole file of at most `limit` bytes, into the arena. */
int file_read(struct arena *a, const char *path, size_t limit, struct str *out, struct error *e);

/* mkdir, where an existing directory is success. */
int file_make_dir(const char *path, struct error *e);

/* "DIR/NAME", malloc'ed. */
char *file_join(const char *dir, const char *name);

/* Reads until `n` bytes or the end; -1 with errno. Interrupted calls go on. */
ssize_t file_read_full(int fd, void *out, size_t n);
int file_write_full(int fd, const void *p, size_t n);

#endif
