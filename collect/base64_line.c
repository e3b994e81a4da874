#include "collect/base64_line.h"

#include <openssl/evp.h>

/* libcrypto counts in int: long inputs go through it in pieces that need no padding. */
enum { BYTES = 3 * 65536, CHARACTERS = BYTES / 3 * 4 };

void base64_line_encode(struct buf *out, struct str bytes) {
    while (bytes.n) {
        struct str piece = str_slice(bytes, 0, BYTES);
        buf_reserve(out, CHARACTERS + 1);
        int n = EVP_EncodeBlock((unsigned char *)out->p + out->n, (const unsigned char *)piece.p,
                                (int)piece.n);
        if (n > 0) out->n += (size_t)n;
        bytes = str_from_index(bytes, piece.n);
    }
}

static bool is_digit(char c) { return ascii_alpha(c) || ascii_digit(c) || c == '+' || c == '/'; }

bool base64_line_decode(struct arena *a, struct str text, struct str *out) {
    size_t padding = 0, n = 0;
    *out = STR_NONE;
    if (text.n % 4) return false;
    while (padding < 2 && padding < text.n && text.p[text.n - 1 - padding] == '=') padding++;
    for (size_t i = 0; i + padding < text.n; i++)
        if (!is_digit(text.p[i])) return false;
    char *to = arena_alloc(a, text.n / 4 * 3 + 1);
    while (text.n) {
        struct str piece = str_slice(text, 0, CHARACTERS);
        int got =
            EVP_DecodeBlock((unsigned char *)to + n, (const unsigned char *)piece.p, (int)piece.n);
        if (got < 0) return false;
        n += (size_t)got;
        text = str_from_index(text, piece.n);
    }
    *out = str_of(to, n - padding);
    return n >= padding;
}
