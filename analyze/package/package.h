/* package.h - `ungrant package`: one zip for people who have no ungrant.
 *
 * It holds what seals the case, the analysis, plan, scripts, outcomes and custody log as they are,
 * every record that a statement rests on as a file of its own, an index of it all as a page, a CSV
 * and a load file, and drafts of the forms that a court asks for. It is a bag itself. Nothing is
 * interpreted here: files are read by their formats, and records are cut by the readers of
 * `ungrant dump`; that is why this room lies below analyze/ and not below collect/. */
#ifndef UNGRANT_ANALYZE_PACKAGE_PACKAGE_H
#define UNGRANT_ANALYZE_PACKAGE_PACKAGE_H

#include "analyze/package/handover.h"

struct package_options {
    const char *archive, *analysis, *plan, *folder;          /* plan, folder: may be NULL */
    const char *output, *password, *selection, *authorities; /* password: text, or NULL */
    bool with_content;
    unsigned jobs;
    void (*warn)(void *own, const char *text); /* workers that are not fully confined */
};

struct package_result {
    char sha256[DIGEST_HEX + 1]; /* of the file at `output` */
    uint64_t files;
};

/* Writes the package, complete or not at all; `h` tells afterwards what went in. */
int package_write(const struct package_options *o, struct handover *h, struct package_result *out,
                  struct error *e);
void handover_free(struct handover *h);

/* The command: argv[0] is its name. Returns the exit status. */
int package_command(int argc, char **argv);

#endif
