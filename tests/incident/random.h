/* random.h - numbers that look random and are the same for the same seed, on every machine.
 *
 * Each part of the generator draws from a stream of its own, named after it, so that a change in
 * one part leaves what the others write as it was. splitmix64 spreads the seed, xoshiro256** draws
 * (Blackman and Vigna, "Scrambled linear pseudorandom number generators"). Not for secrets. */
#ifndef UNGRANT_TESTS_INCIDENT_RANDOM_H
#define UNGRANT_TESTS_INCIDENT_RANDOM_H

#include "base/arena.h"

struct rng {
    uint64_t s[4];
};

/* The stream of that name under this seed. */
struct rng rng_stream(uint64_t seed, const char *name);

uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t limit); /* 0 .. limit-1; 0 for a limit of 0 */
int64_t rng_between(struct rng *r, int64_t low, int64_t high); /* both included */
bool rng_chance(struct rng *r, unsigned percent);

enum { GUID_TEXT = 36 };
struct str rng_guid(struct rng *r, struct arena *a); /* lower case, version 4, no braces */
struct str rng_hex(struct rng *r, struct arena *a, size_t digits);

/* 64 bits from any bytes: for decisions that must not depend on the order of drawing. */
uint64_t hash_bytes(uint64_t start, struct str bytes);

#endif
