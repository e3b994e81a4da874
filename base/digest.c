#include "base/digest.h"

#include <openssl/evp.h>

#include "base/arena.h"

/* libcrypto's only failure here is memory. */
struct digest *digest_new(void) {
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!c || EVP_DigestInit_ex(c, EVP_sha256(), NULL) != 1) memory_exhausted();
    return (struct digest *)c;
}

void digest_add(struct digest *d, struct str bytes) {
    if (bytes.n && EVP_DigestUpdate((EVP_MD_CTX *)d, bytes.p, bytes.n) != 1) memory_exhausted();
}

void digest_hex(struct digest *d, char out[DIGEST_HEX + 1]) {
    static const char hex[] = "0123456789abcdef";
    unsigned char sum[EVP_MAX_MD_SIZE];
    if (EVP_DigestFinal_ex((EVP_MD_CTX *)d, sum, NULL) != 1) memory_exhausted();
    for (size_t i = 0; i < DIGEST_HEX / 2; i++) {
        out[2 * i] = hex[sum[i] >> 4];
        out[2 * i + 1] = hex[sum[i] & 15];
    }
    out[DIGEST_HEX] = 0;
    digest_drop(d);
}

void digest_drop(struct digest *d) { EVP_MD_CTX_free((EVP_MD_CTX *)d); }

void digest_of(struct str bytes, char out[DIGEST_HEX + 1]) {
    struct digest *d = digest_new();
    digest_add(d, bytes);
    digest_hex(d, out);
}

bool digest_is_hex(struct str s) {
    if (s.n != DIGEST_HEX) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = ascii_lower(s.p[i]);
        if (!ascii_digit(c) && (c < 'a' || c > 'f')) return false;
    }
    return true;
}
