/* setting.h - what is no entry of a trustee: forwarding, rules, role groups, role assignments, and
 * auditing. Each is one property of one object that an act changed: the value it has now, the value
 * it shall have, and the commands between the two.
 *
 * Rules are disabled, never removed: a removed rule is lost evidence. Auditing is switched back on,
 * and no undo switches it off again. */
#ifndef UNGRANT_PLAYBOOKS_SETTING_H
#define UNGRANT_PLAYBOOKS_SETTING_H

#include "playbooks/decide.h"

/* Is this right one of those that are decided here? */
bool setting_handles(struct str right);

/* true: d->setting is what to do. d->opening, d->other, d->mailbox and d->trustee are filled in
 * where the right has them. */
bool setting_decide(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                    struct str *why_not);

/* Is this change the last one of an audit setting, did it switch auditing off, and what is to be
 * done? false with *why_not empty: it is no such change. */
bool setting_decide_audit(struct arena *a, const struct grounds *on, const cJSON *change,
                          struct deed *d, struct str *why_not);

/* Gives the calls of a setting back; a deed without one is none. */
void setting_free(struct setting *s);

/* An evidence value of a setting as PowerShell would show it: "smtp:" is not part of an address. */
struct str setting_address(struct str value);

#endif
