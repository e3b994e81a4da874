/* Signatures and time stamps: what holds, what does not, and what that is called. */
#include "tests/unit/court_fixture.h"

#include <signal.h>

#include "collect/confined.h"
#include "collect/signature.h"
#include "collect/stamp.h"

static struct identity ca, other;
static const struct when TODAY = {.ns = INT64_C(1800000000) * NS_PER_S, .basis = WHEN_UTC};

static struct when now(void) {
    return (struct when){.ns = (int64_t)time(NULL) * NS_PER_S, .basis = WHEN_UTC};
}

static int make_authorities(void **s) {
    if (enter_folder(s) != 0) return -1;
    ca = identity_new("Authority", NULL, -3700, NULL);
    other = identity_new("Other", NULL, -1, NULL);
    identity_save(&ca, NULL, "ca.pem");
    identity_save(&other, NULL, "other.pem");
    return 0;
}

static int leave(void **s) {
    identity_free(&ca);
    identity_free(&other);
    return leave_folder(s);
}

static X509_STORE *trust(const char *path) {
    struct error e = {0};
    X509_STORE *store = certificate_authorities(path, &e);
    assert_non_null(store);
    return store;
}

static struct buf sign(const struct identity *id, struct str content, struct when time) {
    struct error e = {0};
    struct buf der = {0};
    identity_save(id, "key.pem", "cert.pem");
    const struct signer_source from = {.key = "key.pem", .cert = "cert.pem"};
    struct signer *s = signer_open(&from, now(), &e);
    if (!s) fail_msg("%s", e.text);
    assert_int_equal(signer_sign(s, content, time, &der, &e), 0);
    signer_free(s);
    return der;
}

static void test_a_signature_says_who_and_when(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct signature seen;
    struct identity id = identity_new("R. Vega", &ca, -1, "emailProtection");
    struct buf der = sign(&id, STR("content"), TODAY);
    struct signature_trust t = {trust("ca.pem"), now()};
    signature_check(a, STR("content"), buf_str(&der), &t, &seen);
    assert_true(seen.good);
    assert_int_equal(seen.certificate, CERTIFICATE_TRUSTED);
    assert_true(
        str_eq(signature_text(a, &seen), STR("signed by CN=R. Vega, 2027-01-15T08:00:00Z")));
    signature_check(a, STR("Content"), buf_str(&der), &t, &seen);
    assert_false(seen.good);
    assert_true(seen.content_altered);
    X509_STORE_free(t.authorities);
    buf_free(&der);
    identity_free(&id);
    arena_free(a);
}

static void test_certificates_are_called_what_they_are(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct signature seen;
    struct identity id = identity_new("S", &ca, -1, "emailProtection");
    struct buf der = sign(&id, STR("x"), now());
    const int64_t years = INT64_C(11) * 366 * 86400 * NS_PER_S;
    const struct when later = {.ns = now().ns + years, .basis = WHEN_UTC};
    const struct {
        const char *authorities;
        struct when at;
        enum certificate_state state;
    } cases[] = {{"ca.pem", now(), CERTIFICATE_TRUSTED},
                 {"other.pem", now(), CERTIFICATE_UNKNOWN},
                 {NULL, now(), CERTIFICATE_UNASKED},
                 {"ca.pem", later, CERTIFICATE_EXPIRED},
                 {NULL, later, CERTIFICATE_EXPIRED},
                 {"ca.pem", {0}, CERTIFICATE_TRUSTED},
                 {"ca.pem", {.ns = 1, .basis = WHEN_UTC}, CERTIFICATE_EXPIRED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct signature_trust t = {cases[i].authorities ? trust(cases[i].authorities) : NULL,
                                    cases[i].at};
        signature_check(a, STR("x"), buf_str(&der), &t, &seen);
        assert_true(seen.good);
        if (seen.certificate != cases[i].state)
            fail_msg("case %zu is %s: %s", i, signature_certificate_name(seen.certificate),
                     seen.certificate_why);
        X509_STORE_free(t.authorities);
    }
    buf_free(&der);
    identity_free(&id);
    arena_free(a);
}

/* One bit of every byte: no longer good, or by another certificate than the one that is known. */
static void flip_signature(EVP_PKEY *key) {
    struct arena *a = arena_new(0);
    struct signature seen;
    struct signature_trust t = {trust("ca.pem"), now()};
    struct identity id = identity_new_of(key, "Authority's Signer", &ca, -1, "emailProtection");
    struct buf der = sign(&id, STR("content"), now());
    char known[DIGEST_HEX + 1];
    certificate_sha256(id.cert, known);
    for (size_t at = 0; at < der.n; at++) {
        for (int bit = 0; bit < 8; bit++) {
            arena_reset(a);
            der.p[at] = (char)(der.p[at] ^ (1 << bit));
            signature_read(a, STR("content"), buf_str(&der), &t, &seen);
            if (seen.good && seen.certificate_count == 1 &&
                strcmp(seen.certificates[0], known) == 0)
                fail_msg("byte %zu, bit %d makes no difference", at, bit);
            der.p[at] = (char)(der.p[at] ^ (1 << bit));
        }
    }
    signature_check(a, STR("content"), buf_str(&der), &t, &seen);
    assert_true(seen.good);
    X509_STORE_free(t.authorities);
    buf_free(&der);
    identity_free(&id);
    arena_free(a);
}

static void test_every_bit_of_an_ecdsa_signature_counts(void **s) {
    (void)s;
    flip_signature(EVP_EC_gen("P-256"));
}

static void test_every_bit_of_an_rsa_signature_counts(void **s) {
    (void)s;
    flip_signature(EVP_RSA_gen(2048));
}

static void test_cut_and_grown_signatures_are_none(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct signature seen;
    struct signature_trust t = {NULL, now()};
    struct identity id = identity_new("S", &ca, -1, "emailProtection");
    struct buf der = sign(&id, STR("x"), now());
    for (size_t n = 0; n < der.n; n++) {
        signature_read(a, STR("x"), str_of(der.p, n), &t, &seen);
        assert_false(seen.good);
    }
    buf_add_c(&der, 0);
    signature_check(a, STR("x"), buf_str(&der), &t, &seen);
    assert_false(seen.good);
    buf_free(&der);
    identity_free(&id);
    arena_free(a);
}

static void crash(const void *task, void *result) {
    (void)task;
    (void)result;
    abort();
}

static void killed(const void *task, void *result) {
    (void)task;
    memset(result, 1, 1);
    raise(SIGKILL); /* as the limit of time does */
}

static void answer(const void *task, void *result) { memcpy(result, task, 4); }

static void test_a_reader_that_crashes_is_an_answer(void **s) {
    (void)s;
    char result[4] = "";
    assert_true(confined_run(answer, "yes", result, sizeof result));
    assert_string_equal(result, "yes");
    assert_false(confined_run(crash, NULL, result, sizeof result));
    assert_false(confined_run(killed, NULL, result, sizeof result));
}

static void expect_refusal(struct identity id, const char *words) {
    struct error e = {0};
    identity_save(&id, "key.pem", "cert.pem");
    const struct signer_source from = {.key = "key.pem", .cert = "cert.pem"};
    assert_null(signer_open(&from, now(), &e));
    if (str_find(str_from(e.text), str_from(words)) == STR_ABSENT) fail_msg("%s", e.text);
    identity_free(&id);
}

static void test_what_would_not_hold_is_not_signed_with(void **s) {
    (void)s;
    expect_refusal(identity_new("S", &ca, -4000, "emailProtection"), "has expired");
    expect_refusal(identity_new("S", &ca, 5, "emailProtection"), "not valid before");
    expect_refusal(identity_new("S", &ca, -1, "serverAuth"), "made for something else");
    expect_refusal(identity_new_of(EVP_RSA_gen(1024), "S", &ca, -1, "emailProtection"),
                   "1024 bits");
    expect_refusal(
        identity_new_of(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), "S", &ca, -1, "emailProtection"),
        "Ed25519");
}

/* ---- time stamps ---- */

static void test_a_time_stamp_is_for_one_hash(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct stamp seen;
    struct buf request = {0};
    struct identity tsa = identity_new("Clock", &ca, -1, "critical,timeStamping");
    char hex[DIGEST_HEX + 1], wrong[DIGEST_HEX + 1];
    X509_STORE *authorities = trust("ca.pem"), *others = trust("other.pem");
    digest_of(STR("case"), hex);
    digest_of(STR("Case"), wrong);
    stamp_request(hex, &request);
    put_file("q", buf_str(&request));
    stamp_file(&tsa, "q", "r");
    struct str answer = whole_file(a, "r");
    stamp_check(a, answer, hex, authorities, now(), &seen);
    assert_true(seen.good);
    assert_int_equal(seen.certificate, CERTIFICATE_TRUSTED);
    assert_true(seen.time.ns <= now().ns && seen.time.ns > now().ns - 60 * NS_PER_S);
    stamp_check(a, answer, hex, others, now(), &seen);
    assert_int_equal(seen.certificate, CERTIFICATE_UNKNOWN);
    stamp_check(a, answer, hex, NULL, now(), &seen);
    assert_true(seen.good && seen.certificate == CERTIFICATE_UNASKED);
    stamp_check(a, answer, wrong, authorities, now(), &seen);
    assert_false(seen.good);
    stamp_check(a, buf_str(&request), hex, authorities, now(), &seen);
    assert_false(seen.good);
    for (size_t n = 0; n < answer.n; n++) {
        stamp_read(a, str_of(answer.p, n), hex, authorities, now(), &seen);
        assert_false(seen.good);
    }
    X509_STORE_free(authorities);
    X509_STORE_free(others);
    buf_free(&request);
    identity_free(&tsa);
    arena_free(a);
}

/* Signed while the certificate was valid, which only a time stamp of that time can prove. */
static void test_a_time_stamp_outlives_the_certificate(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct verification v;
    struct identity tsa = identity_new("Clock", &ca, -30, "critical,timeStamping");
    struct identity old = identity_new("Old", &ca, -3655, "emailProtection"); /* until 5 days ago */
    const long day = 86400, today = (long)time(NULL);
    char then[32];
    identity_save(&old, "key.pem", "cert.pem");
    put_file("s/one", STR("EV one"));
    snprintf(then, sizeof then, "%ld", today - 10 * day);
    setenv("SOURCE_DATE_EPOCH", then, 1);
    assert_int_equal(run_quietly(collect_for_court,
                                 ARGV("collect", "s", "-o", "c.tar", "--case", "7", "--examiner",
                                      "E", "--sign", "key.pem", "--cert", "cert.pem")),
                     STATUS_DONE);
    unsetenv("SOURCE_DATE_EPOCH");
    assert_int_equal(judged(a, "c.tar", &v), STATUS_FAILED);
    assert_true(names(&v, "tagmanifest-sha256.txt.p7s"));
    stamp_at(&tsa, "c.tsq", "late", today - 2 * day);
    stamp_at(&tsa, "c.tsq", "early", today - 9 * day);
    assert_int_equal(run_quietly(custody_command, ARGV("custody", "c.tar", "--timestamp", "late")),
                     STATUS_DONE);
    assert_int_equal(judged(a, "c.tar", &v), STATUS_FAILED);
    assert_int_equal(v.verdict[CHECK_STAMP], VERDICT_GOOD);
    assert_int_equal(v.verdict[CHECK_SIGNATURE], VERDICT_BAD);
    assert_int_equal(run_quietly(custody_command, ARGV("custody", "c.tar", "--timestamp", "early")),
                     STATUS_DONE);
    if (judged(a, "c.tar", &v) != STATUS_DONE)
        fail_msg("%s: %s", v.list[0].place.p, v.list[0].reason.p);
    identity_free(&tsa);
    identity_free(&old);
    arena_free(a);
}

static void test_a_refusal_is_no_time_stamp(void **s) {
    (void)s;
    struct arena *a = arena_new(0);
    struct stamp seen;
    char hex[DIGEST_HEX + 1];
    digest_of(STR(""), hex);
    /* TimeStampResp { PKIStatusInfo { status 2 (rejection) } } */
    stamp_check(a, STR("\x30\x05\x30\x03\x02\x01\x02"), hex, NULL, now(), &seen);
    assert_false(seen.good);
    assert_non_null(strstr(seen.why, "refused"));
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_signature_says_who_and_when),
        cmocka_unit_test(test_certificates_are_called_what_they_are),
        cmocka_unit_test(test_every_bit_of_an_ecdsa_signature_counts),
        cmocka_unit_test(test_every_bit_of_an_rsa_signature_counts),
        cmocka_unit_test(test_cut_and_grown_signatures_are_none),
        cmocka_unit_test(test_a_reader_that_crashes_is_an_answer),
        cmocka_unit_test(test_what_would_not_hold_is_not_signed_with),
        cmocka_unit_test(test_a_time_stamp_is_for_one_hash),
        cmocka_unit_test(test_a_time_stamp_outlives_the_certificate),
        cmocka_unit_test(test_a_refusal_is_no_time_stamp),
    };
    return cmocka_run_group_tests(tests, make_authorities, leave);
}
