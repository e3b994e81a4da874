/* collect_fixture.h - folders of sources, collected into a case by a witness that knows "EV". */
#ifndef UNGRANT_TESTS_COLLECT_FIXTURE_H
#define UNGRANT_TESTS_COLLECT_FIXTURE_H

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "collect/archive.h"
#include "collect/bag_read.h"
#include "collect/collect.h"
#include "collect/verify.h"

static char folder[64]; /* the test's own, the working directory while it runs */

static inline int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at) {
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static inline int enter_folder(void **s) {
    (void)s;
    strcpy(folder, "/tmp/ungrant-test-XXXXXX");
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    if (!mkdtemp(folder) || chdir(folder) != 0) return -1;
    return mkdir("s", 0777);
}

static inline int leave_folder(void **s) {
    (void)s;
    if (chdir("/") != 0) return -1;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void put_file(const char *path, struct str bytes) {
    struct error e = {0};
    assert_int_equal(file_write(path, bytes, &e), 0);
}

static inline bool fixture_recognise(void *own, struct str first, bool whole,
                                     struct witnessed *out) {
    (void)own;
    (void)whole;
    if (!str_starts(first, STR("EV"))) return false;
    strcpy(out->telemetry, "test");
    return true;
}

/* `ungrant collect s -o OUTPUT [--all]`, its summary thrown away. */
static inline int collect_witnessed(const char *output, const char *option,
                                    const struct witness *w) {
    char *argv[] = {"collect", "s",          "-o",         (char *)(uintptr_t)output, "--case",
                    "7",       "--examiner", "E. Xaminer", (char *)(uintptr_t)option, NULL};
    fflush(stdout);
    int kept = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    int status = collect_command(option ? 9 : 8, argv, w);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(null);
    return status;
}

static inline int collect_sources(const char *output, const char *option) {
    struct witness w = {.recognise = fixture_recognise};
    return collect_witnessed(output, option, &w);
}

static inline struct str whole_file(struct arena *a, const char *path) {
    struct error e = {0};
    struct str text = STR_NONE;
    assert_int_equal(file_read(a, path, SIZE_MAX / 2, &text, &e), 0);
    return text;
}

static inline int verified(struct arena *a, const char *path, struct verification *v) {
    struct error e = {0};
    return verify_run(a, path, v, &e) != 0 ? STATUS_FAILED : verify_status(v);
}

#endif
