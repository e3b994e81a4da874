/* json_records.h - a stream of JSON objects, one record each, whatever stands around them.
 *
 * One object, arrays (several, one behind the other), lines, pretty-printed or not, and the pages
 * that services wrap them in ({"value":[..]}, {"records":[..]}). Records are found by brackets and
 * strings alone, at memory speed: whatever stands between objects (commas, brackets of arrays, line
 * ends) is passed over, so a block may begin anywhere between two records. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_JSON_RECORDS_H
#define UNGRANT_ANALYZE_EVIDENCE_JSON_RECORDS_H

#include "analyze/evidence/text_view.h"

struct json_records {
    struct str text;
    size_t at;         /* where to look from */
    size_t begin, end; /* what json_records_next() found */
    size_t scanned;    /* how much was looked through, again and again where records are torn */
};

/* The next record: 1, it is [begin, end); 0: the text ends before one is complete (begin < text.n:
 * one begins there); -1: [begin, end) is no JSON. */
int json_records_next(struct json_records *r);

/* For cut(): the bytes up to the end of the last whole record. */
size_t json_records_cut(struct cutter *c, struct str bytes, bool at_end);

/* Reads every record of a block; what is no record is a fault. Calls records() of the sink. */
typedef void json_take(void *own, struct str text, uint64_t ordinal, uint64_t offset);
void json_records_read(const struct block *b, struct sink *out, json_take *take, void *own);

/* For `dump`: the record's own members; line ends inside would break "one record, one line". A
 * fault where it is no JSON. */
void json_records_show(struct sink *out, struct str text, uint64_t ordinal, uint64_t offset);

#endif
