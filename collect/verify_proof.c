/* verify_proof.c - what others vouch for: signature, time stamp, custody. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "collect/bag.h"
#include "collect/base64_line.h"
#include "collect/custody_check.h"
#include "collect/signature.h"
#include "collect/stamp.h"
#include "collect/verify_work.h"

static const char TAGS[] = "tagmanifest-sha256.txt", SIGNED[] = "tagmanifest-sha256.txt.p7s";

struct proofs {
    struct verify_work *c;
    struct when now;
    struct custody_report inside, outside;
    struct stamp stamp;
    bool stamped; /* the stamp was read, whatever it is worth */
};

static struct str beside(struct verify_work *c, const char *ending) {
    char *path = custody_beside(c->path, ending);
    struct str copy = arena_copy(c->arena, str_from(path));
    free(path);
    return copy;
}

static bool is_there(struct str path) {
    struct stat st;
    return stat(path.p, &st) == 0 || errno != ENOENT;
}

static void unchecked(struct verify_work *c, enum verify_check check, struct str note) {
    if (c->out->verdict[check] != VERDICT_BAD) c->out->verdict[check] = VERDICT_UNCHECKED;
    c->out->note[check] = note;
}

static void absent(struct verify_work *c, enum verify_check check) {
    if (c->out->verdict[check] != VERDICT_BAD) c->out->verdict[check] = VERDICT_ABSENT;
}

/* ---- custody ---- */

static void report_links(struct verify_work *c, const struct custody_report *r, struct str file) {
    for (size_t i = 0; i < r->fault_count; i++)
        verify_bad(c, CHECK_CUSTODY,
                   arena_printf(c->arena, "%.*s, line %zu", STR_ARG(file), r->faults[i].line),
                   arena_cstr(c->arena, r->faults[i].reason));
}

static void check_outside(struct proofs *p, const struct custody_chain *sealed) {
    struct verify_work *c = p->c;
    struct error why = {0};
    struct str text, path = beside(c, ".custody.jsonl");
    p->outside.end = *sealed;
    if (!is_there(path)) return;
    if (file_read(c->arena, path.p, CUSTODY_MOST, &text, &why) != 0) {
        verify_bad(c, CHECK_CUSTODY, path, arena_cstr(c->arena, str_from(why.text)));
        return;
    }
    if (!text.n) verify_bad(c, CHECK_CUSTODY, path, "is empty: its links were cut off");
    custody_check(c->arena, sealed, text, str_from(c->sha256), c->authorities, &p->outside);
    report_links(c, &p->outside, path);
}

static void check_custody(struct proofs *p) {
    struct verify_work *c = p->c;
    struct custody_chain start;
    struct str inside = verify_tag(c, STR("custody.jsonl"));
    custody_begin(&start);
    if (!inside.n) {
        verify_bad(c, CHECK_CUSTODY, STR("custody.jsonl"), "is missing or empty");
        return;
    }
    /* The links of a package are those of the case: they name its archive. */
    custody_check(c->arena, &start, inside, verify_packaged(c).sha256, c->authorities, &p->inside);
    report_links(c, &p->inside, STR("custody.jsonl"));
    check_outside(p, &p->inside.end);
    size_t signed_count = p->inside.signed_count + p->outside.signed_count;
    struct str links = arena_printf(c->arena, "%llu links, %zu signed",
                                    (unsigned long long)p->outside.end.seq, signed_count);
    c->out->note[CHECK_CUSTODY] = links;
    if (signed_count && !c->authorities)
        unchecked(c, CHECK_CUSTODY,
                  arena_printf(c->arena,
                               "no --ca FILE says whom to trust; the chain is unbroken: %.*s",
                               STR_ARG(links)));
}

/* ---- time stamp ---- */

/* The answer that the chain kept last, in *kept; the one that equals `beside` where there is one:
 * a newer stamp may be in the chain before it is beside the case. False where there is none. */
static bool kept_answer(const struct proofs *p, struct str beside, struct str *kept) {
    bool found = false;
    for (size_t i = 0; i < p->outside.count; i++) {
        const struct custody_seen *l = &p->outside.list[i];
        struct str bytes;
        if (!str_eq(l->event, STR("timestamp")) ||
            !base64_line_decode(p->c->arena, l->response, &bytes))
            continue;
        *kept = bytes;
        found = true;
        if (beside.n && str_eq(bytes, beside)) break;
    }
    return found;
}

static void judge_stamp(struct proofs *p, struct str place) {
    struct verify_work *c = p->c;
    const struct stamp *s = &p->stamp;
    char time[WHEN_TEXT];
    struct str note = arena_printf(c->arena, "%.*s by %.*s", STR_ARG(when_format(s->time, time)),
                                   STR_ARG(s->subject));
    if (!s->good)
        verify_bad(c, CHECK_STAMP, place, s->why);
    else if (s->certificate == CERTIFICATE_UNASKED)
        unchecked(c, CHECK_STAMP,
                  arena_printf(c->arena, "no --ca FILE says whom to trust; %.*s", STR_ARG(note)));
    else if (s->certificate != CERTIFICATE_TRUSTED)
        verify_bad(c, CHECK_STAMP, place, s->certificate_why);
    else if (c->out->verdict[CHECK_STAMP] != VERDICT_BAD)
        c->out->note[CHECK_STAMP] = note;
}

/* The question that collect left, if it is still there, is the one for this archive. */
static void check_request(struct verify_work *c) {
    struct str path = beside(c, ".tsq"), said;
    struct error why = {0};
    struct buf wanted = {0};
    if (!is_there(path)) return;
    stamp_request(c->sha256, &wanted);
    if (file_read(c->arena, path.p, STAMP_MOST, &said, &why) != 0)
        verify_bad(c, CHECK_STAMP, path, "cannot be read");
    else if (!str_eq(said, buf_str(&wanted)))
        verify_bad(c, CHECK_STAMP, path, "is not the request for this archive: one was altered");
    buf_free(&wanted);
}

static void check_stamp(struct proofs *p) {
    struct verify_work *c = p->c;
    struct str path = beside(c, ".tsr"), answer = STR_NONE, kept = STR_NONE;
    struct error why = {0};
    bool there = is_there(path);
    if (there && file_read(c->arena, path.p, STAMP_MOST, &answer, &why) != 0)
        verify_bad(c, CHECK_STAMP, path, "cannot be read");
    bool linked = kept_answer(p, answer, &kept);
    if (!there && !linked) absent(c, CHECK_STAMP);
    if (!c->sha256[0]) {
        if (there || linked)
            unchecked(c, CHECK_STAMP, STR("it is for the archive, and this is a folder"));
        return;
    }
    check_request(c);
    if (!there && !linked) return;
    if (there && linked && !str_eq(answer, kept))
        verify_bad(c, CHECK_STAMP, path, "is not the answer that the custody chain kept");
    if (there && !linked)
        verify_bad(c, CHECK_CUSTODY, beside(c, ".custody.jsonl"),
                   "has no link for the time stamp beside the case: links were cut off at its end, "
                   "or the answer was never added with `ungrant custody --timestamp`");
    p->stamped = true;
    stamp_check(c->arena, there ? answer : kept, c->sha256, c->authorities, p->now, &p->stamp);
    judge_stamp(p, there ? path : STR("the custody link that kept the time stamp"));
}

/* ---- signature ---- */

/* bag-info.txt, which is signed, names every certificate that the signature holds: the signer's
 * first. So neither can be exchanged without the other. */
static bool names_certificates(struct verify_work *c, const struct signature *s) {
    struct str info = verify_tag(c, STR("bag-info.txt")), value;
    size_t named = 0;
    while (verify_info(&info, STR("Signing-Certificate"), &value)) {
        bool found = false;
        for (size_t i = named ? 1 : 0; i < (named ? s->certificate_count : 1) && !found; i++)
            found = str_eq(value, str_from(s->certificates[i]));
        if (!found) return false;
        named++;
    }
    return named == s->certificate_count;
}

static void judge_signature(struct verify_work *c, const struct signature *s) {
    struct str note = signature_text(c->arena, s);
    if (!s->good)
        verify_bad(c, CHECK_SIGNATURE, str_from(s->content_altered ? TAGS : SIGNED), s->why);
    else if (!names_certificates(c, s))
        verify_bad(c, CHECK_SIGNATURE, str_from(SIGNED),
                   "its certificates are not those that bag-info.txt names");
    else if (s->certificate == CERTIFICATE_UNASKED)
        unchecked(c, CHECK_SIGNATURE,
                  arena_printf(c->arena, "no --ca FILE says whom to trust; %.*s", STR_ARG(note)));
    else if (s->certificate != CERTIFICATE_TRUSTED)
        verify_bad(c, CHECK_SIGNATURE, str_from(SIGNED),
                   arena_cstr(c->arena, str_from(s->certificate_why)));
    else
        c->out->note[CHECK_SIGNATURE] = arena_printf(c->arena, "%.*s, trusted", STR_ARG(note));
}

static void check_signature(struct proofs *p) {
    struct verify_work *c = p->c;
    const struct bag_entry *e = bag_find(&c->bag, str_from(SIGNED));
    struct str info = verify_tag(c, STR("bag-info.txt")), value;
    bool promised = verify_info(&info, STR("Signing-Certificate"), &value);
    if (!e && !promised) {
        absent(c, CHECK_SIGNATURE);
    } else if (!e) {
        verify_bad(c, CHECK_SIGNATURE, str_from(SIGNED),
                   "is missing, but bag-info.txt says who signed: it was removed");
    } else if (!promised) {
        verify_bad(c, CHECK_SIGNATURE, str_from(SIGNED),
                   "bag-info.txt names no signer: it was added after sealing");
    } else {
        /* A trusted stamp proves that the signature existed then: that time counts. */
        bool proven = p->stamped && p->stamp.good && p->stamp.certificate == CERTIFICATE_TRUSTED;
        const struct signature_trust trust = {c->authorities, proven ? p->stamp.time : p->now};
        struct signature s;
        signature_check(c->arena, verify_tag(c, str_from(TAGS)), e->text, &trust, &s);
        judge_signature(c, &s);
    }
}

void verify_proofs(struct verify_work *c) {
    struct proofs p = {.c = c};
    p.now = (struct when){.ns = (int64_t)time(NULL) * NS_PER_S, .basis = WHEN_UTC};
    check_custody(&p);
    check_stamp(&p);
    check_signature(&p);
}
