/* history.h - one access right over all its lives: what stood before somebody's acts, and what
 * would stand had he not acted.
 *
 * The ledger begins a new life when a right is given again. What an intruder took, or wrote over,
 * goes back to what all others made of it: the latest snapshot before his first act on that right,
 * and every act of others after that snapshot. Only a snapshot or an act whose result is known
 * counts; anything else makes it unknown. */
#ifndef UNGRANT_PLAYBOOKS_HISTORY_H
#define UNGRANT_PLAYBOOKS_HISTORY_H

#include "playbooks/facts.h"
#include "playbooks/state.h"

struct history;

/* Indexes the ledger by right held: mailbox, trustee, right, scope, allow or deny. */
struct history *history_new(struct arena *a, const struct facts *f, const struct state *s);

/* All fit and unfit changes of the right that this grant is a life of, oldest first. */
size_t history_changes(const struct history *h, const cJSON *grant, const cJSON ***changes);

/* How the right ends: its newest life, and the act that took it, if the last one whose success is
 * known did. Names that only a snapshot joins make one right of grants that the ledger keeps apart.
 */
struct life_end {
    const cJSON *newest;  /* grant */
    const cJSON *closing; /* change, or NULL */
    const cJSON *attempt; /* a later one that may have taken it, or NULL */
};
struct life_end history_end(const struct history *h, const cJSON *grant);

/* Do both parties mean one account, as far as the evidence and the plan's snapshots join names? */
bool history_same_party(const struct history *h, const cJSON *x, const cJSON *y);

/* Is there a grant that this change is surely about? */
bool history_knows(const struct history *h, const cJSON *change);

enum standing { STANDING_UNKNOWN, STANDING_ABSENT, STANDING_PRESENT };

struct held {
    enum standing standing;
    struct str level;          /* of a folder entry; empty: not known */
    const struct snapshot *by; /* the snapshot that says so, or NULL: a change does */
    const cJSON *told;         /* the last act of somebody else that counted, or NULL */
};

/* What would stand without the acts that `theirs` says yes to. `folder`: entries with levels. */
struct held history_without(const struct history *h, const cJSON *grant,
                            const struct state_query *q,
                            bool (*theirs)(const void *own, const cJSON *change), const void *own);

#endif
