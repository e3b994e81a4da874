/* Carving: records where none should be. In the slack of a chunk, behind its live records; and in
 * files of any other kind (unallocated space, memory images), chunk by chunk where a chunk's
 * signature stands, else record by record.
 *
 * What is found is marked as carved wherever it goes, and never counts as a record of the log: a
 * carved record may be older than the log, from another machine, or half overwritten. Its texts may
 * be gone with the chunk they stood in; what is left of it is shown. What cannot be understood is
 * said in its line, not as an error: no log promised it. */
#include "analyze/evidence/evtx.h"

enum {
    SIGNATURE = 8, /* bytes of a chunk's */
    TEMPLATE_AT = RECORD_HEADER + 4,
    DEFINITION_AT = TEMPLATE_AT + 10, /* where a definition that comes with its record begins */
};

/* A record's time lies between these years, or it is no record: 1990 and 2100 as FILETIMEs. */
static const uint64_t TIME_LEAST = UINT64_C(122760576000000000);
static const uint64_t TIME_MOST = UINT64_C(157469184000000000);

/* Four bytes are a weak signature: the size must stand at both ends, a fragment header follow, and
 * the time be one that a log could have. */
static bool is_record(struct str bytes, size_t at, size_t limit, uint32_t *size) {
    if (evtx_record_shape(bytes, at, limit, size) != SHAPE_WHOLE || *size > CHUNK_SIZE)
        return false;
    if (*size < TEMPLATE_AT + 4) return false;
    const char *p = bytes.p + at;
    uint64_t written = le64(p + 16);
    return le64(p + 8) && written >= TIME_LEAST && written <= TIME_MOST && p[24] == 0x0F &&
           p[25] == 1;
}

static size_t next_record(struct str bytes, size_t at, size_t limit, uint32_t *size) {
    while (at + RECORD_LEAST <= limit) {
        const char *hit = memchr(bytes.p + at, '*', limit - at);
        if (!hit) break;
        at = (size_t)(hit - bytes.p);
        if (is_record(bytes, at, limit, size)) return at;
        at++;
    }
    return limit;
}

void evtx_carve_slack(struct evtx *e, const struct chunk *c, uint32_t from, uint32_t to) {
    uint32_t size = 0;
    e->carving = true;
    for (size_t at = from; (at = next_record(c->bytes, at, to, &size)) < to; at += size)
        evtx_read_record(e, c, (uint32_t)at, size, SHAPE_WHOLE);
    e->carving = false;
}

/* ---- any other file ---- */

/* A chunk that was found: its records, live or not, as far as the next one's signature. */
static size_t carve_chunk(struct evtx *e, const struct block *b, size_t at) {
    struct str bytes = str_slice(b->bytes, at, at + CHUNK_SIZE);
    size_t next = str_find(str_from_index(bytes, SIGNATURE), EVTX_CHUNK_MAGIC);
    if (next != STR_ABSENT) bytes.n = next + SIGNATURE;
    struct chunk c = {.bytes = bytes, .offset = b->offset + at};
    if (bytes.n <= CHUNK_HEADER) return at + SIGNATURE;
    binxml_chunk(e->x, bytes);
    evtx_carve_slack(e, &c, CHUNK_HEADER, (uint32_t)bytes.n);
    return at + bytes.n;
}

/* A record outside of every chunk. If its template comes with it, the offset that names the
 * template tells where its chunk began; else it is read for itself. */
static void carve_alone(struct evtx *e, const struct block *b, size_t at, uint32_t size) {
    const char *p = b->bytes.p + at;
    size_t base = at;
    uint32_t length = size;
    if (size > DEFINITION_AT + 4 && p[TEMPLATE_AT] == 0x0C) {
        uint32_t named = le32(p + TEMPLATE_AT + 6);
        if (named >= CHUNK_HEADER + DEFINITION_AT && named < CHUNK_SIZE &&
            at + DEFINITION_AT >= named) {
            base = at + DEFINITION_AT - named;
            length = CHUNK_SIZE;
        }
    }
    struct chunk c = {.bytes = str_slice(b->bytes, base, base + length),
                      .offset = b->offset + base};
    binxml_chunk(e->x, c.bytes);
    e->carving = true;
    evtx_read_record(e, &c, (uint32_t)(at - base), size, SHAPE_WHOLE);
    e->carving = false;
}

static void carve_read(const struct block *b, struct sink *out) {
    struct evtx e;
    evtx_begin(&e, out);
    for (size_t at = 0; at < b->bytes.n;) {
        uint32_t size = 0;
        size_t chunk = str_find(str_from_index(b->bytes, at), EVTX_CHUNK_MAGIC);
        chunk = chunk == STR_ABSENT ? b->bytes.n : at + chunk;
        while ((at = next_record(b->bytes, at, chunk, &size)) < chunk) {
            carve_alone(&e, b, at, size);
            at += size;
        }
        if (chunk < b->bytes.n) at = carve_chunk(&e, b, chunk);
    }
    evtx_end(&e);
}

/* No chunk or record is cut in two: a block ends before one that is not whole yet. */
static size_t carve_cut(struct cutter *c, struct str bytes, bool at_end) {
    (void)c;
    if (at_end) return bytes.n;
    if (bytes.n <= CHUNK_SIZE + SIGNATURE) return 0;
    size_t end = bytes.n - SIGNATURE, from = bytes.n - CHUNK_SIZE;
    size_t chunk = str_find(str_slice(bytes, from, end + SIGNATURE), EVTX_CHUNK_MAGIC);
    if (chunk != STR_ABSENT) end = from + chunk;
    for (size_t at = from; at + 8 <= end; at++) {
        const char *hit = memchr(bytes.p + at, '*', end - at);
        if (!hit) break;
        at = (size_t)(hit - bytes.p);
        if (bytes.n - at < 8 || le32(bytes.p + at) != RECORD_MAGIC) continue;
        uint32_t size = le32(bytes.p + at + 4);
        if (size >= RECORD_LEAST && size <= CHUNK_SIZE && at + size > end) return at ? at : end;
    }
    return end;
}

static int carve_bid(struct str first, bool whole) {
    (void)first;
    (void)whole;
    return 0; /* never by content: only where carving was asked for */
}

const struct reader READER_CARVE = {
    .name = "carve",
    .telemetry = "carved Windows event records",
    .bid = carve_bid,
    .cut = carve_cut,
    .read = carve_read,
};
