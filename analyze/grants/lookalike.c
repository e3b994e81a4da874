#include "analyze/grants/lookalike.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/utf.h"

enum { NAME_LEAST = 4, DOMAIN_LEAST = 6, DOMAINS_MOST = 64 };

struct seen_name {
    struct str look, name, low;
    size_t count;
};

struct lookalikes {
    struct fold *f;
    struct seen_name *names; /* by look, then name */
    size_t count;
    struct str domains[DOMAINS_MOST]; /* internal ones, lower case */
    size_t domain_count;
};

static const struct {
    uint32_t character;
    char look;
} CONFUSABLE[] = {
    {'0', 'o'},    {'1', 'l'},    {'i', 'l'},    {'|', 'l'},    {'5', 's'},    {'3', 'e'},
    {'8', 'b'},    {0x0430, 'a'}, {0x0435, 'e'}, {0x043E, 'o'}, {0x0440, 'p'}, {0x0441, 'c'},
    {0x0445, 'x'}, {0x0443, 'y'}, {0x0456, 'l'}, {0x0455, 's'}, {0x0458, 'j'}, {0x043A, 'k'},
    {0x043C, 'm'}, {0x043D, 'h'}, {0x0442, 't'}, {0x0501, 'd'}, {0x03BF, 'o'}, {0x03B1, 'a'},
    {0x03B9, 'l'}, {0x03BD, 'v'}, {0x0131, 'l'}, {0x0261, 'g'},
};

/* Pairs of letters that look like one. */
static const struct {
    char first, second, look;
} PAIRS[] = {{'r', 'n', 'm'}, {'v', 'v', 'w'}, {'c', 'l', 'd'}};

static void add_look(struct buf *out, uint32_t v) {
    if (v < 0x80) v = (unsigned char)ascii_lower((char)v);
    for (size_t i = 0; i < sizeof CONFUSABLE / sizeof *CONFUSABLE; i++)
        if (v == CONFUSABLE[i].character) v = (unsigned char)CONFUSABLE[i].look;
    if (out->n && v < 0x80)
        for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++)
            if (out->p[out->n - 1] == PAIRS[i].first && (char)v == PAIRS[i].second) {
                out->p[out->n - 1] = PAIRS[i].look;
                return;
            }
    buf_add_utf8(out, v);
}

struct str skeleton_of(struct arena *a, struct str name) {
    struct buf out = {0};
    for (size_t i = 0; i < name.n;) {
        uint32_t v = utf8_next(name, &i);
        /* What has no width is not seen. */
        if (v != UTF_BAD && !utf_is_unsafe(v)) add_look(&out, v);
    }
    struct str look = arena_copy(a, buf_str(&out));
    buf_free(&out);
    return look;
}

bool one_edit_apart(struct str a, struct str b) {
    if (a.n > b.n) {
        struct str longer = a;
        a = b;
        b = longer;
    }
    if (b.n - a.n > 1) return false;
    size_t i = 0;
    while (i < a.n && a.p[i] == b.p[i]) i++;
    if (a.n < b.n) return str_eq(str_from_index(a, i), str_from_index(b, i + 1));
    if (i == a.n) return false;
    if (str_eq(str_from_index(a, i + 1), str_from_index(b, i + 1))) return true;
    return i + 1 < a.n && a.p[i] == b.p[i + 1] && a.p[i + 1] == b.p[i] &&
           str_eq(str_from_index(a, i + 2), str_from_index(b, i + 2));
}

static int by_look(const void *a, const void *b) {
    const struct seen_name *x = a, *y = b;
    int c = str_cmp(x->look, y->look);
    if (!c) c = str_cmp(x->low, y->low);
    return c ? c : str_cmp(x->name, y->name);
}

static void add_name(struct lookalikes *l, size_t *cap, const struct party *p) {
    struct arena *a = l->f->arena;
    struct str leaf = identity_leaf(a, party_name(p));
    if (leaf.n < NAME_LEAST || identity_is_special(p->written)) return;
    ARENA_GROW(a, l->names, *cap, l->count + 1);
    l->names[l->count++] = (struct seen_name){skeleton_of(a, leaf), party_name(p), leaf, 1};
}

/* One row for each leaf, with how often it came. */
static void count_names(struct lookalikes *l) {
    size_t kept = 0;
    if (l->count) qsort(l->names, l->count, sizeof *l->names, by_look);
    for (size_t i = 0; i < l->count; i++) {
        if (kept && str_eq(l->names[kept - 1].low, l->names[i].low) &&
            str_eq(l->names[kept - 1].look, l->names[i].look))
            l->names[kept - 1].count++;
        else
            l->names[kept++] = l->names[i];
    }
    l->count = kept;
}

static void add_domain(struct lookalikes *l, struct str domain) {
    struct str low = arena_lower(l->f->arena, domain);
    if (low.n < DOMAIN_LEAST || l->domain_count == DOMAINS_MOST) return;
    for (size_t i = 0; i < l->domain_count; i++)
        if (str_eq(l->domains[i], low)) return;
    l->domains[l->domain_count++] = low;
}

/* Domains of the baseline, else those of mailboxes: whose mailbox it is is never in doubt. */
static void find_domains(struct lookalikes *l) {
    const struct baseline *b = l->f->options->baseline;
    const struct analysis *out = l->f->out;
    for (size_t i = 0; b && i < b->domains.count; i++) add_domain(l, b->domains.list[i]);
    if (l->domain_count) return;
    for (size_t i = 0; i < out->act_count; i++)
        add_domain(l, identity_domain(party_name(&out->acts[i].mailbox)));
}

struct lookalikes *lookalikes_new(struct fold *f) {
    struct lookalikes *l = ARENA_NEW(f->arena, struct lookalikes);
    size_t cap = 0;
    l->f = f;
    for (size_t i = 0; i < f->out->act_count; i++) {
        const struct act *a = &f->out->acts[i];
        add_name(l, &cap, &a->mailbox);
        add_name(l, &cap, &a->trustee);
        add_name(l, &cap, &a->actor);
    }
    count_names(l);
    find_domains(l);
    return l;
}

static struct str like_domain(const struct lookalikes *l, struct str domain) {
    struct arena *a = l->f->arena;
    struct str low = arena_lower(a, domain), look;
    if (low.n < DOMAIN_LEAST) return STR_NONE;
    for (size_t i = 0; i < l->domain_count; i++)
        if (str_eq(l->domains[i], low)) return STR_NONE;
    look = skeleton_of(a, low);
    for (size_t i = 0; i < l->domain_count; i++)
        if (one_edit_apart(l->domains[i], low) || str_eq(skeleton_of(a, l->domains[i]), look))
            return l->domains[i];
    return STR_NONE;
}

struct str lookalike_of(const struct lookalikes *l, const struct party *p) {
    struct arena *a = l->f->arena;
    struct str like = like_domain(l, identity_domain(party_name(p)));
    struct str leaf = identity_leaf(a, party_name(p)), look = skeleton_of(a, leaf);
    size_t low, own = 0;
    if (like.n || leaf.n < NAME_LEAST || identity_is_special(p->written)) return like;
    low = SEARCH_TEXT(l->names, l->count, struct seen_name, look, look);
    for (size_t i = low; i < l->count && str_eq(l->names[i].look, look); i++)
        if (str_eq(l->names[i].low, leaf)) own = l->names[i].count;
    for (size_t i = low; i < l->count && str_eq(l->names[i].look, look); i++)
        if (!str_eq(l->names[i].low, leaf) && l->names[i].count >= own) return l->names[i].name;
    return STR_NONE;
}
