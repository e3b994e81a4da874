/* base64.c - as Convert.FromBase64String reads it: white space is passed over. */
#include "analyze/powershell/base64.h"

static int digit_of(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (ascii_digit(c)) return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct str text, struct buf *out) {
    uint32_t bits = 0;
    unsigned count = 0;
    size_t padding = 0, digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (ascii_space(c)) continue;
        if (c == '=') {
            padding++;
            continue;
        }
        int digit = digit_of(c);
        if (digit < 0 || padding) return false;
        bits = bits << 6 | (uint32_t)digit;
        digits++;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_add_c(out, (char)(bits >> count & 0xFF));
        }
    }
    return digits > 0 && digits % 4 != 1 && padding <= 2;
}
