#include "collect/custody.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/json_read.h"
#include "collect/bag.h"
#include "collect/bag_read.h"

void custody_begin(struct custody_chain *c) {
    *c = (struct custody_chain){0};
    memset(c->prev, '0', DIGEST_HEX);
}

void custody_line(struct custody_chain *c, const struct custody_link *link, struct buf *out) {
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    size_t from = out->n;
    struct json j = {.out = out};
    json_object(&j);
    json_put_u64(&j, "seq", c->seq + 1);
    json_put_when(&j, "time", bag_now());
    json_put(&j, "actor", str_from(link->by));
    json_put(&j, "host", str_from(host));
    json_put(&j, "event", str_from(link->event));
    json_key(&j, "subject");
    json_object(&j);
    json_put(&j, "what", link->subject);
    json_put_or_null(&j, "sha256", str_from(link->subject_sha256));
    json_end(&j);
    json_put_or_null(&j, "note", link->note);
    json_put(&j, "prev", str_from(c->prev));
    json_end(&j);
    digest_of(str_of(out->p + from, out->n - from), c->prev);
    c->seq++;
    buf_add_c(out, '\n');
}

/* Does this line follow on c? NULL, or why not. */
static const char *follow_line(struct custody_chain *c, struct arena *a, struct str line) {
    struct json_notes notes;
    struct json_fault fault;
    cJSON *tree = json_parse(a, line, &notes, &fault);
    const char *why = NULL;
    uint64_t seq;
    if (!tree || !cJSON_IsObject(tree))
        why = "is not a JSON object";
    else if (notes.duplicate_keys)
        why = "has a key twice";
    else if (!str_eq(json_get_str(tree, "prev"), str_from(c->prev)))
        why =
            "does not follow the line before it (prev is not that line's SHA-256): one of the two "
            "was altered, or a line was removed, added or moved";
    else if (!json_get_u64(tree, "seq", &seq) || seq != c->seq + 1)
        why = "has not the next number (seq)";
    cJSON_Delete(tree);
    if (why) return why;
    digest_of(line, c->prev);
    c->seq++;
    return NULL;
}

bool custody_follow(struct custody_chain *c, struct str text, size_t *bad_line, const char **why) {
    struct arena *a = arena_new(0);
    *bad_line = 0;
    *why = NULL;
    for (size_t number = 1; text.n && !*why; number++) {
        struct str line;
        bool ended = str_cut(text, '\n', &line, &text);
        arena_reset(a);
        *why = ended ? follow_line(c, a, line) : "is cut: it does not end";
        if (*why) *bad_line = number;
    }
    arena_free(a);
    return !*why;
}

char *custody_path(const char *archive_path) {
    struct str path = str_from(archive_path);
    while (path.n > 1 && path.p[path.n - 1] == '/') path.n--;
    struct str name = bag_case_of(path);
    struct buf b = {0};
    buf_add(&b, str_of(path.p, (size_t)(name.p - path.p) + name.n));
    buf_add_z(&b, ".custody.jsonl");
    buf_add_c(&b, 0);
    return b.p;
}

/* ---- appending ---- */

static const char *login_name(void) {
    const struct passwd *p = getpwuid(geteuid());
    return p && p->pw_name ? p->pw_name : "unknown";
}

/* The chain's end as the sealed case has it. */
static int follow_inside(struct arena *a, const char *path, struct custody_chain *c,
                         struct error *e) {
    struct bag bag;
    size_t line;
    const char *why;
    if (bag_read(a, path, BAG_READ_TAGS, &bag, e) != 0) return -1;
    const struct bag_entry *log = bag_find(&bag, STR("custody.jsonl"));
    if (!log || !log->text.n)
        return error_set(e, "%s: holds no custody.jsonl: not a case sealed by ungrant", path);
    if (custody_follow(c, log->text, &line, &why)) return 0;
    return error_set(e, "%s: custody.jsonl: line %zu %s", path, line, why);
}

static int append_locked(struct arena *a, const char *archive, const char *chain,
                         const struct custody_link *link, struct error *e) {
    struct custody_chain c;
    struct str before = STR_NONE;
    struct stat st;
    size_t line;
    const char *why;
    custody_begin(&c);
    if (follow_inside(a, archive, &c, e) != 0) return -1;
    bool exists = stat(chain, &st) == 0;
    if (exists && file_read(a, chain, BAG_TAG_MOST, &before, e) != 0) return -1;
    if (!custody_follow(&c, before, &line, &why))
        return error_set(e, "%s: line %zu %s; nothing was added", chain, line, why);
    struct custody_link whole = *link;
    if (!whole.by) whole.by = login_name();
    struct buf b = {0};
    buf_add(&b, before);
    custody_line(&c, &whole, &b);
    int bad = file_write(chain, buf_str(&b), e);
    buf_free(&b);
    return bad;
}

int custody_append(const char *archive_path, const struct custody_link *link, struct error *e) {
    int fd = open(archive_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return error_errno(e, "%s: cannot open", archive_path);
    /* The archive itself is the lock: two commands that append take turns. */
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR) {
    }
    struct arena *a = arena_new(0);
    char *chain = custody_path(archive_path);
    int bad = append_locked(a, archive_path, chain, link, e);
    free(chain);
    arena_free(a);
    close(fd);
    return bad;
}
