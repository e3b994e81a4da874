#include "analyze/evidence/evtx_crc32.h"

#include "analyze/evidence/binxml_value.h"

void crc32_init(struct crc32 *c) {
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

uint32_t crc32_add(const struct crc32 *c, uint32_t sum, struct str bytes) {
    const char *p = bytes.p;
    size_t n = bytes.n;
    sum = ~sum;
    for (; n >= 8; n -= 8, p += 8) {
        uint32_t a = sum ^ le32(p), b = le32(p + 4);
        sum = c->table[7][a & 0xFF] ^ c->table[6][a >> 8 & 0xFF] ^ c->table[5][a >> 16 & 0xFF] ^
              c->table[4][a >> 24] ^ c->table[3][b & 0xFF] ^ c->table[2][b >> 8 & 0xFF] ^
              c->table[1][b >> 16 & 0xFF] ^ c->table[0][b >> 24];
    }
    for (; n; n--, p++) sum = sum >> 8 ^ c->table[0][(sum ^ (unsigned char)*p) & 0xFF];
    return ~sum;
}
