/* command.h - one call as text: the way people type it, and the ways servers and engines log it. */
#ifndef UNGRANT_TESTS_INCIDENT_COMMAND_H
#define UNGRANT_TESTS_INCIDENT_COMMAND_H

#include "base/buf.h"
#include "tests/incident/story.h"

/* PowerShell text of the call. How it is written (full, by position, abbreviated, splatted, over
 * several lines, with dashes and quotes of other kinds) follows from the seed and the call. */
void command_script(struct buf *out, const struct story *s, const struct call *c);

/* The same in one plain line with full names, for command lines and long scripts. */
void command_plain(struct buf *out, const struct call *c);

/* 4103 payload and the third value of 800: CommandInvocation and ParameterBinding lines. */
void command_payload(struct buf *out, const struct call *c);

/* MSExchange Management and CmdletInfra: -Name "value" pairs. */
void command_exchange(struct buf *out, const struct call *c);

/* A parameter's value as the unified audit log and the admin audit log write it. */
void command_value(struct buf *out, const struct param *p);

#endif
