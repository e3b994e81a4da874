/* windows_events.h - decoded event records to events: which ones matter, and what their fields say.
 *
 * The EVTX reader takes "System" of every record, which is all that coverage needs; only records
 * whose provider and event id stand in the table of windows_events.c are handed to a function that
 * makes events of them. To add one: a row there, a function in one of the windows_events_*.c files,
 * a test.
 *
 * A record comes in one of three forms, and the functions here hide which: as an instance of a
 * template whose plan (binxml_plan.h) knows where its fields are, as the nodes of a walk, or, where
 * an export wrote it as XML or JSON, as a list of names and texts. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_WINDOWS_EVENTS_H
#define UNGRANT_ANALYZE_EVIDENCE_WINDOWS_EVENTS_H

#include "analyze/evidence/binxml_plan.h"
#include "analyze/evidence/evidence.h"

/* One field of a record that comes as texts. */
struct windows_text {
    struct str name, text;
    bool listed; /* one of the unnamed <Data> directly within EventData, or what stands for it */
};

/* One record: its System fields, and where its data is. Text lives in `arena`. */
struct windows_event {
    struct binxml *x;
    struct arena *arena;
    uint64_t offset; /* byte of the item where the record begins */
    struct str provider, channel, computer, user;
    struct str telemetry; /* windows_event_telemetry(), where it was asked for before; or empty */
    uint64_t number;      /* EventRecordID */
    uint32_t id;
    struct when time;
    bool damaged;  /* torn, or not everything was understood: its events are hints, not proof */
    bool carved;   /* it was not in its place in a log (evtx_carve.c) */
    uint32_t data; /* EventData or UserData, or BINXML_NO_NODE */
    /* Set: it comes as an instance; `inner` is the fragment within Event, or NULL; `body` the one
     * of the two that holds EventData or UserData. */
    const struct binxml_instance *root, *inner, *body;
    /* Without `x` it comes as these texts; `ordinal` is its place in the block, for records without
     * a number. */
    const struct windows_text *texts;
    size_t text_count;
    uint64_t ordinal;
};

/* Can the record at chunk bytes [at, end) be read from plans alone? Then w->root and what
 * belongs to it are set, in the room given. False: it must be decoded. */
bool windows_event_planned(struct windows_event *w, uint32_t at, uint32_t end,
                           struct binxml_instance room[2]);

/* For binxml.on_plan: where a plan's fields are. */
const void *windows_event_plan(struct binxml *x, struct arena *a);

/* Reads what was decoded. `number` and `time` must hold what the record's own header says: they
 * stay where System is silent. */
void windows_event_read(struct windows_event *w);

/* The EventRecordID in decimal: how evidence references call the record. */
struct str windows_event_record(const struct windows_event *w);

/* "security", "powershell-operational", ...: how coverage calls this record's log. */
struct str windows_event_telemetry(const struct windows_event *w);

/* Tells coverage that there is a record of that kind. */
void windows_event_kind(const struct windows_event *w, struct sink *out, struct str kind);

/* Is this the event of any provider of which we want it? */
bool windows_event_id_is_wanted(uint32_t id);
/* Makes events of the whole decoded record; does nothing for records that nobody wants. */
void windows_event_emit(const struct windows_event *w, struct sink *out);

/* For the functions behind the table. */

/* One of the fields of System: its name there, and the attribute that holds it (empty: its text).
 */
enum windows_system {
    SYSTEM_PROVIDER,
    SYSTEM_ID,
    SYSTEM_TIME,
    SYSTEM_NUMBER,
    SYSTEM_CHANNEL,
    SYSTEM_COMPUTER,
    SYSTEM_USER,
    SYSTEM_FIELDS,
};
extern const struct windows_system_field {
    struct str element, attribute;
} WINDOWS_SYSTEM[SYSTEM_FIELDS];

/* What the text of a field means; what cannot be understood leaves the event as it was. */
void windows_event_set(struct windows_event *w, enum windows_system field, struct str text);

/* The same as windows_event_read(), _field() and _list() for a record that comes as an instance. */
void windows_plan_read(struct windows_event *w);
struct str windows_plan_field(const struct windows_event *w, struct str name);
size_t windows_plan_list(const struct windows_event *w, struct str **out);

/* Counts a record that comes as texts, and makes events of it if it is wanted. */
void windows_event_of_texts(const struct windows_event *w, struct sink *out);

/* <Data Name="name">, or the element of that name anywhere in UserData; empty where absent. */
struct str windows_event_field(const struct windows_event *w, const char *name);
/* All <Data> of EventData in order, lists taken apart. */
size_t windows_event_list(const struct windows_event *w, struct str **out);
/* An event that says where it stands, when, and on which host. */
struct event windows_event_start(const struct windows_event *w, enum event_kind kind,
                                 enum source source);
/* "DOMAIN\user", or what there is of it; "-" is nothing. */
struct str windows_event_account(const struct windows_event *w, const char *domain,
                                 const char *user);

typedef void windows_event_reader(const struct windows_event *w, struct sink *out);
windows_event_reader windows_event_4103, windows_event_4104, windows_event_4105, windows_event_4100;
windows_event_reader windows_event_800, windows_event_400, windows_event_403, windows_event_600;
windows_event_reader windows_event_4688, windows_event_sysmon_1, windows_event_signin,
    windows_event_cleared, windows_event_exchange;
windows_event_reader windows_event_4648, windows_event_4672, windows_event_group,
    windows_event_4662, windows_event_4720, windows_event_5136, windows_event_winrm;

#endif
