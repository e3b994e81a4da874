/* Permission snapshots as CLIXML. */
#include "fuzz_reader.h"

FUZZ_READER(READER_SNAPSHOT_CLIXML)
