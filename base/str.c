#include "base/str.h"

bool str_ieq(struct str a, struct str b) { return a.n == b.n && str_icmp(a, b) == 0; }

int str_cmp(struct str a, struct str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c != 0) return c;
    return a.n < b.n ? -1 : a.n > b.n;
}

int str_icmp(struct str a, struct str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    if (!a.p || !b.p) n = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)ascii_lower(a.p[i]);
        unsigned char y = (unsigned char)ascii_lower(b.p[i]);
        if (x != y) return x < y ? -1 : 1;
    }
    return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(struct str s, struct str prefix) {
    return s.n >= prefix.n && str_eq(str_of(s.p, prefix.n), prefix);
}

bool str_istarts(struct str s, struct str prefix) {
    return s.n >= prefix.n && str_ieq(str_of(s.p, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix) {
    return s.n >= suffix.n && str_eq(str_from_index(s, s.n - suffix.n), suffix);
}

bool str_iends(struct str s, struct str suffix) {
    return s.n >= suffix.n && str_ieq(str_from_index(s, s.n - suffix.n), suffix);
}

size_t str_find(struct str hay, struct str needle) {
    if (needle.n == 0) return 0;
    if (hay.n < needle.n) return STR_ABSENT;
    const char *hit = memmem(hay.p, hay.n, needle.p, needle.n);
    return hit ? (size_t)(hit - hay.p) : STR_ABSENT;
}

size_t str_ifind(struct str hay, struct str needle) {
    if (needle.n == 0) return 0;
    if (needle.n > hay.n) return STR_ABSENT;
    char first = ascii_lower(needle.p[0]);
    bool letter = ascii_alpha(first);
    for (size_t i = 0; i <= hay.n - needle.n; i++) {
        /* A letter and its other case differ in one bit. */
        if ((letter ? hay.p[i] | 0x20 : hay.p[i]) != first) continue;
        if (str_ieq(str_of(hay.p + i, needle.n), needle)) return i;
    }
    return STR_ABSENT;
}

size_t str_chr(struct str s, char c) {
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? (size_t)(hit - s.p) : STR_ABSENT;
}

size_t str_rchr(struct str s, char c) {
    for (size_t i = s.n; i > 0; i--)
        if (s.p[i - 1] == c) return i - 1;
    return STR_ABSENT;
}

struct str str_leaf(struct str path) {
    size_t slash = str_rchr(path, '/');
    return slash == STR_ABSENT ? path : str_from_index(path, slash + 1);
}

struct str str_trim(struct str s) {
    while (s.n && ascii_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && ascii_space(s.p[s.n - 1])) s.n--;
    return s;
}

bool str_cut(struct str s, char sep, struct str *before, struct str *after) {
    size_t at = str_chr(s, sep);
    if (at == STR_ABSENT) {
        *before = s;
        *after = STR_NONE;
        return false;
    }
    *before = str_slice(s, 0, at);
    *after = str_from_index(s, at + 1);
    return true;
}

bool str_u64(struct str s, uint64_t *out) {
    uint64_t v = 0;
    if (s.n == 0) return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_digit(s.p[i])) return false;
        if (__builtin_mul_overflow(v, (uint64_t)10, &v)) return false;
        if (__builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v)) return false;
    }
    *out = v;
    return true;
}

bool str_u64_any(struct str s, uint64_t *out) {
    if (!str_istarts(s, STR("0x"))) return str_u64(s, out);
    s = str_from_index(s, 2);
    uint64_t v = 0;
    if (s.n == 0 || s.n > 16) return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = ascii_lower(s.p[i]);
        if (ascii_digit(c))
            v = v << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            v = v << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    *out = v;
    return true;
}

bool str_is_ascii(struct str s) {
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80) return false;
    return true;
}
