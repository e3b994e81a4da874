/* subject.h - message subjects stay out of what is handed over, unless they are asked for. */
#ifndef UNGRANT_ANALYZE_PACKAGE_SUBJECT_H
#define UNGRANT_ANALYZE_PACKAGE_SUBJECT_H

#include "base/buf.h"

/* Appends `record`, compact JSON of ours, with every message subject replaced by a text that says
 * so: the value of a key "Subject", "ItemSubject", ..., the Value beside a Name of that kind, and a
 * string that holds such a member as JSON or XML. Returns how many were; an empty subject is none.
 */
size_t subject_leave_out(struct str record, struct buf *out);

#endif
