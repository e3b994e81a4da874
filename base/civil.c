#include "base/civil.h"

#include <stdio.h>

enum { FILETIME_PER_S = 10000000 };
static const int64_t EPOCH_1601_S = INT64_C(11644473600); /* seconds from 1601 to 1970 */

/* Days since 1970-01-01 of a civil date, and back: Howard Hinnant, "chrono-compatible low-level
 * date algorithms" (days_from_civil, civil_from_days). */
static int64_t days_from_civil(int64_t y, int m, int d) {
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static void civil_from_days(int64_t z, int *y, int *m, int *d) {
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *d = (int)(doy - (153 * mp + 2) / 5 + 1);
    *m = (int)(mp < 10 ? mp + 3 : mp - 9);
    *y = (int)(yoe + era * 400 + (*m <= 2));
}

static void civil_from_seconds(int64_t s, int *year, int *month, int *day, int *h, int *m,
                               int *sec) {
    int64_t days = s / 86400, rest = s % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    civil_from_days(days, year, month, day);
    *h = (int)(rest / 3600);
    *m = (int)(rest / 60 % 60);
    *sec = (int)(rest % 60);
}

void civil_from_ns(int64_t ns, int *year, int *month, int *day, int *hour, int *minute, int *second,
                   int64_t *nanos) {
    int64_t s = ns / NS_PER_S, rest = ns % NS_PER_S;
    if (rest < 0) {
        rest += NS_PER_S;
        s--;
    }
    civil_from_seconds(s, year, month, day, hour, minute, second);
    *nanos = rest;
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool civil_to_ns(int year, int month, int day, int hour, int minute, int second, int64_t nanos,
                 int64_t *ns) {
    if (year < 1678 || year > 2261 || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60 || nanos < 0 || nanos >= NS_PER_S)
        return false;
    int64_t s = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *ns = s * NS_PER_S + nanos;
    return true;
}

struct str when_format(struct when t, char out[WHEN_TEXT]) {
    if (t.basis == WHEN_NONE) {
        out[0] = 0;
        return str_of(out, 0);
    }
    int y, mo, d, h, mi, s;
    int64_t nanos;
    civil_from_ns(t.ns, &y, &mo, &d, &h, &mi, &s, &nanos);
    int n = snprintf(out, WHEN_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", y, mo, d, h, mi, s);
    if (t.digits > 0) {
        n += snprintf(out + n, (size_t)(WHEN_TEXT - n), ".%09d", (int)nanos);
        n -= 9 - (t.digits > 9 ? 9 : t.digits);
    }
    if (t.basis != WHEN_UNKNOWN) out[n++] = 'Z';
    out[n] = 0;
    return str_of(out, (size_t)n);
}

const char *when_basis_name(struct when t) {
    static const char *const names[] = {"unknown", "utc", "inferred", "unknown"};
    return names[t.basis & 3];
}

struct when when_from_filetime(uint64_t filetime) {
    struct when t = {0, 7, WHEN_NONE};
    int64_t s = (int64_t)(filetime / FILETIME_PER_S) - EPOCH_1601_S;
    int64_t rest = (int64_t)(filetime % FILETIME_PER_S) * 100;
    if (s < -INT64_C(9214560000) || s > INT64_C(9214646399)) return t; /* 1678 .. 2261 */
    t.ns = s * NS_PER_S + rest;
    t.basis = WHEN_UTC;
    return t;
}

/* `v` as `digits` decimal digits with leading zeros. */
static char *put_digits(char *to, int v, int digits) {
    for (int i = digits; i--; v /= 10) to[i] = (char)('0' + v % 10);
    return to + digits;
}

struct str filetime_format(uint64_t filetime, char out[WHEN_TEXT]) {
    int field[6];
    static const char before[] = {0, '-', '-', 'T', ':', ':'};
    civil_from_seconds((int64_t)(filetime / FILETIME_PER_S) - EPOCH_1601_S, &field[0], &field[1],
                       &field[2], &field[3], &field[4], &field[5]);
    char *to = put_digits(out, field[0], field[0] > 9999 ? 5 : 4);
    for (int i = 1; i < 6; i++) {
        *to++ = before[i];
        to = put_digits(to, field[i], 2);
    }
    *to++ = '.';
    to = put_digits(to, (int)(filetime % FILETIME_PER_S), 7);
    *to++ = 'Z';
    *to = 0;
    return str_of(out, (size_t)(to - out));
}

struct when when_from_unix_ms(int64_t ms) {
    struct when t = {0, 3, WHEN_NONE};
    if (__builtin_mul_overflow(ms, INT64_C(1000000), &t.ns)) return t;
    t.basis = WHEN_UTC;
    return t;
}

/* Takes exactly `n` digits at *at; -1 if they are not there. */
static int take_digits(struct str s, size_t *at, size_t n) {
    int v = 0;
    if (s.n - *at < n) return -1;
    for (size_t i = 0; i < n; i++) {
        char c = s.p[*at + i];
        if (!ascii_digit(c)) return -1;
        v = v * 10 + (c - '0');
    }
    *at += n;
    return v;
}

/* Takes 1 to `most` digits. */
static int take_number(struct str s, size_t *at, size_t most) {
    size_t n = 0;
    while (n < most && *at + n < s.n && ascii_digit(s.p[*at + n])) n++;
    return n ? take_digits(s, at, n) : -1;
}

static bool take_c(struct str s, size_t *at, char c) {
    if (*at >= s.n || s.p[*at] != c) return false;
    ++*at;
    return true;
}

/* ".1234567" if it is there; more than nine digits are cut. */
static bool take_fraction(struct str s, size_t *at, int64_t *nanos, uint8_t *digits) {
    *nanos = 0;
    *digits = 0;
    if (!take_c(s, at, '.') && !take_c(s, at, ',')) return true;
    int64_t unit = NS_PER_S;
    size_t n = 0;
    for (; *at < s.n && ascii_digit(s.p[*at]); ++*at, n++) {
        if (n >= 9) continue;
        unit /= 10;
        *nanos += (s.p[*at] - '0') * unit;
    }
    *digits = (uint8_t)(n > 9 ? 9 : n);
    return n > 0;
}

/* "Z", "+hh:mm", "+hhmm", "+hh"; nothing is allowed and leaves *zoned false. */
static bool take_zone(struct str s, size_t *at, bool *zoned, int64_t *offset_s) {
    *zoned = false;
    *offset_s = 0;
    if (take_c(s, at, 'Z') || take_c(s, at, 'z')) {
        *zoned = true;
        return true;
    }
    bool minus = take_c(s, at, '-');
    if (!minus && !take_c(s, at, '+')) return true;
    int h = take_digits(s, at, 2), m = 0;
    if (take_c(s, at, ':') || *at < s.n) m = take_digits(s, at, 2);
    if (h < 0 || m < 0 || h > 14 || m > 59) return false;
    *zoned = true;
    *offset_s = (minus ? -1 : 1) * (h * 3600 + m * 60);
    return true;
}

bool when_parse_iso(struct str s, enum when_basis zoneless, struct when *out) {
    size_t at = 0;
    s = str_trim(s);
    int y = take_digits(s, &at, 4);
    if (y < 0 || !take_c(s, &at, '-')) return false;
    int mo = take_digits(s, &at, 2);
    if (mo < 0 || !take_c(s, &at, '-')) return false;
    int d = take_digits(s, &at, 2);
    if (d < 0 || (!take_c(s, &at, 'T') && !take_c(s, &at, 't') && !take_c(s, &at, ' ')))
        return false;
    int h = take_digits(s, &at, 2);
    if (h < 0 || !take_c(s, &at, ':')) return false;
    int mi = take_digits(s, &at, 2), sec = 0;
    if (mi < 0) return false;
    if (take_c(s, &at, ':') && (sec = take_digits(s, &at, 2)) < 0) return false;
    int64_t nanos, offset, ns;
    uint8_t digits;
    bool zoned;
    if (!take_fraction(s, &at, &nanos, &digits)) return false;
    take_c(s, &at, ' ');
    if (!take_zone(s, &at, &zoned, &offset) || at != s.n) return false;
    if (!civil_to_ns(y, mo, d, h, mi, sec, nanos, &ns)) return false;
    if (__builtin_sub_overflow(ns, offset * NS_PER_S, &ns)) return false;
    *out = (struct when){ns, digits, (uint8_t)(zoned ? WHEN_UTC : zoneless)};
    return true;
}

bool when_parse_compact(struct str s, struct when *out) {
    size_t at = 0;
    if (s.n != 14) return false;
    int y = take_digits(s, &at, 4), mo = take_digits(s, &at, 2), d = take_digits(s, &at, 2);
    int h = take_digits(s, &at, 2), mi = take_digits(s, &at, 2), sec = take_digits(s, &at, 2);
    int64_t ns;
    if (sec < 0 || !civil_to_ns(y, mo, d, h, mi, sec, 0, &ns)) return false;
    *out = (struct when){ns, 0, WHEN_UNKNOWN};
    return true;
}

bool when_parse_ms_json(struct str s, struct when *out) {
    if (str_starts(s, STR("\\"))) s = str_from_index(s, 1);
    if (!str_starts(s, STR("/Date("))) return false;
    s = str_from_index(s, 6);
    bool minus = str_starts(s, STR("-"));
    if (minus) s = str_from_index(s, 1);
    size_t n = 0;
    while (n < s.n && ascii_digit(s.p[n])) n++;
    uint64_t ms;
    if (n == 0 || n > 15 || !str_u64(str_slice(s, 0, n), &ms)) return false;
    struct str rest = str_from_index(s, n);
    if (!str_ends(rest, STR(")/")) && !str_ends(rest, STR(")\\/"))) return false;
    *out = when_from_unix_ms(minus ? -(int64_t)ms : (int64_t)ms);
    return out->basis != WHEN_NONE;
}

bool when_parse_us(struct str s, enum when_basis zoneless, struct when *out) {
    size_t at = 0;
    s = str_trim(s);
    int mo = take_number(s, &at, 2);
    if (mo < 0 || !take_c(s, &at, '/')) return false;
    int d = take_number(s, &at, 2);
    if (d < 0 || !take_c(s, &at, '/')) return false;
    int y = take_digits(s, &at, 4);
    if (y < 0) return false;
    take_c(s, &at, ',');
    if (!take_c(s, &at, ' ')) return false;
    int h = take_number(s, &at, 2);
    if (h < 0 || !take_c(s, &at, ':')) return false;
    int mi = take_digits(s, &at, 2), sec = 0;
    if (mi < 0 || (take_c(s, &at, ':') && (sec = take_digits(s, &at, 2)) < 0)) return false;
    int64_t nanos, ns;
    uint8_t digits;
    if (!take_fraction(s, &at, &nanos, &digits)) return false;
    struct str half = str_trim(str_from_index(s, at));
    if (str_starts(half, STR("\xE2\x80\xAF"))) half = str_from_index(half, 3); /* U+202F */
    if (half.n) {
        bool pm = str_ieq(half, STR("PM"));
        if ((!pm && !str_ieq(half, STR("AM"))) || h < 1 || h > 12) return false;
        h = h % 12 + (pm ? 12 : 0);
    }
    if (!civil_to_ns(y, mo, d, h, mi, sec, nanos, &ns)) return false;
    *out = (struct when){ns, digits, (uint8_t)zoneless};
    return true;
}

int when_cmp(struct when a, struct when b) {
    bool no_a = a.basis == WHEN_NONE, no_b = b.basis == WHEN_NONE;
    if (no_a || no_b) return no_a - no_b;
    return (a.ns > b.ns) - (a.ns < b.ns);
}

void when_widen(struct when *first, struct when *last, struct when t) {
    if (t.basis == WHEN_NONE) return;
    if (when_cmp(t, *first) < 0) *first = t;
    if (last->basis == WHEN_NONE || when_cmp(t, *last) > 0) *last = t;
}
