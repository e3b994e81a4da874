#include "base/csv_read.h"

#include "base/buf.h"

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

/* A quoted cell at r->at; behind its closing quote, text up to the separator belongs to it. */
static struct str quoted_cell(struct csv_reader *r, struct arena *a) {
    struct str text = r->text;
    struct buf b = {0};
    size_t i = r->at + 1;
    for (;;) {
        size_t run = i;
        while (i < text.n && text.p[i] != '"') i++;
        buf_add(&b, str_slice(text, run, i));
        if (i >= text.n) {
            r->unterminated = true;
            break;
        }
        i++;
        if (i >= text.n || text.p[i] != '"') break;
        buf_add_c(&b, '"');
        i++;
    }
    size_t rest = i;
    while (i < text.n && text.p[i] != r->separator && text.p[i] != '\n' && text.p[i] != '\r') i++;
    buf_add(&b, str_slice(text, rest, i));
    r->loose |= i > rest;
    r->at = i;
    struct str cell = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return cell;
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
            if (c == '"') at = CLOSED;
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
