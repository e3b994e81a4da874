/* The EVTX reader: file header, chunks of 64 KiB, records. Each chunk stands for itself, so a block
 * is a run of whole chunks. Format: libyal, "Windows XML Event Log (EVTX) format".
 *
 * What is live: within a chunk, the records from 0x200 up to the header's free-space offset. Behind
 * it lie remains of older content with perfect signatures, which are not read; only where both
 * checksums say that the header is not the one of this data, records that follow on with the next
 * number are. Whatever cannot be read is one fault with chunk, offset and reason, and reading goes
 * on at the next thing that has the shape of a record. */
#include "analyze/evidence/evtx.h"

enum {
    FILE_HEADER = 128,
    FILE_BLOCK = 4096,
    FLAG_NO_CRC32 = 4,
    VERSION_MAJOR = 3, /* 3.0 and 3.1 of Windows Vista on, 3.2 of Windows 10 2004 */
    VERSION_MINOR_MOST = 2,
};

static const struct str FILE_MAGIC = {"ElfFile", 8};
const struct str EVTX_CHUNK_MAGIC = {"ElfChnk", 8};

/* ---- the file ---- */

static struct evtx_head file_head(struct str first) {
    struct evtx_head h = {0};
    if (!str_starts(first, FILE_MAGIC)) return h;
    h.there = true;
    h.block = FILE_BLOCK;
    if (first.n < FILE_HEADER) return h;
    size_t block = le16(first.p + 40);
    if (block >= FILE_HEADER && block % 512 == 0) h.block = block;
    h.chunks = le16(first.p + 42);
    h.no_crc32 = le32(first.p + 120) & FLAG_NO_CRC32;
    return h;
}

static int evtx_bid(struct str first, bool whole) {
    (void)whole;
    return str_starts(first, FILE_MAGIC) || str_starts(first, EVTX_CHUNK_MAGIC) ? 100 : 0;
}

static size_t evtx_cut(struct cutter *c, struct str bytes, bool at_end) {
    size_t before = 0;
    if (c->offset == 0) {
        struct evtx_head h = file_head(bytes);
        before = h.block;
        if (h.there) c->head = FILE_HEADER;
    }
    if (at_end) return bytes.n;
    if (bytes.n < before + CHUNK_SIZE) return 0;
    return before + (bytes.n - before) / CHUNK_SIZE * CHUNK_SIZE;
}

/* ---- records ---- */

/* The next whole record behind `at`; records begin at multiples of 8. `limit`: none. */
static uint32_t find_record(const struct chunk *c, uint32_t at, uint32_t limit) {
    uint32_t size;
    for (at = (at + 8) & ~7u; at < limit; at += 8)
        if (evtx_record_shape(c->bytes, at, limit, &size) == SHAPE_WHOLE) return at;
    return limit;
}

static void check_number(struct evtx *e, const struct chunk *c, uint32_t at, uint64_t number,
                         bool *said) {
    if (*said || (number >= c->first_id && number <= c->last_id)) return;
    *said = true;
    evtx_fault(e, c, at, arena_printf(e->out->arena, "%llu", (unsigned long long)number),
               "record number outside of what the chunk's header says");
}

static void torn_fault(struct evtx *e, const struct chunk *c, uint32_t at, enum shape shape) {
    const char *p = c->bytes.p + at;
    bool magic = c->bytes.n - at >= RECORD_HEADER && le32(p) == RECORD_MAGIC;
    const char *reason = "no record where one should begin";
    if (magic) reason = le32(p + 4) ? "record size beyond the chunk" : "record of size zero";
    if (shape == SHAPE_TORN) reason = "record is torn: its size is not repeated at its end";
    struct str record = STR_NONE;
    if (magic) record = arena_printf(e->out->arena, "%llu", (unsigned long long)le64(p + 8));
    evtx_fault(e, c, at, record, reason);
}

/* Records up to the free-space offset. Returns where reading ended. */
static uint32_t read_live(struct evtx *e, struct chunk *c) {
    uint32_t at = CHUNK_HEADER, size = 0;
    bool said = false;
    while (at < c->free) {
        enum shape shape = evtx_record_shape(c->bytes, at, c->free, &size);
        if (shape != SHAPE_WHOLE) torn_fault(e, c, at, shape);
        if (shape != SHAPE_NONE) {
            c->last = le64(c->bytes.p + at + 8);
            check_number(e, c, at, c->last, &said);
            evtx_read_record(e, c, at, size, shape);
        }
        at = shape == SHAPE_WHOLE ? at + size : find_record(c, at, c->free);
    }
    return at;
}

/* Records behind a free-space offset that is not to be trusted: whole ones, number by number. */
static uint32_t read_beyond(struct evtx *e, struct chunk *c, uint32_t at) {
    uint32_t size, limit = (uint32_t)c->bytes.n;
    while (evtx_record_shape(c->bytes, at, limit, &size) == SHAPE_WHOLE) {
        uint64_t number = le64(c->bytes.p + at + 8);
        if (c->last && number != c->last + 1) break;
        c->last = number;
        evtx_read_record(e, c, at, size, SHAPE_WHOLE);
        at += size;
    }
    return at;
}

/* ---- chunks ---- */

/* The header's checksum covers bytes 0..119 and 128..511; the data's, all live records. */
static void check_sums(struct evtx *e, struct chunk *c, uint32_t free) {
    const char *p = c->bytes.p;
    if (e->file.no_crc32 || le32(p + 120) & FLAG_NO_CRC32) return;
    uint32_t head = crc32_add(&e->crc, 0, str_of(p, 120));
    head = crc32_add(&e->crc, head, str_of(p + 128, CHUNK_HEADER - 128));
    bool head_fits = head == le32(p + 124);
    if (!head_fits) evtx_fault(e, c, 0, STR_NONE, "checksum of the chunk's header does not fit");
    bool data_fits = false;
    if (free <= c->bytes.n) {
        struct str data = str_slice(c->bytes, CHUNK_HEADER, free);
        data_fits = crc32_add(&e->crc, 0, data) == le32(p + 52);
        if (!data_fits)
            evtx_fault(e, c, CHUNK_HEADER, STR_NONE, "checksum of the records does not fit");
    }
    c->stale_head = !head_fits && !data_fits;
}

/* Bytes up to and with the last one that is not zero. */
static size_t used_bytes(struct str s) {
    while (s.n && s.p[s.n - 1] == 0) s.n--;
    return s.n;
}

static void read_chunk(struct evtx *e, struct chunk *c) {
    if (c->bytes.n < CHUNK_HEADER || !str_starts(c->bytes, EVTX_CHUNK_MAGIC)) {
        evtx_fault(e, c, 0, STR_NONE,
                   c->bytes.n < CHUNK_HEADER ? "chunk is cut off within its header"
                                             : "no chunk signature: chunk skipped");
        binxml_chunk(e->x, c->bytes);
        if (e->out->carve) evtx_carve_slack(e, c, 0, (uint32_t)c->bytes.n);
        return;
    }
    const char *p = c->bytes.p;
    uint32_t free = le32(p + 48);
    c->first_id = le64(p + 24);
    c->last_id = le64(p + 32);
    c->free = free;
    if (c->bytes.n < CHUNK_SIZE)
        evtx_fault(e, c, (uint32_t)c->bytes.n, STR_NONE, "chunk is cut off");
    if (free < CHUNK_HEADER || free > CHUNK_SIZE) {
        evtx_fault(e, c, 48, STR_NONE, "free-space offset outside of the chunk");
        c->free = CHUNK_HEADER;
        c->stale_head = true;
    } else {
        check_sums(e, c, free);
    }
    if (c->free > c->bytes.n) c->free = (uint32_t)c->bytes.n;
    binxml_chunk(e->x, c->bytes);
    uint32_t end = read_live(e, c);
    if (c->stale_head) end = read_beyond(e, c, end);
    if (e->out->carve) evtx_carve_slack(e, c, end, (uint32_t)c->bytes.n);
}

static void check_file_head(struct evtx *e, const struct block *b) {
    const char *p = b->bytes.p;
    if (b->bytes.n < FILE_HEADER) {
        sink_fault(e->out, b->offset, STR_NONE, "file ends within its header");
        return;
    }
    unsigned minor = le16(p + 36), major = le16(p + 38);
    if (major != VERSION_MAJOR || minor > VERSION_MINOR_MOST)
        sink_fault(e->out, b->offset + 36, STR_NONE,
                   "version %u.%u of the file format is not known: read as 3.1", major, minor);
    if (!e->file.no_crc32 && crc32_add(&e->crc, 0, str_of(p, 120)) != le32(p + 124))
        sink_fault(e->out, b->offset, STR_NONE, "checksum of the file's header does not fit");
}

/* A chunk of zeros is room that was never used, unless the log goes on behind it. */
static void read_chunks(struct evtx *e, const struct block *b, size_t at) {
    size_t used = used_bytes(b->bytes);
    for (; at < b->bytes.n; at += CHUNK_SIZE) {
        struct chunk c = {.bytes = str_slice(b->bytes, at, at + CHUNK_SIZE),
                          .offset = b->offset + at};
        c.number = (c.offset - e->file.block) / CHUNK_SIZE;
        if (used_bytes(c.bytes))
            read_chunk(e, &c);
        else if (at < used || c.number < e->file.chunks)
            evtx_fault(e, &c, 0, STR_NONE, "hole: a chunk of zeros before the end of the log");
    }
}

/* The header's count may be too low, but chunks that it counts and the file lacks were cut off. */
static void check_length(struct evtx *e, const struct block *b) {
    uint64_t end = b->offset + b->bytes.n, block = e->file.block;
    uint64_t there = end > block ? (end - block + CHUNK_SIZE - 1) / CHUNK_SIZE : 0;
    if (there < e->file.chunks)
        sink_fault(e->out, end, STR_NONE,
                   "file is cut off: its header counts %u chunks, %llu are here",
                   (unsigned)e->file.chunks, (unsigned long long)there);
}

static void evtx_read(const struct block *b, struct sink *out) {
    struct evtx e;
    evtx_begin(&e, out);
    e.file = file_head(b->first ? b->bytes : b->head);
    if (b->first && e.file.there) check_file_head(&e, b);
    read_chunks(&e, b, b->first ? e.file.block : 0);
    if (b->last && e.file.there) check_length(&e, b);
    evtx_end(&e);
}

const struct reader READER_EVTX = {
    .name = "evtx",
    .telemetry = "Windows event log",
    .bid = evtx_bid,
    .cut = evtx_cut,
    .read = evtx_read,
};
