/* seal.h - one case being written: payload first, what describes it last, since hashes are known
 * only then: data/..., inventory.csv, custody.jsonl, VERIFY.txt, bag-info.txt, bagit.txt, manifest,
 * tag manifest, and its signature. A stream can be written and read from front to back. */
#ifndef UNGRANT_COLLECT_SEAL_H
#define UNGRANT_COLLECT_SEAL_H

#include "base/progress.h"
#include "collect/archive_write.h"
#include "collect/bag.h"

struct seal_label {
    const char *id, *examiner, *organization, *note;
};

struct seal {
    struct archive_writer *out;
    struct seal_label label;
    const struct signer *signer; /* NULL: the case is not signed */
    const struct witness *witness;
    struct progress *progress;
    struct str top; /* "CASE/" */
    struct buf inventory, manifest, tags;
    char host[256];
    struct when started;
    uint64_t bytes, files; /* of the payload */
    unsigned items;
    uint64_t by_status[ITEM_SKIPPED + 1];
    char *piece;
    int spool; /* a file without a name, for tar; -1 until it is needed */
    const char *path;
};

/* Before: out, label, signer, witness, progress, path are set. */
void seal_begin(struct seal *s);

/* Copies the open file as the next item, `first` being its first bytes, read already; `it` has path
 * and mtime and what recognise() found. The item's row says what became of it; -1 with *e only when
 * the archive cannot be written, or SIGINT or SIGTERM is waiting. */
int seal_file(struct seal *s, int fd, uint64_t size, struct str first, struct item *it,
              struct error *e);

/* An item of which nothing could be taken: its row. */
void seal_row(struct seal *s, struct item *it);

/* Writes what comes last. `subject` is what was collected, for the custody log. */
int seal_end(struct seal *s, struct str subject, struct error *e);
void seal_free(struct seal *s);

/* VERIFY.txt of a bag that lies in the archive of this path: the same checks with stock tools. */
void seal_verify_text(struct buf *out, const char *archive_path);

/* 'it''s' as a shell reads it, on one line. */
void seal_quote_for_shell(struct buf *out, struct str name);

/* "Label: value" of bag-info.txt, on one line; nothing where the value is empty. */
void seal_info_line(struct buf *out, const char *label, struct str value);

#endif
