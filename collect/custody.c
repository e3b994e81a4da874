#include "collect/custody.h"

#include <pwd.h>
#include <unistd.h>

#include "base/json.h"
#include "collect/bag.h"
#include "collect/base64_line.h"
#include "collect/signer.h"

void custody_begin(struct custody_chain *c) {
    *c = (struct custody_chain){0};
    memset(c->prev, '0', DIGEST_HEX);
}

/* ---- one line ---- */

static void put_subject(struct json *j, const struct custody_link *link) {
    json_key(j, "subject");
    json_object(j);
    json_put(j, "what", link->subject);
    json_put_or_null(j, "sha256", str_from(link->subject_sha256));
    json_end(j);
}

/* The lines of another copy, each as it stands there, so that its hash can be checked again. */
static void put_branch(struct json *j, struct str lines) {
    json_key(j, "branch");
    json_array(j);
    while (lines.n) {
        struct str line;
        str_cut(lines, '\n', &line, &lines);
        json_str(j, line);
    }
    json_end(j);
}

/* What only some events have. */
static void put_special(struct json *j, const struct custody_link *link) {
    char hex[DIGEST_HEX + 1];
    if (link->from.n) json_put(j, "from", link->from);
    if (link->to.n) json_put(j, "to", link->to);
    if (link->archive) json_put(j, "archive", str_from(link->archive));
    if (link->response.n) json_put(j, "response", link->response);
    if (link->cms.n) json_put(j, "cms", link->cms);
    if (link->branch.n) {
        json_put_u64(j, "fork", link->fork);
        put_branch(j, link->branch);
    }
    if (link->signer && signer_certificate(link->signer, 0, hex))
        json_put(j, "signer", str_from(hex));
}

/* Appends the line without its newline, and moves the chain on. */
static void put_line(struct custody_chain *c, const struct custody_link *link, struct when now,
                     struct buf *out) {
    char host[256] = "", own[DIGEST_HEX + 1];
    gethostname(host, sizeof host - 1);
    size_t from = out->n;
    struct json j = {.out = out};
    json_object(&j);
    json_put_u64(&j, "seq", c->seq + 1);
    json_put_when(&j, "time", now);
    json_put(&j, "actor", str_from(link->by));
    json_put(&j, "host", str_from(host));
    json_put(&j, "event", str_from(link->event));
    put_subject(&j, link);
    json_put_or_null(&j, "note", link->note);
    put_special(&j, link);
    json_put(&j, "prev", str_from(c->prev));
    digest_of(str_of(out->p + from, out->n - from), own);
    json_put(&j, "hash", str_from(own));
    json_end(&j);
    digest_of(str_of(out->p + from, out->n - from), c->prev);
    c->seq++;
}

/* The signature of the line that was put last, `from` on, as a link of its own. */
static int put_signature(struct custody_chain *c, const struct custody_link *link, struct when now,
                         size_t from, struct buf *out, struct error *e) {
    struct buf der = {0}, text = {0}, what = {0};
    int bad = signer_sign(link->signer, str_of(out->p + from, out->n - from), now, &der, e);
    if (!bad) {
        base64_line_encode(&text, buf_str(&der));
        buf_printf(&what, "link %llu", (unsigned long long)c->seq);
        char signed_line[DIGEST_HEX + 1];
        memcpy(signed_line, c->prev, sizeof signed_line);
        const struct custody_link sign = {.event = "sign",
                                          .subject = buf_str(&what),
                                          .subject_sha256 = signed_line,
                                          .by = link->by,
                                          .archive = link->archive,
                                          .cms = buf_str(&text)};
        buf_add_c(out, '\n');
        put_line(c, &sign, now, out);
    }
    buf_free(&der);
    buf_free(&text);
    buf_free(&what);
    return bad;
}

void custody_line(struct custody_chain *c, const struct custody_link *link, struct buf *out) {
    put_line(c, link, bag_now(), out);
    buf_add_c(out, '\n');
}

int custody_signed_line(struct custody_chain *c, const struct custody_link *link, struct buf *out,
                        struct error *e) {
    struct when now = bag_now();
    size_t from = out->n;
    put_line(c, link, now, out);
    int bad = link->signer ? put_signature(c, link, now, from, out, e) : 0;
    buf_add_c(out, '\n');
    return bad;
}

/* ---- names ---- */

char *custody_beside(const char *archive_path, const char *ending) {
    struct str path = str_from(archive_path);
    while (path.n > 1 && path.p[path.n - 1] == '/') path.n--;
    struct str name = bag_case_of(path);
    struct buf b = {0};
    buf_add(&b, str_slice(path, 0, (size_t)(name.p - path.p) + name.n));
    buf_add_z(&b, ending);
    buf_add_c(&b, 0);
    return b.p;
}

char *custody_path(const char *archive_path) {
    return custody_beside(archive_path, ".custody.jsonl");
}

const char *custody_login(void) {
    const struct passwd *p = getpwuid(geteuid());
    return p && p->pw_name ? p->pw_name : "unknown";
}
