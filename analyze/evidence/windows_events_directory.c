/* What a domain controller saw: members of groups (4728, 4732, 4756 added; 4729, 4733, 4757
 * removed), values of attributes (5136) and operations on objects (4662). Microsoft, "Audit
 * Security Group Management", "Audit Directory Service Changes". A value that was replaced is two
 * events of one OpCorrelationID: the old one deleted, the new one added. */
#include "analyze/evidence/windows_events.h"

static struct event start(const struct windows_event *w, enum source source) {
    struct event e = windows_event_start(w, EVENT_OPERATION, source);
    e.actor = windows_event_account(w, "SubjectDomainName", "SubjectUserName");
    e.actor_key = windows_event_field(w, "SubjectUserSid");
    e.result = RESULT_SUCCEEDED;
    return e;
}

static void take(const struct windows_event *w, struct event *e, const char *name) {
    params_add1(w->arena, &e->params, str_from(name), windows_event_field(w, name));
}

void windows_event_group(const struct windows_event *w, struct sink *out) {
    struct event e = start(w, SOURCE_SECURITY_GROUP);
    bool added = w->id == 4728 || w->id == 4732 || w->id == 4756;
    e.operation =
        added ? STR("Directory group member added") : STR("Directory group member removed");
    e.session = windows_event_field(w, "SubjectLogonId");
    take(w, &e, "MemberName");
    take(w, &e, "MemberSid");
    take(w, &e, "TargetUserName");
    take(w, &e, "TargetSid");
    out->event(out->own, &e);
}

void windows_event_4720(const struct windows_event *w, struct sink *out) {
    struct event e = start(w, SOURCE_SECURITY_GROUP);
    e.operation = STR("Directory account created");
    take(w, &e, "TargetUserName");
    take(w, &e, "TargetSid");
    out->event(out->own, &e);
}

/* Attributes that hold who may do what with a mailbox, or where its mail goes. Active Directory
 * schema for Exchange Server. */
static const char *const ATTRIBUTES[] = {"publicDelegates", "nTSecurityDescriptor",
                                         "msExchMailboxSecurityDescriptor", "altRecipient",
                                         "msExchGenericForwardingAddress"};

void windows_event_5136(const struct windows_event *w, struct sink *out) {
    struct str attribute = windows_event_field(w, "AttributeLDAPDisplayName");
    struct str type = str_trim(windows_event_field(w, "OperationType"));
    bool wanted = false, added = str_eq(type, STR("%%14674"));
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++)
        wanted = wanted || str_ieq(attribute, str_from(ATTRIBUTES[i]));
    if (!wanted || (!added && !str_eq(type, STR("%%14675")))) return;
    struct event e = start(w, SOURCE_SECURITY_5136);
    e.operation = added ? STR("Directory value added") : STR("Directory value deleted");
    e.object = windows_event_field(w, "ObjectDN");
    e.session = windows_event_field(w, "OpCorrelationID");
    take(w, &e, "AttributeLDAPDisplayName");
    take(w, &e, "AttributeValue");
    take(w, &e, "ObjectClass");
    out->event(out->own, &e);
}

/* An object's permissions were written: by whom and when, but not what. Worth a look where 5136
 * does not tell. Access mask: Microsoft, "4662(S, F): An operation was performed on an object". */
void windows_event_4662(const struct windows_event *w, struct sink *out) {
    enum { WRITE_DAC = 0x40000 };
    uint64_t mask;
    if (!str_u64_any(str_trim(windows_event_field(w, "AccessMask")), &mask)) return;
    if (!(mask & WRITE_DAC) || !str_eq(windows_event_field(w, "ObjectServer"), STR("DS"))) return;
    struct event e = start(w, SOURCE_OTHER);
    e.kind = EVENT_HINT;
    e.operation = STR("directory_permissions_written");
    e.object = windows_event_field(w, "ObjectName");
    out->event(out->own, &e);
}
