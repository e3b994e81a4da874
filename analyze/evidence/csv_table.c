#include "analyze/evidence/csv_table.h"

#include "base/csv_read.h"
#include "base/json_read.h"

enum { BID_LOOK = 16384 };

bool csv_table_bid(struct str first,
                   bool (*ours)(const struct str *header, size_t columns, struct arena *a)) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = str_slice(first, 0, BID_LOOK), .first = true};
    struct text_view v = text_of_block(a, &b);
    struct csv_reader r = csv_open(v.utf8);
    struct str *cells;
    size_t n, begin;
    bool good = csv_row(&r, a, &cells, &n, &begin) && !r.unterminated && ours(cells, n, a);
    arena_free(a);
    return good;
}

/* state[0]: the separator, once known. */
size_t csv_table_cut(struct cutter *c, struct str bytes, bool at_end) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    struct csv_reader r = csv_open(v.utf8);
    if (c->offset == 0) {
        struct str *cells;
        size_t n, begin;
        bool whole = csv_row(&r, a, &cells, &n, &begin) && r.at < v.utf8.n;
        if (!whole && !at_end) { /* the header goes on behind these bytes */
            arena_free(a);
            return 0;
        }
        c->state[0] = (unsigned char)r.separator;
        size_t header = text_cut_bytes(&v, r.at);
        if (c->head < header) c->head = header;
    }
    size_t end = at_end ? v.utf8.n : csv_last_row_end(v.utf8, (char)c->state[0]);
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, end);
    arena_free(a);
    return n;
}

/* The header's cells: from the kept head, or from the block itself. */
static void read_header(const struct block *b, struct sink *out, struct csv_reader *r,
                        struct str **header, size_t *columns) {
    size_t begin;
    *columns = 0;
    if (b->first) {
        csv_row(r, out->arena, header, columns, &begin);
        return;
    }
    struct block head = {.bytes = b->head, .first = true};
    struct text_view v = text_of_block(out->arena, &head);
    struct csv_reader h = csv_open(v.utf8);
    csv_row(&h, out->arena, header, columns, &begin);
    r->at = 0;
    r->separator = h.separator;
}

void csv_table_read(const struct block *b, struct sink *out, csv_take *take, void *own) {
    struct text_view v = text_of_block(out->arena, b);
    struct csv_reader r = csv_open(v.utf8);
    struct csv_line line = {0};
    struct str *header = NULL, *cells;
    size_t begin;
    read_header(b, out, &r, &header, &line.columns);
    line.header = header;
    while (csv_row(&r, out->arena, &cells, &line.count, &begin)) {
        line.cells = cells;
        line.offset = text_offset(&v, begin);
        line.ordinal++;
        if (r.unterminated)
            sink_fault(out, line.offset, STR_NONE,
                       "row %llu of this block: a quoted cell does not end",
                       (unsigned long long)line.ordinal);
        if (line.count < 2 && line.columns > 2)
            sink_fault(out, line.offset, STR_NONE, "a row of one cell where the header has %zu",
                       line.columns);
        else
            take(own, &line);
    }
    out->records(out->own, line.ordinal);
}

void csv_table_show(struct sink *out, const struct csv_line *line, size_t json) {
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    for (size_t i = 0; i < line->count; i++) {
        struct str name =
            i < line->columns ? line->header[i] : arena_printf(out->arena, "column %zu", i + 1);
        json_key_str(&j, name);
        if (i == json && line->cells[i].n && json_check(line->cells[i], NULL, NULL))
            json_raw(&j, str_trim(line->cells[i]));
        else
            json_str(&j, line->cells[i]);
    }
    json_end(&j);
    out->line(out->own, STR_NONE, line->ordinal, line->offset, str_slice(buf_str(&b), 1, b.n - 1));
    buf_free(&b);
}

struct str csv_line_get(const struct csv_line *line, const char *column) {
    size_t i = csv_column(line->header, line->columns, column);
    return i < line->count ? line->cells[i] : STR_NONE;
}
