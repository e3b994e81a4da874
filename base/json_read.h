/* json_read.h - reading JSON: checked strictly (RFC 8259) before cJSON may see it.
 *
 * HAZARDS.md, cJSON: it takes trailing junk, raw control bytes, bad UTF-8 and 0123, cuts strings at
 * \u0000, rounds large integers, ignores case in GetObjectItem and keeps the first of duplicate
 * keys. So the text is checked here first, keys are looked up with json_get() only
 * (case-sensitive), \u0000 becomes U+2400 and is reported, and numbers that must be exact are taken
 * from the text.
 *
 * Lengths and positions are bytes of UTF-8. */
#ifndef UNGRANT_BASE_JSON_READ_H
#define UNGRANT_BASE_JSON_READ_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/error.h"

enum { JSON_READ_DEPTH = 200 }; /* deeper nesting is refused; cJSON's own limit is 1000 */

struct json_fault {
    size_t at;          /* byte of the text */
    const char *reason; /* static text */
};

/* What the check saw that is legal JSON but must not pass in silence. */
struct json_notes {
    bool has_nul;        /* a \u0000 escape */
    bool duplicate_keys; /* an object with the same key twice (also where they differ by escapes) */
    bool case_keys;      /* an object with two keys that differ only by ASCII case */
    bool lone_surrogate; /* an unpaired \udXXX escape */
    bool big_integer;    /* an integer beyond 2^53 */
};

/* Checks that `text` is exactly one JSON value, with white space around it allowed. */
bool json_check(struct str text, struct json_notes *notes, struct json_fault *fault);

/* The end of the value that begins at text[at] (white space before it skipped; *start says where it
 * begins), for cutting records out of a stream: scans brackets and strings only, at memory speed.
 * Returns the index after the value, 0 if the text ends before the value does, or STR_ABSENT if
 * no value can begin or go on here. A number or word at the very end counts as ended if `at_end`.
 */
size_t json_value_end(struct str text, size_t at, bool at_end, size_t *start);

/* Checks, then parses. NULL with *fault on anything that is not one JSON value. The result is freed
 * with cJSON_Delete. `scratch` holds a rewritten copy where \u0000 or lone surrogates need one. */
cJSON *json_parse(struct arena *scratch, struct str text, struct json_notes *notes,
                  struct json_fault *fault);

/* The same for a file of ours: message with the path in *e. At most 1 GiB. */
cJSON *json_parse_file(struct arena *scratch, const char *path, struct error *e);

/* JSON lines of ours, each an object with an "id": trees into *list (grown in the arena), each
 * freed with cJSON_Delete, also after an error. -1: path, line and reason. */
struct json_lines {
    cJSON **list;
    size_t count, cap;
};
int json_parse_lines(struct arena *a, const char *path, struct str text, struct json_lines *out,
                     struct error *e);
void json_lines_free(struct json_lines *lines);
void json_lines_sort(struct json_lines *lines);                              /* by id */
const cJSON *json_lines_find(const struct json_lines *lines, struct str id); /* sorted; or NULL */

/* Lookups; NULL or empty where it is absent or of another type. Case-sensitive. */
const cJSON *json_get(const cJSON *object, const char *key);
struct str json_get_str(const cJSON *object, const char *key); /* points into the tree */
struct str json_text(const cJSON *value);                      /* string value, or empty */
bool json_get_bool(const cJSON *object, const char *key, bool otherwise);
bool json_get_u64(const cJSON *object, const char *key, uint64_t *out); /* whole, 0 .. 2^53 */

/* A scalar as text: string as is, numbers and booleans printed ("True"/"False" as PowerShell does);
 * objects and arrays as compact JSON. Lives in the arena. */
struct str json_scalar_text(struct arena *a, const cJSON *value);

#endif
