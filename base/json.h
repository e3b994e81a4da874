/* json.h - writing JSON, escaping right by construction.
 *
 * Values are appended to a buffer; commas and colons come by themselves. Text is valid UTF-8
 * afterwards whatever went in: control characters, U+2028/9 and DEL are escaped, an unpaired
 * surrogate is written as \udXXX, bad bytes become U+FFFD.
 *
 *     struct json j = {.out = &b};
 *     json_object(&j);
 *     json_key(&j, "record"); json_u64(&j, 7);
 *     json_end(&j);
 */
#ifndef UNGRANT_BASE_JSON_H
#define UNGRANT_BASE_JSON_H

#include "base/buf.h"
#include "base/civil.h"

enum { JSON_DEPTH = 64 };

struct json {
    struct buf *out;
    int depth;
    char closer[JSON_DEPTH]; /* '}' or ']' per open level */
    bool filled[JSON_DEPTH]; /* this level has a member already */
    bool keyed;              /* a key was written, its value is next */
    bool pretty;             /* two blanks a level, for files that people open */
};

void json_object(struct json *j);
void json_array(struct json *j);
void json_end(struct json *j); /* closes the innermost */

void json_key(struct json *j, const char *key);
void json_key_str(struct json *j, struct str key);

void json_str(struct json *j, struct str s);
void json_str_or_null(struct json *j, struct str s); /* null where s.n is 0 */
void json_cstr(struct json *j, const char *s);       /* NULL gives null */
void json_u64(struct json *j, uint64_t v);
void json_i64(struct json *j, int64_t v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
void json_when(struct json *j, struct when t); /* null for WHEN_NONE */

/* A value that is JSON already, checked with json_check() (json_read.h). */
void json_raw(struct json *j, struct str checked);

/* Key and value in one call, for the many. */
void json_put(struct json *j, const char *key, struct str s);
void json_put_or_null(struct json *j, const char *key, struct str s);
void json_put_u64(struct json *j, const char *key, uint64_t v);
void json_put_bool(struct json *j, const char *key, bool v);
void json_put_when(struct json *j, const char *key, struct when t);

/* The text between the quotes, escaped as above. */
void json_escape(struct buf *out, struct str s);
/* The same of UTF-16LE code units as they lie; an odd byte at the end is left away. */
void json_escape_utf16(struct buf *out, struct str units);

#endif
