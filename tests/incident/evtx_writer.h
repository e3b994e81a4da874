/* evtx_writer.h - writes a Windows event log that other people's readers accept.
 *
 * Records are appended one by one; a chunk goes to the file when the next record does not fit, so
 * memory is one chunk whatever the file's size. Close writes the last chunk and the file header.
 * Every chunk carries its checksums, its table of names and its table of templates.
 * Sources: libyal "Windows XML Event Log (EVTX)" format documentation, MS-EVEN6. */
#ifndef UNGRANT_TESTS_INCIDENT_EVTX_WRITER_H
#define UNGRANT_TESTS_INCIDENT_EVTX_WRITER_H

#include "base/arena.h"
#include "base/error.h"
#include "tests/incident/binxml_writer.h"

/* One value of the event's data. `text` for strings, GUIDs ("8-4-4-4-12") and SIDs ("S-1-5-..."),
 * `number` for everything else. */
struct evtx_value {
    const char *name; /* NULL: an unnamed Data element */
    enum binxml_type type;
    struct str text;
    uint64_t number;
};

enum evtx_body {
    EVTX_TEMPLATE, /* a template instance with one substitution for each value */
    EVTX_STRINGS,  /* classic providers: all values in one array of strings, unnamed */
    EVTX_INLINE,   /* the whole event written out, without templates (forwarded events) */
};

struct evtx_event {
    int64_t time_ns;                      /* since 1970 */
    const char *provider, *provider_guid; /* GUID without braces, or NULL */
    const char *channel, *computer;
    struct str user_sid; /* empty: none */
    unsigned id, version, level, task, opcode, qualifiers;
    bool classic; /* the event identifier carries qualifiers */
    uint64_t keywords;
    uint32_t pid, tid;
    enum evtx_body body;
    const struct evtx_value *values;
    size_t count;
};

struct evtx_writer;

/* Where a record went: for damage that is done on purpose. */
struct evtx_place {
    uint64_t id, offset; /* EventRecordID; byte in the file */
    uint32_t size;
    bool defines; /* later records of the chunk point to names or templates inside this one */
};

/* NULL with the error. `first_id`: the first EventRecordID, at least 1. */
struct evtx_writer *evtx_create(const char *path, uint64_t first_id, struct error *e);

/* Appends; returns false where the event cannot fit in any chunk (it is not written then). `where`
 * may be NULL. Failed writes show at evtx_close. */
bool evtx_add(struct evtx_writer *w, const struct evtx_event *event, struct evtx_place *where);

uint64_t evtx_next_id(const struct evtx_writer *w);

/* Writes what is left and frees the writer: 0, or -1 with the error. */
int evtx_close(struct evtx_writer *w, struct error *e);

/* CRC-32 as zlib and EVTX compute it (polynomial 0xEDB88320), over `n` more bytes. */
uint32_t evtx_crc32(uint32_t crc, const void *bytes, size_t n);

#endif
