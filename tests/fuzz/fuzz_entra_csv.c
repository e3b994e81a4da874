/* Entra ID's sign-ins as the portal's CSV. */
#include "fuzz_reader.h"

FUZZ_READER(READER_ENTRA_CSV)
