/* Any text as the payload of 4103 and 800, and as the parameter string of MSExchange Management. */
#include <stdlib.h>

#include "analyze/powershell/powershell.h"

static void sound(const struct params *params) {
    for (size_t i = 0; i < params->count; i++)
        if (params->list[i].count && !params->list[i].values) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!size) return 0;
    struct arena *a = arena_new(0);
    struct str text = str_of((const char *)data + 1, size - 1);
    struct invocation *made;
    size_t count = powershell_invocations(a, text, &made);
    for (size_t i = 0; i < count; i++) {
        if (!made[i].cmdlet) abort();
        sound(&made[i].params);
    }
    struct params params = {0};
    const struct cmdlet *c = data[0] & 1 ? &CMDLETS[(data[0] >> 1) % CMDLET_COUNT] : NULL;
    powershell_parameter_string(a, c, text, &params);
    sound(&params);
    arena_free(a);
    return 0;
}
