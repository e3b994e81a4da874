/* bag_read.h - a bag as it lies there: in an archive, in a tar someone made of it, or unpacked.
 *
 * Nothing is believed: names are kept as they are and faults are noted, for verify to judge. */
#ifndef UNGRANT_COLLECT_BAG_READ_H
#define UNGRANT_COLLECT_BAG_READ_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"

struct bag_entry {
    struct str name; /* below the top folder */
    uint64_t size;
    char sha256[DIGEST_HEX + 1]; /* empty where only tags were asked for */
    struct str text;             /* of tag files */
};

struct bag_fault {
    struct str place, reason;
};

struct bag {
    struct arena *arena;
    struct bag_entry *list; /* sorted by name */
    size_t count, cap;
    struct bag_fault *faults; /* names that may not be, links, entries that could not be read */
    size_t fault_count, fault_cap;
    bool complete; /* read to its end */
};

enum bag_read { BAG_READ_TAGS, BAG_READ_ALL };

/* Everything lives in the arena. -1 with *e where the path cannot be opened or is no bag at all; an
 * archive that breaks in the middle is a fault, with what came before. */
int bag_read(struct arena *a, const char *path, enum bag_read how, struct bag *out,
             struct error *e);

const struct bag_entry *bag_find(const struct bag *b, struct str name);

/* Is it payload, below data/? */
bool bag_is_payload(struct str name);

/* The SHA-256 of the archive as a file; empty for a folder, which has none. */
int bag_archive_sha256(const char *path, char hex[DIGEST_HEX + 1], struct error *e);

void bag_fault(struct bag *b, struct str place, struct str reason);

#endif
