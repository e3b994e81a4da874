#include "evtx_fixture.h"

struct data {
    const char *name, *text;
};

/* The events of a log with one record: provider, id, channel and its data. */
static struct seen seen_of_event(struct maker *m, const char *provider, const char *id,
                                 const char *channel, const struct data *d, size_t count) {
    maker_file(m);
    maker_chunk(m);
    maker_record(m, 1);
    maker_event(m, provider, id, channel);
    for (size_t i = 0; i < count; i++) maker_data(m, d[i].name, d[i].text);
    maker_event_end(m);
    maker_record_end(m);
    maker_chunk_end(m);
    return seen_of(m, false);
}

#define EVENTS(m, provider, id, channel, d)                                                        \
    seen_of_event((m), (provider), (id), (channel), (d), sizeof(d) / sizeof *(d))

static const char SECURITY[] = "Microsoft-Windows-Security-Auditing";
static const char POWERSHELL[] = "Microsoft-Windows-PowerShell";
static const char OPERATIONAL[] = "Microsoft-Windows-PowerShell/Operational";

static void test_every_record_is_seen_wanted_or_not(void **state) {
    (void)state;
    static const struct data d[] = {{"a", "b"}};
    struct maker m = {0};
    struct seen s = EVENTS(&m, "Some-Provider", "5", "Some-Channel/Admin", d);
    assert_int_equal(s.events, 0);
    assert_int_equal(s.records, 1);
    assert_str(s.telemetry, "some-channel/admin");
    assert_str(s.host, "mbx01.corp.example");
    assert_int_equal(s.number, 77);
    assert_int_equal(s.time.ns, INT64_C(1646815277123456700));
    done(&s, &m);
}

static void test_channels_have_short_names(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {OPERATIONAL, "powershell-operational"},
        {"PowerShellCore/Operational", "powershellcore-operational"},
        {"Windows PowerShell", "windows-powershell"},
        {"Microsoft-Windows-Sysmon/Operational", "sysmon"},
        {"MSExchange Management", "msexchange-management"},
        {"Security", "security"},
        {"System", "system"},
    };
    static const struct data d[] = {{"a", "b"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct maker m = {0};
        struct seen s = EVENTS(&m, "P", "5", rows[i][0], d);
        assert_str(s.telemetry, rows[i][1]);
        done(&s, &m);
    }
}

static void test_4104_is_a_part_of_a_script(void **state) {
    (void)state;
    static const struct data d[] = {{"MessageNumber", "2"},
                                    {"MessageTotal", "3"},
                                    {"ScriptBlockText", "Add-MailboxPermission a"},
                                    {"ScriptBlockId", "0b0e"},
                                    {"Path", "C:\\x.ps1"}};
    struct maker m = {0};
    struct seen s = EVENTS(&m, POWERSHELL, "4104", OPERATIONAL, d);
    const struct event *e = &s.event[0];
    assert_int_equal(s.events, 1);
    assert_int_equal(e->kind, EVENT_TEXT);
    assert_int_equal(e->source, SOURCE_PS_4104);
    assert_int_equal(e->part, 2);
    assert_int_equal(e->parts, 3);
    assert_str(e->text, "Add-MailboxPermission a");
    assert_str(e->block_id, "0b0e");
    assert_str(e->path, "C:\\x.ps1");
    assert_str(e->actor_key, "S-1-5-21-1-2-3-500");
    assert_str(e->host, "mbx01.corp.example");
    assert_str(e->record, "77");
    assert_int_equal(e->offset, FIRST_CHUNK + 512);
    assert_false(e->command_line);
    done(&s, &m);
}

#define CONTEXT_BEGIN                                                                              \
    "        Schweregrad = Informational\r\n        Hostname = ConsoleHost\r\n"                    \
    "        Hostversion = 5.1\r\n        Host-ID = 1\r\n"
#define CONTEXT_MIDDLE                                                                             \
    "        Modulversion = 5.1\r\n        Runspace-ID = run1\r\n        Pipeline-ID = 9\r\n"      \
    "        Befehlsname = x\r\n        Befehlstyp = Cmdlet\r\n        Skriptname = s.ps1\r\n"     \
    "        Befehlspfad = \r\n        Sequenznummer = 16\r\n        Benutzer = CORP\\kim\r\n"
#define CONTEXT_SHELL "        Shell-ID = Microsoft.PowerShell\r\n"
#define PAYLOAD                                                                                    \
    "CommandInvocation(Add-MailboxPermission): \"Add-MailboxPermission\"\r\n"                      \
    "ParameterBinding(Add-MailboxPermission): name=\"Identity\"; value=\"a\"\r\n"

/* Localised labels; a line break in the host application shifts what is behind it. */
static void test_4103_context_is_read_by_position(void **state) {
    (void)state;
    static const struct data d[] = {{"ContextInfo", CONTEXT_BEGIN
                                     "        Hostanwendung = powershell -c a\r\n b = c\r\n"
                                     "\r\n" CONTEXT_MIDDLE
                                     "        Verbundener Benutzer = \r\n" CONTEXT_SHELL},
                                    {"UserData", ""},
                                    {"Payload", PAYLOAD}};
    struct maker m = {0};
    struct seen s = EVENTS(&m, POWERSHELL, "4103", OPERATIONAL, d);
    const struct event *e = &s.event[0];
    assert_int_equal(s.events, 1);
    assert_int_equal(e->kind, EVENT_COMMAND);
    assert_int_equal(e->source, SOURCE_PS_4103);
    assert_str(e->operation, "Add-MailboxPermission");
    assert_str(e->actor, "CORP\\kim");
    assert_str(e->session, "run1");
    assert_str(e->path, "s.ps1");
    assert_str(e->application, "powershell -c a\r\n b = c");
    assert_int_equal(e->result, RESULT_UNKNOWN);
    done(&s, &m);
}

static void test_4103_of_powershell_4_has_no_connected_user(void **state) {
    (void)state;
    static const struct data d[] = {
        {"ContextInfo",
         CONTEXT_BEGIN "        Host Application = h\r\n" CONTEXT_MIDDLE CONTEXT_SHELL},
        {"Payload", PAYLOAD "TerminatingError(Add-MailboxPermission): \"no\"\r\n"}};
    struct maker m = {0};
    struct seen s = EVENTS(&m, POWERSHELL, "4103", OPERATIONAL, d);
    assert_str(s.event[0].actor, "CORP\\kim");
    assert_str(s.event[0].application, "h");
    assert_int_equal(s.event[0].result, RESULT_FAILED);
    done(&s, &m);
}

static void test_4100_names_the_command_that_failed(void **state) {
    (void)state;
    static const struct data d[] = {
        {"ContextInfo", CONTEXT_BEGIN "        Hostanwendung = h\r\n" CONTEXT_MIDDLE
                                      "        Verbundener Benutzer = \r\n" CONTEXT_SHELL},
        {"UserData", ""},
        {"Payload", "Fehlermeldung = Das Objekt wurde nicht gefunden.\r\nVollqualifizierte "
                    "Fehler-ID = X,Y\r\n"}};
    struct maker m = {0};
    struct seen s = EVENTS(&m, POWERSHELL, "4100", OPERATIONAL, d);
    assert_int_equal(s.events, 1);
    assert_int_equal(s.event[0].kind, EVENT_FAILURE);
    assert_str(s.event[0].operation, "x");
    assert_str(s.event[0].session, "run1");
    assert_str(s.event[0].actor, "CORP\\kim");
    assert_str(s.event[0].error, "Das Objekt wurde nicht gefunden.");
    done(&s, &m);
}

static void test_4105_and_4106_say_that_a_block_ran(void **state) {
    (void)state;
    static const struct data d[] = {{"ScriptBlockId", "b-1"}, {"RunspaceId", "run1"}};
    for (size_t i = 0; i < 2; i++) {
        struct maker m = {0};
        struct seen s = EVENTS(&m, POWERSHELL, i ? "4106" : "4105", OPERATIONAL, d);
        assert_int_equal(s.events, 1);
        assert_int_equal(s.event[0].kind, EVENT_RAN);
        assert_str(s.event[0].block_id, "b-1");
        assert_str(s.event[0].session, "run1");
        done(&s, &m);
    }
}

/* Microsoft, "4662(S, F): An operation was performed on an object". */
static void test_4662_that_writes_permissions_is_a_hint(void **state) {
    (void)state;
    static const struct {
        const char *server, *mask;
        size_t events;
    } rows[] = {
        {"DS", "0x40000", 1}, {"DS", "0x10000", 0}, {"Other", "0x40000", 0}, {"DS", "-", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct data d[] = {{"SubjectUserName", "kim"},
                                 {"SubjectDomainName", "CORP"},
                                 {"ObjectServer", rows[i].server},
                                 {"ObjectName", "%{38b3d2e6-9948-4dc1-ae90-1605d5eab9a2}"},
                                 {"AccessMask", rows[i].mask}};
        struct maker m = {0};
        struct seen s = EVENTS(&m, "Microsoft-Windows-Security-Auditing", "4662", "Security", d);
        assert_int_equal(s.events, rows[i].events);
        if (s.events) {
            assert_int_equal(s.event[0].kind, EVENT_HINT);
            assert_str(s.event[0].actor, "CORP\\kim");
            assert_str(s.event[0].object, "%{38b3d2e6-9948-4dc1-ae90-1605d5eab9a2}");
        }
        done(&s, &m);
    }
}

static const char CONTEXT_800[] =
    "\tDetailSequence=1\r\n\tDetailTotal=1\r\n\r\n\tSequenceNumber=15\r\n\r\n\tUserId=CORP\\kim\r\n"
    "\tHostName=ConsoleHost\r\n\tHostVersion=5.1\r\n\tHostId=1\r\n"
    "\tHostApplication=powershell.exe -c \"a\r\nb\"\r\n\tEngineVersion=5.1\r\n\tRunspaceId=run1\r\n"
    "\tPipelineId=9\r\n\tScriptName=\r\n\tCommandLine=x";

static void test_800_is_a_command(void **state) {
    (void)state;
    static const struct data d[] = {{NULL, "x"}, {NULL, CONTEXT_800}, {NULL, PAYLOAD}};
    struct maker m = {0};
    struct seen s = EVENTS(&m, "PowerShell", "800", "Windows PowerShell", d);
    const struct event *e = &s.event[0];
    assert_int_equal(s.events, 1);
    assert_int_equal(e->source, SOURCE_PS_800);
    assert_str(e->operation, "Add-MailboxPermission");
    assert_str(e->actor, "CORP\\kim");
    assert_str(e->application, "powershell.exe -c \"a\r\nb\"");
    assert_str(e->session, "run1");
    assert_str(e->path, "");
    done(&s, &m);
}

static void test_400_is_the_command_line_of_its_host(void **state) {
    (void)state;
    static const struct data d[] = {{NULL, "Available"}, {NULL, "None"}, {NULL, CONTEXT_800}};
    struct maker m = {0}, other = {0};
    struct seen s = EVENTS(&m, "PowerShell", "400", "Windows PowerShell", d);
    assert_int_equal(s.events, 1);
    assert_int_equal(s.event[0].source, SOURCE_PS_400);
    assert_true(s.event[0].command_line);
    assert_str(s.event[0].text, "powershell.exe -c \"a\r\nb\"");
    done(&s, &m);
    s = EVENTS(&other, "PowerShell", "600", "Windows PowerShell", d);
    assert_int_equal(s.events, 0); /* not the first provider's */
    assert_int_equal(s.records, 1);
    done(&s, &other);
}

static void test_600_and_403_repeat_it(void **state) {
    (void)state;
    static const char first[] =
        "\tProviderName=Registry\r\n\tNewProviderState=Started\r\n\r\n\tSequenceNumber=1\r\n"
        "\r\n\tHostName=ConsoleHost\r\n\tHostId=1\r\n\tHostApplication=powershell.exe -c a\r\n"
        "\tEngineVersion=\r\n\tRunspaceId=\r\n";
    static const struct data started[] = {{NULL, "Registry"}, {NULL, "Started"}, {NULL, first}};
    static const struct data stopped[] = {
        {NULL, "Stopped"}, {NULL, "Available"}, {NULL, CONTEXT_800}};
    struct maker m = {0}, other = {0};
    struct seen s = EVENTS(&m, "PowerShell", "600", "Windows PowerShell", started);
    assert_int_equal(s.events, 1);
    assert_str(s.event[0].text, "powershell.exe -c a");
    assert_str(s.event[0].block_id, "1");
    assert_int_equal(s.event[0].time.basis, WHEN_UTC);
    done(&s, &m);
    s = EVENTS(&other, "PowerShell", "403", "Windows PowerShell", stopped);
    assert_int_equal(s.events, 1);
    assert_str(s.event[0].text, "powershell.exe -c \"a\r\nb\"");
    assert_int_equal(s.event[0].time.basis, WHEN_NONE); /* it ran before, from when is unknown */
    assert_int_equal(s.event[0].until.basis, WHEN_UTC);
    done(&s, &other);
}

static void test_4688_gives_shells_and_telling_command_lines(void **state) {
    (void)state;
    static const struct {
        const char *process, *command;
        size_t events;
    } rows[] = {
        {"C:\\Windows\\System32\\cmd.exe", "cmd /c dir", 1},
        {"C:\\Windows\\System32\\cmd.exe", "", 0},
        {"C:\\tools\\renamed.exe", "renamed -ENC SQBFAFgA", 1},
        {"C:\\tools\\x.exe", "x Add-MAILBOXPermission", 1},
        {"C:\\Windows\\System32\\svchost.exe", "svchost -k netsvcs", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct data d[] = {
            {"SubjectUserSid", "S-1-5-21-9"},     {"SubjectUserName", "kim"},
            {"SubjectDomainName", "CORP"},        {"SubjectLogonId", "0x3e7"},
            {"NewProcessName", rows[i].process},  {"CommandLine", rows[i].command},
            {"ParentProcessName", "C:\\w3wp.exe"}};
        struct maker m = {0};
        struct seen s = EVENTS(&m, SECURITY, "4688", "Security", d);
        assert_int_equal(s.events, rows[i].events);
        if (s.events) {
            assert_int_equal(s.event[0].source, SOURCE_SECURITY_4688);
            assert_true(s.event[0].command_line);
            assert_str(s.event[0].text, rows[i].command);
            assert_str(s.event[0].process, rows[i].process);
            assert_str(s.event[0].parent, "C:\\w3wp.exe");
            assert_str(s.event[0].actor, "CORP\\kim");
            assert_str(s.event[0].actor_key, "S-1-5-21-9");
            assert_str(s.event[0].session, "0x3e7");
        }
        done(&s, &m);
    }
}

static void test_sysmon_1_is_a_process(void **state) {
    (void)state;
    static const struct data d[] = {{"Image", "C:\\pwsh.exe"},
                                    {"CommandLine", "pwsh -c x"},
                                    {"User", "CORP\\kim"},
                                    {"LogonId", "0x3e7"},
                                    {"ParentImage", "C:\\winword.exe"}};
    struct maker m = {0};
    struct seen s =
        EVENTS(&m, "Microsoft-Windows-Sysmon", "1", "Microsoft-Windows-Sysmon/Operational", d);
    assert_int_equal(s.events, 1);
    assert_int_equal(s.event[0].source, SOURCE_SYSMON_1);
    assert_str(s.event[0].text, "pwsh -c x");
    assert_str(s.event[0].actor, "CORP\\kim");
    assert_str(s.event[0].parent, "C:\\winword.exe");
    done(&s, &m);
}

static void test_sign_ins_good_and_bad(void **state) {
    (void)state;
    static const struct data d[] = {
        {"TargetUserSid", "S-1-5-21-9"}, {"TargetUserName", "kim"}, {"TargetDomainName", "CORP"},
        {"TargetLogonId", "0x9"},        {"LogonType", "10"},       {"LogonProcessName", "User32 "},
        {"IpAddress", "203.0.113.7"},    {"Status", "0xc000006d"}};
    for (int failed = 0; failed < 2; failed++) {
        struct maker m = {0};
        struct seen s = EVENTS(&m, SECURITY, failed ? "4625" : "4624", "Security", d);
        const struct event *e = &s.event[0];
        assert_int_equal(s.events, 1);
        assert_int_equal(e->kind, EVENT_SIGNIN);
        assert_int_equal(e->result, failed ? RESULT_FAILED : RESULT_SUCCEEDED);
        assert_str(e->actor, "CORP\\kim");
        assert_str(e->actor_key, "S-1-5-21-9");
        assert_str(e->client_ip, "203.0.113.7");
        assert_str(e->application, "User32/10");
        assert_str(e->session, "0x9");
        done(&s, &m);
    }
}

static void test_a_cleared_log_names_itself(void **state) {
    (void)state;
    static const struct data d[] = {{"SubjectUserName", "kim"},
                                    {"SubjectDomainName", "CORP"},
                                    {"Channel", "MSExchange Management"}};
    struct maker m = {0}, other = {0};
    struct seen s = EVENTS(&m, "Microsoft-Windows-Eventlog", "104", "System", d);
    assert_int_equal(s.event[0].kind, EVENT_CLEARED);
    assert_str(s.event[0].operation, "MSExchange Management");
    assert_str(s.event[0].actor, "CORP\\kim");
    done(&s, &m);
    s = seen_of_event(&other, "Microsoft-Windows-Eventlog", "1102", "Security", d, 2);
    assert_str(s.event[0].operation, "Security");
    done(&s, &other);
}

static void test_exchange_management_says_who_and_whether(void **state) {
    (void)state;
    static const struct data d[] = {
        {NULL, "Add-MailboxPermission"},
        {NULL, " -Identity \"marjolein\" -User \"p.okafor\" -AccessRights (\"FullAccess\")"},
        {NULL, "corp.example/Users/kim"},
        {NULL, "S-1-5-21-9"},
        {NULL, "S-1-5-21-9"},
        {NULL, "Remote-ManagementShell-Unknown"},
        {NULL, "5668 w3wp#MSExchangePowerShellAppPool"},
        {NULL, ""},
        {NULL, "5"},
        {NULL, "00:00:01"},
        {NULL, "scope"},
        {NULL, "it failed"},
    };
    for (int failed = 0; failed < 2; failed++) {
        struct maker m = {0};
        struct seen s =
            EVENTS(&m, "MSExchange CmdletLogs", failed ? "6" : "1", "MSExchange Management", d);
        const struct event *e = &s.event[0];
        assert_int_equal(s.events, 1);
        assert_int_equal(e->source, SOURCE_EXCHANGE_MANAGEMENT);
        assert_str(e->operation, "Add-MailboxPermission");
        assert_str(e->actor, "corp.example/Users/kim");
        assert_str(e->actor_key, "S-1-5-21-9");
        assert_str(params_first(&e->params, "Identity"), "marjolein");
        assert_int_equal(e->result, failed ? RESULT_FAILED : RESULT_SUCCEEDED);
        assert_str(e->error, failed ? "it failed" : "");
        done(&s, &m);
    }
}

static void test_exchange_2010_parameters_are_hints(void **state) {
    (void)state;
    static const struct data d[] = {
        {NULL, "Add-MailboxPermission"}, {NULL, "{Identity=a, User=b}"}, {NULL, "kim"}};
    struct maker m = {0};
    struct seen s = EVENTS(&m, "MSExchange CmdletLogs", "1", "MSExchange Management", d);
    assert_int_equal(s.event[0].params.count, 2);
    assert_str(params_first(&s.event[0].params, "User"), "b");
    assert_int_equal(s.event[0].params.list[0].flags, PARAM_AMBIGUOUS);
    done(&s, &m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_record_is_seen_wanted_or_not),
        cmocka_unit_test(test_channels_have_short_names),
        cmocka_unit_test(test_4104_is_a_part_of_a_script),
        cmocka_unit_test(test_4103_context_is_read_by_position),
        cmocka_unit_test(test_4103_of_powershell_4_has_no_connected_user),
        cmocka_unit_test(test_4100_names_the_command_that_failed),
        cmocka_unit_test(test_4105_and_4106_say_that_a_block_ran),
        cmocka_unit_test(test_4662_that_writes_permissions_is_a_hint),
        cmocka_unit_test(test_600_and_403_repeat_it),
        cmocka_unit_test(test_800_is_a_command),
        cmocka_unit_test(test_400_is_the_command_line_of_its_host),
        cmocka_unit_test(test_4688_gives_shells_and_telling_command_lines),
        cmocka_unit_test(test_sysmon_1_is_a_process),
        cmocka_unit_test(test_sign_ins_good_and_bad),
        cmocka_unit_test(test_a_cleared_log_names_itself),
        cmocka_unit_test(test_exchange_management_says_who_and_whether),
        cmocka_unit_test(test_exchange_2010_parameters_are_hints),
    };
    return cmocka_run_group_tests_name("evtx: events", tests, NULL, NULL);
}
