/* playbook.h - which grants a playbook handles, in which order, with which words, and who must
 * agree: data, checked.
 *
 * {"format":"ungrant-playbook/1","name","description","rights":[..],"first":[signal
 * ids],"question", "risk","two_people":{"rights":[..],"over":N},"before":[..],"after":[..]}. Rights
 * are words of the `right` field, signals ids of the timeline. Two people agree on actions of those
 * rights, on sensitive mailboxes, and on every action where the plan has more than N. What none of
 * our tables knows is refused with file, key and reason. */
#ifndef UNGRANT_PLAYBOOKS_PLAYBOOK_H
#define UNGRANT_PLAYBOOKS_PLAYBOOK_H

#include "base/json_read.h"

struct playbook {
    cJSON *tree;
    struct str name, question, risk;
    size_t over; /* more actions than this: two people for each */
};

/* The name of one that ships, or a file. -1 with *e. */
int playbook_read(struct arena *a, const char *name, struct playbook *p, struct error *e);
void playbook_free(struct playbook *p);

/* The shipped ones by number, NULL behind the last. */
const char *playbook_shipped(size_t number);

bool playbook_handles(const struct playbook *p, struct str right);
/* Is this one of the signals whose grants come first? */
bool playbook_is_first(const struct playbook *p, struct str signal);
/* Must two people agree on this right? */
bool playbook_wants_two(const struct playbook *p, struct str right);

/* The playbooks that one plan follows: a right is handled by the first that names it. */
enum { PLAYBOOKS_MOST = 8 };
struct playbooks {
    struct playbook list[PLAYBOOKS_MOST];
    size_t count;
};

/* names NULL or none: those that are followed where nobody chose. */
int playbooks_read(struct arena *a, const char *const *names, size_t count, struct playbooks *all,
                   struct error *e);
void playbooks_free(struct playbooks *all);
const struct playbook *playbooks_for(const struct playbooks *all, struct str right);

#endif
