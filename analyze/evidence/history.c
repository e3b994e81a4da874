/* history.c - PSReadLine's history: the commands that were typed at a prompt, one below the other.
 *
 * It has no header, no times and no names (PSReadLine, Set-PSReadLineOption -HistorySavePath):
 * plain text, UTF-8, a command per line; the lines of one that has several end with a backtick. So
 * it is told by what stands in it: first words are verbs with a noun or what people type at
 * prompts, and unlike in a script no line is indented or closes a brace but behind a backtick. A
 * line proves that somebody typed it there, at a time that is not known; not that it ran. */
#include "analyze/evidence/text_view.h"

enum { LINES_LOOK = 200, COMMAND_MOST = 256 * 1024, BID = 20 };

static const char *const VERBS[] = {
    "Add",        "Clear",  "Connect", "ConvertFrom", "ConvertTo", "Copy",       "Disable",
    "Disconnect", "Enable", "Enter",   "Exit",        "Export",    "Find",       "ForEach",
    "Format",     "Get",    "Import",  "Install",     "Invoke",    "Measure",    "Move",
    "New",        "Out",    "Read",    "Register",    "Remove",    "Rename",     "Resolve",
    "Restart",    "Save",   "Search",  "Select",      "Send",      "Set",        "Start",
    "Stop",       "Test",   "Trace",   "Unblock",     "Uninstall", "Unregister", "Update",
    "Use",        "Wait",   "Where",   "Write"};

static const char *const PROMPT_WORDS[] = {
    "cd",         "ls",      "dir",      "cls",      "clear",    "exit",     "cat",
    "type",       "pwd",     "copy",     "move",     "del",      "rm",       "md",
    "mkdir",      "whoami",  "hostname", "ipconfig", "ping",     "net",      "notepad",
    "powershell", "pwsh",    "cmd",      "python",   "git",      "ssh",      "explorer",
    "winget",     "history", "h",        "iex",      "iwr",      "gci",      "gc",
    "help",       "man",     "code",     "curl",     "nslookup", "tasklist", "taskkill",
    "sc",         "reg",     "wmic",     "wevtutil", "certutil", "az",       "start"};

static bool is_one_of(struct str word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (str_ieq(word, str_from(list[i]))) return true;
    return false;
}
#define IS_ONE_OF(word, list) is_one_of((word), (list), sizeof(list) / sizeof *(list))

/* "Get-Mailbox": a verb that PowerShell approves of, and a noun of letters and digits. */
static bool is_cmdlet(struct str word) {
    struct str verb, noun;
    if (!str_cut(word, '-', &verb, &noun) || noun.n < 3 || !IS_ONE_OF(verb, VERBS)) return false;
    for (size_t i = 0; i < noun.n; i++)
        if (!ascii_alpha(noun.p[i]) && !ascii_digit(noun.p[i])) return false;
    return true;
}

enum look { LOOK_OTHER, LOOK_TYPED, LOOK_CMDLET };

/* What a command line begins with: "$x = Get-Mailbox ..", "(Get-..", ".\x.ps1", "& 'x'". */
static enum look look_of(struct str line) {
    size_t end = 0;
    line = str_trim(line);
    if (str_starts(line, STR("$"))) {
        size_t equals = str_chr(line, '=');
        if (equals == STR_ABSENT) return LOOK_TYPED;
        line = str_trim(str_from_index(line, equals + 1));
    }
    while (line.n && (line.p[0] == '(' || line.p[0] == '[')) line = str_from_index(line, 1);
    while (end < line.n && line.p[end] != ' ' && line.p[end] != '|' && line.p[end] != ')') end++;
    struct str word = str_slice(line, 0, end);
    if (is_cmdlet(word)) return LOOK_CMDLET;
    if (str_starts(word, STR(".\\")) || str_starts(word, STR("./")) || str_eq(word, STR("&")))
        return LOOK_TYPED;
    if (str_iends(word, STR(".exe"))) word.n -= 4;
    return IS_ONE_OF(word, PROMPT_WORDS) ? LOOK_TYPED : LOOK_OTHER;
}

static bool take_line(struct str text, size_t *at, struct str *line) {
    if (*at >= text.n) return false;
    size_t end = *at;
    while (end < text.n && text.p[end] != '\n') end++;
    *line = str_slice(text, *at, end);
    *at = end < text.n ? end + 1 : end;
    if (str_ends(*line, STR("\r"))) line->n--;
    return true;
}

static bool goes_on(struct str line) { return str_ends(line, STR("`")); }

static bool has_control(struct str line) {
    for (size_t i = 0; i < line.n; i++)
        if ((unsigned char)line.p[i] < 32 && line.p[i] != '\t') return true;
    return false;
}

static int bid(struct str first, bool whole) {
    struct str line;
    size_t lines = 0, typed = 0, cmdlets = 0, at = 0;
    bool inside = false;
    if (str_starts(first, STR("\xEF\xBB\xBF"))) first = str_from_index(first, 3);
    while (lines < LINES_LOOK && take_line(first, &at, &line)) {
        if (at >= first.n && !whole) break; /* may be cut */
        bool before = inside;
        inside = goes_on(line);
        if (has_control(line)) return 0;
        if (before || !line.n) continue;
        if (ascii_space(line.p[0]) || str_starts(line, STR("}"))) return 0;
        enum look look = look_of(line);
        lines++;
        typed += look != LOOK_OTHER;
        cmdlets += look == LOOK_CMDLET;
    }
    return cmdlets && typed * 2 >= lines ? BID : 0;
}

/* The last line end that ends a command. */
static size_t cut(struct cutter *c, struct str bytes, bool at_end) {
    size_t n = bytes.n;
    (void)c;
    if (at_end) return n;
    for (; n > 0; n--) {
        if (bytes.p[n - 1] != '\n') continue;
        size_t end = n - 1;
        if (end && bytes.p[end - 1] == '\r') end--;
        if (!end || bytes.p[end - 1] != '`') return n;
    }
    return 0;
}

/* The command that begins at *at, its lines joined, without the backticks that PSReadLine put
 * behind them. */
static struct str take_command(struct arena *a, struct str text, size_t *at) {
    struct str line;
    struct buf b = {0};
    while (take_line(text, at, &line)) {
        bool more = goes_on(line) && b.n < COMMAND_MOST;
        if (more) line.n--;
        if (line.p) buf_add(&b, line);
        if (!more) break;
        buf_add_c(&b, '\n');
    }
    struct str command = arena_copy(a, str_trim(buf_str(&b)));
    buf_free(&b);
    return command;
}

static void show(struct sink *out, const struct event *e) {
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    json_put(&j, "text", e->text);
    json_end(&j);
    out->line(out->own, STR_NONE, e->ordinal, e->offset, str_slice(buf_str(&b), 1, b.n - 1));
    buf_free(&b);
}

static void read(const struct block *b, struct sink *out) {
    struct event e = {.kind = EVENT_TEXT, .source = SOURCE_HISTORY};
    bool mark = b->first && str_starts(b->bytes, STR("\xEF\xBB\xBF"));
    for (size_t at = mark ? 3 : 0; at < b->bytes.n;) {
        e.offset = b->offset + at;
        e.text = take_command(out->arena, b->bytes, &at);
        if (!e.text.n) continue;
        e.ordinal++;
        out->seen(out->own, STR("history"), STR_NONE, e.time, 0);
        if (out->dump)
            show(out, &e);
        else
            out->event(out->own, &e);
    }
    out->records(out->own, e.ordinal);
}

const struct reader READER_HISTORY = {"history", "PowerShell history", bid, cut, read};
