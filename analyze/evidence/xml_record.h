/* xml_record.h - records in XML: found by our own scanner, parsed one by one by libxml2's reader.
 *
 * Exports are one element after another (<Event>, <Obj>), within one root, several or none. The
 * scanner finds where each begins and ends, so blocks may be cut between any two, memory is that of
 * one record, a damaged one costs no other, and each has its exact offset. A record is parsed
 * alone, without the document around it: no DTD reaches the parser, no entity but XML's own five
 * is known, nothing is loaded. xml_has_dtd() lets a reader refuse the whole item.
 *
 * Depth and count of elements are capped. Characters that XML 1.0 forbids become U+FFFD. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_XML_RECORD_H
#define UNGRANT_ANALYZE_EVIDENCE_XML_RECORD_H

#include "analyze/evidence/text_view.h"

enum {
    XML_DEPTH = 100,
    XML_ELEMENTS = 200 * 1000, /* of one record */
    XML_HEAD = 4096,           /* of the item: where its root and a DTD stand */
};

struct xml_attribute {
    struct str name, value;
};

/* One element, under its name without prefix. `text` is all text directly in it. */
struct xml_element {
    struct str name, text;
    struct xml_attribute *attributes;
    size_t attribute_count;
    struct xml_element *child, *next; /* its first child, its next sibling */
};

/* Which elements are records. A record that nests holds others of its name. */
struct xml_kind {
    struct str name;
    bool nests;
};

enum xml_found { XML_NONE, XML_RECORD, XML_TORN };

/* The next record from *at on. XML_RECORD: it is [*begin, *end). XML_TORN: the next one begins at
 * *end before this one ended (only of a kind that does not nest). XML_NONE: the text ends before a
 * record does; *begin is where that begins, or text.n. Moves *at behind what was found. */
enum xml_found xml_record_next(struct str text, struct xml_kind kind, size_t *at, size_t *begin,
                               size_t *end);

/* For cut(): the largest number of bytes that ends behind a record. */
size_t xml_cut(struct cutter *c, struct str bytes, bool at_end, struct xml_kind kind);

/* Does a document type declaration stand before the first record? */
bool xml_has_dtd(struct str text, struct xml_kind kind);

struct xml_parser;
struct xml_parser *xml_parser_new(void);
void xml_parser_free(struct xml_parser *p);

/* One record's element, in the arena; NULL with a reason (static text). */
const struct xml_element *xml_parse(struct xml_parser *p, struct arena *a, struct str record,
                                    const char **why);

/* Reads every record of a block: `take` gets each, parsed; what is no XML, torn or does not end is
 * a fault. `element` is NULL where it could not be parsed. Returns how many there were, damaged
 * ones included; 0 with a fault where the item has a DTD. */
typedef void xml_take(void *own, const struct xml_element *element, struct str text,
                      uint64_t ordinal, uint64_t offset);
uint64_t xml_read_block(const struct block *b, struct sink *out, struct xml_kind kind,
                        xml_take *take, void *own);

/* NULL and empty where absent; the element itself may be NULL. */
const struct xml_element *xml_child(const struct xml_element *e, const char *name);
struct str xml_attribute(const struct xml_element *e, const char *name);

/* The element as a JSON value, for `dump`: attributes and children as members, "#text" beside them,
 * names that come again as arrays. */
void xml_json(struct json *j, const struct xml_element *e);
/* The members of `line()` for one record: "NAME":{...}. */
struct str xml_json_members(struct arena *a, const struct xml_element *e);

#endif
