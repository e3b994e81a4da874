/* base64_line.h - bytes as text (RFC 4648, 4), by libcrypto. */
#ifndef UNGRANT_COLLECT_BASE64_LINE_H
#define UNGRANT_COLLECT_BASE64_LINE_H

#include "base/arena.h"
#include "base/buf.h"

/* Appends it, on one line. */
void base64_line_encode(struct buf *out, struct str bytes);

/* Exactly what base64_line_encode writes: false on white space, bad characters or a bad length. */
bool base64_line_decode(struct arena *a, struct str text, struct str *out);

#endif
