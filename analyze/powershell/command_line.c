/* command_line.c - powershell.exe and pwsh options, as their host reads them. */
#include "analyze/powershell/command_line.h"

#include "analyze/powershell/base64.h"
#include "analyze/powershell/scan.h"
#include "base/utf.h"

struct word {
    struct str text; /* without the quotes that group it */
    size_t at, end;
};

enum option_kind { OPTION_FLAG, OPTION_VALUE, OPTION_COMMAND, OPTION_ENCODED, OPTION_FILE };

/* An option is any prefix of `name` at least as long as `shortest`. */
static const struct {
    const char *name, *shortest;
    enum option_kind kind;
} OPTIONS[] = {
    {"encodedcommand", "e", OPTION_ENCODED},
    {"ec", "ec", OPTION_ENCODED},
    {"command", "c", OPTION_COMMAND},
    {"commandwithargs", "commandwithargs", OPTION_COMMAND},
    {"cwa", "cwa", OPTION_COMMAND},
    {"file", "f", OPTION_FILE},
    {"executionpolicy", "ex", OPTION_VALUE},
    {"ep", "ep", OPTION_VALUE},
    {"windowstyle", "w", OPTION_VALUE},
    {"version", "v", OPTION_VALUE},
    {"psconsolefile", "psc", OPTION_VALUE},
    {"inputformat", "in", OPTION_VALUE},
    {"if", "if", OPTION_VALUE},
    {"outputformat", "o", OPTION_VALUE},
    {"of", "of", OPTION_VALUE},
    {"configurationname", "config", OPTION_VALUE},
    {"configurationfile", "configurationfile", OPTION_VALUE},
    {"custompipename", "cus", OPTION_VALUE},
    {"settingsfile", "settings", OPTION_VALUE},
    {"workingdirectory", "wo", OPTION_VALUE},
    {"wd", "wd", OPTION_VALUE},
    {"encodedarguments", "encodeda", OPTION_VALUE},
    {"ea", "ea", OPTION_VALUE},
    {"noprofile", "nop", OPTION_FLAG},
    {"noninteractive", "noni", OPTION_FLAG},
    {"nologo", "nol", OPTION_FLAG},
    {"noexit", "noe", OPTION_FLAG},
    {"sta", "s", OPTION_FLAG},
    {"mta", "mta", OPTION_FLAG},
    {"login", "l", OPTION_FLAG},
    {"interactive", "i", OPTION_FLAG},
};

/* The next word from *at on, quotes taken out and \" kept as a quote; false at the end. */
static bool next_word(struct arena *a, struct str line, size_t *at, struct word *out) {
    size_t i = *at;
    while (i < line.n && ascii_space(line.p[i])) i++;
    if (i >= line.n) return false;
    struct buf text = {0};
    bool quoted = false;
    out->at = i;
    for (; i < line.n && (quoted || !ascii_space(line.p[i])); i++) {
        if (line.p[i] == '\\' && i + 1 < line.n && line.p[i + 1] == '"') {
            buf_add_c(&text, '"');
            i++;
        } else if (line.p[i] == '"') {
            quoted = !quoted;
        } else {
            buf_add_c(&text, line.p[i]);
        }
    }
    out->end = *at = i;
    out->text = arena_copy(a, buf_str(&text));
    buf_free(&text);
    return true;
}

/* powershell.exe, pwsh, with or without a path. */
static bool is_shell(struct str word, bool *core) {
    size_t slash = str_rchr(word, '\\'), other = str_rchr(word, '/');
    size_t from = slash == STR_ABSENT ? 0 : slash + 1;
    if (other != STR_ABSENT && other + 1 > from) from = other + 1;
    word = str_from_index(word, from);
    if (str_iends(word, STR(".exe"))) word = str_slice(word, 0, word.n - 4);
    *core = str_ieq(word, STR("pwsh"));
    return *core || str_ieq(word, STR("powershell"));
}

static bool option_of(struct str word, enum option_kind *kind) {
    size_t dash = scan_dash(word, 0);
    if (!dash && word.n && word.p[0] == '/') dash = 1;
    if (!dash) return false;
    struct str name = str_from_index(word, dash);
    if (scan_dash(name, 0)) name = str_from_index(name, scan_dash(name, 0));
    if (name.n && name.p[name.n - 1] == ':') name.n--;
    *kind = OPTION_FLAG;
    for (size_t i = 0; name.n && i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        if (!str_istarts(str_from(OPTIONS[i].name), name)) continue;
        if (!str_istarts(name, str_from(OPTIONS[i].shortest))) continue;
        *kind = OPTIONS[i].kind;
        break;
    }
    return true;
}

static void take_encoded(struct arena *a, struct word word, struct command_line *out) {
    struct buf bytes = {0}, text = {0};
    out->encoded = true;
    out->at = word.at;
    out->end = word.end;
    if (base64_decode(word.text, &bytes)) {
        utf_to_utf8(ENCODING_UTF16LE, buf_str(&bytes), &text);
        out->script = arena_copy(a, buf_str(&text));
        out->note = STR("decoded from -EncodedCommand");
    }
    buf_free(&bytes);
    buf_free(&text);
}

/* All words from here to the end are the command, joined by blanks. */
static void take_rest(struct arena *a, struct str line, size_t at, struct command_line *out) {
    struct buf script = {0};
    struct word word;
    bool first = true;
    while (next_word(a, line, &at, &word)) {
        if (first)
            out->at = word.at;
        else
            buf_add_c(&script, ' ');
        buf_add(&script, word.text);
        out->end = word.end;
        first = false;
    }
    out->script = arena_copy(a, buf_str(&script));
    if (str_eq(out->script, STR("-"))) out->script = STR_NONE;
    buf_free(&script);
}

static void take_options(struct arena *a, struct str line, size_t at, bool core,
                         struct command_line *out) {
    struct word word;
    enum option_kind kind;
    for (size_t before = at; next_word(a, line, &at, &word); before = at) {
        if (!option_of(word.text, &kind)) {
            if (!core) take_rest(a, line, before, out); /* pwsh takes it for a file */
            return;
        }
        switch (kind) {
        case OPTION_FLAG: break;
        case OPTION_VALUE: next_word(a, line, &at, &word); break;
        case OPTION_ENCODED:
            if (next_word(a, line, &at, &word)) take_encoded(a, word, out);
            return;
        case OPTION_COMMAND: take_rest(a, line, at, out); return;
        case OPTION_FILE: return;
        }
    }
}

/* cmd /c "powershell ...": the shell may stand inside one quoted word. */
static bool in_words(struct arena *a, struct str line, struct command_line *out, unsigned depth) {
    struct word word;
    bool core;
    for (size_t at = 0; next_word(a, line, &at, &word);) {
        if (is_shell(word.text, &core)) {
            take_options(a, line, at, core, out);
            return true;
        }
        if (depth < 2 && str_chr(word.text, ' ') != STR_ABSENT &&
            (str_ifind(word.text, STR("powershell")) != STR_ABSENT ||
             str_ifind(word.text, STR("pwsh")) != STR_ABSENT) &&
            in_words(a, word.text, out, depth + 1)) {
            out->at = word.at;
            out->end = word.end;
            return true;
        }
    }
    return false;
}

struct command_line command_line_script(struct arena *a, struct str line) {
    struct command_line out = {.end = line.n};
    in_words(a, line, &out, 0);
    return out;
}
