#include "base/utf.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bytes 0x80..0x9F of Windows-1252; 0 where the code page has no character (kept as C1). */
static const uint16_t CP1252_HIGH[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

uint32_t utf8_next(struct str s, size_t *at) {
    const unsigned char *p = (const unsigned char *)s.p + *at;
    size_t left = s.n - *at;
    unsigned char c = p[0];
    if (c < 0x80) {
        *at += 1;
        return c;
    }
    size_t n = c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    if (n == 0 || left < n) goto bad;
    uint32_t v = n == 2 ? c & 0x1Fu : n == 3 ? c & 0x0Fu : c & 0x07u;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) goto bad;
        v = v << 6 | (p[i] & 0x3Fu);
    }
    if ((n == 3 && v < 0x800) || (n == 4 && (v < 0x10000 || v > 0x10FFFF))) goto bad;
    *at += n;
    return v;
bad:
    *at += 1;
    return UTF_BAD;
}

static uint32_t unit_at(struct str s, size_t at) {
    return (unsigned char)s.p[at] | (uint32_t)(unsigned char)s.p[at + 1] << 8;
}

uint32_t utf16_next(struct str s, size_t *at) {
    uint32_t v = unit_at(s, *at);
    *at += 2;
    if (v < 0xD800 || v > 0xDBFF || *at + 1 >= s.n) return v;
    uint32_t low = unit_at(s, *at);
    if (low < 0xDC00 || low > 0xDFFF) return v;
    *at += 2;
    return 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
}

static bool unit_is_plain(uint32_t v) { return v >= 0x20 && v < 0x7F && v != '"' && v != '\\'; }

#ifdef __SSE2__
/* Eight units at a time; stops before the eight that hold one which is not plain. */
static size_t plain_eights(struct str units, char *to) {
    const __m128i low = _mm_set1_epi16(0x1F), high = _mm_set1_epi16(0x7F);
    const __m128i quote = _mm_set1_epi16('"'), slash = _mm_set1_epi16('\\');
    size_t n = 0;
    for (; 2 * n + 16 <= units.n; n += 8) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(units.p + 2 * n));
        /* Signed comparison: units from 0x8000 are below 0x20, and so not plain either. */
        __m128i in = _mm_and_si128(_mm_cmpgt_epi16(v, low), _mm_cmplt_epi16(v, high));
        __m128i out = _mm_or_si128(_mm_cmpeq_epi16(v, quote), _mm_cmpeq_epi16(v, slash));
        if (_mm_movemask_epi8(_mm_andnot_si128(out, in)) != 0xFFFF) break;
        _mm_storel_epi64((__m128i *)(void *)(to + n), _mm_packus_epi16(v, v));
    }
    return n;
}
#else
static size_t plain_eights(struct str units, char *to) {
    (void)units;
    (void)to;
    return 0;
}
#endif

size_t utf16_plain(struct str units, struct buf *out) {
    buf_reserve(out, units.n / 2);
    char *to = out->p + out->n;
    size_t n = plain_eights(units, to);
    for (; 2 * n + 1 < units.n; n++) {
        uint32_t v = unit_at(units, 2 * n);
        if (!unit_is_plain(v)) break;
        to[n] = (char)v;
    }
    out->n += n;
    return n;
}

size_t utf8_encode(uint32_t v, char out[4]) {
    if (v > 0x10FFFF) v = 0xFFFD;
    if (v < 0x80) {
        out[0] = (char)v;
        return 1;
    }
    if (v < 0x800) {
        out[0] = (char)(0xC0 | v >> 6);
        out[1] = (char)(0x80 | (v & 0x3F));
        return 2;
    }
    if (v < 0x10000) {
        out[0] = (char)(0xE0 | v >> 12);
        out[1] = (char)(0x80 | (v >> 6 & 0x3F));
        out[2] = (char)(0x80 | (v & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | v >> 18);
    out[1] = (char)(0x80 | (v >> 12 & 0x3F));
    out[2] = (char)(0x80 | (v >> 6 & 0x3F));
    out[3] = (char)(0x80 | (v & 0x3F));
    return 4;
}

static bool is_surrogate(uint32_t v) { return v >= 0xD800 && v <= 0xDFFF; }

bool utf8_valid(struct str s, size_t *bad_at) {
    for (size_t i = 0; i < s.n;) {
        size_t here = i;
        uint32_t v = utf8_next(s, &i);
        if (v == UTF_BAD || is_surrogate(v)) {
            if (bad_at) *bad_at = here;
            return false;
        }
    }
    return true;
}

static enum encoding encoding_guess(struct str first) {
    size_t n = first.n < 4096 ? first.n : 4096;
    size_t even = 0, odd = 0;
    for (size_t i = 0; i < n; i++) {
        if (first.p[i]) continue;
        if (i & 1)
            odd++;
        else
            even++;
    }
    /* Text in a Latin script has a NUL in nearly every second byte. */
    if (n >= 4 && odd > n / 4 && even <= n / 16) return ENCODING_UTF16LE;
    if (n >= 4 && even > n / 4 && odd <= n / 16) return ENCODING_UTF16BE;
    size_t bad = 0;
    if (utf8_valid(first, &bad) || bad + 4 > first.n) return ENCODING_UTF8;
    return ENCODING_CP1252;
}

enum encoding encoding_of(struct str first, size_t *mark) {
    if (str_starts(first, STR("\xEF\xBB\xBF"))) {
        *mark = 3;
        return ENCODING_UTF8;
    }
    if (str_starts(first, str_of("\xFF\xFE\0\0", 4))) {
        *mark = 4;
        return ENCODING_UTF32LE;
    }
    if (str_starts(first, STR("\xFF\xFE"))) {
        *mark = 2;
        return ENCODING_UTF16LE;
    }
    if (str_starts(first, STR("\xFE\xFF"))) {
        *mark = 2;
        return ENCODING_UTF16BE;
    }
    *mark = 0;
    return encoding_guess(first);
}

const char *encoding_name(enum encoding e) {
    static const char *const names[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE",
                                        "windows-1252"};
    return names[e];
}

static size_t utf16le_to_utf8(struct str in, struct buf *out) {
    struct str units = str_slice(in, 0, in.n & ~(size_t)1);
    for (size_t i = 0; i < units.n;) {
        i += 2 * utf16_plain(str_from_index(units, i), out);
        if (i < units.n) buf_add_utf8(out, utf16_next(units, &i));
    }
    if (in.n & 1) buf_add_utf8(out, 0xFFFD);
    return in.n & 1;
}

static size_t utf16be_to_utf8(struct str in, struct buf *out) {
    char unit[4];
    for (size_t i = 0; i + 1 < in.n; i += 2) {
        unit[0] = in.p[i + 1];
        unit[1] = in.p[i];
        size_t n = 2, at = 0;
        if (i + 3 < in.n) {
            unit[2] = in.p[i + 3];
            unit[3] = in.p[i + 2];
            n = 4;
        }
        buf_add_utf8(out, utf16_next(str_of(unit, n), &at));
        if (at == 4) i += 2;
    }
    if (in.n & 1) buf_add_utf8(out, 0xFFFD);
    return in.n & 1;
}

size_t utf_to_utf8(enum encoding from, struct str in, struct buf *out) {
    size_t bad = 0;
    switch (from) {
    case ENCODING_UTF16LE: return utf16le_to_utf8(in, out);
    case ENCODING_UTF16BE: return utf16be_to_utf8(in, out);
    case ENCODING_UTF32LE:
        for (size_t i = 0; i + 3 < in.n; i += 4) {
            const unsigned char *p = (const unsigned char *)in.p + i;
            uint32_t v = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
            bad += v > 0x10FFFF;
            buf_add_utf8(out, v);
        }
        return bad + (in.n & 3 ? 1 : 0);
    case ENCODING_CP1252:
        for (size_t i = 0; i < in.n; i++) {
            unsigned char c = (unsigned char)in.p[i];
            uint32_t v = c >= 0x80 && c < 0xA0 && CP1252_HIGH[c - 0x80] ? CP1252_HIGH[c - 0x80] : c;
            buf_add_utf8(out, v);
        }
        return 0;
    case ENCODING_UTF8: break;
    }
    for (size_t i = 0; i < in.n;) {
        size_t here = i;
        if (utf8_next(in, &i) != UTF_BAD) {
            buf_add(out, str_slice(in, here, i));
        } else {
            buf_add_utf8(out, 0xFFFD);
            bad++;
        }
    }
    return bad;
}

static void add_unit(struct buf *out, uint32_t unit) {
    buf_add_c(out, (char)(unit & 0xFF));
    buf_add_c(out, (char)(unit >> 8));
}

void utf8_to_utf16le(struct str in, struct buf *out) {
    for (size_t i = 0; i < in.n;) {
        uint32_t v = utf8_next(in, &i);
        if (v == UTF_BAD) v = 0xFFFD;
        if (v >= 0x10000) {
            add_unit(out, 0xD800 + ((v - 0x10000) >> 10));
            v = 0xDC00 + ((v - 0x10000) & 0x3FF);
        }
        add_unit(out, v);
    }
}

bool utf_is_unsafe(uint32_t v) {
    return v < 0x20 || (v >= 0x7F && v <= 0x9F) || v == 0xAD || v == 0x061C || v == 0x180E ||
           (v >= 0x200B && v <= 0x200F) || (v >= 0x2028 && v <= 0x202E) ||
           (v >= 0x2060 && v <= 0x206F) || v == 0xFEFF || is_surrogate(v) ||
           (v >= 0xFFF9 && v <= 0xFFFB) || (v & 0xFFFE) == 0xFFFE || v > 0x10FFFF ||
           (v >= 0xE0000 && v <= 0xE007F);
}
