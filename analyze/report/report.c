#include "analyze/report/report.h"

#include <stdlib.h>

#include "analyze/report/words.h"
#include "base/file.h"

static size_t act_count(const struct analysis *a) { return a->act_count; }
static size_t grant_count(const struct analysis *a) { return a->grant_count; }
static size_t error_count(const struct analysis *a) { return a->error_count; }

static void act_json(const struct analysis *a, size_t i, struct buf *out) {
    timeline_json_line(&a->acts[i], out);
}
static void act_csv(const struct analysis *a, size_t i, struct buf *out) {
    timeline_csv_line(&a->acts[i], out);
}
static void grant_json(const struct analysis *a, size_t i, struct buf *out) {
    ledger_json_line(&a->grants[i], out);
}
static void error_json(const struct analysis *a, size_t i, struct buf *out) {
    error_json_line(&a->errors[i], out);
}

/* An output is either lines, which go to disk as they are made, or one whole. */
struct output {
    const char *name;
    void (*head)(struct buf *out); /* before the lines; may be NULL */
    size_t (*count)(const struct analysis *a);
    void (*line)(const struct analysis *a, size_t i, struct buf *out);
    void (*whole)(const struct analysis *a, struct buf *out);
};

enum { TIMELINE_JSONL, LEDGER_JSONL, TIMELINE_CSV, COVERAGE_JSON, ERRORS_JSONL, REPORT_HTML };

static const struct output OUTPUTS[] = {
    [TIMELINE_JSONL] = {"timeline.jsonl", NULL, act_count, act_json, NULL},
    [LEDGER_JSONL] = {"ledger.jsonl", NULL, grant_count, grant_json, NULL},
    [TIMELINE_CSV] = {"timeline.csv", timeline_csv_head, act_count, act_csv, NULL},
    [COVERAGE_JSON] = {"coverage.json", NULL, NULL, NULL, report_coverage_json},
    [ERRORS_JSONL] = {"errors.jsonl", NULL, error_count, error_json, NULL},
    [REPORT_HTML] = {"report.html", NULL, NULL, NULL, report_html},
};

static void append(const struct output *o, const struct analysis *a, struct buf *out) {
    if (o->head) o->head(out);
    size_t count = o->count(a);
    for (size_t i = 0; i < count; i++) o->line(a, i, out);
}

void report_timeline_jsonl(const struct analysis *a, struct buf *out) {
    append(&OUTPUTS[TIMELINE_JSONL], a, out);
}
void report_timeline_csv(const struct analysis *a, struct buf *out) {
    append(&OUTPUTS[TIMELINE_CSV], a, out);
}
void report_ledger_jsonl(const struct analysis *a, struct buf *out) {
    append(&OUTPUTS[LEDGER_JSONL], a, out);
}
void report_errors_jsonl(const struct analysis *a, struct buf *out) {
    append(&OUTPUTS[ERRORS_JSONL], a, out);
}

enum { FLUSH_AT = 1024 * 1024 }; /* bytes of lines kept before they are written */

static void flush(struct file_out *f, struct buf *b) {
    file_out_write(f, buf_str(b));
    b->n = 0;
}

static void write_lines(const struct output *o, const struct analysis *a, struct file_out *f,
                        struct buf *b) {
    if (o->head) o->head(b);
    size_t count = o->count(a);
    for (size_t i = 0; i < count; i++) {
        o->line(a, i, b);
        if (b->n >= FLUSH_AT) flush(f, b);
    }
}

static int write_output(const struct output *o, const struct analysis *a, const char *directory,
                        struct error *e) {
    char *path = file_join(directory, o->name);
    struct file_out f;
    int bad = file_out_open(&f, path, e);
    if (!bad) {
        struct buf b = {0};
        if (o->whole)
            o->whole(a, &b);
        else
            write_lines(o, a, &f, &b);
        flush(&f, &b);
        buf_free(&b);
        bad = file_out_commit(&f, e);
    }
    free(path);
    return bad;
}

int report_write(const struct analysis *a, const char *directory, struct error *e) {
    if (file_make_dir(directory, e) != 0) return -1;
    for (size_t i = 0; i < sizeof OUTPUTS / sizeof OUTPUTS[0]; i++)
        if (write_output(&OUTPUTS[i], a, directory, e) != 0) return -1;
    return 0;
}
