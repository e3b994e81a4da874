/* evtx_crc32.h - the CRC-32 of EVTX headers and chunks (polynomial 0xEDB88320, as in zlib): 64
 * bytes a step where the processor multiplies without carry, else eight. The tables are made at run
 * time: 2,048 short sums, once per block. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_EVTX_CRC32_H
#define UNGRANT_ANALYZE_EVIDENCE_EVTX_CRC32_H

#include "base/str.h"

struct crc32 {
    uint32_t table[8][256];
    bool folds; /* the processor can fold; false: tables alone */
};

void crc32_init(struct crc32 *c);

/* The sum of what `sum` covers and then `bytes`; start with 0. */
uint32_t crc32_add(const struct crc32 *c, uint32_t sum, struct str bytes);

#endif
