/* certificate.h - what is asked of a certificate (X.509, RFC 5280), and whom to trust. */
#ifndef UNGRANT_COLLECT_CERTIFICATE_H
#define UNGRANT_COLLECT_CERTIFICATE_H

#include <openssl/x509.h>

#include "base/buf.h"
#include "base/civil.h"
#include "base/digest.h"
#include "base/error.h"

/* Of its DER. */
void certificate_sha256(const X509 *cert, char hex[DIGEST_HEX + 1]);

/* Appends the subject as RFC 2253 writes it, UTF-8. */
void certificate_subject(const X509 *cert, struct buf *out);

/* WHEN_NONE where it is no time. */
struct when certificate_time(const ASN1_TIME *t);

/* The authorities of a PEM file (--ca). NULL with *e. Freed with X509_STORE_free. */
X509_STORE *certificate_authorities(const char *path, struct error *e);

enum certificate_state {
    CERTIFICATE_TRUSTED,
    CERTIFICATE_UNASKED, /* no authorities were given: nobody said whom to trust */
    CERTIFICATE_UNKNOWN, /* does not lead to the authorities given */
    CERTIFICATE_EXPIRED, /* or not valid yet */
    CERTIFICATE_PURPOSE, /* made for something else */
};

/* Does the certificate, with the help of `above`, lead to an authority, at that time and for that
 * purpose (X509_PURPOSE_...)? `why` (256 bytes) gets the reason where it does not. */
enum certificate_state certificate_judge(X509 *cert, STACK_OF(X509) * above,
                                         X509_STORE *authorities, int purpose, struct when at,
                                         char why[256]);

#endif
