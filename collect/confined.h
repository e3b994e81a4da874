/* confined.h - one look at hostile bytes in a process of its own that can do nothing but think.
 *
 * For what libcrypto parses of a case (signatures, time stamps, certificates): a crash or a hang of
 * it ends the child and is an answer like any other (base/sandbox.h). */
#ifndef UNGRANT_COLLECT_CONFINED_H
#define UNGRANT_COLLECT_CONFINED_H

#include <stdbool.h>
#include <stddef.h>

/* Has `work` fill `result` (`size` bytes, no pointers in it) in a child, and copies it back. False
 * where the child crashed or took too long. The result is no more to be trusted than the bytes that
 * made it: the caller brings every field into its range. */
bool confined_run(void (*work)(const void *task, void *result), const void *task, void *result,
                  size_t size);

#endif
