#include "analyze/evidence/evidence.h"

#include <stdarg.h>
#include <stdio.h>

extern const struct reader READER_EVTX, READER_UAL_CSV, READER_UAL_JSON, READER_TRANSCRIPT,
    READER_AUDIT_XML, READER_AUDIT_CLIXML, READER_AUDIT_JSON, READER_AUDIT_CSV, READER_EXCHANGE_LOG,
    READER_WINDOWS_XML, READER_WINDOWS_JSON, READER_SNAPSHOT_CSV, READER_SNAPSHOT_JSON,
    READER_SNAPSHOT_CLIXML, READER_HISTORY, READER_ENTRA_JSON, READER_ENTRA_CSV,
    READER_ENTRA_AUDIT_CSV;

const struct reader *const EVIDENCE_READERS[] = {
    &READER_EVTX,         &READER_UAL_CSV,       &READER_UAL_JSON,        &READER_TRANSCRIPT,
    &READER_CARVE,        &READER_AUDIT_XML,     &READER_AUDIT_CLIXML,    &READER_AUDIT_JSON,
    &READER_AUDIT_CSV,    &READER_EXCHANGE_LOG,  &READER_WINDOWS_XML,     &READER_WINDOWS_JSON,
    &READER_SNAPSHOT_CSV, &READER_SNAPSHOT_JSON, &READER_SNAPSHOT_CLIXML, &READER_HISTORY,
    &READER_ENTRA_JSON,   &READER_ENTRA_CSV,     &READER_ENTRA_AUDIT_CSV, NULL,
};

const struct reader *evidence_recognise(struct str first, bool whole) {
    const struct reader *best = NULL;
    int most = 0;
    if (first.n > BID_FIRST) first = str_slice(first, 0, BID_FIRST);
    for (size_t i = 0; EVIDENCE_READERS[i]; i++) {
        int bid = EVIDENCE_READERS[i]->bid(first, whole);
        if (bid <= most) continue;
        most = bid;
        best = EVIDENCE_READERS[i];
    }
    return best;
}

const struct reader *evidence_reader_by_name(struct str name) {
    for (size_t i = 0; EVIDENCE_READERS[i]; i++)
        if (str_eq(str_from(EVIDENCE_READERS[i]->name), name)) return EVIDENCE_READERS[i];
    return NULL;
}

void sink_fault(struct sink *out, uint64_t offset, struct str record, const char *format, ...) {
    char text[512];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    size_t used = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    struct fault f = {offset, record, arena_copy(out->arena, str_of(text, used))};
    out->fault(out->own, &f);
}
