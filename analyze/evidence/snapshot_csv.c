/* snapshot_csv.c - snapshots as Export-Csv writes them: a column per property. */
#include "analyze/evidence/csv_table.h"
#include "analyze/evidence/snapshot.h"

static bool is_snapshot(const struct str *header, size_t columns, struct arena *a) {
    struct params row = {0};
    for (size_t i = 0; i < columns; i++) params_add1(a, &row, header[i], STR_NONE);
    return columns >= 2 && snapshot_cmdlet(&row);
}

static int bid(struct str first, bool whole) {
    (void)whole;
    return csv_table_bid(first, is_snapshot) ? SNAPSHOT_BID : 0;
}

static void take(void *own, const struct csv_line *line) {
    struct sink *out = own;
    struct params row = {0};
    if (out->dump) {
        csv_table_show(out, line, STR_NONE, STR_ABSENT);
        return;
    }
    for (size_t i = 0; i < line->columns; i++)
        params_add(out->arena, &row, line->header[i], &line->cells[i],
                   i < line->count && line->cells[i].n > 0);
    snapshot_row(out, &row, line->ordinal, line->offset);
}

static void read(const struct block *b, struct sink *out) { csv_table_read(b, out, take, out); }

const struct reader READER_SNAPSHOT_CSV = {"snapshot-csv", "permission snapshot", bid,
                                           csv_table_cut, read};
