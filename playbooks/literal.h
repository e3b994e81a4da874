/* literal.h - a value from evidence as a PowerShell expression that can be nothing but that value.
 *
 * Windows PowerShell 5.1 reads a script without BOM in the ANSI code page, and five characters
 * close a single-quoted string (U+0027, U+2018..U+201B; about_Quoting_Rules). So what is written is
 * ASCII only: 'plain text' with U+0027 doubled, and ('' + 'a' + [char]0x00D1) for the rest. */
#ifndef UNGRANT_PLAYBOOKS_LITERAL_H
#define UNGRANT_PLAYBOOKS_LITERAL_H

#include "base/buf.h"

enum { LITERAL_CHARACTERS = 1024 };

/* Why this identity may not go into a script (static text), or NULL when it may: empty, too long,
 * controls, bidirectional or invisible characters, broken UTF-8, wildcards. */
const char *literal_refusal(struct str identity);

/* Appends the expression. The text must have passed literal_refusal(). */
void literal_add(struct buf *out, struct str text);

#endif
