/* zones.h - what a local wall clock means: a zone given for a host.
 *
 * A zone is "UTC", an offset such as "+02:00", or a name of the system's time zone database such as
 * "Europe/Amsterdam". A local time that a change to or from summer time makes ambiguous is taken as
 * the earlier of the two (standard time is the later). */
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

/* The UTC time of a local wall clock (WHEN_UNKNOWN): basis WHEN_INFERRED. */
struct when zone_to_utc(const struct zone *z, struct when local);

#endif
