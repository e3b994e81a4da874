/* cut.h - the records that statements rest on, out of the sealed case: as they are, and as JSON.
 *
 * The case is read twice: once into records, which says where each cited one ends (where the next
 * begins; an event record says its own length), and once for the bytes. Only items that are cited
 * are read into records. A place inside a record (a command in a transcript) is cut with the record
 * around it. */
#ifndef UNGRANT_ANALYZE_PACKAGE_CUT_H
#define UNGRANT_ANALYZE_PACKAGE_CUT_H

#include "analyze/package/statement.h"
#include "base/buf.h"

struct cut {
    const struct citation *of;
    bool found, done;
    bool binary;     /* an event record: not text */
    uint64_t begin;  /* of the record, in its item */
    uint64_t length; /* of its bytes */
    struct str json; /* one line: item, record, offset, and every field, as `ungrant dump` has it */
    struct buf bytes;
};

struct cuts {
    struct cut *list; /* as cited */
    size_t count;
    uint64_t records; /* of the cited items: those that are not cut, too */
};

/* Who wants the cuts, and how they are made. */
struct cuts_wish {
    const char *archive;
    unsigned jobs;
    void *own;
    int (*take)(void *own, struct cut *c, struct error *e); /* each as soon as its bytes are there,
                                                               in no promised order */
    void (*warn)(void *own,
                 const char *text); /* workers that are not fully confined; may be NULL */
};

/* Fills one cut per citation. Those whose item is not in the case stay without `found`. -1 with *e.
 */
int cuts_make(struct arena *a, const struct cuts_wish *wish, const struct statements *from,
              struct cuts *out, struct error *e);

#endif
