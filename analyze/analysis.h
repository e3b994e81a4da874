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
    struct when taken;      /* when what it shows was so (snapshots): inventory or --state-time */
    uint8_t integrity;      /* enum integrity: hash against the case's manifest */
    struct str first_bytes; /* of what was not recognised: up to 16 bytes */
    bool clock_known;       /* what its local clock was found to be ahead of UTC, in ns: */
    int64_t clock_ahead;
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

/* The sign-in that is taken to be the one behind an act, and by which rule. */
struct signin_join {
    const char *rule; /* "session", "address", "time" */
    struct observation where;
    struct str address, application, client, country, risk;
    bool legacy;       /* a protocol without modern authentication */
    bool new_address;  /* first seen for this actor within the day before */
    uint64_t failures; /* the actor's failed sign-ins within the day before */
};

/* A change of FORMATS.md: one act, with all that witnessed it. */
struct act {
    struct str id; /* "c-000001" */
    struct when time;
    /* UTC, where `time` says no more than that it lies between these (a local time of unknown zone,
     * an hour that the clocks showed twice, a text without a time); else WHEN_NONE */
    struct when earliest, latest;
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
    struct signin_join *signin; /* or NULL */
    bool changed_nothing;       /* a right that was there already, or failed, or -WhatIf */
    /* What one log has and another, which covers the time, has not, in words; else empty. */
    struct str not_on_server, not_in_shell, other_values;
};

enum grant_state { GRANT_OPEN, GRANT_CLOSED, GRANT_UNKNOWN };
const char *grant_state_name(enum grant_state s);

struct use_count {
    struct str operation;
    uint64_t count;
};

/* What a snapshot, or the output of a command in a transcript, says of a grant: it was there then,
 * or was not. */
struct sighting {
    const struct item *item;
    struct str record;
    uint64_t offset;
    struct when time;
    bool present;
    bool printed; /* it only stood on a screen: a transcript's output, low confidence */
    bool before;  /* certainly before the grant was given */
};

/* Somebody who holds a grant because they are in the group that it was given to. */
struct member {
    struct party who;
    struct str via;           /* the group within the group, or empty */
    struct when since, until; /* of the membership; WHEN_NONE: before the logs, still */
    struct observation where; /* the record that says so */
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
    struct when sent_on;          /* the UTC day on which most was sent by it; WHEN_NONE: nothing */
    uint64_t sent_most, sent_day; /* so many messages; those of the day last counted */
    int64_t sent_day_number;      /* which is that, in days since 1970 */
    enum priority priority;
    const struct act **acts; /* every change of this grant, by time; none: only snapshots show it */
    size_t act_count;
    struct sighting *sightings; /* the snapshots that list the mailbox, by time */
    size_t sighting_count;
    struct str finding; /* what no record of a change tells; else empty */
    enum priority finding_priority;
    const char *finding_from; /* "Snapshot", "Transcript", "Group": what shows it; or NULL */
    struct member *members; /* of the group that the trustee is, as far as the logs show, by name */
    size_t member_count;
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

/* A time without records that is long against the log's own rhythm. */
struct time_gap {
    struct when after, before;
};

/* Would a grant have been visible here? One of the log sources that AN1052 and AN1051 name, or of
 * those that this kit adds. */
struct verdict {
    const char *analytic, *source; /* "AN1052", "m365:unified" */
    const char *state;             /* "visible", "partly", "not visible" */
    struct when first, last;       /* of its records */
    struct str words;
};

/* What a setting of auditing was, or was set to. */
struct audit_setting {
    struct when time;                   /* WHEN_NONE: not known */
    struct str name, value, object, by; /* object: mailbox or account; empty: everybody */
    struct str source;                  /* of the snapshot or the record */
    const struct item *item;
    bool weak; /* something is not recorded because of it */
};

/* Records of one kind in a log: whether this sort of logging was on. */
struct logged_kind {
    struct str kind; /* "4104", "4688 with command line" */
    uint64_t count;
    struct when first, last;
};

/* Per telemetry and host: what we saw, and what we could not. */
struct coverage_row {
    struct str telemetry, host;
    struct logged_kind *kinds;
    size_t kind_count;
    uint64_t items, records, unreadable;
    struct when first, last;
    uint64_t number_first, number_last; /* record numbers, 0: this log has none */
    uint64_t numbers_missing;           /* between them, in no item */
    struct number_gap *gaps;            /* the longest, by number */
    size_t gap_count, gap_total;        /* kept; found */
    struct time_gap *silences;          /* the longest, by time */
    size_t silence_count, silence_total;
    struct clock_setback *setbacks; /* in the order of the items */
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
    struct verdict *verdicts;
    size_t verdict_count;
    struct audit_setting *settings; /* by time */
    size_t setting_count;
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
