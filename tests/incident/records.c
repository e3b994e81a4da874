/* records.jsonl: what was put into each record of the event logs, as a reader must give it back.
 * Made from the event as it was asked for, not from the bytes that were written. */
#include "base/json.h"
#include "tests/incident/evtx_event.h"
#include "tests/incident/output.h"

/* A value as text; `kind` says how a reader may show it. */
static void put_value(struct json *j, const struct evtx_value *v) {
    char time[WHEN_TEXT];
    struct str kind = STR("text");
    struct buf text = {0};
    switch (v->type) {
    case BINXML_STRING: buf_add(&text, v->text); break;
    case BINXML_GUID:
    case BINXML_SID:
        kind = STR("identifier");
        buf_add(&text, v->text);
        break;
    case BINXML_HEX32:
    case BINXML_HEX64:
        kind = STR("hex");
        buf_printf(&text, "0x%llx", (unsigned long long)v->number);
        break;
    case BINXML_FILETIME:
        kind = STR("time");
        buf_add(&text, filetime_format(v->number, time));
        break;
    default: kind = STR("number"); buf_add_u64(&text, v->number);
    }
    json_object(j);
    json_put_or_null(j, "name", str_from(v->name));
    json_put(j, "kind", kind);
    json_put(j, "text", buf_str(&text));
    json_end(j);
    buf_free(&text);
}

void records_note(struct output *o, struct str item, uint64_t id, const struct evtx_event *ev) {
    char time[WHEN_TEXT];
    struct json j = {.out = &o->records};
    if (!o->keep_records) return;
    json_object(&j);
    json_put(&j, "item", item);
    json_put_u64(&j, "record", id);
    json_put(&j, "provider", str_from(ev->provider));
    json_put_u64(&j, "id", ev->id);
    json_put(&j, "time", filetime_format(evtx_filetime(ev->time_ns), time));
    json_put(&j, "channel", str_from(ev->channel));
    json_put(&j, "computer", str_from(ev->computer));
    json_put(&j, "user", ev->user_sid);
    json_key(&j, "values");
    json_array(&j);
    for (size_t i = 0; i < ev->count; i++) put_value(&j, &ev->values[i]);
    json_end(&j);
    json_end(&j);
    buf_add_c(&o->records, '\n');
}

int records_write(struct output *o, const char *dir) {
    struct file_out f;
    struct str path = arena_printf(o->arena, "%s/records.jsonl", dir);
    if (!o->keep_records) return 0;
    if (file_out_open(&f, path.p, o->error)) return -1;
    file_out_write(&f, buf_str(&o->records));
    buf_free(&o->records);
    return file_out_commit(&f, o->error);
}
