/* PowerShell's own events: 4100 and 4103 to 4106 of the Operational log, 400, 403, 600 and 800 of
 * the classic one.
 * Shapes: Microsoft, about_Logging_Windows; labels of ContextInfo are localised, their order is
 * not. */
#include "analyze/evidence/windows_events.h"
#include "analyze/powershell/powershell.h"

/* One command event per invocation in the payload. 4103 and 800 prove that the call was made, not
 * that it succeeded; an error record of that cmdlet proves that it failed. */
static void emit_invocations(const struct windows_event *w, struct sink *out,
                             const struct event *like, struct str payload) {
    struct invocation *list;
    size_t n = powershell_invocations(w->arena, payload, &list);
    for (size_t i = 0; i < n; i++) {
        struct event e = *like;
        e.operation = list[i].cmdlet ? list[i].cmdlet->name : STR_NONE;
        e.params = list[i].params;
        e.result = list[i].failed ? RESULT_FAILED : RESULT_UNKNOWN;
        e.error = list[i].error;
        out->event(out->own, &e);
    }
}

/* ---- 4103 and 4100: ContextInfo is read by position ---- */

/* Lines from the first: Severity, Host Name, Host Version, Host ID, Host Application (not in
 * PowerShell 3). From the last: Shell ID, Connected User (not before 5), then these. The middle may
 * hold any number of lines, since a command line may. */
enum {
    CONTEXT_LEAST = 14,
    CONTEXT_HOST_APPLICATION = 4,
    CONTEXT_USER = 1,
    CONTEXT_SEQUENCE = 2,
    CONTEXT_SCRIPT = 4,
    CONTEXT_COMMAND = 6,
    CONTEXT_RUNSPACE = 8,
    CONTEXT_ENGINE = 9,
};

/* The lines that are not blank, without their line ends. */
static size_t context_lines(struct arena *a, struct str text, struct str **out) {
    size_t count = 0, cap = 0;
    *out = NULL;
    while (text.n) {
        struct str line, rest;
        str_cut(text, '\n', &line, &rest);
        text = rest;
        if (str_trim(line).n == 0) continue;
        ARENA_GROW(a, *out, cap, count + 1);
        (*out)[count++] = line;
    }
    return count;
}

/* "        Label = value" (French puts a colon): what is behind the first "=". */
static struct str context_value(struct str line) {
    size_t at = str_chr(line, '=');
    if (at == STR_ABSENT) at = str_chr(line, ':');
    return at == STR_ABSENT ? STR_NONE : str_trim(str_from_index(line, at + 1));
}

static void read_context(const struct windows_event *w, struct event *e) {
    struct str *line;
    uint64_t sequence;
    size_t n = context_lines(w->arena, windows_event_field(w, "ContextInfo"), &line);
    if (n < CONTEXT_LEAST) return;
    const struct str *end = &line[n - 1];
    bool connected = !str_u64(context_value(*(end - CONTEXT_SEQUENCE)), &sequence);
    if (connected) end--;
    e->actor = context_value(*(end - CONTEXT_USER));
    e->path = context_value(*(end - CONTEXT_SCRIPT));
    e->session = context_value(*(end - CONTEXT_RUNSPACE));
    e->operation = context_value(*(end - CONTEXT_COMMAND));
    const struct str *engine = end - CONTEXT_ENGINE, *application = &line[CONTEXT_HOST_APPLICATION];
    if (engine > application)
        e->application =
            context_value(str_of(application->p, (size_t)(engine->p - application->p)));
}

void windows_event_4103(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_COMMAND, SOURCE_PS_4103);
    e.actor_key = w->user;
    read_context(w, &e);
    if (e.actor.n == 0) e.actor = w->user;
    emit_invocations(w, out, &e, windows_event_field(w, "Payload"));
}

/* "Error Message = text", "Fully Qualified Error ID = ...": the text is what stands in the first
 * line; the labels are localised. */
void windows_event_4100(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_FAILURE, SOURCE_PS_4100);
    struct str first, rest;
    e.actor_key = w->user;
    e.result = RESULT_FAILED;
    read_context(w, &e);
    str_cut(str_trim(windows_event_field(w, "Payload")), '\n', &first, &rest);
    e.error = context_value(first);
    if (e.operation.n) out->event(out->own, &e);
}

/* ---- 4104 to 4106 ---- */

static uint32_t small_number(struct str s) {
    uint64_t v;
    return str_u64(str_trim(s), &v) && v <= UINT32_MAX ? (uint32_t)v : 0;
}

void windows_event_4104(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_TEXT, SOURCE_PS_4104);
    e.actor = w->user;
    e.actor_key = w->user;
    e.text = windows_event_field(w, "ScriptBlockText");
    e.block_id = windows_event_field(w, "ScriptBlockId");
    e.path = windows_event_field(w, "Path");
    e.part = small_number(windows_event_field(w, "MessageNumber"));
    e.parts = small_number(windows_event_field(w, "MessageTotal"));
    out->event(out->own, &e);
}

/* The start of a block, and its end, which also says that it ran. */
void windows_event_4105(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_RAN, SOURCE_PS_4105);
    e.actor_key = w->user;
    e.block_id = windows_event_field(w, "ScriptBlockId");
    e.session = windows_event_field(w, "RunspaceId");
    if (e.block_id.n) out->event(out->own, &e);
}

/* ---- the classic log: Key=Value lines, not localised ---- */

/* The value of the first line "key=..."; it ends before the line `next`=, or at the line's end
 * where `next` is NULL. */
static struct str classic_value(struct str text, const char *key, const char *next) {
    struct str k = str_from(key);
    for (struct str line, rest; text.n; text = rest) {
        str_cut(text, '\n', &line, &rest);
        struct str l = str_trim(line);
        if (!str_starts(l, k) || l.n == k.n || l.p[k.n] != '=') continue;
        struct str value = str_of(l.p + k.n + 1, (size_t)(text.p + text.n - (l.p + k.n + 1)));
        if (!next) return str_trim(str_slice(value, 0, str_chr(value, '\n')));
        size_t end = str_find(value, str_from(next));
        return str_trim(str_slice(value, 0, end));
    }
    return STR_NONE;
}

void windows_event_800(const struct windows_event *w, struct sink *out) {
    struct str *data;
    if (windows_event_list(w, &data) < 3) return;
    struct event e = windows_event_start(w, EVENT_COMMAND, SOURCE_PS_800);
    e.actor = classic_value(data[1], "UserId", NULL);
    e.actor_key = w->user;
    e.application = classic_value(data[1], "HostApplication", "\tEngineVersion=");
    e.session = classic_value(data[1], "RunspaceId", NULL);
    e.path = classic_value(data[1], "ScriptName", NULL);
    emit_invocations(w, out, &e, data[2]);
}

/* The command line of an engine's host. 600 (a provider), 400 (the engine) and 403 (its end) of one
 * host repeat it: the fold keeps the first that is there (engine.c). */
static struct event host_application(const struct windows_event *w, struct str context) {
    struct event e = windows_event_start(w, EVENT_TEXT, SOURCE_PS_400);
    e.command_line = true;
    e.actor = w->user;
    e.actor_key = w->user;
    e.text = classic_value(context, "HostApplication", "\tEngineVersion=");
    e.session = classic_value(context, "RunspaceId", NULL);
    e.block_id = classic_value(context, "HostId", NULL);
    return e;
}

void windows_event_400(const struct windows_event *w, struct sink *out) {
    struct str *data;
    if (windows_event_list(w, &data) < 3) return;
    struct event e = host_application(w, data[2]);
    if (e.text.n) out->event(out->own, &e);
}

/* Where the record of the start is gone: all that its time says is that the command ran before. */
void windows_event_403(const struct windows_event *w, struct sink *out) {
    struct str *data;
    if (windows_event_list(w, &data) < 3) return;
    struct event e = host_application(w, data[2]);
    e.until = e.time;
    e.time = (struct when){0};
    if (e.text.n) out->event(out->own, &e);
}

/* Every provider of a host has one: the first is enough. */
void windows_event_600(const struct windows_event *w, struct sink *out) {
    struct str *data;
    if (windows_event_list(w, &data) < 3) return;
    if (!str_eq(classic_value(data[2], "SequenceNumber", NULL), STR("1"))) return;
    struct event e = host_application(w, data[2]);
    if (e.text.n) out->event(out->own, &e);
}
