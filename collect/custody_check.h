/* custody_check.h - does every link follow on the one before it, and if not: which one is wrong?
 *
 * Nothing of the text is believed. A link that contradicts its own hash was altered; one that is
 * whole but follows on another line was moved, added or comes from another copy; one that follows
 * on nothing that is here has lost its predecessor. */
#ifndef UNGRANT_COLLECT_CUSTODY_CHECK_H
#define UNGRANT_COLLECT_CUSTODY_CHECK_H

#include "collect/custody.h"
#include "collect/signature.h"

enum { CUSTODY_BRANCHES = 3, CUSTODY_FAULTS = 100 };

/* One line as it stands; text points into the arena. */
struct custody_seen {
    struct str line;
    bool whole; /* a link that agrees with its own hash */
    uint64_t seq;
    struct str time, actor, host, event, what, subject_sha256, note, from, to;
    struct str archive, signer, prev, cms, response, branch;
    uint64_t fork; /* of a join: the last link that both copies have */
    char hash[DIGEST_HEX + 1];
    struct signature signature; /* of a sign link that was checked */
    bool faulty;
};

struct custody_fault {
    size_t line;      /* from 1 */
    const char *kind; /* static text: "was altered", ... */
    struct str reason;
};

struct custody_report {
    struct custody_seen *list;
    size_t count, cap;
    struct custody_fault *faults;
    size_t fault_count, fault_cap;
    struct custody_chain end;
    size_t signed_count;
    enum certificate_state worst; /* of the signatures */
    struct str worst_why;
};

/* Checks the lines of `text` as what follows on `start`. `archive` is the SHA-256 that the archive
 * has now (empty: not to be compared). True where nothing is wrong. */
bool custody_check(struct arena *a, const struct custody_chain *start, struct str text,
                   struct str archive, X509_STORE *authorities, struct custody_report *out);

/* The same without the archive and with the signatures' mathematics only: false with the first
 * fault's line and kind. *c then stands where it was, else at the end. */
bool custody_follow(struct custody_chain *c, struct str text, size_t *bad_line, const char **why);

/* Where the copy that a join holds left this chain; false where no link has that number. */
bool custody_fork(const struct custody_report *r, const struct custody_chain *start,
                  const struct custody_seen *join, struct custody_chain *fork);

#endif
