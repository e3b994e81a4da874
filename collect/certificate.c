#include "collect/certificate.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/arena.h"

void certificate_sha256(const X509 *cert, char hex[DIGEST_HEX + 1]) {
    unsigned char *der = NULL;
    int n = i2d_X509(cert, &der);
    if (n < 0) memory_exhausted();
    digest_of(str_of((const char *)der, (size_t)n), hex);
    OPENSSL_free(der);
}

void certificate_subject(const X509 *cert, struct buf *out) {
    BIO *text = BIO_new(BIO_s_mem());
    char *p = NULL;
    if (!text) memory_exhausted();
    X509_NAME_print_ex(text, X509_get_subject_name(cert), 0,
                       XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    long n = BIO_get_mem_data(text, &p);
    if (n > 0) buf_add(out, str_of(p, (size_t)n));
    BIO_free(text);
}

struct when certificate_time(const ASN1_TIME *t) {
    struct tm tm;
    if (!t || ASN1_TIME_to_tm(t, &tm) != 1) return (struct when){0};
    int64_t ns;
    /* Years past 2262 do not fit: the last time that does is as good. */
    if (!civil_to_ns(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                     0, &ns))
        ns = tm.tm_year > 300 ? INT64_MAX : INT64_MIN;
    return (struct when){.ns = ns, .basis = WHEN_UTC};
}

X509_STORE *certificate_authorities(const char *path, struct error *e) {
    X509_STORE *store = X509_STORE_new();
    if (!store) memory_exhausted();
    if (X509_STORE_load_file(store, path) == 1) return store;
    ERR_clear_error();
    error_set(e, "%s: holds no certificate (PEM) of an authority", path);
    X509_STORE_free(store);
    return NULL;
}

static enum certificate_state state_of(int error) {
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID: return CERTIFICATE_EXPIRED;
    case X509_V_ERR_INVALID_PURPOSE: return CERTIFICATE_PURPOSE;
    default: return CERTIFICATE_UNKNOWN;
    }
}

static void explain(enum certificate_state state, const X509 *cert, int error, char why[256]) {
    char from[WHEN_TEXT], to[WHEN_TEXT];
    if (state == CERTIFICATE_EXPIRED)
        snprintf(why, 256,
                 "the certificate was expired, or not yet valid, at the time that counts "
                 "(valid %.*s to %.*s)",
                 STR_ARG(when_format(certificate_time(X509_get0_notBefore(cert)), from)),
                 STR_ARG(when_format(certificate_time(X509_get0_notAfter(cert)), to)));
    else if (state == CERTIFICATE_PURPOSE)
        snprintf(why, 256, "the certificate was made for something else");
    else if (state == CERTIFICATE_UNKNOWN)
        snprintf(why, 256, "the certificate is unknown to the authorities given: %s",
                 X509_verify_cert_error_string(error));
    else
        why[0] = 0;
}

/* Without authorities: what the certificate itself says. */
static enum certificate_state judge_alone(X509 *cert, int purpose, struct when at, char why[256]) {
    enum certificate_state state = CERTIFICATE_UNASKED;
    struct when from = certificate_time(X509_get0_notBefore(cert));
    struct when to = certificate_time(X509_get0_notAfter(cert));
    if (from.basis == WHEN_NONE || to.basis == WHEN_NONE || at.ns < from.ns || at.ns > to.ns)
        state = CERTIFICATE_EXPIRED;
    else if (X509_check_purpose(cert, purpose, 0) != 1)
        state = CERTIFICATE_PURPOSE;
    explain(state, cert, 0, why);
    return state;
}

enum certificate_state certificate_judge(X509 *cert, STACK_OF(X509) * above,
                                         X509_STORE *authorities, int purpose, struct when at,
                                         char why[256]) {
    if (!authorities) return judge_alone(cert, purpose, at, why);
    X509_STORE_CTX *c = X509_STORE_CTX_new();
    if (!c || X509_STORE_CTX_init(c, authorities, cert, above) != 1) memory_exhausted();
    X509_STORE_CTX_set_purpose(c, purpose);
    X509_STORE_CTX_set_time(c, 0, (time_t)(at.ns / NS_PER_S));
    int good = X509_verify_cert(c), error = X509_STORE_CTX_get_error(c);
    X509 *where = X509_STORE_CTX_get_current_cert(c);
    enum certificate_state state = good == 1 ? CERTIFICATE_TRUSTED : state_of(error);
    explain(state, where ? where : cert, error, why);
    X509_STORE_CTX_free(c);
    ERR_clear_error();
    return state;
}
