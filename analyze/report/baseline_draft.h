/* baseline_draft.h - a baseline drafted from the calm before an incident, for a person to edit.
 *
 * From the acts of timeline.jsonl until a moment: who made changes, from which networks, on which
 * days and hours, which services on which hosts, which pairs of mailbox and trustee. An act that
 * alarms by itself (critical, high) is left out and counted: it belongs to no calm. The draft is
 * what `ungrant analyze --baseline` reads (analyze/grants/baseline.h). */
#ifndef UNGRANT_ANALYZE_REPORT_BASELINE_DRAFT_H
#define UNGRANT_ANALYZE_REPORT_BASELINE_DRAFT_H

#include "base/buf.h"
#include "base/civil.h"
#include "base/json_read.h"

struct draft_counts {
    size_t used, alarming, later; /* acts: taken into account, left out, behind the moment */
};

/* Appends the draft, indented JSON. Same acts, same bytes, in whatever order they stand. */
struct draft_counts baseline_draft(struct arena *a, const struct json_lines *acts,
                                   struct when until, struct buf *out);

/* `ungrant baseline OUT/ --until TIME` */
int baseline_command(int argc, char **argv);

#endif
