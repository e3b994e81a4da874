/* snapshot.h - what Get- cmdlets of Exchange showed: objects saved as CSV, JSON or CLIXML.
 *
 * Whatever the container, an object becomes `struct params`: each property with its values. Which
 * cmdlet it came from is told by the properties it has, never by the file's name (Microsoft's
 * reference of each cmdlet names them). Inherited and default entries are rows as any others: what
 * a row means for access is the question of analyze/grants. The files do not say when they were
 * taken: that comes from the inventory of a sealed case, or from --state-time. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_SNAPSHOT_H
#define UNGRANT_ANALYZE_EVIDENCE_SNAPSHOT_H

#include "analyze/evidence/evidence.h"

/* The cmdlet whose output has these properties ("Get-MailboxPermission"), or NULL. */
const char *snapshot_cmdlet(const struct params *row);

/* One object: counted for coverage, and an event where it came from a cmdlet that is known. A value
 * that Export-Csv replaced by its type's name ("System.String[]") is a fault. */
void snapshot_row(struct sink *out, const struct params *row, uint64_t ordinal, uint64_t offset);

/* A property's values; a text that holds a list ("{a, b}", "a, b", "a;b") is taken apart. */
size_t snapshot_list(struct arena *a, const struct params *row, const char *name,
                     struct str **values);

enum { SNAPSHOT_BID = 70 };

#endif
