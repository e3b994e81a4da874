/* Records in XML and objects in CLIXML: what is found, what is refused, what survives damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/evidence/clixml.h"
#include "reader_fixture.h"

static const struct xml_kind EVENT = {{"Event", 5}, false};

static const struct xml_element *parse(struct arena *a, const char *text, const char **why) {
    struct xml_parser *p = xml_parser_new();
    const struct xml_element *e = xml_parse(p, a, str_from(text), why);
    xml_parser_free(p);
    return e;
}

static const char OBJECT[] =
    "<Obj RefId=\"0\"><TN RefId=\"0\"><T>Deserialized.Entry</T><T>System.Object</T></TN>"
    "<ToString>entry</ToString><Props><S N=\"Name\">a_x000D__x000A_b_xD83D__xDE00_ _xZZ_</S>"
    "<Nil N=\"Gone\"/><B N=\"Deny\">false</B><DT N=\"At\">2023-01-11T16:56:33.189+01:00</DT>"
    "<DT N=\"Local\">2023-01-11T16:56:33</DT><Obj N=\"Rights\" RefId=\"1\"><LST><S>Full</S>"
    "<Obj RefId=\"2\"><ToString>Read</ToString><I32>2</I32></Obj><Ref RefId=\"2\"/></LST></Obj>"
    "</Props><MS><Ref N=\"Again\" RefId=\"1\"/><Ref N=\"Elsewhere\" RefId=\"77\"/>"
    "<Obj N=\"Kind\" RefId=\"3\"><I32>7</I32></Obj></MS></Obj>";

static void test_clixml_gives_properties_lists_and_references(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    const char *why;
    struct clixml c = clixml_of(a, parse(a, OBJECT, &why));
    struct str *list;
    assert_non_null(c.object);
    assert_str(clixml_type(&c, c.object), "Deserialized.Entry");
    assert_str(clixml_text(&c, c.object), "entry");
    assert_str(clixml_get(&c, "name"), "a\r\nb\xF0\x9F\x98\x80 _xZZ_");
    assert_null(clixml_property(&c, c.object, "Gone"));
    assert_null(clixml_property(&c, c.object, "Absent"));
    assert_str(clixml_get(&c, "Deny"), "false");
    assert_int_equal(clixml_texts(&c, clixml_property(&c, c.object, "Rights"), &list), 3);
    assert_str(list[0], "Full");
    assert_str(list[1], "Read");
    assert_str(list[2], "Read");
    assert_int_equal(clixml_texts(&c, clixml_property(&c, c.object, "Again"), &list), 3);
    assert_int_equal(clixml_texts(&c, clixml_property(&c, c.object, "Name"), &list), 1);
    assert_str(clixml_get(&c, "Elsewhere"), "");
    assert_str(clixml_get(&c, "Kind"), "7");
    struct when at = clixml_time(&c, clixml_property(&c, c.object, "At"));
    assert_int_equal(at.basis, WHEN_UTC);
    assert_int_equal(at.ns / NS_PER_S % 86400, 15 * 3600 + 56 * 60 + 33);
    at = clixml_time(&c, clixml_property(&c, c.object, "Local"));
    assert_int_equal(at.basis, WHEN_UNKNOWN);
    arena_free(a);
}

static void assert_found(struct str text, struct xml_kind kind, const char *want) {
    struct buf b = {0};
    size_t at = 0, begin, end;
    enum xml_found f;
    while ((f = xml_record_next(text, kind, &at, &begin, &end)) != XML_NONE)
        buf_printf(&b, "%s[%.*s]", f == XML_TORN ? "torn" : "",
                   STR_ARG(str_slice(text, begin, end)));
    if (begin < text.n) buf_printf(&b, "rest %zu", begin);
    assert_str(buf_str(&b), want);
    buf_free(&b);
}

static void test_records_are_found_between_tags_alone(void **s) {
    (void)s;
    assert_found(STR("<Events><Event a='>'>x</Event>\n<Eventful/><Event/></Events>"), EVENT,
                 "[<Event a='>'>x</Event>][<Event/>]");
    assert_found(STR("<!-- <Event> --><Event><![CDATA[</Event>]]></Event><?a </Event>?>"), EVENT,
                 "[<Event><![CDATA[</Event>]]></Event>]");
    assert_found(STR("<Event>a<Event>b</Event>"), EVENT, "torn[<Event>a][<Event>b</Event>]");
    assert_found(STR("</Event><Event>a</Event><Event b"), EVENT, "[<Event>a</Event>]rest 24");
    assert_found(STR("<Objs><Obj><Obj/><Obj>x</Obj></Obj></Objs>"), CLIXML_OBJECT,
                 "[<Obj><Obj/><Obj>x</Obj></Obj>]");
    assert_found(STR("<Obj><Obj>x</Obj>"), CLIXML_OBJECT, "rest 0");
}

static void test_a_document_type_is_refused(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    const char *why;
    assert_true(xml_has_dtd(STR("<!DOCTYPE x [<!ENTITY e 'v'>]><Event>&e;</Event>"), EVENT));
    assert_false(xml_has_dtd(STR("<Event>&lt;</Event> <!DOCTYPE x>"), EVENT));
    assert_null(parse(a, "<Event>&e;</Event>", &why));
    assert_non_null(why);
    assert_null(parse(a, "<!DOCTYPE Event SYSTEM 'file:///etc/passwd'><Event/>", &why));
    assert_null(parse(a, "<Event><a></Event>", &why));
    assert_null(parse(a, "<Event/><Event/>", &why));
    arena_free(a);
}

static void test_forbidden_characters_lose_no_record(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    const char *why;
    const struct xml_element *e =
        parse(a, "<Event>a\x1B&#x1b;&#27;\xED\xA0\x80\xFF&#x41;&amp;</Event>", &why);
    assert_non_null(e);
    assert_str(e->text, "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                        "A&");
    arena_free(a);
}

static void test_depth_and_number_of_elements_are_capped(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    const char *why;
    struct buf b = {0};
    for (int i = 0; i < 200; i++) buf_add_z(&b, "<a>");
    for (int i = 0; i < 200; i++) buf_add_z(&b, "</a>");
    buf_add_c(&b, 0);
    assert_null(parse(a, b.p, &why));
    assert_string_equal(why, "elements nested too deep");
    b.n = 0;
    buf_add_z(&b, "<a>");
    for (int i = 0; i < XML_ELEMENTS + 1; i++) buf_add_z(&b, "<b/>");
    buf_add_z(&b, "</a>");
    buf_add_c(&b, 0);
    assert_null(parse(a, b.p, &why));
    assert_string_equal(why, "too many elements");
    buf_free(&b);
    arena_free(a);
}

static void test_every_prefix_of_an_object_is_survived(void **s) {
    (void)s;
    struct xml_parser *p = xml_parser_new();
    for (size_t n = 0; n < sizeof OBJECT - 1; n++) {
        struct arena *a = arena_new(0);
        const char *why;
        char *copy = memory_alloc(n + 1);
        memcpy(copy, OBJECT, n);
        assert_null(xml_parse(p, a, str_of(copy, n), &why));
        assert_non_null(why);
        free(copy);
        arena_free(a);
    }
    xml_parser_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clixml_gives_properties_lists_and_references),
        cmocka_unit_test(test_records_are_found_between_tags_alone),
        cmocka_unit_test(test_a_document_type_is_refused),
        cmocka_unit_test(test_forbidden_characters_lose_no_record),
        cmocka_unit_test(test_depth_and_number_of_elements_are_capped),
        cmocka_unit_test(test_every_prefix_of_an_object_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
