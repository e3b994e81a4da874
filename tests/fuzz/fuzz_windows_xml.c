/* Windows events as XML. */
#include "fuzz_reader.h"

FUZZ_READER(READER_WINDOWS_XML)
