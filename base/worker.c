#include "base/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/sandbox.h"

enum {
    SLOTS = 2,              /* blocks per worker: one worked on, one waiting */
    PAGE = 4 * 1024 * 1024, /* of result, handed over at a time */
    WINDOW = 8,             /* blocks per worker between the oldest undelivered and the newest */
    EMULATED_SLOWER = 50,   /* time limits under valgrind */

};
#define RESULT_MOST ((size_t)1 << 30) /* a worker that gives more for one block is out of order */

/* Parent to worker, on the control socket. */
struct order {
    uint64_t slot, head, bytes, args[WORK_ARGS];
};

/* Worker to parent. */
enum report_kind { REPORT_READY = 1, REPORT_PAGE, REPORT_DONE };
struct report {
    uint32_t kind, slot;
    uint64_t n;       /* bytes in the slot's page */
    char warning[64]; /* with REPORT_READY: what could not be confined */
};

struct job {
    uint64_t args[WORK_ARGS];
    struct buf result;
    enum work_state state;
    bool finished;
};

struct slot {
    char *in;  /* shared, block_most bytes */
    char *out; /* shared, PAGE bytes */
    uint64_t job;
    bool busy;
    struct order order; /* kept to submit it again if the worker dies over another block */
};

struct worker {
    pid_t pid;
    int control, acks;
    struct slot slots[SLOTS];
    unsigned queue[SLOTS], queued; /* busy slots in the order of their orders */
    struct timespec since;         /* when the first of the queue began */
};

struct pool {
    struct pool_options o;
    struct worker *workers;
    struct job *jobs;  /* ring of WINDOW * workers */
    struct buf *spare; /* results that were delivered: their memory serves the next ones */
    unsigned spares;
    uint64_t ring, next, delivered;
    bool warned;
};

struct work_out {
    const struct pool *pool;
    int control, acks;
    uint32_t slot;
    char *page;
    size_t n;
};

const char *work_state_reason(enum work_state s) {
    static const char *const reasons[] = {
        "done",
        "the process that read this block crashed; the block is unreadable",
        "reading this block took too long; the block is unreadable",
        "reading this block needed too much memory; the block is unreadable",
    };
    return reasons[s];
}

/* ---- in the worker ---- */

static void worker_report(int control, const struct report *r) {
    if (file_write_full(control, r, sizeof *r) != 0) _exit(1);
}

static void page_hand_over(struct work_out *out) {
    char ack;
    struct report r = {.kind = REPORT_PAGE, .slot = out->slot, .n = out->n};
    worker_report(out->control, &r);
    if (file_read_full(out->acks, &ack, 1) != 1) _exit(1);
    out->n = 0;
}

void work_emit(struct work_out *out, struct str bytes) {
    while (bytes.n) {
        size_t room = PAGE - out->n, take = bytes.n < room ? bytes.n : room;
        memcpy(out->page + out->n, bytes.p, take);
        out->n += take;
        bytes = str_from_index(bytes, take);
        if (out->n == PAGE) page_hand_over(out);
    }
}

static _Noreturn void worker_main(const struct pool *p, struct worker *w, int control, int acks) {
    const int keep[] = {control, acks, 2};
    const struct sandbox_limits limits = {.memory = p->o.memory};
    const char *why = NULL;
    struct report ready = {.kind = REPORT_READY};
    if (p->o.start) p->o.start(p->o.own);
    if (!sandbox_enter(&limits, keep, 3, &why))
        snprintf(ready.warning, sizeof ready.warning, "%s", why);
    worker_report(control, &ready);
    struct order order;
    while (file_read_full(control, &order, sizeof order) == (ssize_t)sizeof order) {
        struct slot *s = &w->slots[order.slot];
        struct work work = {.head = str_of(s->in, order.head),
                            .bytes = str_of(s->in + order.head, order.bytes)};
        memcpy(work.args, order.args, sizeof work.args);
        struct work_out out = {p, control, acks, (uint32_t)order.slot, s->out, 0};
        p->o.work(p->o.own, &work, &out);
        struct report done = {.kind = REPORT_DONE, .slot = out.slot, .n = out.n};
        worker_report(control, &done);
    }
    _exit(0);
}

/* ---- in the parent ---- */

static int worker_start(struct pool *p, struct worker *w, struct error *e) {
    int control[2], acks[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0)
        return error_errno(e, "cannot make a socket pair for a worker");
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, acks) != 0) {
        close(control[0]);
        close(control[1]);
        return error_errno(e, "cannot make a socket pair for a worker");
    }
    fflush(NULL);
    w->pid = fork();
    if (w->pid == 0) worker_main(p, w, control[1], acks[1]);
    close(control[1]);
    close(acks[1]);
    w->control = control[0];
    w->acks = acks[0];
    if (w->pid > 0) return 0;
    close(control[0]);
    close(acks[0]);
    w->pid = 0;
    return error_errno(e, "cannot start a worker process");
}

/* Ends the process if it still runs; its exit tells why it ended. */
static enum work_state worker_end(struct worker *w, bool kill_it) {
    int status = 0;
    if (!w->pid) return WORK_CRASHED;
    if (kill_it) kill(w->pid, SIGKILL);
    close(w->control);
    close(w->acks);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR) {
    }
    w->pid = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == STATUS_FAILED ? WORK_OUT_OF_MEMORY
                                                                     : WORK_CRASHED;
}

static struct job *job_of(struct pool *p, uint64_t number) { return &p->jobs[number % p->ring]; }

/* Fresh memory for every result would cost more than copying it. */
static void job_drop_result(struct pool *p, struct job *j) {
    if (j->result.cap && p->spares < p->ring) {
        p->spare[p->spares] = j->result;
        p->spare[p->spares++].n = 0;
        j->result = (struct buf){0};
    }
    buf_free(&j->result);
}

static struct buf job_fresh_result(struct pool *p) {
    return p->spares ? p->spare[--p->spares] : (struct buf){0};
}

static void deliver_ready(struct pool *p) {
    while (p->delivered < p->next) {
        struct job *j = job_of(p, p->delivered);
        if (!j->finished) return;
        p->o.deliver(p->o.own, j->args, j->state, buf_str(&j->result));
        job_drop_result(p, j);
        j->finished = false;
        p->delivered++;
    }
}

static int send_order(struct worker *w, const struct order *order) {
    const char *at = (const char *)order;
    size_t left = sizeof *order;
    while (left) {
        ssize_t n = send(w->control, at, left, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return -1;
        at += n;
        left -= (size_t)n;
    }
    return 0;
}

static void clock_start(struct worker *w) { clock_gettime(CLOCK_MONOTONIC, &w->since); }

/* The first block of the queue is finished, well or badly. */
static void queue_pop(struct pool *p, struct worker *w, enum work_state state) {
    struct slot *s = &w->slots[w->queue[0]];
    struct job *j = job_of(p, s->job);
    j->state = state;
    j->finished = true;
    if (state != WORK_DONE) job_drop_result(p, j);
    s->busy = false;
    for (unsigned i = 1; i < w->queued; i++) w->queue[i - 1] = w->queue[i];
    w->queued--;
    clock_start(w);
}

/* The worker is gone: its first block is lost, the others go to its successor. */
static int worker_replace(struct pool *p, struct worker *w, enum work_state why, struct error *e) {
    if (w->queued) queue_pop(p, w, why);
    if (worker_start(p, w, e) != 0) return -1;
    for (unsigned i = 0; i < w->queued; i++) {
        struct slot *s = &w->slots[w->queue[i]];
        job_drop_result(p, job_of(p, s->job));
        send_order(w, &s->order); /* if it fails, the next poll sees the worker gone */
    }
    return 0;
}

static void warn_once(struct pool *p, struct report *r) {
    r->warning[sizeof r->warning - 1] = 0;
    if (!r->warning[0] || p->warned || !p->o.warn) return;
    p->warned = true;
    p->o.warn(p->o.own, r->warning);
}

/* One message of a worker. -1: the worker is out of order or gone. */
static int worker_hear(struct pool *p, struct worker *w) {
    struct report r;
    if (file_read_full(w->control, &r, sizeof r) != (ssize_t)sizeof r) return -1;
    if (r.kind == REPORT_READY) {
        warn_once(p, &r);
        return 0;
    }
    if (!w->queued || r.slot != w->queue[0] || r.n > PAGE) return -1;
    struct slot *s = &w->slots[r.slot];
    struct job *j = job_of(p, s->job);
    if (j->result.n + r.n > RESULT_MOST) return -1;
    buf_add(&j->result, str_of(s->out, r.n));
    if (r.kind == REPORT_DONE)
        queue_pop(p, w, WORK_DONE);
    else if (r.kind != REPORT_PAGE || send(w->acks, "", 1, MSG_NOSIGNAL) != 1)
        return -1;
    return 0;
}

static int64_t milliseconds_left(const struct pool *p, const struct worker *w) {
    struct timespec now;
    if (!w->queued || !p->o.seconds) return -1;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t gone =
        (now.tv_sec - w->since.tv_sec) * 1000 + (now.tv_nsec - w->since.tv_nsec) / 1000000;
    int64_t most = (int64_t)p->o.seconds * 1000 * (sandbox_is_emulated() ? EMULATED_SLOWER : 1);
    return gone >= most ? 0 : most - gone;
}

/* Waits for news of any worker (or none, with wait false), and handles it. */
static int pool_turn(struct pool *p, bool wait, struct error *e) {
    struct pollfd fds[256];
    int timeout = wait ? -1 : 0;
    for (unsigned i = 0; i < p->o.workers; i++) {
        int64_t left = milliseconds_left(p, &p->workers[i]);
        fds[i] = (struct pollfd){.fd = p->workers[i].control, .events = POLLIN};
        if (wait && left >= 0 && (timeout < 0 || left < timeout)) timeout = (int)left;
    }
    int n = poll(fds, p->o.workers, timeout);
    if (n < 0 && errno != EINTR) return error_errno(e, "cannot wait for the workers");
    for (unsigned i = 0; i < p->o.workers; i++) {
        struct worker *w = &p->workers[i];
        if (n > 0 && fds[i].revents) {
            if (worker_hear(p, w) != 0 && worker_replace(p, w, worker_end(w, true), e) != 0)
                return -1;
        } else if (milliseconds_left(p, w) == 0) {
            worker_end(w, true);
            if (worker_replace(p, w, WORK_TIMED_OUT, e) != 0) return -1;
        }
    }
    deliver_ready(p);
    return 0;
}

static struct worker *worker_least_busy(struct pool *p) {
    struct worker *best = NULL;
    for (unsigned i = 0; i < p->o.workers; i++)
        if (p->workers[i].queued < SLOTS && (!best || p->workers[i].queued < best->queued))
            best = &p->workers[i];
    return best;
}

int pool_submit(struct pool *p, const struct work *work, struct error *e) {
    struct worker *w;
    if (work->head.n + work->bytes.n > p->o.block_most)
        return error_set(e, "a block of %zu bytes is too long for a worker", work->bytes.n);
    if (pool_turn(p, false, e) != 0) return -1;
    while (p->next - p->delivered >= p->ring || !(w = worker_least_busy(p)))
        if (pool_turn(p, true, e) != 0) return -1;
    unsigned at = w->slots[0].busy ? 1 : 0;
    struct slot *s = &w->slots[at];
    s->busy = true;
    s->job = p->next++;
    struct job *j = job_of(p, s->job);
    *j = (struct job){.state = WORK_CRASHED, .result = job_fresh_result(p)};
    memcpy(j->args, work->args, sizeof j->args);
    s->order = (struct order){.slot = at, .head = work->head.n, .bytes = work->bytes.n};
    memcpy(s->order.args, work->args, sizeof work->args);
    if (work->head.n) memcpy(s->in, work->head.p, work->head.n);
    if (work->bytes.n) memcpy(s->in + work->head.n, work->bytes.p, work->bytes.n);
    if (w->queued == 0) clock_start(w);
    w->queue[w->queued++] = at;
    send_order(w, &s->order); /* if it fails, the next poll sees the worker gone */
    return 0;
}

int pool_finish(struct pool *p, struct error *e) {
    while (p->delivered < p->next)
        if (pool_turn(p, true, e) != 0) return -1;
    return 0;
}

static char *shared_memory(size_t n, struct error *e) {
    char *m =
        mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m != MAP_FAILED) return m;
    error_errno(e, "cannot share %zu bytes of memory with a worker", n);
    return NULL;
}

struct pool *pool_new(const struct pool_options *o, struct error *e) {
    struct pool *p = memory_alloc(sizeof *p);
    *p = (struct pool){.o = *o};
    if (p->o.workers < 1) p->o.workers = 1;
    if (p->o.workers > 256) p->o.workers = 256;
    p->ring = (uint64_t)WINDOW * p->o.workers;
    p->jobs = calloc(p->ring, sizeof *p->jobs);
    p->workers = calloc(p->o.workers, sizeof *p->workers);
    p->spare = calloc(p->ring, sizeof *p->spare);
    if (!p->jobs || !p->workers || !p->spare) memory_exhausted();
    for (unsigned i = 0; i < p->o.workers; i++) {
        struct worker *w = &p->workers[i];
        for (size_t k = 0; k < SLOTS; k++) {
            w->slots[k].in = shared_memory(p->o.block_most, e);
            w->slots[k].out = shared_memory(PAGE, e);
            if (!w->slots[k].in || !w->slots[k].out) goto bad;
        }
        if (worker_start(p, w, e) != 0) goto bad;
    }
    return p;
bad:
    pool_free(p);
    return NULL;
}

void pool_free(struct pool *p) {
    if (!p) return;
    for (unsigned i = 0; i < p->o.workers; i++) {
        struct worker *w = &p->workers[i];
        worker_end(w, true);
        for (size_t k = 0; k < SLOTS; k++) {
            if (w->slots[k].in) munmap(w->slots[k].in, p->o.block_most);
            if (w->slots[k].out) munmap(w->slots[k].out, PAGE);
        }
    }
    for (uint64_t i = 0; i < p->ring; i++) buf_free(&p->jobs[i].result);
    for (unsigned i = 0; i < p->spares; i++) buf_free(&p->spare[i]);
    free(p->spare);
    free(p->jobs);
    free(p->workers);
    free(p);
}
