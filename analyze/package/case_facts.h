/* case_facts.h - what a sealed case says of itself, and what was found when it was checked. */
#ifndef UNGRANT_ANALYZE_PACKAGE_CASE_FACTS_H
#define UNGRANT_ANALYZE_PACKAGE_CASE_FACTS_H

#include "collect/bag_read.h"
#include "collect/custody_check.h"
#include "collect/verify.h"

/* One row of inventory.csv. Text may be hostile. */
struct inventory_item {
    struct str item, path, host, mtime, status, telemetry, first, last, sha256, error;
    uint64_t size, records;
};

struct case_facts {
    const char *path;
    struct str file, name; /* "CASE.zip", "CASE" */
    char sha256[DIGEST_HEX + 1];
    char manifest_sha256[DIGEST_HEX + 1], tags_sha256[DIGEST_HEX + 1];
    struct verification checks;
    struct bag tags;
    struct str id, organization, examiner, host, note, agent, start, end, signed_by;
    struct inventory_item *items;
    size_t item_count, item_cap;
    uint64_t payload_items, payload_bytes, records;
    struct str custody; /* the whole chain: as sealed, then as it went on */
    struct custody_report inside, outside;
    struct when last; /* time of the last link: the latest that the case knows */
};

/* -1 with *e where it is no case or one of its checks is bad: what is not whole is not handed over.
 * `authorities`: PEM of those that are trusted, or NULL. */
int case_facts_read(struct arena *a, const char *path, const char *authorities,
                    struct case_facts *out, struct error *e);

/* The row of the item, or of the archive that it lies in; NULL. */
const struct inventory_item *case_item(const struct case_facts *c, struct str item);

#endif
