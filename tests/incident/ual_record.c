#include "tests/incident/ual_record.h"

#include "tests/incident/command.h"
#include "tests/incident/output.h"

#define SYSTEM_ACTOR STR("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)")
#define APP_PORTAL STR("00000006-0000-0ff1-ce00-000000000000")
#define APP_EXCHANGE STR("00000002-0000-0ff1-ce00-000000000000")
#define APP_POWERSHELL STR("fb78d390-0c51-40cd-8e17-fdbfab77341b")

static const struct {
    unsigned type;
    const char *name;
} TYPES[] = {{1, "ExchangeAdmin"},
             {2, "ExchangeItem"},
             {3, "ExchangeItemGroup"},
             {6, "SharePointFileOperation"},
             {15, "AzureActiveDirectoryStsLogon"},
             {50, "ExchangeItemAggregated"}};

const char *ual_type_name(unsigned type) {
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (TYPES[i].type == type) return TYPES[i].name;
    return "";
}

static struct str call_id(struct arena *a, const struct story *s, const struct call *c) {
    struct rng r = rng_stream(s->seed + c->n * 104729u, "ual-id");
    return rng_guid(&r, a);
}

/* What every record begins with. */
static void put_head(struct json *j, struct arena *a, const struct story *s,
                     const struct ual_record *r, struct str result, struct str user_key,
                     unsigned user_type, const char *workload) {
    json_object(j);
    json_put(j, "CreationTime", output_time(a, r->time, TIME_T));
    json_put(j, "Id", r->id);
    json_put(j, "Operation", r->operation);
    json_put(j, "OrganizationId", s->company->organization_id);
    json_put_u64(j, "RecordType", r->type);
    json_put(j, "ResultStatus", result);
    json_put(j, "UserKey", user_key);
    json_put_u64(j, "UserType", user_type);
    json_put_u64(j, "Version", 1);
    json_put(j, "Workload", str_from(workload));
}

static struct ual_record finish(struct arena *a, struct ual_record r, struct buf *b) {
    r.data = arena_copy(a, buf_str(b));
    buf_free(b);
    return r;
}

static void put_parameters(struct json *j, const struct call *c) {
    struct buf value = {0};
    json_key(j, "Parameters");
    json_array(j);
    for (size_t i = 0; i < c->param_count; i++) {
        value.n = 0;
        command_value(&value, &c->params[i]);
        json_object(j);
        json_put(j, "Name", str_from(c->params[i].name));
        json_put(j, "Value", buf_str(&value));
        json_end(j);
    }
    json_end(j);
    buf_free(&value);
}

/* Some exports hold AuditData with line feeds inside: every fifth of ours does. */
static bool is_pretty(const struct call *c) { return c->n % 5 == 0; }

/* An IPv4 address comes bare, with a port, or bracketed with a port. */
static struct str client_ip(struct arena *a, const struct call *c) {
    if (str_starts(c->client_ip, STR("["))) return c->client_ip;
    switch (c->n % 3) {
    case 0: return arena_printf(a, "%.*s:47114", STR_ARG(c->client_ip));
    case 1: return arena_printf(a, "[%.*s]:5671", STR_ARG(c->client_ip));
    default: return c->client_ip;
    }
}

static struct ual_record admin_record(struct arena *a, const struct story *s,
                                      const struct call *c) {
    bool service = c->via == VIA_SERVICE;
    struct ual_record r = {.time = c->time,
                           .type = 1,
                           .id = call_id(a, s, c),
                           .operation = str_from(c->cmdlet),
                           .user = service ? SYSTEM_ACTOR : c->actor->upn};
    struct buf b = {0};
    struct json j = {.out = &b, .pretty = is_pretty(c)};
    put_head(&j, a, s, &r, c->failed ? STR("False") : STR("True"),
             service ? SYSTEM_ACTOR : c->actor->puid, service ? 3 : 2, "Exchange");
    if (!service) json_put(&j, "ClientIP", client_ip(a, c));
    json_put(&j, "ObjectId", c->object_id);
    json_put(&j, "UserId", r.user);
    json_put(&j, "AppId", service ? STR_NONE : c->via == VIA_PORTAL ? APP_PORTAL : APP_POWERSHELL);
    json_put(&j, "ClientAppId", STR_NONE);
    json_put_bool(&j, "ExternalAccess", service);
    json_put(&j, "OrganizationName", s->company->tenant);
    json_put(&j, "OriginatingServer",
             c->n % 3 ? STR("AM6PR02MB1234 (15.20.5061.018)")
                      : STR("AM6PR02MB1234 (15.20.5061.018)\r\n"));
    put_parameters(&j, c);
    json_put(&j, "SessionId", c->session ? c->session->runspace : STR_NONE);
    json_end(&j);
    return finish(a, r, &b);
}

/* Folder rights as the words of MS-OXCPERM 2.2.7, a calendar's with the two free/busy bits. */
static struct str member_rights(struct arena *a, const struct call *c) {
    const char *words = !strcmp(c->member_rights, "Editor")
                            ? "ReadAny, Create, EditOwned, DeleteOwned, EditAny, DeleteAny, Visible"
                            : "ReadAny, Visible";
    bool calendar = str_starts(str_from(c->folder), STR("\\Calendar"));
    return arena_printf(a, "%s%s", words, calendar ? ", FreeBusySimple, FreeBusyDetailed" : "");
}

static void put_mailbox(struct json *j, const struct story *s, const struct identity *mailbox,
                        const struct identity *by, unsigned logon_type) {
    json_put(j, "OrganizationName", s->company->tenant);
    json_put_u64(j, "LogonType", logon_type);
    json_put_u64(j, "InternalLogonType", 0);
    json_put(j, "LogonUserSid", by->sid);
    json_put(j, "MailboxGuid", mailbox->guid);
    json_put(j, "MailboxOwnerSid", mailbox->sid);
    json_put(j, "MailboxOwnerUPN", mailbox->upn);
    json_put(j, "OriginatingServer", STR("VI1PR02MB4321 (15.20.5123.025)\r\n"));
}

static struct ual_record outlook_record(struct arena *a, const struct story *s,
                                        const struct call *c) {
    struct ual_record r = {.time = c->time,
                           .type = 2,
                           .id = call_id(a, s, c),
                           .operation = str_from(c->cmdlet),
                           .user = c->actor->upn};
    struct buf b = {0};
    struct json j = {.out = &b};
    put_head(&j, a, s, &r, STR("Succeeded"), c->actor->puid, 0, "Exchange");
    json_put(&j, "ClientIP", STR("::1"));
    json_put(&j, "UserId", r.user);
    json_put(&j, "AppId", APP_EXCHANGE);
    json_put(&j, "ClientIPAddress", STR("::1"));
    json_put(&j, "ClientInfoString", STR("Client=OWA;Action=ViaProxy"));
    json_put_bool(&j, "ExternalAccess", false);
    put_mailbox(&j, s, c->target, c->actor, 0);
    json_key(&j, "Item");
    json_object(&j);
    json_put(&j, "Id", arena_printf(a, "LgAAAAD%.*s", STR_ARG(c->target->puid)));
    json_key(&j, "ParentFolder");
    json_object(&j);
    json_put(&j, "Id", arena_printf(a, "LgAAAAD%.*s", STR_ARG(c->target->puid)));
    json_put(&j, "MemberRights", member_rights(a, c));
    json_put(&j, "MemberSid", c->member ? c->member->sid : STR("S-1-1-0"));
    json_put(&j, "MemberUpn", c->member ? c->member->upn : STR("Everyone"));
    json_put(&j, "Name", str_from(c->folder + 1));
    json_put(&j, "Path", str_from(c->folder));
    json_end(&j);
    json_end(&j);
    json_end(&j);
    return finish(a, r, &b);
}

struct ual_record ual_of_call(struct arena *a, const struct story *s, const struct call *c) {
    return c->via == VIA_OUTLOOK ? outlook_record(a, s, c) : admin_record(a, s, c);
}

static void put_items(struct json *j, struct arena *a, const struct identity *mailbox,
                      size_t count) {
    json_key(j, "Folders");
    json_array(j);
    json_object(j);
    json_put(j, "Path", STR("\\Inbox"));
    json_key(j, "FolderItems");
    json_array(j);
    for (size_t i = 0; i < count; i++) {
        json_object(j);
        json_put(j, "InternetMessageId",
                 arena_printf(a, "<%zu.%.*s@mail.example>", i + 1, STR_ARG(mailbox->puid)));
        json_end(j);
    }
    json_end(j);
    json_end(j);
    json_end(j);
    json_put_u64(j, "OperationCount", count);
}

static void put_affected(struct json *j, struct arena *a, const struct identity *mailbox) {
    json_key(j, "AffectedItems");
    json_array(j);
    json_object(j);
    json_put(j, "Id", arena_printf(a, "LgAAAAD%.*s", STR_ARG(mailbox->puid)));
    json_put(j, "Subject", STR("Re: payment details"));
    json_end(j);
    json_end(j);
}

struct ual_record ual_of_use(struct arena *a, const struct story *s, const struct use *u) {
    bool bind = !strcmp(u->operation, "MailItemsAccessed"), send = !strcmp(u->operation, "SendAs");
    bool group = str_ends(str_from(u->operation), STR("Delete"));
    struct ual_record r = {.time = u->time,
                           .type = bind    ? 50
                                   : group ? 3
                                           : 2,
                           .id = u->record,
                           .operation = str_from(u->operation),
                           .user = u->by->upn};
    struct buf b = {0};
    struct json j = {.out = &b};
    put_head(&j, a, s, &r, STR("Succeeded"), u->by->puid, 0, "Exchange");
    json_put(&j, "UserId", r.user);
    json_put(&j, "ClientIPAddress", u->owner ? STR("198.51.100.77") : s->intruder_ip);
    json_put(&j, "ClientInfoString", STR("Client=REST;Client=RESTSystem;;"));
    json_put_bool(&j, "ExternalAccess", false);
    put_mailbox(&j, s, u->mailbox, u->by, u->owner ? 0 : 2);
    if (group) put_affected(&j, a, u->mailbox);
    if (bind) put_items(&j, a, u->mailbox, 3);
    if (send) {
        json_put(&j, "SendAsUserSmtp", u->mailbox->upn);
        json_put(&j, "SendAsUserMailboxGuid", u->mailbox->guid);
    }
    json_end(&j);
    return finish(a, r, &b);
}

static void put_pair(struct json *j, const char *name, struct str value) {
    json_object(j);
    json_put(j, "Name", str_from(name));
    json_put(j, "Value", value);
    json_end(j);
}

struct ual_record ual_of_signin(struct arena *a, const struct story *s, const struct signin *i) {
    struct rng ids = rng_stream(s->seed ^ (uint64_t)i->time, "signin-id");
    struct ual_record r = {.time = i->time,
                           .type = 15,
                           .id = rng_guid(&ids, a),
                           .operation = i->failed ? STR("UserLoginFailed") : STR("UserLoggedIn"),
                           .user = i->user->upn};
    struct buf b = {0};
    struct json j = {.out = &b};
    put_head(&j, a, s, &r, i->failed ? STR("Failed") : STR("Success"), i->user->guid, 0,
             "AzureActiveDirectory");
    json_put(&j, "ClientIP", i->ip);
    json_put(&j, "ObjectId", APP_EXCHANGE);
    json_put(&j, "UserId", r.user);
    json_put_u64(&j, "AzureActiveDirectoryEventType", 1);
    json_key(&j, "ExtendedProperties");
    json_array(&j);
    put_pair(&j, "ResultStatusDetail", i->failed ? STR("UserError") : STR("Success"));
    put_pair(&j, "UserAgent", STR("Mozilla/5.0 (Windows NT 10.0; Win64; x64)"));
    put_pair(&j, "RequestType", STR("OAuth2:Token"));
    json_end(&j);
    json_put(&j, "ActorIpAddress", i->ip);
    json_put(&j, "InterSystemsId", rng_guid(&ids, a));
    json_put(&j, "IntraSystemId", rng_guid(&ids, a));
    json_put(&j, "ApplicationId", APP_POWERSHELL);
    json_put(&j, "ErrorNumber", i->failed ? STR("50126") : STR("0"));
    json_end(&j);
    return finish(a, r, &b);
}

static struct ual_record noise_file(struct arena *a, const struct story *s, struct rng *r,
                                    int64_t time, const struct identity *who) {
    struct ual_record n = {.time = time,
                           .type = 6,
                           .id = rng_guid(r, a),
                           .operation =
                               rng_chance(r, 70) ? STR("FileAccessed") : STR("FileModified"),
                           .user = who->upn};
    struct buf b = {0};
    struct json j = {.out = &b};
    put_head(&j, a, s, &n, STR("Succeeded"), who->puid, 0, "OneDrive");
    json_put(&j, "ClientIP", STR("198.51.100.77"));
    json_put(&j, "ObjectId",
             arena_printf(
                 a, "https://%.*s-my.sharepoint.example/personal/%.*s/Documents/report %u.docx",
                 STR_ARG(s->company->netbios), STR_ARG(who->alias), (unsigned)rng_below(r, 900)));
    json_put(&j, "UserId", n.user);
    json_put(&j, "EventSource", STR("SharePoint"));
    json_end(&j);
    return finish(a, n, &b);
}

struct ual_record ual_noise(struct arena *a, const struct story *s, struct rng *r, int64_t time) {
    const struct identity *who = s->company->mailboxes[rng_below(r, s->company->mailbox_count)];
    uint64_t kind = rng_below(r, 10);
    if (kind < 4) return noise_file(a, s, r, time, who);
    if (kind < 6) {
        struct signin i = {.time = time, .user = who, .ip = STR("198.51.100.77")};
        return ual_of_signin(a, s, &i);
    }
    static const char *const OWN[] = {"MailItemsAccessed", "Create", "Send", "SoftDelete"};
    struct use u = {.time = time,
                    .operation = OWN[rng_below(r, 4)],
                    .mailbox = who,
                    .by = who,
                    .owner = true,
                    .record = rng_guid(r, a)};
    return ual_of_use(a, s, &u);
}
