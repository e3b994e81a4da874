/* text_view.h - a block of text in whatever encoding, as UTF-8, with the way back to its bytes. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_TEXT_VIEW_H
#define UNGRANT_ANALYZE_EVIDENCE_TEXT_VIEW_H

#include "analyze/evidence/evidence.h"
#include "base/utf.h"

enum {
    TEXT_HEAD = 64
}; /* bytes of an item's beginning that tell its encoding, to be kept by cut() */

struct text_view {
    struct str utf8;        /* without a byte order mark */
    enum encoding encoding; /* of the item */
    uint64_t begin;         /* item offset of utf8.p[0] */
    size_t known_at;        /* utf8 index ... */
    uint64_t
        known_offset; /* ... and the item offset it stands for: text_offset() goes on from there */
    size_t replaced;  /* units that were not valid */
};

struct text_view text_of_block(struct arena *a, const struct block *b);

/* Item offset of a character; cheap for growing indexes. */
uint64_t text_offset(struct text_view *v, size_t index);

/* For cut(): the view of the bytes at hand, decided once per item (state[7]); and how many of these
 * bytes the first `index` bytes of the view stand for. */
struct text_view text_of_cut(struct arena *a, struct cutter *c, struct str bytes);
size_t text_cut_bytes(struct text_view *v, size_t index);

#endif
