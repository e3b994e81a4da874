#include "analyze/grants/zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* "+hh:mm" in seconds. */
static bool fixed_offset(struct str s, int64_t *seconds) {
    uint64_t h, m;
    if (str_ieq(s, STR("UTC")) || str_ieq(s, STR("Z"))) {
        *seconds = 0;
        return true;
    }
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':') return false;
    if (!str_u64(str_slice(s, 1, 3), &h) || !str_u64(str_slice(s, 4, 6), &m) || h > 14 || m > 59)
        return false;
    *seconds = (s.p[0] == '-' ? -1 : 1) * (int64_t)(h * 3600 + m * 60);
    return true;
}

/* A name of the database: letters, digits and the few signs its names have, and the file is there.
 */
static bool database_name(const char *name) {
    char path[256];
    if (!ascii_alpha(name[0])) return false;
    for (const char *c = name; *c; c++)
        if (!ascii_alpha(*c) && !ascii_digit(*c) && !strchr("/_+-", *c)) return false;
    int n = snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    return n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0;
}

bool zone_parse(struct arena *a, const char *text, struct zone *out, const char **why) {
    struct str host, zone;
    int64_t ignored;
    if (!str_cut(str_from(text), '=', &host, &zone) || !host.n) {
        *why = "--zone wants HOST=ZONE";
        return false;
    }
    *out = (struct zone){host, arena_cstr(a, zone)};
    if (fixed_offset(zone, &ignored) || database_name(out->name)) return true;
    *why = "--zone wants UTC, an offset such as +02:00, or a zone's name such as Europe/Amsterdam";
    return false;
}

/* mktime() in that zone; the process's own is put back. */
static int64_t database_utc(const char *name, struct when local) {
    int y, mo, d, h, mi, s;
    int64_t nanos;
    const char *old = getenv("TZ");
    char *kept = old ? memory_cstr(str_from(old)) : NULL;
    civil_from_ns(local.ns, &y, &mo, &d, &h, &mi, &s, &nanos);
    struct tm tm = {.tm_year = y - 1900,
                    .tm_mon = mo - 1,
                    .tm_mday = d,
                    .tm_hour = h,
                    .tm_min = mi,
                    .tm_sec = s,
                    .tm_isdst = -1};
    setenv("TZ", name, 1);
    tzset();
    time_t t = mktime(&tm);
    if (kept)
        setenv("TZ", kept, 1);
    else
        unsetenv("TZ");
    tzset();
    free(kept);
    return (int64_t)t * NS_PER_S + nanos;
}

struct when zone_to_utc(const struct zone *z, struct when local) {
    int64_t seconds;
    struct when utc = local;
    if (fixed_offset(str_from(z->name), &seconds))
        utc.ns = local.ns - seconds * NS_PER_S;
    else
        utc.ns = database_utc(z->name, local);
    utc.basis = WHEN_INFERRED;
    return utc;
}
