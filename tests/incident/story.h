/* story.h - what happened: calls in time order, and the acts on single rights that each one was.
 *
 * A call is what a person or the service did once (one cmdlet, or one click in Outlook). It leaves
 * records in one or more telemetries: its witnesses. An act is what it did to one right; that is
 * what truth.json lists. Times are nanoseconds since 1970, UTC. */
#ifndef UNGRANT_TESTS_INCIDENT_STORY_H
#define UNGRANT_TESTS_INCIDENT_STORY_H

#include "base/civil.h"
#include "tests/incident/company.h"

/* The telemetries that a call may leave records in, as FORMATS.md names them. */
enum telemetry {
    TELEMETRY_UAL,
    TELEMETRY_ADMIN_AUDIT,
    TELEMETRY_EXCHANGE,
    TELEMETRY_4104,
    TELEMETRY_4103,
    TELEMETRY_800,
    TELEMETRY_400,
    TELEMETRY_4688,
    TELEMETRY_SYSMON,
    TELEMETRY_TRANSCRIPT,
    TELEMETRY_HISTORY,
    TELEMETRY_SNAPSHOT,
    TELEMETRY_4100, /* that a typed call failed */
    TELEMETRIES
};
const char *telemetry_name(enum telemetry t);
bool telemetry_by_name(struct str name, enum telemetry *out);

struct witness {
    enum telemetry source;
    struct str item; /* path below evidence/ */
    struct str record;
    uint64_t parts;  /* of a script block: the record is its first part; else 0 */
    bool no_trustee; /* the record has lost the trustee's name (a hashtable in 4103) */
    struct witness *next;
};

enum edit { EDIT_SET, EDIT_ADD, EDIT_REMOVE, EDIT_SWITCH };

struct param {
    const char *name;
    enum edit edit;
    struct str *values; /* none: $null */
    size_t count;
    bool plain; /* a number, $true or $false: never quoted */
};

/* How a call was made; decides which telemetry can have seen it. */
enum via {
    VIA_SHELL,        /* typed into PowerShell on a host of ours */
    VIA_SCRIPT,       /* one of the calls of a long script that ran there */
    VIA_COMMAND_LINE, /* powershell.exe -Command or -EncodedCommand */
    VIA_REST,         /* from the intruder's own machine: only the server saw it */
    VIA_PORTAL,       /* the administration web page */
    VIA_OUTLOOK,      /* a mailbox owner's click, folder rights and rules only */
    VIA_SERVICE,      /* the service itself */
};

enum by { BY_LEGITIMATE, BY_INTRUDER, BY_SERVICE };
const char *by_name(enum by b);

struct session;

struct call {
    unsigned n;
    int64_t time;
    enum via via;
    enum by by;
    const char *cmdlet; /* or the audit operation, for VIA_OUTLOOK */
    struct param *params;
    size_t param_count, param_cap;
    const struct identity *actor, *target;
    struct str object_id, client_ip;
    bool failed, what_if, onprem;
    const char *folder;            /* VIA_OUTLOOK: path and rights of one member */
    const struct identity *member; /* NULL: Default */
    const char *member_rights;
    struct session *session;
    struct witness *witnesses;
};

enum action { DONE_GRANT, DONE_REVOKE, DONE_ALTER };

struct act {
    struct call *call; /* NULL: it was so before the story began */
    enum action action;
    const char *right; /* FORMATS.md */
    struct str scope, level;
    const struct identity *mailbox; /* NULL: none */
    struct str trustee;             /* UPN, "Default", "Anonymous", an outside address, or empty */
    struct str written_mailbox, written_trustee;
    bool implied; /* lost through the replacement of a list: no record says so */
};

/* Proof that access was used. */
struct use {
    int64_t time;
    const char *operation;
    const struct identity *mailbox, *by;
    bool owner;
    struct str record; /* the audit record's Id */
    struct witness *witnesses;
};

/* One PowerShell window. */
struct session {
    int64_t start, end;
    const char *host; /* "ws01", "ws02" */
    const struct identity *user;
    bool core;    /* PowerShell 7 */
    bool headers; /* the transcript has invocation headers */
    struct str host_id, runspace, transcript_token;
    uint32_t pid;
    struct str logon_id;
    enum via via;
    bool encoded; /* VIA_COMMAND_LINE: -EncodedCommand */
    struct call **calls;
    size_t call_count, call_cap;
};

struct signin {
    int64_t time;
    const struct identity *user;
    struct str ip;
    bool failed, by_intruder;
};

/* Somebody in a group. */
struct stay {
    const struct identity *group, *member;
    const struct call *joined, *left; /* left NULL: still there at the end */
};

struct story {
    struct arena *arena;
    uint64_t seed;
    struct company *company;
    int64_t start, attack, end;
    struct str intruder_ip;
    struct call **calls;
    size_t call_count, call_cap;
    struct act *acts;
    size_t act_count, act_cap;
    struct use *uses;
    size_t use_count, use_cap;
    struct session **sessions;
    size_t session_count, session_cap;
    struct signin *signins;
    size_t signin_count, signin_cap;
    struct stay stays[4];
    size_t stay_count;
};

struct story *story_tell(struct arena *a, uint64_t seed, struct company *c);

/* Adds a witness to a call: where the record is. */
struct witness *witness_add(struct arena *a, struct witness **list, enum telemetry source,
                            struct str item, struct str record);

/* What stood open at a time: the acts that took effect before it, grants not yet revoked. Returns
 * pointers to the granting acts, in order. */
const struct act **story_open_at(const struct story *s, int64_t time, size_t *count);

/* Local clock of a host, in minutes east of UTC; fixed, without summer time. */
int story_zone(const struct story *s, const char *host);

#endif
