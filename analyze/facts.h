/* facts.h - what outlives a block: the serialised form that workers return and `--facts` files
 * hold.
 *
 * A fact is a kind, a place and a few fields. Its encoding is a kind byte, a length and the fields
 * in a fixed order, all little-endian; fact_next() checks every length, so bytes from a worker that
 * was taken over, or from a damaged file, cannot do more than end the reading with an error.
 *
 * Facts of one block come in the reader's order. Those whose record has no identifier of its own
 * carry its ordinal within the block; FACT_BASE in front of each block says what to add. */
#ifndef UNGRANT_ANALYZE_FACTS_H
#define UNGRANT_ANALYZE_FACTS_H

#include "analyze/grants/change.h"
#include "base/buf.h"
#include "base/digest.h"

enum fact_kind {
    FACT_ITEM = 1,  /* an item begins: name, archive, sha256, size, reader, ... */
    FACT_BASE,      /* a block begins: ordinals before it (count) */
    FACT_CHANGE,    /* what one record says was done to access */
    FACT_USE,       /* somebody who is not the owner used a mailbox */
    FACT_ALIAS,     /* two names of one thing */
    FACT_PART,      /* one part of a script block that came in several */
    FACT_CLEARED,   /* a log was cleared */
    FACT_SEEN,      /* records counted, per telemetry and host */
    FACT_FAULT,     /* something could not be read */
    FACT_SUSPICION, /* a rule matched text in which no call was understood */
    FACT_LINE,      /* one record for `dump` */
    FACT_END,       /* of a facts file: how many items (count) */
    FACT_RUN,       /* records that follow on each other by number, per telemetry and host */
    FACT_SETBACK,   /* the clock went back between two such records (first and last: their times) */
    FACT_STATE,     /* what a snapshot shows (change.h, EVENT_STATE) */
    FACT_SIGNIN,    /* sign-ins of one kind, counted: who, from where, with what, how it ended */
    FACT_HOURS,     /* the hours in which there were records, per telemetry and host: text holds
                       them since 1970, four bytes each, little-endian */
    FACT_COUNTED,   /* records of one kind ("4104"), per telemetry and host: whether it is logged */
    FACT_RAN,       /* a script block (block_id) ran in a runspace (session) */
    FACT_FAILURE,   /* a command (name) failed in a runspace (session): text says why */
    FACT_MEMBER,    /* a member (text) of a group (name); part: enum member_move */
    FACT_CREATED,   /* an account (name) was made */
    FACT_KINDS,
};

struct fact {
    enum fact_kind kind;
    /* Where: of every kind that speaks of a record. */
    enum source source;
    struct str record;
    uint64_t ordinal, offset;
    struct when time, until; /* until: event.h */
    struct str host, actor, actor_key, client_ip, session, application;
    enum result result;

    struct change change; /* FACT_CHANGE; its params too */
    uint64_t sequence;    /* FACT_CHANGE: the how manieth change of its record, from 0 */
    struct use use;       /* FACT_USE */
    struct alias alias;   /* FACT_ALIAS */

    struct str text; /* part's text; fault's reason; cleared log's name; line's members */
    struct str path, block_id;
    uint32_t part, parts;

    struct str
        *rules; /* FACT_CHANGE, FACT_SUSPICION: names; with technique and severity for the latter */
    size_t rule_count;
    struct str technique, severity;

    /* FACT_SEEN; FACT_ITEM: name, archive, reader, telemetry, first, size, integrity */
    struct str telemetry, name, archive, case_id, reader, first_bytes;
    struct str sha256;
    uint64_t count, number_first, number_last, size;
    struct when first, last;
    uint8_t integrity;
    struct when taken; /* FACT_ITEM: when what it holds was observed, where the case says so */

    struct str last_record; /* FACT_SIGNIN: where the last of those alike stands */
    uint64_t last_ordinal, last_offset;
    struct params details; /* FACT_SIGNIN: country, client, risk, ... by their names in the log */
};

/* Appends the fact. */
void fact_put(struct buf *out, const struct fact *f);

/* Takes the next fact off *bytes; texts point into it, lists into the arena. 1: a fact; 0: the end;
 * -1: the bytes are not facts. */
int fact_next(struct arena *a, struct str *bytes, struct fact *f);

/* First bytes of a facts file. */
extern const struct str FACTS_MAGIC;

#endif
