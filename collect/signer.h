/* signer.h - who signs: a private key, its certificate, and the certificates above it.
 *
 * A signature is a detached CMS (RFC 5652) in DER over exactly the bytes given, with the signing
 * time, the signing certificate's hash (RFC 5035) and the chain inside: what `openssl cms -verify
 * -binary -inform DER -content FILE` checks. Keys are RSA (from 2048 bits) or ECDSA, in a PEM file
 * or behind a URI (pkcs11:...) that a provider of OpenSSL serves. A passphrase comes from a file or
 * from the terminal, never from the command line, and is not asked for where there is no terminal.
 */
#ifndef UNGRANT_COLLECT_SIGNER_H
#define UNGRANT_COLLECT_SIGNER_H

#include "base/buf.h"
#include "base/civil.h"
#include "base/digest.h"
#include "base/error.h"

struct signer_source {
    const char *key, *cert;      /* both, or neither */
    const char *passphrase_file; /* its first line; NULL: the terminal is asked */
};

struct signer;

/* The key and its certificate, if they belong together and may sign at the time `now`. NULL with *e
 * that says which of it is wrong. Freed with signer_free (NULL allowed). */
struct signer *signer_open(const struct signer_source *from, struct when now, struct error *e);
void signer_free(struct signer *s);

/* What is wrong with the options themselves, or NULL. */
const char *signer_source_fault(const struct signer_source *from);

/* The certificate's subject (RFC 2253), valid as long as the signer. */
struct str signer_subject(const struct signer *s);

/* SHA-256 of the certificate (0) and of those above it (1 ...); false past the last. */
bool signer_certificate(const struct signer *s, size_t index, char hex[DIGEST_HEX + 1]);

/* Appends the signature of `content` to `der`. */
int signer_sign(const struct signer *s, struct str content, struct when time, struct buf *der,
                struct error *e);

#endif
