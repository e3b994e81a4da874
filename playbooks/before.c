#include "playbooks/before.h"

#include "playbooks/plan_file.h"

void plan_put_baseline(struct arena *a, const struct deed *d, struct str question, cJSON *action) {
    bool known = d->before != BEFORE_UNKNOWN;
    plan_put(a, action, "baseline",
             d->before == BEFORE_ABSENT    ? STR("absent")
             : d->before == BEFORE_PRESENT ? STR("present")
                                           : STR("unknown"));
    if (d->known_by) {
        cJSON *by = cJSON_AddObjectToObject(action, "baseline_source");
        plan_put(a, by, "path", str_from(d->known_by->path));
        plan_put(a, by, "sha256", str_from(d->known_by->sha256));
        char text[WHEN_TEXT];
        plan_put(a, by, "time", arena_copy(a, when_format(d->known_by->time, text)));
    } else {
        cJSON_AddNullToObject(action, "baseline_source");
    }
    if (known)
        cJSON_AddNullToObject(action, "question");
    else if (d->given_by_others)
        plan_put(a, action, "question",
                 arena_printf(a,
                              "%.*s It was given by %.*s, who is not among the accounts named as "
                              "compromised.",
                              STR_ARG(question),
                              STR_ARG(json_get_str(json_get(d->opening, "actor"), "written"))));
    else if (d->printed)
        plan_put(
            a, action, "question",
            arena_printf(a,
                         "%.*s The output of a command in the transcript %.*s (record %.*s) shows "
                         "it from before; text of a screen, low confidence.",
                         STR_ARG(question), STR_ARG(json_get_str(d->printed, "item")),
                         STR_ARG(json_get_str(d->printed, "record"))));
    else if (!d->other)
        plan_put(a, action, "question", question);
    else
        plan_put(a, action, "question",
                 arena_printf(a, "%.*s It was given earlier by %.*s at %.*s (%.*s), and stayed.",
                              STR_ARG(question),
                              STR_ARG(json_get_str(json_get(d->other, "actor"), "written")),
                              STR_ARG(json_get_str(d->other, "time")),
                              STR_ARG(json_get_str(d->other, "id"))));
}
