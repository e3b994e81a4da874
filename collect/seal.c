#include "collect/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/file.h"
#include "collect/custody.h"
#include "collect/signer.h"

enum { PIECE = 1024 * 1024 };

void seal_begin(struct seal *s) {
    struct buf top = {0};
    bag_safe_name(&top, bag_case_of(str_from(s->path)));
    buf_add_c(&top, '/');
    s->top = buf_str(&top);
    s->spool = -1;
    s->piece = memory_alloc(PIECE);
    s->started = bag_now();
    gethostname(s->host, sizeof s->host - 1);
    inventory_header(&s->inventory);
}

void seal_free(struct seal *s) {
    buf_free(&s->inventory);
    buf_free(&s->manifest);
    buf_free(&s->tags);
    free(s->piece);
    free((char *)(uintptr_t)s->top.p);
    if (s->spool >= 0) close(s->spool);
}

/* The signals are blocked while a case is written, so that asking is all there is to do. */
static bool interrupted(void) {
    sigset_t waiting;
    return sigpending(&waiting) == 0 &&
           (sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1);
}

static void list_hash(struct buf *manifest, const char *hex, struct str name) {
    buf_printf(manifest, "%s  %.*s\n", hex, STR_ARG(name));
}

static int begin_entry(struct seal *s, struct str name, uint64_t size, struct when mtime,
                       struct error *e) {
    struct buf b = {0};
    buf_add(&b, s->top);
    buf_add(&b, name);
    buf_add_c(&b, 0);
    int bad = archive_writer_begin(s->out, b.p, size, mtime, e);
    buf_free(&b);
    return bad;
}

/* ---- one item ---- */

struct copy {
    struct seal *s;
    struct item *it;
    struct digest *sum;
    bool begun, witnessed;
    uint64_t promised;
};

/* A file without a name beside the archive: for tar, which wants the size before the bytes while a
 * file may shrink between the two. */
static int open_spool(struct seal *s, struct error *e) {
    if (s->spool < 0) {
        struct buf b = {0};
        buf_printf(&b, "%s.spool-XXXXXX", s->path);
        buf_add_c(&b, 0);
        s->spool = mkostemp(b.p, O_CLOEXEC);
        if (s->spool >= 0) unlink(b.p);
        buf_free(&b);
    }
    if (s->spool >= 0 && ftruncate(s->spool, 0) == 0 && lseek(s->spool, 0, SEEK_SET) == 0) return 0;
    return error_errno(e, "%s: cannot write beside it", s->path);
}

static int put(struct copy *c, struct str bytes, struct error *e) {
    struct seal *s = c->s;
    if (interrupted()) return error_set(e, "interrupted; %s.partial is left, not a case", s->path);
    if (c->witnessed) s->witness->bytes(s->witness->own, bytes);
    progress_add(s->progress, bytes.n);
    c->it->size += bytes.n;
    digest_add(c->sum, bytes);
    if (!archive_writer_needs_size(s->out)) return archive_writer_bytes(s->out, bytes, e);
    if (file_write_full(s->spool, bytes.p, bytes.n) == 0) return 0;
    return error_errno(e, "%s: cannot write beside it", s->path);
}

static void note(struct item *it, enum item_status status, const char *why) {
    it->status = status;
    it->error = str_from(why);
}

/* Exactly what was promised at the beginning is taken; what a file gained or lost meanwhile is said
 * in its row. */
static int copy_bytes(struct copy *c, int fd, struct str first, struct error *e) {
    if (first.n && put(c, first, e) != 0) return -1;
    while (c->it->size < c->promised) {
        uint64_t left = c->promised - c->it->size;
        ssize_t n = file_read_full(fd, c->s->piece, left < PIECE ? (size_t)left : PIECE);
        if (n < 0) note(c->it, ITEM_PARTIAL, strerror(errno));
        if (n == 0) note(c->it, ITEM_PARTIAL, "the file became shorter while it was read");
        if (n <= 0) return 0;
        if (put(c, str_of(c->s->piece, (size_t)n), e) != 0) return -1;
    }
    return 0;
}

static void note_changes(struct item *it, int fd, uint64_t promised, struct when mtime) {
    struct stat st;
    char more;
    if (it->status != ITEM_OK) return;
    bool grown = file_read_full(fd, &more, 1) > 0;
    if (fstat(fd, &st) == 0)
        grown |= (uint64_t)st.st_size != promised ||
                 st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec != mtime.ns;
    if (grown) note(it, ITEM_CHANGED, "the file changed while it was read: what it held is taken");
}

/* The spooled bytes, of which the number is known now. */
static int unspool(struct seal *s, const struct item *it, struct error *e) {
    uint64_t left = it->size;
    if (begin_entry(s, it->payload, it->size, it->mtime, e) != 0) return -1;
    if (lseek(s->spool, 0, SEEK_SET) != 0) return error_errno(e, "%s: cannot read back", s->path);
    while (left) {
        ssize_t n = file_read_full(s->spool, s->piece, left < PIECE ? (size_t)left : PIECE);
        if (n <= 0) return error_errno(e, "%s: cannot read back what was spooled", s->path);
        if (archive_writer_bytes(s->out, str_of(s->piece, (size_t)n), e) != 0) return -1;
        left -= (uint64_t)n;
    }
    return 0;
}

static void name_payload(struct buf *out, unsigned number, struct str path) {
    buf_printf(out, "data/%06u-", number);
    bag_safe_name(out, str_leaf(path));
}

static int copy_item(struct copy *c, int fd, struct str first, struct error *e) {
    struct seal *s = c->s;
    bool spooled = archive_writer_needs_size(s->out);
    if (spooled ? open_spool(s, e) != 0
                : begin_entry(s, c->it->payload, c->promised, c->it->mtime, e) != 0)
        return -1;
    if (copy_bytes(c, fd, first, e) != 0) return -1;
    note_changes(c->it, fd, c->promised, c->it->mtime);
    if (spooled && unspool(s, c->it, e) != 0) return -1;
    return archive_writer_end(s->out, e);
}

int seal_file(struct seal *s, int fd, uint64_t size, struct str first, struct item *it,
              struct error *e) {
    struct buf name = {0};
    name_payload(&name, s->items + 1, it->path);
    struct copy c = {.s = s, .it = it, .sum = digest_new(), .promised = size};
    const struct witness *w = s->witness;
    it->payload = buf_str(&name);
    it->size = 0;
    c.witnessed = w && w->begin && it->seen.telemetry[0];
    if (c.witnessed) w->begin(w->own, it->payload);
    int bad = copy_item(&c, fd, first, e);
    if (w && c.witnessed) w->end(w->own, &it->seen);
    digest_hex(c.sum, it->sha256);
    if (!bad) {
        list_hash(&s->manifest, it->sha256, it->payload);
        s->bytes += it->size;
        s->files++;
        seal_row(s, it);
    }
    buf_free(&name);
    it->payload = STR_NONE;
    return bad;
}

void seal_row(struct seal *s, struct item *it) {
    it->number = ++s->items;
    s->by_status[it->status]++;
    inventory_row(&s->inventory, it, str_from(s->host));
}

/* ---- what comes last ---- */

static int write_entry(struct seal *s, const char *name, struct str text, struct error *e) {
    if (begin_entry(s, str_from(name), text.n, s->started, e) != 0) return -1;
    if (archive_writer_bytes(s->out, text, e) != 0) return -1;
    return archive_writer_end(s->out, e);
}

static int write_tag(struct seal *s, const char *name, struct str text, struct error *e) {
    char hex[DIGEST_HEX + 1];
    if (write_entry(s, name, text, e) != 0) return -1;
    digest_of(text, hex);
    list_hash(&s->tags, hex, str_from(name));
    return 0;
}

/* "Label: value"; a line break in the value would be another label. */
void seal_info_line(struct buf *out, const char *label, struct str value) {
    if (!value.n) return;
    buf_printf(out, "%s: ", label);
    for (size_t i = 0; i < value.n; i++)
        buf_add_c(out, (unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f ? ' ' : value.p[i]);
    buf_add_c(out, '\n');
}

static void write_info(const struct seal *s, struct buf *out) {
    char start[WHEN_TEXT], end[WHEN_TEXT], oxum[64], hex[DIGEST_HEX + 1];
    struct str began = when_format(s->started, start);
    snprintf(oxum, sizeof oxum, "%llu.%llu", (unsigned long long)s->bytes,
             (unsigned long long)s->files);
    seal_info_line(out, "Source-Organization", str_from(s->label.organization));
    seal_info_line(out, "Contact-Name", str_from(s->label.examiner));
    seal_info_line(out, "External-Identifier", str_from(s->label.id));
    seal_info_line(out, "External-Description", str_from(s->label.note));
    seal_info_line(out, "Bagging-Date", str_slice(began, 0, 10));
    seal_info_line(out, "Payload-Oxum", str_from(oxum));
    seal_info_line(out, "Bag-Software-Agent", STR("ungrant " UNGRANT_VERSION));
    seal_info_line(out, "Collection-Host", str_from(s->host));
    seal_info_line(out, "Collection-Start", began);
    seal_info_line(out, "Collection-End", when_format(bag_now(), end));
    if (!s->signer) return;
    /* The signature covers this file, so neither can be exchanged alone. */
    seal_info_line(out, "Signed-By", signer_subject(s->signer));
    for (size_t i = 0; signer_certificate(s->signer, i, hex); i++)
        seal_info_line(out, "Signing-Certificate", str_from(hex));
}

static void write_custody(const struct seal *s, struct str subject, struct buf *out) {
    struct custody_chain chain;
    char hex[DIGEST_HEX + 1];
    custody_begin(&chain);
    struct custody_link link = {.event = "collect",
                                .subject = subject,
                                .by = s->label.examiner,
                                .note = str_from(s->label.note)};
    custody_line(&chain, &link, out);
    digest_of(buf_str(&s->manifest), hex);
    link = (struct custody_link){.event = "seal",
                                 .subject = STR("manifest-sha256.txt"),
                                 .subject_sha256 = hex,
                                 .by = s->label.examiner};
    custody_line(&chain, &link, out);
}

void seal_quote_for_shell(struct buf *out, struct str name) {
    buf_add_c(out, '\'');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '\'')
            buf_add_z(out, "'\\''");
        else
            buf_add_c(out, (unsigned char)name.p[i] < 0x20 ? '?' : name.p[i]);
    }
    buf_add_c(out, '\'');
}

/* How to check it without this program: in the bag, then what lies beside the archive, by name
 * (@CASE@ and @ARCHIVE@ in the template). */
void seal_verify_text(struct buf *out, const char *archive_path) {
    struct str left = embedded_get("templates/verify_beside.txt"), name = str_from(archive_path);
    struct str text;
    size_t slash = str_rchr(name, '/');
    if (slash != STR_ABSENT) name = str_from_index(name, slash + 1);
    buf_add(out, embedded_get("templates/verify.txt"));
    while (str_cut(left, '@', &text, &left)) {
        struct str mark;
        buf_add(out, text);
        str_cut(left, '@', &mark, &left);
        seal_quote_for_shell(out, str_eq(mark, STR("CASE")) ? bag_case_of(name) : name);
    }
    buf_add(out, text);
}

/* Over the tag manifest, which covers every other file directly or through the manifest. */
static int write_signature(struct seal *s, struct error *e) {
    struct buf der = {0};
    if (!s->signer) return 0;
    int bad = signer_sign(s->signer, buf_str(&s->tags), bag_now(), &der, e);
    if (!bad) bad = write_entry(s, "tagmanifest-sha256.txt.p7s", buf_str(&der), e);
    buf_free(&der);
    return bad;
}

int seal_end(struct seal *s, struct str subject, struct error *e) {
    struct buf custody = {0}, info = {0}, verify = {0};
    seal_verify_text(&verify, s->path);
    write_custody(s, subject, &custody);
    write_info(s, &info);
    int bad = write_tag(s, "inventory.csv", buf_str(&s->inventory), e) ||
              write_tag(s, "custody.jsonl", buf_str(&custody), e) ||
              write_tag(s, "VERIFY.txt", buf_str(&verify), e) ||
              write_tag(s, "bag-info.txt", buf_str(&info), e) ||
              write_tag(s, "bagit.txt",
                        STR("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), e) ||
              write_tag(s, "manifest-sha256.txt", buf_str(&s->manifest), e) ||
              write_entry(s, "tagmanifest-sha256.txt", buf_str(&s->tags), e) ||
              write_signature(s, e);
    buf_free(&custody);
    buf_free(&info);
    buf_free(&verify);
    return bad ? -1 : 0;
}
