/* Processes (Security 4688, Sysmon 1), sign-ins (4624, 4625, 4648, 4672; WinRM 6, 91), cleared logs
 * (1102, 104). Fields: Microsoft, "Audit Process Creation", "Audit Logon"; Sysinternals, Sysmon. */
#include "analyze/evidence/windows_events.h"

static struct str file_name(struct str path) {
    size_t at = str_rchr(path, '\\');
    return at == STR_ABSENT ? path : str_from_index(path, at + 1);
}

/* Can this process run PowerShell text, or does its command line speak of what we look for? */
static bool is_of_interest(struct str process, struct str command_line) {
    static const char *const shells[] = {"powershell.exe", "pwsh.exe", "powershell_ise.exe",
                                         "cmd.exe", "wsmprovhost.exe"};
    static const char *const words[] = {"powershell", "pwsh", "-enc", "Mailbox", "Recipient"};
    struct str name = file_name(process);
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (str_ieq(name, str_from(shells[i]))) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ifind(command_line, str_from(words[i])) != STR_ABSENT) return true;
    return false;
}

/* A process whose command line was not logged says nothing (the policy was off); most others are of
 * no interest, and cost no more than these two fields. */
static bool take_process(const struct windows_event *w, struct event *e, const char *process) {
    e->command_line = true;
    e->text = windows_event_field(w, "CommandLine");
    e->process = windows_event_field(w, process);
    return e->text.n && is_of_interest(e->process, e->text);
}

void windows_event_4688(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_TEXT, SOURCE_SECURITY_4688);
    windows_event_kind(w, out, STR("4688"));
    if (windows_event_field(w, "CommandLine").n)
        windows_event_kind(w, out, STR("4688 with command line"));
    if (!take_process(w, &e, "NewProcessName")) return;
    e.parent = windows_event_field(w, "ParentProcessName");
    e.actor = windows_event_account(w, "SubjectDomainName", "SubjectUserName");
    e.actor_key = windows_event_field(w, "SubjectUserSid");
    e.session = windows_event_field(w, "SubjectLogonId");
    out->event(out->own, &e);
}

void windows_event_sysmon_1(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_TEXT, SOURCE_SYSMON_1);
    if (!take_process(w, &e, "Image")) return;
    e.parent = windows_event_field(w, "ParentImage");
    e.actor = windows_event_field(w, "User");
    e.session = windows_event_field(w, "LogonId");
    out->event(out->own, &e);
}

static struct str or_nothing(struct str s) { return str_eq(s, STR("-")) ? STR_NONE : s; }

void windows_event_signin(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_SIGNIN, SOURCE_SIGNIN);
    struct str logon = str_trim(windows_event_field(w, "LogonProcessName"));
    struct str type = windows_event_field(w, "LogonType");
    bool failed = w->id == 4625;
    e.operation = failed ? STR("LogonFailed") : STR("Logon");
    e.actor = windows_event_account(w, "TargetDomainName", "TargetUserName");
    e.actor_key = windows_event_field(w, "TargetUserSid");
    e.client_ip = or_nothing(windows_event_field(w, "IpAddress"));
    e.application = arena_join(w->arena, arena_join(w->arena, logon, STR("/")), type);
    e.session = windows_event_field(w, "TargetLogonId");
    e.result = failed ? RESULT_FAILED : RESULT_SUCCEEDED;
    if (failed) e.error = windows_event_field(w, "Status");
    out->event(out->own, &e);
}

/* Somebody used another account's password; it says nothing of whether that worked. */
void windows_event_4648(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_SIGNIN, SOURCE_SIGNIN);
    e.operation = STR("LogonExplicit");
    e.actor = windows_event_account(w, "TargetDomainName", "TargetUserName");
    e.object = windows_event_field(w, "TargetServerName");
    e.client_ip = or_nothing(windows_event_field(w, "IpAddress"));
    e.application = windows_event_field(w, "ProcessName");
    e.session = windows_event_field(w, "SubjectLogonId");
    out->event(out->own, &e);
}

/* A sign-in that got an administrator's privileges. */
void windows_event_4672(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_SIGNIN, SOURCE_SIGNIN);
    e.operation = STR("LogonSpecial");
    e.actor = windows_event_account(w, "SubjectDomainName", "SubjectUserName");
    e.actor_key = windows_event_field(w, "SubjectUserSid");
    e.session = windows_event_field(w, "SubjectLogonId");
    e.result = RESULT_SUCCEEDED;
    out->event(out->own, &e);
}

/* Remote PowerShell: 6, this host connects to another; 91, a shell is made here for somebody. */
void windows_event_winrm(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_SIGNIN, SOURCE_SIGNIN);
    e.operation = w->id == 6 ? STR("WinRM connection") : STR("WinRM shell");
    e.application = windows_event_field(w, w->id == 6 ? "connection" : "resourceUri");
    e.actor = w->user;
    e.actor_key = w->user;
    out->event(out->own, &e);
}

/* 1102: the Security log itself; 104: the log that "Channel" names. */
void windows_event_cleared(const struct windows_event *w, struct sink *out) {
    struct event e = windows_event_start(w, EVENT_CLEARED, SOURCE_OTHER);
    e.operation = windows_event_field(w, "Channel");
    if (e.operation.n == 0) e.operation = w->channel;
    e.actor = windows_event_account(w, "SubjectDomainName", "SubjectUserName");
    e.actor_key = windows_event_field(w, "SubjectUserSid");
    if (e.actor_key.n == 0) e.actor_key = w->user;
    e.session = windows_event_field(w, "SubjectLogonId");
    out->event(out->own, &e);
}
