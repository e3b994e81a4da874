/* trace.h - what was planned, decided, written and done goes to the custody chain of the case.
 *
 * A plan knows its case only by the SHA-256 of the timeline it was made from; the chain of the case
 * knows that timeline from the link of `analyze`. Both must meet, so that a plan is never noted in
 * the chain of another case. */
#ifndef UNGRANT_PLAYBOOKS_TRACE_H
#define UNGRANT_PLAYBOOKS_TRACE_H

#include <cjson/cJSON.h>

#include "base/str.h"

struct trace {
    const char *command; /* the event: "plan", "review", "emit", "close" */
    const char *archive; /* as --custody named it; NULL: nothing is noted */
    const char *made;    /* the file that was written or taken */
    const char *by;      /* NULL: the user's login name */
};

/* Adds a link to the chain of the case, which says how many actions of the plan are approved,
 * rejected and undecided. Where it cannot be written, that is said on stderr: the work is done and
 * stays. */
void trace_note(const struct trace *t, const cJSON *plan);

#endif
