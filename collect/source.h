/* source.h - finding evidence below a path that may be hostile, and opening it without being led
 * away: links are never followed below the given path, and nothing that could block is opened. */
#ifndef UNGRANT_COLLECT_SOURCE_H
#define UNGRANT_COLLECT_SOURCE_H

#include <sys/stat.h>

#include "base/str.h"

enum source_kind {
    SOURCE_FILE,
    SOURCE_LINK,    /* a symbolic link: not followed */
    SOURCE_SPECIAL, /* FIFO, socket, device: not opened */
    SOURCE_FAILED,  /* could not be entered or looked at: `error` is the errno */
};

struct source_item {
    const char *root; /* the given path */
    const char *path; /* root, or root/below: raw bytes as the file system has them */
    enum source_kind kind;
    int error;
    struct stat st; /* of files */
};

/* Everything below `root` that is not a folder, in byte order of the path; `see` returns non-zero
 * to stop, which is then returned. */
int source_each(const char *root, int (*see)(void *own, const struct source_item *item), void *own);

/* Opens a file that source_each() named: a regular file, reached without any link below the root.
 * The descriptor with *st filled, or -1 with errno (ELOOP: a link by now, EINVAL: not a regular
 * file by now). */
int source_open(const char *root, const char *path, struct stat *st);

/* Why an item that is not a file is not taken. */
const char *source_reason(const struct source_item *item);

#endif
