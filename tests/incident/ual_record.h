/* ual_record.h - one record of the unified audit log: its AuditData and its outer columns. */
#ifndef UNGRANT_TESTS_INCIDENT_UAL_RECORD_H
#define UNGRANT_TESTS_INCIDENT_UAL_RECORD_H

#include "base/json.h"
#include "tests/incident/story.h"

struct ual_record {
    int64_t time;
    unsigned type;                        /* RecordType */
    struct str id, operation, user, data; /* data: AuditData, JSON */
};

const char *ual_type_name(unsigned type);

/* All text lives in `a`. */
struct ual_record ual_of_call(struct arena *a, const struct story *s, const struct call *c);
struct ual_record ual_of_use(struct arena *a, const struct story *s, const struct use *u);
struct ual_record ual_of_signin(struct arena *a, const struct story *s, const struct signin *i);
/* A record of everyday work that has nothing to do with the question. */
struct ual_record ual_noise(struct arena *a, const struct story *s, struct rng *r, int64_t time);

#endif
