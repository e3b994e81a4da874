#include "base/csv_read.h"

static size_t line_end(struct str text, size_t at) {
    while (at < text.n && text.p[at] != '\n' && text.p[at] != '\r') at++;
    return at;
}

static size_t skip_line_end(struct str text, size_t at) {
    if (at < text.n && text.p[at] == '\r') at++;
    if (at < text.n && text.p[at] == '\n') at++;
    return at;
}

static char separator_of(struct str header) {
    static const char separators[] = {',', ';', '\t'};
    size_t counts[3] = {0};
    bool quoted = false;
    for (size_t i = 0; i < header.n; i++) {
        if (header.p[i] == '"') quoted = !quoted;
        for (size_t k = 0; k < 3 && !quoted; k++) counts[k] += header.p[i] == separators[k];
    }
    size_t best = 0;
    for (size_t k = 1; k < 3; k++)
        if (counts[k] > counts[best]) best = k;
    return separators[best];
}

struct csv_reader csv_open(struct str text) {
    struct csv_reader r = {.text = text};
    if (str_starts(text, STR("\xEF\xBB\xBF"))) r.at = 3;
    if (str_istarts(str_from_index(text, r.at), STR("#TYPE")))
        r.at = skip_line_end(text, line_end(text, r.at));
    r.separator = separator_of(str_slice(text, r.at, line_end(text, r.at)));
    return r;
}

/* The index of the quote that closes the cell whose text begins at `i`, or text.n; *doubled: there
 * are quotes inside. */
static size_t closing_quote(struct str text, size_t i, bool *doubled) {
    *doubled = false;
    while (i < text.n) {
        const char *quote = memchr(text.p + i, '"', text.n - i);
        if (!quote) return text.n;
        i = (size_t)(quote - text.p);
        if (i + 1 >= text.n || text.p[i + 1] != '"') return i;
        *doubled = true;
        i += 2;
    }
    return text.n;
}

/* Copies a cell's text, of each doubled quote one. Returns the length. */
static size_t undouble(struct str cell, char *to) {
    size_t n = 0, i = 0;
    while (i < cell.n) {
        const char *quote = memchr(cell.p + i, '"', cell.n - i);
        size_t run = quote ? (size_t)(quote - cell.p) + 1 - i : cell.n - i;
        memcpy(to + n, cell.p + i, run);
        n += run;
        i += quote ? run + 1 : run;
    }
    return n;
}

/* A quoted cell at r->at; behind its closing quote, text up to the separator belongs to it. */
static struct str quoted_cell(struct csv_reader *r, struct arena *a) {
    struct str text = r->text;
    bool doubled;
    size_t begin = r->at + 1, close = closing_quote(text, begin, &doubled);
    size_t rest = close < text.n ? close + 1 : close, i = rest;
    r->unterminated |= close >= text.n;
    while (i < text.n && text.p[i] != r->separator && text.p[i] != '\n' && text.p[i] != '\r') i++;
    r->loose |= i > rest;
    r->at = i;
    struct str cell = str_slice(text, begin, close);
    if (!doubled && i == rest) return cell;
    char *copy = arena_alloc(a, cell.n + (i - rest) + 1);
    size_t n = undouble(cell, copy);
    if (i > rest) memcpy(copy + n, text.p + rest, i - rest);
    return str_of(copy, n + (i - rest));
}

static struct str plain_cell(struct csv_reader *r) {
    size_t begin = r->at;
    while (r->at < r->text.n && r->text.p[r->at] != r->separator && r->text.p[r->at] != '\n' &&
           r->text.p[r->at] != '\r')
        r->at++;
    return str_slice(r->text, begin, r->at);
}

bool csv_row(struct csv_reader *r, struct arena *a, struct str **cells, size_t *count,
             size_t *begin) {
    size_t cap = 0;
    while (r->at < r->text.n && (r->text.p[r->at] == '\n' || r->text.p[r->at] == '\r')) r->at++;
    *cells = NULL;
    *count = 0;
    *begin = r->at;
    r->unterminated = r->loose = false;
    if (r->at >= r->text.n) return false;
    for (;;) {
        bool quoted = r->at < r->text.n && r->text.p[r->at] == '"';
        struct str cell = quoted ? quoted_cell(r, a) : plain_cell(r);
        ARENA_GROW(a, *cells, cap, *count + 1);
        (*cells)[(*count)++] = cell;
        if (r->at >= r->text.n || r->text.p[r->at] != r->separator) break;
        r->at++;
    }
    r->at = skip_line_end(r->text, r->at);
    return true;
}

size_t csv_column(const struct str *header, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (str_ieq(str_trim(header[i]), str_from(name))) return i;
    return STR_ABSENT;
}

size_t csv_last_row_end(struct str text, char separator) {
    /* CLOSED: just behind a quote that ends the cell, unless it is doubled. */
    enum { CELL_BEGINS, PLAIN, QUOTED, CLOSED } at = CELL_BEGINS;
    size_t end = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (at == QUOTED) {
            const char *quote = memchr(text.p + i, '"', text.n - i);
            if (!quote) break;
            i = (size_t)(quote - text.p);
            at = CLOSED;
            continue;
        }
        if (c == '"')
            at = at == PLAIN ? PLAIN : QUOTED;
        else
            at = c == separator || c == '\n' || c == '\r' ? CELL_BEGINS : PLAIN;
        if (c == '\n' || (c == '\r' && i + 1 < text.n && text.p[i + 1] != '\n')) end = i + 1;
    }
    return end;
}
