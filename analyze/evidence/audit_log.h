/* audit_log.h - entries of an Exchange server's administrator and mailbox audit logs, whatever
 * container they came in; shared by its readers.
 *
 * Names: Microsoft, "Search-AdminAuditLog", "New-AdminAuditLogSearch", "Search-MailboxAuditLog".
 * The search's mail calls some fields otherwise than its objects do (Cmdlet and CmdletName); both
 * are known here. An entry is an administrator's if it names a cmdlet, else a mailbox's if it has
 * an operation. RunDate and LastAccessed are local time: with an offset in the mail, without one
 * where a shell wrote them as text. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_AUDIT_LOG_H
#define UNGRANT_ANALYZE_EVIDENCE_AUDIT_LOG_H

#include "analyze/evidence/evidence.h"

struct audit_entry {
    struct params fields;     /* name and text of each, as the container has them */
    struct params parameters; /* of the cmdlet, one text each, not taken apart */
    bool names_only;          /* the container lost their values */
    uint64_t ordinal, offset;
};

/* Counts the entry for coverage, and makes an event of it if its cmdlet or operation is wanted. */
void audit_entry_read(struct sink *out, const struct audit_entry *entry);

#endif
