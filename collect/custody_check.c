#include "collect/custody_check.h"

#include <stdlib.h>

#include "base/json_read.h"
#include "collect/base64_line.h"

#define HASH_KEY ",\"hash\":\""

static const char ALTERED[] = "was altered: it does not agree with its own hash";
static const char NUMBER[] = "has not the next number (seq)";
static const char REMOVED[] = "has lost its predecessor: a link before it was removed";
static const char MOVED[] = "does not stand behind the link that it follows: links were reordered";
static const char REPEATED[] = "is there twice";
static const char ADDED[] = "was added without its predecessor";
static const char FORKED[] = "was added, or comes from another copy of this chain";
static const char CUT[] = "is cut: it does not end";
static const char UNSIGNED[] = "should be signed, but its signature behind it is missing";
static const char SIGNATURE[] = "is a signature that does not hold";
static const char OTHER[] = "was written when the archive was another";
static const char BRANCH[] = "joins a copy that is broken";

struct checking {
    struct arena *a;
    const struct custody_chain *start;
    struct custody_report *out;
    X509_STORE *authorities;
    struct str archive;
    int depth;
};

static void fault(struct checking *c, size_t index, const char *kind, struct str detail) {
    struct custody_report *r = c->out;
    r->list[index].faulty = true;
    if (r->fault_count >= CUSTODY_FAULTS) return;
    ARENA_GROW(c->a, r->faults, r->fault_cap, r->fault_count + 1);
    r->faults[r->fault_count++] = (struct custody_fault){
        index + 1, kind,
        detail.n ? arena_printf(c->a, "%s: %.*s", kind, STR_ARG(detail)) : str_from(kind)};
}

/* ---- one line ---- */

static bool agrees_with_own_hash(struct str line) {
    const size_t tail = sizeof HASH_KEY - 1 + DIGEST_HEX + 2;
    char hex[DIGEST_HEX + 1];
    if (line.n < tail) return false;
    struct str end = str_from_index(line, line.n - tail);
    digest_of(str_slice(line, 0, line.n - tail), hex);
    return str_starts(end, STR(HASH_KEY)) && str_ends(end, STR("\"}")) &&
           str_eq(str_slice(end, sizeof HASH_KEY - 1, sizeof HASH_KEY - 1 + DIGEST_HEX),
                  str_from(hex));
}

static struct str text_of(struct arena *a, const cJSON *object, const char *key) {
    return arena_copy(a, json_get_str(object, key));
}

static struct str lines_of(struct arena *a, const cJSON *array) {
    struct buf b = {0};
    const cJSON *line;
    cJSON_ArrayForEach(line, array) {
        buf_add(&b, json_text(line));
        buf_add_c(&b, '\n');
    }
    struct str lines = arena_copy(a, buf_str(&b));
    buf_free(&b);
    return lines;
}

static void take_fields(struct arena *a, const cJSON *tree, struct custody_seen *l) {
    const cJSON *subject = json_get(tree, "subject"), *branch = json_get(tree, "branch");
    l->time = text_of(a, tree, "time");
    l->actor = text_of(a, tree, "actor");
    l->host = text_of(a, tree, "host");
    l->event = text_of(a, tree, "event");
    l->what = text_of(a, subject, "what");
    l->subject_sha256 = text_of(a, subject, "sha256");
    l->note = text_of(a, tree, "note");
    l->from = text_of(a, tree, "from");
    l->to = text_of(a, tree, "to");
    l->archive = text_of(a, tree, "archive");
    l->signer = text_of(a, tree, "signer");
    l->prev = text_of(a, tree, "prev");
    l->cms = text_of(a, tree, "cms");
    l->response = text_of(a, tree, "response");
    if (cJSON_IsArray(branch)) l->branch = lines_of(a, branch);
    json_get_u64(tree, "fork", &l->fork);
}

static void read_line(struct arena *a, struct str line, struct custody_seen *l) {
    struct json_notes notes;
    struct json_fault why;
    *l = (struct custody_seen){.line = line};
    digest_of(line, l->hash);
    cJSON *tree = agrees_with_own_hash(line) ? json_parse(a, line, &notes, &why) : NULL;
    if (tree && cJSON_IsObject(tree) && !notes.duplicate_keys &&
        json_get_u64(tree, "seq", &l->seq)) {
        l->whole = true;
        take_fields(a, tree, l);
    }
    cJSON_Delete(tree);
}

/* All lines; the last may be cut. */
static void read_lines(struct checking *c, struct str text) {
    struct custody_report *r = c->out;
    while (text.n) {
        struct str line;
        bool ended = str_cut(text, '\n', &line, &text);
        ARENA_GROW(c->a, r->list, r->cap, r->count + 1);
        read_line(c->a, line, &r->list[r->count++]);
        if (!ended) fault(c, r->count - 1, CUT, STR_NONE);
    }
}

/* ---- does it follow? ---- */

enum { NOWHERE = -2, START = -1 };

static const char *hash_at(const struct checking *c, ptrdiff_t index) {
    return index < 0 ? c->start->prev : c->out->list[index].hash;
}

static uint64_t seq_at(const struct checking *c, ptrdiff_t index) {
    return index < 0 ? c->start->seq : c->out->list[index].seq;
}

/* The line that line `index` says it follows: the nearest before it, else one behind it. */
static ptrdiff_t predecessor_of(const struct checking *c, ptrdiff_t index) {
    struct str prev = c->out->list[index].prev;
    for (ptrdiff_t i = index - 1; i >= START; i--)
        if (str_eq(prev, str_from(hash_at(c, i)))) return i;
    for (ptrdiff_t i = index + 1; i < (ptrdiff_t)c->out->count; i++)
        if (str_eq(prev, str_from(hash_at(c, i)))) return i;
    return NOWHERE;
}

/* Line `index` follows line `at`, which stands earlier: what are the lines between them? */
static void explain_earlier(struct checking *c, ptrdiff_t index, ptrdiff_t at) {
    const struct custody_seen *list = c->out->list;
    ptrdiff_t between = at + 1;
    struct str detail =
        at < 0 ? arena_printf(c->a, "line %td follows the sealed log as well", index + 1)
               : arena_printf(c->a, "line %td follows line %td as well", index + 1, at + 1);
    if (str_eq(str_from(list[between].hash), str_from(list[index].hash)))
        fault(c, (size_t)index, REPEATED, arena_printf(c->a, "it is line %td again", between + 1));
    else if (list[between].whole && str_eq(list[between].prev, str_from(hash_at(c, at))))
        fault(c, (size_t)between, FORKED, detail);
    else
        fault(c, (size_t)index, MOVED,
              at < 0 ? STR("it is the first behind the sealed log")
                     : arena_printf(c->a, "it follows line %td", at + 1));
}

/* Line `index` follows on nothing that is here. */
static void explain_lost(struct checking *c, ptrdiff_t index) {
    const struct custody_seen *l = &c->out->list[index];
    uint64_t expected = seq_at(c, index - 1) + 1;
    bool next_skips = index + 1 < (ptrdiff_t)c->out->count &&
                      str_eq(c->out->list[index + 1].prev, str_from(hash_at(c, index - 1)));
    if (next_skips || l->seq < expected)
        fault(c, (size_t)index, ADDED, STR_NONE);
    else if (l->seq > expected)
        fault(c, (size_t)index, REMOVED,
              arena_printf(c->a, "missing from number %llu, %llu in all",
                           (unsigned long long)expected, (unsigned long long)(l->seq - expected)));
    else
        fault(c, (size_t)index, ADDED, STR("or the line before it was written anew"));
}

static void check_order(struct checking *c, ptrdiff_t index) {
    const struct custody_seen *l = &c->out->list[index];
    if (!l->whole) {
        if (!l->faulty) fault(c, (size_t)index, ALTERED, STR_NONE);
        return;
    }
    if (str_eq(l->prev, str_from(hash_at(c, index - 1)))) {
        if (l->seq != seq_at(c, index - 1) + 1) fault(c, (size_t)index, NUMBER, STR_NONE);
        return;
    }
    /* Faults are bounded; so is the search for their reasons. */
    if (c->out->fault_count >= CUSTODY_FAULTS) {
        c->out->list[index].faulty = true;
        return;
    }
    ptrdiff_t at = predecessor_of(c, index);
    if (at > index)
        fault(c, (size_t)index, MOVED, arena_printf(c->a, "it follows line %td", at + 1));
    else if (at != NOWHERE)
        explain_earlier(c, index, at);
    else if (index == 0 || c->out->list[index - 1].whole)
        explain_lost(c, index);
    /* Else it follows what the altered line before it was. */
}

/* ---- what links hold ---- */

static void check_signature(struct checking *c, size_t index) {
    struct custody_report *r = c->out;
    struct custody_seen *l = &r->list[index];
    const struct custody_seen *before = index ? &r->list[index - 1] : NULL;
    struct str der;
    if (!before || !before->signer.n || !str_eq(l->subject_sha256, str_from(before->hash))) {
        fault(c, index, SIGNATURE, STR("it is not for the line before it"));
        return;
    }
    const struct signature_trust trust = {.authorities = c->authorities};
    if (!base64_line_decode(c->a, l->cms, &der))
        l->signature.why = "is no base64";
    else
        signature_check(c->a, before->line, der, &trust, &l->signature);
    if (!l->signature.good) {
        fault(c, index, SIGNATURE, str_from(l->signature.why));
    } else if (!str_eq(before->signer, str_from(l->signature.certificates[0]))) {
        fault(c, index, SIGNATURE, STR("another certificate than the line before it says"));
    } else {
        r->signed_count++;
        if (l->signature.certificate <= r->worst) return;
        r->worst = l->signature.certificate;
        r->worst_why = arena_copy(c->a, str_from(l->signature.certificate_why));
        if (r->worst > CERTIFICATE_UNASKED) fault(c, index, SIGNATURE, r->worst_why);
    }
}

static void check_lines(struct checking *c, struct str text);

bool custody_fork(const struct custody_report *r, const struct custody_chain *start,
                  const struct custody_seen *join, struct custody_chain *fork) {
    *fork = *start;
    if (join->fork == start->seq) return true;
    uint64_t index = join->fork - start->seq - 1;
    if (join->fork < start->seq || index >= r->count || r->list[index].seq != join->fork)
        return false;
    fork->seq = join->fork;
    memcpy(fork->prev, r->list[index].hash, sizeof fork->prev);
    return true;
}

/* A joined copy is a chain of its own that begins at the fork. */
static void check_branch(struct checking *c, size_t index) {
    struct custody_report *r = c->out, inner = {0};
    const struct custody_seen *l = &r->list[index];
    struct custody_chain fork;
    bool found = custody_fork(r, c->start, l, &fork);
    if (!found || c->depth >= CUSTODY_BRANCHES) {
        fault(c, index, BRANCH, found ? STR("joined too deep") : STR("no link is where it forked"));
        return;
    }
    struct checking branch = {c->a, &fork, &inner, c->authorities, c->archive, c->depth + 1};
    check_lines(&branch, l->branch);
    if (inner.fault_count)
        fault(c, index, BRANCH,
              arena_printf(c->a, "its line %zu %.*s", inner.faults[0].line,
                           STR_ARG(inner.faults[0].reason)));
    else if (!str_eq(l->subject_sha256, str_from(inner.end.prev)))
        fault(c, index, BRANCH, STR("it is not the copy that is named"));
    r->signed_count += inner.signed_count;
    if (inner.worst > r->worst) {
        r->worst = inner.worst;
        r->worst_why = inner.worst_why;
    }
}

static void check_content(struct checking *c, size_t index) {
    struct custody_seen *l = &c->out->list[index];
    bool last = index + 1 == c->out->count, sign = str_eq(l->event, STR("sign"));
    if (!l->whole) return;
    if (l->archive.n && c->archive.n && !str_ieq(l->archive, c->archive))
        fault(c, index, OTHER, arena_printf(c->a, "SHA-256 %.*s", STR_ARG(l->archive)));
    if (sign) check_signature(c, index);
    if (!sign && l->signer.n &&
        (last ||
         (c->out->list[index + 1].whole && !str_eq(c->out->list[index + 1].event, STR("sign")))))
        fault(c, index, UNSIGNED, STR_NONE);
    if (l->branch.n) check_branch(c, index);
}

static int compare_faults(const void *a, const void *b) {
    const struct custody_fault *x = a, *y = b;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Bounded: a join holds lines, those of a join inside it, at most CUSTODY_BRANCHES deep. */
static void check_lines(struct checking *c, struct str text) {
    struct custody_report *r = c->out;
    r->end = *c->start;
    read_lines(c, text);
    for (size_t i = 0; i < r->count; i++) check_order(c, (ptrdiff_t)i);
    for (size_t i = 0; i < r->count; i++) check_content(c, i);
    if (r->fault_count) qsort(r->faults, r->fault_count, sizeof *r->faults, compare_faults);
    if (!r->count) return;
    r->end.seq = r->list[r->count - 1].seq;
    memcpy(r->end.prev, r->list[r->count - 1].hash, sizeof r->end.prev);
}

bool custody_check(struct arena *a, const struct custody_chain *start, struct str text,
                   struct str archive, X509_STORE *authorities, struct custody_report *out) {
    struct checking c = {
        .a = a, .start = start, .out = out, .authorities = authorities, .archive = archive};
    *out = (struct custody_report){.worst = CERTIFICATE_TRUSTED};
    check_lines(&c, text);
    return out->fault_count == 0;
}

bool custody_follow(struct custody_chain *c, struct str text, size_t *bad_line, const char **why) {
    struct arena *a = arena_new(0);
    struct custody_report report;
    bool good = custody_check(a, c, text, STR_NONE, NULL, &report);
    *bad_line = good ? 0 : report.faults[0].line;
    *why = good ? NULL : report.faults[0].kind;
    if (good) *c = report.end;
    arena_free(a);
    return good;
}
