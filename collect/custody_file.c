#include "collect/custody_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "collect/bag_read.h"
#include "collect/custody_check.h"

/* The chain's end as the sealed case has it. */
static int follow_inside(struct custody_file *f, struct error *e) {
    struct bag bag;
    size_t line;
    const char *why;
    if (bag_read(f->arena, f->archive, BAG_READ_TAGS, &bag, e) != 0) return -1;
    const struct bag_entry *log = bag_find(&bag, STR("custody.jsonl"));
    if (!log || !log->text.n)
        return error_set(e, "%s: holds no custody.jsonl: not a case sealed by ungrant", f->archive);
    if (custody_follow(&f->inside, log->text, &line, &why)) return 0;
    return error_set(e, "%s: custody.jsonl: line %zu %s", f->archive, line, why);
}

static int follow_outside(struct custody_file *f, struct error *e) {
    struct stat st;
    size_t line;
    const char *why;
    f->end = f->inside;
    if (stat(f->path, &st) != 0)
        return errno == ENOENT ? 0 : error_errno(e, "%s: cannot look at it", f->path);
    if (file_read(f->arena, f->path, CUSTODY_MOST, &f->text, e) != 0) return -1;
    if (!f->text.n) return error_set(e, "%s: is empty: its links were cut off", f->path);
    if (custody_follow(&f->end, f->text, &line, &why)) return 0;
    return error_set(e, "%s: line %zu %s; nothing was added", f->path, line, why);
}

int custody_file_open(struct custody_file *f, const char *archive_path, struct error *e) {
    *f = (struct custody_file){.archive = archive_path, .arena = arena_new(0)};
    f->path = custody_path(archive_path);
    custody_begin(&f->inside);
    f->lock = open(archive_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (f->lock < 0) return error_errno(e, "%s: cannot open", archive_path);
    while (flock(f->lock, LOCK_EX) != 0)
        if (errno != EINTR) break; /* a file system without locks: then without */
    if (follow_inside(f, e) != 0 || follow_outside(f, e) != 0) return -1;
    return bag_archive_sha256(archive_path, f->sha256, e);
}

int custody_file_replace(struct custody_file *f, struct str text, struct error *e) {
    if (text.n > CUSTODY_MOST)
        return error_set(e, "%s: the chain would be larger than 64 MiB", f->path);
    if (file_write(f->path, text, e) != 0) return -1;
    f->text = arena_copy(f->arena, text);
    return 0;
}

int custody_file_add(struct custody_file *f, const struct custody_link *link, struct error *e) {
    struct custody_link whole = *link;
    struct custody_chain end = f->end;
    struct buf b = {0};
    if (!whole.by) whole.by = custody_login();
    whole.archive = f->sha256[0] ? f->sha256 : NULL;
    buf_add(&b, f->text);
    int bad = custody_signed_line(&end, &whole, &b, e);
    if (!bad) bad = custody_file_replace(f, buf_str(&b), e);
    if (!bad) f->end = end;
    buf_free(&b);
    return bad;
}

void custody_file_close(struct custody_file *f) {
    if (f->lock >= 0) close(f->lock);
    free(f->path);
    arena_free(f->arena);
}

/* Has the case been analysed to this timeline? The chain is sound: custody_file_open has
 * followed it. */
static bool knows_timeline(const struct custody_file *f, struct str sha256) {
    struct custody_report report;
    custody_check(f->arena, &f->inside, f->text, STR_NONE, NULL, &report);
    for (size_t i = 0; i < report.count; i++) {
        const struct custody_seen *l = &report.list[i];
        if (sha256.n && str_eq(l->event, STR("analyze")) && str_ieq(l->subject_sha256, sha256))
            return true;
    }
    return false;
}

int custody_append_after(const char *archive_path, struct str timeline_sha256,
                         const struct custody_link *link, struct error *e) {
    struct custody_file f;
    int bad = custody_file_open(&f, archive_path, e);
    if (!bad && !knows_timeline(&f, timeline_sha256))
        bad = error_set(e,
                        "%s: no link of its chain says that it was analysed to the timeline.jsonl "
                        "of this plan",
                        archive_path);
    if (!bad) bad = custody_file_add(&f, link, e);
    custody_file_close(&f);
    return bad;
}

int custody_append(const char *archive_path, const struct custody_link *link, struct error *e) {
    struct custody_file f;
    int bad = custody_file_open(&f, archive_path, e);
    if (!bad) bad = custody_file_add(&f, link, e);
    custody_file_close(&f);
    return bad;
}
