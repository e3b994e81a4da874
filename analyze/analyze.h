/* analyze.h - evidence to facts to truth: the commands of this floor.
 *
 * `analyze` reads cases, folders, files and facts and writes the report; `dump` shows every record
 * of any evidence file; the witness tells `collect`, one floor below, what is evidence. */
#ifndef UNGRANT_ANALYZE_ANALYZE_H
#define UNGRANT_ANALYZE_ANALYZE_H

#include "collect/collect.h"

/* argv[0] is the command's name. Return the exit status. */
int analyze_command(int argc, char **argv);
int dump_command(int argc, char **argv);

/* A witness for collect_command(); NULL with *e. Freed with analyze_witness_free(). */
struct witness *analyze_witness(struct error *e);
void analyze_witness_free(struct witness *w);

#endif
