#include "analyze/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/evidence/evidence.h"
#include "base/file.h"
#include "collect/archive.h"
#include "collect/collect.h"

enum { PIECE = 1024 * 1024, TAG_MOST = 64 * 1024 * 1024 };

/* Something that could not even be opened: an item without a hash, whose only fact is that. */
static void add_error(struct feed *f, struct str name, struct str reason) {
    struct fact nothing = {.kind = FACT_ITEM, .name = name};
    extract_fault(extract_add(f->x, &nothing, STR_NONE), 0, reason);
}

static int feed_archive(struct feed *f, int fd, struct str name, unsigned depth, struct error *e);

/* ---- a plain stream ---- */

/* Bytes that come from a file, or from an entry of an archive. */
struct stream {
    int fd;
    struct archive_reader *entry; /* NULL: read fd */
};

static ssize_t stream_read(struct stream *s, void *out, size_t room, struct error *e) {
    if (s->entry) return archive_reader_bytes(s->entry, out, room, e);
    ssize_t n = file_read_full(s->fd, out, room);
    return n < 0 ? error_errno(e, "cannot read") : n;
}

/* An archive inside: spooled to a file without a name, since zip needs to seek. */
static int spool(struct stream *s, struct str first, struct error *why) {
    const char *dir = getenv("TMPDIR");
    char *named = file_join(dir && *dir ? dir : "/tmp", "ungrant-XXXXXX");
    int fd = mkostemp(named, O_CLOEXEC);
    if (fd >= 0) unlink(named);
    free(named);
    if (fd < 0) return error_errno(why, "no temporary file for an archive inside");
    char *piece = memory_alloc(PIECE);
    int bad = file_write_full(fd, first.p, first.n);
    for (ssize_t n; !bad && (n = stream_read(s, piece, PIECE, why)) != 0;)
        bad = n < 0 || file_write_full(fd, piece, (size_t)n) != 0;
    free(piece);
    if (!bad && lseek(fd, 0, SEEK_SET) == 0) return fd;
    error_errno(why, "cannot spool an archive inside");
    close(fd);
    return -1;
}

/* Is it an archive to look into? Evidence formats have the first word (none of them is a zip). */
static bool is_archive(struct str first, bool whole) {
    return !evidence_recognise(first, whole) && archive_recognise(first);
}

static int feed_rest(struct feed *f, struct extracted *item, struct stream *s, struct str first,
                     struct error *e) {
    char *piece = memory_alloc(PIECE);
    struct error why = {0};
    int bad = extract_push(f->x, first, e);
    for (;;) {
        ssize_t n = bad ? 0 : stream_read(s, piece, PIECE, &why);
        if (n < 0) extract_fault(item, item->item.size, str_from(why.text));
        if (n <= 0) break;
        bad = extract_push(f->x, str_of(piece, (size_t)n), e);
    }
    free(piece);
    return bad ? bad : extract_end(f->x, e);
}

static int feed_inner_archive(struct feed *f, struct stream *s, struct str name, struct str first,
                              unsigned depth, struct error *e) {
    struct error why = {0};
    if (depth >= ARCHIVE_NESTING) {
        add_error(f, name, STR("an archive inside archives, too deep to be opened"));
        return 0;
    }
    int fd = spool(s, first, &why);
    if (fd < 0) {
        add_error(f, name, str_from(why.text));
        return 0;
    }
    int bad = feed_archive(f, fd, name, depth, e);
    close(fd);
    return bad;
}

/* One stream: an item, or an archive of items. *item is NULL for the latter. */
static int feed_stream(struct feed *f, struct stream *s, struct str name, struct str archive,
                       unsigned depth, struct extracted **item, struct error *e) {
    char *first = memory_alloc(BID_FIRST);
    struct error why = {0};
    size_t n = 0;
    ssize_t got = 1;
    while (n < BID_FIRST && (got = stream_read(s, first + n, BID_FIRST - n, &why)) > 0)
        n += (size_t)got;
    struct str head = str_of(first, n);
    int bad = 0;
    *item = NULL;
    bool archived = got >= 0 && is_archive(head, n < BID_FIRST);
    if (archived && !s->entry && lseek(s->fd, 0, SEEK_SET) == 0) {
        bad = feed_archive(f, s->fd, name, depth, e);
    } else if (archived) {
        bad = feed_inner_archive(f, s, name, head, depth + 1, e);
    } else {
        *item = extract_begin(f->x, name, archive);
        if (got < 0) extract_fault(*item, n, str_from(why.text));
        bad = got < 0 ? extract_push(f->x, head, e) : feed_rest(f, *item, s, head, e);
        if (got < 0 && !bad) bad = extract_end(f->x, e);
    }
    free(first);
    return bad;
}

/* ---- an archive, which may be a sealed case ---- */

struct bag {
    struct str manifest, tagmanifest, info, declaration; /* the tag files that matter here */
    size_t first_item;                                   /* items of this archive begin here */
};

/* "CASE/data/000001-X" is payload, "CASE/manifest-sha256.txt" a tag file, of the bag CASE. */
static struct str below_top(struct str entry) {
    size_t slash = str_chr(entry, '/');
    return slash == STR_ABSENT ? entry : str_from_index(entry, slash + 1);
}

static struct str *tag_slot(struct bag *b, struct str below) {
    static const struct {
        const char *name;
        size_t at;
    } tags[] = {{"manifest-sha256.txt", offsetof(struct bag, manifest)},
                {"tagmanifest-sha256.txt", offsetof(struct bag, tagmanifest)},
                {"bag-info.txt", offsetof(struct bag, info)},
                {"bagit.txt", offsetof(struct bag, declaration)}};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (str_eq(below, str_from(tags[i].name))) return (struct str *)((char *)b + tags[i].at);
    return NULL;
}

/* Tag files of a bag are not evidence: they are kept, not fed. */
static bool is_tag_file(struct str below) {
    static const char *const others[] = {"inventory.csv", "custody.jsonl", "VERIFY.txt",
                                         "tagmanifest-sha256.txt.p7s"};
    struct bag ignored = {0};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (str_eq(below, str_from(others[i]))) return true;
    return tag_slot(&ignored, below) != NULL;
}

static struct str read_tag(struct feed *f, struct archive_reader *r, struct str name) {
    struct buf b = {0};
    struct error why = {0};
    char *piece = memory_alloc(PIECE);
    ssize_t n;
    while ((n = archive_reader_bytes(r, piece, PIECE, &why)) > 0)
        if (b.n + (size_t)n <= TAG_MOST) buf_add(&b, str_of(piece, (size_t)n));
    if (n < 0) add_error(f, name, str_from(why.text));
    free(piece);
    struct str text = arena_copy(f->arena, buf_str(&b));
    buf_free(&b);
    return text;
}

static void check_item(struct extracted *it, const struct manifest *m) {
    const struct manifest_entry *listed = manifest_find(m, it->item.name);
    if (!listed) {
        it->item.integrity = INTEGRITY_UNLISTED;
        extract_fault(it, 0, STR("not listed in the case's manifest: added after it was sealed"));
    } else if (str_ieq(listed->sha256, str_from(it->item.sha256))) {
        it->item.integrity = INTEGRITY_MATCHES;
    } else {
        it->item.integrity = INTEGRITY_DIFFERS;
        extract_fault(it, 0,
                      STR("its SHA-256 differs from the case's manifest: altered after sealing"));
    }
}

static void check_missing(struct feed *f, const struct bag *b, const struct manifest *m) {
    size_t count = extract_count(f->x);
    for (size_t i = 0; i < m->count; i++) {
        bool found = false;
        for (size_t k = b->first_item; k < count && !found; k++) {
            struct str name = extract_at(f->x, k)->item.name;
            found = str_eq(name, m->list[i].name) ||
                    (str_starts(name, m->list[i].name) && name.p[m->list[i].name.n] == '/');
        }
        if (!found && str_starts(m->list[i].name, STR("data/")))
            add_error(f, m->list[i].name,
                      STR("listed in the case's manifest, but not in the archive"));
    }
}

static void check_tags(struct feed *f, const struct bag *b, struct str name) {
    struct manifest tags = {0};
    size_t line;
    char hex[DIGEST_HEX + 1];
    if (!manifest_parse(f->arena, b->tagmanifest, &tags, &line)) return;
    const struct manifest_entry *listed = manifest_find(&tags, STR("manifest-sha256.txt"));
    digest_of(b->manifest, hex);
    if (!listed || !str_ieq(listed->sha256, str_from(hex)))
        add_error(f, name,
                  STR("manifest-sha256.txt does not match tagmanifest-sha256.txt: run "
                      "`ungrant verify` before relying on this case"));
}

/* The value of a bag-info.txt label. */
static struct str bag_value(struct str info, struct str label) {
    struct str line, rest = info;
    while (rest.n) {
        struct str key, value;
        str_cut(rest, '\n', &line, &rest);
        if (str_cut(line, ':', &key, &value) && str_eq(str_trim(key), label))
            return str_trim(value);
    }
    return STR_NONE;
}

static void close_bag(struct feed *f, const struct bag *b, struct str name) {
    struct manifest m;
    size_t line;
    if (!b->declaration.n && !b->manifest.n) return;
    if (!manifest_parse(f->arena, b->manifest, &m, &line)) {
        add_error(
            f, name,
            arena_printf(f->arena, "manifest-sha256.txt: line %zu is not a hash and a name", line));
        return;
    }
    check_tags(f, b, name);
    for (size_t i = b->first_item; i < extract_count(f->x); i++) {
        struct extracted *it = extract_at(f->x, i);
        if (!str_eq(it->item.archive, name)) continue;
        it->item.case_id = arena_copy(f->arena, bag_value(b->info, STR("External-Identifier")));
        check_item(it, &m);
    }
    check_missing(f, b, &m);
    ARENA_GROW(f->arena, f->cases, f->case_cap, f->case_count + 1);
    f->cases[f->case_count++] = name;
}

static int feed_entry(struct feed *f, struct archive_reader *r,
                      const struct archive_entry_info *info, struct str archive, unsigned depth,
                      struct bag *b, struct error *e) {
    struct extracted *item;
    struct str below = below_top(info->name);
    bool payload = str_starts(below, STR("data/"));
    if (!payload && below.n < info->name.n && is_tag_file(below)) {
        struct str *slot = tag_slot(b, below);
        struct str text = read_tag(f, r, archive);
        if (slot) *slot = text;
        return 0;
    }
    struct stream s = {.fd = -1, .entry = r};
    struct str name =
        payload ? arena_copy(f->arena, below)
                : arena_printf(f->arena, "%.*s/%.*s", STR_ARG(archive), STR_ARG(info->name));
    return feed_stream(f, &s, name, archive, depth, &item, e);
}

static int feed_archive(struct feed *f, int fd, struct str name, unsigned depth, struct error *e) {
    struct error why = {0};
    struct archive_entry_info info;
    struct bag bag = {.first_item = extract_count(f->x)};
    name = arena_copy(f->arena, name);
    struct archive_reader *r = archive_reader_open(fd, arena_cstr(f->arena, name), &why);
    int more = r ? 1 : -1, bad = 0;
    while (!bad && r && (more = archive_reader_next(r, &info, &why)) > 0)
        if (info.regular) bad = feed_entry(f, r, &info, name, depth, &bag, e);
    if (more < 0) add_error(f, name, str_from(why.text));
    archive_reader_close(r);
    if (!bad) close_bag(f, &bag, name);
    return bad;
}

/* ---- a facts file ---- */

/* Takes the facts up to the next item or the end; *rest is then behind them. 1, 0 or -1 as
 * fact_next(), with *next the fact that ended them. */
static int facts_of_item(struct arena *a, struct str *rest, struct str *facts, struct fact *next) {
    struct str begin = *rest;
    for (;;) {
        struct str here = *rest;
        int more = fact_next(a, rest, next);
        if (more == 1 && next->kind != FACT_ITEM && next->kind != FACT_END) continue;
        *facts = str_of(begin.p, begin.n - here.n);
        return more;
    }
}

static int feed_facts(struct feed *f, const char *path, struct error *e) {
    struct str rest, facts;
    struct fact item = {0}, next;
    uint64_t items = 0;
    int more;
    if (file_read(f->arena, path, SIZE_MAX / 2, &rest, e) != 0) return -1;
    rest = str_from_index(rest, FACTS_MAGIC.n);
    do {
        more = facts_of_item(f->arena, &rest, &facts, &next);
        if (item.kind == FACT_ITEM) {
            extract_add(f->x, &item, facts);
            items++;
        }
        item = next;
    } while (more == 1 && item.kind == FACT_ITEM);
    if (more != 1 || item.count != items || rest.n)
        add_error(f, str_from(path),
                  STR("this facts file is cut or damaged; what came before was used"));
    return 0;
}

/* ---- a path ---- */

static int visit_file(void *own, const char *path) {
    struct {
        struct feed *f;
        struct error *e;
    } *to = own;
    struct extracted *item;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    char first[32];
    if (fd < 0) {
        add_error(to->f, str_from(path), str_from(strerror(errno)));
        return 0;
    }
    ssize_t n = pread(fd, first, sizeof first, 0);
    int bad;
    if (n > 0 && str_starts(str_of(first, (size_t)n), FACTS_MAGIC)) {
        bad = feed_facts(to->f, path, to->e);
    } else {
        struct stream s = {.fd = fd};
        struct str name = arena_copy(to->f->arena, str_from(path));
        bad = feed_stream(to->f, &s, name, STR_NONE, 0, &item, to->e);
    }
    close(fd);
    return bad;
}

static void visit_failed(void *own, const char *path, const char *why) {
    struct {
        struct feed *f;
        struct error *e;
    } *to = own;
    add_error(to->f, str_from(path), str_from(why));
}

/* Whatever comes through standard input is one item. */
static int feed_stdin(struct feed *f, struct error *e) {
    struct stream s = {.fd = STDIN_FILENO};
    struct extracted *item;
    return feed_stream(f, &s, STR("-"), STR_NONE, 0, &item, e);
}

int feed_path(struct feed *f, const char *path, struct error *e) {
    if (!strcmp(path, "-")) return feed_stdin(f, e);
    struct {
        struct feed *f;
        struct error *e;
    } own = {f, e};
    struct source_visitor v = {&own, visit_file, visit_failed};
    return source_walk(path, &v) < 0 || error_is_set(e) ? -1 : 0;
}
