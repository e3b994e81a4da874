#include "tests/incident/binxml_writer.h"

#include "base/utf.h"
#include "tests/incident/random.h"

enum {
    TOKEN_EOF = 0x00,
    TOKEN_OPEN = 0x01,
    TOKEN_CLOSE_START = 0x02,
    TOKEN_CLOSE_EMPTY = 0x03,
    TOKEN_END = 0x04,
    TOKEN_VALUE = 0x05,
    TOKEN_ATTRIBUTE = 0x06,
    TOKEN_TEMPLATE = 0x0c,
    TOKEN_SUBSTITUTION = 0x0d,
    TOKEN_SUBSTITUTION_OPTIONAL = 0x0e,
    TOKEN_FRAGMENT = 0x0f,
    TOKEN_MORE = 0x40, /* this element has attributes; another attribute follows this one */
};
enum { NO_DEPENDENCY = 0xffff };

void binxml_mark(const struct binxml *x, struct binxml_mark *mark) {
    mark->n = x->n;
    mark->name_count = x->name_count;
    mark->template_count = x->template_count;
    memcpy(mark->name_head, x->name_head, sizeof mark->name_head);
    memcpy(mark->template_head, x->template_head, sizeof mark->template_head);
}

void binxml_return(struct binxml *x, const struct binxml_mark *mark) {
    memset(x->bytes + mark->n, 0, CHUNK_SIZE - mark->n);
    x->n = mark->n;
    x->overflow = false;
    x->name_count = mark->name_count;
    x->template_count = mark->template_count;
    memcpy(x->name_head, mark->name_head, sizeof x->name_head);
    memcpy(x->template_head, mark->template_head, sizeof x->template_head);
}

void binxml_bytes(struct binxml *x, const void *p, size_t n) {
    if (n > CHUNK_SIZE - x->n) {
        x->overflow = true;
        return;
    }
    if (n) memcpy(x->bytes + x->n, p, n);
    x->n += n;
}

static void little_endian(uint8_t *out, uint64_t v, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(v >> (8 * i));
}

static void number(struct binxml *x, uint64_t v, size_t n) {
    uint8_t le[8];
    little_endian(le, v, n);
    binxml_bytes(x, le, n);
}

void binxml_u8(struct binxml *x, unsigned v) { number(x, v, 1); }
void binxml_u16(struct binxml *x, unsigned v) { number(x, v, 2); }
void binxml_u32(struct binxml *x, uint32_t v) { number(x, v, 4); }
void binxml_u64(struct binxml *x, uint64_t v) { number(x, v, 8); }

/* After an overflow the place may never have been written. */
static void set(struct binxml *x, size_t at, uint64_t v, size_t n) {
    if (x->overflow || at > CHUNK_SIZE - n) return;
    little_endian(x->bytes + at, v, n);
}

void binxml_set_u16(struct binxml *x, size_t at, size_t v) { set(x, at, v, 2); }
void binxml_set_u32(struct binxml *x, size_t at, size_t v) { set(x, at, v, 4); }

void binxml_utf16(struct binxml *x, struct str utf8) {
    struct buf units = {0};
    utf8_to_utf16le(utf8, &units);
    binxml_bytes(x, units.p, units.n);
    buf_free(&units);
}

void binxml_fragment(struct binxml *x) {
    binxml_u8(x, TOKEN_FRAGMENT);
    binxml_u8(x, 1); /* major version */
    binxml_u8(x, 1); /* minor version */
    binxml_u8(x, 0); /* flags */
}

void binxml_eof(struct binxml *x) { binxml_u8(x, TOKEN_EOF); }

uint16_t binxml_name_hash(struct str utf8) {
    uint32_t hash = 0;
    struct buf units = {0};
    utf8_to_utf16le(utf8, &units);
    for (size_t i = 0; i + 1 < units.n; i += 2)
        hash =
            hash * 65599 + ((uint32_t)(uint8_t)units.p[i] | (uint32_t)(uint8_t)units.p[i + 1] << 8);
    buf_free(&units);
    return (uint16_t)hash;
}

/* A new name goes to the head of its chain, so that nothing already written changes. */
static void name_define(struct binxml *x, struct str name, uint64_t key) {
    uint16_t hash = binxml_name_hash(name);
    size_t at = x->n;
    uint32_t *head = &x->name_head[hash % CHUNK_NAME_BUCKETS];
    binxml_u32(x, *head);
    binxml_u16(x, hash);
    size_t count_at = x->n;
    binxml_u16(x, 0);
    size_t text_at = x->n;
    binxml_utf16(x, name);
    binxml_set_u16(x, count_at, (x->n - text_at) / 2);
    binxml_u16(x, 0);
    if (x->name_count == CHUNK_NAMES) {
        x->overflow = true;
        return;
    }
    *head = (uint32_t)at;
    x->names[x->name_count++] = (struct binxml_name){key, (uint32_t)at};
}

/* The offset of the name; where it is new, the name itself follows the offset. */
static void name_reference(struct binxml *x, struct str name) {
    uint64_t key = hash_bytes(0, name);
    for (size_t i = 0; i < x->name_count; i++)
        if (x->names[i].hash == key) {
            binxml_u32(x, x->names[i].offset);
            return;
        }
    binxml_u32(x, (uint32_t)(x->n + 4));
    name_define(x, name, key);
}

struct binxml_element binxml_open(struct binxml *x, struct str name, bool in_template,
                                  bool attributes) {
    struct binxml_element e = {.attributes = attributes};
    binxml_u8(x, attributes ? TOKEN_OPEN | TOKEN_MORE : TOKEN_OPEN);
    if (in_template) binxml_u16(x, NO_DEPENDENCY);
    e.size_at = x->n;
    binxml_u32(x, 0);
    name_reference(x, name);
    e.list_at = x->n;
    if (attributes) binxml_u32(x, 0);
    return e;
}

void binxml_attribute(struct binxml *x, struct str name, bool last) {
    binxml_u8(x, last ? TOKEN_ATTRIBUTE : TOKEN_ATTRIBUTE | TOKEN_MORE);
    name_reference(x, name);
}

void binxml_attributes_end(struct binxml *x, const struct binxml_element *e) {
    binxml_set_u32(x, e->list_at, x->n - e->list_at - 4);
}

void binxml_content(struct binxml *x) { binxml_u8(x, TOKEN_CLOSE_START); }

static void element_end(struct binxml *x, const struct binxml_element *e, unsigned token) {
    binxml_u8(x, token);
    binxml_set_u32(x, e->size_at, x->n - e->size_at - 4);
}

void binxml_close(struct binxml *x, const struct binxml_element *e) {
    element_end(x, e, TOKEN_END);
}

void binxml_close_empty(struct binxml *x, const struct binxml_element *e) {
    element_end(x, e, TOKEN_CLOSE_EMPTY);
}

void binxml_text(struct binxml *x, struct str utf8) {
    binxml_u8(x, TOKEN_VALUE);
    binxml_u8(x, BINXML_STRING);
    size_t count_at = x->n;
    binxml_u16(x, 0);
    size_t from = x->n;
    binxml_utf16(x, utf8);
    binxml_set_u16(x, count_at, (x->n - from) / 2);
}

void binxml_substitution(struct binxml *x, unsigned index, enum binxml_type type, bool optional) {
    binxml_u8(x, optional ? TOKEN_SUBSTITUTION_OPTIONAL : TOKEN_SUBSTITUTION);
    binxml_u16(x, index);
    binxml_u8(x, type);
}

static uint32_t template_id(const uint8_t guid[16]) {
    return (uint32_t)guid[0] | (uint32_t)guid[1] << 8 | (uint32_t)guid[2] << 16 |
           (uint32_t)guid[3] << 24;
}

static void template_define(struct binxml *x, const uint8_t guid[16], size_t *size_at) {
    uint32_t *head = &x->template_head[template_id(guid) % CHUNK_TEMPLATE_BUCKETS];
    uint32_t at = (uint32_t)x->n;
    binxml_u32(x, *head);
    binxml_bytes(x, guid, 16);
    *size_at = x->n;
    binxml_u32(x, 0);
    *head = at;
    if (x->template_count == CHUNK_TEMPLATES) {
        x->overflow = true;
        return;
    }
    struct binxml_template *t = &x->templates[x->template_count++];
    memcpy(t->guid, guid, 16);
    t->offset = at;
}

bool binxml_template(struct binxml *x, const uint8_t guid[16], size_t *size_at) {
    binxml_u8(x, TOKEN_TEMPLATE);
    binxml_u8(x, 1);
    binxml_u32(x, template_id(guid));
    for (size_t i = 0; i < x->template_count; i++)
        if (!memcmp(x->templates[i].guid, guid, 16)) {
            binxml_u32(x, x->templates[i].offset);
            return false;
        }
    binxml_u32(x, (uint32_t)(x->n + 4));
    template_define(x, guid, size_at);
    return true;
}

void binxml_template_end(struct binxml *x, size_t size_at) {
    binxml_set_u32(x, size_at, x->n - size_at - 4);
}
