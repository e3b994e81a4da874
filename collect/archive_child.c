/* archive_child.c - libarchive, where it can do no harm: a confined process that answers questions
 * about one archive (archive_protocol.h). It may crash; it is believed in nothing but lengths. */
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/sandbox.h"
#include "collect/archive_protocol.h"

enum { READ_PIECE = 256 * 1024, BAD_HEADERS_MOST = 1000 };
#define MEMORY_MOST ((size_t)768 << 20) /* a zstd window may be 128 MiB */
#define HOLES_MOST (UINT64_C(64) << 30) /* zeros that one sparse entry may stand for */

struct child {
    int fd, channel;
    uint64_t size, at; /* of the file, and where the next read begins */
    char *piece;
    struct archive *archive;
    struct archive_entry *entry;
    unsigned warnings;
    uint64_t entries;
    bool cut; /* a zip without its end: the entries can be read all the same */
};

/* Our own callbacks: libarchive's would ask the kernel about the file, which is forbidden here. */
static la_ssize_t read_piece(struct archive *a, void *own, const void **out) {
    struct child *c = own;
    (void)a;
    ssize_t n = pread(c->fd, c->piece, READ_PIECE, (off_t)c->at);
    if (n < 0) return ARCHIVE_FATAL;
    c->at += (uint64_t)n;
    *out = c->piece;
    return n;
}

static la_int64_t skip_bytes(struct archive *a, void *own, la_int64_t n) {
    struct child *c = own;
    (void)a;
    uint64_t left = c->at < c->size ? c->size - c->at : 0;
    uint64_t skipped = n < 0 ? 0 : (uint64_t)n < left ? (uint64_t)n : left;
    c->at += skipped;
    return (la_int64_t)skipped;
}

static la_int64_t seek_to(struct archive *a, void *own, la_int64_t offset, int whence) {
    struct child *c = own;
    (void)a;
    int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)c->at : (int64_t)c->size;
    int64_t to;
    if (__builtin_add_overflow(base, offset, &to) || to < 0 || (uint64_t)to > c->size)
        return ARCHIVE_FATAL;
    c->at = (uint64_t)to;
    return to;
}

static void say(const struct child *c, uint32_t kind, struct str first, struct str second) {
    struct archive_frame f = {kind, (uint32_t)(first.n + second.n)};
    if (file_write_full(c->channel, &f, sizeof f) != 0 ||
        file_write_full(c->channel, first.p, first.n) != 0 ||
        file_write_full(c->channel, second.p, second.n) != 0)
        _exit(0); /* nobody listens any more */
}

static void say_broken(const struct child *c, const char *otherwise) {
    const char *why = archive_error_string(c->archive);
    say(c, FRAME_BROKEN, str_slice(str_trim(str_from(why ? why : otherwise)), 0, 512), STR_NONE);
}

/* Is there a whole end-of-central-directory record (APPNOTE.TXT 4.3.16)? It is 22 bytes and a
 * comment whose length they end with. Without one libarchive reads what it finds and ends in
 * silence. */
static bool zip_has_end(const struct child *c) {
    enum { END = 22, COMMENT_AT = 20, COMMENT_MOST = 65535 };
    size_t want = c->size < END + COMMENT_MOST ? (size_t)c->size : END + COMMENT_MOST;
    ssize_t n = pread(c->fd, c->piece, want, (off_t)(c->size - want));
    for (ssize_t at = n - END; at >= 0; at--) {
        const unsigned char *p = (const unsigned char *)c->piece + at;
        ssize_t comment = p[COMMENT_AT] | p[COMMENT_AT + 1] << 8;
        if (memcmp(p, "PK\5\6", 4) == 0 && comment <= n - at - END) return true;
    }
    return false;
}

/* The formats and filters that are allowed, and only those (HAZARDS.md, libarchive). `raw`, which
 * takes anything, only stands behind a filter: a lone audit.json.gz. */
static bool open_archive(struct child *c, enum archive_look look) {
    struct archive *a = c->archive = archive_read_new();
    if (!a) return false;
    if (look == LOOK_ZIP) archive_read_support_format_zip(a);
    if (look != LOOK_ZIP) archive_read_support_format_tar(a);
    if (look == LOOK_PACKED) {
        archive_read_support_filter_gzip(a);
        archive_read_support_filter_zstd(a);
        archive_read_support_format_raw(a);
    }
    archive_read_set_read_callback(a, read_piece);
    archive_read_set_skip_callback(a, skip_bytes);
    archive_read_set_seek_callback(a, seek_to);
    archive_read_set_callback_data(a, c);
    return archive_read_open1(a) == ARCHIVE_OK;
}

static void say_entry(struct child *c) {
    struct archive_entry *e = c->entry;
    const char *name = archive_entry_pathname(e);
    if (!name) name = archive_entry_pathname_utf8(e);
    struct str text = str_slice(str_from(name), 0, NAME_MOST);
    struct archive_frame_entry f = {
        .warnings = c->warnings,
        .size_known = archive_entry_size_is_set(e) != 0,
        .regular = archive_entry_filetype(e) == AE_IFREG && !archive_entry_hardlink(e),
        .has_mtime = archive_entry_mtime_is_set(e) != 0,
        .raw = archive_format(c->archive) == ARCHIVE_FORMAT_RAW,
        .mtime = archive_entry_mtime(e),
    };
    if (f.size_known && archive_entry_size(e) > 0) f.size = (uint64_t)archive_entry_size(e);
    say(c, FRAME_ENTRY, str_of((const char *)&f, sizeof f), text);
    c->entries++;
}

/* A warning is no reason to stop: the entries behind it would be lost. */
static void answer_next(struct child *c) {
    c->warnings = 0;
    for (;;) {
        int r = archive_read_next_header(c->archive, &c->entry);
        if (r == ARCHIVE_OK || r == ARCHIVE_WARN) {
            if (r == ARCHIVE_WARN) c->warnings++;
            say_entry(c);
            return;
        }
        c->entry = NULL;
        if (r == ARCHIVE_EOF && !c->entries && archive_format(c->archive) != ARCHIVE_FORMAT_ZIP) {
            /* Any amount of zeros reads as an empty tar. */
            say(c, FRAME_BROKEN, STR("holds no entries: it is empty, or not an archive"), STR_NONE);
            return;
        }
        if (r == ARCHIVE_EOF && c->cut) {
            say(c, FRAME_BROKEN, STR("cut: the zip's directory at its end is missing"), STR_NONE);
            return;
        }
        if (r == ARCHIVE_EOF) {
            say(c, FRAME_END, STR_NONE, STR_NONE);
            return;
        }
        if (r == ARCHIVE_FATAL || ++c->warnings > BAD_HEADERS_MOST) {
            say_broken(c, "the archive is damaged");
            return;
        }
    }
}

/* Zeros up to `offset`, where a sparse file has a hole. */
static bool say_hole(const struct child *c, uint64_t *at, int64_t offset, uint64_t *holes) {
    if (offset < 0 || (uint64_t)offset < *at) return false;
    uint64_t hole = (uint64_t)offset - *at;
    if (!hole) return true;
    *holes += hole;
    if (hole > HOLES_MOST || *holes > HOLES_MOST) return false;
    say(c, FRAME_ZEROS, str_of((const char *)&hole, sizeof hole), STR_NONE);
    *at += hole;
    return true;
}

static void end_entry(struct child *c, const char *why) {
    c->entry = NULL;
    say(c, FRAME_ENTRY_END, str_slice(str_trim(str_from(why)), 0, 512), STR_NONE);
}

static void answer_data(struct child *c) {
    uint64_t at = 0, holes = 0;
    char why[513] = "";
    for (unsigned idle = 0;;) {
        const void *p = NULL;
        size_t n = 0;
        la_int64_t offset = 0;
        int r = c->entry ? archive_read_data_block(c->archive, &p, &n, &offset) : ARCHIVE_EOF;
        if (r == ARCHIVE_EOF) {
            /* What the end says of a trailing hole is where the file ends. */
            if (c->entry && offset > 0 && !say_hole(c, &at, offset, &holes)) break;
            end_entry(c, why);
            return;
        }
        if (r != ARCHIVE_OK && !why[0]) {
            const char *said = archive_error_string(c->archive);
            strncpy(why, said ? said : "the entry is damaged", sizeof why - 1);
        }
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN) {
            end_entry(c, why);
            return;
        }
        idle = n ? 0 : idle + 1;
        if (idle > BAD_HEADERS_MOST || !say_hole(c, &at, offset, &holes)) break;
        for (size_t done = 0; done < n;) {
            size_t part = n - done < FRAME_MOST ? n - done : FRAME_MOST;
            say(c, FRAME_DATA, str_of((const char *)p + done, part), STR_NONE);
            done += part;
        }
        at += n;
    }
    end_entry(c, "a sparse file whose holes are out of order or beyond 64 GiB");
}

_Noreturn void archive_child(int fd, uint64_t size, enum archive_look look, int channel) {
    struct child c = {.fd = fd, .channel = channel, .size = size};
    const char *why;
    const int keep[] = {fd, channel, STDERR_FILENO};
    struct sandbox_limits limits = {.memory = MEMORY_MOST};
    /* Names are UTF-8; DOS times have no zone and are read as UTC, the same on every machine. */
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TZ", "UTC0", 1);
    tzset();
    c.piece = malloc(READ_PIECE);
    sandbox_enter(&limits, keep, sizeof keep / sizeof *keep, &why);
    c.cut = c.piece && look == LOOK_ZIP && !zip_has_end(&c);
    bool open = c.piece && open_archive(&c, look);
    for (char ask; file_read_full(channel, &ask, 1) == 1;) {
        if (!open)
            say_broken(&c, "not an archive that can be read");
        else if (ask == ASK_NEXT)
            answer_next(&c);
        else
            answer_data(&c);
    }
    _exit(0);
}
