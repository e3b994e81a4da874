/* ledger_command.c - `ungrant ledger`: who could do what at a moment, and the reverse. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>

#include "analyze/report/standing.h"
#include "base/file.h"
#include "base/json.h"
#include "base/term.h"

static const char HELP[] =
    "usage: ungrant ledger OUT/ --at TIME [--mailbox NAME | --trustee NAME] [--json]\n"
    "Who could do what at that time: the grants of OUT/ledger.jsonl that were held then, and\n"
    "those of which the evidence does not say whether they were.\n"
    "\n"
    "  --at TIME       a day (its end) or a time in UTC: 2026-03-09, 2026-03-09T08:41:17Z\n"
    "  --mailbox NAME  only what reaches this mailbox; * stands for any part of a name\n"
    "  --trustee NAME  only what this trustee has\n"
    "  --json          one JSON object per line\n"
    "  --help          this text\n"
    "\n"
    "exit status: 0 done, 1 something is unknown, 2 usage, 4 a file cannot be read or written\n";

struct asked {
    struct str folder, mailbox, trustee;
    struct when at;
    bool json;
};

struct book {
    struct arena *arena;
    struct json_lines changes, grants;
    cJSON *coverage;
};

enum { BOOK_LIMIT = 1 << 30 };

static int read_lines(struct book *b, struct str folder, const char *name, struct json_lines *out,
                      struct error *e) {
    char *path = file_join(folder.p, name);
    struct str text;
    int failed = file_read(b->arena, path, BOOK_LIMIT, &text, e) != 0 ||
                 json_parse_lines(b->arena, path, text, out, e) != 0;
    free(path);
    return failed ? -1 : 0;
}

static int book_read(struct book *b, struct str folder, struct error *e) {
    char *coverage = file_join(folder.p, "coverage.json");
    int failed = read_lines(b, folder, "timeline.jsonl", &b->changes, e) != 0 ||
                 read_lines(b, folder, "ledger.jsonl", &b->grants, e) != 0;
    if (!failed) b->coverage = json_parse_file(b->arena, coverage, e);
    free(coverage);
    json_lines_sort(&b->changes);
    return failed || !b->coverage ? -1 : 0;
}

static void book_free(struct book *b) {
    json_lines_free(&b->changes);
    json_lines_free(&b->grants);
    cJSON_Delete(b->coverage);
    arena_free(b->arena);
}

/* ---- one line ---- */

static struct str best_name(const cJSON *party) {
    struct str identity = json_get_str(party, "identity");
    return identity.n ? identity : json_get_str(party, "written");
}

/* One line of the answer. */
struct answer {
    const cJSON *grant;
    enum standing standing;
    const char *why;
    struct str level;
    const cJSON *member; /* the member of the trustee who was asked for; or NULL */
};

static void add_json(struct buf *out, const struct answer *a) {
    const cJSON *g = a->grant;
    struct json j = {.out = out};
    json_object(&j);
    json_put(&j, "grant", json_get_str(g, "id"));
    json_put(&j, "standing", str_from(standing_name(a->standing)));
    json_put_or_null(&j, "why", str_from(a->why));
    json_put(&j, "mailbox", best_name(json_get(g, "mailbox")));
    json_put(&j, "trustee", best_name(json_get(g, "trustee")));
    json_put(&j, "right", json_get_str(g, "right"));
    json_put_or_null(&j, "scope", json_get_str(g, "scope"));
    json_put_or_null(&j, "level", a->level);
    json_put_bool(&j, "deny", json_get_bool(g, "deny", false));
    json_put_or_null(&j, "opened", json_get_str(g, "opened"));
    json_put_or_null(&j, "opened_by", json_get_str(g, "opened_by"));
    json_put_or_null(&j, "closed", json_get_str(g, "closed"));
    json_put_or_null(&j, "closed_by", json_get_str(g, "closed_by"));
    json_put_or_null(&j, "member", a->member ? best_name(json_get(a->member, "who")) : STR_NONE);
    json_end(&j);
    buf_add_c(out, '\n');
}

static void add_name(struct buf *out, struct str name, const char *otherwise) {
    if (name.n)
        term_escape(out, name);
    else
        buf_add_z(out, otherwise);
}

/* held     FullAccess   on ceo@x for eve@x, since 2026-...Z (c-000017), until ...  [g-000003] */
static void add_line(struct buf *out, const struct answer *a) {
    const cJSON *g = a->grant;
    struct str level = a->level;
    struct str opened = json_get_str(g, "opened"), closed = json_get_str(g, "closed");
    buf_printf(out, "%-8s ", standing_name(a->standing));
    if (json_get_bool(g, "deny", false)) buf_add_z(out, "denied ");
    term_escape(out, json_get_str(g, "right"));
    if (level.n || json_get_str(g, "scope").n) {
        buf_add_z(out, " (");
        term_escape(out, json_get_str(g, "scope"));
        if (level.n && json_get_str(g, "scope").n) buf_add_z(out, ": ");
        term_escape(out, level);
        buf_add_c(out, ')');
    }
    buf_add_z(out, " on ");
    add_name(out, best_name(json_get(g, "mailbox")), "the organisation");
    buf_add_z(out, " for ");
    add_name(out, best_name(json_get(g, "trustee")), "everyone it concerns");
    if (a->member) {
        buf_add_z(out, " with its member ");
        term_escape(out, best_name(json_get(a->member, "who")));
    }
    if (opened.n)
        buf_printf(out, ", since %.*s (%.*s)", STR_ARG(opened),
                   STR_ARG(json_get_str(g, "opened_by")));
    if (closed.n)
        buf_printf(out, ", until %.*s (%.*s)", STR_ARG(closed),
                   STR_ARG(json_get_str(g, "closed_by")));
    buf_printf(out, " [%.*s]", STR_ARG(json_get_str(g, "id")));
    if (*a->why) buf_printf(out, ": %s", a->why);
    buf_add_c(out, '\n');
}

/* ---- what the evidence reaches ---- */

/* A moment that no log reaches is said before anything else. */
static void add_reach(struct buf *out, const struct book *b, struct when at) {
    struct str first = STR_NONE, last = STR_NONE;
    char text[WHEN_TEXT];
    struct str asked = when_format(at, text);
    const cJSON *list = json_get(b->coverage, "telemetry");
    for (const cJSON *t = list ? list->child : NULL; t; t = t->next) {
        struct str begins = json_get_str(t, "first"), ends = json_get_str(t, "last");
        if (!json_get_bool(t, "grant_visible", false) || !begins.n) continue;
        if (!first.n || str_cmp(begins, first) < 0) first = begins;
        if (!last.n || str_cmp(ends, last) > 0) last = ends;
    }
    if (!first.n)
        buf_add_z(out, "no log among the evidence would have shown a grant\n");
    else if (str_cmp(asked, first) < 0)
        buf_printf(out, "%.*s lies before the first log that shows grants (%.*s)\n", STR_ARG(asked),
                   STR_ARG(first));
    else if (str_cmp(asked, last) > 0)
        buf_printf(out,
                   "%.*s lies behind the last log that shows grants (%.*s): what changed since is "
                   "not known\n",
                   STR_ARG(asked), STR_ARG(last));
}

static int print_ledger(const struct book *b, const struct asked *q, bool *unknown) {
    struct buf out = {0}, said = {0};
    size_t held = 0, open = 0;
    for (size_t i = 0; i < b->grants.count; i++) {
        const cJSON *g = b->grants.list[i];
        struct answer a = {.grant = g};
        a.standing = standing_at(g, q->at, &a.why);
        if (a.standing == STANDING_NOT_HELD || !standing_is(json_get(g, "mailbox"), q->mailbox))
            continue;
        if (!standing_is(json_get(g, "trustee"), q->trustee)) {
            a.member = standing_member(g, q->trustee, q->at);
            if (!a.member) continue;
        }
        a.level = standing_level(g, &b->changes, q->at);
        held += a.standing == STANDING_HELD;
        open += a.standing == STANDING_UNKNOWN;
        if (q->json)
            add_json(&out, &a);
        else
            add_line(&out, &a);
    }
    add_reach(&said, b, q->at);
    if (!q->json) buf_printf(&said, "%zu held, %zu unknown\n", held, open);
    *unknown = open > 0;
    if (said.n) fwrite(said.p, 1, said.n, stderr);
    bool written = !out.n || fwrite(out.p, 1, out.n, stdout) == out.n;
    buf_free(&out);
    buf_free(&said);
    return written && fflush(stdout) == 0 ? 0 : -1;
}

/* A day means its last moment. */
static bool parse_at(const char *text, struct when *at) {
    struct str s = str_from(text);
    char day[WHEN_TEXT];
    if (s.n == 10 && s.p[4] == '-' && s.p[7] == '-') {
        int n = snprintf(day, sizeof day,
                         "%s"
                         "T23:59:59.999999999Z",
                         text);
        s = str_of(day, (size_t)n);
    }
    return when_parse_iso(s, WHEN_NONE, at) && at->basis == WHEN_UTC;
}

static int usage(const char *why) {
    fprintf(stderr, "ungrant ledger: %s (see `ungrant ledger --help`)\n", why);
    return STATUS_USAGE;
}

int ledger_command(int argc, char **argv) {
    enum { AT = 256, MAILBOX, TRUSTEE, AS_JSON };
    static const struct option options[] = {{"at", required_argument, NULL, AT},
                                            {"mailbox", required_argument, NULL, MAILBOX},
                                            {"trustee", required_argument, NULL, TRUSTEE},
                                            {"json", no_argument, NULL, AS_JSON},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct asked q = {.at.basis = WHEN_NONE};
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (c) {
        case AT:
            if (!parse_at(optarg, &q.at)) return usage("--at wants a day or a time with its zone");
            break;
        case MAILBOX: q.mailbox = str_from(optarg); break;
        case TRUSTEE: q.trustee = str_from(optarg); break;
        case AS_JSON: q.json = true; break;
        case 'h': fputs(HELP, stdout); return STATUS_DONE;
        default: return STATUS_USAGE;
        }
    }
    if (optind + 1 != argc) return usage("one folder that `ungrant analyze` wrote is wanted");
    if (q.at.basis == WHEN_NONE) return usage("--at is wanted");
    q.folder = str_from(argv[optind]);
    struct error e = {0};
    struct book b = {.arena = arena_new(0)};
    bool unknown = false;
    int status = STATUS_FAILED;
    if (book_read(&b, q.folder, &e) != 0)
        error_print("ledger", &e);
    else if (print_ledger(&b, &q, &unknown) != 0)
        fprintf(stderr, "ungrant ledger: standard output: %s\n", strerror(errno));
    else
        status = unknown ? STATUS_DECIDE : STATUS_DONE;
    book_free(&b);
    return status;
}
