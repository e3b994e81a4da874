/* collect.c - `ungrant collect`: what is there, what of it is evidence, into the case. */
#include "collect/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/term.h"
#include "collect/custody.h"
#include "collect/seal.h"
#include "collect/signer.h"
#include "collect/source.h"
#include "collect/stamp.h"

enum { FIRST = 64 * 1024 }; /* what a witness recognises by */

static const char USAGE[] =
    "usage: ungrant collect PATH... -o CASE.zip --case ID --examiner NAME [options]\n"
    "       ungrant collect PATH... --list [--all] [--json]\n"
    "\n"
    "Puts what is evidence below the paths, recognised by its content, into one sealed archive\n"
    "that stock tools can check. Links are not followed; nothing is ever overwritten.\n"
    "\n"
    "  -o CASE.zip           the archive: .zip, .tar.zst, .tar.gz or .tar\n"
    "  --case ID             the case's number\n"
    "  --examiner NAME       who collects\n"
    "  --organization NAME   for whom\n"
    "  --note TEXT           goes into bag-info.txt and the custody log\n"
    "  --all                 take every regular file, recognised or not\n"
    "  --list                only show what would be taken: telemetry, size, path\n"
    "  --json                the summary (or the list) as JSON\n"
    "  --sign KEY --cert CERT.pem   sign the case (CMS) with this RSA or ECDSA key, a PEM file\n"
    "                        or a pkcs11: URI; CERT.pem: its certificate, then those above it\n"
    "  --passphrase-file F   the key's passphrase; without it the terminal is asked\n"
    "\n"
    "Beside it: CASE.zip.sha256, and CASE.tsq, a request that a time stamp authority answers\n"
    "(RFC 3161; keep its answer with `ungrant custody CASE.zip --timestamp`).\n"
    "\n"
    "Exit status: 0 complete, 3 some items were not taken whole, 4 failed, 2 usage.\n";

struct request {
    struct seal_label label;
    struct signer_source signer;
    const char *output;
    char **paths;
    int path_count;
    bool all, list, json;
};

struct found {
    const char *root, *path;
    enum source_kind kind;
    int error;
    uint64_t size;
    struct when mtime;
};

struct collecting {
    const struct request *q;
    const struct witness *witness;
    struct arena *arena;
    struct found *list;
    size_t count, cap;
    uint64_t total, unrecognised, recognised;
    char *first;
    struct seal seal;
    struct progress progress;
};

/* ---- what is there ---- */

static struct when mtime_of(const struct stat *st) {
    int64_t ns;
    if (__builtin_mul_overflow((int64_t)st->st_mtim.tv_sec, NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, (int64_t)st->st_mtim.tv_nsec, &ns))
        return (struct when){0};
    return (struct when){.ns = ns, .digits = 7, .basis = WHEN_UTC};
}

static int note_found(void *own, const struct source_item *item) {
    struct collecting *c = own;
    ARENA_GROW(c->arena, c->list, c->cap, c->count + 1);
    bool file = item->kind == SOURCE_FILE;
    c->list[c->count++] =
        (struct found){.root = item->root,
                       .path = arena_cstr(c->arena, str_from(item->path)),
                       .kind = item->kind,
                       .error = item->error,
                       .size = file && item->st.st_size > 0 ? (uint64_t)item->st.st_size : 0,
                       .mtime = file ? mtime_of(&item->st) : (struct when){0}};
    c->total += c->list[c->count - 1].size;
    return 0;
}

/* ---- one item ---- */

/* The first bytes, and whether a witness knows them. -1 with errno. */
static ssize_t look(struct collecting *c, int fd, uint64_t size, struct witnessed *out) {
    const struct witness *w = c->witness;
    ssize_t n = file_read_full(fd, c->first, size < FIRST ? (size_t)size : FIRST);
    if (n < 0) return -1;
    *out = (struct witnessed){0};
    if (!w || !w->recognise ||
        !w->recognise(w->own, str_of(c->first, (size_t)n), (uint64_t)n >= size, out))
        out->telemetry[0] = 0;
    return n;
}

static void row_only(struct collecting *c, const struct found *f, enum item_status status,
                     const char *why) {
    struct item it = {.path = str_from(f->path),
                      .size = f->size,
                      .mtime = f->mtime,
                      .status = status,
                      .error = str_from(why)};
    seal_row(&c->seal, &it);
}

static int take_file(struct collecting *c, const struct found *f, struct error *e) {
    struct stat st;
    struct item it = {.path = str_from(f->path)};
    int fd = source_open(f->root, f->path, &st), bad = 0;
    if (fd < 0) {
        row_only(c, f, item_status_of_errno(errno), strerror(errno));
        return 0;
    }
    uint64_t size = st.st_size > 0 ? (uint64_t)st.st_size : 0;
    bool own = archive_writer_is(c->seal.out, st.st_dev, st.st_ino);
    ssize_t n = own ? 0 : look(c, fd, size, &it.seen);
    if (own) {
        row_only(c, f, ITEM_SKIPPED, "the archive that is being written");
    } else if (n < 0) {
        row_only(c, f, item_status_of_errno(errno), strerror(errno));
    } else if (!it.seen.telemetry[0] && !c->q->all) {
        c->unrecognised++;
        progress_add(&c->progress, size);
    } else {
        c->recognised += it.seen.telemetry[0] != 0;
        it.mtime = mtime_of(&st);
        bad = seal_file(&c->seal, fd, size, str_of(c->first, (size_t)n), &it, e);
    }
    close(fd);
    return bad;
}

static int take(struct collecting *c, const struct found *f, struct error *e) {
    struct source_item as = {.kind = f->kind, .error = f->error};
    if (f->kind == SOURCE_FILE) return take_file(c, f, e);
    row_only(c, f, f->kind == SOURCE_FAILED ? item_status_of_errno(f->error) : ITEM_SKIPPED,
             source_reason(&as));
    return 0;
}

/* ---- --list ---- */

static void print_listed(const struct collecting *c, const struct found *f, const char *telemetry) {
    struct buf b = {0};
    if (c->q->json) {
        struct json j = {.out = &b};
        json_object(&j);
        json_put_or_null(&j, "telemetry", str_from(telemetry));
        json_put_u64(&j, "size", f->size);
        json_put(&j, "path", str_from(f->path));
        json_end(&j);
    } else {
        buf_printf(&b, "%s\t%llu\t", telemetry[0] ? telemetry : "-", (unsigned long long)f->size);
        term_escape(&b, str_from(f->path));
    }
    buf_add_c(&b, '\n');
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
}

static int list_all(struct collecting *c) {
    int status = STATUS_DONE;
    for (size_t i = 0; i < c->count; i++) {
        const struct found *f = &c->list[i];
        struct source_item as = {.kind = f->kind, .error = f->error};
        struct witnessed seen = {0};
        struct stat st;
        int fd = f->kind == SOURCE_FILE ? source_open(f->root, f->path, &st) : -1;
        const char *why = f->kind != SOURCE_FILE ? source_reason(&as)
                          : fd < 0               ? strerror(errno)
                                                 : NULL;
        if (fd >= 0 && look(c, fd, f->size, &seen) < 0) why = strerror(errno);
        if (fd >= 0) close(fd);
        if (why) {
            struct buf b = {0};
            term_escape(&b, str_from(f->path));
            fprintf(stderr, "ungrant collect: %.*s: %s\n", STR_ARG(buf_str(&b)), why);
            buf_free(&b);
            if (f->kind == SOURCE_FAILED || f->kind == SOURCE_FILE) status = STATUS_PARTIAL;
        } else if (seen.telemetry[0] || c->q->all) {
            print_listed(c, f, seen.telemetry);
        }
    }
    return status;
}

/* ---- the whole ---- */

static bool is_partial(const struct seal *s) {
    for (int i = 0; i <= ITEM_SKIPPED; i++)
        if (i != ITEM_OK && i != ITEM_SKIPPED && s->by_status[i]) return true;
    return false;
}

static void print_summary(const struct collecting *c, const char *hex) {
    const struct seal *s = &c->seal;
    struct buf b = {0};
    struct json j = {.out = &b};
    if (c->q->json) {
        json_object(&j);
        json_put(&j, "case", str_from(c->q->output));
        json_put(&j, "sha256", str_from(hex));
        json_put_u64(&j, "files", s->files);
        json_put_u64(&j, "bytes", s->bytes);
        json_put_u64(&j, "recognised", c->recognised);
        json_put_u64(&j, "not_recognised", c->unrecognised);
        for (int i = 0; i <= ITEM_SKIPPED; i++)
            json_put_u64(&j, item_status_name((enum item_status)i), s->by_status[i]);
        json_end(&j);
    } else {
        buf_printf(&b, "%s: %llu items, ", c->q->output, (unsigned long long)s->files);
        progress_size(&b, s->bytes);
        buf_printf(&b, " (%llu recognised; %llu other files not taken)\n",
                   (unsigned long long)c->recognised, (unsigned long long)c->unrecognised);
        for (int i = ITEM_PARTIAL; i <= ITEM_SKIPPED; i++)
            if (s->by_status[i])
                buf_printf(&b, "  %s: %llu (see inventory.csv)\n",
                           item_status_name((enum item_status)i),
                           (unsigned long long)s->by_status[i]);
        buf_printf(&b, "sha256 %s", hex);
    }
    buf_add_c(&b, '\n');
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
}

/* CASE.tsq beside the archive: the same bytes as `openssl ts -query -sha256 -cert -no_nonce`. */
static int write_request(const char *path, const char *hex, struct error *e) {
    char *where = custody_beside(path, ".tsq");
    struct buf der = {0};
    stamp_request(hex, &der);
    int bad = file_write(where, buf_str(&der), e);
    buf_free(&der);
    free(where);
    return bad;
}

/* CASE.zip.sha256 beside the archive, as `sha256sum -c` reads it. */
static int write_sum(const char *path, const char *hex, struct error *e) {
    struct str name = str_from(path);
    size_t slash = str_rchr(name, '/');
    struct buf where = {0}, line = {0};
    buf_printf(&where, "%s.sha256", path);
    buf_add_c(&where, 0);
    buf_printf(&line, "%s  %s\n", hex, slash == STR_ABSENT ? path : path + slash + 1);
    int bad = file_write(where.p, buf_str(&line), e);
    buf_free(&where);
    buf_free(&line);
    return bad;
}

static int seal_all(struct collecting *c, struct error *e) {
    struct str subject = STR_NONE;
    for (size_t i = 0; i < c->count; i++)
        if (take(c, &c->list[i], e) != 0) return -1;
    if (!c->seal.files)
        return error_set(e,
                         "%s: nothing of %zu files is recognised as evidence (--all takes "
                         "everything); %s.partial is left",
                         c->q->output, c->count, c->q->output);
    for (int i = 0; i < c->q->path_count; i++)
        subject =
            arena_printf(c->arena, "%.*s%s%s", STR_ARG(subject), i ? " " : "", c->q->paths[i]);
    return seal_end(&c->seal, subject, e);
}

/* What lies beside the place of a case that is not there belongs to another one: its chain and its
 * time stamp are evidence and stop the run. */
static int check_beside(const char *path, struct error *e) {
    static const char *const evidence[] = {".custody.jsonl", ".tsr"};
    struct stat there;
    int bad = 0;
    if (lstat(path, &there) == 0) return 0; /* the writer will refuse */
    for (size_t i = 0; i < sizeof evidence / sizeof *evidence && !bad; i++) {
        struct stat st;
        char *name = custody_beside(path, evidence[i]);
        if (lstat(name, &st) == 0)
            bad = error_set(
                e, "%s: is there already and belongs to another case; choose another name", name);
        free(name);
    }
    return bad;
}

/* The hash and the request of a case that is gone must not stand beside a new one for a moment. */
static void remove_stale(const char *path) {
    char *request = custody_beside(path, ".tsq");
    struct buf sum = {0};
    buf_printf(&sum, "%s.sha256", path);
    buf_add_c(&sum, 0);
    unlink(request);
    unlink(sum.p);
    free(request);
    buf_free(&sum);
}

static int write_case(struct collecting *c, struct error *e) {
    char hex[DIGEST_HEX + 1];
    struct seal *s = &c->seal;
    sigset_t wanted, before;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    if (check_beside(c->q->output, e) != 0) return STATUS_FAILED;
    s->out = archive_writer_open(c->q->output, e);
    if (!s->out) return STATUS_FAILED;
    s->label = c->q->label;
    s->witness = c->witness;
    s->progress = &c->progress;
    s->path = c->q->output;
    seal_begin(s);
    sigprocmask(SIG_BLOCK, &wanted, &before);
    progress_start(&c->progress, "collecting", c->total);
    int bad = seal_all(c, e);
    progress_end(&c->progress);
    if (bad) {
        archive_writer_abandon(s->out);
    } else {
        remove_stale(c->q->output);
        bad = archive_writer_commit(s->out, hex, e);
    }
    if (!bad) bad = write_request(c->q->output, hex, e);
    if (!bad) bad = write_sum(c->q->output, hex, e);
    /* What waited was answered by stopping; it must not end the process on top of that. */
    const struct timespec none = {0};
    while (sigtimedwait(&wanted, NULL, &none) > 0) {
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!bad) print_summary(c, hex);
    seal_free(s);
    return bad ? STATUS_FAILED : is_partial(s) ? STATUS_PARTIAL : STATUS_DONE;
}

static int collect(const struct request *q, const struct witness *w, struct error *e) {
    struct signer *signer = NULL;
    /* Before hours of reading: a passphrase that is wrong, a certificate that has expired. */
    if (q->signer.key && !q->list && !(signer = signer_open(&q->signer, bag_now(), e)))
        return STATUS_FAILED;
    struct collecting c = {.q = q, .witness = w, .arena = arena_new(0), .seal = {.signer = signer}};
    c.first = memory_alloc(FIRST);
    for (int i = 0; i < q->path_count; i++) source_each(q->paths[i], note_found, &c);
    int status = q->list ? list_all(&c) : write_case(&c, e);
    free(c.first);
    arena_free(c.arena);
    signer_free(signer);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        error_errno(e, "standard output");
        status = STATUS_FAILED;
    }
    return status;
}

/* ---- options ---- */

enum {
    OPTION_CASE = 256,
    OPTION_EXAMINER,
    OPTION_ORGANIZATION,
    OPTION_NOTE,
    OPTION_ALL,
    OPTION_LIST,
    OPTION_JSON,
    OPTION_SIGN,
    OPTION_CERT,
    OPTION_PASSPHRASE
};

static const struct option OPTIONS[] = {
    {"case", required_argument, NULL, OPTION_CASE},
    {"examiner", required_argument, NULL, OPTION_EXAMINER},
    {"organization", required_argument, NULL, OPTION_ORGANIZATION},
    {"note", required_argument, NULL, OPTION_NOTE},
    {"output", required_argument, NULL, 'o'},
    {"all", no_argument, NULL, OPTION_ALL},
    {"list", no_argument, NULL, OPTION_LIST},
    {"json", no_argument, NULL, OPTION_JSON},
    {"sign", required_argument, NULL, OPTION_SIGN},
    {"cert", required_argument, NULL, OPTION_CERT},
    {"passphrase-file", required_argument, NULL, OPTION_PASSPHRASE},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};

static const char *missing(const struct request *q) {
    if (!q->path_count) return "name the files or folders to collect from";
    if (q->list) return NULL;
    if (!q->output) return "-o CASE.zip is needed";
    if (!archive_writer_knows(str_from(q->output)))
        return "the name after -o must end in .zip, .tar.zst, .tar.gz or .tar";
    if (!q->label.id) return "--case ID is needed";
    if (!q->label.examiner) return "--examiner NAME is needed";
    return signer_source_fault(&q->signer);
}

/* 0, an exit status with the message printed, or -1: help was asked for. */
static int read_options(int argc, char **argv, struct request *q) {
    optind = 0;
    for (int o; (o = getopt_long(argc, argv, "o:h", OPTIONS, NULL)) != -1;) {
        switch (o) {
        case 'o': q->output = optarg; break;
        case OPTION_CASE: q->label.id = optarg; break;
        case OPTION_EXAMINER: q->label.examiner = optarg; break;
        case OPTION_ORGANIZATION: q->label.organization = optarg; break;
        case OPTION_NOTE: q->label.note = optarg; break;
        case OPTION_ALL: q->all = true; break;
        case OPTION_LIST: q->list = true; break;
        case OPTION_JSON: q->json = true; break;
        case OPTION_SIGN: q->signer.key = optarg; break;
        case OPTION_CERT: q->signer.cert = optarg; break;
        case OPTION_PASSPHRASE: q->signer.passphrase_file = optarg; break;
        case 'h': return -1;
        default: return STATUS_USAGE;
        }
    }
    q->paths = argv + optind;
    q->path_count = argc - optind;
    const char *why = missing(q);
    if (!why) return 0;
    fprintf(stderr, "ungrant collect: %s (see `ungrant collect --help`)\n", why);
    return STATUS_USAGE;
}

int collect_command(int argc, char **argv, const struct witness *w) {
    struct request q = {0};
    struct error e = {0};
    int status = read_options(argc, argv, &q);
    if (status < 0) return fputs(USAGE, stdout) < 0 ? STATUS_FAILED : STATUS_DONE;
    if (status) return status;
    /* Zip stores local times: the same everywhere only in one zone. */
    setenv("TZ", "UTC0", 1);
    tzset();
    status = collect(&q, w, &e);
    if (error_is_set(&e)) error_print("collect", &e);
    return status;
}
