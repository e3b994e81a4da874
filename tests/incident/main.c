#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/incident/incident.h"

static const char USAGE[] =
    "generate --seed N --out DIR [options]: write an invented incident and the truth about it\n"
    "  --environment online|onprem|hybrid   default: follows from the seed\n"
    "  --size BYTES[K|M|G]                  about so much noise (default: 200K)\n"
    "  --records yes                        also records.jsonl: what each event log record holds\n"
    "  --share SOURCE=PERCENT               keep so many of a telemetry's witnesses; may repeat\n"
    "  --damage N                           damage N noise records, listed in truth.json\n"
    "  --name CASE                          write into DIR/CASE\n";

static bool read_size(const char *text, uint64_t *out) {
    struct str s = str_from(text);
    unsigned shift = 0;
    if (s.n) {
        char unit = ascii_lower(s.p[s.n - 1]);
        shift = unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 0;
    }
    if (!str_u64(str_slice(s, 0, s.n - (shift != 0)), out) || *out > UINT64_MAX >> shift)
        return false;
    *out <<= shift;
    return true;
}

static bool read_share(const char *text, struct incident_options *o) {
    struct str name, percent;
    enum telemetry t;
    uint64_t v;
    if (!str_cut(str_from(text), '=', &name, &percent) || !telemetry_by_name(name, &t) ||
        !str_u64(percent, &v) || v > 100)
        return false;
    o->share[t] = (unsigned)v;
    return true;
}

static bool read_environment(const char *text, struct incident_options *o) {
    for (int i = 0; i < ENVIRONMENTS; i++)
        if (!strcmp(text, environment_name((enum environment)i))) {
            o->environment = (enum environment)i;
            return o->environment_given = true;
        }
    return false;
}

/* One option with its value; false where either is wrong. */
static bool read_option(const char *option, const char *value, struct incident_options *o,
                        const char **name) {
    uint64_t n = 0;
    if (!strcmp(option, "--seed")) return str_u64(str_from(value), &o->seed);
    if (!strcmp(option, "--out")) return (o->dir = value)[0] != 0;
    if (!strcmp(option, "--name")) return (*name = value)[0] != 0 && !strchr(value, '/');
    if (!strcmp(option, "--size")) return read_size(value, &o->size);
    if (!strcmp(option, "--records")) return (o->records = !strcmp(value, "yes"));
    if (!strcmp(option, "--share")) return read_share(value, o);
    if (!strcmp(option, "--environment")) return read_environment(value, o);
    if (!strcmp(option, "--damage") && str_u64(str_from(value), &n) && n <= TARGETS) {
        o->damage = (size_t)n;
        return true;
    }
    return false;
}

/* Every directory above the last name. */
static int make_parents(const char *path, struct error *e) {
    struct arena *a = arena_new(0);
    struct str whole = str_from(path);
    int status = 0;
    for (size_t i = 1; i < whole.n && !status; i++)
        if (whole.p[i] == '/') status = file_make_dir(arena_cstr(a, str_slice(whole, 0, i)), e);
    arena_free(a);
    return status;
}

int main(int argc, char **argv) {
    struct incident_options o = incident_defaults();
    struct error e = {{0}};
    const char *name = NULL;
    for (int i = 1; i < argc; i += 2) {
        if (!strcmp(argv[i], "--help")) return fputs(USAGE, stdout) < 0;
        if (i + 1 == argc || !read_option(argv[i], argv[i + 1], &o, &name)) {
            fprintf(stderr, "generate: bad option or value: %s %s\n%s", argv[i],
                    i + 1 < argc ? argv[i + 1] : "(none)", USAGE);
            return STATUS_USAGE;
        }
    }
    if (!o.dir) {
        fputs(USAGE, stderr);
        return STATUS_USAGE;
    }
    char *dir = name ? file_join(o.dir, name) : NULL;
    int status = make_parents(dir ? dir : o.dir, &e);
    if (dir) o.dir = dir;
    if (!status) status = incident_write(&o, &e);
    if (status) fprintf(stderr, "generate: %s\n", e.text);
    free(dir);
    return status ? STATUS_FAILED : STATUS_DONE;
}
