/* report_stand_ins.h - names that analyze/grants defines, weak: where that room is linked in, its
 * own are used, and the tests of the report need nothing else of it. */
#ifndef UNGRANT_TESTS_UNIT_REPORT_STAND_INS_H
#define UNGRANT_TESTS_UNIT_REPORT_STAND_INS_H

#include "analyze/analysis.h"

#define STAND_IN __attribute__((weak))

STAND_IN const char *right_name(enum right r) {
    static const char *const names[RIGHTS] = {
        "FullAccess",      "ReadPermission", "ChangePermission", "ChangeOwner", "DeleteItem",
        "ExternalAccount", "SendAs",         "SendOnBehalf",     "Folder",      "Forwarding",
        "InboxRule",       "TransportRule",  "Impersonation",    "Role",        "CalendarDelegate",
        "Application",     "AuditBypass",    "AuditConfig"};
    return names[r];
}

STAND_IN const char *change_action_name(enum change_action a) {
    static const char *const names[] = {"grant", "revoke", "alter"};
    return names[a];
}

STAND_IN const char *grant_state_name(enum grant_state s) {
    static const char *const names[] = {"open", "closed", "unknown"};
    return names[s];
}

STAND_IN const char *priority_name(enum priority p) {
    static const char *const names[] = {"critical", "high", "medium", "low", "routine"};
    return names[p];
}

#endif
