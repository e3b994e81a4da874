/* timeline.jsonl: one act per line (FORMATS.md). */
#include "analyze/report/words.h"

void json_observation(struct json *j, const struct observation *o) {
    const struct item *item = o->item;
    json_object(j);
    json_put(j, "source", str_from(source_name(o->source)));
    json_put_or_null(j, "item", item ? item->name : STR_NONE);
    json_put_or_null(j, "record", o->record);
    json_put_u64(j, "offset", o->offset);
    json_put_or_null(j, "sha256", item ? str_from(item->sha256) : STR_NONE);
    json_put_when(j, "time", o->time);
    if (item && item_is_suspect(item))
        json_put(j, "integrity", str_from(integrity_name((enum integrity)item->integrity)));
    json_end(j);
}

void json_party(struct json *j, const char *key, const struct party *p) {
    json_key(j, key);
    json_object(j);
    json_put(j, "written", p->written);
    json_put_or_null(j, "identity", p->identity);
    if (p->candidate_count) {
        json_key(j, "candidates");
        json_array(j);
        for (size_t i = 0; i < p->candidate_count; i++) json_str(j, p->candidates[i]);
        json_end(j);
    }
    json_end(j);
}

static void put_tristate(struct json *j, const char *key, enum tristate t) {
    json_key(j, key);
    if (t == TRI_UNKNOWN)
        json_null(j);
    else
        json_bool(j, t == TRI_TRUE);
}

/* Has an earlier entry this name? Then its values were merged there. A cmdlet has a few dozen
 * parameters; PARAMS_MERGED bounds what a hostile record can make of it. */
enum { PARAMS_MERGED = 512 };

static bool named_before(const struct params *p, size_t i) {
    for (size_t k = 0; k < i; k++)
        if (str_ieq(p->list[k].name, p->list[i].name)) return true;
    return false;
}

static void put_values(struct json *j, const struct param *p, struct buf *scratch) {
    for (size_t i = 0; i < p->count; i++) json_str(j, param_value(p, i, scratch));
}

/* {"AccessRights":["FullAccess"],"GrantSendOnBehalfTo":["@{Add=eve}","@{Remove=bob}"]} */
static void put_params(struct json *j, const struct params *p) {
    struct buf scratch = {0};
    size_t count = p->count < PARAMS_MERGED ? p->count : PARAMS_MERGED;
    json_key(j, "parameters");
    json_object(j);
    for (size_t i = 0; i < count; i++) {
        if (named_before(p, i)) continue;
        json_key_str(j, p->list[i].name);
        json_array(j);
        for (size_t k = i; k < count; k++)
            if (k == i || str_ieq(p->list[k].name, p->list[i].name))
                put_values(j, &p->list[k], &scratch);
        json_end(j);
    }
    json_end(j);
    buf_free(&scratch);
}

static void put_signals(struct json *j, const struct act *a) {
    json_key(j, "signals");
    json_array(j);
    for (size_t i = 0; i < a->signal_count; i++) {
        json_object(j);
        json_put(j, "id", str_from(a->signals[i].id));
        json_put(j, "why", a->signals[i].why);
        json_end(j);
    }
    json_end(j);
}

static void put_strings(struct json *j, const char *key, const struct str *list, size_t count) {
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < count; i++) json_str(j, list[i]);
    json_end(j);
}

static void put_observations(struct json *j, const struct act *a) {
    json_key(j, "observations");
    json_array(j);
    for (size_t i = 0; i < a->observation_count; i++) json_observation(j, &a->observations[i]);
    json_end(j);
}

static void put_flags(struct json *j, uint32_t flags) {
    json_key(j, "flags");
    json_array(j);
    for (size_t i = 0; i < FLAG_WORD_COUNT; i++)
        if (flags & FLAG_WORDS[i].bit) json_str(j, str_from(FLAG_WORDS[i].word));
    json_end(j);
}

static void put_what(struct json *j, const struct act *a) {
    const struct change *c = &a->what;
    json_put(j, "action", str_from(change_action_name(c->action)));
    json_put(j, "right", str_from(right_name(c->right)));
    json_put_or_null(j, "scope", c->scope);
    json_put_or_null(j, "level", c->level);
    json_party(j, "mailbox", &a->mailbox);
    json_party(j, "trustee", &a->trustee);
    json_party(j, "actor", &a->actor);
    json_put_bool(j, "deny", c->deny);
    json_put_or_null(j, "inheritance", c->inheritance);
    put_tristate(j, "automapping", c->automapping);
    json_put(j, "result", str_from(result_name(c->result)));
}

static void put_signin(struct json *j, const struct signin_join *s) {
    json_key(j, "signin");
    if (!s) {
        json_null(j);
        return;
    }
    json_object(j);
    json_put(j, "rule", str_from(s->rule));
    json_put_when(j, "time", s->where.time);
    json_put_or_null(j, "client_ip", s->address);
    json_put_or_null(j, "application", s->application);
    json_put_or_null(j, "client", s->client);
    json_put_or_null(j, "country", s->country);
    json_put_or_null(j, "risk", s->risk);
    json_put_bool(j, "new_address", s->new_address);
    json_put_u64(j, "failures", s->failures);
    json_key(j, "observation");
    json_observation(j, &s->where);
    json_end(j);
}

/* What FORMATS.md does not fix stands at the end. */
static void put_more(struct json *j, const struct act *a) {
    put_flags(j, a->what.flags);
    json_put_bool(j, "changed_nothing", a->changed_nothing);
    json_put_or_null(j, "cmdlet", a->what.cmdlet);
    json_key(j, "mask");
    if (a->what.mask_known)
        json_u64(j, a->what.mask);
    else
        json_null(j);
    json_put_or_null(j, "note", a->what.note);
    put_signin(j, a->signin);
    json_put_when(j, "earliest", a->earliest);
    json_put_when(j, "latest", a->latest);
}

void timeline_json_line(const struct act *a, struct buf *out) {
    struct json j = {.out = out};
    json_object(&j);
    json_put(&j, "id", a->id);
    json_put_when(&j, "time", a->time);
    json_put(&j, "time_basis", str_from(when_basis_name(a->time)));
    put_what(&j, a);
    json_put_or_null(&j, "client_ip", a->client_ip);
    json_put_or_null(&j, "host", a->host);
    json_put_or_null(&j, "session", a->session);
    json_put_or_null(&j, "application", a->application);
    put_params(&j, &a->what.params);
    json_put_or_null(&j, "command", a->what.command);
    json_put(&j, "priority", str_from(priority_name(a->priority)));
    put_signals(&j, a);
    put_strings(&j, "rules", a->rules, a->rule_count);
    json_put_or_null(&j, "grant", a->grant ? a->grant->id : STR_NONE);
    put_observations(&j, a);
    put_more(&j, a);
    json_end(&j);
    buf_add_c(out, '\n');
}
