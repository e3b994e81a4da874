/* entra_json.c - sign-ins and directory audit of Entra ID as JSON: Graph, Azure Monitor, rows of
 * Log Analytics; arrays, pages, lines. */
#include "analyze/evidence/entra.h"
#include "analyze/evidence/json_record.h"
#include "analyze/evidence/json_records.h"
#include "base/json_read.h"

/* A record: its own members, and those that a container keeps under `properties`. */
struct record {
    struct sink *out;
    const cJSON *outer, *inner;
};

static const cJSON *member(const struct record *r, const char *name) {
    const cJSON *v = r->inner ? json_get(r->inner, name) : NULL;
    return v ? v : json_get(r->outer, name);
}

/* The first of these names that has a value, as text. */
static struct str text(const struct record *r, const char *const *names) {
    for (; *names; names++) {
        const cJSON *v = member(r, *names);
        if (!v || cJSON_IsNull(v)) continue;
        struct str s = json_scalar_text(r->out->arena, v);
        if (s.n) return s;
    }
    return STR_NONE;
}
#define TEXT(r, ...) text((r), (const char *const[]){__VA_ARGS__, NULL})

/* A list or an object that may stand there as JSON in a string; freed with *own. */
static const cJSON *structure(const struct record *r, const char *name, const char *other,
                              cJSON **own) {
    const cJSON *v = member(r, name);
    if (!v) v = member(r, other);
    *own = cJSON_IsString(v) ? json_parse(r->out->arena, json_text(v), NULL, NULL) : NULL;
    return *own ? *own : v;
}

static struct str part(struct arena *a, const cJSON *o, const char *name) {
    const cJSON *v = json_get(o, name);
    return !v || cJSON_IsNull(v) ? STR_NONE : json_scalar_text(a, v);
}

/* ---- sign-ins ---- */

static void read_status(const struct record *r, struct entra_signin *s) {
    cJSON *own;
    const cJSON *status = structure(r, "status", "Status", &own);
    struct arena *a = r->out->arena;
    s->error_code = part(a, status, "errorCode");
    s->failure = part(a, status, "failureReason");
    cJSON_Delete(own);
    if (!s->error_code.n) s->error_code = TEXT(r, "ResultType", "resultType");
    if (!s->failure.n) s->failure = TEXT(r, "ResultDescription", "resultDescription");
}

static void read_place(const struct record *r, struct entra_signin *s) {
    cJSON *own;
    struct arena *a = r->out->arena;
    const cJSON *place = structure(r, "location", "LocationDetails", &own);
    s->country = cJSON_IsObject(place) ? part(a, place, "countryOrRegion") : STR_NONE;
    cJSON_Delete(own);
    if (!s->country.n) s->country = TEXT(r, "Location");
    const cJSON *device = structure(r, "deviceDetail", "DeviceDetail", &own);
    s->device = cJSON_IsObject(device) ? part(a, device, "operatingSystem") : STR_NONE;
    cJSON_Delete(own);
}

/* Interactive, non-interactive, service principal, managed identity: by the stream's category, the
 * table's name, or the record's own word. */
static struct str kind_of(const struct record *r) {
    struct str said = TEXT(r, "category", "Category", "Type");
    cJSON *own;
    const cJSON *types = structure(r, "signInEventTypes", "SignInEventTypes", &own);
    if (cJSON_IsArray(types) && types->child) said = json_scalar_text(r->out->arena, types->child);
    cJSON_Delete(own);
    if (str_ifind(said, STR("NonInteractive")) != STR_ABSENT) return STR("non-interactive");
    if (str_ifind(said, STR("ServicePrincipal")) != STR_ABSENT) return STR("service principal");
    if (str_ifind(said, STR("ManagedIdentity")) != STR_ABSENT) return STR("managed identity");
    struct str interactive = TEXT(r, "isInteractive", "IsInteractive");
    if (str_ieq(interactive, STR("False"))) return STR("non-interactive");
    return TEXT(r, "userPrincipalName", "UserPrincipalName").n ? STR("interactive")
                                                               : STR("service principal");
}

static void give_signin(const struct record *r, uint64_t ordinal, uint64_t offset) {
    struct entra_signin s = {
        .id = TEXT(r, "id", "Id"),
        .time = TEXT(r, "createdDateTime", "CreatedDateTime", "TimeGenerated", "time"),
        .user = TEXT(r, "userPrincipalName", "UserPrincipalName", "servicePrincipalName",
                     "ServicePrincipalName", "servicePrincipalId", "ServicePrincipalId"),
        .user_id = TEXT(r, "userId", "UserId", "servicePrincipalId", "ServicePrincipalId"),
        .address = TEXT(r, "ipAddress", "IPAddress", "callerIpAddress"),
        .application = TEXT(r, "appDisplayName", "AppDisplayName"),
        .application_id = TEXT(r, "appId", "AppId"),
        .resource = TEXT(r, "resourceDisplayName", "ResourceDisplayName"),
        .session = TEXT(r, "sessionId", "SessionId"),
        .client = TEXT(r, "clientAppUsed", "ClientAppUsed"),
        .risk_level = TEXT(r, "riskLevelDuringSignIn", "RiskLevelDuringSignIn",
                           "riskLevelAggregated", "RiskLevelAggregated"),
        .risk_state = TEXT(r, "riskState", "RiskState"),
        .agent = TEXT(r, "userAgent", "UserAgent"),
        .conditional_access = TEXT(r, "conditionalAccessStatus", "ConditionalAccessStatus")};
    read_status(r, &s);
    read_place(r, &s);
    s.kind = kind_of(r);
    entra_give_signin(r->out, &s, TEXT(r, "tenantId", "AADTenantId", "TenantId"), ordinal, offset);
}

/* ---- directory audit ---- */

/* [{"displayName":"Role.DisplayName","oldValue":..,"newValue":"\"..\""}] under the paths that the
 * unified audit log has for the same. */
static void take_modified(const struct record *r, struct event *e, const cJSON *list) {
    struct arena *a = r->out->arena;
    for (const cJSON *m = cJSON_IsArray(list) ? list->child : NULL; m; m = m->next) {
        struct str name = part(a, m, "displayName"), old = part(a, m, "oldValue"),
                   new = part(a, m, "newValue");
        if (!name.n) continue;
        params_add1(a, &e->params,
                    arena_printf(a, "ModifiedProperties.%.*s.OldValue", STR_ARG(name)), old);
        params_add1(a, &e->params,
                    arena_printf(a, "ModifiedProperties.%.*s.NewValue", STR_ARG(name)), new);
    }
}

/* The person or the application that it was done to, before a role or a group. */
static void take_targets(const struct record *r, struct event *e) {
    cJSON *own;
    struct arena *a = r->out->arena;
    const cJSON *targets = structure(r, "targetResources", "TargetResources", &own);
    int best = 0;
    for (const cJSON *t = cJSON_IsArray(targets) ? targets->child : NULL; t; t = t->next) {
        struct str type = part(a, t, "type"), upn = part(a, t, "userPrincipalName");
        struct str name = part(a, t, "displayName"), id = part(a, t, "id");
        int rank = upn.n ? 3 : str_ieq(type, STR("Role")) || str_ieq(type, STR("Group")) ? 1 : 2;
        take_modified(r, e, json_get(t, "modifiedProperties"));
        if (rank <= best) continue;
        best = rank;
        e->object = upn.n ? upn : name.n ? name : id;
    }
    cJSON_Delete(own);
}

static void take_initiator(const struct record *r, struct event *e) {
    cJSON *own;
    struct arena *a = r->out->arena;
    const cJSON *by = structure(r, "initiatedBy", "InitiatedBy", &own);
    const cJSON *user = json_get(by, "user"), *app = json_get(by, "app");
    e->actor = part(a, user, "userPrincipalName");
    e->actor_key = part(a, user, "id");
    e->client_ip = part(a, user, "ipAddress");
    if (!e->actor.n) e->actor = part(a, app, "displayName");
    if (!e->actor_key.n) e->actor_key = part(a, app, "servicePrincipalId");
    cJSON_Delete(own);
    if (!e->actor.n) e->actor = TEXT(r, "Identity", "identity");
    if (!e->client_ip.n) e->client_ip = TEXT(r, "callerIpAddress");
}

static void give_audit(const struct record *r, uint64_t ordinal, uint64_t offset) {
    struct event e = {.kind = EVENT_OPERATION,
                      .source = SOURCE_DIRECTORY_AUDIT,
                      .ordinal = ordinal,
                      .offset = offset,
                      .record = TEXT(r, "id", "Id"),
                      .operation = TEXT(r, "activityDisplayName", "ActivityDisplayName",
                                        "OperationName", "operationName"),
                      .error = TEXT(r, "resultReason", "ResultReason", "ResultDescription")};
    struct str result = TEXT(r, "result", "Result"),
               time = TEXT(r, "activityDateTime", "ActivityDateTime", "TimeGenerated", "time");
    if (!when_parse_iso(time, WHEN_UTC, &e.time)) e.time = (struct when){0, 0, WHEN_NONE};
    e.result = str_ieq(result, STR("success"))   ? RESULT_SUCCEEDED
               : str_ieq(result, STR("failure")) ? RESULT_FAILED
                                                 : RESULT_UNKNOWN;
    if (e.result == RESULT_SUCCEEDED) e.error = STR_NONE;
    r->out->seen(r->out->own, STR("directory-audit"),
                 TEXT(r, "tenantId", "AADTenantId", "TenantId"), e.time, 0);
    take_initiator(r, &e);
    take_targets(r, &e);
    r->out->event(r->out->own, &e);
}

/* ---- the container ---- */

static bool has(struct str s, const char *key) { return str_find(s, str_from(key)) != STR_ABSENT; }

static bool is_audit(struct str record) {
    return has(record, "\"targetResources\"") || has(record, "\"TargetResources\"");
}

static bool is_signin(struct str record) {
    bool who = has(record, "\"userPrincipalName\"") || has(record, "\"UserPrincipalName\"") ||
               has(record, "\"servicePrincipalId\"") || has(record, "\"ServicePrincipalId\"");
    bool how = has(record, "\"conditionalAccessStatus\"") || has(record, "\"clientAppUsed\"") ||
               has(record, "\"ConditionalAccessStatus\"") || has(record, "\"ClientAppUsed\"") ||
               has(record, "\"isInteractive\"") || has(record, "\"IsInteractive\"") ||
               has(record, "\"signInEventTypes\"") || has(record, "SignInLogs\"") ||
               has(record, "SigninLogs\"") || has(record, "\"Sign-in activity\"");
    return who && how;
}

static bool is_ours(struct str record) {
    bool audit =
        is_audit(record) && (has(record, "\"initiatedBy\"") || has(record, "\"InitiatedBy\"") ||
                             has(record, "\"activityDisplayName\""));
    return audit || is_signin(record);
}

static int bid(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = first, .first = true};
    struct json_records r = {.text = text_of_block(a, &b).utf8};
    struct str all = str_trim(r.text);
    int sure = 0;
    (void)whole;
    if (all.n && (all.p[0] == '{' || all.p[0] == '[')) {
        bool found = json_records_next(&r) == JSON_RECORD;
        struct str record = found ? str_slice(r.text, r.begin, r.end) : all;
        /* A record of the unified audit log, or wrapped in something that holds one, is not ours.
         */
        if (is_ours(record) && !has(record, "\"AuditData\"") && !has(record, "\"auditData\""))
            sure = 75;
    }
    arena_free(a);
    return sure;
}

/* The identifier that the record's event has: that of the service's own record, which a container
 * may keep under `properties`. */
static struct str own_id(struct arena *a, struct str record) {
    static const char *const names[] = {"id", "Id", NULL};
    struct json_fault ignored = {0};
    cJSON *root = json_parse(a, record, NULL, &ignored);
    const cJSON *inner = json_get(root, "properties");
    struct sink none = {.arena = a};
    struct record r = {&none, root, cJSON_IsObject(inner) ? inner : NULL};
    struct str id = root ? arena_copy(a, text(&r, names)) : STR_NONE;
    cJSON_Delete(root);
    return id;
}

static void take(void *own, struct str record, uint64_t ordinal, uint64_t offset) {
    struct sink *out = own;
    if (out->dump) {
        json_record_show(out, record, own_id(out->arena, record), ordinal, offset);
        return;
    }
    cJSON *root = json_record_parse(out, record, offset);
    if (!root) return;
    const cJSON *inner = json_get(root, "properties");
    struct record r = {out, root, cJSON_IsObject(inner) ? inner : NULL};
    if (is_audit(record))
        give_audit(&r, ordinal, offset);
    else if (is_signin(record))
        give_signin(&r, ordinal, offset);
    else
        sink_fault(out, offset, STR_NONE, "neither a sign-in nor a directory audit record");
    cJSON_Delete(root);
}

static void read(const struct block *b, struct sink *out) { json_records_read(b, out, take, out); }

const struct reader READER_ENTRA_JSON = {"entra-json", "identity log", bid, json_records_cut, read};
