/* cmdlets.h - the catalogue: Exchange cmdlets that bear on access to mail, with their parameters.
 *
 * The rows come from cmdlets.tsv in this folder (facts from MicrosoftDocs/office-docs-powershell,
 * CC-BY-4.0), turned into C tables by cmdlets.awk at build time. Names compare ignoring case. */
#ifndef UNGRANT_ANALYZE_POWERSHELL_CMDLETS_H
#define UNGRANT_ANALYZE_POWERSHELL_CMDLETS_H

#include "base/str.h"

enum environment { ENV_CLOUD = 1, ENV_ONPREM = 2, ENV_BOTH = 3 };

struct parameter {
    struct str name;
    uint8_t env;     /* enum environment bits */
    bool is_switch;  /* SwitchParameter: takes no value unless -Name:value */
    bool is_list;    /* type ends in [] or is MultiValuedProperty */
    int8_t position; /* 1.. or 0 for named */
    bool pipeline;
    struct str type;
    struct str alias; /* "cf", "wi" or empty */
};

struct cmdlet {
    struct str name;
    uint8_t env;
    const struct parameter *parameters;
    size_t count;
};

/* Exact name, or name with a module prefix ("ExchangeOnlineManagement\Add-MailboxPermission"), or
 * with a noun prefix as Import-PSSession -Prefix makes it ("Add-CloudMailboxPermission"): *prefixed
 * then says so. NULL: not in the catalogue. */
const struct cmdlet *cmdlet_find(struct str name, bool *prefixed);

enum parameter_match {
    PARAMETER_NONE,
    PARAMETER_EXACT,
    PARAMETER_PREFIX,
    PARAMETER_PROBABLE,
    PARAMETER_AMBIGUOUS
};

/* Resolves a name or its prefix, without the dash, the way DOMAIN.md A.1 says. Common parameters
 * (Verbose, ErrorAction, ...; *found NULL) count for ambiguity. On PARAMETER_AMBIGUOUS *found is
 * NULL. */
enum parameter_match cmdlet_parameter(const struct cmdlet *c, struct str name,
                                      const struct parameter **found);
/* The common parameter of that name, prefix or alias ("ea"): its full name, or empty.
 * *is_switch: Verbose, Debug, WhatIf-like. */
struct str common_parameter(struct str name, bool *is_switch);
const struct parameter *cmdlet_positional(const struct cmdlet *c, int position);

/* All rows, for tests and rules. */
extern const struct cmdlet CMDLETS[];
extern const size_t CMDLET_COUNT;

#endif
