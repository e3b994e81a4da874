/* transcript: sessions, commands and their times, in every language and encoding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reader_fixture.h"

extern const struct reader READER_TRANSCRIPT;

#define FENCE "**********************\r\n"
#define HEADER                                                                                     \
    FENCE "Windows PowerShell transcript start\r\nStart time: 20220309083700\r\n"                  \
          "Username: CONTOSO\\p.okafor\r\nRunAs User: CONTOSO\\admin\r\nConfiguration Name: \r\n"  \
          "Machine: WS01 (Microsoft Windows NT 10.0.19042.0)\r\n"                                  \
          "Host Application: C:\\Windows\\powershell.exe -NoProfile\r\nProcess ID: 4242\r\n"       \
          "PSVersion: 5.1.19041.906\r\n" FENCE "Transcript started, output file is C:\\t.txt\r\n"
#define EPILOGUE FENCE "Windows PowerShell transcript end\r\nEnd time: 20220309091500\r\n" FENCE
#define COMMAND_AT(time) FENCE "Command start time: " time "\r\n" FENCE
#define GRANT "Add-MailboxPermission mb -User p -AccessRights FullAccess"

static struct got read_transcript(const char *text) {
    return read_text(&READER_TRANSCRIPT, str_from(text));
}

static void assert_time(struct when t, const char *want) {
    char text[WHEN_TEXT];
    assert_str(when_format(t, text), want);
    if (*want) assert_int_equal(t.basis, WHEN_UNKNOWN);
}

/* The only event: its text, begin and upper bound of its time. */
static void assert_only(struct got *g, const char *text, const char *time, const char *until) {
    assert_int_equal(g->event_count, 1);
    assert_int_equal(g->events[0].kind, EVENT_TEXT);
    assert_int_equal(g->events[0].source, SOURCE_TRANSCRIPT);
    assert_str(g->events[0].text, text);
    assert_time(g->events[0].time, time);
    assert_time(g->events[0].until, until);
    arena_free(g->a);
}

static void test_a_command_lies_between_start_and_end(void **s) {
    (void)s;
    struct got g = read_transcript(HEADER "PS C:\\> " GRANT "\r\n" EPILOGUE);
    const struct event *e = &g.events[0];
    assert_str(e->actor, "CONTOSO\\admin");
    assert_str(e->host, "WS01");
    assert_str(e->application, "C:\\Windows\\powershell.exe -NoProfile");
    assert_int_equal(e->offset, sizeof HEADER - 1);
    assert_int_equal(e->result, RESULT_UNKNOWN);
    assert_int_equal(g.seen, 1);
    assert_only(&g, GRANT, "2022-03-09T08:37:00", "2022-03-09T09:15:00");
    g = read_transcript(HEADER "PS C:\\> " GRANT "\r\n"); /* killed: no end */
    assert_only(&g, GRANT, "2022-03-09T08:37:00", "");
}

static void test_an_invocation_header_times_the_command_behind_it(void **s) {
    (void)s;
    struct got g =
        read_transcript(HEADER COMMAND_AT("20220309084117") "PS C:\\> " GRANT "\r\n" EPILOGUE);
    assert_only(&g, GRANT, "2022-03-09T08:41:17", "");
}

static void test_prompts_of_every_kind(void **s) {
    (void)s;
    static const char *const prompts[] = {"PS C:\\> ",
                                          "PS>",
                                          "PS C:\\Users\\p>",
                                          "[PS] C:\\Windows\\system32>",
                                          "[ex01.contoso.com]: PS C:\\>",
                                          "[ex01]: PS>",
                                          "PS C:\\>> ",
                                          "PS /home/p> "};
    for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
        struct arena *a = arena_new(0);
        struct str text = arena_printf(a, "%s%s%s\r\n%s", HEADER, prompts[i], GRANT, EPILOGUE);
        struct got g = read_text(&READER_TRANSCRIPT, text);
        assert_only(&g, GRANT, "2022-03-09T08:37:00", "2022-03-09T09:15:00");
        arena_free(a);
    }
}

static void test_output_is_no_command(void **s) {
    (void)s;
    struct got g =
        read_transcript(HEADER "Add-MailboxPermission mb -User p -AccessRights FullAccess\r\n"
                               "PSComputerName : x\r\n> y\r\n" FENCE "text\r\n" EPILOGUE);
    assert_int_equal(g.event_count, 0);
    arena_free(g.a);
}

static void test_continuation_lines_belong_to_the_command(void **s) {
    (void)s;
    struct got g = read_transcript(HEADER "PS C:\\> Add-MailboxPermission mb `\r\n>> -User p `\r\n"
                                          ">> -AccessRights FullAccess\r\n>>\r\nout\r\n" EPILOGUE);
    assert_only(&g, "Add-MailboxPermission mb `\n-User p `\n-AccessRights FullAccess",
                "2022-03-09T08:37:00", "2022-03-09T09:15:00");
}

#define BINDINGS                                                                                   \
    ">> ParameterBinding(Add-MailboxPermission): name=\"Identity\"; value=\"mb\"\r\n"              \
    ">> ParameterBinding(Add-MailboxPermission): name=\"User\"; value=\"p\"\r\n"

static void test_bindings_are_what_the_engine_bound(void **s) {
    (void)s;
    static const char *const firsts[] = {">> ", "PS>", "PS C:\\> "};
    for (size_t i = 0; i < 3; i++) {
        struct arena *a = arena_new(0);
        struct str text = arena_printf(a, "%s%s%s%s", HEADER, firsts[i],
                                       "CommandInvocation(Add-MailboxPermission): "
                                       "\"Add-MailboxPermission\"\r\n" BINDINGS,
                                       EPILOGUE);
        struct got g = read_text(&READER_TRANSCRIPT, text);
        assert_int_equal(g.event_count, 1);
        assert_int_equal(g.events[0].kind, EVENT_COMMAND);
        assert_str(g.events[0].operation, "Add-MailboxPermission");
        assert_params(&g, 0, "Identity=mb; User=p");
        assert_int_equal(g.events[0].result, RESULT_UNKNOWN);
        arena_free(g.a);
        arena_free(a);
    }
}

static void test_failure_stands_in_the_output(void **s) {
    (void)s;
    static const char *const outputs[] = {
        "Add-MailboxPermission : The operation couldn't be performed.",
        "Add-MailboxPermission: The operation couldn't be performed.",
        ">> TerminatingError(Add-MailboxPermission): \"no\"",
        "PS>TerminatingError(Add-MailboxPermission): \"no\"",
        "    + CategoryInfo          : NotSpecified: (:) [Add-MailboxPermission], ObjectNotFound",
    };
    for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
        struct arena *a = arena_new(0);
        struct str text =
            arena_printf(a, "%sPS C:\\> %s\r\n%s\r\n%s", HEADER, GRANT, outputs[i], EPILOGUE);
        struct got g = read_text(&READER_TRANSCRIPT, text);
        assert_int_equal(g.event_count, 1);
        assert_int_equal(g.events[0].kind, EVENT_TEXT);
        assert_int_equal(g.events[0].result, RESULT_FAILED);
        assert_true(g.events[0].error.n > 0);
        arena_free(g.a);
        text =
            arena_printf(a, "%sPS C:\\> %s\r\nPS C:\\> Get-X\r\n%s\r\n", HEADER, GRANT, outputs[i]);
        g = read_text(&READER_TRANSCRIPT, text);
        assert_int_equal(g.events[0].result, RESULT_UNKNOWN); /* another command's output */
        arena_free(g.a);
        arena_free(a);
    }
}

static void test_two_transcripts_in_one_file(void **s) {
    (void)s;
    struct got g = read_transcript(
        HEADER "PS C:\\> one\r\n" FENCE "Windows PowerShell transcript start\r\n"
               "Start time: 20220401120000\r\nUsername: X\\y\r\nRunAs User: X\\y\r\n"
               "Machine: WS02 (Microsoft Windows NT 10.0.1)\r\n" FENCE "PS C:\\> two\r\n" FENCE
               "Windows PowerShell transcript end\r\nEnd time: 20220401130000\r\n" FENCE);
    assert_int_equal(g.event_count, 2);
    assert_int_equal(g.seen, 2);
    assert_str(g.events[0].host, "WS01");
    assert_time(g.events[0].until, "");
    assert_str(g.events[1].host, "WS02");
    assert_str(g.events[1].actor, "X\\y");
    assert_time(g.events[1].time, "2022-04-01T12:00:00");
    assert_time(g.events[1].until, "2022-04-01T13:00:00");
    arena_free(g.a);
}

static void test_a_repeated_header_goes_on(void **s) {
    (void)s;
    struct got g = read_transcript(HEADER "PS C:\\> one\r\n" HEADER "PS C:\\> two\r\n" EPILOGUE);
    assert_int_equal(g.event_count, 2);
    assert_str(g.events[1].host, "WS01");
    assert_int_equal(g.events[1].ordinal, 2);
    arena_free(g.a);
}

static void test_the_short_header_of_old_versions(void **s) {
    (void)s;
    struct got g =
        read_transcript(FENCE "Windows PowerShell Transcript Start\r\n"
                              "Start time: 20120309083700\r\nUsername  : CONTOSO\\p \r\n"
                              "Machine\t  : WS01 (Microsoft Windows NT 6.1.7601 Service Pack 1) "
                              "\r\n" FENCE "PS C:\\> x\r\n");
    assert_str(g.events[0].actor, "CONTOSO\\p");
    assert_str(g.events[0].host, "WS01");
    assert_only(&g, "x", "2012-03-09T08:37:00", "");
}

/* ---- languages: labels differ, places do not ---- */

static const struct {
    const char *title, *start, *user, *run_as, *machine, *application, *end;
} LANGUAGES[] = {
    {"PowerShell transcript start",
     "Start time: ", "Username: ", "RunAs User: ", "Machine: ", "Host Application: ", "End time: "},
    {"nStart der Windows PowerShell-Aufzeichnung", "Startzeit: ", "Benutzername: ",
     "RunAs-Benutzer: ", "Computer: ", "Hostanwendung: ", "Endzeit: "},
    {"D\u00e9but de la transcription PowerShell",
     "Heure de d\u00e9but\u00a0: ", "Nom d\u2019utilisateur\u202f: ", "Utilisateur RunAs\u00a0: ",
     "Ordinateur : ", "Application h\u00f4te\u00a0: ", "Heure de fin\u00a0: "},
    {"Inicio de transcripci\u00f3n de PowerShell",
     "Hora de inicio: ", "Nombre de usuario: ", "Usuario de RunAs: ", "M\u00e1quina: ",
     "Aplicaci\u00f3n host: ", "Hora de finalizaci\u00f3n: "},
    {"Avvio della trascrizione di PowerShell", "Ora di inizio: ", "Nome utente: ", "Utente RunAs: ",
     "Computer: ", "Applicazione host: ", "Ora di fine: "},
    {"Pocz\u0105tek transkrypcji programu PowerShell",
     "Czas rozpocz\u0119cia: ", "Nazwa u\u017cytkownika: ", "U\u017cytkownik RunAs: ", "Maszyna: ",
     "Aplikacja hosta: ", "Godzina zako\u0144czenia: "},
    {"Za\u010d\u00e1tek p\u0159episu PowerShellu",
     "\u010cas zah\u00e1jen\u00ed: ", "U\u017eivatelsk\u00e9 jm\u00e9no: ", "U\u017eivatel RunAs: ",
     "Po\u010d\u00edta\u010d: ", "Hostitelsk\u00e1 aplikace: ", "\u010cas ukon\u010den\u00ed: "},
    {"PowerShell \u30c8\u30e9\u30f3\u30b9\u30af\u30ea\u30d7\u30c8\u306e\u958b\u59cb",
     "\u958b\u59cb\u6642\u523b: ", "\u30e6\u30fc\u30b6\u30fc\u540d: ",
     "RunAs \u30e6\u30fc\u30b6\u30fc: ", "\u30de\u30b7\u30f3: ",
     "\u30db\u30b9\u30c8 \u30a2\u30d7\u30ea\u30b1\u30fc\u30b7\u30e7\u30f3: ",
     "\u7d42\u4e86\u6642\u523b: "},
    {"PowerShell \uae30\ub85d \uc2dc\uc791",
     "\uc2dc\uc791 \uc2dc\uac04: ", "\uc0ac\uc6a9\uc790 \uc774\ub984: ",
     "\uc2e4\ud589 \uc0ac\uc6a9\uc790: ", "\ucef4\ud4e8\ud130: ",
     "\ud638\uc2a4\ud2b8 \uc560\ud50c\ub9ac\ucf00\uc774\uc158: ", "\uc885\ub8cc \uc2dc\uac04: "},
    {"\u041d\u0430\u0447\u0430\u043b\u043e PowerShell",
     "\u0412\u0440\u0435\u043c\u044f: ", "\u0418\u043c\u044f: ",
     "\u041f\u043e\u043b\u044c\u0437\u043e\u0432\u0430\u0442\u0435\u043b\u044c: ",
     "\u041a\u043e\u043c\u043f\u044c\u044e\u0442\u0435\u0440: ",
     "\u0412\u0435\u0434\u0443\u0449\u0435\u0435: ", "\u0412\u0440\u0435\u043c\u044f: "},
    {"Windows PowerShell d\u00f6k\u00fcm ba\u015flang\u0131c\u0131",
     "Ba\u015flang\u0131\u00e7 saati: ", "Kullan\u0131c\u0131 ad\u0131: ",
     "RunAs Kullan\u0131c\u0131s\u0131: ", "Makine: ", "Konak uygulama: ", "Biti\u015f: "},
};

static void test_headers_are_read_by_place(void **s) {
    (void)s;
    for (size_t i = 0; i < sizeof LANGUAGES / sizeof *LANGUAGES; i++) {
        struct arena *a = arena_new(0);
        struct str text = arena_printf(
            a,
            FENCE "%s\r\n%s20220309083700\r\n%sCONTOSO\\p\r\n%sCONTOSO\\admin\r\n"
                  "X: \r\n%sWS01 (Microsoft Windows NT 10.0.19042.0)\r\n%sC:\\pwsh.exe\r\n"
                  "PID: 1\r\n" FENCE "PS C:\\> x\r\n" FENCE "ende\r\n%s20220309091500\r\n" FENCE,
            LANGUAGES[i].title, LANGUAGES[i].start, LANGUAGES[i].user, LANGUAGES[i].run_as,
            LANGUAGES[i].machine, LANGUAGES[i].application, LANGUAGES[i].end);
        assert_ptr_equal(evidence_recognise(text, true), &READER_TRANSCRIPT);
        struct got g = read_text(&READER_TRANSCRIPT, text);
        assert_int_equal(g.event_count, 1);
        assert_str(g.events[0].actor, "CONTOSO\\admin");
        assert_str(g.events[0].host, "WS01");
        assert_str(g.events[0].application, "C:\\pwsh.exe");
        assert_only(&g, "x", "2022-03-09T08:37:00", "2022-03-09T09:15:00");
        arena_free(a);
    }
}

static void test_a_label_without_its_colon_costs_only_its_value(void **s) {
    (void)s;
    struct got g =
        read_transcript(FENCE "Windows PowerShell-Aufzeichnung\r\nStartzeit 20220309083700\r\n"
                              "Benutzername: CONTOSO\\p\r\nRunAs-Benutzer CONTOSO\\admin\r\n"
                              "Computer: WS01 (Microsoft Windows NT 10.0.19042.0)\r\n"
                              "Hostanwendung: C:\\x.exe\r\n" FENCE "PS C:\\> x\r\n");
    assert_str(g.events[0].actor, "CONTOSO\\p");
    assert_str(g.events[0].host, "WS01");
    assert_only(&g, "x", "2022-03-09T08:37:00", "");
}

/* ---- encodings ---- */

static void test_encodings(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str text = STR(HEADER "PS C:\\> x \xC3\xA9\r\nPS C:\\> y\r\n");
    struct str forms[] = {arena_join(a, STR("\xEF\xBB\xBF"), text), as_utf16(a, text, false),
                          as_utf16(a, text, true), STR(HEADER "PS C:\\> x \xE9\r\nPS C:\\> y\r\n")};
    static const size_t marks[] = {3, 2, 2, 0}, widths[] = {1, 2, 2, 1};
    for (size_t i = 0; i < 4; i++) {
        assert_ptr_equal(evidence_recognise(forms[i], true), &READER_TRANSCRIPT);
        struct got g = read_text(&READER_TRANSCRIPT, forms[i]);
        assert_int_equal(g.event_count, 2);
        assert_int_equal(g.fault_count, 0);
        assert_str(g.events[0].text, "x \xC3\xA9");
        assert_int_equal(g.events[0].offset, marks[i] + widths[i] * (sizeof HEADER - 1));
        assert_int_equal(g.events[1].offset,
                         forms[i].n - widths[i] * (sizeof "PS C:\\> y\r\n" - 1));
        arena_free(g.a);
    }
    arena_free(a);
}

static void test_line_ends_are_any(void **s) {
    (void)s;
    struct buf b = {0};
    struct str text = STR(HEADER "PS C:\\> " GRANT "\r\n" EPILOGUE);
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r') buf_add_c(&b, text.p[i]);
    struct got g = read_text(&READER_TRANSCRIPT, buf_str(&b));
    assert_only(&g, GRANT, "2022-03-09T08:37:00", "2022-03-09T09:15:00");
    buf_free(&b);
}

static void test_dump_lines_are_json(void **s) {
    (void)s;
    struct got g = read_pieces(
        &READER_TRANSCRIPT,
        STR(HEADER "PS C:\\> \"a\"\\\r\n" COMMAND_AT("20220309084117") BINDINGS EPILOGUE), 0, true);
    static const char *const kinds[] = {"header", "command", "invocation"};
    assert_int_equal(g.line_count, 3);
    assert_int_equal(g.event_count, 0);
    for (size_t i = 0; i < 3; i++) {
        struct json_notes notes;
        assert_true(json_check(g.lines[i], &notes, NULL));
        cJSON *o = json_parse(g.a, g.lines[i], NULL, NULL);
        assert_str(json_get_str(o, "kind"), kinds[i]);
        assert_str(json_get_str(o, "user"), "CONTOSO\\p.okafor");
        assert_str(json_get_str(o, "run_as"), "CONTOSO\\admin");
        assert_str(json_get_str(o, "machine"), "WS01");
        assert_str(json_get_str(o, "time_basis"), "unknown");
        if (i == 1) assert_str(json_get_str(o, "text"), "\"a\"\\");
        cJSON_Delete(o);
    }
    arena_free(g.a);
}

static void test_other_texts_are_not_taken(void **s) {
    (void)s;
    static const char *const others[] = {
        "", FENCE, FENCE "x\r\nStart time: 20220309083700\r\n" FENCE,
        "Start time: 20220309083700\r\nUsername: a\r\nMachine: b\r\n" FENCE,
        FENCE "x\r\nStart time: 20221309083700\r\nUsername: a\r\nMachine: b (c)\r\n" FENCE};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_null(evidence_recognise(str_from(others[i]), true));
}

/* A file of many is cut between two of them, and gives what it gives as a whole. */
static void test_a_file_of_many_is_cut_between_two(void **s) {
    (void)s;
    static const char one[] =
        "**********************\r\nstart\r\nStart time: 20220309083700\r\nUsername: C\\p\r\n"
        "RunAs User: C\\a\r\nMachine: W (x)\r\n**********************\r\n"
        "PS C:\\> Set-Mailbox mb\r\n**********************\r\nend\r\nEnd time: "
        "20220309091500\r\n**********************\r\n";
    static const char other[] =
        "**********************\r\nstart\r\nStart time: 20220310083700\r\nUsername: D\\q\r\n"
        "RunAs User: D\\b\r\nMachine: V (x)\r\n**********************\r\n"
        "PS C:\\> Get-Mailbox mb\r\n";
    struct arena *a = arena_new(0);
    struct str item = arena_printf(a, "%s%s%s", one, other, one);
    struct got whole = read_text(&READER_TRANSCRIPT, item);
    assert_int_equal(whole.event_count, 3);
    for (size_t piece = 1; piece < item.n; piece += 7) {
        struct got g = read_pieces(&READER_TRANSCRIPT, item, piece, false);
        assert_int_equal(g.event_count, 3);
        for (size_t i = 0; i < 3; i++) {
            assert_str(g.events[i].text, arena_cstr(a, whole.events[i].text));
            assert_str(g.events[i].host, arena_cstr(a, whole.events[i].host));
            assert_str(g.events[i].actor, arena_cstr(a, whole.events[i].actor));
            assert_int_equal(g.events[i].offset, whole.events[i].offset);
            assert_int_equal(g.ordinals[i], whole.ordinals[i]);
            assert_int_equal(g.events[i].time.ns, whole.events[i].time.ns);
            assert_int_equal(g.events[i].until.ns, whole.events[i].until.ns);
        }
        if (piece < sizeof one) assert_true(g.blocks > 1);
        arena_free(g.a);
    }
    arena_free(whole.a);
    arena_free(a);
}

static void test_output_tells_how_the_one_call_ended(void **state) {
    (void)state;
    static const struct {
        const char *output;
        enum result result;
        bool what_if;
    } rows[] = {
        {"Write-ErrorMessage: Ex6F9304|ManagementObjectNotFoundException|not found\r\n",
         RESULT_FAILED, false},
        {"\x1b[31;1mWrite-ErrorMessage: \x1b[31;1mnot found\x1b[0m\r\n", RESULT_FAILED, false},
        {">> TerminatingError(): \"no such user\"\r\n", RESULT_FAILED, false},
        {"What if: Adding mailbox permission for 'p'.\r\n", RESULT_UNKNOWN, true},
        {"\r\nIdentity User\r\n-------- ----\r\nmb       p\r\n", RESULT_UNKNOWN, false},
        {"PS C:\\> dir\r\nWrite-Error: of the next command\r\n", RESULT_UNKNOWN, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf text = {0};
        buf_add_z(&text, HEADER "PS C:\\> " GRANT "\r\n");
        buf_add_z(&text, rows[i].output);
        buf_add_c(&text, '\0');
        struct got g = read_transcript(text.p);
        assert_int_equal(g.events[0].result, rows[i].result);
        assert_int_equal(g.events[0].what_if, rows[i].what_if);
        arena_free(g.a);
        buf_free(&text);
    }
    struct got g = read_transcript(HEADER "PS C:\\> " GRANT "; " GRANT "\r\nWrite-Error: one\r\n");
    assert_int_equal(g.events[0].result, RESULT_UNKNOWN); /* of which, nobody says */
    arena_free(g.a);
}

#define PRINTED                                                                                    \
    "\r\nIdentity     User          AccessRights                     IsInherited Deny\r\n"         \
    "--------     ----          ------------                     ----------- ----\r\n"             \
    "The boss     CONTOSO\\eve   {FullAccess, ReadPermission}     False       False\r\n"           \
    "The boss     CONTOSO\\se... {FullAccess}                     True        True \r\n\r\n"

static void test_printed_permissions_are_states(void **s) {
    (void)s;
    struct got g = read_transcript(HEADER COMMAND_AT(
        "20220309084117") "PS C:\\> Get-MailboxPermission ceo@c.test | ft\r\n" PRINTED EPILOGUE);
    assert_int_equal(g.event_count, 3);
    assert_int_equal(g.events[1].kind, EVENT_STATE);
    assert_int_equal(g.events[1].source, SOURCE_TRANSCRIPT);
    assert_int_equal(g.events[1].ordinal, 1); /* its command's */
    assert_str(g.events[1].operation, "Get-MailboxPermission");
    assert_time(g.events[1].time, "2022-03-09T08:41:17");
    assert_params(&g, 1,
                  "PrintedIdentity=The boss; User=CONTOSO\\eve; AccessRights={FullAccess, "
                  "ReadPermission}; IsInherited=False; Deny=False; Identity=ceo@c.test");
    assert_str(g.events[2].params.list[1].values[0], "CONTOSO\\se");
    assert_int_equal(g.events[2].params.list[1].flags, PARAM_TRUNCATED);
    assert_int_equal(g.fault_count, 0);
    arena_free(g.a);
}

static void test_a_folder_is_named_by_its_command(void **s) {
    (void)s;
    struct got g = read_transcript(
        HEADER "PS C:\\> Get-MailboxFolderPermission -Identity ceo:\\Calendar\r\n\r\n"
               "FolderName User    AccessRights SharingPermissionFlags\r\n"
               "---------- ----    ------------ ----------------------\r\n"
               "Calendar   Default {Editor}                           \r\n\r\n" EPILOGUE);
    assert_int_equal(g.event_count, 2);
    assert_str(g.events[1].operation, "Get-MailboxFolderPermission");
    assert_params(&g, 1,
                  "FolderName=Calendar; User=Default; AccessRights={Editor}; "
                  "SharingPermissionFlags=; Identity=ceo:\\Calendar");
    arena_free(g.a);
}

static void test_other_tables_hide_no_command(void **s) {
    (void)s;
    struct got g = read_transcript(HEADER "Name  Id\r\n----  --\r\nx     1\r\nPS C:\\> " GRANT
                                          "\r\n" EPILOGUE);
    assert_only(&g, GRANT, "2022-03-09T08:37:00", "2022-03-09T09:15:00");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_of_many_is_cut_between_two),
        cmocka_unit_test(test_a_command_lies_between_start_and_end),
        cmocka_unit_test(test_an_invocation_header_times_the_command_behind_it),
        cmocka_unit_test(test_prompts_of_every_kind),
        cmocka_unit_test(test_output_is_no_command),
        cmocka_unit_test(test_continuation_lines_belong_to_the_command),
        cmocka_unit_test(test_bindings_are_what_the_engine_bound),
        cmocka_unit_test(test_failure_stands_in_the_output),
        cmocka_unit_test(test_two_transcripts_in_one_file),
        cmocka_unit_test(test_a_repeated_header_goes_on),
        cmocka_unit_test(test_the_short_header_of_old_versions),
        cmocka_unit_test(test_headers_are_read_by_place),
        cmocka_unit_test(test_a_label_without_its_colon_costs_only_its_value),
        cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_line_ends_are_any),
        cmocka_unit_test(test_dump_lines_are_json),
        cmocka_unit_test(test_other_texts_are_not_taken),
        cmocka_unit_test(test_output_tells_how_the_one_call_ended),
        cmocka_unit_test(test_printed_permissions_are_states),
        cmocka_unit_test(test_a_folder_is_named_by_its_command),
        cmocka_unit_test(test_other_tables_hide_no_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
