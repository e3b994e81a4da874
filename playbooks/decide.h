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
#include "playbooks/state.h"

enum where { WHERE_UNKNOWN, WHERE_ONLINE, WHERE_ONPREM };
enum before { BEFORE_UNKNOWN, BEFORE_ABSENT, BEFORE_PRESENT };

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
    const cJSON *other; /* an earlier change by somebody else that gave it too, or NULL */
    struct when since;  /* when the opening's actor began to give it */
    bool deny;
    bool restores;   /* gives back what was taken: the inverse is what is done */
    int automapping; /* -1 unknown */
};

/* What a decision rests on. */
struct grounds {
    const struct facts *facts;
    const struct playbook *playbook;
    const struct state *state;
    enum where where;
    const struct history *history;
    const char *const *compromised; /* accounts known to be taken over */
    size_t compromised_count;
};

/* true: *d is what to do. false: *why_not is a sentence. */
bool decide_grant(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                  struct str *why_not);

/* Was its trustee cut out of a list whose separator also stands in names? */
bool decide_is_torn(const struct facts *f, const cJSON *grant);

/* Did it empty a list, and may that have worked? */
bool decide_is_cleared(const cJSON *change);

/* Why a change cannot carry an action (static text), or NULL where it can. */
const char *change_unfit(const cJSON *change);
/* basis WHEN_NONE: it says none. */
struct when change_time(const cJSON *change);

/* Where the change happened, by cmdlet and sources. */
enum where change_where(const cJSON *change);

#endif
