/* binxml_plan.h - what a template makes of its values, worked out once per chunk.
 *
 * Nearly every record is an instance of a template: a reference to it, and a row of typed values.
 * Two instances whose values have the same types have the same shape. So the tokens are walked once
 * for each such row of types, with the values left open, and what comes of it is kept as a *plan*:
 * the JSON text between the values, and where the fields of interest stand. After that a record
 * costs a look at its row of types and a copy of its values.
 *
 * A plan gives what walking the tokens (binxml.h) gives, or it is not used: where a template is
 * damaged, a record is none of a template's instances, or its shape depends on what its values say,
 * binxml_instance() is false and the record is walked token by token. All bytes are hostile: values
 * lie within the fragment, plans of a chunk are counted by its budget of steps. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_BINXML_PLAN_H
#define UNGRANT_ANALYZE_EVIDENCE_BINXML_PLAN_H

#include "analyze/evidence/binxml.h"

enum {
    PLAN_VALUES = 192, /* of one instance; what has more is walked */
    PLAN_SLOTS = 512,  /* of the table of plans, a power of two */
    PLAN_MOST = 256,   /* plans of one chunk */
    PLAN_NEST = 4,     /* instances within instances */
};

enum plan_hole { HOLE_NONE, HOLE_SCALAR, HOLE_ARRAY, HOLE_ITEMS, HOLE_NESTED };

/* Text up to an offset, then one value. */
struct plan_piece {
    uint32_t text_end; /* of the plan's text */
    uint16_t slot;     /* number of the value, from 1 */
    uint8_t hole;
    const struct str *beside; /* HOLE_NESTED: keys of the members around it */
    uint32_t beside_count;
    const struct binxml_plan *fits; /* the plan of the fragment whose keys were compared last */
};

struct plan_json {
    bool usable;   /* for a whole record */
    bool nestable; /* for a fragment within one: it is members of an object and nothing else */
    struct str text;
    struct plan_piece *pieces;
    uint32_t piece_count;
    const struct str *keys; /* of the members at its top */
    uint32_t key_count;
};

struct binxml_plan {
    uint32_t at;    /* chunk offset of the template */
    uint32_t count; /* of values */
    bool sound;     /* the template could be walked to its end */
    struct plan_json json;
    const void *fields; /* of whoever set binxml.on_plan */
};

struct binxml_instance {
    struct binxml_plan *plan;
    uint32_t at, count; /* where its fragment begins; values */
    struct binxml_substitution values[PLAN_VALUES];
};

/* Reads the fragment at chunk bytes [at, end) as one instance of a template. False: it is something
 * else, or damaged, or its plan is of no use. `out` may be used until the next chunk. */
bool binxml_instance(struct binxml *x, uint32_t at, uint32_t end, struct binxml_instance *out);

/* The value in that slot (from 1), as UTF-8 in the arena; empty for null and absent ones. */
struct str binxml_slot_text(struct binxml *x, struct arena *a, const struct binxml_instance *in,
                            uint16_t slot);

/* Appends what binxml_json() would write for the fragment. False: it must be walked; what was
 * appended means nothing then. `inner`: a fragment within it that was read already, or NULL. */
bool binxml_plan_json(struct binxml *x, const struct binxml_instance *in,
                      const struct binxml_instance *inner, struct buf *out);

/* Behind binxml_instance() and binxml_json.c. */
struct plan_table *binxml_plans_new(void); /* given back with free() */
void binxml_plan_forget(struct binxml *x); /* another chunk */
void binxml_json_plan(struct binxml *x, struct arena *a, struct plan_json *out);
void binxml_items_json(uint8_t type, struct str bytes, struct buf *out);

#endif
