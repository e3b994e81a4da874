/* rules: what a folder of further rules may do, and what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyze/rules/rules.h"
#include "base/buf.h"
#include "base/file.h"

static const char RULE[] = "rule %s { meta: severity = \"low\" strings: $a = \"zebra\" "
                           "condition: $a }\n";

/* A new folder with one rule file; the path lives until remove_folder(). */
static char *folder_with(const char *name, struct str text) {
    char template[] = "/tmp/ungrant-rules-XXXXXX";
    struct error e = {0};
    assert_non_null(mkdtemp(template));
    char *path = file_join(template, name);
    assert_int_equal(file_write(path, text, &e), 0);
    free(path);
    return memory_cstr(str_from(template));
}

static void remove_folder(char *folder, const char *name) {
    char *path = file_join(folder, name);
    unlink(path);
    rmdir(folder);
    free(path);
    free(folder);
}

static void refuses(const char *name, struct str text, const char *reason) {
    char *folder = folder_with(name, text);
    struct error e = {0};
    assert_null(rules_load(folder, &e));
    if (!strstr(e.text, reason)) fail_msg("\"%s\" does not say \"%s\"", e.text, reason);
    remove_folder(folder, name);
}

static void test_own_rules_are_added(void **s) {
    (void)s;
    struct buf b = {0};
    buf_printf(&b, RULE, "striped");
    /* The same name as an embedded rule is another rule, not a clash. */
    buf_printf(&b, RULE, "mailbox_permission_added");
    char *folder = folder_with("own.yara", buf_str(&b));
    struct error e = {0};
    struct rules *r = rules_load(folder, &e);
    if (!r) fail_msg("%s", e.text);
    struct rule_scanner *scanner = rules_scanner(r, &e);
    struct arena *a = arena_new(0);
    struct rule_match *list;
    const char *reason;
    assert_int_equal(rules_scan(scanner, a, STR("a zebra"), &list, &reason), 2);
    assert_true(str_eq(list[1].rule, STR("striped")));
    assert_int_equal(list[1].technique.n, 0);
    arena_free(a);
    rules_scanner_free(scanner);
    rules_free(r);
    buf_free(&b);
    remove_folder(folder, "own.yara");
}

static void test_an_error_names_file_and_line(void **s) {
    (void)s;
    refuses("bad.yar", STR("\n\nrule x { condition: nonsense }\n"), "bad.yar, line 3");
}

static void test_include_is_refused(void **s) {
    (void)s;
    refuses("inc.yar", STR("include \"/etc/passwd\"\n"), "inc.yar, line 1");
}

static void test_compiled_rules_are_refused(void **s) {
    (void)s;
    refuses("compiled.yar", STR("YARA\x0c\0\0\x15"), "NUL");
}

static void test_a_folder_without_rules_is_an_error(void **s) {
    (void)s;
    refuses("readme.txt", STR("no rules"), "holds no");
}

static void test_a_missing_folder_is_an_error(void **s) {
    (void)s;
    struct error e = {0};
    assert_null(rules_load("/nonexistent/rules", &e));
    assert_non_null(strstr(e.text, "/nonexistent/rules"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_rules_are_added),
        cmocka_unit_test(test_an_error_names_file_and_line),
        cmocka_unit_test(test_include_is_refused),
        cmocka_unit_test(test_compiled_rules_are_refused),
        cmocka_unit_test(test_a_folder_without_rules_is_an_error),
        cmocka_unit_test(test_a_missing_folder_is_an_error),
    };
    return cmocka_run_group_tests_name("rules: loading", tests, NULL, NULL);
}
