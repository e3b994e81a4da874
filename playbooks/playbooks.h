/* playbooks.h - the planner: from the ledger to a reviewed script that takes back exactly that.
 *
 * Reads the outputs of analyze (timeline.jsonl, ledger.jsonl) as files, so that a plan can be made
 * where the evidence is not; writes plan.json, and from its approved actions rollback.ps1,
 * verify.ps1 and undo.ps1 (FORMATS.md). */
#ifndef UNGRANT_PLAYBOOKS_PLAYBOOKS_H
#define UNGRANT_PLAYBOOKS_PLAYBOOKS_H

/* Commands: argv[0] is the command's name. Return the exit status. */
int plan_command(int argc, char **argv);
int review_command(int argc, char **argv);
int emit_command(int argc, char **argv);
int playbooks_command(int argc, char **argv);
int close_command(int argc, char **argv);

#endif
