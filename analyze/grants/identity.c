#include "analyze/grants/identity.h"

#include "base/buf.h"

#include <stdlib.h>

enum { BUCKETS_FIRST = 1024, MEANINGS_MOST = 64 };
#define NOBODY SIZE_MAX

enum strength { WEAK, STRONG };

/* Best to show first. */
enum shape {
    SHAPE_ADDRESS,
    SHAPE_CANONICAL,
    SHAPE_DN,
    SHAPE_LEGACY,
    SHAPE_GUID,
    SHAPE_SID,
    SHAPE_PUID,
    SHAPE_PLAIN
};

struct name {
    struct str text; /* as first seen */
    struct str low;
    enum shape shape;
    size_t parent; /* union-find, within its strength */
    size_t chain;  /* hash table */
};

struct join {
    size_t weak, strong;
};

/* What a weak group turned out to mean: class of the strong names, or several. */
struct meaning {
    size_t *strongs;
    size_t count, cap;
};

struct identity {
    struct arena *a;
    struct name *names;
    size_t count, cap;
    size_t *buckets;
    size_t bucket_count;
    struct join *joins; /* weak with strong */
    size_t join_count, join_cap;
    struct meaning *meanings; /* per name, for weak roots */
    struct str *shown;        /* per name: the best name of its class, for roots */
};

static bool is_hex(struct str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = ascii_lower(s.p[i]);
        if (!ascii_digit(c) && (c < 'a' || c > 'f')) return false;
    }
    return s.n > 0;
}

static bool is_guid(struct str s) {
    if (s.n == 38 && s.p[0] == '{' && s.p[37] == '}') s = str_slice(s, 1, 37);
    if (s.n != 36) return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.p[i] != '-' : !is_hex(str_slice(s, i, i + 1))) return false;
    }
    return true;
}

/* Passport unique id of an account: 16 hex digits that begin with 1003; some records put the
 * tenant's domain behind it as if it were an address. */
static bool is_puid(struct str s) { return s.n == 16 && is_hex(s) && str_starts(s, STR("1003")); }

static enum shape shape_of(struct str s) {
    size_t at = str_chr(s, '@');
    if (is_guid(s)) return SHAPE_GUID;
    if (str_istarts(s, STR("S-1-"))) return SHAPE_SID;
    if (str_istarts(s, STR("CN=")) && str_chr(s, ',') != STR_ABSENT) return SHAPE_DN;
    if (str_istarts(s, STR("/o="))) return SHAPE_LEGACY;
    /* domain/container/.../name: a domain in front, a slash behind it */
    size_t slash = str_chr(s, '/');
    if (slash != STR_ABSENT && slash > 0 && str_chr(str_slice(s, 0, slash), '.') != STR_ABSENT)
        return SHAPE_CANONICAL;
    if (at != STR_ABSENT && at > 0 && str_chr(str_from_index(s, at), '.') != STR_ABSENT)
        return is_puid(str_slice(s, 0, at)) ? SHAPE_PUID : SHAPE_ADDRESS;
    return is_puid(s) ? SHAPE_PUID : SHAPE_PLAIN;
}

/* A PUID is said by every record of its account, whatever name the account had that day: it does
 * not make two addresses one. */
static enum strength strength_of(enum shape s) {
    return s == SHAPE_PLAIN || s == SHAPE_PUID ? WEAK : STRONG;
}

bool identity_is_special(struct str name) {
    static const char *const special[] = {"",
                                          "Default",
                                          "Anonymous",
                                          "Everyone",
                                          "NT AUTHORITY\\SELF",
                                          "SELF",
                                          "NT AUTHORITY\\SYSTEM",
                                          "SYSTEM",
                                          "S-1-1-0",
                                          "S-1-5-7",
                                          "S-1-5-10",
                                          "S-1-5-18",
                                          "Unknown",
                                          "Not Available"};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (str_ieq(name, str_from(special[i]))) return true;
    return str_istarts(name, STR("NT AUTHORITY\\"));
}

static struct str clean(struct str name) {
    name = str_trim(name);
    if (str_istarts(name, STR("smtp:"))) name = str_from_index(name, 5);
    return name;
}

static size_t hash_of(struct str low) {
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
    for (size_t i = 0; i < low.n; i++) h = (h ^ (unsigned char)low.p[i]) * UINT64_C(1099511628211);
    return (size_t)h;
}

struct identity *identity_new(struct arena *a) {
    struct identity *id = ARENA_NEW(a, struct identity);
    id->a = a;
    return id;
}

static void rehash(struct identity *id) {
    size_t size = id->bucket_count ? id->bucket_count * 4 : BUCKETS_FIRST;
    id->bucket_count = size;
    id->buckets = ARENA_ARRAY(id->a, size_t, size);
    for (size_t i = 0; i < size; i++) id->buckets[i] = NOBODY;
    for (size_t i = 0; i < id->count; i++) {
        size_t b = hash_of(id->names[i].low) & (size - 1); /* a power of two */
        id->names[i].chain = id->buckets[b];
        id->buckets[b] = i;
    }
}

static size_t lookup(const struct identity *id, struct str low) {
    if (!id->bucket_count) return NOBODY;
    size_t i = id->buckets[hash_of(low) & (id->bucket_count - 1)];
    while (i != NOBODY && !str_eq(id->names[i].low, low)) i = id->names[i].chain;
    return i;
}

static size_t root_of(struct identity *id, size_t i) {
    while (id->names[i].parent != i) {
        id->names[i].parent = id->names[id->names[i].parent].parent;
        i = id->names[i].parent;
    }
    return i;
}

/* The smaller name becomes the root, so that the order of joins does not matter. */
static void unite(struct identity *id, size_t x, size_t y) {
    x = root_of(id, x);
    y = root_of(id, y);
    if (x == y) return;
    if (str_cmp(id->names[x].low, id->names[y].low) < 0)
        id->names[y].parent = x;
    else
        id->names[x].parent = y;
}

static void join_nodes(struct identity *id, size_t x, size_t y) {
    enum strength sx = strength_of(id->names[x].shape), sy = strength_of(id->names[y].shape);
    if (sx == sy) {
        unite(id, x, y);
        return;
    }
    ARENA_GROW(id->a, id->joins, id->join_cap, id->join_count + 1);
    id->joins[id->join_count++] = sx == WEAK ? (struct join){x, y} : (struct join){y, x};
}

/* The name that a canonical name or DN holds, as it is spelled there. */
static struct str inner_name(struct str name, enum shape shape) {
    if (shape == SHAPE_CANONICAL) return str_from_index(name, str_rchr(name, '/') + 1);
    if (shape == SHAPE_DN) return str_slice(name, 3, str_chr(name, ','));
    return STR_NONE;
}

static void append_part(struct buf *b, struct str part, char before) {
    if (b->n) buf_add_c(b, before);
    buf_add(b, part);
}

/* "CN=x,OU=o,DC=a,DC=b" is "a.b/o/x" written the other way round; empty where a part is escaped. */
static struct str canonical_of_dn(struct identity *id, struct str dn) {
    struct buf domain = {0}, path = {0};
    struct str rest = dn, parts[32], canonical = STR_NONE;
    size_t n = 0;
    if (str_chr(dn, '\\') != STR_ABSENT) return STR_NONE;
    while (rest.n && n < 32) str_cut(rest, ',', &parts[n++], &rest);
    for (size_t i = 0; i < n; i++)
        if (str_istarts(parts[i], STR("DC=")))
            append_part(&domain, str_from_index(parts[i], 3), '.');
    buf_add(&path, buf_str(&domain));
    for (size_t i = n; i > 0; i--)
        if (str_istarts(parts[i - 1], STR("CN=")) || str_istarts(parts[i - 1], STR("OU=")))
            append_part(&path, str_from_index(parts[i - 1], 3), '/');
    if (domain.n && !rest.n) canonical = arena_copy(id->a, buf_str(&path));
    buf_free(&domain);
    buf_free(&path);
    return canonical;
}

static size_t node(struct identity *id, struct str name) {
    struct str low = arena_lower(id->a, name);
    size_t i = lookup(id, low);
    if (i != NOBODY) return i;
    ARENA_GROW(id->a, id->names, id->cap, id->count + 1);
    i = id->count++;
    id->names[i] = (struct name){.text = name, .low = low, .shape = shape_of(name), .parent = i};
    if (id->count > id->bucket_count / 2) {
        rehash(id);
    } else {
        size_t b = hash_of(low) & (id->bucket_count - 1);
        id->names[i].chain = id->buckets[b];
        id->buckets[b] = i;
    }
    struct str inner = inner_name(name, id->names[i].shape);
    if (inner.n && !identity_is_special(inner)) join_nodes(id, i, node(id, inner));
    struct str canonical = id->names[i].shape == SHAPE_DN ? canonical_of_dn(id, name) : STR_NONE;
    if (canonical.n) join_nodes(id, i, node(id, canonical));
    return i;
}

void identity_add(struct identity *id, struct str name) {
    name = clean(name);
    if (!identity_is_special(name)) node(id, name);
}

void identity_join(struct identity *id, struct str one, struct str other) {
    one = clean(one);
    other = clean(other);
    if (identity_is_special(one) || identity_is_special(other)) return;
    size_t x = node(id, one), y = node(id, other);
    if (x != y) join_nodes(id, x, y);
}

static void meaning_add(struct identity *id, struct meaning *m, size_t strong) {
    for (size_t i = 0; i < m->count; i++)
        if (m->strongs[i] == strong) return;
    if (m->count == MEANINGS_MOST) return; /* two are enough to be ambiguous */
    ARENA_GROW(id->a, m->strongs, m->cap, m->count + 1);
    m->strongs[m->count++] = strong;
}

/* The name of a class that people know best: an address before a canonical name before a GUID; of
 * two of a kind the first in byte order. */
static bool shows_better(const struct name *x, const struct name *y) {
    if (x->shape != y->shape) return x->shape < y->shape;
    int c = str_cmp(x->low, y->low);
    return c ? c < 0 : str_cmp(x->text, y->text) < 0;
}

void identity_close(struct identity *id) {
    size_t *best = ARENA_ARRAY(id->a, size_t, id->count);
    id->meanings = ARENA_ARRAY(id->a, struct meaning, id->count);
    id->shown = ARENA_ARRAY(id->a, struct str, id->count);
    for (size_t i = 0; i < id->join_count; i++)
        meaning_add(id, &id->meanings[root_of(id, id->joins[i].weak)],
                    root_of(id, id->joins[i].strong));
    for (size_t i = 0; i < id->count; i++) best[i] = NOBODY;
    for (size_t i = 0; i < id->count; i++) {
        size_t r = root_of(id, i);
        if (best[r] == NOBODY || shows_better(&id->names[i], &id->names[best[r]])) best[r] = i;
    }
    for (size_t i = 0; i < id->count; i++)
        if (best[i] != NOBODY) id->shown[i] = id->names[best[i]].text;
}

/* The strong class that a name means, NOBODY where it means none or several. */
static size_t class_of(struct identity *id, size_t i) {
    size_t r = root_of(id, i);
    if (strength_of(id->names[i].shape) == STRONG) return r;
    return id->meanings[r].count == 1 ? root_of(id, id->meanings[r].strongs[0]) : NOBODY;
}

static int compare_str(const void *a, const void *b) {
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

struct party identity_party(struct identity *id, struct str written) {
    struct party p = {.written = written};
    struct str name = clean(written);
    if (identity_is_special(name)) {
        p.identity = name;
        return p;
    }
    size_t i = lookup(id, arena_lower(id->a, name));
    if (i == NOBODY) return p;
    size_t c = class_of(id, i);
    if (c != NOBODY) {
        p.identity = id->shown[c];
        return p;
    }
    const struct meaning *m = &id->meanings[root_of(id, i)];
    p.candidates = ARENA_ARRAY(id->a, struct str, m->count);
    for (size_t k = 0; k < m->count; k++)
        p.candidates[p.candidate_count++] = id->shown[m->strongs[k]];
    if (m->count) qsort(p.candidates, m->count, sizeof *p.candidates, compare_str);
    return p;
}

struct party identity_party_also(struct identity *id, struct str written, struct str also) {
    struct party p = identity_party(id, written);
    if (p.identity.n || !also.n) return p;
    struct party second = identity_party(id, also);
    if (!second.identity.n) return p;
    second.written = written;
    return second;
}

struct str party_name(const struct party *p) {
    return p->identity.n ? p->identity : p->written;
}

struct str identity_key(struct identity *id, struct str written) {
    struct str name = clean(written);
    struct str low = arena_lower(id->a, name);
    size_t i = identity_is_special(name) ? NOBODY : lookup(id, low);
    if (i == NOBODY) return low;
    size_t c = class_of(id, i);
    return id->names[c != NOBODY ? c : root_of(id, i)].low;
}

struct str identity_leaf(struct arena *a, struct str written) {
    struct str s = clean(written);
    enum shape shape = shape_of(s);
    struct str inner = inner_name(s, shape);
    if (inner.n) s = inner;
    if (shape == SHAPE_ADDRESS) s = str_slice(s, 0, str_chr(s, '@'));
    if (shape == SHAPE_PLAIN && str_rchr(s, '\\') != STR_ABSENT)
        s = str_from_index(s, str_rchr(s, '\\') + 1);
    return arena_lower(a, s);
}

struct str identity_domain(struct str name) {
    name = clean(name);
    if (shape_of(name) != SHAPE_ADDRESS) return STR_NONE;
    return str_from_index(name, str_rchr(name, '@') + 1);
}
