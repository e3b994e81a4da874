/* ual.h - records of the unified audit log, whatever container they came in; shared by its readers.
 *
 * Fields: Office 365 Management Activity API schema. Containers differ in what they put around a
 * record (columns of Search-UnifiedAuditLog or of the portal, Graph's auditLogQuery, Sentinel's
 * OfficeActivity); the readers hand over what they have of it as `struct ual_outer`. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_UAL_H
#define UNGRANT_ANALYZE_EVIDENCE_UAL_H

#include "analyze/evidence/evidence.h"
#include "base/json_read.h"

/* What stands around the record; any of it may be empty. */
struct ual_outer {
    struct str id, time, operation, user, record_type, client_ip, parameters;
};

/* Is this operation one that bears on access to mail, its use, or a sign-in? */
bool ual_wanted(struct str operation);

/* The values of `"KEY":"..."` in JSON text, without parsing it: the first, and whether any is
 * wanted. */
struct str ual_peek(struct str json, struct str key);
bool ual_any_wanted(struct str json);

/* The record's own identifier, as its events have it: mostly found without parsing. */
struct str ual_record_id(struct arena *a, struct str audit, const struct ual_outer *outer);

/* Counts the record for coverage, and if it is wanted makes events of it. `audit` is the record's
 * JSON text, or empty (poor: the outer part alone). */
void ual_read_record(struct sink *out, struct str audit, const struct ual_outer *outer,
                     uint64_t ordinal, uint64_t offset);

#endif
