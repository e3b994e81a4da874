/* evtx_stand_ins.h - the other readers of the table in evidence.c, for tests of the EVTX reader
 * alone; weak, so that the real ones are taken where they are linked in. */
#ifndef UNGRANT_TESTS_UNIT_EVTX_STAND_INS_H
#define UNGRANT_TESTS_UNIT_EVTX_STAND_INS_H

#include "analyze/evidence/evidence.h"

__attribute__((weak)) const struct reader READER_UAL_CSV, READER_UAL_JSON, READER_TRANSCRIPT;

#endif
