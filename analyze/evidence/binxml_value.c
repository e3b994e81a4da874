#include "analyze/evidence/binxml_value.h"

#include "base/civil.h"
#include "base/json.h"
#include "base/utf.h"

static const char UPPER[] = "0123456789ABCDEF", LOWER[] = "0123456789abcdef";

static void add_hex_bytes(struct str b, struct buf *out) {
    buf_reserve(out, b.n * 2);
    for (size_t i = 0; i < b.n; i++) {
        unsigned char c = (unsigned char)b.p[i];
        out->p[out->n++] = UPPER[c >> 4];
        out->p[out->n++] = UPPER[c & 15];
    }
}

static uint64_t unsigned_of(struct str b) {
    uint64_t v = 0;
    for (size_t i = 0; i < b.n && i < 8; i++) v |= (uint64_t)(unsigned char)b.p[i] << (8 * i);
    return v;
}

static void add_null(struct str b, struct buf *out) {
    (void)b;
    (void)out;
}

/* The units of a string without the NUL that may end it. */
static struct str utf16_units(struct str b) {
    size_t n = b.n & ~(size_t)1;
    if (n >= 2 && le16(b.p + n - 2) == 0) n -= 2;
    return str_of(b.p, n);
}

static void add_utf16(struct str b, struct buf *out) {
    utf_to_utf8(ENCODING_UTF16LE, utf16_units(b), out);
}

static void add_ansi(struct str b, struct buf *out) {
    if (b.n && b.p[b.n - 1] == 0) b.n--;
    utf_to_utf8(ENCODING_CP1252, b, out);
}

static void add_unsigned(struct str b, struct buf *out) { buf_add_u64(out, unsigned_of(b)); }

static void add_signed(struct str b, struct buf *out) {
    uint64_t v = unsigned_of(b), sign = UINT64_C(1) << (8 * b.n - 1);
    if (v & sign) {
        buf_add_c(out, '-');
        v = (sign << 1) - v; /* for eight bytes sign << 1 is 0: two's complement all the same */
    }
    buf_add_u64(out, v);
}

static void add_hex(struct str b, struct buf *out) {
    char digits[16];
    size_t n = 0;
    uint64_t v = unsigned_of(b);
    do {
        digits[sizeof digits - ++n] = LOWER[v & 15];
        v >>= 4;
    } while (v);
    buf_add(out, STR("0x"));
    buf_add(out, str_of(digits + sizeof digits - n, n));
}

static void add_real32(struct str b, struct buf *out) {
    float v;
    memcpy(&v, b.p, sizeof v);
    buf_printf(out, "%.9g", (double)v);
}

static void add_real64(struct str b, struct buf *out) {
    double v;
    memcpy(&v, b.p, sizeof v);
    buf_printf(out, "%.17g", v);
}

/* Real logs hold booleans other than 0 and 1; anything but 0 is true. */
static void add_bool(struct str b, struct buf *out) {
    bool set = false;
    for (size_t i = 0; i < b.n; i++) set |= b.p[i] != 0;
    buf_add_z(out, set ? "true" : "false");
}

/* Three little-endian fields, then bytes: the order in which they are shown. */
static void add_guid(struct str b, struct buf *out) {
    static const signed char order[] = {3,  2, 1, 0,  -1, 5,  4,  -1, 7,  6,
                                        -1, 8, 9, -1, 10, 11, 12, 13, 14, 15};
    char text[38], *to = text;
    *to++ = '{';
    for (size_t i = 0; i < sizeof order; i++) {
        if (order[i] < 0) {
            *to++ = '-';
            continue;
        }
        unsigned char c = (unsigned char)b.p[order[i]];
        *to++ = UPPER[c >> 4];
        *to++ = UPPER[c & 15];
    }
    *to++ = '}';
    buf_add(out, str_of(text, sizeof text));
}

static void add_filetime(struct str b, struct buf *out) {
    char text[WHEN_TEXT];
    buf_add(out, filetime_format(le64(b.p), text));
}

/* Year, month, day of week, day, hour, minute, second, millisecond: eight 16-bit fields. */
static void add_systemtime(struct str b, struct buf *out) {
    buf_printf(out, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)le16(b.p),
               (unsigned)le16(b.p + 2), (unsigned)le16(b.p + 6), (unsigned)le16(b.p + 8),
               (unsigned)le16(b.p + 10), (unsigned)le16(b.p + 12), (unsigned)le16(b.p + 14));
}

static size_t sid_size(struct str b) { return b.n < 2 ? 0 : 8 + 4 * (size_t)(unsigned char)b.p[1]; }

/* MS-DTYP 2.4.2.1: authorities below 2^32 in decimal, others in hex. */
static void add_sid(struct str b, struct buf *out) {
    size_t n = sid_size(b);
    if (n == 0 || n > b.n) {
        add_hex_bytes(b, out);
        return;
    }
    uint64_t authority = 0;
    for (size_t i = 2; i < 8; i++) authority = authority << 8 | (unsigned char)b.p[i];
    buf_add(out, STR("S-"));
    buf_add_u64(out, (unsigned char)b.p[0]);
    buf_add_c(out, '-');
    if (authority >> 32)
        buf_printf(out, "0x%llX", (unsigned long long)authority);
    else
        buf_add_u64(out, authority);
    for (size_t i = 8; i < n; i += 4) {
        buf_add_c(out, '-');
        buf_add_u64(out, le32(b.p + i));
    }
}

/* One row per type: how long its values are (0: any length), whether their text is a JSON number
 * or boolean, and how it is written. A type that is not here is shown as hex. */
static const struct row {
    uint8_t size;
    bool bare;
    void (*text)(struct str bytes, struct buf *out);
} TYPES[] = {
    [BINXML_NULL] = {0, false, add_null},
    [BINXML_STRING] = {0, false, add_utf16},
    [BINXML_ANSI] = {0, false, add_ansi},
    [BINXML_INT8] = {1, true, add_signed},
    [BINXML_UINT8] = {1, true, add_unsigned},
    [BINXML_INT16] = {2, true, add_signed},
    [BINXML_UINT16] = {2, true, add_unsigned},
    [BINXML_INT32] = {4, true, add_signed},
    [BINXML_UINT32] = {4, true, add_unsigned},
    [BINXML_INT64] = {8, true, add_signed},
    [BINXML_UINT64] = {8, true, add_unsigned},
    [BINXML_REAL32] = {4, false, add_real32},
    [BINXML_REAL64] = {8, false, add_real64},
    [BINXML_BOOL] = {4, true, add_bool},
    [BINXML_BINARY] = {0, false, add_hex_bytes},
    [BINXML_GUID] = {16, false, add_guid},
    [BINXML_SIZE] = {0, false, add_hex},
    [BINXML_FILETIME] = {8, false, add_filetime},
    [BINXML_SYSTEMTIME] = {16, false, add_systemtime},
    [BINXML_SID] = {0, false, add_sid},
    [BINXML_HEX32] = {4, false, add_hex},
    [BINXML_HEX64] = {8, false, add_hex},
    [BINXML_HANDLE] = {0, false, add_hex_bytes},
    [BINXML_XML] = {0, false, add_hex_bytes},
    [BINXML_XML_TEXT] = {0, false, add_utf16},
};

static const struct row *row_of(uint8_t type) {
    bool known = type < sizeof TYPES / sizeof *TYPES && TYPES[type].text;
    return known ? &TYPES[type] : &TYPES[BINXML_BINARY];
}

static bool fits(const struct row *r, uint8_t type, struct str bytes) {
    if (type == BINXML_SIZE) return bytes.n == 4 || bytes.n == 8;
    return r->size == 0 || r->size == bytes.n;
}

void binxml_value_text(uint8_t type, struct str bytes, struct buf *out) {
    const struct row *r = row_of(type);
    if (bytes.n == 0) return;
    if (fits(r, type, bytes))
        r->text(bytes, out);
    else
        add_hex_bytes(bytes, out);
}

void binxml_value_json(uint8_t type, struct str bytes, struct buf *out) {
    const struct row *r = row_of(type);
    if (r->bare && r->size == bytes.n) {
        r->text(bytes, out);
        return;
    }
    buf_add_c(out, '"');
    if (type == BINXML_STRING || type == BINXML_XML_TEXT) {
        json_escape_utf16(out, utf16_units(bytes));
    } else if (type == BINXML_ANSI) {
        struct buf text = {0};
        add_ansi(bytes, &text);
        json_escape(out, buf_str(&text));
        buf_free(&text);
    } else {
        binxml_value_text(type, bytes, out); /* digits, letters and -{}:. only */
    }
    buf_add_c(out, '"');
}

static size_t utf16_item(struct str left) {
    for (size_t i = 0; i + 1 < left.n; i += 2)
        if (le16(left.p + i) == 0) return i + 2;
    return left.n;
}

static size_t ansi_item(struct str left) {
    size_t nul = str_chr(left, 0);
    return nul == STR_ABSENT ? left.n : nul + 1;
}

bool binxml_item(uint8_t type, struct str bytes, size_t *at, struct str *item) {
    struct str left = str_from_index(bytes, *at);
    size_t n = row_of(type)->size;
    if (left.n == 0) return false;
    if (type == BINXML_STRING) n = utf16_item(left);
    if (type == BINXML_ANSI) n = ansi_item(left);
    if (type == BINXML_SID) n = sid_size(left);
    if (n == 0 || n > left.n) n = left.n;
    *item = str_slice(left, 0, n);
    *at += n;
    return true;
}
