#include "collect/custody_show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/term.h"
#include "collect/bag_read.h"

struct showing {
    struct arena *a;
    X509_STORE *authorities;
    struct str archive;
    struct json *json; /* NULL: text, on standard output */
};

/* ---- one link ---- */

static struct str what_happened(struct arena *a, const struct custody_seen *l) {
    struct str text = l->what;
    if (l->from.n || l->to.n)
        text = arena_printf(a, "from %.*s to %.*s", STR_ARG(l->from), STR_ARG(l->to));
    if (l->signature.good)
        text = arena_printf(a, "of %.*s, %.*s, certificate %s", STR_ARG(l->what),
                            STR_ARG(signature_text(a, &l->signature)),
                            signature_certificate_name(l->signature.certificate));
    if (l->branch.n)
        text = arena_printf(a, "%.*s, forked after link %llu", STR_ARG(l->what),
                            (unsigned long long)l->fork);
    if (l->note.n)
        text = arena_printf(a, "%.*s%s%.*s", STR_ARG(text), text.n ? "; " : "", STR_ARG(l->note));
    return text;
}

static void show_text(struct showing *s, const struct custody_seen *l, size_t line, int depth) {
    struct buf b = {0};
    for (int i = 0; i < depth; i++) buf_add_z(&b, "    ");
    if (l->whole) {
        buf_printf(&b, "%4llu  ", (unsigned long long)l->seq);
        term_escape(&b, arena_printf(s->a, "%.*s  %-9.*s  %.*s on %.*s: %.*s", STR_ARG(l->time),
                                     STR_ARG(l->event), STR_ARG(l->actor), STR_ARG(l->host),
                                     STR_ARG(what_happened(s->a, l))));
    } else {
        buf_printf(&b, "   ?  line %zu", line);
    }
    buf_add_z(&b, l->faulty ? "  BAD\n" : "\n");
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
}

static void show_json(struct showing *s, const struct custody_seen *l, size_t line) {
    struct json *j = s->json;
    json_put_u64(j, "line", line);
    json_put(j, "verdict", l->faulty ? STR("bad") : STR("good"));
    json_put_u64(j, "seq", l->seq);
    json_put_or_null(j, "time", l->time);
    json_put_or_null(j, "actor", l->actor);
    json_put_or_null(j, "host", l->host);
    json_put_or_null(j, "event", l->event);
    json_put_or_null(j, "what", l->what);
    json_put_or_null(j, "sha256", l->subject_sha256);
    json_put_or_null(j, "note", l->note);
    if (l->from.n) json_put(j, "from", l->from);
    if (l->to.n) json_put(j, "to", l->to);
    json_put_or_null(j, "archive", l->archive);
    if (!l->signature.good) return;
    json_put(j, "signed_by", l->signature.subject);
    json_put(j, "certificate", str_from(signature_certificate_name(l->signature.certificate)));
}

static void show_links(struct showing *s, const struct custody_chain *start,
                       const struct custody_report *r, int depth);

/* The copy that was joined, as a chain of its own behind the fork. */
static void show_branch(struct showing *s, const struct custody_chain *start,
                        const struct custody_report *r, const struct custody_seen *l, int depth) {
    struct custody_chain fork;
    struct custody_report inner;
    if (depth >= CUSTODY_BRANCHES || !custody_fork(r, start, l, &fork)) return;
    custody_check(s->a, &fork, l->branch, s->archive, s->authorities, &inner);
    if (s->json) json_key(s->json, "branch");
    show_links(s, &fork, &inner, depth + 1);
}

/* At most CUSTODY_BRANCHES deep. */
static void show_links(struct showing *s, const struct custody_chain *start,
                       const struct custody_report *r, int depth) {
    if (s->json) json_array(s->json);
    for (size_t i = 0; i < r->count; i++) {
        const struct custody_seen *l = &r->list[i];
        if (s->json) {
            json_object(s->json);
            show_json(s, l, i + 1);
        } else {
            show_text(s, l, i + 1, depth);
        }
        if (l->branch.n) show_branch(s, start, r, l, depth);
        if (s->json) json_end(s->json);
    }
    if (s->json) json_end(s->json);
}

/* ---- the whole ---- */

struct chain_parts {
    struct custody_chain start;
    struct custody_report inside, outside;
    struct str path;
};

static int read_parts(struct showing *s, const char *path, struct chain_parts *p, struct error *e) {
    struct bag bag;
    struct stat st;
    struct str text = STR_NONE;
    char *name = custody_path(path);
    p->path = arena_copy(s->a, str_from(name));
    free(name);
    if (bag_read(s->a, path, BAG_READ_TAGS, &bag, e) != 0) return -1;
    const struct bag_entry *log = bag_find(&bag, STR("custody.jsonl"));
    if (!log || !log->text.n)
        return error_set(e, "%s: holds no custody.jsonl: not a case sealed by ungrant", path);
    custody_begin(&p->start);
    custody_check(s->a, &p->start, log->text, STR_NONE, s->authorities, &p->inside);
    bool there = stat(p->path.p, &st) == 0 || errno != ENOENT;
    if (there && file_read(s->a, p->path.p, CUSTODY_MOST, &text, e) != 0) return -1;
    if (there && !text.n) return error_set(e, "%s: is empty: its links were cut off", p->path.p);
    custody_check(s->a, &p->inside.end, text, s->archive, s->authorities, &p->outside);
    return 0;
}

static int status_of(const struct chain_parts *p) {
    if (p->inside.fault_count || p->outside.fault_count) return STATUS_FAILED;
    return p->outside.worst == CERTIFICATE_UNASKED ? STATUS_PARTIAL : STATUS_DONE;
}

static void print_faults(const struct custody_report *r, struct str file) {
    for (size_t i = 0; i < r->fault_count; i++) {
        fputs("  ", stdout);
        term_print(stdout, file);
        printf(", line %zu: ", r->faults[i].line);
        term_print(stdout, r->faults[i].reason);
        putchar('\n');
    }
}

static void print_text(struct showing *s, const struct chain_parts *p) {
    static const char *const verdicts[] = {
        [STATUS_DONE] = "good", [STATUS_PARTIAL] = "unbroken", [STATUS_FAILED] = "bad"};
    int status = status_of(p);
    show_links(s, &p->start, &p->inside, 0);
    show_links(s, &p->inside.end, &p->outside, 0);
    if (s->archive.n) printf("archive  sha256 %.*s\n", STR_ARG(s->archive));
    printf("chain    %s (%zu links in the case, %zu beside it, %zu signed)\n", verdicts[status],
           p->inside.count, p->outside.count, p->outside.signed_count);
    if (status == STATUS_PARTIAL)
        puts("         signers not checked because no --ca FILE says whom to trust");
    print_faults(&p->inside, STR("custody.jsonl"));
    print_faults(&p->outside, p->path);
}

static void json_faults(struct json *j, const struct custody_report *r, struct str file) {
    for (size_t i = 0; i < r->fault_count; i++) {
        json_object(j);
        json_put(j, "file", file);
        json_put_u64(j, "line", r->faults[i].line);
        json_put(j, "reason", r->faults[i].reason);
        json_end(j);
    }
}

static void print_json(const struct showing *shown, const struct chain_parts *p, const char *path) {
    struct buf b = {0};
    struct json j = {.out = &b};
    struct showing as_json = *shown, *s = &as_json;
    as_json.json = &j;
    json_object(&j);
    json_put(&j, "path", str_from(path));
    json_put_u64(&j, "status", (uint64_t)status_of(p));
    json_put_or_null(&j, "archive", s->archive);
    json_key(&j, "sealed");
    show_links(s, &p->start, &p->inside, 0);
    json_key(&j, "beside");
    show_links(s, &p->inside.end, &p->outside, 0);
    json_key(&j, "faults");
    json_array(&j);
    json_faults(&j, &p->inside, STR("custody.jsonl"));
    json_faults(&j, &p->outside, p->path);
    json_end(&j);
    json_end(&j);
    buf_add_c(&b, '\n');
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
}

int custody_show(const char *path, const char *authorities, bool as_json, struct error *e) {
    struct showing s = {.a = arena_new(0)};
    struct chain_parts p = {0};
    char hex[DIGEST_HEX + 1];
    int status = -1;
    if (authorities && !(s.authorities = certificate_authorities(authorities, e))) goto out;
    if (bag_archive_sha256(path, hex, e) != 0) goto out;
    s.archive = str_from(hex);
    if (read_parts(&s, path, &p, e) != 0) goto out;
    status = status_of(&p);
    if (as_json)
        print_json(&s, &p, path);
    else
        print_text(&s, &p);
out:
    X509_STORE_free(s.authorities);
    arena_free(s.a);
    return status;
}
