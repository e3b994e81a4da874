/* buf.h - bytes that grow: what an output is built in before it is written.
 *
 * Start with `struct buf b = {0}`; give back with buf_free(). Running out of memory ends the
 * process (see arena.h), so nothing here fails. */
#ifndef UNGRANT_BASE_BUF_H
#define UNGRANT_BASE_BUF_H

#include "base/str.h"

struct buf {
    char *p;
    size_t n, cap;
};

void buf_free(struct buf *b);
void buf_grow(struct buf *b, size_t more); /* buf_reserve() where there is no room yet */
void buf_add_z(struct buf *b, const char *c_string);
void buf_add_u64(struct buf *b, uint64_t v);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline struct str buf_str(const struct buf *b) { return str_of(b->p, b->n); }

/* Every output passes through these, a few bytes at a time. */
static inline void buf_reserve(struct buf *b, size_t more) {
    if (more > b->cap - b->n) buf_grow(b, more);
}

static inline void buf_add(struct buf *b, struct str s) {
    if (s.n == 0) return;
    buf_reserve(b, s.n);
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

static inline void buf_add_c(struct buf *b, char c) {
    buf_reserve(b, 1);
    b->p[b->n++] = c;
}

/* Appends the code point as UTF-8. A surrogate is written as its three bytes (so that nothing is
 * lost; the JSON writer shows it as \udXXX); past U+10FFFF becomes U+FFFD. */
void buf_add_utf8(struct buf *b, uint32_t code_point);

#endif
