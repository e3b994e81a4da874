/* What a PowerShell window and the calls in it leave in the event logs of its host. */
#include "base/buf.h"
#include "base/utf.h"
#include "tests/incident/command.h"
#include "tests/incident/windows.h"

#define MS INT64_C(1000000)

enum {
    BLOCK_SPLIT = 20000, /* characters from which on a script block is logged in parts */
    PART_LEAST = 10000,  /* a part has this many characters and up to as many again */
};

static const char *image_of(const struct session *w) {
    return w->core ? "C:\\Program Files\\PowerShell\\7\\pwsh.exe"
                   : "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
}

static const char *version_of(const struct session *w) {
    return w->core ? "7.4.6" : "5.1.19041.4291";
}

static enum channel operational(const struct session *w) {
    return w->core ? CHANNEL_POWERSHELL_CORE : CHANNEL_POWERSHELL;
}

static struct str base64(struct arena *a, struct str bytes) {
    static const char LETTERS[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = arena_alloc(a, (bytes.n + 2) / 3 * 4 + 1);
    size_t n = 0;
    for (size_t i = 0; i < bytes.n; i += 3) {
        uint32_t v = 0;
        size_t have = bytes.n - i < 3 ? bytes.n - i : 3;
        for (size_t k = 0; k < 3; k++) v = v << 8 | (k < have ? (uint8_t)bytes.p[i + k] : 0u);
        for (size_t k = 0; k < 4; k++) out[n++] = k <= have ? LETTERS[v >> (18 - 6 * k) & 63] : '=';
    }
    return str_of(out, n);
}

/* powershell.exe and, for VIA_COMMAND_LINE, the command: plain or as base64 of UTF-16LE. */
static struct str command_line(struct arena *a, const struct session *w) {
    if (w->via == VIA_SCRIPT)
        return arena_printf(
            a, "\"%s\" -ExecutionPolicy Bypass -File C:\\ProgramData\\sync\\Update-Delegates.ps1",
            image_of(w));
    if (w->via != VIA_COMMAND_LINE) return arena_printf(a, "\"%s\"", image_of(w));
    struct buf script = {0}, units = {0};
    command_plain(&script, w->calls[0]);
    utf8_to_utf16le(buf_str(&script), &units);
    struct str line = w->encoded ? arena_printf(a, "\"%s\" -NoProfile -EncodedCommand %s",
                                                image_of(w), base64(a, buf_str(&units)).p)
                                 : arena_printf(a, "\"%s\" -NoProfile -Command \"%.*s\"",
                                                image_of(w), STR_ARG(buf_str(&script)));
    buf_free(&script);
    buf_free(&units);
    return line;
}

static struct evtx_value text(const char *name, struct str value) {
    return (struct evtx_value){name, BINXML_STRING, value, 0};
}

static struct pending *pend(struct output *o, struct pendings *p, const char *host,
                            enum channel channel, struct evtx_event e) {
    ARENA_GROW(o->arena, p->list, p->cap, p->count + 1);
    struct pending *n = &p->list[p->count];
    *n =
        (struct pending){.host = host, .channel = channel, .order = (unsigned)p->count, .event = e};
    p->count++;
    return n;
}

/* Marks the event as a witness of these calls. */
static void testify(struct pending *n, enum telemetry source, struct call **calls, size_t count) {
    n->witness = true;
    n->source = source;
    n->calls = calls;
    n->call_count = count;
}

static struct evtx_event session_event(struct output *o, const struct session *w,
                                       enum channel channel, unsigned id, int64_t time) {
    struct evtx_event e = windows_event(o->arena, o->story, channel, w->host, id, time);
    e.pid = w->pid;
    e.tid = w->pid + 12;
    return e;
}

/* Of the Operational log: the user's own process wrote it. */
static struct evtx_event operational_event(struct output *o, const struct session *w, unsigned id,
                                           int64_t time, uint16_t task, uint8_t opcode) {
    struct evtx_event e = session_event(o, w, operational(w), id, time);
    e.version = 1;
    e.task = task;
    e.opcode = opcode;
    e.keywords = 0;
    e.user_sid = w->user->sid;
    return e;
}

static uint64_t logon_number(const struct session *w) {
    uint64_t v = 0;
    str_u64_any(w->logon_id, &v);
    return v;
}

static void gather_logon(struct output *o, struct pendings *p, const struct session *w) {
    const struct company *c = o->story->company;
    struct evtx_event e = session_event(o, w, CHANNEL_SECURITY, 4624, w->start - 900 * MS);
    e.version = 2;
    e.task = 12544;
    e.pid = 708;
    struct evtx_value v[] = {
        {"SubjectUserSid", BINXML_SID, STR("S-1-5-18"), 0},
        text("SubjectUserName", arena_printf(o->arena, "%s$", w->host)),
        text("SubjectDomainName", c->netbios),
        {"SubjectLogonId", BINXML_HEX64, STR_NONE, 0x3e7},
        {"TargetUserSid", BINXML_SID, w->user->sid, 0},
        text("TargetUserName", w->user->alias),
        text("TargetDomainName", c->netbios),
        {"TargetLogonId", BINXML_HEX64, STR_NONE, logon_number(w)},
        {"LogonType", BINXML_U32, STR_NONE, w->via == VIA_SHELL ? 10 : 2},
        text("LogonProcessName", STR("User32 ")),
        text("AuthenticationPackageName", STR("Negotiate")),
        text("WorkstationName", str_from(w->host)),
        {"LogonGuid", BINXML_GUID, w->host_id, 0},
        text("ProcessName", STR("C:\\Windows\\System32\\svchost.exe")),
        text("IpAddress", STR("10.0.3.17")),
        text("IpPort", STR("0")),
    };
    windows_values(o->arena, &e, v, sizeof v / sizeof *v);
    pend(o, p, w->host, CHANNEL_SECURITY, e);
}

static const char *parent_of(const struct session *w) {
    return w->via == VIA_COMMAND_LINE ? "C:\\Windows\\System32\\cmd.exe"
                                      : "C:\\Windows\\explorer.exe";
}

/* Only a command on the command line makes process creation a witness. */
static bool shows_command(const struct output *o, const struct session *w, enum telemetry t,
                          bool *dropped) {
    bool shows = w->via == VIA_COMMAND_LINE;
    *dropped = shows && !output_keeps(o, w->calls[0], t);
    return shows;
}

static void gather_4688(struct output *o, struct pendings *p, struct session *w) {
    bool dropped, shows = shows_command(o, w, TELEMETRY_4688, &dropped);
    if (dropped) return;
    struct evtx_event e = session_event(o, w, CHANNEL_SECURITY, 4688, w->start);
    e.version = 2;
    e.task = 13312;
    e.pid = 4;
    struct evtx_value v[] = {
        {"SubjectUserSid", BINXML_SID, w->user->sid, 0},
        text("SubjectUserName", w->user->alias),
        text("SubjectDomainName", o->story->company->netbios),
        {"SubjectLogonId", BINXML_HEX64, STR_NONE, logon_number(w)},
        {"NewProcessId", BINXML_HEX64, STR_NONE, w->pid},
        text("NewProcessName", str_from(image_of(w))),
        text("TokenElevationType", STR("%%1937")),
        {"ProcessId", BINXML_HEX64, STR_NONE, w->pid + 400},
        text("CommandLine", command_line(o->arena, w)),
        {"TargetUserSid", BINXML_SID, STR("S-1-0-0"), 0},
        text("TargetUserName", STR("-")),
        text("TargetDomainName", STR("-")),
        {"TargetLogonId", BINXML_HEX64, STR_NONE, 0},
        text("ParentProcessName", str_from(parent_of(w))),
        {"MandatoryLabel", BINXML_SID, STR("S-1-16-12288"), 0},
    };
    windows_values(o->arena, &e, v, sizeof v / sizeof *v);
    struct pending *n = pend(o, p, w->host, CHANNEL_SECURITY, e);
    if (shows) testify(n, TELEMETRY_4688, w->calls, 1);
}

static void gather_sysmon(struct output *o, struct pendings *p, struct session *w) {
    bool dropped, shows = shows_command(o, w, TELEMETRY_SYSMON, &dropped);
    if (dropped) return;
    struct evtx_event e = session_event(o, w, CHANNEL_SYSMON, 1, w->start + 5 * MS);
    e.version = 5;
    e.task = 1;
    e.user_sid = STR("S-1-5-18");
    struct evtx_value v[] = {
        text("RuleName", STR("-")),
        text("UtcTime",
             arena_printf(o->arena, "%s.120", output_time(o->arena, w->start, TIME_T).p)),
        {"ProcessGuid", BINXML_GUID, w->host_id, 0},
        {"ProcessId", BINXML_U32, STR_NONE, w->pid},
        text("Image", str_from(image_of(w))),
        text("FileVersion", str_from(version_of(w))),
        text("OriginalFileName", w->core ? STR("pwsh.dll") : STR("PowerShell.EXE")),
        text("CommandLine", command_line(o->arena, w)),
        text("CurrentDirectory", STR("C:\\Windows\\system32\\")),
        text("User", w->user->login),
        {"LogonId", BINXML_HEX64, STR_NONE, logon_number(w)},
        text("IntegrityLevel", STR("High")),
        {"ParentProcessGuid", BINXML_GUID, w->runspace, 0},
        {"ParentProcessId", BINXML_U32, STR_NONE, w->pid + 400},
        text("ParentImage", str_from(parent_of(w))),
        text("ParentCommandLine", str_from(parent_of(w))),
        text("ParentUser", w->user->login),
    };
    windows_values(o->arena, &e, v, sizeof v / sizeof *v);
    struct pending *n = pend(o, p, w->host, CHANNEL_SYSMON, e);
    if (shows) testify(n, TELEMETRY_SYSMON, w->calls, 1);
}

static void gather_engine(struct output *o, struct pendings *p, struct session *w) {
    bool dropped, shows = shows_command(o, w, TELEMETRY_400, &dropped);
    if (w->core || dropped) return;
    struct evtx_event e = session_event(o, w, CHANNEL_WINDOWS_POWERSHELL, 400, w->start + 200 * MS);
    e.task = 4;
    struct evtx_value v[] = {
        text(NULL, STR("Available")), text(NULL, STR("None")),
        text(NULL, arena_printf(
                       o->arena,
                       "\tNewEngineState=Available\r\n\tPreviousEngineState=None\r\n\r\n"
                       "\tSequenceNumber=13\r\n\r\n\tHostName=ConsoleHost\r\n\tHostVersion=%s\r\n"
                       "\tHostId=%s\r\n\tHostApplication=%s\r\n\tEngineVersion=%s\r\n"
                       "\tRunspaceId=%s\r\n\tPipelineId=\r\n\tCommandName=\r\n\tCommandType=\r\n"
                       "\tScriptName=\r\n\tCommandPath=\r\n\tCommandLine=",
                       version_of(w), w->host_id.p, command_line(o->arena, w).p, version_of(w),
                       w->runspace.p))};
    windows_values(o->arena, &e, v, sizeof v / sizeof *v);
    struct pending *n = pend(o, p, w->host, CHANNEL_WINDOWS_POWERSHELL, e);
    if (shows) testify(n, TELEMETRY_400, w->calls, 1);
}

/* Where the logging of invocations is on (it is off by default): a block begins and ends. */
static void gather_run(struct output *o, struct pendings *p, struct session *w, int64_t time,
                       struct str id, unsigned event) {
    if (o->story->seed % 3) return;
    struct evtx_event e = operational_event(o, w, event, time, event == 4105 ? 102 : 103, 15);
    e.level = 5;
    struct evtx_value v[] = {text("ScriptBlockId", id), text("RunspaceId", w->runspace)};
    windows_values(o->arena, &e, v, sizeof v / sizeof *v);
    pend(o, p, w->host, operational(w), e);
}

/* One script block, in parts where it is long. The cut falls between characters. */
static void gather_block(struct output *o, struct pendings *p, struct session *w, int64_t time,
                         struct str script, const char *path, struct call **calls, size_t count) {
    struct rng r = rng_stream(o->story->seed ^ (uint64_t)time, "script-block");
    struct str id = rng_guid(&r, o->arena), parts[256];
    uint64_t total = 0;
    for (size_t at = 0; (at < script.n || !total) && total < 256;) {
        size_t end = script.n - at;
        if (script.n >= BLOCK_SPLIT) end = PART_LEAST + (size_t)rng_below(&r, PART_LEAST);
        end = at + end < script.n ? at + end : script.n;
        while (end < script.n && ((uint8_t)script.p[end] & 0xC0) == 0x80) end--;
        parts[total++] = str_slice(script, at, end);
        at = end;
    }
    for (uint64_t i = 0; i < total; i++) {
        struct evtx_event e = operational_event(o, w, 4104, time + (int64_t)i * 100, 2, 15);
        e.level = 5;
        struct evtx_value v[] = {{"MessageNumber", BINXML_U32, STR_NONE, i + 1},
                                 {"MessageTotal", BINXML_U32, STR_NONE, total},
                                 text("ScriptBlockText", parts[i]),
                                 text("ScriptBlockId", id),
                                 text("Path", str_from(path))};
        windows_values(o->arena, &e, v, sizeof v / sizeof *v);
        struct pending *n = pend(o, p, w->host, operational(w), e);
        n->part = i + 1;
        n->parts = total;
        if (count) testify(n, TELEMETRY_4104, calls, count);
    }
    gather_run(o, p, w, time + 50 * MS, id, 4105);
    gather_run(o, p, w, time + 900 * MS, id, 4106);
}

/* What connecting leaves: a module of proxy functions that only name the cmdlets. */
static void gather_proxies(struct output *o, struct pendings *p, struct session *w) {
    static const char *const NAMES[] = {"Add-MailboxPermission",       "Remove-MailboxPermission",
                                        "Add-RecipientPermission",     "Set-Mailbox",
                                        "Add-MailboxFolderPermission", "New-InboxRule"};
    struct buf b = {0};
    for (size_t i = 0; i < 48; i++) {
        const char *name = NAMES[i % 6];
        buf_printf(
            &b,
            "\r\n$script:Cmdlet%zu = '%s'\r\nfunction script:%s\r\n{\r\n    param(\r\n"
            "    [Alias('Id')]\r\n    ${Identity},\r\n    ${User},\r\n    ${AccessRights},\r\n"
            "    [switch] ${AsJob})\r\n    Begin {\r\n        try {\r\n"
            "            $positionalArguments = & $script:NewObject -TypeName "
            "System.Collections.Generic.List[object]\r\n"
            "            Get-PSImplicitRemotingSession -CommandName '%s'\r\n"
            "        } catch { throw }\r\n    }\r\n"
            "    # .ForwardHelpTargetName %s\r\n}\r\n",
            i, name, name, name, name);
    }
    gather_block(o, p, w, w->start + 8000 * MS, arena_copy(o->arena, buf_str(&b)),
                 "C:\\Users\\Public\\tmpEXO_module.psm1", NULL, 0);
    buf_free(&b);
}

/* A script of thousands of lines in which the calls stand among harmless functions. */
static struct str long_script(struct arena *a, const struct session *w) {
    struct buf b = {0};
    buf_add_z(&b, "# Update-Delegates.ps1\r\nImport-Module ExchangeOnlineManagement\r\n");
    for (size_t i = 0; i < 40 + w->call_count; i++) {
        for (size_t k = 0; k < 12; k++)
            buf_printf(&b,
                       "function Test-Step%zu_%zu { param($Path) if (-not (Test-Path $Path)) { "
                       "Write-Verbose \"step %zu: nothing to do\" } }\r\n",
                       i, k, i);
        if (i >= 20 && i - 20 < w->call_count) {
            command_plain(&b, w->calls[i - 20]);
            buf_add_z(&b, "\r\n");
        }
    }
    struct str script = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return script;
}

static struct str context_info(struct arena *a, const struct session *w, const struct call *c,
                               struct str line) {
    return arena_printf(a,
                        "        Severity = Informational\r\n        Host Name = ConsoleHost\r\n"
                        "        Host Version = %s\r\n        Host ID = %s\r\n"
                        "        Host Application = %s\r\n        Engine Version = %s\r\n"
                        "        Runspace ID = %s\r\n        Pipeline ID = %u\r\n"
                        "        Command Name = %s\r\n        Command Type = Function\r\n"
                        "        Script Name = \r\n        Command Path = \r\n"
                        "        Sequence Number = %u\r\n        User = %s\r\n"
                        "        Connected User = \r\n        Shell ID = Microsoft.PowerShell\r\n",
                        version_of(w), w->host_id.p, line.p, version_of(w), w->runspace.p, c->n,
                        c->cmdlet, 16 + 2 * c->n, w->user->login.p);
}

static bool has_hashtable(const struct call *c) {
    for (size_t i = 0; i < c->param_count; i++)
        if (c->params[i].edit == EDIT_ADD || c->params[i].edit == EDIT_REMOVE) return true;
    return false;
}

static void gather_4103(struct output *o, struct pendings *p, struct session *w, struct call **c) {
    if (!output_keeps(o, *c, TELEMETRY_4103)) return;
    struct buf payload = {0};
    command_payload(&payload, *c);
    struct evtx_event e = operational_event(o, w, 4103, (*c)->time + 150 * MS, 106, 20);
    struct evtx_value v[] = {
        text("ContextInfo", context_info(o->arena, w, *c, command_line(o->arena, w))),
        text("UserData", STR_NONE), text("Payload", arena_copy(o->arena, buf_str(&payload)))};
    windows_values(o->arena, &e, v, sizeof v / sizeof *v);
    struct pending *n = pend(o, p, w->host, operational(w), e);
    testify(n, TELEMETRY_4103, c, 1);
    n->no_trustee = has_hashtable(*c);
    buf_free(&payload);
}

static void gather_800(struct output *o, struct pendings *p, struct session *w, struct call **c) {
    if (w->core || !output_keeps(o, *c, TELEMETRY_800)) return;
    struct buf payload = {0}, script = {0};
    command_payload(&payload, *c);
    if (w->via == VIA_SHELL)
        command_script(&script, o->story, *c);
    else
        command_plain(&script, *c);
    struct str typed = arena_copy(o->arena, buf_str(&script));
    struct evtx_event e =
        session_event(o, w, CHANNEL_WINDOWS_POWERSHELL, 800, (*c)->time + 160 * MS);
    e.task = 8;
    struct evtx_value v[] = {
        text(NULL, typed),
        text(NULL,
             arena_printf(o->arena,
                          "\tDetailSequence=1\r\n\tDetailTotal=1\r\n\r\n\tSequenceNumber=%u\r\n\r\n"
                          "\tUserId=%s\r\n\tHostName=ConsoleHost\r\n\tHostVersion=%s\r\n"
                          "\tHostId=%s\r\n\tHostApplication=%s\r\n\tEngineVersion=%s\r\n"
                          "\tRunspaceId=%s\r\n\tPipelineId=%u\r\n\tScriptName=\r\n\tCommandLine=%s",
                          17 + 2 * (*c)->n, w->user->login.p, version_of(w), w->host_id.p,
                          command_line(o->arena, w).p, version_of(w), w->runspace.p, (*c)->n,
                          typed.p)),
        text(NULL, arena_copy(o->arena, buf_str(&payload)))};
    windows_values(o->arena, &e, v, sizeof v / sizeof *v);
    testify(pend(o, p, w->host, CHANNEL_WINDOWS_POWERSHELL, e), TELEMETRY_800, c, 1);
    buf_free(&payload);
    buf_free(&script);
}

static void gather_typed(struct output *o, struct pendings *p, struct session *w, struct call **c) {
    if (!output_keeps(o, *c, TELEMETRY_4104)) return;
    struct buf script = {0};
    if (w->via == VIA_SHELL)
        command_script(&script, o->story, *c);
    else
        command_plain(&script, *c);
    gather_block(o, p, w, (*c)->time - 400 * MS, arena_copy(o->arena, buf_str(&script)), "", c, 1);
    buf_free(&script);
}

/* The engine says that a typed call failed: the context of the call, no argument of it. */
static void gather_4100(struct output *o, struct pendings *p, struct session *w, struct call **c) {
    if (!(*c)->failed || w->via != VIA_SHELL || !output_keeps(o, *c, TELEMETRY_4100)) return;
    struct evtx_event e = operational_event(o, w, 4100, (*c)->time + 170 * MS, 106, 19);
    e.level = 3;
    struct evtx_value v[] = {
        text("ContextInfo", context_info(o->arena, w, *c, command_line(o->arena, w))),
        text("UserData", STR_NONE),
        text("Payload",
             arena_printf(o->arena,
                          "Error Message = The operation couldn't be performed because object "
                          "'%.*s' couldn't be found.\r\nFully Qualified Error ID = "
                          "[Server=EXCH01],Microsoft.Exchange.Management,%s\r\n",
                          STR_ARG((*c)->object_id), (*c)->cmdlet))};
    windows_values(o->arena, &e, v, sizeof v / sizeof *v);
    testify(pend(o, p, w->host, operational(w), e), TELEMETRY_4100, c, 1);
}

static void gather_session(struct output *o, struct pendings *p, struct session *w) {
    if (!w->call_count) return;
    gather_logon(o, p, w);
    gather_4688(o, p, w);
    if (!strcmp(w->host, "ws01")) gather_sysmon(o, p, w);
    gather_engine(o, p, w);
    if (w->via == VIA_SHELL) gather_proxies(o, p, w);
    if (w->via == VIA_SCRIPT && output_keeps(o, w->calls[0], TELEMETRY_4104))
        gather_block(o, p, w, w->start + 9000 * MS, long_script(o->arena, w),
                     "C:\\ProgramData\\sync\\Update-Delegates.ps1", w->calls, w->call_count);
    for (size_t i = 0; i < w->call_count; i++) {
        if (w->via != VIA_SCRIPT) gather_typed(o, p, w, &w->calls[i]);
        gather_4103(o, p, w, &w->calls[i]);
        gather_800(o, p, w, &w->calls[i]);
        gather_4100(o, p, w, &w->calls[i]);
    }
}

/* MSExchange Management 1 (done) and 6 (failed): 27 strings without names. */
static void gather_exchange(struct output *o, struct pendings *p, struct call **c,
                            enum channel channel) {
    struct buf line = {0};
    command_exchange(&line, *c);
    const char *host = channel == CHANNEL_FORWARDED ? "wec01" : "exch01";
    struct evtx_event e = windows_event(o->arena, o->story, channel, host, (*c)->failed ? 6 : 1,
                                        (*c)->time + 40 * MS);
    struct str fields[27] = {STR_NONE};
    fields[0] = str_from((*c)->cmdlet);
    fields[1] = arena_copy(o->arena, buf_str(&line));
    fields[2] = (*c)->actor->onprem ? (*c)->actor->canonical
                                    : arena_printf(o->arena, "corp.%.*s/Users/%.*s",
                                                   STR_ARG(o->story->company->domain),
                                                   STR_ARG((*c)->actor->display));
    fields[3] = fields[4] = (*c)->actor->sid;
    fields[5] = STR("Remote-ManagementShell-Unknown");
    fields[6] = STR("5668 w3wp#MSExchangePowerShellAppPool");
    fields[8] = arena_printf(o->arena, "%u", 20 + (*c)->n);
    fields[9] = STR("00:00:00.4389557");
    fields[10] = STR(
        "View Entire Forest: 'False', Default Scope: 'corp', Preferred Domain Controllers: '{ }'");
    if ((*c)->failed)
        fields[11] =
            STR("Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException: "
                "The operation couldn't be performed.");
    fields[17] = STR("False");
    fields[19] = STR("0 objects execution has been proxied to remote server.");
    fields[22] = (*c)->failed ? STR("0") : STR("1");
    fields[23] =
        arena_printf(o->arena, "ActivityId: %08x-98c2-4050-bd7f-53aaed825502", (*c)->n * 7919u);
    fields[24] = STR("ServicePlan:;IsAdmin:True;");
    fields[26] = STR("en-US");
    struct evtx_value v[27];
    for (size_t i = 0; i < 27; i++) v[i] = text(NULL, fields[i]);
    e.level = (*c)->failed ? 2 : 4;
    e.task = 1;
    e.qualifiers = (*c)->failed ? 49152 : 16384;
    windows_values(o->arena, &e, v, 27);
    testify(pend(o, p, host, channel, e), TELEMETRY_EXCHANGE, c, 1);
    buf_free(&line);
}

void windows_gather(struct output *o, struct pendings *p) {
    struct story *s = o->story;
    for (size_t i = 0; i < s->session_count; i++) gather_session(o, p, s->sessions[i]);
    for (size_t i = 0; i < s->call_count; i++) {
        struct call **c = &s->calls[i];
        if (!(*c)->onprem || (*c)->what_if || !(*c)->actor ||
            !output_keeps(o, *c, TELEMETRY_EXCHANGE))
            continue;
        gather_exchange(o, p, c, CHANNEL_EXCHANGE);
        if (s->seed % 2 == 0) gather_exchange(o, p, c, CHANNEL_FORWARDED);
    }
}
