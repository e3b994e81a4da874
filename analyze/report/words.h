/* words.h - what all outputs of this room say the same way: names of flags and integrity, values of
 * parameters as text, and rights in plain words. */
#ifndef UNGRANT_ANALYZE_REPORT_WORDS_H
#define UNGRANT_ANALYZE_REPORT_WORDS_H

#include "analyze/analysis.h"
#include "analyze/grants/identity.h"
#include "base/json.h"

/* The bits of enum change_flag, in order. */
struct flag_word {
    uint32_t bit;
    const char *word;    /* for machines: "what-if" */
    const char *meaning; /* for people: "ran with -WhatIf: nothing was changed" */
};
extern const struct flag_word FLAG_WORDS[];
extern const size_t FLAG_WORD_COUNT;

const char *integrity_name(enum integrity i); /* "not-sealed", "matches", "differs", "unlisted" */

/* Is this item's content something other than what was sealed? */
bool item_is_suspect(const struct item *item);

/* What the right lets its holder do, as the middle of "HOLDER ... MAILBOX". */
const char *right_in_words(enum right r);

/* The value as it is shown: edits as "@{Add=value}", "@{Remove=value}". May point into `scratch`,
 * which is overwritten. */
struct str param_value(const struct param *p, size_t i, struct buf *scratch);

/* One observation as FORMATS.md has it. */
void json_observation(struct json *j, const struct observation *o);
void json_party(struct json *j, const char *key, const struct party *p);

/* What happened, in one line of plain text: "FullAccess on ceo@.. granted to eve@.. by adm@..
 * (succeeded)". */
void act_sentence(struct buf *out, const struct act *a);

/* --- the outputs that are one line per thing, for report.c --- */
void timeline_json_line(const struct act *a, struct buf *out);
void timeline_csv_head(struct buf *out);
void timeline_csv_line(const struct act *a, struct buf *out);
void ledger_json_line(const struct grant *g, struct buf *out);
void error_json_line(const struct error_row *r, struct buf *out);

#endif
