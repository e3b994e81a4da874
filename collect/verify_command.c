/* verify_command.c - `ungrant verify`: options in, findings out. */
#include <getopt.h>
#include <stdio.h>

#include "base/json.h"
#include "base/term.h"
#include "collect/collect.h"
#include "collect/verify.h"

static const char USAGE[] =
    "usage: ungrant verify CASE.zip|CASE.tar.*|FOLDER [--ca FILE] [--json]\n"
    "                      [--by NAME [--note TEXT]]\n"
    "\n"
    "Checks a sealed case, unpacked or not, in this order: the archive, every hash, nothing\n"
    "unlisted, tag files, counts, inventory, signature, time stamp, custody chain. Each line is\n"
    "good, bad (and where), absent, or not checked (and why). A package of `ungrant package`, "
    "too;\n"
    "and where the sealed case lies beside it, whether it is that one. Writes nothing, unless "
    "--by\n"
    "says who verified: then the result is a link in CASE.custody.jsonl beside it.\n"
    "\n"
    "  --ca FILE     the authorities (PEM) that you trust for signatures and time stamps;\n"
    "                without it a signature is held against the bytes, but nobody vouches for\n"
    "                the signer, and it counts as not checked\n"
    "  --json        the findings as one JSON object\n"
    "  --by NAME     note this verification in the custody chain, done by NAME\n"
    "  --note TEXT   goes with the custody link\n"
    "\n"
    "The same checks without this program are in the case: VERIFY.txt.\n"
    "\n"
    "Exit status: 0 nothing is bad, 3 nothing is bad but something was not checked, 4 bad,\n"
    "2 usage.\n";

static void print_text(const struct verification *v) {
    for (int i = 0; i < verify_checks(v); i++) {
        struct str note = v->note[i];
        bool why = v->verdict[i] == VERDICT_UNCHECKED;
        printf("%-17s %s", verify_check_name((enum verify_check)i),
               verify_verdict_name(v->verdict[i]));
        if (note.n) fputs(why ? " because " : " (", stdout);
        term_print(stdout, note);
        puts(note.n && !why ? ")" : "");
        for (size_t k = 0; k < v->count; k++) {
            if (v->list[k].check != (enum verify_check)i) continue;
            fputs("  ", stdout);
            term_print(stdout, v->list[k].place);
            fputs(": ", stdout);
            term_print(stdout, v->list[k].reason);
            putchar('\n');
        }
    }
}

static void print_json(const struct verification *v, const char *path) {
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    json_put(&j, "path", str_from(path));
    json_put_u64(&j, "status", (uint64_t)verify_status(v));
    json_key(&j, "checks");
    json_array(&j);
    for (int i = 0; i < verify_checks(v); i++) {
        json_object(&j);
        json_put(&j, "check", str_from(verify_check_name((enum verify_check)i)));
        json_put(&j, "verdict", str_from(verify_verdict_name(v->verdict[i])));
        json_put_or_null(&j, "note", v->note[i]);
        json_key(&j, "findings");
        json_array(&j);
        for (size_t k = 0; k < v->count; k++) {
            if (v->list[k].check != (enum verify_check)i) continue;
            json_object(&j);
            json_put(&j, "place", v->list[k].place);
            json_put(&j, "reason", v->list[k].reason);
            json_end(&j);
        }
        json_end(&j);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    buf_add_c(&b, '\n');
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
}

struct request {
    const char *path, *by, *note, *authorities;
    bool json;
};

/* 0, or the exit status with the message printed. -1: help was asked for. */
static int read_options(int argc, char **argv, struct request *q) {
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},     {"ca", required_argument, NULL, 'c'},
        {"by", required_argument, NULL, 'b'}, {"note", required_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},     {NULL, 0, NULL, 0}};
    optind = 0;
    for (int o; (o = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (o == 'j')
            q->json = true;
        else if (o == 'c')
            q->authorities = optarg;
        else if (o == 'b')
            q->by = optarg;
        else if (o == 'n')
            q->note = optarg;
        else if (o == 'h')
            return -1;
        else
            return STATUS_USAGE;
    }
    if (optind + 1 == argc) {
        q->path = argv[optind];
        return 0;
    }
    fputs("ungrant verify: name one archive or folder (see `ungrant verify --help`)\n", stderr);
    return STATUS_USAGE;
}

static int note_custody(const struct request *q, const struct verification *v, struct error *e) {
    struct custody_link link = {.event = "verify", .subject = str_from(q->path), .by = q->by};
    struct buf b = {0};
    buf_add_z(&b, verify_status(v) == STATUS_DONE ? "good" : "not good");
    if (q->note) buf_printf(&b, ": %s", q->note);
    link.note = buf_str(&b);
    int bad = custody_append(q->path, &link, e);
    buf_free(&b);
    return bad;
}

int verify_command(int argc, char **argv) {
    struct request q = {0};
    struct verification v;
    struct error e = {0};
    int status = read_options(argc, argv, &q);
    if (status < 0) return fputs(USAGE, stdout) < 0 ? STATUS_FAILED : STATUS_DONE;
    if (status) return status;
    struct arena *a = arena_new(0);
    if (verify_case(a, q.path, q.authorities, &v, &e) != 0) {
        status = STATUS_FAILED;
    } else {
        if (q.json)
            print_json(&v, q.path);
        else
            print_text(&v);
        status = verify_status(&v);
        if (q.by && note_custody(&q, &v, &e) != 0) status = STATUS_FAILED;
    }
    arena_free(a);
    if (fflush(stdout) != 0 || ferror(stdout)) error_errno(&e, "standard output");
    if (error_is_set(&e)) error_print("verify", &e);
    return error_is_set(&e) ? STATUS_FAILED : status;
}
