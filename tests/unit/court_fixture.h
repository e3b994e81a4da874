/* court_fixture.h - an authority, a signer and a time stamp authority, made with libcrypto, and a
 * case that all of them vouched for: c.tar, c.tar.sha256, c.tsq, c.tsr, c.custody.jsonl, unpacked
 * in c/. */
#ifndef UNGRANT_TESTS_COURT_FIXTURE_H
#define UNGRANT_TESTS_COURT_FIXTURE_H

#include "tests/unit/collect_fixture.h"

#include <time.h>

#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "collect/custody.h"
#include "collect/signer.h"

struct identity {
    EVP_PKEY *key;
    X509 *cert;
};

static inline void extend(X509 *cert, int nid, const char *value) {
    X509_EXTENSION *e = X509V3_EXT_nconf_nid(NULL, NULL, nid, value);
    assert_non_null(e);
    assert_int_equal(X509_add_ext(cert, e, -1), 1);
    X509_EXTENSION_free(e);
}

/* A certificate named `name` by `issuer` (NULL: itself), valid from `from` days from now for ten
 * years, to be used for `usage` (an extended key usage; NULL: an authority). */
static inline struct identity identity_new_of(EVP_PKEY *key, const char *name,
                                              const struct identity *issuer, int from,
                                              const char *usage) {
    static long serial = 1;
    struct identity id = {key, X509_new()};
    X509_NAME *subject = X509_get_subject_name(id.cert);
    X509_set_version(id.cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(id.cert), serial++);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
                               0);
    X509_set_issuer_name(id.cert, issuer ? X509_get_subject_name(issuer->cert) : subject);
    X509_gmtime_adj(X509_getm_notBefore(id.cert), 86400L * from);
    X509_gmtime_adj(X509_getm_notAfter(id.cert), 86400L * (from + (usage ? 3650 : 2 * 3650)));
    X509_set_pubkey(id.cert, id.key);
    extend(id.cert, NID_basic_constraints, usage ? "critical,CA:FALSE" : "critical,CA:TRUE");
    extend(id.cert, NID_key_usage, usage ? "critical,digitalSignature" : "critical,keyCertSign");
    if (usage) extend(id.cert, NID_ext_key_usage, usage);
    assert_true(X509_sign(id.cert, issuer ? issuer->key : id.key, EVP_sha256()) > 0);
    return id;
}

static inline struct identity identity_new(const char *name, const struct identity *issuer,
                                           int from, const char *usage) {
    return identity_new_of(EVP_EC_gen("P-256"), name, issuer, from, usage);
}

static inline void identity_free(struct identity *id) {
    EVP_PKEY_free(id->key);
    X509_free(id->cert);
}

static inline void identity_save(const struct identity *id, const char *key, const char *cert) {
    FILE *f = fopen(cert, "w");
    assert_non_null(f);
    assert_int_equal(PEM_write_X509(f, id->cert), 1);
    assert_int_equal(fclose(f), 0);
    if (!key) return;
    f = fopen(key, "w");
    assert_non_null(f);
    assert_int_equal(PEM_write_PrivateKey(f, id->key, NULL, NULL, 0, NULL, NULL), 1);
    assert_int_equal(fclose(f), 0);
}

/* ---- the time stamp authority ---- */

static inline ASN1_INTEGER *next_serial(struct TS_resp_ctx *ctx, void *own) {
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    (void)ctx;
    (void)own;
    ASN1_INTEGER_set(serial, 7);
    return serial;
}

static inline int time_of_stamp(struct TS_resp_ctx *ctx, void *own, long *seconds, long *micros) {
    (void)ctx;
    *seconds = *(const long *)own;
    *micros = 0;
    return 1;
}

static inline void stamp_at(const struct identity *tsa, const char *request, const char *response,
                            long at) {
    TS_RESP_CTX *c = TS_RESP_CTX_new();
    ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4.1", 1);
    BIO *in = BIO_new_file(request, "rb"), *out = BIO_new_file(response, "wb");
    assert_true(in && out);
    TS_RESP_CTX_set_serial_cb(c, next_serial, NULL);
    TS_RESP_CTX_set_time_cb(c, time_of_stamp, &at);
    assert_int_equal(TS_RESP_CTX_set_signer_cert(c, tsa->cert), 1);
    assert_int_equal(TS_RESP_CTX_set_signer_key(c, tsa->key), 1);
    assert_int_equal(TS_RESP_CTX_set_def_policy(c, policy), 1);
    assert_int_equal(TS_RESP_CTX_set_signer_digest(c, EVP_sha256()), 1);
    assert_int_equal(TS_RESP_CTX_set_ess_cert_id_digest(c, EVP_sha256()), 1);
    assert_int_equal(TS_RESP_CTX_add_md(c, EVP_sha256()), 1);
    TS_RESP *r = TS_RESP_create_response(c, in);
    assert_non_null(r);
    assert_int_equal(i2d_TS_RESP_bio(out, r), 1);
    TS_RESP_free(r);
    TS_RESP_CTX_free(c);
    ASN1_OBJECT_free(policy);
    BIO_free(in);
    BIO_free(out);
}

static inline void stamp_file(const struct identity *tsa, const char *request,
                              const char *response) {
    stamp_at(tsa, request, response, (long)time(NULL));
}

/* ---- commands ---- */

/* `ungrant custody c.tar ARGS...` or the like, its output thrown away. */
static inline int run_quietly(int (*command)(int argc, char **argv), char **argv) {
    int argc = 0, null = open("/dev/null", O_WRONLY);
    while (argv[argc]) argc++;
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    dup2(null, STDOUT_FILENO);
    int status = command(argc, argv);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(null);
    return status;
}

#define ARGV(...) ((char *[]){__VA_ARGS__, NULL})

static inline int collect_for_court(int argc, char **argv) {
    struct witness w = {.recognise = fixture_recognise};
    return collect_command(argc, argv, &w);
}

/* The case, in the folder that enter_folder() made. */
static inline void make_court_case(void) {
    struct identity ca = identity_new("Authority", NULL, -1, NULL);
    struct identity signer = identity_new("Signer", &ca, -1, "emailProtection");
    struct identity tsa = identity_new("Clock", &ca, -1, "critical,timeStamping");
    identity_save(&ca, NULL, "ca.pem");
    identity_save(&signer, "key.pem", "cert.pem");
    unsetenv("SOURCE_DATE_EPOCH"); /* certificates are of today */
    put_file("s/one", STR("EV one"));
    put_file("s/two", STR("EV two, which is a little longer"));
    assert_int_equal(run_quietly(collect_for_court,
                                 ARGV("collect", "s", "-o", "c.tar", "--case", "7", "--examiner",
                                      "E. Xaminer", "--sign", "key.pem", "--cert", "cert.pem")),
                     STATUS_DONE);
    stamp_file(&tsa, "c.tsq", "answer.tsr");
    assert_int_equal(run_quietly(custody_command, ARGV("custody", "c.tar", "--timestamp",
                                                       "answer.tsr", "--ca", "ca.pem")),
                     STATUS_DONE);
    assert_int_equal(
        run_quietly(custody_command, ARGV("custody", "c.tar", "--transfer", "--from", "Ann", "--to",
                                          "Bob", "--sign", "key.pem", "--cert", "cert.pem")),
        STATUS_DONE);
    assert_int_equal(
        run_quietly(custody_command, ARGV("custody", "c.tar", "--note", "put on a shelf")),
        STATUS_DONE);
    assert_int_equal(system("tar xf c.tar"), 0);
    identity_free(&ca);
    identity_free(&signer);
    identity_free(&tsa);
}

static inline int enter_court(void **s) {
    if (enter_folder(s) != 0) return -1;
    make_court_case();
    return 0;
}

/* Verified with the authority; what is no case at all is a finding, too. */
static inline int judged(struct arena *a, const char *path, struct verification *v) {
    struct error e = {0};
    if (verify_case(a, path, "ca.pem", v, &e) == 0) return verify_status(v);
    v->list = ARENA_NEW(a, struct verify_finding);
    v->list[0].place = arena_copy(a, str_from(e.text));
    v->count = 1;
    return STATUS_FAILED;
}

/* Every `step`-th byte is flipped; with UNGRANT_FLIPS=all every one. A sanitizer makes processes
 * dear (each signature is read in one of its own), and looks for something else: it gets fewer. */
static inline size_t flip_step(size_t step) {
    const char *wanted = getenv("UNGRANT_FLIPS");
#ifdef __SANITIZE_ADDRESS__
    const size_t fewer = 29;
#else
    const size_t fewer = 1;
#endif
    return wanted && strcmp(wanted, "all") == 0 ? 1 : step * fewer;
}

/* Is there a finding whose place holds these words? */
static inline bool names(const struct verification *v, const char *place) {
    for (size_t i = 0; i < v->count; i++)
        if (str_find(v->list[i].place, str_from(place)) != STR_ABSENT) return true;
    return false;
}

#endif
