/* telling.h - one event on its way to changes; shared by the files of changes_of_event(). */
#ifndef UNGRANT_ANALYZE_GRANTS_TELLING_H
#define UNGRANT_ANALYZE_GRANTS_TELLING_H

#include "analyze/grants/change.h"

/* One call of a cmdlet (or one audit operation), as it is being told. */
struct telling {
    const struct event *e;
    struct change_sink *out;
    const struct params *p;
    struct change base; /* what every change of this call has in common */
};

/* Tells this call of a catalogue cmdlet; false where the cmdlet gives nobody access. */
bool tell_cmdlet(struct telling *t, struct str cmdlet);

/* Tells an audit operation that is no cmdlet: folder permissions, rules, directory, use. */
void tell_operation(struct telling *t);

/* Tells what an object of a snapshot shows (change_state.c). */
void tell_state(struct telling *t);
/* What a domain controller saw (change_directory.c): a group's member, an attribute's value. */
void tell_directory_member(struct telling *t, enum change_action action);
void tell_directory_value(struct telling *t, enum change_action action);

/* Groups and new accounts (change_member.c); other cmdlets are passed over in silence. */
void tell_member_cmdlet(struct telling *t, struct str cmdlet);
void tell_member_operation(struct telling *t, enum change_action action);
void tell_account_operation(struct telling *t, enum change_action action);
void tell_directory_membership(struct telling *t, enum change_action action, struct str member);

/* What the directory changed a property ("Role.DisplayName") to; of a revoke, what it was before.
 */
struct str tell_modified(struct telling *t, const char *name, enum change_action action);

/* A change like t->base with this right and trustee, given to the sink. */
void tell(struct telling *t, enum change_action action, enum right right, struct str trustee);

/* Marks the base with what the flags of a parameter mean. */
void tell_flags(struct telling *t, const struct param *p);

/* The first parameter of that name, its flags told; absent parameters mean nothing. */
const struct param *tell_uses(struct telling *t, const char *name);

/* The values of a list parameter, also where one value holds several ("FullAccess, ReadPermission",
 * "a;b"): calls `each` for every one. Returns how many. */
size_t tell_each(struct telling *t, const struct param *p, const char *separators,
                 void (*each)(struct telling *t, struct str value, void *own), void *own);

/* Says that two names of one record mean one thing. */
void tell_alias(struct telling *t, struct str one, struct str other);

#endif
