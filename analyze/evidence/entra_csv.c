/* entra_csv.c - sign-ins as the Entra portal's CSV downloads have them: interactive and
 * non-interactive users, service principals and managed identities. Their times are UTC. */
#include "analyze/evidence/csv_table.h"
#include "analyze/evidence/entra.h"
#include "base/csv_read.h"

static bool is_ours(const struct str *header, size_t columns, struct arena *a) {
    static const char *const all[] = {"Date (UTC)", "Request ID", "Status", "Resource"};
    (void)a;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (csv_column(header, columns, all[i]) == STR_ABSENT) return false;
    return csv_column(header, columns, "User") != STR_ABSENT ||
           csv_column(header, columns, "Username") != STR_ABSENT ||
           csv_column(header, columns, "Service principal ID") != STR_ABSENT;
}

static int bid(struct str first, bool whole) {
    (void)whole;
    return csv_table_bid(first, is_ours) ? 75 : 0;
}

static struct str either(const struct csv_line *line, const char *one, const char *other) {
    struct str s = csv_line_get(line, one);
    return s.n ? s : csv_line_get(line, other);
}

/* "Seattle, Washington, US": the country comes last. */
static struct str country_of(struct str place) {
    size_t comma = str_rchr(place, ',');
    return comma == STR_ABSENT ? place : str_trim(str_from_index(place, comma + 1));
}

static void take(void *own, const struct csv_line *line) {
    struct sink *out = own;
    if (out->dump) {
        csv_table_show(out, line, csv_line_get(line, "Request ID"), STR_ABSENT);
        return;
    }
    struct str service = either(line, "Service principal name", "Service principal ID");
    struct str user = either(line, "Username", "User"), kind = STR("interactive");
    struct str interactive = either(line, "Is interactive", "IsInteractive");
    if (!user.n && service.n) kind = STR("service principal");
    if (str_ieq(interactive, STR("False"))) kind = STR("non-interactive");
    struct entra_signin s = {.id = csv_line_get(line, "Request ID"),
                             .time = csv_line_get(line, "Date (UTC)"),
                             .user = user.n ? user : service,
                             .user_id = either(line, "User ID", "Service principal ID"),
                             .address = csv_line_get(line, "IP address"),
                             .application = csv_line_get(line, "Application"),
                             .application_id = csv_line_get(line, "Application ID"),
                             .resource = csv_line_get(line, "Resource"),
                             .session = csv_line_get(line, "Session ID"),
                             .error_code = csv_line_get(line, "Sign-in error code"),
                             .failure = csv_line_get(line, "Failure reason"),
                             .status = csv_line_get(line, "Status"),
                             .client = csv_line_get(line, "Client app"),
                             .country = country_of(csv_line_get(line, "Location")),
                             .agent = csv_line_get(line, "User agent"),
                             .kind = kind,
                             .device = csv_line_get(line, "Operating System"),
                             .conditional_access = csv_line_get(line, "Conditional Access")};
    entra_give_signin(out, &s, STR_NONE, line->ordinal, line->offset);
}

static void read(const struct block *b, struct sink *out) { csv_table_read(b, out, take, out); }

const struct reader READER_ENTRA_CSV = {"entra-csv", "identity log", bid, csv_table_cut, read};
