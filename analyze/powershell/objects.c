/* objects.c - values made of text or tables: JSON, CSV, New-Object, and the body of a REST call. */
#include "analyze/powershell/commands.h"
#include "base/csv_read.h"
#include "base/json_read.h"

enum { OBJECT_DEPTH_MAX = 8 };

/* Objects as VALUE_OBJECT, arrays as lists. */
static struct value of_json(struct run *r, const cJSON *j, unsigned depth) {
    if (depth > OBJECT_DEPTH_MAX || !run_step(r)) return value_unknown(STR("JSON"));
    if (cJSON_IsNull(j)) return (struct value){.kind = VALUE_NULL};
    if (cJSON_IsBool(j)) return value_bool(cJSON_IsTrue(j));
    if (!cJSON_IsArray(j) && !cJSON_IsObject(j)) return value_text(json_scalar_text(r->arena, j));
    bool table = cJSON_IsObject(j);
    size_t count = (size_t)cJSON_GetArraySize(j), i = 0;
    struct value v = {.kind = table ? VALUE_OBJECT : VALUE_LIST, .count = count};
    v.items = ARENA_ARRAY(r->arena, struct value, count * (table ? 2 : 1));
    for (const cJSON *child = j->child; child; child = child->next) {
        if (table) v.items[i++] = value_text(arena_copy(r->arena, str_from(child->string)));
        v.items[i++] = of_json(r, child, depth + 1);
    }
    return v;
}

static struct value json_value(struct run *r, struct str text, const struct node *n) {
    struct json_notes notes;
    struct json_fault fault;
    cJSON *j = run_bytes(r, text.n) ? json_parse(r->arena, text, &notes, &fault) : NULL;
    struct value v = j ? of_json(r, j, 0) : unknown_here(r, n);
    cJSON_Delete(j);
    return v;
}

/* The text that a command is given: by parameter, or piped; lines of it joined. */
static bool input_text(struct run *r, const struct node *command, const struct value *piped,
                       struct str *out) {
    const struct node *given = command_argument(command, "InputObject", 0);
    struct value v = given ? fold(r, given) : piped ? *piped : value_unknown(STR_NONE);
    if (v.kind == VALUE_LIST) v = fold_operator(r, STR("join"), v, value_text(STR("\n")), command);
    return v.kind == VALUE_TEXT && value_string(r->arena, &v, out);
}

struct value command_from_json(struct run *r, const struct node *command,
                               const struct value *piped) {
    struct str text;
    return input_text(r, command, piped, &text) ? json_value(r, text, command)
                                                : unknown_here(r, command);
}

/* With a header line, or with -Header; the separator only as a comma. */
struct value command_from_csv(struct run *r, const struct node *command,
                              const struct value *piped) {
    struct str text, *header, *cells;
    size_t count, width, begin, cap = 0;
    bool simple = command_argument(command, "Delimiter", 1) == NULL &&
                  command_argument(command, "Header", SIZE_MAX) == NULL;
    if (!simple || !input_text(r, command, piped, &text) || !run_bytes(r, text.n))
        return unknown_here(r, command);
    struct csv_reader csv = csv_open(text);
    struct value rows = {.kind = VALUE_LIST};
    if (csv.separator != ',' || !csv_row(&csv, r->arena, &header, &width, &begin))
        return unknown_here(r, command);
    while (csv_row(&csv, r->arena, &cells, &count, &begin) && run_step(r)) {
        struct value row = {.kind = VALUE_OBJECT, .count = width};
        row.items = ARENA_ARRAY(r->arena, struct value, 2 * width);
        for (size_t i = 0; i < width; i++) {
            row.items[2 * i] = value_text(str_trim(header[i]));
            row.items[2 * i + 1] = value_text(i < count ? str_trim(cells[i]) : STR_NONE);
        }
        ARENA_GROW(r->arena, rows.items, cap, rows.count + 1);
        rows.items[rows.count++] = row;
    }
    return rows;
}

/* New-Object PSObject -Property @{...} */
struct value command_new_object(struct run *r, const struct node *command,
                                const struct value *piped) {
    (void)piped;
    const struct node *type = command_argument(command, "TypeName", 0);
    const struct node *given = command_argument(command, "Property", SIZE_MAX);
    struct value name = type ? fold(r, type) : value_unknown(STR_NONE);
    struct value table = given ? fold(r, given) : value_unknown(STR_NONE);
    bool plain = name.kind == VALUE_TEXT && (str_iends(name.text, STR("PSObject")) ||
                                             str_iends(name.text, STR("PSCustomObject")));
    if (!plain || table.kind != VALUE_HASH) return unknown_here(r, command);
    table.kind = VALUE_OBJECT;
    return table;
}

/* {"CmdletInput": {"CmdletName": "...", "Parameters": {...}}} is what the Exchange module itself
 * posts to .../InvokeCommand. */
struct value command_rest(struct run *r, const struct node *command, const struct value *piped) {
    const struct node *given = command_argument(command, "Body", SIZE_MAX);
    struct value body = given ? fold(r, given) : piped ? *piped : value_unknown(STR_NONE);
    if (body.kind == VALUE_TEXT && str_find(body.text, STR("CmdletInput")) != STR_ABSENT)
        body = json_value(r, body.text, command);
    const struct value *input = value_is_table(&body) ? value_key(&body, STR("CmdletInput")) : NULL;
    const struct value *name =
        input && value_is_table(input) ? value_key(input, STR("CmdletName")) : NULL;
    bool prefixed;
    const struct cmdlet *cmdlet =
        name && name->kind == VALUE_TEXT ? cmdlet_find(name->text, &prefixed) : NULL;
    if (!cmdlet) return unknown_here(r, command);
    struct call call = {.cmdlet = cmdlet,
                        .written = name->text,
                        .attempt = r->origin.attempt,
                        .obfuscated = r->origin.nested,
                        .note = STR("posted to the REST interface")};
    command_place(r, command, &call);
    bind_table(r, cmdlet, value_key(input, STR("Parameters")), call);
    return unknown_here(r, command);
}
