/* csv_read.h - reading CSV as programs write it (RFC 4180, and what stands beside it in the field).
 *
 * Separator is , ; or TAB; a cell may be quoted, then quotes inside are doubled and line ends are
 * content; a backslash is no escape; rows end with CR LF, LF or CR. Text is UTF-8 (utf.h). */
#ifndef UNGRANT_BASE_CSV_READ_H
#define UNGRANT_BASE_CSV_READ_H

#include "base/arena.h"

struct csv_reader {
    struct str text;
    size_t at;
    char separator;
    bool unterminated; /* the last row read ended inside a quoted cell */
    bool loose;        /* it had a quoted cell with more behind its closing quote */
};

/* Starts at the header: skips a byte order mark and a `#TYPE` line, and takes as separator the one
 * of , ; TAB that occurs most in the header line outside quotes. */
struct csv_reader csv_open(struct str text);

/* The next row that is not empty: cells point into the text, or into the
 * arena where quotes inside them are doubled. false at
 * the end. *begin: byte of the text where the row begins. */
bool csv_row(struct csv_reader *r, struct arena *a, struct str **cells, size_t *count,
             size_t *begin);

/* Index of the column of that name ignoring case, or STR_ABSENT. */
size_t csv_column(const struct str *header, size_t count, const char *name);

/* The end of the last complete row in `text`, which begins at a row; 0: none ends here. */
size_t csv_last_row_end(struct str text, char separator);

#endif
