/* PowerShell transcripts of interactive windows, and PSReadLine's history of what was typed. */
#include "base/buf.h"
#include "base/utf.h"
#include "tests/incident/command.h"
#include "tests/incident/output.h"

#define FENCE "**********************\r\n"

/* Text as lines of a file: every line feed gets a carriage return, and continuation its mark. */
static void add_typed(struct buf *out, struct str script, const char *continuation,
                      const char *line_end) {
    for (size_t i = 0; i < script.n; i++) {
        if (script.p[i] == '\n') {
            buf_add_z(out, line_end);
            buf_add_z(out, continuation);
        } else {
            buf_add_c(out, script.p[i]);
        }
    }
    buf_add_z(out, line_end);
}

static struct str local(struct output *o, const struct session *w, int64_t time) {
    return output_time(o->arena, time + story_zone(o->story, w->host) * 60 * NS_PER_S,
                       TIME_COMPACT);
}

static void add_header(struct buf *b, struct output *o, const struct session *w) {
    const char *version = w->core ? "7.4.6" : "5.1.19041.4291";
    if (!w->core) buf_add_z(b, "\xEF\xBB\xBF");
    buf_printf(b, FENCE "%sPowerShell transcript start\r\n", w->core ? "" : "Windows ");
    buf_printf(b, "Start time: %s\r\nUsername: %s\r\nRunAs User: %s\r\nConfiguration Name: \r\n",
               local(o, w, w->start).p, w->user->login.p, w->user->login.p);
    buf_printf(b, "Machine: %s (Microsoft Windows NT 10.0.19042.0)\r\n",
               arena_printf(o->arena, "%c%c%s", w->host[0] - 32, w->host[1] - 32, w->host + 2).p);
    buf_printf(b, "Host Application: %s\r\nProcess ID: %u\r\nPSVersion: %s\r\n",
               w->core ? "C:\\Program Files\\PowerShell\\7\\pwsh.dll"
                       : "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
               w->pid, version);
    if (!w->core)
        buf_add_z(b, "PSEdition: Desktop\r\nPSCompatibleVersions: 1.0, 2.0, 3.0, 4.0, 5.0, "
                     "5.1.19041.4291\r\nBuildVersion: 10.0.19041.4291\r\nCLRVersion: "
                     "4.0.30319.42000\r\nWSManStackVersion: 3.0\r\nPSRemotingProtocolVersion: "
                     "2.3\r\nSerializationVersion: 1.1.0.1\r\n");
    else
        buf_add_z(b, "PSEdition: Core\r\nGitCommitId: 7.4.6\r\nOS: Microsoft Windows 10.0.19042\r\n"
                     "Platform: Win32NT\r\nPSCompatibleVersions: 1.0, 2.0, 3.0, 4.0, 5.0, 5.1, "
                     "6.0, 7.0\r\nPSRemotingProtocolVersion: 2.3\r\nSerializationVersion: "
                     "1.1.0.1\r\nWSManStackVersion: 3.0\r\n");
    buf_add_z(b, FENCE);
}

static void add_prompt(struct buf *b, struct output *o, const struct session *w, int64_t time,
                       struct str typed) {
    if (w->headers) buf_printf(b, FENCE "Command start time: %s\r\n" FENCE, local(o, w, time).p);
    buf_add_z(b, "PS C:\\Users\\Public> ");
    add_typed(b, typed, ">> ", "\r\n");
}

/* A cell of a table as the engine fits it: what is too long ends in dots. */
static struct str fit(struct arena *a, struct str s, bool core) {
    enum { WIDTH = 20 };
    size_t end = 0, cells = 0, dots = core ? 1 : 3, keep = 0;
    while (end < s.n) {
        if (cells <= WIDTH - dots) keep = end;
        utf8_next(s, &end);
        cells++;
    }
    size_t pad = cells < WIDTH ? WIDTH - cells : 0;
    if (cells > WIDTH)
        return arena_printf(a, "%.*s%s", STR_ARG(str_slice(s, 0, keep)), core ? "\u2026" : "...");
    return arena_printf(a, "%.*s%*s", STR_ARG(s), (int)pad, "");
}

static void add_outcome(struct arena *a, struct buf *b, const struct session *w,
                        const struct call *c) {
    if (c->failed)
        buf_printf(b,
                   "%s : The operation couldn't be performed because object '%.*s' couldn't be "
                   "found.\r\n    + CategoryInfo          : NotSpecified: (:) [%s], "
                   "ManagementObjectNotFoundException\r\n",
                   c->cmdlet, STR_ARG(c->object_id), c->cmdlet);
    else if (c->what_if)
        buf_printf(b, "What if: Performing operation \"%s\" on target \"%.*s\".\r\n", c->cmdlet,
                   STR_ARG(c->object_id));
    else if (!strcmp(c->cmdlet, "Add-MailboxPermission"))
        buf_printf(b,
                   "\r\nIdentity             User                 AccessRights        IsInherited "
                   "Deny\r\n--------             ----                 ------------        "
                   "----------- ----\r\n%.*s %.*s {FullAccess}        False       False\r\n\r\n",
                   STR_ARG(fit(a, c->target->display, w->core)),
                   STR_ARG(fit(a, c->params[1].values[0], w->core)));
}

static struct str connect_command(const struct output *o) {
    return o->story->company->environment == ENVIRONMENT_ONPREM
               ? STR("Connect-ExchangeServer -auto -ClientApplication:ManagementShell")
               : STR("Connect-ExchangeOnline -ShowBanner:$false");
}

/* Somebody looks first: what a transcript shows of a mailbox before it was changed is often the
 * only record of that state. The second line is output that only speaks of a cmdlet. */
static void add_look(struct buf *b, struct output *o, const struct session *w) {
    const struct call *first = w->calls[0];
    size_t count;
    const struct act **open = story_open_at(o->story, w->start, &count);
    add_prompt(b, o, w, w->start + 9 * NS_PER_S,
               arena_printf(o->arena,
                            "Get-MailboxPermission -Identity '%s' | Format-List User,AccessRights; "
                            "Write-Host 'checked before Add-MailboxPermission'",
                            first->target->alias.p));
    buf_add_z(b, "\r\nUser         : NT AUTHORITY\\SELF\r\nAccessRights : {FullAccess, "
                 "ReadPermission}\r\n\r\n");
    for (size_t i = 0; i < count; i++)
        if (open[i]->mailbox == first->target && !strcmp(open[i]->right, "FullAccess"))
            buf_printf(b, "User         : %.*s\r\nAccessRights : {FullAccess}\r\n\r\n",
                       STR_ARG(open[i]->trustee));
    buf_add_z(b, "checked before Add-MailboxPermission\r\n");
}

static int write_one(struct output *o, struct session *w) {
    struct buf b = {0}, typed = {0};
    struct str item =
        arena_printf(o->arena, "%s/Users/%s/Documents/PowerShell_transcript.%c%c%s.%s.%s.txt",
                     w->host, w->user->alias.p, w->host[0] - 32, w->host[1] - 32, w->host + 2,
                     w->transcript_token.p, local(o, w, w->start).p);
    uint64_t ordinal = 2;
    add_header(&b, o, w);
    add_prompt(&b, o, w, w->start + 4 * NS_PER_S, connect_command(o));
    add_look(&b, o, w);
    for (size_t i = 0; i < w->call_count; i++) {
        struct call *c = w->calls[i];
        if (!output_keeps(o, c, TELEMETRY_TRANSCRIPT)) continue;
        typed.n = 0;
        command_script(&typed, o->story, c);
        add_prompt(&b, o, w, c->time - NS_PER_S, buf_str(&typed));
        add_outcome(o->arena, &b, w, c);
        witness_add(o->arena, &c->witnesses, TELEMETRY_TRANSCRIPT, item,
                    arena_printf(o->arena, "%llu", (unsigned long long)++ordinal));
    }
    buf_printf(&b, FENCE "%sPowerShell transcript end\r\nEnd time: %s\r\n" FENCE,
               w->core ? "" : "Windows ", local(o, w, w->end).p);
    int status = output_write(o, item, buf_str(&b), w->end);
    buf_free(&b);
    buf_free(&typed);
    return status;
}

int transcript_write(struct output *o) {
    for (size_t i = 0; i < o->story->session_count; i++) {
        struct session *w = o->story->sessions[i];
        if (w->via == VIA_SHELL && w->call_count && write_one(o, w)) return -1;
    }
    return 0;
}

/* Adds what one window's user typed; returns how many entries the history has then. */
static uint64_t history_add(struct output *o, struct buf *b, struct session *w, struct str item,
                            uint64_t entries) {
    struct buf typed = {0};
    for (size_t i = 0; i < w->call_count; i++) {
        struct call *c = w->calls[i];
        if (!output_keeps(o, c, TELEMETRY_HISTORY)) continue;
        typed.n = 0;
        command_script(&typed, o->story, c);
        /* A command of several lines: every line but the last ends with a backtick. Lines that our
         * own backtick continues end with one already, so they get a second. */
        for (size_t k = 0; k < typed.n; k++) {
            if (typed.p[k] == '\n') buf_add_c(b, '`');
            buf_add_c(b, typed.p[k]);
        }
        buf_add_c(b, '\n');
        witness_add(o->arena, &c->witnesses, TELEMETRY_HISTORY, item,
                    arena_printf(o->arena, "%llu", (unsigned long long)++entries));
    }
    buf_free(&typed);
    return entries;
}

static int history_of(struct output *o, const char *host, const struct identity *user) {
    struct buf b = {0};
    struct str item = arena_printf(o->arena,
                                   "%s/Users/%.*s/AppData/Roaming/Microsoft/Windows/PowerShell/"
                                   "PSReadLine/ConsoleHost_history.txt",
                                   host, STR_ARG(user->alias));
    uint64_t entries = 2;
    int64_t last = o->story->start;
    buf_add_z(&b, "Get-Service | Where-Object Status -eq Running\nConnect-ExchangeOnline\n");
    for (size_t i = 0; i < o->story->session_count; i++) {
        struct session *w = o->story->sessions[i];
        if (w->via != VIA_SHELL || w->user != user || strcmp(w->host, host) != 0) continue;
        entries = history_add(o, &b, w, item, entries);
        last = w->end;
    }
    int status = output_write(o, item, buf_str(&b), last);
    buf_free(&b);
    return status;
}

int history_write(struct output *o) {
    if (history_of(o, "ws01", o->story->company->intruder)) return -1;
    return history_of(o, "ws02", o->story->company->admin);
}
