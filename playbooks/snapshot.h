/* snapshot.h - snapshot.ps1: the present entries of every mailbox that a plan names, read and
 * written as a file for `plan --state`. It changes nothing, so it holds all mailboxes, decided or
 * not. */
#ifndef UNGRANT_PLAYBOOKS_SNAPSHOT_H
#define UNGRANT_PLAYBOOKS_SNAPSHOT_H

#include "base/buf.h"
#include "base/json_read.h"

/* Appends the script with LF line ends. A mailbox whose name may not go into a script is left out,
 * and counted in *left_out. */
void snapshot_render(struct arena *a, struct buf *out, const cJSON *plan, size_t *left_out);

#endif
