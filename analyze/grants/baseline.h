/* baseline.h - local knowledge about what is normal: baseline.json, written by hand (FORMATS: the
 * mutable elements of the analytics AN1051 and AN1052).
 *
 * Known here: `administrators`, `service_accounts`, `sensitive_mailboxes` and `internal_domains`
 * (lists of texts), `delegates` ([{"mailbox","trustee"}]), `approved_changes`
 * ([{"ticket","mailbox","trustee","right","from","to"}]); when and where things are done is in
 * habits.h. Any other key is refused. */
#ifndef UNGRANT_ANALYZE_GRANTS_BASELINE_H
#define UNGRANT_ANALYZE_GRANTS_BASELINE_H

#include "analyze/grants/habits.h"
#include "analyze/grants/identity.h"
#include "base/error.h"

struct approved {
    struct str ticket, mailbox, trustee, right;
    struct when from, to;
};

struct pair {
    struct str mailbox, trustee;
};

struct words {
    struct str *list;
    size_t count;
};

struct baseline {
    struct words administrators, services, sensitive, domains;
    struct pair *delegates;
    size_t delegate_count;
    struct approved *approved;
    size_t approved_count;
    struct habits habits;
};

/* -1 with file, key and reason. */
int baseline_read(struct arena *a, const char *path, struct baseline *b, struct error *e);

/* A list of change tickets, as a ticket system exports it, joins the baseline's approved changes:
 * CSV with the columns ticket, mailbox, trustee, from, to and perhaps right (an empty one fits
 * all), in any order, others beside them. -1 with file, line and reason. */
int baseline_tickets(struct arena *a, const char *path, struct baseline *b, struct error *e);

/* Is this one of the names, as far as they are known to mean one thing? */
bool baseline_has(const struct words *w, struct identity *id, const struct party *p);
bool baseline_expects(const struct baseline *b, struct identity *id, const struct party *mailbox,
                      const struct party *trustee);
/* The ticket that covers this act, or NULL. */
const struct approved *baseline_approves(const struct baseline *b, struct identity *id,
                                         const struct act *a);
bool baseline_is_internal(const struct baseline *b, struct str domain);

#endif
