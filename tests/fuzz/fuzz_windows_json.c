/* Windows events as JSON. */
#include "fuzz_reader.h"

FUZZ_READER(READER_WINDOWS_JSON)
