/* scan.h - the characters of PowerShell, one look at a time.
 *
 * Each function looks at text[at] and says how many bytes the thing found there takes, 0: it is
 * not there. The classes are those of the engine's tokenizer: several Unicode dashes, quotes and
 * spaces mean the same as their ASCII form. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_SCAN_H
#define UNGRANT_ANALYZE_POWERSHELL_SCAN_H

#include "base/str.h"

size_t scan_dash(struct str text, size_t at);         /* - U+2013 U+2014 U+2015 */
size_t scan_single_quote(struct str text, size_t at); /* ' U+2018 U+2019 U+201A U+201B */
size_t scan_double_quote(struct str text, size_t at); /* " U+201C U+201D U+201E */
size_t scan_space(struct str text, size_t at);        /* white space that does not end a line */
size_t scan_newline(struct str text, size_t at);      /* CR, LF or CR LF */

/* Index of the first byte at or after `at` that is neither white space, comment nor a backtick at
 * the end of a line; with `newlines` those are passed over too. A comment that is not closed goes
 * to the end of the text and sets *open (may be NULL). */
size_t scan_blank(struct str text, size_t at, bool newlines, bool *open);

/* Letters, digits, '_' or anything beyond ASCII that is no space, dash or quote. */
size_t scan_word(struct str text, size_t at);

/* Does a bare word end here: end of text, white space, a line break, one of { } ( ) ; , | & */
bool scan_word_ends(struct str text, size_t at);

/* The character after a backtick, unescaped, into out (at most 4 bytes, *n of them; 0 at the end of
 * the text). Returns the bytes taken from the text, backtick included. Within a word or string a
 * backtick does not join lines. */
size_t scan_escape(struct str text, size_t at, char out[4], size_t *n);

#endif
