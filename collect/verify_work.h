/* verify_work.h - what the parts of verification share: the bag that was read, and the findings. */
#ifndef UNGRANT_COLLECT_VERIFY_WORK_H
#define UNGRANT_COLLECT_VERIFY_WORK_H

#include "collect/bag_read.h"
#include "collect/certificate.h"
#include "collect/collect.h"
#include "collect/verify.h"

struct verify_work {
    struct arena *arena;
    const char *path;
    char sha256[DIGEST_HEX + 1]; /* of the archive; empty for a folder */
    struct bag bag;
    struct manifest manifest, tags;
    X509_STORE *authorities; /* NULL: nobody said whom to trust */
    struct verification *out;
};

/* Adds a finding, which makes the check bad. `reason` lives as long as the arena. */
void verify_bad(struct verify_work *c, enum verify_check check, struct str place,
                const char *reason);

/* The text of a tag file, empty where it is missing. */
struct str verify_tag(const struct verify_work *c, struct str name);

/* The next value of a label of bag-info.txt; *info moves on behind it. */
bool verify_info(struct str *info, struct str label, struct str *value);

/* The case that a package of `ungrant package` is of, as its bag-info.txt names it; a sealed case
 * has none (both empty). */
struct verify_packaged {
    struct str archive, sha256;
};
struct verify_packaged verify_packaged(const struct verify_work *c);

/* Is the sealed archive in the package, or beside it, the one that is named? (verify_packaged.c) */
void verify_sealed_case(struct verify_work *c);

/* Signature, time stamp and custody (verify_proof.c). */
void verify_proofs(struct verify_work *c);

#endif
