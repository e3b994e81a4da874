/* Windows events as JSON: Winlogbeat (fields under "winlog", in old versions at the top), NXLog and
 * Sentinel's SecurityEvent (all fields at the top), evtx_dump (Event.System, Event.EventData).
 *
 * A record is parsed if its EventID is one we want, or cannot be seen without parsing; of all
 * others host, time and number are peeked for coverage. */
#include "analyze/evidence/json_record.h"
#include "analyze/evidence/json_records.h"
#include "analyze/evidence/windows_events.h"

enum { FLATTEN_DEPTH = 6 };

/* How the shippers call what stands in System; the surest first. */
static const char *const KEYS[SYSTEM_FIELDS][9] = {
    [SYSTEM_PROVIDER] = {"provider_name", "ProviderName", "SourceName", "EventSourceName",
                         "source_name", "Provider"},
    [SYSTEM_ID] = {"event_id", "EventID", "EventId"},
    [SYSTEM_TIME] = {"SystemTime", "TimeCreated", "@timestamp", "TimeGenerated", "EventTime"},
    [SYSTEM_NUMBER] = {"record_id", "EventRecordID", "RecordNumber", "record_number",
                       "EventRecordId"},
    [SYSTEM_CHANNEL] = {"channel", "Channel", "log_name"},
    [SYSTEM_COMPUTER] = {"computer_name", "Computer", "Hostname"},
    [SYSTEM_USER] = {"UserID"},
};

static bool has(struct str s, const char *what) {
    return str_find(s, str_from(what)) != STR_ABSENT;
}

static int bid(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = first, .first = true};
    struct str text = str_trim(text_of_block(a, &b).utf8);
    (void)whole;
    bool json = text.n && (text.p[0] == '{' || text.p[0] == '[' ||
                           (str_starts(text, STR("Record ")) && has(text, "\n{")));
    bool event = has(text, "\"EventID\"") || has(text, "\"event_id\"");
    bool log = has(text, "\"Channel\"") || has(text, "\"channel\"") || has(text, "\"log_name\"");
    arena_free(a);
    return json && event && log ? 75 : 0;
}

/* ---- without parsing ---- */

static struct str peek(struct str text, enum windows_system field) {
    char quoted[32];
    struct str value;
    for (const char *const *k = KEYS[field]; *k; k++) {
        size_t n = strlen(*k), at = 0;
        quoted[0] = quoted[n + 1] = '"';
        memcpy(quoted + 1, *k, n);
        if (json_peek_next(text, str_of(quoted, n + 2), &at, &value)) return value;
    }
    return STR_NONE;
}

/* Winlogbeat's times and numbers, and zoneless local times of NXLog. */
static void set(struct windows_event *w, enum windows_system field, struct str text) {
    struct when t;
    if (field != SYSTEM_TIME) {
        windows_event_set(w, field, text);
    } else if (when_parse_iso(str_trim(text), WHEN_UNKNOWN, &t) || when_parse_ms_json(text, &t)) {
        w->time = t;
    }
}

/* Counts a record that nobody wants. False: it must be parsed. */
static bool passed_over(struct str text, uint64_t ordinal, uint64_t offset, struct sink *out) {
    struct windows_event w = {.arena = out->arena, .offset = offset, .ordinal = ordinal};
    for (unsigned k = 0; k < SYSTEM_FIELDS; k++) {
        if (k == SYSTEM_PROVIDER || k == SYSTEM_USER) continue;
        struct str value = peek(text, k);
        uint64_t id;
        if (str_chr(value, '\\') != STR_ABSENT) return false;
        if (k == SYSTEM_ID &&
            (!str_u64(value, &id) || id > UINT32_MAX || windows_event_id_is_wanted((uint32_t)id)))
            return false;
        set(&w, k, value);
    }
    out->seen(out->own, windows_event_telemetry(&w), w.computer, w.time, w.number);
    return true;
}

/* ---- parsed ---- */

struct reading {
    struct windows_event w;
    struct windows_text *texts;
    size_t cap;
};

static void add(struct reading *r, struct str name, struct str text, bool listed) {
    ARENA_GROW(r->w.arena, r->texts, r->cap, r->w.text_count + 1);
    r->texts[r->w.text_count++] = (struct windows_text){name, text, listed};
}

/* "Data", "Data_1", "param1": what stands for an unnamed <Data>. */
static bool is_unnamed(struct str name) {
    static const char *const prefixes[] = {"Data_", "param"};
    uint64_t number;
    if (str_eq(name, STR("Data"))) return true;
    for (size_t i = 0; i < 2; i++)
        if (str_starts(name, str_from(prefixes[i])) &&
            str_u64(str_from_index(name, strlen(prefixes[i])), &number))
            return true;
    return false;
}

static void flatten(struct reading *r, const cJSON *o, int depth);

static void add_member(struct reading *r, const cJSON *m, int depth) {
    struct arena *a = r->w.arena;
    struct str name = arena_copy(a, str_from(m->string));
    bool listed = is_unnamed(name);
    const cJSON *value = m;
    if (cJSON_IsObject(m) && json_get(m, "#text")) value = json_get(m, "#text");
    if (cJSON_IsArray(value)) {
        for (const cJSON *i = value->child; i; i = i->next)
            add(r, name, json_scalar_text(a, i), listed);
    } else if (cJSON_IsObject(value)) {
        if (depth > 0) flatten(r, value, depth - 1);
    } else if (!cJSON_IsNull(value)) {
        add(r, name, json_scalar_text(a, value), listed);
    }
}

static void flatten(struct reading *r, const cJSON *o, int depth) {
    for (const cJSON *m = o ? o->child : NULL; m; m = m->next)
        if (m->string && !str_eq(str_from(m->string), STR("#attributes"))) add_member(r, m, depth);
}

/* The member of one of these names; an object's "#text" where it has one. */
static const cJSON *member(const cJSON *o, enum windows_system field) {
    for (const char *const *k = KEYS[field]; *k; k++) {
        const cJSON *v = json_get(o, *k);
        if (!v || cJSON_IsNull(v)) continue;
        if (!cJSON_IsObject(v)) return v;
        if (json_get(v, "#text")) return json_get(v, "#text");
    }
    return NULL;
}

static void take_system(struct reading *r, const cJSON *o) {
    for (unsigned k = 0; k < SYSTEM_FIELDS; k++) {
        const cJSON *v = member(o, k);
        if (v) set(&r->w, k, json_scalar_text(r->w.arena, v));
    }
}

/* {"Provider":{"#attributes":{"Name":..}},..}, or {"Provider_attributes":{"Name":..},..}, or, as
 * this tool dumps, the attributes themselves. */
static void take_attributes(struct reading *r, const cJSON *system) {
    for (unsigned k = 0; k < SYSTEM_FIELDS; k++) {
        struct str element = WINDOWS_SYSTEM[k].element, attribute = WINDOWS_SYSTEM[k].attribute;
        if (!attribute.n) continue;
        struct str beside = arena_printf(r->w.arena, "%.*s_attributes", STR_ARG(element));
        const cJSON *o = json_get(system, element.p), *at = json_get(o, "#attributes");
        if (!at) at = json_get(system, beside.p) ? json_get(system, beside.p) : o;
        const cJSON *v = json_get(at, attribute.p);
        if (v) set(&r->w, k, json_scalar_text(r->w.arena, v));
    }
}

static void take_record(struct reading *r, const cJSON *root) {
    const cJSON *event = json_get(root, "Event"), *winlog = json_get(root, "winlog");
    const cJSON *system = json_get(event, "System"), *data = json_get(event, "EventData");
    if (cJSON_IsObject(system)) {
        take_system(r, system);
        take_attributes(r, system);
        flatten(r, cJSON_IsObject(data) ? data : json_get(event, "UserData"), FLATTEN_DEPTH);
        return;
    }
    take_system(r, root);
    if (cJSON_IsObject(winlog)) take_system(r, winlog);
    const cJSON *holder = cJSON_IsObject(winlog) ? winlog : root;
    const cJSON *sid = json_get(json_get(holder, "user"), "identifier");
    if (sid) set(&r->w, SYSTEM_USER, json_scalar_text(r->w.arena, sid));
    const cJSON *event_data = json_get(holder, "event_data");
    const cJSON *message = json_get(root, "message");
    if (cJSON_IsObject(event_data) || cJSON_IsObject(json_get(holder, "user_data"))) {
        flatten(r, event_data, FLATTEN_DEPTH);
        flatten(r, json_get(holder, "user_data"), FLATTEN_DEPTH);
    } else {
        flatten(r, root, 0);
    }
    if (cJSON_IsString(message))
        add(r, STR("Message"), json_scalar_text(r->w.arena, message), false);
}

static void take(void *own, struct str text, uint64_t ordinal, uint64_t offset) {
    struct sink *out = own;
    if (!out->dump && passed_over(text, ordinal, offset, out)) return;
    cJSON *root = json_record_parse(out, text, offset);
    if (!root) return;
    struct reading r = {.w = {.arena = out->arena, .offset = offset, .ordinal = ordinal}};
    take_record(&r, root);
    r.w.texts = r.texts;
    if (out->dump)
        json_record_show(out, text, windows_event_record(&r.w), ordinal, offset);
    else
        windows_event_of_texts(&r.w, out);
    cJSON_Delete(root);
}

static void read(const struct block *b, struct sink *out) { json_records_read(b, out, take, out); }

const struct reader READER_WINDOWS_JSON = {"windows-json", "Windows event log", bid,
                                           json_records_cut, read};
