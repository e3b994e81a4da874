/* report.h - the outputs of `ungrant analyze`, as FORMATS.md fixes them.
 *
 * report_write() writes timeline.jsonl, ledger.jsonl, timeline.csv, coverage.json, errors.jsonl and
 * report.html into the directory (made if missing), each complete or not there. Same analysis, same
 * bytes: nothing of the clock, the machine or the run goes in. */
#ifndef UNGRANT_ANALYZE_REPORT_REPORT_H
#define UNGRANT_ANALYZE_REPORT_REPORT_H

#include "analyze/analysis.h"
#include "base/buf.h"
#include "base/error.h"

/* 0, or -1 with *e; the outputs written before the failure stay. */
int report_write(const struct analysis *a, const char *directory, struct error *e);

/* The parts, for tests: each appends one whole output. */
void report_timeline_jsonl(const struct analysis *a, struct buf *out);
void report_timeline_csv(const struct analysis *a, struct buf *out);
void report_ledger_jsonl(const struct analysis *a, struct buf *out);
void report_coverage_json(const struct analysis *a, struct buf *out);
void report_errors_jsonl(const struct analysis *a, struct buf *out);
void report_html(const struct analysis *a, struct buf *out);

#endif
