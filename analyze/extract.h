/* extract.h - items in, facts out: bytes are hashed as they come, cut into blocks, read by workers.
 *
 * One item at a time: extract_begin(), any number of extract_push(), extract_end(). Blocks of
 * several items may be in work at once; each item's facts come in its own order whatever the number
 * of workers. Nothing here knows where the bytes come from. */
#ifndef UNGRANT_ANALYZE_EXTRACT_H
#define UNGRANT_ANALYZE_EXTRACT_H

#include "analyze/analysis.h"
#include "analyze/facts.h"
#include "analyze/rules/rules.h"
#include "base/error.h"

enum extract_mode {
    EXTRACT_FACTS, /* everything analyze needs */
    EXTRACT_LINES, /* every record as JSON, to line() */
    EXTRACT_COUNTS /* only what the inventory needs: records, first, last */
};

struct extract_options {
    enum extract_mode mode;
    unsigned jobs;
    bool carve;                /* also remains of event records, in slack and in unknown items */
    const struct rules *rules; /* EXTRACT_FACTS; the caller keeps them */
    void *own;
    /* EXTRACT_LINES: one record, in order. */
    void (*line)(void *own, const struct item *item, const struct fact *line);
    void (*warn)(void *own, const char *text); /* may be NULL */
    /* May be NULL. Shall this item be read into records, or only hashed? Its name and archive are
     * known. */
    bool (*wants)(void *own, const struct item *item);
    /* May be NULL. Every byte of every item as it comes; item->size of them came before. */
    void (*bytes)(void *own, const struct item *item, struct str bytes);
};

struct extract;

/* An item and what was found in it; valid until extract_free(). */
struct extracted {
    struct item item;
    struct buf facts;   /* FACT_BASE, ... : complete after extract_wait() */
    struct buf scripts; /* of script blocks put together, by extract_text() */
};

struct extract *extract_new(const struct extract_options *o, struct error *e);
void extract_free(struct extract *x);

/* Starts an item; returns it. `archive` may be empty. */
struct extracted *extract_begin(struct extract *x, struct str name, struct str archive);
int extract_push(struct extract *x, struct str bytes, struct error *e);
int extract_end(struct extract *x, struct error *e);

/* Adds an entry of errors.jsonl to an item, from outside of its blocks. */
void extract_fault(struct extracted *item, uint64_t offset, struct str reason);

/* Waits for all blocks; afterwards records, first, last and unreadable of every item are there. */
int extract_wait(struct extract *x, struct error *e);

/* A script block that was put together: read as the text of the event `part` tells, its facts
 * appended to `item`. `cut`: a part is missing. extract_wait() afterwards. */
int extract_text(struct extract *x, struct extracted *item, const struct fact *part,
                 struct str text, bool cut, struct error *e);

size_t extract_count(const struct extract *x);
struct extracted *extract_at(const struct extract *x, size_t i);

/* An item whose facts come from a file; extract_wait() fills its numbers too. */
struct extracted *extract_add(struct extract *x, const struct fact *item, struct str facts);

#endif
