#include "analyze/evidence/text_view.h"

static struct text_view view_of(struct arena *a, enum encoding e, struct str bytes, uint64_t offset,
                                size_t mark) {
    struct text_view v = {.encoding = e, .begin = offset + mark};
    bytes = str_from_index(bytes, mark);
    if (e == ENCODING_UTF8) {
        v.utf8 = bytes;
    } else {
        struct buf b = {0};
        v.replaced = utf_to_utf8(e, bytes, &b);
        v.utf8 = arena_copy(a, buf_str(&b));
        buf_free(&b);
    }
    v.known_offset = v.begin;
    return v;
}

struct text_view text_of_block(struct arena *a, const struct block *b) {
    size_t mark;
    struct str first = b->first ? str_slice(b->bytes, 0, BID_FIRST) : b->head;
    enum encoding e = encoding_of(first, &mark);
    return view_of(a, e, b->bytes, b->offset, b->first ? mark : 0);
}

/* Bytes that a code point has in the item. */
static unsigned unit_bytes(enum encoding e, uint32_t v) {
    switch (e) {
    case ENCODING_UTF16LE:
    case ENCODING_UTF16BE: return v >= 0x10000 && v != UTF_BAD ? 4 : 2;
    case ENCODING_UTF32LE: return 4;
    default: return 1;
    }
}

uint64_t text_offset(struct text_view *v, size_t index) {
    if (v->encoding == ENCODING_UTF8) return v->begin + index;
    if (index < v->known_at) {
        v->known_at = 0;
        v->known_offset = v->begin;
    }
    while (v->known_at < index && v->known_at < v->utf8.n)
        v->known_offset += unit_bytes(v->encoding, utf8_next(v->utf8, &v->known_at));
    return v->known_offset;
}

/* So much of the item's beginning that every block takes the same encoding from it: an encoding
 * that was told by a byte somewhere in all that was seen needs all of it. */
static size_t head_for(enum encoding e, size_t mark) {
    return e == ENCODING_UTF8 || mark ? TEXT_HEAD : BID_FIRST;
}

struct text_view text_of_cut(struct arena *a, struct cutter *c, struct str bytes) {
    size_t mark = 0;
    if (c->offset == 0) {
        c->state[7] = 1 + (uint64_t)encoding_of(str_slice(bytes, 0, BID_FIRST), &mark);
        c->state[6] = mark;
        c->head = head_for((enum encoding)(c->state[7] - 1), mark);
    }
    enum encoding e = (enum encoding)(c->state[7] - 1);
    return view_of(a, e, bytes, 0, c->offset == 0 ? (size_t)c->state[6] : 0);
}

size_t text_cut_bytes(struct text_view *v, size_t index) {
    return index ? (size_t)text_offset(v, index) : 0;
}
