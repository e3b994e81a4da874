/* ual_wanted.c - which operations are looked into, and how to see one without parsing its record.
 */
#include "analyze/evidence/json_record.h"
#include "analyze/evidence/ual.h"
#include "analyze/powershell/cmdlets.h"

/* Besides every cmdlet of the catalogue. Names as Microsoft's audit log activities write them; the
 * directory's end with a period, in some exports without. */
static const char *const WANTED[] = {
    "AddFolderPermissions",
    "ModifyFolderPermissions",
    "RemoveFolderPermissions",
    "UpdateFolderPermissions",
    "UpdateCalendarDelegation",
    "UpdateInboxRules",
    "MailItemsAccessed",
    "FolderBind",
    "MessageBind",
    "MailboxLogin",
    "SendAs",
    "SendOnBehalf",
    "Send",
    "Create",
    "Update",
    "Copy",
    "Move",
    "MoveToDeletedItems",
    "SoftDelete",
    "HardDelete",
    "SearchQueryInitiated",
    "SearchQueryInitiatedExchange",
    "UserLoggedIn",
    "UserLoginFailed",
    "Add user",
    "New-Mailbox",
    "New-MailUser",
    "New-RemoteMailbox",
    "Enable-Mailbox",
    "Enable-MailUser",
    "New-DistributionGroup",
    "New-UnifiedGroup",
    "Add member to group",
    "Remove member from group",
    "Add app role assignment to service principal",
    "Remove app role assignment from service principal",
    "Add app role assignment grant to user",
    "Consent to application",
    "Add delegated permission grant",
    "Remove delegated permission grant",
    "Add service principal credentials",
    "Reset user password",
    "Update StsRefreshTokenValidFrom Timestamp",
};

/* Privileged Identity Management and the application blade write more behind the same beginning:
 * "Add eligible member to role in PIM completed (permanent)", "Update application - Certificates
 * and secrets management " (with a dash of any length, and a blank at its end). */
static const char *const WANTED_BEGINNINGS[] = {
    "Add member to role", "Remove member from role", "Add eligible member to role",
    "Remove eligible member from role", "Update application"};

bool ual_wanted(struct str operation) {
    operation = str_trim(operation);
    if (str_ends(operation, STR("."))) operation.n--;
    if (!operation.n) return false;
    char first = ascii_lower(operation.p[0]);
    for (size_t i = 0; i < sizeof WANTED_BEGINNINGS / sizeof *WANTED_BEGINNINGS; i++)
        if (ascii_lower(*WANTED_BEGINNINGS[i]) == first &&
            str_istarts(operation, str_from(WANTED_BEGINNINGS[i])))
            return true;
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++)
        if (ascii_lower(*WANTED[i]) == first && str_ieq(operation, str_from(WANTED[i])))
            return true;
    return cmdlet_find(operation, NULL) != NULL;
}

static size_t skip_blank(struct str s, size_t at) {
    while (at < s.n && ascii_space(s.p[at])) at++;
    return at;
}

/* The text behind the key that ends at `at`, if a text is its value. */
static bool value_at(struct str json, size_t at, struct str *value) {
    size_t i = skip_blank(json, at);
    if (i >= json.n || json.p[i] != ':') return false;
    i = skip_blank(json, i + 1);
    if (i >= json.n || json.p[i] != '"') return false;
    size_t end = i + 1;
    while (end < json.n && json.p[end] != '"') end += json.p[end] == '\\' ? 2 : 1;
    *value = str_slice(json, i + 1, end);
    return true;
}

/* The value behind the key's next occurrence from *at on; moves *at behind it. */
static bool peek_next(struct str json, struct str quoted_key, size_t *at, struct str *value) {
    for (;;) {
        size_t hit = str_find(str_from_index(json, *at), quoted_key);
        if (hit == STR_ABSENT) return false;
        size_t begin = *at + hit;
        *at = begin + quoted_key.n;
        if (begin && json.p[begin - 1] == '\\') continue;
        if (value_at(json, *at, value)) return true;
    }
}

struct str ual_peek(struct str json, struct str key) {
    char quoted[64];
    struct str value = STR_NONE;
    size_t at = 0;
    if (key.n > sizeof quoted - 2) return STR_NONE;
    quoted[0] = quoted[key.n + 1] = '"';
    memcpy(quoted + 1, key.p, key.n);
    return peek_next(json, str_of(quoted, key.n + 2), &at, &value) ? value : STR_NONE;
}

/* Behind "peration" at text[at]: the end of one of the keys Operation, operation, Operations and
 * OperationName, which a quote ends; 0: another word. */
static size_t operation_key_end(struct str json, size_t at) {
    static const struct str tails[] = {{"\"", 1}, {"s\"", 2}, {"Name\"", 5}};
    bool quoted = at >= 2 && json.p[at - 2] == '"' && (json.p[at - 1] | 0x20) == 'o';
    if (!quoted || (at >= 3 && json.p[at - 3] == '\\')) return 0;
    struct str behind = str_slice(json, at + 8, at + 13);
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (str_starts(behind, tails[i])) return at + 8 + tails[i].n;
    return 0;
}

bool ual_any_wanted(struct str json) {
    /* A record's own operation stands near its beginning, and is what it is about. */
    static const char *const own[] = {"Operation", NULL};
    struct str operation = json_own_member(json, own);
    if (operation.n && str_chr(operation, '\\') == STR_ABSENT) return ual_wanted(operation);
    for (size_t at = 0, hit;;) {
        struct str value;
        hit = str_find(str_from_index(json, at), STR("peration"));
        if (hit == STR_ABSENT) return false;
        size_t end = operation_key_end(json, at + hit);
        at += hit + 8;
        if (!end || !value_at(json, end, &value)) continue;
        /* An escape could hide the name: such a record is looked into. */
        if (str_chr(value, '\\') != STR_ABSENT || ual_wanted(value)) return true;
    }
}
