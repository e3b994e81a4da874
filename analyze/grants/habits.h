/* habits.h - what is usual in an organisation, beyond its people: when changes are made, from which
 * networks, by which workflows, and how soon use follows a grant. Part of the baseline
 * (baseline.h); the mutable elements of the analytics AN1051 and AN1052 that are patterns rather
 * than names.
 *
 *     "change_windows": [{"days": ["Tue","Thu"], "from": "20:00", "to": "23:30", "zone": "UTC"}],
 *     "internal_networks": ["198.51.100.0/24", "2001:db8::/32"],
 *     "workflows": [{"host": "hr01", "account": "CORP\\svc-hr", "command": "Add-MailboxPermission
 * *"}], "use_window": "72h",
 *     "cmdlets": {"include": ["*-MailboxPermission"], "exclude": ["Set-CalendarProcessing"]},
 *     "parents": ["explorer.exe", "wsmprovhost.exe"],
 *     "mailflow_threshold": 20
 *
 * `cmdlets` is AN1052's PowerShellCmdletFilter: what it leaves out stays in the timeline, lower.
 * `parents` is its ExecutionParent: the processes that are expected to start PowerShell.
 *
 * `mailflow_threshold` is AN1051's MailflowAnomalyThreshold: so many messages sent by one grant on
 * one day (UTC) are a spike; MAILFLOW_THRESHOLD where it is not given.
 *
 * A window that ends before it begins goes on past midnight. A missing key of a workflow, or "*",
 * fits everything; "*" within a text fits any part of it. */
#ifndef UNGRANT_ANALYZE_GRANTS_HABITS_H
#define UNGRANT_ANALYZE_GRANTS_HABITS_H

#include "analyze/analysis.h"
#include "analyze/grants/zones.h"
#include "base/error.h"
#include "base/json_read.h"

enum { MAILFLOW_THRESHOLD = 20 };

struct change_window {
    uint8_t days; /* bit 0: Monday */
    int from, to; /* minutes of the day, in the zone */
    struct zone zone;
};

struct network {
    uint8_t address[16];
    bool is_v6;
    unsigned bits;
};

struct workflow {
    struct str host, account, command;
};

struct habits {
    struct change_window *windows;
    size_t window_count;
    struct network *networks;
    size_t network_count;
    struct workflow *workflows;
    size_t workflow_count;
    int64_t use_window;          /* nanoseconds; 0: not given */
    uint64_t mailflow_threshold; /* messages of a day; 0: not given */
    struct names {
        struct str *list;
        size_t count;
    } include, exclude, parents;
};

/* Reads those keys of a baseline; -1 with path, key and reason. */
int habits_read(struct arena *a, const cJSON *root, const char *path, struct habits *h,
                struct error *e);

/* Inside one of the windows? A time of unknown zone is. */
bool habits_allow_time(const struct habits *h, struct when t);

/* Of one of the networks? False for text that is no address. */
bool habits_know_address(const struct habits *h, struct str address);

/* One of the workflows: host, account and command all fit. */
bool habits_know_workflow(const struct habits *h, struct str host, const struct party *account,
                          struct str command);

/* Is that a cmdlet which the filter lets through? Without a filter all are. */
bool habits_let_through(const struct habits *h, struct str cmdlet);

/* Is this process (a path of its image) expected to start PowerShell? Where the baseline says
 * nothing, all are but office programs, script hosts, services and a web server's worker. */
bool habits_expect_parent(const struct habits *h, struct str image);

/* Text with "*" for any part, ignoring case. */
bool pattern_fits(struct str pattern, struct str text);

#endif
