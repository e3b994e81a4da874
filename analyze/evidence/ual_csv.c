/* ual_csv.c - the unified audit log as CSV: Search-UnifiedAuditLog, the portal, and tables with the
 * record's fields as columns. The header decides which. */
#include "analyze/evidence/text_view.h"
#include "analyze/evidence/ual.h"
#include "base/csv_read.h"

enum { BID_LOOK = 16384 };

/* Where the columns of interest stand; STR_ABSENT where there is none. */
struct columns {
    size_t audit, id, time, operation, user, type, client_ip, parameters;
};

static size_t either(const struct str *h, size_t n, const char *a, const char *b) {
    size_t i = csv_column(h, n, a);
    return i != STR_ABSENT || !b ? i : csv_column(h, n, b);
}

static struct columns columns_of(const struct str *h, size_t n) {
    struct columns c = {.audit = csv_column(h, n, "AuditData"),
                        .id = either(h, n, "Identity", "RecordId"),
                        .time = either(h, n, "CreationDate", "TimeGenerated"),
                        .operation = either(h, n, "Operations", "Operation"),
                        .user = either(h, n, "UserIds", "UserId"),
                        .type = csv_column(h, n, "RecordType"),
                        .client_ip = csv_column(h, n, "ClientIP"),
                        .parameters = csv_column(h, n, "Parameters")};
    if (c.time == STR_ABSENT) c.time = either(h, n, "TimeGenerated [UTC]", "CreationTime");
    return c;
}

static bool is_ual(const struct columns *c) {
    return c->operation != STR_ABSENT && (c->audit != STR_ABSENT || c->parameters != STR_ABSENT) &&
           (c->user != STR_ABSENT || c->time != STR_ABSENT);
}

static int bid(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = str_slice(first, 0, BID_LOOK), .first = true};
    struct text_view v = text_of_block(a, &b);
    struct csv_reader r = csv_open(v.utf8);
    struct str *cells;
    size_t n, begin;
    bool ours = false;
    (void)whole;
    if (csv_row(&r, a, &cells, &n, &begin) && n >= 3 && !r.unterminated) {
        struct columns c = columns_of(cells, n);
        ours = is_ual(&c);
    }
    arena_free(a);
    return ours ? 80 : 0;
}

/* state[0]: the separator, once known. */
static size_t cut(struct cutter *c, struct str bytes, bool at_end) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    struct csv_reader r = csv_open(v.utf8);
    if (c->offset == 0) {
        struct str *cells;
        size_t n, begin;
        csv_row(&r, a, &cells, &n, &begin);
        c->state[0] = (unsigned char)r.separator;
        size_t header = text_cut_bytes(&v, r.at);
        if (c->head < header) c->head = header;
    }
    size_t end = at_end ? v.utf8.n : csv_last_row_end(v.utf8, (char)c->state[0]);
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, end);
    arena_free(a);
    return n;
}

static struct str cell(const struct str *cells, size_t n, size_t column) {
    return column < n ? cells[column] : STR_NONE;
}

static void show_row(struct sink *out, const struct str *header, size_t columns,
                     const struct str *cells, size_t n, size_t audit, uint64_t ordinal,
                     uint64_t offset) {
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    for (size_t i = 0; i < n; i++) {
        struct str name = i < columns ? header[i] : arena_printf(out->arena, "column %zu", i + 1);
        json_key_str(&j, name);
        if (i == audit && cells[i].n && json_check(cells[i], NULL, NULL))
            json_raw(&j, str_trim(cells[i]));
        else
            json_str(&j, cells[i]);
    }
    json_end(&j);
    out->line(out->own, STR_NONE, ordinal, offset, str_slice(buf_str(&b), 1, b.n - 1));
    buf_free(&b);
}

static void read_row(struct sink *out, const struct columns *c, const struct str *cells, size_t n,
                     uint64_t ordinal, uint64_t offset) {
    struct ual_outer outer = {.id = cell(cells, n, c->id),
                              .time = cell(cells, n, c->time),
                              .operation = cell(cells, n, c->operation),
                              .user = cell(cells, n, c->user),
                              .record_type = cell(cells, n, c->type),
                              .client_ip = cell(cells, n, c->client_ip),
                              .parameters = cell(cells, n, c->parameters)};
    ual_read_record(out, str_trim(cell(cells, n, c->audit)), &outer, ordinal, offset);
}

/* The header's cells: from the kept head, or from the block itself. */
static void read_header(const struct block *b, struct sink *out, struct csv_reader *r,
                        struct str **header, size_t *columns) {
    size_t begin;
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

static void read(const struct block *b, struct sink *out) {
    struct text_view v = text_of_block(out->arena, b);
    struct csv_reader r = csv_open(v.utf8);
    struct str *header, *cells;
    size_t columns, n, begin;
    uint64_t ordinal = 0;
    read_header(b, out, &r, &header, &columns);
    struct columns c = columns_of(header, columns);
    while (csv_row(&r, out->arena, &cells, &n, &begin)) {
        uint64_t offset = text_offset(&v, begin);
        ordinal++;
        if (r.unterminated)
            sink_fault(out, offset, STR_NONE, "row %llu of this block: a quoted cell does not end",
                       (unsigned long long)ordinal);
        if (n < 2 && columns > 2) {
            sink_fault(out, offset, STR_NONE, "a row of one cell where the header has %zu",
                       columns);
            continue;
        }
        if (out->dump)
            show_row(out, header, columns, cells, n, c.audit, ordinal, offset);
        else
            read_row(out, &c, cells, n, ordinal, offset);
    }
    out->records(out->own, ordinal);
}

const struct reader READER_UAL_CSV = {"ual-csv", "unified audit log", bid, cut, read};
