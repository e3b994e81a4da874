/* obfuscate_value.c - the many ways to write one constant. */
#include "tests/powershell/obfuscate.h"

#include "base/utf.h"

struct str fresh_name(struct writer *w, const char *prefix) {
    return arena_printf(w->arena, "%s%u", prefix, w->names++);
}

static bool is_quote(struct str s, size_t at, unsigned char first, unsigned char last,
                     size_t *length) {
    *length = 1;
    if (s.p[at] == (first == 0x98 ? '\'' : '"')) return true;
    if (at + 2 >= s.n || (unsigned char)s.p[at] != 0xE2 || (unsigned char)s.p[at + 1] != 0x80)
        return false;
    *length = 3;
    return (unsigned char)s.p[at + 2] >= first && (unsigned char)s.p[at + 2] <= last;
}

void write_quoted(struct writer *w, struct buf *out, struct str value) {
    static const char *const quotes[] = {"'", "\xE2\x80\x98", "\xE2\x80\x99", "\xE2\x80\x9B"};
    unsigned open = maybe(w, 85) ? 0 : pick(w, 4), close = maybe(w, 85) ? 0 : pick(w, 4);
    buf_add_z(out, quotes[open]);
    for (size_t i = 0, n; i < value.n; i += n) {
        bool quote = is_quote(value, i, 0x98, 0x9B, &n);
        if (!quote) n = 1;
        buf_add(out, str_slice(value, i, i + n));
        if (quote) buf_add(out, str_slice(value, i, i + n));
    }
    buf_add_z(out, quotes[close]);
}

static void write_double_quoted(struct writer *w, struct buf *out, struct str value) {
    static const char *const quotes[] = {"\"", "\xE2\x80\x9C", "\xE2\x80\x9D", "\xE2\x80\x9E"};
    buf_add_z(out, maybe(w, 85) ? "\"" : quotes[pick(w, 4)]);
    for (size_t i = 0, n; i < value.n; i += n) {
        char c = value.p[i];
        bool quote = is_quote(value, i, 0x9C, 0x9E, &n);
        if (!quote) n = 1;
        bool free = ascii_alpha(c) && !strchr("abefnrtuv", c);
        if (quote || c == '$' || c == '`' || (free && maybe(w, 8))) buf_add_c(out, '`');
        buf_add(out, str_slice(value, i, i + n));
    }
    buf_add_z(out, maybe(w, 85) ? "\"" : quotes[pick(w, 4)]);
}

void write_case(struct writer *w, struct buf *out, struct str name) {
    unsigned how = pick(w, 4);
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool turn = how == 3 && maybe(w, 40) && ascii_alpha(c);
        buf_add_c(out, how == 1 ? ascii_lower(c) : turn ? (char)(c ^ 0x20) : c);
    }
}

/* A piece boundary that cuts no character in two. */
static size_t cut_at(struct writer *w, struct str s) {
    size_t at = s.n ? (size_t)rng_below(&w->rng, s.n + 1) : 0;
    while (at < s.n && ((unsigned char)s.p[at] & 0xC0) == 0x80) at++;
    return at;
}

static bool contains_any(struct str s, const char *set) {
    for (size_t i = 0; i < s.n; i++)
        if (strchr(set, s.p[i])) return true;
    return false;
}

/* -------- expressions that give the value -------- */

typedef void write_way(struct writer *w, struct buf *out, struct str v, unsigned depth);

static void in_brackets(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    buf_add_c(out, '(');
    write_expression(w, out, v, depth);
    buf_add_c(out, ')');
}

static void by_sum(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    size_t at = cut_at(w, v);
    buf_add_c(out, '(');
    in_brackets(w, out, str_slice(v, 0, at), depth);
    buf_add_z(out, maybe(w, 50) ? "+" : " + ");
    in_brackets(w, out, str_from_index(v, at), depth);
    buf_add_c(out, ')');
}

static void by_format(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    size_t at = cut_at(w, v);
    bool turned = maybe(w, 60);
    buf_printf(out, "('{%d}{%d}' %s ", turned, !turned, maybe(w, 50) ? "-f" : "-F");
    in_brackets(w, out, turned ? str_from_index(v, at) : str_slice(v, 0, at), depth);
    buf_add_c(out, ',');
    in_brackets(w, out, turned ? str_slice(v, 0, at) : str_from_index(v, at), depth);
    buf_add_c(out, ')');
}

static void by_join(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    size_t at = cut_at(w, v);
    bool unary = maybe(w, 50);
    buf_add_z(out, unary ? "(-join(" : "((");
    in_brackets(w, out, str_slice(v, 0, at), depth);
    buf_add_c(out, ',');
    in_brackets(w, out, str_from_index(v, at), depth);
    buf_add_z(out, unary ? "))" : ")-join'')");
}

static void by_string_method(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    size_t at = cut_at(w, v);
    static const char *const heads[] = {"[string]::Concat(", "[String]::Join('',",
                                        "[string]::Format('{0}{1}',"};
    buf_add_c(out, '(');
    buf_add_z(out, heads[pick(w, 3)]);
    in_brackets(w, out, str_slice(v, 0, at), depth);
    buf_add_c(out, ',');
    in_brackets(w, out, str_from_index(v, at), depth);
    buf_add_z(out, "))");
}

static void by_characters(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    for (size_t at = 0; at < v.n;)
        if (utf8_next(v, &at) > 0xFFFF) { /* more than one of the engine's characters */
            in_brackets(w, out, v, depth);
            return;
        }
    bool hex = maybe(w, 30), array = maybe(w, 50), piped = maybe(w, 50);
    if (array && piped)
        buf_add_z(out, "(-join(");
    else if (array)
        buf_add_z(out, "([char[]](");
    else
        buf_add_z(out, "(''");
    for (size_t at = 0; at < v.n;) {
        bool first = at == 0;
        uint32_t c = utf8_next(v, &at);
        if (array)
            buf_printf(out, hex ? "%s0x%X" : "%s%u", first ? "" : ",", c);
        else
            buf_printf(out, hex ? "+[char]0x%X" : "+[char]%u", c);
    }
    buf_add_z(out, !array ? ")" : piped ? "|%{[char]$_}))" : ")-join'')");
}

/* A word stands where a part of the value belongs, and is replaced by it. */
static void by_replacing(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    static const char *const marks[] = {"zQz", "x9", "~~", "#"};
    struct str mark = str_from(marks[pick(w, 4)]);
    size_t from = cut_at(w, v), to = from + cut_at(w, str_from_index(v, from));
    struct str part = str_slice(v, from, to);
    struct str rest = arena_join(w->arena, str_slice(v, 0, from), str_from_index(v, to));
    bool method = maybe(w, 50) || contains_any(part, "$") || !str_is_ascii(v);
    if (str_ifind(rest, mark) != STR_ABSENT || !part.n) {
        in_brackets(w, out, v, depth);
        return;
    }
    struct str with = arena_printf(w->arena, "%.*s%.*s%.*s", STR_ARG(str_slice(v, 0, from)),
                                   STR_ARG(mark), STR_ARG(str_from_index(v, to)));
    if (str_ifind(with, mark) != from ||
        str_ifind(str_from_index(with, from + 1), mark) != STR_ABSENT) {
        in_brackets(w, out, v, depth);
        return;
    }
    buf_add_c(out, '(');
    in_brackets(w, out, with, depth);
    buf_add_z(out, method ? ".Replace(" : maybe(w, 50) ? " -replace " : "-creplace");
    write_quoted(w, out, mark);
    buf_add_c(out, ',');
    if (method)
        in_brackets(w, out, part, depth);
    else
        write_quoted(w, out, part);
    buf_add_z(out, method ? "))" : ")");
}

/* The value between others, at a separator it does not hold. */
static void by_splitting(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    static const char *const separators[] = {";", "~", "|", ",", "!"};
    const char *separator = separators[pick(w, 5)];
    unsigned how = pick(w, 3), which = pick(w, 3);
    if (contains_any(v, separator) || (how == 0 && !str_is_ascii(v))) {
        in_brackets(w, out, v, depth);
        return;
    }
    buf_add_z(out, how == 0 ? "(((" : "((");
    struct buf whole = {0};
    for (unsigned i = 0; i < 3; i++) {
        if (i) buf_add_z(&whole, separator);
        buf_add(&whole, i == which ? v : STR("other"));
    }
    write_expression(w, out, arena_copy(w->arena, buf_str(&whole)), depth);
    buf_free(&whole);
    if (how == 0)
        buf_printf(out, ")-split'\\%s')[%u])", separator, which);
    else
        buf_printf(out, ").Split(%s'%s')[%u])", how == 1 ? "[char]" : "", separator, which);
}

static void by_position(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    unsigned junk = 1 + pick(w, 3);
    if (!str_is_ascii(v)) {
        in_brackets(w, out, v, depth);
        return;
    }
    struct str padded = arena_printf(w->arena, "%.*s%.*sqq", (int)junk, "xyz", STR_ARG(v));
    buf_add_c(out, '(');
    in_brackets(w, out, padded, depth);
    if (maybe(w, 50))
        buf_printf(out, ".Substring(%u,%zu))", junk, v.n);
    else
        buf_printf(out, ".Remove(0,%u).Remove(%zu))", junk, v.n);
}

static void by_turning(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    if (!str_is_ascii(v) || v.n < 2) {
        in_brackets(w, out, v, depth);
        return;
    }
    struct str turned = arena_copy(w->arena, v);
    char *p = (char *)(uintptr_t)turned.p;
    for (size_t i = 0; i < v.n; i++) p[i] = v.p[v.n - 1 - i];
    buf_add_z(out, "(-join");
    in_brackets(w, out, turned, depth);
    buf_printf(out, "[-1..-%zu])", v.n);
}

static void by_base64(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bool wide = maybe(w, 50);
    struct buf bytes = {0}, text = {0};
    for (size_t at = 0; at < v.n;) {
        size_t from = at;
        uint32_t c = utf8_next(v, &at);
        if (!wide) {
            buf_add(&bytes, str_slice(v, from, at));
            continue;
        }
        uint32_t units[2] = {c, 0};
        if (c > 0xFFFF) {
            units[0] = 0xD800 + ((c - 0x10000) >> 10);
            units[1] = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        for (int i = 0; i < 2 && (i == 0 || units[1]); i++) {
            buf_add_c(&bytes, (char)(units[i] & 0xFF));
            buf_add_c(&bytes, (char)(units[i] >> 8));
        }
    }
    for (size_t i = 0; i < bytes.n; i += 3) {
        uint32_t three = 0;
        for (size_t k = 0; k < 3; k++)
            three = three << 8 | (i + k < bytes.n ? (unsigned char)bytes.p[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_add_c(&text, i + k > bytes.n ? '=' : digits[three >> (18 - 6 * k) & 63]);
    }
    buf_printf(out, "([%sText.Encoding]::%s.GetString([%sConvert]::FromBase64String(",
               maybe(w, 50) ? "System." : "", wide ? "Unicode" : "UTF8",
               maybe(w, 50) ? "System." : "");
    in_brackets(w, out, arena_copy(w->arena, buf_str(&text)), depth ? depth - 1 : 0);
    buf_add_z(out, ")))");
    buf_free(&bytes);
    buf_free(&text);
}

/* A name that holds it, set in a statement of its own. */
static void by_variable(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    struct str name = fresh_name(w, "v");
    struct buf value = {0};
    write_expression(w, &value, v, depth);
    unsigned how = pick(w, 5);
    if (how == 0)
        buf_printf(&w->before, "Set-Variable %.*s %s%.*s%s;", STR_ARG(name), "(",
                   STR_ARG(buf_str(&value)), ")");
    else if (how == 1)
        buf_printf(&w->before, "$%.*s='';$%.*s+=%.*s\n", STR_ARG(name), STR_ARG(name),
                   STR_ARG(buf_str(&value)));
    else
        buf_printf(&w->before, how == 2 ? "[string]$%.*s=%.*s;" : "$%.*s = %.*s\n", STR_ARG(name),
                   STR_ARG(buf_str(&value)));
    if (how == 3)
        buf_printf(out, "${%.*s}", STR_ARG(name));
    else if (how == 4)
        buf_printf(out, "\"$%.*s\"", STR_ARG(name));
    else
        buf_printf(out, "$%.*s", STR_ARG(name));
    buf_free(&value);
}

static void by_table(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    struct buf value = {0};
    write_expression(w, &value, v, depth);
    static const char *const heads[] = {"(@{a='no';b=(", "(@{b=(", "(([pscustomobject]@{b=("};
    static const char *const tails[] = {")}.b)", ");c='no'}['b'])", ")}).b)"};
    unsigned which = pick(w, 3);
    buf_add_z(out, heads[which]);
    buf_add(out, buf_str(&value));
    buf_add_z(out, tails[which]);
    buf_free(&value);
}

static void by_list(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    unsigned which = pick(w, 3);
    buf_add_z(out, maybe(w, 50) ? "(@(" : "((");
    for (unsigned i = 0; i < 3; i++) {
        if (i) buf_add_c(out, ',');
        if (i == which)
            in_brackets(w, out, v, depth);
        else
            write_quoted(w, out, STR("no"));
    }
    buf_printf(out, which == 2 && maybe(w, 50) ? ")[-1])" : ")[%u])", which);
}

static void by_block(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    struct str name = fresh_name(w, "F-");
    struct buf value = {0};
    write_expression(w, &value, v, depth);
    switch (pick(w, 6)) {
    case 0: buf_printf(out, "(&{%.*s})", STR_ARG(buf_str(&value))); break;
    case 1: buf_printf(out, "$(%.*s)", STR_ARG(buf_str(&value))); break;
    case 2: buf_printf(out, "(&{param($q)$q} (%.*s))", STR_ARG(buf_str(&value))); break;
    case 3: buf_printf(out, "$(if($true){%.*s}else{'no'})", STR_ARG(buf_str(&value))); break;
    case 4: buf_printf(out, "((%.*s)|%%{$_})", STR_ARG(buf_str(&value))); break;
    default:
        buf_printf(&w->before, "function %.*s{%s%.*s}\n", STR_ARG(name),
                   maybe(w, 50) ? "return " : "", STR_ARG(buf_str(&value)));
        buf_printf(out, "(%.*s)", STR_ARG(name));
    }
    buf_free(&value);
}

static void by_trimming(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    bool blank = v.n && (v.p[0] == ' ' || v.p[v.n - 1] == ' ');
    buf_add_c(out, '(');
    in_brackets(w, out, blank ? v : arena_printf(w->arena, "  %.*s ", STR_ARG(v)), depth);
    buf_add_z(out, blank ? ".ToString())" : ".Trim())");
}

/* Text for a $( ) in a string: there the engine takes a doubled quote for one, so each is doubled;
 * it counts brackets wherever they stand, and a backtick before a quote is lost. In a string of a
 * string it loses its place after doubled quotes (a member behind them is not found): left out. */
bool write_nested(struct buf *out, struct str text) {
    int open = 0;
    if (str_find(text, STR("$(")) != STR_ABSENT && str_find(text, STR("\"\"")) != STR_ABSENT)
        return false;
    for (size_t i = 0, n; i < text.n; i += n) {
        bool quote = is_quote(text, i, 0x9C, 0x9E, &n);
        if (!quote) n = 1;
        open += (text.p[i] == '(') - (text.p[i] == ')');
        if (open < 0 || (quote && i && text.p[i - 1] == '`')) return false;
        buf_add(out, str_slice(text, i, i + n));
        if (quote) buf_add(out, str_slice(text, i, i + n));
    }
    return open == 0;
}

/* Filled into a string that expands. */
static void by_expansion(struct writer *w, struct buf *out, struct str v, unsigned depth) {
    size_t at = cut_at(w, v);
    struct buf head = {0}, value = {0};
    write_double_quoted(w, &head, str_slice(v, 0, at));
    write_expression(w, &value, str_from_index(v, at), depth);
    /* Before the closing quote, whichever of them it is. */
    size_t quote = head.p[head.n - 1] == '"' ? 1 : 3;
    struct buf nested = {0};
    if (write_nested(&nested, buf_str(&value))) {
        buf_add(out, str_of(head.p, head.n - quote));
        buf_printf(out, "$(%.*s)", STR_ARG(buf_str(&nested)));
        buf_add(out, str_of(head.p + head.n - quote, quote));
    } else {
        in_brackets(w, out, v, 0);
    }
    buf_free(&nested);
    buf_free(&head);
    buf_free(&value);
}

static write_way *const WAYS[] = {
    in_brackets,  by_sum,       by_format,   by_join,     by_string_method, by_characters,
    by_replacing, by_splitting, by_position, by_turning,  by_base64,        by_variable,
    by_table,     by_list,      by_block,    by_trimming, by_expansion,
};

void write_expression(struct writer *w, struct buf *out, struct str value, unsigned depth) {
    if (depth && value.n) {
        WAYS[pick(w, sizeof WAYS / sizeof *WAYS)](w, out, value, depth - 1);
        return;
    }
    if (maybe(w, 50))
        write_quoted(w, out, value);
    else
        write_double_quoted(w, out, value);
}

/* -------- arguments -------- */

/* Nothing in it means anything to the engine, and it is no number. */
static bool is_bare(struct str v) {
    if (!v.n || ascii_digit(v.p[0]) || !ascii_alpha(v.p[0])) return false;
    for (size_t i = 0; i < v.n; i++)
        if (!ascii_alpha(v.p[i]) && !ascii_digit(v.p[i]) && !strchr(".@_-\\/:", v.p[i]))
            return false;
    return true;
}

static void write_bare(struct writer *w, struct buf *out, struct str v) {
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        bool free = ascii_alpha(c) && !strchr("abefnrtuv", c);
        if (i && i + 1 < v.n && maybe(w, 3))
            buf_add_z(out, maybe(w, 50) ? "''" : "\"\"");
        else if (i && free && maybe(w, 5))
            buf_add_c(out, '`');
        buf_add_c(out, c);
    }
}

void write_argument(struct writer *w, struct buf *out, struct str value) {
    unsigned how = pick(w, 10);
    if (how < 4 && is_bare(value))
        write_bare(w, out, value);
    else if (how < 6)
        write_expression(w, out, value, 0);
    else
        in_brackets(w, out, value, 1 + pick(w, 3));
}
