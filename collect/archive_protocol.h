/* archive_protocol.h - what the confined child of an archive reader and its parent say.
 *
 * Parent to child: one byte, ASK_NEXT or ASK_DATA. Child to parent: frames, a header and `length`
 * bytes. ASK_NEXT is answered by ENTRY, END or BROKEN; ASK_DATA by any number of DATA and ZEROS,
 * then ENTRY_END, whose bytes are an error's text where the entry is not whole, or BROKEN. */
#ifndef UNGRANT_COLLECT_ARCHIVE_PROTOCOL_H
#define UNGRANT_COLLECT_ARCHIVE_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

enum { ASK_NEXT = 'N', ASK_DATA = 'D' };

enum archive_frame_kind {
    FRAME_ENTRY = 1, /* struct archive_frame_entry, then the name */
    FRAME_DATA,
    FRAME_ZEROS, /* a hole of a sparse file: uint64 how many */
    FRAME_ENTRY_END,
    FRAME_END,
    FRAME_BROKEN, /* text */
};

enum {
    FRAME_MOST = 16 * 1024 * 1024, /* the largest that is believed */
    NAME_MOST = 64 * 1024
};

struct archive_frame {
    uint32_t kind, length;
};

struct archive_frame_entry {
    uint64_t size;
    int64_t mtime; /* seconds since 1970 */
    uint32_t warnings;
    uint8_t size_known, regular, has_mtime, raw;
};

/* How the bytes begin. */
enum archive_look { LOOK_NOTHING, LOOK_ZIP, LOOK_TAR, LOOK_PACKED /* gzip or zstd around */ };

/* In the child: reads the archive behind `fd` of `size` bytes until the parent hangs up. */
_Noreturn void archive_child(int fd, uint64_t size, enum archive_look look, int channel);

#endif
