/* binxml_writer.h - writes binary XML into one chunk of an event log.
 *
 * Names and templates are shared inside a chunk: they are written where they are first used and
 * pointed to afterwards, and the chunk's two tables hold the heads of their hash chains. All
 * offsets count from the chunk's beginning.
 * Sources: MS-EVEN6 2.2.12 (BinXml), libyal "Windows XML Event Log (EVTX)" format documentation. */
#ifndef UNGRANT_TESTS_INCIDENT_BINXML_WRITER_H
#define UNGRANT_TESTS_INCIDENT_BINXML_WRITER_H

#include "base/str.h"

enum {
    CHUNK_SIZE = 65536,
    CHUNK_HEADER = 512,
    CHUNK_NAME_BUCKETS = 64,
    CHUNK_TEMPLATE_BUCKETS = 32,
    CHUNK_NAMES = 1024,
    CHUNK_TEMPLATES = 256,
};

/* Types of values, as MS-EVEN6 numbers them. */
enum binxml_type {
    BINXML_NULL = 0x00,
    BINXML_STRING = 0x01,
    BINXML_U8 = 0x04,
    BINXML_U16 = 0x06,
    BINXML_U32 = 0x08,
    BINXML_U64 = 0x0a,
    BINXML_BOOL = 0x0d,
    BINXML_BINARY = 0x0e,
    BINXML_GUID = 0x0f,
    BINXML_FILETIME = 0x11,
    BINXML_SID = 0x13,
    BINXML_HEX32 = 0x14,
    BINXML_HEX64 = 0x15,
    BINXML_XML = 0x21,
    BINXML_STRINGS = 0x81,
};

struct binxml_name {
    uint64_t hash;
    uint32_t offset;
};

struct binxml_template {
    uint8_t guid[16];
    uint32_t offset;
};

/* One chunk under construction. Bytes past CHUNK_SIZE are not written: `overflow` says so. */
struct binxml {
    uint8_t bytes[CHUNK_SIZE];
    size_t n;
    bool overflow;
    uint32_t name_head[CHUNK_NAME_BUCKETS], template_head[CHUNK_TEMPLATE_BUCKETS];
    struct binxml_name names[CHUNK_NAMES];
    size_t name_count;
    struct binxml_template templates[CHUNK_TEMPLATES];
    size_t template_count;
};

/* What to go back to where a record does not fit any more. */
struct binxml_mark {
    size_t n, name_count, template_count;
    uint32_t name_head[CHUNK_NAME_BUCKETS], template_head[CHUNK_TEMPLATE_BUCKETS];
};
void binxml_mark(const struct binxml *x, struct binxml_mark *mark);
void binxml_return(struct binxml *x, const struct binxml_mark *mark);

void binxml_bytes(struct binxml *x, const void *p, size_t n);
void binxml_u8(struct binxml *x, unsigned v);
void binxml_u16(struct binxml *x, unsigned v);
void binxml_u32(struct binxml *x, uint32_t v);
void binxml_u64(struct binxml *x, uint64_t v);
void binxml_utf16(struct binxml *x, struct str utf8);
void binxml_set_u16(struct binxml *x, size_t at, size_t v);
void binxml_set_u32(struct binxml *x, size_t at, size_t v);

void binxml_fragment(struct binxml *x); /* fragment header */
void binxml_eof(struct binxml *x);

/* An element's opening tag. In a template it has a dependency identifier, in a plain fragment not
 * (MS-EVEN6 2.2.12). `attributes`: binxml_attribute calls follow, then binxml_attributes_end. */
struct binxml_element {
    size_t size_at, list_at;
    bool attributes;
};
struct binxml_element binxml_open(struct binxml *x, struct str name, bool in_template,
                                  bool attributes);
void binxml_attribute(struct binxml *x, struct str name, bool last);
void binxml_attributes_end(struct binxml *x, const struct binxml_element *e);
void binxml_content(struct binxml *x);                                     /* ">" */
void binxml_close(struct binxml *x, const struct binxml_element *e);       /* "</NAME>" */
void binxml_close_empty(struct binxml *x, const struct binxml_element *e); /* "/>" */

void binxml_text(struct binxml *x, struct str utf8);
void binxml_substitution(struct binxml *x, unsigned index, enum binxml_type type, bool optional);

/* Begins a template instance. True: the chunk has no template of this GUID yet, so its fragment
 * must be written now, ended with binxml_template_end(x, *size_at). */
bool binxml_template(struct binxml *x, const uint8_t guid[16], size_t *size_at);
void binxml_template_end(struct binxml *x, size_t size_at);

/* The 16-bit hash of a name that the chunk's table is ordered by. */
uint16_t binxml_name_hash(struct str utf8);

#endif
