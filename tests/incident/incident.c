#include "tests/incident/incident.h"

#include <stdlib.h>

struct incident_options incident_defaults(void) {
    struct incident_options o = {.seed = 1};
    for (size_t i = 0; i < TELEMETRIES; i++) o.share[i] = 100;
    return o;
}

static enum environment environment_of(const struct incident_options *options) {
    if (options->environment_given) return options->environment;
    struct rng r = rng_stream(options->seed, "environment");
    return (enum environment)rng_below(&r, ENVIRONMENTS);
}

/* The two big files, of the unified audit log and of one host's security log, share the noise. */
static uint64_t noise_of(const struct incident_options *options, enum environment environment) {
    uint64_t size = options->size ? options->size : 200 * 1024;
    return environment == ENVIRONMENT_ONPREM ? size : size / 2;
}

static int write_all(struct output *o, const struct incident_options *options) {
    static int (*const PARTS[])(struct output *) = {ual_write,         windows_write,
                                                    transcript_write,  history_write,
                                                    admin_audit_write, snapshots_write};
    if (file_make_dir(options->dir, o->error) || file_make_dir(o->root, o->error)) return -1;
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        if (PARTS[i](o)) return -1;
    if (damage_do(o, options->damage)) return -1;
    if (baseline_write(o, options->dir) || records_write(o, options->dir)) return -1;
    return truth_write(o, options->dir);
}

int incident_write(const struct incident_options *options, struct error *e) {
    struct arena *a = arena_new(0);
    struct output *o = ARENA_NEW(a, struct output);
    enum environment environment = environment_of(options);
    o->arena = a;
    o->error = e;
    o->keep_records = options->records;
    o->story = story_tell(a, options->seed, company_invent(a, options->seed, environment));
    o->noise_bytes = noise_of(options, environment);
    memcpy(o->share, options->share, sizeof o->share);
    char *root = file_join(options->dir, "evidence");
    o->root = root;
    int status = write_all(o, options);
    free(root);
    arena_free(a);
    return status;
}
