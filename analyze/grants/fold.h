/* fold.h - facts of all items become one analysis: acts, grants, coverage.
 *
 * The order of the facts' files, blocks and workers does not matter: everything is sorted by (time,
 * item, offset) before it is folded. */
#ifndef UNGRANT_ANALYZE_GRANTS_FOLD_H
#define UNGRANT_ANALYZE_GRANTS_FOLD_H

#include "analyze/extract.h"
#include "analyze/grants/baseline.h"
#include "analyze/grants/zones.h"
#include "base/search.h"

/* How far two clocks that are both UTC may lie apart, and so two records of one act. */
#define CLOCK_SKEW (120 * NS_PER_S)

/* How far a zone may be ahead of UTC, and behind it: UTC+14 and UTC-12. */
#define ZONE_AHEAD_MOST (14 * 3600 * NS_PER_S)
#define ZONE_BEHIND_MOST (12 * 3600 * NS_PER_S)

/* A change with its place, on the way to become (part of) an act. */
struct witness_of {
    struct fact f;
    struct item *item;
    struct when time;  /* f.time, or what a transcript's clock was found to mean */
    struct when until; /* the same for f.until */
    bool between;      /* the evidence itself says no more than that it lies between these two */
    struct str mailbox_key, trustee_key; /* identity_key() */
    struct act *act;                     /* the act that it became part of */
};

/* What an object of a snapshot shows, with its place. */
struct shown {
    struct fact f;
    struct item *item;
};

/* Sign-ins that are alike, counted (facts.h), with their place. */
struct signin_of {
    struct fact fact;
    struct item *item;
    struct str actor, address; /* identity_key(), and without port and brackets */
};

/* --state-time: when a snapshot was taken. */
struct state_time {
    struct str item; /* its name, or the end of it behind a slash */
    struct when time;
};

/* What people know that the evidence does not say. */
struct fold_options {
    const struct zone *zones;
    size_t zone_count;
    const struct state_time *state_times;
    size_t state_time_count;
    const struct baseline *baseline; /* may be NULL */
};

/* What the engine logged about a change (engine.c). */
struct remark {
    struct witness_of *w;
    const struct shown *what;
};

struct fold {
    struct arena *arena;
    const struct fold_options *options;
    struct identity *identity;
    struct witness_of *changes; /* sorted */
    size_t change_count, change_cap;
    struct witness_of *uses; /* sorted */
    size_t use_count, use_cap;
    struct witness_of *parts;
    size_t part_count, part_cap;
    struct shown *states; /* by item and offset */
    size_t state_count, state_cap;
    struct shown *prints; /* the same as commands printed it, in transcripts */
    size_t print_count, print_cap;
    struct signin_of *signins;
    size_t signin_count, signin_cap;
    struct shown *runs; /* FACT_RAN and FACT_FAILURE: what the engine said of its commands */
    size_t run_count, run_cap;
    struct remark *remarks; /* whose act gets which of them as a further witness */
    size_t remark_count, remark_cap;
    struct shown *members; /* FACT_MEMBER */
    size_t member_count, member_cap;
    struct shown *created; /* FACT_CREATED */
    size_t created_count, created_cap;
    struct fact *cleared;
    size_t cleared_count, cleared_cap;
    struct analysis *out;
    size_t error_cap, note_cap, suspicion_cap, blind_spot_cap; /* of the lists in *out */
};

/* Puts script blocks that came in parts together and has their text read (their facts are added to
 * the items), then folds everything into *out. The analysis lives in `a`; its items belong to `x`.
 */
int fold_analysis(struct extract *x, struct arena *a, const struct fold_options *o,
                  struct analysis *out, struct error *e);

/* The steps, each in its own file. */
void settle_directory(struct fold *f); /* old and new security descriptors -> what differs */
void engine_settle(struct fold *f);    /* what the engine logged -> which changes failed */
void engine_observe(struct fold *f);   /* the same -> observations of acts */
void act_observe(struct arena *a, struct act *act, const struct observation *o); /* adds it last */
void correlate(struct fold *f);     /* changes -> acts */
void ledger_fold(struct fold *f);   /* acts -> grants */
void observed_fold(struct fold *f); /* what snapshots show, against the grants */
void printed_fold(struct fold *f);  /* what commands of transcripts printed, against the grants */
void members_fold(struct fold *f);  /* members of groups -> grants to groups */
void ledger_uses(struct fold *f);   /* uses -> grants */
void signins_fold(struct fold *f);  /* sign-ins -> acts */
void contradict(struct fold *f); /* what one log has and another has not -> acts; needs coverage */
void prioritise(struct fold *f); /* signals and priorities of acts and grants */
void coverage_fold(struct fold *f); /* seen -> coverage rows and blind spots */

/* Gaps between the runs of one telemetry and host (runs.c); sorts them. */
void runs_fold(struct arena *a, struct fact *runs, size_t count, struct coverage_row *row);
void setbacks_add(struct arena *a, const struct fact *f, const struct item *item,
                  struct coverage_row *row, size_t *cap);

/* After coverage_fold(): audit settings, exports that stop at a limit, and the verdicts. */
void coverage_judge(struct fold *f);
void coverage_silences(struct fold *f); /* times without records, into the rows */
void coverage_logging(struct fold *f);  /* was it logged at all? (coverage_logging.c) */
/* How many records of a row are of these kinds (the list ends with NULL). */
uint64_t coverage_kinds(const struct coverage_row *row, const char *const *kinds);
void fold_blind_spot(struct fold *f, struct str sentence);

/* Adds a fact with its place to one of the lists above. */
void fold_shown(struct fold *f, struct shown **list, size_t *count, size_t *cap,
                const struct fact *fact, struct item *item);

/* Adds to the report's error rows, notes and blind spots. */
void fold_error(struct fold *f, const struct item *item, uint64_t offset, struct str record,
                struct str reason);
void fold_note(struct fold *f, struct str note);

#endif
