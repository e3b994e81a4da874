/* obfuscate.c - random calls, and the statements in which they stand. */
#include "tests/powershell/obfuscate.h"

enum { PARAMS_MOST = 4, TEXTS_MOST = 3, WRAPS_MOST = 3 };

/* -------- what is wished for -------- */

static struct str random_value(struct writer *w, bool of_rights) {
    static const char *const pool[] = {"alice",
                                       "Bob.Okafor",
                                       "svc-backup@contoso.example",
                                       "FullAccess",
                                       "SendAs",
                                       "Reviewer",
                                       "Finance Team",
                                       "O'Neill",
                                       "a\"b",
                                       "$home",
                                       "100%",
                                       "`tick`",
                                       "#no",
                                       "x;y",
                                       "{0}",
                                       "(q)",
                                       "\xC3\x89lodie",
                                       "\xD0\x98\xD0\xB2\xD0\xB0\xD0\xBD",
                                       "\xE2\x80\x99quoted\xE2\x80\x9D",
                                       "\xF0\x9F\x93\xA7 mail",
                                       "CN=a,OU=b",
                                       "C:\\x\\y",
                                       "user@",
                                       "-dash",
                                       "@at",
                                       "a|b",
                                       "[x]*",
                                       "\xE2\x80\x93 dash",
                                       "line",
                                       "AccessRights",
                                       "Add-MailboxPermission",
                                       "x9z",
                                       "zQz",
                                       "a~b",
                                       "!",
                                       "&",
                                       "a  b",
                                       "True",
                                       "null"};
    static const char *const rights[] = {"FullAccess", "ReadPermission", "SendAs",
                                         "Reviewer",   "Editor",         "ExternalAccount"};
    if (of_rights) return str_from(rights[pick(w, 6)]);
    if (maybe(w, 40)) return str_from(pool[pick(w, sizeof pool / sizeof *pool)]);
    return arena_printf(w->arena, "%.*s%s", STR_ARG(rng_hex(&w->rng, w->arena, 1 + pick(w, 12))),
                        maybe(w, 30) ? "@contoso.example" : "k");
}

static bool of_rights(const struct parameter *p) {
    return str_ieq(p->name, STR("AccessRights")) || str_ieq(p->name, STR("ExtendedRights"));
}

/* Edits of a list, several values, one value, or a switch that is on or off. */
static void wish_param(struct writer *w, struct wish *wish, const struct parameter *p) {
    struct str values[3];
    size_t count = 1;
    if (p->is_switch) {
        params_add1(w->arena, &wish->params, p->name, maybe(w, 80) ? STR("True") : STR("False"));
        return;
    }
    if (p->is_list) count = 1 + pick(w, 3);
    for (size_t i = 0; i < count; i++) values[i] = random_value(w, of_rights(p));
    struct str *kept = ARENA_ARRAY(w->arena, struct str, count);
    memcpy(kept, values, count * sizeof *kept);
    struct param *made = params_add(w->arena, &wish->params, p->name, kept, count);
    if (p->is_list && maybe(w, 15)) made->edit = maybe(w, 50) ? EDIT_ADD : EDIT_REMOVE;
}

static struct wish random_wish(struct writer *w) {
    struct wish wish = {.cmdlet = &CMDLETS[pick(w, (unsigned)CMDLET_COUNT)]};
    unsigned count = pick(w, PARAMS_MOST + 1);
    const struct parameter *first = cmdlet_positional(wish.cmdlet, 1);
    if (first && maybe(w, 80)) wish_param(w, &wish, first);
    for (unsigned i = 0; i < count && wish.cmdlet->count; i++) {
        const struct parameter *p = &wish.cmdlet->parameters[pick(w, (unsigned)wish.cmdlet->count)];
        bool is_common;
        if (common_parameter(p->name, &is_common).n) continue;
        bool there = false;
        for (size_t k = 0; k < wish.params.count; k++)
            there |= str_ieq(wish.params.list[k].name, p->name);
        if (!there) wish_param(w, &wish, p);
    }
    return wish;
}

/* -------- a call -------- */

/* Several values: 'a','b' or @(...) or a list's name. As the argument of a command. */
static void write_values(struct writer *w, struct buf *out, const struct param *p, bool argument) {
    unsigned how = pick(w, 3);
    if (p->count == 1) {
        if (argument)
            write_argument(w, out, p->values[0]);
        else
            write_expression(w, out, p->values[0], pick(w, 3));
        return;
    }
    struct buf list = {0};
    for (size_t i = 0; i < p->count; i++) {
        if (i) buf_add_z(&list, maybe(w, 50) ? "," : " , ");
        if (argument && how == 0)
            write_argument(w, &list, p->values[i]);
        else
            write_expression(w, &list, p->values[i], 0);
    }
    if (how == 2) {
        struct str name = fresh_name(w, "l");
        buf_printf(&w->before, "$%.*s=%.*s;", STR_ARG(name), STR_ARG(buf_str(&list)));
        buf_printf(out, "$%.*s", STR_ARG(name));
    } else {
        buf_printf(out, how == 1 ? "@(%.*s)" : "%.*s", STR_ARG(buf_str(&list)));
    }
    buf_free(&list);
}

static void write_value(struct writer *w, struct buf *out, const struct param *p, bool argument) {
    if (p->edit == EDIT_SET) {
        write_values(w, out, p, argument);
        return;
    }
    struct buf list = {0};
    write_values(w, &list, p, false);
    buf_printf(out, "@{%s=%.*s}", p->edit == EDIT_ADD ? "Add" : "Remove", STR_ARG(buf_str(&list)));
    buf_free(&list);
}

/* The name, or a beginning of it that is enough. */
static struct str short_name(struct writer *w, const struct cmdlet *cmdlet, struct str name) {
    size_t n = name.n;
    if (maybe(w, 70)) return name;
    while (n > 1) {
        const struct parameter *found;
        enum parameter_match match = cmdlet_parameter(cmdlet, str_slice(name, 0, n - 1), &found);
        if ((match != PARAMETER_EXACT && match != PARAMETER_PREFIX) || !found ||
            !str_ieq(found->name, name))
            break;
        n--;
        if (maybe(w, 20)) break;
    }
    return str_slice(name, 0, n);
}

static const struct parameter *parameter_of(const struct wish *wish, const struct param *p) {
    for (size_t i = 0; i < wish->cmdlet->count; i++)
        if (str_ieq(wish->cmdlet->parameters[i].name, p->name)) return &wish->cmdlet->parameters[i];
    return NULL;
}

static void write_blank(struct writer *w, struct buf *out) {
    static const char *const blanks[] = {" ",       "  ",        "\t",       " `\n ",
                                         " <#x#> ", " \xC2\xA0", " `\r\n\t", " "};
    buf_add_z(out, maybe(w, 75) ? " " : blanks[pick(w, 8)]);
}

static void write_dash(struct writer *w, struct buf *out) {
    static const char *const dashes[] = {"-", "\xE2\x80\x93", "\xE2\x80\x94", "\xE2\x80\x95"};
    buf_add_z(out, dashes[maybe(w, 85) ? 0 : pick(w, 4)]);
}

static void write_named(struct writer *w, struct buf *out, const struct wish *wish,
                        const struct param *p) {
    const struct parameter *known = parameter_of(wish, p);
    write_dash(w, out);
    write_case(w, out, short_name(w, wish->cmdlet, p->name));
    if (known->is_switch) {
        bool on = str_eq(p->values[0], STR("True"));
        if (!on || maybe(w, 20)) buf_add_z(out, on ? ":$true" : ":$false");
        return;
    }
    if (maybe(w, 20))
        buf_add_c(out, ':');
    else
        write_blank(w, out);
    write_value(w, out, p, true);
}

/* Some of the parameters in a table that is splatted. */
static void write_table(struct writer *w, struct buf *out, const struct wish *wish,
                        const bool *in_table) {
    struct str name = fresh_name(w, "p");
    struct buf table = {0};
    bool by_entry = maybe(w, 40);
    for (size_t i = 0; i < wish->params.count; i++) {
        const struct param *p = &wish->params.list[i];
        struct buf value = {0};
        if (!in_table[i]) continue;
        if (parameter_of(wish, p)->is_switch)
            buf_add_z(&value, str_eq(p->values[0], STR("True")) ? "$true" : "$false");
        else
            write_value(w, &value, p, false);
        if (by_entry)
            buf_printf(&table, maybe(w, 50) ? "$%.*s.%.*s=%.*s\n" : "$%.*s['%.*s']=%.*s;",
                       STR_ARG(name), STR_ARG(p->name), STR_ARG(buf_str(&value)));
        else
            buf_printf(&table, "%.*s=%.*s%s", STR_ARG(p->name), STR_ARG(buf_str(&value)),
                       maybe(w, 50) ? ";" : "\n");
        buf_free(&value);
    }
    buf_printf(&w->before, by_entry ? "$%.*s=@{}\n%.*s" : "$%.*s=@{%.*s}\n", STR_ARG(name),
               STR_ARG(buf_str(&table)));
    buf_printf(out, " @%.*s", STR_ARG(name));
    buf_free(&table);
}

/* The command's name, in one of the ways in which the engine finds it. */
static void write_command_name(struct writer *w, struct buf *out, struct str name) {
    struct buf cased = {0};
    write_case(w, &cased, name);
    struct str text = arena_copy(w->arena, buf_str(&cased));
    buf_free(&cased);
    unsigned how = pick(w, 12);
    if (how < 4) {
        buf_add(out, text);
    } else if (how == 4) {
        for (size_t i = 0; i < text.n; i++) {
            bool free = i && ascii_alpha(text.p[i]) && !strchr("abefnrtuv", text.p[i]);
            if (free && maybe(w, 25)) buf_add_c(out, '`');
            buf_add_c(out, text.p[i]);
        }
    } else if (how == 5) {
        buf_printf(out, "ExchangeOnlineManagement\\%.*s", STR_ARG(text));
    } else if (how == 6) {
        buf_add_z(out, maybe(w, 50) ? "&" : ". "); /* no other quote may follow the dot at once */
        write_quoted(w, out, text);
    } else if (how == 7) {
        struct str alias = fresh_name(w, "al");
        buf_printf(&w->before, maybe(w, 50) ? "Set-Alias %.*s %.*s;" : "${alias:%.*s}='%.*s'\n",
                   STR_ARG(alias), STR_ARG(name));
        buf_add(out, alias);
    } else if (how == 8) {
        buf_printf(out, maybe(w, 50) ? "&(gcm %.*s)" : "&(Get-Command '%.*s').Name", STR_ARG(name));
    } else if (how == 9) {
        struct str variable = fresh_name(w, "c");
        struct buf value = {0};
        write_expression(w, &value, text, 2);
        buf_printf(&w->before, "$%.*s=%.*s\n", STR_ARG(variable), STR_ARG(buf_str(&value)));
        buf_printf(out, "& $%.*s", STR_ARG(variable));
        buf_free(&value);
    } else {
        buf_add_z(out, maybe(w, 50) ? "&(" : ".(");
        write_expression(w, out, text, 1 + pick(w, 3));
        buf_add_c(out, ')');
    }
}

/* The call alone; what it needs is in w->before. */
static void write_call(struct writer *w, struct buf *out, const struct wish *wish) {
    size_t count = wish->params.count;
    bool in_table[PARAMS_MOST + 2] = {false}, done[PARAMS_MOST + 2] = {false}, any = false;
    const struct parameter *first = cmdlet_positional(wish->cmdlet, 1);
    size_t at_first = STR_ABSENT;
    for (size_t i = 0; i < wish->cmdlet->count; i++) /* two at one place: another set's */
        if (first && wish->cmdlet->parameters[i].position == 1 &&
            &wish->cmdlet->parameters[i] != first)
            first = NULL;
    for (size_t i = 0; i < count; i++)
        if (first && str_ieq(wish->params.list[i].name, first->name)) at_first = i;
    bool single = at_first != STR_ABSENT && wish->params.list[at_first].count == 1 &&
                  wish->params.list[at_first].edit == EDIT_SET;
    if (single && first->pipeline && maybe(w, 15)) {
        write_expression(w, out, wish->params.list[at_first].values[0], pick(w, 3));
        buf_add_z(out, maybe(w, 50) ? "|" : " | ");
        done[at_first] = true;
    }
    write_command_name(w, out, wish->cmdlet->name);
    if (maybe(w, 25))
        for (size_t i = 0; i < count; i++) {
            in_table[i] = !done[i] && maybe(w, 60);
            any |= in_table[i];
        }
    if (single && !done[at_first] && !in_table[at_first] && maybe(w, 50)) {
        buf_add_c(out, ' ');
        write_argument(w, out, wish->params.list[at_first].values[0]);
        done[at_first] = true;
    }
    for (size_t i = 0; i < count; i++) {
        if (done[i] || in_table[i]) continue;
        write_blank(w, out);
        write_named(w, out, wish, &wish->params.list[i]);
    }
    if (any) write_table(w, out, wish, in_table);
}

/* -------- statements -------- */

static void add_wish(struct script *s, struct arena *a, struct wish wish) {
    ARENA_GROW(a, s->wishes, s->cap, s->count + 1);
    s->wishes[s->count++] = wish;
}

static void write_call_statement(struct writer *w, struct buf *out, const struct wish *wish) {
    struct buf call = {0}, outer = w->before;
    w->before = (struct buf){0};
    write_call(w, &call, wish);
    buf_add(out, buf_str(&w->before));
    struct str text = buf_str(&call);
    switch (pick(w, 9)) {
    case 0: buf_printf(out, "$null = %.*s", STR_ARG(text)); break;
    case 1: buf_printf(out, "[void](%.*s)", STR_ARG(text)); break;
    case 2: buf_printf(out, "%.*s | Out-Null", STR_ARG(text)); break;
    case 3: {
        struct buf nested = {0};
        if (write_nested(&nested, text))
            buf_printf(out, "\"$(%.*s)\"", STR_ARG(buf_str(&nested)));
        else
            buf_add(out, text);
        buf_free(&nested);
        break;
    }
    case 4: buf_printf(out, "$r%u=@(%.*s)", w->names++, STR_ARG(text)); break;
    default: buf_add(out, text);
    }
    buf_add_z(out, maybe(w, 50) ? "\n" : "; ");
    buf_free(&w->before);
    buf_free(&call);
    w->before = outer;
}

/* A call that nothing makes: text, a comment, a branch that is dead, a block that nobody calls. */
static void write_dead(struct writer *w, struct buf *out) {
    struct wish wish = random_wish(w);
    struct buf call = {0}, quoted = {0};
    write_call_statement(w, &call, &wish);
    struct str text = buf_str(&call);
    bool comment = str_find(text, STR("#")) == STR_ABSENT;
    write_quoted(w, &quoted, text);
    struct str string = buf_str(&quoted);
    switch (pick(w, 14)) {
    case 0: buf_printf(out, "if($false){%.*s}\n", STR_ARG(text)); break;
    case 1: buf_printf(out, "$s%u=%.*s\n", w->names++, STR_ARG(string)); break;
    case 2: buf_printf(out, "function N-%u{%.*s}\n", w->names++, STR_ARG(text)); break;
    case 3: buf_printf(out, "$b%u={%.*s}\n", w->names++, STR_ARG(text)); break;
    case 4: buf_printf(out, "&{return;%.*s}\n", STR_ARG(text)); break;
    case 5: buf_printf(out, "try{throw 'x';%.*s}catch{}\n", STR_ARG(text)); break;
    case 6:
        buf_printf(out, "foreach($d%u in 1,2){continue;%.*s}\n", w->names++, STR_ARG(text));
        break;
    case 7: buf_printf(out, "foreach($d%u in 1){break;%.*s}\n", w->names++, STR_ARG(text)); break;
    case 8:
        buf_printf(out, "if(1 -eq 2){%.*s}elseif($false){%.*s}\n", STR_ARG(text), STR_ARG(text));
        break;
    case 9: buf_printf(out, "switch('a'){'b'{%.*s}}\n", STR_ARG(text)); break;
    case 10: buf_printf(out, "foreach($d%u in @()){%.*s}\n", w->names++, STR_ARG(text)); break;
    case 11:
        if (comment) buf_printf(out, "<# %.*s #>\n", STR_ARG(text));
        break;
    case 12: buf_printf(out, "Write-Host %.*s\n", STR_ARG(string)); break;
    default: buf_printf(out, "$h%u=@{%.*s=1}\n", w->names++, STR_ARG(string)); break;
    }
    buf_free(&call);
    buf_free(&quoted);
}

static void write_body(struct writer *w, struct script *s, struct buf *out, unsigned depth);

/* The text around a body that runs it once, or `twice`. */
static void write_wrapped(struct writer *w, struct script *s, struct buf *out, unsigned depth) {
    size_t first = s->count;
    unsigned how = pick(w, 20), times = 1;
    bool text = how >= 15;
    struct buf body = {0}, quoted = {0};
    if (text && w->texts >= TEXTS_MOST) {
        text = false;
        how = 0;
    }
    w->texts += text;
    write_body(w, s, &body, depth);
    w->texts -= text;
    struct str b = buf_str(&body);
    if (text) write_quoted(w, &quoted, b);
    struct str q = buf_str(&quoted);
    unsigned name = w->names++;
    switch (how) {
    case 0: buf_printf(out, "&{%.*s}\n", STR_ARG(b)); break;
    case 1: buf_printf(out, ". {%.*s}\n", STR_ARG(b)); break;
    case 2: buf_printf(out, "if($true){%.*s}else{exit}\n", STR_ARG(b)); break;
    case 3: buf_printf(out, "if('a' -ne 'a'){throw}else{%.*s}\n", STR_ARG(b)); break;
    case 4: buf_printf(out, "foreach($i%u in 'x'){%.*s}\n", name, STR_ARG(b)); break;
    case 5:
        buf_printf(out, "foreach($i%u in 1..2){%.*s}\n", name, STR_ARG(b));
        times = 2;
        break;
    case 6:
        buf_printf(out, "'a','b'|ForEach-Object{%.*s}\n", STR_ARG(b));
        times = 2;
        break;
    case 7: buf_printf(out, "function W-%u{%.*s}\nW-%u\n", name, STR_ARG(b), name); break;
    case 8: buf_printf(out, "$w%u={%.*s}\n& $w%u\n", name, STR_ARG(b), name); break;
    case 9: buf_printf(out, "({%.*s}).Invoke()\n", STR_ARG(b)); break;
    case 10: buf_printf(out, "switch('k'){'j'{exit}'k'{%.*s}default{exit}}\n", STR_ARG(b)); break;
    case 11: buf_printf(out, "Invoke-Command -ScriptBlock {%.*s}\n", STR_ARG(b)); break;
    case 12: buf_printf(out, "1|?{%.*s $true}|Out-Null\n", STR_ARG(b)); break;
    case 13: buf_printf(out, "&{process{%.*s}}\n", STR_ARG(b)); break;
    case 14: buf_printf(out, "try{%.*s}finally{$z%u=1}\n", STR_ARG(b), name); break;
    case 15: buf_printf(out, "iex %.*s\n", STR_ARG(q)); break;
    case 16: buf_printf(out, "Invoke-Expression (%.*s)\n", STR_ARG(q)); break;
    case 17: buf_printf(out, "%.*s|iex\n", STR_ARG(q)); break;
    case 18: buf_printf(out, "&([scriptblock]::Create(%.*s))\n", STR_ARG(q)); break;
    default: buf_printf(out, "$ExecutionContext.InvokeCommand.InvokeScript(%.*s)\n", STR_ARG(q));
    }
    size_t made = s->count - first;
    for (unsigned t = 1; t < times; t++)
        for (size_t i = 0; i < made; i++) add_wish(s, w->arena, s->wishes[first + i]);
    buf_free(&body);
    buf_free(&quoted);
}

static void write_body(struct writer *w, struct script *s, struct buf *out, unsigned depth) {
    unsigned count = 1 + pick(w, 2);
    for (unsigned i = 0; i < count; i++) {
        if (maybe(w, 25)) write_dead(w, out);
        if (depth && maybe(w, 50)) {
            write_wrapped(w, s, out, depth - 1);
            continue;
        }
        struct wish wish = random_wish(w);
        write_call_statement(w, out, &wish);
        add_wish(s, w->arena, wish);
    }
    if (maybe(w, 10)) write_dead(w, out);
}

struct script script_random(struct arena *a, uint64_t seed) {
    struct writer w = {.arena = a, .rng = rng_stream(seed, "obfuscate")};
    struct script s = {0};
    struct buf text = {0};
    write_body(&w, &s, &text, pick(&w, WRAPS_MOST + 1));
    s.text = arena_copy(a, buf_str(&text));
    buf_free(&text);
    buf_free(&w.before);
    return s;
}
