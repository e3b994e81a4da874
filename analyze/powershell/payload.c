/* payload.c - pipeline execution details: 4103's Payload and 800's third Data.
 *
 * Lines of `CommandInvocation(X): "X"`, `ParameterBinding(X): name="N"; value="V"` and errors.
 * Values are not escaped, so a value can hold what looks like the end of it or another line. */
#include "analyze/powershell/powershell.h"

struct detail {
    struct str word, command, rest;
};

/* `Word(command): rest` */
static bool detail_of(struct str line, struct detail *out) {
    static const struct str words[] = {{"CommandInvocation", 17},
                                       {"ParameterBinding", 16},
                                       {"TerminatingError", 16},
                                       {"NonTerminatingError", 19}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct str w = words[i];
        if (!str_starts(line, w) || line.n <= w.n || line.p[w.n] != '(') continue;
        size_t close = str_find(line, STR("): "));
        if (close == STR_ABSENT) return false;
        *out = (struct detail){w, str_slice(line, w.n + 1, close), str_from_index(line, close + 3)};
        return true;
    }
    return false;
}

struct reader {
    struct arena *arena;
    struct str payload;
    size_t at;
    struct invocation *list;
    size_t count, cap;
};

/* The next detail with all the lines that belong to it: a value may have line breaks. */
static bool next_detail(struct reader *r, struct detail *out, bool *broken) {
    *broken = false;
    while (r->at < r->payload.n) {
        struct str rest = str_from_index(r->payload, r->at), line;
        size_t end = str_chr(rest, '\n');
        if (end == STR_ABSENT) end = rest.n;
        size_t from = r->at;
        r->at += end < rest.n ? end + 1 : end;
        line = str_trim(str_slice(rest, 0, end));
        if (!detail_of(line, out)) continue;
        size_t value_end = from + end;
        while (r->at < r->payload.n) { /* lines that are no detail continue the value */
            struct detail other;
            rest = str_from_index(r->payload, r->at);
            end = str_chr(rest, '\n');
            if (end == STR_ABSENT) end = rest.n;
            line = str_trim(str_slice(rest, 0, end));
            if (detail_of(line, &other)) break;
            if (line.n) {
                value_end = r->at + end;
                *broken = true;
            }
            r->at += end < rest.n ? end + 1 : end;
        }
        size_t rest_at = (size_t)(out->rest.p - r->payload.p);
        out->rest = str_trim(str_slice(r->payload, rest_at, value_end));
        return true;
    }
    return false;
}

static struct invocation *open_invocation(struct reader *r, struct str command) {
    enum { LOOK_BACK = 64 };
    for (size_t i = r->count; i > 0 && r->count - i < LOOK_BACK; i--)
        if (str_ieq(r->list[i - 1].cmdlet->name, command)) return &r->list[i - 1];
    return NULL;
}

static void start(struct reader *r, struct str command) {
    bool prefixed;
    const struct cmdlet *cmdlet = cmdlet_find(command, &prefixed);
    if (!cmdlet) return;
    ARENA_GROW(r->arena, r->list, r->cap, r->count + 1);
    r->list[r->count++] = (struct invocation){.cmdlet = cmdlet};
}

/* Rights come joined by ", "; no other value is split: a name may hold a comma. */
static struct param *add_value(struct reader *r, struct invocation *in, struct str name,
                               struct str value) {
    bool rights = str_ieq(name, STR("AccessRights")) || str_ieq(name, STR("ExtendedRights"));
    if (!rights || str_find(value, STR(", ")) == STR_ABSENT)
        return params_add1(r->arena, &in->params, name, value);
    struct str *values = NULL;
    size_t n = 0, cap = 0;
    for (struct str rest = value, first; rest.n;) {
        str_cut(rest, ',', &first, &rest);
        ARENA_GROW(r->arena, values, cap, n + 1);
        first = str_trim(first);
        if (!str_eq(first, STR("..."))) values[n++] = first; /* "...": the list was cut */
    }
    return params_add(r->arena, &in->params, name, values, n);
}

/* Entries of that name before this one: one of them may be forged, or the pipeline gave several. */
static bool flag_repeated(struct params *params, struct str name) {
    bool twice = false;
    for (size_t i = 0; i < params->count; i++) {
        if (!str_ieq(params->list[i].name, name)) continue;
        params->list[i].flags |= PARAM_AMBIGUOUS;
        twice = true;
    }
    return twice;
}

/* name="N"; value="V": V ends at the last quote. */
static void bind(struct reader *r, struct invocation *in, struct str rest, bool broken) {
    enum { PARAMS_MAX = 400 };
    if (!str_starts(rest, STR("name=\"")) || in->params.count >= PARAMS_MAX) return;
    rest = str_from_index(rest, 6);
    size_t middle = str_find(rest, STR("\"; value=\""));
    if (middle == STR_ABSENT) return;
    struct str name = str_slice(rest, 0, middle);
    struct str value = str_from_index(rest, middle + 10);
    bool closed = value.n && value.p[value.n - 1] == '"';
    if (closed) value.n--;
    const struct parameter *p;
    bool known = cmdlet_parameter(in->cmdlet, name, &p) == PARAMETER_EXACT;
    if (p) name = p->name;
    bool twice = flag_repeated(&in->params, name);
    struct param *added = add_value(r, in, name, value);
    if (broken || !closed || !known || twice || str_chr(value, '"') != STR_ABSENT)
        added->flags |= PARAM_AMBIGUOUS;
    if (str_ends(value, STR("..."))) added->flags |= PARAM_TRUNCATED;
    if (str_starts(value, STR("System.Collections."))) added->flags |= PARAM_HOLE;
}

static void fail(struct invocation *in, struct str rest) {
    if (rest.n >= 2 && rest.p[0] == '"' && rest.p[rest.n - 1] == '"')
        rest = str_slice(rest, 1, rest.n - 1);
    in->failed = true;
    if (!in->error.n) in->error = rest;
}

size_t powershell_invocations(struct arena *a, struct str payload, struct invocation **out) {
    struct reader r = {.arena = a, .payload = payload};
    struct detail d;
    bool broken;
    while (next_detail(&r, &d, &broken)) {
        if (str_eq(d.word, STR("CommandInvocation"))) {
            start(&r, d.command);
            continue;
        }
        struct invocation *in = open_invocation(&r, d.command);
        if (!in) continue;
        if (str_eq(d.word, STR("ParameterBinding")))
            bind(&r, in, d.rest, broken);
        else
            fail(in, d.rest);
    }
    *out = r.list;
    return r.count;
}
