/* report.html: nothing from evidence is markup, nothing hides, nothing is quietly left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/report/html.h"
#include "tests/unit/report_fixture.h"

static void assert_holds(const struct buf *b, const char *part) {
    if (str_find(buf_str(b), str_from(part)) == STR_ABSENT) fail_msg("not there: %s", part);
}

static void assert_lacks(const struct buf *b, const char *part) {
    if (str_find(buf_str(b), str_from(part)) != STR_ABSENT) fail_msg("is there: %s", part);
}

static void test_text_is_never_markup_and_never_hidden(void **s) {
    (void)s;
    struct buf b = {0};
    html_text(&b, STR("<b a='1\" & \xe2\x80\xae\x1b\xff\n"));
    assert_holds(&b, "&lt;b a=&#39;1&quot; &amp; <span class=\"esc\">\\u202e</span>"
                     "<span class=\"esc\">\\x1b</span><span class=\"esc\">\\xff</span>"
                     "<span class=\"esc\">\\x0a</span></bdi>");
    buf_free(&b);
}

static void test_a_block_keeps_its_lines(void **s) {
    (void)s;
    struct buf b = {0};
    html_block(&b, STR("a\r\n\tb\rc"));
    assert_holds(&b, "a\n\tb<span class=\"esc\">\\x0d</span>c");
    buf_free(&b);
}

static void test_a_long_text_says_what_it_leaves_out(void **s) {
    (void)s;
    struct buf b = {0}, text = {0};
    for (int i = 0; i < HTML_TEXT_MOST + 7; i++) buf_add_c(&text, 'a');
    html_text(&b, buf_str(&text));
    assert_holds(&b, "7 more bytes");
    buf_free(&text);
    buf_free(&b);
}

/* printf '' | openssl dgst -sha256 -binary | base64 */
static void test_policy_hash_is_base64_of_sha256(void **s) {
    (void)s;
    struct buf b = {0};
    html_policy_hash(&b, STR(""));
    assert_holds(&b, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    buf_free(&b);
}

/* The text between the page's own <tag> and </tag>, hashed, must stand in its policy. */
static void assert_policy_names(const struct buf *page, const char *open, const char *close) {
    struct buf hash = {0};
    size_t at = str_find(buf_str(page), str_from(open));
    assert_true(at != STR_ABSENT);
    struct str rest = str_from_index(buf_str(page), at + strlen(open));
    html_policy_hash(&hash, str_slice(rest, 0, str_find(rest, str_from(close))));
    buf_add_c(&hash, '\'');
    buf_add_c(&hash, 0);
    assert_holds(page, hash.p);
    buf_free(&hash);
}

static void test_page_allows_its_own_style_and_script_only(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    f.act.what.command = STR("</pre><script>alert(1)</script><style>*{}</style>");
    f.act.mailbox.identity = STR("{{found}}<script>");
    report_html(&f.analysis, &b);
    assert_holds(&b, "content=\"default-src 'none'; style-src 'sha256-");
    assert_policy_names(&b, "<style>", "</style>");
    assert_policy_names(&b, "<script>", "</script>");
    assert_holds(&b, "{{found}}&lt;script&gt;");
    assert_lacks(&b, "<script>alert");
    assert_lacks(&b, " style=");
    assert_lacks(&b, "src=\"");
    fixture_free(&f);
    buf_free(&b);
}

static void test_every_part_of_the_template_is_filled(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    report_html(&f.analysis, &b);
    assert_lacks(&b, "{{");
    assert_holds(&b, "Case <bdi>IR-7</bdi>");
    assert_holds(&b, "1 right is open</strong>, as far as this evidence shows: 1 critical.");
    assert_holds(&b, "can open and read everything in");
    assert_holds(&b, "the actor gave the right to a new account");
    assert_holds(&b, "data/000001-ual.csv");
    fixture_free(&f);
    buf_free(&b);
}

static void test_what_could_not_be_seen_is_said(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    struct str spots[] = {STR("No unified audit log before March.")};
    struct error_row errors[] = {{.item_name = STR("gone.evtx"), .reason = STR("locked")}};
    fixture_make(&f);
    f.item.integrity = INTEGRITY_DIFFERS;
    f.item.unreadable = 3;
    f.analysis.blind_spots = spots;
    f.analysis.blind_spot_count = 1;
    f.analysis.errors = errors;
    f.analysis.error_count = 1;
    report_html(&f.analysis, &b);
    assert_holds(&b, "Attention: items that are not as they were sealed");
    assert_holds(&b, "Attention: items that could be read only in part");
    assert_holds(&b, "3 records or stretches unreadable");
    assert_holds(&b, "Attention: items that could not be opened");
    assert_holds(&b, "No unified audit log before March.");
    assert_holds(&b, "not as sealed");
    fixture_free(&f);
    buf_free(&b);
}

static void test_nothing_found_is_not_called_proof(void **s) {
    (void)s;
    struct buf b = {0};
    struct analysis a = {0};
    report_html(&a, &b);
    assert_holds(&b, "That is not proof that none happened");
    assert_holds(&b, "No item was read.");
    buf_free(&b);
}

enum { MANY = 100000 };

/* 100,000 acts and grants: the page keeps the urgent one at the end, and says what it leaves out.
 */
static void test_many_acts_keep_the_urgent_ones(void **s) {
    (void)s;
    struct fixture f;
    struct buf b = {0};
    fixture_make(&f);
    struct act *acts = ARENA_ARRAY(f.arena, struct act, MANY);
    struct grant *grants = ARENA_ARRAY(f.arena, struct grant, MANY);
    for (size_t i = 0; i < MANY; i++) {
        acts[i] = f.act;
        acts[i].priority = PRIORITY_ROUTINE;
        grants[i] = f.grant;
    }
    acts[MANY - 1].priority = PRIORITY_CRITICAL;
    f.analysis.acts = acts;
    f.analysis.act_count = MANY;
    f.analysis.grants = grants;
    f.analysis.grant_count = MANY;
    report_html(&f.analysis, &b);
    assert_holds(&b, "data-priority=\"critical\"");
    assert_holds(&b, "5000 of 100000 stand here; all of them stand in timeline.jsonl");
    assert_holds(&b, "5000 of 100000 stand here; all of them stand in ledger.jsonl");
    assert_true(b.n < 64u * 1024 * 1024);
    buf_free(&b);
    fixture_free(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_never_markup_and_never_hidden),
        cmocka_unit_test(test_a_block_keeps_its_lines),
        cmocka_unit_test(test_a_long_text_says_what_it_leaves_out),
        cmocka_unit_test(test_policy_hash_is_base64_of_sha256),
        cmocka_unit_test(test_page_allows_its_own_style_and_script_only),
        cmocka_unit_test(test_every_part_of_the_template_is_filled),
        cmocka_unit_test(test_what_could_not_be_seen_is_said),
        cmocka_unit_test(test_nothing_found_is_not_called_proof),
        cmocka_unit_test(test_many_acts_keep_the_urgent_ones),
    };
    return cmocka_run_group_tests_name("report: page", tests, NULL, NULL);
}
