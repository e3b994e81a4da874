/* embedded.h - data files that are part of the program: templates, YARA rules, playbooks.
 *
 * Made at build time by base/embed.sh; names are the files' paths in the repository. */
#ifndef UNGRANT_BASE_EMBEDDED_H
#define UNGRANT_BASE_EMBEDDED_H

#include "base/str.h"

struct embedded {
    const char *name; /* "templates/rollback.ps1" */
    struct str text;
};

extern const struct embedded EMBEDDED[]; /* sorted by name */
extern const size_t EMBEDDED_COUNT;

/* The text of the file of that name, or STR_NONE. */
struct str embedded_get(const char *name);

#endif
