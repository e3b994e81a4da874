#include "collect/signer.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "base/arena.h"
#include "collect/certificate.h"
#include "collect/signer_key.h"

enum { RSA_LEAST = 2048, CHAIN_MOST = 16 };

struct signer {
    EVP_PKEY *key;
    X509 *cert;
    STACK_OF(X509) * above;
    struct buf subject;
};

const char *signer_source_fault(const struct signer_source *from) {
    if (from->key && !from->cert) return "--sign needs --cert CERT.pem";
    if (from->cert && !from->key) return "--cert is for --sign KEY.pem";
    if (from->passphrase_file && !from->key) return "--passphrase-file is for --sign KEY.pem";
    return NULL;
}

/* The first certificate of the file is the signer's, the others are those above it. */
static int read_certificates(struct signer *s, const char *path, struct error *e) {
    BIO *in = BIO_new_file(path, "rb");
    X509 *cert;
    if (!in) return error_errno(e, "%s: cannot open the certificate", path);
    s->above = sk_X509_new_null();
    if (!s->above) memory_exhausted();
    s->cert = PEM_read_bio_X509(in, NULL, NULL, NULL);
    while (s->cert && sk_X509_num(s->above) < CHAIN_MOST &&
           (cert = PEM_read_bio_X509(in, NULL, NULL, NULL)))
        if (!sk_X509_push(s->above, cert)) memory_exhausted();
    BIO_free(in);
    ERR_clear_error();
    return s->cert ? 0 : error_set(e, "%s: holds no certificate (PEM)", path);
}

static int check_key(const struct signer *s, const char *path, struct error *e) {
    if (EVP_PKEY_is_a(s->key, "ED25519") || EVP_PKEY_is_a(s->key, "ED448"))
        return error_set(e,
                         "%s: an Ed25519 or Ed448 key cannot sign a case: `openssl cms` of Debian "
                         "cannot check such a signature, so no stranger could; use RSA or ECDSA",
                         path);
    bool rsa = EVP_PKEY_is_a(s->key, "RSA") != 0;
    if (!rsa && !EVP_PKEY_is_a(s->key, "EC"))
        return error_set(e, "%s: neither an RSA nor an ECDSA key", path);
    if (rsa && EVP_PKEY_get_bits(s->key) < RSA_LEAST)
        return error_set(e, "%s: an RSA key of %d bits; at least %d are needed", path,
                         EVP_PKEY_get_bits(s->key), RSA_LEAST);
    return 0;
}

/* A signature that every check would refuse is not made. */
static int check_certificate(const struct signer *s, const struct signer_source *from,
                             struct when now, struct error *e) {
    char text[WHEN_TEXT];
    struct when after = certificate_time(X509_get0_notAfter(s->cert));
    struct when before = certificate_time(X509_get0_notBefore(s->cert));
    if (X509_check_private_key(s->cert, s->key) != 1)
        return error_set(e, "%s: this certificate is not that of the key %s", from->cert,
                         from->key);
    if (after.basis == WHEN_NONE || now.ns > after.ns)
        return error_set(e, "%s: the certificate has expired (%.*s); nothing is signed with it",
                         from->cert, STR_ARG(when_format(after, text)));
    if (before.basis == WHEN_NONE || now.ns < before.ns)
        return error_set(e, "%s: the certificate is not valid before %.*s", from->cert,
                         STR_ARG(when_format(before, text)));
    if (X509_check_purpose(s->cert, X509_PURPOSE_SMIME_SIGN, 0) != 1)
        return error_set(e,
                         "%s: the certificate was made for something else: it needs the key usage "
                         "digitalSignature and, if any, the extended key usage emailProtection",
                         from->cert);
    return 0;
}

struct signer *signer_open(const struct signer_source *from, struct when now, struct error *e) {
    struct signer *s = memory_alloc(sizeof *s);
    *s = (struct signer){0};
    if (read_certificates(s, from->cert, e) == 0 &&
        (s->key = signer_key_open(from->key, from->passphrase_file, e)) &&
        check_key(s, from->key, e) == 0 && check_certificate(s, from, now, e) == 0) {
        certificate_subject(s->cert, &s->subject);
        return s;
    }
    ERR_clear_error();
    signer_free(s);
    return NULL;
}

void signer_free(struct signer *s) {
    if (!s) return;
    EVP_PKEY_free(s->key);
    X509_free(s->cert);
    sk_X509_pop_free(s->above, X509_free);
    buf_free(&s->subject);
    free(s);
}

struct str signer_subject(const struct signer *s) {
    return buf_str(&s->subject);
}

bool signer_certificate(const struct signer *s, size_t index, char hex[DIGEST_HEX + 1]) {
    if (index > (size_t)sk_X509_num(s->above)) return false;
    certificate_sha256(index ? sk_X509_value(s->above, (int)index - 1) : s->cert, hex);
    return true;
}

/* ---- signing ---- */

static bool add_time(CMS_SignerInfo *info, struct when time) {
    ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)(time.ns / NS_PER_S));
    bool done =
        t && CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, ASN1_STRING_type(t), t, -1);
    ASN1_TIME_free(t);
    return done;
}

static CMS_ContentInfo *make_signature(const struct signer *s, BIO *content, struct when time) {
    const unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP | CMS_CADES;
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, s->above, NULL, flags);
    CMS_SignerInfo *info = cms ? CMS_add1_signer(cms, s->cert, s->key, EVP_sha256(), flags) : NULL;
    if (info && add_time(info, time) && CMS_final(cms, content, NULL, flags)) return cms;
    CMS_ContentInfo_free(cms);
    return NULL;
}

int signer_sign(const struct signer *s, struct str content, struct when time, struct buf *der,
                struct error *e) {
    if (content.n > INT_MAX) return error_set(e, "more than 2 GiB cannot be signed at once");
    BIO *in = BIO_new_mem_buf(content.n ? content.p : "", (int)content.n);
    if (!in) memory_exhausted();
    CMS_ContentInfo *cms = make_signature(s, in, time);
    unsigned char *bytes = NULL;
    int n = cms ? i2d_CMS_ContentInfo(cms, &bytes) : -1;
    if (n > 0) buf_add(der, str_of((const char *)bytes, (size_t)n));
    OPENSSL_free(bytes);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    if (n > 0) return 0;
    char why[256];
    ERR_error_string_n(ERR_peek_last_error(), why, sizeof why);
    ERR_clear_error();
    return error_set(e, "the signature could not be made: %s", why);
}
