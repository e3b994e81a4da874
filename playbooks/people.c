/* people.c - see people.h. */
#include "playbooks/people.h"

#include "analyze/grants/identity.h"

int people_read(struct arena *a, const char *path, struct people *p, struct error *e) {
    *p = (struct people){0};
    if (!path) return 0;
    p->baseline = json_parse_file(a, path, e);
    if (!p->baseline) return -1;
    const cJSON *list = json_get(p->baseline, "sensitive_mailboxes");
    if (list && !cJSON_IsArray(list))
        return error_set(e, "%s: sensitive_mailboxes: a list of names is wanted", path);
    return 0;
}

void people_free(struct people *p) { cJSON_Delete(p->baseline); }

static bool is_same(struct arena *a, struct str one, struct str other) {
    return one.n > 0 && other.n > 0 &&
           (str_ieq(one, other) || str_ieq(identity_leaf(a, one), identity_leaf(a, other)));
}

static bool is_sensitive(struct arena *a, const struct people *p, const cJSON *mailbox) {
    const cJSON *list = json_get(p->baseline, "sensitive_mailboxes");
    for (const cJSON *v = list ? list->child : NULL; v; v = v->next)
        if (is_same(a, json_text(v), json_get_str(mailbox, "identity")) ||
            is_same(a, json_text(v), json_get_str(mailbox, "written")))
            return true;
    return false;
}

struct str people_why(struct arena *a, const struct people *p, const struct playbook *book,
                      struct str right, const cJSON *mailbox, size_t actions) {
    if (p->baseline && is_sensitive(a, p, mailbox))
        return STR("the baseline calls this mailbox sensitive");
    if (playbook_wants_two(book, right))
        return arena_printf(a, "%.*s wants two people for %.*s", STR_ARG(book->name),
                            STR_ARG(right));
    if (actions > book->over)
        return arena_printf(a, "the plan has more than %zu actions", book->over);
    return STR_NONE;
}

bool people_is_implicated(struct arena *a, const cJSON *plan, struct str by) {
    const cJSON *actions = json_get(plan, "actions"), *named = json_get(plan, "compromised");
    for (const cJSON *x = actions ? actions->child : NULL; x; x = x->next)
        if (is_same(a, json_get_str(x, "trustee"), by) || is_same(a, json_get_str(x, "actor"), by))
            return true;
    for (const cJSON *x = named ? named->child : NULL; x; x = x->next)
        if (is_same(a, json_text(x), by)) return true;
    return false;
}

bool people_has_first(const cJSON *action, struct str by, struct str content) {
    const cJSON *first = json_get(json_get(action, "decision"), "first");
    return json_get_str(first, "by").n > 0 && !str_ieq(json_get_str(first, "by"), by) &&
           str_eq(json_get_str(first, "content_sha256"), content);
}

bool people_wants_two(const cJSON *action) {
    const cJSON *n = json_get(action, "approvers");
    return cJSON_IsNumber(n) && n->valuedouble > 1;
}
