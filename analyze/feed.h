/* feed.h - where evidence bytes come from: files, folders, archives, sealed cases, facts files.
 *
 * Everything a path holds is pushed through an extraction, in byte order of the names. An archive
 * that is a sealed case (it has a BagIt manifest) is checked while it is read: its items get
 * `integrity`, and a mismatch, a listed item that is missing or an unlisted one is a fault.
 * Archives inside are opened too, up to ARCHIVE_NESTING deep. */
#ifndef UNGRANT_ANALYZE_FEED_H
#define UNGRANT_ANALYZE_FEED_H

#include "analyze/extract.h"

struct feed {
    struct extract *x;
    struct arena *arena;
    struct str *cases; /* paths of the sealed cases, for their custody chain */
    size_t case_count, case_cap;
};

/* Feeds a file, a folder or an archive. 0: fed (what could not be opened is an item with a fault);
 * -1 with *e: nothing more can be read (no worker, ...). */
int feed_path(struct feed *f, const char *path, struct error *e);

#endif
