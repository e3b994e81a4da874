/* Entra ID's sign-ins and directory audit as JSON. */
#include "fuzz_reader.h"

FUZZ_READER(READER_ENTRA_JSON)
