/* ungrant.c - the front door: a table of commands, --help, --version. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "analyze/analyze.h"
#include "analyze/package/package.h"
#include "analyze/report/baseline_draft.h"
#include "analyze/report/standing.h"
#include "analyze/rules/rules.h"
#include "collect/collect.h"
#include "playbooks/playbooks.h"

static int run_collect(int argc, char **argv) {
    struct error e = {0};
    struct witness *w = analyze_witness(&e);
    if (!w) {
        error_print("collect", &e);
        return STATUS_FAILED;
    }
    int status = collect_command(argc, argv, w);
    analyze_witness_free(w);
    return status;
}

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} COMMANDS[] = {
    {"collect", run_collect, "put evidence into one sealed archive"},
    {"verify", verify_command, "check a sealed archive, an unpacked bag or a tar of one"},
    {"custody", custody_command, "who had a case and what was done with it; add a link"},
    {"analyze", analyze_command, "timeline, ledger and report from archives, folders and files"},
    {"dump", dump_command, "every record of any evidence file, as JSON lines"},
    {"ledger", ledger_command, "who could do what at a moment, and the reverse"},
    {"baseline", baseline_command, "a draft of what was usual before, for a person to edit"},
    {"plan", plan_command, "from the ledger to the actions that take access back"},
    {"review", review_command, "approve or reject each action"},
    {"emit", emit_command, "scripts from approved actions: rollback, verify, undo"},
    {"close", close_command, "record what the rollback did"},
    {"package", package_command, "one zip for court: exhibits, load file, drafts of the forms"},
    {"playbooks", playbooks_command, "the playbooks that a plan follows, listed and checked"},
    {"rules", rules_command, "the YARA rules that are loaded"},
};

static void print_help(FILE *out) {
    fputs("usage: ungrant COMMAND [options]\n\n"
          "Who gave whom access to which mailbox, is it still open, and how is it taken back "
          "safely?\n\n",
          out);
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        fprintf(out, "  %-9s %s\n", COMMANDS[i].name, COMMANDS[i].what);
    fputs("\n`ungrant COMMAND --help` tells more. `ungrant --version` prints the version.\n", out);
}

int main(int argc, char **argv) {
    /* Names in archives are UTF-8; in the C locale libarchive would drop those that are not ASCII.
     */
    if (!setlocale(LC_ALL, "C.UTF-8")) setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error with a message, not a silent end */
    if (argc < 2) {
        print_help(stderr);
        return STATUS_USAGE;
    }
    struct str name = str_from(argv[1]);
    if (str_eq(name, STR("--help")) || str_eq(name, STR("-h")) || str_eq(name, STR("help"))) {
        print_help(stdout);
        return STATUS_DONE;
    }
    if (str_eq(name, STR("--version"))) {
        puts("ungrant " UNGRANT_VERSION);
        return STATUS_DONE;
    }
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        if (str_eq(name, str_from(COMMANDS[i].name))) return COMMANDS[i].run(argc - 1, argv + 1);
    fprintf(stderr, "ungrant: no such command (see `ungrant --help`)\n");
    return STATUS_USAGE;
}
