/* signature.h - is this detached CMS signature (RFC 5652, DER) one over these bytes, and whose?
 *
 * Nothing is believed before it is checked: exactly one signer, SHA-256 or longer, a signing time
 * among what is signed, and the one encoding that DER allows. The mathematics is judged apart from
 * the certificate, so that a reader learns which of the two fails. */
#ifndef UNGRANT_COLLECT_SIGNATURE_H
#define UNGRANT_COLLECT_SIGNATURE_H

#include "base/arena.h"
#include "base/civil.h"
#include "base/digest.h"
#include "collect/certificate.h"

enum { SIGNATURE_MOST = 1024 * 1024, SIGNATURE_CERTIFICATES = 32 };

struct signature {
    bool good;       /* made with the key of the certificate inside, over exactly these bytes */
    const char *why; /* where it is not good: static text */
    bool content_altered; /* the signature itself is whole, but over other bytes */
    struct when time;
    struct str subject;
    enum certificate_state certificate;
    char certificate_why[256];
    char certificates[SIGNATURE_CERTIFICATES][DIGEST_HEX + 1]; /* the signer's first */
    size_t certificate_count;
};

/* Whom to trust, and which time counts for certificates. */
struct signature_trust {
    X509_STORE *authorities; /* NULL: nobody said */
    struct when at;          /* WHEN_NONE: the signing time that the signature states */
};

/* `content` and `der` are read in a process that can do nothing else (confined.h). */
void signature_check(struct arena *a, struct str content, struct str der,
                     const struct signature_trust *trust, struct signature *out);

/* The same in this process: for that one, and for fuzzing. */
void signature_read(struct arena *a, struct str content, struct str der,
                    const struct signature_trust *trust, struct signature *out);

/* "signed by CN=..., 2026-03-01T10:00:00Z" */
struct str signature_text(struct arena *a, const struct signature *s);

/* How a certificate's state is called: "trusted", "not checked", "unknown", ... */
const char *signature_certificate_name(enum certificate_state state);

#endif
