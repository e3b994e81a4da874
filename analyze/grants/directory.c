/* directory.c - old and new security descriptors to what differs between them.
 *
 * Of one operation (host, OpCorrelationID, object) a domain controller logs the descriptor that was
 * deleted and the one that was added, each with one entry for nobody that says it is there.
 * Entries that both hold are no change. Where one half is not
 * among the evidence, nothing can be said: its entries are taken away, and that is noted. */
#include <stdlib.h>

#include "analyze/grants/fold.h"

static int compare_operations(const struct witness_of *x, const struct witness_of *y) {
    int c = str_cmp(x->f.host, y->f.host);
    if (!c) c = str_cmp(x->f.session, y->f.session);
    return c ? c : str_cmp(x->f.change.mailbox, y->f.change.mailbox);
}

static int compare_entries(const struct witness_of *x, const struct witness_of *y) {
    const struct change *a = &x->f.change, *b = &y->f.change;
    int c = (a->right > b->right) - (a->right < b->right);
    if (!c) c = (a->deny > b->deny) - (a->deny < b->deny);
    if (!c) c = str_cmp(a->trustee, b->trustee);
    return c ? c : str_cmp(a->scope, b->scope);
}

static int compare(const void *a, const void *b) {
    const struct witness_of *x = *(struct witness_of *const *)a,
                            *y = *(struct witness_of *const *)b;
    int c = compare_operations(x, y);
    if (!c) c = compare_entries(x, y);
    return c ? c : (x > y) - (x < y); /* their list is sorted */
}

static bool is_half(const struct witness_of *w) {
    return w->f.kind == FACT_CHANGE && (w->f.change.flags & CHANGE_HALF);
}

static void drop(struct witness_of *w) { w->f.kind = (enum fact_kind)0; }

/* One operation's entries: true if both halves were there. */
static bool settle(struct witness_of **list, size_t count) {
    bool actions[3] = {false};
    for (size_t i = 0; i < count; i++) actions[list[i]->f.change.action] = true;
    bool both = actions[ACTION_GRANT] && actions[ACTION_REVOKE];
    for (size_t i = 0, n; i < count; i += n) {
        bool here[3] = {false};
        for (n = 0; i + n < count && compare_entries(list[i], list[i + n]) == 0; n++)
            here[list[i + n]->f.change.action] = true;
        /* Entries may come twice in one descriptor: the first is the change. */
        for (size_t k = 0; k < n; k++)
            if (!both || k > 0 || (here[ACTION_GRANT] && here[ACTION_REVOKE])) drop(list[i + k]);
    }
    return both;
}

void settle_directory(struct fold *f) {
    struct witness_of **list = ARENA_ARRAY(f->arena, struct witness_of *, f->change_count);
    size_t count = 0, alone = 0;
    for (size_t i = 0; i < f->change_count; i++)
        if (is_half(&f->changes[i])) list[count++] = &f->changes[i];
    if (count) qsort(list, count, sizeof *list, compare);
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && compare_operations(list[i], list[i + n]) == 0;) n++;
        alone += !settle(list + i, n);
    }
    if (alone)
        fold_note(f, arena_printf(f->arena,
                                  "of %zu changed security descriptors (5136) the evidence holds "
                                  "only the old or only the new one: what differed is not known",
                                  alone));
}
