/* method.c - casts and methods of constants. */
#include "analyze/powershell/base64.h"
#include "analyze/powershell/run.h"
#include "base/buf.h"
#include "base/utf.h"

static struct value char_of(struct run *r, int64_t code) {
    char bytes[4];
    size_t n = utf8_encode((uint32_t)code, bytes);
    return (struct value){.kind = VALUE_CHAR,
                          .computed = true,
                          .number = code,
                          .text = arena_copy(r->arena, str_of(bytes, n))};
}

static struct str type_name(struct str type) {
    if (str_istarts(type, STR("System."))) type = str_from_index(type, 7);
    if (str_istarts(type, STR("Text.RegularExpressions."))) type = str_from_index(type, 24);
    if (str_istarts(type, STR("Management.Automation."))) type = str_from_index(type, 22);
    return type;
}

static struct value cast_to_chars(struct run *r, struct value v, const struct node *n) {
    const struct value *items;
    struct value list = {.kind = VALUE_LIST, .computed = true};
    size_t cap = 0;
    if (v.kind == VALUE_TEXT) {
        for (size_t at = 0; at < v.text.n && run_step(r);) {
            ARENA_GROW(r->arena, list.items, cap, list.count + 1);
            list.items[list.count++] = char_of(r, utf8_next(v.text, &at));
        }
        return list;
    }
    size_t count = value_items(&v, &items);
    for (size_t i = 0; i < count; i++) {
        ARENA_GROW(r->arena, list.items, cap, list.count + 1);
        list.items[list.count++] = fold_cast(r, STR("char"), items[i], n);
    }
    return list;
}

struct value fold_cast(struct run *r, struct str type, struct value v, const struct node *n) {
    type = type_name(type);
    struct str text;
    uint64_t number;
    if ((str_ieq(type, STR("pscustomobject")) || str_ieq(type, STR("psobject"))) &&
        v.kind == VALUE_HASH) {
        v.kind = VALUE_OBJECT;
        return v;
    }
    if (!value_known(&v)) return v;
    if (str_ieq(type, STR("char"))) {
        if (v.kind == VALUE_TEXT && str_u64_any(v.text, &number) && v.text.n > 1)
            return char_of(r, (int64_t)number);
        if (v.kind == VALUE_NUMBER && v.number >= 0 && v.number <= 0xFFFF)
            return char_of(r, v.number);
        return v.kind == VALUE_CHAR || v.kind == VALUE_TEXT ? v : unknown_here(r, n);
    }
    if (str_ieq(type, STR("char[]"))) return cast_to_chars(r, v, n);
    if (str_ieq(type, STR("string")) && value_string(r->arena, &v, &text)) {
        v.kind = VALUE_TEXT;
        v.text = text;
        return v;
    }
    if (str_ieq(type, STR("int")) || str_ieq(type, STR("int32"))) {
        if (v.kind == VALUE_CHAR || v.kind == VALUE_NUMBER) return value_number(r->arena, v.number);
        if (v.kind == VALUE_TEXT && str_u64_any(str_trim(v.text), &number) && number <= INT32_MAX)
            return value_number(r->arena, (int64_t)number);
        return unknown_here(r, n);
    }
    if (str_ieq(type, STR("scriptblock")) && v.kind == VALUE_TEXT) return unknown_here(r, n);
    if (str_ieq(type, STR("scriptblock")) || str_ieq(type, STR("object")) ||
        str_iends(type, STR("[]")) || str_ieq(type, STR("array")) ||
        str_ieq(type, STR("ordered")) || str_ieq(type, STR("hashtable")))
        return v;
    if (str_ieq(type, STR("bool"))) {
        bool known, truth = value_true(&v, &known);
        return known ? value_bool(truth) : unknown_here(r, n);
    }
    if (str_ieq(type, STR("void"))) return (struct value){.kind = VALUE_NULL};
    return unknown_here(r, n);
}

/* -------- methods -------- */

enum { ARGUMENTS_MAX = 64 };

struct method {
    struct run *r;
    const struct node *node;
    struct value target;
    struct value arguments[ARGUMENTS_MAX];
    size_t count;
};

static struct value unknown_method(const struct method *m) { return unknown_here(m->r, m->node); }

static bool text_argument(const struct method *m, size_t i, struct str *out) {
    return i < m->count && m->arguments[i].kind != VALUE_NULL && value_known(&m->arguments[i]) &&
           value_string(m->r->arena, &m->arguments[i], out);
}

static bool number_argument(const struct method *m, size_t i, size_t *out) {
    if (i >= m->count || m->arguments[i].kind != VALUE_NUMBER || m->arguments[i].number < 0)
        return false;
    *out = (size_t)m->arguments[i].number;
    return true;
}

static struct value computed(struct str text) {
    struct value v = value_text(text);
    v.computed = true;
    return v;
}

static struct value method_replace(const struct method *m) {
    struct str from, to, rest = m->target.text;
    struct buf out = {0};
    if (!text_argument(m, 0, &from) || !from.n || !text_argument(m, 1, &to))
        return unknown_method(m);
    for (size_t at; (at = str_find(rest, from)) != STR_ABSENT;) {
        if (!run_bytes(m->r, at + to.n)) break;
        buf_add(&out, str_slice(rest, 0, at));
        buf_add(&out, to);
        rest = str_from_index(rest, at + from.n);
    }
    buf_add(&out, rest);
    struct value v = computed(arena_copy(m->r->arena, buf_str(&out)));
    buf_free(&out);
    return v;
}

/* Positions count UTF-16 units; only for ASCII are those our bytes. */
static struct value method_substring(const struct method *m) {
    size_t from, length = m->target.text.n;
    if (!number_argument(m, 0, &from) || from > length || !str_is_ascii(m->target.text) ||
        (m->count > 1 && !number_argument(m, 1, &length)))
        return unknown_method(m);
    if (length > m->target.text.n - from) length = m->target.text.n - from;
    return computed(str_slice(m->target.text, from, from + length));
}

static struct value method_insert(const struct method *m) {
    size_t at;
    struct str text, whole = m->target.text;
    if (!number_argument(m, 0, &at) || at > whole.n || !str_is_ascii(whole) ||
        !text_argument(m, 1, &text) || !run_bytes(m->r, whole.n + text.n))
        return unknown_method(m);
    struct str head = arena_join(m->r->arena, str_slice(whole, 0, at), text);
    return computed(arena_join(m->r->arena, head, str_from_index(whole, at)));
}

static struct value method_remove(const struct method *m) {
    size_t at, length;
    struct str whole = m->target.text;
    if (!number_argument(m, 0, &at) || at > whole.n || !str_is_ascii(whole))
        return unknown_method(m);
    length = whole.n - at;
    if (m->count > 1 && (!number_argument(m, 1, &length) || length > whole.n - at))
        return unknown_method(m);
    return computed(
        arena_join(m->r->arena, str_slice(whole, 0, at), str_from_index(whole, at + length)));
}

/* Of letters beyond ASCII nothing is said. */
static struct value method_lower(const struct method *m) {
    if (!str_is_ascii(m->target.text)) return unknown_method(m);
    return computed(arena_lower(m->r->arena, m->target.text));
}
static struct value method_upper(const struct method *m) {
    struct str upper = arena_copy(m->r->arena, m->target.text);
    char *p = (char *)(uintptr_t)upper.p;
    if (!str_is_ascii(upper)) return unknown_method(m);
    for (size_t i = 0; i < upper.n; i++)
        if (p[i] >= 'a' && p[i] <= 'z') p[i] = (char)(p[i] - 32);
    return computed(upper);
}
/* Trim(), TrimStart('x'), TrimEnd('xy'): of white space or of the characters given. */
static struct value trimmed(const struct method *m, bool start, bool end) {
    struct str s = m->target.text, set = STR(" \t\r\n");
    if (m->count && !text_argument(m, 0, &set)) return unknown_method(m);
    while (start && s.n && str_chr(set, s.p[0]) != STR_ABSENT) s = str_from_index(s, 1);
    while (end && s.n && str_chr(set, s.p[s.n - 1]) != STR_ABSENT) s.n--;
    return computed(s);
}
static struct value method_trim(const struct method *m) { return trimmed(m, true, true); }
static struct value method_trim_start(const struct method *m) { return trimmed(m, true, false); }
static struct value method_trim_end(const struct method *m) { return trimmed(m, false, true); }
static struct value method_same(const struct method *m) {
    return m->count ? unknown_method(m) : value_text(m->target.text);
}
static struct value method_chars(const struct method *m) {
    return cast_to_chars(m->r, m->target, m->node);
}

static struct value method_split(const struct method *m) {
    struct str by;
    if (m->count != 1 || !text_argument(m, 0, &by) || by.n != 1) return unknown_method(m);
    return fold_split(m->r, m->target.text, by);
}

static const struct {
    const char *name;
    struct value (*call)(const struct method *m);
} TEXT_METHODS[] = {
    {"Replace", method_replace},
    {"Substring", method_substring},
    {"Insert", method_insert},
    {"Remove", method_remove},
    {"ToLower", method_lower},
    {"ToUpper", method_upper},
    {"ToLowerInvariant", method_lower},
    {"ToUpperInvariant", method_upper},
    {"Trim", method_trim},
    {"TrimStart", method_trim_start},
    {"TrimEnd", method_trim_end},
    {"ToString", method_same},
    {"ToCharArray", method_chars},
    {"Split", method_split},
};

/* -------- static methods -------- */

/* What follows the first `skip` arguments, a single list opened up. */
static struct value rest_of(const struct method *m, size_t skip) {
    if (m->count == skip + 1 && m->arguments[skip].kind == VALUE_LIST) return m->arguments[skip];
    size_t count = m->count > skip ? m->count - skip : 0;
    struct value list = {.kind = VALUE_LIST, .count = count};
    list.items = ARENA_ARRAY(m->r->arena, struct value, count);
    for (size_t i = 0; i < count; i++) list.items[i] = m->arguments[skip + i];
    return list;
}

static struct value string_join(const struct method *m) {
    if (m->count < 2) return unknown_method(m);
    return fold_operator(m->r, STR("join"), rest_of(m, 1), m->arguments[0], m->node);
}
static struct value string_concat(const struct method *m) {
    return fold_operator(m->r, STR("join"), rest_of(m, 0), value_text(STR("")), m->node);
}
static struct value string_format(const struct method *m) {
    if (!m->count) return unknown_method(m);
    return fold_operator(m->r, STR("f"), m->arguments[0], rest_of(m, 1), m->node);
}

/* [regex]::Replace(text, pattern, with): as -creplace */
static struct value regex_replace(const struct method *m) {
    if (m->count != 3) return unknown_method(m);
    return fold_operator(m->r, STR("creplace"), m->arguments[0], rest_of(m, 1), m->node);
}

static struct value convert_from_base64(const struct method *m) {
    struct str text;
    struct buf bytes = {0};
    struct value v = unknown_method(m);
    if (text_argument(m, 0, &text) && run_bytes(m->r, text.n) && base64_decode(text, &bytes))
        v = (struct value){.kind = VALUE_BYTES,
                           .computed = true,
                           .text = arena_copy(m->r->arena, buf_str(&bytes))};
    buf_free(&bytes);
    return v;
}

static struct value script_create(const struct method *m) {
    struct str text;
    if (!text_argument(m, 0, &text)) return unknown_method(m);
    return run_block_of(m->r, text, m->node);
}

static struct value array_reverse(const struct method *m) {
    const struct node *argument = m->node->child->next->next;
    if (!m->count || m->arguments[0].kind != VALUE_LIST || argument->kind != NODE_VARIABLE)
        return unknown_method(m);
    struct value v = m->arguments[0];
    struct value *items = ARENA_ARRAY(m->r->arena, struct value, v.count);
    for (size_t i = 0; i < v.count; i++) items[i] = v.items[v.count - 1 - i];
    v.items = items;
    v.computed = true;
    scope_set(m->r, argument->text, v);
    return (struct value){.kind = VALUE_NULL};
}

static struct value char_from_code(const struct method *m) {
    size_t code;
    return number_argument(m, 0, &code) && code <= 0x10FFFF ? char_of(m->r, (int64_t)code)
                                                            : unknown_method(m);
}

static const struct {
    const char *type, *name;
    struct value (*call)(const struct method *m);
} STATIC_METHODS[] = {
    {"string", "Join", string_join},
    {"string", "Concat", string_concat},
    {"string", "Format", string_format},
    {"string", "new", string_concat},
    {"convert", "FromBase64String", convert_from_base64},
    {"regex", "Replace", regex_replace},
    {"scriptblock", "Create", script_create},
    {"array", "Reverse", array_reverse},
    {"char", "ConvertFromUtf32", char_from_code},
};

static struct value static_method(const struct method *m, struct str name) {
    struct str type = type_name(m->target.text);
    for (size_t i = 0; i < sizeof STATIC_METHODS / sizeof *STATIC_METHODS; i++)
        if (str_ieq(type, str_from(STATIC_METHODS[i].type)) &&
            str_ieq(name, str_from(STATIC_METHODS[i].name)))
            return STATIC_METHODS[i].call(m);
    return unknown_method(m);
}

/* [Text.Encoding]::Unicode.GetString(bytes): the target is the type's member, by its name. */
static struct value get_string(const struct method *m, const struct node *encoding) {
    static const struct {
        const char *name;
        enum encoding encoding;
    } known[] = {{"Unicode", ENCODING_UTF16LE}, {"UTF8", ENCODING_UTF8},
                 {"ASCII", ENCODING_UTF8},      {"BigEndianUnicode", ENCODING_UTF16BE},
                 {"Default", ENCODING_CP1252},  {"UTF32", ENCODING_UTF32LE}};
    struct str name =
        encoding->child && encoding->child->next ? encoding->child->next->text : STR_NONE;
    if (!m->count || m->arguments[0].kind != VALUE_BYTES) return unknown_method(m);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!str_ieq(name, str_from(known[i].name))) continue;
        struct buf text = {0};
        utf_to_utf8(known[i].encoding, m->arguments[0].text, &text);
        struct value v = computed(arena_copy(m->r->arena, buf_str(&text)));
        buf_free(&text);
        return v;
    }
    return unknown_method(m);
}

/* $table.Add(key, value) */
static struct value table_add(const struct method *m) {
    const struct node *target = m->node->child;
    if (target->kind == NODE_VARIABLE && m->count == 2 && m->target.count < RUN_UNROLL_MAX &&
        m->arguments[0].kind == VALUE_TEXT)
        scope_set(m->r, target->text,
                  value_with(m->r->arena, &m->target, m->arguments[0].text, m->arguments[1]));
    return (struct value){.kind = VALUE_NULL};
}

/* What stands between the braces. */
static struct str block_text(const struct value *block) {
    const struct node *n = block->block;
    bool braces = n->kind == NODE_BLOCK && n->end - n->at >= 2 && !block->computed;
    return str_slice(block->source, n->at + braces, n->end - braces);
}

/* .Invoke(), .InvokeScript(text) and their like run what they hold. */
static struct value method_invoke(const struct method *m, struct str name) {
    struct str text;
    bool of_engine = str_ieq(name, STR("InvokeScript"));
    if (str_ieq(name, STR("NewScriptBlock"))) return script_create(m);
    if (of_engine && text_argument(m, 0, &text))
        return run_text(m->r, text, STR("decoded from InvokeScript"), m->node);
    if (m->target.kind != VALUE_BLOCK) return unknown_method(m);
    if (str_ieq(name, STR("GetNewClosure"))) return m->target;
    if (str_ieq(name, STR("ToString"))) return computed(block_text(&m->target));
    if (!str_ieq(name, STR("Invoke")) && !str_ieq(name, STR("InvokeReturnAsIs")))
        return unknown_method(m);
    struct arguments all = {0};
    for (size_t i = 0; i < m->count; i++) arguments_add(m->r, &all, STR_NONE, m->arguments[i]);
    return run_block(m->r, &m->target, &all, true);
}

static struct value fold_method_here(struct run *r, const struct node *n) {
    const struct node *target = n->child, *name = target ? target->next : NULL;
    if (!name) return unknown_here(r, n);
    struct method *m = ARENA_NEW(r->arena, struct method);
    *m = (struct method){.r = r, .node = n};
    m->target = fold(r, target);
    struct value called = fold(r, name);
    for (const struct node *a = name->next; a; a = a->next) {
        struct value v = fold(r, a);
        if (m->count < ARGUMENTS_MAX)
            m->arguments[m->count++] = v;
        else
            return unknown_here(r, n);
    }
    if (called.kind != VALUE_TEXT) return unknown_here(r, n);
    if (m->target.kind == VALUE_TYPE) return static_method(m, called.text);
    if (str_ieq(called.text, STR("GetString")) && target->kind == NODE_MEMBER)
        return get_string(m, target);
    if (m->target.kind == VALUE_TEXT || m->target.kind == VALUE_CHAR)
        for (size_t i = 0; i < sizeof TEXT_METHODS / sizeof *TEXT_METHODS; i++)
            if (str_ieq(called.text, str_from(TEXT_METHODS[i].name)))
                return TEXT_METHODS[i].call(m);
    if (m->target.kind == VALUE_HASH && str_ieq(called.text, STR("Add"))) return table_add(m);
    if (m->count && m->arguments[0].kind == VALUE_BLOCK &&
        (str_ieq(called.text, STR("ForEach")) || str_ieq(called.text, STR("Where")))) {
        struct value each = run_each(r, &m->arguments[0], &m->target);
        return str_ieq(called.text, STR("ForEach")) ? each : unknown_here(r, n);
    }
    return method_invoke(m, called.text);
}

struct value fold_method(struct run *r, const struct node *n) {
    const struct node *outer = r->here;
    if (!r->origin.nested && r->origin.source.p == r->outermost.p) r->here = n;
    struct value given = fold_method_here(r, n);
    r->here = outer;
    return given;
}
