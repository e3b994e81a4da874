/* Permission snapshots as CSV. */
#include "fuzz_reader.h"

FUZZ_READER(READER_SNAPSHOT_CSV)
