/* Damage on purpose, in noise only: nothing that a witness needs is touched. In an event log a
 * record's header is spoiled, whose names and templates no other record uses; in a CSV, the JSON of
 * one row. Checksums are left as they were. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/incident/output.h"

struct wound {
    const char *what;
    uint32_t at, size; /* bytes of the record */
    const char *bytes;
};

static const struct wound EVTX_WOUNDS[] = {
    {"record signature overwritten", 0, 4, "XXXX"},
    {"record size is zero", 4, 4, "\0\0\0\0"},
    {"record size beyond the chunk", 4, 4, "\xff\xff\xff\x7f"},
    {"no fragment header", 24, 4, "\xee\xee\xee\xee"},
};

static int overwrite(struct output *o, const struct target *t, uint64_t offset, const char *bytes,
                     size_t n) {
    const char *path = output_path(o, t->item);
    int fd = path ? open(path, O_WRONLY | O_CLOEXEC) : -1;
    if (fd < 0) return error_errno(o->error, "%.*s: open", STR_ARG(t->item));
    ssize_t done = pwrite(fd, bytes, n, (off_t)offset);
    if (close(fd) || done != (ssize_t)n) return error_errno(o->error, "%s: write", path);
    return output_stamp(o, t->item, o->story->end);
}

static void record_damage(struct output *o, const struct target *t, const char *what) {
    ARENA_GROW(o->arena, o->damage, o->damage_cap, o->damage_count + 1);
    o->damage[o->damage_count++] = (struct damaged){
        .item = t->item, .record = t->record, .what = str_from(what), .offset = t->offset};
}

static int damage_one(struct output *o, const struct target *t, struct rng *r) {
    if (t->evtx) {
        const struct wound *w =
            &EVTX_WOUNDS[rng_below(r, sizeof EVTX_WOUNDS / sizeof *EVTX_WOUNDS)];
        record_damage(o, t, w->what);
        return overwrite(o, t, t->offset + w->at, w->bytes, w->size);
    }
    /* Past the middle of a row lies AuditData, before its last columns. */
    record_damage(o, t, "AuditData is not JSON");
    return overwrite(o, t, t->offset + t->size / 2, "\x01\x02", 2);
}

int damage_do(struct output *o, size_t count) {
    struct rng r = rng_stream(o->story->seed, "damage");
    for (size_t i = 0; i < count && o->target_count; i++) {
        size_t at = (size_t)rng_below(&r, o->target_count);
        if (damage_one(o, &o->targets[at], &r)) return -1;
        o->targets[at] = o->targets[--o->target_count];
    }
    return 0;
}
