/* change_operation.c - audit operations that are no cmdlet: folder permissions as Outlook and EWS
 * leave them, rules, directory roles and consents, and use.
 *
 * Parameters are the record's fields under their paths (event.h). Operation names: Microsoft's
 * "Audit log activities" and the Office 365 Management Activity API schema; both spell some of them
 * in two ways, so both are known here. */
#include "analyze/grants/telling.h"

static struct str field(struct telling *t, const char *name) { return params_first(t->p, name); }

/* ---- who and whose ---- */

static void take_owner(struct telling *t) {
    struct str upn = field(t, "MailboxOwnerUPN"), guid = field(t, "MailboxGuid");
    t->base.mailbox = upn.n ? upn : guid.n ? guid : t->e->object;
    t->base.mailbox_also = upn.n ? guid : STR_NONE;
    tell_alias(t, upn, guid);
    tell_alias(t, upn, field(t, "MailboxOwnerSid"));
}

/* Everyone and Anonymous by their well-known SIDs (MS-DTYP 2.4.2.4) are the pseudo-users Default
 * and Anonymous of a folder. */
static struct str folder_member(struct telling *t) {
    struct str sid = field(t, "Item.ParentFolder.MemberSid"),
               upn = field(t, "Item.ParentFolder.MemberUpn");
    if (str_eq(sid, STR("S-1-1-0")) || str_ieq(upn, STR("Everyone"))) return STR("Default");
    if (str_eq(sid, STR("S-1-5-7")) || str_ieq(upn, STR("Anonymous"))) return STR("Anonymous");
    if (upn.n) tell_alias(t, upn, sid);
    return upn.n ? upn : sid;
}

/* Setting up a group mailbox writes entries for Member@local and Owner@local. */
static bool is_group_setup(struct telling *t) {
    return str_ifind(field(t, "ClientInfoString"), STR("ConfigureGroupMailbox")) != STR_ABSENT &&
           (str_eq(field(t, "LogonUserSid"), STR("S-1-5-18")) ||
            str_istarts(t->e->actor, STR("NT AUTHORITY\\SYSTEM")) ||
            str_eq(t->e->actor, STR("S-1-5-18")));
}

/* ---- operations ---- */

static void folder_operation(struct telling *t, enum change_action action) {
    struct str rights = field(t, "Item.ParentFolder.MemberRights");
    take_owner(t);
    t->base.scope = field(t, "Item.ParentFolder.Path");
    if (!t->base.scope.n) t->base.scope = field(t, "Item.ParentFolder.Name");
    if (rights.n) {
        t->base.mask_known = folder_mask(&rights, 1, &t->base.mask);
        t->base.level = t->base.mask_known ? folder_level(t->out->arena, t->base.mask) : rights;
    }
    if (is_group_setup(t)) t->base.flags |= CHANGE_SERVICE;
    tell(t, action, RIGHT_FOLDER, folder_member(t));
}

static void calendar_delegation(struct telling *t, enum change_action action) {
    take_owner(t);
    t->base.scope = field(t, "Item.ParentFolder.Path");
    tell(t, action, RIGHT_CALENDAR_DELEGATE, folder_member(t));
}

/* UpdateInboxRules: an Outlook rule; RuleOperation says what was done to it. */
static void rule_operation(struct telling *t, enum change_action action) {
    struct str how = field(t, "OperationProperties.RuleOperation");
    take_owner(t);
    if (!t->base.mailbox.n) t->base.mailbox = t->e->actor;
    t->base.scope = field(t, "OperationProperties.RuleName");
    if (!t->base.scope.n) t->base.scope = field(t, "OperationProperties.RuleId");
    t->base.level = field(t, "OperationProperties.RuleActions");
    if (str_ifind(how, STR("Remove")) != STR_ABSENT || str_ifind(how, STR("Delete")) != STR_ABSENT)
        action = ACTION_REVOKE;
    else if (str_ifind(how, STR("Add")) != STR_ABSENT ||
             str_ifind(how, STR("Create")) != STR_ABSENT)
        action = ACTION_GRANT;
    tell(t, action, RIGHT_INBOX_RULE, STR_NONE);
}

/* The directory writes new values as JSON strings: "\"Company Administrator\"". */
static struct str unquote(struct str s) {
    s = str_trim(s);
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_slice(s, 1, s.n - 1) : s;
}

struct str tell_modified(struct telling *t, const char *name, enum change_action action) {
    const char *side = action == ACTION_REVOKE ? "OldValue" : "NewValue";
    struct str key = arena_printf(t->out->arena, "ModifiedProperties.%s.%s", name, side);
    return unquote(field(t, key.p));
}

static void directory_role(struct telling *t, enum change_action action) {
    t->base.scope = tell_modified(t, "Role.DisplayName", action);
    tell(t, action, RIGHT_ROLE, t->e->object);
}

static void directory_application(struct telling *t, enum change_action action) {
    struct str role = tell_modified(t, "AppRole.Value", action),
               consent = tell_modified(t, "ConsentAction.Permissions", action);
    struct str scope = tell_modified(t, "DelegatedPermissionGrant.Scope", action);
    struct str who = tell_modified(t, "ServicePrincipal.DisplayName", action);
    t->base.scope = role.n ? role : scope;
    t->base.level = consent;
    tell(t, action, RIGHT_APPLICATION, who.n ? who : t->e->object);
}

/* A password or certificate of an application: who has it acts as the application. */
static void application_secret(struct telling *t, enum change_action action) {
    struct str keys = tell_modified(t, "KeyDescription", action);
    if (!keys.n) return; /* another property of it was changed */
    t->base.scope = STR("credential");
    t->base.level = keys;
    tell(t, action, RIGHT_APPLICATION, t->e->object);
}

/* ---- use ---- */

static uint64_t use_count(struct telling *t) {
    static const char *const counts[] = {"OperationCount", "AffectedItems", "Folders",
                                         "FolderItems"};
    uint64_t n = 0;
    for (size_t i = 0; i < sizeof counts / sizeof *counts && !n; i++)
        if (!str_u64(field(t, counts[i]), &n)) n = 0;
    return n ? n : 1;
}

static void use_operation(struct telling *t, enum change_action action) {
    (void)action;
    struct str as = field(t, "SendAsUserSmtp"), behalf = field(t, "SendOnBehalfOfUserSmtp");
    struct use u = {.operation = t->e->operation, .by = t->e->actor, .by_also = t->e->actor_key};
    take_owner(t);
    u.mailbox = as.n ? as : behalf.n ? behalf : t->base.mailbox;
    u.mailbox_also = as.n || behalf.n ? STR_NONE : t->base.mailbox_also;
    u.count = use_count(t);
    struct str sid = field(t, "LogonUserSid"), owner_sid = field(t, "MailboxOwnerSid");
    bool same_sid = sid.n && str_eq(sid, owner_sid);
    /* LogonType 0 is the owner; a record without one is the owner's if the names agree. */
    struct str logon = field(t, "LogonType");
    bool two_sids = sid.n && owner_sid.n;
    u.owner = !as.n && !behalf.n &&
              (same_sid || str_ieq(u.mailbox, u.by) ||
               ((str_eq(logon, STR("0")) || str_ieq(logon, STR("Owner"))) && !two_sids));
    if (!u.mailbox.n || !u.by.n) return;
    if (t->e->result == RESULT_FAILED) return;
    tell_alias(t, t->e->actor, sid);
    t->out->use(t->out->own, t->e, &u);
}

static const struct {
    const char *operation;
    void (*tell)(struct telling *t, enum change_action action);
    enum change_action action;
} OPERATIONS[] = {
    {"AddFolderPermissions", folder_operation, ACTION_GRANT},
    {"ModifyFolderPermissions", folder_operation, ACTION_ALTER},
    {"UpdateFolderPermissions", folder_operation, ACTION_ALTER},
    {"RemoveFolderPermissions", folder_operation, ACTION_REVOKE},
    {"UpdateCalendarDelegation", calendar_delegation, ACTION_ALTER},
    {"UpdateInboxRules", rule_operation, ACTION_ALTER},
    {"Add member to role", directory_role, ACTION_GRANT},
    {"Add eligible member to role", directory_role, ACTION_GRANT},
    {"Remove member from role", directory_role, ACTION_REVOKE},
    {"Add app role assignment to service principal", directory_application, ACTION_GRANT},
    {"Remove app role assignment from service principal", directory_application, ACTION_REVOKE},
    {"Add delegated permission grant", directory_application, ACTION_GRANT},
    {"Remove delegated permission grant", directory_application, ACTION_REVOKE},
    {"Consent to application", directory_application, ACTION_GRANT},
    {"Add service principal credentials", application_secret, ACTION_GRANT},
    {"Remove service principal credentials", application_secret, ACTION_REVOKE},
    {"Add member to group", tell_member_operation, ACTION_GRANT},
    {"Remove member from group", tell_member_operation, ACTION_REVOKE},
    {"Add user", tell_account_operation, ACTION_GRANT},
    {"Directory account created", tell_account_operation, ACTION_GRANT},
    {"MailItemsAccessed", use_operation, ACTION_ALTER},
    {"FolderBind", use_operation, ACTION_ALTER},
    {"MessageBind", use_operation, ACTION_ALTER},
    {"MailboxLogin", use_operation, ACTION_ALTER},
    {"SendAs", use_operation, ACTION_ALTER},
    {"SendOnBehalf", use_operation, ACTION_ALTER},
    {"Send", use_operation, ACTION_ALTER},
    {"Create", use_operation, ACTION_ALTER},
    {"Update", use_operation, ACTION_ALTER},
    {"Copy", use_operation, ACTION_ALTER},
    {"Move", use_operation, ACTION_ALTER},
    {"MoveToDeletedItems", use_operation, ACTION_ALTER},
    {"SoftDelete", use_operation, ACTION_ALTER},
    {"HardDelete", use_operation, ACTION_ALTER},
    {"SearchQueryInitiated", use_operation, ACTION_ALTER},
    {"SearchQueryInitiatedExchange", use_operation, ACTION_ALTER},
    {"Directory group member added", tell_directory_member, ACTION_GRANT},
    {"Directory group member removed", tell_directory_member, ACTION_REVOKE},
    {"Directory value added", tell_directory_value, ACTION_GRANT},
    {"Directory value deleted", tell_directory_value, ACTION_REVOKE},
};

/* Names with more behind them; the whole names above come first. */
static const struct {
    const char *beginning;
    void (*tell)(struct telling *t, enum change_action action);
    enum change_action action;
} BEGINNINGS[] = {
    {"Add member to role", directory_role, ACTION_GRANT},
    {"Add eligible member to role", directory_role, ACTION_GRANT},
    {"Remove member from role", directory_role, ACTION_REVOKE},
    {"Remove eligible member from role", directory_role, ACTION_REVOKE},
    {"Update application", application_secret, ACTION_GRANT},
};

/* A request or an approval is no grant yet: what completes it has a record of its own. */
static bool only_asks(struct str name) {
    return str_ifind(name, STR("requested")) != STR_ABSENT ||
           str_ifind(name, STR("denied")) != STR_ABSENT ||
           str_ifind(name, STR("canceled")) != STR_ABSENT;
}

void tell_operation(struct telling *t) {
    /* The directory's names end with a period, in some exports without. */
    struct str name = str_trim(t->e->operation);
    if (str_ends(name, STR("."))) name.n--;
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++) {
        if (!str_ieq(name, str_from(OPERATIONS[i].operation))) continue;
        OPERATIONS[i].tell(t, OPERATIONS[i].action);
        return;
    }
    for (size_t i = 0; i < sizeof BEGINNINGS / sizeof *BEGINNINGS && !only_asks(name); i++) {
        if (!str_istarts(name, str_from(BEGINNINGS[i].beginning))) continue;
        BEGINNINGS[i].tell(t, BEGINNINGS[i].action);
        return;
    }
}
