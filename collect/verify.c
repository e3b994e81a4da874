#include "collect/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "collect/bag.h"
#include "collect/bag_read.h"
#include "collect/custody.h"

struct checking {
    struct arena *arena;
    const char *path;
    struct bag bag;
    struct manifest manifest, tags;
    struct verification *out;
};

const char *verify_check_name(enum verify_check c) {
    static const char *const names[] = {"archive", "hashes",    "nothing unlisted", "tag files",
                                        "bag",     "inventory", "signature",        "custody"};
    return names[c];
}

const char *verify_verdict_name(enum verify_verdict v) {
    static const char *const names[] = {"good", "absent", "not checked", "bad"};
    return names[v];
}

static void bad(struct checking *c, enum verify_check check, struct str place, const char *reason) {
    struct verification *v = c->out;
    ARENA_GROW(c->arena, v->list, v->cap, v->count + 1);
    v->list[v->count++] = (struct verify_finding){check, place, str_from(reason)};
    v->verdict[check] = VERDICT_BAD;
}

static struct str tag_text(const struct checking *c, struct str name) {
    const struct bag_entry *e = bag_find(&c->bag, name);
    return e ? e->text : STR_NONE;
}

/* ---- the archive as a file ---- */

static bool hash_file(const char *path, char hex[DIGEST_HEX + 1]) {
    enum { PIECE = 256 * 1024 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    char *piece = memory_alloc(PIECE);
    struct digest *sum = digest_new();
    ssize_t n;
    while ((n = file_read_full(fd, piece, PIECE)) > 0) digest_add(sum, str_of(piece, (size_t)n));
    digest_hex(sum, hex);
    free(piece);
    close(fd);
    return n == 0;
}

static void check_archive(struct checking *c) {
    struct error why = {0};
    struct stat st;
    char hex[DIGEST_HEX + 1];
    struct str said, path = arena_printf(c->arena, "%s.sha256", c->path);
    for (size_t i = 0; i < c->bag.fault_count; i++) {
        const struct bag_fault *f = &c->bag.faults[i];
        bad(c, CHECK_ARCHIVE, f->place, arena_cstr(c->arena, f->reason));
    }
    if (stat(c->path, &st) == 0 && S_ISDIR(st.st_mode)) return;
    if (stat(path.p, &st) != 0) {
        c->out->note[CHECK_ARCHIVE] = STR("no .sha256 beside it");
        return;
    }
    if (file_read(c->arena, path.p, 4096, &said, &why) != 0 || !hash_file(c->path, hex)) {
        bad(c, CHECK_ARCHIVE, path, "cannot be read");
    } else if (!str_ieq(str_slice(said, 0, DIGEST_HEX), str_from(hex))) {
        bad(c, CHECK_ARCHIVE, str_from(c->path),
            "its SHA-256 is not the one in the .sha256 beside it");
    }
}

/* ---- manifests ---- */

static bool parse_manifest(struct checking *c, struct str name, enum verify_check check,
                           struct manifest *out) {
    size_t line;
    if (!bag_find(&c->bag, name)) {
        bad(c, check, name, "is missing: not a sealed case, or cut");
        return false;
    }
    if (manifest_parse(c->arena, tag_text(c, name), out, &line)) return true;
    bad(c, check, name,
        arena_printf(c->arena,
                     line ? "line %zu is not a hash and a name, or a name is there twice"
                          : "a name is there twice",
                     line)
            .p);
    return false;
}

static void check_listed(struct checking *c, const struct manifest *m, bool payload,
                         enum verify_check check) {
    for (size_t i = 0; i < m->count; i++) {
        const struct manifest_entry *listed = &m->list[i];
        const struct bag_entry *e = bag_find(&c->bag, listed->name);
        if (bag_is_payload(listed->name) != payload)
            bad(c, check, listed->name, "is listed in the wrong manifest");
        else if (!e)
            bad(c, check, listed->name, "is listed but missing");
        else if (!str_eq(listed->sha256, str_from(e->sha256)))
            bad(c, check, listed->name, "its SHA-256 differs from the manifest: it was altered");
    }
    c->out->note[check] = arena_printf(c->arena, "%zu files", m->count);
}

static bool is_uncovered_tag(struct str name) {
    return str_eq(name, STR("tagmanifest-sha256.txt")) ||
           str_eq(name, STR("tagmanifest-sha256.txt.p7s"));
}

static void check_unlisted(struct checking *c) {
    for (size_t i = 0; i < c->bag.count; i++) {
        struct str name = c->bag.list[i].name;
        bool payload = bag_is_payload(name);
        if (payload && !manifest_find(&c->manifest, name))
            bad(c, CHECK_UNLISTED, name, "is not in manifest-sha256.txt: it was added");
        else if (!payload && !is_uncovered_tag(name) && !manifest_find(&c->tags, name))
            bad(c, CHECK_UNLISTED, name, "is not in tagmanifest-sha256.txt: it was added");
    }
}

static void check_manifests(struct checking *c) {
    static const char *const needed[] = {"bagit.txt",     "bag-info.txt",  "manifest-sha256.txt",
                                         "inventory.csv", "custody.jsonl", "VERIFY.txt"};
    if (parse_manifest(c, STR("manifest-sha256.txt"), CHECK_HASHES, &c->manifest))
        check_listed(c, &c->manifest, true, CHECK_HASHES);
    if (!parse_manifest(c, STR("tagmanifest-sha256.txt"), CHECK_TAGS, &c->tags)) return;
    check_listed(c, &c->tags, false, CHECK_TAGS);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!manifest_find(&c->tags, str_from(needed[i])))
            bad(c, CHECK_TAGS, str_from(needed[i]), "is not covered by tagmanifest-sha256.txt");
}

/* ---- the bag ---- */

static struct str info_value(struct str info, struct str label) {
    while (info.n) {
        struct str line, key, value;
        str_cut(info, '\n', &line, &info);
        if (str_cut(line, ':', &key, &value) && str_ieq(str_trim(key), label))
            return str_trim(value);
    }
    return STR_NONE;
}

static void check_bag(struct checking *c) {
    struct str declared = tag_text(c, STR("bagit.txt"));
    struct str oxum = info_value(tag_text(c, STR("bag-info.txt")), STR("Payload-Oxum"));
    uint64_t bytes = 0, count = 0;
    if (!str_starts(info_value(declared, STR("BagIt-Version")), STR("1.")) ||
        !str_ieq(info_value(declared, STR("Tag-File-Character-Encoding")), STR("UTF-8")))
        bad(c, CHECK_BAG, STR("bagit.txt"), "does not declare a BagIt 1.0 bag in UTF-8");
    for (size_t i = 0; i < c->bag.count; i++) {
        if (!bag_is_payload(c->bag.list[i].name)) continue;
        bytes += c->bag.list[i].size;
        count++;
    }
    struct str want =
        arena_printf(c->arena, "%llu.%llu", (unsigned long long)bytes, (unsigned long long)count);
    c->out->note[CHECK_BAG] = arena_printf(c->arena, "Payload-Oxum %s", want.p);
    if (!str_eq(oxum, want))
        bad(c, CHECK_BAG, STR("bag-info.txt"),
            arena_printf(c->arena, "Payload-Oxum says %.*s, the payload is %s", STR_ARG(oxum),
                         want.p)
                .p);
}

/* ---- inventory ---- */

static void check_row(struct checking *c, const struct str *cells, size_t line, size_t *payload) {
    struct str name = cells[inventory_column("item")];
    if (!bag_is_payload(name)) return;
    const struct bag_entry *e = bag_find(&c->bag, name);
    uint64_t size;
    (*payload)++;
    struct str place = arena_printf(c->arena, "inventory.csv, row %zu (%.*s)", line, STR_ARG(name));
    if (!e)
        bad(c, CHECK_INVENTORY, place, "names a file that is not there");
    else if (!str_u64(cells[inventory_column("size")], &size) || size != e->size)
        bad(c, CHECK_INVENTORY, place, "has another size than the file");
    else if (!str_ieq(cells[inventory_column("sha256")], str_from(e->sha256)))
        bad(c, CHECK_INVENTORY, place, "has another SHA-256 than the file");
}

static void check_inventory(struct checking *c) {
    struct str text = tag_text(c, STR("inventory.csv"));
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
            bad(c, CHECK_INVENTORY, arena_printf(c->arena, "inventory.csv, row %zu", line),
                "is not a row of an inventory");
            return;
        }
        if (line > 1) check_row(c, cells, line, &payload);
    }
    for (size_t i = 0; i < c->bag.count; i++) files += bag_is_payload(c->bag.list[i].name);
    if (payload != files)
        bad(c, CHECK_INVENTORY, STR("inventory.csv"),
            arena_printf(c->arena, "has rows for %zu files, the payload has %zu", payload, files)
                .p);
    c->out->note[CHECK_INVENTORY] = arena_printf(c->arena, "%zu rows", line ? line - 1 : 0);
}

/* ---- custody and signature ---- */

static void check_custody(struct checking *c) {
    struct custody_chain chain;
    struct error why = {0};
    struct str outside = STR_NONE;
    struct stat st;
    size_t line;
    const char *reason;
    char *path = custody_path(c->path);
    struct str place = arena_copy(c->arena, str_from(path));
    free(path);
    custody_begin(&chain);
    struct str inside = tag_text(c, STR("custody.jsonl"));
    if (!inside.n) {
        bad(c, CHECK_CUSTODY, STR("custody.jsonl"), "is missing or empty");
    } else if (!custody_follow(&chain, inside, &line, &reason)) {
        bad(c, CHECK_CUSTODY, arena_printf(c->arena, "custody.jsonl, line %zu", line), reason);
    } else if (stat(place.p, &st) == 0) {
        if (file_read(c->arena, place.p, BAG_TAG_MOST, &outside, &why) != 0)
            bad(c, CHECK_CUSTODY, place, arena_cstr(c->arena, str_from(why.text)));
        else if (!custody_follow(&chain, outside, &line, &reason))
            bad(c, CHECK_CUSTODY, arena_printf(c->arena, "%s, line %zu", place.p, line), reason);
    }
    c->out->note[CHECK_CUSTODY] =
        arena_printf(c->arena, "%llu links", (unsigned long long)chain.seq);
}

static void check_signature(struct checking *c) {
    bool there = bag_find(&c->bag, STR("tagmanifest-sha256.txt.p7s")) != NULL;
    c->out->verdict[CHECK_SIGNATURE] = there ? VERDICT_UNCHECKED : VERDICT_ABSENT;
    if (there)
        c->out->note[CHECK_SIGNATURE] =
            STR("check it with: openssl cms -verify -binary -inform DER -in "
                "tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt");
}

int verify_run(struct arena *a, const char *path, struct verification *out, struct error *e) {
    struct checking c = {.arena = a, .path = path, .out = out};
    *out = (struct verification){0};
    if (bag_read(a, path, BAG_READ_ALL, &c.bag, e) != 0) return -1;
    check_archive(&c);
    check_manifests(&c);
    check_unlisted(&c);
    check_bag(&c);
    check_inventory(&c);
    check_signature(&c);
    check_custody(&c);
    return 0;
}

int verify_status(const struct verification *v) {
    int status = STATUS_DONE;
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (v->verdict[i] == VERDICT_BAD) return STATUS_FAILED;
        if (v->verdict[i] == VERDICT_UNCHECKED) status = STATUS_PARTIAL;
    }
    return status;
}
