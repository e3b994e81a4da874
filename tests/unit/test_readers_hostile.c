/* The readers of text on damaged items: nothing crashes, every block advances, what is counted is
 * counted once, and whatever stands in front of the damage is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reader_fixture.h"

#define RECORD(id)                                                                                 \
    "{\"CreationTime\":\"2022-03-09T08:41:17\",\"Id\":\"" id "\",\"RecordType\":1,"                \
    "\"Operation\":\"Set-Mailbox\",\"UserId\":\"p\",\"Parameters\":[{\"Name\":"                    \
    "\"GrantSendOnBehalfTo\",\"Value\":\"@{Add=a,b; Remove=c}\"},{\"Name\":\"Identity\","          \
    "\"Value\":\"\\u00e9\\\\\"}]}"

static const char JSON_ITEM[] = "{\"@odata.context\":\"x\",\"value\":[" RECORD("a") ",\n" RECORD(
    "b") "],\"@odata.nextLink\":\"y\"}\n" RECORD("c");
static const char CSV_ITEM[] =
    "#TYPE x\r\n\"Operations\",\"UserIds\",\"CreationDate\",\"AuditData\"\r\n"
    "\"Set-Mailbox\",\"p\",\"3/9/2022 8:41:17 AM\",\"{\"\"Id\"\":\"\"a\"\",\"\"Operation\"\":"
    "\"\"Set-Mailbox\"\"}\"\r\n\"Set-Mailbox\",\"p\r\nq\",\"\",\"\"\r\nx,\"y\",z\r\n";
static const char TRANSCRIPT_ITEM[] =
    "**********************\r\nstart\r\nStart time: 20220309083700\r\nUsername: C\\p\r\n"
    "RunAs User: C\\a\r\nMachine: W (x)\r\n**********************\r\n"
    "PS C:\\> Set-Mailbox mb `\r\n>> -Type Shared\r\n**********************\r\n"
    "Command start time: 20220309084117\r\n**********************\r\n"
    "PS>CommandInvocation(Set-Mailbox): \"Set-Mailbox\"\r\n"
    ">> ParameterBinding(Set-Mailbox): name=\"Identity\"; value=\"mb\"\r\nSet-Mailbox : no\r\n"
    "**********************\r\nend\r\nEnd time: 20220309091500\r\n**********************\r\n";

static const struct {
    const char *reader;
    struct str item;
} ITEMS[] = {{"ual-json", {JSON_ITEM, sizeof JSON_ITEM - 1}},
             {"ual-csv", {CSV_ITEM, sizeof CSV_ITEM - 1}},
             {"transcript", {TRANSCRIPT_ITEM, sizeof TRANSCRIPT_ITEM - 1}}};
enum { ITEM_COUNT = sizeof ITEMS / sizeof *ITEMS };

/* Reads it in every manner; returns how many events it gave when read at once. */
static size_t survive(const struct reader *r, struct str item) {
    struct got whole = read_text(r, item), pieces = read_pieces(r, item, 64, false),
               dumped = read_pieces(r, item, 0, true);
    size_t n = whole.event_count;
    for (size_t i = 0; i < dumped.line_count && i < GOT_MOST; i++)
        assert_true(json_check(dumped.lines[i], NULL, NULL));
    for (size_t i = 0; i < n && i < GOT_MOST; i++) assert_true(whole.events[i].offset < item.n);
    arena_free(whole.a);
    arena_free(pieces.a);
    arena_free(dumped.a);
    evidence_recognise(item, true);
    return n;
}

static void test_every_prefix_is_survived(void **s) {
    (void)s;
    for (size_t k = 0; k < ITEM_COUNT; k++) {
        const struct reader *r = evidence_reader_by_name(str_from(ITEMS[k].reader));
        size_t all = survive(r, ITEMS[k].item);
        assert_true(all >= 2);
        for (size_t n = 1; n < ITEMS[k].item.n; n++) {
            /* Of memory of its own, so that a byte too far is seen. */
            char *copy = memory_alloc(n);
            memcpy(copy, ITEMS[k].item.p, n);
            /* One more at most: the cut line itself, taken for something else. */
            assert_true(survive(r, str_of(copy, n)) <= all + 1);
            free(copy);
        }
    }
}

static void test_every_changed_byte_is_survived(void **s) {
    (void)s;
    static const char into[] = "\"\\{}[]\n\r,\0\xFF:*>";
    for (size_t k = 0; k < ITEM_COUNT; k++) {
        const struct reader *r = evidence_reader_by_name(str_from(ITEMS[k].reader));
        struct str item = ITEMS[k].item;
        char *copy = memory_alloc(item.n);
        for (size_t i = 0; i < item.n; i++) {
            memcpy(copy, item.p, item.n);
            copy[i] = into[i % (sizeof into - 1)];
            survive(r, str_of(copy, item.n));
        }
        free(copy);
    }
}

static void test_deep_nesting_is_refused_not_followed(void **s) {
    (void)s;
    struct buf b = {0};
    buf_add(&b, STR(RECORD("a") "\n{\"Operation\":\"Set-Mailbox\",\"x\":"));
    for (int i = 0; i < 100000; i++) buf_add_c(&b, '[');
    for (int i = 0; i < 100000; i++) buf_add_c(&b, ']');
    buf_add(&b, STR("}\n" RECORD("b")));
    struct got g = read_text(evidence_reader_by_name(STR("ual-json")), buf_str(&b));
    assert_int_equal(g.event_count, 2);
    assert_int_equal(g.fault_count, 1);
    arena_free(g.a);
    buf_free(&b);
}

/* Each of these could be the beginning of a record that the others are in. */
static void test_nothing_but_torn_records_comes_to_an_end(void **s) {
    (void)s;
    for (int closed = 0; closed < 2; closed++) {
        struct buf b = {0};
        for (int i = 0; i < 300000; i++) buf_add(&b, STR("\n{"));
        for (int i = 0; closed && i < 300000; i++) buf_add_c(&b, '}');
        struct got g =
            read_pieces(evidence_reader_by_name(STR("ual-json")), buf_str(&b), b.n - 1, false);
        assert_int_equal(g.event_count, 0);
        assert_true(g.fault_count > 0);
        arena_free(g.a);
        buf_free(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_prefix_is_survived),
        cmocka_unit_test(test_every_changed_byte_is_survived),
        cmocka_unit_test(test_deep_nesting_is_refused_not_followed),
        cmocka_unit_test(test_nothing_but_torn_records_comes_to_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
