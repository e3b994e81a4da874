/* custody_join.h - two copies of a chain that were both added to, made one again. */
#ifndef UNGRANT_COLLECT_CUSTODY_JOIN_H
#define UNGRANT_COLLECT_CUSTODY_JOIN_H

#include "collect/custody_file.h"

/* Adds what `other` has and `f` has not. A copy that only went on is taken over as it is; of one
 * that forked, the links behind the fork are kept in a link of the event "join". `link` gives who,
 * note and signer. Says in *said (the file's arena) what was done; -1 with *e where the other is no
 * unbroken chain of this case. */
int custody_join(struct custody_file *f, const char *other, const struct custody_link *link,
                 struct str *said, struct error *e);

#endif
