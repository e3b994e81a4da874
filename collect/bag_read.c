#include "collect/bag_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "collect/archive.h"
#include "collect/bag.h"
#include "collect/source.h"

enum { PIECE = 256 * 1024 };

bool bag_is_payload(struct str name) { return str_starts(name, STR("data/")); }

void bag_fault(struct bag *b, struct str place, struct str reason) {
    ARENA_GROW(b->arena, b->faults, b->fault_cap, b->fault_count + 1);
    b->faults[b->fault_count++] =
        (struct bag_fault){arena_copy(b->arena, place), arena_copy(b->arena, reason)};
}

static int compare_names(const void *a, const void *b) {
    return str_cmp(((const struct bag_entry *)a)->name, ((const struct bag_entry *)b)->name);
}

static int compare_lower(const void *a, const void *b) {
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

const struct bag_entry *bag_find(const struct bag *b, struct str name) {
    struct bag_entry key = {.name = name};
    if (!b->count) return NULL;
    return bsearch(&key, b->list, b->count, sizeof *b->list, compare_names);
}

/* ---- one file, from wherever ---- */

struct input {
    int fd;
    struct archive_reader *archive; /* NULL: fd */
    char *piece;
};

static ssize_t input_read(const struct input *in, struct error *e) {
    if (in->archive) return archive_reader_bytes(in->archive, in->piece, PIECE, e);
    ssize_t n = file_read_full(in->fd, in->piece, PIECE);
    return n < 0 ? error_errno(e, "cannot read") : n;
}

/* Hashes it, and keeps the text of a tag file of bounded size. */
static void read_entry(struct bag *b, const struct input *in, struct str name) {
    struct bag_entry entry = {.name = arena_copy(b->arena, name)};
    struct digest *sum = digest_new();
    struct error why = {0};
    struct buf text = {0};
    bool tag = !bag_is_payload(name);
    ssize_t n;
    while ((n = input_read(in, &why)) > 0) {
        digest_add(sum, str_of(in->piece, (size_t)n));
        entry.size += (uint64_t)n;
        if (tag && entry.size <= BAG_TAG_MOST) buf_add(&text, str_of(in->piece, (size_t)n));
    }
    digest_hex(sum, entry.sha256);
    if (n < 0) bag_fault(b, name, str_from(why.text));
    if (tag && entry.size > BAG_TAG_MOST)
        bag_fault(b, name, STR("is larger than 64 MiB, too large for a file of this kind"));
    else
        entry.text = arena_copy(b->arena, buf_str(&text));
    buf_free(&text);
    ARENA_GROW(b->arena, b->list, b->cap, b->count + 1);
    b->list[b->count++] = entry;
}

/* ---- from an archive ---- */

/* The name below the top folder, which the first entry decides; STR_NONE where it is not to be had
 * and a fault was noted, or where it is a folder. */
static struct str name_below(struct bag *b, const struct archive_entry_info *info,
                             struct str *top) {
    struct str name = info->name;
    if (str_starts(name, STR("./"))) name = str_from_index(name, 2);
    bool folder = !info->regular && (!name.n || name.p[name.n - 1] == '/');
    if (folder) name = name.n ? str_slice(name, 0, name.n - 1) : name;
    if (folder && !name.n) return STR_NONE;
    if (!bag_name_is_safe(name)) {
        bag_fault(b, info->name, STR("is absolute, leaves the folder or holds control characters"));
        return STR_NONE;
    }
    if (folder) return STR_NONE;
    if (!info->regular) {
        bag_fault(b, name, STR("is a link or no regular file"));
        return STR_NONE;
    }
    size_t slash = str_chr(name, '/');
    if (!top->p) {
        /* "CASE/bagit.txt", or the bag without a folder around it. */
        bool bare = slash == STR_ABSENT || bag_is_payload(name);
        *top = arena_copy(b->arena, bare ? STR("") : str_slice(name, 0, slash + 1));
    }
    if (str_starts(name, *top)) return str_from_index(name, top->n);
    bag_fault(b, name, STR("lies outside the case's folder: it was added"));
    return STR_NONE;
}

static int read_archive(struct bag *b, int fd, const char *path, enum bag_read how,
                        struct error *e) {
    struct archive_entry_info info;
    struct error why = {0};
    struct str top = STR_NONE;
    struct archive_reader *r = archive_reader_open(fd, path, e);
    if (!r) return -1;
    struct input in = {.fd = -1, .archive = r, .piece = memory_alloc(PIECE)};
    int more;
    while ((more = archive_reader_next(r, &info, &why)) > 0) {
        struct str name = name_below(b, &info, &top);
        if (name.n && (how == BAG_READ_ALL || !bag_is_payload(name))) read_entry(b, &in, name);
    }
    if (more < 0) bag_fault(b, STR("the archive"), str_from(why.text));
    b->complete = more == 0;
    archive_reader_close(r);
    free(in.piece);
    return 0;
}

/* ---- from a folder ---- */

struct unpacked {
    struct bag *bag;
    enum bag_read how;
    struct input in;
};

static int read_file(void *own, const struct source_item *item) {
    struct unpacked *u = own;
    struct str name = str_from_index(str_from(item->path), strlen(item->root));
    struct stat st;
    while (name.n && name.p[0] == '/') name = str_from_index(name, 1);
    if (item->kind != SOURCE_FILE) {
        bag_fault(u->bag, name, str_from(source_reason(item)));
        return 0;
    }
    if (!bag_name_is_safe(name)) {
        bag_fault(u->bag, name, STR("a name that no case has: it was added"));
        return 0;
    }
    if (u->how == BAG_READ_TAGS && bag_is_payload(name)) return 0;
    u->in.fd = source_open(item->root, item->path, &st);
    if (u->in.fd < 0) {
        bag_fault(u->bag, name, str_from(strerror(errno)));
        return 0;
    }
    read_entry(u->bag, &u->in, name);
    close(u->in.fd);
    return 0;
}

static void read_folder(struct bag *b, const char *path, enum bag_read how) {
    struct unpacked u = {.bag = b, .how = how, .in = {.piece = memory_alloc(PIECE)}};
    source_each(path, read_file, &u);
    b->complete = true;
    free(u.in.piece);
}

/* ---- */

/* The same name twice, or twice but for case: then what is unpacked depends on the tool. */
static void note_double_names(struct bag *b) {
    struct str *lower = ARENA_ARRAY(b->arena, struct str, b->count);
    for (size_t i = 0; i < b->count; i++) lower[i] = arena_lower(b->arena, b->list[i].name);
    if (b->count) qsort(lower, b->count, sizeof *lower, compare_lower);
    for (size_t i = 1; i < b->count; i++)
        if (str_eq(lower[i - 1], lower[i]))
            bag_fault(b, lower[i], STR("is there twice (or twice but for upper and lower case)"));
}

int bag_read(struct arena *a, const char *path, enum bag_read how, struct bag *out,
             struct error *e) {
    struct stat st;
    *out = (struct bag){.arena = a};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), bad = 0;
    if (fd < 0) return error_errno(e, "%s: cannot open", path);
    if (fstat(fd, &st) != 0)
        bad = error_errno(e, "%s: cannot look at it", path);
    else if (S_ISDIR(st.st_mode))
        read_folder(out, path, how);
    else if (S_ISREG(st.st_mode))
        bad = read_archive(out, fd, path, how, e);
    else
        bad = error_set(e, "%s: neither an archive nor a folder", path);
    close(fd);
    if (out->count) qsort(out->list, out->count, sizeof *out->list, compare_names);
    if (!bad) note_double_names(out);
    return bad;
}

int bag_archive_sha256(const char *path, char hex[DIGEST_HEX + 1], struct error *e) {
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    hex[0] = 0;
    if (fd < 0 || fstat(fd, &st) != 0) {
        error_errno(e, "%s: cannot open", path);
        if (fd >= 0) close(fd);
        return -1;
    }
    char *piece = memory_alloc(PIECE);
    struct digest *sum = digest_new();
    ssize_t n = 0;
    bool file = S_ISREG(st.st_mode);
    while (file && (n = file_read_full(fd, piece, PIECE)) > 0)
        digest_add(sum, str_of(piece, (size_t)n));
    if (n < 0) error_errno(e, "%s: cannot read", path);
    if (file && n == 0)
        digest_hex(sum, hex);
    else
        digest_drop(sum);
    free(piece);
    close(fd);
    return n < 0 ? -1 : 0;
}
