/* decide.c - see decide.h. Facts about the cmdlets: Microsoft's documentation of each. */
#include "playbooks/decide.h"

#include "playbooks/literal.h"

enum family { FAMILY_MAILBOX, FAMILY_SEND_AS, FAMILY_BEHALF, FAMILY_FOLDER };

static const struct handled {
    const char *right;
    enum family family;
} HANDLED[] = {
    {"FullAccess", FAMILY_MAILBOX},
    {"ReadPermission", FAMILY_MAILBOX},
    {"ChangePermission", FAMILY_MAILBOX},
    {"ChangeOwner", FAMILY_MAILBOX},
    {"DeleteItem", FAMILY_MAILBOX},
    {"ExternalAccount", FAMILY_MAILBOX},
    {"SendAs", FAMILY_SEND_AS},
    {"SendOnBehalf", FAMILY_BEHALF},
    {"Folder", FAMILY_FOLDER},
    {"CalendarDelegate", FAMILY_FOLDER},
};

/* A change with one of these says too little, or something else than a grant. */
static const struct {
    const char *flag, *why;
} UNFIT[] = {
    {"what-if", "its record shows -WhatIf: nothing was changed"},
    {"truncated", "its record was cut: the values are not whole"},
    {"ambiguous", "its record can be read in two ways"},
    {"dynamic", "its target or trustee is not a constant in the text"},
    {"poor", "its record holds outer columns only"},
    {"attempt", "its text cannot have run: evidence of intent only"},
    {"carved", "its record was carved from remains: it stands in no log"},
    {"service", "the service itself did it"},
    {"owner", "it changes the mailbox's owner: by hand only"},
    {"clears", "it cleared a whole list: what was there is in no log, by hand only"},
};

/* Entries that Exchange itself needs (Get-MailboxPermission shows them on every mailbox). */
static const char *const SERVICE_ENTRIES[] = {
    "SELF",
    "NT AUTHORITY\\SELF",
    "S-1-5-10",
    "SYSTEM",
    "NT AUTHORITY\\SYSTEM",
    "S-1-5-18",
    "NETWORK SERVICE",
    "NT AUTHORITY\\NETWORK SERVICE",
    "S-1-5-20",
    "Exchange Servers",
    "Exchange Trusted Subsystem",
    "Managed Availability Servers",
    "Organization Management",
    "Discovery Management",
    "Domain Admins",
    "Enterprise Admins",
    "Administrator",
};

static const struct handled *handled_by_name(struct str right) {
    for (size_t i = 0; i < sizeof HANDLED / sizeof *HANDLED; i++)
        if (str_eq(right, str_from(HANDLED[i].right))) return &HANDLED[i];
    return NULL;
}

static bool has_flag(const cJSON *change, struct str word) {
    const cJSON *flags = json_get(change, "flags");
    for (const cJSON *w = flags ? flags->child : NULL; w; w = w->next)
        if (str_eq(json_text(w), word)) return true;
    return false;
}

bool decide_is_torn(const struct facts *f, const cJSON *grant) {
    const cJSON *ids = json_get(grant, "changes");
    for (const cJSON *id = ids ? ids->child : NULL; id; id = id->next)
        if (has_flag(facts_change(f, json_text(id)), STR("ambiguous"))) return true;
    return false;
}

static const char *unfit_by(const cJSON *change) {
    for (size_t i = 0; i < sizeof UNFIT / sizeof *UNFIT; i++)
        if (has_flag(change, str_from(UNFIT[i].flag))) return UNFIT[i].why;
    if (str_eq(json_get_str(change, "result"), STR("failed")))
        return "it failed: nothing was given";
    if (json_get_bool(change, "changed_nothing", false))
        return "it changed nothing: the right was there already";
    return NULL;
}

static bool is_service_entry(struct str name) {
    size_t slash = str_rchr(name, '\\'), path = str_rchr(name, '/');
    struct str last = slash != STR_ABSENT ? str_from_index(name, slash + 1) : name;
    if (slash == STR_ABSENT && path != STR_ABSENT) last = str_from_index(name, path + 1);
    for (size_t i = 0; i < sizeof SERVICE_ENTRIES / sizeof *SERVICE_ENTRIES; i++)
        if (str_ieq(name, str_from(SERVICE_ENTRIES[i])) ||
            str_ieq(last, str_from(SERVICE_ENTRIES[i])))
            return true;
    return false;
}

static bool is_default_entry(struct str name) {
    return str_ieq(name, STR("Default")) || str_ieq(name, STR("Anonymous"));
}

static struct str party_text(const cJSON *party) {
    struct str identity = json_get_str(party, "identity");
    return identity.n ? identity : json_get_str(party, "written");
}

/* Names a script may use, into *out; or why not. What the evidence left open a snapshot may settle.
 */
static const char *pick_party(const struct state *s, const cJSON *party, struct str *out) {
    struct str known = s ? state_resolve(s, json_get_str(party, "written")) : STR_NONE;
    *out = party_text(party);
    if (!json_get_str(party, "identity").n && known.n)
        *out = known;
    else if (cJSON_GetArraySize(json_get(party, "candidates")) > 0)
        return "several accounts fit the name";
    return literal_refusal(*out);
}

enum where change_where(const cJSON *change) {
    struct str cmdlet = json_get_str(change, "cmdlet");
    if (str_iends(cmdlet, STR("-ADPermission"))) return WHERE_ONPREM;
    if (str_iends(cmdlet, STR("-RecipientPermission"))) return WHERE_ONLINE;
    static const char *const onprem[] = {"admin-audit", "exchange-management",
                                         "exchange-cmdlet-log", "security-5136", "security-group"};
    const cJSON *list = json_get(change, "observations");
    for (const cJSON *o = list ? list->child : NULL; o; o = o->next) {
        struct str source = json_get_str(o, "source");
        if (str_eq(source, STR("ual"))) return WHERE_ONLINE;
        for (size_t i = 0; i < sizeof onprem / sizeof *onprem; i++)
            if (str_eq(source, str_from(onprem[i]))) return WHERE_ONPREM;
    }
    return WHERE_UNKNOWN;
}

/* The last fit change that gave the right; *why_not says what was wrong with the others. An earlier
 * successful revoke of the same right proves that it was absent when it was given. */
static const cJSON *opening_of(const struct facts *f, const cJSON *grant, enum before *before,
                               const char **why_not) {
    const cJSON *ids = json_get(grant, "changes"), *found = NULL;
    bool revoked = false;
    *before = BEFORE_UNKNOWN;
    *why_not = "no record of what gave it: it was there before";
    for (const cJSON *id = ids ? ids->child : NULL; id; id = id->next) {
        const cJSON *c = facts_change(f, json_text(id));
        struct str action = json_get_str(c, "action");
        if (!c) continue;
        const char *unfit = unfit_by(c);
        if (str_eq(action, STR("revoke"))) {
            revoked = !unfit && str_eq(json_get_str(c, "result"), STR("succeeded"));
        } else if (unfit) {
            *why_not = unfit;
        } else {
            if (!found || revoked) *before = revoked ? BEFORE_ABSENT : BEFORE_UNKNOWN;
            found = c;
            revoked = false;
        }
    }
    return found;
}

static struct when time_of(const cJSON *change) {
    struct when t = {0, 0, WHEN_NONE};
    if (!when_parse_iso(json_get_str(change, "time"), WHEN_UNKNOWN, &t)) t.basis = WHEN_NONE;
    return t;
}

/* "CORP\\ann" and "ann@corp.example" count as one: a second actor is what raises a question. */
static bool same_actor(struct arena *a, const cJSON *one, const cJSON *two) {
    struct str x = party_text(json_get(one, "actor")), y = party_text(json_get(two, "actor"));
    return str_ieq(x, y) || str_eq(identity_leaf(a, x), identity_leaf(a, y));
}

/* Who else gave this right before the opening's actor did, and it stayed: what he gave is no proof
 * of an intrusion, and a snapshot from before him says nothing of what he left. */
static void look_behind(struct arena *a, const struct facts *f, const cJSON *grant,
                        struct deed *d) {
    const cJSON *ids = json_get(grant, "changes");
    d->other = NULL;
    d->since = time_of(d->opening);
    for (const cJSON *id = ids ? ids->child : NULL; id; id = id->next) {
        const cJSON *c = facts_change(f, json_text(id));
        struct when t = time_of(c);
        if (c == d->opening) return;
        if (!c || unfit_by(c)) continue;
        if (str_eq(json_get_str(c, "action"), STR("revoke"))) {
            d->other = NULL;
            d->since = time_of(d->opening);
        } else if (!same_actor(a, c, d->opening)) {
            d->other = c;
            d->since = time_of(d->opening);
        } else if (when_cmp(t, d->since) < 0) {
            d->since = t;
        }
    }
}

/* "Mailbox:\\Path" */
static struct str folder_identity(struct arena *a, struct str mailbox, struct str scope) {
    if (str_chr(scope, ':') != STR_ABSENT) return scope;
    return arena_printf(a, "%.*s:%s%.*s", STR_ARG(mailbox), scope.p[0] == '\\' ? "" : "\\",
                        STR_ARG(scope));
}

/* The entry was there before with other rights: it is set back, never removed. */
static void set_folder_back(struct arena *a, const cJSON *grant, struct deed *d) {
    d->cmdlet = d->inverse = "Set-MailboxFolderPermission";
    d->read = "Get-MailboxFolderPermission";
    d->level = json_get_str(grant, "level");
    d->mailbox = folder_identity(a, d->mailbox, json_get_str(grant, "scope"));
}

static bool decide_folder(struct arena *a, const cJSON *grant, struct deed *d,
                          struct str *why_not) {
    struct str scope = json_get_str(grant, "scope");
    struct str cmdlet = json_get_str(d->opening, "cmdlet");
    const char *refusal = literal_refusal(scope);
    bool added = (str_ieq(cmdlet, STR("Add-MailboxFolderPermission")) ||
                  str_ieq(cmdlet, STR("AddFolderPermissions"))) &&
                 str_eq(json_get_str(d->opening, "result"), STR("succeeded"));
    if (refusal) {
        *why_not = arena_printf(a, "its folder cannot be named in a script: %s", refusal);
    } else if (d->previous.n && !literal_refusal(d->previous)) {
        set_folder_back(a, grant, d);
        return true;
    } else if (is_default_entry(d->trustee)) {
        *why_not = STR("Default and Anonymous are never removed, and what they had before is in no "
                       "log: give a snapshot from before with --state, or set it by hand");
    } else if (!added && d->before != BEFORE_ABSENT) {
        *why_not =
            STR("what the entry held before is in no log (only a successful "
                "Add-MailboxFolderPermission proves that there was none): give a snapshot from "
                "before with --state, or ask the owner");
    } else {
        d->cmdlet = "Remove-MailboxFolderPermission";
        d->inverse = "Add-MailboxFolderPermission";
        d->read = "Get-MailboxFolderPermission";
        d->before = BEFORE_ABSENT;
        d->level = json_get_str(grant, "level");
        d->mailbox = folder_identity(a, d->mailbox, scope);
        return true;
    }
    return false;
}

static void fill_mailbox(struct deed *d) {
    d->cmdlet = "Remove-MailboxPermission";
    d->inverse = "Add-MailboxPermission";
    d->read = "Get-MailboxPermission";
}

static bool fill_send_as(enum where where, struct deed *d, struct str *why_not) {
    enum where there = change_where(d->opening);
    if (where == WHERE_UNKNOWN) where = there;
    d->user_key = where == WHERE_ONLINE ? "Trustee" : "User";
    d->cmdlet = where == WHERE_ONLINE ? "Remove-RecipientPermission" : "Remove-ADPermission";
    d->inverse = where == WHERE_ONLINE ? "Add-RecipientPermission" : "Add-ADPermission";
    d->read = where == WHERE_ONLINE ? "Get-RecipientPermission" : "Get-ADPermission";
    d->right = where == WHERE_ONLINE ? "SendAs" : "Send As";
    if (where != WHERE_UNKNOWN) return true;
    *why_not =
        STR("no source says whether this is Exchange Online or a server: give --environment");
    return false;
}

static void fill_behalf(struct deed *d) {
    d->cmdlet = d->inverse = "Set-Mailbox";
    d->read = "Get-Mailbox";
}

static bool decide_family(struct arena *a, const cJSON *grant, enum family family, enum where where,
                          struct deed *d, struct str *why_not) {
    switch (family) {
    case FAMILY_MAILBOX: fill_mailbox(d); return true;
    case FAMILY_SEND_AS: return fill_send_as(where, d, why_not);
    case FAMILY_BEHALF: fill_behalf(d); return true;
    case FAMILY_FOLDER: return decide_folder(a, grant, d, why_not);
    }
    return false;
}

/* "None" ... "SelfAndChildren": the words of ActiveDirectorySecurityInheritance, else "". */
static struct str inheritance_word(struct str s) {
    static const char *const words[] = {"None", "All", "Descendents", "SelfAndChildren",
                                        "Children"};
    if (!s.n) return STR("All");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieq(s, str_from(words[i]))) return str_from(words[i]);
    return STR_NONE;
}

static struct str when_text(struct arena *a, const struct snapshot *s) {
    char text[WHEN_TEXT];
    struct when t = s->time;
    t.digits = 0;
    return arena_copy(a, when_format(t, text));
}

/* What snapshots know of this grant: what was there before it, and whether it still is. false: no
 * action, *why_not says which snapshot speaks against it. */
static bool consult_state(struct arena *a, const struct grounds *on, const cJSON *grant,
                          const struct handled *handled, struct deed *d, struct str *why_not) {
    static const enum state_kind kinds[] = {[FAMILY_MAILBOX] = STATE_MAILBOX,
                                            [FAMILY_SEND_AS] = STATE_RECIPIENT,
                                            [FAMILY_BEHALF] = STATE_BEHALF,
                                            [FAMILY_FOLDER] = STATE_FOLDER};
    struct state_query q = {.kind = kinds[handled->family],
                            .mailbox = d->mailbox,
                            .trustee = d->trustee,
                            .scope = json_get_str(grant, "scope"),
                            .right = str_from(handled->right),
                            .deny = d->deny};
    const struct snapshot *which;
    struct str level, now = json_get_str(grant, "level");
    bool folder = handled->family == FAMILY_FOLDER;
    enum presence was = state_before(on->state, &q, d->since, &level, &which);
    /* Older than what somebody else did meanwhile: no witness of what was there last. */
    if (d->other && which && when_cmp(which->time, time_of(d->other)) < 0) return true;
    if (was != PRESENCE_UNKNOWN) {
        d->other = NULL;
        d->before = was == PRESENCE_ABSENT ? BEFORE_ABSENT : BEFORE_PRESENT;
        d->known_by = which;
    }
    if (was == PRESENCE_PRESENT && which && (!folder || str_ieq(level, now))) {
        *why_not = arena_printf(a, "it was there before: %s of %.*s shows it", which->path,
                                STR_ARG(when_text(a, which)));
        return false;
    }
    if (was == PRESENCE_PRESENT) d->previous = level;
    enum presence is = state_after(on->state, &q, time_of(d->opening), &level, &which);
    if (is == PRESENCE_ABSENT || (is == PRESENCE_PRESENT && folder && !str_ieq(level, now))) {
        *why_not = arena_printf(a, "it is not there any more: %s of %.*s does not show it",
                                which->path, STR_ARG(when_text(a, which)));
        return false;
    }
    return true;
}

static bool decide_open(struct arena *a, const struct grounds *on, const cJSON *grant,
                        const struct handled *handled, struct deed *d, struct str *why_not) {
    const char *why = NULL;
    d->opening = opening_of(on->facts, grant, &d->before, &why);
    if (d->opening) why = pick_party(on->state, json_get(grant, "mailbox"), &d->mailbox);
    if (why) {
        *why_not = str_from(why);
        if (d->opening) *why_not = arena_printf(a, "the mailbox cannot be used: %s", why);
        return false;
    }
    why = pick_party(on->state, json_get(grant, "trustee"), &d->trustee);
    if (why) {
        *why_not = arena_printf(a, "the trustee cannot be used: %s", why);
        return false;
    }
    if (is_service_entry(d->trustee) ||
        is_service_entry(json_get_str(json_get(grant, "trustee"), "written"))) {
        *why_not = STR("the trustee is an entry that Exchange itself needs: never removed");
        return false;
    }
    d->inheritance = inheritance_word(json_get_str(d->opening, "inheritance"));
    if (!d->inheritance.n) {
        *why_not = STR("its InheritanceType is none that the cmdlet knows");
        return false;
    }
    const cJSON *mapping = json_get(d->opening, "automapping");
    d->automapping = cJSON_IsBool(mapping) ? cJSON_IsTrue(mapping) : -1;
    d->deny = json_get_bool(grant, "deny", json_get_bool(d->opening, "deny", false));
    d->right = handled->right;
    d->user_key = "User";
    if (d->deny && handled->family >= FAMILY_BEHALF) d->deny = false;
    /* A replaced list says who is in it now, not who was not in it before. */
    if (has_flag(d->opening, STR("replaces")) && d->before == BEFORE_ABSENT)
        d->before = BEFORE_UNKNOWN;
    look_behind(a, on->facts, grant, d);
    if (on->state && !consult_state(a, on, grant, handled, d, why_not)) return false;
    if (d->other) {
        d->before = BEFORE_UNKNOWN;
        struct str level = json_get_str(d->other, "level");
        if (handled->family == FAMILY_FOLDER &&
            str_eq(json_get_str(d->other, "result"), STR("succeeded")) &&
            !str_ieq(level, json_get_str(grant, "level")))
            d->previous = level;
    }
    return decide_family(a, grant, handled->family, on->where, d, why_not);
}

static bool was_evicted(const struct facts *f, const cJSON *grant) {
    const cJSON *c = facts_change(f, json_get_str(grant, "closed_by"));
    struct str priority = json_get_str(c, "priority");
    return c && (str_eq(priority, STR("critical")) || str_eq(priority, STR("high")));
}

bool decide_grant(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                  struct str *why_not) {
    struct str right = json_get_str(grant, "right"), state = json_get_str(grant, "state");
    const struct handled *handled = handled_by_name(right);
    memset(d, 0, sizeof *d);
    if (str_eq(state, STR("closed")))
        *why_not = was_evicted(on->facts, grant)
                       ? STR("closed by a suspicious act, which may have evicted a legitimate "
                             "delegate: ask the owner, and give it back by hand")
                       : STR("closed already");
    else if (!handled || !playbook_handles(on->playbook, right))
        *why_not = arena_printf(a, "%.*s is not handled by this playbook", STR_ARG(right));
    else if (str_eq(json_get_str(grant, "priority"), STR("routine")))
        *why_not = STR("routine: expected by the baseline or done by the service");
    else
        return decide_open(a, on, grant, handled, d, why_not);
    return false;
}
