/* csv_table.h - an item that is one CSV table: its header goes with every block, its rows are
 * records. Shared by the readers of such tables; which table it is, the header tells. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_CSV_TABLE_H
#define UNGRANT_ANALYZE_EVIDENCE_CSV_TABLE_H

#include "analyze/evidence/text_view.h"

/* One row with its header; rows may have fewer or more cells than columns. */
struct csv_line {
    const struct str *header, *cells;
    size_t columns, count;
    uint64_t ordinal, offset;
};

/* Does the item begin with a header that `ours` takes? */
bool csv_table_bid(struct str first,
                   bool (*ours)(const struct str *header, size_t columns, struct arena *a));

/* For cut(): the last whole row; keeps the header for the blocks behind. */
size_t csv_table_cut(struct cutter *c, struct str bytes, bool at_end);

/* Every row of a block. What is no row is a fault. Calls records() of the sink. */
typedef void csv_take(void *own, const struct csv_line *line);
void csv_table_read(const struct block *b, struct sink *out, csv_take *take, void *own);

/* For `dump`: a member per column; the cell of column `json` (STR_ABSENT: none) as the JSON it
 * holds; `id` is the record's own identifier or empty. */
void csv_table_show(struct sink *out, const struct csv_line *line, struct str id, size_t json);

/* The cell of that column, or empty. */
struct str csv_line_get(const struct csv_line *line, const char *column);

#endif
