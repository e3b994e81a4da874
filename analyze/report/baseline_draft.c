/* baseline_draft.c - see baseline_draft.h. */
#include "analyze/report/baseline_draft.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "analyze/grants/identity.h"
#include "base/json.h"

enum { WORKFLOW_LEAST = 3, DAYS = 7, HOURS = 24 };

/* Texts of one sort, as they come; sorted and made unique before they are written. */
struct texts {
    struct str *list;
    size_t count, cap;
};

struct draft {
    struct arena *arena;
    struct texts administrators, services, domains, networks, pairs, flows;
    bool hours[DAYS][HOURS]; /* Monday first, UTC */
};

static void add(struct draft *d, struct texts *t, struct str text) {
    if (!text.n) return;
    ARENA_GROW(d->arena, t->list, t->cap, t->count + 1);
    t->list[t->count++] = arena_lower(d->arena, text);
}

static int compare_texts(const void *a, const void *b) {
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Sorts; each text once, if it is there `least` times. */
static void settle(struct texts *t, size_t least) {
    size_t n = 0;
    if (t->count) qsort(t->list, t->count, sizeof *t->list, compare_texts);
    for (size_t i = 0, end; i < t->count; i = end) {
        for (end = i; end < t->count && str_eq(t->list[end], t->list[i]);) end++;
        if (end - i >= least) t->list[n++] = t->list[i];
    }
    t->count = n;
}

static struct str name_of(const cJSON *act, const char *key) {
    const cJSON *party = json_get(act, key);
    struct str identity = json_get_str(party, "identity");
    return identity.n ? identity : json_get_str(party, "written");
}

static bool has_flag(const cJSON *act, const char *flag) {
    const cJSON *flags = json_get(act, "flags");
    for (const cJSON *f = flags ? flags->child : NULL; f; f = f->next)
        if (str_eq(json_text(f), str_from(flag))) return true;
    return false;
}

/* The network that an address is one of: /24, or /64 of IPv6. */
static struct str network_of(struct arena *a, struct str address) {
    char text[64], shown[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    if (!address.n || address.n >= sizeof text) return STR_NONE;
    memcpy(text, address.p, address.n);
    text[address.n] = 0;
    if (inet_pton(AF_INET, text, bytes) == 1)
        return arena_printf(a, "%d.%d.%d.0/24", bytes[0], bytes[1], bytes[2]);
    if (inet_pton(AF_INET6, text, bytes) != 1) return STR_NONE;
    memset(bytes + 8, 0, 8);
    return inet_ntop(AF_INET6, bytes, shown, sizeof shown) ? arena_printf(a, "%s/64", shown)
                                                           : STR_NONE;
}

static void take_hour(struct draft *d, struct when t) {
    int64_t hour = t.ns / (3600 * NS_PER_S);
    if (t.ns < 0) return;
    int64_t day = hour / HOURS;
    d->hours[(day + 3) % DAYS][hour % HOURS] = true; /* 1970-01-01 was a Thursday */
}

static void take_act(struct draft *d, const cJSON *act, struct when t) {
    struct str actor = name_of(act, "actor"), mailbox = name_of(act, "mailbox");
    struct str trustee = name_of(act, "trustee"), host = json_get_str(act, "host");
    bool service = has_flag(act, "service");
    bool owner = str_ieq(actor, mailbox);
    add(d, &d->domains, identity_domain(mailbox));
    if (service) {
        add(d, &d->services, actor);
        return;
    }
    if (!owner) add(d, &d->administrators, actor);
    add(d, &d->networks, network_of(d->arena, json_get_str(act, "client_ip")));
    take_hour(d, t);
    if (mailbox.n && trustee.n && str_eq(json_get_str(act, "action"), STR("grant")))
        add(d, &d->pairs, arena_printf(d->arena, "%.*s\n%.*s", STR_ARG(mailbox), STR_ARG(trustee)));
    if (host.n && !owner)
        add(d, &d->flows,
            arena_printf(d->arena, "%.*s\n%.*s\n%.*s *", STR_ARG(host), STR_ARG(actor),
                         STR_ARG(json_get_str(act, "cmdlet"))));
}

/* ---- writing ---- */

static void put_texts(struct json *j, const char *key, const struct texts *t) {
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < t->count; i++) json_str(j, t->list[i]);
    json_end(j);
}

static void put_parts(struct json *j, const char *key, const struct texts *t,
                      const char *const *names, size_t count) {
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < t->count; i++) {
        struct str rest = t->list[i], part;
        json_object(j);
        for (size_t k = 0; k < count; k++) {
            str_cut(rest, '\n', &part, &rest);
            json_put(j, names[k], part);
        }
        json_end(j);
    }
    json_end(j);
}

/* From the first to behind the last hour of a day; days with the same hours stand together. */
static void put_windows(struct json *j, const struct draft *d) {
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    int from[DAYS], to[DAYS];
    bool done[DAYS] = {false};
    for (int day = 0; day < DAYS; day++) {
        from[day] = to[day] = -1;
        for (int hour = 0; hour < HOURS; hour++) {
            if (!d->hours[day][hour]) continue;
            if (from[day] < 0) from[day] = hour;
            to[day] = hour + 1;
        }
    }
    json_key(j, "change_windows");
    json_array(j);
    for (int day = 0; day < DAYS; day++) {
        if (from[day] < 0 || done[day]) continue;
        json_object(j);
        json_key(j, "days");
        json_array(j);
        for (int other = day; other < DAYS; other++) {
            if (from[other] != from[day] || to[other] != to[day]) continue;
            done[other] = true;
            json_cstr(j, days[other]);
        }
        json_end(j);
        json_put(j, "from", arena_printf(d->arena, "%02d:00", from[day]));
        json_put(j, "to",
                 to[day] == HOURS ? STR("23:59") : arena_printf(d->arena, "%02d:00", to[day]));
        json_put(j, "zone", STR("UTC"));
        json_end(j);
    }
    json_end(j);
}

static void write_draft(struct draft *d, struct buf *out) {
    static const char *const pair[] = {"mailbox", "trustee"};
    static const char *const flow[] = {"host", "account", "command"};
    struct texts none = {0};
    struct buf compact = {0};
    struct json j = {.out = &compact};
    settle(&d->administrators, 1);
    settle(&d->services, 1);
    settle(&d->domains, 1);
    settle(&d->networks, 1);
    settle(&d->pairs, 1);
    settle(&d->flows, WORKFLOW_LEAST);
    json_object(&j);
    put_texts(&j, "administrators", &d->administrators);
    put_texts(&j, "service_accounts", &d->services);
    put_texts(&j, "sensitive_mailboxes", &none);
    put_parts(&j, "delegates", &d->pairs, pair, 2);
    put_texts(&j, "approved_changes", &none);
    put_windows(&j, d);
    put_parts(&j, "workflows", &d->flows, flow, 3);
    put_texts(&j, "internal_domains", &d->domains);
    put_texts(&j, "internal_networks", &d->networks);
    json_put(&j, "use_window", STR("72h"));
    json_end(&j);
    /* For people: the same with lines and indents. */
    cJSON *tree = json_parse(d->arena, buf_str(&compact), NULL, NULL);
    char *lines = tree ? cJSON_Print(tree) : NULL;
    if (!lines) memory_exhausted(); /* what we wrote ourselves is JSON */
    buf_add_z(out, lines);
    buf_add_c(out, '\n');
    cJSON_free(lines);
    cJSON_Delete(tree);
    buf_free(&compact);
}

struct draft_counts baseline_draft(struct arena *a, const struct json_lines *acts,
                                   struct when until, struct buf *out) {
    struct draft d = {.arena = a};
    struct draft_counts counts = {0};
    for (size_t i = 0; i < acts->count; i++) {
        const cJSON *act = acts->list[i];
        struct str priority = json_get_str(act, "priority");
        struct when t;
        bool idle = str_eq(json_get_str(act, "result"), STR("failed")) ||
                    has_flag(act, "what-if") || has_flag(act, "attempt");
        if (!when_parse_iso(json_get_str(act, "time"), WHEN_UNKNOWN, &t) ||
            t.basis == WHEN_UNKNOWN || t.ns > until.ns) {
            counts.later++;
        } else if (str_eq(priority, STR("critical")) || str_eq(priority, STR("high"))) {
            counts.alarming++;
        } else if (!idle) {
            counts.used++;
            take_act(&d, act, t);
        }
    }
    write_draft(&d, out);
    return counts;
}
