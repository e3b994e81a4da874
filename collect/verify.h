/* verify.h - the checks of a bag, as a list of findings: for the command, for tests. */
#ifndef UNGRANT_COLLECT_VERIFY_H
#define UNGRANT_COLLECT_VERIFY_H

#include "base/arena.h"
#include "base/error.h"

/* In the order they are reported. */
enum verify_check {
    CHECK_ARCHIVE,   /* readable to its end, names that can be, the .sha256 beside it */
    CHECK_HASHES,    /* every payload file listed is there and matches */
    CHECK_UNLISTED,  /* no payload file that is not listed */
    CHECK_TAGS,      /* the tag manifest matches and covers every tag file */
    CHECK_BAG,       /* bagit.txt, Payload-Oxum */
    CHECK_INVENTORY, /* inventory.csv agrees with the payload */
    CHECK_SIGNATURE, /* over the tag manifest, and whose certificate */
    CHECK_STAMP,     /* the authority's answer, for this archive */
    CHECK_CUSTODY,   /* the chain in the case and beside it, link by link */
    CHECK_SEALED,    /* of a package only: the sealed case, inside or beside it */
    CHECK_COUNT
};
enum verify_verdict { VERDICT_GOOD, VERDICT_ABSENT, VERDICT_UNCHECKED, VERDICT_BAD };
const char *verify_check_name(enum verify_check c);
const char *verify_verdict_name(enum verify_verdict v);

struct verify_finding {
    enum verify_check check;
    struct str place, reason;
};

struct verification {
    enum verify_verdict verdict[CHECK_COUNT];
    struct str note[CHECK_COUNT]; /* what was seen: counts, or why it was not checked */
    struct verify_finding *list;
    size_t count, cap;
    bool package; /* made by `ungrant package`: CHECK_SEALED says something */
};

/* How many of the checks say something of it: the last one is of packages only. */
int verify_checks(const struct verification *v);

/* Checks it all. -1 with *e where there is nothing to check. `authorities` is a PEM file with the
 * certificates that are trusted for signatures and time stamps; NULL: nobody said. */
int verify_case(struct arena *a, const char *path, const char *authorities,
                struct verification *out, struct error *e);

/* The same without authorities. */
int verify_run(struct arena *a, const char *path, struct verification *out, struct error *e);

/* 0 all good, 3 something could not be checked, 4 something is bad. */
int verify_status(const struct verification *v);

#endif
