/* sandbox.h - a process that can do nothing but think: what hostile bytes are parsed in.
 *
 * Called in a forked child before it sees the first byte of evidence. Afterwards it has the file
 * descriptors it was told to keep and no way to get another, a bound on memory and CPU time, no
 * children, no network, no executable memory. Trying to open a file fails with EACCES (libraries
 * probe for things and go on without); any other system call that is not on the list kills the
 * process, and its parent notes the block it was at. */
#ifndef UNGRANT_BASE_SANDBOX_H
#define UNGRANT_BASE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct sandbox_limits {
    size_t memory;        /* bytes that may be added to what is mapped now; 0: no limit */
    unsigned cpu_seconds; /* of this process, from now; 0: no limit */
};

/* Confines the calling process for good. `keep`: descriptors that stay open. True: all of it is on.
 * False: *why says (static text) what the kernel or a sanitizer did not allow; the rest is on. */
bool sandbox_enter(const struct sandbox_limits *limits, const int *keep, size_t keep_count,
                   const char **why);

/* Is this process watched by valgrind, which needs system calls of its own and is far slower? */
bool sandbox_is_emulated(void);

#endif
