/* Any bytes as an item: the best bidder cuts and reads them, as analyze and as dump do. */
#include "fuzz_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct str bytes = str_of((const char *)data, size);
    const struct reader *r = evidence_recognise(bytes, true);
    if (!r) return 0;
    fuzz_read(r, bytes, size, false);
    fuzz_read(r, bytes, size, true);
    return 0;
}
