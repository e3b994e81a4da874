/* Any bytes as a CMS signature and as the answer of a time stamp authority. */
#include <stdlib.h>

#include "collect/signature.h"
#include "collect/stamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *a = arena_new(0);
    struct str bytes = str_of((const char *)data, size);
    const struct when now = {.ns = INT64_C(1800000000) * NS_PER_S, .basis = WHEN_UTC};
    const struct signature_trust trust = {NULL, now};
    struct signature signature;
    struct stamp stamp;
    char hex[DIGEST_HEX + 1];
    digest_of(STR("content"), hex);
    signature_read(a, STR("content"), bytes, &trust, &signature);
    if (signature.good == (signature.why != NULL)) abort();
    stamp_read(a, bytes, hex, NULL, now, &stamp);
    if (!stamp.good && !stamp.why[0]) abort();
    arena_free(a);
    return 0;
}
