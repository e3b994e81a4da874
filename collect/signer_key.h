/* signer_key.h - a private key from a PEM file or a URI, with the question for its passphrase. */
#ifndef UNGRANT_COLLECT_SIGNER_KEY_H
#define UNGRANT_COLLECT_SIGNER_KEY_H

#include <openssl/evp.h>

#include "base/error.h"

/* NULL with *e: not there, no key, wrong passphrase, no terminal to ask, no provider. */
EVP_PKEY *signer_key_open(const char *key, const char *passphrase_file, struct error *e);

#endif
