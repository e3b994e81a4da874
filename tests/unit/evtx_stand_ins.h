/* evtx_stand_ins.h - what the EVTX reader calls in other rooms, as little as its own tests need;
 * weak, so that the real functions are taken wherever they are linked in. */
#ifndef UNGRANT_TESTS_UNIT_EVTX_STAND_INS_H
#define UNGRANT_TESTS_UNIT_EVTX_STAND_INS_H

#include "analyze/evidence/evidence.h"
#include "analyze/powershell/powershell.h"

__attribute__((weak)) const struct reader READER_UAL_CSV, READER_UAL_JSON, READER_TRANSCRIPT;

__attribute__((weak)) const struct cmdlet *cmdlet_find(struct str name, bool *prefixed) {
    static const struct cmdlet grant = {.name = {"Add-MailboxPermission", 21}};
    *prefixed = false;
    return str_ieq(name, grant.name) ? &grant : NULL;
}

__attribute__((weak)) size_t powershell_invocations(struct arena *a, struct str payload,
                                                    struct invocation **out) {
    bool prefixed;
    if (str_find(payload, STR("CommandInvocation(Add-MailboxPermission)")) == STR_ABSENT) return 0;
    *out = ARENA_NEW(a, struct invocation);
    (*out)->cmdlet = cmdlet_find(STR("Add-MailboxPermission"), &prefixed);
    (*out)->failed = str_find(payload, STR("TerminatingError(")) != STR_ABSENT;
    return 1;
}

__attribute__((weak)) void powershell_parameter_string(struct arena *a, const struct cmdlet *cmdlet,
                                                       struct str text, struct params *out) {
    size_t at = str_find(text, STR("-Identity \""));
    (void)cmdlet;
    if (at == STR_ABSENT) return;
    struct str value = str_from_index(text, at + 11);
    params_add1(a, out, STR("Identity"), str_slice(value, 0, str_chr(value, '"')));
}

#endif
