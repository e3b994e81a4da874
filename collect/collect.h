/* collect.h - evidence in: the sealed archive of FORMATS.md, and its verification.
 *
 * collect_run() walks the paths, takes what a witness recognises as evidence, and writes the bag:
 * payload under names of ours, manifest, inventory, custody log. What evidence looks like is
 * known one floor above (analyze/evidence), so the front door passes it in as a `struct witness`.
 * verify_run() checks an archive, an unpacked bag or a tar made from one, without believing it. */
#ifndef UNGRANT_COLLECT_COLLECT_H
#define UNGRANT_COLLECT_COLLECT_H

#include "base/arena.h"
#include "base/civil.h"
#include "base/error.h"

/* What one item turned out to be, for its inventory row. */
struct witnessed {
    char telemetry[48]; /* empty: not recognised */
    uint64_t records;
    struct when first, last;
};

/* Looks at evidence while it is copied. All NULL: everything is unknown (then only --all takes it).
 */
struct witness {
    void *own;
    /* Recognised by its first bytes (at most 64 KiB; whole: the file ends there)? Fills telemetry.
     */
    bool (*recognise)(void *own, struct str first, bool whole, struct witnessed *out);
    /* begin, any number of bytes, end; one item at a time. end fills records and times. */
    void (*begin)(void *own, struct str name);
    void (*bytes)(void *own, struct str bytes);
    void (*end)(void *own, struct witnessed *out);
};

/* Commands: argv[0] is the command's name. Return the exit status. */
int collect_command(int argc, char **argv, const struct witness *w);
int verify_command(int argc, char **argv);
int custody_command(int argc, char **argv);

/* Walking sources, also for analyze: every regular file below `path` (or the file itself), in byte
 * order of the path, symbolic links not followed below the given path. `visit` gets the path as
 * `path/below`, and returns 0 to go on or non-zero to stop. What could not be entered or opened
 * goes to `failed`. */
struct source_visitor {
    void *own;
    int (*visit)(void *own, const char *path);
    void (*failed)(void *own, const char *path, const char *why);
};
int source_walk(const char *path, const struct source_visitor *v);

/* The manifest of a sealed case, as lines "HEX  NAME": for checking hashes while reading. */
struct manifest_entry {
    struct str name;
    struct str sha256; /* 64 lower-case hex */
};
struct manifest {
    struct manifest_entry *list; /* sorted by name */
    size_t count;
};
/* Parses the text of a manifest-sha256.txt; false with the line's number in *bad_line. */
bool manifest_parse(struct arena *a, struct str text, struct manifest *out, size_t *bad_line);
const struct manifest_entry *manifest_find(const struct manifest *m, struct str name);

/* Appends one link to CASE.custody.jsonl beside the archive (FORMATS.md): event is "verify",
 * "analyze", "plan", ...; subject what was used or made, with its SHA-256. A missing archive or
 * chain is an error; nothing is written then. `by` NULL: the user's login name. The link says which
 * SHA-256 the archive has at that moment. */
struct signer; /* signer.h */
struct custody_link {
    const char *event;
    struct str subject;
    const char *subject_sha256; /* 64 hex */
    const char *by;
    struct str note;
    struct str from, to;         /* of a transfer */
    const struct signer *signer; /* NULL: not signed */
    const char *archive;         /* 64 hex; custody_append sets it */
    struct str response, cms;    /* base64: of a time stamp, of a signature */
    struct str branch;           /* the lines of another copy, of a join */
    uint64_t fork;               /* the last link that both copies have */
};
int custody_append(const char *archive_path, const struct custody_link *link, struct error *e);

/* The same for what was made from an analysis of the case, whose timeline.jsonl has this SHA-256:
 * an error where no `analyze` link of the chain names it. */
int custody_append_after(const char *archive_path, struct str timeline_sha256,
                         const struct custody_link *link, struct error *e);

#endif
