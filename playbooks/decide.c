/* decide.c - see decide.h. Facts about the cmdlets: Microsoft's documentation of each. */
#include "playbooks/decide.h"

#include "playbooks/literal.h"
#include "playbooks/record.h"
#include "playbooks/setting.h"

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

static const struct handled *handled_by_name(struct str right) {
    for (size_t i = 0; i < sizeof HANDLED / sizeof *HANDLED; i++)
        if (str_eq(right, str_from(HANDLED[i].right))) return &HANDLED[i];
    return NULL;
}

/* Names a script may use, into *out; or why not. What the evidence left open a snapshot may settle.
 */
static const char *pick_party(const struct state *s, const cJSON *party, struct str *out) {
    struct str known = s ? state_resolve(s, json_get_str(party, "written")) : STR_NONE;
    *out = record_party(party);
    if (!json_get_str(party, "identity").n && known.n)
        *out = known;
    else if (cJSON_GetArraySize(json_get(party, "candidates")) > 0)
        return "several accounts fit the name";
    return literal_refusal(*out);
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
        const char *unfit = record_gives_not(c);
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

/* Who else gave this right before the opening's actor did, and it stayed: what he gave is no proof
 * of an intrusion, and a snapshot from before him says nothing of what he left. */
static void look_behind(struct arena *a, const struct facts *f, const cJSON *grant,
                        struct deed *d) {
    const cJSON *ids = json_get(grant, "changes");
    d->other = NULL;
    d->since = record_time(d->opening);
    for (const cJSON *id = ids ? ids->child : NULL; id; id = id->next) {
        const cJSON *c = facts_change(f, json_text(id));
        struct when t = record_time(c);
        if (c == d->opening) return;
        if (!c || record_gives_not(c)) continue;
        if (str_eq(json_get_str(c, "action"), STR("revoke"))) {
            d->other = NULL;
            d->since = record_time(d->opening);
        } else if (!record_same_actor(a, c, d->opening)) {
            d->other = c;
            d->since = record_time(d->opening);
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

/* There was no entry before: there shall be none. */
static void take_entry_out(struct arena *a, struct str scope, struct deed *d) {
    d->cmdlet = "Remove-MailboxFolderPermission";
    d->inverse = "Add-MailboxFolderPermission";
    d->read = "Get-MailboxFolderPermission";
    d->before = BEFORE_ABSENT;
    d->mailbox = folder_identity(a, d->mailbox, scope);
}

struct str decide_set_by_others(struct arena *a, const cJSON *change) {
    return arena_printf(a,
                        "it was last set by %.*s (%.*s), who is not among the accounts named as "
                        "compromised: ask the owner whether it shall stay",
                        STR_ARG(json_get_str(json_get(change, "actor"), "written")),
                        STR_ARG(json_get_str(change, "id")));
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
    } else if (record_is_default_entry(d->trustee)) {
        *why_not = STR("Default and Anonymous are never removed, and what they had before is in no "
                       "log: give a snapshot from before with --state, or set it by hand");
    } else if (!added && d->before != BEFORE_ABSENT && d->given_by_others) {
        *why_not = decide_set_by_others(a, d->opening);
    } else if (!added && d->before != BEFORE_ABSENT) {
        *why_not =
            STR("what the entry held before is in no log (only a successful "
                "Add-MailboxFolderPermission proves that there was none): give a snapshot from "
                "before with --state, or ask the owner");
    } else {
        take_entry_out(a, scope, d);
        d->level = json_get_str(grant, "level");
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
    enum where there = record_where(d->opening);
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

static struct state_query query_of(const cJSON *grant, const struct handled *handled,
                                   const struct deed *d) {
    static const enum state_kind kinds[] = {[FAMILY_MAILBOX] = STATE_MAILBOX,
                                            [FAMILY_SEND_AS] = STATE_RECIPIENT,
                                            [FAMILY_BEHALF] = STATE_BEHALF,
                                            [FAMILY_FOLDER] = STATE_FOLDER};
    return (struct state_query){.kind = kinds[handled->family],
                                .mailbox = d->mailbox,
                                .trustee = d->trustee,
                                .scope = json_get_str(grant, "scope"),
                                .right = str_from(handled->right),
                                .deny = d->deny};
}

/* false: the latest snapshot after the opening does not show it any more. */
static bool still_there(struct arena *a, const struct grounds *on, const cJSON *grant,
                        const struct state_query *q, const struct deed *d, struct str *why_not) {
    struct str level, now = json_get_str(grant, "level");
    const struct snapshot *which;
    bool folder = q->kind == STATE_FOLDER;
    enum presence is = state_after(on->state, q, record_time(d->opening), &level, &which);
    if (is != PRESENCE_ABSENT && (is != PRESENCE_PRESENT || !folder || str_ieq(level, now)))
        return true;
    *why_not = arena_printf(a, "it is not there any more: %s of %.*s does not show it", which->path,
                            STR_ARG(when_text(a, which)));
    return false;
}

/* What snapshots know of this grant: what was there before it, and whether it still is. false: no
 * action, *why_not says which snapshot speaks against it. */
static bool consult_state(struct arena *a, const struct grounds *on, const cJSON *grant,
                          const struct handled *handled, struct deed *d, struct str *why_not) {
    struct state_query q = query_of(grant, handled, d);
    const struct snapshot *which;
    struct str level, now = json_get_str(grant, "level");
    bool folder = handled->family == FAMILY_FOLDER;
    enum presence was = state_before(on->state, &q, d->since, &level, &which);
    /* Older than what somebody else did meanwhile: no witness of what was there last. */
    if (d->other && which && when_cmp(which->time, record_time(d->other)) < 0) return true;
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
    return still_there(a, on, grant, &q, d, why_not);
}

/* Whose acts count as the intruder's: the actor of this one, and every account known to be his. */
struct their {
    struct arena *arena;
    const struct grounds *on;
    const cJSON *act;
};

static bool is_compromised(const struct their *t, const cJSON *change) {
    struct str who = record_party(json_get(change, "actor"));
    for (size_t i = 0; i < t->on->compromised_count; i++) {
        struct str named = str_from(t->on->compromised[i]);
        if (str_ieq(who, named) ||
            str_eq(identity_leaf(t->arena, who), identity_leaf(t->arena, named)))
            return true;
    }
    return false;
}

static bool is_theirs(const void *own, const cJSON *change) {
    const struct their *t = own;
    return record_same_actor(t->arena, change, t->act) || is_compromised(t, change);
}

/* Where the accounts of the intruder are named, all acts of others are legitimate: what they made
 * of this right is what it goes back to. *settled: nothing is left to ask. false: it stays. */
static bool heed_history(struct arena *a, const struct grounds *on, const cJSON *grant,
                         const struct handled *handled, struct deed *d, bool *settled,
                         struct str *why_not) {
    struct their their = {a, on, d->opening};
    struct state_query q = query_of(grant, handled, d);
    bool folder = handled->family == FAMILY_FOLDER;
    struct held held = {.standing = STANDING_UNKNOWN};
    if (on->compromised_count) held = history_without(on->history, grant, &q, is_theirs, &their);
    *settled = held.standing != STANDING_UNKNOWN;
    if (!*settled) return true;
    d->other = NULL;
    d->known_by = held.by;
    d->before = held.standing == STANDING_ABSENT ? BEFORE_ABSENT : BEFORE_PRESENT;
    d->previous = folder ? held.level : STR_NONE;
    if (d->before == BEFORE_ABSENT ||
        (folder && !str_ieq(held.level, json_get_str(grant, "level"))))
        return still_there(a, on, grant, &q, d, why_not);
    if (held.told)
        *why_not = arena_printf(a, "%.*s gave it too, at %.*s (%.*s): it would stand without this",
                                STR_ARG(json_get_str(json_get(held.told, "actor"), "written")),
                                STR_ARG(json_get_str(held.told, "time")),
                                STR_ARG(json_get_str(held.told, "id")));
    else
        *why_not = arena_printf(a, "it was there before: %s of %.*s shows it", held.by->path,
                                STR_ARG(when_text(a, held.by)));
    return false;
}

/* A command's output, kept in a transcript, that shows this right before it was given: no proof,
 * but enough not to take its absence for granted. */
static const cJSON *printed_before(const cJSON *grant) {
    const cJSON *s;
    cJSON_ArrayForEach(s, json_get(grant, "snapshots")) {
        if (json_get_bool(s, "before_opening", false)) return s;
    }
    return NULL;
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
    if (record_is_service_entry(d->trustee) ||
        record_is_service_entry(json_get_str(json_get(grant, "trustee"), "written"))) {
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
    if (record_has_flag(d->opening, STR("replaces")) && d->before == BEFORE_ABSENT)
        d->before = BEFORE_UNKNOWN;
    d->printed = printed_before(grant);
    if (d->printed) d->before = BEFORE_UNKNOWN;
    look_behind(a, on->facts, grant, d);
    bool settled;
    if (!heed_history(a, on, grant, handled, d, &settled, why_not)) return false;
    if (!settled && on->state && !consult_state(a, on, grant, handled, d, why_not)) return false;
    struct their their = {a, on, d->opening};
    if (on->compromised_count && !is_compromised(&their, d->opening)) {
        d->before = BEFORE_UNKNOWN;
        d->given_by_others = true;
    }
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

/* ---- what an intruder took away ---- */

static bool is_suspicious(const struct their *t, const cJSON *change) {
    struct str priority = json_get_str(change, "priority");
    if (t->on->compromised_count) return is_compromised(t, change);
    return str_eq(priority, STR("critical")) || str_eq(priority, STR("high"));
}

bool decide_is_suspicious(struct arena *a, const struct grounds *on, const cJSON *change) {
    struct their their = {a, on, NULL};
    return is_suspicious(&their, change);
}

void decide_prepare(struct arena *a, struct grounds *on) {
    struct their their = {a, on, NULL};
    on->first = STR_NONE;
    for (size_t i = 0; i < on->facts->change_count && !on->first.n; i++)
        if (is_compromised(&their, on->facts->changes[i]))
            on->first = json_get_str(on->facts->changes[i], "id");
}

bool decide_is_hindered(struct arena *a, const struct grounds *on, const cJSON *change) {
    struct their their = {a, on, change};
    return on->first.n && str_eq(json_get_str(change, "result"), STR("failed")) &&
           !record_has_flag(change, STR("what-if")) &&
           str_cmp(json_get_str(change, "id"), on->first) > 0 && !is_compromised(&their, change);
}

bool decide_is_stray(struct arena *a, const struct grounds *on, const cJSON *change) {
    struct their their = {a, on, change};
    if (!str_eq(json_get_str(change, "action"), STR("revoke")) || record_unfit(change))
        return false;
    return is_suspicious(&their, change) && !history_knows(on->history, change);
}

/* Parties, kind and inheritance of the entry that was closed. */
static bool name_lost(struct arena *a, const struct grounds *on, const cJSON *grant,
                      const struct handled *handled, struct deed *d, struct str *why_not) {
    const char *why = pick_party(on->state, json_get(grant, "mailbox"), &d->mailbox);
    if (!why) why = pick_party(on->state, json_get(grant, "trustee"), &d->trustee);
    d->inheritance = inheritance_word(json_get_str(d->opening, "inheritance"));
    d->deny = handled->family < FAMILY_BEHALF && json_get_bool(grant, "deny", false);
    d->right = handled->right;
    d->user_key = "User";
    d->automapping = 0;
    if (why)
        *why_not = arena_printf(a, "it was taken away, and its entry cannot be named: %s", why);
    else if (record_is_service_entry(d->trustee) || !d->inheritance.n)
        *why_not = STR("an entry that Exchange itself needs, or of no known InheritanceType: by "
                       "hand only");
    else
        return true;
    return false;
}

static bool restore_folder(struct arena *a, const cJSON *grant, const struct held *held,
                           struct deed *d, struct str *why_not) {
    struct str scope = json_get_str(grant, "scope"), now = json_get_str(d->opening, "level");
    struct str cmdlet = json_get_str(d->opening, "cmdlet");
    if (literal_refusal(scope) || !held->level.n || literal_refusal(held->level)) {
        *why_not = STR("it was taken away, and what the entry held is in no log: give a snapshot "
                       "from before with --state, or ask the owner");
        return false;
    }
    if (str_istarts(cmdlet, STR("Remove"))) {
        enum before before = d->before;
        take_entry_out(a, scope, d);
        d->before = before;
        d->level = held->level;
        d->restores = true;
        d->rank = RANK_RESTORE;
        return true;
    }
    if (str_ieq(held->level, now.n ? now : STR("None"))) {
        *why_not = STR("closed already, and it held no more before");
        return false;
    }
    d->previous = held->level;
    set_folder_back(a, grant, d);
    d->level = now.n ? now : STR("None");
    return true;
}

/* Set to None: the entry still stands, and holds nothing. */
static bool leaves_none(const cJSON *closing) {
    return str_eq(json_get_str(closing, "right"), STR("Folder")) &&
           str_istarts(json_get_str(closing, "cmdlet"), STR("Set-"));
}

/* A right that a suspicious act took from somebody: given back as it was before, where that is
 * known; asked for where it is not; left alone where the taker had given it himself. */
static bool decide_closed(struct arena *a, const struct grounds *on, const cJSON *grant,
                          const cJSON *closing, const struct handled *handled, struct deed *d,
                          struct str *why_not) {
    const cJSON *opened = facts_change(on->facts, json_get_str(grant, "opened_by"));
    struct their their = {a, on, closing};
    *why_not = STR("closed already");
    if (!closing) closing = facts_change(on->facts, json_get_str(grant, "closed_by"));
    if (closing && leaves_none(closing) && !is_suspicious(&their, closing))
        *why_not = arena_printf(a,
                                "closed already: %.*s set it to None (%.*s), so that its entry "
                                "stays, and gives nothing",
                                STR_ARG(json_get_str(json_get(closing, "actor"), "written")),
                                STR_ARG(json_get_str(closing, "id")));
    if (!closing || (record_unfit(closing) && !record_clears(closing)) ||
        !is_suspicious(&their, closing))
        return false;
    d->opening = closing;
    if (!name_lost(a, on, grant, handled, d, why_not)) return false;
    struct state_query q = query_of(grant, handled, d);
    struct held held = history_without(on->history, grant, &q, is_theirs, &their);
    if (held.standing == STANDING_ABSENT && leaves_none(closing) &&
        !record_is_default_entry(d->trustee) && !literal_refusal(json_get_str(grant, "scope"))) {
        take_entry_out(a, json_get_str(grant, "scope"), d);
        d->level = STR("None");
        d->known_by = held.by;
        return true;
    }
    if (held.standing == STANDING_ABSENT ||
        (held.standing == STANDING_UNKNOWN && opened && is_theirs(&their, opened))) {
        *why_not = held.standing == STANDING_ABSENT
                       ? STR("closed already, and not there before it was given")
                       : STR("closed by who had given it; whether it was there before is unknown");
        return false;
    }
    struct str level;
    const struct snapshot *which;
    if (handled->family != FAMILY_FOLDER &&
        state_after(on->state, &q, record_time(closing), &level, &which) == PRESENCE_PRESENT) {
        *why_not = arena_printf(a, "it was taken away, and is there again: %s of %.*s shows it",
                                which->path, STR_ARG(when_text(a, which)));
        return false;
    }
    d->before = held.standing == STANDING_PRESENT ? BEFORE_PRESENT : BEFORE_UNKNOWN;
    d->known_by = held.by;
    if (handled->family == FAMILY_FOLDER) return restore_folder(a, grant, &held, d, why_not);
    d->restores = true;
    d->rank = RANK_RESTORE;
    if (opened) d->automapping = !cJSON_IsFalse(json_get(opened, "automapping"));
    return decide_family(a, grant, handled->family, on->where, d, why_not);
}

bool decide_opening(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                    struct str *why_not) {
    const char *why = NULL;
    d->opening = opening_of(on->facts, grant, &d->before, &why);
    d->automapping = -1;
    if (!d->opening) *why_not = str_from(why);
    if (!d->opening) return false;
    look_behind(a, on->facts, grant, d);
    return true;
}

const char *decide_party(const struct grounds *on, const cJSON *party, struct str *out) {
    return pick_party(on->state, party, out);
}

/* Nobody knows whether the last act took it. Where it stood before, it shall stand: the script
 * reads whether it does. */
static bool decide_unclosed(struct arena *a, const struct grounds *on, const cJSON *grant,
                            const cJSON *attempt, const struct handled *handled, struct deed *d,
                            struct str *why_not) {
    if (attempt && decide_closed(a, on, grant, attempt, handled, d, why_not) &&
        d->before == BEFORE_PRESENT)
        return true;
    memset(d, 0, sizeof *d);
    d->rank = RANK_ENTRY;
    return decide_open(a, on, grant, handled, d, why_not);
}

bool decide_grant(struct arena *a, const struct grounds *on, const cJSON *grant, struct deed *d,
                  struct str *why_not) {
    struct str right = json_get_str(grant, "right"), state = json_get_str(grant, "state");
    const struct handled *handled = handled_by_name(right);
    struct life_end end = history_end(on->history, grant);
    memset(d, 0, sizeof *d);
    d->rank = RANK_ENTRY;
    if (!(handled || setting_handles(right)) || !playbooks_for(on->playbooks, right))
        *why_not = arena_printf(a, "%.*s is handled by no playbook of this plan", STR_ARG(right));
    else if (str_eq(json_get_str(grant, "priority"), STR("routine")))
        *why_not = STR("routine: expected by the baseline or done by the service");
    else if (!handled)
        return setting_decide(a, on, grant, d, why_not);
    else if (end.newest != grant)
        *why_not = arena_printf(a, "see %.*s: the same right, later",
                                STR_ARG(json_get_str(end.newest, "id")));
    else if (end.closing || str_eq(state, STR("closed")))
        return decide_closed(a, on, grant, end.closing, handled, d, why_not);
    else
        return decide_unclosed(a, on, grant, end.attempt, handled, d, why_not);
    return false;
}
