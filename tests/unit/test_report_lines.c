/* report: the lines that programs rely on, byte by byte as FORMATS.md fixes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/report_fixture.h"

#define SHA_X "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

static void assert_text(struct buf *b, const char *want) {
    if (b->n != strlen(want) || memcmp(b->p, want, b->n) != 0)
        fail_msg("is:   %.*s\nwant: %s", (int)b->n, b->p, want);
    buf_free(b);
}

static void assert_holds(struct buf *b, const char *part) {
    if (str_find(buf_str(b), str_from(part)) == STR_ABSENT)
        fail_msg("%s\nis not in %.*s", part, (int)b->n, b->p);
}

static void test_timeline_line_has_every_key_in_its_order(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    report_timeline_jsonl(&f.analysis, &b);
    assert_text(&b,
                "{\"id\":\"c-000001\",\"time\":\"2022-03-09T08:41:17Z\",\"time_basis\":\"utc\","
                "\"action\":\"grant\",\"right\":\"FullAccess\",\"scope\":null,\"level\":null,"
                "\"mailbox\":{\"written\":\"ceo\",\"identity\":\"ceo@corp.example\"},"
                "\"trustee\":{\"written\":\"eve\",\"identity\":\"eve@corp.example\"},"
                "\"actor\":{\"written\":\"adm@corp.example\",\"identity\":null},"
                "\"deny\":false,\"inheritance\":\"All\",\"automapping\":false,"
                "\"result\":\"succeeded\",\"client_ip\":\"203.0.113.7\",\"host\":null,"
                "\"session\":null,\"application\":null,"
                "\"parameters\":{\"User\":[\"eve\"],\"AccessRights\":[\"FullAccess\"]},"
                "\"command\":\"Add-MailboxPermission ceo -User eve\",\"priority\":\"critical\","
                "\"signals\":[{\"id\":\"self-grant\",\"why\":\"the actor gave the right to a new "
                "account\"}],\"rules\":[\"mailbox_permission_added\"],\"grant\":\"g-000001\","
                "\"observations\":[{\"source\":\"ual\",\"item\":\"data/000001-ual.csv\","
                "\"record\":\"a1b2\",\"offset\":512,\"sha256\":\"" SHA_X
                "\",\"time\":\"2022-03-09T08:41:17Z\"}],\"flags\":[\"obfuscated\"],"
                "\"changed_nothing\":false,\"cmdlet\":\"Add-MailboxPermission\",\"mask\":null,"
                "\"note\":null,\"signin\":null,\"earliest\":null,\"latest\":null}\n");
    fixture_free(&f);
}

static void test_ledger_line_has_every_key_in_its_order(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    report_ledger_jsonl(&f.analysis, &b);
    assert_text(
        &b, "{\"id\":\"g-000001\",\"mailbox\":{\"written\":\"ceo\",\"identity\":"
            "\"ceo@corp.example\"},\"trustee\":{\"written\":\"eve\",\"identity\":"
            "\"eve@corp.example\"},\"right\":\"FullAccess\",\"scope\":null,\"level\":null,"
            "\"state\":\"open\",\"opened\":\"2022-03-09T08:41:17Z\",\"opened_by\":"
            "\"c-000001\",\"closed\":null,\"closed_by\":null,\"use\":{\"count\":12,"
            "\"first\":\"2022-03-09T09:00:00Z\",\"last\":\"2022-03-10T09:00:00Z\",\"by\":"
            "{\"MailItemsAccessed\":12}},\"priority\":\"critical\",\"changes\":"
            "[\"c-000001\"],\"deny\":false,\"snapshots\":[],\"finding\":null,\"members\":[]}\n");
    fixture_free(&f);
}

static void test_edits_of_one_parameter_are_merged_in_order(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    struct params *p = &f.act.what.params;
    params_add1(f.arena, p, STR("GrantSendOnBehalfTo"), STR("eve"))->edit = EDIT_ADD;
    params_add(f.arena, p, STR("Empty"), NULL, 0);
    params_add1(f.arena, p, STR("grantsendonbehalfto"), STR("bob"))->edit = EDIT_REMOVE;
    report_timeline_jsonl(&f.analysis, &b);
    assert_holds(&b, "\"GrantSendOnBehalfTo\":[\"@{Add=eve}\",\"@{Remove=bob}\"],\"Empty\":[]}");
    buf_free(&b);
    fixture_free(&f);
}

static void test_flags_are_words_in_a_fixed_order(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    f.act.what.flags = 2047;
    report_timeline_jsonl(&f.analysis, &b);
    assert_holds(&b, "\"flags\":[\"what-if\",\"truncated\",\"ambiguous\",\"dynamic\",\"poor\","
                     "\"replaces\",\"clears\",\"owner\",\"obfuscated\",\"service\",\"attempt\"]");
    buf_free(&b);
    fixture_free(&f);
}

static void test_an_altered_item_marks_its_observations(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    f.item.integrity = INTEGRITY_DIFFERS;
    report_timeline_jsonl(&f.analysis, &b);
    assert_holds(&b, "\"time\":\"2022-03-09T08:41:17Z\",\"integrity\":\"differs\"}]");
    buf_free(&b);
    fixture_free(&f);
}

static void test_unknown_things_are_null(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    struct str who[] = {STR("eve@a"), STR("eve@b")};
    f.act.time = (struct when){0};
    f.act.trustee = (struct party){STR("eve"), STR_NONE, who, 2};
    f.act.what.automapping = TRI_UNKNOWN;
    f.act.what.mask_known = true;
    f.act.what.mask = 1025;
    f.act.grant = NULL;
    report_timeline_jsonl(&f.analysis, &b);
    assert_holds(&b, "\"time\":null,\"time_basis\":\"unknown\"");
    assert_holds(&b, "\"trustee\":{\"written\":\"eve\",\"identity\":null,\"candidates\":"
                     "[\"eve@a\",\"eve@b\"]}");
    assert_holds(&b, "\"automapping\":null");
    assert_holds(&b, "\"mask\":1025");
    assert_holds(&b, "\"grant\":null");
    buf_free(&b);
    fixture_free(&f);
}

static size_t cells_of(struct str line) {
    size_t n = 1;
    bool quoted = false;
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '"') quoted = !quoted;
        n += line.p[i] == ',' && !quoted;
    }
    return n;
}

static void test_csv_begins_as_timesketch_wants_and_rows_fit_the_head(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    struct str head, rest, row;
    fixture_make(&f);
    report_timeline_csv(&f.analysis, &b);
    assert_true(str_starts(buf_str(&b), STR("message,datetime,timestamp_desc,id,")));
    str_cut(buf_str(&b), '\n', &head, &rest);
    str_cut(rest, '\n', &row, &rest);
    assert_int_equal(cells_of(head), cells_of(row));
    assert_true(str_starts(row, STR("FullAccess on ceo@corp.example granted to eve@corp.example by "
                                    "adm@corp.example (succeeded),2022-03-09T08:41:17Z,Mailbox "
                                    "access granted,c-000001,utc,grant,FullAccess,")));
    buf_free(&b);
    fixture_free(&f);
}

static void test_csv_cells_are_neither_formulas_nor_lines(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    f.act.trustee = fixture_party("=HYPERLINK(\"http://evil.example\")", "");
    f.act.what.command = STR("a\r\nb\xff\xe2\x80\xae");
    report_timeline_csv(&f.analysis, &b);
    assert_holds(&b, "\"'=HYPERLINK(\"\"http://evil.example\"\")\"");
    assert_holds(&b, ",a\\x0d\\x0ab\\xff\\u202e,");
    buf_free(&b);
    fixture_free(&f);
}

static void test_errors_name_place_and_reason(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    struct error_row rows[] = {{.item = &f.item,
                                .item_name = f.item.name,
                                .offset = 8192,
                                .has_offset = true,
                                .record = STR("4711"),
                                .reason = STR("template offset beyond chunk")},
                               {.item_name = STR("gone.evtx"), .reason = STR("cannot open")}};
    f.analysis.errors = rows;
    f.analysis.error_count = 2;
    report_errors_jsonl(&f.analysis, &b);
    assert_text(&b, "{\"item\":\"data/000001-ual.csv\",\"offset\":8192,\"record\":\"4711\","
                    "\"reason\":\"template offset beyond chunk\",\"sha256\":\"" SHA_X "\"}\n"
                    "{\"item\":\"gone.evtx\",\"offset\":null,\"record\":null,"
                    "\"reason\":\"cannot open\",\"sha256\":null}\n");
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeline_line_has_every_key_in_its_order),
        cmocka_unit_test(test_ledger_line_has_every_key_in_its_order),
        cmocka_unit_test(test_edits_of_one_parameter_are_merged_in_order),
        cmocka_unit_test(test_flags_are_words_in_a_fixed_order),
        cmocka_unit_test(test_an_altered_item_marks_its_observations),
        cmocka_unit_test(test_unknown_things_are_null),
        cmocka_unit_test(test_csv_begins_as_timesketch_wants_and_rows_fit_the_head),
        cmocka_unit_test(test_csv_cells_are_neither_formulas_nor_lines),
        cmocka_unit_test(test_errors_name_place_and_reason),
    };
    return cmocka_run_group_tests_name("report: lines", tests, NULL, NULL);
}
