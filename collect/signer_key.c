#include "collect/signer_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"

enum { PASSPHRASE_MOST = 1023 };

struct asking {
    const char *key, *file;
    bool asked; /* the key is encrypted */
    struct error *e;
};

/* The first line of the file; nothing of it stays in memory. */
static int passphrase_of_file(const struct asking *q, char *out, int room) {
    char text[PASSPHRASE_MOST + 2];
    int fd = open(q->file, O_RDONLY | O_CLOEXEC), length = -1;
    ssize_t n = fd < 0 ? -1 : file_read_full(fd, text, sizeof text);
    if (n < 0) {
        error_errno(q->e, "%s: cannot read the passphrase", q->file);
    } else {
        struct str line, rest;
        str_cut(str_of(text, (size_t)n), '\n', &line, &rest);
        if (line.n && line.p[line.n - 1] == '\r') line.n--;
        if (line.n > PASSPHRASE_MOST || line.n > (size_t)room) {
            error_set(q->e, "%s: the passphrase is longer than %d bytes", q->file, PASSPHRASE_MOST);
        } else {
            length = (int)line.n;
            memcpy(out, text, line.n);
        }
    }
    OPENSSL_cleanse(text, sizeof text);
    if (fd >= 0) close(fd);
    return length;
}

static int passphrase_of_terminal(const struct asking *q, char *out, int room) {
    char prompt[256];
    if (!isatty(STDIN_FILENO))
        return error_set(q->e,
                         "%s: the key has a passphrase, and there is no terminal to ask for it: "
                         "give --passphrase-file FILE",
                         q->key);
    snprintf(prompt, sizeof prompt, "Passphrase of %.200s: ", q->key);
    if (EVP_read_pw_string(out, room, prompt, 0) != 0)
        return error_set(q->e, "%s: no passphrase was given", q->key);
    return (int)strlen(out);
}

/* OpenSSL's question (pem_password_cb): the length, or -1. */
static int answer(char *out, int room, int writing, void *own) {
    struct asking *q = own;
    (void)writing;
    q->asked = true;
    if (room <= 0) return -1;
    return q->file ? passphrase_of_file(q, out, room) : passphrase_of_terminal(q, out, room);
}

static EVP_PKEY *key_of_file(struct asking *q) {
    BIO *in = BIO_new_file(q->key, "rb");
    if (!in) {
        error_errno(q->e, "%s: cannot open the key", q->key);
        return NULL;
    }
    EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, answer, q);
    BIO_free(in);
    if (!key)
        error_set(q->e, q->asked ? "%s: the passphrase is wrong" : "%s: holds no private key (PEM)",
                  q->key);
    return key;
}

static EVP_PKEY *key_of_store(struct asking *q) {
    UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(answer, 0);
    OSSL_STORE_CTX *store = OSSL_STORE_open(q->key, ui, q, NULL, NULL);
    EVP_PKEY *key = NULL;
    if (!store)
        error_set(q->e, "%s: no provider of OpenSSL opens such a URI (see openssl.cnf)", q->key);
    while (store && !key && !OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        if (!info) break;
        if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
            key = OSSL_STORE_INFO_get1_PKEY(info);
        OSSL_STORE_INFO_free(info);
    }
    if (store && !key)
        error_set(q->e, q->asked ? "%s: no key, or the passphrase is wrong" : "%s: holds no key",
                  q->key);
    OSSL_STORE_close(store);
    UI_destroy_method(ui);
    return key;
}

/* "scheme:..." (RFC 3986, 3.1). */
static bool is_uri(struct str name) {
    size_t colon = str_chr(name, ':');
    if (colon == STR_ABSENT || colon < 2 || !ascii_alpha(name.p[0])) return false;
    for (size_t i = 1; i < colon; i++)
        if (!ascii_alpha(name.p[i]) && !ascii_digit(name.p[i]) && !strchr("+-.", name.p[i]))
            return false;
    return true;
}

EVP_PKEY *signer_key_open(const char *key, const char *passphrase_file, struct error *e) {
    struct asking q = {.key = key, .file = passphrase_file, .e = e};
    /* A file may be called "pkcs11:x" too: what lies there is meant. */
    bool uri = access(key, F_OK) != 0 && is_uri(str_from(key));
    EVP_PKEY *found = uri ? key_of_store(&q) : key_of_file(&q);
    ERR_clear_error();
    return found;
}
