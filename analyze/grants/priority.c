/* priority.c - which acts deserve a look first, and why: each signal has an id and one sentence.
 *
 * The table below is the knowledge; the functions only say whether a signal applies. An act's
 * priority is that of its weightiest signal, else that of its right. What had no effect is low,
 * what the service itself does is routine. */
#include <stdlib.h>

#include "analyze/grants/lookalike.h"

static const int64_t BURST =
    3600 * NS_PER_S; /* grants of one actor within this time are one burst */
enum { FAILURES_LEAST = 3 };
enum { BURST_LEAST = 3, BURST_LOOK = 1024 }; /* of so many mailboxes, looked for in so many acts */

const char *priority_name(enum priority p) {
    static const char *const names[] = {"critical", "high", "medium", "low", "routine"};
    return names[p];
}

static const int64_t NEW_ACCOUNT = 14 * 24 * 3600 * NS_PER_S;

struct view {
    struct fold *f;
    const struct act *a;
    struct str mailbox, trustee, actor; /* identity keys */
    size_t burst;             /* mailboxes that this actor gave access to around this time */
    struct str like;          /* a name that the trustee's is made to be taken for */
    const struct shown *made; /* the trustee's account, shortly before or after; or NULL */
    const struct signin_of *first_signin; /* the trustee's, likewise; or NULL */
};

static bool effective(const struct act *a) {
    return a->what.result != RESULT_FAILED &&
           (a->what.flags & (CHANGE_WHAT_IF | CHANGE_ATTEMPT)) == 0;
}

static bool gives(const struct view *v) {
    return v->a->what.action != ACTION_REVOKE && !v->a->what.deny;
}

static bool is_access(enum right r) {
    return r != RIGHT_AUDIT_CONFIG && r != RIGHT_AUDIT_BYPASS && r != RIGHT_INBOX_RULE &&
           r != RIGHT_TRANSPORT_RULE && r != RIGHT_FORWARDING;
}

static bool self_grant(const struct view *v) {
    return gives(v) && is_access(v->a->what.right) && v->actor.n && str_eq(v->actor, v->trustee) &&
           !str_eq(v->actor, v->mailbox);
}

/* The members of the group that got it, at the time or later. */
static bool is_group(const struct view *v) {
    return gives(v) && v->a->grant && v->a->grant->member_count > 0;
}

static bool self_grant_by_group(const struct view *v) {
    const struct grant *g = v->a->grant;
    bool in = false;
    for (size_t i = 0; is_group(v) && v->actor.n && i < g->member_count && !in; i++)
        in = str_eq(v->actor, identity_key(v->f->identity, party_name(&g->members[i].who)));
    return in && is_access(v->a->what.right) && !str_eq(v->actor, v->mailbox);
}

static bool new_trustee(const struct view *v) { return gives(v) && v->made; }

static bool open_to_all(const struct view *v) {
    struct str t = v->a->trustee.written;
    return gives(v) && is_access(v->a->what.right) &&
           !(v->a->what.mask_known && v->a->what.mask == 0) &&
           (str_ieq(t, STR("Default")) || str_ieq(t, STR("Anonymous")) ||
            str_ieq(t, STR("Everyone")));
}

/* The other side has an address of a domain that neither the mailbox nor the actor has. */
static bool outside(const struct view *v) {
    struct str theirs = identity_domain(party_name(&v->a->trustee));
    struct str ours = identity_domain(party_name(&v->a->mailbox));
    struct str actors = identity_domain(party_name(&v->a->actor));
    const struct baseline *b = v->f->options->baseline;
    if (!theirs.n || (b && baseline_is_internal(b, theirs))) return false;
    if (b && b->domains.count) return gives(v);
    if (!ours.n && !actors.n) return false;
    return gives(v) && !str_ieq(theirs, ours) && !str_ieq(theirs, actors);
}

static bool external_trustee(const struct view *v) {
    return is_access(v->a->what.right) && outside(v);
}
static bool forwarding_outside(const struct view *v) {
    return !is_access(v->a->what.right) && outside(v);
}

static bool many_mailboxes(const struct view *v) { return gives(v) && v->burst >= BURST_LEAST; }

static bool audit_weakened(const struct view *v) {
    if (v->a->what.right == RIGHT_AUDIT_BYPASS) return gives(v);
    return v->a->what.right == RIGHT_AUDIT_CONFIG;
}

static bool impersonation(const struct view *v) {
    return gives(v) && v->a->what.right == RIGHT_IMPERSONATION;
}

static bool whole_organisation(const struct view *v) {
    return gives(v) && v->a->what.right == RIGHT_TRANSPORT_RULE && v->a->trustee.written.n > 0;
}

static bool obfuscated(const struct view *v) { return (v->a->what.flags & CHANGE_OBFUSCATED) != 0; }

static bool used_after(const struct view *v) {
    return gives(v) && v->a->grant && v->a->grant->opened_by == v->a && v->a->grant->use_total > 0;
}

static bool hides_mail(const struct view *v) {
    struct str level = v->a->what.level;
    return gives(v) && v->a->what.right == RIGHT_INBOX_RULE &&
           (str_ifind(level, STR("Delete")) != STR_ABSENT ||
            str_ifind(level, STR("MoveTo")) != STR_ABSENT);
}

static bool quick_revoke(const struct view *v) {
    const struct grant *g = v->a->grant;
    return v->a->what.action == ACTION_REVOKE && g && g->closed_by == v->a && g->opened_by &&
           v->a->time.ns - g->opened.ns < 24 * 3600 * NS_PER_S &&
           str_eq(identity_key(v->f->identity, party_name(&g->opened_by->actor)), v->actor);
}

/* Took back something nobody saw given, under names that are no addresses: it may have been another
 * grant's end, which then still counts as open. */
static bool unmatched_revoke(const struct view *v) {
    const struct grant *g = v->a->grant;
    bool known =
        identity_domain(v->a->mailbox.identity).n && identity_domain(v->a->trustee.identity).n;
    return v->a->what.action == ACTION_REVOKE && g && !g->opened_by && g->closed_by == v->a &&
           !known && is_access(v->a->what.right);
}

static bool owner_shares(const struct view *v) {
    return gives(v) && v->actor.n && str_eq(v->actor, v->mailbox) && is_access(v->a->what.right);
}

static bool sensitive(const struct view *v) {
    const struct baseline *b = v->f->options->baseline;
    return b && gives(v) && baseline_has(&b->sensitive, v->f->identity, &v->a->mailbox);
}

/* Administrators and service accounts are listed, and the actor is none of them, nor the owner. */
static bool unexpected_administrator(const struct view *v) {
    const struct baseline *b = v->f->options->baseline;
    if (!b || !b->administrators.count || !v->actor.n || str_eq(v->actor, v->mailbox)) return false;
    return gives(v) && !(v->a->what.flags & CHANGE_SERVICE) &&
           !baseline_has(&b->administrators, v->f->identity, &v->a->actor) &&
           !baseline_has(&b->services, v->f->identity, &v->a->actor);
}

static bool expected_pair(const struct view *v) {
    const struct baseline *b = v->f->options->baseline;
    return b && baseline_expects(b, v->f->identity, &v->a->mailbox, &v->a->trustee);
}

static bool approved_change(const struct view *v) {
    const struct baseline *b = v->f->options->baseline;
    return b && baseline_approves(b, v->f->identity, v->a);
}

static const struct habits *habits_of(const struct view *v) {
    static const struct habits none = {0};
    return v->f->options->baseline ? &v->f->options->baseline->habits : &none;
}

static bool outside_windows(const struct view *v) {
    const struct habits *h = habits_of(v);
    return gives(v) && h->window_count && !(v->a->what.flags & CHANGE_SERVICE) &&
           !habits_allow_time(h, v->a->time);
}

static bool strange_address(const struct view *v) {
    const struct habits *h = habits_of(v);
    return h->network_count && v->a->client_ip.n && !(v->a->what.flags & CHANGE_SERVICE) &&
           !habits_know_address(h, v->a->client_ip);
}

static bool known_workflow(const struct view *v) {
    const struct act *a = v->a;
    struct str command = a->what.command.n ? a->what.command : a->what.cmdlet;
    return habits_know_workflow(habits_of(v), a->host, &a->actor, command);
}

static bool new_address(const struct view *v) {
    return v->a->signin && v->a->signin->new_address && !(v->a->what.flags & CHANGE_SERVICE);
}

static bool legacy_protocol(const struct view *v) { return v->a->signin && v->a->signin->legacy; }

static bool failures_before(const struct view *v) {
    return v->a->signin && v->a->signin->failures >= FAILURES_LEAST;
}

static bool risky_signin(const struct view *v) {
    const struct signin_join *j = v->a->signin;
    return j && (str_ieq(j->risk, STR("high")) || str_ieq(j->risk, STR("medium")));
}

static bool unexpected_parent(const struct view *v) {
    return v->a->what.parent.n && !habits_expect_parent(habits_of(v), v->a->what.parent);
}

static bool filtered_out(const struct view *v) {
    return !habits_let_through(habits_of(v), v->a->what.cmdlet);
}

/* There are tickets, and none is for this. */
static bool no_ticket(const struct view *v) {
    const struct baseline *b = v->f->options->baseline;
    return b && b->approved_count && gives(v) && is_access(v->a->what.right) &&
           !(v->a->what.flags & CHANGE_SERVICE) && !approved_change(v);
}

/* There are expected pairs, and this is none of them, nor an owner's own doing. */
static bool unexpected_pair(const struct view *v) {
    const struct baseline *b = v->f->options->baseline;
    return b && b->delegate_count && gives(v) && is_access(v->a->what.right) &&
           !(v->a->what.flags & CHANGE_SERVICE) && !expected_pair(v) &&
           !str_eq(v->actor, v->mailbox);
}

static bool used_soon(const struct view *v) {
    const struct grant *g = v->a->grant;
    int64_t window = habits_of(v)->use_window;
    return window && used_after(v) && g->use_first.basis != WHEN_NONE &&
           g->use_first.ns - v->a->time.ns <= window;
}

static bool look_alike(const struct view *v) { return gives(v) && v->like.n > 0; }

static bool disagreement(const struct view *v) {
    bool good = false, bad = false;
    for (size_t i = 0; i < v->a->observation_count; i++) {
        good |= v->a->observations[i].result == RESULT_SUCCEEDED;
        bad |= v->a->observations[i].result == RESULT_FAILED;
    }
    return good && bad;
}

static bool not_on_server(const struct view *v) { return v->a->not_on_server.n > 0; }
static bool not_in_shell(const struct view *v) { return gives(v) && v->a->not_in_shell.n > 0; }
static bool other_values(const struct view *v) { return v->a->other_values.n > 0; }

/* More was sent by it on one day than is usual (AN1051's MailflowAnomalyThreshold). */
static bool mailflow_spike(const struct view *v) {
    uint64_t most = habits_of(v)->mailflow_threshold;
    return used_after(v) && v->a->grant->sent_most >= (most ? most : MAILFLOW_THRESHOLD);
}

/* The trustee signed in for the first time near the act, though the sign-ins begin well before. */
static bool first_seen(const struct view *v) {
    return gives(v) && v->first_signin && !str_eq(v->trustee, v->mailbox);
}

static const struct {
    const char *id;
    enum priority priority;
    bool (*applies)(const struct view *);
    const char *why;
} SIGNALS[] = {
    {"self-grant", PRIORITY_CRITICAL, self_grant, "the actor gave this access to themselves"},
    {"self-grant-by-group", PRIORITY_CRITICAL, self_grant_by_group,
     "the actor gave this access to a group that they are in"},
    {"open-to-all", PRIORITY_HIGH, open_to_all,
     "the access is for everyone (Default, Anonymous), not for one person"},
    {"external-trustee", PRIORITY_HIGH, external_trustee,
     "the trustee's address is of another domain than mailbox and actor"},
    {"forwarding-outside", PRIORITY_HIGH, forwarding_outside,
     "mail leaves to an address of another domain than mailbox and actor"},
    {"many-mailboxes", PRIORITY_HIGH, many_mailboxes,
     "the same actor gave access to three or more mailboxes within an hour"},
    {"audit-weakened", PRIORITY_HIGH, audit_weakened, "what auditing records was changed"},
    {"impersonation", PRIORITY_HIGH, impersonation, "the role reaches every mailbox in its scope"},
    {"whole-organisation", PRIORITY_HIGH, whole_organisation,
     "a transport rule sends mail of the organisation to a further recipient"},
    {"obfuscated", PRIORITY_HIGH, obfuscated, "the command was encoded or disguised"},
    {"used-after", PRIORITY_HIGH, used_after, "the access was used while it was open"},
    {"look-alike", PRIORITY_HIGH, look_alike, "the trustee's name is easily taken for another"},
    {"used-soon-after", PRIORITY_HIGH, used_soon,
     "the access was used within the baseline's window after it was given"},
    {"unusual-address", PRIORITY_HIGH, strange_address,
     "it was done from an address outside of the baseline's networks"},
    {"new-trustee", PRIORITY_HIGH, new_trustee,
     "the trustee's account was made within two weeks of it"},
    {"mail-flow-spike", PRIORITY_HIGH, mailflow_spike, "many messages were sent by it on one day"},
    {"other-values", PRIORITY_HIGH, other_values, ""},
    {"no-server-record", PRIORITY_MEDIUM, not_on_server, ""},
    {"no-shell-record", PRIORITY_MEDIUM, not_in_shell, ""},
    {"trustee-first-seen", PRIORITY_MEDIUM, first_seen,
     "the trustee's first sign-in is within two weeks of it, though the sign-ins begin before "
     "that"},
    {"group-trustee", PRIORITY_MEDIUM, is_group, "the trustee is a group: its members have it"},
    {"new-address", PRIORITY_MEDIUM, new_address,
     "the actor had signed in from this address for the first time within the day before"},
    {"legacy-protocol", PRIORITY_MEDIUM, legacy_protocol,
     "the actor's sign-in was by a protocol without modern authentication"},
    {"failures-before", PRIORITY_MEDIUM, failures_before,
     "three or more sign-ins of the actor failed within the day before"},
    {"risky-sign-in", PRIORITY_HIGH, risky_signin,
     "the directory rated the actor's sign-in as a risk"},
    {"unexpected-parent", PRIORITY_HIGH, unexpected_parent,
     "PowerShell was started by a process that is not expected to"},
    {"outside-change-window", PRIORITY_MEDIUM, outside_windows,
     "it was done outside of the baseline's change windows"},
    {"no-approved-change", PRIORITY_MEDIUM, no_ticket, "the baseline has no ticket for it"},
    {"unexpected-pair", PRIORITY_MEDIUM, unexpected_pair,
     "the baseline does not expect this trustee on this mailbox"},
    {"sensitive-mailbox", PRIORITY_HIGH, sensitive, "the baseline names this mailbox as sensitive"},
    {"unexpected-administrator", PRIORITY_HIGH, unexpected_administrator,
     "the actor is none of the administrators and service accounts of the baseline"},
    {"witnesses-disagree", PRIORITY_MEDIUM, disagreement,
     "one witness says that it succeeded, another that it failed"},
    {"hides-mail", PRIORITY_MEDIUM, hides_mail, "the rule deletes mail or moves it out of sight"},
    {"quick-revoke", PRIORITY_MEDIUM, quick_revoke,
     "the actor who gave it took it back within a day"},
    {"unmatched-revoke", PRIORITY_LOW, unmatched_revoke,
     "its names are not resolved: a grant that still counts as open may be the one it took back"},
    {"expected-pair", PRIORITY_LOW, expected_pair,
     "the baseline expects this trustee on this mailbox"},
    {"approved-change", PRIORITY_LOW, approved_change, "the baseline has a ticket for this change"},
    {"filtered-cmdlet", PRIORITY_LOW, filtered_out,
     "the baseline's cmdlet filter leaves this cmdlet out"},
    {"known-workflow", PRIORITY_LOW, known_workflow,
     "host, account and command are those of a workflow of the baseline"},
    {"owner-shares", PRIORITY_LOW, owner_shares, "the owner shared their own mailbox or folder"},
};

static enum priority base_priority(const struct act *a) {
    if (a->what.action == ACTION_REVOKE || a->what.deny) return PRIORITY_LOW;
    return PRIORITY_MEDIUM;
}

/* The sentence of a signal, with what makes it so in this act. */
static struct str reason(const struct view *v, size_t row) {
    struct arena *arena = v->f->arena;
    const char *why = SIGNALS[row].why;
    bool (*applies)(const struct view *) = SIGNALS[row].applies;
    const struct grant *g = v->a->grant;
    if (applies == not_on_server) return v->a->not_on_server;
    if (applies == not_in_shell) return v->a->not_in_shell;
    if (applies == other_values) return v->a->other_values;
    if (applies == mailflow_spike) {
        char day[WHEN_TEXT];
        when_format(g->sent_on, day);
        return arena_printf(arena, "%s: %llu on %.10s", why, (unsigned long long)g->sent_most, day);
    }
    if (applies == first_seen)
        return arena_printf(arena, "%s: record %.*s of %.*s", why,
                            STR_ARG(v->first_signin->fact.record),
                            STR_ARG(v->first_signin->item->name));
    if (applies == approved_change)
        return arena_printf(
            arena, "%s: %.*s", why,
            STR_ARG(baseline_approves(v->f->options->baseline, v->f->identity, v->a)->ticket));
    if (applies == unexpected_parent)
        return arena_printf(arena, "%s: %.*s", why, STR_ARG(v->a->what.parent));
    if (applies == look_alike) return arena_printf(arena, "%s: %.*s", why, STR_ARG(v->like));
    if (applies == new_trustee)
        return arena_printf(arena, "%s: record %.*s of %.*s", why, STR_ARG(v->made->f.record),
                            STR_ARG(v->made->item->name));
    if (applies == is_group)
        return arena_printf(arena, "%s: %.*s%s", why, STR_ARG(party_name(&g->members[0].who)),
                            g->member_count > 1 ? " and others" : "");
    return str_from(why);
}

static void weigh(struct view *v, struct act *a) {
    struct arena *arena = v->f->arena;
    enum priority best = base_priority(a);
    bool weighty = false;
    a->signals = ARENA_ARRAY(arena, struct signal, sizeof SIGNALS / sizeof *SIGNALS);
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++) {
        if (!SIGNALS[i].applies(v)) continue;
        a->signals[a->signal_count++] = (struct signal){SIGNALS[i].id, reason(v, i)};
        /* A signal that calms counts only where none alarms. */
        if (SIGNALS[i].priority <= PRIORITY_MEDIUM) weighty = true;
        if (SIGNALS[i].priority < best || (!weighty && SIGNALS[i].priority > best))
            best = SIGNALS[i].priority;
    }
    if (!effective(a) && best < PRIORITY_LOW) best = PRIORITY_LOW;
    if (a->what.flags & CHANGE_SERVICE) best = PRIORITY_ROUTINE;
    a->priority = best;
}

/* ---- bursts: one pass over the acts of each actor ---- */

struct by_actor {
    struct str actor, mailbox;
    size_t act;
};

static int compare_by_actor(const void *a, const void *b) {
    const struct by_actor *x = a, *y = b;
    int c = str_cmp(x->actor, y->actor);
    return c ? c : (x->act > y->act) - (x->act < y->act);
}

static size_t distinct_mailboxes(const struct by_actor *list, size_t from, size_t to) {
    size_t n = 0;
    if (to - from > BURST_LOOK) from = to - BURST_LOOK;
    for (size_t i = from; i < to && n < BURST_LEAST; i++) {
        bool seen = false;
        for (size_t k = from; k < i && !seen; k++) seen = str_eq(list[k].mailbox, list[i].mailbox);
        n += !seen;
    }
    return n;
}

/* For each act, how many mailboxes (counted up to BURST_LEAST) its actor gave access to within
 * BURST of it. */
static size_t *find_bursts(struct fold *f) {
    struct analysis *out = f->out;
    size_t *burst = ARENA_ARRAY(f->arena, size_t, out->act_count), n = 0;
    struct by_actor *list = ARENA_ARRAY(f->arena, struct by_actor, out->act_count);
    for (size_t i = 0; i < out->act_count; i++) {
        const struct act *a = &out->acts[i];
        if (a->what.action == ACTION_REVOKE || !effective(a) || !is_access(a->what.right) ||
            !a->actor.written.n || (a->what.flags & CHANGE_SERVICE))
            continue;
        list[n++] = (struct by_actor){identity_key(f->identity, party_name(&a->actor)),
                                      identity_key(f->identity, party_name(&a->mailbox)), i};
    }
    if (n) qsort(list, n, sizeof *list, compare_by_actor);
    for (size_t i = 0, from = 0, to = 0; i < n; i++) {
        int64_t now = out->acts[list[i].act].time.ns;
        while (!str_eq(list[from].actor, list[i].actor) ||
               now - out->acts[list[from].act].time.ns > BURST)
            from++;
        if (to < i) to = i;
        while (to < n && str_eq(list[to].actor, list[i].actor) &&
               out->acts[list[to].act].time.ns - now <= BURST)
            to++;
        burst[list[i].act] = distinct_mailboxes(list, from, to);
    }
    return burst;
}

/* ---- new accounts ---- */

struct made {
    struct str key;
    const struct shown *s;
};

static int compare_made(const void *a, const void *b) {
    const struct made *x = a, *y = b;
    int c = str_cmp(x->key, y->key);
    if (!c) c = when_cmp(x->s->f.time, y->s->f.time);
    if (!c) c = str_cmp(x->s->item->name, y->s->item->name);
    return c ? c : (x->s->f.offset > y->s->f.offset) - (x->s->f.offset < y->s->f.offset);
}

static struct made *list_made(struct fold *f) {
    struct made *list = ARENA_ARRAY(f->arena, struct made, f->created_count);
    for (size_t i = 0; i < f->created_count; i++)
        list[i] = (struct made){identity_key(f->identity, f->created[i].f.name), &f->created[i]};
    if (f->created_count) qsort(list, f->created_count, sizeof *list, compare_made);
    return list;
}

/* How the trustee's account was made, if that was near the act. */
static const struct shown *made_near(const struct made *list, size_t count, struct str key,
                                     struct when t) {
    for (size_t i = SEARCH_TEXT(list, count, struct made, key, key);
         key.n && i < count && str_eq(list[i].key, key); i++) {
        struct when made = list[i].s->f.time;
        if (made.basis == WHEN_NONE || t.basis == WHEN_NONE) continue;
        int64_t apart = made.ns > t.ns ? made.ns - t.ns : t.ns - made.ns;
        if (apart <= NEW_ACCOUNT) return list[i].s;
    }
    return NULL;
}

/* ---- first sign-ins ---- */

static int64_t signins_begin(const struct fold *f) {
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < f->signin_count; i++) {
        struct when t = f->signins[i].fact.time;
        if (t.basis != WHEN_NONE && t.basis != WHEN_UNKNOWN && t.ns < first) first = t.ns;
    }
    return first;
}

/* The first success of that actor, if it is near the act and well after the sign-ins begin.
 * signins_fold() has sorted them by actor and time. */
static const struct signin_of *first_near(const struct fold *f, int64_t begin, struct str key,
                                          struct when t) {
    size_t i = SEARCH_TEXT(f->signins, f->signin_count, struct signin_of, actor, key);
    while (
        key.n && i < f->signin_count && str_eq(f->signins[i].actor, key) &&
        (f->signins[i].fact.result == RESULT_FAILED || f->signins[i].fact.time.basis == WHEN_NONE))
        i++;
    if (!key.n || i == f->signin_count || !str_eq(f->signins[i].actor, key)) return NULL;
    int64_t first = f->signins[i].fact.time.ns;
    if (t.basis == WHEN_NONE || first - begin < NEW_ACCOUNT) return NULL;
    return (first > t.ns ? first - t.ns : t.ns - first) <= NEW_ACCOUNT ? &f->signins[i] : NULL;
}

void prioritise(struct fold *f) {
    struct analysis *out = f->out;
    int64_t begin = signins_begin(f);
    size_t *burst = find_bursts(f);
    const struct lookalikes *names = lookalikes_new(f);
    const struct made *made = list_made(f);
    for (size_t i = 0; i < out->act_count; i++) {
        struct act *a = &out->acts[i];
        struct view v = {f,
                         a,
                         identity_key(f->identity, party_name(&a->mailbox)),
                         identity_key(f->identity, party_name(&a->trustee)),
                         identity_key(f->identity, party_name(&a->actor)),
                         burst[i],
                         lookalike_of(names, &a->trustee),
                         NULL,
                         NULL};
        v.first_signin = first_near(f, begin, v.trustee, a->time);
        v.made = made_near(made, f->created_count, v.trustee, a->time);
        weigh(&v, a);
    }
    for (size_t i = 0; i < out->grant_count; i++) {
        struct grant *g = &out->grants[i];
        g->priority = g->finding.n ? g->finding_priority : PRIORITY_ROUTINE;
        for (size_t k = 0; k < g->act_count; k++)
            if (g->acts[k]->priority < g->priority) g->priority = g->acts[k]->priority;
    }
}
