/* setting.c - see setting.h. Facts: Microsoft's page of each cmdlet. */
#include "playbooks/setting.h"

#include "playbooks/literal.h"
#include "playbooks/record.h"

static void put_value(struct arena *a, cJSON *object, const char *key, struct str value) {
    cJSON *list = cJSON_AddArrayToObject(object, key);
    if (value.n) cJSON_AddItemToArray(list, cJSON_CreateString(arena_cstr(a, value)));
}

static cJSON *call(struct arena *a, const char *key, struct str value) {
    cJSON *p = cJSON_CreateObject();
    if (key) put_value(a, p, key, value);
    return p;
}

struct str setting_address(struct str value) {
    value = str_trim(value);
    return str_istarts(value, STR("smtp:")) ? str_from_index(value, 5) : value;
}

void setting_free(struct setting *s) {
    cJSON_Delete(s->parameters);
    cJSON_Delete(s->undo);
    cJSON_Delete(s->read);
}

static bool usable(struct arena *a, const char *what, struct str value, struct str *why_not) {
    const char *refusal = literal_refusal(value);
    if (refusal) *why_not = arena_printf(a, "%s cannot go into a script: %s", what, refusal);
    return !refusal;
}

static struct str parameter(const cJSON *change, const char *name) {
    const cJSON *list = json_get(json_get(change, "parameters"), name);
    return list && list->child ? json_text(list->child) : STR_NONE;
}

static bool has_parameter(const cJSON *change, const char *name) {
    return json_get(json_get(change, "parameters"), name) != NULL;
}

/* ---- forwarding: back to what a snapshot, or somebody else before, had set ---- */

/* A snapshot that is older than what somebody else set since is no witness of it. */
static void forward_before(const struct grounds *on, struct deed *d, struct str scope,
                           struct str *before) {
    const struct snapshot *by = NULL;
    enum presence was = state_value(on->state, d->mailbox, scope, d->since, before, &by);
    if (d->other && by && when_cmp(by->time, record_time(d->other)) < 0) was = PRESENCE_UNKNOWN;
    d->known_by = was == PRESENCE_UNKNOWN ? NULL : by;
    *before = was == PRESENCE_UNKNOWN ? STR_NONE : setting_address(*before);
    d->before = was == PRESENCE_UNKNOWN  ? BEFORE_UNKNOWN
                : was == PRESENCE_ABSENT ? BEFORE_ABSENT
                                         : BEFORE_PRESENT;
    if (was != PRESENCE_UNKNOWN || !d->other) return;
    *before = setting_address(json_get_str(d->other, "level"));
}

/* Did an act of this grant have a copy stay in the mailbox? It outlives the target. */
static bool delivers_too(const struct grounds *on, const cJSON *grant) {
    const cJSON *id;
    bool delivers = false;
    cJSON_ArrayForEach(id, json_get(grant, "changes")) {
        const cJSON *c = facts_change(on->facts, json_text(id));
        struct str value = parameter(c, "DeliverToMailboxAndForward");
        if (value.n && !record_unfit(c)) delivers = str_ieq(value, STR("True"));
    }
    return delivers;
}

/* From the target that it has now to the one that it shall have; empty: none. */
static void set_target(struct arena *a, struct deed *d, bool smtp, struct str now,
                       struct str then) {
    struct setting *s = &d->setting;
    d->cmdlet = d->inverse = "Set-Mailbox";
    d->read = "Get-Mailbox";
    s->property = smtp ? "ForwardingSmtpAddress" : "ForwardingAddress";
    s->now = now;
    s->then = then;
    s->parameters = call(a, "Identity", d->mailbox);
    s->undo = call(a, "Identity", d->mailbox);
    s->read = call(a, "Identity", d->mailbox);
    put_value(a, s->parameters, s->property, then);
    put_value(a, s->undo, s->property, now);
}

static bool forwarding(struct arena *a, const struct grounds *on, const cJSON *grant,
                       struct deed *d, struct str *why_not) {
    struct str scope = json_get_str(grant, "scope"), before = STR_NONE;
    struct str now = setting_address(json_get_str(grant, "level"));
    bool smtp = str_ieq(scope, STR("ForwardingSmtpAddress"));
    if (!smtp && !str_ieq(scope, STR("ForwardingAddress"))) {
        *why_not = STR("it forwards by something else than Set-Mailbox: by hand");
        return false;
    }
    if (on->compromised_count && !decide_is_suspicious(a, on, d->opening)) {
        *why_not =
            arena_printf(a, "%.*s%s", STR_ARG(decide_set_by_others(a, d->opening)),
                         delivers_too(on, grant) ? ", and DeliverToMailboxAndForward with it" : "");
        return false;
    }
    if (!usable(a, "its target", now, why_not)) return false;
    forward_before(on, d, scope, &before);
    if (before.n && !usable(a, "the target before", before, why_not)) return false;
    if (str_ieq(before, now)) {
        *why_not = STR("it forwarded there before");
        return false;
    }
    struct setting *s = &d->setting;
    set_target(a, d, smtp, now, before);
    if (!before.n && delivers_too(on, grant)) {
        put_value(a, s->parameters, "DeliverToMailboxAndForward", STR("False"));
        put_value(a, s->undo, "DeliverToMailboxAndForward", STR("True"));
    }
    return true;
}

/* ---- rules: disabled, and kept as evidence ---- */

/* An inbox rule, or a transport rule, on or off. */
static void switch_rule(struct arena *a, struct deed *d, bool inbox, bool on, struct str name) {
    static const struct {
        const char *enable, *disable, *read, *property, *on, *off;
    } KINDS[] = {
        {"Enable-TransportRule", "Disable-TransportRule", "Get-TransportRule", "State", "Enabled",
         "Disabled"},
        {"Enable-InboxRule", "Disable-InboxRule", "Get-InboxRule", "Enabled", "True", "False"}};
    struct setting *s = &d->setting;
    d->cmdlet = on ? KINDS[inbox].enable : KINDS[inbox].disable;
    d->inverse = on ? KINDS[inbox].disable : KINDS[inbox].enable;
    d->read = KINDS[inbox].read;
    *s = (struct setting){.property = KINDS[inbox].property,
                          .now = str_from(on ? KINDS[inbox].off : KINDS[inbox].on),
                          .then = str_from(on ? KINDS[inbox].on : KINDS[inbox].off)};
    s->parameters = call(a, "Identity", name);
    if (inbox) put_value(a, s->parameters, "Mailbox", d->mailbox);
    s->undo = cJSON_Duplicate(s->parameters, true);
    s->read = cJSON_Duplicate(s->parameters, true);
}

static bool inbox_rule(struct arena *a, const struct grounds *on, const cJSON *grant,
                       struct deed *d, struct str *why_not) {
    struct str name = json_get_str(grant, "scope");
    (void)on;
    if (!str_ieq(json_get_str(d->opening, "cmdlet"), STR("New-InboxRule"))) {
        *why_not = STR("the rule was changed, not made: what it did before is in no log");
        return false;
    }
    if (!name.n) {
        *why_not = STR("the rule has no name: find its RuleIdentity with Get-InboxRule -Mailbox, "
                       "and disable it by hand");
        return false;
    }
    if (!usable(a, "the rule's name", name, why_not)) return false;
    d->before = BEFORE_ABSENT;
    switch_rule(a, d, true, false, name);
    return true;
}

static bool transport_rule(struct arena *a, const struct grounds *on, const cJSON *grant,
                           struct deed *d, struct str *why_not) {
    struct str name = json_get_str(grant, "scope");
    (void)on;
    if (!str_ieq(json_get_str(d->opening, "cmdlet"), STR("New-TransportRule"))) {
        *why_not = STR("the rule was changed, not made: what it did before is in no log");
        return false;
    }
    if (!usable(a, "the rule's name", name, why_not)) return false;
    d->before = BEFORE_ABSENT;
    switch_rule(a, d, false, false, name);
    return true;
}

/* ---- roles ---- */

/* Add-RoleGroupMember fails for a member: where it succeeded, the member is new. */
static bool group_member(struct arena *a, const cJSON *grant, struct deed *d, struct str *why_not) {
    struct str group = json_get_str(grant, "scope");
    struct setting *s = &d->setting;
    if (!usable(a, "the group's name", group, why_not)) return false;
    d->cmdlet = "Remove-RoleGroupMember";
    d->inverse = "Add-RoleGroupMember";
    d->read = "Get-RoleGroupMember";
    if (str_eq(json_get_str(d->opening, "result"), STR("succeeded"))) d->before = BEFORE_ABSENT;
    s->parameters = call(a, "Identity", group);
    put_value(a, s->parameters, "Member", d->trustee);
    s->undo = cJSON_Duplicate(s->parameters, true);
    s->read = call(a, "Identity", group);
    s->now = d->trustee;
    return true;
}

/* May New- with these three make it again? */
static bool is_plain_assignment(const cJSON *change) {
    const cJSON *all = json_get(change, "parameters");
    static const char *const plain[] = {"Name", "Role", "User"};
    size_t known = 0, count = 0;
    for (const cJSON *p = all ? all->child : NULL; p; p = p->next) {
        count++;
        for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
            known += strcmp(p->string, plain[i]) == 0;
    }
    return known == count && count == sizeof plain / sizeof *plain;
}

static bool assignment(struct arena *a, const cJSON *grant, struct deed *d, struct str *why_not) {
    struct str name = parameter(d->opening, "Name"), role = json_get_str(grant, "scope");
    struct setting *s = &d->setting;
    if (!name.n) {
        *why_not = STR("the assignment has no name in the log: find it with "
                       "Get-ManagementRoleAssignment -RoleAssignee and -Role, remove it by hand");
        return false;
    }
    if (!usable(a, "the assignment's name", name, why_not) ||
        !usable(a, "the role's name", role, why_not))
        return false;
    d->cmdlet = "Remove-ManagementRoleAssignment";
    d->inverse = "New-ManagementRoleAssignment";
    d->read = "Get-ManagementRoleAssignment";
    if (str_eq(json_get_str(d->opening, "result"), STR("succeeded"))) d->before = BEFORE_ABSENT;
    *s = (struct setting){.property = "Role", .now = role};
    s->parameters = call(a, "Identity", name);
    s->read = call(a, "Identity", name);
    if (is_plain_assignment(d->opening)) {
        s->undo = call(a, "Name", name);
        put_value(a, s->undo, "Role", role);
        put_value(a, s->undo, "User", d->trustee);
    } else {
        s->undo_why_not = "it was made with scopes or conditions: make it again by hand";
    }
    return true;
}

static bool role(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                 struct str *why_not) {
    struct str cmdlet = json_get_str(d->opening, "cmdlet");
    (void)on;
    if (str_ieq(cmdlet, STR("Add-RoleGroupMember"))) return group_member(a, grant, d, why_not);
    if (str_ieq(cmdlet, STR("New-ManagementRoleAssignment")))
        return assignment(a, grant, d, why_not);
    *why_not = arena_printf(a, "it was given by %.*s: by hand", STR_ARG(cmdlet));
    return false;
}

/* ---- auditing: on again, first of all, and never off by an undo ---- */

static const char NEVER_OFF[] = "auditing is never switched off again by a script";

static bool bypass(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                   struct str *why_not) {
    struct setting *s = &d->setting;
    (void)on, (void)grant, (void)why_not;
    d->cmdlet = d->inverse = "Set-MailboxAuditBypassAssociation";
    d->read = "Get-MailboxAuditBypassAssociation";
    *s = (struct setting){.property = "AuditBypassEnabled",
                          .now = STR("True"),
                          .then = STR("False"),
                          .undo_why_not = NEVER_OFF};
    s->parameters = call(a, "Identity", d->mailbox);
    put_value(a, s->parameters, "AuditBypassEnabled", STR("False"));
    s->read = call(a, "Identity", d->mailbox);
    return true;
}

static const struct family {
    const char *right;
    int rank; /* in which order: auditing, the whole organisation, roles, then mailboxes */
    bool mailbox, trustee;
    bool (*decide)(struct arena *, const struct grounds *, const cJSON *, struct deed *,
                   struct str *);
} FAMILIES[] = {
    {"AuditBypass", RANK_AUDIT, true, false, bypass},
    {"TransportRule", RANK_ORGANISATION, false, false, transport_rule},
    {"Role", RANK_ROLE, false, true, role},
    {"Impersonation", RANK_ROLE, false, true, role},
    {"Forwarding", RANK_FORWARDING, true, false, forwarding},
    {"InboxRule", RANK_FORWARDING, true, false, inbox_rule},
};

static const struct family *family_of(struct str right) {
    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++)
        if (str_eq(right, str_from(FAMILIES[i].right))) return &FAMILIES[i];
    return NULL;
}

/* ---- what an intruder took away ---- */

/* A forwarding that he emptied, or a rule that he disabled, is set back; a member or an assignment
 * that he removed is given back. */
static bool set_forwarding_back(struct arena *a, const struct grounds *on, const cJSON *grant,
                                struct deed *d, struct str *why_not) {
    struct str scope = json_get_str(grant, "scope"), before = STR_NONE;
    bool smtp = str_ieq(scope, STR("ForwardingSmtpAddress"));
    if (!smtp && !str_ieq(scope, STR("ForwardingAddress"))) return false;
    forward_before(on, d, scope, &before);
    if (d->before == BEFORE_UNKNOWN && d->other &&
        str_eq(json_get_str(d->other, "result"), STR("succeeded")))
        d->before = BEFORE_PRESENT;
    if (!before.n || !usable(a, "the target before", before, why_not)) return false;
    set_target(a, d, smtp, STR_NONE, before);
    return true;
}

static bool enable_rule(struct arena *a, const cJSON *grant, struct deed *d, struct str *why_not) {
    struct str name = json_get_str(grant, "scope"), cmdlet = json_get_str(d->opening, "cmdlet");
    bool inbox = str_ieq(cmdlet, STR("Disable-InboxRule"));
    if (!inbox && !str_ieq(cmdlet, STR("Disable-TransportRule"))) return false;
    if (!name.n || !usable(a, "the rule's name", name, why_not)) return false;
    switch_rule(a, d, inbox, true, name);
    return true;
}

static bool give_role_back(struct arena *a, const cJSON *grant, struct deed *d,
                           struct str *why_not) {
    const cJSON *taking = d->opening;
    struct str cmdlet = json_get_str(taking, "cmdlet");
    bool done = false;
    d->restores = true;
    d->rank = RANK_RESTORE;
    if (str_ieq(cmdlet, STR("Remove-RoleGroupMember"))) {
        enum before before = d->before;
        done = group_member(a, grant, d, why_not);
        d->before = before;
    } else if (str_ieq(cmdlet, STR("Remove-ManagementRoleAssignment")) && d->other &&
               is_plain_assignment(d->other)) {
        d->opening = d->other;
        done = assignment(a, grant, d, why_not);
        d->opening = taking;
        d->before = BEFORE_PRESENT;
    }
    return done;
}

/* Did somebody do the same later in vain, or did the intruder himself remove what is only disabled
 * so far? Then it is not simply to be put back. */
struct since {
    bool tried, removed;
};

static struct since look_since(struct arena *a, const struct grounds *on, const cJSON *closing) {
    const cJSON **changes;
    struct since s = {false, false};
    size_t count = history_changes(on->history, closing, &changes), i = 0;
    while (i < count && changes[i] != closing) i++;
    for (i++; i < count; i++) {
        s.tried |= decide_is_hindered(a, on, changes[i]);
        s.removed |= str_istarts(json_get_str(changes[i], "cmdlet"), STR("Remove-")) &&
                     str_eq(json_get_str(changes[i], "result"), STR("succeeded"));
    }
    return s;
}

static bool give_back(struct arena *a, const struct grounds *on, const cJSON *grant,
                      const struct family *family, struct deed *d, struct str *why_not) {
    if (family->rank == RANK_ROLE) return give_role_back(a, grant, d, why_not);
    if (str_eq(json_get_str(grant, "right"), STR("Forwarding")))
        return set_forwarding_back(a, on, grant, d, why_not);
    return enable_rule(a, grant, d, why_not);
}

/* The last change of a grant whose state nobody knows, if it took this very right. */
static const cJSON *attempt_of(const struct grounds *on, const cJSON *grant,
                               const struct family *family) {
    const cJSON *ids = json_get(grant, "changes"), *last;
    if (!str_eq(json_get_str(grant, "state"), STR("unknown")) || !ids || !ids->child) return NULL;
    last = facts_change(on->facts, json_text(ids->child->prev));
    if (!last || !str_eq(json_get_str(last, "action"), STR("revoke"))) return NULL;
    if (family->mailbox &&
        !history_same_party(on->history, json_get(grant, "mailbox"), json_get(last, "mailbox")))
        return NULL;
    if (family->trustee &&
        !history_same_party(on->history, json_get(grant, "trustee"), json_get(last, "trustee")))
        return NULL;
    return last;
}

/* Who gave it last before that change, under a name that the ledger did not join; or NULL. */
static const cJSON *given_before(const struct grounds *on, const cJSON *grant,
                                 const cJSON *closing) {
    const cJSON **changes, *found = NULL;
    size_t count = history_changes(on->history, grant, &changes);
    for (size_t i = 0; i < count && changes[i] != closing; i++)
        if (!record_gives_not(changes[i]))
            found = str_eq(json_get_str(changes[i], "action"), STR("revoke")) ? NULL : changes[i];
    return found;
}

enum taken { TAKEN_NOT, TAKEN_BY_HAND, TAKEN_PLANNED };

/* Closed by the intruder, who had not given it. d->other is who had, where the log has him. */
static enum taken decide_taken(struct arena *a, const struct grounds *on, const cJSON *grant,
                               const cJSON *closing, const struct family *family, struct deed *d,
                               struct str *why_not) {
    const cJSON *opened = facts_change(on->facts, json_get_str(grant, "opened_by"));
    const char *why = NULL;
    *why_not = STR("closed already");
    if (!closing || record_unfit(closing) || family->rank == RANK_AUDIT ||
        !decide_is_suspicious(a, on, closing))
        return TAKEN_NOT;
    if (!opened) opened = given_before(on, grant, closing);
    if (opened && (record_same_actor(a, opened, closing) || decide_is_suspicious(a, on, opened))) {
        *why_not = STR("closed by who had given it");
        return TAKEN_NOT;
    }
    d->opening = closing;
    d->other = opened;
    d->since = record_time(closing);
    d->automapping = -1;
    d->before = opened && str_eq(json_get_str(opened, "result"), STR("succeeded")) ? BEFORE_PRESENT
                                                                                   : BEFORE_UNKNOWN;
    *why_not = arena_printf(a, "taken away by %.*s (%.*s): put it back by hand if it is wanted",
                            STR_ARG(json_get_str(json_get(closing, "actor"), "written")),
                            STR_ARG(json_get_str(closing, "id")));
    if (family->mailbox) why = decide_party(on, json_get(grant, "mailbox"), &d->mailbox);
    if (!why && family->trustee) why = decide_party(on, json_get(grant, "trustee"), &d->trustee);
    struct since since = look_since(a, on, closing);
    bool planned =
        !why && !(since.removed && !family->trustee) && give_back(a, on, grant, family, d, why_not);
    if (since.tried) d->before = BEFORE_UNKNOWN;
    return planned ? TAKEN_PLANNED : TAKEN_BY_HAND;
}

bool setting_handles(struct str right) { return family_of(right) != NULL; }

bool setting_decide(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                    struct str *why_not) {
    const struct family *family = family_of(json_get_str(grant, "right"));
    const char *why = NULL;
    if (!family) {
        *why_not = STR("no setting that is known here");
        return false;
    }
    d->rank = family->rank;
    d->right = family->right;
    if (str_eq(json_get_str(grant, "state"), STR("closed"))) {
        const cJSON *closing = facts_change(on->facts, json_get_str(grant, "closed_by"));
        return decide_taken(a, on, grant, closing, family, d, why_not) == TAKEN_PLANNED;
    }
    const cJSON *attempt = attempt_of(on, grant, family);
    enum taken taken =
        attempt ? decide_taken(a, on, grant, attempt, family, d, why_not) : TAKEN_NOT;
    if (taken == TAKEN_PLANNED) return true;
    if (taken == TAKEN_BY_HAND && str_eq(json_get_str(attempt, "result"), STR("succeeded")))
        return false;
    *d = (struct deed){.rank = family->rank, .right = family->right};
    if (!decide_opening(a, on, grant, d, why_not)) return false;
    if (family->mailbox) why = decide_party(on, json_get(grant, "mailbox"), &d->mailbox);
    if (!why && family->trustee) why = decide_party(on, json_get(grant, "trustee"), &d->trustee);
    if (!family->trustee) d->trustee = json_get_str(json_get(grant, "trustee"), "written");
    if (why) {
        *why_not = arena_printf(a, "its names cannot be used: %s", why);
        return false;
    }
    bool planned = family->decide(a, on, grant, d, why_not);
    if (on->compromised_count && !decide_is_suspicious(a, on, d->opening)) {
        d->before = BEFORE_UNKNOWN;
        d->given_by_others = true;
    }
    return planned;
}

/* The settings that decide whether anything is logged, and the value that switches it off. */
static const struct audit {
    const char *cmdlet, *read, *property, *off, *on;
} AUDITS[] = {
    {"Set-AdminAuditLogConfig", "Get-AdminAuditLogConfig", "UnifiedAuditLogIngestionEnabled",
     "False", "True"},
    {"Set-OrganizationConfig", "Get-OrganizationConfig", "AuditDisabled", "True", "False"},
    {"Set-Mailbox", "Get-Mailbox", "AuditEnabled", "False", "True"},
};

static const struct audit *audit_of(const cJSON *change) {
    if (!str_eq(json_get_str(change, "right"), STR("AuditConfig"))) return NULL;
    for (size_t i = 0; i < sizeof AUDITS / sizeof *AUDITS; i++)
        if (str_ieq(json_get_str(change, "cmdlet"), str_from(AUDITS[i].cmdlet)) &&
            has_parameter(change, AUDITS[i].property) &&
            str_ieq(json_get_str(change, "scope"), str_from(AUDITS[i].property)))
            return &AUDITS[i];
    return NULL;
}

/* Changes of a right without grants are filed by object and scope: the last that worked counts. */
static bool is_last(const struct grounds *on, const cJSON *change) {
    const cJSON **changes;
    size_t count = history_changes(on->history, change, &changes);
    for (size_t i = count; i-- > 0;) {
        if (record_unfit(changes[i])) continue;
        return changes[i] == change;
    }
    return false;
}

bool setting_decide_audit(struct arena *a, const struct grounds *on, const cJSON *change,
                          struct deed *d, struct str *why_not) {
    const struct audit *audit = audit_of(change);
    *why_not = STR_NONE;
    if (!audit || record_unfit(change) || !is_last(on, change) ||
        !str_ieq(json_get_str(change, "level"), str_from(audit->off)))
        return false;
    *d = (struct deed){.rank = RANK_AUDIT, .right = "AuditConfig", .opening = change};
    d->cmdlet = d->inverse = audit->cmdlet;
    d->read = audit->read;
    d->automapping = -1;
    struct setting *s = &d->setting;
    *s = (struct setting){.property = audit->property,
                          .now = str_from(audit->off),
                          .then = str_from(audit->on),
                          .undo_why_not = NEVER_OFF};
    if (strcmp(audit->read, "Get-Mailbox") == 0) {
        const char *why = decide_party(on, json_get(change, "mailbox"), &d->mailbox);
        if (why) {
            *why_not = arena_printf(a, "the mailbox cannot be used: %s", why);
            return false;
        }
        s->parameters = call(a, "Identity", d->mailbox);
        s->read = call(a, "Identity", d->mailbox);
    } else {
        s->parameters = call(a, NULL, STR_NONE);
        s->read = call(a, NULL, STR_NONE);
    }
    put_value(a, s->parameters, audit->property, str_from(audit->on));
    return true;
}
