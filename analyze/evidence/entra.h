/* entra.h - identity records of Entra ID: sign-ins and directory audit, whatever their container.
 *
 * Microsoft Graph (signIns, directoryAudits), Azure Monitor's diagnostic stream (the same under
 * `properties`, with a category), Log Analytics rows (SigninLogs, AuditLogs: the same under names
 * that begin with a capital) and the portal's CSV downloads. A sign-in of a service principal has
 * that as its actor. Fields: Microsoft Graph reference, resource types signIn and directoryAudit;
 * Azure Monitor reference, tables SigninLogs and AuditLogs. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_ENTRA_H
#define UNGRANT_ANALYZE_EVIDENCE_ENTRA_H

#include "analyze/evidence/evidence.h"

/* One sign-in as its container names things; any of it may be empty. */
struct entra_signin {
    struct str id, time, user, user_id, address, application, application_id, resource, session;
    struct str error_code, failure, status; /* status: "Success", "Failure", "Interrupted" */
    struct str client;                      /* "Browser", "IMAP4", "Exchange ActiveSync", ... */
    struct str country, risk_level, risk_state, agent, kind, device, conditional_access;
};

/* Counts it for coverage and makes an event of it. */
void entra_give_signin(struct sink *out, const struct entra_signin *s, struct str tenant,
                       uint64_t ordinal, uint64_t offset);

/* Older protocols that know no second factor (Microsoft, "Block legacy authentication"). */
bool entra_is_legacy(struct str client);

#endif
