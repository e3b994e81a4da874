#include "analyze/evidence/csv_table.h"

#include "analyze/evidence/json_record.h"
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

/* ---- a quote that does not balance takes the rows behind it along ---- */

enum { RESYNC_LINES = 4096, RESYNC_ROW = 1024 * 1024 };

/* The line behind `at` on which a row of so many cells begins, before `end`; STR_ABSENT: none.
 * *spent: bytes looked through in vain, so that a text of nothing but quotes comes to its end. */
static size_t resync(const struct csv_reader *r, struct arena *a, size_t at, size_t end,
                     size_t columns, size_t *spent) {
    for (int n = 0; n < RESYNC_LINES && *spent < 16 * r->text.n; n++) {
        size_t line = str_chr(str_slice(r->text, at, end), '\n'), begin, count;
        struct str *cells;
        if (line == STR_ABSENT) return STR_ABSENT;
        at += line + 1;
        struct csv_reader ahead = {
            .text = str_slice(r->text, 0, at + RESYNC_ROW), .at = at, .separator = r->separator};
        bool row = csv_row(&ahead, a, &cells, &count, &begin);
        *spent += ahead.at - at;
        if (row && !ahead.unterminated && count == columns && begin == at) return at;
    }
    return STR_ABSENT;
}

static bool has_lines(struct str row) { return str_chr(str_trim(row), '\n') != STR_ABSENT; }

/* Is this row whole? One whose quotes do not balance has text behind a closing quote, and mostly
 * swallowed the lines behind it: then the reader goes on with the next row that is whole. */
static bool is_whole(struct csv_reader *r, struct sink *out, const struct csv_line *line,
                     size_t begin, size_t *spent) {
    bool lines = has_lines(str_slice(r->text, begin, r->at));
    if (!r->unterminated && (!r->loose || (line->count == line->columns && !lines))) return true;
    size_t next = r->unterminated || lines
                      ? resync(r, out->arena, begin, r->at, line->columns, spent)
                      : r->at;
    if (next == STR_ABSENT && !r->unterminated) return true;
    sink_fault(out, line->offset, STR_NONE, "row %llu of this block: a quoted cell does not end%s",
               (unsigned long long)line->ordinal,
               next == STR_ABSENT ? "" : "; read on from the next whole row");
    if (next == STR_ABSENT) return true;
    r->at = next;
    return false;
}

void csv_table_read(const struct block *b, struct sink *out, csv_take *take, void *own) {
    struct text_view v = text_of_block(out->arena, b);
    struct csv_reader r = csv_open(v.utf8);
    struct csv_line line = {0};
    struct str *header = NULL, *cells;
    size_t begin, spent = 0;
    read_header(b, out, &r, &header, &line.columns);
    line.header = header;
    while (csv_row(&r, out->arena, &cells, &line.count, &begin)) {
        line.cells = cells;
        line.offset = text_offset(&v, begin);
        line.ordinal++;
        if (!is_whole(&r, out, &line, begin, &spent)) continue;
        if (line.count < 2 && line.columns > 2)
            sink_fault(out, line.offset, STR_NONE, "a row of one cell where the header has %zu",
                       line.columns);
        else
            take(own, &line);
    }
    out->records(out->own, line.ordinal);
}

/* JSON of a cell, which may be printed over many lines, on one. */
static struct str flat_cell(struct arena *a, struct str cell) {
    struct buf b = {0};
    json_add_flat(&b, str_trim(cell));
    struct str flat = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return flat;
}

void csv_table_show(struct sink *out, const struct csv_line *line, struct str id, size_t json) {
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    for (size_t i = 0; i < line->count; i++) {
        struct str name =
            i < line->columns ? line->header[i] : arena_printf(out->arena, "column %zu", i + 1);
        json_key_str(&j, name);
        if (i == json && line->cells[i].n && json_check(line->cells[i], NULL, NULL))
            json_raw(&j, flat_cell(out->arena, line->cells[i]));
        else
            json_str(&j, line->cells[i]);
    }
    json_end(&j);
    out->line(out->own, id, line->ordinal, line->offset, str_slice(buf_str(&b), 1, b.n - 1));
    buf_free(&b);
}

struct str csv_line_get(const struct csv_line *line, const char *column) {
    size_t i = csv_column(line->header, line->columns, column);
    return i < line->count ? line->cells[i] : STR_NONE;
}
