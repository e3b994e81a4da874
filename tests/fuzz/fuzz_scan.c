/* Any bytes before the lexer: each look stays inside the text and goes on. */
#include <stdlib.h>

#include "analyze/powershell/scan.h"

static void inside(struct str text, size_t at, size_t taken) {
    if (at > text.n || taken > text.n - at) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str text = str_of((const char *)data, size);
    size_t blank = 0; /* scan_blank is linear: looked at again only where it ended */
    for (size_t at = 0; at <= size; at++) {
        char out[4];
        size_t made;
        inside(text, at, scan_dash(text, at));
        inside(text, at, scan_single_quote(text, at));
        inside(text, at, scan_double_quote(text, at));
        inside(text, at, scan_space(text, at));
        inside(text, at, scan_newline(text, at));
        inside(text, at, scan_word(text, at));
        scan_word_ends(text, at);
        if (at < size) inside(text, at, scan_escape(text, at, out, &made));
        if (at < size && made > sizeof out) abort();
        if (at < blank) continue;
        bool open = false;
        blank = scan_blank(text, at, data[0] & 1, &open);
        if (blank < at || blank > size) abort();
        if (open && blank != size) abort();
    }
    return 0;
}
