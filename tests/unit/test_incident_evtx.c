/* The event log writer: checksums, offsets and sizes are what the format's documentation says. The
 * file is looked at byte by byte here, without any of our readers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/incident/evtx_writer.h"

enum { HEADER = 4096, CHUNK = 65536 };

struct log {
    char path[64];
    struct arena *arena;
    const uint8_t *bytes;
    size_t size;
};

static uint64_t number(const uint8_t *p, size_t n) {
    uint64_t v = 0;
    while (n--) v = v << 8 | p[n];
    return v;
}

static struct evtx_event event_of(const struct evtx_value *values, size_t count) {
    return (struct evtx_event){.time_ns = INT64_C(1700000000123456700),
                               .provider = "Provider",
                               .provider_guid = "a0c1853b-5c40-4b15-8766-3cf1c58f985a",
                               .channel = "Channel",
                               .computer = "HOST",
                               .user_sid = STR("S-1-5-18"),
                               .id = 4104,
                               .values = values,
                               .count = count};
}

static struct evtx_writer *log_begin(struct log *l, uint64_t first_id) {
    struct error e = {{0}};
    strcpy(l->path, "/tmp/ungrant-evtx-XXXXXX");
    int fd = mkstemp(l->path);
    assert_true(fd >= 0);
    close(fd);
    struct evtx_writer *w = evtx_create(l->path, first_id, &e);
    assert_non_null(w);
    return w;
}

static void log_end(struct log *l, struct evtx_writer *w) {
    struct error e = {{0}};
    struct str bytes;
    assert_int_equal(evtx_close(w, &e), 0);
    l->arena = arena_new(0);
    assert_int_equal(file_read(l->arena, l->path, 64u << 20, &bytes, &e), 0);
    unlink(l->path);
    l->bytes = (const uint8_t *)bytes.p;
    l->size = bytes.n;
}

static void add_many(struct evtx_writer *w, size_t count) {
    const struct evtx_value values[] = {{"ScriptBlockText", BINXML_STRING, STR("Get-Date"), 0},
                                        {"Number", BINXML_U32, STR_NONE, 7}};
    struct evtx_event e = event_of(values, 2);
    for (size_t i = 0; i < count; i++) assert_true(evtx_add(w, &e, NULL));
}

static void test_crc32_of_the_check_string(void **s) {
    (void)s;
    assert_int_equal(evtx_crc32(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(evtx_crc32(evtx_crc32(0, "1234", 4), "56789", 5), 0xCBF43926);
}

static void test_file_header_counts_chunks_and_next_record(void **s) {
    (void)s;
    struct log l;
    struct evtx_writer *w = log_begin(&l, 500);
    add_many(w, 400);
    log_end(&l, w);
    assert_memory_equal(l.bytes, "ElfFile", 8);
    assert_int_equal((l.size - HEADER) % CHUNK, 0);
    size_t chunks = (l.size - HEADER) / CHUNK;
    assert_true(chunks > 1);
    assert_int_equal(number(l.bytes + 16, 8), chunks - 1);
    assert_int_equal(number(l.bytes + 24, 8), 900);
    assert_int_equal(number(l.bytes + 42, 2), chunks);
    assert_int_equal(number(l.bytes + 124, 4), evtx_crc32(0, l.bytes, 120));
    arena_free(l.arena);
}

static void check_chunk_sums(const uint8_t *chunk) {
    size_t free_space = (size_t)number(chunk + 48, 4);
    assert_memory_equal(chunk, "ElfChnk", 8);
    assert_true(free_space >= 512 && free_space <= CHUNK);
    assert_int_equal(number(chunk + 52, 4), evtx_crc32(0, chunk + 512, free_space - 512));
    assert_int_equal(number(chunk + 124, 4),
                     evtx_crc32(evtx_crc32(0, chunk, 120), chunk + 128, 384));
}

/* Walks the records; returns how many, and checks that sizes, copies and numbers agree. */
static size_t check_records(const uint8_t *chunk, uint64_t first_id) {
    size_t at = 512, end = (size_t)number(chunk + 48, 4), count = 0, last = 0;
    while (at < end) {
        size_t size = (size_t)number(chunk + at + 4, 4);
        assert_memory_equal(chunk + at, "**\0\0", 4);
        assert_true(size % 8 == 0 && size <= end - at);
        assert_int_equal(number(chunk + at + size - 4, 4), size);
        assert_int_equal(number(chunk + at + 8, 8), first_id + count);
        last = at;
        at += size;
        count++;
    }
    assert_int_equal(number(chunk + 44, 4), last);
    assert_int_equal(number(chunk + 24, 8), first_id);
    assert_int_equal(number(chunk + 32, 8), first_id + count - 1);
    return count;
}

static void test_every_chunk_is_summed_and_its_records_chain(void **s) {
    (void)s;
    struct log l;
    struct evtx_writer *w = log_begin(&l, 1);
    add_many(w, 500);
    log_end(&l, w);
    uint64_t next = 1;
    for (size_t at = HEADER; at < l.size; at += CHUNK) {
        check_chunk_sums(l.bytes + at);
        next += check_records(l.bytes + at, next);
    }
    assert_int_equal(next, 501);
    arena_free(l.arena);
}

/* Each entry of a bucket is a name whose hash belongs there; chains end. */
static void test_name_table_leads_to_names_of_its_bucket(void **s) {
    (void)s;
    struct log l;
    struct evtx_writer *w = log_begin(&l, 1);
    add_many(w, 3);
    log_end(&l, w);
    const uint8_t *chunk = l.bytes + HEADER;
    size_t names = 0;
    for (size_t bucket = 0; bucket < 64; bucket++)
        for (size_t at = (size_t)number(chunk + 128 + 4 * bucket, 4); at; names++) {
            assert_true(at >= 512 && at < CHUNK - 8 && names < 100);
            assert_int_equal(number(chunk + at + 4, 2) % 64, bucket);
            at = (size_t)number(chunk + at, 4);
        }
    assert_true(names > 15);
    arena_free(l.arena);
}

static void test_templates_are_written_once_in_a_chunk(void **s) {
    (void)s;
    struct log l;
    struct evtx_writer *w = log_begin(&l, 1);
    const struct evtx_value values[] = {{"A", BINXML_STRING, STR("x"), 0}};
    struct evtx_event e = event_of(values, 1);
    struct evtx_place first, second;
    assert_true(evtx_add(w, &e, &first));
    assert_true(evtx_add(w, &e, &second));
    log_end(&l, w);
    assert_true(first.defines);
    assert_false(second.defines);
    assert_true(second.size < first.size);
    assert_int_equal(first.offset, HEADER + 512);
    assert_int_equal(second.offset, first.offset + first.size);
    size_t templates = 0;
    for (size_t bucket = 0; bucket < 32; bucket++)
        for (size_t at = (size_t)number(l.bytes + HEADER + 384 + 4 * bucket, 4); at; templates++)
            at = (size_t)number(l.bytes + HEADER + at, 4);
    assert_int_equal(templates, 2); /* the System part, and the event's data */
    arena_free(l.arena);
}

static void test_template_instance_points_to_the_definition_behind_it(void **s) {
    (void)s;
    struct log l;
    struct evtx_writer *w = log_begin(&l, 1);
    add_many(w, 2);
    log_end(&l, w);
    const uint8_t *chunk = l.bytes + HEADER;
    size_t second = 512 + (size_t)number(chunk + 516, 4);
    /* record header 24, fragment header 4, token 0x0c, version 1, identifier 4, offset 4 */
    assert_int_equal(chunk[512 + 28], 0x0c);
    assert_int_equal(number(chunk + 512 + 34, 4), 512 + 38);
    assert_int_equal(chunk[second + 28], 0x0c);
    assert_int_equal(number(chunk + second + 34, 4), 512 + 38);
    assert_int_equal(number(chunk + 512 + 30, 4), number(chunk + 512 + 42, 4));
    arena_free(l.arena);
}

static void test_inline_event_has_no_template(void **s) {
    (void)s;
    struct log l;
    struct evtx_writer *w = log_begin(&l, 1);
    const struct evtx_value values[] = {{NULL, BINXML_STRING, STR("Set-Mailbox"), 0}};
    struct evtx_event e = event_of(values, 1);
    e.body = EVTX_INLINE;
    assert_true(evtx_add(w, &e, NULL));
    log_end(&l, w);
    const uint8_t *chunk = l.bytes + HEADER;
    assert_int_equal(chunk[512 + 28], 0x41); /* open element with attributes */
    for (size_t bucket = 0; bucket < 32; bucket++)
        assert_int_equal(number(chunk + 384 + 4 * bucket, 4), 0);
    arena_free(l.arena);
}

static void test_event_too_long_for_a_chunk_is_refused_and_leaves_nothing(void **s) {
    (void)s;
    struct log l;
    struct evtx_writer *w = log_begin(&l, 1);
    static char text[40000];
    memset(text, 'x', sizeof text);
    const struct evtx_value values[] = {{"A", BINXML_STRING, {text, sizeof text}, 0}};
    struct evtx_event e = event_of(values, 1);
    assert_false(evtx_add(w, &e, NULL));
    assert_int_equal(evtx_next_id(w), 1);
    add_many(w, 1);
    log_end(&l, w);
    check_chunk_sums(l.bytes + HEADER);
    assert_int_equal(check_records(l.bytes + HEADER, 1), 1);
    arena_free(l.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32_of_the_check_string),
        cmocka_unit_test(test_file_header_counts_chunks_and_next_record),
        cmocka_unit_test(test_every_chunk_is_summed_and_its_records_chain),
        cmocka_unit_test(test_name_table_leads_to_names_of_its_bucket),
        cmocka_unit_test(test_templates_are_written_once_in_a_chunk),
        cmocka_unit_test(test_template_instance_points_to_the_definition_behind_it),
        cmocka_unit_test(test_inline_event_has_no_template),
        cmocka_unit_test(test_event_too_long_for_a_chunk_is_refused_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
