/* custody_command.c - `ungrant custody`: who had the case, what was done with it, one link more. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/term.h"
#include "collect/bag.h"
#include "collect/base64_line.h"
#include "collect/custody_check.h"
#include "collect/custody_join.h"
#include "collect/custody_show.h"
#include "collect/signer.h"
#include "collect/stamp.h"

static const char USAGE[] =
    "usage: ungrant custody CASE.zip [--ca FILE] [--json]\n"
    "       ungrant custody CASE.zip --transfer --from NAME --to NAME [--note TEXT]\n"
    "       ungrant custody CASE.zip --note TEXT\n"
    "       ungrant custody CASE.zip --timestamp RESPONSE.tsr [--ca FILE]\n"
    "       ungrant custody CASE.zip --join OTHER.custody.jsonl\n"
    "\n"
    "Shows who had the case and what was done with it, each link checked; or adds one link to\n"
    "CASE.custody.jsonl beside the archive: time, actor, host, the archive's hash.\n"
    "\n"
    "  --transfer          hand over: --from NAME --to NAME\n"
    "  --note TEXT         a remark, alone or with another link\n"
    "  --timestamp FILE    keep the answer to CASE.tsq of a time stamp authority (RFC 3161) as\n"
    "                      CASE.tsr, if it is for this archive\n"
    "  --join FILE         add what another copy of the chain has; of two that forked, both\n"
    "                      branches are kept\n"
    "  --by NAME           who does it (default: your login name)\n"
    "  --sign KEY --cert CERT.pem [--passphrase-file F]   sign the link (see collect --help)\n"
    "  --ca FILE           the authorities (PEM) that you trust\n"
    "  --json              the chain as one JSON object\n"
    "\n"
    "Exit status: 0 good or done, 3 unbroken but signers not checked, 4 bad or failed, 2 usage.\n";

struct request {
    const char *path, *from, *to, *note, *response, *other, *by, *authorities;
    struct signer_source signer;
    bool transfer, json;
};

/* ---- what is done ---- */

static bool is_change(const struct request *q) {
    return q->transfer || q->response || q->other || q->note;
}

/* Is the answer one for this archive, from an authority that is trusted if any was named? */
static int check_response(struct custody_file *f, const struct request *q, struct str bytes,
                          struct error *e) {
    struct stamp s;
    char time_text[WHEN_TEXT];
    X509_STORE *authorities = NULL;
    const struct when now = {.ns = (int64_t)time(NULL) * NS_PER_S, .basis = WHEN_UTC};
    if (!f->sha256[0])
        return error_set(e, "%s: a time stamp is for an archive, not for a folder", f->archive);
    if (q->authorities && !(authorities = certificate_authorities(q->authorities, e))) return -1;
    stamp_check(f->arena, bytes, f->sha256, authorities, now, &s);
    X509_STORE_free(authorities);
    if (!s.good) return error_set(e, "%s: %s; not kept", q->response, s.why);
    if (s.certificate > CERTIFICATE_UNASKED)
        return error_set(e, "%s: %s; not kept", q->response, s.certificate_why);
    struct buf b = {0};
    buf_printf(&b, "time stamp %.*s by ", STR_ARG(when_format(s.time, time_text)));
    term_escape(&b, s.subject);
    printf("%.*s, %s\n", STR_ARG(buf_str(&b)),
           s.certificate == CERTIFICATE_TRUSTED
               ? "trusted"
               : "not checked because no --ca FILE says whom to trust");
    buf_free(&b);
    return 0;
}

static bool was_kept(struct custody_file *f, struct str response) {
    struct custody_report r;
    custody_check(f->arena, &f->inside, f->text, STR_NONE, NULL, &r);
    for (size_t i = 0; i < r.count; i++)
        if (str_eq(r.list[i].event, STR("timestamp")) && str_eq(r.list[i].response, response))
            return true;
    return false;
}

/* The link first, which holds the answer itself: what comes after can be made again from it. */
static int keep_response(struct custody_file *f, const struct request *q, struct custody_link link,
                         struct error *e) {
    struct str bytes = STR_NONE;
    struct buf text = {0}, name = {0};
    char hex[DIGEST_HEX + 1];
    char *path = custody_beside(f->archive, ".tsr");
    int bad = file_read(f->arena, q->response, STAMP_MOST, &bytes, e) != 0 ||
              check_response(f, q, bytes, e) != 0;
    if (!bad) {
        digest_of(bytes, hex);
        base64_line_encode(&text, bytes);
        buf_add(&name, bag_case_of(str_from(f->archive)));
        buf_add_z(&name, ".tsr");
        link.event = "timestamp";
        link.subject = buf_str(&name);
        link.subject_sha256 = hex;
        link.response = buf_str(&text);
        bad = (!was_kept(f, link.response) && custody_file_add(f, &link, e) != 0) ||
              file_write(path, bytes, e) != 0;
    }
    free(path);
    buf_free(&text);
    buf_free(&name);
    return bad ? -1 : 0;
}

static int join_other(struct custody_file *f, const struct request *q,
                      const struct custody_link *link, struct error *e) {
    struct str said;
    if (custody_join(f, q->other, link, &said, e) != 0) return -1;
    printf("%.*s\n", STR_ARG(said));
    return 0;
}

/* A hand-over from someone who did not have it is written down all the same, since it may be the
 * chain that lacks one; but not in silence. */
static void warn_of_gap(struct custody_file *f, const char *from) {
    struct custody_report r;
    struct str holder = STR_NONE;
    struct buf b = {0};
    custody_check(f->arena, &f->inside, f->text, STR_NONE, NULL, &r);
    for (size_t i = 0; i < r.count; i++)
        if (str_eq(r.list[i].event, STR("transfer"))) holder = r.list[i].to;
    if (!holder.n || str_eq(holder, str_from(from))) return;
    term_escape(&b, arena_printf(f->arena, "the chain says that %.*s has the case, not %s",
                                 STR_ARG(holder), from));
    fprintf(stderr, "ungrant custody: warning: %.*s\n", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

static int add_link(struct custody_file *f, const struct request *q, const struct signer *signer,
                    struct error *e) {
    struct custody_link link = {.by = q->by, .note = str_from(q->note), .signer = signer};
    if (q->response) return keep_response(f, q, link, e);
    if (q->other) return join_other(f, q, &link, e);
    if (q->transfer) warn_of_gap(f, q->from);
    link.event = q->transfer ? "transfer" : "note";
    link.subject = bag_case_of(str_from(f->archive));
    link.subject_sha256 = f->sha256[0] ? f->sha256 : NULL;
    link.from = str_from(q->from);
    link.to = str_from(q->to);
    return custody_file_add(f, &link, e);
}

static int change(const struct request *q, struct error *e) {
    struct custody_file f = {.lock = -1};
    struct signer *signer = NULL;
    /* Before the lock: a question for a passphrase may take its time. */
    if (q->signer.key && !(signer = signer_open(&q->signer, bag_now(), e))) return STATUS_FAILED;
    int bad = custody_file_open(&f, q->path, e) != 0 || add_link(&f, q, signer, e) != 0;
    if (!bad)
        printf("%s: %llu links%s\n", f.path, (unsigned long long)f.end.seq,
               signer ? ", the last is a signature" : "");
    custody_file_close(&f);
    signer_free(signer);
    return bad ? STATUS_FAILED : STATUS_DONE;
}

/* ---- options ---- */

static const char *fault_of(const struct request *q) {
    int kinds = q->transfer + (q->response != NULL) + (q->other != NULL);
    if (!q->path) return "name one archive";
    if (kinds > 1) return "one of --transfer, --timestamp and --join at a time";
    if (q->transfer && (!q->from || !*q->from || !q->to || !*q->to))
        return "--transfer needs --from NAME and --to NAME";
    if (!q->transfer && (q->from || q->to)) return "--from and --to are for --transfer";
    if (q->note && !*q->note) return "--note is empty";
    if (q->signer.key && !is_change(q))
        return "--sign needs a link to sign: --transfer, --note, ...";
    if (q->json && is_change(q)) return "--json is for showing the chain";
    return signer_source_fault(&q->signer);
}

enum {
    OPTION_FROM = 256,
    OPTION_TO,
    OPTION_NOTE,
    OPTION_RESPONSE,
    OPTION_OTHER,
    OPTION_BY,
    OPTION_CA,
    OPTION_KEY,
    OPTION_CERT,
    OPTION_PASSPHRASE,
    OPTION_TRANSFER,
    OPTION_JSON
};

static const struct option OPTIONS[] = {
    {"from", required_argument, NULL, OPTION_FROM},
    {"to", required_argument, NULL, OPTION_TO},
    {"note", required_argument, NULL, OPTION_NOTE},
    {"timestamp", required_argument, NULL, OPTION_RESPONSE},
    {"join", required_argument, NULL, OPTION_OTHER},
    {"by", required_argument, NULL, OPTION_BY},
    {"ca", required_argument, NULL, OPTION_CA},
    {"sign", required_argument, NULL, OPTION_KEY},
    {"cert", required_argument, NULL, OPTION_CERT},
    {"passphrase-file", required_argument, NULL, OPTION_PASSPHRASE},
    {"transfer", no_argument, NULL, OPTION_TRANSFER},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};

/* 0, an exit status with the message printed, or -1: help was asked for. */
static int read_options(int argc, char **argv, struct request *q) {
    const char **text[] = {
        &q->from, &q->to,          &q->note,       &q->response,    &q->other,
        &q->by,   &q->authorities, &q->signer.key, &q->signer.cert, &q->signer.passphrase_file};
    optind = 0;
    for (int o; (o = getopt_long(argc, argv, "h", OPTIONS, NULL)) != -1;) {
        if (o >= OPTION_FROM && o <= OPTION_PASSPHRASE)
            *text[o - OPTION_FROM] = optarg;
        else if (o == OPTION_TRANSFER)
            q->transfer = true;
        else if (o == OPTION_JSON)
            q->json = true;
        else
            return o == 'h' ? -1 : STATUS_USAGE;
    }
    if (optind + 1 == argc) q->path = argv[optind];
    const char *why = fault_of(q);
    if (!why) return 0;
    fprintf(stderr, "ungrant custody: %s (see `ungrant custody --help`)\n", why);
    return STATUS_USAGE;
}

int custody_command(int argc, char **argv) {
    struct request q = {0};
    struct error e = {0};
    int status = read_options(argc, argv, &q);
    if (status < 0) return fputs(USAGE, stdout) < 0 ? STATUS_FAILED : STATUS_DONE;
    if (status) return status;
    status = is_change(&q) ? change(&q, &e) : custody_show(q.path, q.authorities, q.json, &e);
    if (fflush(stdout) != 0 || ferror(stdout)) error_errno(&e, "standard output");
    if (error_is_set(&e)) error_print("custody", &e);
    return error_is_set(&e) ? STATUS_FAILED : status;
}
