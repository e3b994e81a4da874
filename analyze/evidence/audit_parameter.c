/* Values as Exchange's audit logs write them (audit_parameter.h). */
#include "analyze/evidence/audit_parameter.h"

/* Exchange cuts values at about 1,024 characters; the exact number is in no document, so half of it
 * is enough for doubt. */
enum { VALUE_LIMIT = 500 };

static const char *const LISTS[] = {"AccessRights", "ExtendedRights", NULL};

static bool splits_on_comma(struct str name) {
    for (size_t i = 0; LISTS[i]; i++)
        if (str_ieq(name, str_from(LISTS[i]))) return true;
    return false;
}

static bool is_list(const struct cmdlet *c, struct str name) {
    const struct parameter *p = NULL;
    if (!c || cmdlet_parameter(c, name, &p) != PARAMETER_EXACT || !p) return false;
    return p->is_list || str_ieq(name, STR("GrantSendOnBehalfTo"));
}

/* Did the comma behind or before this piece stand inside a value? A distinguished name, or quotes
 * that open and do not close. */
static bool comma_inside(struct str piece) {
    bool opens = piece.n && (piece.p[0] == '"' || piece.p[0] == '\'');
    bool closes = piece.n && (piece.p[piece.n - 1] == '"' || piece.p[piece.n - 1] == '\'');
    return opens != closes || str_chr(piece, '=') != STR_ABSENT;
}

/* Without one pair of brackets or quotes around it: a name may end with its own. */
static struct str without_pair(struct str s, char open, char close) {
    if (s.n < 2 || s.p[0] != open || s.p[s.n - 1] != close) return s;
    return str_slice(s, 1, s.n - 1);
}

/* The first element of a list: up to a comma, which in a quoted one must stand behind a quote. */
static void cut_element(struct str list, struct str *one, struct str *rest) {
    list = str_trim(list);
    char quote = list.n && (list.p[0] == '"' || list.p[0] == '\'') ? list.p[0] : 0;
    size_t at = 0;
    for (; at < list.n; at++)
        if (list.p[at] == ',' && (!quote || (at > 1 && list.p[at - 1] == quote))) break;
    *one = str_trim(str_slice(list, 0, at));
    *rest = str_from_index(list, at + 1);
}

/* "@{Add=a,b; Remove=c}": how a list was edited, where the log keeps the hashtable. */
static bool add_edits(struct arena *a, struct params *params, struct str name, struct str value,
                      bool cut) {
    struct str rest = str_trim(value);
    if (!str_starts(rest, STR("@{")) || (!cut && !str_ends(rest, STR("}")))) return false;
    rest = str_slice(rest, 2, cut ? rest.n : rest.n - 1);
    size_t first = params->count, pieces = 0;
    while (rest.n) {
        struct str pair, key, values, one;
        str_cut(rest, ';', &pair, &rest);
        pieces += str_trim(pair).n > 0;
        if (!str_cut(pair, '=', &key, &values)) continue;
        key = str_trim(key);
        struct param *p = params_add(a, params, name, NULL, 0);
        size_t cap = 0;
        p->edit = str_ieq(key, STR("Remove")) ? EDIT_REMOVE : EDIT_ADD;
        if (cut) p->flags |= PARAM_TRUNCATED;
        if (!str_ieq(key, STR("Add")) && !str_ieq(key, STR("Remove"))) p->flags |= PARAM_AMBIGUOUS;
        values = without_pair(str_trim(values), '(', ')');
        while (values.n) {
            cut_element(values, &one, &values);
            if (comma_inside(one)) p->flags |= PARAM_AMBIGUOUS;
            one = without_pair(without_pair(one, '"', '"'), '\'', '\'');
            if (!one.n) continue;
            ARENA_GROW(a, p->values, cap, p->count + 1);
            p->values[p->count++] = one;
        }
    }
    /* The log escapes nothing: a name that holds ";Remove=y" looks like a second key. */
    for (size_t i = first; i < params->count; i++)
        if (pieces > 1) params->list[i].flags |= PARAM_AMBIGUOUS;
    return true;
}

void audit_parameter_add(struct arena *a, struct params *params, const struct cmdlet *c,
                         struct str name, struct str value) {
    bool commas = splits_on_comma(name), list = is_list(c, name);
    bool cut = value.n >= VALUE_LIMIT && str_ends(value, STR("..."));
    if (list && add_edits(a, params, name, value, cut)) return;
    struct param *p = params_add(a, params, name, NULL, 0);
    size_t cap = 0;
    struct str rest = value;
    while (rest.n) {
        size_t at = 0;
        while (at < rest.n && !((list || commas) && rest.p[at] == ';') &&
               !(commas && rest.p[at] == ','))
            at++;
        struct str one = str_slice(rest, 0, at);
        rest = str_from_index(rest, at + 1);
        if (list || commas) one = str_trim(one);
        if (!one.n) continue;
        ARENA_GROW(a, p->values, cap, p->count + 1);
        p->values[p->count++] = one;
    }
    if (cut) p->flags |= PARAM_TRUNCATED;
}
