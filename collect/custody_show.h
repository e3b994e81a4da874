/* custody_show.h - the chain of a case for people and for programs, each link with its verdict. */
#ifndef UNGRANT_COLLECT_CUSTODY_SHOW_H
#define UNGRANT_COLLECT_CUSTODY_SHOW_H

#include "collect/custody_check.h"

/* Prints the whole chain, inside the case and beside it. The exit status: 0 good, 3 where nobody
 * said whom to trust for a signature, 4 bad; -1 with *e where there is no case. `authorities` may
 * be NULL (--ca). */
int custody_show(const char *path, const char *authorities, bool as_json, struct error *e);

#endif
