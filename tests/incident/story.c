#include "tests/incident/story.h"

#include <stdlib.h>

#include "tests/incident/deed.h"

#define MINUTE (60 * NS_PER_S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static const char *const TELEMETRY_NAMES[TELEMETRIES] = {"ual",
                                                         "admin-audit",
                                                         "exchange-management",
                                                         "powershell-4104",
                                                         "powershell-4103",
                                                         "powershell-800",
                                                         "powershell-400",
                                                         "security-4688",
                                                         "sysmon-1",
                                                         "transcript",
                                                         "history",
                                                         "snapshot",
                                                         "powershell-4100"};
const char *telemetry_name(enum telemetry t) { return TELEMETRY_NAMES[t]; }

bool telemetry_by_name(struct str name, enum telemetry *out) {
    for (size_t i = 0; i < TELEMETRIES; i++)
        if (str_eq(name, str_from(TELEMETRY_NAMES[i]))) {
            *out = (enum telemetry)i;
            return true;
        }
    return false;
}

const char *by_name(enum by b) {
    static const char *const NAMES[] = {"legitimate", "intruder", "service"};
    return NAMES[b];
}

struct witness *witness_add(struct arena *a, struct witness **list, enum telemetry source,
                            struct str item, struct str record) {
    struct witness *w = ARENA_NEW(a, struct witness);
    *w = (struct witness){.source = source, .item = item, .record = record};
    while (*list) list = &(*list)->next;
    *list = w;
    return w;
}

int story_zone(const struct story *s, const char *host) {
    static const int ZONES[] = {-480, -300, 0, 60, 120, 330, 570};
    return ZONES[hash_bytes(s->seed, str_from(host)) % (sizeof ZONES / sizeof *ZONES)];
}

static bool same_right(const struct act *a, const struct act *b) {
    return !strcmp(a->right, b->right) && a->mailbox == b->mailbox &&
           str_eq(a->trustee, b->trustee) && str_eq(a->scope, b->scope);
}

static bool took_effect(const struct act *a, int64_t time) {
    return !a->call || (a->call->time < time && !a->call->failed && !a->call->what_if);
}

const struct act **story_open_at(const struct story *s, int64_t time, size_t *count) {
    const struct act **open = ARENA_ARRAY(s->arena, const struct act *, s->act_count + 1);
    *count = 0;
    for (size_t i = 0; i < s->act_count; i++) {
        const struct act *a = &s->acts[i];
        if (!took_effect(a, time)) continue;
        size_t at = 0;
        while (at < *count && !same_right(open[at], a)) at++;
        if (a->action == DONE_REVOKE) {
            if (at < *count) {
                memmove(&open[at], &open[at + 1], (*count - at - 1) * sizeof *open);
                (*count)--;
            }
        } else {
            open[at] = a;
            *count += at == *count;
        }
    }
    return open;
}

/* The narrator's state: time only goes forward. */
struct narrator {
    struct story *s;
    struct rng r;
    struct doing d;
};

static void wait_between(struct narrator *n, int64_t least, int64_t most) {
    n->d.time += rng_between(&n->r, least / 1000000, most / 1000000) * 1000000;
}

/* The next working hour after at least half a day. */
static void wait_for_workday(struct narrator *n) {
    int64_t day = n->d.time / DAY + 1;
    if (day % 7 == 2) /* 1970-01-03 was a Saturday */
        day += 2;
    n->d.time = day * DAY + 8 * HOUR;
    wait_between(n, 0, 6 * HOUR);
}

static struct session *session_open(struct narrator *n, const char *host,
                                    const struct identity *user, enum via via) {
    struct story *s = n->s;
    struct session *w = ARENA_NEW(s->arena, struct session);
    *w = (struct session){.start = n->d.time,
                          .host = host,
                          .user = user,
                          .core = via == VIA_SHELL && rng_chance(&n->r, 30),
                          .headers = rng_chance(&n->r, 60),
                          .host_id = rng_guid(&n->r, s->arena),
                          .runspace = rng_guid(&n->r, s->arena),
                          .transcript_token = rng_hex(&n->r, s->arena, 8),
                          .pid = 4 * (uint32_t)rng_between(&n->r, 500, 4000),
                          .logon_id = arena_printf(s->arena, "0x%x", (unsigned)rng_next(&n->r)),
                          .via = via,
                          .encoded = rng_chance(&n->r, 50)};
    ARENA_GROW(s->arena, s->sessions, s->session_cap, s->session_count + 1);
    s->sessions[s->session_count++] = w;
    n->d.session = w;
    n->d.via = via;
    wait_between(n, 20 * NS_PER_S, 90 * NS_PER_S);
    return w;
}

static void session_close(struct narrator *n) {
    wait_between(n, 5 * NS_PER_S, 60 * NS_PER_S);
    n->d.session->end = n->d.time;
    n->d.session = NULL;
}

static void signin(struct narrator *n, const struct identity *user, struct str ip, bool failed) {
    struct story *s = n->s;
    ARENA_GROW(s->arena, s->signins, s->signin_cap, s->signin_count + 1);
    s->signins[s->signin_count++] = (struct signin){.time = n->d.time,
                                                    .user = user,
                                                    .ip = ip,
                                                    .failed = failed,
                                                    .by_intruder = str_eq(ip, s->intruder_ip)};
    wait_between(n, 4 * NS_PER_S, 40 * NS_PER_S);
}

static void pause(struct narrator *n) { wait_between(n, 15 * NS_PER_S, 200 * NS_PER_S); }

static void tell_before(struct narrator *n) {
    struct company *c = n->s->company;
    deed_before(n->s, "SendOnBehalf", c->boss, c->assistant, NULL, NULL);
    deed_before(n->s, "Folder", c->boss, c->assistant, "\\Calendar", "Editor");
    for (size_t i = 0; i < c->mailbox_count; i++)
        if (c->mailboxes[i]->kind == KIND_SHARED) {
            struct identity *who = company_mailbox(c, &n->r, c->mailboxes[i], NULL);
            deed_before(n->s, "FullAccess", c->mailboxes[i], who, NULL, NULL);
            if (rng_chance(&n->r, 50))
                deed_before(n->s, "SendAs", c->mailboxes[i], who, NULL, NULL);
        }
}

/* One delegation by the administrator: new person on a mailbox, or one taken off again. */
static void administer(struct narrator *n) {
    struct company *c = n->s->company;
    struct identity *m = company_mailbox(c, &n->r, NULL, NULL);
    struct identity *t = company_mailbox(c, &n->r, m, NULL);
    switch (rng_below(&n->r, 6)) {
    case 0: deed_mailbox_permission(&n->d, false, m, c->group, "FullAccess"); break;
    case 1: deed_send_as(&n->d, false, m, t); break;
    case 2: deed_send_on_behalf(&n->d, false, m, t); break;
    case 3: deed_folder(&n->d, "Add", m, "\\Calendar", t, "Reviewer"); break;
    case 4:
        deed_mailbox_permission(&n->d, false, m, t, "FullAccess");
        pause(n);
        deed_mailbox_permission(&n->d, true, m, t, "FullAccess");
        break;
    default: deed_mailbox_permission(&n->d, false, m, t, "FullAccess,ReadPermission"); break;
    }
    pause(n);
}

static void by_administrator(struct narrator *n) {
    struct company *c = n->s->company;
    bool cloud = c->environment != ENVIRONMENT_ONPREM;
    n->d.by = BY_LEGITIMATE;
    n->d.actor = c->admin;
    n->d.client_ip = STR("198.51.100.24");
    if (cloud && rng_chance(&n->r, 40)) {
        n->d.via = VIA_PORTAL;
        n->d.client_ip = STR("[2603:10a6:20b:aa::17]:21422");
        administer(n);
        return;
    }
    if (cloud) signin(n, c->admin, STR("198.51.100.24"), false);
    session_open(n, "ws02", c->admin, VIA_SHELL);
    size_t deeds = 1 + (size_t)rng_below(&n->r, 3);
    for (size_t i = 0; i < deeds; i++) administer(n);
    session_close(n);
}

static struct identity *cloud_mailbox(struct narrator *n, const struct identity *not1) {
    struct identity *m = company_mailbox(n->s->company, &n->r, not1, NULL);
    for (size_t i = 0; i < 50 && (m->onprem || m->kind == KIND_SHARED); i++)
        m = company_mailbox(n->s->company, &n->r, not1, NULL);
    return m->onprem ? NULL : m;
}

static void by_owner(struct narrator *n) {
    struct identity *owner = cloud_mailbox(n, NULL);
    if (!owner) return;
    n->d.by = BY_LEGITIMATE;
    n->d.actor = owner;
    n->d.via = VIA_OUTLOOK;
    n->d.client_ip = STR("198.51.100.77");
    if (rng_chance(&n->r, 60)) {
        deed_outlook_share(&n->d, owner, "\\Calendar",
                           company_mailbox(n->s->company, &n->r, owner, NULL),
                           rng_chance(&n->r, 50) ? "Reviewer" : "Editor");
        return;
    }
    n->d.via = VIA_REST;
    deed_inbox_rule(&n->d, owner, "Newsletters", false);
}

static void by_service(struct narrator *n) {
    if (n->s->company->discovery->onprem) return;
    n->d.by = BY_SERVICE;
    n->d.actor = NULL;
    n->d.via = VIA_SERVICE;
    n->d.client_ip = STR_NONE;
    deed_discovery(&n->d);
}

static void tell_weeks(struct narrator *n) {
    size_t days = 10 + (size_t)rng_below(&n->r, 15);
    for (size_t i = 0; i < days; i++) {
        wait_for_workday(n);
        uint64_t what = rng_below(&n->r, 10);
        if (what < 5)
            by_administrator(n);
        else if (what < 8)
            by_owner(n);
        else
            by_service(n);
    }
}

static void grant_to_self(struct narrator *n, const struct identity *victim) {
    deed_mailbox_permission(&n->d, false, victim, n->s->company->intruder,
                            rng_chance(&n->r, 30) ? "FullAccess,ReadPermission" : "FullAccess");
    pause(n);
}

/* First window: mailboxes, and what the attacker tries out. */
static void attack_mailboxes(struct narrator *n, struct identity **victims, size_t count) {
    const struct company *c = n->s->company;
    session_open(n, "ws01", c->intruder, VIA_SHELL);
    n->d.what_if = true;
    grant_to_self(n, victims[0]);
    n->d.what_if = false;
    n->d.failed = true;
    deed_send_as(&n->d, false, victims[1], c->intruder);
    pause(n);
    n->d.failed = false;
    for (size_t i = 0; i < count; i++) grant_to_self(n, victims[i]);
    deed_send_as(&n->d, false, victims[0], c->intruder);
    pause(n);
    session_close(n);
}

/* A long script: all its calls stand in one script block of several parts. */
static void attack_by_script(struct narrator *n, struct identity **victims) {
    const struct company *c = n->s->company;
    session_open(n, "ws01", c->intruder, VIA_SCRIPT);
    deed_send_on_behalf(&n->d, false, victims[1], c->intruder);
    pause(n);
    deed_send_on_behalf_replace(&n->d, c->boss, c->intruder);
    pause(n);
    deed_folder(&n->d, "Set", victims[2], "\\Inbox", NULL, "Reviewer");
    pause(n);
    deed_folder(&n->d, "Add", c->boss, "\\Calendar\\Private", c->intruder, "Editor");
    session_close(n);
}

static void attack_by_command_line(struct narrator *n, const struct identity *victim) {
    session_open(n, "ws01", n->s->company->intruder, VIA_COMMAND_LINE);
    deed_forwarding(&n->d, victim, STR("collector@mail-drop.example"));
    session_close(n);
}

/* From outside: only the server's own audit has seen it. */
static void attack_from_outside(struct narrator *n, const struct identity *victim) {
    const struct company *c = n->s->company;
    n->d.via = c->environment == ENVIRONMENT_ONPREM ? VIA_REST
               : rng_chance(&n->r, 70)              ? VIA_REST
                                                    : VIA_PORTAL;
    deed_folder(&n->d, "Add", victim, "\\Inbox", c->intruder, "Editor");
    pause(n);
    deed_inbox_rule(&n->d, victim, rng_chance(&n->r, 50) ? "." : "Sync Issues", true);
    pause(n);
    deed_audit_bypass(&n->d, c->intruder);
    pause(n);
}

/* Some intruders go beyond single mailboxes. */
static void attack_organization(struct narrator *n) {
    const struct company *c = n->s->company;
    session_open(n, "ws01", c->intruder, VIA_SCRIPT);
    if (rng_chance(&n->r, 50)) deed_impersonation(&n->d, c->service);
    pause(n);
    if (rng_chance(&n->r, 50)) deed_role_group(&n->d, "Organization Management", c->service);
    pause(n);
    if (rng_chance(&n->r, 50))
        deed_transport_rule(&n->d, "Archive copy", STR("archive@mail-drop.example"));
    session_close(n);
}

static void attack_clean_up(struct narrator *n, struct identity **victims) {
    const struct company *c = n->s->company;
    session_open(n, "ws01", c->intruder, VIA_SHELL);
    deed_mailbox_permission(&n->d, true, victims[1], c->intruder, "FullAccess");
    pause(n);
    size_t open_count;
    const struct act **open = story_open_at(n->s, n->d.time, &open_count);
    if (rng_chance(&n->r, 50))
        for (size_t i = 0; i < open_count; i++)
            if (!open[i]->call && !strcmp(open[i]->right, "FullAccess")) {
                for (size_t k = 0; k < c->count; k++)
                    if (str_eq(c->list[k].upn, open[i]->trustee)) {
                        deed_mailbox_permission(&n->d, true, open[i]->mailbox, &c->list[k],
                                                "FullAccess");
                        break;
                    }
                break;
            }
    session_close(n);
}

static void use_add(struct narrator *n, const char *operation, const struct identity *mailbox) {
    struct story *s = n->s;
    pause(n);
    ARENA_GROW(s->arena, s->uses, s->use_cap, s->use_count + 1);
    s->uses[s->use_count++] = (struct use){.time = n->d.time,
                                           .operation = operation,
                                           .mailbox = mailbox,
                                           .by = s->company->intruder,
                                           .record = rng_guid(&n->r, s->arena)};
}

static void tell_use(struct narrator *n, struct identity **victims, size_t count) {
    wait_between(n, HOUR, 30 * HOUR);
    for (size_t i = 0; i < count; i++)
        if (i != 1 && !victims[i]->onprem)
            use_add(n, i % 2 ? "FolderBind" : "MailItemsAccessed", victims[i]);
    if (victims[0]->onprem) return;
    use_add(n, "SendAs", victims[0]);
    if (rng_chance(&n->r, 60)) use_add(n, "HardDelete", victims[0]);
}

static void tell_attack(struct narrator *n) {
    struct company *c = n->s->company;
    struct identity *victims[8] = {0};
    size_t count = 3 + (size_t)rng_below(&n->r, 4);
    for (size_t i = 0; i < count;) {
        struct identity *m = company_mailbox(c, &n->r, c->boss, NULL);
        size_t k = 0;
        while (k < i && victims[k] != m) k++;
        if (k == i) victims[i++] = m;
    }
    n->s->attack = n->d.time;
    n->d.by = BY_INTRUDER;
    n->d.actor = c->intruder;
    n->d.client_ip = n->s->intruder_ip;
    if (c->environment != ENVIRONMENT_ONPREM) {
        signin(n, c->intruder, n->s->intruder_ip, true);
        signin(n, c->intruder, n->s->intruder_ip, false);
    }
    attack_mailboxes(n, victims, count);
    wait_between(n, 2 * MINUTE, 40 * MINUTE);
    attack_by_script(n, victims);
    wait_between(n, 2 * MINUTE, 40 * MINUTE);
    attack_by_command_line(n, victims[0]);
    attack_from_outside(n, victims[0]);
    attack_organization(n);
    wait_between(n, HOUR, 5 * HOUR);
    tell_use(n, victims, count);
    attack_clean_up(n, victims);
}

static struct stay *stay_begin(struct story *s, struct doing *d, const struct identity *member,
                               int64_t time) {
    struct stay *one = &s->stays[s->stay_count++];
    d->time = time;
    *one = (struct stay){.group = s->company->group, .member = member};
    one->joined = deed_group_member(d, false, one->group, member);
    return one;
}

/* Who is in the group that the administrator gives mailboxes to: one from the first day on, one for
 * a while, and the intruder in the end. Numbers of its own: the rest of the story stays as it is.
 */
static void tell_groups(struct story *s) {
    const struct company *c = s->company;
    struct rng r = rng_stream(s->seed, "groups");
    struct doing d = {.story = s,
                      .rng = &r,
                      .via = VIA_REST,
                      .by = BY_LEGITIMATE,
                      .actor = c->admin,
                      .client_ip = STR("198.51.100.24")};
    const struct identity *first = company_mailbox(c, &r, c->boss, NULL);
    const struct identity *second = company_mailbox(c, &r, c->boss, first);
    stay_begin(s, &d, first, s->start + HOUR);
    struct stay *guest = stay_begin(s, &d, second, s->start + (s->attack - s->start) / 3);
    d.time = s->start + (s->attack - s->start) / 3 * 2;
    guest->left = deed_group_member(&d, true, guest->group, second);
    d.by = BY_INTRUDER;
    d.actor = c->intruder;
    d.client_ip = s->intruder_ip;
    stay_begin(s, &d, c->intruder, s->attack + HOUR);
}

static int compare_calls(const void *a, const void *b) {
    const struct call *x = *(struct call *const *)a, *y = *(struct call *const *)b;
    return (x->time > y->time) - (x->time < y->time);
}

/* What was told last may have been done before: calls are numbered in the order of their times. */
static void number_calls(struct story *s) {
    qsort(s->calls, s->call_count, sizeof *s->calls, compare_calls);
    for (size_t i = 0; i < s->call_count; i++) s->calls[i]->n = (unsigned)i + 1;
}

struct story *story_tell(struct arena *a, uint64_t seed, struct company *c) {
    struct story *s = ARENA_NEW(a, struct story);
    s->arena = a;
    s->seed = seed;
    s->company = c;
    struct narrator n = {.s = s, .r = rng_stream(seed, "story")};
    s->intruder_ip = arena_printf(a, "203.0.113.%u", (unsigned)rng_between(&n.r, 2, 250));
    civil_to_ns(2026, 2, 2, 0, 0, 0, 0, &s->start);
    s->start += (int64_t)rng_below(&n.r, 60) * DAY;
    n.d = (struct doing){.story = s, .rng = &n.r, .time = s->start};
    tell_before(&n);
    tell_weeks(&n);
    wait_between(&n, 14 * HOUR, 40 * HOUR);
    tell_attack(&n);
    s->end = n.d.time + 6 * HOUR;
    tell_groups(s);
    number_calls(s);
    return s;
}
