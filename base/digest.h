/* digest.h - SHA-256 (FIPS 180-4), by libcrypto. */
#ifndef UNGRANT_BASE_DIGEST_H
#define UNGRANT_BASE_DIGEST_H

#include "base/str.h"

enum { DIGEST_HEX = 64 }; /* characters of a SHA-256 in lower-case hex, without a NUL */

struct digest; /* one running SHA-256 */

struct digest *digest_new(void);
void digest_add(struct digest *d, struct str bytes);
/* Ends the sum, frees `d` and writes 64 lower-case hex characters and a NUL. */
void digest_hex(struct digest *d, char out[DIGEST_HEX + 1]);
void digest_drop(struct digest *d); /* frees without a result; NULL is allowed */

/* The digest of one piece. */
void digest_of(struct str bytes, char out[DIGEST_HEX + 1]);

/* 64 lower-case or upper-case hex digits? */
bool digest_is_hex(struct str s);

#endif
