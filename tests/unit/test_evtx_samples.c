/* Public logs that nobody here wrote, where they are present: ../shared/data/evtx/ beside the
 * repository. How many records each holds was compared with two other readers
 * (tests/conformance/README.md). */
#include <stdio.h>

#include "base/file.h"
#include "tests/unit/evtx_fixture.h"

static const char SAMPLES[] = "../shared/data/evtx/";

/* False, said once, where the samples are not there. */
static bool read_sample(struct arena *a, const char *name, struct str *bytes) {
    struct error e = {0};
    char *path = file_join(SAMPLES, name);
    bool there = file_read(a, path, (size_t)64 << 20, bytes, &e) == 0;
    if (!there) print_message("skipped: %s is not here\n", path);
    free(path);
    return there;
}

static void test_samples_hold_as_many_records_as_were_counted(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint64_t records;
    } rows[] = {
        {"rust-evtx/system.evtx", 1881},         /* header: 3 chunks of 15 */
        {"rust-evtx/2-vss_7-System.evtx", 1160}, /* a hole before the last chunk */
        {"go-evtx/Security.evtx", 739},          /* header: 5 chunks of 10 */
        {"rust-evtx/post-Security.evtx", 126},   /* odd flags */
        {"rust-evtx/Application_no_crc32.evtx", 17},
        {"rust-evtx/security_bad_string_cache.evtx", 2261},
        {"rust-evtx/sample-with-irregular-bool-values.evtx", 3028},
        {"rust-evtx/sample-with-zero-data-size-event.evtx", 449},
        {"rust-evtx/sysmon.evtx", 358}, /* garbage behind the first chunks */
        {"rust-evtx/MSExchange_Management_wec.evtx", 1},
        {"python-evtx/dns_log_malformed.evtx", 5},
        {"plaso/System.evtx", 5009},
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str bytes;
        arena_reset(a);
        if (!read_sample(a, rows[i].name, &bytes)) break;
        struct seen s = seen_in(bytes, true);
        if (s.counted != rows[i].records)
            fail_msg("%s: %llu records, not %llu", rows[i].name, (unsigned long long)s.counted,
                     (unsigned long long)rows[i].records);
        done(&s, NULL);
    }
    arena_free(a);
}

/* The one public event of this channel: forwarded, French, without a template. */
static void test_the_forwarded_exchange_event_is_understood(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct str bytes;
    if (read_sample(a, "rust-evtx/MSExchange_Management_wec.evtx", &bytes)) {
        struct seen s = seen_in(bytes, false);
        const struct event *e = &s.event[0];
        assert_int_equal(s.events, 1);
        assert_int_equal(s.faults, 0);
        assert_str(s.telemetry, "msexchange-management");
        assert_str(e->record, "3229");
        assert_str(e->operation, "Set-Mailbox");
        assert_str(e->actor, "ave.local/Users/Administrateur");
        assert_str(e->actor_key, "S-1-5-21-186559946-3925841745-111227986-500");
        assert_str(e->session, "a3591746-a27b-447a-b8be-ff54ae3a46f1");
        assert_str(params_first(&e->params, "ForwardingSmtpAddress"), "smtp:test2@example.com");
        assert_int_equal(e->result, RESULT_SUCCEEDED);
        assert_int_equal(e->time.ns, INT64_C(1637340753833733500));
        done(&s, NULL);
    }
    arena_free(a);
}

static void test_a_failed_exchange_cmdlet_says_why(void **state) {
    (void)state;
    struct arena *a = arena_new(0);
    struct str bytes;
    if (read_sample(a, "windows-attacks/ID6-Failed to install an Exchange transport agent.evtx",
                    &bytes)) {
        struct seen s = seen_in(bytes, false);
        assert_int_equal(s.events, 4);
        assert_int_equal(s.event[0].result, RESULT_FAILED);
        assert_has(s.event[0].error, "doesn't exist");
        assert_str(params_first(&s.event[0].params, "Name"), "Evil");
        done(&s, NULL);
    }
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_hold_as_many_records_as_were_counted),
        cmocka_unit_test(test_the_forwarded_exchange_event_is_understood),
        cmocka_unit_test(test_a_failed_exchange_cmdlet_says_why),
    };
    return cmocka_run_group_tests_name("evtx: public samples", tests, NULL, NULL);
}
