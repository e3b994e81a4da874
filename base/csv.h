/* csv.h - writing CSV (RFC 4180, CRLF, UTF-8) that no spreadsheet takes for a formula.
 *
 * A cell that begins with = + - @ TAB or CR is prefixed with ' (HAZARDS.md, "CSV"). */
#ifndef UNGRANT_BASE_CSV_H
#define UNGRANT_BASE_CSV_H

#include "base/buf.h"

struct csv {
    struct buf *out;
    bool filled; /* this row has a cell already */
};

void csv_cell(struct csv *c, struct str s);
void csv_u64(struct csv *c, uint64_t v);
void csv_row_end(struct csv *c);

#endif
