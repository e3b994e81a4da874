/* Any expression as a value, as a name and as a text that is run; twice the same, and bounded. */
#include <stdlib.h>

#include "analyze/powershell/powershell.h"
#include "base/buf.h"

static const char *const AROUND[][2] = {
    {"Add-MailboxPermission m -User (", ")"},
    {"& (", ") m -User u"},
    {"iex (", ")"},
    {"foreach ($x in ", ") { Add-MailboxPermission $x }"},
    {"$v = ", "; Add-MailboxPermission @v -User $v"},
    {"if (", ") { Add-MailboxPermission m }"},
    {"", " | Add-MailboxPermission -User u"},
    {"", " | % { Add-MailboxPermission $_ }"},
};

static size_t calls(struct arena *a, struct str text, struct call **out) {
    struct powershell_text script = {.text = text};
    return powershell_calls(a, &script, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!size) return 0;
    const char *const *around = AROUND[data[0] % (sizeof AROUND / sizeof *AROUND)];
    struct arena *a = arena_new(0);
    struct buf text = {0};
    struct call *first, *second;
    buf_add_z(&text, around[0]);
    buf_add(&text, str_of((const char *)data + 1, size - 1));
    buf_add_z(&text, around[1]);
    size_t count = calls(a, buf_str(&text), &first);
    if (count != calls(a, buf_str(&text), &second)) abort();
    for (size_t i = 0; i < count; i++) {
        if (first[i].end > text.n || first[i].at > first[i].end) abort();
        if (first[i].certainty != second[i].certainty) abort();
        if (first[i].params.count != second[i].params.count) abort();
    }
    buf_free(&text);
    arena_free(a);
    return 0;
}
