/* change_state.c - what an object that a Get- cmdlet showed says of access: names that belong
 * together, rights that are held, settings of auditing. Facts: Microsoft's reference of each
 * cmdlet. */
#include "analyze/evidence/snapshot.h"
#include "analyze/grants/identity.h"
#include "analyze/grants/telling.h"

static struct str first(struct telling *t, const char *name) { return params_first(t->p, name); }

static bool yes(struct telling *t, const char *name) { return params_true(t->p, name, false); }

/* Entries of this right on this object are listed here. What stood on a screen may be a part. */
static void covers(struct telling *t, enum right right) {
    if (t->e->source != SOURCE_SNAPSHOT) return;
    bool deny = t->base.deny;
    t->base.deny = false;
    tell(t, ACTION_ALTER, right, STR_NONE);
    t->base.deny = deny;
}

static void holds(struct telling *t, enum right right, struct str trustee) {
    tell(t, ACTION_GRANT, right, trustee);
}

/* The owner's own entry, which every mailbox has. */
static bool is_self(struct str trustee) {
    return str_ieq(trustee, STR("NT AUTHORITY\\SELF")) || str_ieq(trustee, STR("S-1-5-10")) ||
           str_ieq(trustee, STR("SELF"));
}

/* An entry of a permission list: whose, and whether it counts as somebody's access. */
static struct str entry(struct telling *t, const char *who) {
    struct str trustee = first(t, who);
    tell_uses(t, who); /* a name that did not fit a window is said to be cut */
    tell_uses(t, "Identity");
    t->base.mailbox = first(t, "Identity");
    t->base.mailbox_also = first(t, "PrintedIdentity"); /* transcript.c */
    t->base.deny = yes(t, "Deny") || str_ieq(first(t, "AccessControlType"), STR("Deny"));
    t->base.inheritance = first(t, "InheritanceType");
    return yes(t, "IsInherited") || is_self(trustee) ? STR_NONE : trustee;
}

static void mailbox_permission(struct telling *t) {
    struct str trustee = entry(t, "User"), *rights;
    size_t n = snapshot_list(t->out->arena, t->p, "AccessRights", &rights);
    covers(t, RIGHT_FULL_ACCESS);
    for (size_t i = 0; trustee.n && i < n; i++) {
        enum right right;
        if (right_by_name(rights[i], &right) && right <= RIGHT_EXTERNAL_ACCOUNT)
            holds(t, right, trustee);
    }
}

static void recipient_permission(struct telling *t) {
    struct str trustee = entry(t, "Trustee");
    covers(t, RIGHT_SEND_AS);
    if (trustee.n) holds(t, RIGHT_SEND_AS, trustee);
}

static void directory_permission(struct telling *t) {
    struct str trustee = entry(t, "User"), *rights;
    size_t n = snapshot_list(t->out->arena, t->p, "ExtendedRights", &rights);
    covers(t, RIGHT_SEND_AS);
    for (size_t i = 0; trustee.n && i < n; i++) {
        if (str_ieq(rights[i], STR("Send-As")) || str_ieq(rights[i], STR("Send As")))
            holds(t, RIGHT_SEND_AS, trustee);
        if (!str_ieq(rights[i], STR("Receive-As")) && !str_ieq(rights[i], STR("Receive As")))
            continue;
        t->base.scope = STR("Receive-As");
        holds(t, RIGHT_FULL_ACCESS, trustee);
        t->base.scope = STR_NONE;
    }
}

/* Identity "MAILBOX:\Path", or the mailbox alone beside FolderName; an entry is one level, however
 * many words it has. */
static void folder_permission(struct telling *t) {
    struct arena *a = t->out->arena;
    struct str identity = first(t, "Identity"), folder = first(t, "FolderName"), *rights;
    size_t colon = str_find(identity, STR(":\\"));
    size_t n = snapshot_list(a, t->p, "AccessRights", &rights);
    t->base.mailbox = str_slice(identity, 0, colon);
    t->base.scope = colon == STR_ABSENT ? arena_join(a, STR("\\"), folder)
                                        : str_from_index(identity, colon + 1);
    if (colon == STR_ABSENT && !folder.n) return;
    tell_uses(t, "User");
    tell_uses(t, "Identity");
    if (colon == STR_ABSENT) tell_uses(t, "FolderName");
    covers(t, RIGHT_FOLDER);
    t->base.mask_known = folder_mask(rights, n, &t->base.mask);
    t->base.level = t->base.mask_known ? folder_level(a, t->base.mask) : STR_NONE;
    for (size_t i = 0; !t->base.mask_known && i < n; i++)
        t->base.level =
            i ? arena_printf(a, "%.*s, %.*s", STR_ARG(t->base.level), STR_ARG(rights[i]))
              : rights[i];
    if (n) holds(t, RIGHT_FOLDER, first(t, "User"));
}

/* All names of one object mean one thing; the first address is the strongest of them. */
static void names(struct telling *t) {
    static const char *const NAMES[] = {"UserPrincipalName",
                                        "PrimarySmtpAddress",
                                        "WindowsLiveID",
                                        "Alias",
                                        "DisplayName",
                                        "Name",
                                        "Guid",
                                        "ExchangeGuid",
                                        "ExternalDirectoryObjectId",
                                        "DistinguishedName",
                                        "LegacyExchangeDN",
                                        "SamAccountName"};
    struct str address = STR_NONE, identity = first(t, "Identity");
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct str name = first(t, NAMES[i]);
        tell_alias(t, identity, name);
        if (!address.n) address = name;
        tell_alias(t, address, name);
    }
    t->base.mailbox = identity;
    t->base.mailbox_also = address;
}

static void forwarding(struct telling *t, const char *name) {
    struct str to = str_trim(first(t, name));
    if (str_istarts(to, STR("smtp:"))) to = str_from_index(to, 5);
    t->base.scope = str_from(name);
    t->base.level = to;
    if (params_get(t->p, name)) covers(t, RIGHT_FORWARDING);
    if (to.n) holds(t, RIGHT_FORWARDING, to);
    t->base.scope = t->base.level = STR_NONE;
}

static void setting(struct telling *t, const char *name) {
    const struct param *p = params_get(t->p, name);
    if (!p) return;
    struct str all = STR_NONE;
    for (size_t i = 0; i < p->count; i++)
        all = i ? arena_printf(t->out->arena, "%.*s, %.*s", STR_ARG(all), STR_ARG(p->values[i]))
                : p->values[i];
    t->base.scope = str_from(name);
    t->base.level = all;
    tell(t, ACTION_ALTER, RIGHT_AUDIT_CONFIG, STR_NONE);
    t->base.scope = t->base.level = STR_NONE;
}

static void mailbox(struct telling *t) {
    struct str *delegates;
    names(t);
    if (params_get(t->p, "GrantSendOnBehalfTo")) covers(t, RIGHT_SEND_ON_BEHALF);
    size_t n = snapshot_list(t->out->arena, t->p, "GrantSendOnBehalfTo", &delegates);
    for (size_t i = 0; i < n; i++) holds(t, RIGHT_SEND_ON_BEHALF, delegates[i]);
    forwarding(t, "ForwardingAddress");
    forwarding(t, "ForwardingSmtpAddress");
    if (!params_true(t->p, "AuditEnabled", true)) setting(t, "AuditEnabled");
}

static void recipient(struct telling *t) { names(t); }

/* What makes a rule worth a look is where it sends mail, or that it hides it. */
static struct str destinations(struct telling *t, const char *const *list) {
    struct arena *a = t->out->arena;
    struct str to = STR_NONE;
    for (; *list; list++) {
        struct str *values;
        size_t n = snapshot_list(a, t->p, *list, &values);
        for (size_t i = 0; i < n; i++)
            to = to.n ? arena_printf(a, "%.*s; %.*s", STR_ARG(to), STR_ARG(values[i])) : values[i];
    }
    return to;
}

static struct str deeds(struct telling *t, const char *const *list) {
    struct str done = STR_NONE;
    for (; *list; list++) {
        struct str value = first(t, *list);
        if (!value.n || str_ieq(value, STR("False"))) continue;
        done = done.n ? arena_printf(t->out->arena, "%.*s, %s", STR_ARG(done), *list)
                      : str_from(*list);
    }
    return done;
}

static void inbox_rule(struct telling *t) {
    static const char *const to[] = {"ForwardTo", "RedirectTo", "ForwardAsAttachmentTo", NULL};
    static const char *const does[] = {"ForwardTo",
                                       "RedirectTo",
                                       "ForwardAsAttachmentTo",
                                       "DeleteMessage",
                                       "SoftDeleteMessage",
                                       "MoveToFolder",
                                       "MarkAsRead",
                                       NULL};
    struct str owner = first(t, "MailboxOwnerId"), identity = first(t, "Identity");
    size_t slash = str_rchr(identity, '\\');
    if (!owner.n && slash != STR_ABSENT) owner = str_slice(identity, 0, slash);
    t->base.mailbox = owner;
    t->base.scope = first(t, "Name");
    t->base.level = deeds(t, does);
    if (t->base.level.n && params_true(t->p, "Enabled", true))
        holds(t, RIGHT_INBOX_RULE, destinations(t, to));
}

static void transport_rule(struct telling *t) {
    static const char *const to[] = {"BlindCopyTo", "RedirectMessageTo", "CopyTo",
                                     "AddToRecipients", NULL};
    t->base.scope = first(t, "Name");
    t->base.level = deeds(t, to);
    if (t->base.level.n && !str_ieq(first(t, "State"), STR("Disabled")))
        holds(t, RIGHT_TRANSPORT_RULE, destinations(t, to));
}

static void role_assignment(struct telling *t) {
    struct str to = first(t, "RoleAssignee"), role = first(t, "Role");
    bool reads = str_ifind(role, STR("ApplicationImpersonation")) != STR_ABSENT;
    if (!to.n) to = first(t, "RoleAssigneeName");
    t->base.scope = role;
    if (params_true(t->p, "Enabled", true)) holds(t, reads ? RIGHT_IMPERSONATION : RIGHT_ROLE, to);
}

static void audit_bypass(struct telling *t) {
    struct str identity = first(t, "Identity");
    t->base.mailbox = identity.n ? identity : first(t, "Name");
    tell_alias(t, t->base.mailbox, first(t, "Name"));
    covers(t, RIGHT_AUDIT_BYPASS);
    if (yes(t, "AuditBypassEnabled")) holds(t, RIGHT_AUDIT_BYPASS, STR_NONE);
}

static void admin_audit(struct telling *t) {
    static const char *const list[] = {"UnifiedAuditLogIngestionEnabled",
                                       "AdminAuditLogEnabled",
                                       "AdminAuditLogCmdlets",
                                       "AdminAuditLogParameters",
                                       "AdminAuditLogExcludedCmdlets",
                                       "AdminAuditLogAgeLimit",
                                       "LogLevel"};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) setting(t, list[i]);
}

static void organization(struct telling *t) { setting(t, "AuditDisabled"); }

static const struct {
    const char *cmdlet;
    void (*tell)(struct telling *t);
} SHOWN[] = {
    {"Get-MailboxPermission", mailbox_permission},
    {"Get-RecipientPermission", recipient_permission},
    {"Get-ADPermission", directory_permission},
    {"Get-MailboxFolderPermission", folder_permission},
    {"Get-Mailbox", mailbox},
    {"Get-Recipient", recipient},
    {"Get-InboxRule", inbox_rule},
    {"Get-TransportRule", transport_rule},
    {"Get-ManagementRoleAssignment", role_assignment},
    {"Get-MailboxAuditBypassAssociation", audit_bypass},
    {"Get-AdminAuditLogConfig", admin_audit},
    {"Get-OrganizationConfig", organization},
};

void tell_state(struct telling *t) {
    struct params none = {0};
    t->base.params = none;
    for (size_t i = 0; i < sizeof SHOWN / sizeof *SHOWN; i++)
        if (str_ieq(t->e->operation, str_from(SHOWN[i].cmdlet))) SHOWN[i].tell(t);
}
