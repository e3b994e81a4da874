/* verify_packaged.c - a package speaks of a sealed case that need not be in it: is the archive that
 * lies inside or beside it that one? The archive's own checks are a run of their own. */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "collect/verify_work.h"

static struct str info_of(const struct verify_work *c, struct str label) {
    struct str info = verify_tag(c, STR("bag-info.txt")), value;
    return verify_info(&info, label, &value) ? value : STR_NONE;
}

struct verify_packaged verify_packaged(const struct verify_work *c) {
    return (struct verify_packaged){info_of(c, STR("Case-Archive")),
                                    info_of(c, STR("Case-Archive-SHA256"))};
}

/* A name that can only be a file in the folder where it is looked for. */
static bool is_plain_name(struct str name) {
    return name.n && name.p[0] != '.' && str_chr(name, '/') == STR_ABSENT &&
           str_chr(name, '\0') == STR_ABSENT;
}

/* The path of `name` in the folder where the package lies, or the unpacked folder of it. */
static const char *beside_package(struct verify_work *c, struct str name) {
    struct str path = str_from(c->path);
    while (path.n > 1 && path.p[path.n - 1] == '/') path.n--;
    size_t slash = str_rchr(path, '/');
    struct str folder = slash == STR_ABSENT ? STR_NONE : str_slice(path, 0, slash + 1);
    bool here = str_eq(path, STR(".")) || str_ends(path, STR("/.")) || str_eq(path, STR("..")) ||
                str_ends(path, STR("/.."));
    return here ? arena_printf(c->arena, "%.*s/../%.*s", STR_ARG(path), STR_ARG(name)).p
                : arena_printf(c->arena, "%.*s%.*s", STR_ARG(folder), STR_ARG(name)).p;
}

static void compare(struct verify_work *c, struct str place, struct str sha256, struct str wanted,
                    const char *where) {
    if (!str_eq(sha256, wanted))
        verify_bad(c, CHECK_SEALED, place,
                   arena_printf(c->arena,
                                "is not the sealed case that this package is of: that one has the "
                                "SHA-256 %.*s",
                                STR_ARG(wanted))
                       .p);
    else
        c->out->note[CHECK_SEALED] = arena_printf(
            c->arena, "%.*s %s has the SHA-256 that the package names", STR_ARG(place), where);
}

static void look_beside(struct verify_work *c, const struct verify_packaged *p) {
    const char *path = beside_package(c, p->archive);
    char sha256[DIGEST_HEX + 1];
    struct error why = {0};
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        c->out->verdict[CHECK_SEALED] = VERDICT_UNCHECKED;
        c->out->note[CHECK_SEALED] =
            arena_printf(c->arena,
                         "%.*s is neither in this package nor beside it; the package was made of "
                         "the one with the SHA-256 %.*s",
                         STR_ARG(p->archive), STR_ARG(p->sha256));
    } else if (bag_archive_sha256(path, sha256, &why) != 0) {
        verify_bad(c, CHECK_SEALED, arena_copy(c->arena, str_from(path)),
                   arena_cstr(c->arena, str_from(why.text)));
    } else {
        compare(c, arena_copy(c->arena, str_from(path)), arena_copy(c->arena, str_from(sha256)),
                p->sha256, "beside it");
    }
}

void verify_sealed_case(struct verify_work *c) {
    struct verify_packaged p = verify_packaged(c);
    c->out->package = p.archive.n || p.sha256.n;
    if (!c->out->package) return;
    if (!is_plain_name(p.archive) || p.sha256.n != DIGEST_HEX) {
        verify_bad(c, CHECK_SEALED, STR("bag-info.txt"),
                   "does not say which sealed case this package is of");
        return;
    }
    const struct bag_entry *inside =
        bag_find(&c->bag, arena_printf(c->arena, "data/case/%.*s", STR_ARG(p.archive)));
    if (inside)
        compare(c, inside->name, str_from(inside->sha256), p.sha256, "in it");
    else
        look_beside(c, &p);
}
