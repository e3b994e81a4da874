#include "analyze/evidence/audit_log.h"

#include "analyze/evidence/audit_parameter.h"
#include "analyze/evidence/ual.h"

/* The first of several fields that the entry has. */
static struct str pick(const struct audit_entry *entry, const char *const *names) {
    struct str text = STR_NONE;
    for (; *names && !text.n; names++) text = params_first(&entry->fields, *names);
    return text;
}
#define PICK(entry, ...) pick((entry), (const char *const[]){__VA_ARGS__, NULL})

static struct when time_of(struct str s) {
    struct when t;
    s = str_trim(s);
    if (when_parse_iso(s, WHEN_UNKNOWN, &t) || when_parse_ms_json(s, &t) ||
        when_parse_us(s, WHEN_UNKNOWN, &t))
        return t;
    return (struct when){0, 0, WHEN_NONE};
}

/* "EXCH01 (15.02.1258.012)" */
static struct str server_name(struct str s) { return str_trim(str_slice(s, 0, str_chr(s, '('))); }

static enum result result_of(struct str s) {
    static const char *const good[] = {"true", "Succeeded", "PartiallySucceeded"};
    static const char *const bad[] = {"false", "Failed"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (str_ieq(s, str_from(good[i]))) return RESULT_SUCCEEDED;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (str_ieq(s, str_from(bad[i]))) return RESULT_FAILED;
    return RESULT_UNKNOWN;
}

static struct event start(const struct audit_entry *entry, enum source source) {
    return (struct event){.source = source,
                          .ordinal = entry->ordinal,
                          .offset = entry->offset,
                          .time = time_of(PICK(entry, "RunDate", "LastAccessed")),
                          .client_ip = PICK(entry, "ClientIP", "ClientIPAddress"),
                          .session = PICK(entry, "SessionId"),
                          .host = str_trim(PICK(entry, "OriginatingServer"))};
}

static void read_cmdlet(struct sink *out, const struct audit_entry *entry, struct str cmdlet) {
    struct event e = start(entry, SOURCE_ADMIN_AUDIT);
    const struct cmdlet *c = cmdlet_find(cmdlet, NULL);
    out->seen(out->own, STR("admin-audit"), server_name(e.host), e.time, 0);
    if (!c) return;
    e.kind = EVENT_COMMAND;
    e.operation = cmdlet;
    e.actor = PICK(entry, "Caller");
    e.object = PICK(entry, "ObjectModified");
    e.application = PICK(entry, "AppId", "ClientAppId");
    e.result = result_of(PICK(entry, "Succeeded"));
    struct str error = PICK(entry, "Error");
    if (!str_ieq(error, STR("None"))) e.error = error;
    e.poor = entry->names_only;
    for (size_t i = 0; i < entry->parameters.count; i++) {
        const struct param *p = &entry->parameters.list[i];
        audit_parameter_add(out->arena, &e.params, c, p->name, p->count ? p->values[0] : STR_NONE);
    }
    out->event(out->own, &e);
}

static void read_operation(struct sink *out, const struct audit_entry *entry,
                           struct str operation) {
    struct event e = start(entry, SOURCE_MAILBOX_AUDIT);
    out->seen(out->own, STR("mailbox-audit"), server_name(e.host), e.time, 0);
    if (!ual_wanted(operation)) return;
    e.kind = EVENT_OPERATION;
    e.operation = operation;
    e.actor = PICK(entry, "LogonUserDisplayName", "LogonUserDN", "LogonUserSid");
    e.actor_key = PICK(entry, "LogonUserSid");
    e.application = PICK(entry, "ClientInfoString");
    e.result = result_of(PICK(entry, "OperationResult"));
    e.params = entry->fields;
    out->event(out->own, &e);
}

void audit_entry_read(struct sink *out, const struct audit_entry *entry) {
    struct str cmdlet = PICK(entry, "CmdletName", "Cmdlet"), operation = PICK(entry, "Operation");
    if (cmdlet.n)
        read_cmdlet(out, entry, cmdlet);
    else if (operation.n)
        read_operation(out, entry, operation);
    else
        sink_fault(out, entry->offset, STR_NONE,
                   "an audit entry that names neither cmdlet nor operation");
}
