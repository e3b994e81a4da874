/* analysis.h - what analyze found out: the finished result that analyze/report writes down.
 *
 * Filled by analyze/grants (the fold), read by analyze/report. Everything lives in one arena and is
 * in its final order: acts by time, grants by mailbox, items by name. Times are UTC nanoseconds. */
#ifndef UNGRANT_ANALYZE_ANALYSIS_H
#define UNGRANT_ANALYZE_ANALYSIS_H

#include "analyze/grants/change.h"
#include "base/digest.h"

enum integrity { INTEGRITY_NOT_SEALED, INTEGRITY_MATCHES, INTEGRITY_DIFFERS, INTEGRITY_UNLISTED };

struct item {
    struct str name;    /* "data/000001-Security.evtx", or the path as given */
    struct str archive; /* the archive it came out of, or empty */
    struct str case_id; /* of the sealed case it came out of, or empty */
    struct str reader;  /* "evtx", ...; empty: not recognised */
    struct str telemetry;
    char sha256[DIGEST_HEX + 1]; /* empty: it could not be read at all */
    uint64_t size, records, unreadable;
    struct when first, last;
    uint8_t integrity;      /* enum integrity: hash against the case's manifest */
    struct str first_bytes; /* of what was not recognised: up to 16 bytes */
};

struct observation {
    enum source source;
    const struct item *item;
    struct str record;
    uint64_t offset;
    struct when time;
    enum result result;
};

struct party {
    struct str written;
    struct str identity;    /* empty: not resolved */
    struct str *candidates; /* where several fit */
    size_t candidate_count;
};

enum priority { PRIORITY_CRITICAL, PRIORITY_HIGH, PRIORITY_MEDIUM, PRIORITY_LOW, PRIORITY_ROUTINE };
const char *priority_name(enum priority p);

struct signal {
    const char *id;
    struct str why;
};

struct rule_hit {
    struct str rule, technique, severity;
};

/* A change of FORMATS.md: one act, with all that witnessed it. */
struct act {
    struct str id; /* "c-000001" */
    struct when time;
    struct change what; /* the best witness's words; result is the merged one */
    struct party mailbox, trustee, actor;
    struct str client_ip, host, session, application;
    enum priority priority;
    struct signal *signals;
    size_t signal_count;
    struct str *rules; /* YARA rules that matched its text */
    size_t rule_count;
    struct grant *grant; /* or NULL */
    struct observation *observations;
    size_t observation_count;
    bool changed_nothing; /* a right that was there already, or failed, or -WhatIf */
};

enum grant_state { GRANT_OPEN, GRANT_CLOSED, GRANT_UNKNOWN };
const char *grant_state_name(enum grant_state s);

struct use_count {
    struct str operation;
    uint64_t count;
};

struct grant {
    struct str id; /* "g-000001" */
    struct party mailbox, trustee;
    enum right right;
    struct str scope, level;
    bool deny;
    enum grant_state state;
    struct when opened, closed;
    const struct act *opened_by, *closed_by; /* NULL: there before / still open */
    uint64_t use_total;
    struct when use_first, use_last;
    struct use_count *uses;
    size_t use_kinds;
    enum priority priority;
    const struct act **acts; /* every change of this grant, by time */
    size_t act_count;
};

/* Record numbers [from, to] that no item holds, and the times of the records around them. */
struct number_gap {
    uint64_t from, to;
    struct when after, before;
};

/* The clock went back between record number - 1 and record `number`. */
struct clock_setback {
    uint64_t number;
    struct when from, to;
    const struct item *item;
};

/* Per telemetry and host: what we saw, and what we could not. */
struct coverage_row {
    struct str telemetry, host;
    uint64_t items, records, unreadable;
    struct when first, last;
    uint64_t number_first, number_last; /* record numbers, 0: this log has none */
    uint64_t numbers_missing;           /* between them, in no item */
    struct number_gap *gaps;            /* the longest, by number */
    size_t gap_count, gap_total;        /* kept; found */
    struct clock_setback *setbacks;     /* in the order of the items */
    size_t setback_count;
    struct when *cleared;
    size_t cleared_count;
    bool grant_visible; /* would a grant have been visible in this log as it is? */
    struct str why;     /* in words */
};

struct error_row {
    const struct item *item; /* NULL: the item could not even be opened */
    struct str item_name;
    uint64_t offset;
    bool has_offset;
    struct str record, reason;
};

/* Text that a rule found suspicious and in which no call was understood. */
struct suspicion {
    struct str rule, technique, severity;
    struct observation where;
};

struct analysis {
    struct arena *arena;
    struct str case_id; /* of the sealed case, or empty */
    struct item **items;
    size_t item_count;
    struct act *acts;
    size_t act_count;
    struct grant *grants;
    size_t grant_count;
    struct coverage_row *coverage;
    size_t coverage_count;
    struct str *blind_spots; /* sentences */
    size_t blind_spot_count;
    struct error_row *errors;
    size_t error_count;
    struct suspicion *suspicions;
    size_t suspicion_count;
    struct str
        *notes; /* what the reader must know about limits: rules' 4,096 bytes, zones assumed, ... */
    size_t note_count;
};

#endif
