/* report.html: the template (templates/report.html) with its {{parts}} filled in. What is filled in
 * is never read again for parts, so evidence that holds "{{found}}" is just text. */
#include "analyze/report/html.h"
#include "analyze/report/report.h"
#include "base/embedded.h"

static struct str template_text(void) { return embedded_get("templates/report.html"); }

/* The template's text between the first <TAG> and </TAG>: what its policy hash is taken of. */
static struct str inline_part(struct str opening, struct str closing) {
    struct str text = template_text();
    size_t at = str_find(text, opening);
    if (at == STR_ABSENT) return STR_NONE;
    struct str rest = str_from_index(text, at + opening.n);
    return str_slice(rest, 0, str_find(rest, closing));
}

static void part_style_hash(const struct analysis *a, struct buf *out) {
    (void)a;
    html_policy_hash(out, inline_part(STR("<style>"), STR("</style>")));
}

static void part_script_hash(const struct analysis *a, struct buf *out) {
    (void)a;
    html_policy_hash(out, inline_part(STR("<script>"), STR("</script>")));
}

/* Inside <title> there is no markup: characters only. */
static void part_title(const struct analysis *a, struct buf *out) {
    html_put(out, "Mailbox access");
    if (!a->case_id.n) return;
    html_put(out, ", case ");
    for (size_t i = 0; i < a->case_id.n && i < 100; i++) {
        char c = a->case_id.p[i];
        buf_add_c(out, ascii_alpha(c) || ascii_digit(c) || strchr("-_. /", c) ? c : '?');
    }
}

static void part_case(const struct analysis *a, struct buf *out) {
    if (a->case_id.n) {
        html_put(out, "Case ");
        html_text(out, a->case_id);
        html_put(out, ". ");
    } else {
        html_put(out, "Not from a sealed case. ");
    }
    html_put(out, "Read from ");
    html_count(out, a->item_count, "item", "items");
    html_put(out, " of evidence.");
}

static void part_version(const struct analysis *a, struct buf *out) {
    (void)a;
    html_put(out, UNGRANT_VERSION);
}

static const struct part {
    const char *name;
    void (*write)(const struct analysis *a, struct buf *out);
} PARTS[] = {
    {"title", part_title},       {"style-hash", part_style_hash},
    {"case", part_case},         {"script-hash", part_script_hash},
    {"version", part_version},   {"found", html_found},
    {"unseen", html_unseen},     {"timeline", html_timeline},
    {"ledger", html_ledger},     {"suspicious", html_suspicious},
    {"coverage", html_coverage}, {"errors", html_errors},
    {"items", html_items},
};

static void fill(const struct analysis *a, struct str name, struct buf *out) {
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++)
        if (str_eq(name, str_from(PARTS[i].name))) PARTS[i].write(a, out);
}

void report_html(const struct analysis *a, struct buf *out) {
    struct str rest = template_text();
    for (size_t at; (at = str_find(rest, STR("{{"))) != STR_ABSENT;) {
        buf_add(out, str_slice(rest, 0, at));
        rest = str_from_index(rest, at + 2);
        size_t end = str_find(rest, STR("}}"));
        if (end == STR_ABSENT) break;
        fill(a, str_slice(rest, 0, end), out);
        rest = str_from_index(rest, end + 2);
    }
    buf_add(out, rest);
}
