#include "base/term.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/utf.h"

void term_escape(struct buf *out, struct str s) {
    for (size_t i = 0; i < s.n;) {
        size_t here = i;
        uint32_t v = utf8_next(s, &i);
        if (v == UTF_BAD)
            buf_printf(out, "\\x%02x", (unsigned)(unsigned char)s.p[here]);
        else if (v < 0x100 && utf_is_unsafe(v))
            buf_printf(out, "\\x%02x", (unsigned)v);
        else if (utf_is_unsafe(v))
            buf_printf(out, v > 0xFFFF ? "\\U%08x" : "\\u%04x", (unsigned)v);
        else
            buf_add(out, str_slice(s, here, i));
    }
}

void term_print(FILE *out, struct str s) {
    struct buf b = {0};
    term_escape(&b, s);
    if (b.n) fwrite(b.p, 1, b.n, out);
    buf_free(&b);
}

bool term_has_colour(FILE *out) {
    const char *no = getenv("NO_COLOR");
    return isatty(fileno(out)) && !(no && *no);
}
