#include "analyze/package/statement.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json_read.h"

enum { LIMIT = 1 << 30, SELECTION_MOST = 16 * 1024 * 1024 };

/* One record as one statement names it. */
struct raw {
    struct citation where;
    struct str by;
};

struct reading {
    struct arena *a;
    struct statements *out;
    struct json_lines changes, grants;
    struct str *chosen; /* sorted; NULL: everything */
    size_t chosen_count, chosen_cap;
    struct raw *raws;
    size_t raw_count, raw_cap;
};

/* ---- the selection ---- */

static int compare_str(const void *x, const void *y) {
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static void choose(struct reading *r, struct str id) {
    ARENA_GROW(r->a, r->chosen, r->chosen_cap, r->chosen_count + 1);
    r->chosen[r->chosen_count++] = id;
}

static const struct str *chosen(const struct reading *r, struct str id) {
    return bsearch(&id, r->chosen, r->chosen_count, sizeof *r->chosen, compare_str);
}

static int read_selection(struct reading *r, const char *path, struct error *e) {
    struct str text, line;
    if (file_read(r->a, path, SELECTION_MOST, &text, e) != 0) return -1;
    while (text.n) {
        str_cut(text, '\n', &line, &text);
        str_cut(line, '#', &line, &(struct str){0});
        line = str_trim(line);
        if (!line.n) continue;
        const cJSON *grant = json_lines_find(&r->grants, line), *id;
        if (!grant && !json_lines_find(&r->changes, line))
            return error_set(e, "%s: %.*s is no change and no grant of this analysis", path,
                             STR_ARG(line));
        choose(r, line);
        cJSON_ArrayForEach(id, json_get(grant, "changes")) choose(r, json_text(id));
    }
    if (!r->chosen_count) return error_set(e, "%s: names no change and no grant", path);
    qsort(r->chosen, r->chosen_count, sizeof *r->chosen, compare_str);
    return 0;
}

static bool is_wanted(const struct reading *r, struct str id) {
    return !r->chosen || chosen(r, id);
}

/* ---- one statement ---- */

static struct str party(const cJSON *of, const char *key, const char *otherwise) {
    const cJSON *p = json_get(of, key);
    struct str name = json_get_str(p, "identity");
    if (!name.n) name = json_get_str(p, "written");
    return name.n ? name : str_from(otherwise);
}

/* "FullAccess (\Calendar: Editor)" */
static void put_right(struct buf *b, const cJSON *t) {
    struct str scope = json_get_str(t, "scope"), level = json_get_str(t, "level");
    if (json_get_bool(t, "deny", false)) buf_add_z(b, "denial of ");
    buf_add(b, json_get_str(t, "right"));
    if (!scope.n && !level.n) return;
    buf_add_z(b, " (");
    buf_add(b, scope);
    if (scope.n && level.n) buf_add_z(b, ": ");
    buf_add(b, level);
    buf_add_c(b, ')');
}

static void put_reach(struct buf *b, const cJSON *t) {
    buf_add_z(b, " on ");
    buf_add(b, party(t, "mailbox", "the organisation"));
    buf_add_z(b, " for ");
    buf_add(b, party(t, "trustee", "everyone it concerns"));
}

static struct str sentence_of_change(struct arena *a, const cJSON *c) {
    static const char *const words[][2] = {
        {"grant", "given"}, {"revoke", "taken back"}, {"alter", "altered"}};
    struct str action = json_get_str(c, "action");
    struct buf b = {0};
    put_right(&b, c);
    put_reach(&b, c);
    buf_add_c(&b, ' ');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(action, str_from(words[i][0]))) buf_add_z(&b, words[i][1]);
    buf_add_z(&b, " by ");
    buf_add(&b, party(c, "actor", "someone whom no record names"));
    buf_printf(&b, " (result: %.*s)", STR_ARG(json_get_str(c, "result")));
    struct str text = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return text;
}

static struct str sentence_of_grant(struct arena *a, const cJSON *g) {
    struct str opened = json_get_str(g, "opened"), closed = json_get_str(g, "closed");
    struct buf b = {0};
    put_right(&b, g);
    put_reach(&b, g);
    buf_printf(&b, ": %.*s", STR_ARG(json_get_str(g, "state")));
    if (opened.n) buf_printf(&b, ", since %.*s", STR_ARG(opened));
    if (closed.n) buf_printf(&b, ", until %.*s", STR_ARG(closed));
    struct str text = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return text;
}

/* ---- what it rests on ---- */

static void cite(struct reading *r, struct str by, const cJSON *o, struct str source) {
    struct raw raw = {.by = by};
    struct citation *c = &raw.where;
    c->item = arena_copy(r->a, json_get_str(o, "item"));
    c->sha256 = arena_copy(r->a, json_get_str(o, "sha256"));
    c->record = arena_copy(r->a, json_get_str(o, "record"));
    c->time = arena_copy(r->a, json_get_str(o, "time"));
    c->source = source.n ? source : arena_copy(r->a, json_get_str(o, "source"));
    if (!c->item.n || !json_get_u64(o, "offset", &c->offset)) return;
    ARENA_GROW(r->a, r->raws, r->raw_cap, r->raw_count + 1);
    r->raws[r->raw_count++] = raw;
}

static void cite_change(struct reading *r, struct str by, const cJSON *change) {
    const cJSON *o, *signin = json_get(json_get(change, "signin"), "observation"), *flag;
    cJSON_ArrayForEach(o, json_get(change, "observations")) cite(r, by, o, STR_NONE);
    if (cJSON_IsObject(signin)) cite(r, by, signin, STR_NONE);
    cJSON_ArrayForEach(flag, json_get(change, "flags")) r->out->carved |=
        str_eq(json_text(flag), STR("carved"));
}

static void add_statement(struct reading *r, struct statement s, size_t cited_before) {
    struct statements *out = r->out;
    s.records = r->raw_count - cited_before;
    ARENA_GROW(r->a, out->list, out->cap, out->count + 1);
    out->list[out->count++] = s;
}

static void take_change(struct reading *r, const cJSON *c) {
    struct str id = arena_copy(r->a, json_get_str(c, "id"));
    size_t before = r->raw_count;
    if (!is_wanted(r, id)) return;
    cite_change(r, id, c);
    add_statement(r,
                  (struct statement){.id = id,
                                     .time = arena_copy(r->a, json_get_str(c, "time")),
                                     .text = sentence_of_change(r->a, c)},
                  before);
}

/* A grant rests on its changes, and on the snapshots that show or miss it. */
static void take_grant(struct reading *r, const cJSON *g) {
    struct str id = arena_copy(r->a, json_get_str(g, "id"));
    size_t before = r->raw_count;
    const cJSON *o;
    if (!is_wanted(r, id)) return;
    cJSON_ArrayForEach(o, json_get(g, "changes")) {
        const cJSON *c = json_lines_find(&r->changes, json_text(o));
        if (c) cite_change(r, id, c);
    }
    cJSON_ArrayForEach(o, json_get(g, "snapshots")) cite(r, id, o, STR("snapshot"));
    add_statement(r,
                  (struct statement){.id = id,
                                     .time = arena_copy(r->a, json_get_str(g, "opened")),
                                     .text = sentence_of_grant(r->a, g)},
                  before);
}

/* ---- one citation per record ---- */

static int compare_place(const struct citation *x, const struct citation *y) {
    int c = str_cmp(x->item, y->item);
    if (!c) c = str_cmp(x->sha256, y->sha256);
    return c ? c : x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int compare_raw(const void *a, const void *b) {
    const struct raw *x = a, *y = b;
    int c = compare_place(&x->where, &y->where);
    return c ? c : str_cmp(x->by, y->by);
}

static void merge(struct reading *r) {
    struct statements *out = r->out;
    struct buf by = {0};
    if (r->raw_count) qsort(r->raws, r->raw_count, sizeof *r->raws, compare_raw);
    out->cited = ARENA_ARRAY(r->a, struct citation, r->raw_count + 1);
    for (size_t i = 0; i < r->raw_count;) {
        struct citation *c = &out->cited[out->cited_count++];
        size_t first = i;
        *c = r->raws[i].where;
        by.n = 0;
        for (; i < r->raw_count && compare_place(c, &r->raws[i].where) == 0; i++) {
            if (i > first && str_eq(r->raws[i].by, r->raws[i - 1].by)) continue;
            if (by.n) buf_add_z(&by, "; ");
            buf_add(&by, r->raws[i].by);
        }
        c->statements = arena_copy(r->a, buf_str(&by));
    }
    buf_free(&by);
}

static int read_lines(struct arena *a, const char *folder, const char *name, struct json_lines *out,
                      struct error *e) {
    char *path = file_join(folder, name);
    struct str text;
    int bad =
        file_read(a, path, LIMIT, &text, e) != 0 || json_parse_lines(a, path, text, out, e) != 0;
    free(path);
    return bad ? -1 : 0;
}

int statements_read(struct arena *a, const char *folder, const char *selection,
                    struct statements *out, struct error *e) {
    struct reading r = {.a = a, .out = out};
    *out = (struct statements){0};
    int bad = read_lines(a, folder, "timeline.jsonl", &r.changes, e) != 0 ||
              read_lines(a, folder, "ledger.jsonl", &r.grants, e) != 0;
    json_lines_sort(&r.changes);
    json_lines_sort(&r.grants);
    if (!bad && selection) bad = read_selection(&r, selection, e);
    out->all = r.changes.count + r.grants.count;
    for (size_t i = 0; !bad && i < r.changes.count; i++) take_change(&r, r.changes.list[i]);
    for (size_t i = 0; !bad && i < r.grants.count; i++) take_grant(&r, r.grants.list[i]);
    if (!bad) merge(&r);
    /* The selection's ids may point into the trees. */
    json_lines_free(&r.changes);
    json_lines_free(&r.grants);
    return bad ? -1 : 0;
}
