/* audit_parameter.h - a cmdlet's parameter as the unified and the administrator audit log write it.
 *
 * One text: lists that the cmdlet's reference knows are joined with ";", rights also with ", ",
 * edits of a list stand as "@{Add=a,b; Remove=c}". Nothing in it is escaped, so what could be read
 * in two ways is marked PARAM_AMBIGUOUS, what was cut PARAM_TRUNCATED. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_AUDIT_PARAMETER_H
#define UNGRANT_ANALYZE_EVIDENCE_AUDIT_PARAMETER_H

#include "analyze/evidence/event.h"
#include "analyze/powershell/cmdlets.h"

/* Adds it under its name; `c` may be NULL: no value is taken apart then. */
void audit_parameter_add(struct arena *a, struct params *params, const struct cmdlet *c,
                         struct str name, struct str value);

#endif
