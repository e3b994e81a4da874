/* standing.h - who could do what at one moment: the ledger's grants held against a time.
 *
 * A grant is held at T if it was given before and not taken back until then. What the records leave
 * open is said as unknown, with the reason: a right that was there before the evidence begins, an
 * end that nobody saw, a local time whose zone is not known (that moment may lie 14 hours to either
 * side, the reach of the world's zones). Reads timeline.jsonl, ledger.jsonl and coverage.json as
 * `ungrant analyze` wrote them. */
#ifndef UNGRANT_ANALYZE_REPORT_STANDING_H
#define UNGRANT_ANALYZE_REPORT_STANDING_H

#include "base/civil.h"
#include "base/json_read.h"

enum standing { STANDING_HELD, STANDING_UNKNOWN, STANDING_NOT_HELD };
const char *standing_name(enum standing s);

/* *why: a sentence in words of ours. */
enum standing standing_at(const cJSON *grant, struct when t, const char **why);

/* The level (folder role, destination) as it was at T: of the last change of the grant until then
 * that names one, else the ledger's. `changes`: timeline.jsonl's, by id. */
struct str standing_level(const cJSON *grant, const struct json_lines *changes, struct when t);

/* Is that the party's name as written, what it stands for, or one of the candidates? `*` fits any
 * part. */
bool standing_is(const cJSON *party, struct str name);

/* The member of the group that holds it whom `name` fits and who was in it at T; NULL: none. */
const cJSON *standing_member(const cJSON *grant, struct str name, struct when t);

/* `ungrant ledger OUT/ --at TIME [--mailbox M] [--trustee T] [--json]` */
int ledger_command(int argc, char **argv);

#endif
