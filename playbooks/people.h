/* people.h - how many people must agree on an action, and whether these two may.
 *
 * Two different people for rights and amounts that a playbook names, and for sensitive mailboxes;
 * never an account that the case is about. */
#ifndef UNGRANT_PLAYBOOKS_PEOPLE_H
#define UNGRANT_PLAYBOOKS_PEOPLE_H

#include "playbooks/playbook.h"

struct people {
    cJSON *baseline; /* or NULL */
};

/* path NULL: nothing is sensitive. The baseline file's `sensitive_mailboxes` are what counts. */
int people_read(struct arena *a, const char *path, struct people *p, struct error *e);
void people_free(struct people *p);

/* Why two must agree on this, or empty: one is enough. `actions`: how many the plan has. */
struct str people_why(struct arena *a, const struct people *p, const struct playbook *book,
                      struct str right, const cJSON *mailbox, size_t actions);

/* Is this reviewer an account of the case: an actor, a trustee, or named as compromised? */
bool people_is_implicated(struct arena *a, const cJSON *plan, struct str by);

/* Did somebody else than `by` approve this action first, on the content it has now? */
bool people_has_first(const cJSON *action, struct str by, struct str content);
bool people_wants_two(const cJSON *action);

#endif
