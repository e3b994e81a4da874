/* baseline_command.c - `ungrant baseline`: what was usual before, as a draft. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "analyze/report/baseline_draft.h"
#include "base/file.h"

static const char HELP[] =
    "usage: ungrant baseline OUT/ --until TIME > baseline.json\n"
    "Drafts a baseline from what OUT/timeline.jsonl shows of the calm before TIME: who made\n"
    "changes, from where and when, by which workflows, and which pairs of mailbox and trustee.\n"
    "A person reads and edits it; then `ungrant analyze --baseline baseline.json` uses it.\n"
    "What alarms by itself is left out. sensitive_mailboxes and approved_changes are left\n"
    "empty: no log knows them.\n"
    "\n"
    "  --until TIME  the last moment that was surely calm, in UTC: 2026-03-09T08:41:17Z, or a\n"
    "                day, which means its beginning\n"
    "  --help        this text\n"
    "\n"
    "exit status: 0 done, 2 usage, 4 a file cannot be read or written\n";

static bool parse_until(const char *text, struct when *until) {
    struct str s = str_from(text);
    char day[WHEN_TEXT];
    if (s.n == 10 && s.p[4] == '-' && s.p[7] == '-') {
        int n = snprintf(day, sizeof day, "%sT00:00:00Z", text);
        s = str_of(day, (size_t)n);
    }
    return when_parse_iso(s, WHEN_NONE, until) && until->basis == WHEN_UTC;
}

static int draft(const char *folder, struct when until) {
    enum { TIMELINE_LIMIT = 1 << 30 };
    struct arena *a = arena_new(0);
    char *path = file_join(folder, "timeline.jsonl");
    struct error e = {0};
    struct json_lines acts = {0};
    struct buf out = {0};
    struct str text;
    int status = STATUS_FAILED;
    if (file_read(a, path, TIMELINE_LIMIT, &text, &e) != 0 ||
        json_parse_lines(a, path, text, &acts, &e) != 0) {
        error_print("baseline", &e);
        goto out;
    }
    struct draft_counts n = baseline_draft(a, &acts, until, &out);
    fprintf(
        stderr,
        "a draft from %zu changes, to be read and edited; %zu that alarm were left out, %zu lie "
        "behind that moment or have no time in UTC\n",
        n.used, n.alarming, n.later);
    if (fwrite(out.p, 1, out.n, stdout) == out.n && fflush(stdout) == 0)
        status = STATUS_DONE;
    else
        fprintf(stderr, "ungrant baseline: standard output: %s\n", strerror(errno));
out:
    json_lines_free(&acts);
    buf_free(&out);
    free(path);
    arena_free(a);
    return status;
}

static int usage(const char *why) {
    fprintf(stderr, "ungrant baseline: %s (see `ungrant baseline --help`)\n", why);
    return STATUS_USAGE;
}

int baseline_command(int argc, char **argv) {
    enum { UNTIL = 256 };
    static const struct option options[] = {{"until", required_argument, NULL, UNTIL},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct when until = {.basis = WHEN_NONE};
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        if (c == 'h') {
            fputs(HELP, stdout);
            return STATUS_DONE;
        }
        if (c != UNTIL) return STATUS_USAGE;
        if (!parse_until(optarg, &until))
            return usage("--until wants a day or a time with its zone");
    }
    if (optind + 1 != argc) return usage("one folder that `ungrant analyze` wrote is wanted");
    if (until.basis == WHEN_NONE) return usage("--until is wanted");
    return draft(argv[optind], until);
}
