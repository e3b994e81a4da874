#include "collect/bag.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/csv.h"
#include "base/term.h"

static bool is_safe(char c) {
    return ascii_alpha(c) || ascii_digit(c) || c == '.' || c == '_' || c == '-';
}

void bag_safe_name(struct buf *out, struct str name) {
    if (name.n > BAG_NAME_MOST) name = str_from_index(name, name.n - BAG_NAME_MOST);
    if (!name.n) buf_add_c(out, '_');
    for (size_t i = 0; i < name.n; i++) {
        bool first = i == 0 && (name.p[0] == '.' || name.p[0] == '-');
        buf_add_c(out, is_safe(name.p[i]) && !first ? name.p[i] : '_');
    }
}

bool bag_name_is_safe(struct str name) {
    if (!name.n) return false;
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < 0x20 || name.p[i] == '\\' || name.p[i] == 0x7f) return false;
    for (struct str rest = name, part;;) {
        bool more = str_cut(rest, '/', &part, &rest);
        if (!part.n || str_eq(part, STR(".")) || str_eq(part, STR(".."))) return false;
        if (!more) return true;
    }
}

struct str bag_case_of(struct str path) {
    static const char *const ends[] = {".tar.zst", ".tar.gz", ".tgz", ".zip", ".tar"};
    while (path.n > 1 && path.p[path.n - 1] == '/') path.n--;
    struct str name = str_leaf(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_iends(name, str_from(ends[i]))) return str_slice(name, 0, name.n - strlen(ends[i]));
    return name;
}

const char *item_status_name(enum item_status s) {
    static const char *const names[] = {
        "ok", "partial", "locked", "denied", "vanished", "changed-while-read", "skipped"};
    return names[s];
}

enum item_status item_status_of_errno(int error) {
    static const struct {
        int error;
        enum item_status status;
    } known[] = {{EACCES, ITEM_DENIED},    {EPERM, ITEM_DENIED},    {ENOENT, ITEM_VANISHED},
                 {ENOTDIR, ITEM_VANISHED}, {ESTALE, ITEM_VANISHED}, {EBUSY, ITEM_LOCKED},
                 {ETXTBSY, ITEM_LOCKED},   {EAGAIN, ITEM_LOCKED},   {ELOOP, ITEM_SKIPPED},
                 {EINVAL, ITEM_SKIPPED},   {ENXIO, ITEM_SKIPPED}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].error == error) return known[i].status;
    return ITEM_PARTIAL;
}

const char *const INVENTORY_NAMES[INVENTORY_COLUMNS] = {
    "item",  "source_path", "source_host", "size",   "mtime",    "status", "telemetry",
    "first", "last",        "records",     "sha256", "accessor", "error"};

int inventory_column(const char *name) {
    for (int i = 0; i < INVENTORY_COLUMNS; i++)
        if (strcmp(INVENTORY_NAMES[i], name) == 0) return i;
    return -1;
}

void inventory_header(struct buf *out) {
    struct csv c = {.out = out};
    for (int i = 0; i < INVENTORY_COLUMNS; i++) csv_cell(&c, str_from(INVENTORY_NAMES[i]));
    csv_row_end(&c);
}

/* Bytes that no spreadsheet should see are written as \x1b, as on a terminal. */
static void escaped_cell(struct csv *c, struct str s) {
    struct buf b = {0};
    term_escape(&b, s);
    csv_cell(c, buf_str(&b));
    buf_free(&b);
}

void inventory_row(struct buf *out, const struct item *it, struct str host) {
    struct csv c = {.out = out};
    char text[WHEN_TEXT];
    struct buf number = {0};
    buf_printf(&number, "%06u", it->number);
    csv_cell(&c, it->payload.n ? it->payload : buf_str(&number));
    buf_free(&number);
    escaped_cell(&c, it->path);
    escaped_cell(&c, host);
    csv_u64(&c, it->size);
    csv_cell(&c, when_format(it->mtime, text));
    csv_cell(&c, str_from(item_status_name(it->status)));
    csv_cell(&c, str_from(it->seen.telemetry));
    csv_cell(&c, when_format(it->seen.first, text));
    csv_cell(&c, when_format(it->seen.last, text));
    csv_u64(&c, it->seen.records);
    csv_cell(&c, str_from(it->sha256));
    csv_cell(&c, STR("file"));
    escaped_cell(&c, it->error);
    csv_row_end(&c);
}

/* One cell: plain up to a comma or line end, or quoted with doubled quotes (RFC 4180). */
static bool take_cell(struct arena *a, struct str *text, struct str *out) {
    if (!text->n || text->p[0] != '"') {
        size_t n = 0;
        while (n < text->n && text->p[n] != ',' && text->p[n] != '\n') n++;
        *out = str_slice(*text, 0, n);
        *text = str_from_index(*text, n);
        if (out->n && out->p[out->n - 1] == '\r') out->n--;
        return true;
    }
    struct buf b = {0};
    size_t i = 1;
    for (; i < text->n; i++) {
        if (text->p[i] == '"' && (i + 1 == text->n || text->p[i + 1] != '"')) break;
        if (text->p[i] == '"') i++;
        buf_add_c(&b, text->p[i]);
    }
    *out = arena_copy(a, buf_str(&b));
    buf_free(&b);
    if (i >= text->n) return false;
    *text = str_from_index(*text, i + 1);
    if (text->n && text->p[0] == '\r') *text = str_from_index(*text, 1);
    return !text->n || text->p[0] == ',' || text->p[0] == '\n';
}

int inventory_cells(struct arena *a, struct str *text, struct str *cells, int most) {
    int count = 0;
    if (!text->n) return 0;
    for (;;) {
        struct str cell;
        if (!take_cell(a, text, &cell)) return -1;
        if (count < most) cells[count] = cell;
        count++;
        bool more = text->n && text->p[0] == ',';
        if (text->n) *text = str_from_index(*text, 1);
        if (!more) return count;
    }
}

struct when bag_now(void) {
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds;
    struct when now = {.basis = WHEN_UTC};
    if (fixed && str_u64(str_from(fixed), &seconds) && seconds < UINT64_C(9000000000)) {
        now.ns = (int64_t)seconds * NS_PER_S;
        return now;
    }
    struct timespec t = {0};
    clock_gettime(CLOCK_REALTIME, &t);
    now.ns = t.tv_sec * NS_PER_S;
    return now;
}
