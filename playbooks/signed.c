#include "playbooks/signed.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "base/digest.h"
#include "playbooks/people.h"
#include "playbooks/plan_file.h"

enum { KEYS_MOST = 256, KEY_MOST = 16 * 1024 };

/* What is signed; free it. */
static struct buf signed_text(const cJSON *action, const char *which, const cJSON *decision) {
    static const char *const without[] = {"signature", NULL};
    struct buf b = {0};
    struct json j = {.out = &b};
    buf_printf(&b, "ungrant-decision/1\n%.*s\n%s\n", STR_ARG(json_get_str(action, "id")), which);
    tree_write(&j, decision, without);
    return b;
}

/* "decision", or "first", which stands within it. */
static cJSON *part(const cJSON *action, const char *which) {
    cJSON *decision = cJSON_GetObjectItemCaseSensitive(action, "decision");
    return strcmp(which, "first") == 0 ? cJSON_GetObjectItemCaseSensitive(decision, "first")
                                       : decision;
}

static const EVP_MD *digest_for(const EVP_PKEY *key) {
    int kind = EVP_PKEY_get_base_id(key);
    return kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448 ? NULL : EVP_sha256();
}

static void add_base64(cJSON *to, const char *name, const unsigned char *bytes, size_t n) {
    unsigned char *text = memory_alloc(n / 3 * 4 + 8);
    EVP_EncodeBlock(text, bytes, (int)n);
    cJSON_AddStringToObject(to, name, (const char *)text);
    free(text);
}

/* The public key's bytes; OPENSSL_free() them. */
static size_t public_key(const EVP_PKEY *key, unsigned char **out) {
    *out = NULL;
    int n = i2d_PUBKEY(key, out);
    return n > 0 ? (size_t)n : 0;
}

int signed_add(cJSON *action, const char *which, EVP_PKEY *key, struct error *e) {
    cJSON *decision = part(action, which);
    struct buf text = signed_text(action, which, decision);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    unsigned char *value = NULL, *public = NULL;
    size_t n = 0, public_n = public_key(key, &public);
    bool good = md && public_n && EVP_DigestSignInit(md, NULL, digest_for(key), NULL, key) == 1 &&
                EVP_DigestSign(md, NULL, &n, (const unsigned char *)text.p, text.n) == 1;
    if (good) {
        value = memory_alloc(n);
        good = EVP_DigestSign(md, value, &n, (const unsigned char *)text.p, text.n) == 1;
    }
    if (good) {
        char hash[DIGEST_HEX + 1];
        digest_of(str_of((const char *)public, public_n), hash);
        cJSON_DeleteItemFromObjectCaseSensitive(decision, "signature");
        cJSON *s = cJSON_AddObjectToObject(decision, "signature");
        add_base64(s, "key", public, public_n);
        cJSON_AddStringToObject(s, "key_sha256", hash);
        add_base64(s, "value", value, n);
    }
    free(value);
    OPENSSL_free(public);
    EVP_MD_CTX_free(md);
    buf_free(&text);
    return good ? 0 : error_set(e, "this key cannot sign a decision");
}

/* ---- keys that may sign ---- */

struct signers {
    char (*hashes)[DIGEST_HEX + 1];
    size_t count;
};

static void take_key(struct signers *s, EVP_PKEY *key) {
    unsigned char *bytes;
    size_t n = key ? public_key(key, &bytes) : 0;
    if (!n) return;
    digest_of(str_of((const char *)bytes, n), s->hashes[s->count++]);
    OPENSSL_free(bytes);
}

/* A block of the file: what it holds, if that is a key. */
static void take_block(struct signers *s, const char *name, const unsigned char *bytes, long n) {
    const unsigned char *at = bytes;
    if (strcmp(name, "PUBLIC KEY") == 0) {
        EVP_PKEY *key = d2i_PUBKEY(NULL, &at, n);
        take_key(s, key);
        EVP_PKEY_free(key);
    } else if (strcmp(name, "CERTIFICATE") == 0) {
        X509 *certificate = d2i_X509(NULL, &at, n);
        take_key(s, certificate ? X509_get0_pubkey(certificate) : NULL);
        X509_free(certificate);
    }
}

struct signers *signers_read(const char *path, struct error *e) {
    BIO *file = BIO_new_file(path, "r");
    char *name, *header;
    unsigned char *bytes;
    long n;
    if (!file) {
        error_set(e, "%s: cannot be read", path);
        return NULL;
    }
    struct signers *s = memory_alloc(sizeof *s);
    *s = (struct signers){.hashes = memory_alloc(KEYS_MOST * sizeof *s->hashes)};
    while (s->count < KEYS_MOST && PEM_read_bio(file, &name, &header, &bytes, &n) == 1) {
        take_block(s, name, bytes, n);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(bytes);
    }
    BIO_free(file);
    if (s->count) return s;
    error_set(e, "%s: holds no public key and no certificate in PEM form", path);
    signers_free(s);
    return NULL;
}

void signers_free(struct signers *s) {
    if (s) free(s->hashes);
    free(s);
}

static bool may_sign(const struct signers *s, const char *hash) {
    for (size_t i = 0; s && i < s->count; i++)
        if (strcmp(s->hashes[i], hash) == 0) return true;
    return !s;
}

/* ---- is it signed? ---- */

/* Bytes of base64 text; free them. 0: it is none. */
static size_t from_base64(struct str text, unsigned char **out) {
    *out = NULL;
    if (!text.n || text.n % 4 || text.n > KEY_MOST) return 0;
    *out = memory_alloc(text.n / 4 * 3 + 4);
    int n = EVP_DecodeBlock(*out, (const unsigned char *)text.p, (int)text.n);
    if (n < 0) return 0;
    return (size_t)n - (text.p[text.n - 1] == '=') - (text.p[text.n - 2] == '=');
}

static bool verifies(EVP_PKEY *key, const struct buf *text, const unsigned char *value, size_t n) {
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool good = md && EVP_DigestVerifyInit(md, NULL, digest_for(key), NULL, key) == 1 &&
                EVP_DigestVerify(md, value, n, (const unsigned char *)text->p, text->n) == 1;
    EVP_MD_CTX_free(md);
    return good;
}

/* What is wrong with it, or NULL; the key's hash into `hash`. */
static const char *fault_of(const cJSON *action, const char *which, const struct signers *s,
                            char hash[DIGEST_HEX + 1]) {
    const cJSON *decision = part(action, which), *signature = json_get(decision, "signature");
    unsigned char *key_bytes, *value;
    size_t key_n = from_base64(json_get_str(signature, "key"), &key_bytes);
    size_t n = from_base64(json_get_str(signature, "value"), &value);
    const unsigned char *at = key_bytes;
    EVP_PKEY *key = key_n ? d2i_PUBKEY(NULL, &at, (long)key_n) : NULL;
    const char *fault = NULL;
    *hash = 0;
    if (key) {
        struct buf text = signed_text(action, which, decision);
        digest_of(str_of((const char *)key_bytes, key_n), hash);
        if (!verifies(key, &text, value, n))
            fault = "its signature does not fit the decision";
        else if (!may_sign(s, hash))
            fault = "it is signed by a key that is not among those who may sign";
        buf_free(&text);
    } else {
        fault = signature ? "its signature has no key that can be read" : "it is not signed";
    }
    EVP_PKEY_free(key);
    free(key_bytes);
    free(value);
    return fault;
}

int signed_check(const cJSON *action, const struct signers *s, struct error *e) {
    char one[DIGEST_HEX + 1], other[DIGEST_HEX + 1];
    struct str id = json_get_str(action, "id");
    const char *fault = fault_of(action, "decision", s, one);
    if (!fault && people_wants_two(action)) {
        fault = fault_of(action, "first", s, other);
        if (fault) return error_set(e, "%.*s: the first approval of two: %s", STR_ARG(id), fault);
        if (strcmp(one, other) == 0) fault = "both approvals are signed by one key";
    }
    return fault ? error_set(e, "%.*s: %s", STR_ARG(id), fault) : 0;
}
