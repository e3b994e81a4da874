/* commands.c - what is known of PowerShell's own commands: those that run text, make values, give
 * names. */
#include "analyze/powershell/commands.h"

#include "analyze/powershell/command_line.h"
#include "analyze/powershell/pattern.h"

/* Parameters of the commands below that take no value. */
static bool is_known_switch(struct str name) {
    static const char *const switches[] = {
        "Force",          "PassThru",  "Confirm",  "Verbose",     "Debug",
        "NoNewline",      "AsJob",     "NoWait",   "Wait",        "NoNewWindow",
        "NoEnumerate",    "ValueOnly", "Compress", "AsPlainText", "HideComputerName",
        "UseBasicParsing"};
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (name.n && str_istarts(str_from(switches[i]), name)) return true;
    return false;
}

bool command_is_value(const struct node *n) {
    return n && n->kind != NODE_PARAMETER && n->kind != NODE_REDIRECT && n->kind != NODE_SPLAT &&
           n->kind != NODE_NO_MORE;
}

/* The value of a named parameter (a prefix of `name`) or else the first value at a position, which
 * is SIZE_MAX for a parameter that has none. */
const struct node *command_argument(const struct node *command, const char *name, size_t at) {
    size_t position = 0;
    const struct node *found = NULL;
    for (const struct node *n = command->child ? command->child->next : NULL; n; n = n->next) {
        if (n->kind == NODE_PARAMETER) {
            bool match = n->text.n && str_istarts(str_from(name), n->text);
            if (match && n->child) return n->child;
            if (match && n->next) return n->next;
            if (!n->child && command_is_value(n->next) && !is_known_switch(n->text)) n = n->next;
            continue;
        }
        if (n->kind == NODE_REDIRECT || n->kind == NODE_NO_MORE) continue;
        if (position++ == at && !found) found = n;
    }
    return found;
}

static const struct {
    struct str alias, name;
} ALIASES[] = {
    {{"iex", 3}, {"Invoke-Expression", 17}},
    {{"gcm", 3}, {"Get-Command", 11}},
    {{"sal", 3}, {"Set-Alias", 9}},
    {{"nal", 3}, {"New-Alias", 9}},
    {{"sv", 2}, {"Set-Variable", 12}},
    {{"set", 3}, {"Set-Variable", 12}},
    {{"gv", 2}, {"Get-Variable", 12}},
    {{"echo", 4}, {"Write-Output", 12}},
    {{"write", 5}, {"Write-Output", 12}},
    {{"saps", 4}, {"Start-Process", 13}},
    {{"start", 5}, {"Start-Process", 13}},
    {{"powershell.exe", 14}, {"powershell", 10}},
    {{"pwsh", 4}, {"powershell", 10}},
    {{"pwsh.exe", 8}, {"powershell", 10}},
    {{"cmd", 3}, {"powershell", 10}},
    {{"cmd.exe", 7}, {"powershell", 10}},
    {{"ipmo", 4}, {"Import-Module", 13}},
    {{"si", 2}, {"Set-Item", 8}},
    {{"ni", 2}, {"New-Item", 8}},
    {{"irm", 3}, {"Invoke-RestMethod", 17}},
    {{"iwr", 3}, {"Invoke-WebRequest", 17}},
    {{"curl", 4}, {"Invoke-WebRequest", 17}},
    {{"wget", 4}, {"Invoke-WebRequest", 17}},
};

struct str command_full_name(struct str name) {
    for (size_t i = 0; i < sizeof ALIASES / sizeof *ALIASES; i++)
        if (str_ieq(name, ALIASES[i].alias)) return ALIASES[i].name;
    return name;
}

/* Constant text that is run: Invoke-Expression. */
static struct value run_expression(struct run *r, const struct node *command,
                                   const struct value *piped) {
    const struct node *argument = command_argument(command, "Command", 0);
    struct value v = argument ? fold(r, argument) : piped ? *piped : value_unknown(STR_NONE);
    const struct value *items;
    size_t count = value_items(&v, &items);
    struct str text;
    struct value given = unknown_here(r, command);
    for (size_t i = 0; i < count && run_step(r); i++) {
        if (items[i].kind == VALUE_BLOCK) /* its text is what is run */
            given = run_block(r, &items[i], NULL, false);
        else if (value_known(&items[i]) && value_string(r->arena, &items[i], &text))
            given = run_text(r, text, STR("decoded from Invoke-Expression"), command);
    }
    return count == 1 ? given : unknown_here(r, command);
}

/* A name that -Scope makes reach beyond the function it is in. */
static struct str wide_name(struct run *r, const struct node *command, struct str name) {
    const struct node *given = command_argument(command, "Scope", SIZE_MAX);
    struct value scope = given ? fold(r, given) : value_unknown(STR_NONE);
    bool local = !given || (scope.kind == VALUE_TEXT && str_ieq(scope.text, STR("Local")));
    return local ? name : arena_printf(r->arena, "global:%.*s", STR_ARG(name));
}

static struct value set_alias(struct run *r, const struct node *command,
                              const struct value *piped) {
    (void)piped;
    struct value key = fold(r, command_argument(command, "Name", 0));
    struct value target = fold(r, command_argument(command, "Value", 1));
    if (key.kind == VALUE_TEXT && target.kind == VALUE_TEXT)
        scope_set(r, wide_name(r, command, arena_printf(r->arena, "alias:%.*s", STR_ARG(key.text))),
                  target);
    return (struct value){.kind = VALUE_NULL};
}

static struct value set_variable(struct run *r, const struct node *command,
                                 const struct value *piped) {
    struct value key = fold(r, command_argument(command, "Name", 0));
    const struct node *given = command_argument(command, "Value", 1);
    struct value target = given ? fold(r, given) : piped ? *piped : (struct value){0};
    if (!given && !piped) target.kind = VALUE_NULL;
    if (key.kind == VALUE_TEXT) scope_set(r, wide_name(r, command, key.text), target);
    return (struct value){.kind = VALUE_NULL};
}

/* What is known under that name, as an object with Name and Value. */
static struct value get_variable(struct run *r, const struct node *command,
                                 const struct value *piped) {
    (void)piped;
    struct value key = fold(r, command_argument(command, "Name", 0));
    if (key.kind != VALUE_TEXT || key.text.n == 0) return unknown_here(r, command);
    struct node variable = {.kind = NODE_VARIABLE, .text = key.text};
    variable.at = command->at;
    variable.end = command->end;
    struct value v = fold(r, &variable);
    for (const struct node *n = command->child; n; n = n->next)
        if (n->kind == NODE_PARAMETER && n->text.n && str_istarts(STR("ValueOnly"), n->text))
            return v;
    struct value object = {.kind = VALUE_OBJECT, .count = 2};
    object.items = ARENA_ARRAY(r->arena, struct value, 4);
    object.items[0] = value_text(STR("Name"));
    object.items[1] = key;
    object.items[2] = value_text(STR("Value"));
    object.items[3] = v;
    return object;
}

/* New-Item and Set-Item of alias:, function: and variable: */
static struct value set_item(struct run *r, const struct node *command, const struct value *piped) {
    (void)piped;
    struct value path = fold(r, command_argument(command, "Path", 0));
    const struct node *given = command_argument(command, "Value", 1);
    if (!given || path.kind != VALUE_TEXT || str_chr(path.text, ':') == STR_ABSENT)
        return unknown_here(r, command);
    size_t colon = str_chr(path.text, ':'), name = colon + 1;
    while (name < path.text.n && (path.text.p[name] == '\\' || path.text.p[name] == '/')) name++;
    struct value v = fold(r, given);
    if (str_istarts(path.text, STR("function:")) && v.kind == VALUE_TEXT)
        v = run_block_of(r, v.text, command);
    scope_set(r,
              arena_printf(r->arena, "%.*s:%.*s", STR_ARG(str_slice(path.text, 0, colon)),
                           STR_ARG(str_from_index(path.text, name))),
              v);
    return unknown_here(r, command);
}

static struct value write_output(struct run *r, const struct node *command,
                                 const struct value *piped) {
    const struct node *argument = command_argument(command, "InputObject", 0);
    if (argument) return fold(r, argument);
    return piped ? *piped : unknown_here(r, command);
}

/* Get-Command with a pattern that only one catalogue cmdlet fits. */
static struct value get_command(struct run *r, const struct node *command,
                                const struct value *piped) {
    (void)piped;
    struct value pattern = fold(r, command_argument(command, "Name", 0));
    const struct cmdlet *only = NULL;
    if (pattern.kind != VALUE_TEXT) return unknown_here(r, command);
    for (size_t i = 0; i < CMDLET_COUNT; i++) {
        if (!wildcard_fits(pattern.text, CMDLETS[i].name)) continue;
        if (only) return unknown_here(r, command);
        only = &CMDLETS[i];
    }
    if (!only) return unknown_here(r, command);
    return (struct value){.kind = VALUE_COMMAND, .computed = true, .text = only->name};
}

void command_prefix(struct run *r, const struct node *command) {
    for (const struct node *n = command->child; n; n = n->next) {
        if (n->kind != NODE_PARAMETER || n->text.n < 2 || !str_istarts(STR("Prefix"), n->text))
            continue;
        struct value v = fold(r, n->child ? n->child : n->next);
        if (v.kind != VALUE_TEXT) continue;
        r->prefix_declared = true;
        r->prefix = v.text;
    }
}

static struct value import_names(struct run *r, const struct node *command,
                                 const struct value *piped) {
    (void)piped;
    command_prefix(r, command);
    return unknown_here(r, command);
}

/* ConvertTo-Json: the value stays what it is, for whoever reads it again. */
static struct value to_json(struct run *r, const struct node *command, const struct value *piped) {
    const struct node *given = command_argument(command, "InputObject", 0);
    struct value v = given ? fold(r, given) : piped ? *piped : unknown_here(r, command);
    return value_is_table(&v) ? v : unknown_here(r, command);
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
            run_block(r, &v, NULL, true);
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
    const struct node *file = command_argument(command, "FilePath", 0);
    const struct node *arguments = command_argument(command, "ArgumentList", 1);
    struct buf line = {0};
    if (!arguments) arguments = command_argument(command, "Args", 1);
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
    {"Import-PSSession", import_names},
    {"Import-Module", import_names},
    {"Get-Variable", get_variable},
    {"New-Item", set_item},
    {"Set-Item", set_item},
    {"ConvertTo-Json", to_json},
    {"ConvertFrom-Json", command_from_json},
    {"ConvertFrom-Csv", command_from_csv},
    {"New-Object", command_new_object},
    {"Invoke-RestMethod", command_rest},
    {"Invoke-WebRequest", command_rest},
    {"powershell", run_shell},
    {"Start-Process", start_process},
};

bool command_known(struct run *r, struct str full_name, const struct node *command,
                   const struct value *piped, struct value *given) {
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
        if (!str_ieq(full_name, str_from(KNOWN[i].name))) continue;
        *given = KNOWN[i].run(r, command, piped);
        return true;
    }
    return false;
}
