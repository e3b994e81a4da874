#include "tests/incident/evtx_event.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/civil.h"
#include "tests/incident/random.h"

#define NAMESPACE STR("http://schemas.microsoft.com/win/2004/08/events/event")

/* The substitutions of the System part, in the order that Windows has them. */
enum slot {
    SLOT_LEVEL,
    SLOT_OPCODE,
    SLOT_TASK,
    SLOT_ID,
    SLOT_QUALIFIERS,
    SLOT_KEYWORDS,
    SLOT_TIME,
    SLOT_ACTIVITY,
    SLOT_PID,
    SLOT_TID,
    SLOT_RECORD,
    SLOT_VERSION,
    SLOT_SID,
    SLOT_DATA,
    SLOTS
};

uint64_t evtx_filetime(int64_t ns) { return (uint64_t)(ns / 100) + UINT64_C(116444736000000000); }

/* A template's GUID is made from what the template holds, so equal shapes share one. */
static void shape_guid(struct str shape, uint8_t out[16]) {
    uint64_t a = hash_bytes(1, shape), b = hash_bytes(2, shape);
    memcpy(out, &a, 8);
    memcpy(out + 8, &b, 8);
}

/* Text where the event is written out, a substitution where it is a template. */
struct place {
    struct binxml *x;
    bool template;
};

static void leaf(struct place p, const char *name, enum slot slot, enum binxml_type type,
                 struct str text) {
    struct binxml_element e = binxml_open(p.x, str_from(name), p.template, false);
    binxml_content(p.x);
    if (p.template)
        binxml_substitution(p.x, slot, type, true);
    else
        binxml_text(p.x, text);
    binxml_close(p.x, &e);
}

static void attribute(struct place p, const char *name, bool last, enum slot slot,
                      enum binxml_type type, struct str text) {
    binxml_attribute(p.x, str_from(name), last);
    if (p.template)
        binxml_substitution(p.x, slot, type, true);
    else
        binxml_text(p.x, text);
}

static struct str decimal(char out[24], uint64_t v) {
    return str_of(out, (size_t)snprintf(out, 24, "%llu", (unsigned long long)v));
}

static struct str hexadecimal(char out[24], uint64_t v, int width) {
    return str_of(out, (size_t)snprintf(out, 24, "0x%0*llx", width, (unsigned long long)v));
}

static void write_provider(struct place p, const struct evtx_event *ev) {
    struct binxml_element e = binxml_open(p.x, STR("Provider"), p.template, true);
    binxml_attribute(p.x, STR("Name"), !ev->provider_guid);
    binxml_text(p.x, str_from(ev->provider));
    if (ev->provider_guid) {
        char braced[64];
        snprintf(braced, sizeof braced, "{%s}", ev->provider_guid);
        binxml_attribute(p.x, STR("Guid"), true);
        binxml_text(p.x, str_from(braced));
    }
    binxml_attributes_end(p.x, &e);
    binxml_close_empty(p.x, &e);
}

static void write_event_id(struct place p, const struct evtx_event *ev) {
    char n[24];
    struct binxml_element e = binxml_open(p.x, STR("EventID"), p.template, ev->classic);
    if (ev->classic) {
        attribute(p, "Qualifiers", true, SLOT_QUALIFIERS, BINXML_U16, decimal(n, ev->qualifiers));
        binxml_attributes_end(p.x, &e);
    }
    binxml_content(p.x);
    if (p.template)
        binxml_substitution(p.x, SLOT_ID, BINXML_U16, false);
    else
        binxml_text(p.x, decimal(n, ev->id));
    binxml_close(p.x, &e);
}

static void write_time(struct place p, const struct evtx_event *ev) {
    char text[WHEN_TEXT];
    struct binxml_element e = binxml_open(p.x, STR("TimeCreated"), p.template, true);
    attribute(p, "SystemTime", true, SLOT_TIME, BINXML_FILETIME,
              filetime_format(evtx_filetime(ev->time_ns), text));
    binxml_attributes_end(p.x, &e);
    binxml_close_empty(p.x, &e);
}

static void write_execution(struct place p, const struct evtx_event *ev) {
    char n[24];
    struct binxml_element e = binxml_open(p.x, STR("Correlation"), p.template, p.template);
    if (p.template) {
        attribute(p, "ActivityID", true, SLOT_ACTIVITY, BINXML_GUID, STR_NONE);
        binxml_attributes_end(p.x, &e);
    }
    binxml_close_empty(p.x, &e);
    e = binxml_open(p.x, STR("Execution"), p.template, true);
    attribute(p, "ProcessID", false, SLOT_PID, BINXML_U32, decimal(n, ev->pid));
    attribute(p, "ThreadID", true, SLOT_TID, BINXML_U32, decimal(n, ev->tid));
    binxml_attributes_end(p.x, &e);
    binxml_close_empty(p.x, &e);
}

static void write_constant(struct place p, const char *name, const char *text) {
    struct binxml_element e = binxml_open(p.x, str_from(name), p.template, false);
    binxml_content(p.x);
    binxml_text(p.x, str_from(text));
    binxml_close(p.x, &e);
}

static void write_security(struct place p, const struct evtx_event *ev) {
    bool user = p.template || ev->user_sid.n;
    struct binxml_element e = binxml_open(p.x, STR("Security"), p.template, user);
    if (user) {
        attribute(p, "UserID", true, SLOT_SID, BINXML_SID, ev->user_sid);
        binxml_attributes_end(p.x, &e);
    }
    binxml_close_empty(p.x, &e);
}

static void write_system(struct place p, const struct evtx_event *ev, uint64_t record_id) {
    char n[24];
    struct binxml_element e = binxml_open(p.x, STR("System"), p.template, false);
    binxml_content(p.x);
    write_provider(p, ev);
    write_event_id(p, ev);
    leaf(p, "Version", SLOT_VERSION, BINXML_U8, decimal(n, ev->version));
    leaf(p, "Level", SLOT_LEVEL, BINXML_U8, decimal(n, ev->level));
    leaf(p, "Task", SLOT_TASK, BINXML_U16, decimal(n, ev->task));
    leaf(p, "Opcode", SLOT_OPCODE, BINXML_U8, decimal(n, ev->opcode));
    leaf(p, "Keywords", SLOT_KEYWORDS, BINXML_HEX64, hexadecimal(n, ev->keywords, 0));
    write_time(p, ev);
    leaf(p, "EventRecordID", SLOT_RECORD, BINXML_U64, decimal(n, record_id));
    write_execution(p, ev);
    write_constant(p, "Channel", ev->channel);
    write_constant(p, "Computer", ev->computer);
    write_security(p, ev);
    binxml_close(p.x, &e);
}

static struct binxml_element open_event(struct place p) {
    struct binxml_element e = binxml_open(p.x, STR("Event"), p.template, true);
    binxml_attribute(p.x, STR("xmlns"), true);
    binxml_text(p.x, NAMESPACE);
    binxml_attributes_end(p.x, &e);
    binxml_content(p.x);
    return e;
}

static unsigned hex_digit(char c) {
    return ascii_digit(c) ? (unsigned)(c - '0') : (unsigned)(ascii_lower(c) - 'a') + 10;
}

/* "8-4-4-4-12" as Windows stores it: the first three groups with their bytes reversed. */
static void value_guid(struct binxml *x, struct str text) {
    static const uint8_t ORDER[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    uint8_t plain[16] = {0}, stored[16];
    size_t digits = 0;
    for (size_t i = 0; i < text.n && digits < 32; i++)
        if (ascii_digit(text.p[i]) || ascii_alpha(text.p[i])) {
            plain[digits / 2] = (uint8_t)((unsigned)plain[digits / 2] << 4 | hex_digit(text.p[i]));
            digits++;
        }
    for (size_t i = 0; i < 16; i++) stored[i] = plain[ORDER[i]];
    binxml_bytes(x, stored, 16);
}

/* "S-1-5-21-a-b-c-d": revision, count, six bytes of authority, then the sub-authorities. */
static void value_sid(struct binxml *x, struct str text) {
    uint64_t parts[20] = {0};
    size_t count = 0;
    struct str rest = text, part;
    while (rest.n && count < 18) {
        str_cut(rest, '-', &part, &rest);
        if (!str_eq(part, STR("S"))) str_u64(part, &parts[count++]);
    }
    if (count < 2) return;
    binxml_u8(x, (unsigned)parts[0]);
    binxml_u8(x, (unsigned)(count - 2));
    for (int shift = 40; shift >= 0; shift -= 8) binxml_u8(x, (unsigned)(parts[1] >> shift) & 0xff);
    for (size_t i = 2; i < count; i++) binxml_u32(x, (uint32_t)parts[i]);
}

static void write_value(struct binxml *x, enum binxml_type type, struct str text, uint64_t number) {
    switch (type) {
    case BINXML_STRING: binxml_utf16(x, text); break;
    case BINXML_BINARY: binxml_bytes(x, text.p, text.n); break;
    case BINXML_U8: binxml_u8(x, (unsigned)number & 0xff); break;
    case BINXML_U16: binxml_u16(x, (unsigned)number & 0xffff); break;
    case BINXML_U32:
    case BINXML_BOOL:
    case BINXML_HEX32: binxml_u32(x, (uint32_t)number); break;
    case BINXML_U64:
    case BINXML_FILETIME:
    case BINXML_HEX64: binxml_u64(x, number); break;
    case BINXML_GUID: value_guid(x, text); break;
    case BINXML_SID: value_sid(x, text); break;
    default: break;
    }
}

/* The table before the values: how many, then size and type of each; sizes are set afterwards. */
static size_t descriptors(struct binxml *x, size_t count) {
    binxml_u32(x, (uint32_t)count);
    size_t at = x->n;
    for (size_t i = 0; i < count; i++) binxml_u32(x, 0);
    return at;
}

static void describe(struct binxml *x, size_t table, size_t index, size_t size,
                     enum binxml_type type) {
    binxml_set_u16(x, table + index * 4, size);
    binxml_set_u16(x, table + index * 4 + 2, (size_t)type);
}

static void slot_value(struct binxml *x, size_t table, size_t index, enum binxml_type type,
                       struct str text, uint64_t number) {
    size_t from = x->n;
    write_value(x, type, text, number);
    size_t size = x->n - from;
    describe(x, table, index, size, size || type == BINXML_STRING ? type : BINXML_NULL);
}

/* <EventData><Data Name="..">%n</Data>...</EventData> */
static void data_template(struct binxml *x, const struct evtx_event *ev) {
    struct binxml_element data = binxml_open(x, STR("EventData"), true, false);
    binxml_content(x);
    for (size_t i = 0; i < ev->count; i++) {
        const struct evtx_value *v = &ev->values[i];
        struct binxml_element e = binxml_open(x, STR("Data"), true, v->name);
        if (v->name) {
            binxml_attribute(x, STR("Name"), true);
            binxml_text(x, str_from(v->name));
            binxml_attributes_end(x, &e);
        }
        binxml_content(x);
        binxml_substitution(x, (unsigned)i, v->type, false);
        binxml_close(x, &e);
    }
    binxml_close(x, &data);
}

static void data_values(struct binxml *x, const struct evtx_event *ev) {
    size_t table = descriptors(x, ev->count);
    for (size_t i = 0; i < ev->count; i++)
        slot_value(x, table, i, ev->values[i].type, ev->values[i].text, ev->values[i].number);
}

/* <EventData><Data>%0</Data><Binary>%1</Binary></EventData>, as classic providers have it: %0 is an
 * array and the Data element stands once for each of its strings. */
static void strings_template(struct binxml *x) {
    struct binxml_element data = binxml_open(x, STR("EventData"), true, false);
    binxml_content(x);
    struct binxml_element e = binxml_open(x, STR("Data"), true, false);
    binxml_content(x);
    binxml_substitution(x, 0, BINXML_STRINGS, false);
    binxml_close(x, &e);
    e = binxml_open(x, STR("Binary"), true, false);
    binxml_content(x);
    binxml_substitution(x, 1, BINXML_BINARY, true);
    binxml_close(x, &e);
    binxml_close(x, &data);
}

static void strings_values(struct binxml *x, const struct evtx_event *ev) {
    size_t table = descriptors(x, 2), from = x->n;
    for (size_t i = 0; i < ev->count; i++) {
        binxml_utf16(x, ev->values[i].text);
        binxml_u16(x, 0);
    }
    describe(x, table, 0, x->n - from, BINXML_STRINGS);
    describe(x, table, 1, 0, BINXML_NULL);
}

static void data_shape(const struct evtx_event *ev, uint8_t guid[16]) {
    struct buf shape = {0};
    buf_add_z(&shape, ev->body == EVTX_STRINGS ? "strings" : "data");
    for (size_t i = 0; ev->body == EVTX_TEMPLATE && i < ev->count; i++)
        buf_printf(&shape, "|%s:%d", ev->values[i].name ? ev->values[i].name : "",
                   (int)ev->values[i].type);
    shape_guid(buf_str(&shape), guid);
    buf_free(&shape);
}

/* The event's data as a fragment of its own: the value of SLOT_DATA. */
static void write_data(struct binxml *x, const struct evtx_event *ev) {
    uint8_t guid[16];
    size_t size_at;
    data_shape(ev, guid);
    binxml_fragment(x);
    if (binxml_template(x, guid, &size_at)) {
        binxml_fragment(x);
        if (ev->body == EVTX_STRINGS)
            strings_template(x);
        else
            data_template(x, ev);
        binxml_eof(x);
        binxml_template_end(x, size_at);
    }
    if (ev->body == EVTX_STRINGS)
        strings_values(x, ev);
    else
        data_values(x, ev);
    binxml_eof(x);
}

static void system_template(struct binxml *x, const struct evtx_event *ev) {
    struct place p = {x, true};
    struct binxml_element e = open_event(p);
    write_system(p, ev, 0);
    binxml_substitution(x, SLOT_DATA, BINXML_XML, true);
    binxml_close(x, &e);
}

static void system_values(struct binxml *x, const struct evtx_event *ev, uint64_t record_id) {
    size_t t = descriptors(x, SLOTS);
    slot_value(x, t, SLOT_LEVEL, BINXML_U8, STR_NONE, ev->level);
    slot_value(x, t, SLOT_OPCODE, BINXML_U8, STR_NONE, ev->opcode);
    slot_value(x, t, SLOT_TASK, BINXML_U16, STR_NONE, ev->task);
    slot_value(x, t, SLOT_ID, BINXML_U16, STR_NONE, ev->id);
    slot_value(x, t, SLOT_QUALIFIERS, ev->classic ? BINXML_U16 : BINXML_NULL, STR_NONE,
               ev->qualifiers);
    slot_value(x, t, SLOT_KEYWORDS, BINXML_HEX64, STR_NONE, ev->keywords);
    slot_value(x, t, SLOT_TIME, BINXML_FILETIME, STR_NONE, evtx_filetime(ev->time_ns));
    slot_value(x, t, SLOT_ACTIVITY, BINXML_NULL, STR_NONE, 0);
    slot_value(x, t, SLOT_PID, BINXML_U32, STR_NONE, ev->pid);
    slot_value(x, t, SLOT_TID, BINXML_U32, STR_NONE, ev->tid);
    slot_value(x, t, SLOT_RECORD, BINXML_U64, STR_NONE, record_id);
    slot_value(x, t, SLOT_VERSION, BINXML_U8, STR_NONE, ev->version);
    slot_value(x, t, SLOT_SID, BINXML_SID, ev->user_sid, 0);
    size_t from = x->n;
    write_data(x, ev);
    describe(x, t, SLOT_DATA, x->n - from, BINXML_XML);
}

static void write_instance(struct binxml *x, const struct evtx_event *ev, uint64_t record_id) {
    uint8_t guid[16];
    size_t size_at;
    struct buf shape = {0};
    buf_printf(&shape, "system|%s|%s|%s|%d", ev->provider, ev->channel, ev->computer, ev->classic);
    shape_guid(buf_str(&shape), guid);
    buf_free(&shape);
    if (binxml_template(x, guid, &size_at)) {
        binxml_fragment(x);
        system_template(x, ev);
        binxml_eof(x);
        binxml_template_end(x, size_at);
    }
    system_values(x, ev, record_id);
}

static struct str value_text(const struct evtx_value *v, char out[24]) {
    switch (v->type) {
    case BINXML_HEX32:
    case BINXML_HEX64: return hexadecimal(out, v->number, 0);
    case BINXML_STRING:
    case BINXML_GUID:
    case BINXML_SID: return v->text;
    default: return decimal(out, v->number);
    }
}

static void write_inline(struct binxml *x, const struct evtx_event *ev, uint64_t record_id) {
    char n[24];
    struct place p = {x, false};
    struct binxml_element e = open_event(p);
    write_system(p, ev, record_id);
    struct binxml_element data = binxml_open(x, STR("EventData"), false, false);
    binxml_content(x);
    for (size_t i = 0; i < ev->count; i++) {
        const struct evtx_value *v = &ev->values[i];
        struct binxml_element d = binxml_open(x, STR("Data"), false, v->name);
        if (v->name) {
            binxml_attribute(x, STR("Name"), true);
            binxml_text(x, str_from(v->name));
            binxml_attributes_end(x, &d);
        }
        binxml_content(x);
        binxml_text(x, value_text(v, n));
        binxml_close(x, &d);
    }
    binxml_close(x, &data);
    binxml_close(x, &e);
}

void evtx_event_write(struct binxml *x, const struct evtx_event *ev, uint64_t record_id) {
    binxml_fragment(x);
    if (ev->body == EVTX_INLINE)
        write_inline(x, ev, record_id);
    else
        write_instance(x, ev, record_id);
    binxml_eof(x);
}
