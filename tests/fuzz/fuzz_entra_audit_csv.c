/* Entra ID's directory audit as the portal's CSV. */
#include "fuzz_reader.h"

FUZZ_READER(READER_ENTRA_AUDIT_CSV)
