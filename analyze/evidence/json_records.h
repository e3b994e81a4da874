/* json_records.h - a stream of JSON objects, one record each, whatever stands around them.
 *
 * One object, arrays (several, one behind the other), lines, pretty-printed or not, and the pages
 * that services wrap them in ({"value":[..]}, {"records":[..]}). Records are found by brackets and
 * strings alone, at memory speed: whatever stands between objects (commas, brackets of arrays, line
 * ends, the numbers that tools print) is passed over, so a block may begin anywhere between two
 * records. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_JSON_RECORDS_H
#define UNGRANT_ANALYZE_EVIDENCE_JSON_RECORDS_H

#include "analyze/evidence/text_view.h"

enum json_found {
    JSON_NO_RECORD, /* the text ends before one is complete; begin < text.n: one begins there */
    JSON_RECORD,
    JSON_TORN, /* it does not end before the line at `end` that begins another object, nor are the
                  two together one */
    JSON_WORDS /* no JSON */
};

struct json_records {
    struct str text;
    size_t at;         /* where to look from */
    size_t begin, end; /* what json_records_next() found */
    size_t next_line;  /* where the next line that begins an object does; known beyond `at` only */
    size_t vain;       /* bytes that were counted through in vain: torn records cost no squares */
};

/* What comes next: [begin, end). */
enum json_found json_records_next(struct json_records *r);

/* For cut(): the bytes up to the end of the last whole record. */
size_t json_records_cut(struct cutter *c, struct str bytes, bool at_end);

/* Reads every record of a block; what is no record is a fault. Calls records() of the sink. */
typedef void json_take(void *own, struct str text, uint64_t ordinal, uint64_t offset);
void json_records_read(const struct block *b, struct sink *out, json_take *take, void *own);

#endif
