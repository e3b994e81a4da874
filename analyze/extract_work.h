/* extract_work.h - the worker's side of extraction: one block in, facts out. */
#ifndef UNGRANT_ANALYZE_EXTRACT_WORK_H
#define UNGRANT_ANALYZE_EXTRACT_WORK_H

#include "analyze/extract.h"
#include "base/worker.h"

/* What the arguments of a `struct work` mean here. */
enum extract_arg {
    ARG_ITEM,   /* index of the item */
    ARG_READER, /* index into EVIDENCE_READERS, or READER_SCRIPT */
    ARG_OFFSET, /* of the block in its item */
    ARG_FLAGS,  /* enum extract_flag */
};
enum { READER_SCRIPT = 0xFFFF }; /* head: an encoded FACT_PART, bytes: the whole text */
enum extract_flag { EXTRACT_FIRST = 1, EXTRACT_LAST = 2, EXTRACT_CUT = 4 };

enum { TRAILER = 8 }; /* bytes behind the facts of a block: its record count, little-endian */

/* A worker's own state; made in the parent, used in the worker. */
struct extract_worker {
    enum extract_mode mode;
    bool carve;
    const struct rules *rules;
    struct rule_scanner *scanner;
    struct arena *arena;
    struct buf facts;
};

void extract_worker_start(struct extract_worker *w);
void extract_worker_work(struct extract_worker *w, const struct work *work, struct work_out *out);

#endif
