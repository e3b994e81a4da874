#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_CHUNK = 64 * 1024, ALIGN = 16 };

struct chunk {
    struct chunk *older;
    size_t size, used;
    _Alignas(ALIGN) char bytes[];
};

struct arena {
    struct chunk *newest;
    size_t used, limit;
};

_Noreturn void memory_exhausted(void) {
    static const char said[] = "ungrant: out of memory\n";
    ssize_t ignored = write(2, said, sizeof said - 1);
    (void)ignored;
    _exit(4);
}

void *memory_alloc(size_t n) {
    void *p = malloc(n ? n : 1);
    if (!p) memory_exhausted();
    return p;
}

void *memory_resize(void *old, size_t n) {
    void *p = realloc(old, n ? n : 1);
    if (!p) memory_exhausted();
    return p;
}

char *memory_cstr(struct str s) {
    char *c = memory_alloc(s.n + 1);
    if (s.n) memcpy(c, s.p, s.n);
    c[s.n] = 0;
    return c;
}

static struct chunk *chunk_new(size_t size, struct chunk *older) {
    struct chunk *c = memory_alloc(sizeof *c + size);
    c->older = older;
    c->size = size;
    c->used = 0;
    return c;
}

struct arena *arena_new(size_t limit) {
    struct arena *a = memory_alloc(sizeof *a);
    a->newest = chunk_new(FIRST_CHUNK, NULL);
    a->used = 0;
    a->limit = limit;
    return a;
}

void arena_reset(struct arena *a) {
    while (a->newest->older) {
        struct chunk *older = a->newest->older;
        free(a->newest);
        a->newest = older;
    }
    a->newest->used = 0;
    a->used = 0;
}

void arena_free(struct arena *a) {
    if (!a) return;
    arena_reset(a);
    free(a->newest);
    free(a);
}

size_t arena_used(const struct arena *a) { return a->used; }

void *arena_alloc(struct arena *a, size_t n) {
    if (n > SIZE_MAX / 2 || (a->limit && n > a->limit - a->used)) memory_exhausted();
    size_t take = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct chunk *c = a->newest;
    if (c->size - c->used < take) {
        size_t size = c->size < 1024 * 1024 ? c->size * 2 : c->size;
        if (size < take) size = take;
        c = a->newest = chunk_new(size, c);
    }
    void *p = c->bytes + c->used;
    c->used += take;
    a->used += n;
    memset(p, 0, n);
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size) {
    size_t n;
    if (__builtin_mul_overflow(count, size, &n)) memory_exhausted();
    return arena_alloc(a, n);
}

void *arena_grow(struct arena *a, void *old, size_t *cap, size_t need, size_t size) {
    if (need <= *cap) return old;
    size_t wanted = *cap ? *cap * 2 : 8;
    if (wanted < need) wanted = need;
    void *p = arena_array(a, wanted, size);
    if (*cap) memcpy(p, old, *cap * size);
    *cap = wanted;
    return p;
}

struct str arena_copy(struct arena *a, struct str s) {
    char *c = arena_alloc(a, s.n + 1);
    if (s.n) memcpy(c, s.p, s.n);
    return str_of(c, s.n);
}

const char *arena_cstr(struct arena *a, struct str s) { return arena_copy(a, s).p; }

struct str arena_lower(struct arena *a, struct str s) {
    char *c = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) c[i] = ascii_lower(s.p[i]);
    return str_of(c, s.n);
}

struct str arena_join(struct arena *a, struct str first, struct str second) {
    char *c = arena_alloc(a, first.n + second.n + 1);
    if (first.n) memcpy(c, first.p, first.n);
    if (second.n) memcpy(c + first.n, second.p, second.n);
    return str_of(c, first.n + second.n);
}

struct str arena_printf(struct arena *a, const char *format, ...) {
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    if (n < 0) return STR_NONE;
    char *c = arena_alloc(a, (size_t)n + 1);
    va_start(ap, format);
    vsnprintf(c, (size_t)n + 1, format, ap);
    va_end(ap);
    return str_of(c, (size_t)n);
}
