/* facts.c - see facts.h. */
#include "playbooks/facts.h"

#include <stdlib.h>

#include "base/file.h"

enum { FACTS_LIMIT = 1 << 30 };

static int by_id(const void *a, const void *b) {
    return str_cmp(json_get_str(*(cJSON *const *)a, "id"), json_get_str(*(cJSON *const *)b, "id"));
}

static int read_lines(struct arena *a, const char *path, struct str text, cJSON ***list,
                      size_t *count, size_t *cap, struct error *e) {
    struct str line, rest = text;
    for (size_t number = 1; rest.n; number++) {
        struct json_notes notes = {0};
        struct json_fault fault = {0};
        str_cut(rest, '\n', &line, &rest);
        if (!str_trim(line).n) continue;
        cJSON *row = json_parse(a, line, &notes, &fault);
        if (!row)
            return error_set(e, "%s, line %zu: not JSON at byte %zu: %s", path, number, fault.at,
                             fault.reason);
        ARENA_GROW(a, *list, *cap, *count + 1);
        (*list)[(*count)++] = row;
        if (!json_get_str(row, "id").n)
            return error_set(e, "%s, line %zu: no id: not written by `ungrant analyze`", path,
                             number);
    }
    return 0;
}

int facts_read(struct arena *a, const char *folder, struct facts *f, struct error *e) {
    char *timeline = file_join(folder, "timeline.jsonl");
    char *ledger = file_join(folder, "ledger.jsonl");
    struct str text;
    int failed = file_read(a, timeline, FACTS_LIMIT, &text, e);
    if (failed) goto out;
    digest_of(text, f->timeline_sha256);
    failed = read_lines(a, timeline, text, &f->changes, &f->change_count, &f->change_cap, e);
    if (failed) goto out;
    if (f->change_count) qsort(f->changes, f->change_count, sizeof *f->changes, by_id);
    failed = file_read(a, ledger, FACTS_LIMIT, &text, e) ||
             read_lines(a, ledger, text, &f->grants, &f->grant_count, &f->grant_cap, e);
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
    size_t low = 0, high = f->change_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(json_get_str(f->changes[middle], "id"), id);
        if (order == 0) return f->changes[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
