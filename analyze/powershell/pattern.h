/* pattern.h - the patterns that -like, -match, -replace and -split take.
 *
 * Regular expressions as .NET reads them, as far as command text uses them: characters, classes,
 * groups, alternatives, quantifiers (greedy and lazy), anchors, \d \w \s \b, (?i) (?s) (?m) and
 * (?:...). What is more than that (look-around, back references, named groups, Unicode categories)
 * does not compile, and the caller's value is unknown. Matching goes back as .NET's does, within a
 * budget of steps. Facts: "Regular Expression Language - Quick Reference", Microsoft Learn. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_PATTERN_H
#define UNGRANT_ANALYZE_POWERSHELL_PATTERN_H

#include "base/arena.h"

enum { PATTERN_GROUPS_MAX = 10 };

/* Bytes [from, to) of the text; from is STR_ABSENT for a group that took no part. */
struct span {
    size_t from, to;
};

struct pattern;

/* NULL: not a pattern, or one that is not understood. */
struct pattern *pattern_compile(struct arena *a, struct str text, bool ignore_case);
size_t pattern_groups(const struct pattern *p); /* the whole match is the first of them */

enum pattern_found { PATTERN_ABSENT, PATTERN_FOUND, PATTERN_GIVEN_UP };
/* The first match at or after `from`, its groups into spans[]. *steps is what may still be spent;
 * PATTERN_GIVEN_UP when nothing is left of it. */
enum pattern_found pattern_find(const struct pattern *p, struct str text, size_t from,
                                struct span spans[PATTERN_GROUPS_MAX], size_t *steps);

/* Where to look after a match: behind it, or behind the next character if it was empty. */
size_t pattern_next(struct str text, struct span match);

/* Wildcards: * ? [abc] [a-z], ` escapes; case does not count. */
bool wildcard_fits(struct str pattern, struct str text);

#endif
