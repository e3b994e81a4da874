/* package_command.c - `ungrant package`: options in, one zip out. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/package/package.h"
#include "base/file.h"
#include "base/term.h"
#include "collect/collect.h"

static const char HELP[] =
    "usage: ungrant package CASE.zip OUT/ [plan.json] [DIR] -o HANDOVER.zip [options]\n"
    "\n"
    "One zip for people who have no ungrant: what seals the case, the analysis in OUT/, the plan,\n"
    "scripts and results in DIR, the custody log; each record that a statement rests on as a\n"
    "file; index.html, index.csv and a load file (Concordance .dat) with control numbers and\n"
    "hashes; drafts of certifications (FRE 902(13), 902(14)), a custody form, methods.html.\n"
    "It is a bag itself: `ungrant verify`, or VERIFY.txt inside, checks it.\n"
    "\n"
    "  -o HANDOVER.zip       the package; a file that exists is never overwritten\n"
    "  --password-file F     encrypt all of it, names too (AES-256; F's first line); 7-Zip opens "
    "it\n"
    "  --selection FILE      only these changes and grants (an id a line) get their records\n"
    "  --with-content        also the sealed archive itself with every record, message subjects,\n"
    "                        other people's sign-ins, other files of DIR; without it the sealed\n"
    "                        case travels beside, and methods.html counts what was left out\n"
    "  --ca FILE             the authorities (PEM) that you trust for signature and time stamp\n"
    "  --jobs N              workers (default: all cores)\n"
    "\n"
    "A case that `ungrant verify` finds bad is not packaged. The custody log gets a link.\n"
    "Exit status: 0 done, 3 a record could not be cut out (index.html marks it), 4 failed,\n"
    "2 usage.\n";

enum { PASSWORD_MOST = 1024, PASSWORD_LEAST = 8 };

static int usage(const char *why) {
    fprintf(stderr, "ungrant package: %s (see `ungrant package --help`)\n", why);
    return STATUS_USAGE;
}

/* plan.json is a file, DIR a folder: in any order, each at most once. */
static int take_path(struct package_options *o, const char *path) {
    struct stat st;
    bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    const char **slot = !o->archive    ? &o->archive
                        : !o->analysis ? &o->analysis
                        : folder       ? &o->folder
                                       : &o->plan;
    if (*slot) return usage("too many paths");
    *slot = path;
    return 0;
}

struct request {
    struct package_options o;
    const char *password_file;
};

/* 0, or the exit status with the message printed. -1: help was asked for. */
static int read_options(int argc, char **argv, struct request *q) {
    static const struct option longs[] = {{"password-file", required_argument, NULL, 'p'},
                                          {"selection", required_argument, NULL, 's'},
                                          {"with-content", no_argument, NULL, 'w'},
                                          {"ca", required_argument, NULL, 'c'},
                                          {"jobs", required_argument, NULL, 'j'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = cores > 0 && cores <= 256 ? (uint64_t)cores : 1;
    int status = 0;
    optind = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "ho:", longs, NULL)) != -1;) {
        switch (c) {
        case 'h': return -1;
        case 'o': q->o.output = optarg; break;
        case 'p': q->password_file = optarg; break;
        case 's': q->o.selection = optarg; break;
        case 'w': q->o.with_content = true; break;
        case 'c': q->o.authorities = optarg; break;
        case 'j':
            if (!str_u64(str_from(optarg), &jobs) || jobs < 1 || jobs > 256)
                return usage("--jobs wants 1 to 256");
            break;
        default: return usage("no such option, or its value is missing");
        }
    }
    q->o.jobs = (unsigned)jobs;
    for (int i = optind; i < argc && !status; i++) status = take_path(&q->o, argv[i]);
    if (status) return status;
    if (!q->o.analysis) return usage("name the case and the folder of its analysis");
    if (!q->o.output) return usage("-o HANDOVER.zip is missing");
    return str_iends(str_from(q->o.output), STR(".zip")) ? 0 : usage("-o must end in .zip");
}

/* The first line of the file. */
static int read_password(struct arena *a, struct request *q, struct error *e) {
    struct str text, line, rest;
    if (!q->password_file) return 0;
    if (file_read(a, q->password_file, PASSWORD_MOST, &text, e) != 0) return -1;
    str_cut(text, '\n', &line, &rest);
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    if (line.n < PASSWORD_LEAST || str_chr(line, '\0') != STR_ABSENT)
        return error_set(e, "%s: the password, its first line, must have at least %d characters",
                         q->password_file, PASSWORD_LEAST);
    q->o.password = arena_cstr(a, line);
    return 0;
}

static int write_sum(const struct request *q, const struct package_result *r, struct error *e) {
    struct buf path = {0}, line = {0};
    struct str name = str_from(q->o.output);
    size_t slash = str_rchr(name, '/');
    if (slash != STR_ABSENT) name = str_from_index(name, slash + 1);
    buf_printf(&path, "%s.sha256", q->o.output);
    buf_add_c(&path, 0);
    buf_printf(&line, "%s  %.*s\n", r->sha256, STR_ARG(name));
    int bad = file_write(path.p, buf_str(&line), e);
    buf_free(&path);
    buf_free(&line);
    return bad;
}

/* A case on a read-only disk cannot remember, and that is said. */
static void note_custody(const struct request *q, const struct package_result *r) {
    struct error e = {0};
    struct str name = str_from(q->o.output);
    size_t slash = str_rchr(name, '/');
    if (slash != STR_ABSENT) name = str_from_index(name, slash + 1);
    struct custody_link link = {.event = "package",
                                .subject = name,
                                .subject_sha256 = r->sha256,
                                .note = q->o.with_content ? STR("with content") : STR_NONE};
    if (custody_append(q->o.archive, &link, &e) != 0)
        fprintf(stderr, "ungrant package: warning: custody not noted: %s\n", e.text);
}

static void print_summary(const struct request *q, const struct handover *h,
                          const struct package_result *r) {
    term_print(stdout, str_from(q->o.output));
    printf(": %llu files, %llu records cut out for %zu statements\nsha256 %s\n",
           (unsigned long long)r->files, (unsigned long long)h->cut, h->said.count, r->sha256);
    if (h->not_found)
        printf("%llu records could not be cut out of this case (index.html)\n",
               (unsigned long long)h->not_found);
    if (!h->with_content) {
        fputs("the sealed case is NOT in it: hand over ", stdout);
        term_print(stdout, h->sealed.file);
        printf(", too\n  its sha256 %s\n", h->sealed.sha256);
    }
    for (size_t i = 0; i < h->absence_count; i++) {
        printf("left out: %llu ", (unsigned long long)h->absences[i].count);
        term_print(stdout, h->absences[i].what);
        putchar('\n');
    }
    if (h->plan_differs)
        fputs("ungrant package: warning: the plan was made from another timeline.jsonl\n", stderr);
    if (!q->o.password)
        fputs("ungrant package: warning: without --password-file anyone who gets this file can "
              "read it\n",
              stderr);
}

static void print_warning(void *own, const char *text) {
    (void)own;
    fprintf(stderr, "ungrant package: warning: workers are not fully confined: %s\n", text);
}

int package_command(int argc, char **argv) {
    struct request q = {.o = {.warn = print_warning}};
    struct handover h = {0};
    struct package_result r = {0};
    struct error e = {0};
    int status = read_options(argc, argv, &q);
    if (status < 0) return fputs(HELP, stdout) < 0 ? STATUS_FAILED : STATUS_DONE;
    if (status) return status;
    struct arena *a = arena_new(0);
    int bad = read_password(a, &q, &e);
    if (!bad) bad = package_write(&q.o, &h, &r, &e);
    if (!bad) bad = write_sum(&q, &r, &e);
    if (!bad) {
        note_custody(&q, &r);
        print_summary(&q, &h, &r);
    }
    status = bad ? STATUS_FAILED : h.not_found ? STATUS_PARTIAL : STATUS_DONE;
    handover_free(&h);
    arena_free(a);
    if (fflush(stdout) != 0 || ferror(stdout)) error_errno(&e, "standard output");
    if (!error_is_set(&e)) return status;
    error_print("package", &e);
    return STATUS_FAILED;
}
