/* before.h - what a plan says of the state before the incident. */
#ifndef UNGRANT_PLAYBOOKS_BEFORE_H
#define UNGRANT_PLAYBOOKS_BEFORE_H

#include "playbooks/decide.h"

/* Adds `baseline` (known absent, known present, unknown), `baseline_source`, and in `question` what
 * a reviewer must answer where nobody says what was there: the playbook's question, and what speaks
 * for either answer. */
void plan_put_baseline(struct arena *a, const struct deed *d, struct str question, cJSON *action);

#endif
