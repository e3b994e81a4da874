#include "analyze/package/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "collect/bag.h"

enum { FIRST = 4096, FILES_MOST = 10000 };

/* A result says what it is in its first bytes (FORMATS: "format": "ungrant-result/1"). */
static bool is_result(int dir, const char *name) {
    char first[FIRST];
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) return false;
    ssize_t n = file_read_full(fd, first, sizeof first);
    close(fd);
    return n > 0 && str_find(str_of(first, (size_t)n), STR("\"ungrant-result/1\"")) != STR_ABSENT;
}

static void judge(int dir, const char *name, struct folder_file *f) {
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode)) return;
    struct str s = str_from(name);
    bool result = str_iends(s, STR(".json")) && is_result(dir, name);
    bool script = str_iends(s, STR(".ps1")) || str_eq(s, STR("SHA256SUMS"));
    f->ours = result || script;
    f->kind = result ? "result" : script ? "script" : "other";
    f->what = result ? "what a script did" : script ? "a script, or the hashes of them" : "a file";
}

static int compare_files(const void *a, const void *b) {
    return str_cmp(((const struct folder_file *)a)->name, ((const struct folder_file *)b)->name);
}

static int check_names(const struct folder *f, const char *path, struct error *e) {
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < i; k++)
            if (str_ieq(f->list[i].safe, f->list[k].safe))
                return error_set(e, "%s: %.*s and %.*s would have one name in the package", path,
                                 STR_ARG(f->list[k].name), STR_ARG(f->list[i].name));
    return 0;
}

static int add(struct arena *a, struct folder *f, int dir, const char *name, const char *path,
               struct error *e) {
    struct buf safe = {0};
    if (f->count >= FILES_MOST)
        return error_set(e, "%s: holds more than %d files; name the folder of the scripts", path,
                         FILES_MOST);
    ARENA_GROW(a, f->list, f->cap, f->count + 1);
    struct folder_file *file = &f->list[f->count++];
    bag_safe_name(&safe, str_from(name));
    *file = (struct folder_file){.name = arena_copy(a, str_from(name)),
                                 .safe = arena_copy(a, buf_str(&safe))};
    buf_free(&safe);
    judge(dir, name, file);
    return 0;
}

int folder_read(struct arena *a, const char *path, struct folder *out, struct error *e) {
    *out = (struct folder){0};
    DIR *d = opendir(path);
    if (!d) return error_errno(e, "%s: cannot open", path);
    struct dirent *entry;
    int bad = 0;
    errno = 0;
    while (!bad && (entry = readdir(d))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            bad = add(a, out, dirfd(d), entry->d_name, path, e);
        errno = 0;
    }
    if (!bad && errno) bad = error_errno(e, "%s: cannot read", path);
    closedir(d);
    if (bad) return -1;
    if (out->count) qsort(out->list, out->count, sizeof *out->list, compare_files);
    return check_names(out, path, e);
}
