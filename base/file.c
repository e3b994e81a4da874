#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

char *file_join(const char *dir, const char *name) {
    size_t n = strlen(dir);
    const char *slash = n && dir[n - 1] == '/' ? "" : "/";
    struct buf b = {0};
    buf_printf(&b, "%s%s%s", dir, slash, name);
    buf_add_c(&b, 0);
    return b.p;
}

static int sync_directory_of(const char *path, struct error *e) {
    char *dir = memory_cstr(str_from(path));
    char *slash = strrchr(dir, '/');
    if (slash) slash[slash == dir] = 0;
    int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot sync a directory (EINVAL): the rename itself is done all the same.
     */
    bool bad = fd >= 0 && fsync(fd) != 0 && errno != EINVAL;
    if (bad) error_errno(e, "%s: cannot sync its directory", path);
    if (fd >= 0) close(fd);
    free(dir);
    return bad ? -1 : 0;
}

static void file_out_release(struct file_out *f) {
    free(f->path);
    free(f->partial);
    *f = (struct file_out){0};
}

int file_out_open(struct file_out *f, const char *path, struct error *e) {
    *f = (struct file_out){0};
    f->path = memory_cstr(str_from(path));
    struct buf b = {0};
    buf_printf(&b, "%s.partial", path);
    buf_add_c(&b, 0);
    f->partial = b.p;
    f->stream = fopen(f->partial, "wbe");
    if (f->stream) return 0;
    error_errno(e, "%s: cannot write", f->partial);
    file_out_release(f);
    return -1;
}

void file_out_write(struct file_out *f, struct str bytes) {
    errno = 0;
    if (!bytes.n || f->failed || fwrite(bytes.p, 1, bytes.n, f->stream) == bytes.n) return;
    f->failed = errno ? errno : EIO;
}

int file_out_commit(struct file_out *f, struct error *e) {
    int bad = 0;
    if (f->failed) errno = f->failed;
    if (f->failed || fflush(f->stream) != 0 || ferror(f->stream))
        bad = error_errno(e, "%s: cannot write", f->partial);
    if (!bad && fsync(fileno(f->stream)) != 0 && errno != EINVAL)
        bad = error_errno(e, "%s: cannot sync", f->partial);
    if (fclose(f->stream) != 0 && !bad) bad = error_errno(e, "%s: cannot close", f->partial);
    if (!bad && rename(f->partial, f->path) != 0)
        bad = error_errno(e, "%s: cannot rename to its final name", f->partial);
    if (!bad) bad = sync_directory_of(f->path, e);
    file_out_release(f);
    return bad;
}

void file_out_abandon(struct file_out *f) {
    if (f->stream) fclose(f->stream);
    file_out_release(f);
}

int file_write(const char *path, struct str bytes, struct error *e) {
    struct file_out f;
    if (file_out_open(&f, path, e) != 0) return -1;
    file_out_write(&f, bytes);
    return file_out_commit(&f, e);
}

int file_read(struct arena *a, const char *path, size_t limit, struct str *out, struct error *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return error_errno(e, "%s: cannot open", path);
    struct buf b = {0};
    int bad = 0;
    for (;;) {
        buf_reserve(&b, 65536);
        ssize_t n = read(fd, b.p + b.n, b.cap - b.n);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) bad = error_errno(e, "%s: cannot read", path);
        if (n <= 0) break;
        b.n += (size_t)n;
        if (b.n > limit) {
            bad = error_set(e, "%s: larger than the %zu bytes that can be read here", path, limit);
            break;
        }
    }
    close(fd);
    if (!bad) *out = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return bad;
}

int file_make_dir(const char *path, struct error *e) {
    if (mkdir(path, 0777) == 0) return 0;
    struct stat st;
    if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return 0;
    return error_errno(e, "%s: cannot make this directory", path);
}

ssize_t file_read_full(int fd, void *out, size_t n) {
    size_t got = 0;
    while (got < n) {
        ssize_t r = read(fd, (char *)out + got, n - got);
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return -1;
        if (r == 0) break;
        got += (size_t)r;
    }
    return (ssize_t)got;
}

int file_write_full(int fd, const void *p, size_t n) {
    size_t done = 0;
    while (done < n) {
        ssize_t w = write(fd, (const char *)p + done, n - done);
        if (w < 0 && errno == EINTR) continue;
        if (w < 0) return -1;
        done += (size_t)w;
    }
    return 0;
}
