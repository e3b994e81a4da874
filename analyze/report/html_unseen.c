/* What could not be seen, as loud as what was found: altered items, unreadable records, blind logs.
 */
#include "analyze/report/html.h"
#include "analyze/report/words.h"

static void open_alarm(struct buf *out, const char *title) {
    buf_printf(out, "<div class=\"alarm\">\n<h3>Attention: %s</h3>\n", title);
}

static void put_sentences(struct buf *out, const struct str *list, size_t count) {
    html_put(out, "<ul>\n");
    for (size_t i = 0; i < count; i++) {
        html_put(out, "<li>");
        html_text(out, list[i]);
        html_put(out, "</li>\n");
    }
    html_put(out, "</ul>\n");
}

typedef bool item_test(const struct item *i);
static bool item_differs(const struct item *i) { return i->integrity == INTEGRITY_DIFFERS; }
static bool item_unlisted(const struct item *i) { return i->integrity == INTEGRITY_UNLISTED; }
static bool item_unrecognised(const struct item *i) { return !i->reader.n; }
static bool item_unreadable(const struct item *i) { return i->unreadable > 0; }

static const struct {
    item_test *test;
    const char *title, *meaning;
} ITEM_ALARMS[] = {
    {item_differs, "items that are not as they were sealed",
     "Their SHA-256 differs from the case's manifest. What they say is shown and marked; do not "
     "rely "
     "on it alone."},
    {item_unlisted, "items that the case's manifest does not list",
     "They were added after sealing, or the manifest was altered."},
    {item_unreadable, "items that could be read only in part",
     "Some of their records are damaged or cut. Their number, place and reason stand under "
     "Errors."},
    {item_unrecognised, "items of a kind that is not known here",
     "Nothing in them was read. If one of them is a log, it may hold what is missing."},
};

static void put_item_alarm(const struct analysis *a, size_t which, struct buf *out) {
    size_t count = 0;
    for (size_t i = 0; i < a->item_count; i++) {
        if (!ITEM_ALARMS[which].test(a->items[i])) continue;
        if (!count++) {
            open_alarm(out, ITEM_ALARMS[which].title);
            buf_printf(out, "<p>%s</p>\n<ul>\n", ITEM_ALARMS[which].meaning);
        }
        if (count > HTML_NAMES_SHOWN) continue;
        html_put(out, "<li>");
        html_text(out, a->items[i]->name);
        if (a->items[i]->unreadable) {
            html_put(out, ": ");
            html_count(out, a->items[i]->unreadable, "record or stretch unreadable",
                       "records or stretches unreadable");
        }
        html_put(out, "</li>\n");
    }
    if (!count) return;
    html_put(out, "</ul>\n");
    if (count > HTML_NAMES_SHOWN)
        buf_printf(out, "<p>and %zu more: see <a href=\"#items\">Evidence items</a>.</p>\n",
                   count - HTML_NAMES_SHOWN);
    html_put(out, "</div>\n");
}

/* Items that were never opened have no row among the items: only their error tells of them. */
static void put_unopened(const struct analysis *a, struct buf *out) {
    size_t count = 0;
    for (size_t i = 0; i < a->error_count; i++) {
        const struct error_row *r = &a->errors[i];
        if (r->item) continue;
        if (!count++) {
            open_alarm(out, "items that could not be opened");
            html_put(out, "<ul>\n");
        }
        if (count > HTML_NAMES_SHOWN) continue;
        html_put(out, "<li>");
        html_text(out, r->item_name);
        html_put(out, ": ");
        html_text(out, r->reason);
        html_put(out, "</li>\n");
    }
    if (!count) return;
    html_put(out, "</ul>\n");
    if (count > HTML_NAMES_SHOWN)
        buf_printf(out, "<p>and %zu more: see <a href=\"#errors\">Errors</a>.</p>\n",
                   count - HTML_NAMES_SHOWN);
    html_put(out, "</div>\n");
}

static void put_cleared(const struct analysis *a, struct buf *out) {
    bool any = false;
    for (size_t i = 0; i < a->coverage_count; i++) {
        const struct coverage_row *r = &a->coverage[i];
        if (!r->cleared_count) continue;
        if (!any) {
            open_alarm(out, "logs that were cleared");
            html_put(out, "<ul>\n");
        }
        any = true;
        html_put(out, "<li>");
        html_text(out, r->telemetry);
        html_put(out, " on ");
        html_text_or(out, r->host, "an unnamed host");
        html_put(out, ": ");
        for (size_t k = 0; k < r->cleared_count && k < HTML_NAMES_SHOWN; k++) {
            if (k) html_put(out, ", ");
            html_when(out, r->cleared[k]);
        }
        html_put(out, "</li>\n");
    }
    if (any) html_put(out, "</ul>\n</div>\n");
}

void html_unseen(const struct analysis *a, struct buf *out) {
    size_t before = out->n;
    for (size_t i = 0; i < sizeof ITEM_ALARMS / sizeof ITEM_ALARMS[0]; i++)
        put_item_alarm(a, i, out);
    put_unopened(a, out);
    put_cleared(a, out);
    if (a->blind_spot_count) {
        open_alarm(out, "blind spots");
        put_sentences(out, a->blind_spots, a->blind_spot_count);
        html_put(out, "</div>\n");
    }
    if (out->n == before)
        html_put(out,
                 "<p class=\"fine\">Every item was read to its end and no blind spot is known. "
                 "What no log records cannot be seen here either.</p>\n");
    if (!a->note_count) return;
    html_put(out, "<div class=\"fine\">\n<h3>Limits and assumptions</h3>\n");
    put_sentences(out, a->notes, a->note_count);
    html_put(out, "</div>\n");
}
