/* incident.h - a whole incident in a folder: evidence, and the truth about it. */
#ifndef UNGRANT_TESTS_INCIDENT_INCIDENT_H
#define UNGRANT_TESTS_INCIDENT_INCIDENT_H

#include "tests/incident/output.h"

struct incident_options {
    uint64_t seed, size; /* size: bytes of noise, about; 0: a little */
    const char *dir;
    enum environment environment;
    bool environment_given; /* else it follows from the seed */
    unsigned share[TELEMETRIES];
    size_t damage;
    bool records; /* also DIR/records.jsonl: every record of the event logs */
};

/* Everything kept, nothing damaged. */
struct incident_options incident_defaults(void);

/* Writes the incident. Same options, same bytes. 0, or -1 with the error. */
int incident_write(const struct incident_options *options, struct error *e);

#endif
