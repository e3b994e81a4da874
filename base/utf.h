/* utf.h - the encodings evidence comes in, to and from UTF-8.
 *
 * Inside, all text is UTF-8 that may hold unpaired surrogates as three bytes (ED A0..BF xx,
 * "WTF-8"): evidence holds them and nothing is dropped. Writers show them escaped. */
#ifndef UNGRANT_BASE_UTF_H
#define UNGRANT_BASE_UTF_H

#include "base/buf.h"
#include "base/str.h"

#define UTF_BAD 0xFFFFFFFFu /* utf8_next: these bytes are not UTF-8 */

enum encoding {
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_UTF32LE,
    ENCODING_CP1252
};

/* Decodes the character at *at (< s.n) and moves past it. Returns the code point; a surrogate that
 * was encoded as three bytes is returned as such. On bad bytes returns UTF_BAD and moves by one. */
uint32_t utf8_next(struct str s, size_t *at);

/* The same of UTF-16LE code units (s.n and *at even): a pair of surrogates is one character, one
 * without its other half is returned as it is. */
uint32_t utf16_next(struct str s, size_t *at);

/* Appends the leading units that are ASCII and stand for themselves in JSON (no control character,
 * quote or backslash), a byte each. Returns how many. */
size_t utf16_plain(struct str units, struct buf *out);

/* Writes 1 to 4 bytes; returns how many. Past U+10FFFF: U+FFFD. */
size_t utf8_encode(uint32_t code_point, char out[4]);

/* Is this strict UTF-8 (no surrogates, no overlong forms)? *bad_at gets the first bad byte. */
bool utf8_valid(struct str s, size_t *bad_at);

/* The encoding that the byte order mark says (its length in *mark), else a guess from where the NUL
 * bytes lie, else UTF-8 if the bytes are valid UTF-8 (a character cut at the end is forgiven), else
 * CP1252. */
enum encoding encoding_of(struct str first, size_t *mark);
const char *encoding_name(enum encoding e);

/* Appends `in` (without its mark) as UTF-8. Incomplete or bad units become U+FFFD; returns how many
 * did. Unpaired surrogates are kept. */
size_t utf_to_utf8(enum encoding from, struct str in, struct buf *out);

/* Appends UTF-16LE code units of UTF-8 text. */
void utf8_to_utf16le(struct str in, struct buf *out);

/* May this character not be shown as it is: C0, C1, DEL, bidirectional and zero-width controls,
 * line and paragraph separators, surrogates, noncharacters? (HAZARDS.md, Terminal; DOMAIN.md C.3.3)
 */
bool utf_is_unsafe(uint32_t code_point);

#endif
