#include "analyze/grants/baseline.h"

#include "base/csv_read.h"
#include "base/file.h"
#include "base/json_read.h"

static const char *const KEYS[] = {"administrators",    "service_accounts", "sensitive_mailboxes",
                                   "delegates",         "change_windows",   "approved_changes",
                                   "workflows",         "internal_domains", "internal_networks",
                                   "use_window",        "cmdlets",          "parents",
                                   "mailflow_threshold"};

static int read_words(struct arena *a, const cJSON *root, const char *key, const char *path,
                      struct words *w, struct error *e) {
    const cJSON *list = json_get(root, key);
    if (!list) return 0;
    if (!cJSON_IsArray(list)) return error_set(e, "%s: %s: a list of texts is wanted", path, key);
    w->list = ARENA_ARRAY(a, struct str, (size_t)cJSON_GetArraySize(list));
    for (const cJSON *v = list->child; v; v = v->next) {
        if (!json_text(v).n) return error_set(e, "%s: %s: every entry must be a text", path, key);
        w->list[w->count++] = arena_copy(a, json_text(v));
    }
    return 0;
}

static const cJSON *object_list(const cJSON *root, const char *key, const char *path,
                                struct error *e) {
    const cJSON *list = json_get(root, key);
    if (!list) return NULL;
    if (!cJSON_IsArray(list)) error_set(e, "%s: %s: a list of objects is wanted", path, key);
    for (const cJSON *v = list->child; v && !error_is_set(e); v = v->next)
        if (!json_get_str(v, "mailbox").n || !json_get_str(v, "trustee").n)
            error_set(e, "%s: %s: every entry needs mailbox and trustee", path, key);
    return list;
}

static void read_delegates(struct arena *a, const cJSON *list, struct baseline *b) {
    b->delegates = ARENA_ARRAY(a, struct pair, (size_t)cJSON_GetArraySize(list));
    for (const cJSON *v = list ? list->child : NULL; v; v = v->next)
        b->delegates[b->delegate_count++] = (struct pair){
            arena_copy(a, json_get_str(v, "mailbox")), arena_copy(a, json_get_str(v, "trustee"))};
}

static int read_approved(struct arena *a, const cJSON *list, const char *path, struct baseline *b,
                         struct error *e) {
    b->approved = ARENA_ARRAY(a, struct approved, (size_t)cJSON_GetArraySize(list));
    for (const cJSON *v = list ? list->child : NULL; v; v = v->next) {
        struct approved *x = &b->approved[b->approved_count++];
        *x = (struct approved){.ticket = arena_copy(a, json_get_str(v, "ticket")),
                               .mailbox = arena_copy(a, json_get_str(v, "mailbox")),
                               .trustee = arena_copy(a, json_get_str(v, "trustee")),
                               .right = arena_copy(a, json_get_str(v, "right"))};
        if (!when_parse_iso(json_get_str(v, "from"), WHEN_UTC, &x->from) ||
            !when_parse_iso(json_get_str(v, "to"), WHEN_UTC, &x->to))
            return error_set(
                e, "%s: approved_changes: from and to must be times such as 2026-01-31T12:00:00Z",
                path);
    }
    return 0;
}

static int check_keys(const cJSON *root, const char *path, struct error *e) {
    for (const cJSON *m = cJSON_IsObject(root) ? root->child : NULL; m; m = m->next) {
        bool known = false;
        for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS && !known; i++)
            known = strcmp(m->string, KEYS[i]) == 0;
        if (!known) return error_set(e, "%s: %s: no such key in a baseline", path, m->string);
    }
    return cJSON_IsObject(root) ? 0 : error_set(e, "%s: an object is wanted", path);
}

int baseline_read(struct arena *a, const char *path, struct baseline *b, struct error *e) {
    *b = (struct baseline){0};
    cJSON *root = json_parse_file(a, path, e);
    if (!root) return -1;
    int bad = check_keys(root, path, e);
    if (!bad) bad = read_words(a, root, "administrators", path, &b->administrators, e);
    if (!bad) bad = read_words(a, root, "service_accounts", path, &b->services, e);
    if (!bad) bad = read_words(a, root, "sensitive_mailboxes", path, &b->sensitive, e);
    if (!bad) bad = read_words(a, root, "internal_domains", path, &b->domains, e);
    if (!bad) bad = habits_read(a, root, path, &b->habits, e);
    const cJSON *delegates = object_list(root, "delegates", path, e);
    const cJSON *approved = object_list(root, "approved_changes", path, e);
    if (error_is_set(e)) bad = -1;
    if (!bad && delegates) read_delegates(a, delegates, b);
    if (!bad && approved) bad = read_approved(a, approved, path, b, e);
    cJSON_Delete(root);
    return bad;
}

/* The columns of a ticket list; right may be missing. */
struct ticket_columns {
    size_t ticket, mailbox, trustee, right, from, to;
};

static int read_ticket_row(struct arena *a, const struct ticket_columns *c, struct str *cells,
                           size_t count, struct approved *x) {
    struct str cell[6] = {{0}};
    const size_t at[6] = {c->ticket, c->mailbox, c->trustee, c->right, c->from, c->to};
    for (size_t i = 0; i < 6; i++)
        if (at[i] < count) cell[i] = arena_copy(a, str_trim(cells[at[i]]));
    *x = (struct approved){
        .ticket = cell[0], .mailbox = cell[1], .trustee = cell[2], .right = cell[3]};
    return cell[0].n && cell[1].n && cell[2].n && when_parse_iso(cell[4], WHEN_UTC, &x->from) &&
                   when_parse_iso(cell[5], WHEN_UTC, &x->to)
               ? 0
               : -1;
}

int baseline_tickets(struct arena *a, const char *path, struct baseline *b, struct error *e) {
    enum { TICKETS_LIMIT = 1 << 28 };
    struct str text, *cells;
    size_t count, begin, cap = 0, number = 0;
    if (file_read(a, path, TICKETS_LIMIT, &text, e) != 0) return -1;
    struct csv_reader csv = csv_open(text);
    if (!csv_row(&csv, a, &cells, &count, &begin))
        return error_set(e, "%s: no header line: ticket, mailbox, trustee, from, to are wanted",
                         path);
    struct ticket_columns c = {
        csv_column(cells, count, "ticket"),  csv_column(cells, count, "mailbox"),
        csv_column(cells, count, "trustee"), csv_column(cells, count, "right"),
        csv_column(cells, count, "from"),    csv_column(cells, count, "to")};
    if (c.ticket == STR_ABSENT || c.mailbox == STR_ABSENT || c.trustee == STR_ABSENT ||
        c.from == STR_ABSENT || c.to == STR_ABSENT)
        return error_set(
            e, "%s: the columns ticket, mailbox, trustee, from and to are wanted (and right)",
            path);
    struct approved *list = NULL;
    size_t n = 0;
    while (csv_row(&csv, a, &cells, &count, &begin)) {
        number++;
        ARENA_GROW(a, list, cap, n + 1);
        if (read_ticket_row(a, &c, cells, count, &list[n++]) != 0)
            return error_set(e,
                             "%s, ticket %zu (byte %zu): ticket, mailbox and trustee, and times "
                             "such as 2026-01-31T12:00:00Z, are wanted",
                             path, number, begin);
    }
    struct approved *all = ARENA_ARRAY(a, struct approved, b->approved_count + n);
    if (b->approved_count) memcpy(all, b->approved, b->approved_count * sizeof *all);
    if (n) memcpy(all + b->approved_count, list, n * sizeof *all);
    b->approved = all;
    b->approved_count += n;
    return 0;
}

/* Do the two names mean one thing? */
static bool same(struct identity *id, struct str name, const struct party *p) {
    return str_eq(identity_key(id, name), identity_key(id, party_name(p)));
}

bool baseline_has(const struct words *w, struct identity *id, const struct party *p) {
    for (size_t i = 0; i < w->count; i++)
        if (same(id, w->list[i], p)) return true;
    return false;
}

bool baseline_expects(const struct baseline *b, struct identity *id, const struct party *mailbox,
                      const struct party *trustee) {
    for (size_t i = 0; i < b->delegate_count; i++)
        if (same(id, b->delegates[i].mailbox, mailbox) &&
            same(id, b->delegates[i].trustee, trustee))
            return true;
    return false;
}

const struct approved *baseline_approves(const struct baseline *b, struct identity *id,
                                         const struct act *a) {
    for (size_t i = 0; i < b->approved_count; i++) {
        const struct approved *x = &b->approved[i];
        if (when_cmp(a->time, x->from) < 0 || when_cmp(a->time, x->to) > 0) continue;
        if (x->right.n && !str_ieq(x->right, str_from(right_name(a->what.right)))) continue;
        if (same(id, x->mailbox, &a->mailbox) && same(id, x->trustee, &a->trustee)) return x;
    }
    return NULL;
}

bool baseline_is_internal(const struct baseline *b, struct str domain) {
    for (size_t i = 0; i < b->domains.count; i++)
        if (str_ieq(domain, b->domains.list[i])) return true;
    return false;
}
