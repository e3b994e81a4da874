#include "collect/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "collect/bag.h"
#include "collect/verify_work.h"

enum { EXPLAINED = 100 }; /* findings whose cause is looked for */

const char *verify_check_name(enum verify_check c) {
    static const char *const names[] = {"archive", "hashes",     "nothing unlisted", "tag files",
                                        "bag",     "inventory",  "signature",        "time stamp",
                                        "custody", "sealed case"};
    return names[c];
}

int verify_checks(const struct verification *v) { return v->package ? CHECK_COUNT : CHECK_SEALED; }

const char *verify_verdict_name(enum verify_verdict v) {
    static const char *const names[] = {"good", "absent", "not checked", "bad"};
    return names[v];
}

void verify_bad(struct verify_work *c, enum verify_check check, struct str place,
                const char *reason) {
    struct verification *v = c->out;
    ARENA_GROW(c->arena, v->list, v->cap, v->count + 1);
    v->list[v->count++] = (struct verify_finding){check, place, str_from(reason)};
    v->verdict[check] = VERDICT_BAD;
}

struct str verify_tag(const struct verify_work *c, struct str name) {
    const struct bag_entry *e = bag_find(&c->bag, name);
    return e ? e->text : STR_NONE;
}

/* ---- the archive as a file ---- */

/* CASE.zip.sha256 beside it, exactly as collect left it. */
static void check_sum(struct verify_work *c, struct str path) {
    struct error why = {0};
    struct str said, name = str_from(c->path);
    size_t slash = str_rchr(name, '/');
    if (slash != STR_ABSENT) name = str_from_index(name, slash + 1);
    struct str line = arena_printf(c->arena, "%s  %.*s\n", c->sha256, STR_ARG(name));
    if (file_read(c->arena, path.p, 64 * 1024, &said, &why) != 0)
        verify_bad(c, CHECK_ARCHIVE, path, "cannot be read");
    else if (!str_eq(str_slice(said, 0, DIGEST_HEX), str_from(c->sha256)))
        verify_bad(c, CHECK_ARCHIVE, str_from(c->path),
                   "its SHA-256 is not the one in the .sha256 beside it");
    else if (!str_eq(said, line))
        verify_bad(c, CHECK_ARCHIVE, path, "is not \"HASH  NAME\" of this archive: it was altered");
}

static void check_archive(struct verify_work *c) {
    struct stat st;
    struct str path = arena_printf(c->arena, "%s.sha256", c->path);
    for (size_t i = 0; i < c->bag.fault_count; i++) {
        const struct bag_fault *f = &c->bag.faults[i];
        verify_bad(c, CHECK_ARCHIVE, f->place, arena_cstr(c->arena, f->reason));
    }
    if (!c->sha256[0]) return;
    if (stat(path.p, &st) == 0)
        check_sum(c, path);
    else
        c->out->note[CHECK_ARCHIVE] = STR("no .sha256 beside it");
}

/* ---- manifests ---- */

static bool parse_manifest(struct verify_work *c, struct str name, enum verify_check check,
                           struct manifest *out) {
    size_t line;
    if (!bag_find(&c->bag, name)) {
        verify_bad(c, check, name, "is missing: not a sealed case, or cut");
        return false;
    }
    if (manifest_parse(c->arena, verify_tag(c, name), out, &line)) return true;
    verify_bad(c, check, name,
               arena_printf(c->arena,
                            line ? "line %zu is not a hash and a name, or a name is there twice"
                                 : "a name is there twice",
                            line)
                   .p);
    return false;
}

/* The listed file that has these bytes, for saying that one was renamed or swapped; looked for only
 * while there is little to say. */
static const struct manifest_entry *listed_bytes(const struct verify_work *c,
                                                 const struct manifest *m, const char *sha256) {
    if (c->out->count >= EXPLAINED) return NULL;
    for (size_t i = 0; i < m->count; i++)
        if (str_eq(m->list[i].sha256, str_from(sha256))) return &m->list[i];
    return NULL;
}

/* A file whose hash is not the one listed: is it the file, or the list? The inventory knows, too.
 */
static void explain_hash(struct verify_work *c, const struct manifest *m, const struct bag_entry *e,
                         enum verify_check check) {
    const struct manifest_entry *other = listed_bytes(c, m, e->sha256);
    struct str inventory = verify_tag(c, STR("inventory.csv"));
    if (other)
        verify_bad(c, check, e->name,
                   arena_printf(c->arena, "has the bytes of %.*s: they were swapped or copied",
                                STR_ARG(other->name))
                       .p);
    else if (check == CHECK_HASHES && c->out->count < EXPLAINED &&
             str_find(inventory, str_from(e->sha256)) != STR_ABSENT)
        verify_bad(c, check, arena_printf(c->arena, "manifest-sha256.txt (%.*s)", STR_ARG(e->name)),
                   "its SHA-256 differs from that of the file, and inventory.csv agrees with the "
                   "file: the manifest was altered");
    else
        verify_bad(c, check, e->name, "its SHA-256 differs from the manifest: it was altered");
}

static void check_listed(struct verify_work *c, const struct manifest *m, bool payload,
                         enum verify_check check) {
    for (size_t i = 0; i < m->count; i++) {
        const struct manifest_entry *listed = &m->list[i];
        const struct bag_entry *e = bag_find(&c->bag, listed->name);
        if (bag_is_payload(listed->name) != payload)
            verify_bad(c, check, listed->name, "is listed in the wrong manifest");
        else if (!e)
            verify_bad(c, check, listed->name, "is listed but missing: it was removed or renamed");
        else if (!str_eq(listed->sha256, str_from(e->sha256)))
            explain_hash(c, m, e, check);
    }
    c->out->note[check] = arena_printf(c->arena, "%zu files", m->count);
}

static bool is_uncovered_tag(struct str name) {
    return str_eq(name, STR("tagmanifest-sha256.txt")) ||
           str_eq(name, STR("tagmanifest-sha256.txt.p7s"));
}

static void explain_unlisted(struct verify_work *c, const struct bag_entry *e,
                             const struct manifest *m, const char *manifest) {
    const struct manifest_entry *other = listed_bytes(c, m, e->sha256);
    verify_bad(c, CHECK_UNLISTED, e->name,
               other ? arena_printf(c->arena,
                                    "is not in %s, and has the bytes of %.*s: renamed "
                                    "or copied",
                                    manifest, STR_ARG(other->name))
                           .p
                     : arena_printf(c->arena, "is not in %s: it was added", manifest).p);
}

static void check_unlisted(struct verify_work *c) {
    for (size_t i = 0; i < c->bag.count; i++) {
        const struct bag_entry *e = &c->bag.list[i];
        bool payload = bag_is_payload(e->name);
        if (payload && !manifest_find(&c->manifest, e->name))
            explain_unlisted(c, e, &c->manifest, "manifest-sha256.txt");
        else if (!payload && !is_uncovered_tag(e->name) && !manifest_find(&c->tags, e->name))
            explain_unlisted(c, e, &c->tags, "tagmanifest-sha256.txt");
    }
}

/* The tag manifest, which nothing but a signature covers, is at least spelled as we spell it. */
static void check_spelling(struct verify_work *c) {
    struct str text = verify_tag(c, STR("tagmanifest-sha256.txt"));
    for (size_t number = 1; text.n; number++) {
        struct str line, hash;
        bool ended = str_cut(text, '\n', &line, &text);
        hash = str_slice(line, 0, DIGEST_HEX);
        bool lower = str_eq(hash, arena_lower(c->arena, hash));
        struct str name = str_from_index(line, DIGEST_HEX + 2);
        if (ended && lower && str_eq(str_slice(line, DIGEST_HEX, DIGEST_HEX + 2), STR("  ")) &&
            manifest_find(&c->tags, name))
            continue;
        verify_bad(c, CHECK_TAGS,
                   arena_printf(c->arena, "tagmanifest-sha256.txt, line %zu", number),
                   "is not spelled as a sealed case spells it: it was altered");
    }
}

static void check_manifests(struct verify_work *c) {
    static const char *const needed[] = {"bagit.txt",     "bag-info.txt",  "manifest-sha256.txt",
                                         "inventory.csv", "custody.jsonl", "VERIFY.txt"};
    if (parse_manifest(c, STR("manifest-sha256.txt"), CHECK_HASHES, &c->manifest))
        check_listed(c, &c->manifest, true, CHECK_HASHES);
    if (!parse_manifest(c, STR("tagmanifest-sha256.txt"), CHECK_TAGS, &c->tags)) return;
    check_listed(c, &c->tags, false, CHECK_TAGS);
    check_spelling(c);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!manifest_find(&c->tags, str_from(needed[i])))
            verify_bad(c, CHECK_TAGS, str_from(needed[i]),
                       "is not covered by tagmanifest-sha256.txt");
}

/* ---- the bag ---- */

bool verify_info(struct str *info, struct str label, struct str *value) {
    while (info->n) {
        struct str line, key;
        str_cut(*info, '\n', &line, info);
        if (!str_cut(line, ':', &key, value) || !str_ieq(str_trim(key), label)) continue;
        *value = str_trim(*value);
        return true;
    }
    return false;
}

/* The first value of the label. */
static struct str info_value(struct str info, struct str label) {
    struct str value;
    return verify_info(&info, label, &value) ? value : STR_NONE;
}

static void check_bag(struct verify_work *c) {
    struct str declared = verify_tag(c, STR("bagit.txt"));
    struct str oxum = info_value(verify_tag(c, STR("bag-info.txt")), STR("Payload-Oxum"));
    uint64_t bytes = 0, count = 0;
    if (!str_starts(info_value(declared, STR("BagIt-Version")), STR("1.")) ||
        !str_ieq(info_value(declared, STR("Tag-File-Character-Encoding")), STR("UTF-8")))
        verify_bad(c, CHECK_BAG, STR("bagit.txt"), "does not declare a BagIt 1.0 bag in UTF-8");
    for (size_t i = 0; i < c->bag.count; i++) {
        if (!bag_is_payload(c->bag.list[i].name)) continue;
        bytes += c->bag.list[i].size;
        count++;
    }
    struct str want =
        arena_printf(c->arena, "%llu.%llu", (unsigned long long)bytes, (unsigned long long)count);
    c->out->note[CHECK_BAG] = arena_printf(c->arena, "Payload-Oxum %s", want.p);
    if (!str_eq(oxum, want))
        verify_bad(c, CHECK_BAG, STR("bag-info.txt"),
                   arena_printf(c->arena, "Payload-Oxum says %.*s, the payload is %s",
                                STR_ARG(oxum), want.p)
                       .p);
}

/* ---- inventory ---- */

static void check_row(struct verify_work *c, const struct str *cells, size_t line,
                      size_t *payload) {
    struct str name = cells[inventory_column("item")];
    if (!bag_is_payload(name)) return;
    const struct bag_entry *e = bag_find(&c->bag, name);
    uint64_t size;
    (*payload)++;
    struct str place = arena_printf(c->arena, "inventory.csv, row %zu (%.*s)", line, STR_ARG(name));
    if (!e)
        verify_bad(c, CHECK_INVENTORY, place, "names a file that is not there");
    else if (!str_u64(cells[inventory_column("size")], &size) || size != e->size)
        verify_bad(c, CHECK_INVENTORY, place, "has another size than the file");
    else if (!str_ieq(cells[inventory_column("sha256")], str_from(e->sha256)))
        verify_bad(c, CHECK_INVENTORY, place, "has another SHA-256 than the file");
}

static void check_inventory(struct verify_work *c) {
    struct str text = verify_tag(c, STR("inventory.csv"));
    struct str cells[INVENTORY_COLUMNS];
    size_t line = 0, payload = 0, files = 0;
    for (;;) {
        int n = inventory_cells(c->arena, &text, cells, INVENTORY_COLUMNS);
        if (n == 0) break;
        line++;
        bool fits = n == INVENTORY_COLUMNS;
        for (int i = 0; fits && line == 1 && i < n; i++)
            fits = str_eq(cells[i], str_from(INVENTORY_NAMES[i]));
        if (!fits) {
            verify_bad(c, CHECK_INVENTORY, arena_printf(c->arena, "inventory.csv, row %zu", line),
                       "is not a row of an inventory");
            return;
        }
        if (line > 1) check_row(c, cells, line, &payload);
    }
    for (size_t i = 0; i < c->bag.count; i++) files += bag_is_payload(c->bag.list[i].name);
    if (payload != files)
        verify_bad(
            c, CHECK_INVENTORY, STR("inventory.csv"),
            arena_printf(c->arena, "has rows for %zu files, the payload has %zu", payload, files)
                .p);
    c->out->note[CHECK_INVENTORY] = arena_printf(c->arena, "%zu rows", line ? line - 1 : 0);
}

/* ---- the whole ---- */

static int read_authorities(struct verify_work *c, const char *path, struct error *e) {
    if (!path) return 0;
    c->authorities = certificate_authorities(path, e);
    return c->authorities ? 0 : -1;
}

int verify_case(struct arena *a, const char *path, const char *authorities,
                struct verification *out, struct error *e) {
    struct verify_work c = {.arena = a, .path = path, .out = out};
    *out = (struct verification){0};
    int bad = read_authorities(&c, authorities, e) != 0 ||
              bag_read(a, path, BAG_READ_ALL, &c.bag, e) != 0 ||
              bag_archive_sha256(path, c.sha256, e) != 0;
    if (!bad) {
        check_archive(&c);
        check_manifests(&c);
        check_unlisted(&c);
        check_bag(&c);
        check_inventory(&c);
        verify_proofs(&c);
        verify_sealed_case(&c);
    }
    X509_STORE_free(c.authorities);
    return bad ? -1 : 0;
}

int verify_run(struct arena *a, const char *path, struct verification *out, struct error *e) {
    return verify_case(a, path, NULL, out, e);
}

int verify_status(const struct verification *v) {
    int status = STATUS_DONE;
    for (size_t i = 0; i < (size_t)verify_checks(v); i++) {
        if (v->verdict[i] == VERDICT_BAD) return STATUS_FAILED;
        if (v->verdict[i] == VERDICT_UNCHECKED) status = STATUS_PARTIAL;
    }
    return status;
}
