/* json_record.h - objects in a text of JSON: lines, arrays, pretty printing, words between them.
 *
 * Records are the outermost objects; they are found by brackets and strings alone, at memory speed,
 * so a block may be cut between any two. Whatever stands between is passed over, but said where it
 * is none of JSON's own punctuation. Peeking sees a member's value without parsing. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_JSON_RECORD_H
#define UNGRANT_ANALYZE_EVIDENCE_JSON_RECORD_H

#include "analyze/evidence/text_view.h"
#include "base/json_read.h"

enum json_found { JSON_NO_RECORD, JSON_RECORD, JSON_TORN };

struct json_scan {
    struct str text;
    size_t at;
    size_t next_line; /* where the next line that begins an object does; known beyond `at` only */
    size_t budget;    /* bytes that may still be counted through in vain */
};
struct json_scan json_scan_of(struct str text);

/* The next object: [*begin, *end). JSON_TORN: it does not end before the line at *end that begins
 * another, nor are the two together one. JSON_NO_RECORD: none is complete; *begin is where an
 * incomplete one begins, or text.n. */
enum json_found json_record_next(struct json_scan *s, size_t *begin, size_t *end);

/* For cut(): the largest number of bytes that ends behind a record. */
size_t json_cut(struct cutter *c, struct str bytes, bool at_end);

/* Every record of a block in turn; torn and unended ones are faults. Returns how many. */
typedef void json_take(void *own, struct str text, uint64_t ordinal, uint64_t offset);
uint64_t json_read_block(const struct block *b, struct sink *out, json_take *take, void *own);

/* Parses; a fault and NULL where it is no JSON, and a fault where it says something twice. */
cJSON *json_record_parse(struct sink *out, struct str text, uint64_t offset);

/* For `dump`: the record's members on one line; a fault where it is no JSON. */
void json_record_show(struct sink *out, struct str text, uint64_t ordinal, uint64_t offset);

/* The next value of "KEY" (given with its quotes) from *at on, moved behind the key: a string's
 * text between its quotes, or a number's or word's. Text within strings cannot look like a key,
 * since quotes in it are escaped. False: none. */
bool json_peek_next(struct str json, struct str quoted_key, size_t *at, struct str *value);
/* The first value of any of these keys (with quotes, ended by NULL), or empty. */
struct str json_peek(struct str json, const char *const *quoted_keys);

#endif
