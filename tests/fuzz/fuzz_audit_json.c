/* Exchange audit logs as JSON. */
#include "fuzz_reader.h"

FUZZ_READER(READER_AUDIT_JSON)
