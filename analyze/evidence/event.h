/* event.h - one record of telemetry, normalised: what every reader gives and analyze/grants takes.
 *
 * An event lives only while its block is read: all text in it points into the block or into the
 * sink's arena. Empty text means "the record does not say". Text is as the record has it (decoded
 * to UTF-8), never cleaned up: that is the work of the rooms behind. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_EVENT_H
#define UNGRANT_ANALYZE_EVIDENCE_EVENT_H

#include "base/arena.h"
#include "base/civil.h"

/* `source` of FORMATS.md, best witness first (DOMAIN.md B.7 names the order of confidence). */
enum source {
    SOURCE_UAL,
    SOURCE_ADMIN_AUDIT,
    SOURCE_MAILBOX_AUDIT,
    SOURCE_DIRECTORY_AUDIT,
    SOURCE_PS_4103,
    SOURCE_PS_800,
    SOURCE_EXCHANGE_MANAGEMENT,
    SOURCE_EXCHANGE_CMDLET_LOG, /* CmdletInfra: the same text in a file of the server */
    SOURCE_SECURITY_5136,       /* a directory attribute's old or new value */
    SOURCE_SECURITY_GROUP,      /* 4728, 4732, 4756 and their removals */
    SOURCE_PS_4104,
    SOURCE_SECURITY_4688,
    SOURCE_SYSMON_1,
    SOURCE_PS_400,
    SOURCE_TRANSCRIPT,
    SOURCE_HISTORY,
    SOURCE_SNAPSHOT,
    SOURCE_PS_4105, /* 4105, 4106: a script block began, or ended: beside a 4104, never alone */
    SOURCE_PS_4100, /* a command failed: beside a witness of the command, never alone */
    SOURCE_SIGNIN,  /* never a witness of a change; not in FORMATS.md's list of sources */
    SOURCE_OTHER,   /* a record that only counts for coverage */
    SOURCES,
};
const char *source_name(enum source s); /* "ual", "powershell-4104", ... */
bool source_by_name(struct str name, enum source *out);

/* A text that was logged before it ran proves the attempt, not its success (FORMATS.md). */
enum result { RESULT_UNKNOWN, RESULT_SUCCEEDED, RESULT_FAILED };
const char *result_name(enum result r);

/* How one bound parameter changes what was there: `-P a,b` sets, `-P @{Add='a'}` edits. */
enum edit { EDIT_SET, EDIT_ADD, EDIT_REMOVE };

enum param_flag {
    PARAM_TRUNCATED = 1, /* the record cut the value: never plan from it */
    PARAM_AMBIGUOUS =
        2,          /* a quote or line break could have forged it, or the name has two readings */
    PARAM_HOLE = 4, /* not a constant: the value is a description such as "$u", not a name */
};

/* One parameter as bound, under its full documented name where that is known. `$null` and an empty
 * list have count 0. A parameter given as @{Add=..;Remove=..} is two entries of one name. */
struct param {
    struct str name;
    struct str *values;
    size_t count;
    uint8_t edit;  /* enum edit */
    uint8_t flags; /* enum param_flag */
};

struct params {
    struct param *list;
    size_t count, cap;
};

/* Adds a parameter with `count` values copied (the strings themselves are not). Returns it. */
struct param *params_add(struct arena *a, struct params *p, struct str name,
                         const struct str *values, size_t count);
struct param *params_add1(struct arena *a, struct params *p, struct str name, struct str value);
/* First entry of that name ignoring case, or NULL. */
const struct param *params_get(const struct params *p, const char *name);
/* Its first value, or empty. */
struct str params_first(const struct params *p, const char *name);
/* "True", "$true", "1" or a bare switch; `otherwise` where the parameter is absent. */
bool params_true(const struct params *p, const char *name, bool otherwise);

enum event_kind {
    /* A cmdlet with its parameters as a server or an engine recorded them: `operation` is the
     * cmdlet, `params` the parameters. UAL RecordType 1, admin audit log, MSExchange Management 1
     * and 6, PowerShell 4103 and 800. */
    EVENT_COMMAND,
    /* PowerShell (or shell) text that ran or was about to: `text`. 4104, 4688, Sysmon 1, 400,
     * transcripts, history. analyze/powershell says which calls are in it. */
    EVENT_TEXT,
    /* Any other operation of the unified or mailbox audit log: `operation`, and in `params` the
     * fields of the record that matter, under their path in it ("Item.ParentFolder.MemberRights",
     * "SendAsUserSmtp", "ModifiedProperties.Role.DisplayName.NewValue", ...). */
    EVENT_OPERATION,
    /* A sign-in, good or bad: actor, client_ip, application, result, session. */
    EVENT_SIGNIN,
    /* What a Get- cmdlet showed at a time that the item does not say: `operation` is the cmdlet,
     * `params` the object's properties (snapshot.h). */
    EVENT_STATE,
    /* A log was cleared (1102, 104): `operation` names the log, actor who. */
    EVENT_CLEARED,
    /* The script block `block_id` ran (4105, 4106), in the runspace `session`. */
    EVENT_RAN,
    /* The command `operation` failed (4100), with `error`, in the runspace `session`. */
    EVENT_FAILURE,
    /* A record that says that something was done, but not what: `operation` names it in words. */
    EVENT_HINT,
};

struct event {
    enum event_kind kind;
    enum source source;

    /* Where it stands. `record` is the record's own identifier (EventRecordID, UAL Id); where it
     * has none, leave it empty and set `ordinal`, counted from 1 within the block: the pipeline
     * adds what the blocks before held. `offset` is the byte in the item where the record begins.
     */
    struct str record;
    uint64_t ordinal;
    uint64_t offset;

    struct when time;
    struct when until;    /* where `time` is only a lower bound: the upper one; else WHEN_NONE */
    struct str operation; /* cmdlet or audit operation, as written */
    struct str actor;     /* who, as written */
    struct str
        actor_key;     /* a second, stabler name of the actor (SID, PUID), if the record has it */
    struct str object; /* the target as the server resolved it (ObjectId), if any */
    struct str client_ip; /* as written; client_ip_clean() (grants) takes port and brackets off */
    struct str host;      /* computer or originating server */
    struct str session, application;
    enum result result;
    struct str error; /* the failure's text, if the record has one */
    struct params params;
    bool of_windows; /* a record of a Windows event log */
    bool
        carved; /* its record was not in its place in a log: never proof, never mixed with others */
    bool poor;  /* outer columns only, the inside was empty or unreadable: hint, not proof */

    /* EVENT_TEXT */
    struct str text;
    bool command_line;    /* a process command line (powershell.exe -enc ...), not script text */
    struct str parent;    /* parent process image, for process creation */
    struct str process;   /* process image, for process creation */
    struct str block_id;  /* ScriptBlockId of 4104, 4105 and 4106; HostId of 400, 403 and 600 */
    uint32_t part, parts; /* 1-based MessageNumber and MessageTotal; parts 0 or 1: whole */
    bool cut;             /* a part is missing: what follows the cut is unknown */
    const struct powershell_reading *reading; /* of the text, where it was read before; or NULL */
    bool what_if;                             /* the output says that nothing was done */
    struct str path;                          /* script file, if the record names one */
};

#endif
