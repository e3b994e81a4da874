/* dump.c - `ungrant dump`: every record of any evidence file as one JSON line. */
#include <getopt.h>
#include <stdio.h>

#include "analyze/analyze.h"
#include "analyze/feed.h"
#include "base/json.h"

static const char HELP[] =
    "usage: ungrant dump [--carve] [--jobs N] FILE...\n"
    "\n"
    "Shows every record of event logs, audit log exports and transcripts, also inside archives\n"
    "and sealed cases, as JSON lines on stdout: item, record, offset, then every field.\n"
    "FILE - is standard input. The custody log of a sealed case gets a link.\n"
    "\n"
    "      --carve     also what is left of event records, in the slack of logs and in files of "
    "any\n"
    "                  other kind (disk and memory images), with \"carved\":true\n"
    "      --jobs N    workers (default 1)\n"
    "  -h, --help      this text\n"
    "\n"
    "Exit status: 0 done, 2 usage, 3 something could not be read (named on stderr), 4 failed.\n";

enum { WRITE_AT = 256 * 1024 };

static void write_out(struct buf *b) {
    if (b->n) fwrite(b->p, 1, b->n, stdout);
    b->n = 0;
}

static void print_line(void *own, const struct item *item, const struct fact *line) {
    struct buf *b = own;
    struct json j = {.out = b};
    json_object(&j);
    json_put(&j, "item", item->name);
    json_key(&j, "record");
    if (line->record.n)
        json_str(&j, line->record);
    else
        json_u64(&j, line->ordinal);
    json_put_u64(&j, "offset", line->offset);
    if (line->text.n) {
        buf_add_c(b, ',');
        buf_add(b, line->text);
    }
    json_end(&j);
    buf_add_c(b, '\n');
    if (b->n >= WRITE_AT) write_out(b);
}

static void print_warning(void *own, const char *text) {
    (void)own;
    fprintf(stderr, "ungrant dump: warning: workers are not fully confined: %s\n", text);
}

/* Says on stderr what could not be read; true if there was anything. */
static bool print_faults(const struct extract *x) {
    struct arena *a = arena_new(0);
    struct fact f;
    bool any = false;
    for (size_t i = 0; i < extract_count(x); i++) {
        const struct extracted *it = extract_at(x, i);
        struct str facts = buf_str(&it->facts);
        struct error e = {0};
        if (!it->item.reader.n && it->item.sha256[0])
            error_set(&e, "%.*s: not a kind of evidence that is known here",
                      STR_ARG(it->item.name));
        while (!error_is_set(&e) && fact_next(a, &facts, &f) == 1) {
            struct error fault = {0};
            if (f.kind != FACT_FAULT) continue;
            error_set(&fault, "%.*s: %s%.*s%sat 0x%llx: %.*s", STR_ARG(it->item.name),
                      f.record.n ? "record " : "", STR_ARG(f.record), f.record.n ? " " : "",
                      (unsigned long long)f.offset, STR_ARG(f.text));
            error_print("dump", &fault);
            any = true;
        }
        if (error_is_set(&e)) error_print("dump", &e);
        any |= error_is_set(&e);
    }
    arena_free(a);
    return any;
}

/* A sealed case remembers that its records were shown; on a read-only disk it cannot, which is
 * said.
 */
static void append_custody(const struct feed *f, bool carve) {
    for (size_t i = 0; i < f->case_count; i++) {
        struct error e = {0};
        const char *path = arena_cstr(f->arena, f->cases[i]);
        const struct custody_link link = {.event = "dump",
                                          .subject = str_leaf(f->cases[i]),
                                          .note = carve ? STR("records shown, also carved ones")
                                                        : STR("records shown")};
        if (custody_append(path, &link, &e) != 0)
            fprintf(stderr, "ungrant dump: warning: custody not noted: %s\n", e.text);
    }
}

int dump_command(int argc, char **argv) {
    static const struct option longs[] = {{"jobs", required_argument, NULL, 'j'},
                                          {"carve", no_argument, NULL, 'c'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct error e = {0};
    struct buf line = {0};
    struct extract_options o = {
        .mode = EXTRACT_LINES, .jobs = 1, .own = &line, .line = print_line, .warn = print_warning};
    optind = 0;
    opterr = 0; /* the message is ours: one line */
    for (int c; (c = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
        uint64_t n = 0;
        if (c == 'h') {
            fputs(HELP, stdout);
            return STATUS_DONE;
        }
        if (c == 'c') {
            o.carve = true;
            continue;
        }
        if (c != 'j' || !str_u64(str_from(optarg), &n) || n < 1 || n > 256) {
            fputs(c == 'j' ? "ungrant dump: --jobs wants 1 to 256\n"
                           : "ungrant dump: no such option (see `ungrant dump --help`)\n",
                  stderr);
            return STATUS_USAGE;
        }
        o.jobs = (unsigned)n;
    }
    if (optind == argc) {
        fputs("ungrant dump: name the files to show (see `ungrant dump --help`)\n", stderr);
        return STATUS_USAGE;
    }
    struct feed f = {.x = extract_new(&o, &e), .arena = arena_new(0)};
    int bad = f.x ? 0 : -1;
    for (int i = optind; i < argc && !bad; i++) bad = feed_path(&f, argv[i], &e);
    if (!bad) bad = extract_wait(f.x, &e);
    int status = bad ? STATUS_FAILED : print_faults(f.x) ? STATUS_PARTIAL : STATUS_DONE;
    if (!bad) append_custody(&f, o.carve);
    extract_free(f.x);
    arena_free(f.arena);
    write_out(&line);
    buf_free(&line);
    if (error_is_set(&e)) error_print("dump", &e);
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    fputs("ungrant dump: cannot write to standard output\n", stderr);
    return STATUS_FAILED;
}
