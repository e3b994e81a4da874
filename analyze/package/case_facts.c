#include "analyze/package/case_facts.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "collect/bag.h"
#include "collect/custody.h"

static struct str tag_text(const struct case_facts *c, const char *name) {
    const struct bag_entry *e = bag_find(&c->tags, str_from(name));
    return e ? e->text : STR_NONE;
}

static struct str label(struct str info, struct str name) {
    while (info.n) {
        struct str line, key, value;
        str_cut(info, '\n', &line, &info);
        if (str_cut(line, ':', &key, &value) && str_ieq(str_trim(key), name))
            return str_trim(value);
    }
    return STR_NONE;
}

static void read_labels(struct case_facts *c) {
    struct str info = tag_text(c, "bag-info.txt");
    c->id = label(info, STR("External-Identifier"));
    c->organization = label(info, STR("Source-Organization"));
    c->examiner = label(info, STR("Contact-Name"));
    c->note = label(info, STR("External-Description"));
    c->host = label(info, STR("Collection-Host"));
    c->agent = label(info, STR("Bag-Software-Agent"));
    c->start = label(info, STR("Collection-Start"));
    c->end = label(info, STR("Collection-End"));
    c->signed_by = label(info, STR("Signed-By"));
}

static void read_row(struct arena *a, struct case_facts *c, const struct str *cells) {
    ARENA_GROW(a, c->items, c->item_cap, c->item_count + 1);
    struct inventory_item *it = &c->items[c->item_count++];
    *it = (struct inventory_item){.item = cells[inventory_column("item")],
                                  .path = cells[inventory_column("source_path")],
                                  .host = cells[inventory_column("source_host")],
                                  .mtime = cells[inventory_column("mtime")],
                                  .status = cells[inventory_column("status")],
                                  .telemetry = cells[inventory_column("telemetry")],
                                  .first = cells[inventory_column("first")],
                                  .last = cells[inventory_column("last")],
                                  .sha256 = cells[inventory_column("sha256")],
                                  .error = cells[inventory_column("error")]};
    str_u64(cells[inventory_column("size")], &it->size);
    str_u64(cells[inventory_column("records")], &it->records);
    c->records += it->records;
    if (!bag_is_payload(it->item)) return;
    c->payload_items++;
    c->payload_bytes += it->size;
}

/* The rows were held against the payload already. */
static void read_inventory(struct arena *a, struct case_facts *c) {
    struct str text = tag_text(c, "inventory.csv"), cells[INVENTORY_COLUMNS];
    for (size_t row = 0; inventory_cells(a, &text, cells, INVENTORY_COLUMNS) == INVENTORY_COLUMNS;
         row++)
        if (row) read_row(a, c, cells);
}

static int read_custody(struct arena *a, struct case_facts *c, struct error *e) {
    struct custody_chain start;
    struct stat st;
    struct str inside = tag_text(c, "custody.jsonl"), beside = STR_NONE;
    char *path = custody_path(c->path);
    int bad = 0;
    custody_begin(&start);
    custody_check(a, &start, inside, STR_NONE, NULL, &c->inside);
    c->outside.end = c->inside.end;
    if (stat(path, &st) == 0 || errno != ENOENT) {
        bad = file_read(a, path, CUSTODY_MOST, &beside, e);
        if (!bad) custody_check(a, &c->inside.end, beside, str_from(c->sha256), NULL, &c->outside);
    }
    free(path);
    const struct custody_report *r = c->outside.count ? &c->outside : &c->inside;
    c->custody = arena_join(a, inside, beside);
    if (!bad && r->count) when_parse_iso(r->list[r->count - 1].time, WHEN_UTC, &c->last);
    return bad;
}

static int refuse_bad(const struct case_facts *c, struct error *e) {
    for (size_t i = 0; i < c->checks.count; i++) {
        const struct verify_finding *f = &c->checks.list[i];
        if (c->checks.verdict[f->check] == VERDICT_BAD)
            return error_set(e, "%s: %s: %.*s: %.*s; a case that is not whole is not packaged",
                             c->path, verify_check_name(f->check), STR_ARG(f->place),
                             STR_ARG(f->reason));
    }
    return 0;
}

int case_facts_read(struct arena *a, const char *path, const char *authorities,
                    struct case_facts *out, struct error *e) {
    *out = (struct case_facts){
        .path = path, .file = str_leaf(str_from(path)), .name = bag_case_of(str_from(path))};
    if (verify_case(a, path, authorities, &out->checks, e) != 0 || refuse_bad(out, e) != 0 ||
        bag_read(a, path, BAG_READ_TAGS, &out->tags, e) != 0 ||
        bag_archive_sha256(path, out->sha256, e) != 0)
        return -1;
    if (!out->sha256[0])
        return error_set(e, "%s: is a folder; package the sealed archive itself", path);
    digest_of(tag_text(out, "manifest-sha256.txt"), out->manifest_sha256);
    digest_of(tag_text(out, "tagmanifest-sha256.txt"), out->tags_sha256);
    read_labels(out);
    read_inventory(a, out);
    return read_custody(a, out, e);
}

const struct inventory_item *case_item(const struct case_facts *c, struct str item) {
    for (size_t i = 0; i < c->item_count; i++) {
        struct str name = c->items[i].item;
        if (str_eq(name, item) ||
            (str_starts(item, name) && name.n && item.n > name.n && item.p[name.n] == '/'))
            return &c->items[i];
    }
    return NULL;
}
