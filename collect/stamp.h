/* stamp.h - time stamps (RFC 3161): the question for a case, and whether an answer fits it.
 *
 * The question is over the archive, signature and all: the answer proves that exactly this file
 * existed then. It goes to an authority by whatever way its owner has (`curl -H 'Content-Type:
 * application/timestamp-query' --data-binary @CASE.tsq URL`); nothing here opens a connection. The
 * question holds no nonce: the same archive gives the same bytes, and an answer is recognised by
 * the hash in it. */
#ifndef UNGRANT_COLLECT_STAMP_H
#define UNGRANT_COLLECT_STAMP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/digest.h"
#include "collect/certificate.h"

enum { STAMP_MOST = 1024 * 1024 };

/* Appends the request for a stamp over what has this SHA-256, with the certificates asked for. */
void stamp_request(const char sha256[DIGEST_HEX + 1], struct buf *der);

struct stamp {
    bool good;     /* an authority's answer, made for this hash, its signature intact */
    char why[256]; /* where it is not */
    struct when time;
    struct str subject; /* of the authority's certificate */
    enum certificate_state certificate;
    char certificate_why[256];
};

/* authorities NULL: nobody said whom to trust. Certificates are judged at the time `at`. The
 * response is read in a process that can do nothing else (confined.h). */
void stamp_check(struct arena *a, struct str response, const char sha256[DIGEST_HEX + 1],
                 X509_STORE *authorities, struct when at, struct stamp *out);

/* The same in this process: for that one, and for fuzzing. */
void stamp_read(struct arena *a, struct str response, const char sha256[DIGEST_HEX + 1],
                X509_STORE *authorities, struct when at, struct stamp *out);

#endif
