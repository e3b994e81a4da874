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

/* Which number of "3/9/2022 8:41:17" is the month: Export-Csv writes CreationDate as the culture of
 * whoever exported it has it; the record itself has an ISO time. */
enum order { ORDER_UNKNOWN, ORDER_MONTH_FIRST, ORDER_DAY_FIRST };

struct table {
    struct sink *out;
    const struct str *header; /* whose columns these are */
    struct columns columns;
    enum order order; /* as the rows so far show it */
};

/* "03/09/2022 ...", "9.3.2022 ...": its first two numbers and what follows the year. */
struct local_date {
    struct str first, second, year, rest;
    char separator;
};

static struct str digits_at(struct str s, size_t *at) {
    size_t begin = *at;
    while (*at < s.n && ascii_digit(s.p[*at])) ++*at;
    return str_slice(s, begin, *at);
}

static bool split_date(struct str s, struct local_date *d) {
    size_t at = 0;
    s = str_trim(s);
    d->first = digits_at(s, &at);
    if (!d->first.n || d->first.n > 2 || at >= s.n || !strchr("/.-", s.p[at])) return false;
    d->separator = s.p[at++];
    d->second = digits_at(s, &at);
    if (!d->second.n || d->second.n > 2 || at >= s.n || s.p[at] != d->separator) return false;
    at++;
    d->year = digits_at(s, &at);
    d->rest = str_from_index(s, at);
    return d->year.n == 4;
}

/* The record's own time says which number is its month. */
static enum order order_by(const struct local_date *d, struct str audit) {
    struct str iso = ual_peek(audit, STR("CreationTime"));
    uint64_t first, second, month, day;
    if (!str_u64(d->first, &first) || !str_u64(d->second, &second)) return ORDER_UNKNOWN;
    if (d->separator == '.' || first > 12) return ORDER_DAY_FIRST;
    if (second > 12) return ORDER_MONTH_FIRST;
    if (!str_u64(str_slice(iso, 5, 7), &month) || !str_u64(str_slice(iso, 8, 10), &day) ||
        month == day)
        return ORDER_UNKNOWN;
    if (first == month && second == day) return ORDER_MONTH_FIRST;
    return first == day && second == month ? ORDER_DAY_FIRST : ORDER_UNKNOWN;
}

/* "8:41:17 AM": as en-US writes it, the culture of nearly all exports. */
static bool half_day(struct str rest) {
    return str_iends(rest, STR("AM")) || str_iends(rest, STR("PM"));
}

/* The row's time as text that has one reading; where it has two, the month is taken as first, and
 * that is said. */
static struct str time_of(struct table *t, struct str text, struct str audit, uint64_t offset) {
    struct local_date d;
    if (!split_date(text, &d)) return text;
    enum order own = order_by(&d, audit);
    if (own != ORDER_UNKNOWN) t->order = own;
    if (t->order == ORDER_UNKNOWN && !audit.n && !half_day(d.rest) && !str_eq(d.first, d.second))
        sink_fault(t->out, offset, STR_NONE,
                   "day and month of %.*s cannot be told apart: the month was taken as first",
                   STR_ARG(text));
    bool day_first = t->order == ORDER_DAY_FIRST;
    struct str month = day_first ? d.second : d.first, day = day_first ? d.first : d.second;
    return arena_printf(t->out->arena, "%.*s/%.*s/%.*s%.*s", STR_ARG(month), STR_ARG(day),
                        STR_ARG(d.year), STR_ARG(d.rest));
}

static void take(void *own, const struct csv_line *line) {
    struct table *t = own;
    struct sink *out = t->out;
    if (t->header != line->header) t->columns = columns_of(line->header, line->columns);
    t->header = line->header;
    struct columns c = t->columns;
    struct ual_outer outer = {.id = cell(line, c.id),
                              .time = cell(line, c.time),
                              .operation = cell(line, c.operation),
                              .user = cell(line, c.user),
                              .record_type = cell(line, c.type),
                              .client_ip = cell(line, c.client_ip),
                              .parameters = cell(line, c.parameters)};
    struct str audit = str_trim(cell(line, c.audit));
    if (out->dump) {
        csv_table_show(out, line, ual_record_id(out->arena, audit, &outer), c.audit);
        return;
    }
    if (t->order == ORDER_UNKNOWN || !audit.n)
        outer.time = time_of(t, outer.time, audit, line->offset);
    ual_read_record(out, audit, &outer, line->ordinal, line->offset);
}

static void read(const struct block *b, struct sink *out) {
    struct table t = {.out = out};
    csv_table_read(b, out, take, &t);
}

const struct reader READER_UAL_CSV = {"ual-csv", "unified audit log", bid, csv_table_cut, read};
