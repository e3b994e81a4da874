#include "collect/signature.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "collect/confined.h"

enum { HASH_LEAST = 256 / 8 };

const char *signature_certificate_name(enum certificate_state state) {
    static const char *const names[] = {"trusted", "not checked", "unknown", "expired",
                                        "made for something else"};
    return names[state];
}

struct str signature_text(struct arena *a, const struct signature *s) {
    char time[WHEN_TEXT];
    return arena_printf(a, "signed by %.*s, %.*s", STR_ARG(s->subject),
                        STR_ARG(when_format(s->time, time)));
}

/* Exactly one value, in the encoding that DER allows: a signature has no other spelling. */
static CMS_ContentInfo *parse(struct str der) {
    const unsigned char *p = (const unsigned char *)der.p;
    if (!der.n || der.n > SIGNATURE_MOST) return NULL;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
    unsigned char *again = NULL;
    int n = cms && p == (const unsigned char *)der.p + der.n ? i2d_CMS_ContentInfo(cms, &again) : 0;
    bool same = n > 0 && (size_t)n == der.n && memcmp(again, der.p, der.n) == 0;
    OPENSSL_free(again);
    if (same && OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed) return cms;
    CMS_ContentInfo_free(cms);
    return NULL;
}

/* The one signer; NULL where there is none or there are more. */
static CMS_SignerInfo *only_signer(CMS_ContentInfo *cms) {
    STACK_OF(CMS_SignerInfo) *all = CMS_get0_SignerInfos(cms);
    return sk_CMS_SignerInfo_num(all) == 1 ? sk_CMS_SignerInfo_value(all, 0) : NULL;
}

/* NULL, or what the signer says that no good signature says. */
static const char *check_signer(CMS_SignerInfo *info, struct signature *out) {
    X509_ALGOR *hash = NULL;
    const ASN1_OBJECT *oid = NULL;
    CMS_SignerInfo_get0_algs(info, NULL, NULL, &hash, NULL);
    if (!hash) return "names no hash algorithm";
    X509_ALGOR_get0(&oid, NULL, NULL, hash);
    const EVP_MD *md = EVP_get_digestbyobj(oid);
    if (!md || EVP_MD_get_size(md) < HASH_LEAST) return "uses a hash that is broken or unknown";
    if (CMS_unsigned_get_attr_count(info) > 0) return "holds attributes that nobody signed";
    int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);
    X509_ATTRIBUTE *attribute = at >= 0 ? CMS_signed_get_attr(info, at) : NULL;
    ASN1_TYPE *value = attribute ? X509_ATTRIBUTE_get0_type(attribute, 0) : NULL;
    if (!value || (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME))
        return "has no signing time";
    out->time = certificate_time(value->value.asn1_string);
    return out->time.basis == WHEN_NONE ? "has no signing time" : NULL;
}

/* The same bytes, where comparing names ignores case and blanks. */
static bool same_name(const X509_NAME *a, const X509_NAME *b) {
    unsigned char *x = NULL, *y = NULL;
    int n = i2d_X509_NAME(a, &x), m = i2d_X509_NAME(b, &y);
    bool same = n > 0 && n == m && memcmp(x, y, (size_t)n) == 0;
    OPENSSL_free(x);
    OPENSSL_free(y);
    return same;
}

/* The algorithm that a key of this kind signs with, written the one way (RFC 8017, A.2; RFC 5754,
 * 3): libcrypto takes the key's own and does not look. */
static bool is_algorithm_of(const X509_ALGOR *said, const X509 *cert, const X509_ALGOR *hash) {
    const ASN1_OBJECT *oid = NULL, *md = NULL;
    int type = V_ASN1_UNDEF, wanted = NID_undef;
    X509_ALGOR_get0(&oid, &type, NULL, said);
    X509_ALGOR_get0(&md, NULL, NULL, hash);
    bool rsa = EVP_PKEY_is_a(X509_get0_pubkey(cert), "RSA") != 0;
    if (rsa && OBJ_obj2nid(oid) == NID_rsaEncryption) return type == V_ASN1_NULL;
    return OBJ_find_sigid_by_algs(&wanted, OBJ_obj2nid(md),
                                  rsa ? NID_rsaEncryption : NID_X9_62_id_ecPublicKey) == 1 &&
           OBJ_obj2nid(oid) == wanted && type == (rsa ? V_ASN1_NULL : V_ASN1_UNDEF);
}

/* What the signature covers nowhere: versions, lists of algorithms, names. They have one form (RFC
 * 5652, 5.1 and 5.3, for a signer named by issuer and serial number), which PKCS #7 shares. */
static const char *check_form(struct str der, CMS_SignerInfo *info) {
    const unsigned char *p = (const unsigned char *)der.p;
    const char *why = "has not the one form that such a signature has: it was altered";
    X509_ALGOR *hash = NULL;
    X509 *own = NULL;
    CMS_SignerInfo_get0_algs(info, NULL, &own, &hash, NULL);
    PKCS7 *form = d2i_PKCS7(NULL, &p, (long)der.n);
    const PKCS7_SIGNED *all = form && PKCS7_type_is_signed(form) ? form->d.sign : NULL;
    const PKCS7_SIGNER_INFO *one = all && sk_PKCS7_SIGNER_INFO_num(all->signer_info) == 1
                                       ? sk_PKCS7_SIGNER_INFO_value(all->signer_info, 0)
                                       : NULL;
    if (one && own && same_name(one->issuer_and_serial->issuer, X509_get_issuer_name(own)) &&
        ASN1_INTEGER_get(all->version) == 1 && ASN1_INTEGER_get(one->version) == 1 &&
        is_algorithm_of(one->digest_enc_alg, own, hash) && sk_X509_ALGOR_num(all->md_algs) == 1 &&
        X509_ALGOR_cmp(sk_X509_ALGOR_value(all->md_algs, 0), hash) == 0 &&
        PKCS7_type_is_data(all->contents) && sk_X509_CRL_num(all->crl) <= 0)
        why = NULL;
    PKCS7_free(form);
    return why;
}

/* The signer's certificate first, then the others as they stand. */
static bool list_certificates(STACK_OF(X509) * all, X509 *own, struct signature *out) {
    int count = sk_X509_num(all);
    if (count < 1 || count > SIGNATURE_CERTIFICATES) return false;
    certificate_sha256(own, out->certificates[0]);
    out->certificate_count = 1;
    for (int i = 0; i < count; i++) {
        X509 *cert = sk_X509_value(all, i);
        if (X509_cmp(cert, own) == 0) continue;
        if (out->certificate_count == SIGNATURE_CERTIFICATES) return false;
        certificate_sha256(cert, out->certificates[out->certificate_count++]);
    }
    return true;
}

static void judge(struct arena *a, CMS_ContentInfo *cms, CMS_SignerInfo *info,
                  const struct signature_trust *trust, struct signature *out) {
    STACK_OF(X509) *all = CMS_get1_certs(cms);
    X509 *own = NULL;
    struct buf subject = {0};
    CMS_SignerInfo_get0_algs(info, NULL, &own, NULL, NULL);
    if (!own || !list_certificates(all, own, out)) {
        out->good = false;
        out->why = "holds no certificate of its signer, or too many";
    } else {
        struct when at = trust->at.basis == WHEN_NONE ? out->time : trust->at;
        certificate_subject(own, &subject);
        out->subject = arena_copy(a, buf_str(&subject));
        out->certificate = certificate_judge(own, all, trust->authorities, X509_PURPOSE_SMIME_SIGN,
                                             at, out->certificate_why);
    }
    buf_free(&subject);
    sk_X509_pop_free(all, X509_free);
}

/* Good, or what was altered: a signature that is whole was made over other bytes. */
static void check_bytes(CMS_ContentInfo *cms, struct str content, struct signature *out) {
    const unsigned flags = CMS_BINARY | CMS_DETACHED | CMS_NO_SIGNER_CERT_VERIFY;
    BIO *in = BIO_new_mem_buf(content.n ? content.p : "", (int)content.n);
    BIO *again = BIO_new_mem_buf(content.n ? content.p : "", (int)content.n);
    if (!in || !again) memory_exhausted();
    out->good = CMS_verify(cms, NULL, NULL, in, NULL, flags) == 1;
    out->content_altered =
        !out->good && CMS_verify(cms, NULL, NULL, again, NULL, flags | CMS_NO_CONTENT_VERIFY) == 1;
    out->why = out->good              ? NULL
               : out->content_altered ? "is not what was signed: it was altered"
                                      : "does not fit: the signature was altered";
    BIO_free(in);
    BIO_free(again);
}

void signature_read(struct arena *a, struct str content, struct str der,
                    const struct signature_trust *trust, struct signature *out) {
    *out = (struct signature){.why = "is no CMS signature in DER: it was altered or cut"};
    CMS_ContentInfo *cms = content.n <= INT_MAX ? parse(der) : NULL;
    CMS_SignerInfo *info = cms ? only_signer(cms) : NULL;
    if (cms && !info) out->why = "has not exactly one signer";
    if (info && !(out->why = check_signer(info, out))) {
        check_bytes(cms, content, out);
        if (out->good) out->good = !(out->why = check_form(der, info));
        if (out->good) judge(a, cms, info, trust, out);
    }
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
}

/* ---- the same, confined ---- */

struct task {
    struct str content, der;
    const struct signature_trust *trust;
};

/* What the child says: no pointers, and every field may be a lie. */
struct told {
    uint32_t good, content_altered, has_time, certificate, certificate_count;
    int64_t time;
    char why[128], subject[512], certificate_why[256];
    char certificates[SIGNATURE_CERTIFICATES][DIGEST_HEX + 1];
};

static void tell(const void *task, void *result) {
    const struct task *t = task;
    struct told *told = result;
    struct signature s;
    struct arena *a = arena_new(0);
    signature_read(a, t->content, t->der, t->trust, &s);
    *told = (struct told){.good = s.good,
                          .content_altered = s.content_altered,
                          .has_time = s.time.basis != WHEN_NONE,
                          .time = s.time.ns,
                          .certificate = s.certificate,
                          .certificate_count = (uint32_t)s.certificate_count};
    snprintf(told->why, sizeof told->why, "%s", s.why ? s.why : "");
    snprintf(told->subject, sizeof told->subject, "%.*s", STR_ARG(s.subject));
    memcpy(told->certificate_why, s.certificate_why, sizeof told->certificate_why);
    memcpy(told->certificates, s.certificates, sizeof told->certificates);
    arena_free(a);
}

static const char *text_told(struct arena *a, const char *text, size_t size) {
    return arena_cstr(a, str_of(text, strnlen(text, size)));
}

static void believe(struct arena *a, const struct told *told, struct signature *out) {
    *out = (struct signature){.good = told->good == 1,
                              .content_altered = told->content_altered == 1,
                              .certificate = CERTIFICATE_UNKNOWN};
    if (told->has_time == 1) out->time = (struct when){.ns = told->time, .basis = WHEN_UTC};
    if (told->certificate <= CERTIFICATE_PURPOSE)
        out->certificate = (enum certificate_state)told->certificate;
    if (!out->good) out->why = text_told(a, told->why, sizeof told->why);
    out->subject = str_from(text_told(a, told->subject, sizeof told->subject));
    memcpy(out->certificate_why, told->certificate_why, sizeof out->certificate_why - 1);
    for (size_t i = 0; i < told->certificate_count && i < SIGNATURE_CERTIFICATES; i++) {
        memcpy(out->certificates[i], told->certificates[i], DIGEST_HEX);
        out->certificate_count++;
    }
}

void signature_check(struct arena *a, struct str content, struct str der,
                     const struct signature_trust *trust, struct signature *out) {
    const struct task task = {content, der, trust};
    struct told *told = ARENA_NEW(a, struct told);
    if (confined_run(tell, &task, told, sizeof *told))
        believe(a, told, out);
    else
        *out = (struct signature){.why = "could not be read: its reader crashed or took too long"};
}
