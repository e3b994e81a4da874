/* lookalike.h - names that are made to be taken for another: `5ervicedesk` for `Servicedesk`, `rn`
 * for `m`, letters of other scripts, a domain one edit away. A resemblance is a signal, never a
 * join: the two stay two. Confusable characters: Unicode Technical Standard #39, the few that
 * matter between Latin, Cyrillic, Greek and digits. */
#ifndef UNGRANT_ANALYZE_GRANTS_LOOKALIKE_H
#define UNGRANT_ANALYZE_GRANTS_LOOKALIKE_H

#include "analyze/grants/fold.h"

struct lookalikes;

/* All names of the acts, and how often each occurs. */
struct lookalikes *lookalikes_new(struct fold *f);

/* The name that `p` resembles: another one of the same look that occurs as often or more often, or
 * whose domain is an edit away from a domain that is known as internal. Empty: none. */
struct str lookalike_of(const struct lookalikes *l, const struct party *p);

/* What a name looks like: text in which confusable characters are one. Arena memory. */
struct str skeleton_of(struct arena *a, struct str name);

/* Do they differ by exactly one inserted, dropped, changed or swapped byte? */
bool one_edit_apart(struct str a, struct str b);

#endif
