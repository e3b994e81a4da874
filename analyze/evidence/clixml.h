/* clixml.h - objects as Export-Clixml writes them (MS-PSRP 2.2.5, "Serialization").
 *
 * <Objs><Obj RefId="0"><TN><T>type</T>..</TN><ToString>..</ToString><Props>|<MS>
 *   <S N="Name">text</S> <B N="..">true</B> <Nil N=".."/> <DT N="..">time</DT>
 *   <Obj N=".." RefId="1">..<LST><S>a</S><S>b</S></LST></Obj> <Ref N=".." RefId="1"/> ...
 *
 * A value is the element that it was written as; the functions here say what it means. One object
 * directly within Objs is one record (CLIXML_OBJECT, for xml_record.h). References are followed
 * within a record; one to an object of an earlier record is a value without text or items. In text
 * _xHHHH_ is a UTF-16 code unit. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_CLIXML_H
#define UNGRANT_ANALYZE_EVIDENCE_CLIXML_H

#include "analyze/evidence/xml_record.h"

extern const struct xml_kind CLIXML_OBJECT;

/* A record with the table of its references. */
struct clixml {
    struct arena *a;
    const struct xml_element *object;
    struct clixml_ref {
        uint64_t id;
        const struct xml_element *element;
    } * refs;
    size_t ref_count;
};

/* Do these first bytes (as UTF-8) begin a CLIXML document? */
bool clixml_begins(struct str utf8);

struct clixml clixml_of(struct arena *a, const struct xml_element *object);

/* The object's property of that name (case ignored, as PowerShell does), references followed; NULL
 * where it has none or it is $null. */
const struct xml_element *clixml_property(const struct clixml *c, const struct xml_element *object,
                                          const char *name);

/* A scalar's text ("true" and "false" for booleans), an object's ToString; empty for NULL. */
struct str clixml_text(const struct clixml *c, const struct xml_element *value);
/* Both in one: the text of a property of the record's own object. */
struct str clixml_get(const struct clixml *c, const char *name);

/* The first item of a list (array, collection), or NULL; the next ones follow by ->next. Each is a
 * value: clixml_value() follows it where it is a reference. */
const struct xml_element *clixml_items(const struct xml_element *value);
const struct xml_element *clixml_value(const struct clixml *c, const struct xml_element *value);

/* Every item's text; a value that is no list is one item, NULL none. */
size_t clixml_texts(const struct clixml *c, const struct xml_element *value, struct str **out);

/* The first name of the object's type, where it stands in this record; else empty. */
struct str clixml_type(const struct clixml *c, const struct xml_element *object);

/* A DateTime with its zone or "Z" is UTC; without one WHEN_UNKNOWN; none: WHEN_NONE. */
struct when clixml_time(const struct clixml *c, const struct xml_element *value);

#endif
