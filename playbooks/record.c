/* record.c - see record.h. */
#include "playbooks/record.h"

#include "analyze/grants/identity.h"

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

bool record_has_flag(const cJSON *change, struct str word) {
    const cJSON *flags = json_get(change, "flags");
    for (const cJSON *w = flags ? flags->child : NULL; w; w = w->next)
        if (str_eq(json_text(w), word)) return true;
    return false;
}

bool record_clears(const cJSON *change) {
    static const char *const idle[] = {"what-if", "attempt", "service"};
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (record_has_flag(change, str_from(idle[i]))) return false;
    return record_has_flag(change, STR("clears")) &&
           !str_eq(json_get_str(change, "result"), STR("failed"));
}

bool record_is_torn(const struct facts *f, const cJSON *grant) {
    const cJSON *ids = json_get(grant, "changes");
    for (const cJSON *id = ids ? ids->child : NULL; id; id = id->next)
        if (record_has_flag(facts_change(f, json_text(id)), STR("ambiguous"))) return true;
    return false;
}

const char *record_unfit(const cJSON *change) {
    for (size_t i = 0; i < sizeof UNFIT / sizeof *UNFIT; i++)
        if (record_has_flag(change, str_from(UNFIT[i].flag))) return UNFIT[i].why;
    if (str_eq(json_get_str(change, "result"), STR("failed")))
        return "it failed: nothing was given";
    return NULL;
}

/* The same for a change that shall have given something. */
const char *record_gives_not(const cJSON *change) {
    const char *why = record_unfit(change);
    if (!why && json_get_bool(change, "changed_nothing", false))
        return "it changed nothing: the right was there already";
    return why;
}

bool record_is_service_entry(struct str name) {
    size_t slash = str_rchr(name, '\\'), path = str_rchr(name, '/');
    struct str last = slash != STR_ABSENT ? str_from_index(name, slash + 1) : name;
    if (slash == STR_ABSENT && path != STR_ABSENT) last = str_from_index(name, path + 1);
    for (size_t i = 0; i < sizeof SERVICE_ENTRIES / sizeof *SERVICE_ENTRIES; i++)
        if (str_ieq(name, str_from(SERVICE_ENTRIES[i])) ||
            str_ieq(last, str_from(SERVICE_ENTRIES[i])))
            return true;
    return false;
}

bool record_is_default_entry(struct str name) {
    return str_ieq(name, STR("Default")) || str_ieq(name, STR("Anonymous"));
}

struct str record_party(const cJSON *party) {
    struct str identity = json_get_str(party, "identity");
    return identity.n ? identity : json_get_str(party, "written");
}

enum where record_where(const cJSON *change) {
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

struct when record_time(const cJSON *change) {
    struct when t = {0, 0, WHEN_NONE};
    if (!when_parse_iso(json_get_str(change, "time"), WHEN_UNKNOWN, &t)) t.basis = WHEN_NONE;
    return t;
}

/* "CORP\\ann" and "ann@corp.example" count as one: a second actor is what raises a question. */
bool record_same_actor(struct arena *a, const cJSON *one, const cJSON *two) {
    struct str x = record_party(json_get(one, "actor")), y = record_party(json_get(two, "actor"));
    return str_ieq(x, y) || str_eq(identity_leaf(a, x), identity_leaf(a, y));
}
