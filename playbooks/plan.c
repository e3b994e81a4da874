/* plan.c - `ungrant plan`: the ledger's open grants as actions, or the reason why not. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "playbooks/decide.h"
#include "playbooks/plan_file.h"
#include "playbooks/playbooks.h"

struct planned {
    const cJSON *grant;
    struct deed deed;
};

struct planner {
    struct arena *arena;
    struct facts facts;
    enum where where;
    struct planned *list;
    size_t count, cap;
    cJSON *not_planned;
};

static cJSON *text(struct arena *a, struct str s) { return cJSON_CreateString(arena_cstr(a, s)); }

static void put(struct arena *a, cJSON *object, const char *key, struct str s) {
    cJSON_AddItemToObject(object, key, text(a, s));
}

static void put_list(struct arena *a, cJSON *object, const char *key, struct str value) {
    cJSON *list = cJSON_AddArrayToObject(object, key);
    cJSON_AddItemToArray(list, text(a, value));
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
    cJSON *p = cJSON_CreateObject();
    const char *cmdlet = adds ? d->inverse : d->cmdlet;
    put_list(a, p, "Identity", d->mailbox);
    if (is_cmdlet(cmdlet, "Set-Mailbox")) {
        put_list(a, p, adds ? "GrantSendOnBehalfTo.Add" : "GrantSendOnBehalfTo.Remove", d->trustee);
        return p;
    }
    put_list(a, p, d->user_key, d->trustee);
    if (is_cmdlet(cmdlet, "-MailboxFolderPermission")) {
        if (adds) put_levels(a, p, d->level);
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
    put(a, step, "cmdlet", str_from(d->read));
    p = cJSON_AddObjectToObject(step, "parameters");
    put_list(a, p, "Identity", d->mailbox);
    if (strcmp(d->read, "Get-Mailbox") != 0) put_list(a, p, d->user_key, d->trustee);
    put(a, step, "expect", str_from(expect));
    return step;
}

static struct str why_text(struct arena *a, const struct planned *p) {
    const cJSON *c = p->deed.opening;
    struct str time = json_get_str(c, "time"), result = json_get_str(c, "result");
    struct str actor = json_get_str(json_get(c, "actor"), "written");
    return arena_printf(a, "%.*s was given by %.*s at %.*s (%.*s), and the ledger says it is %.*s.",
                        STR_ARG(json_get_str(p->grant, "right")),
                        STR_ARG(actor.n ? actor : STR("?")),
                        STR_ARG(time.n ? time : STR("an unknown time")), STR_ARG(result),
                        STR_ARG(json_get_str(p->grant, "state")));
}

static void put_evidence(struct arena *a, const struct planner *pl, const cJSON *grant,
                         cJSON *action) {
    const cJSON *ids = json_get(grant, "changes");
    cJSON *list = cJSON_AddArrayToObject(action, "evidence");
    (void)a;
    for (const cJSON *id = ids ? ids->child : NULL; id; id = id->next) {
        const cJSON *seen = json_get(facts_change(&pl->facts, json_text(id)), "observations");
        for (const cJSON *o = seen ? seen->child : NULL; o; o = o->next)
            cJSON_AddItemToArray(list, cJSON_Duplicate(o, true));
    }
}

static void put_question(struct arena *a, const struct deed *d, cJSON *action) {
    bool known = d->before == BEFORE_ABSENT;
    put(a, action, "baseline", known ? STR("absent") : STR("unknown"));
    if (known)
        cJSON_AddNullToObject(action, "question");
    else
        put(a, action, "question",
            STR("Did this trustee hold this right legitimately before? The log cannot tell; "
                "approve "
                "only with --reason, which says how you know."));
}

static void put_deed(struct arena *a, const struct deed *d, cJSON *action) {
    cJSON *undo = cJSON_CreateObject();
    cJSON_AddItemToObject(action, "precondition", read_step(a, d, "present"));
    cJSON_AddItemToObject(action, "verify", read_step(a, d, "absent"));
    if (is_cmdlet(d->cmdlet, "-MailboxFolderPermission") && !d->level.n) {
        cJSON_Delete(undo);
        cJSON_AddNullToObject(action, "undo");
        put(a, action, "undo_why_not", STR("the rights that the entry holds are in no record"));
    } else {
        put(a, undo, "cmdlet", str_from(d->inverse));
        cJSON_AddItemToObject(undo, "parameters", write_parameters(a, d, true));
        cJSON_AddItemToObject(action, "undo", undo);
    }
    put(a, action, "risk",
        STR("Whoever works in this mailbox through this right loses it within the hour; open "
            "sessions and cached copies stay."));
}

static cJSON *write_action(struct planner *pl, const struct planned *p, size_t number) {
    struct arena *a = pl->arena;
    cJSON *action = cJSON_CreateObject(), *decision;
    char hash[DIGEST_HEX + 1];
    put(a, action, "id", arena_printf(a, "a-%03zu", number));
    put(a, action, "grant", json_get_str(p->grant, "id"));
    cJSON_AddItemToObject(action, "changes", cJSON_Duplicate(json_get(p->grant, "changes"), true));
    put(a, action, "priority", json_get_str(p->grant, "priority"));
    put(a, action, "cmdlet", str_from(p->deed.cmdlet));
    cJSON_AddItemToObject(action, "parameters", write_parameters(a, &p->deed, false));
    put(a, action, "why", why_text(a, p));
    put_evidence(a, pl, p->grant, action);
    put_deed(a, &p->deed, action);
    put_question(a, &p->deed, action);
    put(a, action, "right", str_from(p->deed.right));
    put(a, action, "level", p->deed.level);
    put(a, action, "trustee", p->deed.trustee);
    put(a, action, "actor", json_get_str(json_get(p->deed.opening, "actor"), "written"));
    cJSON_AddBoolToObject(action, "deny", p->deed.deny);
    action_digest(action, hash);
    put(a, action, "content_sha256", str_from(hash));
    decision = cJSON_AddObjectToObject(action, "decision");
    put(a, decision, "state", STR("pending"));
    cJSON_AddNullToObject(decision, "by");
    cJSON_AddNullToObject(decision, "at");
    cJSON_AddNullToObject(decision, "reason");
    cJSON_AddNullToObject(action, "outcome");
    return action;
}

/* Per mailbox, the latest first: what was done last is taken back first. */
static int by_mailbox_then_back(const void *x, const void *y) {
    const struct planned *a = x, *b = y;
    int order = str_cmp(a->deed.mailbox, b->deed.mailbox);
    if (!order)
        order =
            str_cmp(json_get_str(b->deed.opening, "time"), json_get_str(a->deed.opening, "time"));
    return order ? order : str_cmp(json_get_str(a->grant, "id"), json_get_str(b->grant, "id"));
}

static void consider(struct planner *pl, const cJSON *grant) {
    struct deed d;
    struct str why = STR_NONE;
    if (decide_grant(pl->arena, &pl->facts, grant, pl->where, &d, &why)) {
        ARENA_GROW(pl->arena, pl->list, pl->cap, pl->count + 1);
        pl->list[pl->count++] = (struct planned){grant, d};
        return;
    }
    cJSON *row = cJSON_CreateObject();
    put(pl->arena, row, "grant", json_get_str(grant, "id"));
    put(pl->arena, row, "why", why);
    cJSON_AddItemToArray(pl->not_planned, row);
}

static const char *environment_name(const struct planner *pl) {
    enum where w = pl->where;
    for (size_t i = 0; i < pl->count && w == WHERE_UNKNOWN; i++)
        w = change_where(pl->list[i].deed.opening);
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
            put(a, row, "path", json_get_str(o, "item"));
            put(a, row, "sha256", json_get_str(o, "sha256"));
            cJSON_AddItemToArray(items, row);
        }
    }
}

static cJSON *write_plan(struct planner *pl, const char *case_id) {
    cJSON *plan = cJSON_CreateObject(), *actions = cJSON_CreateArray(), *items;
    put(pl->arena, plan, "format", STR("ungrant-plan/1"));
    put(pl->arena, plan, "case", str_from(case_id));
    items = cJSON_AddArrayToObject(plan, "evidence");
    put(pl->arena, plan, "timeline_sha256", str_from(pl->facts.timeline_sha256));
    put(pl->arena, plan, "playbook", STR("mailbox-delegation"));
    put(pl->arena, plan, "environment", str_from(environment_name(pl)));
    if (pl->count) qsort(pl->list, pl->count, sizeof *pl->list, by_mailbox_then_back);
    for (size_t i = 0; i < pl->count; i++)
        cJSON_AddItemToArray(actions, write_action(pl, &pl->list[i], i + 1));
    put_items(pl->arena, actions, items);
    cJSON_AddItemToObject(plan, "actions", actions);
    cJSON_AddItemToObject(plan, "not_planned", pl->not_planned);
    return plan;
}

static int make_plan(const char *folder, const char *out, const char *case_id, enum where where) {
    struct planner pl = {.arena = arena_new(0), .where = where};
    struct error e = {0};
    int status = STATUS_FAILED;
    if (facts_read(pl.arena, folder, &pl.facts, &e) == 0) {
        pl.not_planned = cJSON_CreateArray();
        for (size_t i = 0; i < pl.facts.grant_count; i++) consider(&pl, pl.facts.grants[i]);
        cJSON *plan = write_plan(&pl, case_id);
        if (plan_write(out, plan, &e) == 0) {
            status = STATUS_DONE;
            printf("%zu actions, %d grants left alone: %s\n", pl.count,
                   cJSON_GetArraySize(pl.not_planned), out);
        }
        cJSON_Delete(plan);
    }
    if (status != STATUS_DONE) error_print("plan", &e);
    facts_free(&pl.facts);
    arena_free(pl.arena);
    return status;
}

static const char USAGE[] =
    "usage: ungrant plan OUT/ -o plan.json [--case ID] [--environment online|onprem]\n\n"
    "Decides for every grant in OUT/ledger.jsonl: an action that takes it back, or why there is\n"
    "none. Nothing is approved by this: see `ungrant review`.\n";

int plan_command(int argc, char **argv) {
    static const struct option options[] = {{"case", 1, NULL, 'c'},
                                            {"environment", 1, NULL, 'e'},
                                            {"help", 0, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *out = NULL, *case_id = "";
    enum where where = WHERE_UNKNOWN;
    int c;
    optind = 0;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        if (c == 'o') out = optarg;
        if (c == 'c') case_id = optarg;
        if (c == 'e' && strcmp(optarg, "online") == 0) where = WHERE_ONLINE;
        if (c == 'e' && strcmp(optarg, "onprem") == 0) where = WHERE_ONPREM;
        if (c == 'h') return fputs(USAGE, stdout), STATUS_DONE;
        if (c == '?' || (c == 'e' && where == WHERE_UNKNOWN))
            return plan_usage("plan", "no such option or value");
    }
    if (!out || optind != argc - 1) return plan_usage("plan", "OUT/ -o plan.json is wanted");
    return make_plan(argv[optind], out, case_id, where);
}
