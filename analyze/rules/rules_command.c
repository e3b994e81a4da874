/* `ungrant rules`: which rules there are, for people and, with --json, for programs. */
#include <getopt.h>
#include <stdlib.h>

#include "analyze/rules/rules.h"
#include "base/file.h"
#include "base/json.h"
#include "base/term.h"

static const char HELP[] =
    "usage: ungrant rules [--rules DIR] [--json]\n"
    "Lists the YARA rules that analyze runs over script text and command lines.\n"
    "\n"
    "  --rules DIR  add the *.yar and *.yara files of DIR (include is refused)\n"
    "  --json       one JSON object per line: rule, severity, technique, description\n"
    "  --help       this text\n"
    "\n"
    "exit status: 0 done, 2 usage, 4 a rule does not compile or cannot be read\n";

static void add_json(struct buf *out, const struct rule_match *m) {
    struct json j = {.out = out};
    json_object(&j);
    json_put(&j, "rule", m->rule);
    json_put_or_null(&j, "severity", m->severity);
    json_put_or_null(&j, "technique", m->technique);
    json_put_or_null(&j, "description", m->description);
    json_end(&j);
    buf_add_c(out, '\n');
}

/* A column: the text made harmless, then blanks up to `width` and one more. */
static void add_cell(struct buf *out, struct str text, size_t width) {
    size_t before = out->n;
    term_escape(out, text.n ? text : STR("-"));
    while (out->n - before < width) buf_add_c(out, ' ');
    buf_add_c(out, ' ');
}

static void add_row(struct buf *out, const struct rule_match *m, size_t width) {
    add_cell(out, m->rule, width);
    add_cell(out, m->severity, 8);
    add_cell(out, m->technique, 9);
    term_escape(out, m->description);
    buf_add_c(out, '\n');
}

static int print_rules(const struct rules *r, bool as_json) {
    struct arena *a = arena_new(0);
    struct rule_match *list;
    size_t count = rules_list(r, a, &list), width = 0;
    struct buf out = {0};
    for (size_t i = 0; i < count; i++)
        if (list[i].rule.n > width) width = list[i].rule.n;
    if (!as_json)
        add_row(&out,
                &(struct rule_match){STR("RULE"), STR("TECHNIQUE"), STR("SEVERITY"),
                                     STR("DESCRIPTION")},
                width);
    for (size_t i = 0; i < count; i++) {
        if (as_json)
            add_json(&out, &list[i]);
        else
            add_row(&out, &list[i], width);
    }
    bool bad = fwrite(out.p, 1, out.n, stdout) != out.n;
    if (fflush(stdout) != 0) bad = true;
    buf_free(&out);
    arena_free(a);
    if (!bad) return STATUS_DONE;
    struct error e = {0};
    error_errno(&e, "standard output: cannot write");
    error_print("rules", &e);
    return STATUS_FAILED;
}

static int usage(const char *argument, const char *why) {
    struct error e = {0};
    error_set(&e, "%s: %s (see `ungrant rules --help`)", argument, why);
    error_print("rules", &e);
    return STATUS_USAGE;
}

int rules_command(int argc, char **argv) {
    static const struct option options[] = {{"rules", required_argument, NULL, 'r'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    const char *directory = NULL;
    bool as_json = false;
    optind = 0; /* another command's getopt may have run before */
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (c) {
        case 'r': directory = optarg; break;
        case 'j': as_json = true; break;
        case 'h': fputs(HELP, stdout); return STATUS_DONE;
        default: return usage(argv[optind - 1], "no such option, or its value is missing");
        }
    }
    if (optind < argc)
        return usage(argv[optind], "takes no file; give a folder of rules with --rules");
    struct error e = {0};
    struct rules *r = rules_load(directory, &e);
    if (!r) {
        error_print("rules", &e);
        return STATUS_FAILED;
    }
    int status = print_rules(r, as_json);
    rules_free(r);
    return status;
}
