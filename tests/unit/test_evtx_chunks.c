#include "evtx_fixture.h"

static void whole_record(struct maker *m, uint64_t number) {
    maker_record(m, number);
    maker_element(m, "Event", "e");
    maker_record_end(m);
}

/* One file, one chunk, `count` records from 1 on. */
static void whole_file(struct maker *m, uint64_t count) {
    maker_file(m);
    maker_chunk(m);
    for (uint64_t i = 1; i <= count; i++) whole_record(m, i);
    maker_chunk_end(m);
}

static void test_the_magic_bids_whatever_the_name(void **state) {
    (void)state;
    assert_int_equal(READER_EVTX.bid(str_of("ElfFile\0junk", 12), true), 100);
    assert_int_equal(READER_EVTX.bid(str_of("ElfChnk\0junk", 12), true), 100);
    assert_int_equal(READER_EVTX.bid(STR("ElfFile"), true), 0);
    assert_int_equal(READER_EVTX.bid(STR("MZ"), true), 0);
}

static void test_blocks_are_runs_of_whole_chunks(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    zeros(&m, FIRST_CHUNK + 3 * CHUNK + 100);
    struct str file = buf_str(&m.b);
    struct cutter c = {0};
    assert_int_equal(READER_EVTX.cut(&c, str_slice(file, 0, FIRST_CHUNK + CHUNK - 1), false), 0);
    assert_int_equal(READER_EVTX.cut(&c, str_slice(file, 0, FIRST_CHUNK + 2 * CHUNK + 5), false),
                     FIRST_CHUNK + 2 * CHUNK);
    assert_int_equal(c.head, 128);
    c.offset = FIRST_CHUNK + 2 * CHUNK;
    assert_int_equal(READER_EVTX.cut(&c, str_from_index(file, c.offset), false), CHUNK);
    c.offset += CHUNK;
    assert_int_equal(READER_EVTX.cut(&c, str_from_index(file, c.offset), true), 100);
    buf_free(&m.b);
}

static void test_a_whole_file_has_no_fault(void **state) {
    (void)state;
    struct maker m = {0};
    whole_file(&m, 3);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 0);
    assert_int_equal(s.lines, 3);
    assert_int_equal(s.counted, 3);
    assert_str(s.record[2], "3");
    done(&s, &m);
}

static void test_a_chunk_without_its_file_is_read(void **state) {
    (void)state;
    struct maker m = {0};
    whole_file(&m, 2);
    struct seen s = seen_in(str_from_index(buf_str(&m.b), FIRST_CHUNK), true);
    assert_int_equal(s.faults, 0);
    assert_int_equal(s.lines, 2);
    assert_int_equal(s.line_at[0], 512);
    done(&s, &m);
}

static void test_wrong_checksums_are_faults_and_nothing_more(void **state) {
    (void)state;
    struct maker m = {0};
    whole_file(&m, 2);
    poke(&m, 124, 1, 4);
    poke(&m, FIRST_CHUNK + 52, 1, 4);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 2);
    assert_int_equal(s.faults, 3);
    assert_has(s.reason[0], "checksum of the file's header");
    assert_has(s.reason[1], "checksum of the chunk's header");
    assert_has(s.reason[2], "checksum of the records");
    done(&s, &m);
}

static void test_a_file_without_checksums_is_not_blamed(void **state) {
    (void)state;
    struct maker m = {.file_flags = 4};
    whole_file(&m, 2);
    poke(&m, 124, 0, 4);
    poke(&m, FIRST_CHUNK + 52, 0, 4);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 0);
    assert_int_equal(s.lines, 2);
    done(&s, &m);
}

/* An older record, whole, right behind the free-space offset. */
static void test_stale_records_in_slack_are_not_live(void **state) {
    (void)state;
    struct maker m = {0}, stale = {0};
    whole_file(&m, 2);
    whole_file(&stale, 3);
    memcpy(m.b.p + FIRST_CHUNK + 600, stale.b.p + FIRST_CHUNK + 600, CHUNK - 600);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.faults, 0);
    assert_int_equal(s.lines, 2);
    buf_free(&stale.b);
    done(&s, &m);
}

/* Neither checksum fits and the third record follows on: the header is the older one. */
static void test_a_header_older_than_its_data_does_not_hide_records(void **state) {
    (void)state;
    struct maker m = {0}, old = {0};
    whole_file(&m, 3);
    whole_file(&old, 2);
    memcpy(m.b.p + FIRST_CHUNK, old.b.p + FIRST_CHUNK, 120);
    m.b.p[FIRST_CHUNK + 52] ^= 1;
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 3);
    buf_free(&old.b);
    done(&s, &m);
}

static void test_a_record_of_size_zero_is_stepped_over(void **state) {
    (void)state;
    struct maker m = {0};
    whole_file(&m, 3);
    size_t size = le32(m.b.p + FIRST_CHUNK + 512 + 4);
    poke(&m, FIRST_CHUNK + 512 + size + 4, 0, 4);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 2);
    assert_str(s.record[1], "3");
    assert_has(s.reason[0], "checksum of the records");
    assert_has(s.reason[1], "record of size zero");
    done(&s, &m);
}

static void test_a_torn_record_is_told_and_the_next_found(void **state) {
    (void)state;
    struct maker m = {0};
    whole_file(&m, 3);
    size_t size = le32(m.b.p + FIRST_CHUNK + 512 + 4);
    poke(&m, FIRST_CHUNK + 512 + 2 * size - 4, 0, 4);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 3);
    assert_has(s.reason[1], "record is torn");
    done(&s, &m);
}

/* Half of the script is from another record: a hint, not proof. */
static void test_events_of_a_torn_record_are_poor(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    maker_chunk(&m);
    maker_record(&m, 5);
    maker_event(&m, "Microsoft-Windows-PowerShell", "4104", "x");
    maker_data(&m, "ScriptBlockText", "Get-Mailbox");
    maker_event_end(&m);
    maker_record_end(&m);
    poke(&m, m.b.n - 4, 0, 4);
    maker_chunk_end(&m);
    struct seen s = seen_of(&m, false);
    assert_int_equal(s.events, 1);
    assert_true(s.event[0].poor);
    assert_str(s.event[0].record, "5"); /* the header's, not the 77 of its body */
    done(&s, &m);
}

static void test_a_file_cut_within_a_chunk_keeps_what_is_there(void **state) {
    (void)state;
    struct maker m = {0};
    whole_file(&m, 3);
    size_t size = le32(m.b.p + FIRST_CHUNK + 512 + 4);
    struct seen s = seen_in(str_slice(buf_str(&m.b), 0, FIRST_CHUNK + 512 + 2 * size + 9), true);
    assert_int_equal(s.lines, 2);
    assert_has(s.reason[0], "chunk is cut off");
    done(&s, &m);
}

static void test_a_file_cut_between_chunks_is_told(void **state) {
    (void)state;
    struct maker m = {0};
    whole_file(&m, 1);
    poke(&m, 42, 3, 2);
    poke(&m, 124, crc_of(&m, 0, 0, 120), 4);
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 1);
    assert_int_equal(s.faults, 1);
    assert_str(s.reason[0], "file is cut off: its header counts 3 chunks, 1 are here");
    done(&s, &m);
}

static void test_holes_and_bad_magic_are_faults_with_their_chunk(void **state) {
    (void)state;
    struct maker m = {0};
    maker_file(&m);
    zeros(&m, FIRST_CHUNK + CHUNK);
    buf_add_z(&m.b, "garbage");
    zeros(&m, FIRST_CHUNK + 2 * CHUNK);
    maker_chunk(&m);
    whole_record(&m, 9);
    maker_chunk_end(&m);
    zeros(&m, FIRST_CHUNK + 5 * CHUNK); /* room that was never used: nothing to say */
    struct seen s = seen_of(&m, true);
    assert_int_equal(s.lines, 1);
    assert_int_equal(s.faults, 2);
    assert_has(s.reason[0], "chunk 0, offset 0x0: hole");
    assert_has(s.reason[1], "chunk 1, offset 0x0: no chunk signature");
    done(&s, &m);
}

static void test_a_free_space_offset_beyond_the_chunk_is_not_followed(void **state) {
    (void)state;
    struct maker m = {0};
    whole_file(&m, 3);
    poke(&m, FIRST_CHUNK + 48, 0xFFFFFFFF, 4);
    struct seen s = seen_of(&m, true);
    assert_has(s.reason[0], "free-space offset outside of the chunk");
    assert_int_equal(s.lines, 3);
    done(&s, &m);
}

/* Later blocks know the file's flags from its head. */
static void test_a_later_block_counts_chunks_on(void **state) {
    (void)state;
    struct maker m = {.file_flags = 4};
    whole_file(&m, 1);
    struct seen s = {.arena = arena_new(0)};
    struct sink out = {.arena = arena_new(0),
                       .dump = true,
                       .own = &s,
                       .line = on_line,
                       .event = on_event,
                       .fault = on_fault};
    struct block b = {.head = str_slice(buf_str(&m.b), 0, 128),
                      .bytes = str_from_index(buf_str(&m.b), FIRST_CHUNK),
                      .offset = FIRST_CHUNK + 7 * (uint64_t)CHUNK};
    READER_EVTX.read(&b, &out);
    assert_int_equal(s.faults, 0);
    assert_has(s.line[0], "\"chunk\":7,");
    arena_free(out.arena);
    done(&s, &m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_magic_bids_whatever_the_name),
        cmocka_unit_test(test_blocks_are_runs_of_whole_chunks),
        cmocka_unit_test(test_a_whole_file_has_no_fault),
        cmocka_unit_test(test_a_chunk_without_its_file_is_read),
        cmocka_unit_test(test_wrong_checksums_are_faults_and_nothing_more),
        cmocka_unit_test(test_a_file_without_checksums_is_not_blamed),
        cmocka_unit_test(test_stale_records_in_slack_are_not_live),
        cmocka_unit_test(test_a_header_older_than_its_data_does_not_hide_records),
        cmocka_unit_test(test_a_record_of_size_zero_is_stepped_over),
        cmocka_unit_test(test_a_torn_record_is_told_and_the_next_found),
        cmocka_unit_test(test_events_of_a_torn_record_are_poor),
        cmocka_unit_test(test_a_file_cut_within_a_chunk_keeps_what_is_there),
        cmocka_unit_test(test_a_file_cut_between_chunks_is_told),
        cmocka_unit_test(test_holes_and_bad_magic_are_faults_with_their_chunk),
        cmocka_unit_test(test_a_free_space_offset_beyond_the_chunk_is_not_followed),
        cmocka_unit_test(test_a_later_block_counts_chunks_on),
    };
    return cmocka_run_group_tests_name("evtx: chunks and records", tests, NULL, NULL);
}
