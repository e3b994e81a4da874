/* powershell.h - what a command means: text in, the calls that would run out.
 *
 * powershell_calls() reads script text and gives the calls of cmdlets in the catalogue
 * (cmdlets.h), each with its parameters bound as PowerShell would bind them (DOMAIN.md A.1, C.1)
 * and how sure that is. A name counts only in command position: a string, a comment, a hashtable
 * key or the definition of a proxy function is not a call. The other functions read text in which
 * names and values are already resolved: event payloads. Nothing is executed. All memory is the
 * arena's. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_POWERSHELL_H
#define UNGRANT_ANALYZE_POWERSHELL_POWERSHELL_H

#include "analyze/evidence/event.h"
#include "analyze/powershell/cmdlets.h"

enum certainty {
    CALL_RESOLVED,  /* every name and constant is known */
    CALL_PROBABLE,  /* an abbreviation is unique only among the documented parameters, ... */
    CALL_AMBIGUOUS, /* two readings: reported, never planned from */
    CALL_DYNAMIC,   /* target or trustee is not a constant (pipeline, variable, loop) */
};
const char *certainty_name(enum certainty c);

struct call {
    const struct cmdlet *cmdlet;
    struct str written;   /* the command name as it stands in the text */
    struct params params; /* full names; holes flagged */
    enum certainty certainty;
    bool what_if;    /* -WhatIf: changes nothing */
    bool attempt;    /* cannot have run: syntax error in a whole text, refused binding, ... */
    bool obfuscated; /* name or values had to be decoded */
    bool maybe;      /* in a branch or loop, or behind one, that the text alone does not decide */
    struct str note; /* why not CALL_RESOLVED, or what was decoded; may be empty */
    size_t at, end;  /* bytes of `text` that make the command */
};

struct powershell_text {
    struct str text;
    bool command_line; /* a process command line: take -Command / -EncodedCommand out of it first */
    bool cut;          /* a part is missing: what follows the cut is unknown */
};

/* What a text holds. `decoded`: texts that it decodes and runs, or makes blocks of
 * (-EncodedCommand, Invoke-Expression, [scriptblock]::Create, ...), for whoever searches text. */
struct powershell_reading {
    struct call *calls; /* in text order */
    size_t call_count;
    struct str *decoded;
    size_t decoded_count;
};
struct powershell_reading powershell_read(struct arena *a, const struct powershell_text *text);

/* The calls alone into *out (arena). Returns how many. */
size_t powershell_calls(struct arena *a, const struct powershell_text *text, struct call **out);

/* Payload of 4103 and Data[2] of 800, lines `CommandInvocation(X): "X"`,
 * `ParameterBinding(X): name="N"; value="V"`, `TerminatingError(X): ...` (DOMAIN.md B.4): one entry
 * per invocation of a catalogue cmdlet. Values are not split; forged lines make PARAM_AMBIGUOUS. */
struct invocation {
    const struct cmdlet *cmdlet;
    struct params params;
    bool failed; /* TerminatingError or NonTerminatingError of this cmdlet */
    struct str error;
};
size_t powershell_invocations(struct arena *a, struct str payload, struct invocation **out);

/* The parameter string of MSExchange Management 1/6 and of some audit records:
 * ` -Identity "a" -AccessRights ("x","y") -P @{Add=("z")} -Q $null`, inner quotes not escaped
 * (DOMAIN.md B.3): split against the known parameters of the cmdlet; a second possible split makes
 * PARAM_AMBIGUOUS, a value cut at 200 characters ("[...]") or 1,024 ("...") PARAM_TRUNCATED.
 * cmdlet may be NULL (unknown): then every split is flagged ambiguous if there is a choice. */
void powershell_parameter_string(struct arena *a, const struct cmdlet *cmdlet, struct str text,
                                 struct params *out);

#endif
