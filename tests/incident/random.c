#include "tests/incident/random.h"

static uint64_t splitmix(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* FNV-1a, then mixed once more so that short inputs differ in every bit. */
uint64_t hash_bytes(uint64_t start, struct str bytes) {
    uint64_t h = start ^ UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < bytes.n; i++) h = (h ^ (uint8_t)bytes.p[i]) * UINT64_C(0x100000001B3);
    return splitmix(&h);
}

struct rng rng_stream(uint64_t seed, const char *name) {
    uint64_t state = hash_bytes(seed, str_from(name));
    struct rng r;
    for (size_t i = 0; i < 4; i++) r.s[i] = splitmix(&state);
    return r;
}

static uint64_t rotate(uint64_t v, unsigned by) { return (v << by) | (v >> (64 - by)); }

uint64_t rng_next(struct rng *r) {
    uint64_t result = rotate(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;
    r->s[2] ^= r->s[0];
    r->s[3] ^= r->s[1];
    r->s[1] ^= r->s[2];
    r->s[0] ^= r->s[3];
    r->s[2] ^= t;
    r->s[3] = rotate(r->s[3], 45);
    return result;
}

/* The modulo's bias is far below anything a test could see. */
uint64_t rng_below(struct rng *r, uint64_t limit) {
    uint64_t v = rng_next(r);
    return limit ? v % limit : 0;
}

int64_t rng_between(struct rng *r, int64_t low, int64_t high) {
    return low + (int64_t)rng_below(r, (uint64_t)(high - low) + 1);
}

bool rng_chance(struct rng *r, unsigned percent) { return rng_below(r, 100) < percent; }

struct str rng_hex(struct rng *r, struct arena *a, size_t digits) {
    char *p = arena_alloc(a, digits + 1);
    for (size_t i = 0; i < digits; i++) p[i] = "0123456789abcdef"[rng_below(r, 16)];
    return str_of(p, digits);
}

struct str rng_guid(struct rng *r, struct arena *a) {
    uint64_t h = rng_next(r), l = rng_next(r);
    return arena_printf(a, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(h >> 32),
                        (unsigned)(h >> 16) & 0xffff, (unsigned)h & 0xfff,
                        ((unsigned)(l >> 48) & 0x3fff) | 0x8000,
                        (unsigned long long)(l & UINT64_C(0xffffffffffff)));
}
