/* coverage.json: what was looked at and what could not be seen; errors.jsonl: what was unreadable.
 */
#include "analyze/report/report.h"
#include "analyze/report/words.h"

enum { FIRST_BYTES = 16 }; /* of what was not recognised: enough for a magic number */

static void put_first_bytes(struct json *j, struct str bytes) {
    static const char digits[] = "0123456789abcdef";
    char hex[2 * FIRST_BYTES];
    size_t n = bytes.n < FIRST_BYTES ? bytes.n : FIRST_BYTES;
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)bytes.p[i];
        hex[2 * i] = digits[byte >> 4];
        hex[2 * i + 1] = digits[byte & 15];
    }
    json_put_or_null(j, "first_bytes", str_of(hex, 2 * n));
}

static void put_item(struct json *j, const struct item *i) {
    json_object(j);
    json_put(j, "item", i->name);
    json_put_or_null(j, "archive", i->archive);
    json_put_or_null(j, "sha256", str_from(i->sha256));
    json_put_u64(j, "size", i->size);
    json_put_or_null(j, "reader", i->reader);
    json_put_or_null(j, "telemetry", i->telemetry);
    json_put_u64(j, "records", i->records);
    json_put_when(j, "first", i->first);
    json_put_when(j, "last", i->last);
    json_put(j, "integrity", str_from(integrity_name((enum integrity)i->integrity)));
    json_put_u64(j, "unreadable", i->unreadable);
    put_first_bytes(j, i->first_bytes);
    json_end(j);
}

/* The longest gaps (all, where there are few), by number. */
static void put_missing(struct json *j, const struct coverage_row *r) {
    json_key(j, "missing");
    json_array(j);
    for (size_t i = 0; i < r->gap_count; i++) {
        json_object(j);
        json_put_u64(j, "from", r->gaps[i].from);
        json_put_u64(j, "to", r->gaps[i].to);
        json_put_when(j, "after", r->gaps[i].after);
        json_put_when(j, "before", r->gaps[i].before);
        json_end(j);
    }
    json_end(j);
    json_put_u64(j, "missing_stretches", r->gap_total);
}

static void put_setbacks(struct json *j, const struct coverage_row *r) {
    json_key(j, "clock_setbacks");
    json_array(j);
    for (size_t i = 0; i < r->setback_count; i++) {
        const struct clock_setback *s = &r->setbacks[i];
        json_object(j);
        json_put(j, "item", s->item->name);
        json_put_u64(j, "record", s->number);
        json_put_when(j, "from", s->from);
        json_put_when(j, "to", s->to);
        json_end(j);
    }
    json_end(j);
}

static void put_silences(struct json *j, const struct coverage_row *r) {
    json_key(j, "silences");
    json_array(j);
    for (size_t i = 0; i < r->silence_count; i++) {
        json_object(j);
        json_put_when(j, "after", r->silences[i].after);
        json_put_when(j, "before", r->silences[i].before);
        json_end(j);
    }
    json_end(j);
    json_put_u64(j, "silences_found", r->silence_total);
}

static void put_verdicts(struct json *j, const struct analysis *a) {
    json_key(j, "verdicts");
    json_array(j);
    for (size_t i = 0; i < a->verdict_count; i++) {
        const struct verdict *v = &a->verdicts[i];
        json_object(j);
        json_put(j, "analytic", str_from(v->analytic));
        json_put(j, "source", str_from(v->source));
        json_put(j, "verdict", str_from(v->state));
        json_put_when(j, "first", v->first);
        json_put_when(j, "last", v->last);
        json_put(j, "words", v->words);
        json_end(j);
    }
    json_end(j);
}

static void put_settings(struct json *j, const struct analysis *a) {
    json_key(j, "audit_settings");
    json_array(j);
    for (size_t i = 0; i < a->setting_count; i++) {
        const struct audit_setting *s = &a->settings[i];
        json_object(j);
        json_put_when(j, "time", s->time);
        json_put(j, "name", s->name);
        json_put(j, "value", s->value);
        json_put_or_null(j, "object", s->object);
        json_put_or_null(j, "by", s->by);
        json_put(j, "source", s->source);
        json_put(j, "item", s->item->name);
        json_put_bool(j, "weakens", s->weak);
        json_end(j);
    }
    json_end(j);
}

static void put_kinds(struct json *j, const struct coverage_row *r) {
    json_key(j, "kinds");
    json_array(j);
    for (size_t i = 0; i < r->kind_count; i++) {
        json_object(j);
        json_put(j, "kind", r->kinds[i].kind);
        json_put_u64(j, "records", r->kinds[i].count);
        json_put_when(j, "first", r->kinds[i].first);
        json_put_when(j, "last", r->kinds[i].last);
        json_end(j);
    }
    json_end(j);
}

static void put_row(struct json *j, const struct coverage_row *r) {
    json_object(j);
    json_put(j, "telemetry", r->telemetry);
    json_put_or_null(j, "host", r->host);
    json_put_u64(j, "items", r->items);
    json_put_u64(j, "records", r->records);
    json_put_when(j, "first", r->first);
    json_put_when(j, "last", r->last);
    json_put_u64(j, "gaps", r->numbers_missing);
    json_key(j, "cleared");
    json_array(j);
    for (size_t i = 0; i < r->cleared_count; i++) json_when(j, r->cleared[i]);
    json_end(j);
    json_put_u64(j, "unreadable", r->unreadable);
    json_put_bool(j, "grant_visible", r->grant_visible);
    json_put_or_null(j, "why", r->why);
    json_put_u64(j, "number_first", r->number_first);
    json_put_u64(j, "number_last", r->number_last);
    put_missing(j, r);
    put_setbacks(j, r);
    put_silences(j, r);
    json_put_bool(j, "rotated", r->number_first > 1);
    put_kinds(j, r);
    json_end(j);
}

static void put_suspicion(struct json *j, const struct suspicion *s) {
    json_object(j);
    json_put(j, "rule", s->rule);
    json_put_or_null(j, "technique", s->technique);
    json_put_or_null(j, "severity", s->severity);
    json_key(j, "observation");
    json_observation(j, &s->where);
    json_end(j);
}

static void put_sentences(struct json *j, const char *key, const struct str *list, size_t count) {
    json_key(j, key);
    json_array(j);
    for (size_t i = 0; i < count; i++) json_str(j, list[i]);
    json_end(j);
}

void report_coverage_json(const struct analysis *a, struct buf *out) {
    struct json j = {.out = out, .pretty = true};
    json_object(&j);
    json_key(&j, "items");
    json_array(&j);
    for (size_t i = 0; i < a->item_count; i++) put_item(&j, a->items[i]);
    json_end(&j);
    json_key(&j, "telemetry");
    json_array(&j);
    for (size_t i = 0; i < a->coverage_count; i++) put_row(&j, &a->coverage[i]);
    json_end(&j);
    put_verdicts(&j, a);
    put_settings(&j, a);
    put_sentences(&j, "blind_spots", a->blind_spots, a->blind_spot_count);
    put_sentences(&j, "notes", a->notes, a->note_count);
    json_key(&j, "suspicious_text");
    json_array(&j);
    for (size_t i = 0; i < a->suspicion_count; i++) put_suspicion(&j, &a->suspicions[i]);
    json_end(&j);
    json_end(&j);
    buf_add_c(out, '\n');
}

void error_json_line(const struct error_row *r, struct buf *out) {
    struct json j = {.out = out};
    json_object(&j);
    json_put_or_null(&j, "item", r->item_name.n || !r->item ? r->item_name : r->item->name);
    json_key(&j, "offset");
    if (r->has_offset)
        json_u64(&j, r->offset);
    else
        json_null(&j);
    json_put_or_null(&j, "record", r->record);
    json_put(&j, "reason", r->reason);
    json_put_or_null(&j, "sha256", r->item ? str_from(r->item->sha256) : STR_NONE);
    json_end(&j);
    buf_add_c(out, '\n');
}
