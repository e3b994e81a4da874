/* arena.h - memory of one unit of work: taken piece by piece, given back at once.
 *
 * Out of memory is not a value that every caller must test. A worker that runs out exits, its block
 * is recorded as unreadable and the run goes on; a command that runs out says so in one line and
 * exits 4, and since every output is written as `.partial` first, nothing that looks complete is
 * left behind. So no function here returns NULL. */
#ifndef UNGRANT_BASE_ARENA_H
#define UNGRANT_BASE_ARENA_H

#include "base/str.h"

struct arena;

/* A new, empty arena. `limit` bytes at most may be taken from it (0: no limit). */
struct arena *arena_new(size_t limit);

/* Gives everything back, and the arena itself. NULL is allowed. */
void arena_free(struct arena *a);

/* Gives everything back except the arena's first chunk, for the next unit of work. */
void arena_reset(struct arena *a);

/* Bytes taken so far. */
size_t arena_used(const struct arena *a);

/* `n` bytes, zeroed, aligned for any type. Lives until the arena is reset or freed. */
void *arena_alloc(struct arena *a, size_t n);

/* Room for `count` elements; an overflowing product is out of memory. */
void *arena_array(struct arena *a, size_t count, size_t size);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_array((a), (count), sizeof(type)))

/* Grows an array that lives in the arena: returns the array to use from now on (the old one stays
 * allocated until reset), with *cap at least `need`. Start with NULL and *cap 0. */
void *arena_grow(struct arena *a, void *old, size_t *cap, size_t need, size_t size);
#define ARENA_GROW(a, ptr, cap, need)                                                              \
    ((ptr) = arena_grow((a), (ptr), &(cap), (need), sizeof *(ptr)))

/* Copies; the copy is followed by a NUL that is not counted. */
struct str arena_copy(struct arena *a, struct str s);
const char *arena_cstr(struct arena *a, struct str s);
struct str arena_lower(struct arena *a, struct str s);
struct str arena_join(struct arena *a, struct str first, struct str second);
struct str arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says "out of memory" on stderr and ends the process with status 4. Never returns. */
_Noreturn void memory_exhausted(void);

/* malloc family for what outlives a unit of work; never NULL, freed with free(). */
void *memory_alloc(size_t n);
void *memory_resize(void *p, size_t n);
char *memory_cstr(struct str s);

#endif
