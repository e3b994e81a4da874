/* handover.h - everything that one package says, for its pages and forms. */
#ifndef UNGRANT_ANALYZE_PACKAGE_HANDOVER_H
#define UNGRANT_ANALYZE_PACKAGE_HANDOVER_H

#include <cjson/cJSON.h>

#include "analyze/package/case_facts.h"
#include "analyze/package/exhibit.h"
#include "analyze/package/statement.h"

/* Something that did not go in, for methods.html. */
struct absence {
    uint64_t count;
    struct str what, why;
};

struct handover {
    struct arena *arena;
    struct case_facts sealed;
    struct statements said;
    struct exhibits exhibits;
    char build[DIGEST_HEX + 1];    /* SHA-256 of the running program */
    char timeline[DIGEST_HEX + 1]; /* SHA-256 of timeline.jsonl */
    cJSON *coverage, *plan;        /* plan: NULL where there is none */
    struct str errors;             /* errors.jsonl */
    uint64_t error_count;
    bool with_content, selected, plan_differs; /* the plan was made from another timeline */
    uint64_t cut, not_found, subjects;         /* records */
    struct str timeline_without; /* timeline.jsonl without message subjects; empty: it has none */
    uint64_t timeline_subjects;
    struct absence *absences;
    size_t absence_count, absence_cap;
};

void handover_absence(struct handover *h, uint64_t count, struct str what, struct str why);

/* One page of the package: the frame of templates/form.html around templates/NAME with its
 * {{parts}} filled in. */
void handover_page(const struct handover *h, const char *name, struct buf *out);

/* What VERIFY.txt says of the sealed case, in the package or beside it. */
void handover_verify_text(const struct handover *h, struct buf *out);

/* Those pages, as they lie in the package: name under data/, title. */
struct handover_page {
    const char *file, *title;
};
enum { HANDOVER_PAGES = 5 };
extern const struct handover_page HANDOVER_PAGES_LIST[HANDOVER_PAGES];

/* The tables of page_tables.c, which pages.c names as parts. */
void part_items(const struct handover *h, struct buf *out);
void part_not_collected(const struct handover *h, struct buf *out);
void part_checks(const struct handover *h, struct buf *out);
void part_custody(const struct handover *h, struct buf *out);
void part_transfers(const struct handover *h, struct buf *out);
void part_exhibits(const struct handover *h, struct buf *out);
void part_statements(const struct handover *h, struct buf *out);
void part_actions(const struct handover *h, struct buf *out);
void part_absences(const struct handover *h, struct buf *out);
void part_blind_spots(const struct handover *h, struct buf *out);
void part_errors(const struct handover *h, struct buf *out);

#endif
