/* change_member.c - who is in which group, and which accounts are new: no change of access in
 * itself, but it says whom a grant to a group reaches, and how well a trustee is known.
 *
 * Only records of a server that did it are told (result succeeded): a text alone proves no member.
 * Cmdlets: DOMAIN.md A.2, family G; operations: Microsoft, "Audit log activities" (directory
 * activities end with a period); 4720 and the group events: Microsoft, "Audit User Account
 * Management", "Audit Security Group Management". */
#include "analyze/grants/telling.h"

static struct str field(struct telling *t, const char *name) { return params_first(t->p, name); }

static bool happened(const struct telling *t) {
    return t->e->result == RESULT_SUCCEEDED && !t->e->poor && !t->e->carved &&
           !(t->base.flags & CHANGE_WHAT_IF);
}

struct joining {
    struct str group;
    enum member_move move;
};

static void each_member(struct telling *t, struct str value, void *own) {
    const struct joining *j = own;
    t->out->member(t->out->own, t->e, &(struct membership){j->group, value, j->move});
}

/* The group as the command and as the server name it; it holds these members, or some of them. */
static void group_members(struct telling *t, const char *list, enum member_move move) {
    const struct param *p = params_get(t->p, list);
    struct joining j = {field(t, "Identity"), move};
    if (!j.group.n) j.group = field(t, "Name"); /* of a new one */
    if (!j.group.n || !p || (p->flags & (PARAM_TRUNCATED | PARAM_AMBIGUOUS | PARAM_HOLE))) return;
    tell_alias(t, j.group, t->e->object);
    tell_each(t, p, ";", each_member, &j);
}

/* Of a group in Microsoft 365 only its members hold what it holds. */
static bool about_members(struct telling *t) {
    struct str type = field(t, "LinkType");
    return str_istarts(type, STR("Member")) || str_eq(type, STR("0"));
}

static void joins(struct telling *t) { group_members(t, "Member", MEMBER_JOINED); }
static void leaves(struct telling *t) { group_members(t, "Member", MEMBER_LEFT); }
static void lists(struct telling *t) { group_members(t, "Members", MEMBER_LISTED); }
static void directory_joins(struct telling *t) { group_members(t, "Members", MEMBER_JOINED); }
static void directory_leaves(struct telling *t) { group_members(t, "Members", MEMBER_LEFT); }
static void links(struct telling *t) {
    if (about_members(t)) group_members(t, "Links", MEMBER_JOINED);
}
static void unlinks(struct telling *t) {
    if (about_members(t)) group_members(t, "Links", MEMBER_LEFT);
}

static void account(struct telling *t) {
    static const char *const names[] = {"UserPrincipalName",
                                        "MicrosoftOnlineServicesID",
                                        "WindowsLiveID",
                                        "PrimarySmtpAddress",
                                        "ExternalEmailAddress",
                                        "Name",
                                        "Identity"};
    struct str name = t->e->object;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str also = field(t, names[i]);
        if (!name.n) name = also;
        if (also.n && !str_ieq(name, also)) tell_alias(t, name, also);
    }
    if (name.n) t->out->created(t->out->own, t->e, name);
}

static const struct {
    const char *cmdlet;
    void (*tell)(struct telling *t);
} MEMBER_CMDLETS[] = {
    {"Add-DistributionGroupMember", joins},
    {"Remove-DistributionGroupMember", leaves},
    {"Update-DistributionGroupMember", lists},
    {"New-DistributionGroup", lists},
    {"New-UnifiedGroup", lists},
    {"Add-UnifiedGroupLinks", links},
    {"Remove-UnifiedGroupLinks", unlinks},
    {"Add-ADGroupMember", directory_joins},
    {"Remove-ADGroupMember", directory_leaves},
    {"New-Mailbox", account},
    {"New-MailUser", account},
    {"New-RemoteMailbox", account},
    {"Enable-Mailbox", account},
    {"Enable-MailUser", account},
};

void tell_member_cmdlet(struct telling *t, struct str cmdlet) {
    if (!happened(t)) return;
    for (size_t i = 0; i < sizeof MEMBER_CMDLETS / sizeof *MEMBER_CMDLETS; i++)
        if (str_ieq(cmdlet, str_from(MEMBER_CMDLETS[i].cmdlet))) MEMBER_CMDLETS[i].tell(t);
}

/* Entra ID: the object is the member, the group stands among the modified properties. */
void tell_member_operation(struct telling *t, enum change_action action) {
    struct str name = tell_modified(t, "Group.DisplayName", action),
               id = tell_modified(t, "Group.ObjectID", action);
    struct joining j = {id.n ? id : name, action == ACTION_REVOKE ? MEMBER_LEFT : MEMBER_JOINED};
    if (!happened(t) || !j.group.n || !t->e->object.n) return;
    tell_alias(t, id, name);
    each_member(t, t->e->object, &j);
}

void tell_account_operation(struct telling *t, enum change_action action) {
    (void)action;
    if (!happened(t)) return;
    struct str name = field(t, "TargetUserName"), sid = field(t, "TargetSid"); /* 4720 */
    if (name.n) tell_alias(t, sid, name);
    if (!name.n) name = t->e->object;
    if (name.n) t->out->created(t->out->own, t->e, sid.n ? sid : name);
}

/* 4728, 4732, 4756 and their ends; `member` is what change_directory.c made of its two names. */
void tell_directory_membership(struct telling *t, enum change_action action, struct str member) {
    struct joining j = {field(t, "TargetSid"),
                        action == ACTION_REVOKE ? MEMBER_LEFT : MEMBER_JOINED};
    struct str name = field(t, "TargetUserName");
    if (!happened(t) || !name.n || !member.n) return;
    if (j.group.n)
        tell_alias(t, j.group, name);
    else
        j.group = name;
    each_member(t, member, &j);
}
