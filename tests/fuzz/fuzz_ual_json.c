/* The unified audit log as JSON. */
#include "fuzz_reader.h"

FUZZ_READER(READER_UAL_JSON)
