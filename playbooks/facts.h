/* facts.h - what analyze found out, read back from OUT/: grants with their changes. */
#ifndef UNGRANT_PLAYBOOKS_FACTS_H
#define UNGRANT_PLAYBOOKS_FACTS_H

#include "base/digest.h"
#include "base/json_read.h"

struct facts {
    cJSON **changes; /* by id */
    size_t change_count;
    cJSON **grants; /* in the ledger's order */
    size_t grant_count;
    char timeline_sha256[DIGEST_HEX + 1];
};

/* Reads timeline.jsonl and ledger.jsonl of the folder. Everything lives in the arena but the trees,
 * which facts_free gives back. -1 with file and line in the error. */
int facts_read(struct arena *a, const char *folder, struct facts *f, struct error *e);
void facts_free(struct facts *f);

/* NULL: no such change. */
const cJSON *facts_change(const struct facts *f, struct str id);

#endif
