#include <stdlib.h>

#include "analyze/evidence/audit_parameter.h"
#include "analyze/evidence/json_record.h"
#include "analyze/evidence/ual.h"
#include "analyze/powershell/powershell.h"

enum { PATH_DEPTH = 6 };

/* A record on its way to an event. */
struct reading {
    struct sink *out;
    const cJSON *r;
    const struct ual_outer *outer;
    struct event e;
};

/* The first of several keys that the record has, as text. */
static struct str pick(struct reading *x, const char *const *keys) {
    for (; *keys; keys++) {
        const cJSON *v = json_get(x->r, *keys);
        if (!v || cJSON_IsNull(v)) continue;
        struct str text = json_scalar_text(x->out->arena, v);
        if (text.n) return text; /* an empty field hides no other that says it */
    }
    return STR_NONE;
}
#define PICK(x, ...) pick((x), (const char *const[]){__VA_ARGS__, NULL})

static struct str or_else(struct str a, struct str b) { return a.n ? a : b; }

static struct when parse_time(struct str s) {
    struct when t = {0, 0, WHEN_NONE};
    if (when_parse_iso(s, WHEN_UTC, &t) || when_parse_ms_json(s, &t) ||
        when_parse_us(s, WHEN_UTC, &t))
        return t;
    return (struct when){0, 0, WHEN_NONE};
}

static enum result result_of(struct str s) {
    static const char *const good[] = {"True", "Success", "Succeeded", "PartiallySucceeded", "0"};
    static const char *const bad[] = {"False", "Failed", "Failure", "Fail"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (str_ieq(s, str_from(good[i]))) return RESULT_SUCCEEDED;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (str_ieq(s, str_from(bad[i]))) return RESULT_FAILED;
    return RESULT_UNKNOWN;
}

/* ---- parameters of a cmdlet ---- */

static void add_parameter(struct reading *x, const struct cmdlet *c, struct str name,
                          struct str value) {
    audit_parameter_add(x->out->arena, &x->e.params, c, name, value);
}

static void take_parameters(struct reading *x, const struct cmdlet *c, const cJSON *v, int depth);

/* JSON inside a string, or "-Name "value" -Name "value"". */
static void take_parameter_text(struct reading *x, const struct cmdlet *c, struct str text,
                                int depth) {
    struct str t = str_trim(text);
    if (t.n && (t.p[0] == '[' || t.p[0] == '{') && depth > 0) {
        cJSON *inner = json_parse(x->out->arena, t, NULL, NULL);
        if (inner) {
            take_parameters(x, c, inner, depth - 1);
            cJSON_Delete(inner);
            return;
        }
    }
    powershell_parameter_string(x->out->arena, c, text, &x->e.params);
}

static void take_parameter_object(struct reading *x, const struct cmdlet *c, const cJSON *o) {
    struct arena *a = x->out->arena;
    const cJSON *name = json_get(o, "Name"), *value = json_get(o, "Value");
    if (!name) name = json_get(o, "name");
    if (!value) value = json_get(o, "value");
    if (name) {
        if (cJSON_IsArray(value)) {
            struct param *p = params_add(a, &x->e.params, json_scalar_text(a, name), NULL, 0);
            size_t cap = 0;
            for (const cJSON *i = value->child; i; i = i->next) {
                ARENA_GROW(a, p->values, cap, p->count + 1);
                p->values[p->count++] = json_scalar_text(a, i);
            }
            return;
        }
        add_parameter(x, c, json_scalar_text(a, name), json_scalar_text(a, value));
        return;
    }
    for (const cJSON *m = o->child; m; m = m->next) /* {"Identity": "...", ...} */
        add_parameter(x, c, arena_copy(a, str_from(m->string)), json_scalar_text(a, m));
}

static void take_parameters(struct reading *x, const struct cmdlet *c, const cJSON *v, int depth) {
    if (cJSON_IsString(v)) {
        take_parameter_text(x, c, arena_copy(x->out->arena, json_text(v)), depth);
    } else if (cJSON_IsObject(v)) {
        take_parameter_object(x, c, v);
    } else if (cJSON_IsArray(v)) {
        for (const cJSON *i = v->child; i; i = i->next) {
            if (cJSON_IsObject(i))
                take_parameter_object(x, c, i);
            else if (cJSON_IsString(i))
                take_parameter_text(x, c, arena_copy(x->out->arena, json_text(i)), depth);
        }
    }
}

/* ---- everything else, under its path ---- */

static struct str join_path(struct arena *a, struct str path, struct str key) {
    return path.n ? arena_printf(a, "%.*s.%.*s", STR_ARG(path), STR_ARG(key)) : key;
}

static void flatten(struct reading *x, struct str path, const cJSON *v, int depth);

/* [{"Name":"Role.DisplayName","NewValue":..,"OldValue":..}] and [{"Name":..,"Value":..}] */
static bool flatten_named(struct reading *x, struct str path, const cJSON *o) {
    struct arena *a = x->out->arena;
    const cJSON *name = json_get(o, "Name");
    if (!cJSON_IsString(name)) return false;
    struct str key = join_path(a, path, arena_copy(a, json_text(name)));
    for (const cJSON *m = o->child; m; m = m->next) {
        if (m == name) continue;
        struct str sub = str_eq(str_from(m->string), STR("Value"))
                             ? key
                             : join_path(a, key, arena_copy(a, str_from(m->string)));
        params_add1(a, &x->e.params, sub, json_scalar_text(a, m));
    }
    return true;
}

/* Sentinel's columns hold objects and lists as their text. */
static bool flatten_text(struct reading *x, struct str path, const cJSON *v, int depth) {
    struct str text = cJSON_IsString(v) ? str_trim(json_text(v)) : STR_NONE;
    if (!text.n || depth <= 0 || (text.p[0] != '{' && text.p[0] != '[') ||
        !json_get(x->r, "OfficeWorkload"))
        return false;
    cJSON *inner = json_parse(x->out->arena, arena_copy(x->out->arena, text), NULL, NULL);
    if (!inner) return false;
    flatten(x, path, inner, depth - 1);
    cJSON_Delete(inner);
    return true;
}

static void flatten(struct reading *x, struct str path, const cJSON *v, int depth) {
    struct arena *a = x->out->arena;
    if (flatten_text(x, path, v, depth)) return;
    if (cJSON_IsArray(v)) {
        bool named = false;
        for (const cJSON *i = v->child; i; i = i->next) named |= flatten_named(x, path, i);
        if (!named)
            params_add1(a, &x->e.params, path, arena_printf(a, "%d", cJSON_GetArraySize(v)));
    } else if (cJSON_IsObject(v) && depth > 0) {
        for (const cJSON *m = v->child; m; m = m->next)
            flatten(x, join_path(a, path, arena_copy(a, str_from(m->string))), m, depth - 1);
    } else {
        params_add1(a, &x->e.params, path, json_scalar_text(a, v));
    }
}

/* ---- sign-ins ---- */

static struct str named_value(struct reading *x, const char *list, const char *name) {
    const cJSON *l = json_get(x->r, list);
    for (const cJSON *i = cJSON_IsArray(l) ? l->child : NULL; i; i = i->next)
        if (str_eq(json_get_str(i, "Name"), str_from(name)))
            return json_scalar_text(x->out->arena, json_get(i, "Value"));
    return STR_NONE;
}

/* "Success" in ResultStatus does not say that the sign-in succeeded: the operation and the error
 * do. */
static void read_signin(struct reading *x) {
    struct str error = PICK(x, "ErrorNumber"),
               detail = named_value(x, "ExtendedProperties", "ResultStatusDetail");
    bool good = str_eq(x->e.operation, STR("UserLoggedIn")) &&
                (!error.n || str_eq(error, STR("0"))) &&
                (!detail.n || str_eq(detail, STR("Success")) || str_eq(detail, STR("Redirect")));
    x->e.kind = EVENT_SIGNIN;
    x->e.source = SOURCE_SIGNIN;
    x->e.result = good ? RESULT_SUCCEEDED : RESULT_FAILED;
    x->e.error = PICK(x, "LogonError");
    x->e.session = or_else(named_value(x, "DeviceProperties", "SessionId"), x->e.session);
    x->e.client_ip = or_else(PICK(x, "ActorIpAddress"), x->e.client_ip);
    x->e.application = or_else(PICK(x, "ApplicationId"), x->e.application);
}

/* ---- the record ---- */

static const char *const ID_KEYS[] = {"Id", "id", "OfficeId", "RecordId", NULL};

static void take_common(struct reading *x) {
    struct event *e = &x->e;
    const cJSON *access = json_get(x->r, "AppAccessContext");
    e->operation = or_else(PICK(x, "Operation", "operation", "OperationName"), x->outer->operation);
    e->record = or_else(pick(x, ID_KEYS), x->outer->id);
    if (x->r) {
        e->time = parse_time(PICK(x, "CreationTime", "creationTime", "CreationDate",
                                  "createdDateTime", "TimeGenerated"));
    }
    if (e->time.basis == WHEN_NONE) e->time = parse_time(x->outer->time);
    e->actor = or_else(PICK(x, "UserId", "userId", "UserIds"), x->outer->user);
    e->actor_key = PICK(x, "UserKey", "LogonUserSid");
    e->object = PICK(x, "ObjectId", "OfficeObjectId", "objectId");
    e->client_ip = or_else(PICK(x, "ClientIP", "ClientIPAddress", "Client_IPAddress", "ClientIP_"),
                           x->outer->client_ip);
    e->host = str_trim(PICK(x, "OriginatingServer"));
    e->session = PICK(x, "SessionId");
    if (!e->session.n) e->session = arena_copy(x->out->arena, json_get_str(access, "AADSessionId"));
    e->application = PICK(x, "AppId", "ClientAppId", "ApplicationId");
    e->result = result_of(PICK(x, "ResultStatus", "resultStatus"));
}

static bool is_cmdlet_record(struct reading *x, const struct cmdlet *c) {
    struct str type = or_else(PICK(x, "RecordType", "recordType"), x->outer->record_type);
    if (c) return true;
    return str_eq(type, STR("1")) || str_ieq(type, STR("ExchangeAdmin"));
}

static void make_event(struct reading *x) {
    const struct cmdlet *c = cmdlet_find(x->e.operation, NULL);
    const cJSON *parameters = json_get(x->r, "Parameters");
    x->e.source = SOURCE_UAL;
    if (str_istarts(x->e.operation, STR("UserLog"))) {
        read_signin(x);
    } else if (is_cmdlet_record(x, c)) {
        x->e.kind = EVENT_COMMAND;
        if (parameters)
            take_parameters(x, c, parameters, 2);
        else if (x->outer->parameters.n)
            take_parameter_text(x, c, x->outer->parameters, 2);
    } else {
        x->e.kind = EVENT_OPERATION;
        for (const cJSON *m = x->r ? x->r->child : NULL; m; m = m->next)
            flatten(x, arena_copy(x->out->arena, str_from(m->string)), m, PATH_DEPTH);
    }
    x->out->event(x->out->own, &x->e);
}

static void say_notes(struct sink *out, uint64_t offset, struct str record,
                      const struct json_notes *n) {
    if (n->duplicate_keys)
        sink_fault(out, offset, record, "a key stands twice in one object: the first was used");
    if (n->has_nul)
        sink_fault(out, offset, record, "a NUL character in the text is shown as U+2400");
}

/* Tenant of a record, from its text. */
static struct str tenant_of(struct str audit) {
    return or_else(ual_peek(audit, STR("OrganizationId")),
                   ual_peek(audit, STR("OrganizationName")));
}

/* Sign-ins are a telemetry of their own, and Sentinel keeps a part of the log only (Exchange,
 * SharePoint, Teams): what it lacks may stand in the log itself. */
static struct str telemetry_of(struct str audit, const struct ual_outer *outer) {
    struct str operation = ual_peek(audit, STR("Operation"));
    if (str_istarts(or_else(operation, outer->operation), STR("UserLog"))) return STR("sign-in");
    bool plain = ual_peek(audit, STR("Workload")).n > 0; /* mostly: then no need to look on */
    return !plain && ual_peek(audit, STR("OfficeWorkload")).n ? STR("office-activity") : STR("ual");
}

static void count_record(struct sink *out, struct str audit, const struct ual_outer *outer) {
    struct str time =
        or_else(ual_peek(audit, STR("CreationTime")), ual_peek(audit, STR("TimeGenerated")));
    struct when t = parse_time(time);
    if (t.basis == WHEN_NONE) t = parse_time(outer->time);
    out->seen(out->own, telemetry_of(audit, outer), tenant_of(audit), t, 0);
}

/* Some containers wrap the record in objects of their own: the outermost object, PATH_DEPTH deep at
 * most, that has an operation and a time. */
static const cJSON *find_record(const cJSON *o, int depth) {
    if (json_get(o, "Operation") && (json_get(o, "CreationTime") || json_get(o, "TimeGenerated")))
        return o;
    for (const cJSON *m = o && cJSON_IsObject(o) && depth > 0 ? o->child : NULL; m; m = m->next) {
        const cJSON *found = cJSON_IsObject(m) ? find_record(m, depth - 1) : NULL;
        if (found) return found;
    }
    return NULL;
}

struct str ual_record_id(struct arena *a, struct str audit, const struct ual_outer *outer) {
    static const char *const operation[] = {"Operation", NULL};
    if (!audit.n || json_own_member(audit, operation).n)
        return or_else(json_own_member(audit, ID_KEYS), outer->id);
    cJSON *root = json_parse(a, audit, NULL, NULL);
    struct sink none = {.arena = a};
    const cJSON *inner = find_record(root, PATH_DEPTH);
    struct reading x = {.out = &none, .r = inner ? inner : root};
    struct str id = root ? arena_copy(a, pick(&x, ID_KEYS)) : STR_NONE;
    cJSON_Delete(root);
    return or_else(id, outer->id);
}

void ual_read_record(struct sink *out, struct str audit, const struct ual_outer *outer,
                     uint64_t ordinal, uint64_t offset) {
    struct json_notes notes = {0};
    struct json_fault fault = {0};
    struct reading x = {.out = out, .outer = outer};
    count_record(out, audit, outer);
    if (!ual_wanted(outer->operation) && !ual_any_wanted(audit)) return;
    cJSON *root = audit.n ? json_parse(out->arena, audit, &notes, &fault) : NULL;
    if (audit.n && !root)
        sink_fault(out, offset, outer->id, "the record's JSON is broken at its byte %zu: %s%s",
                   fault.at, fault.reason,
                   outer->operation.n ? "; its outer columns were used" : "");
    if (!root && !outer->operation.n) return;
    const cJSON *inner = find_record(root, PATH_DEPTH);
    x.r = inner ? inner : root;
    x.e.ordinal = ordinal;
    x.e.offset = offset;
    take_common(&x);
    x.e.poor = !root && !outer->parameters.n;
    if (ual_wanted(x.e.operation)) {
        say_notes(out, offset, x.e.record, &notes);
        make_event(&x);
    }
    cJSON_Delete(root);
}
