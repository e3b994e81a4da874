/* review.c - `ungrant review` and `ungrant close`: what people decided, and what came of it. */
#include <getopt.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/term.h"
#include "collect/signer_key.h"
#include "playbooks/people.h"
#include "playbooks/plan_file.h"
#include "playbooks/playbooks.h"
#include "playbooks/signed.h"
#include "playbooks/trace.h"

struct review {
    struct arena *arena;
    cJSON *plan;
    const char *by, *reason;
    EVP_PKEY *key; /* signs what is decided; or NULL */
    struct error e;
};

static void set_text(cJSON *object, const char *key, const char *value) {
    cJSON *item = value ? cJSON_CreateString(value) : cJSON_CreateNull();
    if (json_get(object, key))
        cJSON_ReplaceItemInObjectCaseSensitive(object, key, item);
    else
        cJSON_AddItemToObject(object, key, item);
}

static const char *now_text(struct arena *a) {
    char t[WHEN_TEXT];
    struct when w = {.ns = (int64_t)time(NULL) * NS_PER_S, .basis = WHEN_UTC};
    return arena_cstr(a, when_format(w, t));
}

/* The first of two: written down, and still undecided. */
static cJSON *first_of_two(struct review *r, const char *hash) {
    cJSON *decision = cJSON_CreateObject(), *first;
    set_text(decision, "state", "pending");
    set_text(decision, "by", NULL);
    set_text(decision, "at", NULL);
    set_text(decision, "reason", NULL);
    first = cJSON_AddObjectToObject(decision, "first");
    set_text(first, "by", r->by);
    set_text(first, "at", now_text(r->arena));
    set_text(first, "reason", r->reason);
    set_text(first, "content_sha256", hash);
    return decision;
}

static int decide(struct review *r, cJSON *action, bool approve) {
    struct str id = json_get_str(action, "id");
    struct str baseline = json_get_str(action, "baseline");
    bool unknown = !str_eq(baseline, STR("absent")) && !str_eq(baseline, STR("present"));
    char hash[DIGEST_HEX + 1];
    if (approve && unknown && !(r->reason && *r->reason))
        return error_set(&r->e,
                         "%.*s: what was there before is unknown: approve it with --reason, which "
                         "says how you know",
                         STR_ARG(id));
    if (approve && people_is_implicated(r->arena, r->plan, str_from(r->by)))
        return error_set(&r->e, "--by %s: an account of this case may not approve", r->by);
    action_digest(action, hash);
    bool second = people_has_first(action, str_from(r->by), str_from(hash));
    if (approve && people_wants_two(action) && !second) {
        cJSON_ReplaceItemInObjectCaseSensitive(action, "decision", first_of_two(r, hash));
        if (r->key && signed_add(action, "first", r->key, &r->e)) return -1;
        printf("%.*s: noted; a second person must approve it too\n", STR_ARG(id));
        return 0;
    }
    cJSON *decision = cJSON_CreateObject();
    set_text(decision, "state", approve ? "approved" : "rejected");
    set_text(decision, "by", r->by);
    set_text(decision, "at", now_text(r->arena));
    set_text(decision, "reason", r->reason);
    set_text(decision, "content_sha256", hash);
    if (second)
        cJSON_AddItemToObject(
            decision, "first",
            cJSON_Duplicate(json_get(json_get(action, "decision"), "first"), true));
    cJSON_ReplaceItemInObjectCaseSensitive(action, "decision", decision);
    return r->key ? signed_add(action, "decision", r->key, &r->e) : 0;
}

static cJSON *action_by_id(const cJSON *plan, struct str id) {
    cJSON *actions = cJSON_GetObjectItemCaseSensitive(plan, "actions");
    for (cJSON *x = actions->child; x; x = x->next)
        if (str_eq(json_get_str(x, "id"), id)) return x;
    return NULL;
}

static void show(const cJSON *action) {
    static const char *const keys[] = {"id",       "priority", "cmdlet",       "why",
                                       "question", "risk",     "approvers_why"};
    struct buf b = {0};
    struct json j = {.out = &b};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!json_get_str(action, keys[i]).n) continue;
        printf("%s: ", keys[i]);
        term_print(stdout, json_get_str(action, keys[i]));
        putchar('\n');
    }
    tree_write(&j, json_get(action, "parameters"), NULL);
    fputs("parameters: ", stdout);
    term_print(stdout, buf_str(&b));
    putchar('\n');
    buf_free(&b);
}

/* The reason for what is decided next, and after. */
static void ask_reason(struct review *r) {
    char line[512];
    fputs("reason: ", stdout);
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) return;
    struct str reason = str_trim(str_from(line));
    if (reason.n) r->reason = arena_cstr(r->arena, reason);
}

static void ask_each(struct review *r) {
    cJSON *actions = cJSON_GetObjectItemCaseSensitive(r->plan, "actions");
    char line[64];
    for (cJSON *x = actions->child; x; x = x->next) {
        if (strcmp(action_decision(x), "approved") == 0) continue;
        show(x);
        for (;;) {
            fputs("approve? [y,n,s,e,q,?] ", stdout);
            fflush(stdout);
            if (!fgets(line, sizeof line, stdin) || line[0] == 'q') return;
            if (line[0] == 's') break;
            if (line[0] == 'e') {
                ask_reason(r);
                continue;
            }
            r->e.text[0] = 0;
            if ((line[0] == 'y' || line[0] == 'n') && decide(r, x, line[0] == 'y') == 0) break;
            if (r->e.text[0])
                error_print("review", &r->e);
            else
                puts("y approve, n reject, s decide later, e give a reason first, q stop here "
                     "(decisions are\n"
                     "kept)");
        }
        r->e.text[0] = 0;
    }
}

/* IDs separated by commas or blanks. */
static int decide_ids(struct review *r, struct str ids, bool approve) {
    struct str id;
    while (ids.n) {
        str_cut(ids, ',', &id, &ids);
        cJSON *action = action_by_id(r->plan, id);
        if (!action) return error_set(&r->e, "no action %.*s in the plan", STR_ARG(id));
        if (decide(r, action, approve)) return -1;
    }
    return 0;
}

static int decide_all(struct review *r) {
    cJSON *actions = cJSON_GetObjectItemCaseSensitive(r->plan, "actions");
    for (cJSON *x = actions->child; x; x = x->next)
        if (strcmp(action_decision(x), "rejected") != 0 && decide(r, x, true)) return -1;
    return 0;
}

/* One decision of a file: on the content that its author saw. */
static int decide_row(struct review *r, const cJSON *row) {
    struct str id = json_get_str(row, "id"), state = json_get_str(row, "state");
    cJSON *action = action_by_id(r->plan, id);
    char hash[DIGEST_HEX + 1];
    if (!action) return error_set(&r->e, "no action %.*s in the plan", STR_ARG(id));
    bool approves = str_eq(state, STR("approved"));
    if (!approves && !str_eq(state, STR("rejected")))
        return error_set(&r->e, "%.*s: neither approved nor rejected", STR_ARG(id));
    action_digest(action, hash);
    if (!str_eq(json_get_str(row, "content_sha256"), str_from(hash)))
        return error_set(&r->e, "%.*s is not what was reviewed: make the page again", STR_ARG(id));
    struct str reason = json_get_str(row, "reason");
    r->reason = reason.n ? arena_cstr(r->arena, reason) : NULL;
    return decide(r, action, approves);
}

/* What `plan --html` exported: all of it, or nothing. */
static int decide_file(struct review *r, const char *path) {
    cJSON *file = json_parse_file(r->arena, path, &r->e);
    if (!file) return -1;
    const cJSON *rows = json_get(file, "decisions");
    struct str by = json_get_str(file, "by");
    int failed = 0;
    if (!str_eq(json_get_str(file, "format"), STR("ungrant-decisions/1")) || !by.n ||
        !cJSON_IsArray(rows))
        failed =
            error_set(&r->e, "%s: no decisions of format ungrant-decisions/1, by somebody", path);
    r->by = arena_cstr(r->arena, by);
    for (const cJSON *x = failed ? NULL : rows->child; x && !failed; x = x->next)
        failed = decide_row(r, x);
    cJSON_Delete(file);
    return failed;
}

static const char REVIEW_USAGE[] =
    "usage: ungrant review plan.json [--approve ID.. | --reject ID.. | --approve-all]\n"
    "                      --by NAME [--reason TEXT] [--sign KEY.pem]\n"
    "       ungrant review plan.json --decisions FILE [--sign KEY.pem]\n\n"
    "Without a choice it asks, one action at a time, on a terminal only. Where the state before\n"
    "the grant is unknown, an approval needs --reason: how do you know it was not legitimate?\n\n"
    "      --approve ID..   these actions (a-001 a-002, or a-001,a-002)\n"
    "      --reject ID..    these actions are not to be done\n"
    "      --approve-all    every action\n"
    "      --decisions FILE what the page of `plan --html` exported; it says who decided\n"
    "      --by NAME        who decides; never an account that appears in the case\n"
    "      --reason TEXT    why\n"
    "      --sign KEY.pem   signs each decision with this key (Ed25519 or any that openssl reads)\n"
    "      --passphrase-file FILE  its passphrase; else the terminal asks\n"
    "      --custody CASE.zip  the sealed case: its custody log gets a link\n"
    "  -h, --help           this text\n\n"
    "Exit status: 0 done, 1 some actions are still undecided, 2 usage, 4 failed.\n";

struct review_options {
    struct buf approve, reject; /* ids, joined by commas */
    const char *plan, *by, *reason, *decisions, *custody;
    const char *key, *passphrase;
    bool all;
};

/* `--approve a-001 a-002`: the words behind are ids too. */
static void take_word(struct review_options *o, struct buf *list, const char *word) {
    if (list && strncmp(word, "a-", 2) == 0) {
        if (list->n) buf_add_c(list, ',');
        buf_add_z(list, word);
    } else {
        o->plan = o->plan ? "" : word;
    }
}

/* 0, 'h', or '?' with what is wrong. */
static int review_options(int argc, char **argv, struct review_options *o, const char **wrong) {
    static const struct option options[] = {{"approve", 1, NULL, 'a'},
                                            {"reject", 1, NULL, 'r'},
                                            {"approve-all", 0, NULL, 'A'},
                                            {"by", 1, NULL, 'b'},
                                            {"reason", 1, NULL, 'R'},
                                            {"help", 0, NULL, 'h'},
                                            {"decisions", 1, NULL, 'd'},
                                            {"custody", 1, NULL, 'u'},
                                            {"sign", 1, NULL, 'k'},
                                            {"passphrase-file", 1, NULL, 'p'},
                                            {NULL, 0, NULL, 0}};
    struct buf *list = NULL;
    int c;
    optind = 0;
    opterr = 0;
    *wrong = "no such option, or an option without its value";
    while ((c = getopt_long(argc, argv, "-h", options, NULL)) != -1) {
        if (c == 'h' || c == '?') return c;
        if (c == 1) take_word(o, list, optarg);
        list = c == 'a' || (c == 1 && list == &o->approve)  ? &o->approve
               : c == 'r' || (c == 1 && list == &o->reject) ? &o->reject
                                                            : NULL;
        if (c == 'a' || c == 'r') take_word(o, list, optarg);
        if (c == 'A') o->all = true;
        if (c == 'b') o->by = optarg;
        if (c == 'R') o->reason = optarg;
        if (c == 'd') o->decisions = optarg;
        if (c == 'u') o->custody = optarg;
        if (c == 'k') o->key = optarg;
        if (c == 'p') o->passphrase = optarg;
    }
    for (; optind < argc; optind++) take_word(o, NULL, argv[optind]);
    bool other = o->approve.n || o->reject.n || o->all || o->by || o->reason;
    *wrong = "name one plan.json";
    if (!o->plan || !*o->plan) return '?';
    *wrong = "--decisions says all of it: no other choice, name or reason beside it";
    if (o->decisions) return other ? '?' : 0;
    *wrong = "--by NAME is missing";
    return o->by && *o->by ? 0 : '?';
}

/* Does an action still wait for its decision? */
static bool any_pending(const cJSON *plan) {
    const cJSON *list = json_get(plan, "actions");
    for (const cJSON *x = list ? list->child : NULL; x; x = x->next)
        if (strcmp(action_decision(x), "approved") != 0 &&
            strcmp(action_decision(x), "rejected") != 0)
            return true;
    return false;
}

static int review_plan(const struct review_options *o, bool flags) {
    struct review r = {.arena = arena_new(0), .by = o->by, .reason = o->reason};
    r.plan = plan_read(r.arena, o->plan, &r.e);
    int failed = !r.plan;
    if (!failed && o->key) failed = (r.key = signer_key_open(o->key, o->passphrase, &r.e)) == NULL;
    if (!failed && o->reject.n) failed = decide_ids(&r, buf_str(&o->reject), false);
    if (!failed && o->approve.n) failed = decide_ids(&r, buf_str(&o->approve), true);
    if (!failed && o->all) failed = decide_all(&r);
    if (!failed && o->decisions) failed = decide_file(&r, o->decisions);
    if (!failed && !flags) ask_each(&r);
    if (!failed) failed = plan_write(o->plan, r.plan, &r.e);
    if (!failed) trace_note(&(struct trace){"review", o->custody, o->plan, r.by}, r.plan);
    if (failed) error_print("review", &r.e);
    int status = failed ? STATUS_FAILED : any_pending(r.plan) ? STATUS_DECIDE : STATUS_DONE;
    EVP_PKEY_free(r.key);
    cJSON_Delete(r.plan);
    arena_free(r.arena);
    return status;
}

int review_command(int argc, char **argv) {
    struct review_options o = {0};
    const char *why;
    int wrong = review_options(argc, argv, &o, &why);
    bool flags = o.approve.n || o.reject.n || o.all || o.decisions;
    int status;
    if (wrong == 'h')
        status = (fputs(REVIEW_USAGE, stdout), STATUS_DONE);
    else if (wrong)
        status = plan_usage("review", why);
    else if (!flags && !isatty(0))
        status = plan_usage("review", "stdin is no terminal: decide with --approve or --reject");
    else
        status = review_plan(&o, flags);
    buf_free(&o.approve);
    buf_free(&o.reject);
    return plan_end("review", status);
}

static const cJSON *outcome_of(const cJSON *result, struct str id) {
    const cJSON *list = json_get(result, "actions");
    for (const cJSON *x = list ? list->child : NULL; x; x = x->next)
        if (str_eq(json_get_str(x, "id"), id)) return x;
    return NULL;
}

/* Copies the outcomes in; returns how many approved actions still stand open. */
static size_t take_outcomes(cJSON *plan, const cJSON *result) {
    cJSON *actions = cJSON_GetObjectItemCaseSensitive(plan, "actions");
    size_t open = 0;
    for (cJSON *x = actions->child; x; x = x->next) {
        const cJSON *o = outcome_of(result, json_get_str(x, "id"));
        struct str state = json_get_str(o, "state");
        bool approved = strcmp(action_decision(x), "approved") == 0;
        if (o && approved) {
            cJSON_DeleteItemFromObjectCaseSensitive(x, "outcome");
            cJSON_AddItemToObject(x, "outcome", cJSON_Duplicate(o, true));
        }
        if (!approved || str_eq(state, STR("done")) || str_eq(state, STR("already"))) continue;
        open++;
        printf("still open: ");
        term_print(stdout, json_get_str(x, "id"));
        printf(" (");
        term_print(stdout, state.n ? state : STR("not in the result"));
        puts(")");
    }
    return open;
}

static const char CLOSE_USAGE[] =
    "usage: ungrant close plan.json --result result.json [--custody CASE.zip]\n\n"
    "Records in the plan what rollback.ps1 did, and says what still stands open. With --custody\n"
    "the custody log of the sealed case gets a link with the hash of result.json.\n\n"
    "Exit status: 0 every approved action is done or was done already, 1 something still stands\n"
    "open, 2 usage, 4 failed.\n";

int close_command(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(CLOSE_USAGE, stdout), plan_end("close", STATUS_DONE);
    const char *custody = argc == 6 && strcmp(argv[4], "--custody") == 0 ? argv[5] : NULL;
    if ((argc != 4 && !custody) || strcmp(argv[2], "--result") != 0)
        return plan_usage("close", "plan.json --result result.json is wanted");
    struct arena *a = arena_new(0);
    struct error e = {0};
    char hash[DIGEST_HEX + 1];
    int status = STATUS_FAILED;
    cJSON *plan = plan_read(a, argv[1], &e), *result = NULL;
    if (plan) result = json_parse_file(a, argv[3], &e);
    if (plan && result) {
        plan_digest(plan, hash);
        if (!str_eq(json_get_str(result, "plan_sha256"), str_from(hash)))
            error_set(&e, "%s: is the result of another plan, or of this one before it changed",
                      argv[3]);
        else if (!str_eq(json_get_str(result, "script"), STR("rollback.ps1")))
            error_set(&e, "%s: is not the result of rollback.ps1", argv[3]);
        else {
            size_t open = take_outcomes(plan, result);
            if (plan_write(argv[1], plan, &e) == 0) status = open ? STATUS_DECIDE : STATUS_DONE;
        }
    }
    if (status == STATUS_FAILED) error_print("close", &e);
    if (status != STATUS_FAILED) trace_note(&(struct trace){"close", custody, argv[3], NULL}, plan);
    cJSON_Delete(plan);
    cJSON_Delete(result);
    arena_free(a);
    return plan_end("close", status);
}
