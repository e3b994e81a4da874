/* commands.h - PowerShell's own commands, as far as calls go through them: Invoke-Expression,
 * aliases, variables, objects made from text, another PowerShell as a process, the REST interface
 * that Exchange's cmdlets stand on. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_COMMANDS_H
#define UNGRANT_ANALYZE_POWERSHELL_COMMANDS_H

#include "analyze/powershell/run.h"

/* The name behind one of the built-in aliases, or the name itself. */
struct str command_full_name(struct str name);

/* Does what the command does. False: it is none of those that are known. */
bool command_known(struct run *r, struct str full_name, const struct node *command,
                   const struct value *piped, struct value *given);

/* -Prefix of Connect-ExchangeOnline and Import-PSSession: names with it in them are meant. */
void command_prefix(struct run *r, const struct node *command);

/* The value of a named parameter (a prefix of `name`) or else the first value at a position, which
 * is SIZE_MAX for a parameter that has none. NULL: not given. */
const struct node *command_argument(const struct node *command, const char *name, size_t at);

bool command_is_value(const struct node *element);

/* Where a call stands: offsets are those of the outermost text. (invoke.c) */
void command_place(const struct run *r, const struct node *command, struct call *call);

/* objects.c: values that are made of text or of tables */
struct value command_from_json(struct run *r, const struct node *command,
                               const struct value *piped);
struct value command_from_csv(struct run *r, const struct node *command, const struct value *piped);
struct value command_new_object(struct run *r, const struct node *command,
                                const struct value *piped);
struct value command_rest(struct run *r, const struct node *command, const struct value *piped);

#endif
