/* str.h - a piece of text or bytes: pointer and length, never NUL-terminated by assumption.
 *
 * A `struct str` owns nothing: it points into an arena, a block of evidence, or a literal, and is
 * valid as long as that is. Every function here takes any bytes, NUL included; "ignoring case"
 * means ASCII letters only, since that is what PowerShell names and protocol words need. */
#ifndef UNGRANT_BASE_STR_H
#define UNGRANT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
#define STR_ABSENT SIZE_MAX /* "not found", from the functions that return an index */

/* For printf("%.*s", STR_ARG(s)); only for text that is ours: see term.h for text from evidence. */
#define STR_ARG(s) (int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n), ((s).p ? (s).p : "")

/* The bytes of a C string, without its NUL; NULL gives the empty string. */
static inline struct str str_from(const char *c) { return (struct str){c, c ? strlen(c) : 0}; }

static inline struct str str_of(const char *p, size_t n) { return (struct str){p, n}; }

static inline bool str_eq(struct str a, struct str b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
bool str_ieq(struct str a, struct str b);

/* <0, 0, >0 by bytes, the shorter first where one begins the other: the order of all our outputs.
 */
int str_cmp(struct str a, struct str b);
int str_icmp(struct str a, struct str b);

bool str_starts(struct str s, struct str prefix);
bool str_istarts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_iends(struct str s, struct str suffix);

/* Index of the first occurrence, or STR_ABSENT. An empty needle is found at 0. */
size_t str_find(struct str hay, struct str needle);
size_t str_ifind(struct str hay, struct str needle);
size_t str_chr(struct str s, char c);
size_t str_rchr(struct str s, char c);
struct str str_leaf(struct str path); /* what stands behind the last slash */

/* Bytes [from, to); both are clamped to the text. */
static inline struct str str_slice(struct str s, size_t from, size_t to) {
    if (!s.p) return STR_NONE;
    if (to > s.n) to = s.n;
    if (from > s.n) from = s.n;
    return (struct str){s.p + from, from < to ? to - from : 0};
}
static inline struct str str_from_index(struct str s, size_t from) {
    return str_slice(s, from, s.n);
}

/* Without leading and trailing ASCII white space. */
struct str str_trim(struct str s);

/* Splits at the first `sep`: true and both parts, or false and *before = s, *after empty. */
bool str_cut(struct str s, char sep, struct str *before, struct str *after);

bool str_is_ascii(struct str s);

/* Decimal digits only, all of them; false on anything else or on overflow. */
bool str_u64(struct str s, uint64_t *out);

/* "0x1a2b" or decimal. */
bool str_u64_any(struct str s, uint64_t *out);

static inline char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static inline bool ascii_digit(char c) { return c >= '0' && c <= '9'; }
static inline bool ascii_alpha(char c) {
    char l = ascii_lower(c);
    return l >= 'a' && l <= 'z';
}
static inline bool ascii_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

#endif
