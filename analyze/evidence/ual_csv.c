/* ual_csv.c - the unified audit log as CSV: Search-UnifiedAuditLog, the portal, and tables with the
 * record's fields as columns. The header decides which. */
#include "analyze/evidence/csv_table.h"
#include "analyze/evidence/ual.h"
#include "base/csv_read.h"

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

static bool is_ours(const struct str *header, size_t columns, struct arena *a) {
    struct columns c = columns_of(header, columns);
    (void)a;
    return columns >= 3 && is_ual(&c);
}

static int bid(struct str first, bool whole) {
    (void)whole;
    return csv_table_bid(first, is_ours) ? 80 : 0;
}

static struct str cell(const struct csv_line *line, size_t column) {
    return column < line->count ? line->cells[column] : STR_NONE;
}

static void take(void *own, const struct csv_line *line) {
    struct sink *out = own;
    struct columns c = columns_of(line->header, line->columns);
    struct ual_outer outer = {.id = cell(line, c.id),
                              .time = cell(line, c.time),
                              .operation = cell(line, c.operation),
                              .user = cell(line, c.user),
                              .record_type = cell(line, c.type),
                              .client_ip = cell(line, c.client_ip),
                              .parameters = cell(line, c.parameters)};
    if (out->dump)
        csv_table_show(out, line, c.audit);
    else
        ual_read_record(out, str_trim(cell(line, c.audit)), &outer, line->ordinal, line->offset);
}

static void read(const struct block *b, struct sink *out) { csv_table_read(b, out, take, out); }

const struct reader READER_UAL_CSV = {"ual-csv", "unified audit log", bid, csv_table_cut, read};
