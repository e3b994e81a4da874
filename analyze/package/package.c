#include "analyze/package/package.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "analyze/package/bag_out.h"
#include "analyze/package/cut.h"
#include "analyze/package/folder.h"
#include "analyze/package/subject.h"
#include "base/file.h"
#include "base/json_read.h"
#include "collect/bag.h"
#include "collect/custody.h"
#include "collect/seal.h"

enum { LIMIT = 1 << 30 };

struct packing {
    const struct package_options *o;
    struct handover *h;
    struct bag_out bag;
    struct cuts cuts;
    size_t records; /* index of the first exhibit that is a record */
};

static struct str text_of(struct packing *p, const char *hex) {
    return arena_copy(p->h->arena, str_from(hex));
}

/* ---- what is read first ---- */

void handover_absence(struct handover *h, uint64_t count, struct str what, struct str why) {
    if (!count) return;
    ARENA_GROW(h->arena, h->absences, h->absence_cap, h->absence_count + 1);
    h->absences[h->absence_count++] = (struct absence){count, what, why};
}

static cJSON *read_tree(struct handover *h, const char *folder, const char *name, struct error *e) {
    char *path = file_join(folder, name);
    cJSON *tree = json_parse_file(h->arena, path, e);
    free(path);
    return tree;
}

/* Did this analysis read this case? One item of it is enough. */
static int check_belongs(const struct packing *p, struct error *e) {
    const struct case_facts *c = &p->h->sealed;
    const cJSON *row;
    cJSON_ArrayForEach(row, json_get(p->h->coverage, "items")) {
        const struct inventory_item *it = case_item(c, json_get_str(row, "item"));
        if (it && str_ieq(it->sha256, json_get_str(row, "sha256"))) return 0;
        if (it && !str_eq(it->item, json_get_str(row, "item"))) return 0; /* from inside of it */
    }
    return error_set(e, "%s: is not the analysis of %s: no item is in both", p->o->analysis,
                     p->o->archive);
}

static int read_errors(struct handover *h, const char *folder, struct error *e) {
    char *path = file_join(folder, "errors.jsonl");
    int bad = file_read(h->arena, path, LIMIT, &h->errors, e);
    for (size_t i = 0; !bad && i < h->errors.n; i++) h->error_count += h->errors.p[i] == '\n';
    free(path);
    return bad;
}

/* Changes that a mailbox audit record tells have its parameters, the subject among them. */
static int read_timeline_subjects(struct handover *h, const char *folder, struct error *e) {
    char *path = file_join(folder, "timeline.jsonl");
    struct buf b = {0};
    struct str text;
    int bad = file_read(h->arena, path, LIMIT, &text, e);
    free(path);
    if (bad) return -1;
    h->timeline_subjects = subject_leave_out(text, &b);
    if (h->timeline_subjects) h->timeline_without = arena_copy(h->arena, buf_str(&b));
    buf_free(&b);
    return 0;
}

static int read_plan(struct packing *p, struct error *e) {
    struct handover *h = p->h;
    if (!p->o->plan) return 0;
    h->plan = json_parse_file(h->arena, p->o->plan, e);
    if (!h->plan) return -1;
    if (!str_eq(json_get_str(h->plan, "format"), STR("ungrant-plan/1")))
        return error_set(e, "%s: is no plan of `ungrant plan`", p->o->plan);
    h->plan_differs = !str_ieq(json_get_str(h->plan, "timeline_sha256"), str_from(h->timeline));
    return 0;
}

static int read_all(struct packing *p, struct error *e) {
    struct handover *h = p->h;
    const struct package_options *o = p->o;
    if (case_facts_read(h->arena, o->archive, o->authorities, &h->sealed, e) != 0 ||
        statements_read(h->arena, o->analysis, o->selection, &h->said, e) != 0 ||
        bag_archive_sha256("/proc/self/exe", h->build, e) != 0)
        return -1;
    char *timeline = file_join(o->analysis, "timeline.jsonl");
    int bad = bag_archive_sha256(timeline, h->timeline, e);
    free(timeline);
    if (bad || !(h->coverage = read_tree(h, o->analysis, "coverage.json", e))) return -1;
    h->with_content = o->with_content;
    h->selected = o->selection != NULL;
    if (check_belongs(p, e) != 0 || read_errors(h, o->analysis, e) != 0) return -1;
    if (!o->with_content && read_timeline_subjects(h, o->analysis, e) != 0) return -1;
    return read_plan(p, e);
}

/* ---- exhibits that are known before anything is written ---- */

static struct exhibit *add_exhibit(struct packing *p, const char *kind, struct str title) {
    struct exhibit *x = exhibit_add(&p->h->exhibits, kind);
    x->title = title;
    x->custodian = p->h->sealed.organization;
    return x;
}

static void add_case(struct packing *p) {
    const struct case_facts *c = &p->h->sealed;
    struct exhibit *x = add_exhibit(p, "case", STR("the sealed case"));
    x->source = c->file;
    x->sha256 = text_of(p, c->sha256);
    x->host = c->host;
    x->first = c->start;
    x->last = c->end;
    if (p->o->with_content)
        x->file = arena_printf(p->h->arena, "data/case/%.*s", STR_ARG(c->file));
    else
        x->note =
            STR("NOT in this package: it travels beside it (see methods.html); its seal is in "
                "case/seal/");
}

/* Each cited item once; they come sorted. Returns its control number. */
static unsigned add_item(struct packing *p, const struct citation *c) {
    const struct inventory_item *row = case_item(&p->h->sealed, c->item);
    struct exhibit *x = add_exhibit(p, "item", STR("cited evidence"));
    x->parent = 1;
    x->item = c->item;
    x->item_sha256 = x->sha256 = c->sha256;
    x->note = p->o->with_content ? STR("inside the sealed case")
                                 : STR("inside the sealed case, which is not in this package");
    if (!row) {
        x->parent = 0;
        x->note = STR("not in this case: the analysis read it elsewhere");
        return x->number;
    }
    x->source = row->path;
    x->host = row->host;
    x->first = row->first;
    x->last = row->last;
    return x->number;
}

static bool same_item(const struct citation *a, const struct citation *b) {
    return str_eq(a->item, b->item) && str_eq(a->sha256, b->sha256);
}

static int compare_ids(const void *a, const void *b) {
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Every statement that rests on one of the item's records: once each, of the `count` citations. */
static struct str item_statements(struct arena *a, const struct citation *cited, size_t count) {
    struct str *ids = NULL, rest, id;
    size_t n = 0, cap = 0;
    struct buf b = {0};
    for (size_t i = 0; i < count; i++) {
        for (rest = cited[i].statements; rest.n;) {
            str_cut(rest, ';', &id, &rest);
            ARENA_GROW(a, ids, cap, n + 1);
            ids[n++] = str_trim(id);
        }
    }
    if (n) qsort(ids, n, sizeof *ids, compare_ids);
    for (size_t i = 0; i < n; i++) {
        if (i && str_eq(ids[i], ids[i - 1])) continue;
        if (b.n) buf_add_z(&b, "; ");
        buf_add(&b, ids[i]);
    }
    struct str text = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return text;
}

/* Items first, then records, so that numbers do not depend on what can be cut. */
static void add_cited(struct packing *p) {
    const struct statements *s = &p->h->said;
    unsigned *parents = ARENA_ARRAY(p->h->arena, unsigned, s->cited_count + 1);
    for (size_t i = 0; i < s->cited_count;) {
        size_t first = i;
        unsigned number = add_item(p, &s->cited[i]);
        while (i < s->cited_count && same_item(&s->cited[first], &s->cited[i]))
            parents[i++] = number;
        p->h->exhibits.list[number - 1].statements =
            item_statements(p->h->arena, &s->cited[first], i - first);
    }
    p->records = p->h->exhibits.count;
    for (size_t i = 0; i < s->cited_count; i++) {
        const struct citation *c = &s->cited[i];
        const struct inventory_item *row = case_item(&p->h->sealed, c->item);
        struct exhibit *x = add_exhibit(p, "record", c->source);
        x->parent = parents[i];
        x->item = c->item;
        x->item_sha256 = c->sha256;
        x->record = c->record;
        x->first = x->last = c->time;
        x->statements = c->statements;
        x->note = STR("could not be cut out of this case");
        if (!row) continue;
        x->source = row->path;
        x->host = row->host;
    }
}

/* ---- records ---- */

static int write_json(struct packing *p, struct exhibit *x, struct str json, struct error *e) {
    char hex[DIGEST_HEX + 1];
    x->json_file =
        arena_printf(p->h->arena, "data/extracts/" EXHIBIT_PREFIX "%06u.json", x->number);
    if (bag_out_text(&p->bag, x->json_file, json, x->item, hex, e) != 0) return -1;
    x->json_sha256 = text_of(p, hex);
    return 0;
}

static int write_bytes(struct packing *p, struct exhibit *x, const struct cut *c, struct error *e) {
    char hex[DIGEST_HEX + 1];
    x->file = arena_printf(p->h->arena, "data/extracts/" EXHIBIT_PREFIX "%06u.%s", x->number,
                           c->binary ? "bin" : "txt");
    return bag_out_text(&p->bag, x->file, buf_str(&c->bytes), x->item, hex, e);
}

/* A record as it is and as JSON; where it holds a message's subject, without that. */
static int take_cut(void *own, struct cut *c, struct error *e) {
    struct packing *p = own;
    struct exhibit *x = &p->h->exhibits.list[p->records + (size_t)(c - p->cuts.list)];
    struct buf shown = {0};
    char hex[DIGEST_HEX + 1];
    digest_of(buf_str(&c->bytes), hex);
    x->sha256 = text_of(p, hex);
    x->placed = true;
    x->offset = c->begin;
    x->length = c->length;
    x->note = c->begin == c->of->offset
                  ? STR_NONE
                  : arena_printf(p->h->arena, "cited at offset %llu, inside this record",
                                 (unsigned long long)c->of->offset);
    p->h->cut++;
    size_t subjects = p->o->with_content ? 0 : subject_leave_out(c->json, &shown);
    p->h->subjects += subjects > 0;
    if (subjects)
        x->note = STR("the record as it is was left out, since it holds a message subject; the "
                      "SHA-256 and the length are those of the whole record in its item");
    int bad = subjects ? 0 : write_bytes(p, x, c, e);
    if (!bad) bad = write_json(p, x, subjects ? buf_str(&shown) : c->json, e);
    buf_free(&shown);
    return bad;
}

static int write_records(struct packing *p, struct error *e) {
    const struct package_options *o = p->o;
    const struct cuts_wish wish = {
        .archive = o->archive, .jobs = o->jobs, .own = p, .take = take_cut, .warn = o->warn};
    if (cuts_make(p->h->arena, &wish, &p->h->said, &p->cuts, e) != 0) return -1;
    p->h->not_found = p->cuts.count - p->h->cut;
    return 0;
}

/* ---- files ---- */

static int write_file(struct packing *p, const char *kind, struct str title, struct str name,
                      const char *path, struct error *e) {
    char hex[DIGEST_HEX + 1];
    uint64_t size;
    struct str base = str_from(path);
    size_t slash = str_rchr(base, '/');
    if (slash != STR_ABSENT) base = str_from_index(base, slash + 1);
    if (bag_out_file(&p->bag, name, path, base, hex, &size, e) != 0) return -1;
    if (!kind) return 0;
    struct exhibit *x = add_exhibit(p, kind, title);
    x->file = name;
    x->sha256 = text_of(p, hex);
    x->source = arena_copy(p->h->arena, base);
    return 0;
}

/* What seals the case: its tag files, as they lie in it. */
static int write_seal(struct packing *p, struct error *e) {
    const struct bag *tags = &p->h->sealed.tags;
    char hex[DIGEST_HEX + 1];
    for (size_t i = 0; i < tags->count; i++) {
        const struct bag_entry *t = &tags->list[i];
        if (bag_is_payload(t->name)) continue;
        struct buf name = {0};
        buf_add_z(&name, "data/case/seal/");
        bag_safe_name(&name, t->name);
        struct str file = arena_copy(p->h->arena, buf_str(&name));
        buf_free(&name);
        if (bag_out_text(&p->bag, file, t->text, p->h->sealed.file, hex, e) != 0) return -1;
        struct exhibit *x = add_exhibit(
            p, "seal", arena_printf(p->h->arena, "%.*s of the sealed case", STR_ARG(t->name)));
        x->parent = 1;
        x->file = file;
        x->sha256 = text_of(p, hex);
        x->source = p->h->sealed.file;
    }
    return 0;
}

/* What lies beside the archive: its hash, its chain, the time stamp. */
static int write_beside(struct packing *p, struct error *e) {
    static const struct {
        const char *ending, *what;
    } files[] = {{".custody.jsonl", "the custody log after sealing"},
                 {".tsq", "the request for a time stamp"},
                 {".tsr", "the time stamp"}};
    struct arena *a = p->h->arena;
    struct str sum = arena_printf(a, "%s.sha256", p->o->archive);
    struct str name = arena_printf(a, "data/case/%.*s.sha256", STR_ARG(p->h->sealed.file));
    struct stat st;
    if (stat(sum.p, &st) == 0 &&
        write_file(p, "seal", STR("the archive's SHA-256"), name, sum.p, e) != 0)
        return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *path = custody_beside(p->o->archive, files[i].ending);
        name = arena_printf(a, "data/case/%.*s%s", STR_ARG(p->h->sealed.name), files[i].ending);
        int bad = stat(path, &st) == 0
                      ? write_file(p, "custody", str_from(files[i].what), name, path, e)
                      : 0;
        free(path);
        if (bad) return -1;
    }
    return 0;
}

static int write_case(struct packing *p, struct error *e) {
    struct exhibit *x = &p->h->exhibits.list[0];
    if (p->o->with_content && write_file(p, NULL, STR_NONE, x->file, p->o->archive, e) != 0)
        return -1;
    return write_seal(p, e) != 0 ? -1 : write_beside(p, e);
}

/* The timeline without the subjects; the report, which shows it whole, stays out then. */
static int write_without_subjects(struct packing *p, struct error *e) {
    struct handover *h = p->h;
    char hex[DIGEST_HEX + 1];
    struct str name = STR("data/analysis/timeline.jsonl");
    if (bag_out_text(&p->bag, name, h->timeline_without, STR("timeline.jsonl"), hex, e) != 0)
        return -1;
    struct exhibit *x = add_exhibit(p, "analysis", STR("every change, without message subjects"));
    x->file = name;
    x->sha256 = text_of(p, hex);
    x->note = arena_printf(h->arena, "as analysed, its SHA-256 is %s", h->timeline);
    handover_absence(h, h->timeline_subjects, STR("message subjects in analysis/timeline.jsonl"),
                     STR("go in only with --with-content"));
    handover_absence(h, 1, STR("report of the analysis (report.html)"),
                     STR("it shows message subjects; goes in only with --with-content"));
    return 0;
}

static int write_analysis(struct packing *p, struct error *e) {
    static const struct {
        const char *file, *what;
        bool shows_subjects;
    } files[] = {{"report.html", "the report", true},
                 {"timeline.jsonl", "every change, with the records it rests on", true},
                 {"timeline.csv", "the same for spreadsheets", false},
                 {"ledger.jsonl", "every grant", false},
                 {"coverage.json", "what the evidence covers, and what not", false},
                 {"errors.jsonl", "what could not be read", false}};
    if (p->h->timeline_subjects && write_without_subjects(p, e) != 0) return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (p->h->timeline_subjects && files[i].shows_subjects) continue;
        char *path = file_join(p->o->analysis, files[i].file);
        struct str name = arena_printf(p->h->arena, "data/analysis/%s", files[i].file);
        int bad = write_file(p, "analysis", str_from(files[i].what), name, path, e);
        free(path);
        if (bad) return -1;
    }
    return p->o->plan ? write_file(p, "plan", STR("actions, decisions, outcomes"),
                                   STR("data/plan/plan.json"), p->o->plan, e)
                      : 0;
}

static int write_folder(struct packing *p, struct error *e) {
    struct folder f;
    if (!p->o->folder) return 0;
    if (folder_read(p->h->arena, p->o->folder, &f, e) != 0) return -1;
    for (size_t i = 0; i < f.count; i++) {
        const struct folder_file *file = &f.list[i];
        struct str path = arena_printf(p->h->arena, "%s/%.*s", p->o->folder, STR_ARG(file->name));
        if (file->kind && (file->ours || p->o->with_content)) {
            struct str name =
                arena_printf(p->h->arena, "data/%s/%.*s", file->kind, STR_ARG(file->safe));
            if (write_file(p, file->kind, str_from(file->what), name, path.p, e) != 0) return -1;
        } else {
            handover_absence(p->h, 1,
                             arena_printf(p->h->arena, "%.*s in the folder of scripts and results",
                                          STR_ARG(file->name)),
                             file->kind ? STR("no script and no result of ungrant; goes in only "
                                              "with --with-content")
                                        : STR("not a regular file"));
        }
    }
    return 0;
}

/* ---- what was left out ---- */

/* Records of sign-in logs, as coverage.json counts them, but for those that were cut out. */
static uint64_t other_signins(const struct handover *h) {
    const cJSON *row;
    uint64_t all = 0, n, cut = 0;
    cJSON_ArrayForEach(
        row, json_get(h->coverage, "telemetry")) if (str_eq(json_get_str(row, "telemetry"),
                                                            STR("sign-in")) &&
                                                     json_get_u64(row, "records", &n)) all += n;
    for (size_t i = 0; i < h->said.cited_count; i++)
        cut += str_eq(h->said.cited[i].source, STR("sign-in"));
    return all > cut ? all - cut : 0;
}

static void note_absences(struct packing *p) {
    struct handover *h = p->h;
    const struct case_facts *c = &h->sealed;
    handover_absence(h, h->said.all - h->said.count, STR("statements of the analysis"),
                     STR("not in the selection: they stand in analysis/, but their records were "
                         "not cut out"));
    if (p->o->with_content) return;
    handover_absence(
        h, c->payload_items,
        arena_printf(h->arena, "items of evidence, %llu bytes: the payload of %.*s",
                     (unsigned long long)c->payload_bytes, STR_ARG(c->file)),
        STR("a seal cannot be kept on a part of a case; the archive is handed over by itself, or "
            "with --with-content"));
    handover_absence(h, c->records > h->cut ? c->records - h->cut : 0,
                     STR("records of the evidence on which no statement rests"),
                     STR("unrelated; go in only with --with-content"));
    handover_absence(h, other_signins(h),
                     STR("sign-ins (counted among the records above) that stand behind no "
                         "statement: of other people, or at other times"),
                     STR("unrelated; go in only with --with-content"));
    handover_absence(h, h->subjects, STR("records that hold a message subject"),
                     STR("as JSON without the subject; the record as it is goes in only with "
                         "--with-content"));
}

/* ---- the pages and lists about all of it ---- */

static int write_made(struct packing *p, struct str name, struct buf *text, struct error *e) {
    char hex[DIGEST_HEX + 1];
    int bad = bag_out_text(&p->bag, name, buf_str(text), STR("made by ungrant package"), hex, e);
    text->n = 0;
    return bad;
}

static int write_pages(struct packing *p, struct error *e) {
    struct buf b = {0};
    exhibits_csv(&p->h->exhibits, &b);
    int bad = write_made(p, STR("data/index.csv"), &b, e);
    if (!bad) {
        exhibits_dat(&p->h->exhibits, &b);
        bad = write_made(p, STR("data/loadfile.dat"), &b, e);
    }
    for (size_t i = 0; !bad && i < HANDOVER_PAGES; i++) {
        const char *file = HANDOVER_PAGES_LIST[i].file;
        handover_page(p->h, file, &b);
        bad = write_made(p, arena_printf(p->h->arena, "data/%s", file), &b, e);
    }
    buf_free(&b);
    return bad;
}

static void put_info(const struct case_facts *c, struct buf *out) {
    char text[WHEN_TEXT];
    struct str date = when_format(c->last, text);
    seal_info_line(out, "Source-Organization", c->organization);
    seal_info_line(out, "External-Identifier", c->id);
    seal_info_line(out, "External-Description", STR("Handover of a sealed case"));
    seal_info_line(out, "Bagging-Date", str_slice(date, 0, 10));
    seal_info_line(out, "Bag-Software-Agent", STR("ungrant " UNGRANT_VERSION));
    seal_info_line(out, "Case-Archive", c->file);
    seal_info_line(out, "Case-Archive-SHA256", str_from(c->sha256));
}

static int write_all(struct packing *p, struct error *e) {
    struct buf info = {0}, verify = {0};
    int bad = write_case(p, e) != 0 || write_records(p, e) != 0 || write_analysis(p, e) != 0 ||
              write_folder(p, e) != 0;
    if (!bad) note_absences(p);
    if (!bad) bad = write_pages(p, e);
    put_info(&p->h->sealed, &info);
    handover_verify_text(p->h, &verify);
    if (!bad) bad = bag_out_end(&p->bag, buf_str(&info), p->h->sealed.custody, buf_str(&verify), e);
    buf_free(&info);
    buf_free(&verify);
    return bad ? -1 : 0;
}

int package_write(const struct package_options *o, struct handover *h, struct package_result *out,
                  struct error *e) {
    *h = (struct handover){.arena = arena_new(0)};
    struct packing p = {.o = o, .h = h};
    h->exhibits.arena = h->arena;
    if (read_all(&p, e) != 0) return -1;
    add_case(&p);
    add_cited(&p);
    p.bag = (struct bag_out){
        .path = o->output,
        .time = h->sealed.last,
        .top = arena_printf(h->arena, "%.*s/", STR_ARG(bag_case_of(str_from(o->output)))),
        .out = o->password ? archive_writer_open_locked(o->output, "package.zip", o->password, e)
                           : archive_writer_open(o->output, e)};
    if (!p.bag.out) return -1;
    bag_out_begin(&p.bag);
    int bad = write_all(&p, e);
    out->files = p.bag.files;
    if (!bad) {
        struct archive_writer *w = p.bag.out;
        p.bag.out = NULL;
        bad = archive_writer_commit(w, out->sha256, e);
    }
    bag_out_free(&p.bag);
    return bad;
}

void handover_free(struct handover *h) {
    cJSON_Delete(h->coverage);
    cJSON_Delete(h->plan);
    arena_free(h->arena);
}
