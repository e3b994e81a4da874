/* playbook.c - see playbook.h; and `ungrant playbooks`. */
#include "playbooks/playbook.h"

#include <stdio.h>
#include <string.h>

#include "analyze/grants/change.h"
#include "base/embedded.h"
#include "base/file.h"
#include "base/term.h"
#include "playbooks/plan_file.h"
#include "playbooks/playbooks.h"

enum { PLAYBOOK_LIMIT = 1 << 20, OVER_MOST = 1000000 };

/* The first four are followed where nobody chooses; in the order in which they are done. */
static const char *const SHIPPED[] = {"audit-tampering",         "forwarding-and-rules",
                                      "roles-and-impersonation", "mailbox-delegation",
                                      "insider-misuse",          "legal-hold-first"};
enum { FOLLOWED = 4 };

const char *playbook_shipped(size_t number) {
    return number < sizeof SHIPPED / sizeof *SHIPPED ? SHIPPED[number] : NULL;
}

static int need_text(const struct playbook *p, const char *key, const char *path, struct str *out,
                     struct error *e) {
    *out = json_get_str(p->tree, key);
    return out->n ? 0 : error_set(e, "%s: %s: a text is wanted", path, key);
}

static int need_words(const cJSON *in, const char *key, const char *path, struct error *e) {
    const cJSON *list = json_get(in, key);
    if (!cJSON_IsArray(list)) return error_set(e, "%s: %s: a list of texts is wanted", path, key);
    for (const cJSON *v = list->child; v; v = v->next)
        if (!json_text(v).n) return error_set(e, "%s: %s: every entry must be a text", path, key);
    return 0;
}

static int check_rights(const cJSON *list, const char *key, const char *path, struct error *e) {
    enum right right;
    for (const cJSON *v = list->child; v; v = v->next)
        if (!right_by_name(json_text(v), &right))
            return error_set(e, "%s: %s: %s is no right", path, key, json_text(v).p);
    return 0;
}

static int check_keys(const cJSON *object, const char *const *known, const char *path,
                      struct error *e) {
    for (const cJSON *v = object->child; v; v = v->next) {
        const char *const *k = known;
        while (*k && strcmp(*k, v->string) != 0) k++;
        if (!*k) return error_set(e, "%s: %s: no such key in a playbook", path, v->string);
    }
    return 0;
}

static int check_two_people(struct playbook *p, const char *path, struct error *e) {
    static const char *const keys[] = {"rights", "over", NULL};
    const cJSON *two = json_get(p->tree, "two_people");
    const cJSON *over = json_get(two, "over");
    if (!cJSON_IsObject(two))
        return error_set(e, "%s: two_people: {\"rights\": [..], \"over\": N} is wanted", path);
    if (check_keys(two, keys, path, e) || need_words(two, "rights", path, e)) return -1;
    if (!cJSON_IsNumber(over) || over->valuedouble < 0 || over->valuedouble > OVER_MOST)
        return error_set(e, "%s: two_people.over: a number from 0 to %d is wanted", path,
                         OVER_MOST);
    p->over = (size_t)over->valuedouble;
    return check_rights(json_get(two, "rights"), "two_people.rights", path, e);
}

static int check(struct playbook *p, const char *path, struct error *e) {
    static const char *const keys[] = {"format", "name",     "description", "rights",
                                       "first",  "question", "risk",        "two_people",
                                       "before", "after",    NULL};
    struct str about;
    if (!cJSON_IsObject(p->tree) ||
        !str_eq(json_get_str(p->tree, "format"), STR("ungrant-playbook/1")))
        return error_set(e, "%s: format: ungrant-playbook/1 is wanted", path);
    if (check_keys(p->tree, keys, path, e) || need_text(p, "name", path, &p->name, e) ||
        need_text(p, "description", path, &about, e) ||
        need_text(p, "question", path, &p->question, e) ||
        need_text(p, "risk", path, &p->risk, e) || need_words(p->tree, "rights", path, e) ||
        need_words(p->tree, "first", path, e) || need_words(p->tree, "before", path, e) ||
        need_words(p->tree, "after", path, e) ||
        check_rights(json_get(p->tree, "rights"), "rights", path, e))
        return -1;
    return check_two_people(p, path, e);
}

static bool is_shipped(const char *name) {
    for (size_t i = 0; playbook_shipped(i); i++)
        if (strcmp(name, playbook_shipped(i)) == 0) return true;
    return false;
}

int playbook_read(struct arena *a, const char *name, struct playbook *p, struct error *e) {
    struct str text;
    struct json_notes notes = {0};
    struct json_fault fault = {0};
    *p = (struct playbook){0};
    if (is_shipped(name))
        text = embedded_get(arena_printf(a, "playbooks/%s.json", name).p);
    else if (file_read(a, name, PLAYBOOK_LIMIT, &text, e) != 0)
        return -1;
    p->tree = json_parse(a, text, &notes, &fault);
    if (!p->tree) return error_set(e, "%s: byte %zu: %s", name, fault.at, fault.reason);
    if (notes.duplicate_keys) return error_set(e, "%s: a key stands twice", name);
    return check(p, name, e);
}

void playbook_free(struct playbook *p) { cJSON_Delete(p->tree); }

static bool in_list(const cJSON *in, const char *key, struct str word) {
    const cJSON *list = json_get(in, key);
    for (const cJSON *v = list ? list->child : NULL; v; v = v->next)
        if (str_eq(json_text(v), word)) return true;
    return false;
}

bool playbook_handles(const struct playbook *p, struct str right) {
    return in_list(p->tree, "rights", right);
}
bool playbook_is_first(const struct playbook *p, struct str signal) {
    return in_list(p->tree, "first", signal);
}
bool playbook_wants_two(const struct playbook *p, struct str right) {
    return in_list(json_get(p->tree, "two_people"), "rights", right);
}

int playbooks_read(struct arena *a, const char *const *names, size_t count, struct playbooks *all,
                   struct error *e) {
    if (!count) {
        names = SHIPPED;
        count = FOLLOWED;
    }
    for (size_t i = 0; i < count; i++)
        if (playbook_read(a, names[i], &all->list[all->count++], e) != 0) return -1;
    return 0;
}

void playbooks_free(struct playbooks *all) {
    for (size_t i = 0; i < all->count; i++) playbook_free(&all->list[i]);
}

const struct playbook *playbooks_for(const struct playbooks *all, struct str right) {
    for (size_t i = 0; i < all->count; i++)
        if (playbook_handles(&all->list[i], right)) return &all->list[i];
    return NULL;
}

/* ---- ungrant playbooks ---- */

static const char USAGE[] =
    "usage: ungrant playbooks [FILE..]\n\n"
    "Lists the playbooks that ship and checks them, or checks the files given: name, what it is\n"
    "for, the rights it handles. `ungrant plan --playbook NAME` follows one.\n\n"
    "Exit status: 0 all are good, 2 usage, 4 one is not (file, key and reason are said).\n";

static void print_one(const struct playbook *p) {
    const cJSON *rights = json_get(p->tree, "rights");
    term_print(stdout, p->name);
    fputs("\n  ", stdout);
    term_print(stdout, json_get_str(p->tree, "description"));
    fputs("\n  rights:", stdout);
    for (const cJSON *v = rights->child; v; v = v->next) {
        putchar(' ');
        term_print(stdout, json_text(v));
    }
    putchar('\n');
}

static int check_one(const char *name) {
    struct arena *a = arena_new(0);
    struct playbook p;
    struct error e = {0};
    int failed = playbook_read(a, name, &p, &e);
    if (failed)
        error_print("playbooks", &e);
    else
        print_one(&p);
    playbook_free(&p);
    arena_free(a);
    return failed ? STATUS_FAILED : STATUS_DONE;
}

int playbooks_command(int argc, char **argv) {
    int status = STATUS_DONE;
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return fputs(USAGE, stdout), plan_end("playbooks", STATUS_DONE);
    if (argc > 1 && argv[1][0] == '-') return plan_usage("playbooks", "no such option");
    for (int i = 1; i < argc; i++)
        if (check_one(argv[i]) != STATUS_DONE) status = STATUS_FAILED;
    for (size_t i = 0; argc == 1 && playbook_shipped(i); i++)
        if (check_one(playbook_shipped(i)) != STATUS_DONE) status = STATUS_FAILED;
    return plan_end("playbooks", status);
}
