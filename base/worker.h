/* worker.h - processes that work on blocks of hostile bytes, and give their results in order.
 *
 * A pool forks one confined process per worker (sandbox.h). The caller submits blocks; each is
 * copied into memory shared with a worker, which writes its result into shared memory too. Results
 * come back through deliver(), in the order of submission whatever order they were finished in. If
 * a worker dies, exceeds its time or its memory, its block is delivered as failed, a new worker
 * takes the next, and the run goes on.
 *
 * The pool believes nothing a worker says but lengths it has checked. */
#ifndef UNGRANT_BASE_WORKER_H
#define UNGRANT_BASE_WORKER_H

#include "base/error.h"
#include "base/str.h"

enum { WORK_ARGS = 8 };

struct work {
    struct str head, bytes;   /* in shared memory, valid until work() returns */
    uint64_t args[WORK_ARGS]; /* the caller's own, passed through */
};

struct work_out; /* where a worker's result goes */
void work_emit(struct work_out *out, struct str bytes);

enum work_state { WORK_DONE, WORK_CRASHED, WORK_TIMED_OUT, WORK_OUT_OF_MEMORY };
const char *work_state_reason(enum work_state s); /* "the worker crashed", ... */

struct pool_options {
    unsigned workers;  /* processes, at least 1 */
    size_t block_most; /* bytes of head and bytes together that one block may have */
    size_t memory;     /* a worker's own memory, bytes */
    unsigned seconds;  /* for one block, by the clock on the wall */
    void *own;
    /* In the worker: once after the fork, before it is confined (may be NULL). */
    void (*start)(void *own);
    /* In the worker, once per block. */
    void (*work)(void *own, const struct work *w, struct work_out *out);
    /* In the caller's process, once per block, in order. `result` is valid during the call. */
    void (*deliver)(void *own, const uint64_t args[WORK_ARGS], enum work_state state,
                    struct str result);
    /* In the caller's process: a warning, at most once (no system call filter, ...). May be NULL.
     */
    void (*warn)(void *own, const char *text);
};

struct pool;

struct pool *pool_new(const struct pool_options *o, struct error *e);

/* Copies the block to a worker; waits where all are busy, delivering what is finished meanwhile.
 * -1 with *e when no worker can be had any more. */
int pool_submit(struct pool *p, const struct work *w, struct error *e);

/* Waits for everything submitted, delivers it. */
int pool_finish(struct pool *p, struct error *e);

/* Ends the workers. What was not delivered is lost. NULL is allowed. */
void pool_free(struct pool *p);

#endif
