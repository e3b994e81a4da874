/* base64.h - decoding of base64 text. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_BASE64_H
#define UNGRANT_ANALYZE_POWERSHELL_BASE64_H

#include "base/buf.h"

/* Appends the bytes; padding may be missing. False: this is not base64 (what came before the first
 * wrong character has been appended). */
bool base64_decode(struct str text, struct buf *out);

#endif
