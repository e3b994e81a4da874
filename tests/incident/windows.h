/* windows.h - what the event logs of the company's hosts hold. */
#ifndef UNGRANT_TESTS_INCIDENT_WINDOWS_H
#define UNGRANT_TESTS_INCIDENT_WINDOWS_H

#include "tests/incident/evtx_writer.h"
#include "tests/incident/output.h"

enum channel {
    CHANNEL_SECURITY,
    CHANNEL_POWERSHELL,
    CHANNEL_POWERSHELL_CORE,
    CHANNEL_WINDOWS_POWERSHELL,
    CHANNEL_SYSMON,
    CHANNEL_EXCHANGE,
    CHANNEL_FORWARDED,
    CHANNEL_SYSTEM, /* nothing of interest, so that a whole file may be damaged */
    CHANNELS
};

/* One event that is going to be written, and the calls that it is a witness of. */
struct pending {
    const char *host;
    enum channel channel;
    unsigned order; /* among events of one time */
    struct evtx_event event;
    bool witness;
    enum telemetry source;
    struct call **calls;
    size_t call_count;
    uint64_t parts, part;
    bool no_trustee;
};

struct pendings {
    struct pending *list;
    size_t count, cap;
};

/* Everything that sessions and calls leave in event logs. */
void windows_gather(struct output *o, struct pendings *p);

/* An event of no interest for a channel; its text lives in `a`. */
struct evtx_event windows_noise(struct arena *a, const struct story *s, enum channel channel,
                                const char *host, struct rng *r, int64_t time);

/* Provider, channel and what else all events of a channel share. */
struct evtx_event windows_event(struct arena *a, const struct story *s, enum channel channel,
                                const char *host, unsigned id, int64_t time);
void windows_values(struct arena *a, struct evtx_event *e, const struct evtx_value *values,
                    size_t count);

#endif
