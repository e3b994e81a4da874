/* bag_out.h - the handover as a bag (RFC 8493): files go in, what lists them comes last.
 *
 * The same shape as a sealed case (collect/seal.h), so that the same checks hold it: sha256sum,
 * VERIFY.txt, `ungrant verify`. Nothing of the clock goes in: every entry has the time that the
 * caller gives. */
#ifndef UNGRANT_ANALYZE_PACKAGE_BAG_OUT_H
#define UNGRANT_ANALYZE_PACKAGE_BAG_OUT_H

#include "base/buf.h"
#include "collect/archive_write.h"

struct bag_out {
    struct archive_writer *out;
    const char *path; /* of the archive */
    struct str top;   /* "HANDOVER/" */
    struct when time;
    struct buf manifest, tags, inventory;
    uint64_t bytes, files;
    char *piece;
};

/* Before: out, path, top, time are set. */
void bag_out_begin(struct bag_out *b);

/* One file of the payload: `name` begins with "data/" and is ours; `source` says where it comes
 * from. `hex` gets its SHA-256. */
int bag_out_text(struct bag_out *b, struct str name, struct str text, struct str source,
                 char hex[DIGEST_HEX + 1], struct error *e);
/* The same from a file on disk, of any size; *size gets the number of its bytes. */
int bag_out_file(struct bag_out *b, struct str name, const char *path, struct str source,
                 char hex[DIGEST_HEX + 1], uint64_t *size, struct error *e);

/* `info`: bag-info.txt but for what is counted here; `custody`: the chain of the case;
 * `verify_more`: what VERIFY.txt says behind the steps of every bag. */
int bag_out_end(struct bag_out *b, struct str info, struct str custody, struct str verify_more,
                struct error *e);
void bag_out_free(struct bag_out *b);

#endif
