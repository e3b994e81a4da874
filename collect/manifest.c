/* manifest.c - "HEX  NAME" lines, as sha256sum and BagIt (RFC 8493, 2.1.3) write them. */
#include <stdlib.h>

#include "base/digest.h"
#include "collect/bag.h"
#include "collect/collect.h"

static int compare_names(const void *a, const void *b) {
    return str_cmp(((const struct manifest_entry *)a)->name,
                   ((const struct manifest_entry *)b)->name);
}

/* One line: the hash, blanks, perhaps the '*' of binary mode, a name that stays inside the bag. */
static bool parse_line(struct arena *a, struct str line, struct manifest_entry *out) {
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    struct str hash = str_slice(line, 0, DIGEST_HEX), name = str_from_index(line, DIGEST_HEX);
    if (!digest_is_hex(hash) || !name.n || (name.p[0] != ' ' && name.p[0] != '\t')) return false;
    while (name.n && (name.p[0] == ' ' || name.p[0] == '\t')) name = str_from_index(name, 1);
    if (name.n && name.p[0] == '*') name = str_from_index(name, 1);
    if (str_starts(name, STR("./"))) name = str_from_index(name, 2);
    if (!bag_name_is_safe(name)) return false;
    *out = (struct manifest_entry){arena_copy(a, name), arena_lower(a, hash)};
    return true;
}

bool manifest_parse(struct arena *a, struct str text, struct manifest *out, size_t *bad_line) {
    struct manifest m = {0};
    size_t cap = 0, number = 0;
    *out = m;
    *bad_line = 0;
    while (text.n) {
        struct str line;
        str_cut(text, '\n', &line, &text);
        *bad_line = ++number;
        ARENA_GROW(a, m.list, cap, m.count + 1);
        if (!parse_line(a, line, &m.list[m.count])) return false;
        m.count++;
    }
    if (m.count) qsort(m.list, m.count, sizeof *m.list, compare_names);
    for (size_t i = 1; i < m.count; i++)
        if (str_eq(m.list[i - 1].name, m.list[i].name)) return false;
    *bad_line = 0;
    *out = m;
    return true;
}

const struct manifest_entry *manifest_find(const struct manifest *m, struct str name) {
    struct manifest_entry key = {.name = name};
    if (!m->count) return NULL;
    return bsearch(&key, m->list, m->count, sizeof *m->list, compare_names);
}
