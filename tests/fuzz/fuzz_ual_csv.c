/* The unified audit log as CSV. */
#include "fuzz_reader.h"

FUZZ_READER(READER_UAL_CSV)
