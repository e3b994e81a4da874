/* ledger.jsonl: one grant per line (FORMATS.md). */
#include "analyze/report/words.h"

static void put_use(struct json *j, const struct grant *g) {
    json_key(j, "use");
    json_object(j);
    json_put_u64(j, "count", g->use_total);
    json_put_when(j, "first", g->use_first);
    json_put_when(j, "last", g->use_last);
    json_key(j, "by");
    json_object(j);
    for (size_t i = 0; i < g->use_kinds; i++) {
        json_key_str(j, g->uses[i].operation);
        json_u64(j, g->uses[i].count);
    }
    json_end(j);
    json_end(j);
}

/* Snapshots that list the mailbox: evidence references, and whether the right was there. */
static void put_sightings(struct json *j, const struct grant *g) {
    json_key(j, "snapshots");
    json_array(j);
    for (size_t i = 0; i < g->sighting_count; i++) {
        const struct sighting *s = &g->sightings[i];
        json_object(j);
        json_put_bool(j, "present", s->present);
        json_put(j, "item", s->item->name);
        json_put_or_null(j, "record", s->record);
        json_put_u64(j, "offset", s->offset);
        json_put(j, "sha256", str_from(s->item->sha256));
        json_put_when(j, "time", s->time);
        json_put(j, "time_basis", str_from(when_basis_name(s->time)));
        json_put(j, "source",
                 str_from(source_name(s->printed ? SOURCE_TRANSCRIPT : SOURCE_SNAPSHOT)));
        if (s->printed) json_put_bool(j, "before_opening", s->before);
        json_put(j, "confidence", s->printed ? STR("low") : STR("high"));
        json_end(j);
    }
    json_end(j);
    json_put_or_null(j, "finding", g->finding);
}

/* Of the group that it was given to, as far as the logs show. */
static void put_members(struct json *j, const struct grant *g) {
    json_key(j, "members");
    json_array(j);
    for (size_t i = 0; i < g->member_count; i++) {
        const struct member *m = &g->members[i];
        json_object(j);
        json_party(j, "who", &m->who);
        json_put_or_null(j, "via", m->via);
        json_put_when(j, "since", m->since);
        json_put_when(j, "until", m->until);
        json_key(j, "observation");
        json_observation(j, &m->where);
        json_end(j);
    }
    json_end(j);
}

void ledger_json_line(const struct grant *g, struct buf *out) {
    struct json j = {.out = out};
    json_object(&j);
    json_put(&j, "id", g->id);
    json_party(&j, "mailbox", &g->mailbox);
    json_party(&j, "trustee", &g->trustee);
    json_put(&j, "right", str_from(right_name(g->right)));
    json_put_or_null(&j, "scope", g->scope);
    json_put_or_null(&j, "level", g->level);
    json_put(&j, "state", str_from(grant_state_name(g->state)));
    json_put_when(&j, "opened", g->opened);
    json_put_or_null(&j, "opened_by", g->opened_by ? g->opened_by->id : STR_NONE);
    json_put_when(&j, "closed", g->closed);
    json_put_or_null(&j, "closed_by", g->closed_by ? g->closed_by->id : STR_NONE);
    put_use(&j, g);
    json_put(&j, "priority", str_from(priority_name(g->priority)));
    json_key(&j, "changes");
    json_array(&j);
    for (size_t i = 0; i < g->act_count; i++) json_str(&j, g->acts[i]->id);
    json_end(&j);
    json_put_bool(&j, "deny", g->deny);
    put_sightings(&j, g);
    put_members(&j, g);
    json_end(&j);
    buf_add_c(out, '\n');
}
