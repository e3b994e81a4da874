/* review_page.c - see review_page.h. Text from a plan is evidence: html_text() is its only way in.
 */
#include "playbooks/review_page.h"

#include <string.h>

#include "analyze/report/html.h"
#include "base/embedded.h"
#include "playbooks/plan_file.h"

static struct str template_text(void) { return embedded_get("templates/review.html"); }

static void policy_hash(struct buf *out, struct str opening, struct str closing) {
    struct str text = template_text();
    struct str rest = str_from_index(text, str_find(text, opening) + opening.n);
    html_policy_hash(out, str_slice(rest, 0, str_find(rest, closing)));
}

static void row(struct buf *out, const char *head, struct str value) {
    if (!value.n) return;
    html_put(out, "<dt>");
    html_put(out, head);
    html_put(out, "</dt><dd>");
    html_text(out, value);
    html_put(out, "</dd>\n");
}

/* The command as the plan holds it: parameters and values, none of it code. */
static void command(struct buf *out, const char *head, const cJSON *deed) {
    struct buf b = {0};
    struct json j = {.out = &b};
    if (!cJSON_IsObject(deed)) return;
    html_put(out, "<dt>");
    html_put(out, head);
    html_put(out, "</dt><dd>");
    html_text(out, json_get_str(deed, "cmdlet"));
    tree_write(&j, json_get(deed, "parameters"), NULL);
    html_put(out, "<pre>");
    html_block(out, buf_str(&b));
    html_put(out, "</pre></dd>\n");
    buf_free(&b);
}

/* The evidence of an action: which record of which item. */
static void evidence(struct buf *out, const cJSON *action) {
    const cJSON *list = json_get(action, "evidence");
    size_t shown = 0;
    if (!list || !list->child) return;
    html_put(out, "<dt>evidence</dt><dd>");
    for (const cJSON *o = list->child; o && shown < HTML_OBSERVATIONS_SHOWN; o = o->next) {
        if (shown++) html_put(out, "<br>");
        html_text(out, json_get_str(o, "source"));
        html_put(out, " ");
        html_text(out, json_get_str(o, "item"));
        html_put(out, ", record ");
        html_text(out, json_get_str(o, "record"));
    }
    html_put(out, "</dd>\n");
}

static void choices(struct buf *out, struct str id) {
    static const char *const states[] = {"approved", "rejected", "pending"};
    static const char *const words[] = {"approve", "reject", "decide later"};
    html_put(out, "<div class=\"choose\" hidden>");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        buf_printf(out, "<label><input type=\"radio\" name=\"%.*s\" value=\"%s\"%s> %s</label>",
                   STR_ARG(id), states[i], i == 2 ? " checked" : "", words[i]);
    html_put(out, "<br><label>reason<br><input type=\"text\"></label></div>\n");
}

/* The id is ours, and is looked at before it becomes part of an attribute. */
static bool is_plain_id(struct str id) {
    for (size_t i = 0; i < id.n; i++)
        if (!ascii_digit(id.p[i]) && id.p[i] != 'a' && id.p[i] != '-') return false;
    return id.n > 0 && id.n < 12;
}

static void one_action(struct buf *out, const cJSON *action) {
    static const char *const keys[] = {"priority",      "kind",  "mailbox",     "trustee",
                                       "right",         "scope", "why",         "baseline",
                                       "approvers_why", "risk",  "undo_why_not"};
    struct str id = json_get_str(action, "id"), question = json_get_str(action, "question");
    char hash[DIGEST_HEX + 1];
    action_digest(action, hash);
    if (!is_plain_id(id)) return;
    buf_printf(out, "<fieldset data-id=\"%.*s\" data-content=\"%s\" data-asks=\"%s\"><legend>",
               STR_ARG(id), hash, question.n ? "yes" : "no");
    html_text(out, id);
    html_put(out, "</legend>\n");
    if (question.n) {
        html_put(out, "<p class=\"ask\">");
        html_text(out, question);
        html_put(out, "</p>\n");
    }
    html_put(out, "<dl>\n");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        row(out, keys[i], json_get_str(action, keys[i]));
    command(out, "is done", action);
    command(out, "is undone by", json_get(action, "undo"));
    evidence(out, action);
    html_put(out, "</dl>\n");
    choices(out, id);
    html_put(out, "</fieldset>\n");
}

static void advice(struct buf *out, const cJSON *plan) {
    const cJSON *list = json_get(plan, "before");
    if (!list || !list->child) return;
    html_put(out, "<h2>Before anything is changed</h2>\n<ul>\n");
    for (const cJSON *v = list->child; v; v = v->next) {
        html_put(out, "<li>");
        html_text(out, json_text(v));
        html_put(out, "</li>\n");
    }
    html_put(out, "</ul>\n");
}

static void left_alone(struct buf *out, const cJSON *plan) {
    static const struct column columns[] = {
        {"mailbox", NULL}, {"trustee", NULL}, {"right", NULL}, {"why", NULL}};
    const cJSON *list = json_get(plan, "not_planned");
    size_t shown = 0, total = (size_t)cJSON_GetArraySize(list);
    if (!total) return;
    html_put(out, "<h2>Left alone</h2>\n");
    html_table(out, "What the plan does not touch, and why", columns, 4);
    for (const cJSON *r = list->child; r && shown < HTML_ROWS_SHOWN; r = r->next, shown++) {
        html_put(out, "<tr>");
        html_cell(out, json_get_str(r, "mailbox"));
        html_cell(out, json_get_str(r, "trustee"));
        html_cell(out, json_get_str(r, "right"));
        html_cell(out, json_get_str(r, "why"));
        html_put(out, "</tr>\n");
    }
    html_table_end(out);
    html_rest(out, shown, total, "plan.json");
}

static void fill(struct buf *out, const cJSON *plan, struct str name) {
    const cJSON *actions = json_get(plan, "actions");
    if (str_eq(name, STR("style-hash"))) policy_hash(out, STR("<style>"), STR("</style>"));
    if (str_eq(name, STR("script-hash"))) policy_hash(out, STR("<script>"), STR("</script>"));
    if (str_eq(name, STR("case")) && json_get_str(plan, "case").n) {
        html_put(out, "Case ");
        html_text(out, json_get_str(plan, "case"));
        html_put(out, ": ");
    }
    if (str_eq(name, STR("count")))
        html_count(out, (uint64_t)cJSON_GetArraySize(actions), "action", "actions");
    if (str_eq(name, STR("before"))) advice(out, plan);
    if (str_eq(name, STR("left"))) left_alone(out, plan);
    for (const cJSON *x = str_eq(name, STR("actions")) ? actions->child : NULL; x; x = x->next)
        one_action(out, x);
}

void review_page(struct buf *out, const cJSON *plan) {
    struct str rest = template_text();
    for (size_t at; (at = str_find(rest, STR("{{"))) != STR_ABSENT;) {
        buf_add(out, str_slice(rest, 0, at));
        rest = str_from_index(rest, at + 2);
        size_t end = str_find(rest, STR("}}"));
        if (end == STR_ABSENT) break;
        fill(out, plan, str_slice(rest, 0, end));
        rest = str_from_index(rest, end + 2);
    }
    buf_add(out, rest);
}
