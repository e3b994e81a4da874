/* identity.h - one mailbox or trustee has many names; which of them name one thing.
 *
 * Names are joined by evidence only: a record that carries two names of one object, or a name that
 * holds another (the last part of a canonical name or the CN of a DN is the object's Name). A
 * *strong* name (address, SID, GUID, PUID, DN, canonical name) says which object it means; a *weak*
 * one (alias, display name) may fit several: then it resolves to none and the candidates are
 * listed. Names compare ignoring ASCII case. */
#ifndef UNGRANT_ANALYZE_GRANTS_IDENTITY_H
#define UNGRANT_ANALYZE_GRANTS_IDENTITY_H

#include "analyze/analysis.h"

struct identity;

struct identity *identity_new(struct arena *a);

/* These two names were said by one record to mean one thing. Empty and special names are ignored.
 */
void identity_join(struct identity *id, struct str one, struct str other);

/* This name occurs. */
void identity_add(struct identity *id, struct str name);

/* After the last join; needed before the questions below. */
void identity_close(struct identity *id);

/* Fills written, identity and candidates. */
struct party identity_party(struct identity *id, struct str written);

/* The same with a second name that the record gives the thing: where the first is open, it decides.
 */
struct party identity_party_also(struct identity *id, struct str written, struct str also);

/* The name to go on with: the identity, or what was written. */
struct str party_name(const struct party *p);

/* A text that is equal for two names exactly when they are known to mean one thing. */
struct str identity_key(struct identity *id, struct str written);

/* The part of a name that people type: local part of an address, last part of a canonical name, CN
 * of a DN, account behind a domain; lower-case. Equal leaves are a hint, never a join. */
struct str identity_leaf(struct arena *a, struct str written);

/* Default, Anonymous, Everyone, SELF, SYSTEM: they are what they are. */
bool identity_is_special(struct str name);

/* The domain of an address, or empty. */
struct str identity_domain(struct str name);

#endif
