#include "analyze/analyze.h"

#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyze/feed.h"
#include "analyze/grants/fold.h"
#include "analyze/report/report.h"
#include "base/file.h"
#include "base/json.h"
#include "base/term.h"
#include "collect/bag_read.h"

static const char HELP[] =
    "usage: ungrant analyze CASE... -o OUT/ [options]\n"
    "       ungrant analyze --facts PART.facts ITEM...\n"
    "\n"
    "Reads sealed cases, archives, folders and files (mixed), and facts that an earlier run\n"
    "extracted; writes into OUT/ timeline.jsonl, timeline.csv, ledger.jsonl, coverage.json,\n"
    "errors.jsonl and report.html. Hashes of sealed cases are checked while they are read.\n"
    "\n"
    "  -o, --output OUT/    where the outputs go (made if missing)\n"
    "      --facts FILE     extract only: write the facts of these items, no OUT/; later\n"
    "                       `analyze FILE... -o OUT/` gives what one run over all gives\n"
    "      --jobs N         workers (default: one per core)\n"
    "      --baseline FILE  what is normal here: expected pairs, tickets, administrators\n"
    "      --tickets FILE   approved changes: CSV of ticket, mailbox, trustee, right, from, to\n"
    "      --zone HOST=ZONE the zone of a host's clock (UTC, +02:00, Europe/Amsterdam)\n"
    "      --state-time F=TIME  when snapshot F was taken (UTC; a sealed case knows it)\n"
    "      --rules DIR      more YARA rules, beside those built in\n"
    "      --carve          also what is left of event records in slack and in unknown files\n"
    "      --json           the summary as one JSON object\n"
    "  -h, --help           this text\n"
    "\n"
    "Exit status: 0 done, 2 usage, 3 done but something could not be read (errors.jsonl names\n"
    "it), 4 failed.\n";

enum { ZONES_MOST = 64, STATE_TIMES_MOST = 256 };

struct options {
    const char *output, *facts, *rules, *baseline, *tickets;
    const char *zones[ZONES_MOST];
    size_t zone_count;
    const char *state_times[STATE_TIMES_MOST];
    size_t state_time_count;
    unsigned jobs;
    bool json, carve;
    char **paths;
    int path_count;
    struct fold_options fold; /* zones and baseline, once they are read */
};

static unsigned cores(void) {
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

static int usage(const char *command, const char *why) {
    fprintf(stderr, "ungrant %s: %s (see `ungrant %s --help`)\n", command, why, command);
    return STATUS_USAGE;
}

static bool parse_jobs(const char *text, unsigned *jobs) {
    uint64_t n;
    if (!str_u64(str_from(text), &n) || n < 1 || n > 256) return false;
    *jobs = (unsigned)n;
    return true;
}

static bool is_zone(const char *text) {
    struct arena *a = arena_new(0);
    struct zone ignored;
    const char *why;
    bool good = zone_parse(a, text, &ignored, &why);
    arena_free(a);
    return good;
}

/* "FILE=TIME"; the file's name may hold a "=", the time none. */
static bool parse_state_time(const char *text, struct state_time *out) {
    struct str s = str_from(text);
    size_t at = str_rchr(s, '=');
    if (at == STR_ABSENT || at == 0) return false;
    out->item = str_slice(s, 0, at);
    return when_parse_iso(str_from_index(s, at + 1), WHEN_UTC, &out->time);
}

/* -1: go on; else the exit status. */
static int parse_options(int argc, char **argv, struct options *o) {
    enum { FACTS = 256, JOBS, RULES, JSON, BASELINE, TICKETS, ZONE, CARVE, STATE_TIME };
    static const struct option longs[] = {{"output", required_argument, NULL, 'o'},
                                          {"facts", required_argument, NULL, FACTS},
                                          {"jobs", required_argument, NULL, JOBS},
                                          {"rules", required_argument, NULL, RULES},
                                          {"baseline", required_argument, NULL, BASELINE},
                                          {"tickets", required_argument, NULL, TICKETS},
                                          {"zone", required_argument, NULL, ZONE},
                                          {"state-time", required_argument, NULL, STATE_TIME},
                                          {"carve", no_argument, NULL, CARVE},
                                          {"json", no_argument, NULL, JSON},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    *o = (struct options){.jobs = cores()};
    optind = 0;
    opterr = 0; /* the message is ours: one line */
    for (int c; (c = getopt_long(argc, argv, "o:h", longs, NULL)) != -1;) {
        switch (c) {
        case 'o': o->output = optarg; break;
        case FACTS: o->facts = optarg; break;
        case RULES: o->rules = optarg; break;
        case BASELINE: o->baseline = optarg; break;
        case TICKETS: o->tickets = optarg; break;
        case ZONE:
            if (o->zone_count == ZONES_MOST) return usage("analyze", "more than 64 zones");
            if (!is_zone(optarg))
                return usage("analyze",
                             "--zone wants HOST=UTC, HOST=+02:00 or HOST=Europe/Amsterdam");
            o->zones[o->zone_count++] = optarg;
            break;
        case STATE_TIME: {
            struct state_time ignored;
            if (o->state_time_count == STATE_TIMES_MOST)
                return usage("analyze", "more than 256 state times");
            if (!parse_state_time(optarg, &ignored))
                return usage("analyze", "--state-time wants FILE=2026-01-31T12:00:00Z");
            o->state_times[o->state_time_count++] = optarg;
            break;
        }
        case CARVE: o->carve = true; break;
        case JSON: o->json = true; break;
        case JOBS:
            if (!parse_jobs(optarg, &o->jobs)) return usage("analyze", "--jobs wants 1 to 256");
            break;
        case 'h': fputs(HELP, stdout); return STATUS_DONE;
        default: return usage("analyze", "no such option");
        }
    }
    o->paths = argv + optind;
    o->path_count = argc - optind;
    if (o->path_count == 0) return usage("analyze", "name the evidence to analyze");
    if (!o->output == !o->facts) return usage("analyze", "give either -o OUT/ or --facts FILE");
    return -1;
}

static void print_warning(void *own, const char *text) {
    (void)own;
    fprintf(stderr, "ungrant analyze: warning: workers are not fully confined: %s\n", text);
}

/* ---- --facts: items and their facts, as a file ---- */

static int compare_extracted(const void *a, const void *b) {
    const struct item *x = &(*(struct extracted *const *)a)->item,
                      *y = &(*(struct extracted *const *)b)->item;
    int c = str_cmp(x->name, y->name);
    return c ? c : strcmp(x->sha256, y->sha256);
}

static int write_facts(const struct extract *x, const char *path, struct error *e) {
    struct file_out out;
    struct buf b = {0};
    size_t n = extract_count(x);
    struct extracted **order = memory_alloc((n + 1) * sizeof(struct extracted *));
    for (size_t i = 0; i < n; i++) order[i] = extract_at(x, i);
    if (n) qsort(order, n, sizeof(struct extracted *), compare_extracted);
    int bad = file_out_open(&out, path, e);
    if (!bad) file_out_write(&out, FACTS_MAGIC);
    for (size_t i = 0; i < n && !bad; i++) {
        const struct item *it = &order[i]->item;
        struct fact f = {.kind = FACT_ITEM,
                         .name = it->name,
                         .archive = it->archive,
                         .case_id = it->case_id,
                         .reader = it->reader,
                         .telemetry = it->telemetry,
                         .first_bytes = it->first_bytes,
                         .sha256 = str_from(it->sha256),
                         .size = it->size,
                         .integrity = it->integrity,
                         .taken = it->taken};
        b.n = 0;
        fact_put(&b, &f);
        file_out_write(&out, buf_str(&b));
        file_out_write(&out, buf_str(&order[i]->facts));
    }
    struct fact end = {.kind = FACT_END, .count = n};
    b.n = 0;
    fact_put(&b, &end);
    if (!bad) file_out_write(&out, buf_str(&b));
    if (!bad) bad = file_out_commit(&out, e);
    buf_free(&b);
    free(order);
    return bad;
}

/* ---- the summary ---- */

struct totals {
    uint64_t open[PRIORITY_ROUTINE + 1], open_all, unknown, closed, records;
};

static struct totals count_up(const struct analysis *a) {
    struct totals t = {0};
    for (size_t i = 0; i < a->grant_count; i++) {
        const struct grant *g = &a->grants[i];
        t.closed += g->state == GRANT_CLOSED;
        t.unknown += g->state == GRANT_UNKNOWN;
        if (g->state != GRANT_OPEN) continue;
        t.open[g->priority]++;
        t.open_all++;
    }
    for (size_t i = 0; i < a->item_count; i++) t.records += a->items[i]->records;
    return t;
}

static void print_summary(const struct analysis *a, const char *output) {
    struct totals t = count_up(a);
    printf("items        %zu (%llu records)\n", a->item_count, (unsigned long long)t.records);
    printf("changes      %zu\n", a->act_count);
    printf("grants       %llu open, %llu closed, %llu unknown\n", (unsigned long long)t.open_all,
           (unsigned long long)t.closed, (unsigned long long)t.unknown);
    printf("open by priority ");
    for (int p = PRIORITY_CRITICAL; p <= PRIORITY_ROUTINE; p++)
        printf(" %s %llu", priority_name((enum priority)p), (unsigned long long)t.open[p]);
    printf("\nunreadable   %zu (errors.jsonl)\nblind spots  %zu (coverage.json)\nreport       ",
           a->error_count, a->blind_spot_count);
    term_print(stdout, str_from(output));
    printf("%sreport.html\n", str_ends(str_from(output), STR("/")) ? "" : "/");
}

static void print_summary_json(const struct analysis *a, const char *output) {
    struct totals t = count_up(a);
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    json_put(&j, "output", str_from(output));
    json_put_u64(&j, "items", a->item_count);
    json_put_u64(&j, "records", t.records);
    json_put_u64(&j, "changes", a->act_count);
    json_key(&j, "grants");
    json_object(&j);
    json_put_u64(&j, "open", t.open_all);
    json_put_u64(&j, "closed", t.closed);
    json_put_u64(&j, "unknown", t.unknown);
    json_end(&j);
    json_key(&j, "open_by_priority");
    json_object(&j);
    for (int p = PRIORITY_CRITICAL; p <= PRIORITY_ROUTINE; p++)
        json_put_u64(&j, priority_name((enum priority)p), t.open[p]);
    json_end(&j);
    json_put_u64(&j, "errors", a->error_count);
    json_put_u64(&j, "blind_spots", a->blind_spot_count);
    json_end(&j);
    buf_add_c(&b, '\n');
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
}

/* A sealed case remembers that it was analysed, and what came of it; a case on a read-only disk
 * cannot, and that is said. */
static void append_custody(const struct feed *f, const char *made) {
    char hex[DIGEST_HEX + 1];
    for (size_t i = 0; i < f->case_count; i++) {
        struct error e = {0};
        const struct custody_link link = {
            .event = "analyze", .subject = str_leaf(str_from(made)), .subject_sha256 = hex};
        if (bag_archive_sha256(made, hex, &e) == 0)
            custody_append(arena_cstr(f->arena, f->cases[i]), &link, &e);
        if (error_is_set(&e))
            fprintf(stderr, "ungrant analyze: warning: custody not noted: %s\n", e.text);
    }
}

static int fold_and_report(struct feed *f, const struct options *o, struct error *e) {
    struct analysis a;
    if (fold_analysis(f->x, f->arena, &o->fold, &a, e) != 0) return STATUS_FAILED;
    if (report_write(&a, o->output, e) != 0) return STATUS_FAILED;
    append_custody(f, arena_printf(f->arena, "%s/timeline.jsonl", o->output).p);
    if (o->json)
        print_summary_json(&a, o->output);
    else
        print_summary(&a, o->output);
    return a.error_count ? STATUS_PARTIAL : STATUS_DONE;
}

static bool any_unreadable(const struct extract *x) {
    for (size_t i = 0; i < extract_count(x); i++)
        if (extract_at(x, i)->item.unreadable) return true;
    return false;
}

/* Zones and baseline: what is wrong in them is said before hours are spent. */
static int read_knowledge(struct arena *a, struct options *o, struct error *e) {
    struct zone *zones = ARENA_ARRAY(a, struct zone, o->zone_count);
    struct baseline *baseline = ARENA_NEW(a, struct baseline);
    struct state_time *taken = ARENA_ARRAY(a, struct state_time, o->state_time_count);
    const char *why;
    for (size_t i = 0; i < o->state_time_count; i++) parse_state_time(o->state_times[i], &taken[i]);
    for (size_t i = 0; i < o->zone_count; i++)
        if (!zone_parse(a, o->zones[i], &zones[i], &why))
            return error_set(e, "%s: %s", o->zones[i], why);
    if (o->baseline && baseline_read(a, o->baseline, baseline, e) != 0) return -1;
    if (o->tickets && baseline_tickets(a, o->tickets, baseline, e) != 0) return -1;
    o->fold = (struct fold_options){.zones = zones,
                                    .zone_count = o->zone_count,
                                    .state_times = taken,
                                    .state_time_count = o->state_time_count,
                                    .baseline = o->baseline || o->tickets ? baseline : NULL};
    return 0;
}

static int run(struct feed *f, struct options *o, struct error *e) {
    if (read_knowledge(f->arena, o, e) != 0) return STATUS_FAILED;
    for (int i = 0; i < o->path_count; i++)
        if (feed_path(f, o->paths[i], e) != 0) return STATUS_FAILED;
    if (extract_wait(f->x, e) != 0) return STATUS_FAILED;
    if (!o->facts) return fold_and_report(f, o, e);
    if (write_facts(f->x, o->facts, e) != 0) return STATUS_FAILED;
    append_custody(f, o->facts);
    return any_unreadable(f->x) ? STATUS_PARTIAL : STATUS_DONE;
}

int analyze_command(int argc, char **argv) {
    struct options o;
    struct error e = {0};
    int status = parse_options(argc, argv, &o);
    if (status >= 0) return status;
    struct rules *rules = rules_load(o.rules, &e);
    struct extract_options xo = {.mode = EXTRACT_FACTS,
                                 .jobs = o.jobs,
                                 .carve = o.carve,
                                 .rules = rules,
                                 .warn = print_warning};
    struct feed f = {.x = rules ? extract_new(&xo, &e) : NULL, .arena = arena_new(0)};
    status = f.x ? run(&f, &o, &e) : STATUS_FAILED;
    extract_free(f.x);
    arena_free(f.arena);
    rules_free(rules);
    if (error_is_set(&e)) error_print("analyze", &e);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "ungrant analyze: cannot write to standard output\n");
        return STATUS_FAILED;
    }
    return status;
}
