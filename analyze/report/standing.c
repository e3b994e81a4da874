/* standing.c - see standing.h. */
#include "analyze/report/standing.h"

#include "analyze/grants/habits.h"

const char *standing_name(enum standing s) {
    static const char *const names[] = {"held", "unknown", "not held"};
    return names[s];
}

static struct when time_at(const cJSON *o, const char *key) {
    struct when t = {0, 0, WHEN_NONE};
    struct str text = json_get_str(o, key);
    if (!text.n || !when_parse_iso(text, WHEN_UNKNOWN, &t)) return (struct when){0, 0, WHEN_NONE};
    return t;
}

/* -1: surely before `mark`; 1: surely at it or behind; 0: cannot be said. */
static int against(struct when t, struct when mark) {
    static const int64_t reach = 14 * 3600 * NS_PER_S;
    if (mark.basis == WHEN_NONE) return 0;
    int64_t doubt = mark.basis == WHEN_UNKNOWN ? reach : 0;
    if (t.ns < mark.ns - doubt) return -1;
    return t.ns >= mark.ns + doubt ? 1 : 0;
}

/* The last snapshot until T that lists the mailbox says so; none: false in *any. */
static bool seen_until(const cJSON *grant, struct when t, bool *any) {
    const cJSON *list = json_get(grant, "snapshots");
    bool present = false;
    struct when last = {0, 0, WHEN_NONE};
    *any = false;
    for (const cJSON *s = list ? list->child : NULL; s; s = s->next) {
        struct when taken = time_at(s, "time");
        if (taken.basis == WHEN_NONE || against(t, taken) != 1) continue;
        if (*any && taken.ns < last.ns) continue;
        *any = true;
        last = taken;
        present = json_get_bool(s, "present", false);
    }
    return present;
}

enum standing standing_at(const cJSON *grant, struct when t, const char **why) {
    struct when opened = time_at(grant, "opened"), closed = time_at(grant, "closed");
    struct str state = json_get_str(grant, "state");
    bool seen, present = seen_until(grant, t, &seen);
    int since = against(t, opened), until = closed.basis == WHEN_NONE ? -1 : against(t, closed);
    *why = "";
    if (opened.basis != WHEN_NONE && since < 0) {
        if (seen && present) {
            *why = "a snapshot shows it before any record gives it";
            return STANDING_UNKNOWN;
        }
        return STANDING_NOT_HELD;
    }
    if (until > 0) return STANDING_NOT_HELD;
    if ((opened.basis != WHEN_NONE && since == 0) || until == 0) {
        *why = "a local time whose zone is not known lies too near";
        return STANDING_UNKNOWN;
    }
    if (str_eq(state, STR("unknown"))) {
        *why = "whether it took effect, or ended, is not known";
        return STANDING_UNKNOWN;
    }
    if (opened.basis != WHEN_NONE) {
        *why = seen && !present ? "a snapshot in between does not show it" : "";
        return seen && !present ? STANDING_UNKNOWN : STANDING_HELD;
    }
    if (seen && present) return STANDING_HELD;
    *why = closed.basis != WHEN_NONE
               ? "taken back later: it may have been there since before the evidence"
               : "no record says when it was given";
    return STANDING_UNKNOWN;
}

struct str standing_level(const cJSON *grant, const struct json_lines *changes, struct when t) {
    struct str level = STR_NONE;
    struct when last = {INT64_MIN, 0, WHEN_UTC};
    const cJSON *ids = json_get(grant, "changes");
    for (const cJSON *id = ids ? ids->child : NULL; id; id = id->next) {
        const cJSON *change = json_lines_find(changes, json_text(id));
        if (!change || str_eq(json_get_str(change, "result"), STR("failed"))) continue;
        struct when when = time_at(change, "time");
        if (when.basis == WHEN_NONE || when.ns > t.ns || when.ns < last.ns) continue;
        if (!json_get_str(change, "level").n) continue;
        last = when;
        level = json_get_str(change, "level");
    }
    return level.n ? level : json_get_str(grant, "level");
}

bool standing_is(const cJSON *party, struct str name) {
    if (!name.n) return true;
    if (pattern_fits(name, json_get_str(party, "written")) ||
        pattern_fits(name, json_get_str(party, "identity")))
        return true;
    const cJSON *candidates = json_get(party, "candidates");
    for (const cJSON *c = candidates ? candidates->child : NULL; c; c = c->next)
        if (pattern_fits(name, json_text(c))) return true;
    return false;
}

const cJSON *standing_member(const cJSON *grant, struct str name, struct when t) {
    const cJSON *members = json_get(grant, "members");
    for (const cJSON *m = members && name.n ? members->child : NULL; m; m = m->next) {
        struct when since = time_at(m, "since"), until = time_at(m, "until");
        if (since.basis != WHEN_NONE && since.ns > t.ns) continue;
        if (until.basis != WHEN_NONE && until.ns <= t.ns) continue;
        if (standing_is(json_get(m, "who"), name)) return m;
    }
    return NULL;
}
