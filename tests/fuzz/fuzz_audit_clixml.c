/* Exchange audit logs as CLIXML. */
#include "fuzz_reader.h"

FUZZ_READER(READER_AUDIT_CLIXML)
