#include "collect/stamp.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "collect/confined.h"

static void hash_bytes(const char *hex, unsigned char out[DIGEST_HEX / 2]) {
    for (size_t i = 0; i < DIGEST_HEX / 2; i++) {
        int high = OPENSSL_hexchar2int((unsigned char)hex[2 * i]);
        int low = OPENSSL_hexchar2int((unsigned char)hex[2 * i + 1]);
        out[i] = (unsigned char)(high < 0 || low < 0 ? 0 : high * 16 + low);
    }
}

static TS_MSG_IMPRINT *imprint_of(const char *sha256) {
    unsigned char hash[DIGEST_HEX / 2];
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    hash_bytes(sha256, hash);
    if (!imprint || !algorithm ||
        X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) != 1 ||
        TS_MSG_IMPRINT_set_algo(imprint, algorithm) != 1 ||
        TS_MSG_IMPRINT_set_msg(imprint, hash, sizeof hash) != 1)
        memory_exhausted();
    X509_ALGOR_free(algorithm);
    return imprint;
}

void stamp_request(const char sha256[DIGEST_HEX + 1], struct buf *der) {
    TS_REQ *request = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = imprint_of(sha256);
    unsigned char *bytes = NULL;
    if (!request || TS_REQ_set_version(request, 1) != 1 ||
        TS_REQ_set_msg_imprint(request, imprint) != 1 || TS_REQ_set_cert_req(request, 1) != 1)
        memory_exhausted();
    int n = i2d_TS_REQ(request, &bytes);
    if (n <= 0) memory_exhausted();
    buf_add(der, str_of((const char *)bytes, (size_t)n));
    OPENSSL_free(bytes);
    TS_MSG_IMPRINT_free(imprint);
    TS_REQ_free(request);
}

static void fail(struct stamp *out, const char *why) {
    out->good = false;
    snprintf(out->why, sizeof out->why, "%s", why);
}

/* Exactly one value, spelled as DER does. */
static TS_RESP *parse(struct str response) {
    const unsigned char *p = (const unsigned char *)response.p;
    if (!response.n || response.n > STAMP_MOST) return NULL;
    TS_RESP *r = d2i_TS_RESP(NULL, &p, (long)response.n);
    unsigned char *again = NULL;
    int n = r && p == (const unsigned char *)response.p + response.n ? i2d_TS_RESP(r, &again) : 0;
    bool same = n > 0 && (size_t)n == response.n && memcmp(again, response.p, response.n) == 0;
    OPENSSL_free(again);
    if (same) return r;
    TS_RESP_free(r);
    return NULL;
}

/* 0 granted, 1 granted with modifications (RFC 3161, 2.4.2). */
static bool is_granted(TS_RESP *r) {
    const ASN1_INTEGER *status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(r));
    long value = ASN1_INTEGER_get(status);
    return value == 0 || value == 1;
}

static bool is_for(TS_TST_INFO *info, const char *sha256) {
    unsigned char hash[DIGEST_HEX / 2];
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
    const ASN1_OBJECT *algorithm = NULL;
    hash_bytes(sha256, hash);
    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
    ASN1_OCTET_STRING *said = TS_MSG_IMPRINT_get_msg(imprint);
    return OBJ_obj2nid(algorithm) == NID_sha256 && ASN1_STRING_length(said) == sizeof hash &&
           memcmp(ASN1_STRING_get0_data(said), hash, sizeof hash) == 0;
}

/* The token is a CMS: its signature, whoever made it; then who did. */
static void check_token(struct arena *a, PKCS7 *token, X509_STORE *authorities, struct when at,
                        struct stamp *out) {
    unsigned char *der = NULL;
    int n = i2d_PKCS7(token, &der);
    const unsigned char *p = der;
    CMS_ContentInfo *cms = n > 0 ? d2i_CMS_ContentInfo(NULL, &p, n) : NULL;
    STACK_OF(X509) *all = cms ? CMS_get1_certs(cms) : NULL;
    STACK_OF(X509) *signers = NULL;
    if (!cms || CMS_verify(cms, NULL, NULL, NULL, NULL, CMS_NO_SIGNER_CERT_VERIFY) != 1)
        fail(out, "its signature does not fit: it was altered, or holds no certificate");
    else if (!(signers = CMS_get0_signers(cms)) || sk_X509_num(signers) != 1)
        fail(out, "it has not exactly one signer");
    else {
        struct buf subject = {0};
        X509 *own = sk_X509_value(signers, 0);
        certificate_subject(own, &subject);
        out->subject = arena_copy(a, buf_str(&subject));
        out->certificate = certificate_judge(own, all, authorities, X509_PURPOSE_TIMESTAMP_SIGN, at,
                                             out->certificate_why);
        buf_free(&subject);
    }
    sk_X509_free(signers);
    sk_X509_pop_free(all, X509_free);
    CMS_ContentInfo_free(cms);
    OPENSSL_free(der);
}

/* What `openssl ts -verify` would say beyond that (the ESS certificate hash, versions). */
static void check_as_openssl(TS_RESP *r, const char *sha256, X509_STORE *authorities,
                             struct when at, struct stamp *out) {
    unsigned char *hash = OPENSSL_malloc(DIGEST_HEX / 2);
    TS_VERIFY_CTX *c = TS_VERIFY_CTX_new();
    X509_VERIFY_PARAM *when = X509_VERIFY_PARAM_new();
    if (!hash || !c || !when) memory_exhausted();
    hash_bytes(sha256, hash);
    X509_VERIFY_PARAM_set_time(when, (time_t)(at.ns / NS_PER_S));
    X509_STORE_set1_param(authorities, when);
    X509_STORE_up_ref(authorities); /* the context frees its own */
    TS_VERIFY_CTX_set_flags(c, TS_VFY_VERSION | TS_VFY_IMPRINT | TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_imprint(c, hash, DIGEST_HEX / 2);
    TS_VERIFY_CTX_set_store(c, authorities);
    if (TS_RESP_verify_response(c, r) != 1) {
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());
        fail(out, reason ? reason : "it does not verify");
    }
    TS_VERIFY_CTX_free(c);
    X509_VERIFY_PARAM_free(when);
}

void stamp_read(struct arena *a, struct str response, const char sha256[DIGEST_HEX + 1],
                X509_STORE *authorities, struct when at, struct stamp *out) {
    *out = (struct stamp){.good = true, .certificate = CERTIFICATE_UNASKED};
    TS_RESP *r = parse(response);
    TS_TST_INFO *info = r && is_granted(r) ? TS_RESP_get_tst_info(r) : NULL;
    if (!r)
        fail(out, "is no answer of a time stamp authority (RFC 3161, DER): altered or cut");
    else if (!is_granted(r))
        fail(out, "the authority refused: there is no time stamp in its answer");
    else if (!info)
        fail(out, "holds no time stamp");
    else if (!is_for(info, sha256))
        fail(out, "is a time stamp of something else than this archive");
    else {
        out->time = certificate_time(TS_TST_INFO_get_time(info));
        if (out->time.basis == WHEN_NONE) fail(out, "holds no time");
        if (out->good) check_token(a, TS_RESP_get_token(r), authorities, at, out);
        if (out->good && out->certificate == CERTIFICATE_TRUSTED)
            check_as_openssl(r, sha256, authorities, at, out);
    }
    TS_RESP_free(r);
    ERR_clear_error();
}

/* ---- the same, confined ---- */

struct task {
    struct str response;
    const char *sha256;
    X509_STORE *authorities;
    struct when at;
};

/* What the child says: no pointers, and every field may be a lie. */
struct told {
    uint32_t good, has_time, certificate;
    int64_t time;
    char why[256], subject[512], certificate_why[256];
};

static void tell(const void *task, void *result) {
    const struct task *t = task;
    struct told *told = result;
    struct stamp s;
    struct arena *a = arena_new(0);
    stamp_read(a, t->response, t->sha256, t->authorities, t->at, &s);
    *told = (struct told){.good = s.good,
                          .has_time = s.time.basis != WHEN_NONE,
                          .time = s.time.ns,
                          .certificate = s.certificate};
    memcpy(told->why, s.why, sizeof told->why);
    memcpy(told->certificate_why, s.certificate_why, sizeof told->certificate_why);
    snprintf(told->subject, sizeof told->subject, "%.*s", STR_ARG(s.subject));
    arena_free(a);
}

void stamp_check(struct arena *a, struct str response, const char sha256[DIGEST_HEX + 1],
                 X509_STORE *authorities, struct when at, struct stamp *out) {
    const struct task task = {response, sha256, authorities, at};
    struct told *told = ARENA_NEW(a, struct told);
    *out = (struct stamp){.certificate = CERTIFICATE_UNKNOWN};
    if (!confined_run(tell, &task, told, sizeof *told)) {
        fail(out, "could not be read: its reader crashed or took too long");
        return;
    }
    out->good = told->good == 1;
    if (told->has_time == 1) out->time = (struct when){.ns = told->time, .basis = WHEN_UTC};
    if (told->certificate <= CERTIFICATE_PURPOSE)
        out->certificate = (enum certificate_state)told->certificate;
    memcpy(out->why, told->why, sizeof out->why - 1);
    memcpy(out->certificate_why, told->certificate_why, sizeof out->certificate_why - 1);
    out->subject =
        arena_copy(a, str_of(told->subject, strnlen(told->subject, sizeof told->subject)));
}
