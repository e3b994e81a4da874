/* binxml_value.h - values of binary XML: what a substitution's bytes mean.
 *
 * Types and their sizes are those of MS-EVEN6 section 2.2.12 ("BinXml") and of libyal's "Windows
 * XML Event Log (EVTX) format"; text forms are the ones Windows itself shows: GUIDs and hex as in
 * the event viewer, FILETIME as ISO 8601 with seven digits, SYSTEMTIME with three. All bytes are
 * hostile: a value whose size does not fit its type is shown as the hex of its bytes. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_BINXML_VALUE_H
#define UNGRANT_ANALYZE_EVIDENCE_BINXML_VALUE_H

#include "base/buf.h"

enum binxml_type {
    BINXML_NULL = 0x00,
    BINXML_STRING = 0x01,
    BINXML_ANSI = 0x02,
    BINXML_INT8 = 0x03,
    BINXML_UINT8 = 0x04,
    BINXML_INT16 = 0x05,
    BINXML_UINT16 = 0x06,
    BINXML_INT32 = 0x07,
    BINXML_UINT32 = 0x08,
    BINXML_INT64 = 0x09,
    BINXML_UINT64 = 0x0A,
    BINXML_REAL32 = 0x0B,
    BINXML_REAL64 = 0x0C,
    BINXML_BOOL = 0x0D,
    BINXML_BINARY = 0x0E,
    BINXML_GUID = 0x0F,
    BINXML_SIZE = 0x10,
    BINXML_FILETIME = 0x11,
    BINXML_SYSTEMTIME = 0x12,
    BINXML_SID = 0x13,
    BINXML_HEX32 = 0x14,
    BINXML_HEX64 = 0x15,
    BINXML_HANDLE = 0x20,
    BINXML_XML = 0x21,      /* nested binary XML */
    BINXML_XML_TEXT = 0x23, /* XML as text */
    BINXML_ARRAY = 0x80,    /* flag: zero or more values of the type */
};

/* Little-endian integers at p. */
static inline uint16_t le16(const char *p) {
    const unsigned char *u = (const unsigned char *)p;
    return (uint16_t)(u[0] | u[1] << 8);
}
static inline uint32_t le32(const char *p) { return le16(p) | (uint32_t)le16(p + 2) << 16; }
static inline uint64_t le64(const char *p) { return le32(p) | (uint64_t)le32(p + 4) << 32; }

/* Appends the value (not an array) as UTF-8 text. A string's one closing NUL is no part of it. */
void binxml_value_text(uint8_t type, struct str bytes, struct buf *out);

/* Appends the value as JSON: integers and booleans bare, everything else as a string. */
void binxml_value_json(uint8_t type, struct str bytes, struct buf *out);

/* The next item of an array value of `type` (without the flag), at *at: true and its bytes, or
 * false at the end. Always advances. */
bool binxml_item(uint8_t type, struct str bytes, size_t *at, struct str *item);

#endif
