/* change_cmdlet.c - what each grant and revoke cmdlet does to which right.
 *
 * The table at the end says which function tells which cmdlet. Facts: Microsoft's reference of the
 * Exchange PowerShell cmdlets (parameter sets, defaults, what replaces and what adds). */
#include "analyze/grants/identity.h"
#include "analyze/grants/telling.h"

static void add_flag(struct telling *t, uint32_t flag, bool on) {
    if (on) t->base.flags |= flag;
}

/* The object that is changed: as bound, and as the server resolved it. */
static void take_mailbox(struct telling *t, const char *name) {
    const struct param *p = tell_uses(t, name);
    t->base.mailbox = p && p->count ? p->values[0] : t->e->object;
    t->base.mailbox_also = t->e->object;
    if (t->e->source == SOURCE_UAL || t->e->source == SOURCE_ADMIN_AUDIT)
        tell_alias(t, t->base.mailbox, t->e->object);
}

static struct str value_of(struct telling *t, const char *name) {
    const struct param *p = tell_uses(t, name);
    return p && p->count ? p->values[0] : STR_NONE;
}

/* ---- M: entries of the mailbox's own security descriptor ---- */

struct mailbox_rights {
    enum change_action action;
    struct str trustee;
};

static void each_mailbox_right(struct telling *t, struct str value, void *own) {
    const struct mailbox_rights *m = own;
    enum right right;
    if (right_by_name(value, &right) && right <= RIGHT_EXTERNAL_ACCOUNT) {
        tell(t, m->action, right, m->trustee);
        return;
    }
    struct change before = t->base;
    t->base.flags |= CHANGE_AMBIGUOUS;
    t->base.note = arena_printf(t->out->arena, "unknown access right: %.*s", STR_ARG(value));
    tell(t, m->action, RIGHT_FULL_ACCESS, m->trustee);
    t->base = before;
}

static void take_automapping(struct telling *t, enum change_action action) {
    const struct param *p = params_get(t->p, "AutoMapping");
    if (p)
        t->base.automapping = params_true(t->p, "AutoMapping", false) ? TRI_TRUE : TRI_FALSE;
    else if (action == ACTION_GRANT)
        t->base.automapping = TRI_TRUE; /* the documented default of Add-MailboxPermission */
}

/* Without rights and user, Add- and Remove-MailboxPermission mean the owner; ResetDefault takes
 * every FullAccess that is not the owner's. */
static void mailbox_owner(struct telling *t, enum change_action action) {
    struct str owner = value_of(t, "Owner");
    if (params_true(t->p, "ResetDefault", false)) {
        add_flag(t, CHANGE_CLEARS, true);
        tell(t, ACTION_REVOKE, RIGHT_FULL_ACCESS, STR_NONE);
    } else if (params_true(t->p, "ClearAutoMapping", false)) {
        t->base.automapping = TRI_FALSE;
        tell(t, ACTION_ALTER, RIGHT_FULL_ACCESS, STR_NONE);
    } else if (!params_get(t->p, "User") && !t->e->poor) {
        add_flag(t, CHANGE_OWNER_SET, true);
        tell(t, action, RIGHT_CHANGE_OWNER, owner);
    } else {
        add_flag(t, CHANGE_POOR, true);
        tell(t, action, RIGHT_FULL_ACCESS, value_of(t, "User"));
    }
}

static void mailbox_permission(struct telling *t, enum change_action action) {
    take_mailbox(t, "Identity");
    t->base.deny = params_true(t->p, "Deny", false);
    t->base.inheritance = value_of(t, "InheritanceType");
    if (!t->base.inheritance.n) t->base.inheritance = STR("All"); /* the documented default */
    take_automapping(t, action);
    const struct param *rights = tell_uses(t, "AccessRights");
    struct mailbox_rights m = {action, value_of(t, "User")};
    if (tell_each(t, rights, ",;", each_mailbox_right, &m) == 0) mailbox_owner(t, action);
}

/* ---- S and A: Send As ---- */

static void recipient_permission(struct telling *t, enum change_action action) {
    take_mailbox(t, "Identity");
    t->base.deny = params_true(t->p, "Deny", false);
    tell_uses(t, "AccessRights");
    const struct param *trustees = tell_uses(t, "Trustee");
    if (!trustees || !trustees->count) trustees = tell_uses(t, "MultiTrustees");
    for (size_t i = 0; trustees && i < trustees->count; i++)
        tell(t, action, RIGHT_SEND_AS, trustees->values[i]);
    if (!trustees || !trustees->count) {
        add_flag(t, CHANGE_POOR, true);
        tell(t, action, RIGHT_SEND_AS, STR_NONE);
    }
}

/* Rights on a directory object that let their holder read, send or take over. */
static const struct {
    const char *word;
    enum right right;
    const char *scope;
} DIRECTORY_RIGHTS[] = {
    {"Send As", RIGHT_SEND_AS, NULL},
    {"Send-As", RIGHT_SEND_AS, NULL},
    {"SendAs", RIGHT_SEND_AS, NULL},
    {"ab721a54-1e2f-11d0-9819-00aa0040529b", RIGHT_SEND_AS, NULL},
    {"Receive As", RIGHT_FULL_ACCESS, "Receive-As"},
    {"Receive-As", RIGHT_FULL_ACCESS, "Receive-As"},
    {"ReceiveAs", RIGHT_FULL_ACCESS, "Receive-As"},
    {"ab721a56-1e2f-11d0-9819-00aa0040529b", RIGHT_FULL_ACCESS, "Receive-As"},
    {"GenericAll", RIGHT_FULL_ACCESS, "GenericAll"},
    {"WriteDacl", RIGHT_CHANGE_PERMISSION, "WriteDacl"},
    {"WriteOwner", RIGHT_CHANGE_OWNER, "WriteOwner"},
};

struct directory_right {
    enum change_action action;
    struct str trustee;
};

static void each_directory_right(struct telling *t, struct str value, void *own) {
    const struct directory_right *d = own;
    for (size_t i = 0; i < sizeof DIRECTORY_RIGHTS / sizeof *DIRECTORY_RIGHTS; i++) {
        if (!str_ieq(value, str_from(DIRECTORY_RIGHTS[i].word))) continue;
        t->base.scope = str_from(DIRECTORY_RIGHTS[i].scope);
        tell(t, d->action, DIRECTORY_RIGHTS[i].right, d->trustee);
        return;
    }
}

static void directory_permission(struct telling *t, enum change_action action) {
    take_mailbox(t, "Identity");
    t->base.deny = params_true(t->p, "Deny", false);
    t->base.inheritance = value_of(t, "InheritanceType");
    struct directory_right d = {action, value_of(t, "User")};
    tell_each(t, tell_uses(t, "ExtendedRights"), ",;", each_directory_right, &d);
    tell_each(t, tell_uses(t, "AccessRights"), ",;", each_directory_right, &d);
    struct str owner = value_of(t, "Owner");
    if (!owner.n) return;
    add_flag(t, CHANGE_OWNER_SET, true);
    t->base.scope = STR_NONE;
    tell(t, action, RIGHT_CHANGE_OWNER, owner);
}

/* ---- B: Send on Behalf, and the other settings of a recipient ---- */

struct delegates {
    enum right right;
    enum change_action action;
};

static void each_delegate(struct telling *t, struct str value, void *own) {
    const struct delegates *d = own;
    tell(t, d->action, d->right, value);
}

/* Servers join a list with semicolons, and a name may hold one: where some pieces are canonical
 * names
 * ("organisation/Users/name") and others are none, a name was cut. */
static bool is_cut_by_its_own_separator(const struct param *p) {
    size_t pieces = 0, canonical = 0;
    for (size_t i = 0; i < p->count; i++) {
        struct str one, rest = p->values[i];
        while (rest.n) {
            str_cut(rest, ';', &one, &rest);
            if (!str_trim(one).n) continue;
            pieces++;
            canonical += str_chr(one, '/') != STR_ABSENT;
        }
    }
    return canonical > 0 && canonical < pieces;
}

/* What a person typed is a list by its syntax already. */
static bool is_typed(enum source source) {
    return source == SOURCE_PS_4104 || source == SOURCE_SECURITY_4688 ||
           source == SOURCE_SYSMON_1 || source == SOURCE_PS_400 || source == SOURCE_TRANSCRIPT ||
           source == SOURCE_HISTORY;
}

/* A list of people: `-P a,b` replaces it, `-P @{Add=..;Remove=..}` edits it, empty clears it. */
static void delegate_list(struct telling *t, const char *name, enum right right) {
    uint32_t flags = t->base.flags;
    for (size_t i = 0; i < t->p->count; i++) {
        const struct param *p = &t->p->list[i];
        if (!str_ieq(p->name, str_from(name))) continue;
        struct delegates d = {right, p->edit == EDIT_REMOVE ? ACTION_REVOKE : ACTION_GRANT};
        tell_flags(t, p);
        /* A hole may stand for an edit (the engine logs a hashtable as its type's name). */
        add_flag(t, CHANGE_REPLACES, p->edit == EDIT_SET && !(p->flags & PARAM_HOLE));
        add_flag(t, CHANGE_AMBIGUOUS, !is_typed(t->e->source) && is_cut_by_its_own_separator(p));
        const char *separators = is_typed(t->e->source) ? "" : ";";
        if (tell_each(t, p, separators, each_delegate, &d) == 0 && p->edit == EDIT_SET) {
            t->base.flags = (t->base.flags & ~(uint32_t)CHANGE_REPLACES) | CHANGE_CLEARS;
            tell(t, ACTION_REVOKE, right, STR_NONE);
        }
        t->base.flags = flags;
    }
}

static void forwarding(struct telling *t, const char *name) {
    const struct param *p = tell_uses(t, name);
    if (!p) return;
    struct str to = p->count ? str_trim(p->values[0]) : STR_NONE;
    if (str_istarts(to, STR("smtp:"))) to = str_from_index(to, 5);
    t->base.scope = str_from(name);
    t->base.level = to;
    tell(t, to.n ? ACTION_GRANT : ACTION_REVOKE, RIGHT_FORWARDING, to);
    t->base.scope = t->base.level = STR_NONE;
}

static struct str all_values(struct telling *t, const struct param *p) {
    struct str text = STR_NONE;
    for (size_t i = 0; i < p->count; i++) {
        const char *sign = p->edit == EDIT_ADD ? "+" : p->edit == EDIT_REMOVE ? "-" : "";
        text = i ? arena_printf(t->out->arena, "%.*s, %s%.*s", STR_ARG(text), sign,
                                STR_ARG(p->values[i]))
                 : arena_printf(t->out->arena, "%s%.*s", sign, STR_ARG(p->values[i]));
    }
    return text;
}

/* A setting that changes what is recorded: one change per parameter given. */
static void audit_settings(struct telling *t, const char *const *names) {
    for (; *names; names++) {
        const struct param *p = tell_uses(t, *names);
        if (!p) continue;
        t->base.scope = p->name;
        t->base.level = all_values(t, p);
        tell(t, ACTION_ALTER, RIGHT_AUDIT_CONFIG, STR_NONE);
    }
    t->base.scope = t->base.level = STR_NONE;
}

static void recipient(struct telling *t, enum change_action action) {
    static const char *const audit[] = {
        "AuditEnabled", "AuditLogAgeLimit", "AuditOwner", "AuditDelegate",
        "AuditAdmin",   "DefaultAuditSet",  NULL};
    (void)action;
    take_mailbox(t, "Identity");
    delegate_list(t, "GrantSendOnBehalfTo", RIGHT_SEND_ON_BEHALF);
    forwarding(t, "ForwardingAddress");
    forwarding(t, "ForwardingSmtpAddress");
    audit_settings(t, audit);
}

static void calendar_processing(struct telling *t, enum change_action action) {
    (void)action;
    take_mailbox(t, "Identity");
    delegate_list(t, "ResourceDelegates", RIGHT_CALENDAR_DELEGATE);
}

/* ---- F: folders ---- */

/* "Mailbox:\Path", "Mailbox:FolderId", "Mailbox:", or a public folder's "\Path". */
static void split_folder(struct telling *t, struct str identity) {
    size_t at = str_find(identity, STR(":\\"));
    if (at == STR_ABSENT) at = str_rchr(identity, ':');
    if (at == STR_ABSENT) {
        bool path = str_starts(identity, STR("\\"));
        t->base.mailbox = path ? STR_NONE : identity;
        t->base.scope = path ? identity : STR_NONE;
        return;
    }
    t->base.mailbox = str_slice(identity, 0, at);
    t->base.scope = str_from_index(identity, at + 1);
}

/* The folder that is changed. What the server resolved is a folder too: only the mailboxes of both
 * are names of one thing. */
static void take_folder(struct telling *t) {
    const struct param *p = tell_uses(t, "Identity");
    split_folder(t, t->e->object);
    struct str resolved = t->base.mailbox;
    if (p && p->count) split_folder(t, p->values[0]);
    if (t->e->source == SOURCE_UAL || t->e->source == SOURCE_ADMIN_AUDIT)
        tell_alias(t, t->base.mailbox, resolved);
}

/* Calendar delegates: as the flags say; without them, a notification alone resets them (Microsoft,
 * "Set-MailboxFolderPermission", SendNotificationToUser). */
static void folder_delegate(struct telling *t, enum change_action action, struct str user) {
    const struct param *sharing = tell_uses(t, "SharingPermissionFlags");
    if (action == ACTION_REVOKE) return;
    if (!sharing && (action != ACTION_ALTER || !params_get(t->p, "SendNotificationToUser"))) return;
    bool delegate = sharing && str_ifind(all_values(t, sharing), STR("Delegate")) != STR_ABSENT;
    tell(t, delegate ? ACTION_GRANT : ACTION_REVOKE, RIGHT_CALENDAR_DELEGATE, user);
}

static void folder_permission(struct telling *t, enum change_action action) {
    struct str user = value_of(t, "User");
    take_folder(t);
    const struct param *rights = tell_uses(t, "AccessRights");
    if (rights && action != ACTION_REVOKE) {
        t->base.mask_known = folder_mask(rights->values, rights->count, &t->base.mask);
        t->base.level =
            t->base.mask_known ? folder_level(t->out->arena, t->base.mask) : all_values(t, rights);
    }
    if (params_true(t->p, "ResetDelegateUserCollection", false)) {
        add_flag(t, CHANGE_CLEARS, true);
        tell(t, ACTION_REVOKE, RIGHT_CALENDAR_DELEGATE, user);
        return;
    }
    tell(t, action, RIGHT_FOLDER, user);
    folder_delegate(t, action, user);
}

static void calendar_publication(struct telling *t, enum change_action action) {
    (void)action;
    if (!params_get(t->p, "PublishEnabled")) return;
    take_folder(t);
    t->base.level = value_of(t, "DetailLevel");
    tell(t, params_true(t->p, "PublishEnabled", false) ? ACTION_GRANT : ACTION_REVOKE, RIGHT_FOLDER,
         STR("Anonymous"));
}

/* ---- W: rules ---- */

static const char *const INBOX_DESTINATIONS[] = {"ForwardTo", "RedirectTo", "ForwardAsAttachmentTo",
                                                 NULL};
static const char *const TRANSPORT_DESTINATIONS[] = {
    "BlindCopyTo", "RedirectMessageTo", "CopyTo", "AddToRecipients", "JournalEmailAddress", NULL};
/* What else a rule does to mail; shown as the rule's level. */
static const char *const RULE_DEEDS[] = {
    "ForwardTo",     "RedirectTo",        "ForwardAsAttachmentTo",
    "DeleteMessage", "SoftDeleteMessage", "MoveToFolder",
    "MarkAsRead",    "BlindCopyTo",       "RedirectMessageTo",
    "CopyTo",        "AddToRecipients",   NULL};

static struct str rule_destination(struct telling *t, const char *const *names) {
    struct str to = STR_NONE;
    for (; *names; names++) {
        const struct param *p = tell_uses(t, *names);
        for (size_t i = 0; p && i < p->count; i++) {
            struct str one = str_trim(p->values[i]);
            if (str_istarts(one, STR("smtp:"))) one = str_from_index(one, 5);
            if (!one.n) continue;
            to = to.n ? arena_printf(t->out->arena, "%.*s; %.*s", STR_ARG(to), STR_ARG(one)) : one;
        }
    }
    return to;
}

static struct str rule_deeds(struct telling *t) {
    struct str deeds = STR_NONE;
    for (size_t i = 0; RULE_DEEDS[i]; i++) {
        const struct param *p = params_get(t->p, RULE_DEEDS[i]);
        if (!p || !p->count || !p->values[0].n || str_ieq(p->values[0], STR("False"))) continue;
        deeds = deeds.n ? arena_printf(t->out->arena, "%.*s, %s", STR_ARG(deeds), RULE_DEEDS[i])
                        : str_from(RULE_DEEDS[i]);
    }
    return deeds;
}

/* "mailbox\rule": the rule may hold no backslash, a canonical mailbox name none either. */
static bool split_rule(struct str identity, struct str *mailbox, struct str *rule) {
    size_t at = str_rchr(identity, '\\');
    if (at == STR_ABSENT) return false;
    *mailbox = str_slice(identity, 0, at);
    *rule = str_from_index(identity, at + 1);
    return true;
}

static void inbox_rule(struct telling *t, enum change_action action) {
    struct str mailbox = STR_NONE, rule = STR_NONE, of_object = STR_NONE, rule_id = STR_NONE;
    struct str identity = value_of(t, "Identity"), named = value_of(t, "Name");
    if (!split_rule(identity, &mailbox, &rule)) rule = identity;
    split_rule(t->e->object, &of_object, &rule_id);
    struct str given = value_of(t, "Mailbox");
    t->base.mailbox = given.n ? given : mailbox.n ? mailbox : of_object.n ? of_object : t->e->actor;
    t->base.mailbox_also = of_object;
    if (given.n || mailbox.n) tell_alias(t, t->base.mailbox, of_object);
    t->base.scope = named.n ? named : rule.n ? rule : rule_id;
    t->base.level = rule_deeds(t);
    tell(t, action, RIGHT_INBOX_RULE, rule_destination(t, INBOX_DESTINATIONS));
}

static void transport_rule(struct telling *t, enum change_action action) {
    struct str identity = value_of(t, "Identity"), named = value_of(t, "Name");
    t->base.scope = named.n ? named : identity.n ? identity : t->e->object;
    t->base.level = rule_deeds(t);
    tell(t, action, RIGHT_TRANSPORT_RULE, rule_destination(t, TRANSPORT_DESTINATIONS));
}

/* ---- R: roles ---- */

static enum right right_of_role(struct str role) {
    return str_ifind(role, STR("ApplicationImpersonation")) != STR_ABSENT ? RIGHT_IMPERSONATION
                                                                          : RIGHT_ROLE;
}

static void role_assignment(struct telling *t, enum change_action action) {
    static const char *const assignees[] = {"User",   "SecurityGroup", "App",
                                            "Policy", "Computer",      NULL};
    struct str role = value_of(t, "Role"), to = STR_NONE;
    /* Without -Name the server calls it ROLE-ASSIGNEE; Remove- and Set- know only that name. */
    t->base.scope = role.n ? role : value_of(t, "Identity");
    for (size_t i = 0; assignees[i] && !to.n; i++) to = value_of(t, assignees[i]);
    tell(t, action, right_of_role(t->base.scope), to);
}

static void role_group_member(struct telling *t, enum change_action action) {
    t->base.scope = value_of(t, "Identity");
    struct delegates d = {right_of_role(t->base.scope), action};
    tell_each(t, tell_uses(t, "Member"), ";", each_delegate, &d);
}

static void role_group_members(struct telling *t, enum change_action action) {
    (void)action;
    t->base.scope = value_of(t, "Identity");
    delegate_list(t, "Members", right_of_role(t->base.scope));
}

static void role_group(struct telling *t, enum change_action action) {
    const struct param *roles = tell_uses(t, "Roles"), *members = tell_uses(t, "Members");
    struct str name = value_of(t, "Name"), identity = value_of(t, "Identity");
    struct str given = roles ? all_values(t, roles) : STR_NONE;
    t->base.scope = name.n ? name : identity;
    t->base.level = given;
    struct delegates d = {right_of_role(given), action};
    if (tell_each(t, members, ";", each_delegate, &d) == 0) tell(t, action, d.right, STR_NONE);
}

/* ---- applications, and the traces left of it all ---- */

/* A policy restricts an application that could otherwise read every mailbox: to take it away widens
 * access, as it does with a deny entry. */
static void application_policy(struct telling *t, enum change_action action) {
    t->base.deny = true;
    struct str app = value_of(t, "AppId");
    t->base.scope = value_of(t, "PolicyScopeGroupId");
    t->base.level = value_of(t, "AccessRight");
    tell(t, action, RIGHT_APPLICATION, app.n ? app : value_of(t, "Identity"));
}

static void client_access(struct telling *t, enum change_action action) {
    (void)action;
    if (!params_get(t->p, "ActiveSyncAllowedDeviceIDs")) return;
    take_mailbox(t, "Identity");
    t->base.scope = STR("ActiveSyncAllowedDeviceIDs");
    delegate_list(t, "ActiveSyncAllowedDeviceIDs", RIGHT_APPLICATION);
}

static void audit_bypass(struct telling *t, enum change_action action) {
    (void)action;
    const struct param *p = tell_uses(t, "AuditBypassEnabled");
    if (!p) return;
    take_mailbox(t, "Identity");
    tell(t, params_true(t->p, "AuditBypassEnabled", false) ? ACTION_GRANT : ACTION_REVOKE,
         RIGHT_AUDIT_BYPASS, STR_NONE);
}

static void admin_audit_config(struct telling *t, enum change_action action) {
    static const char *const names[] = {"UnifiedAuditLogIngestionEnabled",
                                        "AdminAuditLogEnabled",
                                        "AdminAuditLogCmdlets",
                                        "AdminAuditLogParameters",
                                        "AdminAuditLogExcludedCmdlets",
                                        "AdminAuditLogAgeLimit",
                                        "LogLevel",
                                        NULL};
    (void)action;
    audit_settings(t, names);
}

static void organization_config(struct telling *t, enum change_action action) {
    static const char *const names[] = {"AuditDisabled", NULL};
    (void)action;
    audit_settings(t, names);
}

static const struct {
    const char *cmdlet;
    void (*tell)(struct telling *t, enum change_action action);
    enum change_action action;
} CMDLET_CHANGES[] = {
    {"Add-MailboxPermission", mailbox_permission, ACTION_GRANT},
    {"Remove-MailboxPermission", mailbox_permission, ACTION_REVOKE},
    {"Add-RecipientPermission", recipient_permission, ACTION_GRANT},
    {"Remove-RecipientPermission", recipient_permission, ACTION_REVOKE},
    {"Add-ADPermission", directory_permission, ACTION_GRANT},
    {"Remove-ADPermission", directory_permission, ACTION_REVOKE},
    {"Set-Mailbox", recipient, ACTION_ALTER},
    {"Set-MailUser", recipient, ACTION_ALTER},
    {"Set-RemoteMailbox", recipient, ACTION_ALTER},
    {"Set-DistributionGroup", recipient, ACTION_ALTER},
    {"Set-DynamicDistributionGroup", recipient, ACTION_ALTER},
    {"Set-UnifiedGroup", recipient, ACTION_ALTER},
    {"Set-MailContact", recipient, ACTION_ALTER},
    {"Set-MailPublicFolder", recipient, ACTION_ALTER},
    {"New-SyncMailPublicFolder", recipient, ACTION_ALTER},
    {"Set-CalendarProcessing", calendar_processing, ACTION_ALTER},
    {"Add-MailboxFolderPermission", folder_permission, ACTION_GRANT},
    {"Set-MailboxFolderPermission", folder_permission, ACTION_ALTER},
    {"Remove-MailboxFolderPermission", folder_permission, ACTION_REVOKE},
    {"Add-PublicFolderClientPermission", folder_permission, ACTION_GRANT},
    {"Remove-PublicFolderClientPermission", folder_permission, ACTION_REVOKE},
    {"Set-MailboxCalendarFolder", calendar_publication, ACTION_ALTER},
    {"New-InboxRule", inbox_rule, ACTION_GRANT},
    {"Set-InboxRule", inbox_rule, ACTION_ALTER},
    {"Enable-InboxRule", inbox_rule, ACTION_GRANT},
    {"Disable-InboxRule", inbox_rule, ACTION_REVOKE},
    {"Remove-InboxRule", inbox_rule, ACTION_REVOKE},
    {"New-TransportRule", transport_rule, ACTION_GRANT},
    {"Set-TransportRule", transport_rule, ACTION_ALTER},
    {"Enable-TransportRule", transport_rule, ACTION_GRANT},
    {"Disable-TransportRule", transport_rule, ACTION_REVOKE},
    {"Remove-TransportRule", transport_rule, ACTION_REVOKE},
    {"New-JournalRule", transport_rule, ACTION_GRANT},
    {"Set-JournalRule", transport_rule, ACTION_ALTER},
    {"Remove-JournalRule", transport_rule, ACTION_REVOKE},
    {"New-ManagementRoleAssignment", role_assignment, ACTION_GRANT},
    {"Set-ManagementRoleAssignment", role_assignment, ACTION_ALTER},
    {"Remove-ManagementRoleAssignment", role_assignment, ACTION_REVOKE},
    {"Add-RoleGroupMember", role_group_member, ACTION_GRANT},
    {"Remove-RoleGroupMember", role_group_member, ACTION_REVOKE},
    {"Update-RoleGroupMember", role_group_members, ACTION_ALTER},
    {"New-RoleGroup", role_group, ACTION_GRANT},
    {"Remove-RoleGroup", role_group, ACTION_REVOKE},
    {"New-ApplicationAccessPolicy", application_policy, ACTION_GRANT},
    {"Remove-ApplicationAccessPolicy", application_policy, ACTION_REVOKE},
    {"Set-CASMailbox", client_access, ACTION_ALTER},
    {"Set-MailboxAuditBypassAssociation", audit_bypass, ACTION_ALTER},
    {"Set-AdminAuditLogConfig", admin_audit_config, ACTION_ALTER},
    {"Set-OrganizationConfig", organization_config, ACTION_ALTER},
};

bool tell_cmdlet(struct telling *t, struct str cmdlet) {
    for (size_t i = 0; i < sizeof CMDLET_CHANGES / sizeof *CMDLET_CHANGES; i++) {
        if (!str_ieq(cmdlet, str_from(CMDLET_CHANGES[i].cmdlet))) continue;
        CMDLET_CHANGES[i].tell(t, CMDLET_CHANGES[i].action);
        return true;
    }
    return false;
}
