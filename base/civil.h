/* civil.h - points in time: UTC nanoseconds since 1970, with the precision their source had.
 *
 * int64 nanoseconds reach from 1677 to 2262; a FILETIME outside of that (0 is the year 1601) is
 * WHEN_NONE as a `struct when`, and filetime_format() still prints it exactly.
 * FILETIME: 100 ns units since 1601-01-01 UTC (Microsoft, "FILETIME structure"). */
#ifndef UNGRANT_BASE_CIVIL_H
#define UNGRANT_BASE_CIVIL_H

#include "base/str.h"

enum when_basis {
    WHEN_NONE,     /* no time known; ns is meaningless */
    WHEN_UTC,      /* the source says UTC, or gave an offset */
    WHEN_INFERRED, /* local time, zone taken from other evidence or an option */
    WHEN_UNKNOWN,  /* local wall clock whose zone is unknown: ns is that clock read as if UTC */
};

struct when {
    int64_t ns;
    uint8_t digits; /* digits after the second that the source gave, 0..9 */
    uint8_t basis;  /* enum when_basis */
};

#define NS_PER_S INT64_C(1000000000)
enum { WHEN_TEXT = 40 };

/* "2022-03-09T08:41:17.1234567Z" into out (WHEN_TEXT bytes), without the Z when the basis is
 * WHEN_UNKNOWN; "" for WHEN_NONE. Returns the text. */
struct str when_format(struct when t, char out[WHEN_TEXT]);
const char *when_basis_name(struct when t); /* "utc", "inferred", "unknown" */

struct when when_from_filetime(uint64_t filetime);
struct str filetime_format(uint64_t filetime, char out[WHEN_TEXT]); /* seven digits, Z */
struct when when_from_unix_ms(int64_t ms);

/* Civil date and time to nanoseconds; false where a field is out of range. month 1..12, day 1..31.
 */
bool civil_to_ns(int year, int month, int day, int hour, int minute, int second, int64_t nanos,
                 int64_t *ns);
void civil_from_ns(int64_t ns, int *year, int *month, int *day, int *hour, int *minute, int *second,
                   int64_t *nanos);

/* ISO 8601 as logs write it: "T" or a blank between date and time, optional seconds fraction of 1
 * to 9 digits (more are cut), optional "Z" or "+hh:mm" / "-hhmm". Without a zone the basis is
 * `zoneless`: WHEN_UTC where the format's documentation says UTC. Whole text or false. */
bool when_parse_iso(struct str s, enum when_basis zoneless, struct when *out);

/* "20220309083700" (14 digits), as PowerShell transcripts write local time: basis WHEN_UNKNOWN. */
bool when_parse_compact(struct str s, struct when *out);

/* "/Date(1646815277000)/", also with "\/" and "+0200" inside: basis WHEN_UTC, 3 digits. */
bool when_parse_ms_json(struct str s, struct when *out);

/* "3/9/2022 8:41:17 AM" and "3/9/2022 20:41": month first, as en-US exports write it. */
bool when_parse_us(struct str s, enum when_basis zoneless, struct when *out);

/* Orders by time; times without any go last. */
int when_cmp(struct when a, struct when b);

/* Makes [*first, *last] reach to `t`, if that is a time; WHEN_NONE in either: there is none yet. */
void when_widen(struct when *first, struct when *last, struct when t);

#endif
