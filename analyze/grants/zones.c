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

/* How far that zone is ahead of UTC at that time, in ns. */
static int64_t ahead_at(int64_t utc) {
    struct tm tm = {0};
    time_t t = (time_t)(utc / NS_PER_S);
    return localtime_r(&t, &tm) ? (int64_t)tm.tm_gmtoff * NS_PER_S : 0;
}

/* The offsets of the day before and the day after are the same but around a change of the clocks.
 * The process's own zone is put back. */
static void database_utc(const char *name, int64_t local, int64_t *utc, int64_t *later) {
    static const int64_t DAY = 24 * 3600 * NS_PER_S;
    const char *old = getenv("TZ");
    char *kept = old ? memory_cstr(str_from(old)) : NULL;
    setenv("TZ", name, 1);
    tzset();
    int64_t one = ahead_at(local - DAY), other = ahead_at(local + DAY);
    int64_t early = local - (one > other ? one : other), late = local - (one > other ? other : one);
    bool early_fits = early + ahead_at(early) == local, late_fits = late + ahead_at(late) == local;
    *utc = !early_fits && late_fits ? late : early;
    *later = early_fits == late_fits ? late : *utc;
    if (kept)
        setenv("TZ", kept, 1);
    else
        unsetenv("TZ");
    tzset();
    free(kept);
}

struct when zone_to_utc(const struct zone *z, struct when local, struct when *later) {
    int64_t seconds, last;
    struct when utc = local;
    if (fixed_offset(str_from(z->name), &seconds))
        last = utc.ns = local.ns - seconds * NS_PER_S;
    else
        database_utc(z->name, local.ns, &utc.ns, &last);
    utc.basis = WHEN_INFERRED;
    if (later)
        *later = last > utc.ns ? (struct when){last, utc.digits, utc.basis} : (struct when){0};
    return utc;
}

struct when zone_to_utc_latest(const struct zone *z, struct when local) {
    struct when later, utc = zone_to_utc(z, local, &later);
    return later.basis != WHEN_NONE ? later : utc;
}
