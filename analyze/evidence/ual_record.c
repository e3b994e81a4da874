#include <stdlib.h>

#include "analyze/evidence/ual.h"
#include "analyze/powershell/powershell.h"

enum {
    PATH_DEPTH = 6,
    VALUE_LIMIT = 500
}; /* Exchange cuts values at
about 1,024 characters; the exact number is in no document, so half of it is enough for doubt */

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

static const char *const LISTS[] = {"AccessRights", "ExtendedRights", NULL};

static bool splits_on_comma(struct str name) {
    for (size_t i = 0; LISTS[i]; i++)
        if (str_ieq(name, str_from(LISTS[i]))) return true;
    return false;
}

static bool is_list(const struct cmdlet *c, struct str name) {
    const struct parameter *p = NULL;
    if (!c || cmdlet_parameter(c, name, &p) != PARAMETER_EXACT || !p) return false;
    return p->is_list || str_ieq(name, STR("GrantSendOnBehalfTo"));
}

/* Did the comma behind or before this piece stand inside a value? A distinguished name, or quotes
 * that open and do not close. */
static bool comma_inside(struct str piece) {
    bool opens = piece.n && (piece.p[0] == '"' || piece.p[0] == '\'');
    bool closes = piece.n && (piece.p[piece.n - 1] == '"' || piece.p[piece.n - 1] == '\'');
    return opens != closes || str_chr(piece, '=') != STR_ABSENT;
}

/* Without one pair of brackets or quotes around it: a name may end with its own. */
static struct str without_pair(struct str s, char open, char close) {
    if (s.n < 2 || s.p[0] != open || s.p[s.n - 1] != close) return s;
    return str_slice(s, 1, s.n - 1);
}

/* The first element of a list: up to a comma, which in a quoted one must stand behind a quote. */
static void cut_element(struct str list, struct str *one, struct str *rest) {
    list = str_trim(list);
    char quote = list.n && (list.p[0] == '"' || list.p[0] == '\'') ? list.p[0] : 0;
    size_t at = 0;
    for (; at < list.n; at++)
        if (list.p[at] == ',' && (!quote || (at > 1 && list.p[at - 1] == quote))) break;
    *one = str_trim(str_slice(list, 0, at));
    *rest = str_from_index(list, at + 1);
}

/* "@{Add=a,b; Remove=c}": how a list was edited, where the log keeps the hashtable. */
static bool add_edits(struct reading *x, struct str name, struct str value, bool cut) {
    struct str rest = str_trim(value);
    if (!str_starts(rest, STR("@{")) || (!cut && !str_ends(rest, STR("}")))) return false;
    rest = str_slice(rest, 2, cut ? rest.n : rest.n - 1);
    size_t first = x->e.params.count, pieces = 0;
    while (rest.n) {
        struct str pair, key, values, one;
        str_cut(rest, ';', &pair, &rest);
        pieces += str_trim(pair).n > 0;
        if (!str_cut(pair, '=', &key, &values)) continue;
        key = str_trim(key);
        struct param *p = params_add(x->out->arena, &x->e.params, name, NULL, 0);
        size_t cap = 0;
        p->edit = str_ieq(key, STR("Remove")) ? EDIT_REMOVE : EDIT_ADD;
        if (cut) p->flags |= PARAM_TRUNCATED;
        if (!str_ieq(key, STR("Add")) && !str_ieq(key, STR("Remove"))) p->flags |= PARAM_AMBIGUOUS;
        values = without_pair(str_trim(values), '(', ')');
        while (values.n) {
            cut_element(values, &one, &values);
            if (comma_inside(one)) p->flags |= PARAM_AMBIGUOUS;
            one = without_pair(without_pair(one, '"', '"'), '\'', '\'');
            if (!one.n) continue;
            ARENA_GROW(x->out->arena, p->values, cap, p->count + 1);
            p->values[p->count++] = one;
        }
    }
    /* The log escapes nothing: a name that holds ";Remove=y" looks like a second key. */
    for (size_t i = first; i < x->e.params.count; i++)
        if (pieces > 1) x->e.params.list[i].flags |= PARAM_AMBIGUOUS;
    return true;
}

/* One value as the log has it: lists of the catalogue are joined with ";", rights also with ", ".
 */
static void add_parameter(struct reading *x, const struct cmdlet *c, struct str name,
                          struct str value) {
    struct arena *a = x->out->arena;
    bool commas = splits_on_comma(name), list = is_list(c, name);
    bool cut = value.n >= VALUE_LIMIT && str_ends(value, STR("..."));
    if (list && add_edits(x, name, value, cut)) return;
    struct param *p = params_add(a, &x->e.params, name, NULL, 0);
    size_t cap = 0;
    struct str rest = value;
    while (rest.n) {
        size_t at = 0;
        while (at < rest.n && !((list || commas) && rest.p[at] == ';') &&
               !(commas && rest.p[at] == ','))
            at++;
        struct str one = str_slice(rest, 0, at);
        rest = str_from_index(rest, at + 1);
        if (list || commas) one = str_trim(one);
        if (!one.n) continue;
        ARENA_GROW(a, p->values, cap, p->count + 1);
        p->values[p->count++] = one;
    }
    if (cut) p->flags |= PARAM_TRUNCATED;
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

static void flatten(struct reading *x, struct str path, const cJSON *v, int depth) {
    struct arena *a = x->out->arena;
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

static void take_common(struct reading *x) {
    struct event *e = &x->e;
    const cJSON *access = json_get(x->r, "AppAccessContext");
    e->operation = or_else(PICK(x, "Operation", "operation", "OperationName"), x->outer->operation);
    e->record = or_else(PICK(x, "Id", "id", "OfficeId", "RecordId"), x->outer->id);
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

static void count_record(struct sink *out, struct str audit, const struct ual_outer *outer) {
    struct str time =
        or_else(ual_peek(audit, STR("CreationTime")), ual_peek(audit, STR("TimeGenerated")));
    struct when t = parse_time(time);
    if (t.basis == WHEN_NONE) t = parse_time(outer->time);
    out->seen(out->own, STR("ual"), tenant_of(audit), t, 0);
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
