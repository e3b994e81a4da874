/* binxml.h - binary XML of one event record: bytes of a chunk to a flat list of nodes.
 *
 * A chunk (64 KiB) holds records, element names and template definitions that refer to each other
 * by chunk offset. binxml_decode() walks one record's tokens in place, following templates and
 * nested fragments, and leaves the nodes in document order in an array that is reused for the next
 * record: a node is a kind, a name's offset and a value's offset, and `end` says where its subtree
 * ends, so that nothing is copied until somebody wants the text. Names are decoded once per chunk.
 * Source of the format: MS-EVEN6 section 2.2.12; libyal, "Windows XML Event Log (EVTX) format".
 *
 * Evidence is hostile: every offset is checked against the chunk, elements and templates nest only
 * so deep, and nodes and rendered bytes of one record have a budget. What stopped the walk is in
 * `fault`; the nodes read until then stand. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_BINXML_H
#define UNGRANT_ANALYZE_EVIDENCE_BINXML_H

#include "analyze/evidence/binxml_value.h"
#include "base/arena.h"
#include "base/json.h"

enum {
    BINXML_DEPTH = 24,                      /* elements within elements */
    BINXML_NEST = 12,                       /* templates and fragments within each other */
    BINXML_NODES = 100 * 1000,              /* of one record */
    BINXML_STEPS = 4 * 1000 * 1000,         /* tokens and descriptors of one chunk's records */
    BINXML_RENDER = 16 * 1024 * 1024,       /* bytes of text of one record */
    BINXML_RENDER_CHUNK = 64 * 1024 * 1024, /* and of one chunk's records */
    BINXML_NAMES = 1024,                    /* slots of the name cache, a power of two */
    BINXML_NO_NODE = 0,                     /* node 0 is the document itself, never a child */
};

enum binxml_kind {
    NODE_DOCUMENT,
    NODE_ELEMENT,
    NODE_ATTRIBUTE,
    NODE_VALUE,     /* typed bytes: literal text, CDATA, a substitution */
    NODE_CHARACTER, /* character reference: `size` is the code unit */
    NODE_ENTITY,    /* entity reference: `name` */
    NODE_TARGET,    /* processing instruction: `name`, its data is the NODE_VALUE within */
    NODE_NESTED,    /* while a plan is made: the fragment in `slot`, left open */
};

struct binxml_node {
    uint8_t kind, type; /* enum binxml_kind; enum binxml_type, maybe with BINXML_ARRAY */
    uint16_t slot;      /* while a plan is made: which substitution it is, from 1; else 0 */
    uint32_t name;      /* chunk offset of the name */
    uint32_t at, size;  /* the value's bytes in the chunk */
    uint32_t end;       /* index of the first node that is not within this one */
};

/* One value of a template instance. */
struct binxml_substitution {
    uint32_t at; /* of its bytes in the chunk */
    uint16_t size;
    uint8_t type;
};

struct binxml_plan;
struct plan_table;
struct plan_maker;

struct binxml_name {
    uint32_t at; /* chunk offset; 0: slot is empty */
    uint32_t size;
    struct str text;
};

struct binxml {
    struct str chunk;
    struct arena *names_arena; /* lives as long as the chunk is current */
    struct binxml_node *nodes;
    uint32_t count;
    size_t rendered, rendered_before; /* bytes of text of this record; of the chunk's others */
    uint32_t steps;                   /* of the chunk's records so far */
    const char *fault;                /* why the walk stopped, or NULL; static text */
    uint32_t fault_at;                /* chunk offset */
    struct buf text, name_text;       /* scratch */
    struct binxml_name names[BINXML_NAMES];
    struct plan_table *plans; /* binxml_plan.h */
    struct plan_maker *maker; /* set while a plan's JSON is made */
    /* Called for each new plan, while its nodes stand; what it returns is kept in plan->fields. */
    const void *(*on_plan)(struct binxml *x, struct arena *a);
};

/* A decoder; one is enough for any number of chunks. */
struct binxml *binxml_new(void);
void binxml_free(struct binxml *x);

/* Takes another chunk: forgets all names. `chunk` may be shorter than 64 KiB. */
void binxml_chunk(struct binxml *x, struct str chunk);

/* Decodes the fragment at chunk bytes [at, end) into x->nodes. `scratch` holds descriptors of
 * substitutions. Returns false where x->fault says why not everything was understood. */
bool binxml_decode(struct binxml *x, struct arena *scratch, uint32_t at, uint32_t end);

/* The same of the template whose definition is at chunk offset `at`, with values of those types:
 * nodes that are values say which, nested fragments are left open. */
bool binxml_decode_template(struct binxml *x, struct arena *scratch, uint32_t at,
                            const struct binxml_substitution *values, uint32_t count);

/* Bytes of the chunk that the definition of a template at that offset takes; 0: none is there. */
uint32_t binxml_template_size(const struct binxml *x, uint32_t at);

/* Element name, attribute name, ...: valid while the chunk is current. "#values" for the values of
 * a template that is gone, "#name" where the budget is used up. */
struct str binxml_name(struct binxml *x, const struct binxml_node *n);

/* First child element of `parent` with that name, behind child `after` (BINXML_NO_NODE: from the
 * start), or BINXML_NO_NODE. An empty name fits every element. */
uint32_t binxml_child(struct binxml *x, uint32_t parent, struct str name, uint32_t after);
/* The attribute of that name, or BINXML_NO_NODE. */
uint32_t binxml_attribute(struct binxml *x, uint32_t element, struct str name);

/* The text directly within an element or attribute, as UTF-8 in the arena; array items are joined
 * by ", ". */
struct str binxml_text(struct binxml *x, struct arena *a, uint32_t node);

/* The texts within an element: one per array item, else exactly one. Returns how many. */
size_t binxml_texts(struct binxml *x, struct arena *a, uint32_t node, struct str **out);

/* The only value within an element or attribute, or NULL: for reading numbers and times as such. */
const struct binxml_node *binxml_value(const struct binxml *x, uint32_t node);
struct str binxml_bytes(const struct binxml *x, const struct binxml_node *value);

/* Has this record, or its chunk, rendered more text than it may? Notes the fault. */
bool binxml_is_over(struct binxml *x);

/* Appends the text of a value, character or entity node. */
void binxml_add_text(struct binxml *x, const struct binxml_node *n, struct buf *out);

/* The document as members of the open JSON object: "Event":{...}, or under "#document" where
 * another element is the root (binxml_json.c):
 * - attributes stand under "#attributes", text beside attributes or children under "#text";
 * - <Data Name="N">v</Data> is "N":v; names that come again become an array;
 * - <Data> without a name is always an array "Data"; a template that is gone leaves "#values";
 * - integers and booleans are bare, null is null or empty, everything else is a string. */
void binxml_json(struct binxml *x, struct arena *scratch, struct json *j);

#endif
