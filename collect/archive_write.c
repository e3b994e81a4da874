#include "collect/archive_write.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"

enum { BLOCK = 10240 };

static const struct {
    const char *end;
    bool zip;
    int (*filter)(struct archive *a);
} KINDS[] = {{".zip", true, NULL},
             {".tar.zst", false, archive_write_add_filter_zstd},
             {".tar.gz", false, archive_write_add_filter_gzip},
             {".tar", false, NULL}};

struct archive_writer {
    struct archive *archive, *lock; /* lock: the encrypted zip around the archive, or NULL */
    struct archive_entry *entry, *locked;
    int fd, error; /* errno of the first write that failed */
    bool needs_size, dropped;
    char *path, *partial;
    struct digest *sum;
};

static int kind_of(struct str path) {
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (str_iends(path, str_from(KINDS[i].end)) && path.n > strlen(KINDS[i].end)) return (int)i;
    return -1;
}

bool archive_writer_knows(struct str path) { return kind_of(path) >= 0; }

/* An error is kept, and asked for after each call: libarchive 3.6.2 frees no buffer of a filter
 * once a callback has failed while it wrote a header. */
static la_ssize_t write_piece(struct archive *a, void *own, const void *p, size_t n) {
    struct archive_writer *w = own;
    (void)a;
    if (w->dropped || w->error) return (la_ssize_t)n;
    if (file_write_full(w->fd, p, n) == 0)
        digest_add(w->sum, str_of(p, n));
    else
        w->error = errno;
    return (la_ssize_t)n;
}

/* What the archive inside has to say is the entry of the one around it. */
static la_ssize_t write_locked(struct archive *a, void *own, const void *p, size_t n) {
    struct archive_writer *w = own;
    if (w->dropped) return (la_ssize_t)n;
    la_ssize_t got = archive_write_data(w->lock, p, n);
    if (got > 0) return got;
    archive_set_error(a, EIO, "%s",
                      archive_error_string(w->lock) ? archive_error_string(w->lock)
                                                    : "cannot be encrypted");
    return -1;
}

static int fail(struct archive_writer *w, struct error *e) {
    if (w->error) {
        errno = w->error;
        return error_errno(e, "%s: cannot write", w->partial);
    }
    const char *why = archive_error_string(w->archive);
    return error_set(e, "%s: %s", w->partial, why ? why : "the archive could not be written");
}

/* What a call of libarchive gave back, and what its callback kept. */
static int went(struct archive_writer *w, int status, struct error *e) {
    return status == ARCHIVE_OK && !w->error ? 0 : fail(w, e);
}

/* One writer at a time, and an archive that is there is never replaced: it is evidence. */
static int open_partial(struct archive_writer *w, struct error *e) {
    struct stat st;
    if (lstat(w->path, &st) == 0)
        return error_set(
            e, "%s: exists already; evidence is never overwritten, choose another name", w->path);
    w->fd = open(w->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (w->fd < 0) return error_errno(e, "%s: cannot write", w->partial);
    if (flock(w->fd, LOCK_EX | LOCK_NB) != 0)
        return error_set(e, "%s: another run is writing it", w->partial);
    if (ftruncate(w->fd, 0) != 0 && errno != EINVAL)
        return error_errno(e, "%s: cannot write", w->partial);
    return 0;
}

static int open_archive(struct archive_writer *w, int kind, struct error *e) {
    struct archive *a = w->archive = archive_write_new();
    if (!a) memory_exhausted();
    bool bad = KINDS[kind].zip ? archive_write_set_format_zip(a) != ARCHIVE_OK
                               : archive_write_set_format_pax_restricted(a) != ARCHIVE_OK;
    if (KINDS[kind].filter) bad |= KINDS[kind].filter(a) != ARCHIVE_OK;
    /* gzip would note the time of writing. */
    if (KINDS[kind].filter == archive_write_add_filter_gzip)
        archive_write_set_filter_option(a, "gzip", "timestamp", NULL);
    archive_write_set_bytes_per_block(a, BLOCK);
    archive_write_set_bytes_in_last_block(a, 1);
    w->needs_size = !KINDS[kind].zip;
    if (!bad) bad = archive_write_open(a, w, NULL, w->lock ? write_locked : write_piece, NULL);
    return went(w, bad ? ARCHIVE_FATAL : ARCHIVE_OK, e);
}

static int fail_lock(struct archive_writer *w, struct error *e) {
    const char *why = archive_error_string(w->lock);
    if (w->error) return fail(w, e);
    return error_set(e, "%s: %s", w->partial, why ? why : "cannot be encrypted");
}

/* The bytes inside are compressed already, and how well they would compress again tells of them. */
static int open_lock(struct archive_writer *w, const char *inside, const char *password,
                     struct error *e) {
    w->lock = archive_write_new();
    w->locked = archive_entry_new();
    if (!w->lock || !w->locked) memory_exhausted();
    archive_entry_set_pathname(w->locked, inside);
    archive_entry_set_filetype(w->locked, AE_IFREG);
    archive_entry_set_perm(w->locked, 0644);
    archive_entry_set_mtime(w->locked, 0, 0);
    archive_write_set_bytes_per_block(w->lock, BLOCK);
    archive_write_set_bytes_in_last_block(w->lock, 1);
    if (archive_write_set_format_zip(w->lock) != ARCHIVE_OK ||
        archive_write_set_format_option(w->lock, "zip", "encryption", "aes256") != ARCHIVE_OK ||
        archive_write_set_passphrase(w->lock, password) != ARCHIVE_OK ||
        archive_write_open(w->lock, w, NULL, write_piece, NULL) != ARCHIVE_OK ||
        archive_write_header(w->lock, w->locked) != ARCHIVE_OK || w->error)
        return fail_lock(w, e);
    return 0;
}

static int close_lock(struct archive_writer *w, struct error *e) {
    if (!w->lock) return 0;
    if (archive_write_finish_entry(w->lock) != ARCHIVE_OK ||
        archive_write_close(w->lock) != ARCHIVE_OK || w->error)
        return fail_lock(w, e);
    return 0;
}

static struct archive_writer *writer_open(const char *path, const char *inside,
                                          const char *password, struct error *e) {
    int kind = kind_of(str_from(path));
    if (kind < 0) {
        error_set(e, "%s: the name must end in .zip, .tar.zst, .tar.gz or .tar", path);
        return NULL;
    }
    struct archive_writer *w = memory_alloc(sizeof *w);
    *w = (struct archive_writer){.fd = -1, .sum = digest_new()};
    w->path = memory_cstr(str_from(path));
    struct buf b = {0};
    buf_printf(&b, "%s.partial", path);
    buf_add_c(&b, 0);
    w->partial = b.p;
    if (open_partial(w, e) == 0 && (!inside || open_lock(w, inside, password, e) == 0) &&
        open_archive(w, kind, e) == 0)
        return w;
    archive_writer_abandon(w);
    return NULL;
}

struct archive_writer *archive_writer_open(const char *path, struct error *e) {
    return writer_open(path, NULL, NULL, e);
}

struct archive_writer *archive_writer_open_locked(const char *path, const char *inside,
                                                  const char *password, struct error *e) {
    if (str_iends(str_from(path), STR(".zip"))) return writer_open(path, inside, password, e);
    error_set(e, "%s: only a .zip can be encrypted", path);
    return NULL;
}

bool archive_writer_needs_size(const struct archive_writer *w) { return w->needs_size; }

bool archive_writer_is(const struct archive_writer *w, dev_t dev, ino_t ino) {
    struct stat st;
    return fstat(w->fd, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

int archive_writer_begin(struct archive_writer *w, const char *name, uint64_t size,
                         struct when mtime, struct error *e) {
    struct archive_entry *entry = w->entry = archive_entry_new();
    if (!entry) memory_exhausted();
    int64_t seconds = mtime.basis == WHEN_NONE ? 0 : mtime.ns / NS_PER_S;
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_uid(entry, 0);
    archive_entry_set_gid(entry, 0);
    /* Zip writes sizes behind the bytes; one promised before them would have to be kept. */
    if (w->needs_size) archive_entry_set_size(entry, (int64_t)size);
    archive_entry_set_mtime(entry, seconds, 0);
    return went(w, archive_write_header(w->archive, entry), e);
}

int archive_writer_bytes(struct archive_writer *w, struct str bytes, struct error *e) {
    while (bytes.n) {
        la_ssize_t n = archive_write_data(w->archive, bytes.p, bytes.n);
        if (n <= 0 || w->error) return fail(w, e);
        bytes = str_from_index(bytes, (size_t)n);
    }
    return 0;
}

int archive_writer_end(struct archive_writer *w, struct error *e) {
    int bad = went(w, archive_write_finish_entry(w->archive), e);
    archive_entry_free(w->entry);
    w->entry = NULL;
    return bad;
}

void archive_writer_abandon(struct archive_writer *w) {
    if (!w) return;
    /* archive_write_free completes the archive: what did not finish must not look so. */
    w->dropped = true;
    if (w->archive) archive_write_free(w->archive);
    if (w->lock) archive_write_free(w->lock);
    archive_entry_free(w->entry);
    archive_entry_free(w->locked);
    if (w->fd >= 0) close(w->fd);
    digest_drop(w->sum);
    free(w->path);
    free(w->partial);
    free(w);
}

static int sync_folder(const char *path, struct error *e) {
    struct str p = str_from(path);
    size_t slash = str_rchr(p, '/');
    char *dir = memory_cstr(slash == STR_ABSENT ? STR(".") : str_slice(p, 0, slash ? slash : 1));
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int bad = fd >= 0 && fsync(fd) != 0 && errno != EINVAL
                  ? error_errno(e, "%s: cannot sync its folder", path)
                  : 0;
    if (fd >= 0) close(fd);
    free(dir);
    return bad;
}

/* Renames where nothing is; file systems that cannot promise that (EINVAL) were asked before. */
static int rename_new(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    return errno == EINVAL || errno == ENOSYS ? rename(from, to) : -1;
}

int archive_writer_commit(struct archive_writer *w, char hex[DIGEST_HEX + 1], struct error *e) {
    int bad = went(w, archive_write_close(w->archive), e);
    if (!bad) bad = close_lock(w, e);
    if (!bad && fsync(w->fd) != 0 && errno != EINVAL)
        bad = error_errno(e, "%s: cannot sync", w->partial);
    if (!bad && rename_new(w->partial, w->path) != 0)
        bad = error_errno(e, "%s: cannot rename to its final name", w->partial);
    if (!bad) bad = sync_folder(w->path, e);
    if (close(w->fd) != 0 && !bad) bad = error_errno(e, "%s: cannot close", w->path);
    w->fd = -1;
    digest_hex(w->sum, hex);
    w->sum = NULL;
    archive_writer_abandon(w);
    return bad;
}
