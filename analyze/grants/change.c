#include "analyze/grants/change.h"

#include "analyze/grants/identity.h"
#include "analyze/grants/telling.h"

static const char *const RIGHT_NAMES[RIGHTS] = {
    [RIGHT_FULL_ACCESS] = "FullAccess",
    [RIGHT_READ_PERMISSION] = "ReadPermission",
    [RIGHT_CHANGE_PERMISSION] = "ChangePermission",
    [RIGHT_CHANGE_OWNER] = "ChangeOwner",
    [RIGHT_DELETE_ITEM] = "DeleteItem",
    [RIGHT_EXTERNAL_ACCOUNT] = "ExternalAccount",
    [RIGHT_SEND_AS] = "SendAs",
    [RIGHT_SEND_ON_BEHALF] = "SendOnBehalf",
    [RIGHT_FOLDER] = "Folder",
    [RIGHT_FORWARDING] = "Forwarding",
    [RIGHT_INBOX_RULE] = "InboxRule",
    [RIGHT_TRANSPORT_RULE] = "TransportRule",
    [RIGHT_IMPERSONATION] = "Impersonation",
    [RIGHT_ROLE] = "Role",
    [RIGHT_CALENDAR_DELEGATE] = "CalendarDelegate",
    [RIGHT_APPLICATION] = "Application",
    [RIGHT_AUDIT_BYPASS] = "AuditBypass",
    [RIGHT_AUDIT_CONFIG] = "AuditConfig",
};

const char *right_name(enum right r) { return RIGHT_NAMES[r]; }

bool right_by_name(struct str name, enum right *out) {
    for (int i = 0; i < RIGHTS; i++) {
        if (!str_ieq(name, str_from(RIGHT_NAMES[i]))) continue;
        *out = (enum right)i;
        return true;
    }
    return false;
}

const char *change_action_name(enum change_action a) {
    static const char *const names[] = {"grant", "revoke", "alter"};
    return names[a];
}

struct str client_ip_clean(struct str s) {
    s = str_trim(s);
    if (s.n && s.p[0] == '[') {
        size_t end = str_chr(s, ']');
        if (end == STR_ABSENT) return s;
        s = str_slice(s, 1, end);
    } else {
        size_t colon = str_chr(s, ':');
        bool one = colon != STR_ABSENT && str_rchr(s, ':') == colon;
        if (one && str_chr(str_slice(s, 0, colon), '.') != STR_ABSENT) s = str_slice(s, 0, colon);
    }
    if (str_istarts(s, STR("::ffff:")) && str_chr(s, '.') != STR_ABSENT) s = str_from_index(s, 7);
    return s;
}

/* ---- telling ---- */

void tell_alias(struct telling *t, struct str one, struct str other) {
    if (!one.n || !other.n || str_ieq(one, other)) return;
    struct alias a = {one, other};
    t->out->alias(t->out->own, t->e, &a);
}

void tell_flags(struct telling *t, const struct param *p) {
    if (p->flags & PARAM_TRUNCATED) t->base.flags |= CHANGE_TRUNCATED;
    if (p->flags & PARAM_AMBIGUOUS) t->base.flags |= CHANGE_AMBIGUOUS;
    if (p->flags & PARAM_HOLE) t->base.flags |= CHANGE_DYNAMIC;
}

const struct param *tell_uses(struct telling *t, const char *name) {
    const struct param *p = params_get(t->p, name);
    if (p) tell_flags(t, p);
    return p;
}

size_t tell_each(struct telling *t, const struct param *p, const char *separators,
                 void (*each)(struct telling *t, struct str value, void *own), void *own) {
    size_t n = 0;
    for (size_t i = 0; p && i < p->count; i++) {
        struct str rest = p->values[i];
        while (rest.n) {
            size_t at = 0;
            while (at < rest.n && (!rest.p[at] || !strchr(separators, rest.p[at]))) at++;
            struct str one = str_trim(str_slice(rest, 0, at));
            rest = str_from_index(rest, at + 1);
            if (!one.n) continue;
            each(t, one, own);
            n++;
        }
    }
    return n;
}

/* The one grant that the service itself keeps renewing: system actor, its mailbox and its group,
 * all three; a name alone is something an attacker can choose. */
static bool is_service_grant(const struct telling *t, struct str trustee) {
    static const struct str mailbox = {
        "DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}", 60};
    struct str leaf = identity_leaf(t->out->arena, t->base.mailbox);
    return str_istarts(t->e->actor, STR("NT AUTHORITY\\SYSTEM")) && str_ieq(leaf, mailbox) &&
           str_ieq(identity_leaf(t->out->arena, trustee), STR("Discovery Management"));
}

void tell(struct telling *t, enum change_action action, enum right right, struct str trustee) {
    struct change c = t->base;
    c.action = action;
    c.right = right;
    c.trustee = trustee;
    if (is_service_grant(t, trustee)) c.flags |= CHANGE_SERVICE;
    t->out->change(t->out->own, t->e, &c);
}

static uint32_t flags_of_certainty(enum certainty c) {
    return c == CALL_AMBIGUOUS ? CHANGE_AMBIGUOUS : c == CALL_DYNAMIC ? CHANGE_DYNAMIC : 0;
}

static void begin(struct telling *t, const struct event *e, struct change_sink *out,
                  const struct params *p, struct str cmdlet) {
    *t = (struct telling){.e = e, .out = out, .p = p};
    t->base.result = e->result;
    t->base.cmdlet = cmdlet;
    t->base.params = *p;
    t->base.note = e->error;
    if (e->poor) t->base.flags |= CHANGE_POOR;
    if (params_true(p, "WhatIf", false)) t->base.flags |= CHANGE_WHAT_IF;
}

/* ---- events ---- */

static void changes_of_command(const struct event *e, struct change_sink *out) {
    const struct cmdlet *cmdlet = cmdlet_find(e->operation, NULL);
    struct telling t;
    begin(&t, e, out, &e->params, cmdlet ? cmdlet->name : e->operation);
    tell_member_cmdlet(&t, t.base.cmdlet);
    if (!tell_cmdlet(&t, t.base.cmdlet)) tell_operation(&t);
}

static void changes_of_text(const struct event *e, struct change_sink *out) {
    struct powershell_text text = {e->text, e->command_line, e->cut};
    struct powershell_reading own = {0};
    if (!e->reading) own = powershell_read(out->arena, &text);
    const struct powershell_reading *reading = e->reading ? e->reading : &own;
    for (size_t i = 0; i < reading->call_count; i++) {
        const struct call *call = &reading->calls[i];
        struct telling t;
        begin(&t, e, out, &call->params, call->cmdlet->name);
        t.base.command = e->command_line ? e->text : str_slice(e->text, call->at, call->end);
        t.base.parent = e->parent;
        if (call->note.n) t.base.note = call->note;
        t.base.flags |= flags_of_certainty(call->certainty);
        if (call->what_if || e->what_if) t.base.flags |= CHANGE_WHAT_IF;
        if (call->attempt) t.base.flags |= CHANGE_ATTEMPT;
        if (call->obfuscated) t.base.flags |= CHANGE_OBFUSCATED;
        tell_cmdlet(&t, call->cmdlet->name);
    }
}

/* Who did it has two names in many records: account and SID, address and PUID. */
static void alias_of_actor(const struct event *e, struct change_sink *out) {
    struct telling t = {.e = e, .out = out};
    tell_alias(&t, e->actor, e->actor_key);
}

void changes_of_event(const struct event *e, struct change_sink *out) {
    struct telling t;
    alias_of_actor(e, out);
    switch (e->kind) {
    case EVENT_COMMAND: changes_of_command(e, out); break;
    case EVENT_TEXT: changes_of_text(e, out); break;
    case EVENT_OPERATION:
        begin(&t, e, out, &e->params, e->operation);
        tell_operation(&t);
        break;
    case EVENT_STATE:
        begin(&t, e, out, &e->params, e->operation);
        tell_state(&t);
        break;
    case EVENT_SIGNIN:
    case EVENT_CLEARED:
    case EVENT_RAN:
    case EVENT_FAILURE:
    case EVENT_HINT: break;
    }
}
