/* parameter_string.c - ` -Identity "a" -AccessRights ("x","y") -P @{Add=("z")} -Q $null`. */
#include "analyze/powershell/powershell.h"

struct splitter {
    struct arena *arena;
    const struct cmdlet *cmdlet;
    struct str text;
    size_t at;
};

/* ` -Name ` at `at`: the name, and *after behind the blank. */
static bool name_at(const struct splitter *s, size_t at, struct str *name, size_t *after) {
    size_t i = at;
    while (i < s->text.n && s->text.p[i] == ' ') i++;
    if ((i == at && at != 0) || i + 1 >= s->text.n || s->text.p[i] != '-') return false;
    size_t from = ++i;
    while (i < s->text.n && (ascii_alpha(s->text.p[i]) || ascii_digit(s->text.p[i]))) i++;
    if (i == from || (i < s->text.n && s->text.p[i] != ' ')) return false;
    *name = str_slice(s->text, from, i);
    *after = i < s->text.n ? i + 1 : i;
    return true;
}

static bool is_known(const struct splitter *s, struct str name) {
    const struct parameter *p;
    return !s->cmdlet || cmdlet_parameter(s->cmdlet, name, &p) == PARAMETER_EXACT;
}

/* What a value that begins with this character ends with; '\0': with any. */
static char closer_of(char opener) {
    return opener == '"' ? '"' : opener == '(' ? ')' : opener == '@' ? '}' : '\0';
}

/* Where the value ends: before the next ` -Known ` with the value's quote or bracket closed, or at
 * the end of the text. *passed: another ` -Known ` stands within it, a second possible split. */
static size_t value_end(const struct splitter *s, size_t from, bool *passed) {
    char closer = from + 1 < s->text.n ? closer_of(s->text.p[from + 1]) : '\0';
    *passed = false;
    for (size_t i = from; i < s->text.n; i++) {
        struct str name;
        size_t after;
        if (s->text.p[i] != ' ' || (i > from && s->text.p[i - 1] == ' ')) continue;
        if (!name_at(s, i, &name, &after) || !is_known(s, name)) continue;
        if (!closer || (i > from + 2 && s->text.p[i - 1] == closer)) return i;
        *passed = true;
    }
    return s->text.n;
}

static bool is_cut(struct str value) {
    return str_ends(value, STR("[...]")) || str_ends(value, STR("..."));
}

/* "x","y" or x: the quoted parts; a quote inside one makes it ambiguous. */
static void add_parts(struct splitter *s, struct params *out, struct str name, struct str list,
                      enum edit edit) {
    struct str *values = NULL;
    size_t n = 0, cap = 0;
    uint8_t flags = 0;
    while (list.n) {
        size_t next = str_find(list, STR("\",\""));
        struct str part = list;
        if (next != STR_ABSENT) {
            part = str_slice(list, 0, next + 1);
            list = str_from_index(list, next + 2);
        } else {
            list.n = 0;
        }
        bool closed = part.n >= 2 && part.p[0] == '"' && part.p[part.n - 1] == '"';
        if (closed)
            part = str_slice(part, 1, part.n - 1);
        else if (part.n && part.p[0] == '"') {
            part = str_from_index(part, 1);
            if (!is_cut(part)) flags |= PARAM_AMBIGUOUS;
        }
        if (str_chr(part, '"') != STR_ABSENT) flags |= PARAM_AMBIGUOUS;
        if (str_ends(part, STR("[...]")) || str_ends(part, STR("..."))) flags |= PARAM_TRUNCATED;
        ARENA_GROW(s->arena, values, cap, n + 1);
        values[n++] = part;
    }
    struct param *p = params_add(s->arena, out, name, values, n);
    p->edit = (uint8_t)edit;
    p->flags |= flags;
}

static struct str without_brackets(struct str v) {
    return v.n >= 2 && v.p[0] == '(' && v.p[v.n - 1] == ')' ? str_slice(v, 1, v.n - 1) : v;
}

/* @{Add=("z"); Remove=("y")} */
static bool add_table(struct splitter *s, struct params *out, struct str name, struct str v) {
    if (!str_starts(v, STR("@{")) || !str_ends(v, STR("}"))) return false;
    v = str_trim(str_slice(v, 2, v.n - 1));
    bool any = false;
    while (v.n) {
        enum edit edit;
        if (str_istarts(v, STR("Add=")))
            edit = EDIT_ADD;
        else if (str_istarts(v, STR("Remove=")))
            edit = EDIT_REMOVE;
        else
            return any;
        v = str_from_index(v, edit == EDIT_ADD ? 4 : 7);
        size_t close = str_starts(v, STR("(")) ? str_find(v, STR(")")) : STR_ABSENT;
        for (size_t more = close;
             more != STR_ABSENT && more + 1 < v.n && !memchr(";, ", v.p[more + 1], 3);) {
            struct str rest = str_from_index(v, more + 1);
            size_t next = str_find(rest, STR(")"));
            if (next == STR_ABSENT) break;
            more = close = more + 1 + next;
        }
        size_t end = close == STR_ABSENT ? str_chr(v, ';') : close + 1;
        if (end == STR_ABSENT) end = v.n;
        add_parts(s, out, name, without_brackets(str_trim(str_slice(v, 0, end))), edit);
        any = true;
        v = str_from_index(v, end);
        while (v.n && memchr(";, ", v.p[0], 3)) v = str_from_index(v, 1);
    }
    return any;
}

static void add_one(struct splitter *s, struct params *out, struct str name, struct str v) {
    if (str_ieq(v, STR("$null")) || str_eq(v, STR("()")) || str_eq(v, STR("@()"))) {
        params_add(s->arena, out, name, NULL, 0);
        return;
    }
    if (!v.n) v = STR("True");
    if (add_table(s, out, name, v)) return;
    if (str_ieq(v, STR("$true"))) v = STR("True");
    if (str_ieq(v, STR("$false"))) v = STR("False");
    struct str list = without_brackets(v);
    add_parts(s, out, name, list, EDIT_SET);
    struct param *added = &out->list[out->count - 1];
    if (list.n == v.n && added->count > 1) added->flags |= PARAM_AMBIGUOUS;
}

/* One name twice: one of the two may have been forged within a value. */
static void flag_repeated(struct params *out, size_t first, struct str name) {
    bool twice = false;
    for (size_t i = 0; i < first; i++) twice |= str_ieq(out->list[i].name, name);
    for (size_t i = 0; twice && i < out->count; i++)
        if (str_ieq(out->list[i].name, name)) out->list[i].flags |= PARAM_AMBIGUOUS;
}

void powershell_parameter_string(struct arena *a, const struct cmdlet *cmdlet, struct str text,
                                 struct params *out) {
    enum { PARAMS_MAX = 400 };
    struct splitter s = {.arena = a, .cmdlet = cmdlet, .text = text};
    struct str name;
    size_t after;
    while (s.at < text.n && out->count < PARAMS_MAX) {
        if (!name_at(&s, s.at, &name, &after)) {
            s.at++;
            continue;
        }
        bool passed;
        size_t first = out->count, end = value_end(&s, after - 1, &passed);
        struct str value = str_trim(str_slice(text, after, end < after ? after : end));
        const struct parameter *p = NULL;
        if (cmdlet) cmdlet_parameter(cmdlet, name, &p);
        add_one(&s, out, p ? p->name : name, value);
        if (passed || !is_known(&s, name))
            for (size_t i = first; i < out->count; i++) out->list[i].flags |= PARAM_AMBIGUOUS;
        flag_repeated(out, first, p ? p->name : name);
        s.at = end > s.at ? end : s.at + 1;
    }
}
