#include "analyze/evidence/entra.h"

bool entra_is_legacy(struct str client) {
    static const char *const legacy[] = {"Authenticated SMTP",
                                         "SMTP",
                                         "AutoDiscover",
                                         "Exchange ActiveSync",
                                         "Exchange Online PowerShell",
                                         "Exchange Web Services",
                                         "IMAP",
                                         "IMAP4",
                                         "MAPI Over HTTP",
                                         "Offline Address Book",
                                         "Outlook Anywhere (RPC over HTTP)",
                                         "POP",
                                         "POP3",
                                         "Reporting Web Services",
                                         "Other clients"};
    for (size_t i = 0; i < sizeof legacy / sizeof *legacy; i++)
        if (str_ieq(client, str_from(legacy[i]))) return true;
    return false;
}

static struct when time_of(struct str s) {
    struct when t;
    if (when_parse_iso(s, WHEN_UTC, &t) || when_parse_ms_json(s, &t) ||
        when_parse_us(s, WHEN_UTC, &t))
        return t;
    return (struct when){0, 0, WHEN_NONE};
}

static void detail(struct sink *out, struct event *e, const char *name, struct str value) {
    value = str_trim(value);
    if (value.n) params_add1(out->arena, &e->params, str_from(name), value);
}

/* A code other than 0 is a failure; the portal's CSV says it in a word. Interrupted (a second
 * factor or a consent was asked for) is neither. */
static enum result result_of(const struct entra_signin *s) {
    if (str_ieq(s->status, STR("Success"))) return RESULT_SUCCEEDED;
    if (str_ieq(s->status, STR("Failure"))) return RESULT_FAILED;
    if (str_ieq(s->status, STR("Interrupted"))) return RESULT_UNKNOWN;
    if (!s->error_code.n) return RESULT_UNKNOWN;
    return str_eq(s->error_code, STR("0")) ? RESULT_SUCCEEDED : RESULT_FAILED;
}

void entra_give_signin(struct sink *out, const struct entra_signin *s, struct str tenant,
                       uint64_t ordinal, uint64_t offset) {
    struct event e = {.kind = EVENT_SIGNIN,
                      .source = SOURCE_SIGNIN,
                      .record = s->id,
                      .ordinal = ordinal,
                      .offset = offset,
                      .time = time_of(s->time),
                      .operation = STR("Sign-in"),
                      .actor = s->user,
                      .actor_key = s->user_id,
                      .client_ip = s->address,
                      .session = s->session,
                      .application = s->application.n ? s->application : s->application_id,
                      .result = result_of(s)};
    if (e.result != RESULT_SUCCEEDED) e.error = s->failure;
    out->seen(out->own, STR("sign-in"), tenant, e.time, 0);
    detail(out, &e, "application_id", s->application_id);
    detail(out, &e, "resource", s->resource);
    detail(out, &e, "client", s->client);
    if (entra_is_legacy(s->client)) detail(out, &e, "legacy", STR("True"));
    detail(out, &e, "country", s->country);
    detail(out, &e, "risk_level", s->risk_level);
    detail(out, &e, "risk_state", s->risk_state);
    detail(out, &e, "kind", s->kind);
    detail(out, &e, "device", s->device);
    detail(out, &e, "conditional_access", s->conditional_access);
    detail(out, &e, "user_agent", s->agent);
    detail(out, &e, "error_code", s->error_code);
    out->event(out->own, &e);
}
