#include "tests/incident/windows.h"

#include <stdlib.h>

/* Average bytes of a noise record, and how many a channel has anyway. */
enum { NOISE_RECORD = 420, NOISE_LEAST = 60, NOISE_SYSTEM = 500, NOISE_MOST = 7000000 };

static const struct {
    const char *channel, *file, *provider, *guid;
    bool classic;
} CHANNEL_FACTS[CHANNELS] = {
    {"Security", "Security.evtx", "Microsoft-Windows-Security-Auditing",
     "54849625-5478-4994-a5ba-3e3b0328c30d", false},
    {"Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell%4Operational.evtx",
     "Microsoft-Windows-PowerShell", "a0c1853b-5c40-4b15-8766-3cf1c58f985a", false},
    {"PowerShellCore/Operational", "PowerShellCore%4Operational.evtx", "PowerShellCore",
     "f90714a8-5509-434a-bf6d-b1624c8a19a2", false},
    {"Windows PowerShell", "Windows PowerShell.evtx", "PowerShell", NULL, true},
    {"Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon%4Operational.evtx",
     "Microsoft-Windows-Sysmon", "5770385f-c22a-43e0-bf4c-06f5698ffbd9", false},
    {"MSExchange Management", "MSExchange Management.evtx", "MSExchange CmdletLogs", NULL, true},
    {"MSExchange Management", "ForwardedEvents.evtx", "MSExchange CmdletLogs", NULL, true},
    {"System", "System.evtx", "Service Control Manager", "555908d1-a6d7-4695-8e1e-26931d2012f4",
     true},
};

static const struct {
    const char *host;
    enum channel channel;
} LOGS[] = {
    {"ws01", CHANNEL_SECURITY},
    {"ws01", CHANNEL_POWERSHELL},
    {"ws01", CHANNEL_POWERSHELL_CORE},
    {"ws01", CHANNEL_WINDOWS_POWERSHELL},
    {"ws01", CHANNEL_SYSMON},
    {"ws02", CHANNEL_SECURITY},
    {"ws02", CHANNEL_POWERSHELL},
    {"ws02", CHANNEL_POWERSHELL_CORE},
    {"ws02", CHANNEL_WINDOWS_POWERSHELL},
    {"exch01", CHANNEL_EXCHANGE},
    {"wec01", CHANNEL_FORWARDED},
    {"ws02", CHANNEL_SYSTEM},
};

struct evtx_event windows_event(struct arena *a, const struct story *s, enum channel channel,
                                const char *host, unsigned id, int64_t time) {
    struct str computer =
        arena_printf(a, "%s.corp.%.*s", channel == CHANNEL_FORWARDED ? "exch01" : host,
                     STR_ARG(s->company->domain));
    return (struct evtx_event){
        .time_ns = time / 100 * 100,
        .provider = CHANNEL_FACTS[channel].provider,
        .provider_guid = CHANNEL_FACTS[channel].guid,
        .channel = CHANNEL_FACTS[channel].channel,
        .computer = computer.p,
        .classic = CHANNEL_FACTS[channel].classic,
        .body = channel == CHANNEL_FORWARDED     ? EVTX_INLINE
                : CHANNEL_FACTS[channel].classic ? EVTX_STRINGS
                                                 : EVTX_TEMPLATE,
        .id = id,
        .level = 4,
        .keywords =
            channel == CHANNEL_SECURITY ? UINT64_C(0x8020000000000000) : UINT64_C(0x80000000000000),
    };
}

void windows_values(struct arena *a, struct evtx_event *e, const struct evtx_value *values,
                    size_t count) {
    struct evtx_value *copy = ARENA_ARRAY(a, struct evtx_value, count);
    memcpy(copy, values, count * sizeof *copy);
    e->values = copy;
    e->count = count;
}

static int by_time(const void *a, const void *b) {
    const struct pending *x = a, *y = b;
    if (x->event.time_ns != y->event.time_ns) return x->event.time_ns < y->event.time_ns ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* One log file in the making. */
struct log {
    struct output *o;
    const char *host;
    enum channel channel;
    struct str item;
    struct evtx_writer *writer;
    struct arena *scratch;
    struct rng r;
    uint64_t noise_done, noise_total;
};

static int64_t noise_time(const struct log *l) {
    const struct story *s = l->o->story;
    return s->start + (int64_t)((double)(s->end - s->start) / (double)(l->noise_total + 1) *
                                (double)(l->noise_done + 1));
}

static void noise_until(struct log *l, int64_t time) {
    struct evtx_place place;
    while (l->noise_done < l->noise_total && noise_time(l) < time) {
        struct evtx_event e =
            windows_noise(l->scratch, l->o->story, l->channel, l->host, &l->r, noise_time(l));
        bool added = evtx_add(l->writer, &e, &place);
        if (added) records_note(l->o, l->item, place.id, &e);
        if (added && !place.defines && l->channel != CHANNEL_SYSTEM)
            output_offer(l->o,
                         &(struct target){.item = l->item,
                                          .record = arena_printf(l->scratch, "%llu",
                                                                 (unsigned long long)place.id),
                                          .offset = place.offset,
                                          .wound = place.offset,
                                          .evtx = true});
        arena_reset(l->scratch);
        l->noise_done++;
    }
}

/* All parts of a block are one witness, named after the first. */
static void note_witness(struct log *l, const struct pending *p, uint64_t id) {
    struct arena *a = l->o->arena;
    if (!p->witness || p->part > 1) return;
    struct str record = arena_printf(a, "%llu", (unsigned long long)id);
    for (size_t i = 0; i < p->call_count; i++) {
        struct witness *w = witness_add(a, &p->calls[i]->witnesses, p->source, l->item, record);
        w->parts = p->parts > 1 ? p->parts : 0;
        w->no_trustee = p->no_trustee;
    }
}

static int log_write(struct log *l, const struct pendings *all) {
    const char *path = output_path(l->o, l->item);
    l->writer = path ? evtx_create(path, 1 + rng_below(&l->r, 90000), l->o->error) : NULL;
    if (!l->writer) return -1;
    l->scratch = arena_new(0);
    for (size_t i = 0; i < all->count; i++) {
        const struct pending *p = &all->list[i];
        struct evtx_place place;
        if (p->channel != l->channel || strcmp(p->host, l->host) != 0) continue;
        noise_until(l, p->event.time_ns);
        if (!evtx_add(l->writer, &p->event, &place)) continue;
        records_note(l->o, l->item, place.id, &p->event);
        note_witness(l, p, place.id);
    }
    noise_until(l, l->o->story->end);
    arena_free(l->scratch);
    if (evtx_close(l->writer, l->o->error)) return -1;
    return output_stamp(l->o, l->item, l->o->story->end);
}

/* Most of the noise goes to one security log, as it does in life, as far as a file can hold it: its
 * header counts chunks in 16 bits. */
static uint64_t noise_count(const struct output *o, const char *host, enum channel channel) {
    uint64_t wanted = o->noise_bytes / NOISE_RECORD;
    if (channel == CHANNEL_FORWARDED) return 5;
    if (channel == CHANNEL_SYSTEM) return NOISE_SYSTEM;
    if (channel == CHANNEL_SECURITY && !strcmp(host, "ws01"))
        return NOISE_LEAST + (wanted < NOISE_MOST ? wanted : NOISE_MOST);
    return NOISE_LEAST;
}

static bool log_exists(const struct story *s, enum channel channel) {
    if (channel == CHANNEL_EXCHANGE) return s->company->environment != ENVIRONMENT_ONLINE;
    if (channel == CHANNEL_FORWARDED)
        return s->company->environment != ENVIRONMENT_ONLINE && s->seed % 2 == 0;
    return true;
}

static int log_make(struct output *o, const struct pendings *all, const char *host,
                    enum channel channel, uint64_t noise) {
    struct log l = {.o = o, .host = host, .channel = channel, .noise_total = noise};
    l.item = arena_printf(o->arena, "%s/Windows/System32/winevt/Logs/%s", host,
                          CHANNEL_FACTS[channel].file);
    l.r = rng_stream(o->story->seed, l.item.p);
    return log_write(&l, all);
}

/* What one file cannot hold goes to the logs of domain controllers. */
static int make_overflow(struct output *o) {
    struct pendings none = {0};
    uint64_t wanted = o->noise_bytes / NOISE_RECORD, done = NOISE_MOST;
    for (unsigned i = 1; done < wanted; i++) {
        uint64_t noise = wanted - done < NOISE_MOST ? wanted - done : NOISE_MOST;
        if (log_make(o, &none, arena_printf(o->arena, "dc%02u", i).p, CHANNEL_SECURITY, noise))
            return -1;
        done += noise;
    }
    return 0;
}

int windows_write(struct output *o) {
    struct pendings all = {0};
    windows_gather(o, &all);
    if (all.count) qsort(all.list, all.count, sizeof *all.list, by_time);
    for (size_t i = 0; i < sizeof LOGS / sizeof *LOGS; i++)
        if (log_exists(o->story, LOGS[i].channel) &&
            log_make(o, &all, LOGS[i].host, LOGS[i].channel,
                     noise_count(o, LOGS[i].host, LOGS[i].channel)))
            return -1;
    return make_overflow(o);
}
