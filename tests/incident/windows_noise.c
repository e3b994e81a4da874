#include "tests/incident/windows.h"

static struct evtx_value text(const char *name, struct str value) {
    return (struct evtx_value){name, BINXML_STRING, value, 0};
}

static void noise_logon(struct arena *a, const struct story *s, struct rng *r,
                        struct evtx_event *e) {
    const struct identity *who = s->company->mailboxes[rng_below(r, s->company->mailbox_count)];
    e->id = rng_chance(r, 60) ? 4624 : 4634;
    e->task = e->id == 4624 ? 12544 : 12545;
    struct evtx_value v[] = {
        {"TargetUserSid", BINXML_SID, who->sid, 0},
        text("TargetUserName", who->alias),
        text("TargetDomainName", s->company->netbios),
        {"TargetLogonId", BINXML_HEX64, STR_NONE, rng_below(r, 0xfffffff)},
        {"LogonType", BINXML_U32, STR_NONE, rng_chance(r, 70) ? 3 : 2},
        text("IpAddress",
             arena_printf(a, "10.0.%u.%u", (unsigned)rng_below(r, 8), (unsigned)rng_below(r, 250))),
    };
    windows_values(a, e, v, sizeof v / sizeof *v);
}

static void noise_process(struct arena *a, const struct story *s, struct rng *r,
                          struct evtx_event *e) {
    static const char *const IMAGES[] = {"C:\\Windows\\System32\\svchost.exe",
                                         "C:\\Windows\\System32\\taskhostw.exe",
                                         "C:\\Program Files\\Microsoft Office\\root\\OUTLOOK.EXE",
                                         "C:\\Windows\\System32\\conhost.exe"};
    struct str image = str_from(IMAGES[rng_below(r, 4)]);
    e->id = 4688;
    e->version = 2;
    e->task = 13312;
    struct evtx_value v[] = {
        {"SubjectUserSid", BINXML_SID, STR("S-1-5-18"), 0},
        text("SubjectUserName", STR("WS01$")),
        text("SubjectDomainName", s->company->netbios),
        {"SubjectLogonId", BINXML_HEX64, STR_NONE, 0x3e7},
        {"NewProcessId", BINXML_HEX64, STR_NONE, 4 * rng_below(r, 4000)},
        text("NewProcessName", image),
        text("TokenElevationType", STR("%%1936")),
        {"ProcessId", BINXML_HEX64, STR_NONE, 4 * rng_below(r, 4000)},
        text("CommandLine", arena_printf(a, "\"%.*s\" -k netsvcs -p", STR_ARG(image))),
        {"TargetUserSid", BINXML_SID, STR("S-1-0-0"), 0},
        text("TargetUserName", STR("-")),
        text("TargetDomainName", STR("-")),
        {"TargetLogonId", BINXML_HEX64, STR_NONE, 0},
        text("ParentProcessName", STR("C:\\Windows\\System32\\services.exe")),
        {"MandatoryLabel", BINXML_SID, STR("S-1-16-16384"), 0},
    };
    windows_values(a, e, v, sizeof v / sizeof *v);
}

/* Ordinary commands; the last two speak of permissions and change none. */
static void noise_script(struct arena *a, struct rng *r, struct evtx_event *e) {
    static const char *const TEXTS[] = {
        "prompt", "Get-Process | Sort-Object CPU -Descending | Select-Object -First 5",
        "Get-ChildItem C:\\Temp -Recurse -Filter *.log", "Get-MailboxPermission -Identity 'info'",
        "Write-Host 'ask IT before you run Add-MailboxPermission'"};
    e->id = 4104;
    e->version = 1;
    e->level = 5;
    e->task = 2;
    e->opcode = 15;
    struct evtx_value v[] = {{"MessageNumber", BINXML_U32, STR_NONE, 1},
                             {"MessageTotal", BINXML_U32, STR_NONE, 1},
                             text("ScriptBlockText", str_from(TEXTS[rng_below(r, 5)])),
                             text("ScriptBlockId", rng_guid(r, a)),
                             text("Path", STR_NONE)};
    windows_values(a, e, v, sizeof v / sizeof *v);
}

static void noise_provider(struct arena *a, struct rng *r, struct evtx_event *e) {
    static const char *const PROVIDERS[] = {"Registry", "Alias", "Environment", "FileSystem"};
    const char *name = PROVIDERS[rng_below(r, 4)];
    e->id = 600;
    e->task = 6;
    struct evtx_value v[] = {
        text(NULL, str_from(name)), text(NULL, STR("Started")),
        text(NULL,
             arena_printf(
                 a, "\tProviderName=%s\r\n\tNewProviderState=Started\r\n\r\n\tSequenceNumber=1",
                 name))};
    windows_values(a, e, v, sizeof v / sizeof *v);
}

static void noise_network(struct arena *a, const struct story *s, struct rng *r,
                          struct evtx_event *e) {
    const struct identity *who = s->company->mailboxes[rng_below(r, s->company->mailbox_count)];
    e->id = 3;
    e->version = 5;
    e->task = 3;
    struct evtx_value v[] = {
        text("RuleName", STR("-")),
        text("UtcTime", output_time(a, e->time_ns, TIME_T)),
        {"ProcessGuid", BINXML_GUID, rng_guid(r, a), 0},
        {"ProcessId", BINXML_U32, STR_NONE, 4 * rng_below(r, 4000)},
        text("Image", STR("C:\\Program Files\\Microsoft Office\\root\\OUTLOOK.EXE")),
        text("User", who->login),
        text("DestinationIp", STR("198.51.100.200")),
        {"DestinationPort", BINXML_U16, STR_NONE, 443},
    };
    windows_values(a, e, v, sizeof v / sizeof *v);
}

static void noise_service(struct arena *a, struct rng *r, struct evtx_event *e) {
    static const char *const SERVICES[] = {"Windows Update", "Print Spooler",
                                           "Background Intelligent Transfer Service", "WinHTTP"};
    e->id = 7036;
    e->qualifiers = 16384;
    e->body = EVTX_TEMPLATE;
    struct evtx_value v[] = {text("param1", str_from(SERVICES[rng_below(r, 4)])),
                             text("param2", rng_chance(r, 50) ? STR("running") : STR("stopped"))};
    windows_values(a, e, v, sizeof v / sizeof *v);
}

static void noise_exchange(struct arena *a, const struct story *s, struct rng *r,
                           struct evtx_event *e) {
    const struct identity *who = s->company->mailboxes[rng_below(r, s->company->mailbox_count)];
    e->id = 1;
    e->task = 1;
    struct evtx_value v[] = {
        text(NULL, STR("Set-User")),
        text(NULL, arena_printf(a, " -Identity \"%.*s\" -Phone \"555-01%02u\"", STR_ARG(who->alias),
                                (unsigned)rng_below(r, 100))),
        text(NULL, s->company->admin->canonical),
        text(NULL, s->company->admin->sid),
        text(NULL, s->company->admin->sid),
        text(NULL, STR("Remote-ManagementShell-Unknown")),
    };
    windows_values(a, e, v, sizeof v / sizeof *v);
}

struct evtx_event windows_noise(struct arena *a, const struct story *s, enum channel channel,
                                const char *host, struct rng *r, int64_t time) {
    struct evtx_event e = windows_event(a, s, channel, host, 0, time);
    e.pid = 4 * (uint32_t)rng_below(r, 4000);
    e.tid = 4 * (uint32_t)rng_below(r, 4000);
    switch (channel) {
    case CHANNEL_SECURITY:
        if (rng_chance(r, 60))
            noise_logon(a, s, r, &e);
        else
            noise_process(a, s, r, &e);
        break;
    case CHANNEL_POWERSHELL:
    case CHANNEL_POWERSHELL_CORE: noise_script(a, r, &e); break;
    case CHANNEL_WINDOWS_POWERSHELL: noise_provider(a, r, &e); break;
    case CHANNEL_SYSMON: noise_network(a, s, r, &e); break;
    case CHANNEL_SYSTEM: noise_service(a, r, &e); break;
    default: noise_exchange(a, s, r, &e); break;
    }
    return e;
}
