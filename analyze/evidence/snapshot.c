#include "analyze/evidence/snapshot.h"

/* Properties that only this cmdlet's objects have together; one that begins with ! must not be
 * there. The first row that fits decides. */
static const struct {
    const char *cmdlet;
    const char *marks[6];
} KINDS[] = {
    {"Get-AdminAuditLogConfig", {"AdminAuditLogEnabled", "AdminAuditLogCmdlets"}},
    {"Get-AdminAuditLogConfig", {"UnifiedAuditLogIngestionEnabled"}},
    {"Get-OrganizationConfig", {"AuditDisabled", "!AuditEnabled"}},
    {"Get-MailboxAuditBypassAssociation", {"AuditBypassEnabled", "Identity"}},
    {"Get-MailboxAuditBypassAssociation", {"AuditBypassEnabled", "Name"}},
    {"Get-RecipientPermission", {"Identity", "Trustee", "AccessRights"}},
    {"Get-ADPermission", {"Identity", "User", "ExtendedRights"}},
    {"Get-MailboxFolderPermission", {"Identity", "User", "AccessRights", "FolderName"}},
    {"Get-MailboxPermission", {"Identity", "User", "AccessRights"}},
    {"Get-ManagementRoleAssignment", {"Role", "RoleAssignee"}},
    {"Get-ManagementRoleAssignment", {"Role", "RoleAssigneeName"}},
    {"Get-InboxRule", {"RuleIdentity", "Name"}},
    {"Get-InboxRule", {"MailboxOwnerId", "Name", "Enabled"}},
    {"Get-TransportRule", {"Name", "State", "Mode", "Priority"}},
    {"Get-Mailbox", {"Identity", "GrantSendOnBehalfTo"}},
    {"Get-Mailbox", {"Identity", "ForwardingSmtpAddress"}},
    {"Get-Recipient", {"Identity", "RecipientType", "PrimarySmtpAddress"}},
    {"Get-Recipient", {"Identity", "RecipientTypeDetails"}},
};

static bool has_mark(const struct params *row, const char *mark) {
    return mark[0] == '!' ? !params_get(row, mark + 1) : params_get(row, mark) != NULL;
}

const char *snapshot_cmdlet(const struct params *row) {
    /* An audit record may repeat the properties of what it is about. */
    static const char *const others[] = {"Operation", "CmdletName", "AuditData"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (params_get(row, others[i])) return NULL;
    for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS; k++) {
        bool fits = true;
        for (size_t i = 0; fits && KINDS[k].marks[i]; i++) fits = has_mark(row, KINDS[k].marks[i]);
        if (fits) return KINDS[k].cmdlet;
    }
    return NULL;
}

/* Export-Csv writes a list's type where it was not told to join it. */
static bool is_type_name(struct str value) {
    return str_starts(value, STR("System.")) || str_starts(value, STR("Microsoft.Exchange.")) ||
           str_find(value, STR("MultiValuedProperty`1[")) != STR_ABSENT;
}

static bool matters(struct str name) {
    static const char *const names[] = {"AccessRights", "ExtendedRights", "GrantSendOnBehalfTo",
                                        "ForwardTo",    "RedirectTo",     "ForwardAsAttachmentTo",
                                        "User",         "Trustee"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_ieq(name, str_from(names[i]))) return true;
    return false;
}

void snapshot_row(struct sink *out, const struct params *row, uint64_t ordinal, uint64_t offset) {
    const char *cmdlet = snapshot_cmdlet(row);
    struct event e = {.kind = EVENT_STATE,
                      .source = SOURCE_SNAPSHOT,
                      .ordinal = ordinal,
                      .offset = offset,
                      .operation = str_from(cmdlet),
                      .result = RESULT_SUCCEEDED,
                      .params = *row};
    out->seen(out->own, STR("snapshot"), STR_NONE, (struct when){0, 0, WHEN_NONE}, 0);
    if (!cmdlet) {
        sink_fault(out, offset, STR_NONE, "an object of no Get- cmdlet that is known here");
        return;
    }
    for (size_t i = 0; i < row->count; i++) {
        struct param *p = &row->list[i];
        if (!matters(p->name) || p->count != 1 || !is_type_name(p->values[0])) continue;
        sink_fault(out, offset, STR_NONE,
                   "%.*s was exported as its type (%.*s): its values are lost", STR_ARG(p->name),
                   STR_ARG(str_slice(p->values[0], 0, 100)));
        p->count = 0;
    }
    out->event(out->own, &e);
}

size_t snapshot_list(struct arena *a, const struct params *row, const char *name,
                     struct str **values) {
    const struct param *p = params_get(row, name);
    size_t count = 0, cap = 0;
    *values = NULL;
    for (size_t i = 0; p && i < p->count; i++) {
        struct str rest = str_trim(p->values[i]);
        if (str_starts(rest, STR("{")) && str_ends(rest, STR("}")))
            rest = str_slice(rest, 1, rest.n - 1);
        bool text = p->count == 1;
        while (rest.n) {
            size_t at = 0;
            while (at < rest.n && !(text && (rest.p[at] == ',' || rest.p[at] == ';'))) at++;
            struct str one = str_trim(str_slice(rest, 0, at));
            rest = str_from_index(rest, at + 1);
            if (!one.n) continue;
            ARENA_GROW(a, *values, cap, count + 1);
            (*values)[count++] = one;
        }
    }
    return count;
}
