/* output.h - the evidence folder: paths, file times, which witnesses are kept, how much noise. */
#ifndef UNGRANT_TESTS_INCIDENT_OUTPUT_H
#define UNGRANT_TESTS_INCIDENT_OUTPUT_H

#include "base/buf.h"
#include "base/file.h"
#include "tests/incident/evtx_writer.h"
#include "tests/incident/story.h"

/* A noise record that damage may hit: nothing that matters is inside or points inside. */
struct target {
    struct str item, record;
    uint64_t offset;
    uint64_t wound; /* byte of the file that may be overwritten: two bytes in a CSV, the record's
                       header in an event log */
    bool evtx;
};

struct damaged {
    struct str item, record, what;
    uint64_t offset;
};

enum { TARGETS = 512 };

struct output {
    struct arena *arena;
    struct story *story;
    const char *root;            /* DIR/evidence */
    unsigned share[TELEMETRIES]; /* percent of witnesses kept */
    uint64_t noise_bytes;        /* about so much noise in all */
    struct buf records;          /* every record of every event log, a JSON line each */
    bool keep_records;
    struct error *error;
    struct target targets[TARGETS];
    size_t target_count;
    uint64_t targets_seen;
    struct damaged *damage;
    size_t damage_count, damage_cap;
};

/* Does this telemetry's record of the call exist? Depends on seed, call and telemetry only. */
bool output_keeps(const struct output *o, const struct call *c, enum telemetry t);

/* The same for the i-th use, which only the unified audit log shows. */
bool output_keeps_use(const struct output *o, size_t i);

/* The file's path, its directories made: malloc'ed by the arena. NULL with the error. */
const char *output_path(struct output *o, struct str item);

/* Opens evidence/ITEM; commits it and sets its time. 0, or -1 with the error. */
int output_open(struct output *o, struct file_out *f, struct str item);
int output_commit(struct output *o, struct file_out *f, struct str item, int64_t time);
int output_stamp(struct output *o, struct str item, int64_t time);
int output_write(struct output *o, struct str item, struct str bytes, int64_t time);

/* Offers a noise record for damage; keeps an even sample of all that are offered. */
void output_offer(struct output *o, const struct target *t);

/* Text of a UTC time in one of the shapes that exports have. */
enum time_shape { TIME_T, TIME_US, TIME_COMPACT, TIME_MS };
struct str output_time(struct arena *a, int64_t ns, enum time_shape shape);

/* The parts of the generator, one for each kind of evidence: 0, or -1 with the error. */
int ual_write(struct output *o);
int windows_write(struct output *o);
int transcript_write(struct output *o);
int history_write(struct output *o);
int admin_audit_write(struct output *o);
int snapshots_write(struct output *o);
int damage_do(struct output *o, size_t count);
int truth_write(struct output *o, const char *dir);
int baseline_write(struct output *o, const char *dir);
int records_write(struct output *o, const char *dir);

/* Notes what an event log's record says, in our own words: what a reader must find in it. */
void records_note(struct output *o, struct str item, uint64_t id, const struct evtx_event *ev);

#endif
