/* Permission snapshots as JSON. */
#include "fuzz_reader.h"

FUZZ_READER(READER_SNAPSHOT_JSON)
