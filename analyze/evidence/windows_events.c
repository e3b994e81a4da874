#include "analyze/evidence/windows_events.h"

/* Which records are looked into. */
static const struct wanted {
    const char *provider;
    uint32_t id;
    windows_event_reader *read;
} WANTED[] = {
    {"Microsoft-Windows-PowerShell", 4103, windows_event_4103},
    {"Microsoft-Windows-PowerShell", 4104, windows_event_4104},
    {"PowerShellCore", 4103, windows_event_4103},
    {"PowerShellCore", 4104, windows_event_4104},
    {"PowerShell", 400, windows_event_400}, /* 600 repeats its text once per provider */
    {"PowerShell", 800, windows_event_800},
    {"MSExchange CmdletLogs", 1, windows_event_exchange},
    {"MSExchange CmdletLogs", 6, windows_event_exchange},
    {"Microsoft-Windows-Security-Auditing", 4624, windows_event_signin},
    {"Microsoft-Windows-Security-Auditing", 4625, windows_event_signin},
    {"Microsoft-Windows-Security-Auditing", 4688, windows_event_4688},
    {"Microsoft-Windows-Sysmon", 1, windows_event_sysmon_1},
    {"Microsoft-Windows-Eventlog", 104, windows_event_cleared},
    {"Microsoft-Windows-Eventlog", 1102, windows_event_cleared},
};

static const struct channel {
    const char *channel, *telemetry;
} CHANNELS[] = {
    {"Microsoft-Windows-PowerShell/Operational", "powershell-operational"},
    {"PowerShellCore/Operational", "powershellcore-operational"},
    {"Windows PowerShell", "windows-powershell"},
    {"Microsoft-Windows-Sysmon/Operational", "sysmon"},
    {"MSExchange Management", "msexchange-management"},
};

struct str windows_event_telemetry(const struct windows_event *w) {
    if (w->channel.n == 0) return STR("windows-event-log");
    for (size_t i = 0; i < sizeof CHANNELS / sizeof *CHANNELS; i++)
        if (str_ieq(w->channel, str_from(CHANNELS[i].channel)))
            return str_from(CHANNELS[i].telemetry);
    return arena_lower(w->arena, w->channel);
}

static const struct wanted *wanted_row(const struct windows_event *w) {
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        if (WANTED[i].id == w->id && str_ieq(w->provider, str_from(WANTED[i].provider)))
            return &WANTED[i];
    return NULL;
}

bool windows_event_is_wanted(const struct windows_event *w) { return wanted_row(w) != NULL; }

void windows_event_emit(const struct windows_event *w, struct sink *out) {
    const struct wanted *row = wanted_row(w);
    if (row) row->read(w, out);
}

/* ---- System ---- */

static struct str attribute_text(const struct windows_event *w, uint32_t element,
                                 const char *name) {
    if (element == BINXML_NO_NODE) return STR_NONE;
    uint32_t at = binxml_attribute(w->x, element, str_from(name));
    return binxml_text(w->x, w->arena, at);
}

static void read_provider(struct windows_event *w, uint32_t element) {
    w->provider = attribute_text(w, element, "Name");
}

static void read_id(struct windows_event *w, uint32_t element) {
    uint64_t v;
    if (str_u64(str_trim(binxml_text(w->x, w->arena, element)), &v) && v <= UINT32_MAX)
        w->id = (uint32_t)v;
}

/* A FILETIME, or in records without a template its text. */
static void read_time(struct windows_event *w, uint32_t element) {
    uint32_t at = binxml_attribute(w->x, element, STR("SystemTime"));
    if (at == BINXML_NO_NODE) return;
    const struct binxml_node *v = binxml_value(w->x, at);
    struct when t;
    if (v && v->type == BINXML_FILETIME && v->size == 8)
        t = when_from_filetime(le64(binxml_bytes(w->x, v).p));
    else if (!when_parse_iso(str_trim(binxml_text(w->x, w->arena, at)), WHEN_UTC, &t))
        return;
    if (t.basis != WHEN_NONE) w->time = t;
}

static void read_number(struct windows_event *w, uint32_t element) {
    uint64_t v;
    if (str_u64(str_trim(binxml_text(w->x, w->arena, element)), &v)) w->number = v;
}

static void read_channel(struct windows_event *w, uint32_t element) {
    w->channel = binxml_text(w->x, w->arena, element);
}

static void read_computer(struct windows_event *w, uint32_t element) {
    w->computer = binxml_text(w->x, w->arena, element);
}

static void read_user(struct windows_event *w, uint32_t element) {
    w->user = attribute_text(w, element, "UserID");
}

static const struct {
    const char *name;
    void (*read)(struct windows_event *w, uint32_t element);
} SYSTEM[] = {
    {"Provider", read_provider},    {"EventID", read_id},      {"TimeCreated", read_time},
    {"EventRecordID", read_number}, {"Channel", read_channel}, {"Computer", read_computer},
    {"Security", read_user},
};

static void read_system(struct windows_event *w, uint32_t system) {
    struct binxml *x = w->x;
    for (uint32_t i = binxml_child(x, system, STR_NONE, BINXML_NO_NODE); i != BINXML_NO_NODE;
         i = binxml_child(x, system, STR_NONE, i)) {
        struct str name = binxml_name(x, &x->nodes[i]);
        for (size_t k = 0; k < sizeof SYSTEM / sizeof *SYSTEM; k++) {
            if (!str_eq(name, str_from(SYSTEM[k].name))) continue;
            SYSTEM[k].read(w, i);
            break;
        }
    }
}

void windows_event_read(struct windows_event *w) {
    struct binxml *x = w->x;
    uint32_t root = binxml_child(x, 0, STR("Event"), BINXML_NO_NODE);
    w->data = BINXML_NO_NODE;
    if (root != BINXML_NO_NODE) {
        uint32_t system = binxml_child(x, root, STR("System"), BINXML_NO_NODE);
        if (system != BINXML_NO_NODE) read_system(w, system);
        w->data = binxml_child(x, root, STR("EventData"), BINXML_NO_NODE);
        if (w->data == BINXML_NO_NODE)
            w->data = binxml_child(x, root, STR("UserData"), BINXML_NO_NODE);
    }
    w->record = arena_printf(w->arena, "%llu", (unsigned long long)w->number);
}

/* ---- data ---- */

/* The element that is that field: <Data Name="name">, or <name>. */
static bool is_field(const struct windows_event *w, uint32_t i, struct str name) {
    struct binxml *x = w->x;
    struct str own = binxml_name(x, &x->nodes[i]);
    if (str_eq(own, name)) return true;
    if (!str_eq(own, STR("Data"))) return false;
    return str_eq(attribute_text(w, i, "Name"), name);
}

struct str windows_event_field(const struct windows_event *w, const char *name) {
    const struct binxml_node *n = w->x->nodes;
    if (w->data == BINXML_NO_NODE) return STR_NONE;
    for (uint32_t i = w->data + 1; i < n[w->data].end; i++)
        if (n[i].kind == NODE_ELEMENT && is_field(w, i, str_from(name)))
            return binxml_text(w->x, w->arena, i);
    return STR_NONE;
}

size_t windows_event_list(const struct windows_event *w, struct str **out) {
    size_t count = 0, cap = 0;
    *out = NULL;
    if (w->data == BINXML_NO_NODE) return 0;
    for (uint32_t i = binxml_child(w->x, w->data, STR("Data"), BINXML_NO_NODE); i != BINXML_NO_NODE;
         i = binxml_child(w->x, w->data, STR("Data"), i)) {
        struct str *texts;
        size_t n = binxml_texts(w->x, w->arena, i, &texts);
        ARENA_GROW(w->arena, *out, cap, count + n);
        for (size_t k = 0; k < n; k++) (*out)[count++] = texts[k];
    }
    return count;
}

struct event windows_event_start(const struct windows_event *w, enum event_kind kind,
                                 enum source source) {
    return (struct event){
        .kind = kind,
        .source = source,
        .record = w->record,
        .offset = w->offset,
        .time = w->time,
        .host = w->computer,
        .poor = w->damaged,
    };
}

struct str windows_event_account(const struct windows_event *w, const char *domain,
                                 const char *user) {
    struct str d = windows_event_field(w, domain), u = windows_event_field(w, user);
    if (str_eq(u, STR("-"))) u = STR_NONE;
    if (u.n == 0 || d.n == 0 || str_eq(d, STR("-"))) return u;
    return arena_join(w->arena, arena_join(w->arena, d, STR("\\")), u);
}
