/* Exchange audit logs in XML: what New-AdminAuditLogSearch and New-MailboxAuditLogSearch mail
 * (<SearchResults>), and their objects as Export-Clixml writes them (also the unified audit log's).
 */
#include "analyze/evidence/audit_log.h"
#include "analyze/evidence/clixml.h"
#include "analyze/evidence/ual.h"

/* ---- <SearchResults> ---- */

static const struct xml_kind EVENT = {{"Event", 5}, false};

static bool has(struct str s, const char *what) {
    return str_find(s, str_from(what)) != STR_ABSENT;
}

/* The first bytes, as UTF-8, up to the first element if they begin with one. */
static struct str head_of(struct arena *a, struct str first) {
    struct block b = {.bytes = first, .first = true};
    struct str text = str_trim(text_of_block(a, &b).utf8);
    return str_starts(text, STR("<")) ? text : STR_NONE;
}

static int bid_search(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct str text = head_of(a, first);
    (void)whole;
    int sure = has(str_slice(text, 0, XML_HEAD), "<SearchResults") ? 85 : 0;
    arena_free(a);
    return sure;
}

static size_t cut_search(struct cutter *c, struct str bytes, bool at_end) {
    return xml_cut(c, bytes, at_end, EVENT);
}

static void take_search(void *own, const struct xml_element *e, struct str text, uint64_t ordinal,
                        uint64_t offset) {
    struct sink *out = own;
    struct audit_entry entry = {.ordinal = ordinal, .offset = offset};
    (void)text;
    if (!e) return;
    if (out->dump) {
        out->line(out->own, STR_NONE, ordinal, offset, xml_json_members(out->arena, e));
        return;
    }
    for (size_t i = 0; i < e->attribute_count; i++)
        params_add1(out->arena, &entry.fields, e->attributes[i].name, e->attributes[i].value);
    const struct xml_element *parameters = xml_child(e, "CmdletParameters");
    for (const struct xml_element *p = parameters ? parameters->child : NULL; p; p = p->next)
        if (str_eq(p->name, STR("Parameter")))
            params_add1(out->arena, &entry.parameters, xml_attribute(p, "Name"),
                        xml_attribute(p, "Value"));
    audit_entry_read(out, &entry);
}

static void read_search(const struct block *b, struct sink *out) {
    out->records(out->own, xml_read_block(b, out, EVENT, take_search, out));
}

const struct reader READER_AUDIT_XML = {"audit-xml", "Exchange audit log", bid_search, cut_search,
                                        read_search};

/* ---- CLIXML ---- */

static int bid_clixml(struct str first, bool whole) {
    static const char *const names[] = {"\"CmdletName\"", "\"MailboxOwnerUPN\"", "\"AuditData\""};
    struct arena *a = arena_new(0);
    struct str text = head_of(a, first);
    int sure = 0;
    (void)whole;
    for (size_t i = 0; clixml_begins(text) && i < sizeof names / sizeof *names; i++)
        if (has(text, names[i])) sure = 83;
    arena_free(a);
    return sure;
}

static size_t cut_clixml(struct cutter *c, struct str bytes, bool at_end) {
    return xml_cut(c, bytes, at_end, CLIXML_OBJECT);
}

static void take_fields(struct sink *out, const struct clixml *c, struct params *fields) {
    for (const struct xml_element *m = c->object->child; m; m = m->next) {
        if (!str_eq(m->name, STR("Props")) && !str_eq(m->name, STR("MS"))) continue;
        for (const struct xml_element *v = m->child; v; v = v->next)
            params_add1(out->arena, fields, xml_attribute(v, "N"), clixml_text(c, v));
    }
}

/* Objects of Name and Value. An edit of a remote session may be text alone: then only its name is
 * known. */
static bool take_parameters(struct sink *out, const struct clixml *c, struct params *parameters) {
    const struct xml_element *list = clixml_property(c, c->object, "CmdletParameters");
    bool names_only = false;
    for (const struct xml_element *i = clixml_items(list); i; i = i->next) {
        const struct xml_element *p = clixml_value(c, i);
        const struct xml_element *name = clixml_property(c, p, "Name");
        if (name)
            params_add1(out->arena, parameters, clixml_text(c, name),
                        clixml_text(c, clixml_property(c, p, "Value")));
        else
            names_only = true;
    }
    return names_only;
}

static void take_object(void *own, const struct xml_element *e, struct str text, uint64_t ordinal,
                        uint64_t offset) {
    struct sink *out = own;
    (void)text;
    if (!e) return;
    if (out->dump) {
        out->line(out->own, STR_NONE, ordinal, offset, xml_json_members(out->arena, e));
        return;
    }
    struct clixml c = clixml_of(out->arena, e);
    if (clixml_property(&c, e, "AuditData")) {
        struct ual_outer outer = {.id = clixml_get(&c, "Identity"),
                                  .time = clixml_get(&c, "CreationDate"),
                                  .operation = clixml_get(&c, "Operations"),
                                  .user = clixml_get(&c, "UserIds"),
                                  .record_type = clixml_get(&c, "RecordType")};
        ual_read_record(out, str_trim(clixml_get(&c, "AuditData")), &outer, ordinal, offset);
        return;
    }
    struct audit_entry entry = {.ordinal = ordinal, .offset = offset};
    take_fields(out, &c, &entry.fields);
    entry.names_only = take_parameters(out, &c, &entry.parameters);
    audit_entry_read(out, &entry);
}

static void read_clixml(const struct block *b, struct sink *out) {
    out->records(out->own, xml_read_block(b, out, CLIXML_OBJECT, take_object, out));
}

const struct reader READER_AUDIT_CLIXML = {"audit-clixml", "Exchange audit log", bid_clixml,
                                           cut_clixml, read_clixml};
