/* invoke.c - a command that is met: a catalogue call, text or blocks to go on in, or of no concern.
 */
#include "analyze/powershell/commands.h"

struct value run_each(struct run *r, const struct value *block, const struct value *piped) {
    struct value given = {.kind = VALUE_LIST}, unknown = value_unknown(STR("$_"));
    const struct value *items = NULL;
    size_t count = piped ? value_items(piped, &items) : 0;
    if (!piped || piped->kind == VALUE_UNKNOWN || count > RUN_UNROLL_MAX) {
        struct mark mark = scope_mark(r);
        scope_forget_assigned(r, block->block);
        scope_set(r, STR("_"), piped ? *piped : unknown);
        r->maybe++;
        run_block(r, block, NULL, false);
        r->maybe--;
        scope_forget_since(r, mark);
        return unknown;
    }
    given.items = ARENA_ARRAY(r->arena, struct value, count);
    for (size_t i = 0; i < count && run_step(r); i++) {
        scope_set(r, STR("_"), items[i]);
        given.items[given.count++] = run_block(r, block, NULL, false);
    }
    return given;
}

/* Of the piped objects those for which the filter's answer is true; unknown if one is. */
static struct value kept(const struct value *piped, struct value answers) {
    const struct value *items;
    size_t count = value_items(piped, &items), n = 0;
    for (size_t i = 0; i < answers.count && i < count; i++) {
        bool known, keep = value_true(&answers.items[i], &known);
        if (!known) return value_unknown(STR("$_"));
        if (keep) answers.items[n++] = items[i];
    }
    answers.count = n;
    return answers;
}

/* How a command runs the blocks that it is given. */
struct runner {
    struct str name;
    enum { RUNS_ONCE, RUNS_FOR_EACH, RUNS_ELSEWHERE } how;
};

static const struct runner *runner_of(struct str name) {
    static const struct runner runners[] = {
        {{"ForEach-Object", 14}, RUNS_FOR_EACH},
        {{"foreach", 7}, RUNS_FOR_EACH},
        {{"%", 1}, RUNS_FOR_EACH},
        {{"Where-Object", 12}, RUNS_FOR_EACH},
        {{"where", 5}, RUNS_FOR_EACH},
        {{"?", 1}, RUNS_FOR_EACH},
        {{"Invoke-Command", 14}, RUNS_ONCE},
        {{"icm", 3}, RUNS_ONCE},
        {{"Start-Job", 9}, RUNS_ELSEWHERE},
        {{"sajb", 4}, RUNS_ELSEWHERE},
        {{"Measure-Command", 15}, RUNS_ONCE},
        {{"Start-ThreadJob", 15}, RUNS_ELSEWHERE},
        {{"Start-RobustCloudCommand", 24}, RUNS_FOR_EACH},
    };
    for (size_t i = 0; i < sizeof runners / sizeof *runners; i++)
        if (str_ieq(name, runners[i].name)) return &runners[i];
    return NULL;
}

/* Invoke-Command -Session, ForEach-Object -Parallel: nothing of this text's variables is there. */
static bool runs_elsewhere(const struct runner *runner, const struct node *command) {
    static const char *const said[] = {"Session",  "ComputerName",  "Cn",   "HostName",
                                       "VMName",   "ConnectionUri", "VMId", "SSHConnection",
                                       "Parallel", "ContainerId"};
    if (runner->how == RUNS_ELSEWHERE) return true;
    for (const struct node *n = command->child; n; n = n->next)
        for (size_t i = 0; n->kind == NODE_PARAMETER && i < sizeof said / sizeof *said; i++)
            if (n->text.n && str_istarts(str_from(said[i]), n->text)) return true;
    return false;
}

static void run_elsewhere(struct run *r, const struct value *block,
                          const struct arguments *arguments) {
    size_t hidden = r->hidden;
    struct mark mark = scope_mark(r);
    r->hidden = r->count;
    run_block(r, block, arguments, true);
    r->hidden = hidden;
    scope_forget_since(r, mark);
}

/* -ArgumentList of the commands that run blocks. */
static void add_argument_list(struct run *r, const struct node *command, struct arguments *all) {
    const struct node *given = command_argument(command, "ArgumentList", SIZE_MAX);
    if (!given) given = command_argument(command, "Args", SIZE_MAX);
    if (!given) return;
    struct value v = fold(r, given);
    const struct value *items;
    size_t count = value_items(&v, &items);
    if (v.kind == VALUE_UNKNOWN)
        all->unknown = true;
    else
        for (size_t i = 0; i < count; i++) arguments_add(r, all, STR_NONE, items[i]);
}

/* ForEach-Object {begin} {process} {end}: only the middle ones are run for each object. */
static bool runs_once(const struct node *n, const struct node *name, size_t block, size_t blocks) {
    bool named = name && name->kind == NODE_PARAMETER && name->text.n;
    if (named && !str_istarts(STR("Process"), name->text) &&
        (str_istarts(STR("Begin"), name->text) || str_istarts(STR("End"), name->text)))
        return true;
    if (named || n->kind == NODE_PARAMETER) return false;
    return blocks > 1 && (block == 0 || (blocks > 2 && block == blocks - 1));
}

/* What one block among the arguments of a runner gives. */
static struct value run_argument(struct run *r, const struct runner *runner, const struct value *v,
                                 const struct node *command, const struct value *piped, bool once) {
    struct arguments arguments = {0};
    bool elsewhere = runs_elsewhere(runner, command);
    struct value unknown = unknown_here(r, command);
    if (!elsewhere && runner->how == RUNS_FOR_EACH && !once) return run_each(r, v, piped);
    add_argument_list(r, command, &arguments);
    if (elsewhere) {
        run_elsewhere(r, v, &arguments);
        return unknown;
    }
    if (runner->how == RUNS_ONCE) arguments.piped = piped;
    bool measured = str_ieq(runner->name, STR("Measure-Command"));
    struct value given = run_block(r, v, &arguments, !measured && !once);
    return measured ? unknown : given;
}

/* Every literal block among the arguments: run by the commands that do, doubtful elsewhere. */
static struct value run_argument_blocks(struct run *r, const struct node *command, struct str name,
                                        const struct value *piped) {
    struct value given = unknown_here(r, command);
    const struct runner *runner = runner_of(name);
    bool filters = str_istarts(name, STR("where")) || str_eq(name, STR("?"));
    const struct node *before = NULL;
    size_t blocks = 0, block = 0;
    for (const struct node *n = command->child ? command->child->next : NULL; n; n = n->next)
        blocks += n->kind == NODE_BLOCK;
    for (const struct node *n = command->child ? command->child->next : NULL; n;
         before = n, n = n->next) {
        const struct node *argument = n->kind == NODE_PARAMETER ? n->child : n;
        if (!argument || argument->kind == NODE_SPLAT || argument->kind == NODE_NO_MORE) continue;
        struct value v = fold(r, argument);
        if (v.kind != VALUE_BLOCK) continue;
        if (!runner) {
            if (argument->kind != NODE_BLOCK) continue;
            r->unsure++;
            run_block(r, &v, NULL, true);
            r->unsure--;
            continue;
        }
        bool once = !filters && runs_once(n, before, block++, blocks);
        struct value each = run_argument(r, runner, &v, command, piped, once);
        if (once) continue;
        given = filters && each.kind == VALUE_LIST ? kept(piped, each) : each;
        if (given.kind == VALUE_LIST) given = value_flat(r->arena, &given);
    }
    return given;
}

/* Is that a [switch] of the function? */
static bool function_switch(const struct value *function, struct str name) {
    const struct node *params = run_params(function->block);
    for (const struct node *p = params ? params->child : NULL; p; p = p->next)
        if (name.n && str_istarts(p->text, name)) return p->is_switch;
    return false;
}

/* @table: by name; @list: by position; of anything else nothing is known. */
static void add_splat(struct run *r, const struct node *n, struct arguments *all) {
    const struct value *v = scope_get(r, n->text);
    if (v && v->kind == VALUE_HASH)
        for (size_t i = 0; i < v->count; i++)
            arguments_add(r, all, v->items[2 * i].text, v->items[2 * i + 1]);
    else if (v && v->kind == VALUE_LIST)
        for (size_t i = 0; i < v->count; i++) arguments_add(r, all, STR_NONE, v->items[i]);
    else
        all->unknown = true;
}

/* A function or block of this text: its parameters get what the call gives. */
static struct value run_function(struct run *r, const struct value *function,
                                 const struct node *command, const struct value *piped) {
    struct arguments all = {.piped = piped};
    for (const struct node *n = command->child ? command->child->next : NULL; n; n = n->next) {
        if (n->kind == NODE_PARAMETER) {
            struct value on = value_bool(true);
            bool takes =
                !n->child && command_is_value(n->next) && !function_switch(function, n->text);
            const struct node *value = n->child ? n->child : takes ? n->next : NULL;
            arguments_add(r, &all, n->text, value ? fold(r, value) : on);
            if (takes && n->next) n = n->next;
        } else if (n->kind == NODE_SPLAT) {
            add_splat(r, n, &all);
        } else if (command_is_value(n)) {
            arguments_add(r, &all, STR_NONE, fold(r, n));
        }
    }
    return run_block(r, function, &all, !str_eq(command->text, STR(".")));
}

/* A dash that only looks like one inside a name: the engine does not find such a command. */
static struct str plain_dashes(struct run *r, struct str name) {
    struct str out = arena_copy(r->arena, name);
    char *p = (char *)(uintptr_t)out.p;
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c == 0xE2 && i + 2 < name.n && (unsigned char)name.p[i + 1] == 0x80 &&
            (unsigned char)name.p[i + 2] >= 0x90 && (unsigned char)name.p[i + 2] <= 0x95) {
            p[n++] = '-';
            i += 2;
        } else
            p[n++] = name.p[i];
    }
    return str_of(p, n);
}

/* Offsets are those of the outermost text, whatever text within it the command stands in. */
void command_place(const struct run *r, const struct node *command, struct call *call) {
    bool outermost = !r->origin.nested && r->origin.source.p == r->outermost.p;
    const struct node *here = outermost ? command : r->here;
    call->at = r->origin.nested ? r->origin.at : here ? here->at : 0;
    call->end = r->origin.nested ? r->origin.end : here ? here->end : r->outermost.n;
}

static bool call_cmdlet(struct run *r, struct value name, const struct node *command,
                        const struct value *piped) {
    bool prefixed = false, attempt = false;
    const struct cmdlet *cmdlet = cmdlet_find(name.text, &prefixed);
    if (!cmdlet && str_find(name.text, STR("\xE2\x80")) != STR_ABSENT) {
        cmdlet = cmdlet_find(plain_dashes(r, name.text), &prefixed);
        attempt = true;
    }
    if (!cmdlet) return false;
    const struct node *first = command->child;
    struct call call = {.cmdlet = cmdlet,
                        .written = str_slice(r->origin.source, first->at, first->end),
                        .attempt = attempt || r->origin.attempt,
                        .obfuscated = name.computed || first->escaped,
                        .note = r->origin.note};
    command_place(r, command, &call);
    if (attempt) call.note = STR("a dash in the name that the engine does not take for one");
    bool declared = r->prefix_declared && str_ifind(name.text, r->prefix) != STR_ABSENT;
    if (prefixed && !declared) {
        call.certainty = CALL_PROBABLE;
        call.note = STR("a noun prefix that this text does not declare");
    }
    if (r->origin.cut && command->end >= str_trim(r->origin.source).n) {
        call.certainty = CALL_AMBIGUOUS;
        call.note = STR("the text is cut in this command");
    }
    bind_call(r, cmdlet, command, call, piped);
    return true;
}

/* -------- which command is it -------- */

static const struct value *defined(struct run *r, const char *what, struct str name) {
    return scope_get(r, arena_printf(r->arena, "%s:%.*s", what, STR_ARG(name)));
}

/* A name that is known: function, catalogue cmdlet, one of ours, or a stranger. */
static struct value run_named(struct run *r, struct value name, const struct node *command,
                              const struct value *piped) {
    const struct value *alias = defined(r, "alias", name.text);
    for (const struct node *n = command->child; n; n = n->next) /* -? shows the help and no more */
        if (n->kind == NODE_PARAMETER && str_eq(n->text, STR("?"))) return unknown_here(r, command);
    if (alias && alias->kind == VALUE_TEXT) {
        name = *alias;
        name.computed = true;
    }
    const struct value *function = defined(r, "function", name.text);
    if (function && function->kind == VALUE_BLOCK) {
        struct value body = *function;
        return run_function(r, &body, command, piped);
    }
    if (str_ieq(name.text, STR("Connect-ExchangeOnline"))) command_prefix(r, command);
    if (call_cmdlet(r, name, command, piped)) return unknown_here(r, command);
    struct str full = command_full_name(name.text);
    struct value given;
    if (command_known(r, full, command, piped, &given)) return given;
    return run_argument_blocks(r, command, full, piped);
}

static struct value run_command_here(struct run *r, const struct node *command,
                                     const struct value *piped) {
    const struct node *first = command->child;
    if (!first || !run_step(r)) return unknown_here(r, command);
    struct value name = fold(r, first);
    if (name.kind == VALUE_LIST && name.count == 1) name = name.items[0];
    if (name.kind == VALUE_CHAR) name.kind = VALUE_TEXT;
    if (first->kind != NODE_TEXT && name.kind != VALUE_BLOCK) name.computed = true;
    if (name.kind == VALUE_TEXT || name.kind == VALUE_COMMAND)
        return run_named(r, name, command, piped);
    if (name.kind == VALUE_BLOCK && command->text.n) return run_function(r, &name, command, piped);
    run_argument_blocks(r, command, STR_NONE, piped);
    return unknown_here(r, command);
}

struct value run_command(struct run *r, const struct node *command, const struct value *piped) {
    const struct node *outer = r->here;
    bool outermost = !r->origin.nested && r->origin.source.p == r->outermost.p;
    if (outermost) r->here = command;
    struct value given = run_command_here(r, command, piped);
    r->here = outer;
    return given;
}
