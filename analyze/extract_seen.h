/* extract_seen.h - what a block tells coverage of every record, of interest or not.
 *
 * Per telemetry and host: how many, from when to when, and, of logs that number their records, the
 * *runs*: stretches without a missing number, with the times at both ends, so that the fold can put
 * the runs of all blocks and items together and see what is missing between them. Where the clock
 * goes back between two records that follow on each other, that is a fact of its own. */
#ifndef UNGRANT_ANALYZE_EXTRACT_SEEN_H
#define UNGRANT_ANALYZE_EXTRACT_SEEN_H

#include "analyze/facts.h"
#include "base/arena.h"

enum {
    TALLIES = 64,        /* telemetries and hosts at a time; more are given out earlier */
    RUNS_MOST = 64,      /* of one telemetry and host in one block: then a run may have holes */
    RUNS_UTMOST = 1024,  /* nor does a log that jumps to and fro get more */
    HOURS_MOST = 256,    /* different hours at a time; more are given out earlier */
    SETBACKS_MOST = 64,  /* the same */
    SETBACK_SECONDS = 2, /* log buffers of several processors are flushed once a second */
};

struct tally {
    struct str telemetry, host;
    uint64_t count, number_first, number_last;
    struct when first, last;
    struct fact *run; /* the one that goes on, or NULL */
    struct when at;   /* of the record before */
    unsigned runs, setbacks;
    uint32_t hours[HOURS_MOST]; /* in which there were records, the latest asked for first */
    unsigned hour_count;
};

/* Records of one kind ("4104"), which say that this sort of logging was on. */
struct kind_tally {
    struct str telemetry, host, kind;
    uint64_t count;
    struct when first, last;
};

struct tallies {
    struct kind_tally kinds[TALLIES];
    size_t kind_count;
    struct arena *arena;
    void *own;
    void (*give)(void *own, const struct fact *f);
    struct tally list[TALLIES];
    size_t count;
};

/* One record; `number` 0: its log does not number them. */
void tallies_add(struct tallies *t, struct str telemetry, struct str host, struct when at,
                 uint64_t number);

/* One record of that kind. */
void tallies_add_kind(struct tallies *t, struct str telemetry, struct str host, struct str kind,
                      struct when at);

/* Gives out what was counted. */
void tallies_flush(struct tallies *t);

#endif
