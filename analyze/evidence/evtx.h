/* evtx.h - what the EVTX reader's files share: records within a chunk, wherever the chunk was
 * found.
 *
 * evtx.c knows files and chunks and what is live in them; evtx_record.c turns one record into a
 * dumped line or events; evtx_carve.c finds records where none should be: in the slack behind a
 * chunk's live ones, and in any other file. Format: libyal, "Windows XML Event Log (EVTX) format".
 */
#ifndef UNGRANT_ANALYZE_EVIDENCE_EVTX_H
#define UNGRANT_ANALYZE_EVIDENCE_EVTX_H

#include "analyze/evidence/evtx_crc32.h"
#include "analyze/evidence/windows_events.h"

enum {
    CHUNK_SIZE = 0x10000,
    CHUNK_HEADER = 0x200,
    RECORD_HEADER = 24, /* signature, size, number, time written */
    RECORD_LEAST = RECORD_HEADER + 4,
    RECORD_MAGIC = 0x2A2A,
};

extern const struct str EVTX_CHUNK_MAGIC;

/* Of the file's own header. */
struct evtx_head {
    bool there;
    size_t block;    /* bytes before the first chunk */
    uint32_t chunks; /* as the header says: a hint, real files are wrong in both directions */
    bool no_crc32;
};

/* Reading one block. */
struct evtx {
    struct sink *out;
    struct binxml *x;
    struct arena *arena; /* one record's memory */
    struct evtx_head file;
    struct crc32 crc;
    bool carving; /* what is read now was not in its place */
    struct buf line;
    struct buf channel, telemetry;  /* of the record before */
    struct binxml_instance room[2]; /* of the record being read */
    uint64_t count;                 /* records of this block */
};

void evtx_begin(struct evtx *e, struct sink *out);
void evtx_end(struct evtx *e);

struct chunk {
    struct str bytes;
    uint64_t number, offset; /* counted from 0; byte of the item */
    uint64_t first_id, last_id;
    uint32_t free;   /* where live records end */
    bool stale_head; /* neither checksum fits: `free` may be too small */
    uint64_t last;   /* number of the record read last, 0: none */
};

/* What stands where a record should begin: a record with both copies of its size, one whose end was
 * overwritten, or nothing of the kind. */
enum shape { SHAPE_NONE, SHAPE_TORN, SHAPE_WHOLE };
enum shape evtx_record_shape(struct str bytes, size_t at, size_t limit, uint32_t *size);

/* Decodes the record at `at` of the chunk: a line for dump, else what coverage counts and, if
 * anybody wants it, its events. binxml_chunk() must have been told of the chunk. */
void evtx_read_record(struct evtx *e, const struct chunk *c, uint32_t at, uint32_t size,
                      enum shape shape);

/* One entry of errors.jsonl, with chunk and offset. */
void evtx_fault(struct evtx *e, const struct chunk *c, uint32_t at, struct str record,
                const char *reason);

/* Records in the chunk's bytes [from, to) that nothing refers to any more. */
void evtx_carve_slack(struct evtx *e, const struct chunk *c, uint32_t from, uint32_t to);

#endif
