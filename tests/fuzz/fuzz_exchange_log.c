/* Exchange Server's logs with #Fields. */
#include "fuzz_reader.h"

FUZZ_READER(READER_EXCHANGE_LOG)
