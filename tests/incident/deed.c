#include "tests/incident/deed.h"

#include <stdio.h>

static struct call *call_new(const struct doing *d, const char *cmdlet,
                             const struct identity *target) {
    struct story *s = d->story;
    struct call *c = ARENA_NEW(s->arena, struct call);
    *c = (struct call){
        .n = (unsigned)s->call_count + 1,
        .time = d->time,
        .via = d->via,
        .by = d->by,
        .cmdlet = cmdlet,
        .actor = d->actor,
        .target = target,
        .client_ip = d->client_ip,
        .failed = d->failed,
        .what_if = d->what_if,
        .onprem = target ? target->onprem : s->company->environment == ENVIRONMENT_ONPREM,
        .session = d->session,
    };
    if (target) c->object_id = c->onprem ? target->canonical : target->alias;
    ARENA_GROW(s->arena, s->calls, s->call_cap, s->call_count + 1);
    s->calls[s->call_count++] = c;
    if (d->session) {
        struct session *w = d->session;
        ARENA_GROW(s->arena, w->calls, w->call_cap, w->call_count + 1);
        w->calls[w->call_count++] = c;
    }
    return c;
}

static struct param *param_new(const struct doing *d, struct call *c, const char *name,
                               enum edit edit, size_t count) {
    ARENA_GROW(d->story->arena, c->params, c->param_cap, c->param_count + 1);
    struct param *p = &c->params[c->param_count++];
    *p = (struct param){.name = name, .edit = edit, .count = count};
    if (count) p->values = ARENA_ARRAY(d->story->arena, struct str, count);
    return p;
}

static void param_text(const struct doing *d, struct call *c, const char *name, struct str value) {
    param_new(d, c, name, EDIT_SET, 1)->values[0] = value;
}

static void param_plain(const struct doing *d, struct call *c, const char *name,
                        const char *value) {
    struct param *p = param_new(d, c, name, EDIT_SET, 1);
    p->values[0] = str_from(value);
    p->plain = true;
}

static void param_edit(const struct doing *d, struct call *c, const char *name, enum edit edit,
                       struct str value) {
    param_new(d, c, name, edit, 1)->values[0] = value;
}

/* "A,B" as two values. */
static void param_words(const struct doing *d, struct call *c, const char *name,
                        const char *words) {
    struct str rest = str_from(words), word;
    size_t count = 1;
    for (size_t i = 0; i < rest.n; i++) count += rest.p[i] == ',';
    struct param *p = param_new(d, c, name, EDIT_SET, count);
    for (size_t i = 0; i < count; i++) {
        str_cut(rest, ',', &word, &rest);
        p->values[i] = word;
    }
}

static void call_end(const struct doing *d, struct call *c) {
    if (d->what_if) param_new(d, c, "WhatIf", EDIT_SWITCH, 0);
}

/* A name as somebody may write it: the portal writes the canonical one. */
static struct str written(const struct doing *d, const struct identity *p) {
    if (d->via == VIA_PORTAL || d->via == VIA_SERVICE) return p->canonical;
    switch (rng_below(d->rng, 5)) {
    case 0: return p->alias;
    case 1: return p->display;
    case 2: return p->guid;
    default: return p->upn;
    }
}

static struct act *act_new(const struct doing *d, struct call *c, enum action action,
                           const char *right, const struct identity *mailbox, struct str trustee) {
    struct story *s = d->story;
    ARENA_GROW(s->arena, s->acts, s->act_cap, s->act_count + 1);
    struct act *a = &s->acts[s->act_count++];
    *a = (struct act){
        .call = c, .action = action, .right = right, .mailbox = mailbox, .trustee = trustee};
    return a;
}

static void act_written(struct act *a, struct str mailbox, struct str trustee) {
    a->written_mailbox = mailbox;
    a->written_trustee = trustee;
}

static const char *right_word(struct str word) {
    static const char *const RIGHTS[] = {"FullAccess",  "ReadPermission", "ChangePermission",
                                         "ChangeOwner", "DeleteItem",     "ExternalAccount"};
    for (size_t i = 0; i < sizeof RIGHTS / sizeof *RIGHTS; i++)
        if (str_eq(word, str_from(RIGHTS[i]))) return RIGHTS[i];
    return "FullAccess";
}

void deed_mailbox_permission(const struct doing *d, bool remove, const struct identity *mailbox,
                             const struct identity *trustee, const char *rights) {
    struct call *c =
        call_new(d, remove ? "Remove-MailboxPermission" : "Add-MailboxPermission", mailbox);
    struct str m = written(d, mailbox), t = written(d, trustee), rest = str_from(rights), word;
    param_text(d, c, "Identity", m);
    param_text(d, c, "User", t);
    param_words(d, c, "AccessRights", rights);
    if (rng_chance(d->rng, 40) || d->via == VIA_PORTAL)
        param_text(d, c, "InheritanceType", STR("All"));
    if (!remove && rng_chance(d->rng, 40)) param_plain(d, c, "AutoMapping", "$false");
    if (remove) param_plain(d, c, "Confirm", "$false");
    call_end(d, c);
    while (rest.n) {
        str_cut(rest, ',', &word, &rest);
        act_written(act_new(d, c, remove ? DONE_REVOKE : DONE_GRANT, right_word(word), mailbox,
                            trustee->upn),
                    m, t);
    }
}

void deed_send_as(const struct doing *d, bool remove, const struct identity *mailbox,
                  const struct identity *trustee) {
    bool ad = mailbox->onprem;
    struct call *c =
        call_new(d,
                 ad ? (remove ? "Remove-ADPermission" : "Add-ADPermission")
                    : (remove ? "Remove-RecipientPermission" : "Add-RecipientPermission"),
                 mailbox);
    struct str m =
        ad ? (rng_chance(d->rng, 50) ? mailbox->dn : mailbox->display) : written(d, mailbox);
    struct str t = ad ? trustee->login : written(d, trustee);
    param_text(d, c, "Identity", m);
    param_text(d, c, ad ? "User" : "Trustee", t);
    param_text(d, c, ad ? "ExtendedRights" : "AccessRights", ad ? STR("Send As") : STR("SendAs"));
    if (!ad || remove) param_plain(d, c, "Confirm", "$false");
    call_end(d, c);
    act_written(act_new(d, c, remove ? DONE_REVOKE : DONE_GRANT, "SendAs", mailbox, trustee->upn),
                m, t);
}

void deed_send_on_behalf(const struct doing *d, bool remove, const struct identity *mailbox,
                         const struct identity *trustee) {
    struct call *c = call_new(d, "Set-Mailbox", mailbox);
    struct str m = written(d, mailbox), t = written(d, trustee);
    param_text(d, c, "Identity", m);
    param_edit(d, c, "GrantSendOnBehalfTo", remove ? EDIT_REMOVE : EDIT_ADD, t);
    call_end(d, c);
    act_written(
        act_new(d, c, remove ? DONE_REVOKE : DONE_GRANT, "SendOnBehalf", mailbox, trustee->upn), m,
        t);
}

void deed_send_on_behalf_replace(const struct doing *d, const struct identity *mailbox,
                                 const struct identity *trustee) {
    size_t count;
    const struct act **open = story_open_at(d->story, d->time, &count);
    struct call *c = call_new(d, "Set-Mailbox", mailbox);
    struct str m = written(d, mailbox), t = written(d, trustee);
    param_text(d, c, "Identity", m);
    param_text(d, c, "GrantSendOnBehalfTo", t);
    call_end(d, c);
    struct str *lost = ARENA_ARRAY(d->story->arena, struct str, count + 1);
    size_t lost_count = 0;
    for (size_t i = 0; i < count; i++)
        if (open[i]->mailbox == mailbox && !strcmp(open[i]->right, "SendOnBehalf") &&
            !str_eq(open[i]->trustee, trustee->upn))
            lost[lost_count++] = open[i]->trustee;
    act_written(act_new(d, c, DONE_GRANT, "SendOnBehalf", mailbox, trustee->upn), m, t);
    for (size_t i = 0; i < lost_count; i++) {
        struct act *a = act_new(d, c, DONE_REVOKE, "SendOnBehalf", mailbox, lost[i]);
        act_written(a, m, STR_NONE);
        a->implied = true;
    }
}

static enum action folder_action(const char *verb) {
    return verb[0] == 'A' ? DONE_GRANT : verb[0] == 'S' ? DONE_ALTER : DONE_REVOKE;
}

static const char *folder_cmdlet(const char *verb) {
    return verb[0] == 'A'   ? "Add-MailboxFolderPermission"
           : verb[0] == 'S' ? "Set-MailboxFolderPermission"
                            : "Remove-MailboxFolderPermission";
}

void deed_folder(const struct doing *d, const char *verb, const struct identity *mailbox,
                 const char *folder, const struct identity *trustee, const char *level) {
    struct arena *a = d->story->arena;
    struct call *c = call_new(d, folder_cmdlet(verb), mailbox);
    struct str name = rng_chance(d->rng, 50) ? mailbox->alias : mailbox->upn;
    struct str m = arena_printf(a, "%.*s:%s", STR_ARG(name), folder);
    struct str t = trustee ? written(d, trustee) : STR("Default");
    c->object_id = arena_printf(a, "%.*s:%s", STR_ARG(mailbox->alias), folder);
    param_text(d, c, "Identity", m);
    param_text(d, c, "User", t);
    if (level)
        param_words(d, c, "AccessRights", level);
    else
        param_plain(d, c, "Confirm", "$false");
    call_end(d, c);
    struct act *act = act_new(d, c, folder_action(verb), "Folder", mailbox,
                              trustee ? trustee->upn : STR("Default"));
    act->scope = str_from(folder);
    act->level = str_from(level);
    act_written(act, m, t);
}

void deed_outlook_share(const struct doing *d, const struct identity *owner, const char *folder,
                        const struct identity *trustee, const char *level) {
    struct call *c = call_new(d, "AddFolderPermissions", owner);
    c->folder = folder;
    c->member = trustee;
    c->member_rights = level;
    struct act *act = act_new(d, c, DONE_GRANT, "Folder", owner, trustee->upn);
    act->scope = str_from(folder);
    act->level = str_from(level);
    act_written(act, owner->upn, trustee->upn);
}

void deed_forwarding(const struct doing *d, const struct identity *mailbox, struct str address) {
    struct call *c = call_new(d, "Set-Mailbox", mailbox);
    struct str m = written(d, mailbox);
    struct str t = arena_join(d->story->arena, STR("smtp:"), address);
    param_text(d, c, "Identity", m);
    param_text(d, c, "ForwardingSmtpAddress", t);
    param_plain(d, c, "DeliverToMailboxAndForward", "$true");
    call_end(d, c);
    struct act *a = act_new(d, c, DONE_GRANT, "Forwarding", mailbox, address);
    a->scope = STR("ForwardingSmtpAddress");
    a->level = address;
    act_written(a, m, t);
}

void deed_inbox_rule(const struct doing *d, const struct identity *mailbox, const char *rule,
                     bool hide) {
    struct call *c = call_new(d, "New-InboxRule", mailbox);
    struct str m = mailbox->upn;
    param_text(d, c, "Name", str_from(rule));
    param_text(d, c, "Mailbox", m);
    if (hide) {
        param_words(d, c, "SubjectOrBodyContainsWords", "invoice,payment,phish");
        if (rng_chance(d->rng, 50))
            param_plain(d, c, "DeleteMessage", "$true");
        else
            param_text(d, c, "MoveToFolder", STR("RSS Subscriptions"));
        param_plain(d, c, "StopProcessingRules", "$true");
    } else {
        param_text(d, c, "From", STR("newsletter@news.example"));
        param_text(d, c, "MoveToFolder", STR("Newsletters"));
    }
    call_end(d, c);
    c->object_id = arena_printf(d->story->arena, "%.*s\\%s", STR_ARG(mailbox->alias), rule);
    struct act *a = act_new(d, c, DONE_GRANT, "InboxRule", mailbox, STR_NONE);
    a->scope = str_from(rule);
    act_written(a, m, STR_NONE);
}

void deed_audit_bypass(const struct doing *d, const struct identity *account) {
    struct call *c = call_new(d, "Set-MailboxAuditBypassAssociation", account);
    struct str m = written(d, account);
    param_text(d, c, "Identity", m);
    param_plain(d, c, "AuditBypassEnabled", "$true");
    call_end(d, c);
    act_written(act_new(d, c, DONE_GRANT, "AuditBypass", account, STR_NONE), m, STR_NONE);
}

void deed_transport_rule(const struct doing *d, const char *rule, struct str address) {
    struct call *c = call_new(d, "New-TransportRule", NULL);
    param_text(d, c, "Name", str_from(rule));
    param_words(d, c, "SubjectOrBodyContainsWords", "iban,invoice");
    param_text(d, c, "BlindCopyTo", address);
    call_end(d, c);
    struct act *a = act_new(d, c, DONE_GRANT, "TransportRule", NULL, address);
    a->scope = str_from(rule);
    act_written(a, STR_NONE, address);
}

void deed_impersonation(const struct doing *d, const struct identity *account) {
    struct call *c = call_new(d, "New-ManagementRoleAssignment", NULL);
    struct str t = written(d, account);
    param_text(d, c, "Name", STR("Mail archive"));
    param_text(d, c, "Role", STR("ApplicationImpersonation"));
    param_text(d, c, "User", t);
    call_end(d, c);
    c->object_id = STR("Mail archive");
    struct act *a = act_new(d, c, DONE_GRANT, "Impersonation", NULL, account->upn);
    a->scope = STR("ApplicationImpersonation");
    act_written(a, STR_NONE, t);
}

void deed_role_group(const struct doing *d, const char *group, const struct identity *account) {
    struct call *c = call_new(d, "Add-RoleGroupMember", NULL);
    struct str t = written(d, account);
    param_text(d, c, "Identity", str_from(group));
    param_text(d, c, "Member", t);
    call_end(d, c);
    c->object_id = str_from(group);
    struct act *a = act_new(d, c, DONE_GRANT, "Role", NULL, account->upn);
    a->scope = str_from(group);
    act_written(a, STR_NONE, t);
}

const struct call *deed_group_member(const struct doing *d, bool remove,
                                     const struct identity *group, const struct identity *member) {
    struct call *c = call_new(
        d, remove ? "Remove-DistributionGroupMember" : "Add-DistributionGroupMember", group);
    param_text(d, c, "Identity", group->upn);
    param_text(d, c, "Member", member->upn);
    if (remove) param_plain(d, c, "Confirm", "$false");
    return c;
}

void deed_discovery(const struct doing *d) {
    const struct company *who = d->story->company;
    struct call *c = call_new(d, "Add-MailboxPermission", who->discovery);
    struct str m = who->discovery->canonical, t = who->discovery_group->canonical;
    param_text(d, c, "DomainController", STR_NONE);
    param_text(d, c, "Identity", m);
    param_text(d, c, "User", t);
    param_text(d, c, "AccessRights", STR("FullAccess"));
    act_written(act_new(d, c, DONE_GRANT, "FullAccess", who->discovery, who->discovery_group->upn),
                m, t);
}

void deed_before(struct story *s, const char *right, const struct identity *mailbox,
                 const struct identity *trustee, const char *folder, const char *level) {
    struct doing d = {.story = s};
    struct act *a = act_new(&d, NULL, DONE_GRANT, right, mailbox, trustee->upn);
    a->scope = str_from(folder);
    a->level = str_from(level);
}
