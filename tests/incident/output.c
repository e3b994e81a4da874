#include "tests/incident/output.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

bool output_keeps(const struct output *o, const struct call *c, enum telemetry t) {
    uint64_t key[2] = {c->n, (uint64_t)t};
    return hash_bytes(o->story->seed, str_of((const char *)key, sizeof key)) % 100 < o->share[t];
}

bool output_keeps_use(const struct output *o, size_t i) {
    uint64_t key[2] = {i, TELEMETRIES};
    return hash_bytes(o->story->seed, str_of((const char *)key, sizeof key)) % 100 <
           o->share[TELEMETRY_UAL];
}

const char *output_path(struct output *o, struct str item) {
    struct str full = arena_printf(o->arena, "%s/%.*s", o->root, STR_ARG(item));
    for (size_t i = strlen(o->root); i < full.n; i++)
        if (full.p[i] == '/' &&
            file_make_dir(arena_cstr(o->arena, str_slice(full, 0, i)), o->error))
            return NULL;
    return arena_cstr(o->arena, full);
}

int output_open(struct output *o, struct file_out *f, struct str item) {
    const char *path = output_path(o, item);
    return path ? file_out_open(f, path, o->error) : -1;
}

int output_stamp(struct output *o, struct str item, int64_t time) {
    const char *path =
        arena_cstr(o->arena, arena_printf(o->arena, "%s/%.*s", o->root, STR_ARG(item)));
    struct timespec t = {.tv_sec = time / NS_PER_S, .tv_nsec = time % NS_PER_S};
    struct timespec both[2] = {t, t};
    if (utimensat(AT_FDCWD, path, both, 0)) return error_errno(o->error, "%s: set time", path);
    return 0;
}

int output_commit(struct output *o, struct file_out *f, struct str item, int64_t time) {
    if (file_out_commit(f, o->error)) return -1;
    return output_stamp(o, item, time);
}

int output_write(struct output *o, struct str item, struct str bytes, int64_t time) {
    struct file_out f;
    if (output_open(o, &f, item)) return -1;
    file_out_write(&f, bytes);
    return output_commit(o, &f, item, time);
}

/* Reservoir sampling, drawn from a hash so that it needs no state of its own. */
void output_offer(struct output *o, const struct target *t) {
    uint64_t seen = o->targets_seen++;
    size_t at = o->target_count;
    if (at == TARGETS) {
        at = (size_t)(hash_bytes(o->story->seed, str_of((const char *)&seen, sizeof seen)) %
                      (seen + 1));
        if (at >= TARGETS) return;
    } else {
        o->target_count++;
    }
    o->targets[at] = *t;
    o->targets[at].record = arena_copy(o->arena, t->record);
}

struct str output_time(struct arena *a, int64_t ns, enum time_shape shape) {
    int y, mo, d, h, mi, s;
    int64_t nanos;
    civil_from_ns(ns, &y, &mo, &d, &h, &mi, &s, &nanos);
    switch (shape) {
    case TIME_US:
        return arena_printf(a, "%d/%d/%d %d:%02d:%02d %s", mo, d, y, h % 12 ? h % 12 : 12, mi, s,
                            h < 12 ? "AM" : "PM");
    case TIME_COMPACT: return arena_printf(a, "%04d%02d%02d%02d%02d%02d", y, mo, d, h, mi, s);
    case TIME_MS: return arena_printf(a, "/Date(%lld)/", (long long)(ns / 1000000));
    default: return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d", y, mo, d, h, mi, s);
    }
}
