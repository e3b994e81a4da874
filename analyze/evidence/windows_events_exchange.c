/* MSExchange Management: what Exchange Server says of each cmdlet that changed something. Event 1
 * succeeded, event 6 failed. The values are 27 unnamed <Data>, fewer in Exchange 2010. */
#include "analyze/evidence/windows_events.h"
#include "analyze/powershell/powershell.h"

enum {
    DATA_CMDLET,
    DATA_PARAMETERS,
    DATA_CALLER,
    DATA_LOGON_SID,
    DATA_EXECUTING_SID,
    DATA_CLIENT,
    DATA_EXCEPTION = 11,
    DATA_ACTIVITY = 23,
};

static struct str at(const struct str *data, size_t count, size_t i) {
    return i < count ? data[i] : STR_NONE;
}

/* Exchange 2010: {Name=value, Name=value}. Nothing in it is escaped: a value with ", x=" in it
 * looks like two, so a value is never more than a hint. */
static void old_parameters(const struct windows_event *w, struct str text, struct params *out) {
    text = str_slice(text, 1, text.n - 1);
    while (text.n) {
        size_t end = str_find(text, STR(", "));
        struct str part = str_slice(text, 0, end), name, value;
        text = end == STR_ABSENT ? STR_NONE : str_from_index(text, end + 2);
        if (!str_cut(part, '=', &name, &value)) continue;
        params_add1(w->arena, out, str_trim(name), str_trim(value))->flags = PARAM_AMBIGUOUS;
    }
}

static struct str activity_id(struct str s) {
    struct str prefix = STR("ActivityId:");
    return str_starts(s, prefix) ? str_trim(str_from_index(s, prefix.n)) : STR_NONE;
}

static void take_parameters(const struct windows_event *w, struct event *e, struct str text) {
    bool prefixed;
    if (str_starts(text, STR("{")) && str_ends(text, STR("}")))
        old_parameters(w, text, &e->params);
    else
        powershell_parameter_string(w->arena, cmdlet_find(e->operation, &prefixed), text,
                                    &e->params);
}

/* Forwarders that keep the English message only: "Cmdlet suceeded. Cmdlet NAME, parameters ..."
 * (the channel's own spelling). Who called is not in it. */
static void read_message(const struct windows_event *w, struct sink *out) {
    struct str message = windows_event_field(w, "Message"), between = STR(", parameters ");
    size_t at = str_find(message, STR(". Cmdlet ")), comma = str_find(message, between);
    if (at == STR_ABSENT || comma == STR_ABSENT || comma < at + 9) return;
    struct event e = windows_event_start(w, EVENT_COMMAND, SOURCE_EXCHANGE_MANAGEMENT);
    struct str parameters = str_trim(str_from_index(message, comma + between.n));
    if (str_ends(parameters, STR("."))) parameters.n--;
    e.operation = str_trim(str_slice(message, at + 9, comma));
    e.result = w->id == 1 ? RESULT_SUCCEEDED : RESULT_FAILED;
    take_parameters(w, &e, parameters);
    out->event(out->own, &e);
}

void windows_event_exchange(const struct windows_event *w, struct sink *out) {
    struct str *data;
    size_t n = windows_event_list(w, &data);
    if (n == 0) read_message(w, out);
    if (n <= DATA_CALLER) return;
    struct event e = windows_event_start(w, EVENT_COMMAND, SOURCE_EXCHANGE_MANAGEMENT);
    e.operation = data[DATA_CMDLET];
    e.actor = data[DATA_CALLER];
    if (str_istarts(at(data, n, DATA_LOGON_SID), STR("S-1-"))) e.actor_key = data[DATA_LOGON_SID];
    e.application = at(data, n, DATA_CLIENT);
    e.session = activity_id(at(data, n, DATA_ACTIVITY));
    e.result = w->id == 1 ? RESULT_SUCCEEDED : RESULT_FAILED;
    if (e.result == RESULT_FAILED) e.error = at(data, n, DATA_EXCEPTION);
    take_parameters(w, &e, data[DATA_PARAMETERS]);
    out->event(out->own, &e);
}
