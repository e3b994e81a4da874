/* invoke.c - a command that is met: a catalogue call, text or blocks to go on in, or of no concern.
 */
#include "analyze/powershell/command_line.h"
#include "analyze/powershell/run.h"

/* Commands that run the blocks they are given. `items`: once for each piped object, as $_. */
static const struct {
    struct str name;
    bool items;
} RUNNERS[] = {
    {{"ForEach-Object", 14}, true},
    {{"foreach", 7}, true},
    {{"%", 1}, true},
    {{"Where-Object", 12}, true},
    {{"where", 5}, true},
    {{"?", 1}, true},
    {{"Invoke-Command", 14}, false},
    {{"icm", 3}, false},
    {{"Start-Job", 9}, false},
    {{"sajb", 4}, false},
    {{"Measure-Command", 15}, false},
    {{"Start-ThreadJob", 15}, false},
    {{"Start-RobustCloudCommand", 24}, true},
};

static const struct {
    struct str alias, name;
} ALIASES[] = {
    {{"iex", 3}, {"Invoke-Expression", 17}}, {{"gcm", 3}, {"Get-Command", 11}},
    {{"sal", 3}, {"Set-Alias", 9}},          {{"nal", 3}, {"New-Alias", 9}},
    {{"sv", 2}, {"Set-Variable", 12}},       {{"set", 3}, {"Set-Variable", 12}},
    {{"gv", 2}, {"Get-Variable", 12}},       {{"echo", 4}, {"Write-Output", 12}},
    {{"write", 5}, {"Write-Output", 12}},    {{"saps", 4}, {"Start-Process", 13}},
    {{"start", 5}, {"Start-Process", 13}},   {{"powershell.exe", 14}, {"powershell", 10}},
    {{"pwsh", 4}, {"powershell", 10}},       {{"pwsh.exe", 8}, {"powershell", 10}},
    {{"cmd", 3}, {"powershell", 10}},        {{"cmd.exe", 7}, {"powershell", 10}},
    {{"ipmo", 4}, {"Import-Module", 13}},
};

static struct str full_name(struct str name) {
    for (size_t i = 0; i < sizeof ALIASES / sizeof *ALIASES; i++)
        if (str_ieq(name, ALIASES[i].alias)) return ALIASES[i].name;
    return name;
}

/* The value of a named parameter (a prefix of `name`) or else the first value at a position. */
static const struct node *argument_of(const struct node *command, const char *name, size_t at) {
    size_t position = 0;
    const struct node *found = NULL;
    for (const struct node *n = command->child ? command->child->next : NULL; n; n = n->next) {
        if (n->kind == NODE_PARAMETER) {
            bool match = n->text.n && str_istarts(str_from(name), n->text);
            if (match && n->child) return n->child;
            if (match && n->next) return n->next;
            continue;
        }
        if (n->kind == NODE_REDIRECT || n->kind == NODE_NO_MORE) continue;
        if (position++ == at && !found) found = n;
    }
    return found;
}

struct value run_each(struct run *r, const struct value *block, const struct value *piped) {
    struct value given = {.kind = VALUE_LIST}, unknown = value_unknown(STR("$_"));
    const struct value *items = NULL;
    size_t count = piped ? value_items(piped, &items) : 0, mark = r->count;
    if (!piped || piped->kind == VALUE_UNKNOWN || count > RUN_UNROLL_MAX) {
        scope_forget_assigned(r, block->block);
        scope_set(r, STR("_"), piped ? *piped : unknown);
        r->maybe++;
        run_block(r, block, false);
        r->maybe--;
        scope_forget_since(r, mark);
        return unknown;
    }
    given.items = ARENA_ARRAY(r->arena, struct value, count);
    for (size_t i = 0; i < count && run_step(r); i++) {
        scope_set(r, STR("_"), items[i]);
        given.items[given.count++] = run_block(r, block, false);
    }
    if (count != 1) scope_forget_since(r, mark);
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

/* Every literal block among the arguments: run by the commands that do, doubtful elsewhere. */
static struct value run_argument_blocks(struct run *r, const struct node *command, struct str name,
                                        const struct value *piped) {
    struct value given = unknown_here(r, command);
    bool filters = str_istarts(name, STR("where")) || str_eq(name, STR("?"));
    bool runner = false, items = false;
    for (size_t i = 0; i < sizeof RUNNERS / sizeof *RUNNERS; i++)
        if (str_ieq(name, RUNNERS[i].name)) {
            runner = true;
            items = RUNNERS[i].items;
        }
    for (const struct node *n = command->child ? command->child->next : NULL; n; n = n->next) {
        const struct node *argument = n->kind == NODE_PARAMETER ? n->child : n;
        if (!argument || argument->kind == NODE_SPLAT || argument->kind == NODE_NO_MORE) continue;
        struct value v = fold(r, argument);
        if (v.kind == VALUE_SCRIPT && runner)
            run_text(r, v.text, STR("decoded from a script block's text"), command);
        if (v.kind != VALUE_BLOCK) continue;
        if (argument->kind != NODE_BLOCK && !runner) continue;
        if (!runner) r->unsure++;
        if (items) {
            struct value each = run_each(r, &v, piped);
            if (each.kind == VALUE_LIST) given = filters ? kept(piped, each) : each;
        } else {
            run_block(r, &v, true);
        }
        if (!runner) r->unsure--;
    }
    return given;
}

/* A function of this text: its parameters get what the call gives. */
static struct value run_function(struct run *r, const struct value *function,
                                 const struct node *command) {
    size_t mark = r->count;
    struct value *arguments = NULL;
    size_t count = 0, cap = 0;
    bool named = false; /* a parameter that the function does not have */
    const struct node *params = function->block->child;
    if (params && params->kind == NODE_BLOCK) {
        params = params->child ? params->child->child : NULL;
        while (params && params->kind != NODE_PARAMS) params = params->next;
    } else if (params && params->kind == NODE_LIST) { /* a block: { param(...) ... } */
        for (params = params->child; params && params->kind != NODE_PARAMS;) params = params->next;
    }
    const struct node *param = params ? params->child : NULL;
    for (const struct node *p = param; p; p = p->next)
        scope_set(r, p->text, p->child ? fold(r, p->child) : unknown_here(r, p));
    for (const struct node *n = command->child ? command->child->next : NULL; n; n = n->next) {
        if (n->kind == NODE_PARAMETER) {
            const struct node *value = n->child ? n->child : n->next;
            const struct node *p = param;
            while (p && !str_istarts(p->text, n->text)) p = p->next;
            if (!value || !p) {
                named = true;
                continue;
            }
            scope_set(r, p->text, fold(r, value));
            if (!n->child) n = n->next;
            continue;
        }
        if (n->kind == NODE_REDIRECT || n->kind == NODE_NO_MORE) continue;
        struct value v = n->kind == NODE_SPLAT ? unknown_here(r, n) : fold(r, n);
        if (param) {
            scope_set(r, param->text, v);
            param = param->next;
        }
        ARENA_GROW(r->arena, arguments, cap, count + 1);
        arguments[count++] = v;
    }
    struct value all = {.kind = VALUE_LIST, .items = arguments, .count = count};
    scope_set(r, STR("args"), named ? value_unknown(STR("$args")) : all);
    struct value given = run_block(r, function, false);
    if (!str_eq(command->text, STR("."))) scope_leave(r, mark);
    return given;
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
static void place(const struct run *r, const struct node *command, struct call *call) {
    bool outermost = !r->origin.nested && r->origin.source.p == r->outermost.p;
    call->at = outermost ? command->at : r->origin.nested ? r->origin.at : 0;
    call->end = outermost ? command->end : r->origin.nested ? r->origin.end : r->outermost.n;
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
    place(r, command, &call);
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

/* -------- commands whose meaning we know -------- */

/* Constant text that is run: Invoke-Expression. */
static struct value run_expression(struct run *r, const struct node *command,
                                   const struct value *piped) {
    const struct node *argument = argument_of(command, "Command", 0);
    struct value v = argument ? fold(r, argument) : piped ? *piped : value_unknown(STR_NONE);
    const struct value *items;
    size_t count = value_items(&v, &items);
    struct str text;
    for (size_t i = 0; i < count && run_step(r); i++) {
        if (items[i].kind == VALUE_BLOCK) { /* its text is what is run */
            run_block(r, &items[i], false);
        } else if (items[i].kind == VALUE_SCRIPT) {
            run_text(r, items[i].text, STR("decoded from Invoke-Expression"), command);
        } else if (value_known(&items[i]) && value_string(r->arena, &items[i], &text)) {
            run_text(r, text, STR("decoded from Invoke-Expression"), command);
        }
    }
    return unknown_here(r, command);
}

static struct value set_alias(struct run *r, const struct node *command,
                              const struct value *piped) {
    (void)piped;
    struct value key = fold(r, argument_of(command, "Name", 0));
    struct value target = fold(r, argument_of(command, "Value", 1));
    if (key.kind == VALUE_TEXT && target.kind == VALUE_TEXT)
        scope_set(r, arena_printf(r->arena, "alias:%.*s", STR_ARG(key.text)), target);
    return (struct value){.kind = VALUE_NULL};
}

static struct value set_variable(struct run *r, const struct node *command,
                                 const struct value *piped) {
    (void)piped;
    struct value key = fold(r, argument_of(command, "Name", 0));
    struct value target = fold(r, argument_of(command, "Value", 1));
    if (key.kind == VALUE_TEXT) scope_set(r, key.text, target);
    return (struct value){.kind = VALUE_NULL};
}

static struct value write_output(struct run *r, const struct node *command,
                                 const struct value *piped) {
    const struct node *argument = argument_of(command, "InputObject", 0);
    if (argument) return fold(r, argument);
    return piped ? *piped : unknown_here(r, command);
}

/* `*` and `?` only; a pattern with brackets fits nothing here. */
static bool wildcard(struct run *r, struct str pattern, struct str text) {
    size_t p = 0, t = 0, star = STR_ABSENT, resume = 0;
    while (t < text.n && run_step(r)) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.n &&
                   (pattern.p[p] == '?' || ascii_lower(pattern.p[p]) == ascii_lower(text.p[t]))) {
            p++;
            t++;
        } else if (star != STR_ABSENT) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*') p++;
    return p == pattern.n && t == text.n;
}

/* Get-Command with a pattern that only one catalogue cmdlet fits. */
static struct value get_command(struct run *r, const struct node *command,
                                const struct value *piped) {
    (void)piped;
    struct value pattern = fold(r, argument_of(command, "Name", 0));
    const struct cmdlet *only = NULL;
    if (pattern.kind != VALUE_TEXT) return unknown_here(r, command);
    for (size_t i = 0; i < CMDLET_COUNT; i++) {
        if (!wildcard(r, pattern.text, CMDLETS[i].name)) continue;
        if (only) return unknown_here(r, command);
        only = &CMDLETS[i];
    }
    if (!only) return unknown_here(r, command);
    return (struct value){.kind = VALUE_COMMAND, .computed = true, .text = only->name};
}

/* Import-PSSession -Prefix X, Connect-ExchangeOnline -Prefix X: names with X in them are meant. */
static struct value declare_prefix(struct run *r, const struct node *command,
                                   const struct value *piped) {
    (void)piped;
    for (const struct node *n = command->child; n; n = n->next) {
        if (n->kind != NODE_PARAMETER || n->text.n < 2 || !str_istarts(STR("Prefix"), n->text))
            continue;
        struct value v = fold(r, n->child ? n->child : n->next);
        if (v.kind != VALUE_TEXT) continue;
        r->prefix_declared = true;
        r->prefix = v.text;
    }
    return unknown_here(r, command);
}

/* Another PowerShell as a process: its command line is put together from the constants. */
static void add_words(struct run *r, const struct node *n, struct buf *line) {
    if (n->kind == NODE_REDIRECT) return;
    buf_add_c(line, ' ');
    struct value v = n->kind == NODE_PARAMETER ? value_text(run_source(r, n, NULL)) : fold(r, n);
    const struct value *items;
    size_t count = value_items(&v, &items);
    for (size_t i = 0; i < count; i++) {
        struct str text;
        if (!value_known(&items[i]) || !value_string(r->arena, &items[i], &text)) continue;
        bool quote = str_chr(text, ' ') != STR_ABSENT && n->kind != NODE_PARAMETER;
        if (quote) buf_add_c(line, '"');
        for (size_t k = 0; k < text.n; k++) {
            if (quote && text.p[k] == '"') buf_add_c(line, '\\');
            buf_add_c(line, text.p[k]);
        }
        if (quote) buf_add_c(line, '"');
        buf_add_c(line, ' ');
    }
}

static void run_line(struct run *r, struct str line, const struct node *command) {
    struct command_line found = command_line_script(r->arena, line);
    if (found.script.n)
        run_text(r, found.script,
                 found.note.n ? found.note : STR("the command of another PowerShell"), command);
}

static struct value run_shell(struct run *r, const struct node *command,
                              const struct value *piped) {
    struct buf line = {0};
    (void)piped;
    for (const struct node *n = command->child; n; n = n->next) {
        const struct node *block = n->kind == NODE_PARAMETER ? n->child : n;
        if (block && block->kind == NODE_BLOCK) {
            struct value v = fold(r, block);
            run_block(r, &v, true);
        } else {
            add_words(r, n, &line);
        }
    }
    run_line(r, arena_copy(r->arena, buf_str(&line)), command);
    buf_free(&line);
    return unknown_here(r, command);
}

static struct value start_process(struct run *r, const struct node *command,
                                  const struct value *piped) {
    (void)piped;
    const struct node *file = argument_of(command, "FilePath", 0);
    const struct node *arguments = argument_of(command, "ArgumentList", 1);
    struct buf line = {0};
    if (!arguments) arguments = argument_of(command, "Args", 1);
    if (file) add_words(r, file, &line);
    if (arguments) {
        struct value v = fold(r, arguments);
        struct str text;
        buf_add_c(&line, ' ');
        if (value_known(&v) && value_string(r->arena, &v, &text)) buf_add(&line, text);
    }
    run_line(r, arena_copy(r->arena, buf_str(&line)), command);
    buf_free(&line);
    return unknown_here(r, command);
}

static const struct {
    const char *name;
    struct value (*run)(struct run *r, const struct node *command, const struct value *piped);
} KNOWN[] = {
    {"Invoke-Expression", run_expression},
    {"Set-Alias", set_alias},
    {"New-Alias", set_alias},
    {"Set-Variable", set_variable},
    {"New-Variable", set_variable},
    {"Write-Output", write_output},
    {"Get-Command", get_command},
    {"Import-PSSession", declare_prefix},
    {"Import-Module", declare_prefix},
    {"powershell", run_shell},
    {"Start-Process", start_process},
};

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
        return run_function(r, &body, command);
    }
    if (str_ieq(name.text, STR("Connect-ExchangeOnline"))) declare_prefix(r, command, piped);
    if (call_cmdlet(r, name, command, piped)) return unknown_here(r, command);
    struct str full = full_name(name.text);
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (str_ieq(full, str_from(KNOWN[i].name))) return KNOWN[i].run(r, command, piped);
    return run_argument_blocks(r, command, full, piped);
}

struct value run_command(struct run *r, const struct node *command, const struct value *piped) {
    const struct node *first = command->child;
    if (!first || !run_step(r)) return unknown_here(r, command);
    struct value name = fold(r, first);
    if (name.kind == VALUE_LIST && name.count == 1) name = name.items[0];
    if (name.kind == VALUE_CHAR) name.kind = VALUE_TEXT;
    if (first->kind != NODE_TEXT) name.computed = true;
    if (name.kind == VALUE_TEXT || name.kind == VALUE_COMMAND)
        return run_named(r, name, command, piped);
    if (name.kind == VALUE_BLOCK && command->text.n) return run_function(r, &name, command);
    if (name.kind == VALUE_SCRIPT && command->text.n)
        run_text(r, name.text, STR("decoded from a script block's text"), command);
    else
        run_argument_blocks(r, command, STR_NONE, piped);
    return unknown_here(r, command);
}
