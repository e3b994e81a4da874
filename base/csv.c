#include "base/csv.h"

static bool needs_quotes(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if (strchr(",\"\r\n", s.p[i]) && s.p[i]) return true;
    return false;
}

void csv_cell(struct csv *c, struct str s) {
    if (c->filled) buf_add_c(c->out, ',');
    c->filled = true;
    bool formula = s.n && memchr("=+-@\t\r", s.p[0], 6);
    bool quoted = needs_quotes(s);
    if (quoted) buf_add_c(c->out, '"');
    if (formula) buf_add_c(c->out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_add_c(c->out, '"');
        buf_add_c(c->out, s.p[i]);
    }
    if (quoted) buf_add_c(c->out, '"');
}

void csv_u64(struct csv *c, uint64_t v) {
    if (c->filled) buf_add_c(c->out, ',');
    c->filled = true;
    buf_add_u64(c->out, v);
}

void csv_row_end(struct csv *c) {
    buf_add_z(c->out, "\r\n");
    c->filled = false;
}
