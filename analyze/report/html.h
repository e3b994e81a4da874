/* html.h - writing HTML in which nothing from evidence is markup, and no character hides.
 *
 * html_text() and html_block() are the only ways for text from evidence into the page. Control,
 * bidirectional and zero-width characters become visible escapes in a span of their own, so that a
 * name cannot look like another; <bdi> keeps right-to-left names from turning what follows. */
#ifndef UNGRANT_ANALYZE_REPORT_HTML_H
#define UNGRANT_ANALYZE_REPORT_HTML_H

#include "analyze/analysis.h"
#include "base/buf.h"

enum {
    HTML_BLOCK_MOST = 8192, /* bytes of one command that the page shows; the rest is in the JSON */
    HTML_TEXT_MOST = 1024,  /* bytes of one name, reason or value */
    HTML_OPEN_SHOWN = 100,  /* open grants that are told at the top */
    HTML_ROWS_SHOWN = 5000, /* rows of one table: browsers become slow beyond */
    HTML_ERRORS_SHOWN = 1000,
    HTML_NAMES_SHOWN = 20,        /* items named in one alarm */
    HTML_OBSERVATIONS_SHOWN = 50, /* of one act */
};

/* Our own markup: literals of this room only, never text from evidence. */
void html_put(struct buf *out, const char *markup);

void html_text(struct buf *out, struct str s); /* one line, at most HTML_TEXT_MOST bytes */
void html_text_or(struct buf *out, struct str s, const char *otherwise);
void html_block(struct buf *out, struct str s); /* keeps line breaks; for inside <pre> */
void html_cell(struct buf *out, struct str s);  /* <td>..</td> */
void html_cell_u64(struct buf *out, uint64_t v);
void html_when(struct buf *out, struct when t); /* with "zone unknown" where that is so */
void html_cell_when(struct buf *out, struct when t);
void html_cell_span(struct buf *out, struct when first, struct when last); /* one below the other */
void html_priority(struct buf *out, enum priority p);
void html_party(struct buf *out, const struct party *p, const char *otherwise);
/* "1 line", "2 lines". */
void html_count(struct buf *out, uint64_t n, const char *one, const char *many);

/* Opens <div class="scroll"><table> with caption and column heads; html_table_end closes. The body
 * is opened too, but by html_table_head, whose caller makes bodies of its own. */
struct column {
    const char *head, *class;
};
void html_table(struct buf *out, const char *caption, const struct column *columns, size_t count);
void html_table_head(struct buf *out, const char *caption, const struct column *columns,
                     size_t count);
void html_table_end(struct buf *out);

/* How many of `total` are not shown, and in which file they stand. Nothing where all are. */
void html_rest(struct buf *out, size_t shown, size_t total, const char *file);

/* base64 of the SHA-256 of `text`, as a Content-Security-Policy names inline parts
 * (https://www.w3.org/TR/CSP3/#grammardef-hash-source). */
void html_policy_hash(struct buf *out, struct str text);

/* The parts of the page. */
void html_found(const struct analysis *a, struct buf *out);
void html_unseen(const struct analysis *a, struct buf *out);
void html_timeline(const struct analysis *a, struct buf *out);
void html_ledger(const struct analysis *a, struct buf *out);
void html_suspicious(const struct analysis *a, struct buf *out);
void html_coverage(const struct analysis *a, struct buf *out);
void html_errors(const struct analysis *a, struct buf *out);
void html_items(const struct analysis *a, struct buf *out);

#endif
