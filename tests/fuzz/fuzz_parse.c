/* Any text before the parser: every node lies in the text, and a tree has no loops. */
#include <stdlib.h>

#include "analyze/powershell/tree.h"

/* Nodes for each byte: a tree that has more was not made of this text. */
enum { NODES_OF_BYTE = 16, NODES_LEAST = 64, DEPTH_MOST = 1000 };

static void look(const struct node *n, size_t size, size_t *left, unsigned depth) {
    for (; n; n = n->next) {
        if (depth > DEPTH_MOST || !*left) abort();
        --*left;
        if (n->at > n->end || n->end > size) abort();
        look(n->child, size, left, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena *a = arena_new(0);
    struct tree tree = parse_powershell(a, str_of((const char *)data, size));
    size_t left = NODES_LEAST + NODES_OF_BYTE * size;
    look(tree.root, size, &left, 0);
    if (tree.broken && (tree.broken_at > size || !tree.problem.n)) abort();
    arena_free(a);
    return 0;
}
