/* snapshot_clixml.c - snapshots as Export-Clixml writes them. */
#include "analyze/evidence/clixml.h"
#include "analyze/evidence/snapshot.h"

enum { NAMES_MOST = 4096 };

/* Property names in what is shown of the item; those of objects inside are among them. */
static struct params names_in(struct arena *a, struct str text) {
    struct params row = {0};
    for (size_t at = 0, hit;
         (hit = str_find(str_from_index(text, at), STR(" N=\""))) != STR_ABSENT;) {
        size_t begin = at + hit + 4;
        size_t end = str_chr(str_from_index(text, begin), '"');
        if (end == STR_ABSENT) break;
        at = begin + end;
        params_add1(a, &row, str_slice(text, begin, at), STR_NONE);
        if (row.count == NAMES_MOST) break;
    }
    return row;
}

static int bid(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = first, .first = true};
    struct str text = text_of_block(a, &b).utf8;
    int sure = 0;
    (void)whole;
    if (clixml_begins(text)) {
        size_t second = str_find(text, STR("</Props></Obj><Obj RefId"));
        struct params row = names_in(a, str_slice(text, 0, second));
        if (snapshot_cmdlet(&row)) sure = SNAPSHOT_BID;
    }
    arena_free(a);
    return sure;
}

static size_t cut(struct cutter *c, struct str bytes, bool at_end) {
    return xml_cut(c, bytes, at_end, CLIXML_OBJECT);
}

static void add_properties(const struct clixml *c, struct params *row, const char *group) {
    const struct xml_element *list = xml_child(c->object, group);
    for (const struct xml_element *p = list ? list->child : NULL; p; p = p->next) {
        struct str name = xml_attribute(p, "N"), *values;
        if (!name.n) continue;
        size_t n = clixml_texts(c, p, &values);
        params_add(c->a, row, name, values, n);
    }
}

static void take(void *own, const struct xml_element *e, struct str text, uint64_t ordinal,
                 uint64_t offset) {
    struct sink *out = own;
    (void)text;
    if (!e) return;
    if (out->dump) {
        out->line(out->own, STR_NONE, ordinal, offset, xml_json_members(out->arena, e));
        return;
    }
    struct clixml c = clixml_of(out->arena, e);
    struct params row = {0};
    add_properties(&c, &row, "Props");
    add_properties(&c, &row, "MS");
    snapshot_row(out, &row, ordinal, offset);
}

static void read(const struct block *b, struct sink *out) {
    out->records(out->own, xml_read_block(b, out, CLIXML_OBJECT, take, out));
}

const struct reader READER_SNAPSHOT_CLIXML = {"snapshot-clixml", "permission snapshot", bid, cut,
                                              read};
