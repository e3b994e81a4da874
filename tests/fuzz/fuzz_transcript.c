/* PowerShell transcripts. */
#include "fuzz_reader.h"

FUZZ_READER(READER_TRANSCRIPT)
