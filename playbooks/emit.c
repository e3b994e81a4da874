/* emit.c - `ungrant emit`: approved actions as scripts that read before they write.
 *
 * Every name in a script is from the tables below, every value a literal (literal.h). The frame is
 * templates/script.ps1; each action is one block in it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/embedded.h"
#include "base/file.h"
#include "playbooks/literal.h"
#include "playbooks/plan_file.h"
#include "playbooks/playbooks.h"
#include "playbooks/signed.h"
#include "playbooks/snapshot.h"
#include "playbooks/trace.h"

static const char *const CMDLETS_WRITTEN[] = {
    "Add-MailboxPermission",
    "Remove-MailboxPermission",
    "Add-RecipientPermission",
    "Remove-RecipientPermission",
    "Add-ADPermission",
    "Remove-ADPermission",
    "Add-MailboxFolderPermission",
    "Remove-MailboxFolderPermission",
    "Set-MailboxFolderPermission",
    "Set-Mailbox",
    "Disable-InboxRule",
    "Enable-InboxRule",
    "Disable-TransportRule",
    "Enable-TransportRule",
    "Add-RoleGroupMember",
    "Remove-RoleGroupMember",
    "New-ManagementRoleAssignment",
    "Remove-ManagementRoleAssignment",
    "Set-MailboxAuditBypassAssociation",
    "Set-OrganizationConfig",
    "Set-AdminAuditLogConfig",
};

/* Which function of the frame reads a state, per Get- cmdlet. */
static const struct reader {
    const char *cmdlet, *function;
} READERS[] = {
    {"Get-MailboxPermission", "Read-Mailbox"},
    {"Get-RecipientPermission", "Read-Recipient"},
    {"Get-ADPermission", "Read-Directory"},
    {"Get-MailboxFolderPermission", "Read-Folder"},
    {"Get-Mailbox", "Read-Behalf"},
    {"Get-RoleGroupMember", "Read-Member"},
    {"Get-InboxRule", "Read-Setting"},
    {"Get-TransportRule", "Read-Setting"},
    {"Get-ManagementRoleAssignment", "Read-Setting"},
    {"Get-MailboxAuditBypassAssociation", "Read-Setting"},
    {"Get-OrganizationConfig", "Read-Setting"},
    {"Get-AdminAuditLogConfig", "Read-Setting"},
};

/* Of an object with several settings: which function reads this one. */
static const struct reader SETTINGS[] = {
    {"ForwardingSmtpAddress", "Read-Setting"},
    {"ForwardingAddress", "Read-Target"},
    {"AuditEnabled", "Read-Setting"},
    {"Enabled", "Read-Setting"},
    {"State", "Read-Setting"},
    {"Role", "Read-Setting"},
    {"AuditBypassEnabled", "Read-Setting"},
    {"AuditDisabled", "Read-Setting"},
    {"UnifiedAuditLogIngestionEnabled", "Read-Setting"},
};

enum shape { SHAPE_LITERAL, SHAPE_BOOLEAN, SHAPE_SWITCH, SHAPE_DELTA, SHAPE_OR_NULL };

static const struct parameter_shape {
    const char *key;     /* in the plan */
    const char *written; /* in the script */
    enum shape shape;
} PARAMETERS[] = {
    {"Identity", "Identity", SHAPE_LITERAL},
    {"User", "User", SHAPE_LITERAL},
    {"Trustee", "Trustee", SHAPE_LITERAL},
    {"AccessRights", "AccessRights", SHAPE_LITERAL},
    {"ExtendedRights", "ExtendedRights", SHAPE_LITERAL},
    {"InheritanceType", "InheritanceType", SHAPE_LITERAL},
    {"AutoMapping", "AutoMapping", SHAPE_BOOLEAN},
    {"Deny", "Deny", SHAPE_SWITCH},
    {"Mailbox", "Mailbox", SHAPE_LITERAL},
    {"Member", "Member", SHAPE_LITERAL},
    {"Name", "Name", SHAPE_LITERAL},
    {"Role", "Role", SHAPE_LITERAL},
    {"ForwardingAddress", "ForwardingAddress", SHAPE_OR_NULL},
    {"ForwardingSmtpAddress", "ForwardingSmtpAddress", SHAPE_OR_NULL},
    {"DeliverToMailboxAndForward", "DeliverToMailboxAndForward", SHAPE_BOOLEAN},
    {"AuditEnabled", "AuditEnabled", SHAPE_BOOLEAN},
    {"AuditDisabled", "AuditDisabled", SHAPE_BOOLEAN},
    {"AuditBypassEnabled", "AuditBypassEnabled", SHAPE_BOOLEAN},
    {"UnifiedAuditLogIngestionEnabled", "UnifiedAuditLogIngestionEnabled", SHAPE_BOOLEAN},
    {"GrantSendOnBehalfTo.Add", "GrantSendOnBehalfTo @{Add=", SHAPE_DELTA},
    {"GrantSendOnBehalfTo.Remove", "GrantSendOnBehalfTo @{Remove=", SHAPE_DELTA},
};

enum script { SCRIPT_ROLLBACK, SCRIPT_VERIFY, SCRIPT_UNDO };
static const char *const SCRIPT_NAMES[] = {"rollback", "verify", "undo"};

static const char *known_cmdlet(struct str name) {
    for (size_t i = 0; i < sizeof CMDLETS_WRITTEN / sizeof *CMDLETS_WRITTEN; i++)
        if (str_eq(name, str_from(CMDLETS_WRITTEN[i]))) return CMDLETS_WRITTEN[i];
    return NULL;
}

static const struct reader *known_reader(struct str name) {
    for (size_t i = 0; i < sizeof READERS / sizeof *READERS; i++)
        if (str_eq(name, str_from(READERS[i].cmdlet))) return &READERS[i];
    return NULL;
}

static int add_values(struct buf *b, const cJSON *list, struct error *e) {
    if (!cJSON_IsArray(list) || !list->child) return error_set(e, "a parameter without values");
    for (const cJSON *v = list->child; v; v = v->next) {
        const char *refusal = literal_refusal(json_text(v));
        if (refusal) return error_set(e, "a value cannot go into a script: %s", refusal);
        if (v != list->child) buf_add_z(b, ", ");
        literal_add(b, json_text(v));
    }
    return 0;
}

static int add_parameter(struct buf *b, const cJSON *p, struct error *e) {
    const struct parameter_shape *shape = NULL;
    for (size_t i = 0; i < sizeof PARAMETERS / sizeof *PARAMETERS; i++)
        if (strcmp(p->string, PARAMETERS[i].key) == 0) shape = &PARAMETERS[i];
    if (!shape) return error_set(e, "a parameter that no script of ours has");
    bool yes = p->child && str_eq(json_text(p->child), STR("True"));
    buf_printf(b, " -%s", shape->written);
    if (shape->shape == SHAPE_BOOLEAN) buf_printf(b, ":$%s", yes ? "true" : "false");
    bool nothing = shape->shape == SHAPE_OR_NULL && cJSON_IsArray(p) && !p->child;
    if (nothing) buf_add_z(b, " $null");
    if (shape->shape == SHAPE_LITERAL || (shape->shape == SHAPE_OR_NULL && !nothing))
        buf_add_c(b, ' ');
    if (shape->shape != SHAPE_BOOLEAN && shape->shape != SHAPE_SWITCH && !nothing)
        if (add_values(b, p, e)) return -1;
    if (shape->shape == SHAPE_DELTA) buf_add_c(b, '}');
    return 0;
}

static int add_call(struct buf *b, const char *cmdlet, const cJSON *parameters, struct error *e) {
    buf_add_z(b, cmdlet);
    for (const cJSON *p = parameters ? parameters->child : NULL; p; p = p->next)
        if (add_parameter(b, p, e)) return -1;
    /* The cmdlets are functions of a module, which do not see the script's own preference: without
     * this, a read that failed would pass for "absent". */
    buf_add_z(b, " -ErrorAction Stop");
    return 0;
}

/* The function that reads this action's state, by the property or the Get- cmdlet; NULL: none. */
static const char *reader_of(const cJSON *action) {
    const struct reader *by_cmdlet =
        known_reader(json_get_str(json_get(action, "verify"), "cmdlet"));
    struct str property = json_get_str(action, "property");
    if (!by_cmdlet) return NULL;
    if (!property.n) return by_cmdlet->function;
    for (size_t i = 0; i < sizeof SETTINGS / sizeof *SETTINGS; i++)
        if (str_eq(property, str_from(SETTINGS[i].cmdlet))) return SETTINGS[i].function;
    return NULL;
}

/* -Property 'Enabled' -Now 'True' -Then 'False' */
static int add_setting(struct buf *b, const cJSON *action, struct error *e) {
    static const char *const keys[] = {"property", "now", "then"};
    static const char *const names[] = {"Property", "Now", "Then"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct str value = json_get_str(action, keys[i]);
        if (value.n && literal_refusal(value))
            return error_set(e, "a value cannot go into a script: %s", literal_refusal(value));
        buf_printf(b, " -%s ", names[i]);
        literal_add(b, value);
    }
    return 0;
}

/* Read-Mailbox { Get-MailboxPermission ... } -Right 'FullAccess' -Deny $false */
static int add_read(struct buf *b, const cJSON *action, struct error *e) {
    const cJSON *step = json_get(action, "verify");
    const struct reader *r = known_reader(json_get_str(step, "cmdlet"));
    const char *function = reader_of(action);
    struct str level = json_get_str(action, "level");
    if (!r || !function) return error_set(e, "a cmdlet that no script of ours reads with");
    bool folder = strcmp(function, "Read-Folder") == 0;
    buf_printf(b, "%s { ", function);
    if (add_call(b, r->cmdlet, json_get(step, "parameters"), e)) return -1;
    buf_add_z(b, " }");
    if (json_get(action, "now")) return add_setting(b, action, e);
    buf_add_z(b, " -Right ");
    literal_add(b, folder ? level : json_get_str(action, "right"));
    buf_printf(b, " -Deny $%s", json_get_bool(action, "deny", false) ? "true" : "false");
    if (strcmp(function, "Read-Behalf") == 0) {
        buf_add_z(b, " -Trustee ");
        literal_add(b, json_get_str(action, "trustee"));
    }
    if (folder && json_get_str(action, "previous").n) {
        buf_add_z(b, " -Previous ");
        literal_add(b, json_get_str(action, "previous"));
    }
    return 0;
}

/* Does this function look the trustee up? */
static bool looks_up(const char *function) {
    static const char *const all[] = {"Read-Behalf", "Read-Member", "Read-Target"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(function, all[i]) == 0) return true;
    return false;
}

static bool is_action_id(struct str id) {
    uint64_t n;
    return str_starts(id, STR("a-")) && id.n < 12 && str_u64(str_from_index(id, 2), &n);
}

/* The state with the grant, as the frame's readers name it; or without it: no entry, or the one
 * before. */
static void add_goal(struct buf *b, const cJSON *action, bool granted) {
    struct str previous = json_get_str(action, "previous");
    struct buf text = {0};
    buf_add_z(&text, granted ? "present" : previous.n ? "other: " : "absent");
    if (!granted) buf_add(&text, previous);
    literal_add(b, buf_str(&text));
    buf_free(&text);
}

/* -All { Get-... of the object } -One { Get-... of the trustee's entry }: what nobody else may
 * lose. */
static int add_whole(struct buf *b, const cJSON *action, struct error *e) {
    const cJSON *step = json_get(action, "verify"), *all = json_get(step, "parameters");
    const struct reader *r = known_reader(json_get_str(step, "cmdlet"));
    if (!r || !str_ends(str_from(r->cmdlet), STR("Permission")) || !json_get(all, "Identity"))
        return 0;
    buf_printf(b, " -All {\n    %s -Identity ", r->cmdlet);
    if (add_values(b, json_get(all, "Identity"), e)) return -1;
    buf_add_z(b, " -ErrorAction Stop\n} -One {\n    ");
    if (add_call(b, r->cmdlet, all, e)) return -1;
    buf_add_z(b, "\n}");
    return 0;
}

static int add_action(struct buf *b, const cJSON *action, enum script script, struct error *e) {
    const cJSON *undo = json_get(action, "undo");
    const cJSON *deed = script == SCRIPT_UNDO ? undo : action;
    const char *cmdlet = known_cmdlet(json_get_str(deed, "cmdlet"));
    struct str id = json_get_str(action, "id");
    if (!cJSON_IsObject(undo) && script == SCRIPT_UNDO) return 0; /* the plan says why */
    const char *refusal = literal_refusal(json_get_str(action, "previous"));
    if (json_get_str(action, "previous").n && refusal)
        return error_set(e, "%.*s: its level before cannot go into a script: %s", STR_ARG(id),
                         refusal);
    if (!cmdlet || !is_action_id(id) || !reader_of(action))
        return error_set(e, "%.*s: not an action this program planned", STR_ARG(id));
    bool restores = str_eq(json_get_str(action, "kind"), STR("restore"));
    bool granted = (script == SCRIPT_UNDO) == restores; /* before the script runs */
    buf_printf(b, "Step -Id '%.*s' -Before ", STR_ARG(id));
    add_goal(b, action, granted);
    buf_add_z(b, " -Goal ");
    add_goal(b, action, !granted);
    const struct reader *reader = known_reader(json_get_str(json_get(action, "verify"), "cmdlet"));
    buf_printf(b, " -Cmdlet '%s'", reader->cmdlet);
    if (script != SCRIPT_VERIFY) buf_printf(b, ", '%s'", cmdlet);
    if (looks_up(reader_of(action))) buf_add_z(b, ", 'Get-Recipient'");
    buf_add_z(b, " -Read {\n    ");
    if (add_read(b, action, e)) return -1;
    buf_add_z(b, "\n} -Do {\n");
    if (script != SCRIPT_VERIFY) {
        buf_add_z(b, "    ");
        if (add_call(b, cmdlet, json_get(deed, "parameters"), e)) return -1;
        buf_add_z(b, " -Confirm:$Ask\n");
    }
    buf_add_c(b, '}');
    if (script != SCRIPT_VERIFY && add_whole(b, action, e)) return -1;
    buf_add_z(b, "\n\n");
    return 0;
}

/* A changed action stops the whole: what was approved is not what is there. */
static int add_actions(struct buf *b, const cJSON *plan, enum script script, struct error *e) {
    const cJSON *list = json_get(plan, "actions"), *order[2] = {list->child, NULL};
    const cJSON *last = list->child ? list->child->prev : NULL;
    bool back = script == SCRIPT_UNDO;
    for (order[1] = back ? last : order[0]; order[1];) {
        const cJSON *x = order[1];
        const char *decision = action_decision(x);
        if (strcmp(decision, "void") == 0)
            return error_set(e, "%.*s changed after its approval: review it again",
                             STR_ARG(json_get_str(x, "id")));
        if (strcmp(decision, "approved") == 0 && add_action(b, x, script, e)) return -1;
        order[1] = back ? (x == list->child ? NULL : x->prev) : x->next;
    }
    return 0;
}

static void add_crlf(struct buf *out, struct str text) {
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n') buf_add_c(out, '\r');
        buf_add_c(out, text.p[i]);
    }
}

/* The frame with its @WORDS@ filled in. */
static int render(struct buf *out, const cJSON *plan, enum script script, struct error *e) {
    struct str line, rest = embedded_get("templates/script.ps1");
    struct buf actions = {0}, filled = {0};
    char hash[DIGEST_HEX + 1];
    int failed = add_actions(&actions, plan, script, e);
    plan_digest(plan, hash);
    while (!failed && rest.n) {
        str_cut(rest, '\n', &line, &rest);
        size_t at = str_find(line, STR("@PLAN@"));
        if (str_eq(line, STR("#@ACTIONS@"))) {
            buf_add(&filled, buf_str(&actions));
            continue;
        }
        size_t name = str_find(line, STR("@SCRIPT@"));
        size_t cut = at != STR_ABSENT ? at : name;
        buf_add(&filled, cut == STR_ABSENT ? line : str_slice(line, 0, cut));
        if (cut != STR_ABSENT) {
            buf_add_z(&filled, at != STR_ABSENT ? hash : SCRIPT_NAMES[script]);
            buf_add(&filled, str_from_index(line, cut + (at != STR_ABSENT ? 6 : 8)));
        }
        buf_add_c(&filled, '\n');
    }
    if (!failed) add_crlf(out, buf_str(&filled));
    buf_free(&actions);
    buf_free(&filled);
    return failed;
}

static void render_snapshot(struct buf *out, const cJSON *plan) {
    struct arena *a = arena_new(0);
    struct buf text = {0};
    size_t left_out;
    snapshot_render(a, &text, plan, &left_out);
    add_crlf(out, buf_str(&text));
    if (left_out)
        printf("%zu mailboxes are not in snapshot.ps1: their names cannot go into a script\n",
               left_out);
    buf_free(&text);
    arena_free(a);
}

static int write_script(const char *folder, const char *name, const struct buf *text,
                        struct error *e) {
    char *path = file_join(folder, name);
    int failed = file_write(path, buf_str(text), e);
    free(path);
    return failed;
}

static int emit_scripts(const cJSON *plan, const char *folder, struct error *e) {
    static const char *const names[] = {"rollback.ps1", "verify.ps1", "undo.ps1", "snapshot.ps1"};
    enum { SCRIPTS = sizeof names / sizeof *names };
    struct buf scripts[SCRIPTS] = {{0}}, sums = {0};
    int failed = 0;
    for (int i = 0; i <= SCRIPT_UNDO && !failed; i++)
        failed = render(&scripts[i], plan, (enum script)i, e);
    if (!failed) render_snapshot(&scripts[SCRIPTS - 1], plan);
    if (!failed) failed = file_make_dir(folder, e);
    for (int i = 0; i < SCRIPTS && !failed; i++) {
        char hash[DIGEST_HEX + 1];
        digest_of(buf_str(&scripts[i]), hash);
        buf_printf(&sums, "%s  %s\n", hash, names[i]);
        failed = write_script(folder, names[i], &scripts[i], e);
    }
    if (!failed) failed = write_script(folder, "SHA256SUMS", &sums, e);
    for (int i = 0; i < SCRIPTS; i++) buf_free(&scripts[i]);
    buf_free(&sums);
    return failed;
}

/* Every approved action is signed, by keys of this file (empty: by any). */
static int check_signatures(const cJSON *plan, const char *keys, struct error *e) {
    const cJSON *list = json_get(plan, "actions");
    struct signers *s = *keys ? signers_read(keys, e) : NULL;
    int failed = *keys && !s;
    for (const cJSON *x = list ? list->child : NULL; x && !failed; x = x->next)
        if (strcmp(action_decision(x), "approved") == 0) failed = signed_check(x, s, e) != 0;
    signers_free(s);
    return failed;
}

static void note_custody(const cJSON *plan, const char *folder, const char *custody) {
    char *sums = file_join(folder, "SHA256SUMS");
    trace_note(&(struct trace){"emit", custody, sums, NULL}, plan);
    free(sums);
}

static const char USAGE[] =
    "usage: ungrant emit plan.json -o DIR/ [--require-signatures[=KEYS.pem]]\n"
    "                    [--custody CASE.zip]\n\n"
    "Writes rollback.ps1, verify.ps1, undo.ps1 and SHA256SUMS from the approved actions, and\n"
    "snapshot.ps1, which reads what every mailbox of the plan holds now, for `plan --state`. The\n"
    "scripts change nothing unless they are called with -Apply -Organization NAME. With --custody\n"
    "the custody log of the sealed case gets a link with the hash of SHA256SUMS. With\n"
    "--require-signatures nothing is written unless every approval is signed, by a key of "
    "KEYS.pem\n"
    "(public keys and certificates) where that is given; two approvals by two keys.\n\n"
    "Exit status: 0 done, 2 usage, 4 failed (an action was changed after its approval, ...).\n";

int emit_command(int argc, char **argv) {
    static const struct option options[] = {{"custody", 1, NULL, 'u'},
                                            {"require-signatures", 2, NULL, 's'},
                                            {"help", 0, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *out = NULL, *custody = NULL, *keys = NULL;
    int c;
    optind = 0;
    opterr = 0;
    while ((c = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        if (c == 'o') out = optarg;
        if (c == 'u') custody = optarg;
        if (c == 's') keys = optarg ? optarg : "";
        if (c == 'h') return fputs(USAGE, stdout), plan_end("emit", STATUS_DONE);
        if (c == '?') return plan_usage("emit", "no such option");
    }
    if (!out || optind != argc - 1) return plan_usage("emit", "plan.json -o DIR/ is wanted");
    struct arena *a = arena_new(0);
    struct error e = {0};
    cJSON *plan = plan_read(a, argv[optind], &e);
    int failed = !plan || (keys && check_signatures(plan, keys, &e)) || emit_scripts(plan, out, &e);
    if (failed) error_print("emit", &e);
    if (!failed) note_custody(plan, out, custody);
    cJSON_Delete(plan);
    arena_free(a);
    return plan_end("emit", failed ? STATUS_FAILED : STATUS_DONE);
}
