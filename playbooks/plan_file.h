/* plan_file.h - plan.json in memory: read, bound by hashes, written again.
 *
 * A plan is a cJSON tree whose keys keep their order. `content_sha256` of an action is the SHA-256
 * of its compact JSON without `decision`, `outcome` and `content_sha256`; a decision carries the
 * hash it was made on, so that a changed action voids its approval. plan_sha256 is the SHA-256 of
 * the whole plan's compact JSON without the outcomes. */
#ifndef UNGRANT_PLAYBOOKS_PLAN_FILE_H
#define UNGRANT_PLAYBOOKS_PLAN_FILE_H

#include "base/digest.h"
#include "base/json.h"
#include "base/json_read.h"

/* Writes any tree with our own escaping; the member names in `without` (NULL-ended, may be NULL)
 * are left out at every depth. Numbers are whole. */
void tree_write(struct json *j, const cJSON *tree, const char *const *without);

void action_digest(const cJSON *action, char out[DIGEST_HEX + 1]);
void plan_digest(const cJSON *plan, char out[DIGEST_HEX + 1]);

/* NULL with the error where it is no ungrant-plan/1 or has no array of actions. */
cJSON *plan_read(struct arena *a, const char *path, struct error *e);
int plan_write(const char *path, const cJSON *plan, struct error *e);

/* "pending", "approved", "rejected"; "void" where the action changed after its approval. Where two
 * people must agree, it is pending until the second did. */
const char *action_decision(const cJSON *action);

/* The command's last word: its status, but STATUS_FAILED where standard output took not all of it
 * (a full disk, a closed pipe). */
int plan_end(const char *command, int status);

/* One line on stderr; the exit status. */
int plan_usage(const char *command, const char *why);

/* Adds a text to an object; the key is copied. */
void plan_put(struct arena *a, cJSON *object, const char *key, struct str s);

#endif
