/* signed.h - a reviewer's signature on a decision, made with their own key.
 *
 * A decision (and the first of two, `first`) may carry `signature`: `key` (the public key,
 * SubjectPublicKeyInfo in base64), `key_sha256` (of its bytes) and `value` (base64). Signed are the
 * bytes "ungrant-decision/1", the action's id, "decision" or "first", each with a line feed, and
 * the object's compact JSON without `signature`. The decision holds the hash of the action's
 * content. Ed25519 and Ed448 as they are, any other key with SHA-256. */
#ifndef UNGRANT_PLAYBOOKS_SIGNED_H
#define UNGRANT_PLAYBOOKS_SIGNED_H

#include <openssl/evp.h>

#include "base/error.h"
#include "base/json_read.h"

/* Signs action.decision, or action.decision.first; -1 with *e. */
int signed_add(cJSON *action, const char *which, EVP_PKEY *key, struct error *e);

/* Keys that may sign: a PEM file of public keys and certificates. NULL with *e. */
struct signers;
struct signers *signers_read(const char *path, struct error *e);
void signers_free(struct signers *s);

/* Is this approved action signed by everybody who had to approve it, each with a key of their own
 * that is among `s` (NULL: any key)? -1 with *e, which names the action. */
int signed_check(const cJSON *action, const struct signers *s, struct error *e);

#endif
