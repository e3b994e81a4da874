/* evidence.h - bytes to events: one reader per telemetry, chosen by content.
 *
 * A reader is a struct of three functions. It *bids* on the first bytes of an item (never on its
 * name; the highest bid reads it, two equal highest bids are a bug), it says where the item may be
 * *cut* into blocks, and it *reads* one block into events (or, for `ungrant dump`, into JSON
 * lines). cut() runs in the parent and must do no more than find a boundary; read() runs in a
 * worker that can do nothing but think, and sees one block, never the one before. To add a format:
 * one file here, one row in the table of evidence.c, one test. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_EVIDENCE_H
#define UNGRANT_ANALYZE_EVIDENCE_EVIDENCE_H

#include "analyze/evidence/event.h"
#include "base/json.h"

enum {
    BID_FIRST = 64 * 1024,         /* bytes of an item that a bid may see */
    BLOCK_TARGET = 1024 * 1024,    /* cut() is asked once this many bytes are there */
    BLOCK_MOST = 64 * 1024 * 1024, /* no block is longer: a record that is, is a fault */
    HEAD_MOST = 64 * 1024,         /* bytes of an item's beginning that go with every block */
};

/* Where cut() keeps what it must remember from block to block of one item. */
struct cutter {
    uint64_t offset;   /* item offset of the bytes shown to cut() */
    size_t head;       /* cut() sets this at the first block: so many bytes of the item's beginning
                          (<= HEAD_MOST) are given to read() with every later block */
    uint64_t state[8]; /* zero at the item's beginning; the reader's own */
};

struct block {
    struct str item; /* the item's name: for messages, never for decisions */
    struct str head; /* what cut() asked to keep; empty for the first block */
    struct str bytes;
    uint64_t offset; /* item offset of bytes.p[0] */
    bool first, last;
};

/* One record or stretch that could not be read: an entry of errors.jsonl. */
struct fault {
    uint64_t offset;
    struct str record; /* may be empty */
    struct str reason;
};

/* Where a reader's results go. All callbacks copy what they keep. */
struct sink {
    struct arena *arena; /* this block's memory */
    bool dump;           /* true: call line() for every record; false: call event() */
    bool carve;          /* also give what is left of old records, marked as carved */
    void *own;
    void (*event)(void *own, const struct event *e);
    /* One record for `dump`: `members` is JSON object members without the braces, everything the
     * record holds ("\"EventID\":4104,\"Data\":[...]"). `record` is its own identifier, or empty
     * and `ordinal` counts from 1 within the block. The pipeline writes
     * {"item":..,"record":..,"offset":..,MEMBERS}. */
    void (*line)(void *own, struct str record, uint64_t ordinal, uint64_t offset,
                 struct str members);
    void (*fault)(void *own, const struct fault *f);
    /* Once for every record, of interest or not: what coverage.json and the inventory count.
     * telemetry: "powershell-operational", "security", "ual", ... (the channel's or log's name in
     * lower case); host: computer or tenant, may be empty; number: EventRecordID, else 0. */
    void (*seen)(void *own, struct str telemetry, struct str host, struct when t, uint64_t number);
    /* One record of a kind whose presence says that this sort of logging was on ("4104"); may be
     * NULL. */
    void (*kind)(void *own, struct str telemetry, struct str host, struct str kind, struct when t);
    /* The block's record count, for ordinals; called once at the end of read(). */
    void (*records)(void *own, uint64_t count);
};

struct reader {
    const char *name;      /* "evtx", "ual-csv", "ual-json", "transcript", ... */
    const char *telemetry; /* for the inventory: "Windows event log", "unified audit log", ... */
    /* 0: not mine; 1..100: how sure. `first` holds at most BID_FIRST bytes; whole: the item ends
     * there. Must be cheap and must not trust a single byte. */
    int (*bid)(struct str first, bool whole);
    /* How many of these bytes make the next block: 1..bytes.n; 0: need more (not at at_end, where
     * everything left must be taken). Asked when BLOCK_TARGET bytes or the end are there; should
     * return the largest cut it finds. If BLOCK_MOST bytes hold no boundary the pipeline cuts there
     * and records a fault. NULL: the whole item is one block. */
    size_t (*cut)(struct cutter *c, struct str bytes, bool at_end);
    void (*read)(const struct block *b, struct sink *out);
};

/* The table, ended by NULL. */
extern const struct reader *const EVIDENCE_READERS[];

/* Reads an item that nobody recognised, where carving was asked for. */
extern const struct reader READER_CARVE;

/* The best bidder, or NULL: nothing here is recognised. */
const struct reader *evidence_recognise(struct str first, bool whole);
const struct reader *evidence_reader_by_name(struct str name);

/* Conveniences for readers. The reason is formatted into the sink's arena. */
void sink_fault(struct sink *out, uint64_t offset, struct str record, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
