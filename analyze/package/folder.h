/* folder.h - the folder of scripts and results: which of its files are ungrant's. */
#ifndef UNGRANT_ANALYZE_PACKAGE_FOLDER_H
#define UNGRANT_ANALYZE_PACKAGE_FOLDER_H

#include "base/arena.h"
#include "base/error.h"

struct folder_file {
    struct str name, safe;   /* as it is called; as it is called in a package */
    const char *kind, *what; /* "script", "result", "other"; NULL: no regular file */
    bool ours;
};

struct folder {
    struct folder_file *list; /* by name */
    size_t count, cap;
};

/* Not what lies in folders below. -1 with *e, also where two names would become one. */
int folder_read(struct arena *a, const char *path, struct folder *out, struct error *e);

#endif
