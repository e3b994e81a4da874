/* Mailed Exchange audit logs. */
#include "fuzz_reader.h"

FUZZ_READER(READER_AUDIT_XML)
