/* pages.c - index.html and the forms: templates with their {{parts}} filled in, once; what is
 * filled in is never read again for parts, so evidence that holds "{{case}}" is just text. */
#include "analyze/package/handover.h"
#include "analyze/report/html.h"
#include "base/embedded.h"

const struct handover_page HANDOVER_PAGES_LIST[HANDOVER_PAGES] = {
    {"index.html", "Index"},
    {"certification-902-13.html", "Certification under Rule 902(13)"},
    {"certification-902-14.html", "Certification under Rule 902(14)"},
    {"custody-form.html", "Chain of custody"},
    {"methods.html", "Methods"},
};

static void put_known(struct buf *out, struct str s) { html_text_or(out, s, "not recorded"); }

static void part_case(const struct handover *h, struct buf *out) { put_known(out, h->sealed.id); }
static void part_organization(const struct handover *h, struct buf *out) {
    put_known(out, h->sealed.organization);
}
static void part_examiner(const struct handover *h, struct buf *out) {
    put_known(out, h->sealed.examiner);
}
static void part_host(const struct handover *h, struct buf *out) { put_known(out, h->sealed.host); }
static void part_start(const struct handover *h, struct buf *out) {
    put_known(out, h->sealed.start);
}
static void part_end(const struct handover *h, struct buf *out) { put_known(out, h->sealed.end); }
static void part_agent(const struct handover *h, struct buf *out) {
    put_known(out, h->sealed.agent);
}
static void part_archive(const struct handover *h, struct buf *out) {
    put_known(out, h->sealed.file);
}
static void part_signer(const struct handover *h, struct buf *out) {
    html_text_or(out, h->sealed.signed_by, "The case is not signed.");
}

static void put_hash(struct buf *out, const char *hex) {
    buf_printf(out, "<code class=\"hash\">%s</code>", hex);
}
static void part_archive_hash(const struct handover *h, struct buf *out) {
    put_hash(out, h->sealed.sha256);
}
static void part_manifest_hash(const struct handover *h, struct buf *out) {
    put_hash(out, h->sealed.manifest_sha256);
}
static void part_tags_hash(const struct handover *h, struct buf *out) {
    put_hash(out, h->sealed.tags_sha256);
}
static void part_build(const struct handover *h, struct buf *out) { put_hash(out, h->build); }
static void part_timeline_hash(const struct handover *h, struct buf *out) {
    put_hash(out, h->timeline);
    if (!h->timeline_subjects) return;
    html_put(out, " as analysed (the copy in this package is without ");
    html_count(out, h->timeline_subjects, "message subject", "message subjects");
    html_put(out, ", so that its SHA-256 is another)");
}
static void part_report(const struct handover *h, struct buf *out) {
    html_put(out, h->timeline_subjects
                      ? "The report is not in this package, since it shows message subjects"
                      : "<a href=\"analysis/report.html\">The report</a>: what was found, what "
                        "could not be seen");
}
static void part_version(const struct handover *h, struct buf *out) {
    (void)h;
    html_put(out, UNGRANT_VERSION);
}

static void part_item_count(const struct handover *h, struct buf *out) {
    html_count(out, h->sealed.payload_items, "item", "items");
}
static void part_bytes(const struct handover *h, struct buf *out) {
    html_count(out, h->sealed.payload_bytes, "byte", "bytes");
}
static void part_records(const struct handover *h, struct buf *out) {
    html_count(out, h->sealed.records, "record", "records");
}
static void part_statement_count(const struct handover *h, struct buf *out) {
    html_count(out, h->said.count, "statement", "statements");
    if (h->selected) buf_printf(out, " (selected from %zu)", h->said.all);
}
static void part_cut_count(const struct handover *h, struct buf *out) {
    html_count(out, h->cut, "record", "records");
}
static void part_error_count(const struct handover *h, struct buf *out) {
    html_count(out, h->error_count, "record or item", "records or items");
}

static void part_not_found(const struct handover *h, struct buf *out) {
    if (!h->not_found) {
        html_put(out, "<p>Every record relied on was found in the sealed case and cut out.</p>\n");
        return;
    }
    html_put(out, "<p class=\"alarm\"><strong>");
    html_count(out, h->not_found, "record", "records");
    html_put(out, " relied on could not be cut out of this case</strong> (from another source, or "
                  "from an item of another content). The index marks each.</p>\n");
}

static void part_plan_note(const struct handover *h, struct buf *out) {
    if (!h->plan)
        html_put(out, "<p>No plan is part of this package.</p>\n");
    else if (h->plan_differs)
        html_put(out, "<p class=\"alarm\"><strong>plan.json was made from another timeline.jsonl "
                      "than the one in this package.</strong></p>\n");
    else
        html_put(out,
                 "<p>plan.json names the SHA-256 of the timeline.jsonl in this package.</p>\n");
}

static void part_sealed_inside(const struct handover *h, struct buf *out) {
    html_put(out, h->with_content ? "<p>The sealed case <code>"
                                  : "<p class=\"alarm\"><strong>The sealed case <code>");
    html_text(out, h->sealed.file);
    html_put(out, h->with_content
                      ? "</code> is in this package, in <code>data/case/</code>. Its SHA-256 is "
                      : "</code> is not in this package: it travels beside it.</strong> It holds "
                        "every record that was collected, and a seal cannot be kept on a part of "
                        "it. What seals it is here, in <code>data/case/seal/</code>. The one that "
                        "this package was made of has the SHA-256 ");
    put_hash(out, h->sealed.sha256);
    html_put(out, ".</p>\n");
}

typedef void part_writer(const struct handover *h, struct buf *out);

static const struct part {
    const char *name;
    part_writer *write;
} PARTS[] = {
    {"case", part_case},
    {"organization", part_organization},
    {"examiner", part_examiner},
    {"host", part_host},
    {"start", part_start},
    {"end", part_end},
    {"agent", part_agent},
    {"archive", part_archive},
    {"archive-hash", part_archive_hash},
    {"manifest-hash", part_manifest_hash},
    {"tags-hash", part_tags_hash},
    {"timeline-hash", part_timeline_hash},
    {"report", part_report},
    {"build", part_build},
    {"version", part_version},
    {"signer", part_signer},
    {"item-count", part_item_count},
    {"bytes", part_bytes},
    {"records", part_records},
    {"statement-count", part_statement_count},
    {"cut-count", part_cut_count},
    {"error-count", part_error_count},
    {"not-found", part_not_found},
    {"plan-note", part_plan_note},
    {"sealed-inside", part_sealed_inside},
    {"items", part_items},
    {"not-collected", part_not_collected},
    {"checks", part_checks},
    {"custody", part_custody},
    {"transfers", part_transfers},
    {"exhibits", part_exhibits},
    {"statements", part_statements},
    {"actions", part_actions},
    {"absences", part_absences},
    {"blind-spots", part_blind_spots},
    {"errors", part_errors},
};

static void fill_part(const struct handover *h, struct str name, struct buf *out) {
    for (size_t i = 0; i < sizeof PARTS / sizeof PARTS[0]; i++)
        if (str_eq(name, str_from(PARTS[i].name))) PARTS[i].write(h, out);
}

/* Takes the text up to the next {{part}} off *rest and its name into *name; false at the end. */
static bool next_part(struct str *rest, struct str *name, struct buf *out) {
    size_t at = str_find(*rest, STR("{{"));
    buf_add(out, str_slice(*rest, 0, at));
    if (at == STR_ABSENT) return false;
    *rest = str_from_index(*rest, at + 2);
    size_t end = str_find(*rest, STR("}}"));
    *name = str_slice(*rest, 0, end);
    *rest = str_from_index(*rest, end == STR_ABSENT ? rest->n : end + 2);
    return true;
}

static void fill_body(const struct handover *h, const char *file, struct buf *out) {
    struct buf path = {0};
    struct str name;
    buf_printf(&path, "templates/%s", file);
    buf_add_c(&path, 0);
    struct str rest = embedded_get(path.p);
    while (next_part(&rest, &name, out)) fill_part(h, name, out);
    buf_free(&path);
}

static void put_style_hash(struct str frame, struct buf *out) {
    size_t at = str_find(frame, STR("<style>"));
    struct str style = str_from_index(frame, at == STR_ABSENT ? frame.n : at + 7);
    html_policy_hash(out, str_slice(style, 0, str_find(style, STR("</style>"))));
}

void handover_page(const struct handover *h, const char *file, struct buf *out) {
    struct str frame = embedded_get("templates/form.html"), rest = frame, name;
    while (next_part(&rest, &name, out)) {
        if (str_eq(name, STR("style-hash"))) put_style_hash(frame, out);
        if (str_eq(name, STR("body"))) fill_body(h, file, out);
        if (!str_eq(name, STR("title"))) continue;
        for (size_t i = 0; i < HANDOVER_PAGES; i++)
            if (str_eq(str_from(file), str_from(HANDOVER_PAGES_LIST[i].file)))
                html_put(out, HANDOVER_PAGES_LIST[i].title);
    }
}
