/* playbook.h - which grants a playbook handles, in which order, with which words: data, checked.
 *
 * {"format":"ungrant-playbook/1","name","description","rights":[..],"first":[signal
 * ids],"question","risk", "before":[..],"after":[..]}. Rights are words of the `right` field,
 * signals ids of the timeline; what none of our tables knows is refused with file, key and reason.
 */
#ifndef UNGRANT_PLAYBOOKS_PLAYBOOK_H
#define UNGRANT_PLAYBOOKS_PLAYBOOK_H

#include "base/json_read.h"

struct playbook {
    cJSON *tree;
    struct str name, question, risk;
};

/* path NULL: the one that ships, mailbox-delegation. -1 with *e. */
int playbook_read(struct arena *a, const char *path, struct playbook *p, struct error *e);
void playbook_free(struct playbook *p);

bool playbook_handles(const struct playbook *p, struct str right);
/* Is this one of the signals whose grants come first? */
bool playbook_is_first(const struct playbook *p, struct str signal);

#endif
