/* verify_text.c - the steps of VERIFY.txt that a package has and a sealed case has not. */
#include "analyze/package/handover.h"
#include "base/embedded.h"
#include "collect/seal.h"

static void put_place(const struct handover *h, struct buf *out) {
    buf_add_z(out, h->with_content ? "data/case/" : "../");
    seal_quote_for_shell(out, h->sealed.file);
}

void handover_verify_text(const struct handover *h, struct buf *out) {
    struct str left = embedded_get("templates/verify_package.txt"), text, mark;
    while (str_cut(left, '@', &text, &left)) {
        buf_add(out, text);
        str_cut(left, '@', &mark, &left);
        if (str_eq(mark, STR("PLACE")))
            put_place(h, out);
        else if (str_eq(mark, STR("SHA256")))
            buf_add_z(out, h->sealed.sha256);
        else
            buf_add_z(out, h->with_content
                               ? "It is in this package, and is the one that the package names."
                               : "It is NOT IN THIS PACKAGE: it travels beside it, as a file of "
                                 "its own. Put it where\n   the package lies, one folder up.");
    }
    buf_add(out, text);
}
