#include "analyze/evidence/evtx_crc32.h"

#include "analyze/evidence/binxml_value.h"

#ifdef __x86_64__
#include <immintrin.h>

/* Folding: V. Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
 * Instruction" (Intel, 2009). Each constant is x^n mod P, bits reflected: K1 and K2 for n = 4 * 128
 * + 32 and - 32, K3 and K4 for n = 128 + 32 and - 32. What is left after folding, 16 bytes that
 * have the same remainder as all before them, goes through the tables. */
static const uint64_t K1 = 0x0154442bd4, K2 = 0x01c6e41596, K3 = 0x01751997d0, K4 = 0x00ccaa009e;

#define FOLDING __attribute__((target("pclmul,sse4.1")))

FOLDING static __m128i fold(__m128i v, __m128i k, __m128i next) {
    __m128i low = _mm_clmulepi64_si128(v, k, 0x00), high = _mm_clmulepi64_si128(v, k, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

FOLDING static __m128i load(const char *p) {
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Takes n bytes, n >= 64 and a multiple of 16; gives 16 that stand for them and for `sum`. */
FOLDING static void fold_all(uint32_t sum, const char *p, size_t n, char out[16]) {
    const __m128i far = _mm_set_epi64x((long long)K2, (long long)K1);
    const __m128i near = _mm_set_epi64x((long long)K4, (long long)K3);
    __m128i v[4];
    for (int i = 0; i < 4; i++) v[i] = load(p + 16 * i);
    v[0] = _mm_xor_si128(v[0], _mm_cvtsi32_si128((int)sum));
    for (p += 64, n -= 64; n >= 64; p += 64, n -= 64)
        for (int i = 0; i < 4; i++) v[i] = fold(v[i], far, load(p + 16 * i));
    for (int i = 1; i < 4; i++) v[0] = fold(v[0], near, v[i]);
    for (; n; p += 16, n -= 16) v[0] = fold(v[0], near, load(p));
    _mm_storeu_si128((__m128i *)(void *)out, v[0]);
}

static bool can_fold(void) {
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}
#else
static bool can_fold(void) { return false; }
static void fold_all(uint32_t sum, const char *p, size_t n, char out[16]) {
    (void)sum, (void)p, (void)n, (void)out;
}
#endif

void crc32_init(struct crc32 *c) {
    c->folds = can_fold();
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t v = i;
        for (int k = 0; k < 8; k++) v = v & 1 ? v >> 1 ^ 0xEDB88320u : v >> 1;
        c->table[0][i] = v;
    }
    for (uint32_t i = 0; i < 256; i++)
        for (int k = 1; k < 8; k++) {
            uint32_t v = c->table[k - 1][i];
            c->table[k][i] = v >> 8 ^ c->table[0][v & 0xFF];
        }
}

static uint32_t by_tables(const struct crc32 *c, uint32_t sum, const char *p, size_t n) {
    for (; n >= 8; n -= 8, p += 8) {
        uint32_t a = sum ^ le32(p), b = le32(p + 4);
        sum = c->table[7][a & 0xFF] ^ c->table[6][a >> 8 & 0xFF] ^ c->table[5][a >> 16 & 0xFF] ^
              c->table[4][a >> 24] ^ c->table[3][b & 0xFF] ^ c->table[2][b >> 8 & 0xFF] ^
              c->table[1][b >> 16 & 0xFF] ^ c->table[0][b >> 24];
    }
    for (; n; n--, p++) sum = sum >> 8 ^ c->table[0][(sum ^ (unsigned char)*p) & 0xFF];
    return sum;
}

uint32_t crc32_add(const struct crc32 *c, uint32_t sum, struct str bytes) {
    char folded[16];
    sum = ~sum;
    if (c->folds && bytes.n >= 64) {
        size_t n = bytes.n & ~(size_t)15;
        fold_all(sum, bytes.p, n, folded);
        sum = by_tables(c, 0, folded, sizeof folded);
        bytes = str_from_index(bytes, n);
    }
    return ~by_tables(c, sum, bytes.p, bytes.n);
}
