#include "analyze/evidence/windows_events.h"

/* A constant's initializer, which STR() is not. */
#define TEXT(literal)                                                                              \
    { (literal), sizeof(literal) - 1 }

/* Which records are looked into. */
static const struct wanted {
    struct str provider;
    uint32_t id;
    windows_event_reader *read;
} WANTED[] = {
    {TEXT("Microsoft-Windows-PowerShell"), 4103, windows_event_4103},
    {TEXT("Microsoft-Windows-PowerShell"), 4104, windows_event_4104},
    {TEXT("Microsoft-Windows-PowerShell"), 4105, windows_event_4105},
    {TEXT("Microsoft-Windows-PowerShell"), 4106, windows_event_4105},
    {TEXT("Microsoft-Windows-PowerShell"), 4100, windows_event_4100},
    {TEXT("PowerShellCore"), 4103, windows_event_4103},
    {TEXT("PowerShellCore"), 4104, windows_event_4104},
    {TEXT("PowerShellCore"), 4105, windows_event_4105},
    {TEXT("PowerShellCore"), 4106, windows_event_4105},
    {TEXT("PowerShellCore"), 4100, windows_event_4100},
    {TEXT("PowerShell"), 400, windows_event_400},
    {TEXT("PowerShell"), 403, windows_event_403},
    {TEXT("PowerShell"), 600, windows_event_600},
    {TEXT("PowerShell"), 800, windows_event_800},
    {TEXT("MSExchange CmdletLogs"), 1, windows_event_exchange},
    {TEXT("MSExchange CmdletLogs"), 6, windows_event_exchange},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4624, windows_event_signin},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4625, windows_event_signin},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4648, windows_event_4648},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4672, windows_event_4672},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4688, windows_event_4688},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4720, windows_event_4720},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4728, windows_event_group},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4729, windows_event_group},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4732, windows_event_group},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4733, windows_event_group},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4756, windows_event_group},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4757, windows_event_group},
    {TEXT("Microsoft-Windows-Security-Auditing"), 4662, windows_event_4662},
    {TEXT("Microsoft-Windows-Security-Auditing"), 5136, windows_event_5136},
    {TEXT("Microsoft-Windows-Sysmon"), 1, windows_event_sysmon_1},
    {TEXT("Microsoft-Windows-WinRM"), 6, windows_event_winrm},
    {TEXT("Microsoft-Windows-WinRM"), 91, windows_event_winrm},
    {TEXT("Microsoft-Windows-Eventlog"), 104, windows_event_cleared},
    {TEXT("Microsoft-Windows-Eventlog"), 1102, windows_event_cleared},
};

static const struct channel {
    struct str channel, telemetry;
} CHANNELS[] = {
    {TEXT("Microsoft-Windows-PowerShell/Operational"), TEXT("powershell-operational")},
    {TEXT("PowerShellCore/Operational"), TEXT("powershellcore-operational")},
    {TEXT("Windows PowerShell"), TEXT("windows-powershell")},
    {TEXT("Microsoft-Windows-Sysmon/Operational"), TEXT("sysmon")},
    {TEXT("MSExchange Management"), TEXT("msexchange-management")},
    {TEXT("Microsoft-Windows-WinRM/Operational"), TEXT("winrm")},
};

struct str windows_event_telemetry(const struct windows_event *w) {
    if (w->channel.n == 0) return STR("windows-event-log");
    for (size_t i = 0; i < sizeof CHANNELS / sizeof *CHANNELS; i++)
        if (str_ieq(w->channel, CHANNELS[i].channel)) return CHANNELS[i].telemetry;
    return arena_lower(w->arena, w->channel);
}

static const struct wanted *wanted_row(const struct windows_event *w) {
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        if (WANTED[i].id == w->id && str_ieq(w->provider, WANTED[i].provider)) return &WANTED[i];
    return NULL;
}

bool windows_event_id_is_wanted(uint32_t id) {
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        if (WANTED[i].id == id) return true;
    return false;
}

/* Records by which one sees that this sort of logging was on; 4688 and command lines tell on their
 * own (windows_events_system.c). */
static const struct {
    uint32_t id;
    struct str provider[2], kind;
} KINDS[] = {
    {4104, {TEXT("Microsoft-Windows-PowerShell"), TEXT("PowerShellCore")}, TEXT("4104")},
    {4103, {TEXT("Microsoft-Windows-PowerShell"), TEXT("PowerShellCore")}, TEXT("4103")},
    {4105, {TEXT("Microsoft-Windows-PowerShell"), TEXT("PowerShellCore")}, TEXT("4105")},
    {4106, {TEXT("Microsoft-Windows-PowerShell"), TEXT("PowerShellCore")}, TEXT("4106")},
    {4100, {TEXT("Microsoft-Windows-PowerShell"), TEXT("PowerShellCore")}, TEXT("4100")},
    {400, {TEXT("PowerShell")}, TEXT("400")},
    {403, {TEXT("PowerShell")}, TEXT("403")},
    {600, {TEXT("PowerShell")}, TEXT("600")},
    {800, {TEXT("PowerShell")}, TEXT("800")},
    {4662, {TEXT("Microsoft-Windows-Security-Auditing")}, TEXT("4662")},
    {5136, {TEXT("Microsoft-Windows-Security-Auditing")}, TEXT("5136")},
};

static void count_kind(const struct windows_event *w, struct sink *out) {
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        if (KINDS[i].id != w->id) continue;
        if (str_ieq(w->provider, KINDS[i].provider[0]) ||
            (KINDS[i].provider[1].n && str_ieq(w->provider, KINDS[i].provider[1])))
            windows_event_kind(w, out, KINDS[i].kind);
        return;
    }
}

void windows_event_kind(const struct windows_event *w, struct sink *out, struct str kind) {
    if (out->kind && !w->carved)
        out->kind(out->own, w->telemetry.n ? w->telemetry : windows_event_telemetry(w), w->computer,
                  kind, w->time);
}

void windows_event_emit(const struct windows_event *w, struct sink *out) {
    count_kind(w, out);
    const struct wanted *row = wanted_row(w);
    if (row) row->read(w, out);
}

void windows_event_of_texts(const struct windows_event *w, struct sink *out) {
    out->seen(out->own, windows_event_telemetry(w), w->computer, w->time, w->number);
    windows_event_emit(w, out);
}

/* ---- System ---- */

const struct windows_system_field WINDOWS_SYSTEM[SYSTEM_FIELDS] = {
    [SYSTEM_PROVIDER] = {TEXT("Provider"), TEXT("Name")},
    [SYSTEM_ID] = {TEXT("EventID"), TEXT("")},
    [SYSTEM_TIME] = {TEXT("TimeCreated"), TEXT("SystemTime")},
    [SYSTEM_NUMBER] = {TEXT("EventRecordID"), TEXT("")},
    [SYSTEM_CHANNEL] = {TEXT("Channel"), TEXT("")},
    [SYSTEM_COMPUTER] = {TEXT("Computer"), TEXT("")},
    [SYSTEM_USER] = {TEXT("Security"), TEXT("UserID")},
};

void windows_event_set(struct windows_event *w, enum windows_system field, struct str text) {
    uint64_t v;
    struct when t;
    switch (field) {
    case SYSTEM_PROVIDER: w->provider = text; break;
    case SYSTEM_CHANNEL: w->channel = text; break;
    case SYSTEM_COMPUTER: w->computer = text; break;
    case SYSTEM_USER: w->user = text; break;
    case SYSTEM_ID:
        if (str_u64(str_trim(text), &v) && v <= UINT32_MAX) w->id = (uint32_t)v;
        break;
    case SYSTEM_NUMBER:
        if (str_u64(str_trim(text), &v)) w->number = v;
        break;
    case SYSTEM_TIME:
        if (when_parse_iso(str_trim(text), WHEN_UTC, &t) && t.basis != WHEN_NONE) w->time = t;
        break;
    case SYSTEM_FIELDS: break;
    }
}

/* A FILETIME needs no text; records without a template have one. */
static void read_field(struct windows_event *w, enum windows_system field, uint32_t element) {
    struct str attribute = WINDOWS_SYSTEM[field].attribute;
    uint32_t at = attribute.n ? binxml_attribute(w->x, element, attribute) : element;
    const struct binxml_node *v = at == BINXML_NO_NODE ? NULL : binxml_value(w->x, at);
    if (field == SYSTEM_TIME && v && v->type == BINXML_FILETIME && v->size == 8) {
        struct when t = when_from_filetime(le64(binxml_bytes(w->x, v).p));
        if (t.basis != WHEN_NONE) w->time = t;
    } else {
        windows_event_set(w, field, binxml_text(w->x, w->arena, at));
    }
}

static void read_system(struct windows_event *w, uint32_t system) {
    struct binxml *x = w->x;
    for (uint32_t i = binxml_child(x, system, STR_NONE, BINXML_NO_NODE); i != BINXML_NO_NODE;
         i = binxml_child(x, system, STR_NONE, i)) {
        struct str name = binxml_name(x, &x->nodes[i]);
        for (unsigned k = 0; k < SYSTEM_FIELDS; k++) {
            if (!str_eq(name, WINDOWS_SYSTEM[k].element)) continue;
            read_field(w, k, i);
            break;
        }
    }
}

static void read_nodes(struct windows_event *w) {
    struct binxml *x = w->x;
    uint32_t root = binxml_child(x, 0, STR("Event"), BINXML_NO_NODE);
    w->data = BINXML_NO_NODE;
    if (root == BINXML_NO_NODE) return;
    uint32_t system = binxml_child(x, root, STR("System"), BINXML_NO_NODE);
    if (system != BINXML_NO_NODE) read_system(w, system);
    w->data = binxml_child(x, root, STR("EventData"), BINXML_NO_NODE);
    if (w->data == BINXML_NO_NODE) w->data = binxml_child(x, root, STR("UserData"), BINXML_NO_NODE);
}

void windows_event_read(struct windows_event *w) {
    if (w->root)
        windows_plan_read(w);
    else
        read_nodes(w);
}

struct str windows_event_record(const struct windows_event *w) {
    if (!w->x)
        return w->number ? arena_printf(w->arena, "%llu", (unsigned long long)w->number) : STR_NONE;
    w->x->text.n = 0;
    buf_add_u64(&w->x->text, w->number);
    return arena_copy(w->arena, buf_str(&w->x->text));
}

/* ---- data ---- */

/* The element that is that field: <Data Name="name">, or <name>. */
static bool is_field(const struct windows_event *w, uint32_t i, struct str name) {
    struct binxml *x = w->x;
    struct str own = binxml_name(x, &x->nodes[i]);
    if (str_eq(own, name)) return true;
    if (!str_eq(own, STR("Data"))) return false;
    uint32_t at = binxml_attribute(x, i, STR("Name"));
    if (at == BINXML_NO_NODE) return false;
    /* Names are ASCII: most others are of another length, and need no decoding. */
    const struct binxml_node *v = binxml_value(x, at);
    if (v && v->type == BINXML_STRING && v->size / 2 != name.n && v->size / 2 != name.n + 1)
        return false;
    return str_eq(binxml_text(x, w->arena, at), name);
}

static struct str text_field(const struct windows_event *w, struct str name) {
    for (size_t i = 0; i < w->text_count; i++)
        if (str_eq(w->texts[i].name, name)) return w->texts[i].text;
    return STR_NONE;
}

struct str windows_event_field(const struct windows_event *w, const char *name) {
    if (w->root) return windows_plan_field(w, str_from(name));
    if (!w->x) return text_field(w, str_from(name));
    const struct binxml_node *n = w->x->nodes;
    if (w->data == BINXML_NO_NODE) return STR_NONE;
    for (uint32_t i = w->data + 1; i < n[w->data].end; i++)
        if (n[i].kind == NODE_ELEMENT && is_field(w, i, str_from(name)))
            return binxml_text(w->x, w->arena, i);
    return STR_NONE;
}

static size_t text_list(const struct windows_event *w, struct str **out) {
    size_t count = 0;
    *out = ARENA_ARRAY(w->arena, struct str, w->text_count);
    for (size_t i = 0; i < w->text_count; i++)
        if (w->texts[i].listed) (*out)[count++] = w->texts[i].text;
    return count;
}

size_t windows_event_list(const struct windows_event *w, struct str **out) {
    size_t count = 0, cap = 0;
    *out = NULL;
    if (w->root) return windows_plan_list(w, out);
    if (!w->x) return text_list(w, out);
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
        .record = windows_event_record(w),
        .ordinal = w->ordinal,
        .offset = w->offset,
        .time = w->time,
        .host = w->computer,
        .poor = w->damaged,
        .carved = w->carved,
        .of_windows = true,
    };
}

struct str windows_event_account(const struct windows_event *w, const char *domain,
                                 const char *user) {
    struct str d = windows_event_field(w, domain), u = windows_event_field(w, user);
    if (str_eq(u, STR("-"))) u = STR_NONE;
    if (u.n == 0 || d.n == 0 || str_eq(d, STR("-"))) return u;
    return arena_join(w->arena, arena_join(w->arena, d, STR("\\")), u);
}
