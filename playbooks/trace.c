#include "playbooks/trace.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json_read.h"
#include "collect/bag_read.h"
#include "collect/collect.h"
#include "playbooks/plan_file.h"

static void count_decisions(const cJSON *plan, struct buf *out) {
    size_t all = 0, approved = 0, rejected = 0;
    const cJSON *list = json_get(plan, "actions");
    for (const cJSON *x = list ? list->child : NULL; x; x = x->next) {
        const char *decision = action_decision(x);
        all++;
        approved += strcmp(decision, "approved") == 0;
        rejected += strcmp(decision, "rejected") == 0;
    }
    buf_printf(out, "%zu actions: %zu approved, %zu rejected, %zu undecided", all, approved,
               rejected, all - approved - rejected);
}

void trace_note(const struct trace *t, const cJSON *plan) {
    struct error e = {0};
    struct buf note = {0};
    char made[DIGEST_HEX + 1];
    if (!t->archive) return;
    count_decisions(plan, &note);
    const struct custody_link link = {.event = t->command,
                                      .subject = str_leaf(str_from(t->made)),
                                      .subject_sha256 = made,
                                      .by = t->by,
                                      .note = buf_str(&note)};
    if (bag_archive_sha256(t->made, made, &e) == 0)
        custody_append_after(t->archive, json_get_str(plan, "timeline_sha256"), &link, &e);
    if (error_is_set(&e))
        fprintf(stderr, "ungrant %s: warning: custody not noted: %s\n", t->command, e.text);
    buf_free(&note);
}
