/* A whole incident on disk: twice the same bytes, and a truth whose witnesses are really there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_read.h"
#include "tests/incident/incident.h"

enum { FILE_MOST = 64 << 20 };

struct folder {
    char path[64];
    struct arena *arena;
};

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void folder_make(struct folder *f) {
    strcpy(f->path, "/tmp/ungrant-incident-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    f->arena = arena_new(0);
}

static void folder_drop(struct folder *f) {
    assert_int_equal(nftw(f->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    arena_free(f->arena);
}

static struct incident_options options_of(const struct folder *f, enum environment e) {
    struct incident_options o = incident_defaults();
    o.seed = 42;
    o.dir = f->path;
    o.environment = e;
    o.environment_given = true;
    return o;
}

static void write_incident(const struct incident_options *o) {
    struct error e = {{0}};
    int status = incident_write(o, &e);
    if (status) print_error("%s\n", e.text);
    assert_int_equal(status, 0);
}

static struct str read_in(struct folder *f, const char *name) {
    struct error e = {{0}};
    struct str text = STR_NONE;
    char *path = file_join(f->path, name);
    assert_int_equal(file_read(f->arena, path, FILE_MOST, &text, &e), 0);
    free(path);
    return text;
}

static cJSON *read_truth(struct folder *f) {
    struct json_notes notes = {0};
    struct json_fault fault = {0};
    cJSON *truth = json_parse(f->arena, read_in(f, "truth.json"), &notes, &fault);
    assert_non_null(truth);
    assert_false(notes.duplicate_keys);
    return truth;
}

static void test_two_runs_give_the_same_bytes(void **s) {
    (void)s;
    static const char *const NAMES[] = {"truth.json", "baseline.json",
                                        "evidence/m365/ual/AuditRecords.csv",
                                        "evidence/ws01/Windows/System32/winevt/Logs/Security.evtx",
                                        "evidence/state/after/MailboxPermission.csv"};
    struct folder a, b;
    folder_make(&a);
    folder_make(&b);
    struct incident_options x = options_of(&a, ENVIRONMENT_HYBRID),
                            y = options_of(&b, ENVIRONMENT_HYBRID);
    x.damage = y.damage = 5;
    write_incident(&x);
    write_incident(&y);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        assert_true(str_eq(read_in(&a, NAMES[i]), read_in(&b, NAMES[i])));
    folder_drop(&a);
    folder_drop(&b);
}

static void test_file_times_are_the_story_s(void **s) {
    (void)s;
    struct folder f;
    folder_make(&f);
    struct incident_options o = options_of(&f, ENVIRONMENT_ONLINE);
    write_incident(&o);
    struct stat st;
    char *path = file_join(f.path, "evidence/m365/ual/AuditRecords.csv");
    assert_int_equal(stat(path, &st), 0);
    struct arena *a = arena_new(0);
    struct story *t = story_tell(a, 42, company_invent(a, 42, ENVIRONMENT_ONLINE));
    assert_true(st.st_mtim.tv_sec == t->end / NS_PER_S);
    arena_free(a);
    free(path);
    folder_drop(&f);
}

/* An audit record's Id stands in the file that is said to hold it. */
static void check_witness(struct folder *f, const cJSON *w) {
    struct str item = json_get_str(w, "item"), record = json_get_str(w, "record");
    struct str path = arena_printf(f->arena, "evidence/%.*s", STR_ARG(item));
    struct str text = read_in(f, path.p);
    assert_true(text.n > 0 && record.n > 0);
    if (str_eq(json_get_str(w, "source"), STR("ual")))
        assert_true(str_find(text, record) != STR_ABSENT);
}

static size_t check_acts(struct folder *f, const cJSON *truth) {
    size_t unseen = 0;
    const cJSON *act, *w;
    cJSON_ArrayForEach(act, json_get(truth, "acts")) {
        const cJSON *witnesses = json_get(act, "witnesses");
        unseen += cJSON_GetArraySize(witnesses) == 0;
        cJSON_ArrayForEach(w, witnesses) check_witness(f, w);
    }
    return unseen;
}

static void test_every_act_has_witnesses_that_exist(void **s) {
    (void)s;
    for (int e = 0; e < ENVIRONMENTS; e++) {
        struct folder f;
        folder_make(&f);
        struct incident_options o = options_of(&f, (enum environment)e);
        write_incident(&o);
        cJSON *truth = read_truth(&f);
        assert_true(cJSON_GetArraySize(json_get(truth, "acts")) > 15);
        assert_int_equal(check_acts(&f, truth), 0);
        cJSON_Delete(truth);
        folder_drop(&f);
    }
}

static void test_dropped_witnesses_are_neither_written_nor_listed(void **s) {
    (void)s;
    struct folder f;
    folder_make(&f);
    struct incident_options o = options_of(&f, ENVIRONMENT_ONLINE);
    o.share[TELEMETRY_UAL] = 0;
    write_incident(&o);
    struct str truth = read_in(&f, "truth.json"),
               csv = read_in(&f, "evidence/m365/ual/AuditRecords.csv");
    assert_true(str_find(truth, STR("\"source\": \"ual\"")) == STR_ABSENT);
    assert_true(str_find(truth, STR("\"source\": \"powershell-4104\"")) != STR_ABSENT);
    assert_true(str_find(csv, STR("Add-MailboxPermission")) == STR_ABSENT);
    folder_drop(&f);
}

static void test_json_evidence_is_json(void **s) {
    (void)s;
    static const char *const NAMES[] = {
        "evidence/m365/ual/audit-1-array.json", "evidence/m365/ual/audit-3-signins.json",
        "evidence/state/before/Mailbox.json", "evidence/state/after/MailboxFolderPermission.json"};
    struct folder f;
    folder_make(&f);
    struct incident_options o = options_of(&f, ENVIRONMENT_HYBRID);
    write_incident(&o);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct json_notes notes = {0};
        struct json_fault fault = {0};
        struct str text = read_in(&f, NAMES[i]);
        if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_from_index(text, 3);
        assert_true(json_check(text, &notes, &fault));
        assert_false(notes.duplicate_keys);
    }
    folder_drop(&f);
}

static void test_damage_is_listed_and_leaves_witnesses_alone(void **s) {
    (void)s;
    struct folder f;
    folder_make(&f);
    struct incident_options o = options_of(&f, ENVIRONMENT_ONLINE);
    o.damage = 25;
    write_incident(&o);
    cJSON *truth = read_truth(&f);
    assert_int_equal(cJSON_GetArraySize(json_get(truth, "damage")), 25);
    assert_int_equal(check_acts(&f, truth), 0);
    cJSON_Delete(truth);
    folder_drop(&f);
}

static void test_a_folder_that_cannot_be_made_is_an_error(void **s) {
    (void)s;
    struct error e = {{0}};
    struct incident_options o = incident_defaults();
    o.dir = "/dev/null/incident";
    assert_int_equal(incident_write(&o, &e), -1);
    assert_true(error_is_set(&e));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_runs_give_the_same_bytes),
        cmocka_unit_test(test_file_times_are_the_story_s),
        cmocka_unit_test(test_every_act_has_witnesses_that_exist),
        cmocka_unit_test(test_dropped_witnesses_are_neither_written_nor_listed),
        cmocka_unit_test(test_json_evidence_is_json),
        cmocka_unit_test(test_damage_is_listed_and_leaves_witnesses_alone),
        cmocka_unit_test(test_a_folder_that_cannot_be_made_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
