/* entra_audit_csv.c - the directory audit as the Entra portal's CSV download has it.
 *
 * Columns: "Date (UTC)" (its first word in the portal's language), CorrelationId, Activity, Result,
 * Actor..., Target1Type ... Target3ModifiedProperty5NewValue. The same events as in JSON
 * (entra_json.c); a row has no identifier of its own, since a correlation may span several. */
#include "analyze/evidence/csv_table.h"
#include "analyze/evidence/text_view.h"
#include "base/csv_read.h"

enum { TARGETS_MOST = 9, PROPERTIES_MOST = 9 };

static bool is_ours(const struct str *header, size_t columns, struct arena *a) {
    static const char *const all[] = {"CorrelationId", "Activity", "Result",
                                      "ActorUserPrincipalName", "Target1DisplayName"};
    (void)a;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (csv_column(header, columns, all[i]) == STR_ABSENT) return false;
    return true;
}

static int bid(struct str first, bool whole) {
    (void)whole;
    return csv_table_bid(first, is_ours) ? 75 : 0;
}

/* The column whose name says that it is UTC. */
static struct str time_of(const struct csv_line *line) {
    for (size_t i = 0; i < line->columns && i < line->count; i++)
        if (str_ends(str_trim(line->header[i]), STR("(UTC)"))) return line->cells[i];
    return STR_NONE;
}

/* The cell of a target's column; false where the table has no such column. */
static bool has_cell(struct arena *a, const struct csv_line *line, unsigned target,
                     const char *what, struct str *cell) {
    struct str column = arena_printf(a, "Target%u%s", target, what);
    size_t i = csv_column(line->header, line->columns, column.p);
    *cell = i < line->count ? line->cells[i] : STR_NONE;
    return i != STR_ABSENT;
}

static struct str cell_of(struct arena *a, const struct csv_line *line, unsigned target,
                          const char *what) {
    struct str cell;
    has_cell(a, line, target, what, &cell);
    return cell;
}

static void take_modified(struct arena *a, const struct csv_line *line, unsigned target,
                          struct event *e) {
    for (unsigned i = 1; i <= PROPERTIES_MOST; i++) {
        struct str name, column = arena_printf(a, "ModifiedProperty%uName", i);
        if (!has_cell(a, line, target, column.p, &name)) return;
        if (!name.n) continue;
        static const char *const sides[] = {"OldValue", "NewValue"};
        for (size_t k = 0; k < 2; k++) {
            column = arena_printf(a, "ModifiedProperty%u%s", i, sides[k]);
            params_add1(a, &e->params,
                        arena_printf(a, "ModifiedProperties.%.*s.%s", STR_ARG(name), sides[k]),
                        cell_of(a, line, target, column.p));
        }
    }
}

/* The person or the application that it was done to, before a role or a group. */
static void take_targets(struct arena *a, const struct csv_line *line, struct event *e) {
    int best = 0;
    for (unsigned t = 1; t <= TARGETS_MOST; t++) {
        struct str type, upn = cell_of(a, line, t, "UserPrincipalName");
        struct str name = cell_of(a, line, t, "DisplayName"), id = cell_of(a, line, t, "ObjectId");
        if (!has_cell(a, line, t, "Type", &type)) return;
        int rank = upn.n ? 3 : str_ieq(type, STR("Role")) || str_ieq(type, STR("Group")) ? 1 : 2;
        if (!type.n && !upn.n && !name.n && !id.n) continue;
        take_modified(a, line, t, e);
        if (rank <= best) continue;
        best = rank;
        e->object = upn.n ? upn : name.n ? name : id;
    }
}

static struct str or_else(struct str one, struct str other) { return one.n ? one : other; }

static void take(void *own, const struct csv_line *line) {
    struct sink *out = own;
    if (out->dump) {
        csv_table_show(out, line, STR_NONE, STR_ABSENT);
        return;
    }
    struct str result = csv_line_get(line, "Result"), time = time_of(line);
    struct event e = {.kind = EVENT_OPERATION,
                      .source = SOURCE_DIRECTORY_AUDIT,
                      .ordinal = line->ordinal,
                      .offset = line->offset,
                      .operation = csv_line_get(line, "Activity"),
                      .actor = or_else(csv_line_get(line, "ActorUserPrincipalName"),
                                       or_else(csv_line_get(line, "ActorServicePrincipalName"),
                                               csv_line_get(line, "ActorDisplayName"))),
                      .actor_key = or_else(csv_line_get(line, "ActorObjectId"),
                                           csv_line_get(line, "ActorServicePrincipalId")),
                      .client_ip = csv_line_get(line, "IPAddress"),
                      .result = str_ieq(result, STR("success"))   ? RESULT_SUCCEEDED
                                : str_ieq(result, STR("failure")) ? RESULT_FAILED
                                                                  : RESULT_UNKNOWN};
    if (!when_parse_iso(time, WHEN_UTC, &e.time) && !when_parse_us(time, WHEN_UTC, &e.time))
        sink_fault(out, line->offset, STR_NONE, "no time is understood in this row: %.*s",
                   STR_ARG(str_slice(time, 0, 40)));
    if (e.result != RESULT_SUCCEEDED) e.error = csv_line_get(line, "ResultReason");
    out->seen(out->own, STR("directory-audit"), STR_NONE, e.time, 0);
    take_targets(out->arena, line, &e);
    out->event(out->own, &e);
}

static void read(const struct block *b, struct sink *out) { csv_table_read(b, out, take, out); }

const struct reader READER_ENTRA_AUDIT_CSV = {"entra-audit-csv", "identity log", bid, csv_table_cut,
                                              read};
