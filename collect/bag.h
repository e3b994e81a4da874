/* bag.h - what the files of a bag are called (RFC 8493), and the rows of its inventory.
 *
 * Payload is CASE/data/000001-NAME: names of ours, [A-Za-z0-9._-] only, so that every tool on every
 * file system agrees on them; the true path is in inventory.csv. */
#ifndef UNGRANT_COLLECT_BAG_H
#define UNGRANT_COLLECT_BAG_H

#include "base/buf.h"
#include "base/civil.h"
#include "base/digest.h"
#include "collect/collect.h"

enum {
    BAG_NAME_MOST = 100,            /* characters of a source's name that are kept */
    BAG_TAG_MOST = 64 * 1024 * 1024 /* bytes of one tag file that are read into memory */
};

/* Appends the name with everything but [A-Za-z0-9._-] replaced by '_': the last BAG_NAME_MOST
 * characters of it, never empty, never beginning with a dot or a dash. */
void bag_safe_name(struct buf *out, struct str name);

/* A relative name without "." or ".." parts, empty parts, NUL, control characters or backslash. */
bool bag_name_is_safe(struct str name);

/* The case's name: the file's base name without .zip .tar .tar.gz .tar.zst .tgz. */
struct str bag_case_of(struct str archive_path);

enum item_status {
    ITEM_OK,
    ITEM_PARTIAL,
    ITEM_LOCKED,
    ITEM_DENIED,
    ITEM_VANISHED,
    ITEM_CHANGED,
    ITEM_SKIPPED
};
const char *item_status_name(enum item_status s);
enum item_status item_status_of_errno(int error);

/* One intended item, for its row. */
struct item {
    unsigned number;
    struct str path;    /* raw bytes */
    struct str payload; /* "data/000001-NAME"; empty: nothing of it is in the bag */
    uint64_t size;      /* of the payload; else what the file system said */
    struct when mtime;
    enum item_status status;
    struct witnessed seen;
    char sha256[DIGEST_HEX + 1];
    struct str error;
};

void inventory_header(struct buf *out);
void inventory_row(struct buf *out, const struct item *it, struct str host);

/* Takes one row off *text into `cells` (at most `most`; values unquoted, in the arena). The number
 * of cells; 0 at the end; -1 where the quoting is broken. */
int inventory_cells(struct arena *a, struct str *text, struct str *cells, int most);
enum { INVENTORY_COLUMNS = 13 };
extern const char *const INVENTORY_NAMES[INVENTORY_COLUMNS];
int inventory_column(const char *name);

/* The time that goes into custody log and bag-info: now, or SOURCE_DATE_EPOCH where it is set
 * (https://reproducible-builds.org/specs/source-date-epoch/). */
struct when bag_now(void);

#endif
