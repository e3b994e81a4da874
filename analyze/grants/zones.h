/* zones.h - what a local wall clock means: a zone given for a host.
 *
 * A zone is "UTC", an offset such as "+02:00", or a name of the system's time zone database such as
 * "Europe/Amsterdam". Where the clocks were set back a local time was shown twice, and where they
 * were set forward some never were: such a time lies between two, and is taken as the earlier. */
#ifndef UNGRANT_ANALYZE_GRANTS_ZONES_H
#define UNGRANT_ANALYZE_GRANTS_ZONES_H

#include "base/arena.h"
#include "base/civil.h"

struct zone {
    struct str host;
    const char *name;
};

/* "HOST=ZONE"; false with *why where it is neither. The text must outlive the zone. */
bool zone_parse(struct arena *a, const char *text, struct zone *out, const char **why);

/* The UTC time of a local wall clock (WHEN_UNKNOWN): basis WHEN_INFERRED. *later (may be NULL): the
 * later reading where there are two, else WHEN_NONE. */
struct when zone_to_utc(const struct zone *z, struct when local, struct when *later);
/* The later reading where there are two, else the only one. */
struct when zone_to_utc_latest(const struct zone *z, struct when local);

#endif
