/* Windows events as XML: `wevtutil qe /f:xml`, Event Viewer's "save as XML", Get-WinEvent's
 * .ToXml(). One <Event> after another, in one root or none; the schema is Microsoft's "Event
 * Schema". They give what the same records in an EVTX give. */
#include "analyze/evidence/windows_events.h"
#include "analyze/evidence/xml_record.h"

static const struct xml_kind EVENT = {{"Event", 5}, false};

static int bid(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = first, .first = true};
    struct str text = str_trim(text_of_block(a, &b).utf8);
    (void)whole;
    bool ours =
        str_starts(text, STR("<")) &&
        str_find(text, STR("schemas.microsoft.com/win/2004/08/events/event")) != STR_ABSENT &&
        str_find(text, STR("<Event ")) != STR_ABSENT;
    arena_free(a);
    return ours ? 84 : 0;
}

static size_t cut(struct cutter *c, struct str bytes, bool at_end) {
    return xml_cut(c, bytes, at_end, EVENT);
}

static void take_system(struct windows_event *w, const struct xml_element *system) {
    for (const struct xml_element *e = system ? system->child : NULL; e; e = e->next)
        for (unsigned k = 0; k < SYSTEM_FIELDS; k++) {
            if (!str_eq(e->name, WINDOWS_SYSTEM[k].element)) continue;
            struct str attribute = WINDOWS_SYSTEM[k].attribute;
            windows_event_set(w, k, attribute.n ? xml_attribute(e, attribute.p) : e->text);
        }
}

/* Every element within EventData or UserData, in document order. */
static void take_data(struct windows_event *w, const struct xml_element *data) {
    const struct xml_element *stack[XML_DEPTH + 1], *e = data ? data->child : NULL;
    struct windows_text *texts = NULL;
    size_t depth = 0, cap = 0;
    while (e) {
        bool is_data = str_eq(e->name, STR("Data"));
        struct str name = is_data ? xml_attribute(e, "Name") : STR_NONE;
        ARENA_GROW(w->arena, texts, cap, w->text_count + 1);
        texts[w->text_count++] =
            (struct windows_text){name.n ? name : e->name, e->text, is_data && depth == 0};
        if (e->child) {
            stack[depth++] = e;
            e = e->child;
            continue;
        }
        while (depth && !e->next) e = stack[--depth];
        e = e->next;
    }
    w->texts = texts;
}

/* System alone, where its EventID is none that we want: what coverage needs of such a record. */
static struct str needed_part(struct str record) {
    struct str open = STR("<System>"), close = STR("</System>"), tag = STR("<EventID");
    size_t begin = str_find(record, open), end = str_find(record, close), at;
    uint64_t id;
    if (begin == STR_ABSENT || end == STR_ABSENT || end < begin) return record;
    struct str system = str_slice(record, begin, end + close.n);
    if ((at = str_find(system, tag)) == STR_ABSENT) return record;
    struct str text = str_from_index(system, at + tag.n);
    text = str_from_index(text, str_chr(text, '>') + 1);
    if (!str_u64(str_trim(str_slice(text, 0, str_chr(text, '<'))), &id) || id > UINT32_MAX)
        return record;
    return windows_event_id_is_wanted((uint32_t)id) ? record : system;
}

static void take(void *own, const struct xml_element *e, struct str text, uint64_t ordinal,
                 uint64_t offset) {
    struct sink *out = own;
    (void)text;
    if (!e) return;
    struct windows_event w = {.arena = out->arena, .offset = offset, .ordinal = ordinal};
    const struct xml_element *data = xml_child(e, "EventData");
    take_system(&w, str_eq(e->name, STR("System")) ? e : xml_child(e, "System"));
    if (out->dump) {
        out->line(out->own, windows_event_record(&w), ordinal, offset,
                  xml_json_members(out->arena, e));
        return;
    }
    take_data(&w, data ? data : xml_child(e, "UserData"));
    windows_event_of_texts(&w, out);
}

static void read(const struct block *b, struct sink *out) {
    xml_part *part = out->dump ? NULL : needed_part;
    out->records(out->own, xml_read_parts(b, out, EVENT, part, take, out));
}

const struct reader READER_WINDOWS_XML = {"windows-xml", "Windows event log", bid, cut, read};
