/* Any text as a custody chain. Lines get the hash of their own that belongs to them, and most of
 * them the one before, so that what lies behind these two checks is reached as well. */
#include <stdlib.h>

#include "collect/custody_check.h"

/* `line` with "prev" and "hash" as a whole link has them, if it ends like an object. */
static void mend(struct str line, struct custody_chain *c, struct buf *out) {
    char hex[DIGEST_HEX + 1];
    size_t from = out->n;
    if (line.n < 2 || line.p[line.n - 1] != '}') {
        buf_add(out, line);
    } else {
        buf_add(out, str_slice(line, 0, line.n - 1));
        if (line.n % 8)
            buf_printf(out, ",\"seq\":%llu,\"prev\":\"%s\"", (unsigned long long)++c->seq, c->prev);
        digest_of(str_of(out->p + from, out->n - from), hex);
        buf_printf(out, ",\"hash\":\"%s\"}", hex);
    }
    digest_of(str_of(out->p + from, out->n - from), c->prev);
    buf_add_c(out, '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *a = arena_new(0);
    struct str text = str_of((const char *)data, size);
    struct custody_chain start, c;
    struct custody_report r;
    struct buf b = {0};
    buf_reserve(&b, 1);
    custody_begin(&start);
    c = start;
    bool good = custody_check(a, &start, text, STR_NONE, NULL, &r);
    if (good != (r.fault_count == 0) || r.fault_count > CUSTODY_FAULTS) abort();
    while (text.n) {
        struct str line;
        str_cut(text, '\n', &line, &text);
        mend(line, &c, &b);
    }
    custody_check(a, &start, buf_str(&b), STR("00"), NULL, &r);
    for (size_t i = 0; i < r.fault_count; i++)
        if (r.faults[i].line < 1 || r.faults[i].line > r.count || !r.faults[i].reason.n) abort();
    buf_free(&b);
    arena_free(a);
    return 0;
}
