/* error.h - an error is a value with a place and a reason, passed up, printed once, at the top.
 *
 * `struct error` is for what stops a command or one of its steps. What could not be read in
 * evidence and did not stop anything is a `struct fault` (analyze/evidence/evidence.h). */
#ifndef UNGRANT_BASE_ERROR_H
#define UNGRANT_BASE_ERROR_H

#include "base/str.h"

/* Exit statuses of every command. */
enum status {
    STATUS_DONE = 0,
    STATUS_DECIDE = 1, /* findings need a decision, where a command says so */
    STATUS_USAGE = 2,
    STATUS_PARTIAL = 3,
    STATUS_FAILED = 4,
};

struct error {
    char text[1024]; /* "PLACE: REASON", printable, no newline */
};

/* Sets the text; bytes that must not reach a terminal are escaped. Returns -1, so that a function
 * can `return error_set(...)`. The first error stays: a later one does not hide it. */
int error_set(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, with ": " and the text of errno behind. */
int error_errno(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool error_is_set(const struct error *e) { return e->text[0] != 0; }

/* Prints "ungrant COMMAND: TEXT" on stderr. */
void error_print(const char *command, const struct error *e);

#endif
