/* rules.h - YARA rules over text: the net, of which the parser is the proof.
 *
 * The rules in *.yar of this folder are embedded at build and compiled once, before the workers are
 * forked; `--rules DIR` adds *.yar and *.yara files. `include` in a rule is refused, compiled rules
 * are never loaded (HAZARDS.md, libyara). Each rule carries meta `description`, `technique`,
 * `severity` (low, medium, high) and `reference`. A pattern `/a.*b/` does not match over more than
 * 4,096 bytes: RULES_LIMIT_NOTE says so in the report. libyara's own timeout is late: the pool's
 * watchdog is the one that counts. */
#ifndef UNGRANT_ANALYZE_RULES_RULES_H
#define UNGRANT_ANALYZE_RULES_RULES_H

#include "base/arena.h"
#include "base/error.h"

extern const char RULES_LIMIT_NOTE[];

struct rules;        /* compiled, shared by all workers (read only after the fork) */
struct rule_scanner; /* one per worker */

struct rule_match {
    struct str rule, technique, severity, description; /* live as long as the rules */
};

/* directory may be NULL. NULL with *e naming file and line where a rule does not compile. */
struct rules *rules_load(const char *directory, struct error *e);
void rules_free(struct rules *r);

struct rule_scanner *rules_scanner(const struct rules *r, struct error *e);
void rules_scanner_free(struct rule_scanner *s);

/* Matches of one text, sorted by rule name, in the arena. Returns how many; -1: the scan failed
 * (too many matches, timeout), *reason says why. */
int rules_scan(struct rule_scanner *s, struct arena *a, struct str text, struct rule_match **out,
               const char **reason);

/* Every loaded rule, in order, for `ungrant rules`. */
size_t rules_list(const struct rules *r, struct arena *a, struct rule_match **out);

/* `ungrant rules [--rules DIR] [--json]`; argv[0] is the command's name. Returns the exit status.
 */
int rules_command(int argc, char **argv);

#endif
