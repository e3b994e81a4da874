/* The unified audit log as responders export it: one CSV of everything but sign-ins, and three JSON
 * files of different shapes, whose records partly stand in the CSV as well. */
#include <stdlib.h>

#include "tests/incident/output.h"
#include "tests/incident/ual_record.h"

#define CSV_ITEM STR("m365/ual/AuditRecords.csv")
#define FIRST_ITEM STR("m365/ual/audit-1-array.json")
#define SECOND_ITEM STR("m365/ual/audit-2-lines.json")
#define SIGNIN_ITEM STR("m365/ual/audit-3-signins.json")

enum { NOISE_ROW = 960, JSON_NOISE_MOST = 200 }; /* average bytes of a row; rows also in JSON */

struct rows {
    struct ual_record *list;
    size_t count, cap;
};

static void keep(struct output *o, struct rows *rows, struct ual_record r) {
    ARENA_GROW(o->arena, rows->list, rows->cap, rows->count + 1);
    rows->list[rows->count++] = r;
}

static int by_time(const void *a, const void *b) {
    const struct ual_record *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return str_cmp(x->id, y->id);
}

static struct str json_item(const struct output *o, int64_t time) {
    return time < o->story->attack ? FIRST_ITEM : SECOND_ITEM;
}

static void gather_calls(struct output *o, struct rows *rows) {
    for (size_t i = 0; i < o->story->call_count; i++) {
        struct call *c = o->story->calls[i];
        if (c->onprem || c->what_if || !output_keeps(o, c, TELEMETRY_UAL)) continue;
        struct ual_record r = ual_of_call(o->arena, o->story, c);
        keep(o, rows, r);
        witness_add(o->arena, &c->witnesses, TELEMETRY_UAL, CSV_ITEM, r.id);
        witness_add(o->arena, &c->witnesses, TELEMETRY_UAL, json_item(o, r.time), r.id);
    }
}

static void gather_uses(struct output *o, struct rows *rows) {
    for (size_t i = 0; i < o->story->use_count; i++) {
        struct use *u = &o->story->uses[i];
        if (!output_keeps_use(o, i)) continue;
        keep(o, rows, ual_of_use(o->arena, o->story, u));
        witness_add(o->arena, &u->witnesses, TELEMETRY_UAL, CSV_ITEM, u->record);
        witness_add(o->arena, &u->witnesses, TELEMETRY_UAL, json_item(o, u->time), u->record);
    }
}

static void quoted(struct buf *out, struct str s) {
    buf_add_c(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_add_c(out, '"');
        buf_add_c(out, s.p[i]);
    }
    buf_add_c(out, '"');
}

/* One row as Export-Csv writes it: every field in quotes. */
static void csv_row(struct buf *out, struct arena *a, const struct ual_record *r, uint64_t index) {
    quoted(out, str_from(ual_type_name(r->type)));
    buf_add_c(out, ',');
    quoted(out, output_time(a, r->time, TIME_US));
    buf_add_c(out, ',');
    quoted(out, r->user);
    buf_add_c(out, ',');
    quoted(out, r->operation);
    buf_add_c(out, ',');
    quoted(out, r->data);
    buf_printf(out, ",\"%llu\",\"5000\",", (unsigned long long)index);
    quoted(out, r->id);
    buf_add_z(out, ",\"True\",\"Unchanged\"\r\n");
}

static void csv_head(struct buf *out, const struct story *s) {
    if (s->seed % 2)
        buf_add_z(out, "#TYPE Deserialized.Microsoft.Exchange.Data.ApplicationLogic."
                       "ExchangeAuditLog\r\n");
    buf_add_z(out, "\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\","
                   "\"ResultIndex\",\"ResultCount\",\"Identity\",\"IsValid\",\"ObjectState\"\r\n");
}

/* The CSV in the making: noise comes between the rows of the story, in time order. */
struct csv_run {
    struct output *o;
    struct file_out file;
    struct buf row;
    struct arena *scratch;
    struct rng r;
    uint64_t index, offset;
    uint64_t noise_done, noise_total;
};

static void csv_put(struct csv_run *c, const struct ual_record *r, bool noise) {
    c->row.n = 0;
    csv_row(&c->row, c->scratch, r, ++c->index);
    file_out_write(&c->file, buf_str(&c->row));
    /* Inside a key of AuditData: the JSON breaks there, the row's quotes do not. */
    size_t wound = str_find(buf_str(&c->row), STR("CreationTime"));
    if (noise && wound != STR_ABSENT)
        output_offer(c->o, &(struct target){.item = CSV_ITEM,
                                            .record = r->id,
                                            .offset = c->offset,
                                            .wound = c->offset + wound});
    c->offset += c->row.n;
}

static int64_t noise_time(const struct csv_run *c) {
    const struct story *s = c->o->story;
    return s->start + (int64_t)((double)(s->end - s->start) / (double)(c->noise_total + 1) *
                                (double)(c->noise_done + 1));
}

static void csv_noise_until(struct csv_run *c, int64_t time) {
    while (c->noise_done < c->noise_total && noise_time(c) < time) {
        struct ual_record n = ual_noise(c->scratch, c->o->story, &c->r, noise_time(c));
        csv_put(c, &n, true);
        arena_reset(c->scratch);
        c->noise_done++;
    }
}

static int csv_write(struct output *o, const struct rows *rows) {
    struct csv_run c = {.o = o,
                        .r = rng_stream(o->story->seed, "ual-noise"),
                        .noise_total = o->noise_bytes / NOISE_ROW};
    if (output_open(o, &c.file, CSV_ITEM)) return -1;
    c.scratch = arena_new(0);
    csv_head(&c.row, o->story);
    file_out_write(&c.file, buf_str(&c.row));
    c.offset = c.row.n;
    for (size_t i = 0; i < rows->count; i++) {
        csv_noise_until(&c, rows->list[i].time);
        csv_put(&c, &rows->list[i], false);
        if (i % 4 == 1) /* the search returns the same record twice now and then */
            csv_put(&c, &rows->list[i], false);
    }
    csv_noise_until(&c, o->story->end);
    arena_free(c.scratch);
    buf_free(&c.row);
    return output_commit(o, &c.file, CSV_ITEM, o->story->end);
}

/* The outer record; AuditData as an object, or as a string (what ConvertTo-Json 5.1 gives). */
static void wrapped(struct json *j, struct arena *a, const struct ual_record *r, bool as_string) {
    json_object(j);
    json_put_u64(j, "RecordType", r->type);
    json_put(j, "CreationDate", output_time(a, r->time, TIME_MS));
    json_put(j, "UserIds", r->user);
    json_put(j, "Operations", r->operation);
    json_key(j, "AuditData");
    if (as_string)
        json_str(j, r->data);
    else
        json_raw(j, r->data);
    json_put(j, "Identity", r->id);
    json_put_bool(j, "IsValid", true);
    json_put_u64(j, "ObjectState", 0);
    json_end(j);
}

static int array_write(struct output *o, struct str item, const struct rows *rows, bool as_string) {
    struct buf b = {0};
    struct json j = {.out = &b, .pretty = as_string};
    if (as_string) buf_add_z(&b, "\xEF\xBB\xBF");
    json_array(&j);
    for (size_t i = 0; i < rows->count; i++) wrapped(&j, o->arena, &rows->list[i], as_string);
    json_end(&j);
    buf_add_z(&b, as_string ? "\r\n" : "\n");
    int status = output_write(o, item, buf_str(&b), o->story->end);
    buf_free(&b);
    return status;
}

/* One bare record a line. */
static int lines_write(struct output *o, struct str item, const struct rows *rows) {
    struct buf b = {0};
    for (size_t i = 0; i < rows->count; i++) {
        for (size_t k = 0; k < rows->list[i].data.n; k++)
            if (rows->list[i].data.p[k] != '\n') /* between values only: inside it is escaped */
                buf_add_c(&b, rows->list[i].data.p[k]);
        buf_add_c(&b, '\n');
    }
    int status = output_write(o, item, buf_str(&b), o->story->end);
    buf_free(&b);
    return status;
}

static int json_write(struct output *o, const struct rows *rows) {
    struct rows first = {0}, second = {0}, signins = {0};
    for (size_t i = 0; i < rows->count; i++)
        keep(o, rows->list[i].time < o->story->attack ? &first : &second, rows->list[i]);
    struct rng r = rng_stream(o->story->seed, "json-noise");
    for (size_t i = 0; i < JSON_NOISE_MOST && i < o->noise_bytes / NOISE_ROW; i++)
        keep(o, &first,
             ual_noise(o->arena, o->story, &r,
                       rng_between(&r, o->story->start, o->story->attack - 1)));
    qsort(first.list, first.count, sizeof *first.list, by_time);
    for (size_t i = 0; i < o->story->signin_count; i++)
        keep(o, &signins, ual_of_signin(o->arena, o->story, &o->story->signins[i]));
    if (array_write(o, FIRST_ITEM, &first, false) || lines_write(o, SECOND_ITEM, &second))
        return -1;
    return array_write(o, SIGNIN_ITEM, &signins, true);
}

int ual_write(struct output *o) {
    if (o->story->company->environment == ENVIRONMENT_ONPREM) return 0;
    struct rows rows = {0};
    gather_calls(o, &rows);
    gather_uses(o, &rows);
    if (rows.count) qsort(rows.list, rows.count, sizeof *rows.list, by_time);
    if (csv_write(o, &rows)) return -1;
    return json_write(o, &rows);
}
