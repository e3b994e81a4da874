#include "analyze/evidence/printed.h"

#include "base/utf.h"

enum { COLUMNS_MOST = 64, NAME_MOST = 64 };

struct reading {
    struct arena *arena;
    struct str text;
    bool (*ends)(struct str line);
    struct printed_row *rows;
    size_t count, cap;
};

/* One column: its name, and the cells of the screen [from, to). */
struct column {
    struct str name;
    size_t from, to;
};

static bool is_blank(struct str s) { return str_trim(s).n == 0; }

/* The line at `at` (without its end), and where the next begins. false: the text ends there. */
static bool line_at(struct str text, size_t at, struct str *line, size_t *next) {
    if (at >= text.n) return false;
    size_t end = at;
    while (end < text.n && text.p[end] != '\n' && text.p[end] != '\r') end++;
    *line = str_slice(text, at, end);
    if (end < text.n && text.p[end] == '\r') end++;
    if (end < text.n && text.p[end] == '\n') end++;
    *next = end;
    return true;
}

/* How many cells of the screen a character takes: East Asian wide ones take two (Unicode Standard
 * Annex #11). */
static size_t cells_of(uint32_t c) {
    static const struct {
        uint32_t from, to;
    } wide[] = {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff},
                {0xfe30, 0xfe6f}, {0xff00, 0xff60}, {0xffe0, 0xffe6}};
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (c >= wide[i].from && c <= wide[i].to) return 2;
    return 1;
}

/* The byte of the line at which that cell of the screen begins; the line's end where it is shorter.
 */
static size_t byte_of_cell(struct str line, size_t cell) {
    size_t at = 0;
    for (size_t seen = 0; at < line.n && seen < cell;) seen += cells_of(utf8_next(line, &at));
    return at;
}

static bool ends_cut(struct str s) {
    return str_ends(s, STR("...")) || str_ends(s, STR("\xe2\x80\xa6"));
}

static struct str without_dots(struct str s) { return str_slice(s, 0, s.n - 3); }

/* What is left of a list that was cut: "{a, b, c...}" by $FormatEnumerationLimit, its members
 * whole; "{a, b, c..." by its column, the last one perhaps not. */
static struct str whole_members(struct str list) {
    struct str inner = str_from_index(list, 1);
    if (str_ends(inner, STR("}"))) return without_dots(str_slice(inner, 0, inner.n - 1));
    size_t comma = str_rchr(inner, ',');
    return comma == STR_ABSENT ? STR_NONE : str_slice(inner, 0, comma);
}

static void add_value(struct reading *r, struct params *to, struct str name, struct str value) {
    struct str inner = str_ends(value, STR("}")) ? str_slice(value, 0, value.n - 1) : value;
    bool list = str_starts(value, STR("{")), cut = ends_cut(list ? inner : value);
    if (cut) value = list ? whole_members(value) : without_dots(value);
    struct param *p = params_add(r->arena, to, name, &value, value.n > 0);
    if (cut) p->flags |= PARAM_TRUNCATED;
}

static struct printed_row *add_row(struct reading *r, size_t begin) {
    ARENA_GROW(r->arena, r->rows, r->cap, r->count + 1);
    r->rows[r->count] = (struct printed_row){.begin = begin};
    return &r->rows[r->count++];
}

/* ---- tables ---- */

/* The columns of a line of dashes; 0: it is none. */
static size_t read_dashes(struct str line, struct column *columns) {
    size_t n = 0, at = 0;
    while (line.n && line.p[line.n - 1] == ' ') line.n--;
    while (at < line.n) {
        while (at < line.n && line.p[at] == ' ') at++;
        if (n == COLUMNS_MOST || at == line.n || line.p[at] != '-') return 0;
        columns[n] = (struct column){.from = at, .to = SIZE_MAX};
        if (n) columns[n - 1].to = at;
        n++;
        while (at < line.n && line.p[at] == '-') at++;
        if (at < line.n && line.p[at] != ' ') return 0;
    }
    return n;
}

static bool is_name(struct str s) {
    if (!s.n || s.n > NAME_MOST || !ascii_alpha(s.p[0])) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_alpha(s.p[i]) && !ascii_digit(s.p[i]) && s.p[i] != '_') return false;
    return true;
}

/* A line's cells under these columns. A value that stands to the right (numbers) may begin before
 * its dashes: a word that crosses the border belongs to the column behind it. */
static void split(struct str line, const struct column *columns, size_t n, struct str *cells) {
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        size_t to = i + 1 < n ? byte_of_cell(line, columns[i + 1].from) : line.n, border = to;
        while (border > from && border < line.n && line.p[border - 1] != ' ') border--;
        if (border == from) border = to;
        cells[i] = str_trim(str_slice(line, from, border));
        from = border;
    }
}

/* A row whose first column is blank goes on with the one before it: what it says of a value is
 * that this was not all. */
static void go_on(struct printed_row *row, const struct str *cells, size_t n) {
    for (size_t i = 0; i < n && i < row->params.count; i++)
        if (cells[i].n) row->params.list[i].flags |= PARAM_TRUNCATED;
}

static size_t read_table(struct reading *r, size_t at) {
    struct column columns[COLUMNS_MOST];
    struct str line, dashes, cells[COLUMNS_MOST];
    size_t next, n, begin = at;
    if (!line_at(r->text, at, &line, &next) || !line_at(r->text, next, &dashes, &at)) return 0;
    n = read_dashes(dashes, columns);
    if (n < 2) return 0;
    split(line, columns, n, cells);
    for (size_t i = 0; i < n; i++) {
        if (!is_name(cells[i])) return 0;
        columns[i].name = cells[i];
    }
    for (size_t here = at; line_at(r->text, here, &line, &at) && !is_blank(line) && !r->ends(line);
         here = at) {
        split(line, columns, n, cells);
        if (!cells[0].n && r->count) {
            go_on(&r->rows[r->count - 1], cells, n);
        } else {
            struct printed_row *row = add_row(r, here);
            for (size_t i = 0; i < n; i++) add_value(r, &row->params, columns[i].name, cells[i]);
        }
        next = at;
    }
    return (r->count ? next : at) - begin;
}

/* ---- lists ---- */

/* "Name   : value": the byte of the colon, or 0. */
static size_t colon_of(struct str line, struct str *name, struct str *value) {
    size_t colon = str_chr(line, ':');
    if (colon == STR_ABSENT || colon == 0 || line.p[colon - 1] != ' ') return 0;
    *name = str_trim(str_slice(line, 0, colon));
    *value = str_trim(str_from_index(line, colon + 1));
    return line.p[0] != ' ' && is_name(*name) ? colon : 0;
}

static size_t read_list(struct reading *r, size_t at) {
    struct str line, name, value;
    size_t begin = at, next, column = 0;
    struct params row = {0};
    for (; line_at(r->text, at, &line, &next) && !is_blank(line) && !r->ends(line); at = next) {
        size_t colon = colon_of(line, &name, &value);
        if (colon && (!column || colon == column)) {
            column = colon;
            add_value(r, &row, name, value);
        } else if (row.count && str_starts(line, STR(" "))) {
            row.list[row.count - 1].flags |= PARAM_TRUNCATED; /* it was broken to fit */
        } else {
            break;
        }
    }
    if (row.count < 2) return 0;
    add_row(r, begin)->params = row;
    return at - begin;
}

size_t printed_rows(struct arena *a, struct str text, size_t at, bool (*ends)(struct str line),
                    struct printed_row **rows, size_t *count) {
    struct reading r = {.arena = a, .text = text, .ends = ends};
    size_t n = read_table(&r, at);
    if (!n) n = read_list(&r, at);
    *rows = r.rows;
    *count = n ? r.count : 0;
    return n;
}
