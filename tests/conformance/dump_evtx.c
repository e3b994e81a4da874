/* dump_evtx.c - the EVTX reader alone on one file, for comparing with other readers:
 * dump_evtx [-e] FILE prints a JSON line per record (-e: per event), faults on stderr. Blocks are
 * cut as the pipeline cuts them, so that block borders are part of what is compared. */
#include <stdio.h>
#include <stdlib.h>

#include "analyze/evidence/evidence.h"
#include "base/file.h"

extern const struct reader READER_EVTX;

static void print_line(void *own, struct str record, uint64_t ordinal, uint64_t offset,
                       struct str members) {
    (void)own;
    (void)ordinal;
    printf("{\"record\":\"%.*s\",\"offset\":%llu,%.*s}\n", STR_ARG(record),
           (unsigned long long)offset, STR_ARG(members));
}

static void print_event(void *own, const struct event *e) {
    struct buf b = {0};
    struct json j = {.out = &b};
    (void)own;
    json_object(&j);
    json_put(&j, "source", str_from(source_name(e->source)));
    json_put_u64(&j, "kind", e->kind);
    json_put(&j, "record", e->record);
    json_put_u64(&j, "offset", e->offset);
    json_put_when(&j, "time", e->time);
    json_put_or_null(&j, "operation", e->operation);
    json_put_or_null(&j, "actor", e->actor);
    json_put_or_null(&j, "actor_key", e->actor_key);
    json_put_or_null(&j, "client_ip", e->client_ip);
    json_put_or_null(&j, "host", e->host);
    json_put_or_null(&j, "session", e->session);
    json_put_or_null(&j, "application", e->application);
    json_put(&j, "result", str_from(result_name(e->result)));
    json_put_or_null(&j, "error", e->error);
    json_put_or_null(&j, "text", e->text);
    json_put_or_null(&j, "process", e->process);
    json_put_or_null(&j, "parent", e->parent);
    json_put_or_null(&j, "block", e->block_id);
    json_put_u64(&j, "part", e->part);
    json_put_u64(&j, "parts", e->parts);
    json_put_or_null(&j, "path", e->path);
    json_end(&j);
    printf("%.*s\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

static void print_fault(void *own, const struct fault *f) {
    (void)own;
    fprintf(stderr, "fault at %llu, record %.*s: %.*s\n", (unsigned long long)f->offset,
            STR_ARG(f->record), STR_ARG(f->reason));
}

/* Cuts and reads the file, block by block. */
static void read_all(struct str file, struct sink *out) {
    struct cutter c = {0};
    for (size_t at = 0; at < file.n;) {
        struct str rest = str_from_index(file, at);
        bool at_end = rest.n <= BLOCK_TARGET;
        c.offset = at;
        size_t n = READER_EVTX.cut(&c, at_end ? rest : str_slice(rest, 0, BLOCK_TARGET), at_end);
        if (n == 0 || n > rest.n) abort();
        struct block b = {.bytes = str_slice(rest, 0, n), .offset = at, .first = at == 0};
        if (at) b.head = str_slice(file, 0, c.head);
        b.last = at + n == file.n;
        READER_EVTX.read(&b, out);
        arena_reset(out->arena);
        at += n;
    }
}

int main(int argc, char **argv) {
    struct error e = {0};
    struct str file;
    struct arena *files = arena_new(0);
    bool events = argc == 3 && str_eq(str_from(argv[1]), STR("-e"));
    struct sink out = {
        .dump = !events, .event = print_event, .line = print_line, .fault = print_fault};
    if (argc != 2 && !events) return 2;
    if (file_read(files, argv[argc - 1], (size_t)1 << 32, &file, &e)) {
        error_print("dump_evtx", &e);
        return 4;
    }
    out.arena = arena_new(0);
    read_all(file, &out);
    arena_free(out.arena);
    arena_free(files);
    return 0;
}
