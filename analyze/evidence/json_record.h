/* json_record.h - one record of JSON: parsed, shown, or only peeked into.
 *
 * json_records.h finds records in a text; peeking sees a member's value without parsing. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_JSON_RECORD_H
#define UNGRANT_ANALYZE_EVIDENCE_JSON_RECORD_H

#include "analyze/evidence/evidence.h"
#include "base/json_read.h"

/* Parses; a fault and NULL where it is no JSON, and a fault where it says something twice. */
cJSON *json_record_parse(struct sink *out, struct str text, uint64_t offset);

/* Appends JSON, which may be printed over many lines, without its line ends. */
void json_add_flat(struct buf *out, struct str json);

/* The next byte from `at` on that is no white space, or the end. */
size_t json_skip_blank(struct str text, size_t at);

/* The member of an object at `at` (behind white space): its key with quotes, and where its value
 * begins. false: no member is whole enough there. */
bool json_member_at(struct str text, size_t at, struct str *key, size_t *value);

/* The text of the first of these members (names end with NULL) that an object itself has and that
 * is a string or number that is not empty, found without parsing; or empty. */
struct str json_own_member(struct str object, const char *const *names);

/* For `dump`: the record's members on one line; a fault where it is no JSON. `id` is the record's
 * own identifier, as its events have it, or empty. */
void json_record_show(struct sink *out, struct str text, struct str id, uint64_t ordinal,
                      uint64_t offset);

/* The next value of "KEY" (given with its quotes) from *at on, moved behind the key: a string's
 * text between its quotes, or a number's or word's. Text within strings cannot look like a key,
 * since quotes in it are escaped. False: none. */
bool json_peek_next(struct str json, struct str quoted_key, size_t *at, struct str *value);
/* The first value of any of these keys (with quotes, ended by NULL), or empty. */
struct str json_peek(struct str json, const char *const *quoted_keys);

#endif
