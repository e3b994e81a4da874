#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/term.h"

static void error_fill(struct error *e, const char *format, va_list ap, int number) {
    char raw[2048];
    int n = vsnprintf(raw, sizeof raw, format, ap);
    size_t used = n < 0 ? 0 : (size_t)n < sizeof raw ? (size_t)n : sizeof raw - 1;
    struct buf safe = {0};
    term_escape(&safe, str_of(raw, used));
    if (number) {
        buf_add_z(&safe, ": ");
        buf_add_z(&safe, strerror(number));
    }
    size_t keep = safe.n < sizeof e->text - 1 ? safe.n : sizeof e->text - 1;
    memcpy(e->text, safe.p, keep);
    e->text[keep] = 0;
    buf_free(&safe);
}

int error_set(struct error *e, const char *format, ...) {
    if (!e || error_is_set(e)) return -1;
    va_list ap;
    va_start(ap, format);
    error_fill(e, format, ap, 0);
    va_end(ap);
    return -1;
}

int error_errno(struct error *e, const char *format, ...) {
    int number = errno;
    if (!e || error_is_set(e)) return -1;
    va_list ap;
    va_start(ap, format);
    error_fill(e, format, ap, number);
    va_end(ap);
    return -1;
}

void error_print(const char *command, const struct error *e) {
    fprintf(stderr, "ungrant %s: %s\n", command, e->text);
}
