/* Damage on purpose, in noise only: nothing that a witness needs is touched. In an event log a
 * record's header is spoiled, whose names and templates no other record uses; in a CSV, the JSON of
 * one row; one log without interest ends early. Checksums are left as they were. */
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
        return overwrite(o, t, t->wound + w->at, w->bytes, w->size);
    }
    record_damage(o, t, "AuditData is not JSON");
    return overwrite(o, t, t->wound, "\x01\x02", 2);
}

/* A copy that was broken off: the log of one host that holds nothing of interest ends early. */
static int damage_truncate(struct output *o) {
    static const struct target FILE_END = {
        .item = {"ws02/Windows/System32/winevt/Logs/System.evtx",
                 sizeof "ws02/Windows/System32/winevt/Logs/System.evtx" - 1},
        .offset = 4096 + 65536 + 20000,
        .evtx = true};
    const char *path = output_path(o, FILE_END.item);
    if (!path || truncate(path, (off_t)FILE_END.offset))
        return error_errno(o->error, "%.*s: truncate", STR_ARG(FILE_END.item));
    record_damage(o, &FILE_END, "file ends early");
    return output_stamp(o, FILE_END.item, o->story->end);
}

int damage_do(struct output *o, size_t count) {
    struct rng r = rng_stream(o->story->seed, "damage");
    if (count && damage_truncate(o)) return -1;
    for (size_t i = 1; i < count && o->target_count; i++) {
        size_t at = (size_t)rng_below(&r, o->target_count);
        if (damage_one(o, &o->targets[at], &r)) return -1;
        o->targets[at] = o->targets[--o->target_count];
    }
    return 0;
}
