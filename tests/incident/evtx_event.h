/* evtx_event.h - one event as binary XML: the System part and the event's own data. */
#ifndef UNGRANT_TESTS_INCIDENT_EVTX_EVENT_H
#define UNGRANT_TESTS_INCIDENT_EVTX_EVENT_H

#include "tests/incident/evtx_writer.h"

/* Writes the whole BinXML of a record at the chunk's end. */
void evtx_event_write(struct binxml *x, const struct evtx_event *event, uint64_t record_id);

/* 100 ns units since 1601. */
uint64_t evtx_filetime(int64_t ns);

#endif
