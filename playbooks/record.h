/* record.h - what one change of the timeline is worth to a plan: may it carry an action, who did
 * it, when, where, and which entries are never touched whoever gave them. */
#ifndef UNGRANT_PLAYBOOKS_RECORD_H
#define UNGRANT_PLAYBOOKS_RECORD_H

#include "base/civil.h"
#include "playbooks/facts.h"

enum where { WHERE_UNKNOWN, WHERE_ONLINE, WHERE_ONPREM };

/* Why a change cannot carry an action (static text), or NULL where it can. */
const char *record_unfit(const cJSON *change);
/* The same for a change that shall have given something: one that changed nothing gave nothing. */
const char *record_gives_not(const cJSON *change);

bool record_has_flag(const cJSON *change, struct str word);
/* Was its trustee cut out of a list whose separator also stands in names? */
bool record_is_torn(const struct facts *f, const cJSON *grant);
/* Did it empty a list, and may that have worked? */
bool record_clears(const cJSON *change);

/* Entries that Exchange itself needs; entries that every folder has. */
bool record_is_service_entry(struct str name);
bool record_is_default_entry(struct str name);

/* The identity of a party, else what is written. */
struct str record_party(const cJSON *party);
/* Where the change happened, by cmdlet and sources. */
enum where record_where(const cJSON *change);
/* basis WHEN_NONE: it says none. */
struct when record_time(const cJSON *change);
bool record_same_actor(struct arena *a, const cJSON *one, const cJSON *two);

#endif
