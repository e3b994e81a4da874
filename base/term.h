/* term.h - text from evidence on a terminal: shown, never obeyed (HAZARDS.md, "Terminal"). */
#ifndef UNGRANT_BASE_TERM_H
#define UNGRANT_BASE_TERM_H

#include <stdio.h>

#include "base/buf.h"

/* Appends the text with C0, C1, DEL, bidirectional and invisible controls and bad bytes written as
 * \x1b or \u202e; a backslash stays as it is. */
void term_escape(struct buf *out, struct str s);

/* The same straight to a stream. */
void term_print(FILE *out, struct str s);

/* Colour is for a terminal, and never with NO_COLOR set (https://no-color.org). */
bool term_has_colour(FILE *out);

#endif
