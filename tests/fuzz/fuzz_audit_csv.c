/* Exchange audit logs as CSV. */
#include "fuzz_reader.h"

FUZZ_READER(READER_AUDIT_CSV)
