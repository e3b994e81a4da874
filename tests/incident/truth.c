/* truth.json: what happened, and where the evidence of it stands. */
#include <stdlib.h>

#include "base/json.h"
#include "tests/incident/output.h"

static struct when utc(int64_t ns) {
    return (struct when){.ns = ns, .digits = 7, .basis = WHEN_UTC};
}

static void put_identities(struct json *j, const struct company *c) {
    json_key(j, "identities");
    json_array(j);
    for (size_t i = 0; i < c->count; i++) {
        const struct identity *p = &c->list[i];
        json_object(j);
        json_put(j, "upn", p->upn);
        json_put(j, "alias", p->alias);
        json_put(j, "display", p->display);
        json_put(j, "canonical", p->canonical);
        json_put(j, "guid", p->guid);
        json_put(j, "sid", p->sid);
        json_put(j, "dn", p->dn);
        json_put(j, "legacy_dn", p->legacy_dn);
        json_put(j, "login", p->login);
        json_put(j, "kind", str_from(kind_name(p->kind)));
        json_put_bool(j, "onprem", p->onprem);
        json_end(j);
    }
    json_end(j);
}

static void put_witnesses(struct json *j, const struct witness *w) {
    json_key(j, "witnesses");
    json_array(j);
    for (; w; w = w->next) {
        json_object(j);
        json_put(j, "source", str_from(telemetry_name(w->source)));
        json_put(j, "item", w->item);
        json_put(j, "record", w->record);
        if (w->parts) json_put_u64(j, "parts", w->parts);
        if (w->no_trustee) json_put_bool(j, "no_trustee", true);
        json_end(j);
    }
    json_end(j);
}

static const char *via_name(enum via v) {
    static const char *const NAMES[] = {"shell",  "script",  "command-line", "rest",
                                        "portal", "outlook", "service"};
    return NAMES[v];
}

static void put_act(struct json *j, const struct act *a, uint64_t n) {
    static const char *const ACTIONS[] = {"grant", "revoke", "alter"};
    const struct call *c = a->call;
    json_object(j);
    json_put_u64(j, "n", n);
    json_put_u64(j, "call", c->n);
    json_put_when(j, "time", utc(c->time));
    json_put(j, "action", str_from(ACTIONS[a->action]));
    json_put(j, "right", str_from(a->right));
    json_put_or_null(j, "scope", a->scope);
    json_put_or_null(j, "level", a->level);
    json_put(j, "mailbox", a->mailbox ? a->mailbox->upn : STR_NONE);
    json_put(j, "trustee", a->trustee);
    json_put(j, "actor",
             c->actor ? c->actor->upn
                      : STR("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)"));
    json_put(j, "result", c->failed ? STR("failed") : STR("succeeded"));
    json_put_bool(j, "what_if", c->what_if);
    json_put_bool(j, "implied", a->implied);
    json_put(j, "by", str_from(by_name(c->by)));
    json_put(j, "via", str_from(via_name(c->via)));
    json_put(j, "client_ip", c->client_ip);
    json_put(j, "cmdlet", str_from(c->cmdlet));
    json_key(j, "written");
    json_object(j);
    json_put(j, "mailbox", a->written_mailbox);
    json_put(j, "trustee", a->written_trustee);
    json_end(j);
    put_witnesses(j, c->witnesses);
    json_end(j);
}

static void put_acts(struct json *j, const struct story *s) {
    uint64_t n = 0;
    json_key(j, "acts");
    json_array(j);
    for (size_t i = 0; i < s->act_count; i++)
        if (s->acts[i].call) put_act(j, &s->acts[i], ++n);
    json_end(j);
}

static void put_uses(struct json *j, const struct story *s) {
    json_key(j, "uses");
    json_array(j);
    for (size_t i = 0; i < s->use_count; i++) {
        const struct use *u = &s->uses[i];
        json_object(j);
        json_put_when(j, "time", utc(u->time));
        json_put(j, "operation", str_from(u->operation));
        json_put(j, "mailbox", u->mailbox->upn);
        json_put(j, "by", u->by->upn);
        put_witnesses(j, u->witnesses);
        json_end(j);
    }
    json_end(j);
}

static void put_open(struct json *j, const struct story *s) {
    size_t count;
    const struct act **open = story_open_at(s, s->end, &count);
    json_key(j, "open_after");
    json_array(j);
    for (size_t i = 0; i < count; i++) {
        json_object(j);
        json_put(j, "mailbox", open[i]->mailbox ? open[i]->mailbox->upn : STR_NONE);
        json_put(j, "trustee", open[i]->trustee);
        json_put(j, "right", str_from(open[i]->right));
        json_put_or_null(j, "scope", open[i]->scope);
        json_put_or_null(j, "level", open[i]->level);
        json_put(j, "by", str_from(by_name(open[i]->call ? open[i]->call->by : BY_LEGITIMATE)));
        json_put_bool(j, "before", !open[i]->call);
        json_end(j);
    }
    json_end(j);
}

static void put_stays(struct json *j, const struct story *s) {
    json_key(j, "members");
    json_array(j);
    for (size_t i = 0; i < s->stay_count; i++) {
        const struct stay *one = &s->stays[i];
        json_object(j);
        json_put(j, "group", one->group->upn);
        json_put(j, "member", one->member->upn);
        json_put_when(j, "since", utc(one->joined->time));
        json_put_when(j, "until", one->left ? utc(one->left->time) : (struct when){0});
        put_witnesses(j, one->joined->witnesses);
        json_key(j, "left");
        json_object(j);
        put_witnesses(j, one->left ? one->left->witnesses : NULL);
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

static void put_hosts(struct json *j, const struct story *s) {
    static const char *const HOSTS[] = {"ws01", "ws02", "exch01"};
    json_key(j, "hosts");
    json_array(j);
    for (size_t i = 0; i < 3; i++) {
        int zone = story_zone(s, HOSTS[i]), size = zone < 0 ? -zone : zone;
        char text[16];
        snprintf(text, sizeof text, "%c%02d:%02d", zone < 0 ? '-' : '+', size / 60 % 24, size % 60);
        json_object(j);
        json_put(j, "host", str_from(HOSTS[i]));
        json_put(j, "zone", str_from(text));
        json_end(j);
    }
    json_end(j);
}

static void put_damage(struct json *j, const struct output *o) {
    json_key(j, "damage");
    json_array(j);
    for (size_t i = 0; i < o->damage_count; i++) {
        json_object(j);
        json_put(j, "item", o->damage[i].item);
        json_put(j, "record", o->damage[i].record);
        json_put_u64(j, "offset", o->damage[i].offset);
        json_put(j, "what", o->damage[i].what);
        json_end(j);
    }
    json_end(j);
}

int truth_write(struct output *o, const char *dir) {
    const struct story *s = o->story;
    const struct company *c = s->company;
    struct buf b = {0};
    struct json j = {.out = &b, .pretty = true};
    json_object(&j);
    json_put(&j, "format", STR("ungrant-truth/1"));
    json_put_u64(&j, "seed", s->seed);
    json_put(&j, "environment", str_from(environment_name(c->environment)));
    json_put(&j, "company", c->name);
    json_put(&j, "domain", c->domain);
    json_put(&j, "tenant", c->tenant);
    json_put(&j, "intruder", c->intruder->upn);
    json_put(&j, "intruder_ip", s->intruder_ip);
    json_put_when(&j, "start", utc(s->start));
    json_put_when(&j, "attack", utc(s->attack));
    json_put_when(&j, "end", utc(s->end));
    put_hosts(&j, s);
    put_identities(&j, c);
    put_acts(&j, s);
    put_uses(&j, s);
    put_open(&j, s);
    put_stays(&j, s);
    put_damage(&j, o);
    json_end(&j);
    buf_add_c(&b, '\n');
    char *path = file_join(dir, "truth.json");
    int status = file_write(path, buf_str(&b), o->error);
    free(path);
    buf_free(&b);
    return status;
}
