#include "playbooks/playbook.h"

#include "analyze/grants/change.h"
#include "base/embedded.h"
#include "base/file.h"

enum { PLAYBOOK_LIMIT = 1 << 20 };
static const char SHIPPED[] = "playbooks/mailbox-delegation.json";

static int need_text(const struct playbook *p, const char *key, const char *path, struct str *out,
                     struct error *e) {
    *out = json_get_str(p->tree, key);
    return out->n ? 0 : error_set(e, "%s: %s: a text is wanted", path, key);
}

static int need_words(const struct playbook *p, const char *key, const char *path,
                      struct error *e) {
    const cJSON *list = json_get(p->tree, key);
    if (!cJSON_IsArray(list)) return error_set(e, "%s: %s: a list of texts is wanted", path, key);
    for (const cJSON *v = list->child; v; v = v->next)
        if (!json_text(v).n) return error_set(e, "%s: %s: every entry must be a text", path, key);
    return 0;
}

static int check_rights(const struct playbook *p, const char *path, struct error *e) {
    enum right right;
    for (const cJSON *v = json_get(p->tree, "rights")->child; v; v = v->next)
        if (!right_by_name(json_text(v), &right))
            return error_set(e, "%s: rights: %s is no right", path, json_text(v).p);
    return 0;
}

static int check(struct playbook *p, const char *path, struct error *e) {
    if (!str_eq(json_get_str(p->tree, "format"), STR("ungrant-playbook/1")))
        return error_set(e, "%s: format: ungrant-playbook/1 is wanted", path);
    if (need_text(p, "name", path, &p->name, e) ||
        need_text(p, "question", path, &p->question, e) ||
        need_text(p, "risk", path, &p->risk, e) || need_words(p, "rights", path, e) ||
        need_words(p, "first", path, e) || need_words(p, "before", path, e) ||
        need_words(p, "after", path, e))
        return -1;
    return check_rights(p, path, e);
}

int playbook_read(struct arena *a, const char *path, struct playbook *p, struct error *e) {
    struct str text = embedded_get(SHIPPED);
    struct json_fault fault;
    *p = (struct playbook){0};
    if (path && file_read(a, path, PLAYBOOK_LIMIT, &text, e) != 0) return -1;
    p->tree = json_parse(a, text, NULL, &fault);
    if (!p->tree)
        return error_set(e, "%s: byte %zu: %s", path ? path : SHIPPED, fault.at, fault.reason);
    return check(p, path ? path : SHIPPED, e);
}

void playbook_free(struct playbook *p) { cJSON_Delete(p->tree); }

static bool in_list(const struct playbook *p, const char *key, struct str word) {
    for (const cJSON *v = json_get(p->tree, key)->child; v; v = v->next)
        if (str_eq(json_text(v), word)) return true;
    return false;
}

bool playbook_handles(const struct playbook *p, struct str right) {
    return in_list(p, "rights", right);
}
bool playbook_is_first(const struct playbook *p, struct str signal) {
    return in_list(p, "first", signal);
}
