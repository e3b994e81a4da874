/* command_line.h - the script in a process command line. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_COMMAND_LINE_H
#define UNGRANT_ANALYZE_POWERSHELL_COMMAND_LINE_H

#include "base/arena.h"

struct command_line {
    struct str script; /* empty: no script in it (a file, or not PowerShell at all) */
    bool encoded;      /* it stood there as -EncodedCommand */
    struct str note;
    size_t at, end; /* the bytes of the command line that hold it */
};

/* Finds powershell.exe or pwsh (also behind cmd /c) and takes its -Command, -EncodedCommand or
 * trailing words, options abbreviated as the host allows. */
struct command_line command_line_script(struct arena *a, struct str line);

#endif
