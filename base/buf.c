#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/utf.h"

void buf_free(struct buf *b) {
    free(b->p);
    *b = (struct buf){0};
}

void buf_grow(struct buf *b, size_t more) {
    if (more > SIZE_MAX / 2 - b->n) memory_exhausted();
    size_t cap = b->cap ? b->cap * 2 : 256;
    if (cap < b->n + more) cap = b->n + more;
    b->p = memory_resize(b->p, cap);
    b->cap = cap;
}

void buf_add_z(struct buf *b, const char *c_string) { buf_add(b, str_from(c_string)); }

void buf_add_u64(struct buf *b, uint64_t v) {
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233"
        "34353637383940414243444546474849505152535455565758596061626364656667"
        "6869707172737475767778798081828384858687888990919293949596979899";
    char digits[20];
    size_t at = sizeof digits;
    for (; v >= 100; v /= 100) {
        at -= 2;
        memcpy(digits + at, pairs + 2 * (v % 100), 2);
    }
    if (v >= 10) {
        at -= 2;
        memcpy(digits + at, pairs + 2 * v, 2);
    } else {
        digits[--at] = (char)('0' + v);
    }
    buf_add(b, str_of(digits + at, sizeof digits - at));
}

void buf_printf(struct buf *b, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (n <= 0) return;
    buf_reserve(b, (size_t)n + 1);
    va_start(ap, format);
    vsnprintf(b->p + b->n, (size_t)n + 1, format, ap);
    va_end(ap);
    b->n += (size_t)n;
}

void buf_add_utf8(struct buf *b, uint32_t code_point) {
    char bytes[4];
    size_t n = utf8_encode(code_point, bytes);
    buf_add(b, str_of(bytes, n));
}
