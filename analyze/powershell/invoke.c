/* invoke.c - a command that is met: a catalogue call, text or blocks to go on in, or of no concern.
 */
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
    {{"write", 5}, {"Write-Output", 12}},
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

static void run_each(struct run *r, const struct value *block, const struct value *piped) {
    const struct value *items = NULL;
    size_t count = piped ? value_items(piped, &items) : 0, mark = r->count;
    if (!piped || piped->kind == VALUE_UNKNOWN || count > RUN_UNROLL_MAX) {
        scope_forget_assigned(r, block->block);
        scope_set(r, STR("_"), piped ? *piped : value_unknown(STR("$_")));
        run_block(r, block, false);
    } else
        for (size_t i = 0; i < count && run_step(r); i++) {
            scope_set(r, STR("_"), items[i]);
            run_block(r, block, false);
        }
    if (count != 1) scope_forget_since(r, mark);
}

/* Every literal block among the arguments: run by the commands that do, doubtful elsewhere. */
static void run_argument_blocks(struct run *r, const struct node *command, struct str name,
                                const struct value *piped) {
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
        if (v.kind != VALUE_BLOCK) continue;
        if (argument->kind != NODE_BLOCK && !runner) continue;
        if (!runner) r->unsure++;
        if (items)
            run_each(r, &v, piped);
        else
            run_block(r, &v, true);
        if (!runner) r->unsure--;
    }
}

/* A function of this text: its parameters get what the call gives. */
static void run_function(struct run *r, const struct value *function, const struct node *command) {
    size_t mark = r->count;
    struct value *arguments = NULL;
    size_t count = 0, cap = 0;
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
            if (!value || !p) continue;
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
    scope_set(r, STR("args"),
              (struct value){.kind = VALUE_LIST, .items = arguments, .count = count});
    run_block(r, function, false);
    scope_leave(r, mark);
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
                        .at = r->origin.nested ? r->origin.at : command->at,
                        .end = r->origin.nested ? r->origin.end : command->end,
                        .attempt = attempt || r->origin.attempt,
                        .obfuscated = name.computed || first->escaped,
                        .note = r->origin.note};
    if (attempt) call.note = STR("a dash in the name that the engine does not take for one");
    if (prefixed && !r->prefix_declared) {
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

/* Constant text that is run: Invoke-Expression and its like. */
static void run_text_argument(struct run *r, const struct node *command,
                              const struct value *piped) {
    const struct node *argument = argument_of(command, "Command", 0);
    struct value v = argument ? fold(r, argument) : piped ? *piped : value_unknown(STR_NONE);
    struct str text;
    if (v.kind == VALUE_BLOCK)
        run_block(r, &v, false);
    else if (value_known(&v) && value_string(r->arena, &v, &text))
        run_text(r, text, STR("decoded from Invoke-Expression"), command);
}

struct value run_command(struct run *r, const struct node *command, const struct node *before,
                         const struct value *piped) {
    (void)before;
    const struct node *first = command->child;
    struct value unknown = unknown_here(r, command);
    if (!first || !run_step(r)) return unknown;
    struct value name = fold(r, first);
    bool invoked = command->text.n > 0;
    if (name.kind == VALUE_COMMAND) name.computed = true;
    if (name.kind == VALUE_BLOCK) {
        if (invoked) run_function(r, &name, command);
        return unknown;
    }
    if (name.kind == VALUE_LIST && name.count == 1) name = name.items[0];
    if (name.kind != VALUE_TEXT && name.kind != VALUE_COMMAND) {
        run_argument_blocks(r, command, STR_NONE, piped);
        return unknown;
    }
    if (first->kind != NODE_TEXT) name.computed = true;
    const struct value *alias =
        scope_get(r, arena_printf(r->arena, "alias:%.*s", STR_ARG(name.text)));
    if (alias && alias->kind == VALUE_TEXT) {
        name = *alias;
        name.computed = true;
    }
    const struct value *function =
        scope_get(r, arena_printf(r->arena, "function:%.*s", STR_ARG(name.text)));
    if (function && function->kind == VALUE_BLOCK) {
        run_function(r, function, command);
        return unknown;
    }
    if (call_cmdlet(r, name, command, piped)) return unknown;
    struct str full = full_name(name.text);
    if (str_ieq(full, STR("Invoke-Expression"))) {
        run_text_argument(r, command, piped);
        return unknown;
    }
    if (str_ieq(full, STR("Set-Alias")) || str_ieq(full, STR("New-Alias"))) {
        struct value key = fold(r, argument_of(command, "Name", 0));
        struct value target = fold(r, argument_of(command, "Value", 1));
        if (key.kind == VALUE_TEXT && target.kind == VALUE_TEXT)
            scope_set(r, arena_printf(r->arena, "alias:%.*s", STR_ARG(key.text)), target);
        return unknown;
    }
    run_argument_blocks(r, command, full, piped);
    if (str_ieq(full, STR("Write-Output"))) {
        const struct node *argument = argument_of(command, "InputObject", 0);
        if (argument && !argument->next) return fold(r, argument);
    }
    return unknown;
}
