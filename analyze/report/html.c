#include "analyze/report/html.h"

#include <openssl/evp.h>

#include "base/utf.h"

void html_put(struct buf *out, const char *markup) { buf_add_z(out, markup); }

static void put_escape(struct buf *out, uint32_t v, unsigned char byte) {
    html_put(out, "<span class=\"esc\">");
    if (v == UTF_BAD)
        buf_printf(out, "\\x%02x", (unsigned)byte);
    else if (v < 0x100)
        buf_printf(out, "\\x%02x", (unsigned)v);
    else
        buf_printf(out, v > 0xFFFF ? "\\U%08x" : "\\u%04x", (unsigned)v);
    html_put(out, "</span>");
}

/* One character as markup; `lines`: line breaks and tabs stay. */
static void put_character(struct buf *out, struct str s, size_t from, size_t to, uint32_t v,
                          bool lines) {
    switch (v) {
    case '<': html_put(out, "&lt;"); return;
    case '>': html_put(out, "&gt;"); return;
    case '&': html_put(out, "&amp;"); return;
    case '"': html_put(out, "&quot;"); return;
    case '\'': html_put(out, "&#39;"); return;
    default: break;
    }
    bool kept = lines && (v == '\n' || v == '\t');
    if (!kept && (v == UTF_BAD || utf_is_unsafe(v)))
        put_escape(out, v, (unsigned char)s.p[from]);
    else
        buf_add(out, str_slice(s, from, to));
}

/* At most `most` bytes of the text; says how many were left out. */
static void put_text(struct buf *out, struct str s, size_t most, bool lines) {
    size_t i = 0;
    while (i < s.n && i < most) {
        size_t from = i;
        uint32_t v = utf8_next(s, &i);
        /* CRLF is one line break, not an escape and a line break. */
        if (lines && v == '\r' && i < s.n && s.p[i] == '\n') continue;
        put_character(out, s, from, i, v, lines);
    }
    if (i < s.n) buf_printf(out, "<em class=\"soft\"> ... %zu more bytes</em>", s.n - i);
}

void html_text(struct buf *out, struct str s) {
    html_put(out, "<bdi>");
    put_text(out, s, HTML_TEXT_MOST, false);
    html_put(out, "</bdi>");
}

void html_text_or(struct buf *out, struct str s, const char *otherwise) {
    if (s.n)
        html_text(out, s);
    else
        buf_printf(out, "<span class=\"soft\">%s</span>", otherwise);
}

void html_block(struct buf *out, struct str s) { put_text(out, s, HTML_BLOCK_MOST, true); }

void html_cell(struct buf *out, struct str s) {
    html_put(out, "<td class=\"name\">");
    if (s.n) html_text(out, s);
    html_put(out, "</td>");
}

void html_cell_u64(struct buf *out, uint64_t v) {
    html_put(out, "<td class=\"number\">");
    buf_add_u64(out, v);
    html_put(out, "</td>");
}

void html_when(struct buf *out, struct when t) {
    char text[WHEN_TEXT];
    struct str s = when_format(t, text);
    if (!s.n) {
        html_put(out, "<span class=\"soft\">time unknown</span>");
        return;
    }
    html_put(out, "<time>");
    buf_add(out, s);
    html_put(out, "</time>");
    if (t.basis == WHEN_INFERRED) html_put(out, " <span class=\"soft\">(zone inferred)</span>");
    if (t.basis == WHEN_UNKNOWN) html_put(out, " <span class=\"soft\">(zone unknown)</span>");
}

void html_cell_when(struct buf *out, struct when t) {
    html_put(out, "<td class=\"when\">");
    if (t.basis != WHEN_NONE) html_when(out, t);
    html_put(out, "</td>");
}

void html_cell_span(struct buf *out, struct when first, struct when last) {
    html_put(out, "<td class=\"when\">");
    if (first.basis != WHEN_NONE || last.basis != WHEN_NONE) {
        html_when(out, first);
        html_put(out, "<br>");
        html_when(out, last);
    }
    html_put(out, "</td>");
}

void html_priority(struct buf *out, enum priority p) {
    buf_printf(out, "<span class=\"priority %s\">%s</span>", priority_name(p), priority_name(p));
}

/* The resolved name, the written one where it differs, and who else it might be. */
void html_party(struct buf *out, const struct party *p, const char *otherwise) {
    if (p->identity.n && !str_ieq(p->identity, p->written) && p->written.n) {
        html_text(out, p->identity);
        html_put(out, " <span class=\"soft\">(written ");
        html_text(out, p->written);
        html_put(out, ")</span>");
    } else {
        html_text_or(out, p->identity.n ? p->identity : p->written, otherwise);
    }
    if (!p->candidate_count) return;
    html_put(out, " <span class=\"soft\">(may be ");
    for (size_t i = 0; i < p->candidate_count && i < HTML_NAMES_SHOWN; i++) {
        if (i) html_put(out, " or ");
        html_text(out, p->candidates[i]);
    }
    html_put(out, ")</span>");
}

void html_count(struct buf *out, uint64_t n, const char *one, const char *many) {
    buf_add_u64(out, n);
    buf_printf(out, " %s", n == 1 ? one : many);
}

void html_table_head(struct buf *out, const char *caption, const struct column *columns,
                     size_t count) {
    buf_printf(out, "<div class=\"scroll\"><table>\n<caption>%s</caption>\n<thead><tr>", caption);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "<th scope=\"col\" class=\"%s\">%s</th>",
                   columns[i].class ? columns[i].class : "text", columns[i].head);
    html_put(out, "</tr></thead>\n");
}

void html_table(struct buf *out, const char *caption, const struct column *columns, size_t count) {
    html_table_head(out, caption, columns, count);
    html_put(out, "<tbody>\n");
}

void html_table_end(struct buf *out) { html_put(out, "</tbody>\n</table></div>\n"); }

void html_rest(struct buf *out, size_t shown, size_t total, const char *file) {
    if (shown >= total) return;
    buf_printf(
        out,
        "<p class=\"alarm\"><strong>Not all are shown:</strong> %zu of %zu stand here; all of "
        "them stand in %s beside this file.</p>\n",
        shown, total, file);
}

void html_policy_hash(struct buf *out, struct str text) {
    unsigned char sum[EVP_MAX_MD_SIZE], base64[2 * EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    if (EVP_Digest(text.p, text.n, sum, &n, EVP_sha256(), NULL) != 1) memory_exhausted();
    int length = EVP_EncodeBlock(base64, sum, (int)n);
    buf_add(out, str_of((const char *)base64, (size_t)length));
}
