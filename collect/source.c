#include "collect/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "collect/collect.h"

enum { DEEPEST = 200 }; /* folders in folders; each level holds one descriptor */

struct walk {
    const char *root;
    int (*see)(void *own, const struct source_item *item);
    void *own;
};

struct entry {
    char *name;
    struct stat st;
    int error;
};

struct listing {
    struct entry *list;
    size_t count, cap;
};

/* A folder sorts as its name with a slash behind, so that the order is that of whole paths. */
static int compare_entries(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    const unsigned char *p = (const unsigned char *)x->name, *q = (const unsigned char *)y->name;
    while (*p && *p == *q) {
        p++;
        q++;
    }
    int left = *p, right = *q;
    if (!left && S_ISDIR(x->st.st_mode)) left = '/';
    if (!right && S_ISDIR(y->st.st_mode)) right = '/';
    return left - right;
}

static void listing_free(struct listing *l) {
    for (size_t i = 0; i < l->count; i++) free(l->list[i].name);
    free(l->list);
}

/* Reads the folder's names with what they are; takes `fd`. 0 or an errno. */
static int listing_read(int fd, struct listing *l) {
    DIR *d = fdopendir(fd);
    if (!d) {
        int error = errno;
        close(fd);
        return error;
    }
    struct dirent *next;
    while (errno = 0, (next = readdir(d)) != NULL) {
        if (strcmp(next->d_name, ".") == 0 || strcmp(next->d_name, "..") == 0) continue;
        if (l->count == l->cap) {
            l->cap = l->cap ? l->cap * 2 : 64;
            l->list = memory_resize(l->list, l->cap * sizeof *l->list);
        }
        struct entry *e = &l->list[l->count++];
        *e = (struct entry){.name = memory_cstr(str_from(next->d_name))};
        if (fstatat(dirfd(d), e->name, &e->st, AT_SYMLINK_NOFOLLOW) != 0) e->error = errno;
    }
    int error = errno;
    closedir(d);
    if (l->count) qsort(l->list, l->count, sizeof *l->list, compare_entries);
    return error;
}

static enum source_kind kind_of(mode_t mode) {
    if (S_ISREG(mode)) return SOURCE_FILE;
    return S_ISLNK(mode) ? SOURCE_LINK : SOURCE_SPECIAL;
}

static int see_failed(const struct walk *w, const char *path, int error) {
    struct source_item item = {
        .root = w->root, .path = path, .kind = SOURCE_FAILED, .error = error};
    return w->see(w->own, &item);
}

static int walk_folder(const struct walk *w, int fd, const char *path, unsigned depth);

static int walk_entry(const struct walk *w, int folder, const char *path, const struct entry *e,
                      unsigned depth) {
    if (e->error) return see_failed(w, path, e->error);
    if (!S_ISDIR(e->st.st_mode)) {
        struct source_item item = {
            .root = w->root, .path = path, .kind = kind_of(e->st.st_mode), .st = e->st};
        return w->see(w->own, &item);
    }
    if (depth >= DEEPEST) return see_failed(w, path, ENAMETOOLONG);
    int fd = openat(folder, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd < 0 ? see_failed(w, path, errno) : walk_folder(w, fd, path, depth + 1);
}

/* Takes `fd`. Recursion ends at DEEPEST, and links are not followed: no loop is possible. */
static int walk_folder(const struct walk *w, int fd, const char *path, unsigned depth) {
    struct listing l = {0};
    int kept = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (kept < 0) {
        int error = errno;
        close(fd);
        return see_failed(w, path, error);
    }
    int error = listing_read(fd, &l);
    int stop = error ? see_failed(w, path, error) : 0;
    for (size_t i = 0; i < l.count && !stop; i++) {
        char *below = file_join(path, l.list[i].name);
        stop = walk_entry(w, kept, below, &l.list[i], depth);
        free(below);
    }
    listing_free(&l);
    close(kept);
    return stop;
}

int source_each(const char *root, int (*see)(void *own, const struct source_item *item),
                void *own) {
    struct walk w = {root, see, own};
    struct stat st;
    if (stat(root, &st) != 0) return see_failed(&w, root, errno);
    if (!S_ISDIR(st.st_mode)) {
        struct source_item item = {
            .root = root, .path = root, .kind = kind_of(st.st_mode), .st = st};
        return see(own, &item);
    }
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? see_failed(&w, root, errno) : walk_folder(&w, fd, root, 0);
}

/* Opens root/below without any link on the way, where the kernel can (Linux 5.6). */
static int open_below(const char *root, const char *path, int flags) {
    size_t n = strlen(root);
    const char *below = path + n;
    while (*below == '/') below++;
    int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return -1;
    struct open_how how = {0};
    how.flags = (unsigned)flags;
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
    int fd = (int)syscall(SYS_openat2, folder, below, &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) fd = openat(folder, below, flags);
    int error = errno;
    close(folder);
    errno = error;
    return fd;
}

int source_open(const char *root, const char *path, struct stat *st) {
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    int fd =
        strcmp(root, path) == 0 ? open(path, flags) : open_below(root, path, flags | O_NOFOLLOW);
    if (fd < 0) return -1;
    int error = fstat(fd, st) != 0 ? errno : S_ISREG(st->st_mode) ? 0 : EINVAL;
    if (!error) return fd;
    close(fd);
    errno = error;
    return -1;
}

const char *source_reason(const struct source_item *item) {
    switch (item->kind) {
    case SOURCE_FILE: return "a regular file";
    case SOURCE_LINK: return "a symbolic link, not followed";
    case SOURCE_SPECIAL: return "not a regular file (FIFO, socket or device), not opened";
    case SOURCE_FAILED: break;
    }
    return item->error == ENAMETOOLONG ? "folders in folders too deep" : strerror(item->error);
}

static int tell_visitor(void *own, const struct source_item *item) {
    const struct source_visitor *v = own;
    if (item->kind == SOURCE_FILE) return v->visit(v->own, item->path);
    if (v->failed) v->failed(v->own, item->path, source_reason(item));
    return 0;
}

int source_walk(const char *path, const struct source_visitor *v) {
    struct source_visitor copy = *v;
    return source_each(path, tell_visitor, &copy);
}
