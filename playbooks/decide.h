/* decide.h - one grant of the ledger: an action, or why there is none.
 *
 * The rule that everything here serves: take back exactly what the intruder gave, never what was
 * there before. A grant's log record proves that the right was asked for, not that it was absent:
 * the state before is known absent, or unknown, and an unknown one is a question to the reviewer.
 */
#ifndef UNGRANT_PLAYBOOKS_DECIDE_H
#define UNGRANT_PLAYBOOKS_DECIDE_H

#include "playbooks/facts.h"
#include "playbooks/history.h"
#include "playbooks/playbook.h"
#include "playbooks/record.h"
#include "playbooks/state.h"

enum before { BEFORE_UNKNOWN, BEFORE_ABSENT, BEFORE_PRESENT };

/* In which order actions are done: auditing first, so that the rollback itself leaves a record;
 * what works on the whole organisation; what lets somebody give it all again; and last what is
 * given back. */
enum rank { RANK_AUDIT, RANK_ORGANISATION, RANK_ROLE, RANK_FORWARDING, RANK_ENTRY, RANK_RESTORE };

/* One property of one object (setting.h). parameters NULL: the deed is about an entry. */
struct setting {
    const char *property; /* NULL: membership of `now` */
    struct str now, then;
    cJSON *parameters, *undo, *read;
    const char *undo_why_not; /* where undo is NULL */
};

/* What a script shall do: names are ours, values are evidence that passed literal_refusal(). */
struct deed {
    const char *right;    /* access right as the cmdlet spells it */
    const char *cmdlet;   /* revoke */
    const char *inverse;  /* undo */
    const char *read;     /* Get- */
    const char *user_key; /* the parameter that names the trustee */
    struct str mailbox, trustee;
    struct str inheritance;     /* MailboxPermission and ADPermission; "All" where none is logged */
    struct str level, previous; /* folder rights now, and before (empty: no entry) */
    enum before before;
    const struct snapshot *known_by; /* the snapshot that says so, or NULL */
    const cJSON *opening;            /* the change that gave it; that took it, where restored */
    const cJSON *other;   /* an earlier change by somebody else that gave it too, or NULL */
    bool given_by_others; /* by an account that is none of those named as the intruder's */
    const cJSON *printed; /* what a transcript shows of it from before, or NULL */
    struct when since;    /* when the opening's actor began to give it */
    bool deny;
    bool restores;   /* gives back what was taken: the inverse is what is done */
    int automapping; /* -1 unknown */
    int rank;        /* enum rank */
    struct setting setting;
};

/* What a decision rests on. */
struct grounds {
    const struct facts *facts;
    const struct playbooks *playbooks;
    const struct state *state;
    enum where where;
    const struct history *history;
    const char *const *compromised; /* accounts known to be taken over */
    size_t compromised_count;
    struct str first; /* id of the first change that one of them made; empty: none */
};

/* true: *d is what to do. false: *why_not is a sentence. */
bool decide_grant(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                  struct str *why_not);

/* What setting.h needs of it: the change that gave this and who did before him (d->opening, other,
 * since, before), and a name that a script may hold (static text: why not). */
bool decide_opening(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                    struct str *why_not);
const char *decide_party(const struct grounds *on, const cJSON *party, struct str *out);

/* Was this made by an account of the intruder's? Where none is named: is it of high priority? */
bool decide_is_suspicious(struct arena *a, const struct grounds *on, const cJSON *change);

/* Why what an account that is not named as compromised set last stays: a sentence. */
struct str decide_set_by_others(struct arena *a, const cJSON *change);

/* Finds on->first. */
void decide_prepare(struct arena *a, struct grounds *on);

/* Did somebody else's act fail when the intruder was there already? It may have failed of him. */
bool decide_is_hindered(struct arena *a, const struct grounds *on, const cJSON *change);

/* Did an intruder take something here that no grant of the ledger is surely about? */
bool decide_is_stray(struct arena *a, const struct grounds *on, const cJSON *change);

#endif
