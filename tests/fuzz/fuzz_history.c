/* PSReadLine's history. */
#include "fuzz_reader.h"

FUZZ_READER(READER_HISTORY)
