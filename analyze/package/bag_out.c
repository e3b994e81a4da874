#include "analyze/package/bag_out.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "collect/bag.h"
#include "collect/seal.h"

enum { PIECE = 1024 * 1024 };

void bag_out_begin(struct bag_out *b) {
    b->piece = memory_alloc(PIECE);
    inventory_header(&b->inventory);
}

void bag_out_free(struct bag_out *b) {
    archive_writer_abandon(b->out);
    buf_free(&b->manifest);
    buf_free(&b->tags);
    buf_free(&b->inventory);
    free(b->piece);
}

static int begin_entry(struct bag_out *b, struct str name, uint64_t size, struct error *e) {
    struct buf full = {0};
    buf_add(&full, b->top);
    buf_add(&full, name);
    buf_add_c(&full, 0);
    int bad = archive_writer_begin(b->out, full.p, size, b->time, e);
    buf_free(&full);
    return bad;
}

static int write_entry(struct bag_out *b, struct str name, struct str text, struct error *e) {
    if (begin_entry(b, name, text.n, e) != 0 || archive_writer_bytes(b->out, text, e) != 0)
        return -1;
    return archive_writer_end(b->out, e);
}

static void list_hash(struct buf *list, const char *hex, struct str name) {
    buf_printf(list, "%s  %.*s\n", hex, STR_ARG(name));
}

/* The row and the line of a file that is in. */
static void note_file(struct bag_out *b, struct str name, struct str source, uint64_t size,
                      const char *hex) {
    struct item it = {.number = (unsigned)++b->files,
                      .path = source,
                      .payload = name,
                      .size = size,
                      .mtime = b->time,
                      .status = ITEM_OK};
    memcpy(it.sha256, hex, sizeof it.sha256);
    inventory_row(&b->inventory, &it, STR_NONE);
    list_hash(&b->manifest, hex, name);
    b->bytes += size;
}

int bag_out_text(struct bag_out *b, struct str name, struct str text, struct str source,
                 char hex[DIGEST_HEX + 1], struct error *e) {
    if (write_entry(b, name, text, e) != 0) return -1;
    digest_of(text, hex);
    note_file(b, name, source, text.n, hex);
    return 0;
}

static int copy(struct bag_out *b, int fd, const char *path, struct digest *sum, uint64_t *size,
                struct error *e) {
    ssize_t n;
    while ((n = file_read_full(fd, b->piece, PIECE)) > 0) {
        struct str bytes = str_of(b->piece, (size_t)n);
        if (archive_writer_bytes(b->out, bytes, e) != 0) return -1;
        digest_add(sum, bytes);
        *size += (uint64_t)n;
    }
    return n < 0 ? error_errno(e, "%s: cannot read", path) : 0;
}

int bag_out_file(struct bag_out *b, struct str name, const char *path, struct str source,
                 char hex[DIGEST_HEX + 1], uint64_t *size, struct error *e) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) return error_errno(e, "%s: cannot open", path);
    struct digest *sum = digest_new();
    *size = 0;
    int bad = begin_entry(b, name, 0, e) != 0 || copy(b, fd, path, sum, size, e) != 0 ||
              archive_writer_end(b->out, e) != 0;
    close(fd);
    digest_hex(sum, hex);
    if (!bad) note_file(b, name, source, *size, hex);
    return bad ? -1 : 0;
}

static int write_tag(struct bag_out *b, const char *name, struct str text, struct error *e) {
    char hex[DIGEST_HEX + 1];
    if (write_entry(b, str_from(name), text, e) != 0) return -1;
    digest_of(text, hex);
    list_hash(&b->tags, hex, str_from(name));
    return 0;
}

int bag_out_end(struct bag_out *b, struct str info, struct str custody, struct str verify_more,
                struct error *e) {
    struct buf whole = {0}, verify = {0}, oxum = {0};
    seal_verify_text(&verify, b->path);
    buf_add(&verify, verify_more);
    buf_add(&whole, info);
    buf_printf(&oxum, "%llu.%llu", (unsigned long long)b->bytes, (unsigned long long)b->files);
    seal_info_line(&whole, "Payload-Oxum", buf_str(&oxum));
    int bad = write_tag(b, "inventory.csv", buf_str(&b->inventory), e) ||
              write_tag(b, "custody.jsonl", custody, e) ||
              write_tag(b, "VERIFY.txt", buf_str(&verify), e) ||
              write_tag(b, "bag-info.txt", buf_str(&whole), e) ||
              write_tag(b, "bagit.txt",
                        STR("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"), e) ||
              write_tag(b, "manifest-sha256.txt", buf_str(&b->manifest), e) ||
              write_entry(b, STR("tagmanifest-sha256.txt"), buf_str(&b->tags), e);
    buf_free(&whole);
    buf_free(&verify);
    buf_free(&oxum);
    return bad ? -1 : 0;
}
