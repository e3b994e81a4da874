#include "tests/incident/evtx_writer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "tests/incident/evtx_event.h"

enum {
    FILE_HEADER_BLOCK = 4096,
    FILE_HEADER = 128,
    CHECKED_HEADER = 120, /* bytes of either header that its checksum covers first */
    RECORD_SIGNATURE = 0x00002a2a,
    CHUNK_RESERVE = 8, /* libevtx drops the last record of a chunk that is full to its last byte */
};

struct evtx_writer {
    struct binxml chunk;
    struct file_out out;
    uint64_t next_id, chunk_first_id, chunk_count;
    uint32_t last_record_at;
};

/* Four bits at a time: a table of sixteen is small enough to check by eye. */
uint32_t evtx_crc32(uint32_t crc, const void *bytes, size_t n) {
    static const uint32_t NIBBLE[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    const uint8_t *p = bytes;
    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        crc = crc >> 4 ^ NIBBLE[crc & 15];
        crc = crc >> 4 ^ NIBBLE[crc & 15];
    }
    return ~crc;
}

static void put(uint8_t *at, uint64_t v, size_t n) {
    for (size_t i = 0; i < n; i++) at[i] = (uint8_t)(v >> (8 * i));
}

static void chunk_begin(struct evtx_writer *w) {
    memset(&w->chunk, 0, sizeof w->chunk);
    w->chunk.n = CHUNK_HEADER;
    w->chunk_first_id = w->next_id;
    w->last_record_at = 0;
}

struct evtx_writer *evtx_create(const char *path, uint64_t first_id, struct error *e) {
    struct evtx_writer *w = memory_alloc(sizeof *w);
    memset(w, 0, sizeof *w);
    if (file_out_open(&w->out, path, e)) {
        free(w);
        return NULL;
    }
    static const char EMPTY[FILE_HEADER_BLOCK];
    file_out_write(&w->out, str_of(EMPTY, sizeof EMPTY));
    w->next_id = first_id;
    chunk_begin(w);
    return w;
}

/* Header fields, tables and both checksums: the data's first, since the header's covers it. */
static void chunk_finish(struct evtx_writer *w) {
    uint8_t *h = w->chunk.bytes;
    memcpy(h, "ElfChnk", 8);
    put(h + 8, w->chunk_first_id, 8);
    put(h + 16, w->next_id - 1, 8);
    put(h + 24, w->chunk_first_id, 8);
    put(h + 32, w->next_id - 1, 8);
    put(h + 40, FILE_HEADER, 4);
    put(h + 44, w->last_record_at, 4);
    put(h + 48, w->chunk.n, 4);
    put(h + 52, evtx_crc32(0, h + CHUNK_HEADER, w->chunk.n - CHUNK_HEADER), 4);
    for (size_t i = 0; i < CHUNK_NAME_BUCKETS; i++) put(h + 128 + 4 * i, w->chunk.name_head[i], 4);
    for (size_t i = 0; i < CHUNK_TEMPLATE_BUCKETS; i++)
        put(h + 384 + 4 * i, w->chunk.template_head[i], 4);
    uint32_t crc = evtx_crc32(0, h, CHECKED_HEADER);
    put(h + 124, evtx_crc32(crc, h + 128, CHUNK_HEADER - 128), 4);
}

static void chunk_flush(struct evtx_writer *w) {
    chunk_finish(w);
    file_out_write(&w->out, str_of((const char *)w->chunk.bytes, CHUNK_SIZE));
    w->chunk_count++;
    chunk_begin(w);
}

/* Writes one record at the chunk's end; false and nothing changed where it does not fit. */
static bool record_write(struct evtx_writer *w, const struct evtx_event *ev,
                         struct evtx_place *where) {
    struct binxml *x = &w->chunk;
    struct binxml_mark mark;
    binxml_mark(x, &mark);
    binxml_u32(x, RECORD_SIGNATURE);
    binxml_u32(x, 0);
    binxml_u64(x, w->next_id);
    binxml_u64(x, evtx_filetime(ev->time_ns));
    evtx_event_write(x, ev, w->next_id);
    static const uint8_t PADDING[8] = {0};
    binxml_bytes(x, PADDING, (8 - (x->n + 4 - mark.n) % 8) % 8);
    size_t size = x->n + 4 - mark.n;
    binxml_u32(x, (uint32_t)size);
    if (x->overflow || x->n > CHUNK_SIZE - CHUNK_RESERVE) {
        binxml_return(x, &mark);
        return false;
    }
    binxml_set_u32(x, mark.n + 4, size);
    w->last_record_at = (uint32_t)mark.n;
    if (where)
        *where = (struct evtx_place){
            .id = w->next_id,
            .offset = FILE_HEADER_BLOCK + w->chunk_count * CHUNK_SIZE + mark.n,
            .size = (uint32_t)size,
            .defines = x->name_count != mark.name_count || x->template_count != mark.template_count,
        };
    w->next_id++;
    return true;
}

bool evtx_add(struct evtx_writer *w, const struct evtx_event *ev, struct evtx_place *where) {
    if (record_write(w, ev, where)) return true;
    if (w->chunk.n == CHUNK_HEADER) return false;
    chunk_flush(w);
    return record_write(w, ev, where);
}

uint64_t evtx_next_id(const struct evtx_writer *w) { return w->next_id; }

static void file_header(const struct evtx_writer *w, uint8_t h[FILE_HEADER]) {
    memset(h, 0, FILE_HEADER);
    memcpy(h, "ElfFile", 8);
    put(h + 16, w->chunk_count ? w->chunk_count - 1 : 0, 8);
    put(h + 24, w->next_id, 8);
    put(h + 32, FILE_HEADER, 4);
    put(h + 36, 1, 2); /* minor version */
    put(h + 38, 3, 2); /* major version */
    put(h + 40, FILE_HEADER_BLOCK, 2);
    put(h + 42, w->chunk_count, 2);
    put(h + 124, evtx_crc32(0, h, CHECKED_HEADER), 4);
}

int evtx_close(struct evtx_writer *w, struct error *e) {
    if (w->chunk.n > CHUNK_HEADER || !w->chunk_count) chunk_flush(w);
    uint8_t header[FILE_HEADER];
    file_header(w, header);
    int status = 0;
    if (fseeko(w->out.stream, 0, SEEK_SET)) {
        status = error_errno(e, "%s: seek", w->out.path);
        file_out_abandon(&w->out);
    } else {
        file_out_write(&w->out, str_of((const char *)header, FILE_HEADER));
        status = file_out_commit(&w->out, e);
    }
    free(w);
    return status;
}
