/* plan.c - `ungrant plan`: the ledger's open grants as actions, or the reason why not. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "playbooks/before.h"
#include "playbooks/decide.h"
#include "playbooks/people.h"
#include "playbooks/plan_file.h"
#include "playbooks/playbooks.h"
#include "playbooks/review_page.h"
#include "playbooks/setting.h"
#include "playbooks/trace.h"

struct planned {
    const cJSON *grant;
    struct deed deed;
    const struct playbook *playbook; /* that handles it */
    bool first; /* one of its changes has a signal that the playbook puts first */
};

struct planner {
    struct arena *arena;
    struct facts facts;
    struct playbooks playbooks;
    struct state state;
    struct people people;
    struct grounds on;
    struct planned *list;
    size_t count, cap;
    cJSON *not_planned;
};

static cJSON *text(struct arena *a, struct str s) { return cJSON_CreateString(arena_cstr(a, s)); }

static void put_list(struct arena *a, cJSON *object, const char *key, struct str value) {
    cJSON *list = cJSON_AddArrayToObject(object, key);
    cJSON_AddItemToArray(list, text(a, value));
}

/* What is done, and what undoes it. */
static const char *deed_cmdlet(const struct deed *d) {
    return d->restores ? d->inverse : d->cmdlet;
}
static const char *undo_cmdlet(const struct deed *d) {
    return d->restores ? d->cmdlet : d->inverse;
}

static void put_party(struct arena *a, cJSON *row, const char *key, const cJSON *party) {
    struct str identity = json_get_str(party, "identity"), written = json_get_str(party, "written");
    if (identity.n || written.n)
        plan_put(a, row, key, identity.n ? identity : written);
    else
        cJSON_AddNullToObject(row, key);
}

static bool is_cmdlet(const char *cmdlet, const char *noun) {
    return str_ends(str_from(cmdlet), str_from(noun));
}

/* "Editor" or "ReadItems, CreateItems": a list of rights. */
static void put_levels(struct arena *a, cJSON *p, struct str level) {
    cJSON *list = cJSON_AddArrayToObject(p, "AccessRights");
    struct str one, rest = level;
    while (rest.n) {
        str_cut(rest, ',', &one, &rest);
        if (str_trim(one).n) cJSON_AddItemToArray(list, text(a, str_trim(one)));
    }
}

static cJSON *write_parameters(struct arena *a, const struct deed *d, bool adds) {
    if (d->setting.parameters)
        return cJSON_Duplicate(adds ? d->setting.undo : d->setting.parameters, true);
    cJSON *p = cJSON_CreateObject();
    const char *cmdlet = adds ? d->inverse : d->cmdlet;
    put_list(a, p, "Identity", d->mailbox);
    if (is_cmdlet(cmdlet, "Set-Mailbox")) {
        put_list(a, p, adds ? "GrantSendOnBehalfTo.Add" : "GrantSendOnBehalfTo.Remove", d->trustee);
        return p;
    }
    put_list(a, p, d->user_key, d->trustee);
    if (is_cmdlet(cmdlet, "-MailboxFolderPermission")) {
        bool sets = str_starts(str_from(cmdlet), STR("Set-"));
        if (adds || sets) put_levels(a, p, adds ? d->level : d->previous);
        return p;
    }
    put_list(a, p, is_cmdlet(cmdlet, "-ADPermission") ? "ExtendedRights" : "AccessRights",
             str_from(d->right));
    if (!is_cmdlet(cmdlet, "-RecipientPermission"))
        put_list(a, p, "InheritanceType", d->inheritance);
    if (d->deny) put_list(a, p, "Deny", STR("True"));
    if (adds && !d->deny && strcmp(d->right, "FullAccess") == 0)
        put_list(a, p, "AutoMapping", d->automapping == 0 ? STR("False") : STR("True"));
    return p;
}

static cJSON *read_step(struct arena *a, const struct deed *d, const char *expect) {
    cJSON *step = cJSON_CreateObject(), *p;
    plan_put(a, step, "cmdlet", str_from(d->read));
    if (d->setting.read) {
        cJSON_AddItemToObject(step, "parameters", cJSON_Duplicate(d->setting.read, true));
        plan_put(a, step, "expect", str_from(expect));
        return step;
    }
    p = cJSON_AddObjectToObject(step, "parameters");
    put_list(a, p, "Identity", d->mailbox);
    if (strcmp(d->read, "Get-Mailbox") != 0) put_list(a, p, d->user_key, d->trustee);
    plan_put(a, step, "expect", str_from(expect));
    return step;
}

static struct str why_text(struct arena *a, const struct planned *p) {
    const cJSON *c = p->deed.opening;
    struct str time = json_get_str(c, "time"), result = json_get_str(c, "result");
    struct str actor = json_get_str(json_get(c, "actor"), "written");
    if (!p->grant || p->deed.rank == RANK_AUDIT)
        return arena_printf(a, "Auditing was switched off by %.*s at %.*s (%.*s).",
                            STR_ARG(actor.n ? actor : STR("?")),
                            STR_ARG(time.n ? time : STR("an unknown time")), STR_ARG(result));
    if (str_eq(json_get_str(p->grant, "state"), STR("closed")))
        return arena_printf(a, "%.*s was taken away by %.*s at %.*s (%.*s).",
                            STR_ARG(json_get_str(p->grant, "right")),
                            STR_ARG(actor.n ? actor : STR("?")),
                            STR_ARG(time.n ? time : STR("an unknown time")), STR_ARG(result));
    return arena_printf(a, "%.*s was given by %.*s at %.*s (%.*s), and the ledger says it is %.*s.",
                        STR_ARG(json_get_str(p->grant, "right")),
                        STR_ARG(actor.n ? actor : STR("?")),
                        STR_ARG(time.n ? time : STR("an unknown time")), STR_ARG(result),
                        STR_ARG(json_get_str(p->grant, "state")));
}

/* The grant, or the change that has none, with what happened to it. */
static void put_origin(struct arena *a, const struct planned *p, cJSON *action) {
    const cJSON *from = p->grant ? p->grant : p->deed.opening;
    if (p->grant) {
        plan_put(a, action, "grant", json_get_str(p->grant, "id"));
        cJSON_AddItemToObject(action, "changes",
                              cJSON_Duplicate(json_get(p->grant, "changes"), true));
    } else {
        cJSON_AddNullToObject(action, "grant");
        put_list(a, action, "changes", json_get_str(p->deed.opening, "id"));
    }
    plan_put(a, action, "priority", json_get_str(from, "priority"));
}

static void put_evidence(const struct planner *pl, cJSON *action) {
    const cJSON *ids = json_get(action, "changes");
    cJSON *list = cJSON_AddArrayToObject(action, "evidence");
    for (const cJSON *id = ids ? ids->child : NULL; id; id = id->next) {
        const cJSON *seen = json_get(facts_change(&pl->facts, json_text(id)), "observations");
        for (const cJSON *o = seen ? seen->child : NULL; o; o = o->next)
            cJSON_AddItemToArray(list, cJSON_Duplicate(o, true));
    }
}

static void put_deed(const struct planner *pl, const struct planned *p, cJSON *action) {
    const struct deed *d = &p->deed;
    struct arena *a = pl->arena;
    cJSON *undo = cJSON_CreateObject();
    cJSON_AddItemToObject(action, "precondition",
                          read_step(a, d, d->restores ? "absent" : "present"));
    cJSON_AddItemToObject(action, "verify",
                          read_step(a, d,
                                    d->restores     ? "present"
                                    : d->previous.n ? "set back"
                                                    : "absent"));
    const char *why_not = d->setting.undo_why_not;
    if (is_cmdlet(d->cmdlet, "-MailboxFolderPermission") && !d->level.n)
        why_not = "the rights that the entry holds are in no record";
    if (why_not) {
        cJSON_Delete(undo);
        cJSON_AddNullToObject(action, "undo");
        plan_put(a, action, "undo_why_not", str_from(why_not));
    } else {
        plan_put(a, undo, "cmdlet", str_from(undo_cmdlet(d)));
        cJSON_AddItemToObject(undo, "parameters", write_parameters(a, d, !d->restores));
        cJSON_AddItemToObject(action, "undo", undo);
    }
    plan_put(a, action, "risk", p->playbook->risk);
}

/* The property that the scripts read, its value now and the one it shall have. */
static void put_setting(struct arena *a, const struct setting *s, cJSON *action) {
    if (s->property)
        plan_put(a, action, "property", str_from(s->property));
    else
        cJSON_AddNullToObject(action, "property");
    plan_put(a, action, "now", s->now);
    plan_put(a, action, "then", s->then);
}

static cJSON *write_action(struct planner *pl, const struct planned *p, size_t number) {
    struct arena *a = pl->arena;
    cJSON *action = cJSON_CreateObject(), *decision;
    char hash[DIGEST_HEX + 1];
    plan_put(a, action, "id", arena_printf(a, "a-%03zu", number));
    put_origin(a, p, action);
    plan_put(a, action, "cmdlet", str_from(deed_cmdlet(&p->deed)));
    cJSON_AddItemToObject(action, "parameters", write_parameters(a, &p->deed, p->deed.restores));
    plan_put(a, action, "why", why_text(a, p));
    put_evidence(pl, action);
    put_deed(pl, p, action);
    plan_put_baseline(pl->arena, &p->deed, p->playbook->question, action);
    plan_put(a, action, "kind",
             p->deed.setting.then.n ? STR("set back")
             : p->deed.restores     ? STR("restore")
             : p->deed.previous.n   ? STR("set back")
                                    : STR("revoke"));
    const cJSON *from = p->grant ? p->grant : p->deed.opening;
    put_party(a, action, "mailbox", json_get(from, "mailbox"));
    plan_put(a, action, "right", str_from(p->deed.right));
    if (json_get_str(from, "scope").n)
        plan_put(a, action, "scope", json_get_str(from, "scope"));
    else
        cJSON_AddNullToObject(action, "scope");
    plan_put(a, action, "level", p->deed.level);
    if (p->deed.previous.n)
        plan_put(a, action, "previous", p->deed.previous);
    else
        cJSON_AddNullToObject(action, "previous");
    if (p->deed.setting.parameters) put_setting(a, &p->deed.setting, action);
    plan_put(a, action, "trustee", p->deed.trustee);
    plan_put(a, action, "actor", json_get_str(json_get(p->deed.opening, "actor"), "written"));
    cJSON_AddBoolToObject(action, "deny", p->deed.deny);
    struct str two = people_why(a, &pl->people, p->playbook, json_get_str(from, "right"),
                                json_get(from, "mailbox"), pl->count);
    cJSON_AddNumberToObject(action, "approvers", two.n ? 2 : 1);
    if (two.n) plan_put(a, action, "approvers_why", two);
    action_digest(action, hash);
    plan_put(a, action, "content_sha256", str_from(hash));
    decision = cJSON_AddObjectToObject(action, "decision");
    plan_put(a, decision, "state", STR("pending"));
    cJSON_AddNullToObject(decision, "by");
    cJSON_AddNullToObject(decision, "at");
    cJSON_AddNullToObject(decision, "reason");
    cJSON_AddNullToObject(action, "outcome");
    return action;
}

/* By rank (decide.h); what the playbook puts first; then per mailbox, the latest
 * first: what was done last is taken back first. */
static int by_mailbox_then_back(const void *x, const void *y) {
    const struct planned *a = x, *b = y;
    int order = a->deed.rank - b->deed.rank;
    if (!order) order = (int)b->first - (int)a->first;
    if (!order) order = str_cmp(a->deed.mailbox, b->deed.mailbox);
    if (!order)
        order =
            str_cmp(json_get_str(b->deed.opening, "time"), json_get_str(a->deed.opening, "time"));
    if (!order) order = str_cmp(json_get_str(a->grant, "id"), json_get_str(b->grant, "id"));
    return order
               ? order
               : str_cmp(json_get_str(a->deed.opening, "id"), json_get_str(b->deed.opening, "id"));
}

static bool comes_first(const struct planner *pl, const struct playbook *playbook,
                        const cJSON *grant) {
    const cJSON *ids = json_get(grant, "changes");
    for (const cJSON *id = ids ? ids->child : NULL; id; id = id->next) {
        const cJSON *signals = json_get(facts_change(&pl->facts, json_text(id)), "signals");
        for (const cJSON *s = signals ? signals->child : NULL; s; s = s->next)
            if (playbook_is_first(playbook, json_get_str(s, "id"))) return true;
    }
    return false;
}

/* The row names the entry that stays as it is. Where a list of names can be cut in two ways the
 * trustee is null: any delegate of the mailbox may be meant. */
static void leave_alone(struct planner *pl, const cJSON *grant, struct str why) {
    struct arena *a = pl->arena;
    cJSON *row = cJSON_CreateObject();
    plan_put(a, row, "grant", json_get_str(grant, "id"));
    plan_put(a, row, "why", why);
    put_party(a, row, "mailbox", json_get(grant, "mailbox"));
    put_party(a, row, "trustee",
              record_is_torn(&pl->facts, grant) ? NULL : json_get(grant, "trustee"));
    plan_put(a, row, "right", json_get_str(grant, "right"));
    if (json_get_str(grant, "scope").n)
        plan_put(a, row, "scope", json_get_str(grant, "scope"));
    else
        cJSON_AddNullToObject(row, "scope");
    cJSON_AddItemToArray(pl->not_planned, row);
}

static void consider(struct planner *pl, const cJSON *grant) {
    struct deed d;
    struct str why = STR_NONE;
    const struct playbook *playbook = playbooks_for(&pl->playbooks, json_get_str(grant, "right"));
    if (decide_grant(pl->arena, &pl->on, grant, &d, &why)) {
        ARENA_GROW(pl->arena, pl->list, pl->cap, pl->count + 1);
        pl->list[pl->count++] =
            (struct planned){grant, d, playbook, comes_first(pl, playbook, grant)};
        return;
    }
    leave_alone(pl, grant, why);
}

/* A row for an act that has no grant. */
static void leave_change(struct planner *pl, const cJSON *change, const cJSON *trustee,
                         struct str why) {
    struct arena *a = pl->arena;
    cJSON *row = cJSON_CreateObject();
    cJSON_AddNullToObject(row, "grant");
    plan_put(a, row, "why", why);
    put_party(a, row, "mailbox", json_get(change, "mailbox"));
    put_party(a, row, "trustee", trustee);
    plan_put(a, row, "right", json_get_str(change, "right"));
    if (json_get_str(change, "scope").n)
        plan_put(a, row, "scope", json_get_str(change, "scope"));
    else
        cJSON_AddNullToObject(row, "scope");
    cJSON_AddItemToArray(pl->not_planned, row);
}

/* Auditing that was switched off has no grant. */
static void consider_audit(struct planner *pl, const cJSON *change) {
    struct deed d;
    struct str why;
    const struct playbook *playbook = playbooks_for(&pl->playbooks, STR("AuditConfig"));
    if (!playbook) return;
    if (!setting_decide_audit(pl->arena, &pl->on, change, &d, &why)) {
        if (why.n) leave_change(pl, change, json_get(change, "trustee"), why);
        return;
    }
    ARENA_GROW(pl->arena, pl->list, pl->cap, pl->count + 1);
    pl->list[pl->count++] = (struct planned){NULL, d, playbook, false};
}

/* What took something, or failed to give it, and has no grant of its own that could say so. */
static void consider_taking(struct planner *pl, const cJSON *change) {
    struct arena *a = pl->arena;
    bool cleared = record_clears(change);
    if (decide_is_hindered(a, &pl->on, change)) {
        leave_change(pl, change, json_get(change, "trustee"),
                     STR("somebody tried this while the intruder was there, and it failed, perhaps "
                         "because of him: do it again by hand if it is still wanted"));
        return;
    }
    if (!cleared && !decide_is_stray(a, &pl->on, change)) return;
    struct str who = json_get_str(json_get(change, "actor"), "written");
    struct str id = json_get_str(change, "id");
    struct str why =
        cleared ? arena_printf(a,
                               "%.*s emptied a whole list (%.*s): who was in it is in no log; "
                               "compare with a snapshot from before, and give it back by hand",
                               STR_ARG(who), STR_ARG(id))
                : arena_printf(a,
                               "taken away by %.*s (%.*s), and whose it was nothing joins with a "
                               "grant: give a snapshot from before with --state, or ask the owner",
                               STR_ARG(who), STR_ARG(id));
    leave_change(pl, change, cleared ? NULL : json_get(change, "trustee"), why);
}

static const char *environment_name(const struct planner *pl) {
    enum where w = pl->on.where;
    for (size_t i = 0; i < pl->count && w == WHERE_UNKNOWN; i++)
        w = record_where(pl->list[i].deed.opening);
    return w == WHERE_ONPREM ? "onprem" : "online";
}

/* The items that the actions rest on, each once, in the order of first use. */
static void put_items(struct arena *a, const cJSON *actions, cJSON *items) {
    for (const cJSON *x = actions->child; x; x = x->next) {
        const cJSON *seen = json_get(x, "evidence");
        for (const cJSON *o = seen ? seen->child : NULL; o; o = o->next) {
            bool known = false;
            for (const cJSON *i = items->child; i && !known; i = i->next)
                known = str_eq(json_get_str(i, "path"), json_get_str(o, "item"));
            if (known || !json_get_str(o, "item").n) continue;
            cJSON *row = cJSON_CreateObject();
            plan_put(a, row, "path", json_get_str(o, "item"));
            plan_put(a, row, "sha256", json_get_str(o, "sha256"));
            cJSON_AddItemToArray(items, row);
        }
    }
}

static struct str playbook_names(const struct planner *pl) {
    struct str all = pl->playbooks.list[0].name;
    for (size_t i = 1; i < pl->playbooks.count; i++)
        all = arena_printf(pl->arena, "%.*s, %.*s", STR_ARG(all),
                           STR_ARG(pl->playbooks.list[i].name));
    return all;
}

/* What to do before or after, of every playbook that an action follows. */
static void put_advice(const struct planner *pl, cJSON *plan, const char *key) {
    cJSON *list = cJSON_AddArrayToObject(plan, key);
    for (size_t i = 0; i < pl->playbooks.count; i++) {
        const struct playbook *book = &pl->playbooks.list[i];
        bool used = pl->playbooks.count == 1;
        for (size_t k = 0; k < pl->count && !used; k++) used = pl->list[k].playbook == book;
        const cJSON *advice = json_get(book->tree, key);
        for (const cJSON *v = used ? advice->child : NULL; v; v = v->next)
            cJSON_AddItemToArray(list, cJSON_Duplicate(v, true));
    }
}

static cJSON *write_plan(struct planner *pl, const char *case_id) {
    cJSON *plan = cJSON_CreateObject(), *actions = cJSON_CreateArray(), *items;
    plan_put(pl->arena, plan, "format", STR("ungrant-plan/1"));
    plan_put(pl->arena, plan, "case", str_from(case_id));
    items = cJSON_AddArrayToObject(plan, "evidence");
    cJSON *named = cJSON_AddArrayToObject(plan, "compromised");
    for (size_t i = 0; i < pl->on.compromised_count; i++)
        cJSON_AddItemToArray(named, cJSON_CreateString(pl->on.compromised[i]));
    plan_put(pl->arena, plan, "timeline_sha256", str_from(pl->facts.timeline_sha256));
    plan_put(pl->arena, plan, "playbook", playbook_names(pl));
    plan_put(pl->arena, plan, "environment", str_from(environment_name(pl)));
    if (pl->count) qsort(pl->list, pl->count, sizeof *pl->list, by_mailbox_then_back);
    for (size_t i = 0; i < pl->count; i++)
        cJSON_AddItemToArray(actions, write_action(pl, &pl->list[i], i + 1));
    put_items(pl->arena, actions, items);
    for (size_t i = 0; i < pl->state.snapshot_count; i++) {
        cJSON *row = cJSON_CreateObject();
        plan_put(pl->arena, row, "path", str_from(pl->state.snapshots[i].path));
        plan_put(pl->arena, row, "sha256", str_from(pl->state.snapshots[i].sha256));
        cJSON_AddItemToArray(items, row);
    }
    cJSON_AddItemToObject(plan, "actions", actions);
    cJSON_AddItemToObject(plan, "not_planned", pl->not_planned);
    put_advice(pl, plan, "before");
    put_advice(pl, plan, "after");
    return plan;
}

enum { STATES_MOST = 64 };

struct plan_options {
    const char *folder, *out, *case_id, *baseline, *html, *custody;
    const char *playbooks[PLAYBOOKS_MOST];
    size_t playbook_count;
    const char *states[STATES_MOST], *times[STATES_MOST]; /* times: FILE=TIME */
    const char *compromised[STATES_MOST];
    size_t state_count, time_count, compromised_count;
    enum where where;
};

/* The time given for this snapshot, or NULL. */
static const char *time_for(const struct plan_options *o, const char *path) {
    for (size_t i = 0; i < o->time_count; i++) {
        size_t n = strlen(path);
        if (strncmp(o->times[i], path, n) == 0 && o->times[i][n] == '=') return o->times[i] + n + 1;
    }
    return NULL;
}

static int read_grounds(struct planner *pl, const struct plan_options *o, struct error *e) {
    pl->state = (struct state){.arena = pl->arena, .identity = identity_new(pl->arena)};
    pl->on = (struct grounds){.facts = &pl->facts, .playbooks = &pl->playbooks, .where = o->where};
    if (playbooks_read(pl->arena, o->playbooks, o->playbook_count, &pl->playbooks, e) != 0 ||
        people_read(pl->arena, o->baseline, &pl->people, e) != 0 ||
        facts_read(pl->arena, o->folder, &pl->facts, e) != 0)
        return -1;
    for (size_t i = 0; i < o->state_count; i++)
        if (state_read(&pl->state, o->states[i], time_for(o, o->states[i]), e) != 0) return -1;
    if (o->state_count) {
        state_close(&pl->state, &pl->facts);
        pl->on.state = &pl->state;
    }
    pl->on.history = history_new(pl->arena, &pl->facts, pl->on.state);
    pl->on.compromised = o->compromised;
    pl->on.compromised_count = o->compromised_count;
    decide_prepare(pl->arena, &pl->on);
    return 0;
}

static int write_page(const char *path, const cJSON *plan, struct error *e) {
    struct buf page = {0};
    if (!path) return 0;
    review_page(&page, plan);
    int failed = file_write(path, buf_str(&page), e);
    buf_free(&page);
    return failed;
}

static int make_plan(const struct plan_options *o) {
    struct planner pl = {.arena = arena_new(0)};
    struct error e = {0};
    int status = STATUS_FAILED;
    if (read_grounds(&pl, o, &e) == 0) {
        pl.not_planned = cJSON_CreateArray();
        for (size_t i = 0; i < pl.facts.grant_count; i++) consider(&pl, pl.facts.grants[i]);
        for (size_t i = 0; i < pl.facts.change_count; i++) consider_audit(&pl, pl.facts.changes[i]);
        for (size_t i = 0; i < pl.facts.change_count; i++)
            consider_taking(&pl, pl.facts.changes[i]);
        cJSON *plan = write_plan(&pl, o->case_id);
        if (plan_write(o->out, plan, &e) == 0 && write_page(o->html, plan, &e) == 0) {
            status = STATUS_DONE;
            trace_note(&(struct trace){"plan", o->custody, o->out, NULL}, plan);
            printf("%zu actions, %d grants left alone: %s\n", pl.count,
                   cJSON_GetArraySize(pl.not_planned), o->out);
            if (!o->state_count && pl.facts.grant_count)
                puts("no snapshot was given: run the snapshot.ps1 that `ungrant emit` writes, and "
                     "plan again with\n--state snapshot.json: it says what still stands");
        }
        cJSON_Delete(plan);
    }
    if (status != STATUS_DONE) error_print("plan", &e);
    for (size_t i = 0; i < pl.count; i++) setting_free(&pl.list[i].deed.setting);
    playbooks_free(&pl.playbooks);
    people_free(&pl.people);
    facts_free(&pl.facts);
    arena_free(pl.arena);
    return status;
}

static const char USAGE[] =
    "usage: ungrant plan OUT/ -o plan.json [options]\n\n"
    "Decides for every grant in OUT/ledger.jsonl: an action that takes it back, or why there is\n"
    "none. Nothing is approved by this: see `ungrant review`.\n\n"
    "      --state FILE        a permission snapshot (Get-MailboxPermission, "
    "Get-RecipientPermission,\n"
    "                          Get-MailboxFolderPermission, Get-Mailbox; CSV or JSON), many "
    "times:\n"
    "                          what was there before a grant, and whether it still is\n"
    "      --state-time F=T    when snapshot F was taken (UTC); else its modification time\n"
    "      --playbook NAME     one that `ungrant playbooks` lists, or a file; many times\n"
    "      --compromised WHO   an account known to be taken over, many times: what it took from\n"
    "                          others is given back; without it, what acts of high priority took\n"
    "      --baseline FILE     its sensitive_mailboxes want two people for each action\n"
    "      --environment E     online or onprem, where the evidence does not say\n"
    "      --html FILE         the plan as a page (review.html) to decide on, without network\n"
    "      --case ID           the case's number\n"
    "      --custody CASE.zip  the sealed case: its custody log gets a link\n"
    "  -h, --help              this text\n\n"
    "Exit status: 0 done, 2 usage, 4 failed.\n";

/* -1: go on; else the exit status. */
static int plan_options(int argc, char **argv, struct plan_options *o) {
    static const struct option options[] = {
        {"case", 1, NULL, 'c'},     {"environment", 1, NULL, 'e'},
        {"state", 1, NULL, 's'},    {"state-time", 1, NULL, 't'},
        {"playbook", 1, NULL, 'p'}, {"compromised", 1, NULL, 'C'},
        {"baseline", 1, NULL, 'b'}, {"html", 1, NULL, 'H'},
        {"custody", 1, NULL, 'u'},  {"help", 0, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    int c;
    optind = 0;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        if (c == 'o') o->out = optarg;
        if (c == 'b') o->baseline = optarg;
        if (c == 'H') o->html = optarg;
        if (c == 'u') o->custody = optarg;
        if (c == 'c') o->case_id = optarg;
        if (c == 'e' && strcmp(optarg, "online") == 0) o->where = WHERE_ONLINE;
        if (c == 'e' && strcmp(optarg, "onprem") == 0) o->where = WHERE_ONPREM;
        if ((c == 's' && o->state_count == STATES_MOST) ||
            (c == 't' && o->time_count == STATES_MOST) ||
            (c == 'p' && o->playbook_count == PLAYBOOKS_MOST) ||
            (c == 'C' && o->compromised_count == STATES_MOST))
            return plan_usage("plan", "too many of one option");
        if (c == 's') o->states[o->state_count++] = optarg;
        if (c == 'p') o->playbooks[o->playbook_count++] = optarg;
        if (c == 'C') o->compromised[o->compromised_count++] = optarg;
        if (c == 't') o->times[o->time_count++] = optarg;
        if (c == 'h') return fputs(USAGE, stdout), STATUS_DONE;
        if (c == '?' || (c == 'e' && o->where == WHERE_UNKNOWN))
            return plan_usage("plan", "no such option or value");
    }
    if (!o->out || optind != argc - 1) return plan_usage("plan", "OUT/ -o plan.json is wanted");
    o->folder = argv[optind];
    return -1;
}

int plan_command(int argc, char **argv) {
    struct plan_options o = {.case_id = ""};
    int status = plan_options(argc, argv, &o);
    return plan_end("plan", status >= 0 ? status : make_plan(&o));
}
