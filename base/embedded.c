#include "base/embedded.h"

struct str embedded_get(const char *name) {
    for (size_t i = 0; i < EMBEDDED_COUNT; i++)
        if (strcmp(EMBEDDED[i].name, name) == 0) return EMBEDDED[i].text;
    return STR_NONE;
}
