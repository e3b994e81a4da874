/* windows_events.h - decoded event records to events: which ones matter, and what their fields say.
 *
 * The EVTX reader decodes "System" of every record, which is all that coverage needs; only records
 * whose provider and event id stand in the table of windows_events.c are decoded whole and handed
 * to a function that makes events of them. To add one: a row there, a function in one of the
 * windows_events_*.c files, a test. */
#ifndef UNGRANT_ANALYZE_EVIDENCE_WINDOWS_EVENTS_H
#define UNGRANT_ANALYZE_EVIDENCE_WINDOWS_EVENTS_H

#include "analyze/evidence/binxml.h"
#include "analyze/evidence/evidence.h"

/* One record: its System fields, and where its data is. Text lives in `arena`. */
struct windows_event {
    struct binxml *x;
    struct arena *arena;
    uint64_t offset; /* byte of the item where the record begins */
    struct str provider, channel, computer, user, record;
    uint64_t number; /* EventRecordID */
    uint32_t id;
    struct when time;
    bool damaged;  /* torn, or not everything was understood: its events are hints, not proof */
    uint32_t data; /* EventData or UserData, or BINXML_NO_NODE */
};

/* Reads what was decoded. `number` and `time` must hold what the record's own header says: they
 * stay where System is silent. */
void windows_event_read(struct windows_event *w);

/* "security", "powershell-operational", ...: how coverage calls this record's log. */
struct str windows_event_telemetry(const struct windows_event *w);

/* Makes events of the whole decoded record; does nothing for records that nobody wants. */
bool windows_event_is_wanted(const struct windows_event *w);
void windows_event_emit(const struct windows_event *w, struct sink *out);

/* For the functions behind the table. */

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
windows_event_reader windows_event_4103, windows_event_4104, windows_event_800, windows_event_400;
windows_event_reader windows_event_4688, windows_event_sysmon_1, windows_event_signin,
    windows_event_cleared, windows_event_exchange;

#endif
