/* facts.c - see facts.h. */
#include "playbooks/facts.h"

#include <stdlib.h>

#include "base/file.h"

enum { FACTS_LIMIT = 1 << 30 };

int facts_read(struct arena *a, const char *folder, struct facts *f, struct error *e) {
    char *timeline = file_join(folder, "timeline.jsonl");
    char *ledger = file_join(folder, "ledger.jsonl");
    struct str text;
    int failed = file_read(a, timeline, FACTS_LIMIT, &text, e);
    if (failed) goto out;
    digest_of(text, f->timeline_sha256);
    struct json_lines changes = {0}, grants = {0};
    failed = json_parse_lines(a, timeline, text, &changes, e);
    f->changes = changes.list;
    f->change_count = changes.count;
    if (failed) goto out;
    json_lines_sort(&changes);
    failed = file_read(a, ledger, FACTS_LIMIT, &text, e) ||
             json_parse_lines(a, ledger, text, &grants, e);
    f->grants = grants.list;
    f->grant_count = grants.count;
out:
    free(timeline);
    free(ledger);
    return failed ? -1 : 0;
}

void facts_free(struct facts *f) {
    for (size_t i = 0; i < f->change_count; i++) cJSON_Delete(f->changes[i]);
    for (size_t i = 0; i < f->grant_count; i++) cJSON_Delete(f->grants[i]);
}

const cJSON *facts_change(const struct facts *f, struct str id) {
    struct json_lines changes = {.list = f->changes, .count = f->change_count};
    return json_lines_find(&changes, id);
}
