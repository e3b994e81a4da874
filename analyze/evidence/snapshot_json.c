/* snapshot_json.c - snapshots as ConvertTo-Json writes them: an object, an array or lines. */
#include "analyze/evidence/json_record.h"
#include "analyze/evidence/json_records.h"
#include "analyze/evidence/snapshot.h"
#include "base/json_read.h"

/* A value's text: ConvertTo-Json gives objects of the directory as {"Name":..,"DistinguishedName":
 * ..}, enumerations of version 7 as text, of 5.1 as {"value":0,"Value":"Allow"}. */
static struct str text_of(struct arena *a, const cJSON *v) {
    static const char *const names[] = {"RawIdentity", "DistinguishedName", "Name", "Value",
                                        "DisplayName"};
    const cJSON *on = json_get(v, "IsPresent"); /* a switch */
    if (cJSON_IsBool(on)) return json_scalar_text(a, on);
    for (size_t i = 0; cJSON_IsObject(v) && i < sizeof names / sizeof *names; i++) {
        const cJSON *name = json_get(v, names[i]);
        if (cJSON_IsString(name)) return arena_copy(a, json_text(name));
    }
    return cJSON_IsNull(v) ? STR_NONE : json_scalar_text(a, v);
}

static void take_member(struct arena *a, struct params *row, const cJSON *m) {
    struct param *p = params_add(a, row, arena_copy(a, str_from(m->string)), NULL, 0);
    size_t cap = 0;
    bool list = cJSON_IsArray(m);
    for (const cJSON *v = list ? m->child : m; v; v = list ? v->next : NULL) {
        struct str text = text_of(a, v);
        if (!text.n) continue;
        ARENA_GROW(a, p->values, cap, p->count + 1);
        p->values[p->count++] = text;
    }
}

static struct params row_of(struct arena *a, const cJSON *object) {
    struct params row = {0};
    for (const cJSON *m = object->child; m; m = m->next) take_member(a, &row, m);
    return row;
}

/* Names of members in the first record, also where the bytes shown end within it. */
static struct params names_in(struct arena *a, struct str text, size_t at) {
    struct params row = {0};
    size_t start, end;
    for (size_t i = at + 1; i < text.n;) {
        end = json_value_end(text, i, false, &start);
        if (end == 0 || end == STR_ABSENT || text.p[start] != '"') break;
        struct str name = str_slice(text, start + 1, end - 1);
        params_add1(a, &row, name, STR_NONE);
        size_t colon = str_chr(str_from_index(text, end), ':');
        if (colon == STR_ABSENT) break;
        i = json_value_end(text, end + colon + 1, false, &start);
        if (i == 0 || i == STR_ABSENT) break;
        while (i < text.n && (ascii_space(text.p[i]) || text.p[i] == ',')) i++;
    }
    return row;
}

static int bid(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = first, .first = true};
    struct json_records r = {.text = text_of_block(a, &b).utf8};
    struct str text = str_trim(r.text);
    int sure = 0;
    (void)whole;
    if (text.n && (text.p[0] == '{' || text.p[0] == '[')) {
        json_records_next(&r);
        struct params row = {0};
        if (r.begin < r.text.n) row = names_in(a, r.text, r.begin);
        if (snapshot_cmdlet(&row)) sure = SNAPSHOT_BID;
    }
    arena_free(a);
    return sure;
}

static void take(void *own, struct str text, uint64_t ordinal, uint64_t offset) {
    struct sink *out = own;
    if (out->dump) {
        json_record_show(out, text, STR_NONE, ordinal, offset);
        return;
    }
    cJSON *root = json_record_parse(out, text, offset);
    if (!root) return;
    struct params row = row_of(out->arena, root);
    snapshot_row(out, &row, ordinal, offset);
    cJSON_Delete(root);
}

static void read(const struct block *b, struct sink *out) { json_records_read(b, out, take, out); }

const struct reader READER_SNAPSHOT_JSON = {"snapshot-json", "permission snapshot", bid,
                                            json_records_cut, read};
