/* baseline.json: what the company would tell a responder about itself (FORMATS.md, "Baseline"). */
#include <stdlib.h>

#include "base/json.h"
#include "tests/incident/output.h"

static void put_one(struct json *j, const char *key, struct str value) {
    json_key(j, key);
    json_array(j);
    json_str(j, value);
    json_end(j);
}

/* What was delegated before anything in the logs, and what the administrator granted since. */
static void put_delegates(struct json *j, const struct story *s) {
    size_t count;
    const struct act **open = story_open_at(s, s->attack, &count);
    json_key(j, "delegates");
    json_array(j);
    for (size_t i = 0; i < count; i++) {
        if (!open[i]->trustee.n || !open[i]->mailbox) continue;
        json_object(j);
        json_put(j, "mailbox", open[i]->mailbox->upn);
        json_put(j, "trustee", open[i]->trustee);
        json_put(j, "right", str_from(open[i]->right));
        json_end(j);
    }
    json_end(j);
}

int baseline_write(struct output *o, const char *dir) {
    const struct company *c = o->story->company;
    struct buf b = {0};
    struct json j = {.out = &b, .pretty = true};
    json_object(&j);
    json_key(&j, "administrators");
    json_array(&j);
    json_str(&j, c->admin->upn);
    json_str(&j, c->intruder->upn);
    json_end(&j);
    put_one(&j, "service_accounts", c->service->upn);
    put_one(&j, "sensitive_mailboxes", c->boss->upn);
    put_delegates(&j, o->story);
    json_key(&j, "internal_domains");
    json_array(&j);
    json_str(&j, c->domain);
    json_str(&j, c->tenant);
    json_end(&j);
    put_one(&j, "internal_networks", STR("198.51.100.0/24"));
    json_end(&j);
    buf_add_c(&b, '\n');
    char *path = file_join(dir, "baseline.json");
    int status = file_write(path, buf_str(&b), o->error);
    free(path);
    buf_free(&b);
    return status;
}
