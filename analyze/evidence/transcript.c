/* transcript.c - PowerShell transcripts: what was typed, when, by whom, and whether it failed.
 *
 * Header labels are localised; their order is not, so a header is read by position: a fence of 22
 * asterisks, a title, a line that ends in a 14-digit time, then user, RunAs user (5.x, 7: and
 * configuration), machine, host application ... up to the next fence (PowerShell's
 * TranscriptionOption and HostUtilities resources). Times are the machine's wall clock, without a
 * zone. The same fence stands around "Command start time" and inside output; only what fits the
 * form counts. What Get- cmdlets printed is an observed state (snapshot.h), and no better a witness
 * than any text on a screen. */
#include "analyze/evidence/printed.h"
#include "analyze/evidence/snapshot.h"
#include "analyze/evidence/text_view.h"
#include "analyze/powershell/powershell.h"

enum {
    FENCE = 22,
    HEADER_LINES_MOST = 40,
    COMMAND_MOST = 256 * 1024,
    PROMPT_MOST = 300,
    BID_LOOK = 16384
};

/* One transcript of the file. */
struct session {
    struct when start, command_start, end;
    struct str user, run_as, machine, application;
};

struct page {
    struct sink *out;
    struct text_view *v;
    struct session session;
    size_t at;             /* where the next line begins */
    uint64_t ordinal;      /* commands so far: what was printed belongs to the last one */
    struct when time_next; /* what next_time() found, and where */
    size_t time_at;
    struct str about; /* -Identity of the one Get- cmdlet that the last command calls, or empty */
};

struct line {
    struct str text;
    size_t begin;
};

static bool next_line(struct page *p, struct line *l) {
    struct str t = p->v->utf8;
    if (p->at >= t.n) return false;
    size_t end = p->at;
    while (end < t.n && t.p[end] != '\n' && t.p[end] != '\r') end++;
    *l = (struct line){str_slice(t, p->at, end), p->at};
    if (end < t.n && t.p[end] == '\r') end++;
    if (end < t.n && t.p[end] == '\n') end++;
    p->at = end;
    return true;
}

static bool peek_line(const struct page *p, struct line *l) {
    struct page copy = *p;
    return next_line(&copy, l);
}

static bool is_fence(struct str s) {
    s = str_trim(s);
    if (s.n != FENCE) return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '*') return false;
    return true;
}

/* "Label: value", also with a blank or no-break space before the colon, or without any colon. */
static struct str value_of(struct str line) {
    size_t colon = str_find(line, STR(": "));
    if (colon == STR_ABSENT && str_ends(line, STR(":"))) return STR_NONE;
    if (colon == STR_ABSENT) colon = str_chr(line, ':');
    return colon == STR_ABSENT ? STR_NONE : str_trim(str_from_index(line, colon + 1));
}

/* The 14 digits at the line's end, as local time. */
static bool line_time(struct str line, struct when *t) {
    line = str_trim(line);
    if (line.n < 15 || ascii_digit(line.p[line.n - 15])) return false;
    return when_parse_compact(str_from_index(line, line.n - 14), t);
}

/* "Machine: NAME (Microsoft Windows NT 10.0...)" */
static struct str machine_name(struct str value) {
    size_t paren = str_find(value, STR(" ("));
    return paren == STR_ABSENT ? value : str_slice(value, 0, paren);
}

/* At a fence: does a header begin here? Its start time is the second or third line behind it
 * (PowerShell 7 in some languages breaks the title). Reads it, with the fence that ends it. */
static bool read_header(struct page *p) {
    struct page ahead = *p;
    struct line l;
    struct when start;
    struct str values[8] = {0};
    size_t n = 0;
    bool timed = false;
    for (int i = 0; i < 3 && !timed && next_line(&ahead, &l) && !is_fence(l.text); i++)
        timed = i > 0 && line_time(l.text, &start);
    if (!timed) return false;
    for (int i = 0; i < HEADER_LINES_MOST && next_line(&ahead, &l); i++) {
        if (is_fence(l.text)) {
            /* A "Command start time" block has nothing but the time; an epilogue too. */
            if (n < 2) return false;
            /* 5.x and 7 have RunAs (and Configuration) between user and machine; 2 to 4 do not. The
             * machine is the value with a system's name in parentheses. */
            size_t m = 1;
            while (m < n && m < 4 && str_find(values[m], STR(" (")) == STR_ABSENT) m++;
            if (m >= n || m >= 4) m = 1;
            p->session = (struct session){.start = start,
                                          .user = values[0],
                                          .run_as = m > 1 ? values[1] : STR_NONE,
                                          .machine = machine_name(values[m]),
                                          .application = m + 1 < n ? values[m + 1] : STR_NONE};
            p->at = ahead.at;
            return true;
        }
        if (n < 8) values[n++] = value_of(l.text);
    }
    return false;
}

/* At a fence: "Command start time: 20220309084117" and a fence; or the transcript's end. */
static bool read_time_block(struct page *p) {
    struct page ahead = *p;
    struct line l;
    struct when t;
    if (!next_line(&ahead, &l)) return false;
    if (line_time(l.text, &t)) {
        struct line fence;
        if (!next_line(&ahead, &fence) || !is_fence(fence.text)) return false;
        p->session.command_start = t;
        p->at = ahead.at;
        return true;
    }
    /* An epilogue: title, time, fence. */
    if (!next_line(&ahead, &l) || !line_time(l.text, &t) || !next_line(&ahead, &l) ||
        !is_fence(l.text))
        return false;
    p->session.command_start = (struct when){0, 0, WHEN_NONE};
    p->at = ahead.at;
    return true;
}

/* The length of a prompt that the line begins with: "PS C:\>", "[PS] C:\>", "[host]: PS C:\>"; 0:
 * none. */
static size_t prompt_length(struct str s) {
    static const struct str starts[] = {{"PS ", 3}, {"PS>", 3}, {"[PS] ", 5}};
    struct str look = str_slice(s, 0, PROMPT_MOST);
    size_t at = 0;
    if (str_starts(look, STR("["))) {
        size_t host = str_find(look, STR("]: "));
        if (host != STR_ABSENT) at = host + 3;
    }
    bool known = false;
    for (size_t i = 0; i < 3; i++) known |= str_starts(str_from_index(look, at), starts[i]);
    if (!known) return 0;
    size_t end = str_chr(str_from_index(look, at), '>');
    if (end == STR_ABSENT) return 0;
    end += at + 1;
    while (end < look.n && look.p[end] == '>') end++; /* nested prompts */
    while (end < look.n && look.p[end] == ' ') end++;
    return end;
}

/* A line of the engine's own, without the ">> " or, for the first of a command, the prompt that
 * PowerShell writes before it. */
static struct str engine_line(struct str s) {
    return str_from_index(s, str_starts(s, STR(">> ")) ? 3 : prompt_length(s));
}

static bool begins_error(struct str s) {
    struct str t = engine_line(s);
    return t.n < s.n &&
           (str_starts(t, STR("TerminatingError(")) || str_starts(t, STR("NonTerminatingError(")));
}

static bool begins_invocation(struct str s) {
    struct str t = engine_line(s);
    return str_starts(t, STR("CommandInvocation(")) || str_starts(t, STR("ParameterBinding(")) ||
           begins_error(s);
}

/* The end time that closes this transcript: behind the header just read, before the next one. */
static struct when find_end(const struct page *p) {
    struct page ahead = *p;
    struct line l;
    struct when t;
    while (next_line(&ahead, &l)) {
        struct page here = ahead;
        if (!is_fence(l.text)) continue;
        struct line title, time, fence;
        if (!next_line(&here, &title) || line_time(title.text, &t)) continue;
        /* The time is the second line behind the fence, or the third where the title was broken. */
        bool timed = false;
        for (int i = 0; i < 2 && !timed && next_line(&here, &time) && !is_fence(time.text); i++)
            timed = line_time(time.text, &t);
        if (!timed) continue;
        /* A fence behind the time: an epilogue. More lines: the header of another transcript. */
        if (next_line(&here, &fence) && is_fence(fence.text)) return t;
        break;
    }
    return (struct when){0, 0, WHEN_NONE};
}

/* The next time that the transcript has: of a command, of its end, of another's begin. What was
 * printed before that is no younger; INT64_MAX: nothing says how old it is. */
static struct when next_time(struct page *p) {
    if (p->time_next.basis != WHEN_NONE && p->at <= p->time_at) return p->time_next;
    struct page ahead = *p;
    struct line l;
    struct when t;
    while (next_line(&ahead, &l)) {
        struct page here = ahead;
        struct line inside;
        size_t fence = l.begin;
        if (!is_fence(l.text)) continue;
        for (int i = 0; i < 3 && next_line(&here, &inside) && !is_fence(inside.text); i++) {
            if (!line_time(inside.text, &t)) continue;
            p->time_at = fence;
            return p->time_next = t;
        }
    }
    p->time_at = p->v->utf8.n;
    return p->time_next = (struct when){INT64_MAX, 0, WHEN_UNKNOWN};
}

static struct when time_of(const struct page *p) {
    return p->session.command_start.basis != WHEN_NONE ? p->session.command_start
                                                       : p->session.start;
}

static struct event event_at(const struct page *p, size_t begin) {
    const struct session *s = &p->session;
    const struct when no_bound = {0, 0, WHEN_NONE};
    return (struct event){.source = SOURCE_TRANSCRIPT,
                          .ordinal = p->ordinal,
                          .offset = text_offset(p->v, begin),
                          .time = time_of(p),
                          .until = s->command_start.basis == WHEN_NONE ? s->end : no_bound,
                          .actor = s->run_as.n ? s->run_as : s->user,
                          .host = s->machine,
                          .application = s->application};
}

/* "TerminatingError(Add-MailboxPermission): ..." */
static bool names_in_parentheses(struct str line, struct str cmdlet) {
    struct str named = str_from_index(line, str_chr(line, '(') + 1);
    return str_istarts(named, cmdlet) && str_starts(str_from_index(named, cmdlet.n), STR(")"));
}

/* Without the colours that a host of PowerShell 7 may have written. */
static struct str without_colour(struct str line) {
    while (line.n > 2 && line.p[0] == '\x1b' && line.p[1] == '[') {
        size_t end = str_chr(line, 'm');
        if (end == STR_ABSENT) break;
        line = str_from_index(line, end + 1);
    }
    return line;
}

/* What Exchange Online's module, or a function of it, says in its own name: PowerShell 7 does not
 * name the cmdlet beside it. */
static bool is_module_error(struct str line) {
    static const char *const writers[] = {"Write-ErrorMessage", "Write-Error"};
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++)
        if (str_istarts(line, str_from(writers[i])))
            return str_starts(str_trim(str_from_index(line, strlen(writers[i]))), STR(":"));
    return false;
}

/* "Cmdlet : text", "Cmdlet: text", "+ CategoryInfo : ...: (:) [Cmdlet], Exception", or the engine's
 * own word; `cmdlet` is the only one that the command calls. */
static bool is_error_of(struct str line, struct str cmdlet) {
    struct str t = str_trim(without_colour(line));
    if (!cmdlet.n) return false;
    if (begins_error(line))
        return names_in_parentheses(line, cmdlet) || str_find(line, STR("Error(): ")) != STR_ABSENT;
    if (is_module_error(t)) return true;
    if (str_istarts(t, cmdlet)) return str_starts(str_trim(str_from_index(t, cmdlet.n)), STR(":"));
    size_t at = str_starts(t, STR("+ CategoryInfo")) ? str_chr(t, '[') : STR_ABSENT;
    if (at == STR_ABSENT) return false;
    struct str named = str_from_index(t, at + 1);
    return str_istarts(named, cmdlet) && str_starts(str_from_index(named, cmdlet.n), STR("]"));
}

/* The first line that ShouldProcess writes under -WhatIf, or under $WhatIfPreference, which the
 * command does not show (about_Preference_Variables). English only: what other languages of Windows
 * PowerShell say there, no source told us. */
static bool is_what_if(struct str line) {
    return str_starts(str_trim(without_colour(line)), STR("What if: "));
}

/* What the output that follows says of the one call of the command, up to the next prompt or fence:
 * that it failed, or that it only would have been done. */
static void read_outcome(const struct page *p, struct str cmdlet, struct event *e) {
    struct page ahead = *p;
    struct line l;
    for (int i = 0; cmdlet.n && i < 200 && next_line(&ahead, &l); i++) {
        if (is_error_of(l.text, cmdlet)) {
            e->error = str_trim(without_colour(l.text));
            e->result = RESULT_FAILED;
            return;
        }
        if (i == 0 && is_what_if(l.text)) e->what_if = true;
        if (prompt_length(l.text) || is_fence(l.text)) return;
    }
}

/* The one catalogue cmdlet that the command calls, for finding its error text: where it calls
 * several, an error does not say that the others failed too. */
static struct str cmdlet_in(struct page *p, struct str command) {
    struct powershell_text text = {.text = command};
    struct call *calls;
    if (powershell_calls(p->out->arena, &text, &calls) != 1) return STR_NONE;
    const struct param *about = params_get(&calls[0].params, "Identity");
    bool reads = calls[0].cmdlet && str_istarts(calls[0].cmdlet->name, STR("Get-"));
    if (reads && about && about->count == 1 && !about->flags) p->about = about->values[0];
    return calls[0].written;
}

static void give_line(struct page *p, const struct event *e, const char *kind, struct str text) {
    struct buf b = {0};
    struct json j = {.out = &b};
    json_object(&j);
    json_put(&j, "kind", str_from(kind));
    json_put_when(&j, "time", e->time);
    json_put(&j, "time_basis", str_from(when_basis_name(e->time)));
    json_put(&j, "user", p->session.user);
    json_put_or_null(&j, "run_as", p->session.run_as);
    json_put(&j, "machine", p->session.machine);
    json_put_or_null(&j, "application", p->session.application);
    json_put(&j, "text", text);
    json_end(&j);
    p->out->line(p->out->own, e->ordinal ? STR_NONE : str_from(kind), e->ordinal, e->offset,
                 str_slice(buf_str(&b), 1, b.n - 1));
    buf_free(&b);
}

/* A command and its continuation lines (">> "), without prompt and prefixes. */
static void read_command(struct page *p, struct line first, size_t prompt) {
    struct buf b = {0};
    struct line l;
    buf_add(&b, str_from_index(first.text, prompt));
    while (peek_line(p, &l) && str_starts(l.text, STR(">> ")) && !begins_invocation(l.text) &&
           b.n < COMMAND_MOST) {
        buf_add_c(&b, '\n');
        buf_add(&b, str_from_index(l.text, 3));
        next_line(p, &l);
    }
    struct str text = arena_copy(p->out->arena, str_trim(buf_str(&b)));
    buf_free(&b);
    if (!text.n) return;
    p->ordinal++;
    struct event e = event_at(p, first.begin);
    e.kind = EVENT_TEXT;
    e.text = text;
    p->about = STR_NONE;
    struct str cmdlet = cmdlet_in(p, text);
    if (p->out->dump) {
        give_line(p, &e, "command", text);
        return;
    }
    read_outcome(p, cmdlet, &e);
    p->out->event(p->out->own, &e);
}

/* Lines ">> CommandInvocation(...)", ">> ParameterBinding(...)": what the engine bound. */
static void read_invocations(struct page *p, struct line first) {
    struct buf b = {0};
    struct line l = first;
    for (bool more = true; more && b.n < COMMAND_MOST;) {
        buf_add(&b, engine_line(l.text));
        buf_add_c(&b, '\n');
        more = peek_line(p, &l) && begins_invocation(l.text) && next_line(p, &l);
    }
    struct str text = arena_copy(p->out->arena, buf_str(&b));
    buf_free(&b);
    p->ordinal++;
    struct event e = event_at(p, first.begin);
    if (p->out->dump) {
        give_line(p, &e, "invocation", text);
        return;
    }
    struct invocation *calls;
    size_t n = powershell_invocations(p->out->arena, text, &calls);
    for (size_t i = 0; i < n; i++) {
        /* An error alone says nothing of what was tried: that is with the command before it. */
        if (calls[i].failed && !calls[i].params.count) continue;
        e.kind = EVENT_COMMAND;
        e.operation = calls[i].cmdlet->name;
        e.params = calls[i].params;
        e.result = calls[i].failed ? RESULT_FAILED : RESULT_UNKNOWN;
        e.error = calls[i].error;
        p->out->event(p->out->own, &e);
    }
}

/* ---- what was printed ---- */

static bool ends_output(struct str line) {
    return is_fence(line) || prompt_length(line) || str_starts(line, STR(">> ")) ||
           begins_invocation(line);
}

/* The object as the command named it: the column for it is often only a display name, or cut, and
 * folders have none. */
static void name_object(struct page *p, struct params *row) {
    if (!p->about.n) return;
    for (size_t i = 0; i < row->count; i++) {
        if (!str_ieq(row->list[i].name, STR("Identity"))) continue;
        row->list[i].name = STR("PrintedIdentity");
    }
    params_add1(p->out->arena, row, STR("Identity"), p->about);
}

/* One object of Get-MailboxPermission and its kin is a state; others are no business of ours. */
static void give_printed(struct page *p, struct printed_row *r, size_t end) {
    static const char *const kinds[] = {"Get-MailboxPermission", "Get-RecipientPermission",
                                        "Get-ADPermission", "Get-MailboxFolderPermission"};
    name_object(p, &r->params);
    const char *cmdlet = snapshot_cmdlet(&r->params);
    bool wanted = false;
    for (size_t i = 0; cmdlet && i < sizeof kinds / sizeof *kinds; i++)
        wanted |= strcmp(cmdlet, kinds[i]) == 0;
    if (!wanted) return;
    struct event e = event_at(p, r->begin);
    e.kind = EVENT_STATE;
    e.until = next_time(p);
    e.operation = str_from(cmdlet);
    e.result = RESULT_SUCCEEDED;
    e.params = r->params;
    if (p->out->dump) {
        give_line(p, &e, "printed", str_trim(str_slice(p->v->utf8, r->begin, end)));
        return;
    }
    p->out->event(p->out->own, &e);
}

/* Objects that begin at this line, if any do; a rest of a table with no rows is passed over too. */
static void read_printed(struct page *p, size_t begin) {
    struct printed_row *rows;
    size_t count;
    if (p->session.start.basis == WHEN_NONE) return;
    size_t n = printed_rows(p->out->arena, p->v->utf8, begin, ends_output, &rows, &count);
    for (size_t i = 0; i < count; i++)
        give_printed(p, &rows[i], i + 1 < count ? rows[i + 1].begin : begin + n);
    if (n) p->at = begin + n;
}

static void read_header_line(struct page *p, size_t begin) {
    struct event e = {.offset = text_offset(p->v, begin), .time = p->session.start};
    p->out->seen(p->out->own, STR("transcript"), p->session.machine, p->session.start, 0);
    if (p->out->dump) give_line(p, &e, "header", STR_NONE);
}

static void read(const struct block *b, struct sink *out) {
    struct text_view v = text_of_block(out->arena, b);
    struct page p = {.out = out, .v = &v};
    struct line l;
    if (v.replaced)
        sink_fault(out, b->offset, STR_NONE,
                   "%zu characters are no valid %s and are shown as U+FFFD", v.replaced,
                   encoding_name(v.encoding));
    while (next_line(&p, &l)) {
        size_t prompt = prompt_length(l.text);
        if (is_fence(l.text)) {
            struct session before = p.session;
            if (read_header(&p)) {
                p.session.end = find_end(&p);
                read_header_line(&p, l.begin);
            } else if (!read_time_block(&p)) {
                p.session = before;
            }
        } else if (begins_invocation(l.text)) {
            read_invocations(&p, l);
        } else if (prompt) {
            read_command(&p, l, prompt);
        } else if (str_starts(l.text, STR(">> ")) && p.session.start.basis != WHEN_NONE) {
            read_command(&p, l, 3); /* invoked through the API: no prompt of its own */
        } else {
            read_printed(&p, l.begin);
        }
    }
    out->records(out->own, p.ordinal);
}

/* Where the last transcript in these bytes begins: what stands behind a header is read with it, so
 * a file of many is cut between two of them. One alone is one block. */
static size_t cut(struct cutter *c, struct str bytes, bool at_end) {
    struct arena *a = arena_new(0);
    struct text_view v = text_of_cut(a, c, bytes);
    struct sink none = {.arena = a};
    struct page p = {.out = &none, .v = &v};
    struct line l;
    size_t last = 0;
    while (!at_end && next_line(&p, &l))
        if (is_fence(l.text) && read_header(&p)) last = l.begin;
    size_t n = at_end ? bytes.n : text_cut_bytes(&v, last);
    arena_free(a);
    return n;
}

/* A fence first, and a header behind it. */
static int bid(struct str first, bool whole) {
    struct arena *a = arena_new(0);
    struct block b = {.bytes = str_slice(first, 0, BID_LOOK), .first = true};
    struct text_view v = text_of_block(a, &b);
    struct sink none = {.arena = a};
    struct page p = {.out = &none, .v = &v};
    struct line l;
    bool ours = false;
    (void)whole;
    for (int i = 0; i < 4 && !ours && next_line(&p, &l); i++)
        ours = is_fence(l.text) && read_header(&p);
    arena_free(a);
    return ours ? 90 : 0;
}

const struct reader READER_TRANSCRIPT = {"transcript", "PowerShell transcript", bid, cut, read};
