/* ual_csv: the unified audit log as tables; and which reader takes which file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <ftw.h>

#include "reader_fixture.h"

extern const struct reader READER_UAL_CSV;

/* AuditData of one grant, as a quoted cell. */
#define AUDIT(id)                                                                                  \
    "\"{\"\"CreationTime\"\":\"\"2022-03-09T08:41:17\"\",\"\"Id\"\":\"\"" id                       \
    "\"\",\"\"Operation\"\":\"\"Add-MailboxPermission\"\",\"\"UserId\"\":\"\"p@x\"\","             \
    "\"\"Parameters\"\":[{\"\"Name\"\":\"\"Identity\"\",\"\"Value\"\":\"\"a\\\\b\"\"},"            \
    "{\"\"Name\"\":\"\"AccessRights\"\",\"\"Value\"\":\"\"FullAccess\"\"}]}\""
#define SEARCH_HEADER                                                                              \
    "\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\",\"ResultIndex\","    \
    "\"Identity\"\r\n"
#define SEARCH_ROW(id)                                                                             \
    "\"ExchangeAdmin\",\"3/9/2022 8:41:17 AM\",\"p@x\",\"Add-MailboxPermission\"," AUDIT(          \
        id) ",\"1\",\"" id "\"\r\n"

static void assert_grant(struct got *g, size_t i, const char *id) {
    assert_true(i < g->event_count);
    const struct event *e = &g->events[i];
    char time[WHEN_TEXT];
    assert_int_equal(e->kind, EVENT_COMMAND);
    assert_str(e->record, id);
    assert_str(e->operation, "Add-MailboxPermission");
    assert_str(e->actor, "p@x");
    assert_str(when_format(e->time, time), "2022-03-09T08:41:17Z");
    assert_params(g, i, "Identity=a\\b; AccessRights=FullAccess");
    assert_false(e->poor);
}

static void assert_one_grant(const char *text) {
    struct got g = read_text(&READER_UAL_CSV, str_from(text));
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.fault_count, 0);
    assert_int_equal(g.seen, 1);
    assert_grant(&g, 0, "r1");
    arena_free(g.a);
    const struct reader *r = evidence_recognise(str_from(text), true);
    assert_ptr_equal(r, &READER_UAL_CSV);
}

static void test_the_layouts_of_search_portal_and_tables(void **s) {
    (void)s;
    assert_one_grant(SEARCH_HEADER SEARCH_ROW("r1"));
    assert_one_grant(
        "#TYPE Selected.System.Management.Automation.PSCustomObject\r\n" SEARCH_HEADER SEARCH_ROW(
            "r1"));
    assert_one_grant("\"PSComputerName\",\"RunspaceId\"," SEARCH_HEADER
                     "\"outlook.office365.com\",\"0b2f\"," SEARCH_ROW("r1"));
    assert_one_grant("RecordId,CreationDate,RecordType,Operation,UserId,AuditData\r\n"
                     "r1,2022-03-09T08:41:17.0000000Z,1,Add-MailboxPermission,p@x," AUDIT("r1"));
    /* Fields as columns; Parameters is JSON with line feeds. */
    assert_one_grant(
        "RecordId,TimeGenerated,UserId,ClientIP,Operation,Parameters\n"
        "r1,2022-03-09T08:41:17Z,p@x,1.2.3.4,Add-MailboxPermission,\"[\n  {\n"
        "    \"\"Name\"\": \"\"Identity\"\",\n    \"\"Value\"\": \"\"a\\\\b\"\"\n  },\n"
        "  {\"\"Name\"\":\"\"AccessRights\"\",\"\"Value\"\":\"\"FullAccess\"\"}\n]\"\n");
}

static void test_columns_stand_in_any_order_and_with_any_separator(void **s) {
    (void)s;
    assert_one_grant("AuditData,Operations,UserIds,Identity,CreationDate\r\n" AUDIT(
        "r1") ",Add-MailboxPermission,p@x,r1,3/9/2022 8:41:17 AM\r\n");
    assert_one_grant("Operation;UserId;AuditData;CreationDate\nAdd-MailboxPermission;p@x;" AUDIT(
        "r1") ";09.03.2022 08:41:17\n");
    assert_one_grant("CreationDate\tOperation\tUserId\tAuditData\n"
                     "x\tAdd-MailboxPermission\tp@x\t" AUDIT("r1") "\n");
}

static void test_utf16_has_offsets_of_its_own_bytes(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str text = STR(SEARCH_HEADER SEARCH_ROW("\xC3\xA9") SEARCH_ROW("r2"));
    for (int big = 0; big < 2; big++) {
        struct str item = as_utf16(a, text, big);
        struct got g = read_text(&READER_UAL_CSV, item);
        assert_int_equal(g.event_count, 2);
        assert_int_equal(g.fault_count, 0);
        assert_grant(&g, 0, "\xC3\xA9");
        assert_grant(&g, 1, "r2");
        assert_int_equal(g.events[0].offset, 2 + 2 * (sizeof SEARCH_HEADER - 1));
        assert_int_equal(g.events[1].offset, item.n - 2 * (sizeof SEARCH_ROW("r2") - 1));
        assert_ptr_equal(evidence_recognise(item, true), &READER_UAL_CSV);
        arena_free(g.a);
    }
    arena_free(a);
}

static void test_an_empty_audit_data_leaves_the_outer_columns(void **s) {
    (void)s;
    struct got g = read_text(&READER_UAL_CSV,
                             STR(SEARCH_HEADER "\"ExchangeAdmin\",\"3/9/2022 8:41:17 AM\",\"p@x\","
                                               "\"Add-MailboxPermission\",\"\",\"1\",\"r1\"\r\n"));
    char time[WHEN_TEXT];
    assert_int_equal(g.event_count, 1);
    assert_int_equal(g.fault_count, 0);
    assert_true(g.events[0].poor);
    assert_int_equal(g.events[0].kind, EVENT_COMMAND);
    assert_str(g.events[0].actor, "p@x");
    assert_str(g.events[0].record, "r1");
    assert_str(when_format(g.events[0].time, time), "2022-03-09T08:41:17Z");
    arena_free(g.a);
}

static void test_a_broken_audit_data_is_a_fault_and_leaves_the_outer_columns(void **s) {
    (void)s;
    struct got g = read_text(
        &READER_UAL_CSV,
        STR(SEARCH_HEADER
            "\"ExchangeAdmin\",\"3/9/2022\",\"p@x\",\"Add-MailboxPermission\","
            "\"{\"\"Id\"\":\"\"r1\"\",\"\"Operation\",\"1\",\"r1\"\r\n" SEARCH_ROW("r2")));
    assert_int_equal(g.event_count, 2);
    assert_int_equal(g.fault_count, 1);
    assert_int_equal(g.faults[0].offset, sizeof SEARCH_HEADER - 1);
    assert_str(g.faults[0].record, "r1");
    assert_true(g.events[0].poor);
    assert_grant(&g, 1, "r2");
    arena_free(g.a);
}

static void test_a_repeated_id_is_given_every_time(void **s) {
    (void)s;
    struct got g = read_text(&READER_UAL_CSV, STR(SEARCH_HEADER SEARCH_ROW("r1") SEARCH_ROW("r1")));
    assert_int_equal(g.event_count, 2);
    assert_grant(&g, 0, "r1");
    assert_grant(&g, 1, "r1");
    assert_int_equal(g.events[1].ordinal, 2);
    arena_free(g.a);
}

static void test_a_cell_that_does_not_end_is_a_fault(void **s) {
    (void)s;
    struct got g =
        read_text(&READER_UAL_CSV, STR(SEARCH_HEADER SEARCH_ROW("r1") "\"ExchangeAdmin\",\"3/9"));
    assert_int_equal(g.event_count, 1);
    assert_true(g.fault_count >= 1);
    assert_int_equal(g.records, 2);
    arena_free(g.a);
}

/* The row whose quotes do not balance is a fault; the rows behind it are read. */
static void test_reading_goes_on_behind_an_unbalanced_quote(void **s) {
    (void)s;
    static const char *const torn[] = {
        "\"ExchangeAdmin\",\"3/9/2022 8:41:17 "
        "AM\",\"p@x,\"Add-MailboxPermission\",,\"1\",\"t\"\r\n",
        "\"ExchangeAdmin\",\"3/9/2022 8:41:17 AM\",\"p@x\",\"Add-MailboxPermission\",\"{\r\n",
    };
    for (size_t i = 0; i < sizeof torn / sizeof *torn; i++) {
        struct arena *a = arena_new(0);
        struct str item = arena_printf(a, "%s%s%s%s", SEARCH_HEADER, SEARCH_ROW("r1"), torn[i],
                                       SEARCH_ROW("r2") SEARCH_ROW("r3"));
        struct got g = read_text(&READER_UAL_CSV, item);
        assert_int_equal(g.fault_count, 1);
        assert_int_equal(g.event_count, 3);
        assert_grant(&g, 1, "r2");
        assert_grant(&g, 2, "r3");
        arena_free(g.a);
        arena_free(a);
    }
}

static void assert_poor_time(const char *rows, const char *want, size_t faults) {
    struct arena *a = arena_new(0);
    char time[WHEN_TEXT];
    struct got g = read_text(&READER_UAL_CSV, arena_printf(a, "%s%s", SEARCH_HEADER, rows));
    const struct event *e = &g.events[g.event_count - 1];
    assert_true(e->poor);
    assert_str(when_format(e->time, time), want);
    assert_int_equal(g.fault_count, faults);
    arena_free(g.a);
    arena_free(a);
}

#define POOR(time) "\"ExchangeAdmin\",\"" time "\",\"p@x\",\"Add-MailboxPermission\",,\"1\",\"i\"\n"
#define DATED(time)                                                                                \
    "\"ExchangeAdmin\",\"" time                                                                    \
    "\",\"p@x\",\"Add-MailboxPermission\"," AUDIT("r1") ",\"1\",\"r1\"\n"

/* Export-Csv writes CreationDate in the culture of whoever exported it. */
static void test_poor_rows_take_the_order_of_day_and_month_from_the_table(void **s) {
    (void)s;
    assert_poor_time(POOR("13/4/2022 8:41:17"), "2022-04-13T08:41:17Z", 0);
    assert_poor_time(POOR("4.3.2022 08:41:17"), "2022-03-04T08:41:17Z", 0);
    assert_poor_time(POOR("3/13/2022 8:41:17 AM"), "2022-03-13T08:41:17Z", 0);
    assert_poor_time(DATED("09/03/2022 08:41:17") POOR("04/03/2022 08:41:17"),
                     "2022-03-04T08:41:17Z", 0);
    assert_poor_time(DATED("03/09/2022 08:41:17") POOR("04/03/2022 08:41:17"),
                     "2022-04-03T08:41:17Z", 0);
    assert_poor_time(POOR("04/03/2022 08:41:17"), "2022-04-03T08:41:17Z", 1);
}

static void test_cutting_anywhere_gives_the_same_events(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct str text = STR(SEARCH_HEADER SEARCH_ROW("r\xC3\xA9") SEARCH_ROW("2\r\n\"\"3\n")
                              SEARCH_ROW("x\"\"") SEARCH_ROW("r4"));
    assert_cuts_alike(&READER_UAL_CSV, text, 9);
    assert_cuts_alike(&READER_UAL_CSV, as_utf16(a, text, false), 31);
    assert_cuts_alike(&READER_UAL_CSV, as_utf16(a, text, true), 31);
    struct got g = read_pieces(&READER_UAL_CSV,
                               STR("\xEF\xBB\xBF#TYPE x\r\n" SEARCH_HEADER SEARCH_ROW("r1")
                                       SEARCH_ROW("r2") SEARCH_ROW("r3")),
                               sizeof SEARCH_HEADER + sizeof SEARCH_ROW("r1") * 3 / 2, false);
    assert_int_equal(g.event_count, 3);
    assert_true(g.blocks > 1);
    assert_grant(&g, 2, "r3");
    arena_free(g.a);
    arena_free(a);
}

static void test_dump_lines_hold_every_cell(void **s) {
    (void)s;
    struct got g = read_pieces(&READER_UAL_CSV,
                               STR("Operation,UserId,AuditData\r\nx,\"a\r\nb\"," AUDIT(
                                   "r1") ",more\r\ny,,\"{broken\"\r\n"),
                               0, true);
    assert_int_equal(g.line_count, 2);
    assert_int_equal(g.event_count, 0);
    for (size_t i = 0; i < 2; i++) {
        assert_true(json_check(g.lines[i], NULL, NULL));
        assert_true(str_chr(g.lines[i], '\n') == STR_ABSENT);
    }
    assert_true(str_find(g.lines[0], STR("\"Operation\":\"x\"")) != STR_ABSENT);
    assert_true(str_find(g.lines[0], STR("\"more\"")) != STR_ABSENT);
    assert_true(str_find(g.lines[0], STR("{\"CreationTime\"")) != STR_ABSENT);
    assert_true(str_find(g.lines[1], STR("{broken")) != STR_ABSENT);
    arena_free(g.a);
}

static void test_other_tables_are_not_taken(void **s) {
    (void)s;
    static const char *const others[] = {"a,b,c\n1,2,3\n", "Operation,User\nx,y\n", "",
                                         "\"Operation,UserId,AuditData",
                                         "Date,Operation,Result\n1,2,3\n"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_null(evidence_recognise(str_from(others[i]), true));
}

/* ---- real files, where they are present ---- */

#define SHARED "../shared/data"
static size_t files_read, files_wrong;

/* The reader that a file must get, by where it lies; evidence is recognised by content. */
static const char *wanted_reader(const char *path) {
    struct str p = str_from(path);
    if (str_iends(p, STR(".evtx"))) return "evtx";
    bool ual = str_find(p, STR("/ual/")) != STR_ABSENT;
    if (ual && str_ends(p, STR(".csv"))) return "ual-csv";
    if (ual && (str_ends(p, STR(".json")) || str_ends(p, STR(".jsonl")))) return "ual-json";
    if (str_find(p, STR("/transcripts/")) != STR_ABSENT && str_ends(p, STR(".txt")))
        return "transcript";
    /* Get-Mailbox, whatever the file is called. */
    if (str_ends(p, STR("/GetDynamicDistributionGroupPfMailboxes.xml"))) return "snapshot-clixml";
    if (str_ends(p, STR("audit20230111-1.LOG"))) return "exchange-log";
    return "";
}

static int bid_on_file(const char *path, const struct stat *st, int type, struct FTW *where) {
    (void)st, (void)where;
    if (type != FTW_F) return 0;
    char *room = malloc(BID_FIRST);
    FILE *in = fopen(path, "rb");
    size_t n = in && room ? fread(room, 1, BID_FIRST, in) : 0, best = 0;
    if (in) fclose(in);
    int most = 0;
    for (size_t i = 0; EVIDENCE_READERS[i]; i++) {
        int bid = EVIDENCE_READERS[i]->bid(str_of(room, n), n < BID_FIRST);
        if (bid > most) best = 0;
        if (bid > most) most = bid;
        best += bid && bid == most;
    }
    const struct reader *r = evidence_recognise(str_of(room, n), n < BID_FIRST);
    bool right = best < 2 && str_eq(str_from(r ? r->name : ""), str_from(wanted_reader(path)));
    if (!right) print_message("%s: %s, %zu highest bids\n", path, r ? r->name : "none", best);
    files_read++;
    files_wrong += !right;
    free(room);
    return 0;
}

static void test_every_real_file_gets_its_reader(void **s) {
    (void)s;
    if (nftw(SHARED, bid_on_file, 16, FTW_PHYS) != 0 || !files_read) {
        print_message("%s is absent: skipped\n", SHARED);
        skip();
    }
    assert_int_equal(files_wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_layouts_of_search_portal_and_tables),
        cmocka_unit_test(test_columns_stand_in_any_order_and_with_any_separator),
        cmocka_unit_test(test_utf16_has_offsets_of_its_own_bytes),
        cmocka_unit_test(test_an_empty_audit_data_leaves_the_outer_columns),
        cmocka_unit_test(test_a_broken_audit_data_is_a_fault_and_leaves_the_outer_columns),
        cmocka_unit_test(test_a_repeated_id_is_given_every_time),
        cmocka_unit_test(test_a_cell_that_does_not_end_is_a_fault),
        cmocka_unit_test(test_reading_goes_on_behind_an_unbalanced_quote),
        cmocka_unit_test(test_poor_rows_take_the_order_of_day_and_month_from_the_table),
        cmocka_unit_test(test_cutting_anywhere_gives_the_same_events),
        cmocka_unit_test(test_dump_lines_hold_every_cell),
        cmocka_unit_test(test_other_tables_are_not_taken),
        cmocka_unit_test(test_every_real_file_gets_its_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
