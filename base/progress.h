/* progress.h - how far a long run is, on stderr, only where that is a terminal.
 *
 * One line, rewritten at most five times a second: share, bytes, rate, time left. */
#ifndef UNGRANT_BASE_PROGRESS_H
#define UNGRANT_BASE_PROGRESS_H

#include "base/buf.h"

struct progress {
    bool shown; /* stderr is a terminal */
    const char *what;
    uint64_t total, done; /* bytes; total 0: unknown */
    int64_t started, printed;
};

void progress_start(struct progress *p, const char *what, uint64_t total);
void progress_add(struct progress *p, uint64_t bytes);
void progress_end(struct progress *p); /* clears the line */

/* The line for `done` bytes after `ns` nanoseconds: "copying  50%  1.0 GiB  100.0 MiB/s  0:10". */
void progress_text(const struct progress *p, int64_t ns, struct buf *out);

/* "1.5 MiB", "17 B". */
void progress_size(struct buf *out, uint64_t bytes);

#endif
