/* Permissions as cmdlets show them, saved before the attack and after it: CSV and JSON. */
#include <stdlib.h>

#include "base/json.h"
#include "tests/incident/output.h"

/* One moment's files. Only rows of the later moment are witnesses of what was done. */
struct moment {
    struct output *o;
    const char *folder; /* "state/before" */
    int64_t time;
    bool after;
    const struct act **open;
    size_t count;
};

static void quoted(struct buf *out, struct str s, bool last) {
    buf_add_c(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_add_c(out, '"');
        buf_add_c(out, s.p[i]);
    }
    buf_add_z(out, last ? "\"\r\n" : "\",");
}

static void row(struct buf *out, const struct str *cells, size_t count) {
    for (size_t i = 0; i < count; i++) quoted(out, cells[i], i + 1 == count);
}

static const struct identity *by_upn(const struct company *c, struct str upn) {
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(c->list[i].upn, upn)) return &c->list[i];
    return NULL;
}

/* A trustee as this server prints it. */
static struct str shown(const struct moment *m, const struct identity *mailbox,
                        struct str trustee) {
    const struct identity *t = by_upn(m->o->story->company, trustee);
    return t && mailbox->onprem ? t->login : trustee;
}

static struct str shown_mailbox(const struct identity *p) {
    return p->onprem ? p->canonical : p->alias;
}

static bool is_mailbox(const struct identity *p) {
    return p->kind != KIND_GROUP && p->kind != KIND_SERVICE &&
           !str_eq(p->alias, STR("Discovery Management"));
}

static bool is_mailbox_right(const struct act *a) {
    static const char *const RIGHTS[] = {"FullAccess",  "ReadPermission", "ChangePermission",
                                         "ChangeOwner", "DeleteItem",     "ExternalAccount"};
    for (size_t i = 0; i < sizeof RIGHTS / sizeof *RIGHTS; i++)
        if (!strcmp(a->right, RIGHTS[i])) return true;
    return false;
}

static bool dropped(const struct moment *m, const struct act *a) {
    return m->after && a->call && !output_keeps(m->o, a->call, TELEMETRY_SNAPSHOT);
}

static void testify(const struct moment *m, const struct act *a, struct str item,
                    uint64_t ordinal) {
    if (m->after && a->call)
        witness_add(m->o->arena, &a->call->witnesses, TELEMETRY_SNAPSHOT, item,
                    arena_printf(m->o->arena, "%llu", (unsigned long long)ordinal));
}

static struct str item_of(const struct moment *m, const char *file) {
    return arena_printf(m->o->arena, "%s/%s", m->folder, file);
}

/* What every mailbox shows whoever was given access: its owner, and inherited entries. */
static uint64_t default_rows(struct buf *b, const struct company *c, const struct identity *p) {
    struct str who = shown_mailbox(p);
    const struct str self[] = {who,
                               STR("NT AUTHORITY\\SELF"),
                               STR("FullAccess, ReadPermission"),
                               STR("False"),
                               STR("False"),
                               STR("All")};
    row(b, self, 6);
    if (!p->onprem) return 1;
    char admins[128];
    int n = snprintf(admins, sizeof admins, "%.*s\\Domain Admins", STR_ARG(c->netbios));
    const struct str deny[] = {
        who, str_of(admins, (size_t)n), STR("FullAccess"), STR("True"), STR("True"), STR("All")};
    const struct str system[] = {
        who, STR("NT AUTHORITY\\SYSTEM"), STR("FullAccess"), STR("True"), STR("False"), STR("All")};
    row(b, deny, 6);
    row(b, system, 6);
    return 3;
}

/* One row for all rights of a trustee on a mailbox; false where an earlier act has made it. */
static bool rights_of(const struct moment *m, size_t first, struct buf *rights) {
    const struct act *a = m->open[first];
    for (size_t i = 0; i < m->count; i++) {
        const struct act *b = m->open[i];
        if (!is_mailbox_right(b) || b->mailbox != a->mailbox || !str_eq(b->trustee, a->trustee))
            continue;
        if (i < first) return false;
        if (rights->n) buf_add_z(rights, ", ");
        buf_add_z(rights, b->right);
    }
    return true;
}

static void permission_rows(const struct moment *m, struct buf *b, const struct identity *p,
                            struct str item, uint64_t *ordinal) {
    for (size_t i = 0; i < m->count; i++) {
        const struct act *a = m->open[i];
        struct buf rights = {0};
        if (a->mailbox == p && is_mailbox_right(a) && !dropped(m, a) && rights_of(m, i, &rights)) {
            const struct str cells[] = {shown_mailbox(p), shown(m, p, a->trustee),
                                        buf_str(&rights), STR("False"),
                                        STR("False"),     STR("All")};
            row(b, cells, 6);
            testify(m, a, item, ++*ordinal);
        }
        buf_free(&rights);
    }
}

static int write_permissions(const struct moment *m) {
    struct buf b = {0};
    struct str item = item_of(m, "MailboxPermission.csv");
    const struct company *c = m->o->story->company;
    uint64_t ordinal = 0;
    if (m->after) buf_add_z(&b, "#TYPE Selected.System.Management.Automation.PSCustomObject\r\n");
    buf_add_z(&b, "\"Identity\",\"User\",\"AccessRights\",\"IsInherited\",\"Deny\","
                  "\"InheritanceType\"\r\n");
    for (size_t i = 0; i < c->count; i++)
        if (is_mailbox(&c->list[i])) {
            ordinal += default_rows(&b, c, &c->list[i]);
            permission_rows(m, &b, &c->list[i], item, &ordinal);
        }
    int status = output_write(m->o, item, buf_str(&b), m->time);
    buf_free(&b);
    return status;
}

static int write_recipients(const struct moment *m) {
    struct buf b = {0};
    struct str item = item_of(m, "RecipientPermission.csv");
    const struct company *c = m->o->story->company;
    uint64_t ordinal = 0;
    buf_add_z(&b, "\"Identity\",\"Trustee\",\"AccessControlType\",\"AccessRights\","
                  "\"IsInherited\",\"InheritanceType\"\r\n");
    for (size_t i = 0; i < c->count; i++) {
        const struct identity *p = &c->list[i];
        if (!is_mailbox(p)) continue;
        const struct str self[] = {shown_mailbox(p), STR("NT AUTHORITY\\SELF"),
                                   STR("Allow"),     STR("SendAs"),
                                   STR("False"),     STR("None")};
        row(&b, self, 6);
        ordinal++;
        for (size_t k = 0; k < m->count; k++) {
            const struct act *a = m->open[k];
            if (a->mailbox != p || strcmp(a->right, "SendAs") != 0 || dropped(m, a)) continue;
            const struct str cells[] = {shown_mailbox(p), shown(m, p, a->trustee),
                                        STR("Allow"),     STR("SendAs"),
                                        STR("False"),     STR("None")};
            row(&b, cells, 6);
            testify(m, a, item, ++ordinal);
        }
    }
    int status = output_write(m->o, item, buf_str(&b), m->time);
    buf_free(&b);
    return status;
}

static void put_mailbox(struct json *j, const struct moment *m, const struct identity *p,
                        struct str item, uint64_t ordinal) {
    struct str forward = STR_NONE;
    json_object(j);
    json_put(j, "Identity", shown_mailbox(p));
    json_put(j, "UserPrincipalName", p->upn);
    json_put(j, "PrimarySmtpAddress", p->upn);
    json_put(j, "Alias", p->alias);
    json_put(j, "DisplayName", p->display);
    json_put(j, "Guid", p->guid);
    json_put(j, "DistinguishedName", p->dn);
    json_put(j, "LegacyExchangeDN", p->legacy_dn);
    json_key(j, "GrantSendOnBehalfTo");
    json_array(j);
    for (size_t i = 0; i < m->count; i++) {
        const struct act *a = m->open[i];
        if (a->mailbox != p || dropped(m, a)) continue;
        const struct identity *t = by_upn(m->o->story->company, a->trustee);
        if (!strcmp(a->right, "SendOnBehalf") && t) {
            json_str(j, t->onprem ? t->canonical : t->alias);
            testify(m, a, item, ordinal);
        }
        if (!strcmp(a->right, "Forwarding")) {
            forward = arena_join(m->o->arena, STR("smtp:"), a->trustee);
            testify(m, a, item, ordinal);
        }
    }
    json_end(j);
    json_key(j, "ForwardingAddress");
    json_null(j);
    json_put_or_null(j, "ForwardingSmtpAddress", forward);
    json_put_bool(j, "DeliverToMailboxAndForward", forward.n != 0);
    json_put_bool(j, "AuditEnabled", true);
    json_end(j);
}

static int write_mailboxes(const struct moment *m) {
    struct buf b = {0};
    struct json j = {.out = &b, .pretty = true};
    struct str item = item_of(m, "Mailbox.json");
    const struct company *c = m->o->story->company;
    uint64_t ordinal = 0;
    json_array(&j);
    for (size_t i = 0; i < c->count; i++)
        if (is_mailbox(&c->list[i])) put_mailbox(&j, m, &c->list[i], item, ++ordinal);
    json_end(&j);
    buf_add_z(&b, "\r\n");
    int status = output_write(m->o, item, buf_str(&b), m->time);
    buf_free(&b);
    return status;
}

static void put_entry(struct json *j, const struct identity *p, struct str folder, struct str user,
                      struct str level, uint64_t *ordinal) {
    ++*ordinal;
    char identity[400];
    int n = snprintf(identity, sizeof identity, "%.*s:%.*s", STR_ARG(p->alias), STR_ARG(folder));
    size_t slash = str_rchr(folder, '\\');
    json_object(j);
    json_put(j, "Identity", str_of(identity, (size_t)n));
    json_put(j, "FolderName", str_from_index(folder, slash == STR_ABSENT ? 0 : slash + 1));
    json_put(j, "User", user);
    json_key(j, "AccessRights");
    json_array(j);
    json_str(j, level);
    json_end(j);
    json_key(j, "SharingPermissionFlags");
    json_null(j);
    json_end(j);
}

/* A folder's entries: Default (unless the story has set it), Anonymous, then whoever was given. */
static void put_folder(struct json *j, const struct moment *m, const struct identity *p,
                       struct str folder, struct str item, uint64_t *ordinal) {
    bool calendar = str_starts(folder, STR("\\Calendar")), default_set = false;
    for (size_t i = 0; i < m->count; i++) {
        const struct act *a = m->open[i];
        if (a->mailbox != p || strcmp(a->right, "Folder") != 0 || !str_eq(a->scope, folder) ||
            dropped(m, a))
            continue;
        const struct identity *t = by_upn(m->o->story->company, a->trustee);
        default_set = default_set || str_eq(a->trustee, STR("Default"));
        put_entry(j, p, folder, t ? t->display : a->trustee, a->level, ordinal);
        testify(m, a, item, *ordinal);
    }
    if (!default_set)
        put_entry(j, p, folder, STR("Default"), calendar ? STR("AvailabilityOnly") : STR("None"),
                  ordinal);
    put_entry(j, p, folder, STR("Anonymous"), STR("None"), ordinal);
}

static int write_folders(const struct moment *m) {
    static const char *const FOLDERS[] = {"\\Inbox", "\\Calendar", "\\Calendar\\Private"};
    struct buf b = {0};
    struct json j = {.out = &b, .pretty = true};
    struct str item = item_of(m, "MailboxFolderPermission.json");
    const struct company *c = m->o->story->company;
    uint64_t ordinal = 0;
    json_array(&j);
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < 3; k++)
            if (is_mailbox(&c->list[i]) && (k < 2 || &c->list[i] == c->boss))
                put_folder(&j, m, &c->list[i], str_from(FOLDERS[k]), item, &ordinal);
    json_end(&j);
    buf_add_z(&b, "\r\n");
    int status = output_write(m->o, item, buf_str(&b), m->time);
    buf_free(&b);
    return status;
}

static int write_moment(struct output *o, const char *folder, int64_t time, bool after) {
    struct moment m = {.o = o, .folder = folder, .time = time, .after = after};
    m.open = story_open_at(o->story, time, &m.count);
    if (write_permissions(&m) || write_recipients(&m) || write_mailboxes(&m)) return -1;
    return write_folders(&m);
}

int snapshots_write(struct output *o) {
    if (write_moment(o, "state/before", o->story->attack - 3600 * NS_PER_S, false)) return -1;
    return write_moment(o, "state/after", o->story->end, true);
}
